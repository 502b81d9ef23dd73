//! `purgedeck verify`: checks at the edge whether the purges that a filter selects took effect,
//! whoever sent them.

use std::collections::HashMap;
use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;

use super::error::{Class, CliError};
use super::global::Global;
use super::history;
use super::listing::{self, Cell, Emphasis, Format, Record, TableStyle};
use super::probe_record::{ProbeRecord, probes};
use super::session::{Extras, Sending, Session};
use super::store;
use super::sync;

use super::console::{Console, count};
use super::setup;
use super::signals;
use super::time::{clock, rfc3339};
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

/// Default of `--limit`.
const DEFAULT_LIMIT: u64 = 10;
/// How many are looked at with one asking.
const TOGETHER: usize = 20;

/// `purgedeck verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Requests up to five URLs of each purge from the edge; of patterns, URLs under them that \
                  are\nin the local history. A copy is fresh if it was fetched after the purge, by the \
                  vendor's\nhistory or the time at which it was sent from here.\n\
                  Exit code 7 where a purge is not verified, or no purge matches.\n\
                  Example: purgedeck verify cname:www.site.com since:10m"
)]
pub struct Options {
    /// Filter of purges, as of `purgedeck history`
    pub filter: Vec<String>,
    /// Only the N newest
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LIMIT)]
    pub limit: u64,
    /// Format of the probes
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Runs `purgedeck verify`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    if global.offline {
        return Err(CliError::new(Class::Usage, "the edge cannot be checked with --offline"));
    }
    let filter = history::filter(&options.filter)?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    setup::require_account(&config)?;
    let predicate = history::resolve(&filter, global, &config);
    let incomplete = sync::history(&config, &predicate, Some(options.limit), console)?;
    let store = store::open(&config)?;
    let purges = newest(&config, &store, &predicate, options.limit)?;
    let seen = signals::block_on(async {
        let extras = Extras { verify: true, ..Extras::default() };
        let mut session = Session::open(&config, store, Sending::Never, true, extras)?;
        let seen = look(&mut session, &purges, console).await;
        session.stop().await;
        seen
    });
    console.clear_progress();
    let seen = seen?;
    print(&config, options.format, &purges, &seen)?;
    incomplete.verdict(console)?;
    verdict(&purges, &seen, console)
}

/// What came of each purge's looks.
type Seen = HashMap<PurgeKey, Result<Box<Verification>, String>>;

fn newest(
    config: &Config,
    store: &Store,
    predicate: &Predicate,
    limit: u64,
) -> Result<Vec<PurgeDetail>, CliError> {
    let failed = |failure| store::error(config, &failure);
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

async fn look(
    session: &mut Session,
    purges: &[PurgeDetail],
    console: Console,
) -> Result<Seen, CliError> {
    let mut seen = Seen::new();
    for some in purges.chunks(TOGETHER) {
        let subjects = some.iter().map(|detail| Subject::Purge(detail.key));
        session.run(Effect::Order(Order::Verify(subjects.collect())));
        let wanted = seen.len() + some.len();
        while seen.len() < wanted {
            console.progress(&format!(
                "checking at the edge: {} of {}",
                seen.len(),
                count(purges.len(), "purge")
            ));
            if let Report::Answer(Answer::Verified { subject: Subject::Purge(key), result }) =
                session.next().await?
            {
                seen.insert(key, result);
            }
        }
    }
    Ok(seen)
}

fn print(
    config: &Config,
    format: Format,
    purges: &[PurgeDetail],
    seen: &Seen,
) -> Result<(), CliError> {
    let records = purges.iter().flat_map(|detail| {
        let verification = seen.get(&detail.key).and_then(|seen| seen.as_ref().ok());
        let probes = probes(verification.map(AsRef::as_ref));
        probes.into_iter().map(|probe| ProbedPurgeRecord::new(&detail.purge, probe))
    });
    listing::print(format, TableStyle::of_stdout(config), records)
}

fn verdict(purges: &[PurgeDetail], seen: &Seen, console: Console) -> Result<(), CliError> {
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
            Some(Err(why)) => format!("not checked, {why}"),
            None => "not checked".to_owned(),
        };
        console.warn(&format!("{} {}: {why}", purge.account, escape_control(&purge.cname, 200)));
    }
    let words = format!("{verified} of {} verified", count(purges.len(), "purge"));
    if verified < purges.len() {
        return Err(CliError::new(Class::NotVerified, words));
    }
    console.info(&words);
    Ok(())
}

/// One look at one URL, and the purge that it is about.
#[derive(Serialize)]
struct ProbedPurgeRecord {
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

impl ProbedPurgeRecord {
    fn new(purge: &Purge, probe: ProbeRecord) -> Self {
        Self {
            account: purge.account.to_string(),
            provider: purge.provider.to_string(),
            id: purge.id.as_str().to_owned(),
            cname: purge.cname.clone(),
            created: rfc3339(purge.created),
            probe,
            at: purge.created,
        }
    }
}

impl Record for ProbedPurgeRecord {
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

    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)> {
        let probe = &self.probe;
        let emphasis = match probe.verdict.as_str() {
            word if word == Verdict::Fresh.word() => Emphasis::Good,
            word if word == Verdict::Stale.word() => Emphasis::Bad,
            _ => Emphasis::Busy,
        };
        vec![
            ("VERDICT", Cell { text: probe.verdict.clone(), emphasis }),
            ("PURGED", clock(self.at, zone).into()),
            ("ACCOUNT", self.account.as_str().into()),
            ("URL", probe.url.as_str().into()),
            ("AT", probe.place.clone().unwrap_or_default().into()),
            ("BECAUSE", probe.because.as_str().into()),
        ]
    }
}
