//! `purgedeck verify`: what the edge serves now of the purges that a filter selects, whoever made them.

use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;

use super::args::Global;
use super::books;
use super::catchup;
use super::error::{Class, CliError};
use super::history;
use super::listing::{Cell, Format, Listing, Record, Tone, clock};
use super::office::{Extras, Office, Sending};
use super::probes::{ProbeRecord, probes};
use super::record::stamp;
use super::setup::{self, Talk, count};
use super::signals;
use crate::config::load::Config;
use crate::domain::edge::{Verdict, Verification};
use crate::domain::filter::Predicate;
use crate::domain::ids::PurgeKey;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::Sort;
use crate::domain::text::escape_control;
use crate::domain::zone::Zone;
use crate::effect::{Answer, Effect, Order, Report, Subject};
use crate::store::Store;

/// How many purges are looked at where nobody says.
const USUAL: u64 = 10;
/// How many are looked at with one asking.
const TOGETHER: usize = 20;

/// `purgedeck verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Asks the edge once for up to five URLs of each purge; of patterns, for URLs under them that the history knows.\n\
                  Fresh is what was fetched after the purge, by the vendor's record or by our own of when it was sent.\n\
                  Exit code 7 where a purge is not verified, or none was found.\n\
                  Example: purgedeck verify cname:www.site.com since:10m"
)]
pub struct Options {
    /// Which purges, in the language of `purgedeck history`
    pub filter: Vec<String>,
    /// The newest so many
    #[arg(long, value_name = "N", default_value_t = USUAL)]
    pub limit: u64,
    /// How to write what was seen
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Carries out `purgedeck verify`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    if global.offline {
        return Err(CliError::new(Class::Usage, "the edge cannot be looked at with --offline"));
    }
    let filter = history::filter(&options.filter)?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let talk = Talk::new(global);
    catchup::some_account(&config)?;
    let predicate = history::selected(&filter, global, &config);
    let missed = catchup::history(&config, &predicate, Some(options.limit), talk)?;
    let store = books::open(&config)?;
    let purges = newest(&config, &store, &predicate, options.limit)?;
    let seen = signals::block_on(async {
        let extras = Extras { verify: true, ..Extras::default() };
        let mut office = Office::open(&config, store, Sending::Never, true, extras)?;
        let seen = look(&mut office, &purges, talk).await;
        office.runner.stop().await;
        seen
    });
    talk.progress_over();
    let seen = seen?;
    print(global, &config, options.format, &purges, &seen)?;
    missed.verdict(talk)?;
    verdict(&purges, &seen, talk)
}

/// What came of each purge's looks.
type Seen = HashMap<PurgeKey, Result<Box<Verification>, String>>;

fn newest(
    config: &Config,
    store: &Store,
    predicate: &Predicate,
    limit: u64,
) -> Result<Vec<PurgeDetail>, CliError> {
    let failed = |failure| books::error(config, &failure);
    let mut purges = Vec::new();
    let reader = store.reader().map_err(failed)?;
    reader
        .export(predicate, Sort::Newest, Some(limit), &mut |detail| {
            purges.push(detail);
            ControlFlow::Continue(())
        })
        .map_err(failed)?;
    Ok(purges)
}

async fn look(office: &mut Office, purges: &[PurgeDetail], talk: Talk) -> Result<Seen, CliError> {
    let mut seen = Seen::new();
    for some in purges.chunks(TOGETHER) {
        let subjects = some.iter().map(|detail| Subject::Purge(detail.key));
        office.run(Effect::Order(Order::Verify(subjects.collect())));
        let wanted = seen.len() + some.len();
        while seen.len() < wanted {
            talk.progress(&format!(
                "looking at the edge: {} of {}",
                seen.len(),
                count(purges.len(), "purge")
            ));
            if let Report::Answer(Answer::Verified { subject: Subject::Purge(key), result }) =
                office.next().await?
            {
                seen.insert(key, result);
            }
        }
    }
    Ok(seen)
}

fn print(
    global: &Global,
    config: &Config,
    format: Format,
    purges: &[PurgeDetail],
    seen: &Seen,
) -> Result<(), CliError> {
    let looks = setup::looks(global, Some(config));
    let mut listing = Listing::begin::<LookRecord>(format, looks, io::stdout().lock())?;
    for detail in purges {
        let verification = seen.get(&detail.key).and_then(|seen| seen.as_ref().ok());
        for probe in probes(verification.map(AsRef::as_ref)) {
            listing.put(&LookRecord::new(&detail.purge, probe))?;
        }
    }
    listing.end()
}

fn verdict(purges: &[PurgeDetail], seen: &Seen, talk: Talk) -> Result<(), CliError> {
    if purges.is_empty() {
        return Err(CliError::new(Class::NotVerified, "no purge matches, so none is verified"));
    }
    let mut verified = 0;
    for detail in purges {
        let purge = &detail.purge;
        let why = match seen.get(&detail.key) {
            Some(Ok(seen)) if seen.verified() == Some(true) => {
                if !purge.status.is_unfinished() {
                    verified += 1;
                    continue;
                }
                format!("{}, but the vendor is not done yet", seen.summary())
            }
            Some(Ok(seen)) => seen.summary(),
            Some(Err(why)) => format!("not looked at, {why}"),
            None => "not looked at".to_owned(),
        };
        talk.warn(&format!("{} {}: {why}", purge.account, escape_control(&purge.cname, 200)));
    }
    let words = format!("{verified} of {} verified", count(purges.len(), "purge"));
    if verified < purges.len() {
        return Err(CliError::new(Class::NotVerified, words));
    }
    talk.say(&words);
    Ok(())
}

/// One look at one URL, and the purge that it is about.
#[derive(Serialize)]
struct LookRecord {
    account: String,
    provider: String,
    id: String,
    cname: String,
    created: String,
    #[serde(flatten)]
    probe: ProbeRecord,
    #[serde(skip)]
    at: chrono::DateTime<chrono::Utc>,
}

impl LookRecord {
    fn new(purge: &Purge, probe: ProbeRecord) -> Self {
        Self {
            account: purge.account.to_string(),
            provider: purge.provider.to_string(),
            id: purge.id.as_str().to_owned(),
            cname: purge.cname.clone(),
            created: stamp(purge.created),
            probe,
            at: purge.created,
        }
    }
}

impl Record for LookRecord {
    const TABLE: &'static [&'static str] =
        &["VERDICT", "PURGED", "ACCOUNT", "URL", "AT", "BECAUSE"];
    const CSV: &'static [&'static str] = &[
        "account",
        "provider",
        "id",
        "cname",
        "created",
        "url",
        "place",
        "at",
        "verdict",
        "because",
        "status",
        "cache",
        "age",
        "etag",
        "last_modified",
        "edge",
    ];

    fn table(&self, zone: Zone) -> Vec<Cell> {
        let probe = &self.probe;
        let tone = if probe.verdict == Verdict::Fresh.word() {
            Tone::Good
        } else if probe.verdict == Verdict::Stale.word() {
            Tone::Bad
        } else {
            Tone::Busy
        };
        vec![
            Cell { text: probe.verdict.clone(), tone },
            clock(self.at, zone).into(),
            self.account.clone().into(),
            probe.url.clone().into(),
            probe.place.clone().unwrap_or_default().into(),
            probe.because.clone().into(),
        ]
    }

    fn csv(&self) -> Vec<String> {
        let probe = &self.probe;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.account.clone(),
            self.provider.clone(),
            self.id.clone(),
            self.cname.clone(),
            self.created.clone(),
            probe.url.clone(),
            text(&probe.place),
            probe.at.clone(),
            probe.verdict.clone(),
            probe.because.clone(),
            probe.status.map_or_else(String::new, |it| it.to_string()),
            text(&probe.cache),
            probe.age.map_or_else(String::new, |it| it.to_string()),
            text(&probe.etag),
            text(&probe.last_modified),
            text(&probe.edge),
        ]
    }
}
