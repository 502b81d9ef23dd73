//! `purgedeck verify`: checks at the edge whether the purges that a filter selects took effect,
//! whoever sent them.

use std::collections::HashMap;
use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;

use super::console::{Console, count};
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{self, Cell, Emphasis, Format, Record, TableStyle};
use super::probe_record::{ProbeRecord, probes};
use super::time::{clock, rfc3339};
use super::{history, session, setup, signals, sync};
use crate::config::load::Config;
use crate::domain::edge::{Verdict, Verification};
use crate::domain::ids::PurgeKey;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::subject::Subject;
use crate::domain::text::escape_control;
use crate::domain::zone::Zone;
use crate::engine::{Engine, MOST_AT_ONCE, StartOptions};

/// Default of `--limit`.
const DEFAULT_LIMIT: u64 = 10;

/// `purgedeck verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Requests up to five URLs of each purge from the edge; of patterns, URLs under \
                  them that are\nin the local history. A copy is fresh if it was fetched after the \
                  purge, by the vendor's\nhistory or the time at which it was sent from here.\n\
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
    let config = setup::configuration(global)?;
    let filter = history::filter(&options.filter, &config)?;
    super::log::start(&config)?;
    let console = Console::new(global);
    setup::require_account(&config)?;
    let predicate = history::resolve(&filter, global, &config);
    let report = sync::history(&config, &predicate, Some(options.limit), console)?;
    let store = session::store(&config)?;
    let mut purges = Vec::new();
    store.purges(&predicate, Some(options.limit), &mut |detail| {
        purges.push(detail);
        ControlFlow::Continue(())
    })?;
    let results = signals::block_on(async {
        let options = StartOptions {
            offline: true,
            read_only: true,
            verify: true,
            ..StartOptions::default()
        };
        let (engine, _) = Engine::start_configured(&config, &store, options)?;
        let results = verify(&engine, &purges, console).await;
        engine.shutdown().await;
        Ok(results)
    });
    console.clear_progress();
    let results = results?;
    CliError::unless_pipe_closed(print(&config, options.format, &purges, &results))?;
    sync::conclude(&report, console)?;
    conclude(&purges, &results, console)
}

/// The result of each purge: the probes, or the reason why there are none.
type Results = HashMap<PurgeKey, Result<Verification, String>>;

async fn verify(engine: &Engine, purges: &[PurgeDetail], console: Console) -> Results {
    let mut results = Results::new();
    for some in purges.chunks(MOST_AT_ONCE) {
        let subjects = some.iter().map(|detail| Subject::Purge(detail.key));
        let mut verifications = engine.verify(subjects.collect());
        loop {
            let all = count(purges.len(), "purge");
            console.progress(&format!("checking at the edge: {} of {all}", results.len()));
            match verifications.next().await {
                Some((Subject::Purge(key), result)) => results.insert(key, result),
                Some((Subject::Request(_), _)) => continue,
                None => break,
            };
        }
    }
    results
}

fn print(
    config: &Config,
    format: Format,
    purges: &[PurgeDetail],
    results: &Results,
) -> Result<(), CliError> {
    let records = purges.iter().flat_map(|detail| {
        let verification = results.get(&detail.key).and_then(|result| result.as_ref().ok());
        let probes = probes(verification);
        probes.into_iter().map(|probe| ProbedPurgeRecord::new(&detail.purge, probe))
    });
    listing::print(format, TableStyle::of_stdout(config), records)
}

fn conclude(purges: &[PurgeDetail], results: &Results, console: Console) -> Result<(), CliError> {
    if purges.is_empty() {
        return Err(CliError::new(Class::NotVerified, "no purge matches, so none is verified"));
    }
    let mut verified = 0;
    for detail in purges {
        let purge = &detail.purge;
        let why = match results.get(&detail.key) {
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

/// One probe and its purge.
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
    const CSV: &'static str = "account provider id cname created url place at verdict because \
         status cache age etag last_modified edge";

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
