//! How much of a vendor's limits is left at an instant: a pure function of the purges that anybody made of late.
//!
//! A window slides: of the requests that count for it, no stretch of its length may hold more than it allows. All
//! windows of a kind must hold, and kinds whose windows share a bucket are counted together: a request is held against
//! its own kind's windows, so rules that share a bucket should agree on its length. Everybody's purges count, the vendor
//! does not ask who made them.

mod ledger;
mod quota;
mod window;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::ids::{AccountName, ResourceId};
use super::journal::{JournalEntry, JournalState};
use super::kind::Kind;
use super::limits::{Limits, Scope};

pub use ledger::Ledger;
pub use quota::{QuotaLine, quotas};

/// One recent purge that used up room in a window, by whomever: from the vendor's history, or from our journal where the
/// history does not show it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The account.
    pub account: AccountName,
    /// The resource.
    pub resource: ResourceId,
    /// What was purged.
    pub kind: Kind,
    /// When the vendor counted it.
    pub at: DateTime<Utc>,
    /// How many targets it had.
    pub targets: u32,
    /// Whether it was sent from here.
    pub sent_here: bool,
}

/// How one rate window stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetLine {
    /// For which kind of purge.
    pub kind: Kind,
    /// How many requests fit into the window.
    pub of: u32,
    /// The length of the window.
    pub per: Duration,
    /// How many requests it has room for now.
    pub left: u32,
    /// How many of the used ones were not sent from here.
    pub used_by_others: u32,
    /// When it has room again; `None` when it has room now, or where it never has any.
    pub next: Option<DateTime<Utc>>,
}

/// A recent purge, by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentPurge {
    /// What it used up.
    pub spent: Spent,
    /// Its entries, in the vendor's form.
    pub targets: Vec<String>,
    /// Whether it is finished, as far as is known.
    pub unfinished: bool,
    /// Who asked for it, where known.
    pub by: Option<String>,
}

/// A window that the vendor closed: it answered 429, whatever our count says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// In which account.
    pub account: AccountName,
    /// For which resource; other resources are closed too where a window of the kind counts the whole account.
    pub resource: ResourceId,
    /// For which kind; kinds that share a bucket with it are closed too.
    pub kind: Kind,
    /// Until when: the vendor's Retry-After, or the documented window.
    pub until: DateTime<Utc>,
}

/// What is known of the use of an account's windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests that count, in any order; those of other accounts are passed over. Times ahead of now are plans, and
    /// count as well.
    pub spent: Vec<Spent>,
    /// Windows that the vendor closed.
    pub closed: Vec<Closed>,
    /// How far the vendor's clock may be from ours: a request counts for the window's length and this.
    pub margin: TimeDelta,
}

/// A margin that covers clocks kept by NTP and a slow request.
pub const USUAL_MARGIN: TimeDelta = TimeDelta::seconds(2);

impl Spent {
    /// What an entry of our journal will use up: `None` unless it is queued. What was planned for the past will go out
    /// now.
    pub fn queued(entry: &JournalEntry, now: DateTime<Utc>) -> Option<Self> {
        (entry.state == JournalState::Queued).then(|| Self {
            account: entry.request.account.clone(),
            resource: entry.request.resource.clone(),
            kind: entry.request.kind(),
            at: entry.planned_at.max(now),
            targets: u32::try_from(entry.request.payload.targets().len()).unwrap_or(u32::MAX),
            sent_here: true,
        })
    }
}

/// How every window of a resource stands, by kind, in the order of the limits. A kind without known windows has no line.
pub fn budget(
    limits: &Limits,
    account: &AccountName,
    resource: &ResourceId,
    usage: &Usage,
    now: DateTime<Utc>,
) -> Vec<BudgetLine> {
    let ledger = Ledger::new(limits, account, usage);
    let mut lines = Vec::new();
    for kind in Kind::EVERY {
        let Some(rule) = limits.rule(kind) else {
            continue;
        };
        let closed_until = ledger
            .closed_until(resource, kind)
            .filter(|&until| until > now);
        for window in &rule.windows {
            let (stand, free_at) = ledger.stand(resource, window, now, closed_until.unwrap_or(now));
            let left = if closed_until.is_some() {
                0
            } else {
                stand.left
            };
            lines.push(BudgetLine {
                kind,
                of: window.requests,
                per: window.per,
                left,
                used_by_others: stand.used_by_others,
                next: free_at.filter(|_| left == 0),
            });
        }
    }
    lines
}

/// The first instant, now or later, at which a request of this kind breaks no window and meets no closed one; `None` where
/// a window allows no request at all.
pub fn earliest(
    limits: &Limits,
    account: &AccountName,
    resource: &ResourceId,
    kind: Kind,
    usage: &Usage,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    Ledger::new(limits, account, usage).earliest(resource, kind, now)
}

/// Whether a request on one resource counts for a window of another.
fn counts(scope: Scope, one: &ResourceId, other: &ResourceId) -> bool {
    match scope {
        Scope::Account => true,
        Scope::Resource => one == other,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::domain::samples::{directories, noon, paths, resource, secs, spent};

    fn usage(spent: Vec<Spent>) -> Usage {
        Usage {
            spent,
            ..Usage::default()
        }
    }

    fn lines(limits: &Limits, usage: &Usage) -> Vec<(Kind, u32, u32, Option<i64>)> {
        budget(limits, &"one".into(), &"1".into(), usage, noon())
            .into_iter()
            .map(|line| {
                let next = line.next.map(|at| (at - noon()).num_seconds());
                (line.kind, line.left, line.used_by_others, next)
            })
            .collect()
    }

    #[test]
    fn a_budget_counts_everybody_and_says_when_there_is_room_again() {
        let mut ours = spent("one", "1", Kind::Url, noon() - secs(10));
        ours.sent_here = true;
        let usage = usage(vec![
            ours,
            spent("one", "1", Kind::Url, noon() - secs(30)),
            spent("one", "1", Kind::Url, noon() - secs(61)),
            spent("one", "2", Kind::Url, noon()),
            spent("two", "1", Kind::Url, noon()),
            spent("one", "1", Kind::All, noon() - secs(20)),
        ]);
        assert_eq!(
            lines(&paths(), &usage),
            [
                (Kind::Url, 0, 1, Some(30)),
                // Patterns and everything share a bucket.
                (Kind::Pattern, 0, 1, Some(40)),
                (Kind::All, 0, 1, Some(40)),
            ]
        );
    }

    #[test]
    fn the_margin_lengthens_every_window() {
        let mut usage = usage(vec![spent("one", "1", Kind::Pattern, noon() - secs(61))]);
        assert_eq!(lines(&paths(), &usage).get(1).unwrap().1, 1);
        usage.margin = secs(5);
        assert_eq!(
            lines(&paths(), &usage).get(1).unwrap(),
            &(Kind::Pattern, 0, 1, Some(4))
        );
    }

    #[test]
    fn a_closed_window_closes_what_shares_its_bucket_and_nothing_else() {
        let closed = |kind| Usage {
            closed: vec![Closed {
                account: "one".into(),
                resource: "1".into(),
                kind,
                until: noon() + secs(17),
            }],
            ..Usage::default()
        };
        let first = |kind, resource: &str, usage: &Usage| {
            let at = earliest(
                &paths(),
                &"one".into(),
                &resource.into(),
                kind,
                usage,
                noon(),
            );
            (at.unwrap() - noon()).num_seconds()
        };
        let usage = closed(Kind::Pattern);
        assert_eq!(first(Kind::Pattern, "1", &usage), 17);
        assert_eq!(first(Kind::All, "1", &usage), 17);
        assert_eq!(first(Kind::Url, "1", &usage), 0);
        assert_eq!(first(Kind::Pattern, "2", &usage), 0);
        assert_eq!(
            lines(&paths(), &usage).get(1).unwrap(),
            &(Kind::Pattern, 0, 0, Some(17))
        );
        // Where the whole account shares a window, all of it is closed.
        let wide = earliest(
            &directories(),
            &"one".into(),
            &"2".into(),
            Kind::Url,
            &usage,
            noon(),
        );
        assert_eq!(wide, Some(noon() + secs(17)));
    }

    #[test]
    fn a_window_without_room_for_any_request_never_opens() {
        let mut limits = paths();
        for window in &mut limits.url.as_mut().unwrap().windows {
            window.requests = 0;
        }
        let at = earliest(
            &limits,
            &"one".into(),
            &"1".into(),
            Kind::Url,
            &Usage::default(),
            noon(),
        );
        assert_eq!(at, None);
        assert_eq!(
            lines(&limits, &Usage::default()).first().unwrap(),
            &(Kind::Url, 0, 0, None)
        );
    }

    #[test]
    fn a_purge_without_a_known_area_draws_on_every_areas_quota() {
        let mut dl = resource("two", "d", "dl.site.com");
        let areas = |resource: &_, area| {
            quotas(
                &directories(),
                resource,
                Kind::Url,
                area,
                &Usage::default(),
                noon(),
            )
            .into_iter()
            .map(|line| line.area.unwrap())
            .collect::<Vec<_>>()
        };
        assert_eq!(areas(&dl, None), ["inland", "abroad"]);
        assert_eq!(areas(&dl, Some("abroad")), ["abroad"]);
        dl.area = Some("inland".to_owned());
        assert_eq!(areas(&dl, None), ["inland"]);
        dl.area = Some("global".to_owned());
        assert_eq!(areas(&dl, None), ["inland", "abroad"]);
    }

    #[test]
    fn what_the_queue_holds_is_taken_off_the_quota() {
        let dl = resource("two", "d", "dl.site.com");
        let mut queued = spent("two", "d", Kind::Url, noon());
        queued.sent_here = true;
        queued.targets = 400;
        let line = quotas(
            &directories(),
            &dl,
            Kind::Url,
            None,
            &usage(vec![queued]),
            noon(),
        );
        assert_eq!(line.first().unwrap().left, 9_600);
    }

    proptest! {
        #[test]
        fn more_use_or_a_later_question_never_gives_an_earlier_time(
            used in proptest::collection::vec((-300i64..300, 0usize..3, 0u8..2), 0..20),
            more in (-300i64..300, 0usize..3, 0u8..2),
            kind in 0usize..3, from in -100i64..100, later in 0i64..100, margin in 0i64..5,
        ) {
            let one = |(at, kind, resource): (i64, usize, u8)| {
                spent("one", if resource == 0 { "1" } else { "2" }, Kind::EVERY[kind], noon() + secs(at))
            };
            for limits in [paths(), directories()] {
                let mut usage = Usage { spent: used.iter().copied().map(one).collect(), margin: secs(margin), ..Usage::default() };
                let at = |usage: &Usage, from| {
                    earliest(&limits, &"one".into(), &"1".into(), Kind::EVERY[kind], usage, noon() + secs(from)).unwrap()
                };
                let first = at(&usage, from);
                prop_assert!(first >= noon() + secs(from));
                prop_assert!(at(&usage, from + later) >= first);
                usage.spent.push(one(more));
                prop_assert!(at(&usage, from) >= first);
            }
        }
    }
}
