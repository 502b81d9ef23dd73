//! Conversion of the server's errors into those of the store.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::store::failure::StoreFailure;

impl From<Error> for StoreFailure {
    fn from(error: Error) -> Self {
        if let Some(told) = error.as_db_error() {
            return of_server(told);
        }
        // A column of another type than its table says was not made by this program.
        let words = words(&error);
        if words.contains("deserializing") {
            Self::Corrupt
        } else if words.contains("serializing") {
            Self::Io(words)
        } else if words.contains("password missing") {
            Self::NoPassword("none is set, and the server asks for one".to_owned())
        } else if words.contains("does not support TLS") {
            Self::Address(
                "the server offers no TLS; sslmode=disable does without, on a network that you \
                 trust"
                    .to_owned(),
            )
        } else {
            Self::Unreachable(words)
        }
    }
}

/// Returns an error's own words and those of its cause.
pub(super) fn words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = inner.source();
    }
    words
}

fn of_server(told: &DbError) -> StoreFailure {
    let words = told.message().to_owned();
    match *told.code() {
        SqlState::QUERY_CANCELED => StoreFailure::Interrupted,
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED => StoreFailure::Locked,
        SqlState::DISK_FULL => StoreFailure::Full,
        SqlState::TOO_MANY_CONNECTIONS => StoreFailure::TooManyConnections(words),
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreFailure::ReadOnly,
        SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME => StoreFailure::NoSchema,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreFailure::Corrupt,
        SqlState::INSUFFICIENT_PRIVILEGE
        | SqlState::INVALID_CATALOG_NAME
        | SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => StoreFailure::Refused(words),
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => StoreFailure::Unreachable(words),
        ref code if code.code().starts_with("08") => StoreFailure::Unreachable(words),
        _ => StoreFailure::Io(words),
    }
}
