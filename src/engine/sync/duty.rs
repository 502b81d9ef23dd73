//! The reading of the accounts' histories, shared out among the purgedecks on a store: one reads
//! each account, the others wait and take over when it is gone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::domain::event::{Holder, Level, StoreError};
use crate::domain::ids::AccountName;
use crate::engine::events::EventHub;
use crate::engine::store_writer::StoreWriter;
use crate::store::{Duty, Lease, StoreFailure};

/// The purgedeck that reads an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is not known, or not decided.
    Open,
    /// This one, for the time of this number.
    Ours(u64),
    /// Another one.
    Theirs(Holder),
}

/// The purgedecks that read the accounts. Clones show the same.
#[derive(Clone, Debug)]
pub(in crate::engine) struct SyncDuties {
    turns: watch::Sender<BTreeMap<AccountName, Turn>>,
    ask: Arc<Notify>,
}

impl SyncDuties {
    /// Makes duties that nobody was asked for.
    pub(in crate::engine) fn new(accounts: impl IntoIterator<Item = AccountName>) -> Self {
        let turns = accounts.into_iter().map(|account| (account, Turn::Open)).collect();
        Self { turns: watch::Sender::new(turns), ask: Arc::default() }
    }

    /// Leaves the reading to the others, since nothing can be written here.
    pub(in crate::engine) fn leave_to_others(&self) {
        self.turns.send_modify(|turns| {
            for turn in turns.values_mut() {
                *turn = Turn::Theirs(Holder::Unnamed);
            }
        });
    }

    /// Takes note that the connection was lost, and the duties with it.
    pub(in crate::engine) fn lose(&self) {
        self.turns.send_modify(|turns| {
            let ours = turns.values_mut().filter(|turn| matches!(turn, Turn::Ours(_)));
            ours.for_each(|turn| *turn = Turn::Open);
        });
    }

    /// Asks for the duties now.
    pub(in crate::engine) fn ask_now(&self) {
        self.ask.notify_one();
    }

    /// Follows the turns.
    pub(super) fn follow(&self) -> watch::Receiver<BTreeMap<AccountName, Turn>> {
        self.turns.subscribe()
    }

    /// Asks for the duties that this purgedeck does not have, with this pause, until `stop`. While
    /// it has all of them it sleeps.
    pub(in crate::engine) async fn work(
        self,
        writer: StoreWriter,
        events: EventHub,
        pause: Duration,
        stop: CancellationToken,
    ) {
        let (mut number, mut asks_all, mut told) = (0, true, None);
        loop {
            let wanted = self.wanted(asks_all, number);
            let is_waiting = !wanted.is_empty() && writer.is_reachable();
            if is_waiting {
                number += 1;
                let taken = self.take(&writer, wanted, number).await;
                // That the store is out of reach is told once, for all.
                if let Err(error) = &taken
                    && told.as_ref() != Some(error)
                    && writer.is_reachable()
                {
                    events.notice(Level::Error, None, format!("Nothing can be read. {error}"));
                }
                told = taken.as_ref().err().cloned();
                let is_news = taken.unwrap_or(false);
                // A holder that gave up one duty, or was followed by another, may have others.
                if is_news && !std::mem::replace(&mut asks_all, true) {
                    continue;
                }
            }
            let waits = is_waiting && !self.wanted(true, number).is_empty();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.ask.notified() => asks_all = true,
                () = tokio::time::sleep(pause), if waits => asks_all = false,
            }
        }
    }

    /// Lists the accounts to ask for: all that this purgedeck does not read, or of those of each
    /// other one the next, since it is asked often and they end together.
    fn wanted(&self, all: bool, number: u64) -> Vec<AccountName> {
        let mut wanted: Vec<AccountName> = Vec::new();
        let mut of_holders: Vec<(&Holder, Vec<&AccountName>)> = Vec::new();
        let turns = self.turns.borrow();
        for (account, turn) in turns.iter() {
            match turn {
                Turn::Ours(_) => {}
                Turn::Theirs(holder) if !all => {
                    match of_holders.iter_mut().find(|(other, _)| *other == holder) {
                        Some((_, accounts)) => accounts.push(account),
                        None => of_holders.push((holder, vec![account])),
                    }
                }
                Turn::Open | Turn::Theirs(_) => wanted.push(account.clone()),
            }
        }
        for (_, accounts) in of_holders {
            let next = number % (accounts.len() as u64).max(1);
            wanted.extend(accounts.get(next as usize).map(|account| (*account).clone()));
        }
        wanted
    }

    /// Asks for duties; returns true if any of them changed hands.
    async fn take(
        &self,
        writer: &StoreWriter,
        wanted: Vec<AccountName>,
        number: u64,
    ) -> Result<bool, StoreError> {
        let asked = writer.call(move |store| {
            let mut leases = Vec::new();
            for account in wanted {
                match store.lease(Duty::Sync(account.clone())) {
                    Ok(lease) => leases.push((account, lease)),
                    // It is told elsewhere.
                    Err(StoreFailure::Unreachable(_)) => break,
                    Err(failure) => return Err(failure),
                }
            }
            // Those that went with a connection that was lost meanwhile are nobody's.
            leases.retain(|(account, lease)| {
                *lease != Lease::Held || store.holds(&Duty::Sync(account.clone())) == Ok(true)
            });
            Ok(leases)
        });
        let leases = asked.await?;
        Ok(self.turns.send_if_modified(|turns| {
            let mut is_new = false;
            for (account, lease) in leases {
                let turn = match lease {
                    Lease::Held => Turn::Ours(number),
                    Lease::HeldBy(who) => Turn::Theirs(who.into()),
                };
                is_new |= turns.insert(account, turn.clone()) != Some(turn);
            }
            is_new
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_accounts_of_each_other_purgedeck_one_is_asked_for_after_the_other() {
        let duties = SyncDuties::new(["a", "b", "c", "d", "e"].map(AccountName::from));
        let names = |all, number| -> String {
            duties.wanted(all, number).iter().map(AccountName::as_str).collect()
        };
        assert_eq!(names(false, 0), "abcde", "nothing is known yet");
        duties.turns.send_modify(|turns| {
            for (account, turn) in [
                ("a", Turn::Theirs(Holder::Named("mia@deploy1".to_owned()))),
                ("b", Turn::Ours(1)),
                ("c", Turn::Theirs(Holder::Unnamed)),
                ("d", Turn::Theirs(Holder::Named("mia@deploy1".to_owned()))),
            ] {
                turns.insert(account.into(), turn);
            }
        });
        assert_eq!(names(true, 0), "acde");
        assert_eq!([names(false, 0), names(false, 1), names(false, 2)], ["eac", "edc", "eac"]);
        duties.lose();
        assert_eq!(names(false, 0), "beac", "what was lost is asked for again");
    }
}
