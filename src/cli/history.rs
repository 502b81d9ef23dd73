//! `purgedeck history`: the purges that a filter selects, newest first.

use chrono::Utc;
use clap::Args;
use unicode_width::UnicodeWidthStr;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{Format, Listing, TableStyle};
use super::purge_record::PurgeRecord;
use super::session;
use super::setup;
use super::sync;
use crate::config::load::Config;
use crate::domain::filter::{Clause, Filter, FilterError, Pattern, Predicate, Test, Vocabulary};
use crate::domain::text::escape_control;
use crate::engine::SyncReport;

/// `purgedeck history`.
#[derive(Debug, Args)]
#[command(
    after_help = "Reads new history from the vendors first, as far back as the filter selects; \
                  --offline does not.\n\
                  Filters: cname: account: provider: status: kind: since: until: on: id: target: \
                  by: sent:here;\nbare words search the targets. A comma means or, a space means \
                  and, a leading - means not\n(write it after --); * matches anything in cname \
                  and target.\n\
                  In CSV, each of several targets is on a line of its own in one cell, and a cell \
                  that a\nspreadsheet would run as a formula begins with '.\n\
                  Example: purgedeck history status:failed since:24h cname:*.site.com --format json"
)]
pub struct Options {
    /// Filter of purges; several words must all match
    pub filter: Vec<String>,
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Only the N newest
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
}

/// Runs `purgedeck history`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    let filter = filter(&options.filter, &config)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    let predicate = resolve(&filter, global, &config);
    let report = if global.offline {
        SyncReport::default()
    } else {
        sync::history(&config, &predicate, options.limit, console)?
    };
    CliError::unless_pipe_closed(list(options, &config, &predicate, console))?;
    sync::conclude(&report, console)
}

/// Parses the words of a command line as a filter. An account or a provider that neither the
/// configuration nor the store has is an error.
pub(super) fn filter(words: &[String], config: &Config) -> Result<Filter, CliError> {
    let text = words.join(" ");
    let filter = Filter::parse_known(&text, &names(config)?);
    filter.map_err(|error| filter_error(&text, &error))
}

/// Returns the accounts and providers of the configuration and of the store.
fn names(config: &Config) -> Result<Vocabulary, CliError> {
    let configured = config.accounts.iter().map(|one| (one.name(), Some(one.provider())));
    let left_out = config.left_out.iter().map(|(name, provider)| (name, Some(provider)));
    let stored = match session::existing_store(config)? {
        Some(store) => store.accounts()?,
        None => Vec::new(),
    };
    let stored = stored.iter().map(|(name, provider)| (name, provider.as_ref()));
    let mut names = Vocabulary { closed: true, ..Vocabulary::default() };
    for (name, provider) in configured.chain(left_out).chain(stored) {
        names.accounts.push(name.to_string());
        names.providers.extend(provider.map(ToString::to_string));
    }
    Ok(names)
}

/// Resolves the filter now, limited to the accounts of `--account`.
pub(super) fn resolve(filter: &Filter, global: &Global, config: &Config) -> Predicate {
    let mut predicate = filter.resolve(Utc::now(), config.settings.zone.value);
    if !global.accounts.is_empty() {
        let named = global.accounts.iter();
        predicate.clauses.push(Clause {
            negated: false,
            test: Test::Account(named.map(|name| Pattern::Is(name.to_ascii_lowercase())).collect()),
        });
    }
    predicate
}

fn list(
    options: &Options,
    config: &Config,
    predicate: &Predicate,
    console: Console,
) -> Result<(), CliError> {
    let style = TableStyle::of_stdout(config);
    let mut listing = Listing::on_stdout::<PurgeRecord<'_>>(options.format, style)?;
    let Some(store) = session::existing_store(config)? else {
        let store = &config.settings.store.value;
        console.info(&format!("there is no history in {store} yet"));
        return listing.end();
    };
    session::warn_of_damage(&store, console);
    let mut failed = None;
    store.purges(predicate, options.limit, &mut |detail| {
        listing.visit(&PurgeRecord::from(&detail), &mut failed)
    })?;
    failed.map_or(Ok(()), Err)?;
    listing.end_or_note(console, &note_on_empty(options, config))
}

/// Says why the table is empty.
fn note_on_empty(options: &Options, config: &Config) -> String {
    let filter = options.filter.join(" ");
    if options.limit == Some(0) {
        "--limit 0 lists no purge".to_owned()
    } else if filter.is_empty() {
        format!("there is no purge in {}", config.settings.store.value)
    } else {
        format!("no purge matches {}", escape_control(&filter, 200))
    }
}

/// The most characters of a filter that are shown on either side of where its fault begins.
const SHOWN: usize = 100;

/// Words a filter's error, with the filter's text and a mark below the wrong part; of a long text
/// only what is around it.
fn filter_error(text: &str, error: &FilterError) -> CliError {
    let (before, after) = text.split_at_checked(error.at.start).unwrap_or((text, ""));
    let surplus = before.chars().count().saturating_sub(SHOWN);
    let cut = if surplus > 0 { "…" } else { "" };
    // Escaping changes one character at a time, so each part is as wide as shown.
    let before = escape_control(&before.chars().skip(surplus).collect::<String>(), usize::MAX);
    let wrong: String =
        text.get(error.at.clone()).unwrap_or_default().chars().take(SHOWN).collect();
    let blanks = cut.width() + before.width();
    let marks = escape_control(&wrong, usize::MAX).width().max(1);
    let message = format!(
        "the filter has an error: {error}\n  {cut}{before}{}\n  {}{}",
        escape_control(after, SHOWN),
        " ".repeat(blanks),
        "^".repeat(marks)
    );
    CliError::new(Class::Usage, message)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_shown_with_a_mark_below_the_fault() {
        let text = "cname:ä.de status:faild";
        let error = filter_error(text, &Filter::parse(text).unwrap_err());
        let lines: Vec<&str> = error.message.lines().collect();
        assert_eq!(
            lines.get(1..),
            Some(["  cname:ä.de status:faild", "                    ^^^^^"].as_slice()),
            "{error}"
        );
        assert_eq!(error.class, Class::Usage);
    }

    #[test]
    fn of_a_long_filter_only_what_is_around_the_fault_is_shown() {
        let long = |words: usize| "a ".repeat(words) + "status:faild" + &" b".repeat(words);
        for text in [long(1_000), "a ".repeat(100_000)] {
            let error = filter_error(&text, &Filter::parse(&text).unwrap_err());
            let lines: Vec<&str> = error.message.lines().collect();
            assert!(lines.iter().all(|line| line.chars().count() < 250), "{error}");
            let [_, shown, mark] = lines.as_slice() else { unreachable!("{error}") };
            let place = mark.chars().take_while(|mark| *mark == ' ').count();
            let rest: String = shown.chars().skip(place).collect();
            assert!(rest.starts_with("faild b") || rest.starts_with("a a "), "{error}");
        }
    }
}
