//! `purgedeck history`: the purges that a filter selects, newest first.

use std::io::{self, Write};
use std::ops::ControlFlow;

use chrono::Utc;
use clap::Args;
use unicode_width::UnicodeWidthStr;

use super::args::Global;
use super::books;
use super::catchup;
use super::error::{Class, CliError};
use super::listing::{Format, Listing};
use super::record::PurgeRecord;
use super::setup::{self, Talk};
use crate::config::load::Config;
use crate::domain::filter::{Clause, Filter, FilterError, Pattern, Predicate, Test};
use crate::domain::query::Sort;
use crate::domain::text::escape_control;

/// `purgedeck history`.
#[derive(Debug, Args)]
#[command(
    after_help = "Brings the store up to date first, as far back as the filter looks; --offline asks nobody.\n\
                  Filters: cname: account: provider: status: kind: since: until: on: id: target: by: sent:here, bare words\n\
                  search the targets; a comma is or, a blank is and, a leading - is not (write it after --), * stands for\n\
                  anything in cname and target. In CSV, several targets stand in one cell on lines of their own, and a cell\n\
                  that a spreadsheet would run as a formula begins with '.\n\
                  Example: purgedeck history status:failed since:24h cname:*.site.com --format json"
)]
pub struct Options {
    /// Which purges; several words must all hold
    pub filter: Vec<String>,
    /// How to write the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// The newest so many
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
}

/// Carries out `purgedeck history`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let filter = filter(&options.filter)?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let talk = Talk::new(global);
    let predicate = selected(&filter, global, &config);
    let missed = if global.offline {
        catchup::Missed::default()
    } else {
        catchup::history(&config, &predicate, options.limit, talk)?
    };
    list(global, options, &config, &predicate, talk)?;
    missed.verdict(talk)
}

/// The filter that the words of a command line make, or what is wrong with it.
pub(super) fn filter(words: &[String]) -> Result<Filter, CliError> {
    let text = words.join(" ");
    Filter::parse(&text).map_err(|error| filter_error(&text, &error))
}

/// What the filter selects now, of the accounts that the flags select.
pub(super) fn selected(filter: &Filter, global: &Global, config: &Config) -> Predicate {
    let mut predicate = filter.resolve(Utc::now(), config.zone.value);
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
    global: &Global,
    options: &Options,
    config: &Config,
    predicate: &Predicate,
    talk: Talk,
) -> Result<(), CliError> {
    let looks = setup::looks(global, Some(config));
    let out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut listing = Listing::begin::<PurgeRecord>(options.format, looks, out)?;
    let Some(store) = books::open_to_read(config)? else {
        let file = config.store.value.display();
        talk.say(&format!("there is no history at {file} yet"));
        return listing.end();
    };
    let mut failed = None;
    let reader = store.reader().map_err(|failure| books::error(config, &failure))?;
    reader
        .export(predicate, Sort::Newest, options.limit, &mut |detail| match listing
            .put(&PurgeRecord::from(detail))
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })
        .map_err(|failure| books::error(config, &failure))?;
    if let Some(error) = failed {
        return Err(error);
    }
    listing.end_or_say(talk, &nothing(options, config))
}

/// What is said where no purge is shown.
fn nothing(options: &Options, config: &Config) -> String {
    let filter = options.filter.join(" ");
    if options.limit == Some(0) {
        "no purge was asked for: --limit 0".to_owned()
    } else if filter.is_empty() {
        format!("no purge stands in {}", config.store.value.display())
    } else {
        format!("no purge matches {}", escape_control(&filter, 200))
    }
}

/// The filter's text with a mark below what is wrong with it.
fn filter_error(text: &str, error: &FilterError) -> CliError {
    // Showing a text changes its characters one by one, so what stands before the fault is as wide as it is shown.
    let shown = |part: Option<&str>| escape_control(part.unwrap_or_default(), usize::MAX);
    let before = shown(text.get(..error.at.start)).width();
    let wrong = shown(text.get(error.at.clone())).width().max(1);
    let mut words = Vec::new();
    let _ = write!(
        words,
        "the filter has an error: {error}\n  {}\n  {}{}",
        shown(Some(text)),
        " ".repeat(before),
        "^".repeat(wrong)
    );
    CliError::new(Class::Usage, String::from_utf8_lossy(&words))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_shown_with_a_mark_below_the_fault() {
        let text = "cname:ä.de status:faild";
        let error = filter_error(text, &Filter::parse(text).unwrap_err());
        let lines: Vec<&str> = error.words.lines().collect();
        assert_eq!(
            lines.get(1..),
            Some(["  cname:ä.de status:faild", "                    ^^^^^"].as_slice()),
            "{error}"
        );
        assert_eq!(error.class, Class::Usage);
    }
}
