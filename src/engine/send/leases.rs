//! The leases of the accounts: the right to send for one, of all purgedecks on the store.

use std::collections::{BTreeMap, BTreeSet};

use super::Sender;
use super::account_queue::{AccountQueue, SendLease};
use super::journal::Journal;
use crate::domain::event::{Event, Level, StoreError};
use crate::domain::ids::{AccountName, JournalId};
use crate::domain::journal::JournalState;
use crate::store::{Duty, Lease, StoreFailure};

impl Sender {
    /// True if there is something to send and the lease for it is not ours.
    pub(super) fn waits_for_a_lease(&self) -> bool {
        let mut queues = self.queues.values();
        queues.any(|queue| !queue.lease.is_held() && has_to_send(queue, &self.journal))
    }

    /// Takes the leases of accounts with something to send, and gives back those of accounts with
    /// nothing.
    pub(super) async fn take_or_give_leases(&mut self) {
        self.give().await;
        let queues = self.queues.iter();
        let wanted: BTreeSet<AccountName> = queues
            .filter(|(_, queue)| !queue.lease.is_held() && has_to_send(queue, &self.journal))
            .map(|(account, _)| account.clone())
            .collect();
        if wanted.is_empty() {
            return;
        }
        match self.lease(wanted).await {
            Ok(leases) => {
                self.reported = false;
                let taken = self.note(leases);
                if !taken.is_empty() && !self.take_on(&taken).await {
                    self.release(taken).await;
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut self.reported, true) {
                    let words = format!("Nothing can be sent. {error}");
                    self.events.notice(Level::Error, None, words);
                }
            }
        }
    }

    /// Gives back the leases of accounts with nothing to send and no request on its way.
    async fn give(&mut self) {
        let mut unneeded = BTreeSet::new();
        for (account, queue) in &mut self.queues {
            if queue.busy || has_to_send(queue, &self.journal) {
                continue;
            }
            match &queue.lease {
                SendLease::Free => {}
                SendLease::Held => {
                    unneeded.insert(account.clone());
                }
                SendLease::Elsewhere(_) => {
                    queue.lease = SendLease::Free;
                    if self.sharing.is_told {
                        let account = account.clone();
                        self.events.publish(Event::Sender { account, by: None });
                    }
                }
            }
        }
        if !unneeded.is_empty() {
            self.release(unneeded).await;
        }
    }

    /// Asks for the leases of these accounts. Where the store is out of reach, none is taken.
    async fn lease(
        &self,
        accounts: BTreeSet<AccountName>,
    ) -> Result<BTreeMap<AccountName, Lease>, StoreError> {
        let leased = self.journal.writer.store.call(move |store| {
            let mut leases = BTreeMap::new();
            for account in accounts {
                match store.lease(Duty::Send(account.clone())) {
                    Ok(lease) => {
                        leases.insert(account, lease);
                    }
                    // It is told elsewhere.
                    Err(StoreFailure::Unreachable(_)) => break,
                    Err(failure) => return Err(failure),
                }
            }
            Ok(leases)
        });
        leased.await
    }

    /// Takes note of leases; returns the accounts whose lease is ours now.
    fn note(&mut self, leases: BTreeMap<AccountName, Lease>) -> BTreeSet<AccountName> {
        let mut taken = BTreeSet::new();
        for (account, lease) in leases {
            let Some(queue) = self.queues.get_mut(&account) else { continue };
            let lease = match lease {
                Lease::Held => {
                    taken.insert(account.clone());
                    SendLease::Held
                }
                Lease::HeldBy(who) => SendLease::Elsewhere(who.into()),
            };
            let before = std::mem::replace(&mut queue.lease, lease);
            if self.sharing.is_told && before != queue.lease {
                let by = match &queue.lease {
                    SendLease::Free | SendLease::Held => None,
                    SendLease::Elsewhere(by) => Some(by.clone()),
                };
                self.events.publish(Event::Sender { account, by });
            }
        }
        taken
    }

    /// Takes on what was left of these accounts. Nobody else sends for them now: entries in
    /// `sending` were left by a sender that is gone, but for those that this one has on their way.
    /// They are read under the lease. Returns false where that fails.
    async fn take_on(&mut self, accounts: &BTreeSet<AccountName>) -> bool {
        if let Err(error) = self.journal.check().await {
            self.journal.report(&error);
            return false;
        }
        if self.read_journal(true).await {
            return false;
        }
        let ours: BTreeSet<JournalId> = self.submitting.values().map(|it| it.1.clone()).collect();
        let left = self.journal.leave_to_history(accounts, &ours, self.clock.now());
        if let Err(error) = left.await {
            self.journal.report(&error);
            return false;
        }
        for queue in accounts.iter().filter_map(|account| self.queues.get(account)) {
            for entry in self.journal.of(&queue.client.account) {
                if entry.state == JournalState::Unknown {
                    queue.expect(entry);
                }
            }
        }
        true
    }

    /// Gives leases back.
    async fn release(&mut self, accounts: BTreeSet<AccountName>) {
        for account in &accounts {
            if let Some(queue) = self.queues.get_mut(account) {
                queue.lease = SendLease::Free;
            }
        }
        let released = self.journal.writer.store.call(move |store| {
            for account in accounts {
                let duty = Duty::Send(account);
                // One that was lost is not given back.
                if store.holds(&duty)? {
                    store.release(&duty)?;
                }
            }
            Ok(())
        });
        if let Err(error) = released.await {
            self.journal.report(&error);
        }
    }

    /// Checks the leases of the accounts of which a request may go out now. Returns true if one was
    /// lost.
    pub(super) async fn check_leases(&mut self) -> bool {
        let queues = self.queues.iter();
        let needed: Vec<AccountName> = queues
            .filter(|(_, queue)| may_send(queue, &self.journal))
            .map(|(account, _)| account.clone())
            .collect();
        if needed.is_empty() {
            return false;
        }
        let asked = needed.clone();
        let held = self.journal.writer.store.call(move |store| {
            let mut held = BTreeSet::new();
            for account in asked {
                if store.holds(&Duty::Send(account.clone()))? {
                    held.insert(account);
                }
            }
            Ok(held)
        });
        let held = held.await.unwrap_or_default();
        let lost = needed.into_iter().filter(|account| !held.contains(account));
        let mut is_lost = false;
        for account in lost {
            is_lost = true;
            if let Some(queue) = self.queues.get_mut(&account) {
                queue.lease = SendLease::Free;
            }
        }
        is_lost
    }

    /// Takes note that all leases went with the connection.
    pub(super) fn lose_leases(&mut self) {
        for queue in self.queues.values_mut().filter(|queue| queue.lease.is_held()) {
            queue.lease = SendLease::Free;
        }
    }
}

/// True if an account has requests to send, or ones left in `sending`, and may send.
fn has_to_send(queue: &AccountQueue, journal: &Journal) -> bool {
    !queue.is_read_only() && journal.has_to_send(&queue.client.account)
}

/// True if a request of an account may go out now, as far as the rules and the lease are concerned.
pub(super) fn may_send(queue: &AccountQueue, journal: &Journal) -> bool {
    queue.lease.is_held()
        && !queue.busy
        && !queue.is_read_only()
        && journal.queued(&queue.client.account).next().is_some()
}
