//! Everything that is known of the accounts, learned from events in one place: their state, what
//! can be purged in them, what their vendors accept, and what the journal holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::account::Account;
use crate::domain::bad_news::BadEnd;
use crate::domain::budget::{Consumption, Cooldown, RecentUse, USUAL_MARGIN, Usage};
use crate::domain::event::{AccountStatus, Event, Holder};
use crate::domain::failure::Failure;
use crate::domain::filter::Vocabulary;
use crate::domain::hosts::HostIndex;
use crate::domain::ids::{AccountName, JournalId, ProviderName, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Limits;
use crate::domain::lint_context::LintContext;
use crate::domain::notice_log::NoticeLog;
use crate::domain::permission::{Action, Permissions, Refusal};
use crate::domain::resource::Resource;
use crate::domain::view::ViewPlace;

/// A bad end, and when the request was answered or given up.
type NoticedEnd = (BadEnd, Option<DateTime<Utc>>);

/// The accounts and what their vendors and the journal say of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The accounts in the order of the configuration.
    pub accounts: Vec<Account>,
    /// The state of each account's sync; an account that is missing was not heard of yet.
    pub statuses: BTreeMap<AccountName, AccountStatus>,
    /// The one who sends an account's requests, where another purgedeck on the store does.
    pub senders: BTreeMap<AccountName, Holder>,
    /// The vendors' limits.
    pub limits: BTreeMap<AccountName, Arc<Limits>>,
    /// The journal's open requests: for the checks of a draft and for counting. Whoever lists the
    /// journal asks the store.
    pub open: BTreeMap<JournalId, JournalEntry>,
    /// Everything that the operator was told.
    pub notices: NoticeLog,
    /// True if the queue is paused.
    pub paused: bool,
    /// True if nothing may be purged at all.
    pub read_only: bool,
    /// True if no vendor is asked.
    pub offline: bool,
    /// The place of saved views.
    pub view_place: ViewPlace,
    /// The progress of reading older history, by account.
    progress: BTreeMap<AccountName, (u64, Option<u64>)>,
    /// Requests with a bad end that the operator has not looked at.
    bad_news: BTreeMap<JournalId, JournalEntry>,
    /// Bad ends of which the operator knows here, whatever a reading of the store from before says,
    /// with the time of the answer: what was lost may be sent again, and fail.
    noticed_here: BTreeMap<JournalId, NoticedEnd>,
    resources: BTreeMap<AccountName, Arc<Vec<Resource>>>,
    hosts: Arc<HostIndex>,
    /// The accounts with data in the store, and their providers; `None` before they were told.
    stored: Option<BTreeMap<AccountName, Option<ProviderName>>>,
    /// Windows that vendors closed, by the request that was refused; canceled requests still count.
    cooldowns: BTreeMap<JournalId, Cooldown>,
    revision: u64,
}

impl Known {
    /// Starts with the configuration alone.
    pub fn new(accounts: Vec<Account>, read_only: bool, offline: bool) -> Self {
        Self { accounts, read_only, offline, ..Self::default() }
    }

    /// Keeps what an event says of the accounts and the queue. Returns true if it said anything
    /// new.
    pub fn learn(&mut self, event: &Event) -> bool {
        match event {
            Event::Account { account, status } => {
                let known = self.statuses.entry(account.clone()).or_default();
                let new = known != status;
                known.clone_from(status);
                self.learn_progress(account, status.older);
                new
            }
            Event::Resources { account, resources } => {
                self.learn_resources(account.clone(), resources.clone());
                true
            }
            Event::Limits { account, limits } => {
                self.limits.insert(account.clone(), limits.clone());
                self.revision += 1;
                true
            }
            Event::Journal(entry) => {
                self.learn_entry(entry);
                true
            }
            Event::QueuePaused(paused) => std::mem::replace(&mut self.paused, *paused) != *paused,
            Event::Accounts { accounts, read_only } => {
                self.accounts.clone_from(accounts);
                self.read_only = *read_only;
                self.revision += 1;
                true
            }
            Event::Stored(stored) => {
                self.stored.get_or_insert_default().extend(stored.iter().cloned());
                false
            }
            Event::HistoryChanged { account, .. } => {
                if let Some(stored) = &mut self.stored
                    && !stored.contains_key(account)
                {
                    stored.insert(account.clone(), None);
                }
                false
            }
            Event::Sender { account, by: Some(by) } => {
                self.senders.insert(account.clone(), by.clone()).as_ref() != Some(by)
            }
            Event::Sender { account, by: None } => self.senders.remove(account).is_some(),
            Event::StoreLost { .. } | Event::StoreBack | Event::Notice(_) => false,
        }
    }

    /// Keeps the progress of reading older history; that of an account that is done stays until all
    /// are, so that the sum never runs backwards.
    fn learn_progress(&mut self, account: &AccountName, older: Option<(u64, Option<u64>)>) {
        if self.statuses.values().all(|status| status.older.is_none()) {
            self.progress.clear();
            return;
        }
        match (self.progress.get_mut(account), older) {
            (Some((read, of)), Some((now, now_of))) => {
                *read = (*read).max(now);
                *of = (*of).max(now_of);
            }
            (None, Some(older)) => {
                self.progress.insert(account.clone(), older);
            }
            (Some((read, of)), None) => *read = of.map_or(*read, |of| of.max(*read)),
            (None, None) => {}
        }
    }

    /// Returns the progress of reading the older history of these accounts: rows read and, where
    /// the vendors count, of how many. `None` where none of them is being read.
    pub fn older(&self, of: impl Fn(&AccountName) -> bool) -> Option<(u64, Option<u64>)> {
        let reads =
            |(name, status): (&AccountName, &AccountStatus)| status.older.is_some() && of(name);
        if !self.statuses.iter().any(reads) {
            return None;
        }
        let shown = || self.progress.iter().filter(|(name, _)| of(name)).map(|(_, it)| it);
        Some((shown().map(|it| it.0).sum(), shown().map(|it| it.1).sum()))
    }

    /// The resources of an account; `None` where they are not known.
    pub fn resources_of(&self, account: &AccountName) -> Option<&[Resource]> {
        self.resources.get(account).map(|resources| resources.as_slice())
    }

    /// Keeps an account's resources in the place of those that were known.
    pub fn learn_resources(&mut self, account: AccountName, resources: Arc<Vec<Resource>>) {
        self.resources.insert(account, resources);
        self.hosts = Arc::new(HostIndex::new(self.all_resources()));
        self.revision += 1;
    }

    /// Keeps the state of an entry of the journal.
    pub fn learn_entry(&mut self, entry: &JournalEntry) {
        if entry.state.is_open() {
            self.open.insert(entry.id.clone(), entry.clone());
        } else {
            self.open.remove(&entry.id);
        }
        let end = BadEnd::of(entry).map(|end| (end, entry.answered_at));
        let is_known = entry.noticed || self.noticed_here.get(&entry.id) == end.as_ref();
        if end.is_some() && !is_known {
            self.bad_news.insert(entry.id.clone(), entry.clone());
        } else {
            self.bad_news.remove(&entry.id);
        }
        match Cooldown::told_by(entry) {
            Some(cooldown) => self.cooldowns.insert(entry.id.clone(), cooldown),
            None => self.cooldowns.remove(&entry.id),
        };
    }

    /// Keeps these entries of the journal and forgets all others.
    pub fn replace_journal<'e>(&mut self, entries: impl IntoIterator<Item = &'e JournalEntry>) {
        self.open.clear();
        self.bad_news.clear();
        self.cooldowns.clear();
        for entry in entries {
            self.learn_entry(entry);
        }
    }

    /// Returns the requests with a bad end that the operator has not looked at.
    pub fn bad_news(&self) -> impl ExactSizeIterator<Item = &JournalEntry> + Clone {
        self.bad_news.values()
    }

    /// Forgets the bad news, since the operator looks at them; returns their requests.
    pub fn take_bad_news(&mut self) -> Vec<JournalId> {
        let entries = std::mem::take(&mut self.bad_news);
        let ends = entries
            .iter()
            .filter_map(|(id, entry)| Some((id.clone(), (BadEnd::of(entry)?, entry.answered_at))));
        self.noticed_here.extend(ends);
        entries.into_keys().collect()
    }

    /// A number that grows whenever resources or limits are learned: what was derived from them is
    /// then out of date.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The account of this name.
    pub fn account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    /// All resources, by account.
    pub fn all_resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().flat_map(|of_one| of_one.iter())
    }

    /// Returns the words that a filter is completed with, and whether its accounts and providers
    /// are all that there are.
    pub fn vocabulary(&self) -> Vocabulary {
        let stored = || self.stored.iter().flatten();
        let sorted = |mut words: Vec<String>| {
            words.sort_unstable();
            words.dedup();
            words
        };
        let cnames = self.all_resources().map(|resource| resource.cname.clone());
        let configured = self.accounts.iter().map(|account| account.provider.to_string());
        let told = stored().filter_map(|(_, provider)| Some(provider.as_ref()?.to_string()));
        let gone = stored().map(|(name, _)| name).filter(|name| self.account(name).is_none());
        let accounts = self.accounts.iter().map(|account| &account.name).chain(gone);
        Vocabulary {
            cnames: sorted(cnames.filter(|cname| !cname.is_empty()).collect()),
            accounts: accounts.map(ToString::to_string).collect(),
            providers: sorted(configured.chain(told).collect()),
            closed: self.stored.is_some(),
        }
    }

    /// The resource of this id.
    pub fn resource(&self, account: &AccountName, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(account)?.iter().find(|resource| resource.id == *id)
    }

    /// The resource of this account that answers to the host name.
    pub fn resource_of_host(&self, account: &AccountName, host: &str) -> Option<&Resource> {
        self.resources.get(account)?.iter().find(|resource| resource.answers_to(host))
    }

    /// Returns true if nothing may be purged in this account, by whatever rule.
    pub fn is_read_only(&self, account: &AccountName) -> bool {
        self.read_only || self.account(account).is_some_and(|it| it.read_only)
    }

    /// Refuses what the whole program may not do.
    pub fn check(&self, action: Action) -> Result<(), Refusal> {
        self.permissions().check(action)
    }

    /// Refuses what may not be done in an account.
    pub fn check_in(&self, action: Action, account: &AccountName) -> Result<(), Refusal> {
        self.permissions().check_in(action, account, self.account(account))
    }

    fn permissions(&self) -> Permissions {
        Permissions { read_only: self.read_only, offline: self.offline }
    }

    /// Returns the facts that a draft is checked against.
    pub fn lint_context<'a>(
        &'a self,
        recent: &'a RecentUse,
        now: DateTime<Utc>,
    ) -> LintContext<'a> {
        LintContext {
            hosts: &self.hosts,
            limits: &self.limits,
            accounts: &self.accounts,
            read_only: self.read_only,
            recent: &recent.purges,
            under_way: &recent.under_way,
            months: Some(&recent.months),
            queued: self
                .open
                .values()
                .filter_map(|entry| Consumption::queued(entry, now))
                .collect(),
            closed: self.cooldowns.values().filter(|it| it.until > now).cloned().collect(),
            unread: self.unread(),
            served: None,
            margin: USUAL_MARGIN,
            now,
        }
    }

    /// The accounts whose resources are not known, with the reason where the vendor gave one.
    fn unread(&self) -> Vec<(&AccountName, Option<String>)> {
        let names = self.accounts.iter().map(|account| &account.name);
        let unread = names.filter(|name| !self.resources.contains_key(*name));
        unread
            .map(|name| {
                let failure = self.statuses.get(name).and_then(|status| status.failure.as_ref());
                (name, failure.map(Failure::headline))
            })
            .collect()
    }

    /// The use of an account's windows: by anybody as `recent` has it, and by what is queued here.
    pub fn usage(&self, account: &AccountName, recent: &RecentUse, now: DateTime<Utc>) -> Usage {
        self.lint_context(recent, now).usage(account)
    }

    /// When the last of what is queued is planned to go out; `None` where nothing is.
    pub fn queue_ends_at(&self) -> Option<DateTime<Utc>> {
        self.open.values().filter(|entry| entry.is_sendable()).map(|entry| entry.planned_at).max()
    }

    /// Number of open requests in this state.
    pub fn count(&self, state: JournalState) -> usize {
        self.open.values().filter(|entry| entry.state == state).count()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::hosts::HostMatch;
    use crate::testing::{account, noon, queued, resource, secs};

    #[test]
    fn resources_are_indexed_when_they_are_learned() {
        let mut known = Known::new(vec![account("one")], false, false);
        let before = known.revision();
        let resources = Arc::new(vec![resource("one", "1", "www.site.com")]);
        assert!(known.learn(&Event::Resources { account: "one".into(), resources }));
        assert_ne!(known.revision(), before);
        let recent = RecentUse::default();
        let context = known.lint_context(&recent, noon());
        assert_eq!(context.hosts.find("www.site.com"), HostMatch::One(0));
        assert!(
            known.learn(&Event::Resources { account: "one".into(), resources: Arc::default() })
        );
        assert_eq!(
            known.lint_context(&RecentUse::default(), noon()).hosts.find("www.site.com"),
            HostMatch::Nothing
        );
    }

    #[test]
    fn an_account_that_only_the_store_has_is_known_once_the_store_was_heard() {
        let mut known = Known::new(vec![account("one")], false, false);
        assert!(!known.vocabulary().closed);
        let stored = vec![("old".into(), Some("elder".into())), ("one".into(), None)];
        known.learn(&Event::Stored(Arc::new(stored)));
        let new =
            Event::HistoryChanged { account: "new".into(), from: noon(), until: noon(), new: 1 };
        known.learn(&new);
        let words = known.vocabulary();
        assert!(words.closed);
        assert_eq!(words.accounts, ["one", "new", "old"]);
        assert!(words.providers.contains(&"elder".to_owned()));
    }

    #[test]
    fn a_window_that_the_vendor_closed_stays_closed_when_the_request_is_canceled() {
        let mut known = Known::new(vec![account("one")], false, false);
        let mut entry = queued("one", "1", noon() + secs(40));
        entry.error = Some("429 too many requests".to_owned());
        known.learn_entry(&entry);
        let usage = known.usage(&"one".into(), &RecentUse::default(), noon());
        assert_eq!((usage.spent.len(), usage.closed.len()), (1, 1));
        entry.state = JournalState::Cancelled;
        known.learn_entry(&entry);
        let usage = known.usage(&"one".into(), &RecentUse::default(), noon());
        assert_eq!(usage.spent, []);
        assert_eq!(usage.closed.first().unwrap().until, noon() + secs(40));
        assert_eq!(known.usage(&"two".into(), &RecentUse::default(), noon()).closed, []);
        assert_eq!(known.usage(&"one".into(), &RecentUse::default(), noon() + secs(40)).closed, []);
        known.replace_journal([]);
        assert_eq!(known.usage(&"one".into(), &RecentUse::default(), noon()).closed, []);
    }
}
