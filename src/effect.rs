//! The whole seam between the core and the world: what the core asks for (effects) and what came of it (reports).
//!
//! Both are plain data, so a test can compare them. A question carries a [`Ticket`] and, where several panes ask the
//! same kind of question, the [`Slot`] that it belongs to; for each slot only the newest ticket counts. Asking for a send
//! is no question: it is never superseded, and its report is never dropped.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::budget::RecentPurge;
use crate::domain::draft::Draft;
use crate::domain::edge::Verification;
use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, JournalId, PurgeKey, ResourceId, Ticket};
use crate::domain::journal::JournalEntry;
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{Summary, SummaryQuery, Window, WindowQuery};
use crate::domain::resource::Resource;

/// The pane that a question belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// Gives out tickets, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tickets(Cell<Ticket>);

impl Tickets {
    /// A ticket that nobody has had.
    pub fn take(&self) -> Ticket {
        let ticket = self.0.get().next();
        self.0.set(ticket);
        ticket
    }
}

/// Work that the core asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A window of rows out of the store. Answered by [`Report::Window`].
    Window {
        /// Whose question.
        slot: Slot,
        /// Which question.
        ticket: Ticket,
        /// The question.
        query: WindowQuery,
    },
    /// Counts, facets, timeline and coverage out of the store. Answered by [`Report::Summary`].
    Summary {
        /// Whose question.
        slot: Slot,
        /// Which question.
        ticket: Ticket,
        /// The question.
        query: SummaryQuery,
    },
    /// One purge in full. Answered by [`Report::Detail`].
    Detail {
        /// Whose question.
        slot: Slot,
        /// Which question.
        ticket: Ticket,
        /// The purge.
        key: PurgeKey,
    },
    /// Several purges in full, to make a draft of them or to copy them. Answered by [`Report::Gathered`].
    Gather {
        /// Which question.
        ticket: Ticket,
        /// The purges.
        keys: Vec<PurgeKey>,
    },
    /// Recent purges of these resources by anybody, for budgets and collisions. Answered by [`Report::Recent`].
    Recent {
        /// Which question.
        ticket: Ticket,
        /// The resources.
        resources: Vec<(AccountName, ResourceId)>,
    },
    /// Ask the vendors for news at once; one account or all.
    Refresh {
        /// Which account; `None` for all.
        account: Option<AccountName>,
    },
    /// The requests as they would go over the wire, without secrets. Answered by [`Report::Previewed`].
    Preview {
        /// Which question.
        ticket: Ticket,
        /// The requests.
        requests: Vec<PurgeRequest>,
    },
    /// Write these requests into the journal as queued; the sender takes them from there. Answered by
    /// [`Report::Enqueued`], and by a [`Report::Journal`] whenever one of them moves.
    Enqueue {
        /// Ties the answer to this.
        ticket: Ticket,
        /// The requests, in the order in which they are to go out.
        sends: Vec<Send>,
    },
    /// Take back what is still queued.
    Cancel {
        /// Which requests.
        ids: Vec<JournalId>,
    },
    /// Put a request whose fate is unknown into the queue again. Only ever by the operator's own word.
    Resend {
        /// Which request.
        id: JournalId,
    },
    /// Have requests that are queued go out in this order: they exchange their places in the queue.
    Reorder {
        /// Which requests, the first one first.
        ids: Vec<JournalId>,
    },
    /// Pause the queue, or let it go on; holds for every purgedeck on the store, and over restarts. Answered by
    /// [`Report::Paused`].
    Pause(bool),
    /// Look once at what the edge serves of these purges. Each is answered by a [`Report::Looked`], and all of them
    /// together by a notice.
    Verify(Vec<Subject>),
    /// The journal's newest entries, open ones first. Answered by [`Report::Queue`].
    Queue {
        /// Which question.
        ticket: Ticket,
    },
    /// Keep the draft for the next start; `None`: there is none any more.
    KeepDraft(Option<Draft>),
    /// Put a text on the operator's clipboard, through the terminal.
    Copy(String),
    /// Call the operator back to the terminal with these words, in the way that the configuration says.
    CallBack(String),
    /// Have the text edited in the operator's editor. Answered by [`Report::Edited`].
    Edit {
        /// Ties the answer to this.
        ticket: Ticket,
        /// The text to start from.
        text: String,
    },
    /// Read a file of targets. Answered by [`Report::FileRead`].
    ReadFile {
        /// Ties the answer to this.
        ticket: Ticket,
        /// Which file; `~` stands for the home directory.
        path: PathBuf,
    },
    /// Write all purges that a query selects into a file; the format is told by its ending. Answered by
    /// [`Report::Exported`].
    Export {
        /// Ties the answer to this.
        ticket: Ticket,
        /// What to write; its anchor and limit do not count.
        query: WindowQuery,
        /// Where to.
        path: PathBuf,
    },
    /// Keep a view for the next start.
    SaveView(SavedView),
    /// Stop the program as the terminal's user asked with ctrl-z; it comes back by the shell's `fg`.
    Suspend,
    /// Leave.
    Quit,
}

/// One request to be queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// What is sent.
    pub request: PurgeRequest,
    /// When it may go out at the earliest.
    pub planned_at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// The operator's ticket.
    pub ticket: Option<String>,
}

/// Whose URLs the edge is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A purge of the history, by anybody.
    Purge(PurgeKey),
    /// A request of our journal.
    Request(JournalId),
}

/// A named filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its name, on its tab.
    pub name: String,
    /// Its filter's text.
    pub filter: String,
}

/// What came of an effect, or what happened by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Answers [`Effect::Window`].
    Window {
        /// Whose question.
        slot: Slot,
        /// Which question.
        ticket: Ticket,
        /// The answer.
        result: Result<Window, StoreTrouble>,
    },
    /// Answers [`Effect::Summary`], perhaps several times: first what is known at once, then what was counted.
    Summary {
        /// Whose question.
        slot: Slot,
        /// Which question.
        ticket: Ticket,
        /// The answer.
        result: Result<Summary, StoreTrouble>,
    },
    /// Answers [`Effect::Detail`]; `None` where the purge is gone.
    Detail {
        /// Whose question.
        slot: Slot,
        /// Which question.
        ticket: Ticket,
        /// The answer.
        result: Result<Option<Box<PurgeDetail>>, StoreTrouble>,
    },
    /// Answers [`Effect::Gather`].
    Gathered {
        /// Which question.
        ticket: Ticket,
        /// The answer.
        result: Result<Vec<Purge>, StoreTrouble>,
    },
    /// Answers [`Effect::Recent`].
    Recent {
        /// Which question.
        ticket: Ticket,
        /// The answer.
        result: Result<Vec<RecentPurge>, StoreTrouble>,
    },
    /// The history of an account changed between two instants: a pane that shows any of that asks again.
    HistoryChanged {
        /// Which account.
        account: AccountName,
        /// From when.
        from: DateTime<Utc>,
        /// Until when, inclusive.
        until: DateTime<Utc>,
        /// How many purges were new.
        new: u32,
    },
    /// How an account stands with its vendor.
    Account {
        /// Which account.
        account: AccountName,
        /// How it stands.
        standing: Standing,
    },
    /// What an account has to purge.
    Resources {
        /// Which account.
        account: AccountName,
        /// Its resources.
        resources: Arc<Vec<Resource>>,
    },
    /// What an account's vendor accepts.
    Limits {
        /// Which account.
        account: AccountName,
        /// Its limits.
        limits: Arc<Limits>,
    },
    /// Answers [`Effect::Preview`], in the order of the requests.
    Previewed {
        /// Which question.
        ticket: Ticket,
        /// The requests as they would go over the wire.
        previews: Vec<Preview>,
    },
    /// Answers [`Effect::Enqueue`]: they are in the journal, or nothing is.
    Enqueued {
        /// Ties it to the effect.
        ticket: Ticket,
        /// The entries as they were written.
        result: Result<Vec<JournalEntry>, StoreTrouble>,
    },
    /// An entry of the journal moved, here or in another purgedeck on the same store.
    Journal(Box<JournalEntry>),
    /// Whether the queue is paused: told at the start where it is, and whenever that changes, here or in another purgedeck.
    Paused(bool),
    /// Answers [`Effect::Verify`] for one of them.
    Looked {
        /// Whose URLs the edge was asked for.
        subject: Subject,
        /// What the edge showed, or why it was not asked.
        result: Result<Box<Verification>, String>,
    },
    /// Answers [`Effect::Queue`].
    Queue {
        /// Which question.
        ticket: Ticket,
        /// The answer.
        result: Result<Vec<JournalEntry>, StoreTrouble>,
    },
    /// A draft that an earlier run left.
    DraftKept(Draft),
    /// Answers [`Effect::Edit`]; `None` where the editor was left without a change or could not be started.
    Edited {
        /// Ties it to the effect.
        ticket: Ticket,
        /// The text as it came back, or why it did not.
        result: Result<Option<String>, String>,
    },
    /// Answers [`Effect::ReadFile`].
    FileRead {
        /// Ties it to the effect.
        ticket: Ticket,
        /// The text, or why there is none.
        result: Result<String, String>,
    },
    /// Answers [`Effect::Export`].
    Exported {
        /// Ties it to the effect.
        ticket: Ticket,
        /// How many purges were written and where, or why none.
        result: Result<(u64, PathBuf), String>,
    },
    /// Something that the operator should read.
    Notice(Notice),
}

/// How an account stands with its vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the vendor is being asked right now.
    pub asking: bool,
    /// When its newest history was last read without a fault.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why it was not the last time; the rows of before stay.
    pub failure: Option<Failure>,
    /// Why what the vendor told last could not be written down, until something was.
    pub not_written: Option<StoreTrouble>,
    /// When the vendor is asked again.
    pub next_at: Option<DateTime<Utc>>,
    /// How far older history has been read: purges so far, and of how many where the vendor says.
    pub older: Option<(u64, Option<u64>)>,
    /// How many of its purges are unfinished.
    pub unfinished: u32,
    /// Whether its news, resources and limits were all asked for since the start, whatever came of it.
    pub looked_round: bool,
    /// Whether who asked for its newest purges was asked for since the start, whatever came of it, or its vendor tells
    /// nobody.
    pub named: bool,
}

/// The store could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words} {advice}")]
pub struct StoreTrouble {
    /// What happened.
    pub words: String,
    /// What to do about it.
    pub advice: String,
}

/// Something that the operator should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How grave it is.
    pub tone: Tone,
    /// Which account it is about.
    pub account: Option<AccountName>,
    /// What happened and, where something can be done, what.
    pub words: String,
}

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Good news or plain news.
    Info,
    /// Something to look at.
    Warning,
    /// Something went wrong.
    Error,
}
