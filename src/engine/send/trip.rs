//! One request's way: a last look at the history, the row `sending` on the disk, the vendor, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

use super::fate::{Fate, fate};
use super::pen::JournalWriter;
use crate::domain::budget::{self, Cooldown};
use crate::domain::event::{Level, StoreError};
use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Limits;
use crate::engine::account_client::{AccountClient, SyncError};
use crate::engine::clock::delta;
use crate::engine::sync::Walk;
use crate::providers::HistoryRequest;
use crate::store::StepDetails;

/// How many questions the last look at the history may take.
const LOOKS: usize = 5;
/// How long a request is put off when the store takes nothing, or the vendor's history cannot be had.
const PUT_OFF: TimeDelta = TimeDelta::seconds(10);
/// The pauses between attempts to write the outcome of a request when the store takes nothing: the first one, doubled
/// each time, and the longest. Until it is written nothing else goes out for the account.
const WRITE_PAUSE: Duration = Duration::from_millis(250);
const WRITE_PAUSE_LONGEST: Duration = Duration::from_secs(30);
/// After so many attempts the operator is told; where everything is being stopped it stays `sending` then, and the next
/// start finds out from the history.
const WRITES: u32 = 8;

/// A request about to go out.
#[derive(Debug)]
pub(super) struct Trip {
    pub(super) client: AccountClient,
    pub(super) pen: JournalWriter,
    pub(super) limits: Arc<Limits>,
    pub(super) entry: JournalEntry,
    /// How often in a row the vendor could not be reached before.
    pub(super) tries: u32,
    /// Windows that the vendor closed.
    pub(super) closed: Vec<Cooldown>,
    /// What else of this account went out, with times by the vendor's clock, and may not be in the history yet.
    pub(super) sent: Vec<JournalEntry>,
}

/// What a trip came to, for the sender to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) account: AccountName,
    /// The entry, where it moved.
    pub(super) entry: Option<JournalEntry>,
    /// Until when, by the vendor's clock, this request is put off.
    pub(super) held: Option<(JournalId, DateTime<Utc>)>,
    /// Until when all requests of the account are.
    pub(super) all_until: Option<DateTime<Utc>>,
    /// A window that the vendor closed.
    pub(super) closed: Option<Cooldown>,
    pub(super) tries: u32,
    /// The journal is not as we believed.
    pub(super) look_again: bool,
    /// The store did not take it.
    pub(super) trouble: Option<StoreError>,
}

impl Trip {
    fn returned(&self) -> Returned {
        Returned {
            account: self.client.account.clone(),
            entry: None,
            held: None,
            all_until: None,
            closed: None,
            tries: self.tries,
            look_again: false,
            trouble: None,
        }
    }

    fn put_off(&self, until: DateTime<Utc>, trouble: Option<StoreError>) -> Returned {
        Returned { held: Some((self.entry.id.clone(), until)), trouble, ..self.returned() }
    }

    /// Makes the trip. `stop` turns it back as long as nothing was written; after that it comes to its end.
    pub(super) async fn make(self, stop: CancellationToken) -> Returned {
        let room = tokio::select! {
            biased;
            () = stop.cancelled() => return self.returned(),
            room = self.room() => room,
        };
        let now = self.client.vendor_now();
        match room {
            Ok(at) if at <= now => {}
            Ok(at) => return self.put_off(at, None),
            Err(SyncError::Store(trouble)) => return self.put_off(now + PUT_OFF, Some(trouble)),
            Err(SyncError::Vendor(failure)) => return self.unreached(&failure),
        }
        let details = StepDetails {
            ahead: self.client.provider.clock_ahead(),
            ..StepDetails::at(self.client.clock.now())
        };
        let sending = self
            .pen
            .step(&self.entry.id, JournalState::Queued, JournalState::Sending, details)
            .await;
        match sending {
            Ok(Some(_)) => {}
            Ok(None) => {
                return Returned { look_again: true, ..self.returned() };
            }
            Err(trouble) => return self.put_off(now + PUT_OFF, Some(trouble)),
        }
        let answer = self.client.provider.submit(&self.entry.request).await;
        self.answered(fate(answer, &self.limits, self.entry.request.kind(), self.tries), &stop)
            .await
    }

    /// When there is room for the request, counting what anybody sent until now. A look that fails because it is not
    /// allowed or not offered must not keep a purge from going out: the vendor itself says when there is no room.
    async fn room(&self) -> Result<DateTime<Utc>, SyncError> {
        let request = &self.entry.request;
        let now = self.client.vendor_now();
        let windows = self.limits.rule(request.kind()).map_or(&[][..], |rule| &rule.windows);
        let Some(longest) = windows.iter().map(|window| window.per).max() else {
            return Ok(now);
        };
        match self.look(now - delta(longest) - self.client.doubt()).await {
            Err(SyncError::Vendor(failure)) if !failure.is_passing() => {}
            looked => looked?,
        }
        let usage = self
            .pen
            .usage(&self.client, &self.limits, self.closed.clone(), &self.sent)
            .await
            .map_err(SyncError::Store)?;
        let now = self.client.vendor_now();
        let at = budget::earliest(
            &self.limits,
            &request.account,
            &request.resource,
            request.kind(),
            &usage,
            now,
        );
        Ok(at.unwrap_or(now))
    }

    /// Brings in what was purged of late. The account's whole history is looked at, for a window may count it all.
    async fn look(&self, since: DateTime<Utc>) -> Result<(), SyncError> {
        let rule = &self.limits.history;
        let resource = (self.entry.request.resource.clone(), self.entry.request.cname.clone());
        let mut walk = Walk::new(rule, &[(since, self.client.vendor_now())], true);
        for _ in 0..LOOKS {
            let Some(mut ask) = walk.ask() else { break };
            if rule.per_resource {
                ask = HistoryRequest {
                    resource: Some(resource.clone()),
                    ..HistoryRequest::default()
                };
            }
            let told = self.client.ask(&ask, rule).await.map_err(SyncError::Vendor)?;
            let answered = walk.answer(&told.page, told.edge);
            let covered = answered.covered.filter(|_| !rule.per_resource);
            self.client.write(told.page.purges, covered).await.map_err(SyncError::Store)?;
            if rule.per_resource {
                break;
            }
        }
        Ok(())
    }

    /// The vendor could not even be asked: nothing went out.
    fn unreached(&self, failure: &Failure) -> Returned {
        let Fate::Wait { pause, .. } = fate(
            Err(Failure { applied: crate::domain::failure::Applied::No, ..failure.clone() }),
            &self.limits,
            self.entry.request.kind(),
            self.tries,
        ) else {
            return self.put_off(self.client.vendor_now() + PUT_OFF, None);
        };
        Returned {
            all_until: Some(self.client.vendor_now() + delta(pause)),
            tries: self.tries.saturating_add(1),
            ..self.returned()
        }
    }

    async fn answered(&self, fate: Fate, stop: &CancellationToken) -> Returned {
        let now = self.client.clock.now();
        let mut details =
            StepDetails { ahead: self.client.provider.clock_ahead(), ..StepDetails::at(now) };
        let mut returned = Returned { tries: 0, ..self.returned() };
        let to = match fate {
            Fate::Accepted(purge) => {
                details.purge = purge;
                JournalState::Accepted
            }
            Fate::Rejected(words) => {
                details.error = Some(words);
                JournalState::Rejected
            }
            Fate::Unknown(words) => {
                details.error = Some(words);
                JournalState::Unknown
            }
            Fate::Wait { pause, closed, words } => {
                let until = self.client.vendor_now() + delta(pause);
                details.error = Some(words);
                if closed {
                    details.planned_at = Some(now + delta(pause));
                    returned.closed = Some(Cooldown {
                        account: self.client.account.clone(),
                        resource: self.entry.request.resource.clone(),
                        kind: self.entry.request.kind(),
                        until,
                    });
                } else {
                    returned.all_until = Some(until);
                    returned.held = Some((self.entry.id.clone(), until));
                    returned.tries = self.tries.saturating_add(1);
                }
                JournalState::Queued
            }
        };
        self.write_down(to, details, returned, stop).await
    }

    /// Writes down what came of it, as often as it takes.
    async fn write_down(
        &self,
        to: JournalState,
        details: StepDetails,
        mut returned: Returned,
        stop: &CancellationToken,
    ) -> Returned {
        let (mut pause, mut attempts) = (WRITE_PAUSE, 0);
        loop {
            let stepped =
                self.pen.step(&self.entry.id, JournalState::Sending, to, details.clone()).await;
            let trouble = match stepped {
                Ok(Some(entry)) => {
                    returned.entry = Some(entry);
                    return returned;
                }
                Ok(None) => {
                    returned.look_again = true;
                    return returned;
                }
                Err(trouble) => trouble,
            };
            attempts += 1;
            if attempts == WRITES {
                self.pen.events.notice(
                    Level::Error,
                    Some(&self.client.account),
                    format!(
                        "The vendor's answer to a purge of {} is \"{to}\" and cannot be written down: {trouble}",
                        self.entry.request.cname
                    ),
                );
            }
            if attempts >= WRITES && stop.is_cancelled() {
                returned.trouble = Some(trouble);
                return returned;
            }
            tokio::select! {
                () = stop.cancelled(), if attempts >= WRITES => {}
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(WRITE_PAUSE_LONGEST);
        }
    }
}
