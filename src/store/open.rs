//! Finding, making, checking and bringing up to date the store's file.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::StoreFailure;
use super::reader::Reader;
use super::schema;
use super::writer::Writer;

/// How long a lock of another process is waited for. (Tests wait for nothing that does not come.)
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 5000 });

/// The page cache of one connection, in KiB; negative is how SQLite writes KiB.
const CACHE: i64 = -4096;

/// How every SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The write-ahead log is cut to this many bytes when it has been taken over into the file.
const LOG: i64 = 16 << 20;

/// What may be done with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything; a store that is not there is made.
    ReadWrite,
    /// Reading only; nothing is made or changed, but for SQLite's own lock files beside a store on a writable disk.
    ReadOnly,
}

/// A store: where it is and what may be done with it. Cheap to clone; connections are made of it.
#[derive(Clone, Debug)]
pub struct Store {
    path: Arc<Path>,
    access: Access,
    /// Whether nobody can write to it while we read, so that it may be read without locks.
    immutable: bool,
}

impl Store {
    /// Opens the store of this path, which is checked as far as that is cheap. With [`Access::ReadWrite`] a missing file
    /// and its missing directories are made (readable by their owner only), and an older form is brought up to date.
    ///
    /// A file that is anything else than a sound store of a known form is refused and left as it is.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreFailure> {
        let path = std::path::absolute(path)?;
        if access == Access::ReadWrite {
            make(&path).map_err(no_place)?;
        }
        begins_like_a_database(&path)?;
        let mut store = Self { path: Arc::from(path), access, immutable: false };
        let checked = store.connect().and_then(|connection| store.check(connection));
        match checked {
            Ok(()) => Ok(store),
            Err(failure) => {
                if access == Access::ReadOnly && store.cannot_change() {
                    store.immutable = true;
                    store.connect().and_then(|connection| store.check(connection))?;
                    return Ok(store);
                }
                Err(failure)
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What may be done with it.
    pub fn access(&self) -> Access {
        self.access
    }

    /// A connection that answers questions. Readers see the newest finished write, and wait for no writer.
    pub fn reader(&self) -> Result<Reader, StoreFailure> {
        let connection = self.connect()?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Reader::new(connection))
    }

    /// The connection that writes. One of it is enough for a process: writers wait for each other.
    pub fn writer(&self) -> Result<Writer, StoreFailure> {
        match self.access {
            Access::ReadWrite => Ok(Writer::new(self.connect()?)),
            Access::ReadOnly => Err(StoreFailure::ReadOnly),
        }
    }

    fn connect(&self) -> Result<Connection, StoreFailure> {
        let access = match self.access {
            Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = if self.immutable {
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(immutable_uri(&self.path), flags)
        } else {
            Connection::open_with_flags(&self.path, flags)
        };
        let connection = opened.map_err(|error| self.why_not(error))?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "cache_size", CACHE)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        if self.access == Access::ReadWrite {
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update_and_check(None, "journal_size_limit", LOG, |_| Ok(()))?;
        }
        Ok(connection)
    }

    fn check(&self, mut connection: Connection) -> Result<(), StoreFailure> {
        let form = form(&connection)?;
        match (form, self.access) {
            (Some(form), _) if form == schema::FORM => {}
            (Some(found), Access::ReadOnly) => {
                return Err(StoreFailure::Older { found, known: schema::FORM });
            }
            (None, Access::ReadOnly) => return Err(StoreFailure::Missing),
            (None | Some(_), Access::ReadWrite) => bring_up(&mut connection, form.is_none())?,
        }
        if self.access == Access::ReadWrite && connection.is_readonly("main")? {
            return Err(StoreFailure::ReadOnly);
        }
        Ok(())
    }

    /// Whether the file is on a disk that is mounted for reading only, with nothing left to take over from its log. Then
    /// nobody can change it.
    fn cannot_change(&self) -> bool {
        let written = fs::OpenOptions::new().write(true).open(&self.path);
        let log = fs::metadata(beside(&self.path, "-wal"));
        written.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
            && log
                .map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |log| log.len() == 0)
    }

    /// What the system says, where the database only says that it cannot open the file.
    fn why_not(&self, error: rusqlite::Error) -> StoreFailure {
        if error.sqlite_error_code() == Some(ErrorCode::CannotOpen)
            && let Err(why) = fs::File::open(&self.path)
        {
            return why.into();
        }
        error.into()
    }
}

/// Makes the file and the directories above it where they are missing, for their owner only.
fn make(path: &Path) -> Result<(), StoreFailure> {
    if fs::exists(path)? {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        // Another purgedeck was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The failure to make a file: that something is missing there is no news, but that it stays so is.
fn no_place(failure: StoreFailure) -> StoreFailure {
    if failure == StoreFailure::Missing {
        StoreFailure::NoPlace("the system makes no file or directory there")
    } else {
        failure
    }
}

/// Refuses a file that is no database before the database looks at it: it takes some short files for empty ones.
fn begins_like_a_database(path: &Path) -> Result<(), StoreFailure> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(StoreFailure::Directory);
    }
    // A device may be read without end, and a pipe makes us wait for a writer.
    if !kind.is_file() {
        return Err(StoreFailure::NotAStore);
    }
    let mut begin = Vec::new();
    fs::File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut begin)?;
    if begin.is_empty() || begin == MAGIC { Ok(()) } else { Err(StoreFailure::NotAStore) }
}

/// The form of the store; `None` for a file in which nothing was ever written.
pub(super) fn form(connection: &Connection) -> Result<Option<i64>, StoreFailure> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, form) = (number("application_id")?, number("user_version")?);
    if application == schema::APPLICATION && form > 0 {
        if form > schema::FORM {
            return Err(StoreFailure::Newer { found: form, known: schema::FORM });
        }
        return Ok(Some(form));
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == 0 && form == 0 && tables == 0 {
        return Ok(None);
    }
    Err(StoreFailure::NotAStore)
}

/// Takes all steps that the file has not seen, all of them or none.
fn bring_up(connection: &mut Connection, is_new: bool) -> Result<(), StoreFailure> {
    if is_new {
        patiently(|| connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())))?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Somebody else may have done it while we waited.
    let found = form(&transaction)?.unwrap_or(0);
    for step in schema::STEPS.iter().skip(found as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", schema::APPLICATION)?;
    transaction.pragma_update(None, "user_version", schema::FORM)?;
    transaction.commit()?;
    Ok(())
}

/// Tries again while another process holds the lock: changing the journal mode does not wait by itself.
fn patiently(mut attempt: impl FnMut() -> rusqlite::Result<()>) -> Result<(), StoreFailure> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match attempt().map_err(StoreFailure::from) {
            Err(StoreFailure::Locked) if waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            other => return other,
        }
    }
}

/// The file that SQLite keeps beside a store under this ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The path in the form in which SQLite can be told that nobody changes the file.
fn immutable_uri(path: &Path) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    let path = percent_encode(path.as_os_str().as_encoded_bytes(), PLAIN);
    format!("file:{path}?immutable=1")
}
