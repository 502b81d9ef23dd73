//! A vendor's limits, as data. Compose, linter, plan, budgets and sync read them; no vendor's name
//! stands in them.

use std::time::Duration;

use super::kind::Kind;

/// The limits of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rules for purges of single files; `None` where the vendor has none.
    pub url: Option<KindRule>,
    /// Rules for purges by pattern; `None` where the vendor has none.
    pub pattern: Option<KindRule>,
    /// Rules for a purge of everything; `None` where there is no way at all.
    pub all: Option<KindRule>,
    /// Access to its history.
    pub history: HistoryRule,
    /// Daily quotas with what is left of them, where the vendor tells; empty otherwise.
    pub quotas: Vec<Quota>,
    /// Origin of the numbers.
    pub source: LimitsSource,
}

/// Origin of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitsSource {
    /// The vendor's documents.
    Documented,
    /// The vendor's answer for this account.
    Live,
}

/// Rules for one kind of purge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindRule {
    /// The most targets that one request may carry; 0 for a purge of everything.
    pub per_request: u32,
    /// The longest target, in bytes; `None` where no limit is known.
    pub longest: Option<u32>,
    /// Windows of requests, per resource or account; empty where no limit is known. All must hold.
    pub windows: Vec<RateWindow>,
    /// The form in which the vendor wants a target.
    pub syntax: Syntax,
    /// Allowed places of a `*`.
    pub wildcard: Wildcard,
    /// Use of a query string in a target.
    pub query: QueryUse,
    /// The form in which letters beyond ASCII are sent.
    pub letters: Letters,
    /// Modes of this kind, where the vendor offers a choice; the first is the default.
    pub modes: Vec<Mode>,
    /// For a purge of everything: what is really sent.
    pub sent_as: SentAs,
    /// Usual duration, for the follower's first look and the operator's patience.
    pub usual: Duration,
}

/// So many requests in so much time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateWindow {
    /// Number of requests.
    pub requests: u32,
    /// In how much time; the window slides.
    pub per: Duration,
    /// Over what they are counted.
    pub scope: Scope,
    /// Requests of rules with the same bucket are counted together.
    pub bucket: &'static str,
}

/// Over what requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each resource has a window of its own.
    Resource,
    /// All resources of the account share one.
    Account,
}

/// The form of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// From the root, without scheme and host: `/img/a.jpg`.
    Path,
    /// With scheme and host: `https://www.site.com/img/a.jpg`.
    FullUrl,
    /// With scheme and host, and a `/` at the end: `https://www.site.com/img/`.
    Directory,
}

/// Allowed places of a `*` in a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// Nowhere; it would be taken for the character or refused.
    Nowhere,
    /// At the end only.
    End,
    /// At the end by one of the vendor's documents, anywhere by another: warned of, not refused.
    EndDisputed,
    /// Anywhere.
    Anywhere,
}

/// The form of letters beyond ASCII in a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// Percent-encoded, as a browser asks for them.
    Encoded,
    /// As they are: the vendor encodes them itself.
    Raw,
}

/// The vendor's use of a query string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryUse {
    /// It is part of the target where it is part of the cache key.
    Counts,
    /// It is ignored.
    Ignored,
    /// The vendor does not say.
    Unknown,
}

/// One way of carrying out a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The word that goes into a request's `mode`, on the screen and in flags.
    pub word: &'static str,
    /// Its effect, in a sentence for the operator.
    pub meaning: &'static str,
}

/// The request that a purge of everything really is at a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentAs {
    /// A request of its own kind.
    Itself,
    /// The pattern of the root, written so: `/*`. `{cname}` stands for the resource's cname.
    RootPattern(&'static str),
}

/// Access to a vendor's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRule {
    /// Its reach into the past; `None` where the vendor does not say.
    pub reach: Option<Duration>,
    /// The way to read all of it.
    pub reading: Reading,
    /// The most records in one answer.
    pub page: u32,
    /// The smallest step of a time limit in a question.
    pub finest: Duration,
    /// Longest time after its acceptance that a purge may be missing from history.
    pub settle: Duration,
    /// True if one request reads one resource's history.
    pub per_resource: bool,
    /// The requests for it that one account may make.
    pub pace: ReadPace,
    /// The vendor's note on the zone of its times, for the screen; `None` where they are plainly
    /// UTC.
    pub times_note: Option<&'static str>,
}

/// The number of requests for history that one account may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPace {
    /// On their way at once.
    pub at_once: u32,
    /// In a span of time.
    pub requests: u32,
    /// That span; the window slides.
    pub per: Duration,
}

/// A way to read all of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// By ranges of time, and within a range by offset.
    RangesAndOffsets,
    /// By ranges of time only: a range whose answer may be cut must be split.
    Ranges,
    /// By numbered pages only.
    Pages,
}

/// A daily quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Of which kind of purge.
    pub kind: Kind,
    /// For which area, in the vendor's word; `None` for all.
    pub area: Option<String>,
    /// Targets a day.
    pub total: u64,
    /// Targets that are left.
    pub left: u64,
    /// The most targets in one request for this area.
    pub per_request: Option<u32>,
}

impl KindRule {
    /// Makes a rule without rate windows, modes and a longest target.
    pub fn new(per_request: u32, syntax: Syntax, wildcard: Wildcard) -> Self {
        Self {
            per_request,
            longest: None,
            windows: Vec::new(),
            syntax,
            wildcard,
            query: QueryUse::Unknown,
            letters: Letters::Encoded,
            modes: Vec::new(),
            sent_as: SentAs::Itself,
            usual: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// Makes the limits of a vendor's documents.
    pub fn documented(
        url: KindRule,
        pattern: KindRule,
        all: KindRule,
        history: HistoryRule,
    ) -> Self {
        let (url, pattern, all) = (Some(url), Some(pattern), Some(all));
        Self { url, pattern, all, history, quotas: Vec::new(), source: LimitsSource::Documented }
    }

    /// The rule for a kind; `None` where the vendor does not offer it.
    pub fn rule(&self, kind: Kind) -> Option<&KindRule> {
        match kind {
            Kind::Url => self.url.as_ref(),
            Kind::Pattern => self.pattern.as_ref(),
            Kind::All => self.all.as_ref(),
        }
    }

    /// The kind of purge that a request of this kind goes out as: everything is a pattern where the
    /// vendor has no purge of everything.
    pub fn sent_kind(&self, kind: Kind) -> Kind {
        match (kind, self.all.as_ref().map(|rule| rule.sent_as)) {
            (Kind::All, Some(SentAs::RootPattern(_))) => Kind::Pattern,
            (Kind::Url | Kind::Pattern | Kind::All, _) => kind,
        }
    }
}

impl SentAs {
    /// The pattern that a purge of everything really is; `None` where it is a request of its own
    /// kind.
    pub fn root(self, cname: &str) -> Option<String> {
        match self {
            Self::Itself => None,
            Self::RootPattern(pattern) => Some(pattern.replace("{cname}", cname)),
        }
    }
}
