//! A vendor's limits, as data. Compose, linter, plan, budgets and sync read them; no vendor's name
//! stands in them.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::kind::Kind;

/// The limits of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The rules of the kinds of purge that the vendor offers.
    pub rules: BTreeMap<Kind, KindRule>,
    /// Access to its history.
    pub history: HistoryRule,
    /// Daily quotas with what is left of them, where the vendor tells; empty otherwise.
    pub quotas: Vec<Quota>,
    /// The most targets that may be under way at once; empty where no limit is known.
    pub under_way: Vec<UnderWay>,
    /// The targets that are free and the price of further ones; `None` where purges cost nothing.
    pub price: Option<Price>,
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
    /// The mark that the vendor has before each name, where there is one; the adapter writes it.
    pub mark: Option<&'static str>,
    /// Pieces of a target that the vendor refuses, or with which it purges nothing.
    pub traps: &'static [Trap],
    /// The only pieces of a regular expression that the vendor documents; empty where it does not
    /// say.
    pub expressions: &'static [&'static str],
    /// True if the vendor says that a directory with and without its last slash are two paths.
    pub slash_counts: bool,
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
    /// A name and no address: a tag, or a host.
    Name,
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

/// A piece of a target that does not do what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The piece, in lower case where it has letters: they are found in either.
    pub piece: &'static str,
    /// What the vendor does with a target that has it.
    pub effect: TrapEffect,
}

/// What a vendor does with a target that has a trap in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrapEffect {
    /// It refuses the request.
    Refused,
    /// It takes the request and purges nothing.
    NothingPurged,
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
    /// What becomes of the copies.
    pub hardness: Hardness,
}

/// What a purge does to a copy that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hardness {
    /// It is removed.
    Hard,
    /// It counts as expired: the origin is asked, and may say that it has not changed.
    Soft,
    /// It is removed where the origin has a newer one.
    ChangedOnly,
}

impl Hardness {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::ChangedOnly => "changed only",
        }
    }

    /// Returns what becomes of a copy, as the rest of a sentence about it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Hard => "removed from the cache",
            Self::Soft => "stays cached until the origin says that it has changed",
            Self::ChangedOnly => "removed only where the origin has a newer one",
        }
    }

    /// Returns the word and the meaning: `soft: stays cached until …`.
    pub fn words(self) -> String {
        format!("{}: {}", self.word(), self.meaning())
    }

    /// Returns the hardness that is chosen by this word in the place of a vendor's own.
    pub fn of_choice(word: &str) -> Option<Self> {
        match word {
            "hard" => Some(Self::Hard),
            "soft" => Some(Self::Soft),
            "changed" => Some(Self::ChangedOnly),
            _ => None,
        }
    }
}

/// The most targets of some kinds that may be under way at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// The kinds that are counted together.
    pub kinds: &'static [Kind],
    /// The most targets.
    pub targets: u32,
    /// Over what they are counted.
    pub scope: Scope,
}

/// The price of purges: so many targets a calendar month (UTC) are free, each further one costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Targets a month that cost nothing.
    pub free: u32,
    /// The price of a further one, in thousandths of a US dollar.
    pub mills: u32,
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
    /// True if its list has neither kind nor targets, which are asked for one purge after the
    /// other.
    pub bare: bool,
    /// The requests for it that one account may make.
    pub pace: ReadPace,
    /// The vendor's note on the zone of its times, for the screen; `None` where they are plainly
    /// UTC.
    pub times_note: Option<&'static str>,
}

impl HistoryRule {
    /// Returns the instant back to which the vendor keeps its history; `None` where it does not say
    /// how far that is.
    pub fn kept_from(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_sub_signed(TimeDelta::from_std(self.reach?).ok()?)
    }
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
    /// By pages, the newest purge first by the vendor's own word.
    NewestFirst,
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
            mark: None,
            traps: &[],
            expressions: &[],
            slash_counts: false,
            modes: Vec::new(),
            sent_as: SentAs::Itself,
            usual: Duration::from_secs(30),
        }
    }

    /// What a purge does to a copy in a mode, by default in the first; without modes it is hard.
    pub fn hardness(&self, mode: Option<&str>) -> Hardness {
        let chosen = self.modes.iter().find(|it| Some(it.word) == mode);
        chosen.or_else(|| self.modes.first()).map_or(Hardness::Hard, |mode| mode.hardness)
    }
}

impl Limits {
    /// Makes the limits of a vendor's documents.
    pub fn documented(
        rules: impl IntoIterator<Item = (Kind, KindRule)>,
        history: HistoryRule,
    ) -> Self {
        Self {
            rules: rules.into_iter().collect(),
            history,
            quotas: Vec::new(),
            under_way: Vec::new(),
            price: None,
            source: LimitsSource::Documented,
        }
    }

    /// The rule for a kind; `None` where the vendor does not offer it.
    pub fn rule(&self, kind: Kind) -> Option<&KindRule> {
        self.rules.get(&kind)
    }

    /// The most targets of a kind that one request may carry: no more than may be under way at
    /// once. 0 for a purge of everything.
    pub fn per_request(&self, kind: Kind) -> u32 {
        let rule = self.rule(kind).map_or(0, |rule| rule.per_request);
        self.caps(kind).map(|(_, cap)| cap.targets).fold(rule, u32::min)
    }

    /// The numbers of targets under way that purges of a kind count for, with their places.
    pub fn caps(&self, kind: Kind) -> impl Iterator<Item = (usize, &UnderWay)> {
        self.under_way.iter().enumerate().filter(move |(_, cap)| cap.kinds.contains(&kind))
    }

    /// The same, to be changed.
    pub fn rule_mut(&mut self, kind: Kind) -> Option<&mut KindRule> {
        self.rules.get_mut(&kind)
    }

    /// The kind of purge that a request of this kind goes out as: everything is a pattern where the
    /// vendor has no purge of everything.
    pub fn sent_kind(&self, kind: Kind) -> Kind {
        match self.rule(kind).map(|rule| rule.sent_as) {
            Some(SentAs::RootPattern(_)) => Kind::Pattern,
            Some(SentAs::Itself) | None => kind,
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
