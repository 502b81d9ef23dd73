//! Errors of the store, in terms that an operator can act on.

/// An error of the store. The file is as it was before: a store is never deleted, truncated or
/// overwritten because of an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFailure {
    /// Another process held the store's lock for longer than we wait.
    #[error("the store is locked by another process")]
    Locked,
    /// The file, its directory or its file system cannot be written, or the store was opened for
    /// reading only.
    #[error("the store's file or directory cannot be written")]
    ReadOnly,
    /// The disk is full.
    #[error("there is no room left for the store")]
    Full,
    /// The file does not hold what was written.
    #[error("the store is damaged")]
    Corrupt,
    /// The file was found damaged, now or earlier, by this purgedeck or another: it is read, and
    /// not written before it is proven sound or replaced.
    #[error("the store is damaged (found {found}): nothing is written into it or sent from it")]
    Damaged {
        /// When and where that was found.
        found: String,
    },
    /// A newer purgedeck made the store, and this one does not know its schema.
    #[error(
        "the store was made by a newer purgedeck: its schema version is {found}, this one knows \
         {known}"
    )]
    Newer {
        /// Schema version of the file.
        found: i64,
        /// Newest schema version that this program knows.
        known: i64,
    },
    /// An older purgedeck made the store, and it cannot be migrated because it was opened for
    /// reading only.
    #[error(
        "the store was made by an older purgedeck: its schema version is {found}, this one reads \
         {known}"
    )]
    Older {
        /// Schema version of the file.
        found: i64,
        /// Schema version that this program reads.
        known: i64,
    },
    /// The file is something else; it is left as it is.
    #[error("the file is not a purgedeck store")]
    NotAStore,
    /// There is a directory at the store's path.
    #[error("the store's path is a directory")]
    Directory,
    /// No file can be created at the store's path.
    #[error("the store cannot be created there: {0}")]
    NoPlace(&'static str),
    /// There is no file, and none was to be created.
    #[error("there is no store yet")]
    Missing,
    /// There is a file where a new one was to be made.
    #[error("there is a file of this name already")]
    Exists,
    /// The system refuses to open the file or its directory.
    #[error("the store may not be opened: permission denied")]
    Denied,
    /// A newer query cancelled this one.
    #[error("the query was cancelled")]
    Interrupted,
    /// The server cannot be reached, or the connection was lost: it is made again by the next call.
    #[error("the store's server cannot be reached: {0}")]
    Unreachable(String),
    /// The connection was lost while a write was at its end, and the server cannot be asked what
    /// became of it.
    #[error("the connection to the store's server was lost: it is not known if this was stored")]
    Uncertain,
    /// The server does not let us in, or its role may not do this.
    #[error("the store's server refuses this: {0}")]
    Refused(String),
    /// The server has no room for another connection.
    #[error("the store's server takes no more connections: {0}")]
    TooManyConnections(String),
    /// The address of the server cannot be used as it stands.
    #[error("the address of the store's server cannot be used: {0}")]
    Address(String),
    /// The password could not be fetched.
    #[error("the password of the store's server cannot be read: {0}")]
    NoPassword(String),
    /// The database has no schema of ours, and it was not to be made, or may not be.
    #[error("the database has no purgedeck store in it")]
    NoSchema,
    /// A lock could not be asked for: nobody knows who has a duty.
    #[error("the lock of those who share the store cannot be taken: {0}")]
    NoLease(String),
    /// Another purgedeck may have the duty that this takes: the lease was not taken, or was lost
    /// with the connection.
    #[error("this purgedeck does not hold the lease that this takes")]
    LeaseLost,
    /// The call is for files.
    #[error("the store is on a server")]
    OnServer,
    /// Any other error of the system or the database.
    #[error("the store cannot be used: {0}")]
    Io(String),
}

impl StoreFailure {
    /// Returns advice to the operator, as one or two sentences.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Locked => {
                "Wait for the other purgedeck's import or backup to end, or stop it, and try again."
            }
            Self::ReadOnly => {
                "Check the owner of the file and its directory and whether the disk is mounted for \
                 writing, or name another file with --store."
            }
            Self::Full => {
                "Make room on its disk; the stored data is safe, and what is missing is read again."
            }
            Self::Corrupt | Self::Damaged { .. } => {
                "`purgedeck store check` says what is damaged, and lets it be written again if it \
                 is sound; `purgedeck store salvage FILE` makes a new store of what can be read. \
                 Until then --offline and the dashboard show what they can read."
            }
            Self::Newer { .. } => {
                "Start the newer purgedeck, or name another file with --store. This file was not \
                 touched."
            }
            Self::Older { .. } => {
                "Start purgedeck once without --read-only on a disk that can be written; that \
                 brings it up to date."
            }
            Self::NotAStore => "Name another file with --store. This one was not touched.",
            Self::Directory => "Name a file in it with --store.",
            Self::NoPlace(_) => {
                "Check the path, or name a file in a directory of yours: with --store, \
                 $PURGEDECK_STORE, or `store` in the configuration."
            }
            Self::Missing => {
                "Start purgedeck once with an account, or import a history; that makes the store."
            }
            Self::Exists => "Name another file; nothing is overwritten.",
            Self::Denied => {
                "Check the owner of the file and its directory, or name another file with --store."
            }
            Self::Interrupted => "Try again.",
            Self::Unreachable(_) => {
                "Check the address and the network. Nothing is sent until the server is back, and \
                 nothing is lost."
            }
            Self::Uncertain => "Look at the queue when the server is back, before you do it again.",
            Self::Refused(_) => {
                "Check user, password and the database's name, and ask its owner for the rights: \
                 the README has them as SQL."
            }
            Self::TooManyConnections(_) => {
                "Raise max_connections on the server, or end some of those that are connected; it \
                 is tried again."
            }
            Self::Address(_) => "Write it as postgres://user@host/database.",
            Self::NoPassword(_) => {
                "Check store_password_env, store_password_file or store_password_command."
            }
            Self::NoSchema => {
                "Have the owner of the database run `purgedeck store migrate` with its address."
            }
            Self::NoLease(_) => "Check the directory of the store, or the database's server.",
            Self::LeaseLost => "It is taken again as soon as nobody else has it.",
            Self::OnServer => {
                "Use the server's own means, such as pg_dump; `purgedeck store copy` makes a file."
            }
            Self::Io(_) => {
                "Check the disk and the file's directory, or name another file with --store."
            }
        }
    }
}

impl From<std::io::Error> for StoreFailure {
    fn from(error: std::io::Error) -> Self {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the system's own list, which grows; no action fits each of the rest"
        )]
        match error.kind() {
            std::io::ErrorKind::PermissionDenied => Self::Denied,
            std::io::ErrorKind::NotFound => Self::Missing,
            std::io::ErrorKind::IsADirectory => Self::Directory,
            std::io::ErrorKind::NotADirectory => Self::NoPlace("its parent is not a directory"),
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
            StoreFailure::Damaged { found: "just now".to_owned() },
            StoreFailure::Exists,
            StoreFailure::Newer { found: 9, known: 1 },
            StoreFailure::Older { found: 1, known: 2 },
            StoreFailure::NotAStore,
            StoreFailure::Directory,
            StoreFailure::NoPlace("its parent is not a directory"),
            StoreFailure::Missing,
            StoreFailure::Denied,
            StoreFailure::Interrupted,
            StoreFailure::Unreachable("timed out".to_owned()),
            StoreFailure::Uncertain,
            StoreFailure::Refused("no right".to_owned()),
            StoreFailure::TooManyConnections("too many clients already".to_owned()),
            StoreFailure::Address("no host".to_owned()),
            StoreFailure::NoPassword("no such file".to_owned()),
            StoreFailure::NoSchema,
            StoreFailure::NoLease("no such directory".to_owned()),
            StoreFailure::LeaseLost,
            StoreFailure::OnServer,
            StoreFailure::Io("disk I/O error".to_owned()),
        ] {
            assert!(!failure.to_string().is_empty(), "{failure:?}");
            assert!(failure.advice().ends_with('.'), "{failure:?}");
        }
    }
}
