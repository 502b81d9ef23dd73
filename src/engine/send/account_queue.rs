//! The queue of one account, as the sender sees it.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::{mpsc, watch};

use super::schedule::Holds;
use super::submission::SubmissionResult;
use crate::domain::budget::Cooldown;
use crate::domain::event::Holder;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Limits;
use crate::engine::account_client::AccountClient;
use crate::engine::messages::SyncMsg;
use crate::engine::safety::Safety;

/// The right to send for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum SendLease {
    /// It is not ours, as far as we know nobody's.
    #[default]
    Free,
    /// It is ours.
    Held,
    /// Another purgedeck has it.
    Elsewhere(Holder),
}

impl SendLease {
    /// True if it is ours, as far as we know.
    pub(super) fn is_held(&self) -> bool {
        *self == Self::Held
    }
}

/// The queue of one account, as the sender sees it.
#[derive(Debug)]
pub(in crate::engine) struct AccountQueue {
    pub(super) client: AccountClient,
    pub(super) limits: watch::Receiver<Arc<Limits>>,
    pub(super) sync: mpsc::UnboundedSender<SyncMsg>,
    pub(super) safety: Arc<Safety>,
    /// Windows that the vendor closed.
    pub(super) closed: Vec<Cooldown>,
    /// Delays of its requests besides their planned times and the windows.
    pub(super) holds: Holds,
    /// Number of consecutive attempts that did not reach the vendor.
    pub(super) tries: u32,
    /// The request of which the operator was told last that it waits for purges under way.
    pub(super) told: Option<JournalId>,
    /// A request of the account is being submitted.
    pub(super) busy: bool,
    pub(super) lease: SendLease,
}

impl AccountQueue {
    /// Makes a queue with no submission under way.
    pub(in crate::engine) fn new(
        client: AccountClient,
        limits: watch::Receiver<Arc<Limits>>,
        sync: mpsc::UnboundedSender<SyncMsg>,
        safety: Arc<Safety>,
    ) -> Self {
        Self {
            client,
            limits,
            sync,
            safety,
            closed: Vec::new(),
            holds: Holds::default(),
            tries: 0,
            told: None,
            busy: false,
            lease: SendLease::default(),
        }
    }

    /// Has a request told that waits for purges under way to end, once.
    pub(super) fn tell_waiting(
        &mut self,
        waits: Option<&JournalEntry>,
        tell: impl FnOnce(&JournalEntry),
    ) {
        if let Some(entry) = waits
            && self.told.as_ref() != Some(&entry.id)
        {
            self.told = Some(entry.id.clone());
            tell(entry);
        }
    }

    /// True if nothing may be sent for the account now.
    pub(super) fn is_read_only(&self) -> bool {
        self.safety.forbids(&self.client.account)
    }

    /// Takes the result of a submission.
    pub(super) fn finish(&mut self, result: &SubmissionResult) {
        self.busy = false;
        if result.lease_lost {
            self.lease = SendLease::Free;
        }
        self.tries = result.tries;
        let now = self.client.vendor_now();
        self.holds.until.retain(|_, until| *until > now);
        self.holds.until.extend(result.held.clone());
        self.closed.retain(|closed| closed.until > now);
        self.closed.extend(result.closed.clone());
        if let Some(entry) = &result.entry {
            if matches!(entry.state, JournalState::Accepted | JournalState::Unknown) {
                self.expect(entry);
            }
            self.holds.shifted.remove(&entry.id);
        }
    }

    /// Returns the lead of the vendor's clock over ours when a request was sent; the present one
    /// where that is not known.
    pub(super) fn ahead(&self, entry: &JournalEntry) -> TimeDelta {
        let now = || self.client.provider.clock_ahead().unwrap_or_default();
        entry.ahead.unwrap_or_else(now)
    }

    /// Has the account's sync look for a purge that was sent.
    pub(super) fn expect(&self, entry: &JournalEntry) {
        // Where there is no sync, everything is being stopped.
        let _ = self.sync.send(SyncMsg::Sent(entry.request.resource.clone()));
    }
}
