//! The part of a vendor's limits that is left at an instant: a pure function of everybody's recent
//! purges.
//!
//! A window slides: of the requests that count for it, no stretch of its length may hold more than
//! it allows. All windows of a kind must hold, and kinds whose windows share a bucket are counted
//! together: a request is held against its own kind's windows, so rules that share a bucket should
//! agree on its length. Everybody's purges count, the vendor does not ask who made them.

mod ledger;
mod quota;
#[cfg(test)]
mod tests;
mod under_way;
mod window;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::ids::{AccountName, ResourceId};
use super::journal::{JournalEntry, JournalState};
use super::kind::Kind;
use super::limits::{Limits, Scope};
use super::money::Months;
use super::purge::Purge;
use super::status::Status;

pub use ledger::Ledger;
pub use quota::{QuotaLine, quotas};
pub use under_way::{UnderWayLine, under_way};

/// One recent purge that used up room in a window, by whomever: from the vendor's history, or from
/// our journal where the history does not show it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// The account.
    pub account: AccountName,
    /// The resource.
    pub resource: ResourceId,
    /// The kind of purge; `None` where it is not known: it used up a window that is not known.
    pub kind: Option<Kind>,
    /// When the vendor counted it.
    pub at: DateTime<Utc>,
    /// Number of targets; 0 where they are not known, and for a purge of everything.
    pub targets: u32,
    /// True if it was sent from here.
    pub sent_here: bool,
    /// True if it was sent and is not finished, as far as is known.
    pub is_under_way: bool,
}

/// The state of one rate window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetLine {
    /// For which kind of purge.
    pub kind: Kind,
    /// Number of requests that fit into the window.
    pub of: u32,
    /// The length of the window.
    pub per: Duration,
    /// Number of requests that it has room for now.
    pub left: u32,
    /// Number of the used ones that were not sent from here.
    pub used_by_others: u32,
    /// When it has room again; `None` when it has room now, or where it never has any.
    pub next: Option<DateTime<Utc>>,
}

/// A recent purge, by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentPurge {
    /// The room that it used up.
    pub spent: Consumption,
    /// Its entries, in the vendor's form.
    pub targets: Vec<String>,
    /// What has come of it so far.
    pub state: RecentState,
    /// The person or token that asked for it, where known.
    pub by: Option<String>,
}

impl RecentPurge {
    /// Makes one of a purge of the vendor's history.
    pub fn of_purge(purge: Purge, sent_here: bool) -> Self {
        Self {
            spent: Consumption::of_purge(&purge, sent_here),
            targets: purge.targets.into_iter().map(|target| target.text).collect(),
            state: RecentState::of_purge(purge.status),
            by: purge.by,
        }
    }

    /// Makes one of a sent entry of our journal that the history does not have.
    pub fn of_entry(entry: &JournalEntry) -> Self {
        let state = RecentState::of_entry(entry.state);
        let spent = Consumption {
            is_under_way: state == RecentState::Running,
            ..Consumption::of_entry(entry, entry.sent_at.unwrap_or(entry.queued_at))
        };
        Self { spent, targets: entry.request.payload.targets().to_vec(), state, by: None }
    }
}

/// What is known of recent purges at some resources, for the checks of a draft and for budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentUse {
    /// Recent purges by anybody, of at least the longest window.
    pub purges: Vec<RecentPurge>,
    /// Purges of the resources' accounts that are under way and not among those: they are of
    /// before, or of other resources.
    pub under_way: Vec<Consumption>,
    /// The use of this month in those of the accounts where purges cost money.
    pub months: Months,
}

/// The outcome so far of a recent purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecentState {
    /// It failed: it used up room in the windows and may have removed nothing.
    Failed,
    /// It is finished, as far as is known.
    Done,
    /// It is under way.
    Running,
}

impl RecentState {
    /// The state of a purge of the history.
    pub fn of_purge(status: Status) -> Self {
        match status {
            Status::InProgress | Status::Unknown => Self::Running,
            Status::Successful | Status::ReportDisabled => Self::Done,
            Status::Failed => Self::Failed,
        }
    }

    /// The state of a request that was sent from here.
    pub fn of_entry(state: JournalState) -> Self {
        match state {
            JournalState::Queued
            | JournalState::Sending
            | JournalState::Accepted
            | JournalState::Unknown => Self::Running,
            JournalState::Successful => Self::Done,
            JournalState::Rejected | JournalState::Failed | JournalState::Cancelled => Self::Failed,
        }
    }
}

/// A window that the vendor closed: it answered 429, whatever our count says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cooldown {
    /// In which account.
    pub account: AccountName,
    /// For which resource; other resources are closed too where a window of the kind counts the
    /// whole account.
    pub resource: ResourceId,
    /// For which kind; kinds that share a bucket with it are closed too.
    pub kind: Kind,
    /// Until when: the vendor's Retry-After, or the documented window.
    pub until: DateTime<Utc>,
}

/// The known use of an account's windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests that count, in any order; those of other accounts are passed over. Times ahead of
    /// now are plans, and count as well.
    pub spent: Vec<Consumption>,
    /// Windows that the vendor closed.
    pub closed: Vec<Cooldown>,
    /// Possible difference between the vendor's clock and ours: a request counts for the window's
    /// length and this.
    pub margin: TimeDelta,
    /// The instant: what is under way at it will not have ended before.
    pub now: DateTime<Utc>,
}

impl Usage {
    /// Selects the usage of one account from that of all.
    pub fn collect<'a>(
        account: &AccountName,
        spent: impl IntoIterator<Item = &'a Consumption>,
        closed: impl IntoIterator<Item = &'a Cooldown>,
        margin: TimeDelta,
        now: DateTime<Utc>,
    ) -> Self {
        let spent = spent.into_iter().filter(|spent| spent.account == *account);
        let closed = closed.into_iter().filter(|closed| closed.account == *account);
        Self { spent: spent.cloned().collect(), closed: closed.cloned().collect(), margin, now }
    }
}

/// A margin that covers clocks kept by NTP and a slow request.
pub const USUAL_MARGIN: TimeDelta = TimeDelta::seconds(2);

impl Consumption {
    /// Returns the future use by an entry of our journal: `None` unless it is queued. What was
    /// planned for the past will go out now.
    pub fn queued(entry: &JournalEntry, now: DateTime<Utc>) -> Option<Self> {
        let at = entry.planned_at.max(now);
        (entry.state == JournalState::Queued)
            .then(|| Self { is_under_way: false, ..Self::of_entry(entry, at) })
    }

    /// Returns the use by an entry of our journal that goes out at `at`.
    pub fn of_entry(entry: &JournalEntry, at: DateTime<Utc>) -> Self {
        Self {
            account: entry.request.account.clone(),
            resource: entry.request.resource.clone(),
            kind: Some(entry.request.kind()),
            at,
            targets: entry.request.payload.targets().len() as u32,
            sent_here: true,
            is_under_way: true,
        }
    }

    /// Returns the use by a purge of the vendor's history.
    pub fn of_purge(purge: &Purge, sent_here: bool) -> Self {
        Self {
            account: purge.account.clone(),
            resource: purge.resource.clone(),
            kind: purge.kind,
            at: purge.created,
            targets: purge.targets.len() as u32,
            sent_here,
            is_under_way: purge.status == Status::InProgress,
        }
    }

    /// Returns the number of targets that it counts for at least: a purge of everything is one, and
    /// so is one whose targets are not known.
    pub fn counted(&self) -> u32 {
        self.targets.max(1)
    }
}

impl Cooldown {
    /// Returns the window that the vendor's answer to an entry closed: one that was sent too
    /// early goes back into the queue, with the instant at which there is room again and the
    /// reason, and keeps both when it is taken back. `None` where nothing was closed.
    pub fn told_by(entry: &JournalEntry) -> Option<Self> {
        let came_back = matches!(entry.state, JournalState::Queued | JournalState::Cancelled)
            && entry.error.is_some();
        came_back.then(|| Self {
            account: entry.request.account.clone(),
            resource: entry.request.resource.clone(),
            kind: entry.request.kind(),
            until: entry.planned_at,
        })
    }
}

/// Returns the use of every window of a resource, by kind, in the order of the limits. A kind
/// without known windows has no line.
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
        let closed_until = ledger.closed_until(resource, kind).filter(|&until| until > now);
        for window in &rule.windows {
            let (stand, free_at) = ledger.stand(resource, window, now, closed_until.unwrap_or(now));
            let left = if closed_until.is_some() { 0 } else { stand.left };
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

/// The first instant, now or later, at which a request of so many targets of this kind breaks no
/// window, meets no closed one and has room beside what is under way; `None` where it never does.
pub fn earliest(
    limits: &Limits,
    account: &AccountName,
    resource: &ResourceId,
    (kind, targets): (Kind, usize),
    usage: &Usage,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    Ledger::new(limits, account, usage).earliest(resource, kind, targets, now)
}

/// Returns true if a request on one resource counts for a window of another.
fn counts(scope: Scope, one: &ResourceId, other: &ResourceId) -> bool {
    match scope {
        Scope::Account => true,
        Scope::Resource => one == other,
    }
}
