//! The interface between the core and everything outside: effects ask for work, reports answer it.
//!
//! Both are plain data, so a test can compare them. Effects come in three kinds: a [`Query`] is
//! superseded by the next one of the same kind and [`PaneId`]; an [`Order`] is always carried out;
//! a [`TerminalEffect`] is the terminal's own business. A report is an [`Answer`] to one of them,
//! with its [`Ticket`], or an [`Event`] that nobody asked for.

mod live_settings;
mod next_screen;

use std::cell::Cell;
use std::path::PathBuf;

use crate::domain::board::KeptBoard;
use crate::domain::budget::RecentUse;
use crate::domain::call::Call;
use crate::domain::draft::KeptDraft;
use crate::domain::edge::Verification;
use crate::domain::event::{Event, StoreError};
use crate::domain::ids::{AccountName, DraftId, JournalId, PurgeKey, ResourceId, Ticket};
use crate::domain::journal::{JournalEntry, NewEntry};
use crate::domain::lint_context::ServedHosts;
use crate::domain::new_account::NewAccount;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{KeysQuery, Summary, SummaryQuery, Window, WindowQuery};
use crate::domain::resource::Resource;

pub use crate::domain::subject::Subject;
pub use crate::domain::view::SavedView;
pub use live_settings::LiveSettings;
pub use next_screen::NextScreen;

/// The pane that a query belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaneId(pub u32);

/// Gives out tickets, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tickets(Cell<Ticket>);

impl Tickets {
    /// Returns a ticket that was not given out before.
    pub fn take(&self) -> Ticket {
        let ticket = self.0.get().next();
        self.0.set(ticket);
        ticket
    }
}

/// Work that the core asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Something to read.
    Query(Query),
    /// Something to do.
    Order(Order),
    /// Something for the terminal to do.
    Terminal(TerminalEffect),
}

/// Something to read. The newest query of a kind and pane supersedes those before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Reads a window of rows. Answered by [`Answer::Window`].
    Window {
        /// The pane that shows it.
        pane: PaneId,
        /// Comes back with the answer.
        ticket: Ticket,
        /// The rows wanted.
        query: WindowQuery,
    },
    /// Reads counts, facets, timeline and coverage. Answered by [`Answer::Summary`].
    Summary {
        /// The pane that shows it.
        pane: PaneId,
        /// Comes back with the answer.
        ticket: Ticket,
        /// The purges to count.
        query: SummaryQuery,
    },
    /// Reads one purge in full. Answered by [`Answer::Detail`].
    Detail {
        /// The pane that shows it.
        pane: PaneId,
        /// Comes back with the answer.
        ticket: Ticket,
        /// The purge.
        key: PurgeKey,
    },
    /// Reads the keys of a selection, to mark its purges or to tell which of the marked ones are in
    /// it. Answered by [`Answer::Keys`].
    Keys {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The keys wanted.
        query: KeysQuery,
    },
    /// Reads several purges in full, to draft or to copy them. Answered by [`Answer::Gathered`].
    Gather {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The purges.
        keys: Vec<PurgeKey>,
    },
    /// Reads recent purges of these resources by anybody, for budgets and collisions. Answered by
    /// [`Answer::Recent`].
    Recent {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The resources.
        resources: Vec<(AccountName, ResourceId)>,
    },
    /// Finds the accounts that served these hosts before, by the local history. Answered by
    /// [`Answer::Served`].
    Served {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The hosts.
        hosts: Vec<String>,
    },
    /// Reads the purges that requests of the journal became, in full. Answered by
    /// [`Answer::Gathered`].
    PurgesOf {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The requests.
        requests: Vec<JournalId>,
    },
    /// Renders requests as they would go over the wire, without secrets. Answered by
    /// [`Answer::Previewed`].
    Preview {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The requests.
        requests: Vec<PurgeRequest>,
    },
    /// Reads the journal's newest entries, open ones first. Answered by [`Answer::Queue`].
    Queue {
        /// Comes back with the answer.
        ticket: Ticket,
    },
    /// Reads the newest calls to the vendors' APIs. Answered by [`Answer::Calls`].
    Calls {
        /// Comes back with the answer.
        ticket: Ticket,
        /// Waits for calls with larger numbers than this; `None`: all that are kept, at once.
        since: Option<u64>,
    },
}

/// Something to do. Never superseded; its answer is never dropped.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Asks the vendors for news at once.
    Refresh {
        /// The account; `None` for all.
        account: Option<AccountName>,
    },
    /// Writes requests into the journal as queued, from where the sender takes them. Answered by
    /// [`Answer::Enqueued`], and by an [`Event::Journal`] whenever one of them moves.
    Enqueue {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The requests, in the order in which they are to go out.
        sends: Vec<NewEntry>,
    },
    /// Cancels requests that are still queued.
    Cancel {
        /// The requests.
        ids: Vec<JournalId>,
    },
    /// Notes that the operator knows of the bad ends of these requests.
    NoticeBadEnds {
        /// The requests.
        ids: Vec<JournalId>,
    },
    /// Queues a request of unknown outcome again. Issued only by the operator's own key.
    Resend {
        /// The request.
        id: JournalId,
    },
    /// Confirms a queued request of somebody else's, so that it goes out. Issued only by the
    /// operator's own key.
    Confirm {
        /// The request.
        id: JournalId,
    },
    /// Puts a canceled request back into its place in the queue.
    Restore {
        /// The request.
        id: JournalId,
    },
    /// Exchanges the places of queued requests, so that they go out in this order.
    Reorder {
        /// The requests, the first one first.
        ids: Vec<JournalId>,
    },
    /// Pauses or resumes the queue, for every purgedeck on the store and over restarts. Followed by
    /// [`Event::QueuePaused`].
    Pause(bool),
    /// Probes the edge once for these purges. Each is answered by an [`Answer::Verified`], all of
    /// them together by a notice.
    Verify(Vec<Subject>),
    /// Keeps a draft until it is sent or deleted, over restarts too.
    KeepDraft(KeptDraft),
    /// Forgets a kept draft.
    ForgetDraft(DraftId),
    /// Keeps the board for the next start.
    KeepBoard(KeptBoard),
    /// Reads a file of targets. Answered by [`Answer::FileRead`].
    ReadFile {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The file; `~` is the home directory.
        path: PathBuf,
    },
    /// Writes all purges that a query selects into a file, in the format of its ending. Answered by
    /// [`Answer::Exported`].
    Export {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The purges to write; its anchor and limit do not count.
        query: WindowQuery,
        /// The file.
        path: PathBuf,
    },
    /// Keeps a view for the next start.
    SaveView(SavedView),
    /// Asks the vendor of an account that is not configured yet. Answered by
    /// [`Answer::AccountTested`].
    TestAccount {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The account.
        account: NewAccount,
    },
    /// Breaks the test of an account off, which is not answered then.
    StopTest,
    /// Writes a configuration with this account. Answered by [`Answer::AccountWritten`].
    WriteAccount {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The account.
        account: NewAccount,
    },
}

/// Something for the terminal to do.
#[derive(Clone, Debug, PartialEq)]
pub enum TerminalEffect {
    /// Puts a text on the operator's clipboard.
    Copy(String),
    /// Alerts the operator with these words, in the way that the configuration says.
    Alert(String),
    /// Opens the operator's editor. Answered by [`Answer::Edited`].
    Edit {
        /// Comes back with the answer.
        ticket: Ticket,
        /// The text to start from.
        text: String,
    },
    /// Draws in the colours of the theme of this name from now on.
    UseTheme(String),
    /// Stops the process as ctrl-z does; the shell's `fg` continues it.
    Suspend,
    /// Leaves this screen for another one.
    Open(NextScreen),
    /// Ends the program.
    Quit,
}

/// A message to the core.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// The answer to an effect.
    Answer(Answer),
    /// Something that happened unasked.
    Event(Event),
    /// The configuration was changed while the program runs.
    Settings(Box<LiveSettings>),
    /// The configuration's file has an error, in these words; the settings before stay in force.
    BadSettings(String),
}

/// The answer to an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Answers [`Query::Window`].
    Window {
        /// The pane that asked.
        pane: PaneId,
        /// The ticket of the query.
        ticket: Ticket,
        /// The rows.
        result: Result<Window, StoreError>,
    },
    /// Answers [`Query::Summary`].
    Summary {
        /// The pane that asked.
        pane: PaneId,
        /// The ticket of the query.
        ticket: Ticket,
        /// The counts.
        result: Result<Summary, StoreError>,
    },
    /// Answers [`Query::Detail`]; `None` where the purge is gone.
    Detail {
        /// The pane that asked.
        pane: PaneId,
        /// The ticket of the query.
        ticket: Ticket,
        /// The purge.
        result: Result<Option<Box<PurgeDetail>>, StoreError>,
    },
    /// Answers [`Query::Keys`], newest first.
    Keys {
        /// The ticket of the query.
        ticket: Ticket,
        /// The keys.
        result: Result<Vec<PurgeKey>, StoreError>,
    },
    /// Answers [`Query::Gather`] and [`Query::PurgesOf`].
    Gathered {
        /// The ticket of the query.
        ticket: Ticket,
        /// The purges that are there.
        result: Result<Vec<Purge>, StoreError>,
    },
    /// Answers [`Query::Recent`].
    Recent {
        /// The ticket of the query.
        ticket: Ticket,
        /// What is known of them.
        result: Result<RecentUse, StoreError>,
    },
    /// Answers [`Query::Served`].
    Served {
        /// The ticket of the query.
        ticket: Ticket,
        /// The accounts, by the host.
        result: Result<ServedHosts, StoreError>,
    },
    /// Answers [`Query::Preview`], in the order of the requests.
    Previewed {
        /// The ticket of the query.
        ticket: Ticket,
        /// The requests as they would go over the wire.
        previews: Vec<Preview>,
    },
    /// Answers [`Query::Queue`].
    Queue {
        /// The ticket of the query.
        ticket: Ticket,
        /// The entries.
        result: Result<Vec<JournalEntry>, StoreError>,
    },
    /// Answers [`Query::Calls`].
    Calls {
        /// The ticket of the query.
        ticket: Ticket,
        /// The calls, the newest last.
        calls: Vec<Call>,
    },
    /// Answers [`Order::Enqueue`]: all of them are in the journal, or none is.
    Enqueued {
        /// The ticket of the order.
        ticket: Ticket,
        /// The entries as they were written.
        result: Result<Vec<JournalEntry>, StoreError>,
    },
    /// Answers [`Order::Verify`] for one subject.
    Verified {
        /// The purge or request.
        subject: Subject,
        /// The verification, or the reason why there is none.
        result: Result<Box<Verification>, String>,
    },
    /// The drafts that earlier runs kept, the one that was changed last first; sent at the start.
    DraftsKept(Vec<KeptDraft>),
    /// Answers [`TerminalEffect::Edit`].
    Edited {
        /// The ticket of the effect.
        ticket: Ticket,
        /// The edited text, `None` where it is unchanged, or why the editor failed.
        result: Result<Option<String>, String>,
    },
    /// Answers [`Order::ReadFile`].
    FileRead {
        /// The ticket of the order.
        ticket: Ticket,
        /// The text, or why there is none.
        result: Result<String, String>,
    },
    /// Answers [`Order::TestAccount`].
    AccountTested {
        /// The ticket of the order.
        ticket: Ticket,
        /// The vendor's resources, or what failed and what to do.
        result: Result<Vec<Resource>, String>,
    },
    /// Answers [`Order::WriteAccount`].
    AccountWritten {
        /// The ticket of the order.
        ticket: Ticket,
        /// The configuration's path, or why it was not written.
        result: Result<PathBuf, String>,
    },
    /// Answers [`Order::Export`].
    Exported {
        /// The ticket of the order.
        ticket: Ticket,
        /// Number of purges written and the file, or why none was.
        result: Result<(u64, PathBuf), String>,
    },
}
