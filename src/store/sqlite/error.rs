//! Conversion of the database's errors into those of the store.

use rusqlite::types::FromSqlError;
use rusqlite::{ErrorCode, ffi};

use crate::store::failure::StoreFailure;

impl From<rusqlite::Error> for StoreFailure {
    fn from(error: rusqlite::Error) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the database's own list, which grows; no action fits each of the rest"
        )]
        match error {
            rusqlite::Error::SqliteFailure(cause, words) => from_code(cause, words),
            // A column of another type than its table says was not written by this program.
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
    // The shared-memory file beside the store cannot grow: the first sign of a full disk.
    if cause.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
        return StoreFailure::Full;
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the database's own list of codes, which grows; no action fits each of the rest"
    )]
    match cause.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => StoreFailure::Locked,
        // The store itself is there: SQLite cannot create a file beside it.
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

impl From<FromSqlError> for StoreFailure {
    fn from(error: FromSqlError) -> Self {
        rusqlite::Error::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
