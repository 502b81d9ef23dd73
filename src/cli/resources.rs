//! `purgedeck resources`: what can be purged.

use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::error::CliError;
use super::global::Global;
use super::listing::{Cell, Emphasis, Format, Listing, Record, TableStyle};
use super::session;
use super::setup;
use super::sync;
use crate::domain::filter::Pattern;
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::text::escape_control;
use crate::domain::zone::Zone;
use crate::engine::SyncReport;

/// `purgedeck resources`.
#[derive(Debug, Args)]
#[command(after_help = "Asks the vendors; --offline shows what is in the store.\n\
                  Example: purgedeck resources '*.site.com' --format json")]
pub struct Options {
    /// Only those with all of these words in cname, other names, id or description; `*` matches
    /// anything
    pub words: Vec<String>,
    /// Also those that were deleted
    #[arg(long)]
    pub deleted: bool,
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// A resource as it is exported.
#[derive(Debug, Serialize)]
struct ResourceRecord<'r> {
    account: &'r str,
    provider: &'r str,
    id: &'r str,
    cname: &'r str,
    names: &'r [String],
    state: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_purge: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_purge: Option<bool>,
    #[serde(skip)]
    emphasis: Emphasis,
}

impl<'r> From<&'r Resource> for ResourceRecord<'r> {
    fn from(resource: &'r Resource) -> Self {
        Self {
            account: resource.account.as_str(),
            provider: resource.provider.as_str(),
            id: resource.id.as_str(),
            cname: &resource.cname,
            names: &resource.names,
            state: resource.state.word(),
            description: resource.description.as_deref(),
            area: resource.area.as_deref(),
            url_purge: resource.url_purge,
            all_purge: resource.all_purge,
            emphasis: match &resource.state {
                ResourceState::Active => Emphasis::Good,
                ResourceState::Changing => Emphasis::Busy,
                ResourceState::Suspended | ResourceState::Deleted => Emphasis::Bad,
                ResourceState::Other(_) => Emphasis::Plain,
            },
        }
    }
}

impl Record for ResourceRecord<'_> {
    const CSV: &'static str = "account provider id cname names state description area url_purge \
         all_purge";

    fn columns(&self, _: Zone) -> Vec<(&'static str, Cell)> {
        vec![
            ("ACCOUNT", self.account.into()),
            ("ID", self.id.into()),
            ("STATE", Cell { text: self.state.to_owned(), emphasis: self.emphasis }),
            ("CNAME", self.cname.into()),
            ("OTHER NAMES", self.names.join(" ").into()),
        ]
    }
}

/// Runs `purgedeck resources`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    let (resources, report) = if global.offline {
        let store = session::existing_store(&config)?;
        if let Some(store) = &store {
            session::warn_of_damage(store, console);
        }
        let stored = store.map_or(Ok(Vec::new()), |store| sync::stored_resources(&config, &store));
        (stored?, SyncReport::default())
    } else {
        sync::resources(&config, console)?
    };
    let patterns: Vec<Pattern> = options.words.iter().map(|word| pattern(word)).collect();
    let style = TableStyle::of_stdout(&config);
    let list = || {
        let mut listing = Listing::on_stdout::<ResourceRecord<'_>>(options.format, style)?;
        for resource in &resources {
            let shown = options.deleted || resource.state != ResourceState::Deleted;
            if shown && patterns.iter().all(|pattern| matches(pattern, resource)) {
                listing.put(&ResourceRecord::from(resource))?;
            }
        }
        listing.end_or_note(console, &note_on_empty(global, options))
    };
    CliError::unless_pipe_closed(list())?;
    sync::conclude(&report, console)
}

/// Says why the table is empty.
fn note_on_empty(global: &Global, options: &Options) -> String {
    if !options.words.is_empty() {
        format!("no resource matches {}", escape_control(&options.words.join(" "), 200))
    } else if global.offline {
        "there is no resource in the store yet; without --offline the vendors are asked".to_owned()
    } else {
        "no account has a resource".to_owned()
    }
}

/// Parses a word: a part of the text, or a glob for all of it where it has a `*`.
pub(super) fn pattern(word: &str) -> Pattern {
    let word = word.to_ascii_lowercase();
    if word.contains('*') { Pattern::Glob(word) } else { Pattern::Contains(word) }
}

fn matches(pattern: &Pattern, resource: &Resource) -> bool {
    let mut texts = [resource.cname.as_str(), resource.id.as_str()]
        .into_iter()
        .chain(resource.names.iter().map(String::as_str))
        .chain(resource.description.as_deref());
    texts.any(|text| pattern.matches(text))
}
