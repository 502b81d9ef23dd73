//! Made-up accounts, resources and limits for tests. The three limits differ in every respect in
//! which vendors do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::Account;
use super::budget::{Consumption, Cooldown, RecentPurge};
use super::hosts::HostIndex;
use super::ids::AccountName;
use super::journal::{JournalEntry, JournalState};
use super::kind::Kind;
use super::limits::{
    HistoryRule, KindRule, Limits, LimitsSource, Mode, QueryUse, Quota, RateWindow, Reading, Scope,
    SentAs, Syntax, Wildcard,
};
use super::lint_context::LintContext;
use super::payload::{Payload, PurgeRequest};
use super::resource::{CacheKey, Resource, ResourceState};

/// The instant at which samples take place.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default()
}

/// So many seconds.
pub(crate) fn secs(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

/// A working resource.
pub(crate) fn resource(account: &str, id: &str, cname: &str) -> Resource {
    Resource {
        account: account.into(),
        provider: "some".into(),
        id: id.into(),
        cname: cname.to_owned(),
        names: Vec::new(),
        description: None,
        state: ResourceState::Active,
        url_purge: None,
        all_purge: None,
        cache: CacheKey::default(),
        area: None,
    }
}

/// An account without any demands.
pub(crate) fn account(name: &str) -> Account {
    Account {
        name: name.into(),
        provider: "some".into(),
        colour: None,
        badge: None,
        protected: false,
        protected_cnames: Vec::new(),
        read_only: false,
        reason_required: false,
        ticket_pattern: None,
        names: crate::domain::activity::Names::default(),
    }
}

/// A window over a resource.
pub(crate) fn window(requests: u32, seconds: u64, bucket: &'static str) -> RateWindow {
    RateWindow { requests, per: Duration::from_secs(seconds), scope: Scope::Resource, bucket }
}

/// A rule for so many targets in a request.
pub(crate) fn rule(per_request: u32, syntax: Syntax, wildcard: Wildcard) -> KindRule {
    KindRule {
        per_request,
        longest: None,
        windows: Vec::new(),
        syntax,
        wildcard,
        query: QueryUse::Counts,
        modes: Vec::new(),
        sent_as: SentAs::Itself,
        usual: Duration::from_secs(20),
    }
}

fn history() -> HistoryRule {
    HistoryRule {
        reach: None,
        reading: Reading::RangesAndOffsets,
        page: 100,
        finest: Duration::from_millis(1),
        settle: Duration::from_mins(1),
        per_resource: false,
        times_note: None,
    }
}

/// Paths; a star at the end by one document and anywhere by another; patterns and everything share
/// a bucket.
pub(crate) fn paths() -> Limits {
    Limits {
        url: Some(KindRule {
            longest: Some(2048),
            windows: vec![window(2, 60, "url")],
            ..rule(100, Syntax::Path, Wildcard::Nowhere)
        }),
        pattern: Some(KindRule {
            longest: Some(2048),
            windows: vec![window(1, 60, "paths")],
            query: QueryUse::Ignored,
            ..rule(10, Syntax::Path, Wildcard::EndDisputed)
        }),
        all: Some(KindRule {
            windows: vec![window(1, 60, "paths")],
            ..rule(0, Syntax::Path, Wildcard::Nowhere)
        }),
        history: history(),
        quotas: Vec::new(),
        source: LimitsSource::Documented,
    }
}

/// Full URLs and directories, account-wide windows, daily quotas by area, two modes, no purge of
/// everything.
pub(crate) fn directories() -> Limits {
    let wide = |requests| RateWindow {
        requests,
        per: Duration::from_secs(1),
        scope: Scope::Account,
        bucket: "calls",
    };
    let modes = vec![
        Mode { word: "flush", meaning: "what changed at the origin" },
        Mode { word: "delete", meaning: "whatever is cached" },
    ];
    let quota = |kind, area: &str, total, left| Quota {
        kind,
        area: Some(area.to_owned()),
        total,
        left,
        per_request: None,
    };
    Limits {
        url: Some(KindRule {
            windows: vec![wide(20)],
            ..rule(1000, Syntax::FullUrl, Wildcard::Nowhere)
        }),
        pattern: Some(KindRule {
            windows: vec![wide(20)],
            modes: modes.clone(),
            ..rule(20, Syntax::Directory, Wildcard::Nowhere)
        }),
        all: Some(KindRule {
            windows: vec![wide(20)],
            modes,
            sent_as: SentAs::RootPattern("https://{cname}/"),
            ..rule(1, Syntax::Directory, Wildcard::Nowhere)
        }),
        history: history(),
        quotas: vec![
            quota(Kind::Url, "inland", 10_000, 10_000),
            quota(Kind::Url, "abroad", 10_000, 10_000),
            quota(Kind::Pattern, "inland", 100, 100),
            quota(Kind::Pattern, "abroad", 100, 100),
        ],
        source: LimitsSource::Live,
    }
}

/// Paths with a star anywhere, one list for files and patterns, no windows known, everything as
/// `/*`.
pub(crate) fn anywhere() -> Limits {
    Limits {
        url: Some(rule(100, Syntax::Path, Wildcard::Nowhere)),
        pattern: Some(KindRule {
            query: QueryUse::Unknown,
            ..rule(100, Syntax::Path, Wildcard::Anywhere)
        }),
        all: Some(KindRule {
            sent_as: SentAs::RootPattern("/*"),
            ..rule(1, Syntax::Path, Wildcard::Anywhere)
        }),
        history: history(),
        quotas: Vec::new(),
        source: LimitsSource::Documented,
    }
}

/// Something that used up room.
pub(crate) fn spent(account: &str, resource: &str, kind: Kind, at: DateTime<Utc>) -> Consumption {
    Consumption {
        account: account.into(),
        resource: resource.into(),
        kind,
        at,
        targets: 1,
        sent_here: false,
    }
}

/// A purge of everything that waits in the journal until an instant.
pub(crate) fn queued(account: &str, resource: &str, planned_at: DateTime<Utc>) -> JournalEntry {
    JournalEntry {
        id: "request".into(),
        request: PurgeRequest {
            account: account.into(),
            resource: resource.into(),
            cname: "www.site.com".to_owned(),
            payload: Payload::All,
            mode: None,
            area: None,
        },
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
    }
}

/// Owns what a [`LintContext`] borrows.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) resources: Vec<Resource>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) limits: BTreeMap<AccountName, Arc<Limits>>,
    pub(crate) recent: Vec<RecentPurge>,
    pub(crate) queued: Vec<Consumption>,
    pub(crate) closed: Vec<Cooldown>,
    pub(crate) margin: TimeDelta,
    hosts: HostIndex,
}

impl World {
    /// Three accounts: `one` has paths and `www.site.com` (1) and `img.site.com` (2), `two` has
    /// directories and `dl.site.com` (d), `three` has stars anywhere and `v.site.com` (v).
    pub(crate) fn new() -> Self {
        Self {
            resources: vec![
                resource("one", "1", "www.site.com"),
                resource("one", "2", "img.site.com"),
                resource("two", "d", "dl.site.com"),
                resource("three", "v", "v.site.com"),
            ],
            accounts: vec![account("one"), account("two"), account("three")],
            limits: [("one", paths()), ("two", directories()), ("three", anywhere())]
                .into_iter()
                .map(|(name, limits)| (name.into(), Arc::new(limits)))
                .collect(),
            recent: Vec::new(),
            queued: Vec::new(),
            closed: Vec::new(),
            margin: TimeDelta::zero(),
            hosts: HostIndex::default(),
        }
    }

    /// The same with one thing changed.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Changes an account's limits.
    pub(crate) fn limit(&mut self, account: &str, change: impl FnOnce(&mut Limits)) {
        if let Some(limits) = self.limits.get_mut(&AccountName::from(account)) {
            change(Arc::make_mut(limits));
        }
    }

    /// The context.
    pub(crate) fn context(&mut self) -> LintContext<'_> {
        self.hosts = HostIndex::new(&self.resources);
        LintContext {
            hosts: &self.hosts,
            limits: &self.limits,
            accounts: &self.accounts,
            recent: &self.recent,
            read_only: false,
            queued: self.queued.clone(),
            closed: self.closed.clone(),
            margin: self.margin,
            now: noon(),
        }
    }
}
