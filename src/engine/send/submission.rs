//! Submits one request: reads the newest history, writes `sending` to the disk, calls the vendor,
//! and stores the outcome.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

use super::Sharing;
use super::journal_writer::{JournalWriter, Sending, StepResult};
use super::outcome::{SubmitOutcome, outcome_of};
use super::partial;
use crate::domain::budget::{Cooldown, Ledger};
use crate::domain::event::{Level, StoreError};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Limits;
use crate::domain::purge::Purge;
use crate::engine::account_client::{AccountClient, SyncError};
use crate::engine::clock::delta;
use crate::engine::safety::Safety;
use crate::engine::sync::RangeScan;
use crate::providers::HistoryRequest;
use crate::store::StepDetails;

/// Largest number of requests for the newest history.
const MAX_PAGES: usize = 5;
/// Delay of a request when the store fails, or when the vendor's history cannot be read.
const PUT_OFF: TimeDelta = TimeDelta::seconds(10);
/// Delay of a request for whose targets others left no room meanwhile.
const FULL: TimeDelta = TimeDelta::seconds(1);
/// Pauses between attempts to write the outcome of a request when the store fails: the first one,
/// doubled each time, and the longest. Until it is written nothing else is sent for the account.
const WRITE_PAUSE: Duration = Duration::from_millis(250);
const WRITE_PAUSE_LONGEST: Duration = Duration::from_secs(30);
/// Number of attempts after which the operator is told; where everything is being stopped the entry
/// stays `sending` then, and the next start looks it up in the history.
const WRITES: u32 = 8;

/// A request about to go out.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) client: AccountClient,
    pub(super) safety: Arc<Safety>,
    pub(super) writer: JournalWriter,
    pub(super) limits: Arc<Limits>,
    pub(super) entry: JournalEntry,
    /// Number of consecutive attempts before that did not reach the vendor.
    pub(super) tries: u32,
    /// Windows that the vendor closed.
    pub(super) closed: Vec<Cooldown>,
    /// Other sent requests of the account, with times by the vendor's clock, that may not be in the
    /// history yet.
    pub(super) sent: Vec<JournalEntry>,
    pub(super) sharing: Sharing,
}

/// A step that is to be written down after the request was `sending`.
#[derive(Clone, Debug)]
struct LastStep {
    to: JournalState,
    details: StepDetails,
    /// The purge of which the vendor refused a part. It is in the history before the step is taken:
    /// whoever finds the request left in `sending` finds there what was refused.
    sighting: Option<Purge>,
    /// Set if the vendor told it: then it holds also where another purgedeck has called the outcome
    /// unknown meanwhile.
    is_told: bool,
}

/// The result of a submission, from which the sender goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SubmissionResult {
    pub(super) account: AccountName,
    /// The entry, where its state changed.
    pub(super) entry: Option<JournalEntry>,
    /// The time, by the vendor's clock, before which this request must not be sent.
    pub(super) held: Option<(JournalId, DateTime<Utc>)>,
    /// The same for all requests of the account.
    pub(super) account_held_until: Option<DateTime<Utc>>,
    /// A window that the vendor closed.
    pub(super) closed: Option<Cooldown>,
    pub(super) tries: u32,
    /// The journal was changed by somebody else.
    pub(super) journal_changed: bool,
    /// The store did not take it.
    pub(super) error: Option<StoreError>,
    /// Another purgedeck may send for the account now.
    pub(super) lease_lost: bool,
}

impl Submission {
    fn unsent(&self) -> SubmissionResult {
        SubmissionResult {
            account: self.client.account.clone(),
            entry: None,
            held: None,
            account_held_until: None,
            closed: None,
            tries: self.tries,
            journal_changed: false,
            error: None,
            lease_lost: false,
        }
    }

    fn put_off(&self, until: DateTime<Utc>, error: Option<StoreError>) -> SubmissionResult {
        SubmissionResult { held: Some((self.entry.id.clone(), until)), error, ..self.unsent() }
    }

    /// Submits the request. `stop` cancels it as long as nothing was written; after that it runs to
    /// its end.
    pub(super) async fn run(self, stop: CancellationToken) -> SubmissionResult {
        let earliest = tokio::select! {
            biased;
            () = stop.cancelled() => return self.unsent(),
            earliest = self.earliest() => earliest,
        };
        let now = self.client.vendor_now();
        match earliest {
            Ok(at) if at <= now => {}
            Ok(at) => return self.put_off(at, None),
            Err(SyncError::Store(error)) => return self.put_off(now + PUT_OFF, Some(error)),
            Err(SyncError::Vendor(failure)) => return self.unreached(&failure),
        }
        // The rules may have changed while the history was read.
        if self.safety.forbids(&self.client.account) {
            return self.unsent();
        }
        let sending = self.writer.begin_sending(&self.entry.id, &self.client).await;
        let sending = match sending {
            Ok(sending) => sending,
            Err(error) => return self.put_off(now + PUT_OFF, Some(error)),
        };
        match &sending.result {
            StepResult::Taken(_) => {}
            StepResult::Refused(_) => {
                return SubmissionResult { journal_changed: true, ..self.unsent() };
            }
            StepResult::LeaseLost => {
                return SubmissionResult { lease_lost: true, ..self.unsent() };
            }
            StepResult::InDoubt(error) => {
                return self.take_back(sending.at, Some(error.clone()), &stop).await;
            }
        }
        if !self.may_go_out(&sending) {
            return self.take_back(sending.at, None, &stop).await;
        }
        let answer = self.client.provider.submit_as(&self.entry.id, &self.entry.request).await;
        let outcome = outcome_of(answer, &self.limits, self.entry.request.kind(), self.tries);
        self.answered(outcome, sending.at, &stop).await
    }

    /// True if nobody else can have the lease that the step to `sending` was taken under. The
    /// machine may have slept since; a clock that counts that time tells.
    fn may_go_out(&self, sending: &Sending) -> bool {
        let passed = (self.client.clock.now() - sending.at).max(delta(sending.began.elapsed()));
        sending.is_leased && passed <= delta(self.sharing.send_within)
    }

    /// Puts a request that did not go out back into the queue, unless somebody else has moved it
    /// on.
    async fn take_back(
        &self,
        sent_at: DateTime<Utc>,
        error: Option<StoreError>,
        stop: &CancellationToken,
    ) -> SubmissionResult {
        let now = self.client.clock.now();
        let details = StepDetails { sent_at: Some(sent_at), ..StepDetails::at(now) };
        let result = self.put_off(self.client.vendor_now() + PUT_OFF, error);
        let last = LastStep { to: JournalState::Queued, details, sighting: None, is_told: false };
        self.write_down(last, result, stop).await
    }

    /// Returns the earliest time with room for the request, counting everybody's purges until now.
    /// Where reading the history fails because it is not allowed or not offered, the purge is sent
    /// all the same: the vendor itself refuses it when there is no room.
    async fn earliest(&self) -> Result<DateTime<Utc>, SyncError> {
        let request = &self.entry.request;
        let (now, kind) = (self.client.vendor_now(), request.kind());
        let windows = self.limits.rule(kind).map_or(&[][..], |rule| &rule.windows);
        let longest = windows.iter().map(|window| window.per).max();
        if longest.is_none() && self.limits.caps(kind).next().is_none() {
            return Ok(now);
        }
        if let Some(longest) = longest {
            match self.read_recent(now - delta(longest) - self.client.doubt()).await {
                Err(SyncError::Vendor(failure)) if !failure.is_transient() => {}
                read => read?,
            }
        }
        let usage = self
            .writer
            .usage(&self.client, &self.limits, self.closed.clone(), &self.sent)
            .await
            .map_err(SyncError::Store)?;
        let now = self.client.vendor_now();
        let ledger = Ledger::new(&self.limits, &request.account, &usage);
        let targets = request.payload.targets().len();
        if !ledger.has_room(&request.resource, kind, targets, now) {
            // It waits for one to end, of which the history tells, and for no time.
            return Ok(now + FULL);
        }
        Ok(ledger.earliest(&request.resource, kind, targets, now).unwrap_or(now))
    }

    /// Reads recent purges into the store. All resources of the account are read, since a window
    /// may count all of them.
    async fn read_recent(&self, since: DateTime<Utc>) -> Result<(), SyncError> {
        let rule = &self.limits.history;
        let resource = (self.entry.request.resource.clone(), self.entry.request.cname.clone());
        let mut scan = RangeScan::new(rule, &[(since, self.client.vendor_now())], true);
        // The scan itself bounds the refusals, which tell nothing and are no pages.
        let (mut pages, mut refused) = (0, None);
        while pages < MAX_PAGES {
            let Some((place, mut ask)) = scan.ask() else { break };
            if rule.per_resource {
                ask = HistoryRequest {
                    resource: Some(resource.clone()),
                    ..HistoryRequest::default()
                };
            }
            let response = match self.client.ask(&ask, rule).await {
                Ok(response) => response,
                Err(failure) if failure.cause == Cause::RangeTooLong => {
                    scan.too_long(place);
                    refused = Some(failure);
                    continue;
                }
                Err(failure) => return Err(SyncError::Vendor(failure)),
            };
            pages += 1;
            let answered = scan.answer(place, &response.page, response.settled_until);
            let covered = answered.covered.filter(|_| !rule.per_resource).into_iter().collect();
            self.client.write(response.page.purges, covered).await.map_err(SyncError::Store)?;
            if rule.per_resource {
                break;
            }
        }
        match refused.filter(|_| pages == 0) {
            Some(failure) => Err(SyncError::Vendor(failure)),
            None => Ok(()),
        }
    }

    /// Returns the result where the vendor's history could not be read: nothing was sent.
    fn unreached(&self, failure: &Failure) -> SubmissionResult {
        let SubmitOutcome::Wait { pause, .. } = outcome_of(
            Err(Failure { applied: crate::domain::failure::Applied::No, ..failure.clone() }),
            &self.limits,
            self.entry.request.kind(),
            self.tries,
        ) else {
            return self.put_off(self.client.vendor_now() + PUT_OFF, None);
        };
        SubmissionResult {
            account_held_until: Some(self.client.vendor_now() + delta(pause)),
            tries: self.tries.saturating_add(1),
            ..self.unsent()
        }
    }

    async fn answered(
        &self,
        outcome: SubmitOutcome,
        sent_at: DateTime<Utc>,
        stop: &CancellationToken,
    ) -> SubmissionResult {
        let now = self.client.clock.now();
        let mut details = StepDetails {
            ahead: self.client.provider.clock_ahead(),
            sent_at: Some(sent_at),
            ..StepDetails::at(now)
        };
        let mut result = SubmissionResult { tries: 0, ..self.unsent() };
        let mut sighting = None;
        let to = match outcome {
            SubmitOutcome::Accepted(receipt) => {
                details.error = partial::words(&receipt.refused, &self.entry.request);
                sighting = partial::seen(&self.client, &self.limits, &self.entry.request, &receipt);
                details.purge = receipt.id;
                JournalState::Accepted
            }
            SubmitOutcome::Rejected(words) => {
                details.error = Some(words);
                JournalState::Rejected
            }
            SubmitOutcome::Unknown(words) => {
                details.error = Some(words);
                JournalState::Unknown
            }
            SubmitOutcome::Wait { pause, closed, words } => {
                let until = self.client.vendor_now() + delta(pause);
                details.error = Some(words);
                if closed {
                    details.planned_at = Some(now + delta(pause));
                    result.closed = Some(Cooldown {
                        account: self.client.account.clone(),
                        resource: self.entry.request.resource.clone(),
                        kind: self.entry.request.kind(),
                        until,
                    });
                } else {
                    result.account_held_until = Some(until);
                    result.held = Some((self.entry.id.clone(), until));
                    result.tries = self.tries.saturating_add(1);
                }
                JournalState::Queued
            }
        };
        self.write_down(LastStep { to, details, sighting, is_told: true }, result, stop).await
    }

    /// Stores the outcome, with as many attempts as it takes.
    async fn write_down(
        &self,
        last: LastStep,
        mut result: SubmissionResult,
        stop: &CancellationToken,
    ) -> SubmissionResult {
        let LastStep { to, details, mut sighting, is_told } = last;
        let (mut from, mut pause, mut attempts) = (JournalState::Sending, WRITE_PAUSE, 0);
        loop {
            let stepped = match self.record(&mut sighting).await {
                Ok(()) => self.writer.try_step(&self.entry.id, from, to, details.clone()).await,
                Err(error) => Err(error),
            };
            let error = match stepped {
                Ok(StepResult::Taken(entry)) => {
                    result.entry = Some(*entry);
                    return result;
                }
                // Who took over could not know it.
                Ok(StepResult::Refused(Some(JournalState::Unknown)))
                    if is_told && from == JournalState::Sending && to != JournalState::Unknown =>
                {
                    from = JournalState::Unknown;
                    continue;
                }
                Ok(StepResult::Refused(found)) => {
                    self.report_late(found, to);
                    result.journal_changed = true;
                    return result;
                }
                Ok(StepResult::LeaseLost) => {
                    result.journal_changed = true;
                    return result;
                }
                Ok(StepResult::InDoubt(error)) | Err(error) => error,
            };
            attempts += 1;
            if attempts == WRITES && is_told {
                self.writer.events.notice(
                    Level::Error,
                    Some(&self.client.account),
                    format!(
                        "The vendor's answer to a purge of {} is \"{to}\" and cannot be written \
                         down: {error}",
                        self.entry.request.cname
                    ),
                );
            }
            if attempts >= WRITES && stop.is_cancelled() {
                result.error = Some(error);
                return result;
            }
            tokio::select! {
                () = stop.cancelled(), if attempts >= WRITES => {}
                () = tokio::time::sleep(pause) => {}
                () = self.writer.store.back() => {}
            }
            pause = (pause * 2).min(WRITE_PAUSE_LONGEST);
        }
    }

    /// Stores a sighting, once.
    async fn record(&self, sighting: &mut Option<Purge>) -> Result<(), StoreError> {
        if let Some(purge) = sighting.clone() {
            self.client.write(vec![purge], Vec::new()).await?;
            *sighting = None;
        }
        Ok(())
    }

    /// Tells the operator of an answer that the journal has no place for: somebody had the request
    /// sent again meanwhile, by their word.
    fn report_late(&self, found: Option<JournalState>, to: JournalState) {
        let is_again = matches!(found, Some(JournalState::Queued | JournalState::Sending));
        if is_again && to == JournalState::Accepted {
            self.writer.events.notice(
                Level::Warning,
                Some(&self.client.account),
                format!(
                    "The vendor took a purge of {} that is being sent again: its answer came late.",
                    self.entry.request.cname
                ),
            );
        }
    }
}
