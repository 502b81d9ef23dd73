//! Finding, creating, checking and migrating the store's file.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::locks::Locks;
use super::marker::{DamageMarker, with_suffix};
use super::reader::SqliteReader;
use super::schema;
use super::tuning::Tuning;
use super::writer::SqliteWriter;
use super::{confirmation, conversion, retention};
use crate::domain::operator::Operator;
use crate::domain::store_address::StoreAddress;
use crate::store::failure::StoreFailure;
use crate::store::outcome::Access;

/// Page cache of one connection, in KiB; negative is how SQLite takes KiB.
const CACHE: i64 = -4096;

/// The first bytes of every SQLite file.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Length in bytes to which the write-ahead log is cut after a checkpoint.
const LOG_BYTES: i64 = 16 << 20;

/// A store: its path and the access to it. Cheap to clone; it creates the connections.
#[derive(Clone, Debug)]
pub(in crate::store) struct SqliteStore {
    path: Arc<Path>,
    address: StoreAddress,
    access: Access,
    tuning: Tuning,
    operator: Arc<Operator>,
    marker: DamageMarker,
    /// Set if this process cannot write to the file or beside it: then it is read without locks,
    /// which are written there, for as long as nobody else is seen to change it.
    unwritable: bool,
}

impl SqliteStore {
    /// Opens the store at a path, after checks as far as they are cheap. With
    /// [`Access::ReadWrite`], a missing file and its missing directories are created (for their
    /// owner only), and an older schema is migrated.
    ///
    /// A file that is anything else than a sound store of a known schema version is refused and
    /// left as it is. One that was found damaged is opened for reading only.
    pub(in crate::store) fn open(path: &Path, access: Access) -> Result<Self, StoreFailure> {
        Self::open_with(path, access, Tuning::default())
    }

    /// Opens the store at a path as [`SqliteStore::open`] does, with other thresholds.
    pub(in crate::store) fn open_with(
        path: &Path,
        access: Access,
        tuning: Tuning,
    ) -> Result<Self, StoreFailure> {
        let path = std::path::absolute(path)?;
        let marker = DamageMarker::beside(&path);
        if access == Access::ReadWrite && create(&path)? {
            // It was left by a store that was moved away.
            marker.remove()?;
        }
        check_magic(&path)?;
        let unwritable = !may_write(&path);
        if unwritable && access == Access::ReadWrite {
            return Err(StoreFailure::ReadOnly);
        }
        if access == Access::ReadWrite {
            marker.check()?;
        }
        let operator = Arc::new(confirmation::newcomer());
        let address = StoreAddress::File(path.clone());
        let path = Arc::from(path);
        let mut store = Self { path, address, access, tuning, operator, marker, unwritable };
        let checked = match store.check() {
            // The directory is what cannot be written.
            Err(StoreFailure::ReadOnly | StoreFailure::Denied | StoreFailure::Io(_))
                if access == Access::ReadOnly && !unwritable =>
            {
                store.unwritable = true;
                store.check()
            }
            checked => checked,
        };
        if matches!(checked, Err(StoreFailure::Corrupt)) && is_ours(&store.path) {
            store.marker.put("opening it");
        }
        checked.map(|()| store)
    }

    /// Returns the number of purges in a store of an earlier program, all of which are written anew
    /// when it is opened for writing: some ten seconds for a million. `None` for any other file.
    pub(in crate::store) fn purges_to_convert(path: &Path) -> Option<u64> {
        // The file's own head tells most: where nothing is converted, no file is made beside it.
        let version = header_version(path).filter(|it| (1..schema::CONVERTED).contains(it))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).ok()?;
        let found = schema::version(&connection).ok().flatten()?;
        let count = "SELECT ifnull(sum(count), 0) FROM strip";
        let count = connection.query_row(count, [], |row| row.get::<_, i64>(0)).ok()?;
        (version <= found && found < schema::CONVERTED).then_some(count.unsigned_abs())
    }

    /// Takes an operator by whom requests are queued and confirmed from now on. Until then it is
    /// somebody who confirms only what they queue here themselves.
    #[must_use]
    pub(in crate::store) fn operated_by(mut self, operator: Operator) -> Self {
        self.operator = Arc::new(operator);
        self
    }

    /// Returns its place.
    pub(in crate::store) fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Returns the access to it.
    pub(in crate::store) fn access(&self) -> Access {
        self.access
    }

    /// Creates a connection that reads. It sees the newest finished write and waits for no writer.
    pub(in crate::store) fn reader(&self) -> Result<SqliteReader, StoreFailure> {
        let connection = self.connect()?;
        connection.pragma_update(None, "query_only", true)?;
        // What is read without locks may look damaged because it changes meanwhile.
        let marker = (!self.unwritable).then(|| self.marker.clone());
        Ok(SqliteReader::new(connection, self.tuning, marker))
    }

    /// Creates a connection that writes. One is enough for a process: writers wait for each other.
    pub(in crate::store) fn writer(&self) -> Result<SqliteWriter, StoreFailure> {
        match self.access {
            Access::ReadWrite => {
                let connection = self.connect()?;
                // A page that is damaged must not be written back.
                connection.pragma_update(None, "cell_size_check", true)?;
                let locks = Locks::beside(&self.path);
                Ok(SqliteWriter::new(connection, self.tuning, self.marker.clone(), locks))
            }
            Access::ReadOnly => Err(StoreFailure::ReadOnly),
        }
    }

    /// Returns [`StoreFailure::Damaged`] if the store was found damaged, by anybody.
    pub(in crate::store) fn found_damaged(&self) -> Option<StoreFailure> {
        self.marker.check().err()
    }

    /// Lets the store be written again. To be called only after [`SqliteReader::check`] has found
    /// nothing.
    pub(in crate::store) fn forget_damage(&self) -> Result<(), StoreFailure> {
        Ok(self.marker.remove()?)
    }

    pub(super) fn marker(&self) -> &DamageMarker {
        &self.marker
    }

    /// Creates a connection as the access says.
    pub(super) fn connect(&self) -> Result<Connection, StoreFailure> {
        let access = match self.access {
            Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = if self.unwritable && self.log_is_empty() {
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(immutable_uri(&self.path), flags)
        } else {
            Connection::open_with_flags(&self.path, flags)
        };
        let connection = opened.map_err(|error| self.cause_of(error))?;
        connection.busy_timeout(self.tuning.lock_timeout)?;
        confirmation::register(&connection, &self.operator)?;
        connection.set_prepared_statement_cache_capacity(64);
        // Else a statement that compares a parameter may be prepared again for each new value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        if self.access == Access::ReadWrite {
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update_and_check(
                None,
                "journal_size_limit",
                LOG_BYTES,
                |_| Ok(()),
            )?;
        }
        Ok(connection)
    }

    /// Checks the schema version and migrates an older one if that is allowed.
    fn check(&self) -> Result<(), StoreFailure> {
        let mut connection = self.connect()?;
        match (schema::version(&connection)?, self.access) {
            (Some(schema::VERSION), _) => {}
            (Some(found), Access::ReadOnly) => {
                return Err(StoreFailure::Older { found, known: schema::VERSION });
            }
            (None, Access::ReadOnly) => return Err(StoreFailure::Missing),
            (found, Access::ReadWrite) => {
                if found.is_none() {
                    // To be said before anything is written.
                    connection.pragma_update(None, "auto_vacuum", retention::INCREMENTAL)?;
                    self.enable_write_ahead_log(&connection)?;
                }
                migrate(&mut connection, &self.tuning)?;
            }
        }
        if self.access == Access::ReadWrite && connection.is_readonly("main")? {
            return Err(StoreFailure::ReadOnly);
        }
        Ok(())
    }

    /// Retries while another process holds the lock: changing the journal mode does not wait by
    /// itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "another process holds the lock, which gives no signal when it lets go"
    )]
    fn enable_write_ahead_log(&self, connection: &Connection) -> Result<(), StoreFailure> {
        const PAUSE: Duration = Duration::from_millis(20);
        let mut waited = Duration::ZERO;
        loop {
            let set = connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
            match set.map_err(StoreFailure::from) {
                Err(StoreFailure::Locked) if waited < self.tuning.lock_timeout => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                other => return other,
            }
        }
    }

    /// Returns true if the write-ahead log holds nothing that is not in the file yet.
    fn log_is_empty(&self) -> bool {
        fs::metadata(with_suffix(&self.path, "-wal"))
            .map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |log| log.len() == 0)
    }

    /// Returns the system's error if the database only says that it cannot open the file.
    fn cause_of(&self, error: rusqlite::Error) -> StoreFailure {
        if error.sqlite_error_code() == Some(ErrorCode::CannotOpen)
            && let Err(cause) = fs::File::open(&self.path)
        {
            return cause.into();
        }
        error.into()
    }
}

/// Creates the file and the directories above it if they are missing, for their owner only. Returns
/// true if it made the file.
fn create(path: &Path) -> Result<bool, StoreFailure> {
    match create_file(path) {
        // That something is missing is expected; that it stays missing is not.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(StoreFailure::NoPlace("the system makes no file or directory there"))
        }
        created => Ok(created?),
    }
}

fn create_file(path: &Path) -> io::Result<bool> {
    if fs::exists(path)? {
        return Ok(false);
    }
    if let Some(directory) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
    }
    match create_new(path) {
        // Another purgedeck was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        created => created.map(|_| true),
    }
}

/// Creates a file for its owner only; an error if it is there.
pub(super) fn create_new(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Refuses a file that is no database before SQLite opens it, which takes some short files for
/// empty databases.
pub(super) fn check_magic(path: &Path) -> Result<(), StoreFailure> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(StoreFailure::Directory);
    }
    // A device may be endless, and opening a pipe would wait for a writer.
    if !kind.is_file() {
        return Err(StoreFailure::NotAStore);
    }
    let mut start = Vec::new();
    fs::File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    if start.is_empty() || start == MAGIC { Ok(()) } else { Err(StoreFailure::NotAStore) }
}

/// Returns true if the file names this program as its maker, whatever else is wrong with it.
fn is_ours(path: &Path) -> bool {
    header_version(path).is_some()
}

/// Returns the schema version in the first bytes of a file that names this program as its maker;
/// a newer one may be in the log.
fn header_version(path: &Path) -> Option<i64> {
    const VERSION_AT: usize = 60;
    const ID_AT: usize = 68;
    let mut start = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(ID_AT as u64 + 4).read_to_end(&mut start))
        .ok()?;
    let number = |at: usize| start.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four));
    let is_ours = i64::from(number(ID_AT)?) == schema::APPLICATION_ID;
    number(VERSION_AT).filter(|_| is_ours).map(i64::from)
}

/// Runs all migrations that the file has not seen, all of them or none.
fn migrate(connection: &mut Connection, tuning: &Tuning) -> Result<(), StoreFailure> {
    migrate_to(connection, schema::VERSION, |transaction| conversion::convert(transaction, tuning))
}

/// Runs the migrations that need no more than SQL, so that a store can be read with the targets in
/// its rows.
pub(super) fn migrate_unconverted(connection: &mut Connection) -> Result<(), StoreFailure> {
    migrate_to(connection, schema::CONVERTED - 1, |_| Ok(()))
}

fn migrate_to(
    connection: &mut Connection,
    version: i64,
    convert: impl FnOnce(&Connection) -> Result<(), StoreFailure>,
) -> Result<(), StoreFailure> {
    // An index of all purges is sorted, which must not take memory in proportion.
    connection.pragma_update(None, "temp_store", "file")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it in the meantime.
    let found = schema::version(&transaction)?.unwrap_or(0);
    for migration in schema::MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration)?;
    }
    if found < version {
        if found < schema::CONVERTED {
            convert(&transaction)?;
        }
        let later = (version - schema::CONVERTED).max(0) as usize;
        let seen = (found - schema::CONVERTED).max(0) as usize;
        for migration in schema::LATER.iter().take(later).skip(seen) {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Returns false if the system lets this process read the file only.
fn may_write(path: &Path) -> bool {
    let opened = fs::OpenOptions::new().write(true).open(path);
    !opened.is_err_and(|error| {
        matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
    })
}

/// Returns the URI that tells SQLite that nobody changes the file.
fn immutable_uri(path: &Path) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    let path = percent_encode(path.as_os_str().as_encoded_bytes(), PLAIN);
    format!("file:{path}?immutable=1")
}
