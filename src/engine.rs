//! The core behind both faces; everything that runs is started here. The dashboard and the command
//! line call an [`Engine`] and await typed results; neither derives an answer from events.
//!
//! - [`start`](Engine::start), [`shutdown`](Engine::shutdown): begin; end, after requests on their
//!   way were answered and their outcomes stored. [`stop_hooks`](Engine::stop_hooks): ends the
//!   hooks that it would wait for.
//! - [`subscribe`](Engine::subscribe): every [`Event`], after the current state of accounts and
//!   queue.
//! - [`window`](Engine::window), [`summary`](Engine::summary), [`detail`](Engine::detail),
//!   [`gather`](Engine::gather), [`purges_of`](Engine::purges_of), [`recent`](Engine::recent),
//!   [`served`](Engine::served), [`queue`](Engine::queue),
//!   [`drafts`](Engine::drafts): read the store; dropping the future cancels the read.
//! - [`check_draft`](Engine::check_draft), [`settle`](Engine::settle): lint and plan a draft.
//! - [`preview`](Engine::preview): renders a request as it would go over the wire.
//! - [`enqueue`](Engine::enqueue), [`cancel`](Engine::cancel), [`resend`](Engine::resend),
//!   [`confirm`](Engine::confirm),
//!   [`restore`](Engine::restore),
//!   [`reorder`](Engine::reorder), [`pause`](Engine::pause), [`keep_draft`](Engine::keep_draft),
//!   [`forget_draft`](Engine::forget_draft),
//!   [`notice_bad_ends`](Engine::notice_bad_ends): change the journal; carried out even if the
//!   future is dropped.
//! - [`refresh`](Engine::refresh): asks the vendors for news, without waiting.
//! - [`resources`](Engine::resources), [`check_account`](Engine::check_account): ask an account's
//!   vendor once.
//! - [`test_account`](Engine::test_account), [`write_account`](Engine::write_account): an account
//!   that is not configured yet.
//! - [`sync`](Engine::sync): waits for the history that a filter selects.
//! - [`wait`](Engine::wait): follows requests until an end.
//! - [`verify`](Engine::verify): probes the edge for purges, once.
//! - [`calls`](Engine::calls): the newest calls to the vendors' APIs.
//! - [`configure`](Engine::configure): puts other settings of the accounts in force.
//! - [`read_file`](Engine::read_file), [`export`](Engine::export),
//!   [`save_view`](Engine::save_view): files.
//!
//! [`LocalStore`] reads where nothing runs; `import.rs` has it take in exported history, `copy.rs`
//! another store.
//!
//! The engine alone spawns. Work for a vendor runs as tasks: one [`sync`] for each account, one
//! [sender](send) for all, one [verifier](verify) for all, one [runner of hooks](hooks), and, where
//! an age or a size is set, one [remover](retention) of old history. Work for
//! the store runs on threads, since the store blocks: one [writes](store_writer), two
//! [read](query_thread). Offline there are no syncs and no sender: no network, no timer, no
//! wake-up.
//!
//! On a store that a team shares, one task [follows](store_news) what it tells, and the purgedecks
//! share the work: one reads an account (`sync/duty.rs`), one sends for it (`send/leases.rs`).
//!
//! The safety rules are enforced here, once: nothing is queued, changed or sent read-only; the
//! journal is on the disk before a request goes out; a paused queue sends nothing; a store that was
//! found damaged is not written, and nothing is sent from it. Faces may
//! explain a refusal earlier; they never decide it.

mod account_check;
mod account_client;
mod check;
mod clock;
mod compaction;
mod configured;
mod copy;
mod events;
mod files;
mod history_sync;
mod hooks;
mod import;
mod journal_commands;
mod local_store;
mod messages;
mod poll;
mod queries;
mod query_thread;
mod retention;
mod safety;
mod send;
mod store_news;
mod store_writer;
mod sync;
mod task_context;
#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]
mod tests;
mod verify;
mod wait;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use self::events::EventHub;
use self::hooks::HookRunner;
use self::messages::{SenderMsg, SyncMsg};
use self::query_thread::QueryThread;
use self::retention::{HistoryFloor, Remover};
use self::safety::Safety;
use self::send::{Sender, Sharing};
use self::store_writer::{DamageAlarm, StoreConnections, StoreWriter};
use self::sync::SyncDuties;
use self::task_context::TaskContext;
use self::verify::{Verifier, VerifyContext};
use crate::domain::account::Account;
use crate::domain::call::Call;
use crate::domain::event::{Event, Level, Notice};
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;
use crate::domain::limits::Limits;
use crate::domain::view::SavedView;
use crate::providers::edge::Edge;
use crate::providers::{CallRecorder, Provider};
use crate::store::{Access, Store, StoreFailure};

pub use self::account_check::AccountCheck;
pub use self::clock::Clock;
pub use self::compaction::{Compaction, HeldDuty, ServerFacts, StoreFacts};
pub use self::configured::{StartError, StartOptions};
pub use self::copy::{Copied, CopyError};
pub use self::events::EventStream;
pub use self::files::{ExportForms, Exporter};
pub use self::history_sync::SyncReport;
pub use self::hooks::{HookFailed, HookForm, HookPort, Hooks};
pub use self::import::{BatchSink, Recorded};
pub use self::journal_commands::OrderError;
pub use self::local_store::{LocalStore, Lost, Salvaged, SalvagedPart, StorePlace};
pub use self::retention::Retention;
pub use self::verify::{MOST_AT_ONCE, Verifications};
pub use self::wait::{Until, WaitEnd, WaitOutcome};

/// Pause between two readings of news where none is configured.
const REFRESH: Duration = Duration::from_secs(30);
/// Pause between two tries to take a duty that another purgedeck has.
const TAKE_OVER: Duration = Duration::from_secs(3);
/// Longest time between the record that a request is sent and the request itself. A server takes
/// longer to notice that a connection is gone, and the lease with it.
const SEND_WITHIN: Duration = Duration::from_secs(8);

/// Saves a view for the next start; returns words for the operator, on success and on failure.
pub type KeepView = Arc<dyn Fn(&SavedView) -> Result<String, String> + Send + Sync>;

/// An account and its adapter.
#[derive(Clone, Debug)]
pub struct AccountHandle {
    /// The account.
    pub account: Account,
    /// Its adapter; of the same account.
    pub provider: Arc<dyn Provider>,
    /// Pause between two readings of its news while nothing happens, where it differs from
    /// [`EngineConfig::refresh`].
    pub refresh: Option<Duration>,
    /// Its edge, to be probed before and after purges; `None`: it is never probed.
    pub edge: Option<EdgeWatch>,
}

/// An account's edge and its grace.
#[derive(Clone, Debug)]
pub struct EdgeWatch {
    /// The edge.
    pub edge: Arc<dyn Edge>,
    /// Longest time for which it may still serve old content after the vendor called a purge
    /// successful.
    pub grace: Duration,
}

/// Everything that an engine works with.
pub struct EngineConfig {
    /// The local history and the journal. It must be open for writing, unless the engine is
    /// offline.
    pub store: Store,
    /// The accounts.
    pub accounts: Vec<AccountHandle>,
    /// The time.
    pub clock: Clock,
    /// Pause between two readings of news while nothing happens.
    pub refresh: Duration,
    /// Pause between two tries to take a duty that another purgedeck on the store has, where the
    /// store tells what others do.
    pub take_over: Duration,
    /// Longest time between the record that a request is sent and the request itself; later, it
    /// goes back into the queue.
    pub send_within: Duration,
    /// The history that is kept; older parts are removed in the background.
    pub retention: Retention,
    /// No vendor is asked; only the store is read.
    pub offline: bool,
    /// Nothing is ever queued, changed or sent, whatever the accounts say.
    pub read_only: bool,
    /// The formats for writing history into files; `None`: there is no export.
    pub export: Option<ExportForms>,
    /// Saves views; `None`: they cannot be saved.
    pub keep_view: Option<KeepView>,
    /// Runs hooks; `None`: there are none.
    pub hooks: Option<Hooks>,
}

impl EngineConfig {
    /// Makes one that may ask and send, and that neither exports nor saves views nor runs hooks.
    pub fn new(store: Store, accounts: Vec<AccountHandle>, clock: Clock) -> Self {
        Self {
            store,
            accounts,
            clock,
            refresh: REFRESH,
            take_over: TAKE_OVER,
            send_within: SEND_WITHIN,
            retention: Retention::default(),
            offline: false,
            read_only: false,
            export: None,
            keep_view: None,
            hooks: None,
        }
    }
}

/// A handle on the running work. Clones are handles on the same work; dropping the last one ends it
/// without waiting.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    safety: Arc<Safety>,
    /// The accounts whose vendor can be asked; empty where the engine is idle.
    connections: BTreeMap<AccountName, Connection>,
    store: Store,
    clock: Clock,
    floor: HistoryFloor,
    offline: bool,
    export: Option<ExportForms>,
    keep_view: Option<KeepView>,
    writer: StoreWriter,
    windows: QueryThread,
    summaries: QueryThread,
    events: EventHub,
    sender: mpsc::UnboundedSender<SenderMsg>,
    /// Takes requests that were queued.
    verifier: mpsc::UnboundedSender<Vec<JournalEntry>>,
    verify_context: VerifyContext,
    calls: CallRecorder,
    tasks: TaskTracker,
    writing: Mutex<Option<JoinHandle<()>>>,
    /// Ends after all other work, whose last steps it hears of.
    hooks: Mutex<Option<(DropGuard, tokio::task::JoinHandle<()>)>>,
    /// Has the hooks end at once.
    stop_hooks: CancellationToken,
    stop: CancellationToken,
    _stop_on_drop: DropGuard,
}

/// An account's vendor, its sync and its limits.
#[derive(Debug)]
struct Connection {
    provider: Arc<dyn Provider>,
    sync: mpsc::UnboundedSender<SyncMsg>,
    limits: watch::Sender<Arc<Limits>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts the work; returns the engine and all of its events. To be called inside a runtime.
    pub fn start(config: EngineConfig) -> Result<(Self, EventStream), StoreFailure> {
        let (works, accounts) = (!config.offline, config.accounts.iter());
        let accounts = accounts.map(|handle| handle.account.clone()).collect();
        Self::begin(config, accounts, works)
    }

    /// Starts an engine that changes the queue of these accounts and does nothing else: no vendor
    /// is asked, so it needs no adapter. To be called inside a runtime.
    pub fn start_idle(
        store: Store,
        accounts: Vec<Account>,
        read_only: bool,
    ) -> Result<Self, StoreFailure> {
        let config =
            EngineConfig { read_only, ..EngineConfig::new(store, Vec::new(), Clock::system()) };
        Ok(Self::begin(config, accounts, false)?.0)
    }

    fn begin(
        config: EngineConfig,
        accounts: Vec<Account>,
        works: bool,
    ) -> Result<(Self, EventStream), StoreFailure> {
        let io = |error: std::io::Error| StoreFailure::Io(error.to_string());
        let (stop, tasks, events) =
            (CancellationToken::new(), TaskTracker::new(), EventHub::default());
        let stream = events.subscribe();
        let alarm = DamageAlarm::new(events.clone());
        // Before the connection over which they are told.
        let news = config.store.news().filter(|_| works || config.offline);
        let connections = StoreConnections::open(&config.store)?;
        let floor = HistoryFloor::read(config.retention, &connections.reader, &config.clock)?;
        let (writer, writing) =
            StoreWriter::start(connections, alarm.clone(), config.clock.clone()).map_err(io)?;
        let thread = |name| {
            let reader = config.store.reader()?;
            QueryThread::start(name, reader, alarm.clone(), config.clock.clone()).map_err(io)
        };
        let (windows, summaries) = (thread("store-windows")?, thread("store-summaries")?);
        let (sender, messages) = mpsc::unbounded_channel();
        let (verifier, queued) = mpsc::unbounded_channel();
        let verify_context = VerifyContext::new(&config, &writer, &events);
        // A team's queue is sent by those who may write.
        let access = config.store.access();
        let read_only = config.read_only || (news.is_some() && access == Access::ReadOnly);
        let safety = Arc::new(Safety::new(accounts, read_only));
        let is_told = news.is_some();
        let names = || config.accounts.iter().map(|handle| handle.account.name.clone());
        let context = TaskContext {
            writer: writer.clone(),
            events: events.clone(),
            clock: config.clock.clone(),
            sender: sender.clone(),
            floor: floor.clone(),
            safety: Arc::clone(&safety),
            calls: CallRecorder::default(),
            refresh: works.then_some(config.refresh),
            duties: is_told.then(|| SyncDuties::new(names())),
            tasks: tasks.clone(),
            stop: stop.clone(),
        };
        let (mut connections, mut queues) = (BTreeMap::new(), BTreeMap::new());
        for handle in config.accounts {
            let name = handle.account.name.clone();
            let (connection, queue) = context.start_account(handle);
            queues.insert(name.clone(), queue);
            connections.insert(name, connection);
        }
        if let Some(news) = news {
            context.follow(news, &connections, access, config.take_over);
        }
        if works {
            if access == Access::ReadWrite && verify_context.has_to_watch() {
                tasks.spawn(Verifier::new(&verify_context, queued).work(stop.clone()));
            }
            if access == Access::ReadWrite && floor.has_work() {
                let remover = Remover::new(floor.clone(), &writer, &events, &config.clock);
                tasks.spawn(remover.work(stop.clone()));
            }
            let (writer, events, clock) = (writer.clone(), events.clone(), config.clock.clone());
            let sharing =
                Sharing { is_told, take_over: config.take_over, send_within: config.send_within };
            let sender = Sender::new(queues, writer, events, clock, messages, sharing);
            tasks.spawn(sender.work(stop.clone()));
        }
        tasks.spawn(tell_stored_accounts(&summaries, events.clone(), stop.clone()));
        let stop_hooks = CancellationToken::new();
        let hooks = config.hooks.filter(|hooks| works && !hooks.commands.is_empty());
        let hooks = hooks.map(|hooks| run_hooks(hooks, &events, &stop_hooks));
        let engine = Self(Arc::new(Shared {
            hooks: Mutex::new(hooks),
            stop_hooks,
            safety,
            connections,
            store: config.store,
            clock: config.clock,
            floor,
            offline: config.offline,
            export: config.export,
            keep_view: config.keep_view,
            writer,
            windows,
            summaries,
            events,
            sender,
            verifier,
            verify_context,
            calls: context.calls,
            tasks,
            writing: Mutex::new(Some(writing)),
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
        }));
        Ok((engine, stream))
    }

    /// Returns all events from now on, after events with the current state of the accounts and the
    /// queue.
    pub fn subscribe(&self) -> EventStream {
        self.0.events.subscribe()
    }

    /// Ends the work, for all clones. A request that is on its way to a vendor is awaited and its
    /// outcome stored; everything else is cancelled. No task and no thread is left afterwards.
    /// Event streams end after the events that wait in them.
    pub async fn shutdown(self) {
        let shared = &self.0;
        shared.stop.cancel();
        shared.tasks.close();
        shared.tasks.wait().await;
        let hooks = shared.hooks.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, work)) = hooks {
            drop(stop);
            // A runner that panicked has no result.
            let _ = work.await;
        }
        shared.writer.close();
        let writing = shared.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let threads = [shared.windows.close(), shared.summaries.close(), writing];
        // They are at their last job; a thread that panicked has no result.
        let _ = tokio::task::spawn_blocking(move || {
            for thread in threads.into_iter().flatten() {
                let _ = thread.join();
            }
        })
        .await;
        shared.events.close();
    }

    /// Stops the hooks that run, and runs no other one: nobody wants to wait for them.
    pub fn stop_hooks(&self) {
        self.0.stop_hooks.cancel();
    }

    /// Asks the vendors for news at once, without waiting for them; `None` for all accounts.
    pub fn refresh(&self, account: Option<&AccountName>) -> Result<(), OrderError> {
        if self.0.offline {
            return Err(OrderError::Offline);
        }
        for (name, connection) in &self.0.connections {
            if account.is_none_or(|account| account == name) {
                // Where there is no sync, everything is being stopped.
                let _ = connection.sync.send(SyncMsg::Refresh);
            }
        }
        Ok(())
    }

    /// Returns the calls to the vendors' APIs since that number, the newest last; all that are kept
    /// for `None`. Waits until there is one, where the number is given. Probes of the edge are not
    /// among them.
    pub fn calls(&self, since: Option<u64>) -> impl Future<Output = Vec<Call>> + Send + use<> {
        let calls = self.0.calls.clone();
        async move {
            match since {
                Some(number) => calls.after(number).await,
                None => calls.now(0),
            }
        }
    }

    /// Puts other settings of the accounts in force; read-only also for what is queued.
    /// An account that is not among them is read-only from now on;
    /// one that is new takes part from the next start on.
    pub fn configure(&self, accounts: &[Account], read_only: bool) {
        let accounts = Arc::new(self.0.safety.replace(accounts, read_only));
        self.0.events.publish(Event::Accounts { accounts, read_only });
        // Where there is no sender, nothing is sent.
        let _ = self.0.sender.send(SenderMsg::Journal);
    }

    /// Saves a view for the next start. Returns a notice for the operator.
    pub fn save_view(&self, view: SavedView) -> impl Future<Output = Notice> + Send + use<> {
        let notice = |level, words| Notice { level, account: None, words };
        let kept = self.0.keep_view.clone().map(|keep| {
            self.0.tasks.spawn_blocking(move || match keep(&view) {
                Ok(words) => notice(Level::Info, words),
                Err(words) => notice(Level::Error, words),
            })
        });
        async move {
            match kept {
                Some(kept) => kept
                    .await
                    .unwrap_or_else(|_| notice(Level::Error, "The view was not kept.".to_owned())),
                None => notice(
                    Level::Warning,
                    "Views cannot be kept here: there is no configuration file to write them to."
                        .to_owned(),
                ),
            }
        }
    }
}

/// Starts to run hooks, until the guard is dropped.
fn run_hooks(
    hooks: Hooks,
    events: &EventHub,
    stop_hooks: &CancellationToken,
) -> (DropGuard, tokio::task::JoinHandle<()>) {
    let stop = CancellationToken::new();
    let runner = HookRunner::new(hooks, events);
    let work = tokio::spawn(runner.work(stop.clone(), stop_hooks.clone()));
    (stop.drop_guard(), work)
}

/// Publishes the accounts with data in the store: their names are right in a filter, configured or
/// not.
fn tell_stored_accounts(
    thread: &QueryThread,
    events: EventHub,
    stop: CancellationToken,
) -> impl Future<Output = ()> + Send + use<> {
    let read = thread.ask(|reader| reader.accounts());
    async move {
        // Where the store cannot be read, every name is right.
        if let Some(Ok(accounts)) = stop.run_until_cancelled(read).await {
            let named = accounts.into_iter().map(|stored| (stored.account, stored.provider));
            events.publish(Event::Stored(Arc::new(named.collect())));
        }
    }
}
