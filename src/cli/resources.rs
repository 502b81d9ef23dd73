//! `purgedeck resources`: what can be purged.

use std::io;

use clap::Args;
use serde::Serialize;

use super::args::Global;
use super::books;
use super::catchup;
use super::error::CliError;
use super::listing::{Cell, Format, Listing, Record, Tone};
use super::setup::{self, Talk};
use crate::domain::filter::Pattern;
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::text::escape_control;
use crate::domain::zone::Zone;

/// `purgedeck resources`.
#[derive(Debug, Args)]
#[command(after_help = "Asks the vendors; --offline shows what was known the last time.\n\
                  Example: purgedeck resources '*.site.com' --format json")]
pub struct Options {
    /// Only those with all of these words in their cname, other names, id or description; `*` stands for anything
    pub words: Vec<String>,
    /// Also those that were deleted
    #[arg(long)]
    pub deleted: bool,
    /// How to write the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// A resource in the form in which it is exported.
#[derive(Debug, Serialize)]
struct Line<'r> {
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
    tone: Tone,
}

impl<'r> From<&'r Resource> for Line<'r> {
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
            tone: match &resource.state {
                ResourceState::Active => Tone::Good,
                ResourceState::Changing => Tone::Busy,
                ResourceState::Suspended | ResourceState::Deleted => Tone::Bad,
                ResourceState::Other(_) => Tone::Plain,
            },
        }
    }
}

impl Record for Line<'_> {
    const TABLE: &'static [&'static str] = &["ACCOUNT", "ID", "STATE", "CNAME", "OTHER NAMES"];
    const CSV: &'static [&'static str] = &[
        "account",
        "provider",
        "id",
        "cname",
        "names",
        "state",
        "description",
        "area",
        "url_purge",
        "all_purge",
    ];

    fn table(&self, _: Zone) -> Vec<Cell> {
        vec![
            self.account.into(),
            self.id.into(),
            Cell { text: self.state.to_owned(), tone: self.tone },
            self.cname.into(),
            self.names.join(" ").into(),
        ]
    }

    fn csv(&self) -> Vec<String> {
        let word = |flag: Option<bool>| flag.map_or_else(String::new, |flag| flag.to_string());
        vec![
            self.account.to_owned(),
            self.provider.to_owned(),
            self.id.to_owned(),
            self.cname.to_owned(),
            self.names.join("\n"),
            self.state.to_owned(),
            self.description.unwrap_or_default().to_owned(),
            self.area.unwrap_or_default().to_owned(),
            word(self.url_purge),
            word(self.all_purge),
        ]
    }
}

/// Carries out `purgedeck resources`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let talk = Talk::new(global);
    let (known, missed) = if global.offline {
        (books::known_resources(&config)?, catchup::Missed::default())
    } else {
        catchup::resources(&config, talk)?
    };
    let patterns: Vec<Pattern> = options.words.iter().map(|word| pattern(word)).collect();
    let looks = setup::looks(global, Some(&config));
    let out = io::BufWriter::new(io::stdout().lock());
    let mut listing = Listing::begin::<Line<'_>>(options.format, looks, out)?;
    for resource in &known {
        let shown = options.deleted || resource.state != ResourceState::Deleted;
        if shown && patterns.iter().all(|pattern| fits(pattern, resource)) {
            listing.put(&Line::from(resource))?;
        }
    }
    listing.end_or_say(talk, &nothing(global, options))?;
    missed.verdict(talk)
}

/// What is said where no resource is shown.
fn nothing(global: &Global, options: &Options) -> String {
    if !options.words.is_empty() {
        format!("no resource matches {}", escape_control(&options.words.join(" "), 200))
    } else if global.offline {
        "the store knows no resource yet; without --offline the vendors are asked".to_owned()
    } else {
        "no account has a resource".to_owned()
    }
}

/// A word is looked for anywhere; one with a `*` is the whole text.
fn pattern(word: &str) -> Pattern {
    let word = word.to_ascii_lowercase();
    if word.contains('*') { Pattern::Glob(word) } else { Pattern::Contains(word) }
}

fn fits(pattern: &Pattern, resource: &Resource) -> bool {
    let mut texts = [resource.cname.as_str(), resource.id.as_str()]
        .into_iter()
        .chain(resource.names.iter().map(String::as_str))
        .chain(resource.description.as_deref());
    texts.any(|text| pattern.matches(text))
}
