//! Why the store could not do what it was asked, in terms that an operator can act on.

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// The store could not do what it was asked. Whatever it was, the file is as it was before: a store is never deleted, cut
/// short or written over because of a failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFailure {
    /// Another process held the store's lock for longer than we wait.
    #[error("the store is locked by another process")]
    Locked,
    /// The file, its directory or the whole file system cannot be written, or the store was opened for reading only.
    #[error("the store's file or directory cannot be written")]
    ReadOnly,
    /// There is no room left for it.
    #[error("there is no room left for the store")]
    Full,
    /// What stands in the file is not what was written.
    #[error("the store is damaged")]
    Corrupt,
    /// A newer purgedeck made it, and this one does not know its form.
    #[error(
        "the store was made by a newer purgedeck: its form is {found}, this one knows up to {known}"
    )]
    Newer {
        /// The form of the file.
        found: i64,
        /// The newest form that this program knows.
        known: i64,
    },
    /// An older purgedeck made it, and it was opened for reading only, so it cannot be brought up to date.
    #[error(
        "the store was made by an older purgedeck: its form is {found}, this one reads {known}"
    )]
    Older {
        /// The form of the file.
        found: i64,
        /// The form that this program reads.
        known: i64,
    },
    /// The file is something else, and is left alone.
    #[error("the file is not a purgedeck store")]
    NotAStore,
    /// A directory stands where the file should.
    #[error("a directory stands where the store should be")]
    Directory,
    /// The file cannot be made there, or cannot be there at all.
    #[error("the store cannot be made there: {0}")]
    NoPlace(&'static str),
    /// There is no file, and it was not to be made.
    #[error("there is no store yet")]
    Missing,
    /// The system does not let us open the file or its directory.
    #[error("the store may not be opened: permission denied")]
    Denied,
    /// A newer question cancelled this one.
    #[error("the question was cancelled")]
    Interrupted,
    /// Anything else that the system or the database says.
    #[error("the store cannot be used: {0}")]
    Io(String),
}

impl StoreFailure {
    /// What the operator can do about it, as one or two sentences.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Locked => {
                "Wait for the other purgedeck's import or backup to end, or stop it, and try again."
            }
            Self::ReadOnly => {
                "Check who owns the file and its directory and whether the disk is mounted for writing, or name another \
                 file with --store."
            }
            Self::Full => {
                "Make room on its disk; what is in the store is safe, and what was not taken in is read again."
            }
            Self::Corrupt => {
                "Move the file and those beside it that end in -wal and -shm elsewhere and start again: the vendors' \
                 history is read anew. Keep them: the journal of what was sent may still be read out of them."
            }
            Self::Newer { .. } => {
                "Start the newer purgedeck, or name another file with --store. This file was not touched."
            }
            Self::Older { .. } => {
                "Start purgedeck once without --read-only on a disk that can be written; that brings it up to date."
            }
            Self::NotAStore => "Name another file with --store. This one was not touched.",
            Self::Directory => "Name a file in it with --store.",
            Self::NoPlace(_) => {
                "Check the path, or name a file in a directory of yours: with --store, $PURGEDECK_STORE, or `store` in the \
                 configuration."
            }
            Self::Missing => {
                "Start purgedeck once with an account, or import a history; that makes the store."
            }
            Self::Denied => {
                "Check who owns the file and its directory, or name another file with --store."
            }
            Self::Interrupted => "Ask again.",
            Self::Io(_) => {
                "Check the disk and the file's directory, or name another file with --store."
            }
        }
    }

    /// Whether the same call may succeed in a moment without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Locked | Self::Interrupted => true,
            Self::ReadOnly
            | Self::Full
            | Self::Corrupt
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::NotAStore
            | Self::Directory
            | Self::NoPlace(_)
            | Self::Missing
            | Self::Denied
            | Self::Io(_) => false,
        }
    }
}

impl From<rusqlite::Error> for StoreFailure {
    fn from(error: rusqlite::Error) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the database's own list of faults, which grows; the rest cannot be acted on one by one"
        )]
        match error {
            rusqlite::Error::SqliteFailure(cause, words) => from_code(cause, words),
            // A column that does not hold what its table says was not written by us.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Corrupt,
            other => Self::Io(other.to_string()),
        }
    }
}

fn from_code(cause: ffi::Error, words: Option<String>) -> StoreFailure {
    if cause.extended_code == ffi::SQLITE_IOERR_CORRUPTFS {
        return StoreFailure::Corrupt;
    }
    // The file that connections share beside the store cannot grow: what a full disk looks like before anything is written.
    if cause.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
        return StoreFailure::Full;
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the database's own list of codes, which grows; the rest cannot be acted on one by one"
    )]
    match cause.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => StoreFailure::Locked,
        // What it cannot open beside the store, where the store itself is there, is a file that it would have to make.
        ErrorCode::ReadOnly | ErrorCode::CannotOpen => StoreFailure::ReadOnly,
        ErrorCode::DiskFull => StoreFailure::Full,
        ErrorCode::DatabaseCorrupt => StoreFailure::Corrupt,
        ErrorCode::NotADatabase => StoreFailure::NotAStore,
        ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
            StoreFailure::Denied
        }
        ErrorCode::OperationInterrupted => StoreFailure::Interrupted,
        _ => StoreFailure::Io(words.unwrap_or_else(|| cause.to_string())),
    }
}

impl From<std::io::Error> for StoreFailure {
    fn from(error: std::io::Error) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the system's own list of faults, which grows; the rest cannot be acted on one by one"
        )]
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Self::Denied,
            std::io::ErrorKind::NotFound => Self::Missing,
            std::io::ErrorKind::IsADirectory => Self::Directory,
            std::io::ErrorKind::NotADirectory => {
                Self::NoPlace("what stands above it is no directory")
            }
            std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_words_and_advice() {
        for failure in [
            StoreFailure::Locked,
            StoreFailure::ReadOnly,
            StoreFailure::Full,
            StoreFailure::Corrupt,
            StoreFailure::Newer { found: 9, known: 1 },
            StoreFailure::Older { found: 1, known: 2 },
            StoreFailure::NotAStore,
            StoreFailure::Directory,
            StoreFailure::NoPlace("what stands above it is no directory"),
            StoreFailure::Missing,
            StoreFailure::Denied,
            StoreFailure::Interrupted,
            StoreFailure::Io("disk I/O error".to_owned()),
        ] {
            assert!(!failure.to_string().is_empty(), "{failure:?}");
            assert!(failure.advice().ends_with('.'), "{failure:?}");
        }
    }

    #[test]
    fn the_databases_codes_become_our_failures() {
        for (code, failure) in [
            (ffi::SQLITE_BUSY, StoreFailure::Locked),
            (ffi::SQLITE_READONLY_DBMOVED, StoreFailure::ReadOnly),
            (ffi::SQLITE_FULL, StoreFailure::Full),
            (ffi::SQLITE_IOERR_SHMSIZE, StoreFailure::Full),
            (ffi::SQLITE_CORRUPT_VTAB, StoreFailure::Corrupt),
            (ffi::SQLITE_IOERR_CORRUPTFS, StoreFailure::Corrupt),
            (ffi::SQLITE_NOTADB, StoreFailure::NotAStore),
            (ffi::SQLITE_INTERRUPT, StoreFailure::Interrupted),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(StoreFailure::from(error), failure);
        }
    }
}
