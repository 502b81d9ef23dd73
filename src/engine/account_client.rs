//! Asking one account's vendor for history and writing down what it says.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::clock::{Clock, delta};
use super::events::EventHub;
use super::messages::SenderMsg;
use super::store_writer::StoreWriter;
use crate::domain::event::{Event, StoreError};
use crate::domain::failure::Failure;
use crate::domain::ids::AccountName;
use crate::domain::limits::HistoryRule;
use crate::domain::purge::Purge;
use crate::providers::{HistoryPage, HistoryRequest, Provider};
use crate::store::Recorded;

/// How far a vendor's clock may be from where its newest answer puts it: its date is cut to the second.
const CLOCK_GRAIN: TimeDelta = TimeDelta::seconds(2);
/// How far a vendor's clock may be from ours while it has not shown it.
const CLOCK_UNKNOWN: TimeDelta = TimeDelta::minutes(2);

/// One account's way to its vendor and from there into the store.
#[derive(Clone, Debug)]
pub(super) struct AccountClient {
    pub(super) account: AccountName,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) writer: StoreWriter,
    pub(super) events: EventHub,
    pub(super) clock: Clock,
    pub(super) sender: UnboundedSender<SenderMsg>,
}

/// Why history could not be brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyncError {
    /// The vendor did not give it.
    Vendor(Failure),
    /// The store did not take it.
    Store(StoreError),
}

/// An answer, and until when the vendor's history had surely settled when it was asked for.
#[derive(Clone, Debug)]
pub(super) struct HistoryResponse {
    pub(super) page: HistoryPage,
    pub(super) edge: DateTime<Utc>,
}

impl AccountClient {
    /// The time by the vendor's clock, as far as it is known.
    pub(super) fn vendor_now(&self) -> DateTime<Utc> {
        self.clock.now() + self.provider.clock_ahead().unwrap_or_default()
    }

    /// How far off [`AccountClient::vendor_now`] may be.
    pub(super) fn doubt(&self) -> TimeDelta {
        if self.provider.clock_ahead().is_some() { CLOCK_GRAIN } else { CLOCK_UNKNOWN }
    }

    /// Asks.
    pub(super) async fn ask(
        &self,
        ask: &HistoryRequest,
        rule: &HistoryRule,
    ) -> Result<HistoryResponse, Failure> {
        let (asked_at, began) = (self.clock.now(), Instant::now());
        let page = self.provider.history(ask).await?;
        // The vendor's clock is read off an answer that was some time under way.
        let ahead = self.provider.clock_ahead().unwrap_or_default();
        let doubt = self.doubt() + delta(began.elapsed()) + delta(rule.settle);
        Ok(HistoryResponse { page, edge: asked_at + ahead - doubt })
    }

    /// Writes down purges and, with them, that a range is complete; tells the core what changed, and the sender.
    pub(super) async fn write(
        &self,
        purges: Vec<Purge>,
        covered: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<Recorded, StoreError> {
        if purges.is_empty() && covered.is_none() {
            return Ok(Recorded::default());
        }
        let (account, now) = (self.account.clone(), self.clock.now());
        let recorded = self
            .writer
            .call(move |store| {
                let recorded = if purges.is_empty() {
                    Recorded::default()
                } else {
                    store.writer()?.record(&purges, now)?
                };
                if let Some((from, until)) = covered {
                    store.writer()?.add_coverage(&account, from, until)?;
                }
                Ok(recorded)
            })
            .await?;
        self.changed(&recorded);
        Ok(recorded)
    }

    /// Tells the core and the sender what changed.
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
            // Where there is nobody to nudge, everything is being stopped.
            let _ =
                self.sender.send(SenderMsg::History { account: self.account.clone(), from, until });
        }
    }
}
