//! The read half: each call answers from one snapshot of the database.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tokio_postgres::{NoTls, Row};

use super::dictionary::{SIZES, ServerDictionary};
use super::live::{Live, Parameters};
use super::news::NewsSink;
use super::server::{CONNECT, Server, network};
use super::session::ServerSession;
use super::sql::SqlText;
use crate::store::failure::StoreFailure;
use crate::store::sqlite::SqliteStore;

/// Begins a transaction that reads one snapshot.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A connection that reads, made when it is needed.
pub(in crate::store) struct PostgresReader {
    session: Arc<ServerSession>,
    dictionary: Mutex<ServerDictionary>,
    /// The store with drafts and the board; `None` where there is none yet.
    pub(super) own: Option<SqliteStore>,
    interrupted: Arc<AtomicBool>,
    cancels: Arc<Cancels>,
}

/// Cancels the calls of a [`PostgresReader`] from another thread.
pub(in crate::store) struct PostgresInterrupt {
    session: Arc<ServerSession>,
    interrupted: Arc<AtomicBool>,
    cancels: Arc<Cancels>,
}

/// The requests to cancel a statement that are on their way to the server. The next call waits for
/// them, and takes another connection if none of them was met: or they would meet it instead.
#[derive(Default)]
struct Cancels {
    number: Mutex<u32>,
    arrived: Condvar,
    /// Set until one is met.
    sent: AtomicBool,
}

impl Cancels {
    fn add(&self, number: i32) {
        let mut sum = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        *sum = sum.saturating_add_signed(number);
        self.arrived.notify_all();
    }

    fn wait(&self) {
        let sum = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        // A server that does not answer is met by the call itself.
        drop(self.arrived.wait_timeout_while(sum, CONNECT, |sum| *sum > 0));
    }
}

impl PostgresInterrupt {
    /// Lets the running call fail, or the next one.
    pub(in crate::store) fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        let (Some(token), Ok(network)) = (self.session.running(), network()) else { return };
        let tls = self.session.server().tls.clone();
        let cancels = Arc::clone(&self.cancels);
        cancels.add(1);
        cancels.sent.store(true, Ordering::SeqCst);
        network.spawn(async move {
            let cancelled = async {
                match tls {
                    None => token.cancel_query(NoTls).await,
                    Some(tls) => token.cancel_query(tls).await,
                }
            };
            // A statement that ended meanwhile, or a server that is gone, needs no cancelling.
            drop(tokio::time::timeout(CONNECT, cancelled).await);
            cancels.add(-1);
        });
    }

    /// Takes back an interrupt that no call has met.
    pub(in crate::store) fn clear(&self) {
        self.interrupted.store(false, Ordering::SeqCst);
    }
}

/// One snapshot of the database with its dictionary: every query is answered from one.
pub(super) struct ServerSnapshot<'s> {
    pub(super) live: &'s mut Live,
    pub(super) dictionary: &'s ServerDictionary,
    interrupted: &'s AtomicBool,
    cancels: &'s Cancels,
}

impl ServerSnapshot<'_> {
    /// Returns the rows of a query, unless the call was interrupted.
    pub(super) fn query(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreFailure> {
        self.check_interrupt()?;
        let rows = self.live.query(sql, parameters);
        if matches!(rows, Err(StoreFailure::Interrupted)) {
            self.cancels.sent.store(false, Ordering::SeqCst);
        }
        rows
    }

    /// Returns the first row of a query, if it has any.
    pub(super) fn optional_row(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, StoreFailure> {
        Ok(self.query(sql, parameters)?.into_iter().next())
    }

    /// Returns the rows of a statement.
    pub(super) fn rows(&mut self, sql: &SqlText) -> Result<Vec<Row>, StoreFailure> {
        self.query(sql.text(), &sql.values())
    }

    /// Lets the snapshot be kept however long a visitor takes for what it is shown.
    pub(super) fn keep(&mut self) -> Result<(), StoreFailure> {
        self.query("SET LOCAL idle_in_transaction_session_timeout = 0", &[]).map(drop)
    }

    /// Fails if the call was interrupted.
    pub(super) fn check_interrupt(&self) -> Result<(), StoreFailure> {
        if self.interrupted.load(Ordering::SeqCst) {
            Err(StoreFailure::Interrupted)
        } else {
            Ok(())
        }
    }
}

impl PostgresReader {
    pub(super) fn new(
        server: &Arc<Server>,
        news: Option<NewsSink>,
        own: Option<SqliteStore>,
    ) -> Self {
        Self {
            session: Arc::new(ServerSession::new(server, news)),
            dictionary: Mutex::default(),
            own,
            interrupted: Arc::default(),
            cancels: Arc::default(),
        }
    }

    /// Returns a handle that cancels this reader's calls.
    pub(in crate::store) fn interrupt(&self) -> PostgresInterrupt {
        PostgresInterrupt {
            session: Arc::clone(&self.session),
            interrupted: Arc::clone(&self.interrupted),
            cancels: Arc::clone(&self.cancels),
        }
    }

    /// Answers from one snapshot.
    pub(super) fn answer<T>(
        &self,
        answer: impl FnOnce(&mut ServerSnapshot<'_>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        if self.interrupted.swap(false, Ordering::SeqCst) {
            return Err(StoreFailure::Interrupted);
        }
        self.cancels.wait();
        if self.cancels.sent.swap(false, Ordering::SeqCst) {
            // The call before ended by itself: the server may cancel the next one in its place.
            self.session.close();
        }
        let mut dictionary = self.dictionary.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = Cell::new(false);
        let opened = |_: &mut Live| {
            is_new.set(true);
            Ok(())
        };
        let answer = self.session.transact(BEGIN, (SIZES, &[]), opened, |live, sizes| {
            // It may be another server now, which took over and has not all of the one before.
            if is_new.get() {
                *dictionary = ServerDictionary::default();
            }
            dictionary.refresh(live, sizes.first().ok_or(StoreFailure::Corrupt)?)?;
            let mut snapshot = ServerSnapshot {
                live,
                dictionary: &dictionary,
                interrupted: &self.interrupted,
                cancels: &self.cancels,
            };
            let answer = answer(&mut snapshot)?;
            live.batch("COMMIT")?;
            Ok(answer)
        });
        if matches!(answer, Err(StoreFailure::Interrupted)) {
            self.interrupted.store(false, Ordering::SeqCst);
        }
        answer
    }
}
