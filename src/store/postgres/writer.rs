//! The write half: its transactions. What it writes is in the files beside this one.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::Row;

use super::dictionary::{SIZES, ServerDictionary};
use super::live::{Live, Parameters};
use super::news::{Message, NewsSink};
use super::schema;
use super::server::Server;
use super::session::ServerSession;
use crate::domain::operator::Operator;
use crate::store::failure::StoreFailure;
use crate::store::lease::Duty;
use crate::store::sqlite::{SqliteStore, SqliteWriter};

/// The part of the store that a transaction writes. Of each, one transaction of all purgedecks
/// writes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StorePart {
    /// What can be read from the vendors again: it may be lost when the server fails.
    History,
    /// The record of what we sent and will send: it is on the disk before a call returns.
    Journal,
}

impl StorePart {
    /// The advisory lock of its transactions.
    fn lock(self) -> i64 {
        match self {
            Self::History => 0x7064_636b_0001,
            Self::Journal => 0x7064_636b_0002,
        }
    }

    /// The name of the number of its changes.
    pub(super) fn changes(self) -> &'static str {
        match self {
            Self::History => "changes of the history",
            Self::Journal => "changes of the journal",
        }
    }

    /// Begins a transaction that does not stop the others for ever, should we stop within it.
    fn begin(self) -> &'static str {
        match self {
            Self::History => {
                "BEGIN ISOLATION LEVEL READ COMMITTED;
                 SET LOCAL idle_in_transaction_session_timeout = '60s';
                 SET LOCAL synchronous_commit = off"
            }
            Self::Journal => {
                "BEGIN ISOLATION LEVEL READ COMMITTED;
                 SET LOCAL idle_in_transaction_session_timeout = '60s'"
            }
        }
    }
}

/// Takes the lock of a part, names the transaction and returns the schema's version.
const TAKE: &str = "SELECT pg_advisory_xact_lock($1), pg_current_xact_id()::text,
                           (SELECT value FROM number WHERE name = 'schema')";

/// The number of all changes that are counted.
pub(super) const CHANGES: &str = "SELECT coalesce(sum(value), 0)::bigint FROM number
                       WHERE name LIKE 'changes of %'";

/// Time in which the server has to tell what became of a write, longer than a restart of it, and
/// the pause between two attempts to ask.
const ASK_WITHIN: Duration = Duration::from_secs(20);
const ASK_PAUSE: Duration = Duration::from_millis(500);

/// The connection that writes, and that holds this purgedeck's duties.
pub(in crate::store) struct PostgresWriter {
    session: ServerSession,
    pub(super) dictionary: ServerDictionary,
    pub(super) operator: Arc<Operator>,
    pub(super) news: NewsSink,
    /// Held by the connection, and gone with it.
    pub(super) duties: BTreeSet<Duty>,
    /// For drafts and the board.
    pub(super) own: SqliteWriter,
    own_changes: i64,
}

/// An open transaction that writes.
pub(super) struct ServerTransaction<'t> {
    pub(super) live: &'t mut Live,
    pub(super) dictionary: &'t mut ServerDictionary,
    pub(super) operator: &'t Operator,
    pub(super) news: &'t NewsSink,
    pub(super) duties: &'t BTreeSet<Duty>,
    /// Set unless nobody else on the store has to read anything again after it.
    pub(super) is_counted: bool,
}

impl ServerTransaction<'_> {
    /// Returns the rows of a query.
    pub(super) fn query(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreFailure> {
        self.live.query(sql, parameters)
    }

    /// Returns the first row of a query, if it has any.
    pub(super) fn optional_row(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, StoreFailure> {
        self.live.optional_row(sql, parameters)
    }

    /// Runs a statement that writes; returns the number of rows that it wrote.
    pub(super) fn execute(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<u64, StoreFailure> {
        self.live.execute(sql, parameters)
    }

    /// Brings the dictionary up to date. Nobody else adds to it while the history is written.
    pub(super) fn refresh_dictionary(&mut self) -> Result<(), StoreFailure> {
        let sizes = self.live.row(SIZES, &[])?;
        self.dictionary.refresh(self.live, &sizes)
    }
}

impl PostgresWriter {
    pub(super) fn new(
        server: &Arc<Server>,
        news: NewsSink,
        operator: Arc<Operator>,
        own: &SqliteStore,
    ) -> Result<Self, StoreFailure> {
        Ok(Self {
            session: ServerSession::new(server, Some(news.clone())),
            dictionary: ServerDictionary::default(),
            operator,
            news,
            duties: BTreeSet::new(),
            own: own.writer()?,
            own_changes: 0,
        })
    }

    /// Runs some work in one transaction on a part of the store.
    pub(super) fn write<T>(
        &mut self,
        part: StorePart,
        work: impl FnOnce(&mut ServerTransaction<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let Self { session, dictionary, operator, news, duties, .. } = self;
        let mut in_doubt = None;
        if !session.is_open() {
            duties.clear();
        }
        let held = &*duties;
        let (lost, counted) = (Cell::new(false), Cell::new(false));
        let written = session.transact(
            part.begin(),
            (TAKE, &[&part.lock()]),
            |_| {
                lost.set(true);
                Ok(())
            },
            |live, rows| {
                let row = rows.first().ok_or(StoreFailure::Corrupt)?;
                let (transaction, version): (String, i64) = (row.try_get(1)?, row.try_get(2)?);
                if version > schema::VERSION {
                    return Err(StoreFailure::Newer { found: version, known: schema::VERSION });
                }
                if lost.get() {
                    // It may be another server now, which took over and has not all of the other.
                    *dictionary = ServerDictionary::default();
                }
                let before = live.written;
                let none = BTreeSet::new();
                let mut open = ServerTransaction {
                    live,
                    dictionary,
                    operator,
                    news,
                    // Those of the connection before went with it.
                    duties: if lost.get() { &none } else { held },
                    is_counted: true,
                };
                let done = work(&mut open)?;
                let counts = open.is_counted && open.live.written > before;
                if counts {
                    count_change(live, part)?;
                    news.send(live, &Message::Changed)?;
                }
                match live.batch("COMMIT") {
                    Err(StoreFailure::Unreachable(_)) => in_doubt = Some(transaction),
                    committed => committed?,
                }
                counted.set(counts);
                Ok(done)
            },
        );
        if lost.get() || in_doubt.is_some() || !session.is_open() {
            duties.clear();
        }
        if matches!(
            written,
            Err(StoreFailure::Refused(_) | StoreFailure::Newer { .. } | StoreFailure::NoSchema)
        ) {
            // Whoever may not write must not keep a duty from those who may.
            session.close();
            duties.clear();
        }
        if written.is_err() {
            // It may hold rows that were rolled back.
            *dictionary = ServerDictionary::default();
        }
        if let Some(transaction) = in_doubt
            && !self.was_committed(&transaction)?
        {
            return Err(StoreFailure::Unreachable("the connection was lost".to_owned()));
        }
        self.own_changes += i64::from(counted.get());
        written
    }

    /// Asks the server what became of a transaction whose connection was lost at its end.
    #[expect(clippy::disallowed_methods, reason = "a server that restarts gives no signal")]
    pub(super) fn was_committed(&mut self, transaction: &str) -> Result<bool, StoreFailure> {
        const STATUS: &str = "SELECT pg_xact_status($1::text::xid8)";
        self.dictionary = ServerDictionary::default();
        let begun = Instant::now();
        while begun.elapsed() < ASK_WITHIN {
            let status = self.session.transact(
                "BEGIN READ ONLY",
                (STATUS, &[&transaction]),
                |_| Ok(()),
                |live, rows| {
                    live.batch("COMMIT")?;
                    Ok(rows
                        .first()
                        .ok_or(StoreFailure::Corrupt)?
                        .try_get::<_, Option<String>>(0)?)
                },
            );
            match status {
                Ok(Some(status)) if status == "committed" => return Ok(true),
                Ok(Some(status)) if status == "aborted" => return Ok(false),
                // It goes on, or the server is not back.
                Ok(_) | Err(_) => std::thread::sleep(ASK_PAUSE),
            }
        }
        Err(StoreFailure::Uncertain)
    }

    /// Ends the connection, and all duties with it.
    pub(super) fn disconnect(&mut self) {
        self.session.close();
        self.duties.clear();
    }

    /// Forgets the duties that went with a connection.
    pub(super) fn forget_lost_duties(&mut self) {
        if !self.session.is_open() {
            self.duties.clear();
        }
    }

    /// Runs statements outside of the store's locks: leases, and what only reads.
    pub(super) fn direct<T>(
        &mut self,
        work: impl FnOnce(&mut Live) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        self.forget_lost_duties();
        let lost = Cell::new(false);
        let done = self.session.transact(
            "BEGIN ISOLATION LEVEL READ COMMITTED",
            ("SELECT 1", &[]),
            |_| {
                lost.set(true);
                Ok(())
            },
            |live, _| {
                let done = work(live)?;
                live.batch("COMMIT")?;
                Ok(done)
            },
        );
        if lost.get() || !self.session.is_open() {
            self.duties.clear();
            self.dictionary = ServerDictionary::default();
        }
        done
    }

    /// Returns a number that changes when anybody but this writer changes what queries or the
    /// journal's readers read.
    pub(in crate::store) fn data_version(&mut self) -> Result<i64, StoreFailure> {
        let all: i64 = self.direct(|live| Ok(live.row(CHANGES, &[])?.try_get(0)?))?;
        Ok(all - self.own_changes)
    }
}

fn count_change(live: &mut Live, part: StorePart) -> Result<(), StoreFailure> {
    let count = "INSERT INTO number (name, value) VALUES ($1, 1)
                 ON CONFLICT (name) DO UPDATE SET value = number.value + 1";
    live.execute(count, &[&part.changes()]).map(drop)
}
