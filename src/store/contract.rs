//! The contract of a backend: each call here is answered by the one that has the store.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::UnboundedReceiver;

use super::copied::{CopiedAttempt, CopiedEntry, ServerFacts};
use super::failure::StoreFailure;
use super::lease::{Duty, Lease};
use super::news::StoreNews;
use super::outcome::{
    Access, MatchOutcome, Recorded, Removed, StepDetails, StepOutcome, StoreFacts, StoredAccount,
    StoredResources, VerificationLease,
};
use super::postgres::{
    PostgresInterrupt, PostgresReader, PostgresStore, PostgresWriter, ServerAccess,
};
use super::sqlite::{
    SqliteImport, SqliteInterrupt, SqliteReader, SqliteStore, SqliteWriter, Tuning,
};
use crate::domain::activity::{Attempt, Names, Refused};
use crate::domain::budget::RecentPurge;
use crate::domain::coverage::Coverage;
use crate::domain::draft::KeptDraft;
use crate::domain::edge::Verification;
use crate::domain::filter::Predicate;
use crate::domain::ids::{AccountName, DraftId, JournalId, PurgeId, PurgeKey, ResourceId};
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::money::MonthUse;
use crate::domain::operator::Operator;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{KeysQuery, Sort, Summary, SummaryQuery, Window, WindowQuery};
use crate::domain::resource::Resource;
use crate::domain::store_address::StoreAddress;

/// A store: its place and the access to it. Cheap to clone; it creates the connections.
#[derive(Clone, Debug)]
pub struct Store(Backend);

#[derive(Clone, Debug)]
enum Backend {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// A read-only connection. Each call answers from one snapshot of the store.
pub struct Reader(ReadHalf);

enum ReadHalf {
    Sqlite(Box<SqliteReader>),
    Postgres(Box<PostgresReader>),
}

/// The connection that writes. Every call is one transaction: all of it is stored, or nothing.
///
/// History, which the vendors can be asked for again, survives a crash of the program; the record
/// of what we sent, and drafts, are on the disk before the call returns.
pub struct Writer(WriteHalf);

enum WriteHalf {
    Sqlite(Box<SqliteWriter>),
    Postgres(Box<PostgresWriter>),
}

/// Cancels the calls of a [`Reader`] from another thread.
pub struct Interrupt(InterruptOf);

enum InterruptOf {
    Sqlite(SqliteInterrupt),
    Postgres(PostgresInterrupt),
}

/// An import of a large history.
pub struct Import<'w>(ImportOf<'w>);

enum ImportOf<'w> {
    Sqlite(SqliteImport<'w>),
    Postgres(&'w mut PostgresWriter, Recorded),
}

impl Store {
    /// Opens the store at a path, after checks as far as they are cheap. With
    /// [`Access::ReadWrite`], a missing file and its missing directories are created (for their
    /// owner only), and an older schema is migrated.
    ///
    /// A file that is anything else than a sound store of a known schema version is refused and
    /// left as it is. One that was found damaged is opened for reading only.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreFailure> {
        Self::open_with(path, access, Tuning::default())
    }

    /// Opens the store at a path as [`Store::open`] does, with other thresholds.
    pub fn open_with(path: &Path, access: Access, tuning: Tuning) -> Result<Self, StoreFailure> {
        Ok(Self(Backend::Sqlite(SqliteStore::open_with(path, access, tuning)?)))
    }

    /// Connects to a store on a server. With [`Access::ReadWrite`], a missing schema is created and
    /// an older one migrated, where the server's role may. Drafts and the board stay in the file at
    /// `own`.
    pub fn connect(
        server: &ServerAccess,
        own: &Path,
        access: Access,
    ) -> Result<Self, StoreFailure> {
        Ok(Self(Backend::Postgres(PostgresStore::connect(server, own, access)?)))
    }

    /// Returns the number of purges in a store of an earlier program, all of which are written anew
    /// when it is opened for writing: some ten seconds for a million. `None` for any other file.
    pub fn purges_to_convert(path: &Path) -> Option<u64> {
        SqliteStore::purges_to_convert(path)
    }

    /// Takes an operator by whom requests are queued and confirmed from now on. Until then it is
    /// somebody who confirms only what they queue here themselves.
    #[must_use]
    pub fn operated_by(self, operator: Operator) -> Self {
        Self(match self.0 {
            Backend::Sqlite(store) => Backend::Sqlite(store.operated_by(operator)),
            Backend::Postgres(store) => Backend::Postgres(store.operated_by(operator)),
        })
    }

    /// Returns its place.
    pub fn address(&self) -> &StoreAddress {
        match &self.0 {
            Backend::Sqlite(store) => store.address(),
            Backend::Postgres(store) => store.address(),
        }
    }

    /// Returns the access to it.
    pub fn access(&self) -> Access {
        match &self.0 {
            Backend::Sqlite(store) => store.access(),
            Backend::Postgres(store) => store.access(),
        }
    }

    /// Creates a connection that reads. It sees the newest finished write and waits for no writer.
    pub fn reader(&self) -> Result<Reader, StoreFailure> {
        Ok(Reader(match &self.0 {
            Backend::Sqlite(store) => ReadHalf::Sqlite(Box::new(store.reader()?)),
            Backend::Postgres(store) => ReadHalf::Postgres(Box::new(store.reader()?)),
        }))
    }

    /// Creates a connection that writes. One is enough for a process: writers wait for each other.
    pub fn writer(&self) -> Result<Writer, StoreFailure> {
        Ok(Writer(match &self.0 {
            Backend::Sqlite(store) => WriteHalf::Sqlite(Box::new(store.writer()?)),
            Backend::Postgres(store) => WriteHalf::Postgres(Box::new(store.writer()?)),
        }))
    }

    /// Returns what happens to the store from now on, told over the connection of the writer that
    /// is created next, or of the reader where there is no writer; `None` where the store tells
    /// nothing unasked.
    pub fn news(&self) -> Option<UnboundedReceiver<StoreNews>> {
        match &self.0 {
            Backend::Sqlite(_) => None,
            Backend::Postgres(store) => Some(store.news()),
        }
    }

    /// Returns [`StoreFailure::Damaged`] if the store was found damaged, by anybody.
    pub fn found_damaged(&self) -> Option<StoreFailure> {
        match &self.0 {
            Backend::Sqlite(store) => store.found_damaged(),
            Backend::Postgres(_) => None,
        }
    }

    /// Lets the store be written again. To be called only after [`Reader::check`] has found
    /// nothing.
    pub fn forget_damage(&self) -> Result<(), StoreFailure> {
        match &self.0 {
            Backend::Sqlite(store) => store.forget_damage(),
            Backend::Postgres(_) => Ok(()),
        }
    }

    /// Writes a copy of a file, which others may be writing into, as a new file. Refused if the
    /// store or the copy is damaged, and for a server, which has means of its own.
    pub fn back_up(&self, to: &Path) -> Result<(), StoreFailure> {
        match &self.0 {
            Backend::Sqlite(store) => store.back_up(to),
            Backend::Postgres(_) => Err(StoreFailure::OnServer),
        }
    }

    /// Writes the whole file anew, without free pages. Nobody else may have it open. Refused for a
    /// server, which sees to that itself.
    pub fn rewrite(&self) -> Result<(), StoreFailure> {
        match &self.0 {
            Backend::Sqlite(store) => store.rewrite(),
            Backend::Postgres(_) => Err(StoreFailure::OnServer),
        }
    }
}

/// Declares calls of the reader, each answered by the backend's method of that name.
macro_rules! read_calls {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        impl Reader {
            $($(#[$doc])*
            pub fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreFailure> {
                match &self.0 {
                    ReadHalf::Sqlite(half) => half.$name($($argument),*),
                    ReadHalf::Postgres(half) => half.$name($($argument),*),
                }
            })+
        }
    };
}

/// Declares calls of the writer, likewise.
macro_rules! write_calls {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        impl Writer {
            $($(#[$doc])*
            pub fn $name(&mut self, $($argument: $type),*) -> Result<$answer, StoreFailure> {
                match &mut self.0 {
                    WriteHalf::Sqlite(half) => half.$name($($argument),*),
                    WriteHalf::Postgres(half) => half.$name($($argument),*),
                }
            })+
        }
    };
}

read_calls! {
    /// Returns a window of rows.
    fn window(query: &WindowQuery) -> Window;

    /// Returns the keys of a selection, newest first.
    fn keys(query: &KeysQuery) -> Vec<PurgeKey>;

    /// Returns counts, facets, timeline and coverage of a selection, all exact.
    fn summary(query: &SummaryQuery) -> Summary;

    /// Returns one purge in full; `None` if no purge has that key (any more).
    fn detail(key: PurgeKey) -> Option<PurgeDetail>;

    /// Returns purges in full, in the order of the keys; keys without a purge are skipped.
    fn purges(keys: &[PurgeKey]) -> Vec<Purge>;

    /// Returns a purge in full, named by the id that its account's vendor gave it.
    fn purge_of(account: &AccountName, id: &PurgeId) -> Option<Purge>;

    /// Returns purges of these resources since an instant, by anybody, newest first: those of the
    /// history, and the journal's sent entries that the history does not have yet. If a vendor
    /// returned no id, an entry counts beside its purge until [`Writer::match_purge`] links the
    /// two.
    fn recent(
        resources: &[(AccountName, ResourceId)],
        since: DateTime<Utc>
    ) -> Vec<RecentPurge>;

    /// Returns the number of targets of an account's purges since a month began, by anybody: those
    /// of the history, and of the journal's sent entries that the history does not have yet. A
    /// purge whose targets are not known counts as one.
    fn month_use(account: &AccountName, month: DateTime<Utc>) -> MonthUse;

    /// Returns an account's unfinished purges created at or after an instant, newest first.
    fn unfinished(account: &AccountName, since: DateTime<Utc>) -> Vec<Purge>;

    /// Visits every selected purge in the sort order, at most `limit`, until the visitor stops.
    /// Memory does not grow with their number; all of them are of one snapshot. Returns the number
    /// of visited purges.
    fn export(
        predicate: &Predicate,
        sort: Sort,
        limit: Option<u64>,
        visit: &mut dyn FnMut(PurgeDetail) -> ControlFlow<()>
    ) -> u64;

    /// Returns the time ranges for which an account's local history is complete.
    fn coverage(account: &AccountName) -> Coverage;

    /// Returns the time ranges for which an account's activity log was read.
    fn attempt_coverage(account: &AccountName) -> Coverage;

    /// Returns the resources of an account whose lists had been read to their end when its coverage
    /// was stored.
    fn whole_lists(account: &AccountName) -> BTreeSet<ResourceId>;

    /// Returns an account's resources as they were last read.
    fn resources(account: &AccountName) -> StoredResources;

    /// Returns every account with data in the store, by name.
    fn accounts() -> Vec<StoredAccount>;

    /// Returns the saved drafts, the one that was changed last first.
    fn drafts() -> Vec<KeptDraft>;

    /// Returns the board as it was left, as text.
    fn board() -> Option<String>;

    /// Returns an entry of the journal.
    fn journal_entry(id: &JournalId) -> Option<JournalEntry>;

    /// Returns the newest journal entry of a purge, named by the id that its account's vendor gave
    /// it.
    fn journal_of(account: &AccountName, purge: &PurgeId) -> Option<JournalEntry>;

    /// Returns the entry of an account that was sent last, of those with a vendor's answer.
    fn journal_answered(account: &AccountName) -> Option<JournalEntry>;

    /// Returns the journal's open entries, in the order of the queue.
    fn journal_open() -> Vec<JournalEntry>;

    /// True if the queue is paused: then nothing that is queued is sent.
    fn is_paused() -> bool;

    /// Visits the journal's entries, open or not, newest first, until the visitor stops. Memory
    /// does not grow with their number.
    fn journal(visit: &mut dyn FnMut(JournalEntry) -> ControlFlow<()>) -> ();

    /// Returns the journal's newest entries, open or not, newest first.
    fn journal_newest(limit: u32) -> Vec<JournalEntry>;

    /// Returns the entries sent since an instant that the vendor called successful and whose
    /// verification is not settled, in the order in which they were queued.
    fn unverified(since: DateTime<Utc>) -> Vec<JournalEntry>;

    /// Returns targets of URL purges of one cname, newest first: those of the newest `limit` such
    /// journal entries, sent or not, then those of the newest `limit` purges in the history since
    /// an instant. A target may come twice.
    fn known_targets(
        account: &AccountName,
        cname: &str,
        since: DateTime<Utc>,
        limit: u32
    ) -> Vec<String>;

    /// Returns a number that changes when anybody, in this process or another, changes what queries
    /// or the journal's readers read. The board and drafts are neither.
    fn data_version() -> i64;

    /// Checks the whole store and every row; empty if it is sound.
    fn check() -> Vec<String>;

    /// Checks that the store's pages can be read, where it has any of its own.
    fn check_pages() -> ();

    /// Checks the journal, on which sending relies; an error if it is damaged.
    fn check_journal() -> ();

    /// Returns the instant before which no history is kept; `None` if all is.
    fn kept_from() -> Option<DateTime<Utc>>;

    /// Returns the size of the store and the times of what is in it.
    fn facts() -> StoreFacts;

    /// Returns the journal's entries with numbers after this one, each with all its steps, in the
    /// order in which they were queued.
    fn copied_entries(after: i64, most: u32) -> Vec<CopiedEntry>;

    /// Returns entries of an account's activity log with ids after this one, in their order.
    fn copied_attempts(account: &AccountName, after: &str, most: u32) -> Vec<CopiedAttempt>;

    /// Returns what there is to say of the server; `None` for a file.
    fn server() -> Option<ServerFacts>;

    /// Returns an instant before which so many of the oldest purges were created, or some more; the
    /// latest one if there are not so many behind it.
    fn created_before(purges: u64) -> DateTime<Utc>;
}

impl Reader {
    /// Returns a handle that cancels this reader's calls.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(match &self.0 {
            ReadHalf::Sqlite(reader) => InterruptOf::Sqlite(reader.interrupt()),
            ReadHalf::Postgres(reader) => InterruptOf::Postgres(reader.interrupt()),
        })
    }
}

impl Interrupt {
    /// Lets the running call fail with [`StoreFailure::Interrupted`]; where none is running or it
    /// is at its end, the next one.
    pub fn interrupt(&self) {
        match &self.0 {
            InterruptOf::Sqlite(interrupt) => interrupt.interrupt(),
            InterruptOf::Postgres(interrupt) => interrupt.interrupt(),
        }
    }

    /// Takes back an interrupt that no call has met.
    pub fn clear(&self) {
        match &self.0 {
            InterruptOf::Sqlite(interrupt) => interrupt.clear(),
            InterruptOf::Postgres(interrupt) => interrupt.clear(),
        }
    }
}

write_calls! {
    /// Records purges in the history: new ones are added, known ones are merged. The order of
    /// purges and of calls does not matter; recording the same again writes nothing.
    ///
    /// `seen_at` is when the vendor reported them; it replaces a time of creation that could not be
    /// read.
    fn record(purges: &[Purge], seen_at: DateTime<Utc>) -> Recorded;

    /// Adds a half-open range of time for which an account's history is complete.
    fn add_coverage(account: &AccountName, from: DateTime<Utc>, until: DateTime<Utc>) -> ();

    /// Replaces the resources of an account whose lists were read to their end.
    fn save_whole_lists(account: &AccountName, whole: &BTreeSet<ResourceId>) -> ();

    /// Replaces an account's resources, in this order.
    fn save_resources(account: &AccountName, resources: &[Resource], at: DateTime<Utc>) -> ();

    /// Stores when an account's newest history was last read without an error.
    fn mark_synced(account: &AccountName, at: DateTime<Utc>) -> ();

    /// Records entries of an account's activity log; known ones stay as they are. Returns the new
    /// attempts that were refused and were not sent by this store's journal.
    fn record_attempts(
        account: &AccountName,
        attempts: &[Attempt],
        names: &Names
    ) -> Vec<Refused>;

    /// Attributes an account's purges of a time range, ends included, to the authors that its
    /// activity log names, and stores that the log was read for this range up to `settled`. Returns
    /// the purges that changed.
    fn attribute_attempts(
        account: &AccountName,
        range: (DateTime<Utc>, DateTime<Utc>),
        settled: DateTime<Utc>,
        names: &Names
    ) -> Recorded;

    /// Applies the names of an account's people and tokens to all their purges, old ones too. Does
    /// nothing if the names are those of the last time.
    fn rename_authors(account: &AccountName, names: &Names) -> Recorded;

    /// Writes requests into the journal as queued, all of them or none. They are on the disk when
    /// this returns.
    fn enqueue(entries: &[NewEntry], now: DateTime<Utc>) -> Vec<JournalEntry>;

    /// Sends queued requests in this order: they exchange their places in the queue and their
    /// times. Requests that are not queued any more are skipped. Returns those that moved.
    fn reorder(ids: &[JournalId]) -> Vec<JournalEntry>;

    /// Pauses or resumes the queue. While it is paused, [`Writer::step`] moves nothing to
    /// `sending`, whoever asks.
    ///
    /// On resuming, requests whose time has passed get new times: all requests of a resource are
    /// delayed alike, so that the spaces between them stay. Returns those that were delayed.
    fn pause(paused: bool, now: DateTime<Utc>) -> Vec<JournalEntry>;

    /// Confirms queued requests that others queued, as this operator's word. Requests that are not
    /// queued any more, or are confirmed, are skipped. Returns those that changed.
    fn confirm(ids: &[JournalId]) -> Vec<JournalEntry>;

    /// Moves an entry to another state, if it is in the state that the caller expects and
    /// [`JournalState::may_become`] allows it. The step is on the disk when this returns. While the
    /// queue is paused, nothing becomes `sending`; nor does what this operator did not confirm; nor
    /// anything, on a server, while this writer does not hold the account's [`Duty::Send`]. To send
    /// an entry of unknown outcome again confirms it.
    fn step(
        id: &JournalId,
        from: JournalState,
        to: JournalState,
        details: &StepDetails
    ) -> StepOutcome;

    /// Notes that the operator knows of the bad ends of these entries. Returns the entries that
    /// changed.
    fn notice_bad_ends(ids: &[JournalId]) -> Vec<JournalEntry>;

    /// Links an entry with the purge that it became in the account's history: that purge counts as
    /// sent from here from now on, and, where nobody is known to have asked for it, as asked for by
    /// who queued the entry.
    fn match_purge(id: &JournalId, purge: &PurgeId) -> MatchOutcome;

    /// Acquires the right to verify an entry until `until`, unless another purgedeck holds it.
    ///
    /// A lease ends at its time, whether its holder still runs or not. A time later than the
    /// caller's own `until` was written under a clock that was set back, and does not count.
    fn lease_verification(
        id: &JournalId,
        now: DateTime<Utc>,
        until: DateTime<Utc>
    ) -> VerificationLease;

    /// Saves the probes so far and keeps the lease until `until`. A settled verification is on the
    /// disk when this returns, and the entry is marked as verified or not. Returns the entry;
    /// `None` if the journal has no such entry.
    fn save_verification(
        id: &JournalId,
        verification: &Verification,
        until: DateTime<Utc>
    ) -> Option<JournalEntry>;

    /// Saves a draft under its name, in the place of what has that name.
    fn save_draft(kept: &KeptDraft) -> ();

    /// Removes a draft, and returns whether there was one of this name.
    fn remove_draft(id: &DraftId) -> bool;

    /// Saves the board, as text, for the next start.
    fn save_board(board: &str) -> ();

    /// Returns a number that changes when anybody but this writer, in this process or another,
    /// changes what queries or the journal's readers read. The board and drafts are neither.
    fn data_version() -> i64;

    /// Stores the instant before which no history is kept, and cuts the coverage there; `None` if
    /// all is kept. An instant that an open request needs history before is put earlier. Returns
    /// the instant as it is stored.
    fn keep_from(from: Option<DateTime<Utc>>) -> Option<DateTime<Utc>>;

    /// Removes so many of the oldest purges and entries of activity logs at most that are from
    /// before the instant that [`Writer::keep_from`] stored.
    fn remove_unkept(most: usize) -> Removed;

    /// Adds entries of another store's journal with their steps, in this order. Those that are here
    /// stay as they are; one that waits to be sent or is on its way is left out, since two stores
    /// would send it. Returns the number of those added.
    fn restore_entries(entries: &[CopiedEntry]) -> u64;

    /// Adds entries of an account's activity log, and the time ranges for which it was read. Those
    /// that are here stay as they are. Returns the number of those added.
    fn restore_attempts(
        account: &AccountName,
        attempts: &[CopiedAttempt],
        read: &Coverage
    ) -> u64;

    /// Gives some free pages back to the disk, where the store can. Returns true if more may
    /// follow.
    fn give_back() -> bool;

    /// Moves what is in a file's write-ahead log into the file, as far as no reader needs it.
    fn checkpoint() -> ();

    /// Takes a duty, unless another purgedeck has it; one that is held stays so. It ends with the
    /// connection, however that ends.
    fn lease(duty: &Duty) -> Lease;

    /// Gives a duty back; nothing happens where it is not held.
    fn release(duty: &Duty) -> ();

    /// True if a duty is held: it may have been lost with the connection.
    fn holds(duty: &Duty) -> bool;

    /// Asks whoever reads an account's news to read them now.
    fn want_refresh(account: &AccountName) -> ();
}

impl Writer {
    /// Begins to import a large history. Batches of some ten thousand purges, roughly in the order
    /// of time, are fastest.
    pub fn import(&mut self) -> Result<Import<'_>, StoreFailure> {
        Ok(Import(match &mut self.0 {
            WriteHalf::Sqlite(writer) => ImportOf::Sqlite(writer.import()?),
            WriteHalf::Postgres(writer) => ImportOf::Postgres(writer, Recorded::default()),
        }))
    }
}

impl Import<'_> {
    /// Records a batch, as [`Writer::record`] does; it is stored when this returns.
    pub fn record(
        &mut self,
        purges: &[Purge],
        seen_at: DateTime<Utc>,
    ) -> Result<Recorded, StoreFailure> {
        match &mut self.0 {
            ImportOf::Sqlite(import) => import.record(purges, seen_at),
            ImportOf::Postgres(writer, sum) => {
                let recorded = writer.record(purges, seen_at)?;
                *sum = sum.and(recorded);
                Ok(recorded)
            }
        }
    }

    /// Ends the import, and returns the sum of all batches.
    pub fn finish(self) -> Result<Recorded, StoreFailure> {
        match self.0 {
            ImportOf::Sqlite(import) => import.finish(),
            ImportOf::Postgres(writer, sum) => {
                writer.analyze()?;
                Ok(sum)
            }
        }
    }
}
