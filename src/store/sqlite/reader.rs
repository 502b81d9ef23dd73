//! The read half: windows, summaries, details, export, accounts and the journal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, InterruptHandle, OptionalExtension as _};

use super::chunks::ChunkCache;
use super::compiled_filter::CompiledFilter;
use super::dictionary::Dictionary;
use super::journal_rows::OF_PURGE;
use super::marker::DamageMarker;
use super::snapshot::Snapshot;
use super::times::{self, ALL_TIME, Direction};
use super::tuning::Tuning;
use super::{attempt_rows, change_count, coverage, journal_rows, json, kept};
use crate::domain::budget::RecentPurge;
use crate::domain::coverage::Coverage;
use crate::domain::draft::KeptDraft;
use crate::domain::ids::{AccountName, JournalId, PurgeId, PurgeKey, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::money::MonthUse;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{KeysQuery, Sort, Summary, SummaryQuery, Window, WindowQuery};
use crate::store::failure::StoreFailure;
use crate::store::known_targets;
use crate::store::outcome::{StoredAccount, StoredResources};

/// A read-only connection. Each call answers from one snapshot of the store.
pub(in crate::store) struct SqliteReader {
    connection: Connection,
    dictionary: RefCell<Dictionary>,
    tuning: Tuning,
    /// `None` if damage that is met may be none.
    marker: Option<DamageMarker>,
    interrupted: Arc<AtomicBool>,
}

/// Cancels the calls of a [`SqliteReader`] from another thread.
pub(in crate::store) struct SqliteInterrupt {
    statements: InterruptHandle,
    interrupted: Arc<AtomicBool>,
}

impl SqliteInterrupt {
    /// Lets the running call fail with [`StoreFailure::Interrupted`]; where none is running or it
    /// is at its end, the next one.
    pub(in crate::store) fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        self.statements.interrupt();
    }

    /// Takes back an interrupt that no call has met.
    pub(in crate::store) fn clear(&self) {
        self.interrupted.store(false, Ordering::SeqCst);
    }
}

impl SqliteReader {
    pub(super) fn new(
        connection: Connection,
        tuning: Tuning,
        marker: Option<DamageMarker>,
    ) -> Self {
        let (dictionary, interrupted) = (RefCell::default(), Arc::default());
        Self { connection, dictionary, tuning, marker, interrupted }
    }

    /// Returns a window of rows.
    pub(in crate::store) fn window(&self, query: &WindowQuery) -> Result<Window, StoreFailure> {
        self.read(|snapshot| snapshot.window(query))
    }

    /// Returns the keys of a selection, newest first.
    pub(in crate::store) fn keys(&self, query: &KeysQuery) -> Result<Vec<PurgeKey>, StoreFailure> {
        self.read(|snapshot| snapshot.keys(query))
    }

    /// Returns counts, facets, timeline and coverage of a selection, all exact.
    pub(in crate::store) fn summary(&self, query: &SummaryQuery) -> Result<Summary, StoreFailure> {
        self.read(|snapshot| snapshot.summary(query))
    }

    /// Returns one purge in full; `None` if no purge has that key (any more).
    pub(in crate::store) fn detail(
        &self,
        key: PurgeKey,
    ) -> Result<Option<PurgeDetail>, StoreFailure> {
        self.read(|snapshot| {
            let Some(mut detail) = snapshot.detail(key.0)? else {
                return Ok(None);
            };
            detail.refused = attempt_rows::refused_near(snapshot.connection, &detail.purge)?;
            Ok(Some(detail))
        })
    }

    /// Returns purges in full, in the order of the keys; keys without a purge are skipped.
    pub(in crate::store) fn purges(&self, keys: &[PurgeKey]) -> Result<Vec<Purge>, StoreFailure> {
        self.read(|snapshot| {
            let purges = keys.iter().map(|key| snapshot.purge(key.0));
            purges.filter_map(Result::transpose).collect()
        })
    }

    /// Returns a purge in full, named by the id that its account's vendor gave it.
    pub(in crate::store) fn purge_of(
        &self,
        account: &AccountName,
        id: &PurgeId,
    ) -> Result<Option<Purge>, StoreFailure> {
        self.read(|snapshot| {
            let mut find = snapshot.connection.prepare_cached(
                "SELECT p.key FROM purge p JOIN account a ON a.id = p.account
                 WHERE p.id = ?1 AND a.name = ?2",
            )?;
            let key: Option<i64> =
                find.query_row([id.as_str(), account.as_str()], |row| row.get(0)).optional()?;
            key.map_or(Ok(None), |key| snapshot.purge(key))
        })
    }

    /// Returns purges of these resources since an instant, by anybody, newest first: those of the
    /// history, and the journal's sent entries that the history does not have yet. If a vendor
    /// returned no id, an entry counts beside its purge until
    /// [`super::SqliteWriter::match_purge`] links the two.
    pub(in crate::store) fn recent(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        self.read(|snapshot| snapshot.recent(resources, since))
    }

    /// Returns the targets of an account's purges since a month began, by anybody.
    pub(in crate::store) fn month_use(
        &self,
        account: &AccountName,
        month: DateTime<Utc>,
    ) -> Result<MonthUse, StoreFailure> {
        self.read(|snapshot| snapshot.month_use(account, month))
    }

    /// Returns an account's unfinished purges created at or after an instant, newest first.
    pub(in crate::store) fn unfinished(
        &self,
        account: &AccountName,
        since: DateTime<Utc>,
    ) -> Result<Vec<Purge>, StoreFailure> {
        self.read(|snapshot| {
            let filter = CompiledFilter::all().for_account(snapshot.dictionary, account);
            let filter = filter.unfinished().since(times::micros(since));
            let mut purges = Vec::new();
            snapshot.scan(&filter, ALL_TIME, Direction::Descending, &mut |entry| {
                purges.extend(snapshot.purge(entry.key)?);
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(purges)
        })
    }

    /// Returns the time ranges for which an account's local history is complete.
    pub(in crate::store) fn coverage(
        &self,
        account: &AccountName,
    ) -> Result<Coverage, StoreFailure> {
        self.direct(|connection| coverage::read(connection, coverage::HISTORY, account))
    }

    /// Returns the time ranges for which an account's activity log was read.
    pub(in crate::store) fn attempt_coverage(
        &self,
        account: &AccountName,
    ) -> Result<Coverage, StoreFailure> {
        self.direct(|connection| coverage::read(connection, coverage::ACTIVITY_LOG, account))
    }

    /// Returns the resources of an account whose lists had been read to their end when its coverage
    /// was stored.
    pub(in crate::store) fn whole_lists(
        &self,
        account: &AccountName,
    ) -> Result<BTreeSet<ResourceId>, StoreFailure> {
        self.direct(|connection| {
            let whole = kept::get(connection, &kept::whole_lists(account))?;
            whole.map_or_else(|| Ok(BTreeSet::new()), |text| json::from_text(&text))
        })
    }

    /// Returns an account's resources as they were last read.
    pub(in crate::store) fn resources(
        &self,
        account: &AccountName,
    ) -> Result<StoredResources, StoreFailure> {
        self.read(|snapshot| {
            let mut find = snapshot
                .connection
                .prepare_cached("SELECT value FROM resource WHERE account = ?1 ORDER BY place")?;
            let mut rows = find.query([account.as_str()])?;
            let mut resources = Vec::new();
            while let Some(row) = rows.next()? {
                resources.push(json::from_text(row.get_ref(0)?.as_str()?)?);
            }
            let at: Option<Option<i64>> = snapshot
                .connection
                .prepare_cached("SELECT resources_at FROM sync WHERE account = ?1")?
                .query_row([account.as_str()], |row| row.get(0))
                .optional()?;
            Ok(StoredResources { resources, at: at.flatten().map(times::instant) })
        })
    }

    /// Returns every account with data in the store, by name.
    pub(in crate::store) fn accounts(&self) -> Result<Vec<StoredAccount>, StoreFailure> {
        self.read(|snapshot| {
            let mut accounts = BTreeMap::new();
            let unknown = |account: &AccountName| StoredAccount {
                account: account.clone(),
                provider: None,
                synced_at: None,
                resources_at: None,
            };
            for (_, (name, provider)) in snapshot.dictionary.accounts() {
                let account = accounts.entry(name.clone()).or_insert_with_key(unknown);
                account.provider = Some(provider.clone());
            }
            let mut find = snapshot
                .connection
                .prepare_cached("SELECT account, synced_at, resources_at FROM sync")?;
            let mut rows = find.query([])?;
            while let Some(row) = rows.next()? {
                let name = AccountName::from(row.get::<_, String>(0)?);
                let account = accounts.entry(name).or_insert_with_key(unknown);
                account.synced_at = row.get::<_, Option<i64>>(1)?.map(times::instant);
                account.resources_at = row.get::<_, Option<i64>>(2)?.map(times::instant);
            }
            Ok(accounts.into_values().collect())
        })
    }

    /// Returns the saved drafts, the one that was changed last first.
    pub(in crate::store) fn drafts(&self) -> Result<Vec<KeptDraft>, StoreFailure> {
        self.direct(kept::drafts)
    }

    /// Returns the board as it was left, as text.
    pub(in crate::store) fn board(&self) -> Result<Option<String>, StoreFailure> {
        self.direct(|connection| kept::get(connection, kept::BOARD))
    }

    /// Returns an entry of the journal.
    pub(in crate::store) fn journal_entry(
        &self,
        id: &JournalId,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        self.direct(|connection| journal_rows::by_id(connection, id))
    }

    /// Returns the newest journal entry of a purge, named by the id that its account's vendor
    /// gave it.
    pub(in crate::store) fn journal_of(
        &self,
        account: &AccountName,
        purge: &PurgeId,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let found = self.entries(
            &format!("{OF_PURGE} ORDER BY seq DESC LIMIT 1"),
            (purge.as_str(), account.as_str()),
        )?;
        Ok(found.into_iter().next())
    }

    /// Returns the entry of an account that was sent last, of those with a vendor's answer.
    pub(in crate::store) fn journal_answered(
        &self,
        account: &AccountName,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let found = self.entries(
            "WHERE account = ?1 AND sent_at IS NOT NULL
               AND state IN ('accepted', 'successful', 'failed', 'rejected')
             ORDER BY sent_at DESC LIMIT 1",
            [account.as_str()],
        )?;
        Ok(found.into_iter().next())
    }

    /// Returns the journal's open entries, in the order of the queue.
    pub(in crate::store) fn journal_open(&self) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.entries(
            "WHERE state IN ('queued', 'sending', 'accepted', 'unknown') ORDER BY place",
            [],
        )
    }

    /// True if the queue is paused: then nothing that is queued is sent.
    pub(in crate::store) fn is_paused(&self) -> Result<bool, StoreFailure> {
        self.direct(journal_rows::is_paused)
    }

    /// Visits the journal's entries, open or not, newest first, until the visitor stops. Memory
    /// does not grow with their number.
    pub(in crate::store) fn journal(
        &self,
        visit: &mut dyn FnMut(JournalEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreFailure> {
        self.direct(|connection| journal_rows::visit(connection, "ORDER BY seq DESC", [], visit))
    }

    /// Returns the journal's newest entries, open or not, newest first.
    pub(in crate::store) fn journal_newest(
        &self,
        limit: u32,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.entries("ORDER BY seq DESC LIMIT ?1", [limit])
    }

    /// Returns the entries sent since an instant that the vendor called successful and whose
    /// verification is not settled, in the order in which they were queued.
    pub(in crate::store) fn unverified(
        &self,
        since: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.entries(
            "WHERE state = 'successful' AND sent_at >= ?1
               AND NOT EXISTS (SELECT 1 FROM verification WHERE entry = journal.seq AND settled)
             ORDER BY seq",
            [times::micros(since)],
        )
    }

    /// Returns targets of URL purges of one cname, newest first: those of the newest `limit` such
    /// journal entries, sent or not, then those of the newest `limit` purges in the history since
    /// an instant. A target may come twice.
    pub(in crate::store) fn known_targets(
        &self,
        account: &AccountName,
        cname: &str,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<String>, StoreFailure> {
        let mut known = Vec::new();
        let entries = self
            .entries("WHERE account = ?1 ORDER BY seq DESC LIMIT ?2", (account.as_str(), limit))?;
        for entry in entries {
            if entry.request.kind() == Kind::Url && entry.request.cname == cname {
                known.extend(entry.request.payload.targets().iter().cloned());
            }
        }
        let predicate = known_targets::url_purges(account, cname, since);
        self.export(&predicate, Sort::NEWEST, Some(limit.into()), &mut |detail| {
            known.extend(detail.purge.targets.into_iter().map(|target| target.text));
            ControlFlow::Continue(())
        })?;
        Ok(known)
    }

    /// Returns a number that changes when anybody, in this process or another, changes what
    /// queries or the journal's readers read. The board and drafts are neither.
    pub(in crate::store) fn data_version(&self) -> Result<i64, StoreFailure> {
        self.direct(change_count::get)
    }

    /// Returns a handle that cancels this reader's calls.
    pub(in crate::store) fn interrupt(&self) -> SqliteInterrupt {
        SqliteInterrupt {
            statements: self.connection.get_interrupt_handle(),
            interrupted: Arc::clone(&self.interrupted),
        }
    }

    /// Selects entries of the journal; the SELECT ends in `rest`.
    fn entries(
        &self,
        rest: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<JournalEntry>, StoreFailure> {
        self.direct(|connection| journal_rows::select(connection, rest, parameters))
    }

    /// Answers with few statements, which need no snapshot.
    pub(super) fn direct<T>(
        &self,
        answer: impl FnOnce(&Connection) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        self.noted(answer(&self.connection))
    }

    /// Notes beside the store that it is damaged, if an answer says so.
    fn noted<T>(&self, answer: Result<T, StoreFailure>) -> Result<T, StoreFailure> {
        match &self.marker {
            Some(marker) => marker.watch("reading it", answer),
            None => answer,
        }
    }

    /// Returns the marker of the store; `None` if damage that is met may be none.
    pub(super) fn marker(&self) -> Option<&DamageMarker> {
        self.marker.as_ref()
    }

    /// Answers from one snapshot.
    pub(super) fn read<T>(
        &self,
        answer: impl FnOnce(Snapshot<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        self.noted(self.answer(answer))
    }

    /// Answers from one snapshot, without a note of damage.
    pub(super) fn answer<T>(
        &self,
        answer: impl FnOnce(Snapshot<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let transaction = self.connection.unchecked_transaction()?;
        // SQLite forgets an interrupt as soon as no statement is under way. This one is until the
        // answer is complete, so that an interrupt between two others is not lost.
        let mut guard = transaction.prepare_cached("VALUES (0), (1)")?;
        let mut under_way = guard.query([])?;
        under_way.next()?;
        if self.interrupted.swap(false, Ordering::SeqCst) {
            return Err(StoreFailure::Interrupted);
        }
        self.dictionary.borrow_mut().refresh(&transaction)?;
        let answer = answer(Snapshot {
            connection: &transaction,
            dictionary: &self.dictionary.borrow(),
            chunks: &ChunkCache::default(),
            tuning: &self.tuning,
        });
        if matches!(answer, Err(StoreFailure::Interrupted)) {
            self.interrupted.store(false, Ordering::SeqCst);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::store::Access;
    use crate::store::sqlite::SqliteStore;

    fn count(snapshot: Snapshot<'_>) -> Result<i64, StoreFailure> {
        Ok(snapshot.connection.query_row("SELECT count(*) FROM purge", [], |row| row.get(0))?)
    }

    #[test]
    fn an_interrupt_between_two_statements_of_a_call_stops_it() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("s.db"), Access::ReadWrite).unwrap();
        let reader = store.reader().unwrap();
        let interrupt = reader.interrupt();
        let interrupted = reader.read(|snapshot| {
            assert_eq!(count(snapshot), Ok(0));
            interrupt.interrupt();
            count(snapshot)
        });
        assert_eq!(interrupted, Err(StoreFailure::Interrupted));
        assert_eq!(reader.read(count), Ok(0), "the next call is not harmed");
    }

    #[test]
    fn an_interrupt_between_two_calls_stops_the_next_one_unless_it_is_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("s.db"), Access::ReadWrite).unwrap();
        let reader = store.reader().unwrap();
        let interrupt = reader.interrupt();
        interrupt.interrupt();
        assert_eq!(reader.read(count), Err(StoreFailure::Interrupted));
        assert_eq!(reader.read(count), Ok(0));
        interrupt.interrupt();
        interrupt.clear();
        assert_eq!(reader.read(count), Ok(0));
    }
}
