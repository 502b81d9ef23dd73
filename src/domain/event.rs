//! Things that happen without being asked for: news of an account, of the journal, of the queue, of
//! the store.
//!
//! The engine publishes them; both faces learn from them, and [`Known`](super::known::Known) keeps
//! what lasts.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::account::Account;
use super::failure::Failure;
use super::ids::{AccountName, ProviderName};
use super::journal::JournalEntry;
use super::limits::Limits;
use super::resource::Resource;

/// Something that happened unasked.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The history of an account changed between two instants: whoever shows any of that reads
    /// again.
    HistoryChanged {
        /// The account.
        account: AccountName,
        /// The first instant that changed.
        from: DateTime<Utc>,
        /// The last instant that changed.
        until: DateTime<Utc>,
        /// Number of purges that were new.
        new: u32,
    },
    /// The state of an account's sync changed.
    Account {
        /// The account.
        account: AccountName,
        /// Its state now.
        status: AccountStatus,
    },
    /// An account's resources were read.
    Resources {
        /// The account.
        account: AccountName,
        /// All of its resources.
        resources: Arc<Vec<Resource>>,
    },
    /// An account's limits were read, or those of the vendor's documents are in force.
    Limits {
        /// The account.
        account: AccountName,
        /// Its limits now.
        limits: Arc<Limits>,
    },
    /// An entry of the journal was written or moved on, here or in another purgedeck on the store.
    Journal(Box<JournalEntry>),
    /// The queue was paused or resumed, here or in another purgedeck on the store; sent at the
    /// start where it is paused.
    QueuePaused(bool),
    /// The configuration changed while the program runs.
    Accounts {
        /// The accounts with their settings now.
        accounts: Arc<Vec<Account>>,
        /// True if nothing may be purged at all.
        read_only: bool,
    },
    /// The accounts with data in the store, also those that are not configured any more, and their
    /// providers; sent at the start.
    Stored(Arc<Vec<(AccountName, Option<ProviderName>)>>),
    /// Another purgedeck sends the requests of an account from now on, or none does any more.
    Sender {
        /// The account.
        account: AccountName,
        /// The one who sends them; `None`: this purgedeck, or nobody.
        by: Option<Holder>,
    },
    /// The store cannot be reached; what was read of it stays as it is.
    StoreLost {
        /// The time since when.
        since: DateTime<Utc>,
        /// The problem.
        error: StoreError,
    },
    /// The store can be reached again.
    StoreBack,
    /// Something that the operator should read.
    Notice(Notice),
}

/// Another purgedeck on the store, of those that share the work on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The one of this operator, such as `mia@deploy1`.
    Named(String),
    /// One of which the store knows no more.
    Unnamed,
}

impl From<Option<String>> for Holder {
    fn from(name: Option<String>) -> Self {
        name.map_or(Self::Unnamed, Self::Named)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Named(name) => name,
            Self::Unnamed => "another purgedeck",
        })
    }
}

/// The state of an account's sync with its vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountStatus {
    /// The one who reads it for all on the store, if not this purgedeck.
    pub read_by: Option<Holder>,
    /// When the requests to the vendor began that are under way; `None`: there is none.
    pub asking_since: Option<DateTime<Utc>>,
    /// The part of its newest history that was not read since the start.
    pub unread: Unread,
    /// When its newest history was last read without a failure.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why the last read failed; the rows read before stay.
    pub failure: Option<Failure>,
    /// Why the vendor's last answer could not be stored, until one could.
    pub not_written: Option<Box<StoreError>>,
    /// When the vendor is asked again.
    pub next_at: Option<DateTime<Utc>>,
    /// Progress of reading older history: purges so far, and of how many where the vendor says.
    pub older: Option<(u64, Option<u64>)>,
    /// Purges of it came without their targets, which are being asked for.
    pub reads_targets: bool,
    /// Number of its purges that are unfinished.
    pub unfinished: u32,
    /// News, resources and limits were each asked for since the start, with or without success.
    pub initial_sync_done: bool,
    /// Authors of the newest purges were asked for since the start, with or without success, or the
    /// vendor tells none.
    pub named: bool,
}

/// The part of an account's newest history that was not read since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    /// None: all of it was read once.
    #[default]
    Nothing,
    /// It could not be read, and is tried again later.
    Later,
    /// It is read as soon as the pace of requests allows.
    Soon,
}

/// The store could not read or write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words} {advice}")]
pub struct StoreError {
    /// The problem.
    pub words: String,
    /// The remedy.
    pub advice: String,
}

/// Something that the operator should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its severity.
    pub level: Level,
    /// The account that it is about.
    pub account: Option<AccountName>,
    /// The event and, where something can be done, the remedy.
    pub words: String,
}

/// The severity of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good news or plain news.
    Info,
    /// Something to check.
    Warning,
    /// Something went wrong.
    Error,
}
