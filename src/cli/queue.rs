//! `purgedeck queue`: the requests of the journal, without a screen.

use clap::{Args, Subcommand};

use super::console::{Console, count};
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{Format, TableStyle};
use super::setup::{self, QueueChange};
use super::signals::{self, Shutdown};
use super::wait::wait;
use super::{hooks, refusal, request_record, session};
use crate::config::load::Config;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::permission::{Action, Permissions};
use crate::domain::text::escape_control;
use crate::engine::{Engine, LocalStore, StartOptions, Until};

/// `purgedeck queue`.
#[derive(Debug, Args)]
#[command(after_help = "Without a subcommand: list.\n\
                  Example: purgedeck queue list --all --format json\n         \
                  purgedeck queue pause; purgedeck queue reorder 5b96 5b95; \
                  purgedeck queue resume")]
pub struct Options {
    /// The subcommand; `None`: list.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags of the list.
    #[command(flatten)]
    pub list: ListOptions,
}

/// The flags of a list of requests.
#[derive(Debug, Default, Args)]
pub struct ListOptions {
    /// Also the newest 200 that are finished
    #[arg(long)]
    pub all: bool,
    /// Format of the list [default: table]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

impl ListOptions {
    /// Merges these flags with those before the subcommand.
    fn merge(&self, earlier: &Self) -> Self {
        Self { all: self.all || earlier.all, format: self.format.or(earlier.format) }
    }
}

/// The subcommands of the queue.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the requests that are queued, being sent, or not known to have ended
    List(ListOptions),
    /// Cancel queued requests
    Cancel {
        /// Their ids; the last characters are enough where they are unique
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Queue a request again whose outcome is unknown
    ///
    /// Look into the history first: it may have been carried out. `purgedeck queue run` or an open
    /// dashboard sends it.
    Retry {
        /// Its id; the last characters are enough where they are unique
        id: String,
    },
    /// Confirm requests that somebody else queued, so that they are sent
    ///
    /// Requests of your own need no such word. `purgedeck queue run` or an open dashboard sends
    /// them.
    Confirm {
        /// Their ids; the last characters are enough where they are unique
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Pause the queue until it is resumed, for every purgedeck on the store
    Pause,
    /// Resume a paused queue; an open dashboard or `purgedeck queue run` sends it
    Resume,
    /// Send queued requests in this order: they exchange their places
    Reorder {
        /// Their ids; the last characters are enough where they are unique
        #[arg(required = true, num_args = 2.., value_name = "ID")]
        ids: Vec<String>,
    },
    /// Send what is queued, as the vendors' limits allow, until the queue is empty
    Run {
        /// Format of the list of requests that were sent
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Runs `purgedeck queue`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    check_list_flags(options)?;
    let config = match &options.command {
        None | Some(Command::List(_)) => setup::store_configuration(global, QueueChange::Nothing)?,
        Some(Command::Pause | Command::Resume) => {
            setup::store_configuration(global, QueueChange::Pause)?
        }
        Some(Command::Cancel { .. } | Command::Reorder { .. }) => {
            setup::store_configuration(global, QueueChange::Requests)?
        }
        Some(Command::Retry { .. } | Command::Confirm { .. } | Command::Run { .. }) => {
            setup::configuration(global)?
        }
    };
    super::log::start(&config)?;
    match &options.command {
        None => list(global, &config, &options.list),
        Some(Command::List(later)) => list(global, &config, &later.merge(&options.list)),
        Some(Command::Cancel { ids }) => cancel(global, &config, ids),
        Some(Command::Retry { id }) => retry(global, &config, id),
        Some(Command::Confirm { ids }) => confirm(global, &config, ids),
        Some(Command::Pause) => pause(global, &config, true),
        Some(Command::Resume) => pause(global, &config, false),
        Some(Command::Reorder { ids }) => reorder(global, &config, ids),
        Some(Command::Run { format }) => send(global, &config, *format),
    }
}

/// Refuses flags of the list before another subcommand.
fn check_list_flags(options: &Options) -> Result<(), CliError> {
    let lists = matches!(options.command, None | Some(Command::List(_)));
    if lists || (!options.list.all && options.list.format.is_none()) {
        return Ok(());
    }
    Err(CliError::new(Class::Usage, "--all and --format are for `queue list`")
        .hint("`queue run` takes a --format of its own, behind it."))
}

/// True for the requests of the accounts of `--account`, or of all without it.
fn selected(entry: &JournalEntry, global: &Global) -> bool {
    global.accounts.is_empty()
        || global.accounts.iter().any(|name| name == entry.request.account.as_str())
}

fn list(global: &Global, config: &Config, options: &ListOptions) -> Result<(), CliError> {
    let mut entries = Vec::new();
    if let Some(store) = session::existing_store(config)? {
        session::warn_of_damage(&store, Console::new(global));
        if store.is_paused()? {
            Console::new(global).info("the queue is paused; `purgedeck queue resume` resumes it");
        }
        entries = if options.all { store.newest_requests()? } else { store.open_requests()? };
    }
    entries.retain(|entry| selected(entry, global));
    warn_of_unconfirmed(&entries, Console::new(global));
    let format = options.format.unwrap_or_default();
    if entries.is_empty() && format == Format::Table {
        Console::new(global).info(if options.all {
            "nothing was sent from here yet"
        } else {
            "nothing is queued or under way; --all and `purgedeck journal` list what is finished"
        });
    }
    request_record::print(format, TableStyle::of_stdout(config), &entries)
}

/// Finds a request by its id or the end of it.
fn find(store: &LocalStore, id: &str, global: &Global) -> Result<JournalEntry, CliError> {
    let exact = store.requests(&[JournalId::new(id)])?.pop();
    if let Some(entry) = exact.filter(|entry| selected(entry, global)) {
        return Ok(entry);
    }
    let mut found = store.open_requests()?;
    found.retain(|entry| {
        selected(entry, global) && !id.is_empty() && entry.id.as_str().ends_with(id)
    });
    let shown = escape_control(id, 60);
    match (found.pop(), found.is_empty()) {
        (Some(entry), true) => Ok(entry),
        (Some(_), false) => {
            Err(CliError::new(Class::Usage, format!("several requests end with \"{shown}\"")))
        }
        (None, _) => Err(CliError::new(Class::Usage, format!("there is no request \"{shown}\""))
            .hint("`purgedeck queue list --all` lists them.")),
    }
}

/// Refuses to change the journal where all is read-only.
fn check_may_change(global: &Global, config: &Config) -> Result<(), CliError> {
    refusal::check(Action::ChangeQueue, global, config, refusal::UNCHANGED)
}

/// Finds the requests that are to be changed. Fails where the engine would refuse one of them, so
/// that nothing is done by halves.
fn find_all(
    config: &Config,
    ids: &[String],
    global: &Global,
) -> Result<Vec<JournalEntry>, CliError> {
    let store = session::store(config)?;
    let may_change = |entry: &JournalEntry| {
        let account = &entry.request.account;
        let configured = config.accounts.iter().find(|known| known.name() == account);
        Permissions::default()
            .check_in(Action::ChangeQueue, account, configured.map(|it| &it.account))
            .map_err(|refusal| refusal::error(config, &refusal, refusal::UNCHANGED))
    };
    let found = ids.iter().map(|id| find(&store, id, global));
    found.map(|entry| entry.and_then(|entry| may_change(&entry).map(|()| entry))).collect()
}

fn cancel(global: &Global, config: &Config, ids: &[String]) -> Result<(), CliError> {
    check_may_change(global, config)?;
    let found = find_all(config, ids, global)?;
    let ids = found.into_iter().map(|entry| entry.id).collect();
    let results = session::change(config, async |engine| Ok(engine.cancel(ids).await))?;
    // One that was refused keeps no other from being carried out.
    for entry in results.iter().flatten() {
        Console::new(global).info(&format!("{} is canceled", entry.id));
    }
    let refused = results.iter().find_map(|result| result.as_ref().err());
    refused.map_or(Ok(()), |error| Err(refusal::of_order(config, error)))
}

fn pause(global: &Global, config: &Config, paused: bool) -> Result<(), CliError> {
    check_may_change(global, config)?;
    session::change(config, async |engine| engine.pause(paused).await)?;
    Console::new(global).info(if paused {
        "the queue is paused; `purgedeck queue resume` resumes it"
    } else {
        "the queue is resumed; `purgedeck queue run` or an open dashboard sends it"
    });
    Ok(())
}

fn reorder(global: &Global, config: &Config, ids: &[String]) -> Result<(), CliError> {
    check_may_change(global, config)?;
    let mut found = Vec::with_capacity(ids.len());
    for entry in find_all(config, ids, global)? {
        if entry.state != JournalState::Queued {
            let message = format!("{} is {}, not queued", entry.id, entry.state);
            return Err(CliError::new(Class::Refused, message));
        }
        found.push(entry.id);
    }
    let moved = session::change(config, async |engine| engine.reorder(found).await)?;
    Console::new(global).info(&format!("{} moved", count(moved.len(), "request")));
    Ok(())
}

fn check_may_send(global: &Global, config: &Config) -> Result<(), CliError> {
    refusal::check(Action::Resend, global, config, "nothing was sent")
}

fn retry(global: &Global, config: &Config, id: &str) -> Result<(), CliError> {
    check_may_send(global, config)?;
    for JournalEntry { id, .. } in find_all(config, &[id.to_owned()], global)? {
        let entry = session::change(config, async |engine| engine.resend(id).await)?;
        Console::new(global).info(&format!(
            "{} is queued again; `purgedeck queue run` or an open dashboard sends it",
            entry.id
        ));
    }
    Ok(())
}

fn confirm(global: &Global, config: &Config, ids: &[String]) -> Result<(), CliError> {
    check_may_send(global, config)?;
    let found = find_all(config, ids, global)?;
    if let Some(other) = found.iter().find(|entry| !entry.is_unconfirmed()) {
        let why = if other.state == JournalState::Queued { "confirmed" } else { other.word() };
        let message = format!("{} is {why} already", other.id);
        return Err(CliError::new(Class::Refused, message));
    }
    let ids = found.into_iter().map(|entry| entry.id).collect();
    let confirmed = session::change(config, async |engine| engine.confirm(ids).await)?;
    for entry in &confirmed {
        Console::new(global).info(&format!(
            "{} is confirmed; `purgedeck queue run` or an open dashboard sends it",
            entry.id
        ));
    }
    Ok(())
}

/// Says how many requests wait for the operator's word, where some do.
fn warn_of_unconfirmed(entries: &[JournalEntry], console: Console) {
    let mut waiting = entries.iter().filter(|entry| entry.is_unconfirmed());
    if let Some(first) = waiting.next() {
        console.warn(&format!(
            "not sent before `purgedeck queue confirm`: {} queued by somebody else ({})",
            count(waiting.count() + 1, "request"),
            first.author()
        ));
    }
}

fn send(global: &Global, config: &Config, format: Format) -> Result<(), CliError> {
    check_may_send(global, config)?;
    setup::require_account(config)?;
    let console = Console::new(global);
    let store = session::store(config)?;
    let configured = |entry: &JournalEntry| {
        config
            .accounts
            .iter()
            .any(|account| *account.name() == entry.request.account && !account.account.read_only)
    };
    let mut entries = store.open_requests()?;
    entries.retain(|entry| {
        configured(entry) && matches!(entry.state, JournalState::Queued | JournalState::Sending)
    });
    warn_of_unconfirmed(&entries, console);
    entries.retain(|entry| !entry.is_unconfirmed());
    if store.is_paused()? {
        return Err(refusal::paused());
    }
    store.check_journal()?;
    if entries.is_empty() {
        console.info("there is nothing to send");
        return request_record::print(format, TableStyle::of_stdout(config), &[]);
    }
    let shutdown = Shutdown::default();
    let options =
        StartOptions { hooks: Some(hooks::for_command(console)), ..StartOptions::default() };
    let outcome = signals::block_on_with(&shutdown, async {
        let (engine, mut events) = Engine::start_configured(config, &store, options)?;
        shutdown.defer();
        let until = Until::Answered;
        let outcome = wait(&engine, &mut events, entries, until, &shutdown, console).await;
        engine.shutdown().await;
        let mut outcome = outcome?;
        outcome.reload(&store);
        Ok(outcome)
    })?;
    outcome.report(format, TableStyle::of_stdout(config), console)
}
