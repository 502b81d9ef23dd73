//! The one who answers questions.

use std::cell::RefCell;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, InterruptHandle, OptionalExtension as _};

use super::names::Names;
use super::rows::View;
use super::scan::enough;
use super::sieve::Sieve;
use super::strips::Direction;
use super::{StoreFailure, journal, times, writer};
use crate::domain::budget::RecentPurge;
use crate::domain::coverage::Coverage;
use crate::domain::draft::Draft;
use crate::domain::filter::Predicate;
use crate::domain::ids::{AccountName, JournalId, ProviderName, PurgeId, PurgeKey, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{Sort, Summary, SummaryQuery, Window, WindowQuery};
use crate::domain::resource::Resource;

/// A connection that answers questions, each from one snapshot of the store.
pub struct Reader {
    connection: Connection,
    names: RefCell<Names>,
}

/// Cancels what a [`Reader`] is working at, from another thread; that question then fails with
/// [`StoreFailure::Interrupted`]. Does nothing where it is not working.
pub struct Interrupt(InterruptHandle);

impl Interrupt {
    /// Cancels.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

/// An account that the store has something of, whether it is still configured or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSeen {
    /// Its name.
    pub account: AccountName,
    /// Its provider; `None` where neither a purge nor a resource of it was ever stored. Of a name that was given to
    /// another provider's account, the later provider.
    pub provider: Option<ProviderName>,
    /// When its newest history was last read without a fault.
    pub synced_at: Option<DateTime<Utc>>,
    /// When its resources were last read.
    pub resources_at: Option<DateTime<Utc>>,
}

/// An account's resources as they were last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownResources {
    /// The resources, in the order in which they were saved.
    pub resources: Vec<Resource>,
    /// When; `None` where they never were.
    pub at: Option<DateTime<Utc>>,
}

/// One step that an entry of the journal took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalStep {
    /// When.
    pub at: DateTime<Utc>,
    /// From where; `None` when it was queued.
    pub from: Option<JournalState>,
    /// To where.
    pub to: JournalState,
    /// What had gone wrong, in words.
    pub error: Option<String>,
}

impl Reader {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, names: RefCell::default() }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A window of rows.
    pub fn window(&self, query: &WindowQuery) -> Result<Window, StoreFailure> {
        self.view(|view| view.window(query))
    }

    /// Counts, facets, timeline and coverage of a selection, all exact.
    pub fn summary(&self, query: &SummaryQuery) -> Result<Summary, StoreFailure> {
        self.view(|view| view.summary(query))
    }

    /// One purge in full; `None` where no purge has that key (any more).
    pub fn detail(&self, key: PurgeKey) -> Result<Option<PurgeDetail>, StoreFailure> {
        self.view(|view| {
            let Some(mut detail) = view.detail(key.0)? else {
                return Ok(None);
            };
            detail.refused = view.refused_near(&detail.purge)?;
            Ok(Some(detail))
        })
    }

    /// Several purges in full, in the order of the keys; those that are gone are left out.
    pub fn gather(&self, keys: &[PurgeKey]) -> Result<Vec<Purge>, StoreFailure> {
        self.view(|view| {
            let purges = keys.iter().map(|key| view.purge(key.0));
            purges.filter_map(Result::transpose).collect()
        })
    }

    /// Purges of these resources since an instant, by anybody, newest first: those of the history, and those of our
    /// journal that went out and are not in the history yet. Where a vendor gave no id, an entry counts beside its purge
    /// until [`super::Writer::match_purge`] ties the two.
    pub fn recent(
        &self,
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>,
    ) -> Result<Vec<RecentPurge>, StoreFailure> {
        self.view(|view| view.recent(resources, since))
    }

    /// An account's unfinished purges that were created at or after an instant, newest first.
    pub fn unfinished(
        &self,
        account: &AccountName,
        since: DateTime<Utc>,
    ) -> Result<Vec<Purge>, StoreFailure> {
        self.view(|view| {
            let sieve = Sieve::all().of_account(view.names, account).unfinished();
            let sieve = sieve.since(times::micros(since));
            let mut purges = Vec::new();
            view.scan(&sieve, times::EVER, Direction::Falling, &mut |stroke| {
                purges.extend(view.purge(stroke.key)?);
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(purges)
        })
    }

    /// Shows every selected purge in the sort order, at most so many, until the visitor breaks off. Memory does not grow
    /// with their number; all of them are of one snapshot. Returns how many were shown.
    pub fn export(
        &self,
        predicate: &Predicate,
        sort: Sort,
        limit: Option<u64>,
        visit: &mut dyn FnMut(PurgeDetail) -> ControlFlow<()>,
    ) -> Result<u64, StoreFailure> {
        let direction = match sort {
            Sort::Newest => Direction::Falling,
            Sort::Oldest => Direction::Rising,
        };
        self.view(|view| {
            let mut shown = 0;
            if limit == Some(0) {
                return Ok(shown);
            }
            let sieve = Sieve::of(predicate, view.connection, view.names)?;
            view.scan(&sieve, times::EVER, direction, &mut |stroke| {
                let detail = view.detail(stroke.key)?.ok_or(StoreFailure::Corrupt)?;
                shown += 1;
                let flow = visit(detail);
                Ok(enough(flow.is_break() || limit == Some(shown)))
            })?;
            Ok(shown)
        })
    }

    /// For which times an account's local history is complete.
    pub fn coverage(&self, account: &AccountName) -> Result<Coverage, StoreFailure> {
        self.view(|view| view.coverage(account))
    }

    /// For which times an account's activity log was read.
    pub fn attempt_coverage(&self, account: &AccountName) -> Result<Coverage, StoreFailure> {
        self.view(|view| view.attempt_coverage(account))
    }

    /// An account's resources as they were last read.
    pub fn resources(&self, account: &AccountName) -> Result<KnownResources, StoreFailure> {
        self.view(|view| {
            let mut find = view
                .connection
                .prepare_cached("SELECT value FROM resource WHERE account = ?1 ORDER BY place")?;
            let mut rows = find.query([account.as_str()])?;
            let mut resources = Vec::new();
            while let Some(row) = rows.next()? {
                let value = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                resources.push(serde_json::from_str(value).map_err(|_| StoreFailure::Corrupt)?);
            }
            let at: Option<Option<i64>> = view
                .connection
                .prepare_cached("SELECT resources_at FROM sync WHERE account = ?1")?
                .query_row([account.as_str()], |row| row.get(0))
                .optional()?;
            Ok(KnownResources { resources, at: at.flatten().map(times::instant) })
        })
    }

    /// Every account that the store has something of, by name.
    pub fn accounts(&self) -> Result<Vec<AccountSeen>, StoreFailure> {
        self.view(|view| {
            let mut accounts: Vec<AccountSeen> = Vec::new();
            for (_, (name, provider)) in view.names.accounts() {
                seen(&mut accounts, name).provider = Some(provider.clone());
            }
            let mut find = view
                .connection
                .prepare_cached("SELECT account, synced_at, resources_at FROM sync")?;
            let mut rows = find.query([])?;
            while let Some(row) = rows.next()? {
                let account = seen(&mut accounts, &row.get::<_, String>(0)?.into());
                account.synced_at = row.get::<_, Option<i64>>(1)?.map(times::instant);
                account.resources_at = row.get::<_, Option<i64>>(2)?.map(times::instant);
            }
            accounts.sort_by(|one, other| one.account.cmp(&other.account));
            Ok(accounts)
        })
    }

    /// The draft that was kept.
    pub fn kept_draft(&self) -> Result<Option<Draft>, StoreFailure> {
        writer::kept_draft(&self.connection)
    }

    /// An entry of the journal.
    pub fn journal_entry(&self, id: &JournalId) -> Result<Option<JournalEntry>, StoreFailure> {
        journal::by_id(&self.connection, id)
    }

    /// The journal's newest entry that became this purge, which its account's vendor calls so.
    pub fn journal_of(
        &self,
        account: &AccountName,
        purge: &PurgeId,
    ) -> Result<Option<JournalEntry>, StoreFailure> {
        let found = journal::select(
            &self.connection,
            "WHERE purge = ?1 AND account = ?2 ORDER BY seq DESC LIMIT 1",
            (purge.as_str(), account.as_str()),
        )?;
        Ok(found.into_iter().next())
    }

    /// The journal's open entries, in the order of the queue.
    pub fn journal_open(&self) -> Result<Vec<JournalEntry>, StoreFailure> {
        journal::select(
            &self.connection,
            "WHERE state IN ('queued', 'sending', 'accepted', 'unknown') ORDER BY place",
            [],
        )
    }

    /// Whether the queue is paused: nothing that is queued goes out.
    pub fn is_paused(&self) -> Result<bool, StoreFailure> {
        journal::is_paused(&self.connection)
    }

    /// The journal's newest entries, open or not, newest first.
    pub fn journal_newest(&self, most: u32) -> Result<Vec<JournalEntry>, StoreFailure> {
        journal::select(&self.connection, "ORDER BY seq DESC LIMIT ?1", [most])
    }

    /// Every step that an entry of the journal took, in order.
    pub fn journal_steps(&self, id: &JournalId) -> Result<Vec<JournalStep>, StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT at, from_state, to_state, s.error FROM journal_step s JOIN journal j ON j.seq = s.entry
             WHERE j.id = ?1 ORDER BY s.seq",
        )?;
        let mut rows = find.query([id.as_str()])?;
        let mut steps = Vec::new();
        let state = |word: String| JournalState::from_word(&word).ok_or(StoreFailure::Corrupt);
        while let Some(row) = rows.next()? {
            steps.push(JournalStep {
                at: times::instant(row.get(0)?),
                from: row.get::<_, Option<String>>(1)?.map(state).transpose()?,
                to: state(row.get(2)?)?,
                error: row.get(3)?,
            });
        }
        Ok(steps)
    }

    /// A number that changes when anybody else changes the store, in this process or another.
    pub fn data_version(&self) -> Result<i64, StoreFailure> {
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(version)
    }

    /// Something to cancel this reader's questions with.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(self.connection.get_interrupt_handle())
    }

    /// Answers from one snapshot.
    fn view<T>(
        &self,
        answer: impl FnOnce(View<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let snapshot = self.connection.unchecked_transaction()?;
        self.names.borrow_mut().refresh(&snapshot)?;
        answer(View { connection: &snapshot, names: &self.names.borrow() })
    }
}

fn seen<'a>(accounts: &'a mut Vec<AccountSeen>, name: &AccountName) -> &'a mut AccountSeen {
    let place = accounts.iter().position(|known| known.account == *name);
    let place = place.unwrap_or(accounts.len());
    if place == accounts.len() {
        accounts.push(AccountSeen {
            account: name.clone(),
            provider: None,
            synced_at: None,
            resources_at: None,
        });
    }
    &mut accounts[place]
}
