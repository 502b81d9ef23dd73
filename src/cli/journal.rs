//! `purgedeck journal`: every request that was ever sent or refused from here, by filter.

use std::collections::HashMap;
use std::ops::ControlFlow;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::console::Console;
use super::error::CliError;
use super::global::Global;
use super::history;
use super::listing::{Format, Listing, TableStyle};
use super::request_record::RequestRecord;
use super::session;
use super::setup::{self, QueueChange};
use crate::config::load::Config;
use crate::domain::filter::Predicate;
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::text::escape_control;
use crate::engine::LocalStore;

/// `purgedeck journal`.
#[derive(Debug, Args)]
#[command(
    after_help = "Filters are those of `purgedeck history`. Times are those of sending, or of \
                  queuing where a\nrequest was not sent; id: is that of the list or the vendor's; \
                  status: takes several\nstates together, --state names each. Asks no vendor.\n\
                  Example: purgedeck journal since:7d --state rejected,failed --format csv"
)]
pub struct Options {
    /// Filter of requests; several words must all match
    pub filter: Vec<String>,
    /// Only requests in one of these states
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state())]
    pub state: Vec<JournalState>,
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Only the N newest
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
}

/// Reads the word of a state.
fn state() -> impl TypedValueParser<Value = JournalState> {
    PossibleValuesParser::new(JournalState::EVERY.map(JournalState::word))
        .try_map(|word| JournalState::from_word(&word).ok_or("no state is called so"))
}

/// Runs `purgedeck journal`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::store_configuration(global, QueueChange::Nothing)?;
    let filter = history::filter(&options.filter, &config)
        .map_err(|error| with_state_hint(error, &options.filter))?;
    super::log::start(&config)?;
    let console = Console::new(global);
    let predicate = history::resolve(&filter, global, &config);
    let style = TableStyle::of_stdout(&config);
    let mut listing = Listing::on_stdout::<RequestRecord<'_>>(options.format, style)?;
    if let Some(store) = session::existing_store(&config)? {
        session::warn_of_damage(&store, console);
        let selection = Selection { options, predicate, providers: providers(&config, &store)? };
        let mut left = options.limit.unwrap_or(u64::MAX);
        let mut failed = None;
        store.journal(&mut |entry| {
            if left == 0 {
                return ControlFlow::Break(());
            }
            if !selection.holds(&entry) {
                return ControlFlow::Continue(());
            }
            left -= 1;
            listing.visit(&RequestRecord::from(&entry), &mut failed)
        })?;
        failed.map_or(Ok(()), Err)?;
    }
    listing.end_or_note(console, &note_on_empty(options))
}

/// The requests that are asked for.
struct Selection<'o> {
    options: &'o Options,
    predicate: Predicate,
    providers: HashMap<AccountName, ProviderName>,
}

impl Selection<'_> {
    fn holds(&self, entry: &JournalEntry) -> bool {
        let states = &self.options.state;
        let nameless = ProviderName::new("");
        let provider = self.providers.get(&entry.request.account).unwrap_or(&nameless);
        (states.is_empty() || states.contains(&entry.state))
            && self.predicate.matches_request(entry, provider)
    }
}

/// Returns the provider of every account that the store or the configuration knows.
fn providers(
    config: &Config,
    store: &LocalStore,
) -> Result<HashMap<AccountName, ProviderName>, CliError> {
    let stored = store.accounts()?.into_iter();
    let mut providers: HashMap<_, _> =
        stored.filter_map(|(name, provider)| Some((name, provider?))).collect();
    providers.extend(
        config.accounts.iter().map(|account| (account.name().clone(), account.provider().clone())),
    );
    Ok(providers)
}

/// Points out the flag where a filter names a state that is no status.
fn with_state_hint(error: CliError, words: &[String]) -> CliError {
    let values = words.iter().filter_map(|word| word.split_once(':')).filter(|(field, _)| {
        matches!(field.trim_start_matches('-').to_ascii_lowercase().as_str(), "status" | "state")
    });
    let mut states = values
        .flat_map(|(_, values)| values.split(','))
        .filter_map(|word| JournalState::from_word(&word.to_ascii_lowercase()));
    match states.next() {
        Some(state) => {
            error.hint(format!("--state {} selects requests of that state.", state.word()))
        }
        None => error,
    }
}

/// Says why the table is empty.
fn note_on_empty(options: &Options) -> String {
    if options.limit == Some(0) {
        return "--limit 0 lists no request".to_owned();
    }
    let states = options.state.iter().map(|state| state.word()).collect::<Vec<_>>().join(",");
    let filter = options.filter.join(" ");
    let asked = if states.is_empty() { filter } else { format!("{filter} --state {states}") };
    if asked.is_empty() {
        "nothing was sent from here yet".to_owned()
    } else {
        format!("no request matches {}", escape_control(asked.trim_start(), 200))
    }
}
