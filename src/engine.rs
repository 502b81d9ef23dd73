//! The only place that spawns: it turns effects into work and reports.
//!
//! [`start`] begins; [`Runner::run`] takes an effect and returns at once; [`Runner::stop`] ends everything and leaves
//! nothing behind. Work for a vendor runs as tasks, one [keeper](sync) for each account and one [sender](send) for all;
//! another [looks at the edge](verify) before and after purges;
//! work for the store runs on threads of its own, since the store blocks: one writes ([`clerk`]), two read ([`desk`]).
//! Reports go to the core over one bounded channel that nobody ever waits for ([`outbox`]).
//!
//! Offline there are no keepers and no sender: no network, no timer, nobody wakes.

mod asker;
mod clerk;
mod clock;
mod desk;
mod files;
mod follow;
mod orders;
mod outbox;
mod query;
mod send;
mod sync;
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

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use self::asker::Asker;
use self::clerk::{Books, Clerk};
use self::desk::Desk;
use self::outbox::Outbox;
use self::send::{Lane, Nudge, Sender};
use self::sync::{Keeper, Kept, Word};
use self::verify::{Lookout, Verifier};
use crate::domain::account::Account;
use crate::domain::activity::Names;
use crate::domain::event::{Event, Level};
use crate::domain::ids::AccountName;
use crate::domain::limits::Limits;
use crate::effect::{Effect, Order, Query, Report, SavedView, TerminalEffect};
use crate::providers::Provider;
use crate::providers::edge::Edge;
use crate::store::{Access, Store, StoreFailure};

pub use self::clock::Clock;
pub use self::files::{ExportForms, Scribe};

/// Keeps a view for the next start: returns what to tell the operator, or what went wrong.
pub type KeepView = Arc<dyn Fn(&SavedView) -> Result<String, String> + Send + Sync>;

/// An account and its way to its vendor.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The account.
    pub account: Account,
    /// Its adapter; of the same account.
    pub provider: Arc<dyn Provider>,
    /// How often news of it are asked for while nothing happens, where it differs from [`Setup::refresh`].
    pub refresh: Option<Duration>,
    /// How its edge is looked at before and after purges; `None`: it is left alone.
    pub edge: Option<EdgeWatch>,
}

/// An account's edge and how long it has.
#[derive(Clone, Debug)]
pub struct EdgeWatch {
    /// The edge.
    pub edge: Arc<dyn Edge>,
    /// For how long it may still serve the old after the vendor called a purge successful.
    pub grace: Duration,
}

/// What the tasks work with.
pub struct Setup {
    /// The local history and the journal.
    pub store: Store,
    /// The accounts.
    pub accounts: Vec<Seat>,
    /// The time.
    pub clock: Clock,
    /// How often news are asked for while nothing happens.
    pub refresh: Duration,
    /// Whether the vendors are left alone: the store is all there is.
    pub offline: bool,
    /// Whether nothing is ever sent, whatever the accounts say.
    pub read_only: bool,
    /// Where reports go.
    pub reports: mpsc::Sender<Report>,
    /// The forms in which history is written into files; `None`: it is not.
    pub export: Option<ExportForms>,
    /// Where views are kept; `None`: nowhere.
    pub keep_view: Option<KeepView>,
}

/// The work that goes on. Dropping it ends the work too, but waits for nothing.
pub struct Runner {
    seats: Arc<BTreeMap<AccountName, Place>>,
    store: Store,
    clock: Clock,
    offline: bool,
    read_only: bool,
    export: Option<ExportForms>,
    keep_view: Option<KeepView>,
    clerk: Clerk,
    windows: Desk,
    summaries: Desk,
    outbox: Outbox,
    nudges: mpsc::UnboundedSender<Nudge>,
    lookout: Lookout,
    tasks: TaskTracker,
    threads: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    forwarding: tokio::task::JoinHandle<()>,
    stop_forwarding: CancellationToken,
    _guards: [DropGuard; 2],
}

/// An account as the runner knows it.
#[derive(Debug)]
struct Place {
    account: Account,
    provider: Arc<dyn Provider>,
    keeper: mpsc::UnboundedSender<Word>,
    limits: watch::Sender<Arc<Limits>>,
}

/// Starts the work. To be called inside a runtime; the store must be open for writing, unless it is all there is (then
/// nothing is brought in and nothing is sent).
pub fn start(setup: Setup) -> Result<Runner, StoreFailure> {
    let io = |error: std::io::Error| StoreFailure::Io(error.to_string());
    let (stop, stop_forwarding) = (CancellationToken::new(), CancellationToken::new());
    let (tasks, outbox) = (TaskTracker::new(), Outbox::default());
    let (clerk, writing) =
        Clerk::start(Books::open(&setup.store)?, setup.clock.clone()).map_err(io)?;
    let desk = |name| Desk::start(name, setup.store.reader()?, setup.clock.clone()).map_err(io);
    let (windows, summaries) = (desk("store-windows")?, desk("store-summaries")?);
    let (nudges, nudged) = mpsc::unbounded_channel();
    let lookout = Lookout::new(&setup, &clerk, &outbox);
    let (mut seats, mut lanes) = (BTreeMap::new(), BTreeMap::new());
    for Seat { account, provider, refresh, edge: _ } in setup.accounts {
        let (keeper, inbox) = mpsc::unbounded_channel();
        let (limits, seen_limits) = watch::channel(Arc::new(provider.documented_limits()));
        let asker = Asker {
            account: account.name.clone(),
            provider: Arc::clone(&provider),
            clerk: clerk.clone(),
            outbox: outbox.clone(),
            clock: setup.clock.clone(),
            sender: nudges.clone(),
        };
        lanes.insert(
            account.name.clone(),
            Lane::new(
                asker.clone(),
                seen_limits,
                keeper.clone(),
                setup.read_only || account.read_only,
            ),
        );
        let place = Place { account, provider, keeper, limits };
        tasks.spawn(attend(
            asker,
            inbox,
            place.limits.clone(),
            place.account.names.clone(),
            (!setup.offline).then_some(refresh.unwrap_or(setup.refresh)),
            stop.clone(),
        ));
        seats.insert(place.account.name.clone(), place);
    }
    if !setup.offline {
        let access = setup.store.access();
        if access == Access::ReadWrite && lookout.has_to_watch() {
            tasks.spawn(Verifier::new(&lookout).work(stop.clone()));
        }
        let (clerk, outbox, clock) = (clerk.clone(), outbox.clone(), setup.clock.clone());
        let sender = Sender::new(lanes, setup.store.path(), clerk, outbox, clock, nudged);
        tasks.spawn(sender.work(stop.clone()));
    }
    let forwarding = tokio::spawn(outbox.clone().forward(setup.reports, stop_forwarding.clone()));
    let runner = Runner {
        seats: Arc::new(seats),
        store: setup.store,
        clock: setup.clock,
        offline: setup.offline,
        read_only: setup.read_only,
        export: setup.export,
        keep_view: setup.keep_view,
        clerk,
        windows,
        summaries,
        outbox,
        nudges,
        lookout,
        tasks,
        threads: vec![writing],
        _guards: [stop.clone().drop_guard(), stop_forwarding.clone().drop_guard()],
        stop,
        forwarding,
        stop_forwarding,
    };
    runner.find_draft();
    Ok(runner)
}

/// Tells the core what the store knows of an account, and keeps the account up to date where it is to be.
async fn attend(
    asker: Asker,
    inbox: mpsc::UnboundedReceiver<Word>,
    limits: watch::Sender<Arc<Limits>>,
    names: Names,
    refresh: Option<Duration>,
    stop: CancellationToken,
) {
    let account = asker.account.clone();
    asker.outbox.post(Report::Event(Event::Limits {
        account: account.clone(),
        limits: Arc::clone(&limits.borrow()),
    }));
    let now = asker.clock.now();
    let read = asker.clerk.call(move |books| Kept::read(&books.reader, &account, now)).await;
    let kept = match read {
        Ok(kept) => kept,
        Err(trouble) => {
            asker.outbox.notice(Level::Error, Some(&asker.account), trouble.to_string());
            Kept::default()
        }
    };
    if !kept.resources.is_empty() {
        asker.outbox.post(Report::Event(Event::Resources {
            account: asker.account.clone(),
            resources: Arc::clone(&kept.resources),
        }));
    }
    asker.outbox.post(Report::Event(Event::Account {
        account: asker.account.clone(),
        status: kept.status(),
    }));
    if let Some(refresh) = refresh {
        Keeper::new(asker, inbox, limits, kept, refresh, names).keep(stop).await;
    }
}

impl Runner {
    /// Begins with an effect and returns at once. An effect that is the terminal's own business (copy, call back,
    /// edit, suspend, quit) is given back.
    pub fn run(&self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Query(Query::Window { pane, ticket, query }) => {
                self.window(pane, ticket, query);
            }
            Effect::Query(Query::Summary { pane, ticket, query }) => {
                self.summary(pane, ticket, query);
            }
            Effect::Query(Query::Detail { pane, ticket, key }) => self.detail(pane, ticket, key),
            Effect::Query(Query::Gather { ticket, keys }) => self.gather(ticket, keys),
            Effect::Query(Query::Recent { ticket, resources }) => self.recent(ticket, resources),
            Effect::Query(Query::Queue { ticket }) => self.queue(ticket),
            Effect::Order(Order::Verify(subjects)) => self.verify(subjects),
            Effect::Order(Order::Refresh { account }) => self.refresh(account.as_ref()),
            Effect::Query(Query::Preview { ticket, requests }) => self.preview(ticket, requests),
            Effect::Order(Order::Enqueue { ticket, sends }) => self.enqueue(ticket, sends),
            Effect::Order(Order::Cancel { ids }) => self.cancel(ids),
            Effect::Order(Order::Resend { id }) => self.resend(id),
            Effect::Order(Order::Reorder { ids }) => self.reorder(ids),
            Effect::Order(Order::Pause(paused)) => self.pause(paused),
            Effect::Order(Order::KeepDraft(draft)) => self.keep_draft(draft),
            Effect::Order(Order::ReadFile { ticket, path }) => self.read_file(ticket, path),
            Effect::Order(Order::Export { ticket, query, path }) => {
                self.export(ticket, query, path);
            }
            Effect::Order(Order::SaveView(view)) => self.save_view(view),
            Effect::Terminal(
                TerminalEffect::Copy(_)
                | TerminalEffect::Alert(_)
                | TerminalEffect::Edit { .. }
                | TerminalEffect::Suspend
                | TerminalEffect::Quit,
            ) => {
                return Some(effect);
            }
        }
        None
    }

    /// Ends the work. A request that is on its way to a vendor is waited for, and what came of it written down; everything
    /// else is broken off. No task and no thread is left afterwards. Reports that were not taken by then are handed over as
    /// far as the channel has room.
    pub async fn stop(mut self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let mut threads = std::mem::take(&mut self.threads);
        threads.extend(self.windows.close());
        threads.extend(self.summaries.close());
        // The clerk ends when nobody can give it work any more, after what it was given.
        let Self { clerk, lookout, forwarding, stop_forwarding, .. } = self;
        drop((clerk, lookout));
        // They are at their last job; a thread that panicked has nothing to say.
        let _ = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        })
        .await;
        stop_forwarding.cancel();
        let _ = forwarding.await;
    }

    fn refresh(&self, account: Option<&AccountName>) {
        if self.offline {
            self.outbox.notice(
                Level::Info,
                account,
                "Offline: the store is all there is.".to_owned(),
            );
            return;
        }
        for (name, place) in self.seats.iter() {
            if account.is_none_or(|account| account == name) {
                // Where there is no keeper, everything is being stopped.
                let _ = place.keeper.send(Word::Refresh);
            }
        }
    }

    fn save_view(&self, view: SavedView) {
        let Some(keep) = self.keep_view.clone() else {
            self.outbox.notice(
                Level::Warning,
                None,
                "Views cannot be kept here: there is no configuration file to write them to."
                    .to_owned(),
            );
            return;
        };
        let outbox = self.outbox.clone();
        self.tasks.spawn_blocking(move || {
            let (level, words) = match keep(&view) {
                Ok(words) => (Level::Info, words),
                Err(words) => (Level::Error, words),
            };
            outbox.notice(level, None, words);
        });
    }
}

/// The path with a leading `~` replaced by the home directory.
fn at_home(path: PathBuf) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        (Ok(_) | Err(_), _) => path,
    }
}
