//! Made-up accounts, resources, purges and limits for tests and benches.
//!
//! The crate's own tests declare this file as a module, and so do the integration tests and benches
//! that need it, by its path. It therefore names everything by `purgedeck::` and uses public items
//! only. The three sample limits differ in every respect in which vendors do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::domain::account::Account;
use purgedeck::domain::budget::{Consumption, Cooldown, RecentPurge};
use purgedeck::domain::call::Call;
use purgedeck::domain::hosts::HostIndex;
use purgedeck::domain::ids::{AccountName, JournalId, PurgeId, ResourceId};
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::kind::Kind;
use purgedeck::domain::known::Known;
use purgedeck::domain::limits::{
    Hardness, HistoryRule, KindRule, Limits, LimitsSource, Mode, QueryUse, Quota, RateWindow,
    ReadPace, Reading, Scope, SentAs, Syntax, Trap, TrapEffect, Wildcard,
};
use purgedeck::domain::lint_context::LintContext;
use purgedeck::domain::money::Months;
use purgedeck::domain::operator::{KEY_BYTES, Operator};
use purgedeck::domain::payload::{Payload, PurgeRequest};
use purgedeck::domain::purge::Purge;
use purgedeck::domain::resource::Resource;
use purgedeck::domain::status::Status;
use purgedeck::domain::zone::Zone;
use purgedeck::effect::Tickets;
use purgedeck::panes::PaneCtx;
use ratatui::layout::Rect;

/// The time at which these fixtures take place.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default()
}

/// A number of seconds.
pub(crate) fn secs(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

/// An account without settings at the provider `some`.
pub(crate) fn account(name: &str) -> Account {
    Account::new(name, "some")
}

/// The operator at this installation.
pub(crate) fn operator() -> Operator {
    Operator::new("mia@deploy1".to_owned(), [7; KEY_BYTES])
}

/// A call for an account, as the first of its log.
pub(crate) fn call(account: &str, at: DateTime<Utc>, status: Option<u16>) -> Call {
    Call {
        number: 1,
        at,
        account: account.into(),
        method: "GET".to_owned(),
        path: "/cdn/purge_statuses?limit=1000&offset=0".to_owned(),
        attempt: 1,
        took: Duration::from_millis(143),
        status,
        failure: (status != Some(200)).then(|| "401 token refused".to_owned()),
    }
}

/// An active resource at the provider `some`.
pub(crate) fn resource(account: &str, id: &str, cname: &str) -> Resource {
    Resource::new(account, "some", id, cname)
}

/// A successful purge of URLs at `www.site.com`, resource 1, of which nothing else is known.
pub(crate) fn purge(
    account: impl Into<AccountName>,
    id: impl Into<PurgeId>,
    created: DateTime<Utc>,
) -> Purge {
    Purge {
        account: account.into(),
        provider: "some".into(),
        id: id.into(),
        resource: "1".into(),
        cname: "www.site.com".to_owned(),
        kind: Some(Kind::Url),
        raw_kind: String::new(),
        status: Status::Successful,
        raw_status: String::new(),
        created,
        raw_created: None,
        completed: None,
        targets: Vec::new(),
        by: None,
    }
}

/// A request of one target that counts for the rate windows, sent by somebody else.
pub(crate) fn consumption(
    account: impl Into<AccountName>,
    resource: impl Into<ResourceId>,
    kind: Kind,
    at: DateTime<Utc>,
) -> Consumption {
    Consumption {
        account: account.into(),
        resource: resource.into(),
        kind: Some(kind),
        at,
        targets: 1,
        sent_here: false,
        is_under_way: false,
    }
}

/// A purge of everything at `www.site.com` that waits in the journal until an instant.
pub(crate) fn queued(
    account: impl Into<AccountName>,
    resource: impl Into<ResourceId>,
    planned_at: DateTime<Utc>,
) -> JournalEntry {
    JournalEntry {
        id: JournalId::new("request"),
        request: PurgeRequest::new(account, resource, "www.site.com", Payload::All),
        state: JournalState::Queued,
        place: 0,
        queued_at: noon(),
        planned_at,
        sent_at: None,
        ahead: None,
        answered_at: None,
        reason: None,
        ticket: None,
        error: None,
        purge: None,
        verified: None,
        verification: None,
        noticed: false,
        queued_by: Some("mia@deploy1".to_owned()),
        confirmed: true,
    }
}

/// A rate window for each resource.
pub(crate) fn window(requests: u32, seconds: u64, bucket: &'static str) -> RateWindow {
    RateWindow { requests, per: Duration::from_secs(seconds), scope: Scope::Resource, bucket }
}

/// A rule without rate windows.
pub(crate) fn rule(per_request: u32, syntax: Syntax, wildcard: Wildcard) -> KindRule {
    KindRule {
        query: QueryUse::Counts,
        usual: Duration::from_secs(20),
        ..KindRule::new(per_request, syntax, wildcard)
    }
}

/// A history that is read by ranges and offsets, a hundred records at a time.
pub(crate) fn history() -> HistoryRule {
    HistoryRule {
        reach: None,
        reading: Reading::RangesAndOffsets,
        page: 100,
        finest: Duration::from_millis(1),
        settle: Duration::from_mins(1),
        per_resource: false,
        bare: false,
        pace: ReadPace { at_once: 4, requests: 20, per: Duration::from_secs(1) },
        times_note: None,
    }
}

/// Documented limits with these rules for URLs, patterns and everything.
pub(crate) fn limits(url: KindRule, pattern: KindRule, all: KindRule) -> Limits {
    Limits::documented([(Kind::Url, url), (Kind::Pattern, pattern), (Kind::All, all)], history())
}

/// Limits for paths: the place of a star is disputed; patterns and everything share a bucket.
pub(crate) fn path_limits() -> Limits {
    let url = KindRule {
        longest: Some(2048),
        windows: vec![window(2, 60, "url")],
        ..rule(100, Syntax::Path, Wildcard::Nowhere)
    };
    let pattern = KindRule {
        longest: Some(2048),
        windows: vec![window(1, 60, "paths")],
        query: QueryUse::Ignored,
        ..rule(10, Syntax::Path, Wildcard::EndDisputed)
    };
    let all = KindRule {
        windows: vec![window(1, 60, "paths")],
        ..rule(0, Syntax::Path, Wildcard::Nowhere)
    };
    limits(url, pattern, all)
}

/// Limits for full URLs and directories: account-wide windows, daily quotas by area, two modes, no
/// purge of everything.
pub(crate) fn directory_limits() -> Limits {
    let windows = || vec![RateWindow { scope: Scope::Account, ..window(20, 1, "calls") }];
    let modes = vec![
        Mode {
            word: "flush",
            meaning: "what changed at the origin",
            hardness: Hardness::ChangedOnly,
        },
        Mode { word: "delete", meaning: "whatever is cached", hardness: Hardness::Hard },
    ];
    let quota = |kind, area: &str, total| Quota {
        kind,
        area: Some(area.to_owned()),
        total,
        left: total,
        per_request: None,
    };
    let url = KindRule { windows: windows(), ..rule(1000, Syntax::FullUrl, Wildcard::Nowhere) };
    let pattern =
        KindRule { windows: windows(), modes, ..rule(20, Syntax::Directory, Wildcard::Nowhere) };
    let all = KindRule {
        per_request: 1,
        sent_as: SentAs::RootPattern("https://{cname}/"),
        ..pattern.clone()
    };
    Limits {
        quotas: vec![
            quota(Kind::Url, "inland", 10_000),
            quota(Kind::Url, "abroad", 10_000),
            quota(Kind::Pattern, "inland", 100),
            quota(Kind::Pattern, "abroad", 100),
        ],
        source: LimitsSource::Live,
        ..limits(url, pattern, all)
    }
}

/// Limits for paths with a star anywhere: no windows known, everything is sent as `/*`.
pub(crate) fn wildcard_limits() -> Limits {
    let url = rule(100, Syntax::Path, Wildcard::Nowhere);
    let pattern =
        KindRule { query: QueryUse::Unknown, ..rule(100, Syntax::Path, Wildcard::Anywhere) };
    let all = KindRule {
        sent_as: SentAs::RootPattern("/*"),
        ..rule(1, Syntax::Path, Wildcard::Anywhere)
    };
    limits(url, pattern, all)
}

/// Limits of a vendor that purges by every kind: full URLs with traps in them, tags with a mark.
pub(crate) fn named_limits() -> Limits {
    const TRAPS: &[Trap] = &[
        Trap { piece: "~", effect: TrapEffect::Refused },
        Trap { piece: "%2a", effect: TrapEffect::NothingPurged },
    ];
    let url = KindRule {
        traps: TRAPS,
        slash_counts: true,
        ..rule(100, Syntax::FullUrl, Wildcard::Nowhere)
    };
    let name = || rule(3, Syntax::Name, Wildcard::Nowhere);
    let pattern = rule(10, Syntax::FullUrl, Wildcard::End);
    let mut limits = limits(url.clone(), pattern, rule(0, Syntax::Path, Wildcard::Nowhere));
    limits.rules.extend([
        (Kind::IgnoreQuery, url),
        (Kind::Regex, rule(2, Syntax::FullUrl, Wildcard::Anywhere)),
        (Kind::Host, name()),
        (Kind::Tag, KindRule { mark: Some("#"), longest: Some(256), ..name() }),
    ]);
    limits
}

/// Owns the facts that a [`LintContext`] borrows.
#[derive(Clone, Debug)]
pub(crate) struct LintFacts {
    pub(crate) resources: Vec<Resource>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) limits: BTreeMap<AccountName, Arc<Limits>>,
    pub(crate) recent: Vec<RecentPurge>,
    pub(crate) under_way: Vec<Consumption>,
    pub(crate) months: Months,
    pub(crate) queued: Vec<Consumption>,
    pub(crate) closed: Vec<Cooldown>,
    pub(crate) margin: TimeDelta,
    hosts: HostIndex,
}

impl LintFacts {
    /// Makes three accounts: `one` has path limits, `www.site.com` (1) and `img.site.com` (2);
    /// `two` has directory limits and `dl.site.com` (d); `three` has wildcard limits and
    /// `v.site.com` (v).
    pub(crate) fn new() -> Self {
        let limits =
            [("one", path_limits()), ("two", directory_limits()), ("three", wildcard_limits())];
        Self {
            resources: vec![
                resource("one", "1", "www.site.com"),
                resource("one", "2", "img.site.com"),
                resource("two", "d", "dl.site.com"),
                resource("three", "v", "v.site.com"),
            ],
            accounts: limits.iter().map(|(name, _)| account(name)).collect(),
            limits: limits
                .into_iter()
                .map(|(name, limits)| (name.into(), Arc::new(limits)))
                .collect(),
            recent: Vec::new(),
            under_way: Vec::new(),
            months: Months::new(),
            queued: Vec::new(),
            closed: Vec::new(),
            margin: TimeDelta::zero(),
            hosts: HostIndex::default(),
        }
    }

    /// Adds the account `four`, which purges by every kind, with `shop.site.com` (s), which answers
    /// to `cdn.site.com` too, and `blog.site.com` (b).
    pub(crate) fn with_names(mut self) -> Self {
        let names = vec!["cdn.site.com".to_owned()];
        let shop = Resource { names, ..resource("four", "s", "shop.site.com") };
        self.resources.extend([shop, resource("four", "b", "blog.site.com")]);
        self.accounts.push(account("four"));
        self.limits.insert("four".into(), Arc::new(named_limits()));
        self
    }

    /// Changes one thing.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Changes an account's limits.
    pub(crate) fn change_limits(&mut self, account: &str, change: impl FnOnce(&mut Limits)) {
        if let Some(limits) = self.limits.get_mut(&AccountName::from(account)) {
            change(Arc::make_mut(limits));
        }
    }

    /// Lends the facts to the linter.
    pub(crate) fn context(&mut self) -> LintContext<'_> {
        self.hosts = HostIndex::new(&self.resources);
        LintContext {
            unread: Vec::new(),
            served: None,
            hosts: &self.hosts,
            limits: &self.limits,
            accounts: &self.accounts,
            recent: &self.recent,
            under_way: &self.under_way,
            months: Some(&self.months),
            read_only: false,
            queued: self.queued.clone(),
            closed: self.closed.clone(),
            margin: self.margin,
            now: noon(),
        }
    }
}

/// A pane's context on a screen of 160 by 50, at ten past ten on the 21st of November 2026, with
/// nothing known.
pub(crate) fn pane_ctx() -> PaneCtx<'static> {
    pane_ctx_with(Known::default())
}

/// The same context with these things known.
pub(crate) fn pane_ctx_with(known: Known) -> PaneCtx<'static> {
    PaneCtx {
        now: DateTime::from_timestamp(1_795_255_800, 0).unwrap_or_default(),
        zone: Zone::Utc,
        known: Box::leak(Box::new(known)),
        tickets: Box::leak(Box::new(Tickets::default())),
        area: Rect::new(0, 0, 160, 50),
    }
}
