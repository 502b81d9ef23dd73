//! Connecting to a store on a server: its schema is checked, made or migrated.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::UnboundedReceiver;

use super::live::Live;
use super::news::NewsSink;
use super::reader::PostgresReader;
use super::schema;
use super::server::{Server, ServerAccess};
use super::server_facts::MAY_WRITE;
use super::session::ServerSession;
use super::writer::PostgresWriter;
use crate::domain::operator::Operator;
use crate::domain::store_address::StoreAddress;
use crate::store::failure::StoreFailure;
use crate::store::news::StoreNews;
use crate::store::outcome::Access;
use crate::store::sqlite::{SqliteStore, Tuning, newcomer};

/// A store on a server. Cheap to clone; it creates the connections.
#[derive(Clone, Debug)]
pub(in crate::store) struct PostgresStore {
    server: Arc<Server>,
    news: NewsSink,
    operator: Arc<Operator>,
    /// The file with drafts and the board; `None` where there is none and none is to be made.
    own: Option<SqliteStore>,
    /// Set while somebody waits for news that no connection listens to yet.
    wants_news: Arc<AtomicBool>,
}

impl PostgresStore {
    /// Connects and checks the schema.
    pub(in crate::store) fn connect(
        given: &ServerAccess,
        own: &Path,
        access: Access,
    ) -> Result<Self, StoreFailure> {
        let server = Arc::new(Server::of(given, access)?);
        check_schema(&server)?;
        let own = match SqliteStore::open_with(own, access, Tuning::default()) {
            Ok(own) => Some(own),
            Err(StoreFailure::Missing) if access == Access::ReadOnly => None,
            Err(failure) => return Err(failure),
        };
        Ok(Self {
            server,
            news: NewsSink::new(),
            operator: Arc::new(newcomer()),
            own,
            wants_news: Arc::default(),
        })
    }

    /// Takes an operator by whom requests are queued from now on.
    #[must_use]
    pub(in crate::store) fn operated_by(mut self, operator: Operator) -> Self {
        self.operator = Arc::new(operator);
        self
    }

    /// Returns its place.
    pub(in crate::store) fn address(&self) -> &StoreAddress {
        &self.server.address
    }

    /// Returns the access to it.
    pub(in crate::store) fn access(&self) -> Access {
        self.server.access
    }

    /// Makes a connection that reads, when it is needed.
    #[expect(clippy::unnecessary_wraps, reason = "another backend may fail")]
    pub(in crate::store) fn reader(&self) -> Result<PostgresReader, StoreFailure> {
        // Where nobody writes, the next one that reads hears what others do.
        let listens =
            self.access() == Access::ReadOnly && self.wants_news.swap(false, Ordering::SeqCst);
        let news = listens.then(|| self.news.clone());
        Ok(PostgresReader::new(&self.server, news, self.own.clone()))
    }

    /// Makes the connection that writes, when it is needed.
    pub(in crate::store) fn writer(&self) -> Result<PostgresWriter, StoreFailure> {
        match (&self.own, self.access()) {
            (Some(own), Access::ReadWrite) => {
                let (news, operator) = (self.news.clone(), Arc::clone(&self.operator));
                PostgresWriter::new(&self.server, news, operator, own)
            }
            (_, Access::ReadOnly) | (None, Access::ReadWrite) => Err(StoreFailure::ReadOnly),
        }
    }

    /// Returns what is told from now on.
    pub(in crate::store) fn news(&self) -> UnboundedReceiver<StoreNews> {
        self.wants_news.store(true, Ordering::SeqCst);
        self.news.listen()
    }
}

/// Checks the schema version, and makes or migrates the schema if that is allowed.
fn check_schema(server: &Arc<Server>) -> Result<(), StoreFailure> {
    let session = ServerSession::new(server, None);
    session.with(|live| match (schema::version(live)?, server.access) {
        (Some(schema::VERSION), Access::ReadOnly) => Ok(()),
        (Some(schema::VERSION), Access::ReadWrite) => check_rights(live),
        (Some(found), Access::ReadOnly) => {
            Err(StoreFailure::Older { found, known: schema::VERSION })
        }
        (None, Access::ReadOnly) => Err(StoreFailure::NoSchema),
        (found, Access::ReadWrite) => match schema::migrate(live) {
            // An operator of the team may not: the owner does it.
            Err(StoreFailure::Refused(_)) => Err(match found {
                Some(found) => StoreFailure::Older { found, known: schema::VERSION },
                None => StoreFailure::NoSchema,
            }),
            migrated => migrated,
        },
    })
}

/// Fails where the store can only be read: by this role, or on this server.
fn check_rights(live: &mut Live) -> Result<(), StoreFailure> {
    let is_copy = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'";
    if live.row(is_copy, &[])?.try_get(0)? {
        return Err(StoreFailure::ReadOnly);
    }
    let may_write: Option<bool> = live.row(MAY_WRITE, &[])?.try_get(0)?;
    if may_write == Some(true) {
        return Ok(());
    }
    Err(StoreFailure::Refused("its user may read the store and not write it".to_owned()))
}
