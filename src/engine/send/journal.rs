//! The sender's view of the journal: open entries, changes by other processes, and matches with the
//! history.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::AccountQueue;
use super::journal_writer::{JournalWriter, SKEW, find};
use super::partial;
use crate::domain::budget::Usage;
use crate::domain::event::{Event, Level, StoreError};
use crate::domain::ids::{AccountName, JournalId, PurgeId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::matching::LATEST;
use crate::domain::merge::gravest;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::status::Status;
use crate::store::StepDetails;

/// Error text of an entry that a crash left in `sending`.
const LEFT: &str = "purgedeck ended while this was on its way; whether it arrived is looked up in \
                    the vendor's history";
/// Error text of a request that no window has room for.
const NEVER: &str = "the vendor's limits for this account allow no request of this kind";

/// The open entries as the sender last read or wrote them.
///
/// This is the sender's working state, not a copy for show: while it holds a lease it is the one
/// who moves these entries on, and it decides by what it has just written. Changes by others are
/// read before every decision that they could change ([`Journal::read`]).
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) writer: JournalWriter,
    open: BTreeMap<JournalId, JournalEntry>,
    accounts: BTreeSet<AccountName>,
    /// The store's data version at the last reading; `None` before the first one.
    version: Option<i64>,
    others_wrote: bool,
    paused: bool,
    reported: Option<StoreError>,
    /// The requests that wait for the operator's word, as they were told last.
    unconfirmed: BTreeSet<JournalId>,
}

impl Journal {
    /// Makes a view that has read nothing yet. Entries of accounts other than these are ignored.
    pub(super) fn new(writer: JournalWriter, accounts: BTreeSet<AccountName>) -> Self {
        Self {
            writer,
            open: BTreeMap::new(),
            accounts,
            version: None,
            others_wrote: false,
            paused: false,
            reported: None,
            unconfirmed: BTreeSet::new(),
        }
    }

    /// Reads the open entries: `always`, or only if somebody else wrote into the store. Publishes
    /// changes by others. Returns whether it read.
    pub(super) async fn read(&mut self, always: bool) -> Result<bool, StoreError> {
        let (before, known) = (self.version, self.open.keys().cloned().collect::<Vec<_>>());
        let read = self
            .writer
            .store
            .call(move |store| {
                let version = store.data_version()?;
                if !always && before == Some(version) {
                    return Ok(None);
                }
                let open = store.reader.journal_open()?;
                let mut closed = Vec::new();
                for id in known {
                    if !open.iter().any(|entry| entry.id == id) {
                        closed.extend(store.reader.journal_entry(&id)?);
                    }
                }
                Ok(Some((version, open, closed, store.reader.is_paused()?)))
            })
            .await?;
        let Some((version, open, closed, paused)) = read else {
            self.others_wrote = false;
            return Ok(false);
        };
        self.others_wrote = self.version.is_some_and(|before| before != version);
        let first = self.version.is_none();
        self.version = Some(version);
        if std::mem::replace(&mut self.paused, paused) != paused {
            self.writer.events.publish(Event::QueuePaused(paused));
        }
        for entry in open.into_iter().chain(closed) {
            let news = self.open.get(&entry.id) != Some(&entry);
            let ours = self.open.contains_key(&entry.id) || self.others_wrote;
            if news && ours && !first {
                self.writer.events.publish(Event::Journal(Box::new(entry.clone())));
            }
            self.update(entry);
        }
        self.reported = None;
        self.report_unconfirmed();
        Ok(true)
    }

    /// Tells the operator once of requests that wait for their word.
    fn report_unconfirmed(&mut self) {
        let waiting: BTreeSet<JournalId> = self
            .open
            .values()
            .filter(|entry| entry.is_unconfirmed())
            .map(|entry| entry.id.clone())
            .collect();
        let news: Vec<&JournalEntry> =
            waiting.difference(&self.unconfirmed).filter_map(|id| self.open.get(id)).collect();
        if let Some(first) = news.first() {
            let (number, rest) = match news.len() {
                1 => ("A queued request".to_owned(), "is not sent before you confirm it"),
                more => (format!("{more} queued requests"), "are not sent before you confirm them"),
            };
            let is_one = news.iter().all(|entry| entry.author() == first.author());
            let author = if is_one { first.author() } else { "several people" };
            self.writer.events.notice(
                Level::Warning,
                Some(&first.request.account),
                format!("{number} of {author} {rest}: see the queue."),
            );
        }
        self.unconfirmed = waiting;
    }

    /// Checks the journal before anything of it is sent; an error where it is damaged.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        self.writer.store.call(|store| store.reader.check_journal()).await
    }

    /// True if another process had written into the store before the newest reading.
    pub(super) fn others_wrote(&self) -> bool {
        self.others_wrote
    }

    /// True if the queue is paused, as of the newest reading.
    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Reports an error of the store to the operator, unless it is the same as the one before.
    pub(super) fn report(&mut self, error: &StoreError) {
        // That the store is out of reach is told once, for all.
        if self.reported.as_ref() != Some(error) && self.writer.store.is_reachable() {
            self.reported = Some(error.clone());
            self.writer.events.notice(Level::Error, None, error.to_string());
        }
    }

    /// Takes the newest state of an entry.
    pub(super) fn update(&mut self, entry: JournalEntry) {
        if !self.accounts.contains(&entry.request.account) {
            return;
        }
        if entry.state.is_open() {
            self.open.insert(entry.id.clone(), entry);
        } else {
            self.open.remove(&entry.id);
        }
    }

    /// Returns an open entry.
    pub(super) fn get(&self, id: &JournalId) -> Option<&JournalEntry> {
        self.open.get(id)
    }

    /// Returns an account's open entries, in the order of the queue.
    pub(super) fn of(&self, account: &AccountName) -> impl Iterator<Item = &JournalEntry> {
        let open = self.open.values();
        let mut of: Vec<_> = open.filter(|entry| entry.request.account == *account).collect();
        of.sort_unstable_by_key(|entry| entry.place);
        of.into_iter()
    }

    /// Returns an account's queued entries that may be sent, in the order of the queue.
    pub(super) fn queued(&self, account: &AccountName) -> impl Iterator<Item = &JournalEntry> {
        self.of(account).filter(|entry| entry.is_sendable())
    }

    /// True if an account has requests to send, or ones left in `sending`.
    pub(super) fn has_to_send(&self, account: &AccountName) -> bool {
        self.of(account).any(|entry| {
            entry.state == JournalState::Sending || (entry.is_sendable() && !self.paused)
        })
    }

    /// True if requests wait only because the queue is paused.
    pub(super) fn is_held(&self) -> bool {
        self.paused && self.open.values().any(JournalEntry::is_sendable)
    }

    /// Returns an account's open entries that were sent, with that time by the vendor's clock.
    pub(super) fn sent(&self, queue: &AccountQueue) -> Vec<JournalEntry> {
        self.of(&queue.client.account)
            .filter_map(|entry| {
                Some(JournalEntry {
                    sent_at: Some(entry.sent_at? + queue.ahead(entry)),
                    ..entry.clone()
                })
            })
            .collect()
    }

    /// Collects the known usage of an account's windows.
    pub(super) async fn usage(&self, queue: &AccountQueue) -> Result<Usage, StoreError> {
        let limits = queue.limits.borrow().clone();
        let sent = self.sent(queue);
        self.writer.usage(&queue.client, &limits, queue.closed.clone(), &sent).await
    }

    /// Marks the entries of these accounts in `sending` as unknown, so that they are looked up in
    /// the history. Only for the holder of their leases; `ours` are those that it has on their way
    /// itself.
    pub(super) async fn leave_to_history(
        &mut self,
        accounts: &BTreeSet<AccountName>,
        ours: &BTreeSet<JournalId>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_left = |entry: &&JournalEntry| {
            entry.state == JournalState::Sending
                && accounts.contains(&entry.request.account)
                && !ours.contains(&entry.id)
        };
        let left: Vec<JournalId> =
            self.open.values().filter(is_left).map(|entry| entry.id.clone()).collect();
        for id in left {
            self.mark_unknown(&id, now).await?;
        }
        Ok(())
    }

    /// Marks an entry in `sending` as unknown.
    pub(super) async fn mark_unknown(
        &mut self,
        id: &JournalId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let known = self.open.get(id).filter(|entry| entry.state == JournalState::Sending);
        let details = StepDetails {
            error: Some(LEFT.to_owned()),
            sent_at: known.and_then(|entry| entry.sent_at),
            ..StepDetails::at(now)
        };
        let stepped =
            self.writer.step(id, JournalState::Sending, JournalState::Unknown, details).await?;
        if let Some(entry) = stepped {
            self.update(entry);
        }
        Ok(())
    }

    /// Rejects a request that can never be sent.
    pub(super) async fn refuse(
        &mut self,
        id: &JournalId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let details = StepDetails { error: Some(NEVER.to_owned()), ..StepDetails::at(now) };
        let stepped =
            self.writer.step(id, JournalState::Queued, JournalState::Rejected, details).await?;
        if let Some(entry) = stepped {
            self.update(entry);
        }
        Ok(())
    }

    /// Looks up the requests that were sent in an account's history: their purges and the status of
    /// those. Where `range` is given, only purges created in it are new to the history.
    pub(super) async fn settle(
        &mut self,
        queue: &AccountQueue,
        range: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let client = &queue.client;
        let now = client.clock.now();
        let skew = client.doubt() + SKEW;
        // Returns the range in which the purge of an entry may have been created.
        let span = |entry: &JournalEntry| {
            let sent = entry.sent_at?;
            Some((sent - skew, sent + LATEST))
        };
        let (known, lost): (Vec<JournalEntry>, Vec<JournalEntry>) = self
            .sent(queue)
            .into_iter()
            .filter(|entry| entry.state != JournalState::Sending)
            .partition(|entry| entry.purge.is_some());
        let ids = known.iter().filter_map(|entry| entry.purge.as_ref());
        let ids = ids.flat_map(|id| std::iter::once(id.clone()).chain(id.each())).collect();
        let details = self.writer.purges_of(&client.account, ids).await?;
        for entry in &known {
            let purges = entry.purge.as_ref().map(|id| became(id, &details)).unwrap_or_default();
            self.found(&entry.id, &purges, now).await?;
        }
        let lost: Vec<JournalEntry> = lost
            .into_iter()
            .filter(|entry| {
                span(entry).is_some_and(|(from, until)| {
                    range.is_none_or(|range| from <= range.1 && range.0 <= until)
                })
            })
            .collect();
        let spans = || lost.iter().filter_map(span);
        let (from, until) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max());
        let (Some(from), Some(until)) = (from, until) else {
            return Ok(());
        };
        let details = self.writer.purges(&client.account, from, until).await?;
        for (id, purge) in find(&lost, &details, skew) {
            if let Some(detail) = details.iter().find(|detail| detail.purge.id == purge) {
                self.found(&id, &[&detail.purge], now).await?;
            }
        }
        Ok(())
    }

    /// Notes all the purges that an entry became; nothing where there are none.
    async fn found(
        &mut self,
        id: &JournalId,
        purges: &[&Purge],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (Some(mut entry), Some(status)) =
            (self.open.get(id).cloned(), gravest(purges.iter().map(|purge| purge.status)))
        else {
            return Ok(());
        };
        for purge in purges {
            // Where the vendor tells no author, whoever queued it becomes the purge's.
            let is_unnamed = purge.by.is_none() && entry.queued_by.is_some();
            if entry.purge.is_some() && !is_unnamed {
                continue;
            }
            match self.writer.link(id, &purge.id).await? {
                Some(linked) => {
                    self.update(linked.clone());
                    entry = linked;
                }
                // The vendor gave two requests one purge, which is the other's by name.
                None if entry.purge.is_some() => {}
                None => return Ok(()),
            }
        }
        // What the vendor refused when it took the rest; once it is written it stays.
        let refused = entry.error.clone().filter(|_| entry.state == JournalState::Accepted);
        let to = match status {
            // The vendor's list may have nothing but what it took.
            Status::Successful if refused.is_some() => JournalState::Failed,
            Status::Successful => JournalState::Successful,
            Status::Failed => JournalState::Failed,
            Status::InProgress | Status::ReportDisabled | Status::Unknown => JournalState::Accepted,
        };
        if to == entry.state {
            return Ok(());
        }
        let failed = || purges.iter().find_map(|purge| partial::failed_words(purge));
        let error = refused.or_else(failed);
        let details = StepDetails { error, ..StepDetails::at(now) };
        let stepped = self.writer.step(id, entry.state, to, details).await?;
        if let Some(entry) = stepped {
            self.update(entry);
        }
        Ok(())
    }
}

/// Returns the purges of a part of the history that this id stands for; none of several as long as
/// one of them is missing.
fn became<'d>(id: &PurgeId, details: &'d [PurgeDetail]) -> Vec<&'d Purge> {
    let find = |id: &PurgeId| details.iter().map(|it| &it.purge).find(|purge| purge.id == *id);
    if let Some(purge) = find(id) {
        return vec![purge];
    }
    let found: Option<Vec<&Purge>> = id.each().map(|id| find(&id)).collect();
    found.unwrap_or_default()
}
