//! Reads history from one account's vendor and stores it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::clock::{Clock, delta};
use super::events::EventHub;
use super::messages::SenderMsg;
use super::retention::HistoryFloor;
use super::store_writer::StoreWriter;
use crate::domain::event::{Event, StoreError};
use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::limits::HistoryRule;
use crate::domain::purge::Purge;
use crate::providers::{HistoryPage, HistoryRequest, Provider};
use crate::store::Recorded;

/// Error of a vendor's clock as read from its newest answer, whose date is cut to the second.
const CLOCK_GRAIN: TimeDelta = TimeDelta::seconds(2);
/// Assumed difference between a vendor's clock and ours before its first answer.
const CLOCK_UNKNOWN: TimeDelta = TimeDelta::minutes(2);

/// Reads from one account's vendor and writes into the store.
#[derive(Clone, Debug)]
pub(super) struct AccountClient {
    pub(super) account: AccountName,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) writer: StoreWriter,
    pub(super) events: EventHub,
    pub(super) clock: Clock,
    pub(super) sender: UnboundedSender<SenderMsg>,
    pub(super) floor: HistoryFloor,
}

/// A failure to read history or to store it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyncError {
    /// The vendor failed.
    Vendor(Failure),
    /// The store failed.
    Store(StoreError),
}

/// An answer of a vendor, and the instant up to which its history had settled when it was asked.
#[derive(Clone, Debug)]
pub(super) struct HistoryResponse {
    pub(super) page: HistoryPage,
    pub(super) settled_until: DateTime<Utc>,
}

impl AccountClient {
    /// Returns the time by the vendor's clock, as far as it is known.
    pub(super) fn vendor_now(&self) -> DateTime<Utc> {
        self.clock.now() + self.provider.clock_ahead().unwrap_or_default()
    }

    /// Returns the largest error of [`AccountClient::vendor_now`].
    pub(super) fn doubt(&self) -> TimeDelta {
        if self.provider.clock_ahead().is_some() { CLOCK_GRAIN } else { CLOCK_UNKNOWN }
    }

    /// Requests one page of history.
    pub(super) async fn ask(
        &self,
        ask: &HistoryRequest,
        rule: &HistoryRule,
    ) -> Result<HistoryResponse, Failure> {
        let (asked_at, began) = (self.clock.now(), Instant::now());
        let page = self.provider.history(ask).await?;
        // The vendor's clock is read from an answer that took some time to arrive.
        let ahead = self.provider.clock_ahead().unwrap_or_default();
        let doubt = self.doubt() + delta(began.elapsed()) + delta(rule.settle);
        Ok(HistoryResponse { page, settled_until: asked_at + ahead - doubt })
    }

    /// Stores the resources whose lists were read to their end.
    pub(super) async fn save_whole_lists(
        &self,
        whole: BTreeSet<ResourceId>,
    ) -> Result<(), StoreError> {
        let account = self.account.clone();
        self.writer.call(move |store| store.writer()?.save_whole_lists(&account, &whole)).await
    }

    /// Stores purges and, after them, that ranges are complete; publishes the change. Of those that
    /// are older than what is kept only the ones are stored that the store has: unfinished ones.
    pub(super) async fn write(
        &self,
        purges: Vec<Purge>,
        covered: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<Recorded, StoreError> {
        let floor = self.floor.get().unwrap_or(DateTime::<Utc>::MIN_UTC);
        let (mut purges, older): (Vec<_>, Vec<_>) =
            purges.into_iter().partition(|purge| purge.created >= floor);
        if purges.is_empty() && older.is_empty() && covered.is_empty() {
            return Ok(Recorded::default());
        }
        let (account, now) = (self.account.clone(), self.clock.now());
        let recorded = self
            .writer
            .call(move |store| {
                for purge in older {
                    if store.reader.purge_of(&purge.account, &purge.id)?.is_some() {
                        purges.push(purge);
                    }
                }
                let recorded = if purges.is_empty() {
                    Recorded::default()
                } else {
                    store.writer()?.record(&purges, now)?
                };
                for (from, until) in covered {
                    store.writer()?.add_coverage(&account, from.max(floor), until)?;
                }
                Ok(recorded)
            })
            .await?;
        self.changed(&recorded);
        Ok(recorded)
    }

    /// Publishes a change of the history, also to the sender.
    pub(super) fn changed(&self, recorded: &Recorded) {
        if let (Some(from), Some(until)) = (recorded.from, recorded.until)
            && recorded.new + recorded.changed > 0
        {
            self.events.publish(Event::HistoryChanged {
                account: self.account.clone(),
                from,
                until,
                new: u32::try_from(recorded.new).unwrap_or(u32::MAX),
            });
            // Where there is no sender, everything is being stopped.
            let _ =
                self.sender.send(SenderMsg::History { account: self.account.clone(), from, until });
        }
    }
}
