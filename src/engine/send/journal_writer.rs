//! Writes steps into the journal and publishes each; reads the history that belongs to them.

use std::collections::HashSet;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::domain::budget::{Consumption, Cooldown, Usage};
use crate::domain::event::{Event, StoreError};
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::hook_event::HookEvent;
use crate::domain::ids::{AccountName, JournalId, PurgeId, PurgeKey};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Limits;
use crate::domain::matching::assign;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::Sort;
use crate::engine::account_client::AccountClient;
use crate::engine::clock::delta;
use crate::engine::events::EventHub;
use crate::engine::queries::UNDER_WAY_LONGEST;
use crate::engine::store_writer::{StoreWriter, store_error};
use crate::store::{Duty, MatchOutcome, Reader, StepDetails, StepOutcome, StoreFailure};

/// Error between two clocks besides the known error of the vendor's.
pub(super) const SKEW: TimeDelta = TimeDelta::seconds(1);

/// Writes into the journal. Clones write into the same one.
#[derive(Clone, Debug)]
pub(super) struct JournalWriter {
    pub(super) store: StoreWriter,
    pub(super) events: EventHub,
}

/// Result of an attempt to move an entry to another state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StepResult {
    /// It is in that state; the entry as it is now.
    Taken(Box<JournalEntry>),
    /// It was in another state, or sent at another time; `None` if there is no such entry.
    Refused(Option<JournalState>),
    /// Another purgedeck may send for the account.
    LeaseLost,
    /// The connection was lost on the way: it is not known here if the step was taken.
    InDoubt(StoreError),
}

/// A step to `sending`.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) result: StepResult,
    /// Its time, as it stands in the entry.
    pub(super) at: DateTime<Utc>,
    /// The same by a clock that is never set.
    pub(super) began: Instant,
    /// The lease was held after it.
    pub(super) is_leased: bool,
}

/// Tells what a step came to.
fn result_of(stepped: Result<StepOutcome, StoreFailure>) -> Result<StepResult, StoreFailure> {
    Ok(match stepped {
        Ok(StepOutcome::Done(entry)) => StepResult::Taken(entry),
        Ok(StepOutcome::Refused { found }) => StepResult::Refused(found),
        Err(StoreFailure::LeaseLost) => StepResult::LeaseLost,
        Err(failure @ (StoreFailure::Unreachable(_) | StoreFailure::Uncertain)) => {
            StepResult::InDoubt(store_error(&failure))
        }
        Err(failure) => return Err(failure),
    })
}

impl JournalWriter {
    /// Moves an entry from one state to another; `None` where it is not in the first one.
    pub(super) async fn step(
        &self,
        id: &JournalId,
        from: JournalState,
        to: JournalState,
        details: StepDetails,
    ) -> Result<Option<JournalEntry>, StoreError> {
        match self.try_step(id, from, to, details).await? {
            StepResult::Taken(entry) => Ok(Some(*entry)),
            StepResult::Refused(_) | StepResult::LeaseLost => Ok(None),
            StepResult::InDoubt(error) => Err(error),
        }
    }

    /// Moves an entry from one state to another, and tells what kept it from that.
    pub(super) async fn try_step(
        &self,
        id: &JournalId,
        from: JournalState,
        to: JournalState,
        details: StepDetails,
    ) -> Result<StepResult, StoreError> {
        let id = id.clone();
        let stepped = self
            .store
            .call(move |store| result_of(store.writer()?.step(&id, from, to, &details)))
            .await?;
        self.publish(&stepped);
        Ok(stepped)
    }

    /// Moves an entry from `queued` to `sending`. The time of the step is taken when its turn among
    /// the writes has come, so that a wait for that is no time in which another purgedeck could
    /// have taken over.
    pub(super) async fn begin_sending(
        &self,
        id: &JournalId,
        client: &AccountClient,
    ) -> Result<Sending, StoreError> {
        let (id, client) = (id.clone(), client.clone());
        let runtime = Handle::current();
        let sending = self.store.call(move |store| {
            let _context = runtime.enter();
            // To the microsecond, as it is stored.
            let (at, began) = (client.clock.now().trunc_subsecs(6), Instant::now());
            let ahead = client.provider.clock_ahead();
            let details = StepDetails { ahead, ..StepDetails::at(at) };
            let (from, to) = (JournalState::Queued, JournalState::Sending);
            let result = result_of(store.writer()?.step(&id, from, to, &details))?;
            let is_leased = store.holds(&Duty::Send(client.account)) == Ok(true);
            Ok(Sending { result, at, began, is_leased })
        });
        let sending = sending.await?;
        self.publish(&sending.result);
        Ok(sending)
    }

    fn publish(&self, stepped: &StepResult) {
        if let StepResult::Taken(entry) = stepped {
            self.events.publish(Event::Journal(entry.clone()));
            if let Some(event) = HookEvent::of_state(entry.state) {
                self.events.publish_end(event, entry);
            }
        }
    }

    /// Links an entry to its purge; `None` where that purge belongs to another entry.
    pub(super) async fn link(
        &self,
        id: &JournalId,
        purge: &PurgeId,
    ) -> Result<Option<JournalEntry>, StoreError> {
        let (id, purge) = (id.clone(), purge.clone());
        let matched =
            self.store.call(move |store| store.writer()?.match_purge(&id, &purge)).await?;
        Ok(match matched {
            MatchOutcome::Linked(entry) => {
                self.events.publish(Event::Journal(entry.clone()));
                Some(*entry)
            }
            MatchOutcome::Taken(_) | MatchOutcome::Missing => None,
        })
    }

    /// Reads an account's purges that were created in a range, by the vendor's clock, both ends
    /// included.
    pub(super) async fn purges(
        &self,
        account: &AccountName,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<PurgeDetail>, StoreError> {
        let predicate = Predicate {
            from: Some(from),
            until: Some(until + TimeDelta::microseconds(1)),
            clauses: vec![of_account(account)],
        };
        self.store.call(move |store| all(&store.reader, &predicate)).await
    }

    /// Reads an account's purges with these ids, whenever they were created.
    pub(super) async fn purges_of(
        &self,
        account: &AccountName,
        ids: Vec<PurgeId>,
    ) -> Result<Vec<PurgeDetail>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let predicate = Predicate {
            from: None,
            until: None,
            clauses: vec![of_account(account), clause(Test::Id(ids))],
        };
        self.store.call(move |store| all(&store.reader, &predicate)).await
    }

    /// Collects the known usage of an account's windows, by the vendor's clock: everybody's purges
    /// from the history, and those of `sent` (entries of our journal with times by that clock) that
    /// are not in the history yet.
    pub(super) async fn usage(
        &self,
        client: &AccountClient,
        limits: &Limits,
        closed: Vec<Cooldown>,
        sent: &[JournalEntry],
    ) -> Result<Usage, StoreError> {
        let (margin, now) = (client.doubt(), client.vendor_now());
        let collect =
            |spent: &[Consumption]| Usage::collect(&client.account, spent, &closed, margin, now);
        let rules = limits.rules.values();
        let longest = rules.flat_map(|rule| &rule.windows).map(|window| window.per).max();
        if longest.is_none() && limits.under_way.is_empty() {
            return Ok(collect(&[]));
        }
        let since = now - delta(longest.unwrap_or_default()) - margin;
        // A purge dated a little ahead counts as well.
        let mut purges = self.purges(&client.account, since, now + TimeDelta::hours(1)).await?;
        if !limits.under_way.is_empty() {
            purges.extend(self.older_under_way(&client.account, now, since).await?);
        }
        let shown = shown(sent, &purges, margin + SKEW);
        let mut spent = Vec::new();
        for entry in sent {
            if let Some(sent_at) = entry.sent_at
                && !shown.contains(&entry.id)
            {
                // What its vendor does not show by then was lost on the way.
                let lost = sent_at + delta(limits.history.settle);
                let one = Consumption {
                    is_under_way: entry.state != JournalState::Unknown || now < lost,
                    ..Consumption::of_entry(entry, sent_at)
                };
                let is_recent = sent_at > now - delta(UNDER_WAY_LONGEST);
                if sent_at > since
                    || (one.is_under_way
                        && is_recent
                        && !limits.under_way.is_empty()
                        && !self.is_in_history(entry).await?)
                {
                    spent.push(one);
                }
            }
        }
        spent.extend(purges.iter().map(|it| Consumption::of_purge(&it.purge, it.sent.is_some())));
        Ok(collect(&spent))
    }

    /// Reads an account's purges that are unfinished and older than this.
    async fn older_under_way(
        &self,
        account: &AccountName,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<PurgeDetail>, StoreError> {
        let (account, since) = (account.clone(), now - delta(UNDER_WAY_LONGEST));
        let read = self.store.call(move |store| store.reader.unfinished(&account, since));
        let older = read.await?.into_iter().filter(|purge| purge.created < until);
        let detail =
            |purge| PurgeDetail { key: PurgeKey(0), purge, sent: None, refused: Vec::new() };
        Ok(older.map(detail).collect())
    }

    /// True if the history has the purge of an entry, whatever became of it.
    async fn is_in_history(&self, entry: &JournalEntry) -> Result<bool, StoreError> {
        let Some(purge) = entry.purge.clone() else { return Ok(false) };
        let account = entry.request.account.clone();
        let read = self.store.call(move |store| {
            for id in std::iter::once(purge.clone()).chain(purge.each()) {
                if store.reader.purge_of(&account, &id)?.is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        read.await
    }
}

fn of_account(account: &AccountName) -> Clause {
    let name = account.as_str().to_ascii_lowercase();
    clause(Test::Account(vec![Pattern::Is(name)]))
}

fn clause(test: Test) -> Clause {
    Clause { negated: false, test }
}

/// Returns the entries whose purges are in a part of the history, linked in the journal or not.
fn shown(entries: &[JournalEntry], purges: &[PurgeDetail], skew: TimeDelta) -> HashSet<JournalId> {
    find(entries, purges, skew).into_iter().map(|(id, _)| id).collect()
}

/// Matches entries with purges of a part of the history. Their times are by the vendor's clock.
pub(super) fn find(
    entries: &[JournalEntry],
    purges: &[PurgeDetail],
    skew: TimeDelta,
) -> Vec<(JournalId, PurgeId)> {
    let ids = entries.iter().filter_map(|entry| entry.purge.as_ref());
    let ours: HashSet<PurgeId> =
        ids.flat_map(|id| std::iter::once(id.clone()).chain(id.each())).collect();
    // Purges that belong to other entries.
    let taken: HashSet<PurgeId> = purges
        .iter()
        .filter(|detail| detail.sent.is_some() && !ours.contains(&detail.purge.id))
        .map(|detail| detail.purge.id.clone())
        .collect();
    let purges: Vec<Purge> = purges.iter().map(|detail| detail.purge.clone()).collect();
    assign(entries, &purges, &taken, skew)
}

fn all(reader: &Reader, predicate: &Predicate) -> Result<Vec<PurgeDetail>, StoreFailure> {
    let mut purges = Vec::new();
    reader.export(predicate, Sort::NEWEST, None, &mut |detail| {
        purges.push(detail);
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(purges)
}
