//! What every pane may know: the accounts, how they stand, what they can purge and what their vendors accept.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::account::Account;
use crate::domain::event::{AccountStatus, Event};
use crate::domain::ids::{AccountName, JournalId, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Limits;
use crate::domain::resource::Resource;

/// The accounts and what their vendors told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The accounts in the order of the configuration.
    pub accounts: Vec<Account>,
    /// How they stand; none before the first word of the vendor.
    pub statuses: BTreeMap<AccountName, AccountStatus>,
    /// What can be purged.
    pub resources: BTreeMap<AccountName, Arc<Vec<Resource>>>,
    /// What the vendors accept.
    pub limits: BTreeMap<AccountName, Arc<Limits>>,
    /// The journal's open requests.
    pub open: BTreeMap<JournalId, JournalEntry>,
    /// Whether the queue is paused.
    pub paused: bool,
    /// Whether nothing may be purged at all.
    pub read_only: bool,
    /// Whether only the store is asked.
    pub offline: bool,
}

impl Known {
    /// Keeps what an event says of the accounts and the queue. Returns whether it said anything new.
    pub fn learn(&mut self, event: &Event) -> bool {
        match event {
            Event::Account { account, status } => {
                let known = self.statuses.entry(account.clone()).or_default();
                let new = known != status;
                known.clone_from(status);
                new
            }
            Event::Resources { account, resources } => {
                self.resources.insert(account.clone(), resources.clone());
                true
            }
            Event::Limits { account, limits } => {
                self.limits.insert(account.clone(), limits.clone());
                true
            }
            Event::Journal(entry) => {
                self.learn_entry(entry);
                true
            }
            Event::QueuePaused(paused) => std::mem::replace(&mut self.paused, *paused) != *paused,
            Event::HistoryChanged { .. } | Event::Notice(_) => false,
        }
    }

    /// Keeps the state of an entry of the journal.
    pub fn learn_entry(&mut self, entry: &JournalEntry) {
        if entry.state.is_open() {
            self.open.insert(entry.id.clone(), entry.clone());
        } else {
            self.open.remove(&entry.id);
        }
    }

    /// The account of this name.
    pub fn account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    /// The resource of this id.
    pub fn resource(&self, account: &AccountName, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(account)?.iter().find(|resource| resource.id == *id)
    }

    /// The resource of this account that answers to the host name.
    pub fn resource_of_host(&self, account: &AccountName, host: &str) -> Option<&Resource> {
        self.resources.get(account)?.iter().find(|resource| resource.answers_to(host))
    }

    /// Whether nothing may be purged in this account, by whatever rule.
    pub fn is_read_only(&self, account: &AccountName) -> bool {
        self.read_only || self.account(account).is_some_and(|it| it.read_only)
    }

    /// When the last of what is queued is planned to go out; `None` where nothing is.
    pub fn queue_ends_at(&self) -> Option<DateTime<Utc>> {
        self.open
            .values()
            .filter(|entry| entry.state == JournalState::Queued)
            .map(|entry| entry.planned_at)
            .max()
    }

    /// How many requests stand in this state.
    pub fn count(&self, state: JournalState) -> usize {
        self.open.values().filter(|entry| entry.state == state).count()
    }
}
