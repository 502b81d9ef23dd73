//! `purgedeck queue`: the requests of the journal, without a screen.

use std::io;

use chrono::Utc;
use clap::{Args, Subcommand};

use super::args::Global;
use super::books;
use super::catchup;
use super::error::{Class, CliError};
use super::following::{Until, follow};
use super::listing::{Format, Listing};
use super::office::{Extras, Office, Sending};
use super::purge::read_only;
use super::request::RequestRecord;
use super::setup::{self, Talk, count};
use super::signals::{self, Brake};
use crate::config::load::Config;
use crate::domain::ids::JournalId;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::text::escape_control;
use crate::store::{Reader, StepDetails, Stepped, Writer};

/// How many closed requests are listed.
const NEWEST: u32 = 200;

/// `purgedeck queue`.
#[derive(Debug, Args)]
#[command(after_help = "Without a subcommand: list.\n\
                  Example: purgedeck queue list --all --format json\n         \
                  purgedeck queue pause; purgedeck queue reorder 5b96 5b95; purgedeck queue resume")]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags of the list.
    #[command(flatten)]
    pub list: ListOptions,
}

/// The flags of a list of requests.
#[derive(Debug, Default, Args)]
pub struct ListOptions {
    /// Also those that are over, the newest 200
    #[arg(long)]
    pub all: bool,
    /// How to write the list; a table where nothing is said
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

impl ListOptions {
    /// These, and those that stood before the subcommand.
    fn after(&self, earlier: &Self) -> Self {
        Self { all: self.all || earlier.all, format: self.format.or(earlier.format) }
    }
}

/// What to do with the queue.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List what waits, is on its way, or is not known to have ended
    List(ListOptions),
    /// Take back requests that still wait
    Cancel {
        /// Their ids; the end of one is enough where only one ends so
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Queue a request again of which nobody knows whether it took effect
    ///
    /// Look into the history first: it may have been carried out. It is sent by `purgedeck queue run` or an open dashboard.
    Retry {
        /// Its id; the end of it is enough where only one ends so
        id: String,
    },
    /// Send nothing of the queue until it is resumed; holds for every purgedeck on the store
    Pause,
    /// Let a paused queue go on; an open dashboard or `purgedeck queue run` sends it
    Resume,
    /// Have waiting requests go out in this order: they exchange their places
    Reorder {
        /// Their ids; the end of one is enough where only one ends so
        #[arg(required = true, num_args = 2.., value_name = "ID")]
        ids: Vec<String>,
    },
    /// Send what waits, as the vendors' limits allow, until nothing waits any more
    Run {
        /// How to write the requests that were sent
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Carries out `purgedeck queue`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    list_flags_are_for_lists(options)?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    match &options.command {
        None => list(global, &config, &options.list),
        Some(Command::List(later)) => list(global, &config, &later.after(&options.list)),
        Some(Command::Cancel { ids }) => cancel(global, &config, ids),
        Some(Command::Retry { id }) => retry(global, &config, id),
        Some(Command::Pause) => pause(global, &config, true),
        Some(Command::Resume) => pause(global, &config, false),
        Some(Command::Reorder { ids }) => reorder(global, &config, ids),
        Some(Command::Run { format }) => send(global, &config, *format),
    }
}

/// An error where flags of the list stand before another subcommand, which has no use for them.
fn list_flags_are_for_lists(options: &Options) -> Result<(), CliError> {
    let lists = matches!(options.command, None | Some(Command::List(_)));
    if lists || (!options.list.all && options.list.format.is_none()) {
        return Ok(());
    }
    Err(CliError::new(Class::Usage, "--all and --format are for `queue list`")
        .hint("`queue run` takes a --format of its own, behind it."))
}

fn open(config: &Config) -> Result<(Reader, Writer), CliError> {
    let failed = |failure| books::error(config, &failure);
    let store = books::open(config)?;
    Ok((store.reader().map_err(failed)?, store.writer().map_err(failed)?))
}

/// Whether the request is of an account that `--account` selects.
fn selected(entry: &JournalEntry, global: &Global) -> bool {
    global.accounts.is_empty()
        || global.accounts.iter().any(|name| name == entry.request.account.as_str())
}

fn list(global: &Global, config: &Config, options: &ListOptions) -> Result<(), CliError> {
    let failed = |failure| books::error(config, &failure);
    let mut entries = Vec::new();
    if let Some(store) = books::open_to_read(config)? {
        let reader = store.reader().map_err(failed)?;
        if reader.is_paused().map_err(failed)? {
            Talk::new(global).say("the queue is paused; `purgedeck queue resume` lets it go on");
        }
        entries = reader.journal_open().map_err(failed)?;
        if options.all {
            let newest = reader.journal_newest(NEWEST).map_err(failed)?;
            entries.extend(newest.into_iter().filter(|entry| !entry.state.is_open()));
        }
    }
    entries.retain(|entry| selected(entry, global));
    if entries.is_empty() && options.format.unwrap_or_default() == Format::Table {
        Talk::new(global).say(if options.all {
            "nothing was sent from here yet"
        } else {
            "nothing waits, is on its way, or is not known to have ended; --all lists what is over, too"
        });
    }
    print(global, config, options.format.unwrap_or_default(), &entries)
}

fn print(
    global: &Global,
    config: &Config,
    format: Format,
    entries: &[JournalEntry],
) -> Result<(), CliError> {
    let looks = setup::looks(global, Some(config));
    let mut listing = Listing::begin::<RequestRecord<'_>>(format, looks, io::stdout().lock())?;
    for entry in entries {
        listing.put(&RequestRecord::from(entry))?;
    }
    listing.end()
}

/// The request that an id, or the end of one, means.
fn find(
    config: &Config,
    reader: &Reader,
    id: &str,
    global: &Global,
) -> Result<JournalEntry, CliError> {
    let failed = |failure| books::error(config, &failure);
    let exact = reader.journal_entry(&JournalId::new(id)).map_err(failed)?;
    if let Some(entry) = exact.filter(|entry| selected(entry, global)) {
        return Ok(entry);
    }
    let mut found = reader.journal_open().map_err(failed)?;
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

fn step(
    config: &Config,
    writer: &mut Writer,
    entry: &JournalEntry,
    from: JournalState,
    to: JournalState,
) -> Result<(), CliError> {
    let now = Utc::now();
    let details = StepDetails {
        planned_at: (to == JournalState::Queued).then_some(now),
        ..StepDetails::at(now)
    };
    let stepped = writer
        .step(&entry.id, from, to, &details)
        .map_err(|failure| books::error(config, &failure))?;
    match stepped {
        Stepped::Done(_) => Ok(()),
        Stepped::Refused { .. } => {
            let words = format!("{} is {}, not {from}", entry.id, entry.state);
            Err(CliError::new(Class::Refused, words))
        }
    }
}

/// Why nothing is sent while the queue is paused.
pub fn is_paused() -> CliError {
    CliError::new(Class::Refused, "the queue is paused: nothing is sent")
        .hint("`purgedeck queue resume` lets it go on.")
}

/// An error where nothing of the journal may be changed.
fn may_change(config: &Config) -> Result<(), CliError> {
    if !config.read_only.value {
        return Ok(());
    }
    let origin = &config.read_only.origin;
    Err(read_only(format!("read-only ({origin}): the queue stays as it is")))
}

/// The request that an id means, where it may be changed.
fn find_to_change(
    config: &Config,
    reader: &Reader,
    id: &str,
    global: &Global,
) -> Result<JournalEntry, CliError> {
    let entry = find(config, reader, id, global)?;
    let account = &entry.request.account;
    let protected =
        config.accounts.iter().any(|known| known.name() == account && known.account.read_only);
    if protected {
        let words = format!("the account {account} is read-only: the queue stays as it is");
        return Err(read_only(words));
    }
    Ok(entry)
}

fn cancel(global: &Global, config: &Config, ids: &[String]) -> Result<(), CliError> {
    may_change(config)?;
    let (reader, mut writer) = open(config)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(find_to_change(config, &reader, id, global)?);
    }
    for entry in found {
        step(config, &mut writer, &entry, JournalState::Queued, JournalState::Cancelled)?;
        Talk::new(global).say(&format!("{} is cancelled", entry.id));
    }
    Ok(())
}

fn pause(global: &Global, config: &Config, paused: bool) -> Result<(), CliError> {
    may_change(config)?;
    let (_, mut writer) = open(config)?;
    writer.pause(paused, Utc::now()).map_err(|failure| books::error(config, &failure))?;
    Talk::new(global).say(if paused {
        "the queue is paused; `purgedeck queue resume` lets it go on"
    } else {
        "the queue goes on; `purgedeck queue run` or an open dashboard sends it"
    });
    Ok(())
}

fn reorder(global: &Global, config: &Config, ids: &[String]) -> Result<(), CliError> {
    may_change(config)?;
    let (reader, mut writer) = open(config)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let entry = find_to_change(config, &reader, id, global)?;
        if entry.state != JournalState::Queued {
            let words = format!("{} is {}, not queued", entry.id, entry.state);
            return Err(CliError::new(Class::Refused, words));
        }
        found.push(entry.id);
    }
    let moved = writer.reorder(&found).map_err(|failure| books::error(config, &failure))?;
    Talk::new(global).say(&format!("{} moved", count(moved.len(), "request")));
    Ok(())
}

fn may_send(global: &Global, config: &Config) -> Result<(), CliError> {
    if config.read_only.value {
        let origin = &config.read_only.origin;
        return Err(read_only(format!("read-only ({origin}): nothing is sent")));
    }
    if global.offline {
        return Err(
            CliError::new(Class::Refused, "offline: nothing is sent").hint("Leave out --offline.")
        );
    }
    Ok(())
}

fn retry(global: &Global, config: &Config, id: &str) -> Result<(), CliError> {
    may_send(global, config)?;
    let (reader, mut writer) = open(config)?;
    let entry = find_to_change(config, &reader, id, global)?;
    step(config, &mut writer, &entry, JournalState::Unknown, JournalState::Queued)?;
    Talk::new(global).say(&format!(
        "{} is queued again; `purgedeck queue run` or an open dashboard sends it",
        entry.id
    ));
    Ok(())
}

fn send(global: &Global, config: &Config, format: Format) -> Result<(), CliError> {
    may_send(global, config)?;
    catchup::some_account(config)?;
    let talk = Talk::new(global);
    let failed = |failure| books::error(config, &failure);
    let store = books::open(config)?;
    let reader = store.reader().map_err(failed)?;
    let configured = |entry: &JournalEntry| {
        config
            .accounts
            .iter()
            .any(|account| *account.name() == entry.request.account && !account.account.read_only)
    };
    let mut entries = reader.journal_open().map_err(failed)?;
    entries.retain(|entry| {
        configured(entry) && matches!(entry.state, JournalState::Queued | JournalState::Sending)
    });
    if reader.is_paused().map_err(failed)? {
        return Err(is_paused());
    }
    if entries.is_empty() {
        talk.say("nothing waits to be sent");
        return print(global, config, format, &[]);
    }
    let brake = Brake::default();
    let sent = signals::block_on_gently(&brake, async {
        let mut office = Office::open(config, store, Sending::Allowed, false, Extras::default())?;
        brake.hold();
        let sent = follow(entries, Until::Answered, &mut office, &reader, &brake, talk).await;
        office.runner.stop().await;
        let mut sent = sent?;
        sent.read_again(&reader);
        Ok(sent)
    })?;
    print(global, config, format, &sent.entries)?;
    sent.verdict(talk)
}
