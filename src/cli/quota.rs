//! `purgedeck quota`: how many purges are left, per account, resource and kind.

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{Cell, Emphasis, Format, Listing, Record, TableStyle};
use super::wait_notice::WaitNotice;
use super::{resources, session, setup, signals, sync};
use crate::config::accounts::AccountConfig;
use crate::config::load::Config;
use crate::domain::budget::{BudgetLine, QuotaLine, budget, quotas};
use crate::domain::event::Event;
use crate::domain::filter::Pattern;
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::known::Known;
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::zone::Zone;
use crate::engine::{Engine, EventStream, LocalStore, StartOptions, SyncReport};

/// `purgedeck quota`.
#[derive(Debug, Args)]
#[command(
    after_help = "Daily quotas are the vendor's own word, less what is queued here. Windows are \
                  counted from everybody's recent purges. --offline counts what is in the store.\n\
                  Example: purgedeck quota www.site.com --format json"
)]
pub struct Options {
    /// Only resources with all of these words in host or id; `*` matches anything
    pub words: Vec<String>,
    /// Format of the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// One limit, and the part of it that is left.
#[derive(Debug, Serialize)]
struct QuotaRecord {
    account: String,
    /// The resource; a daily quota is one of the whole account.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cname: Option<String>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// Seconds after which it is whole again.
    seconds: u64,
    /// `requests`, or `targets` of requests.
    of_what: &'static str,
    total: u64,
    left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_elsewhere: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DateTime<Utc>>,
    /// `vendor` or `counted`.
    source: &'static str,
}

/// Seconds of a day.
const DAY: u64 = 86_400;

impl QuotaRecord {
    fn of_day(account: &AccountName, line: QuotaLine) -> Self {
        Self {
            account: account.to_string(),
            resource_id: None,
            cname: None,
            kind: line.kind.word(),
            area: line.area,
            seconds: DAY,
            of_what: "targets",
            total: line.total,
            left: line.left,
            used_elsewhere: None,
            next: None,
            source: "vendor",
        }
    }

    fn of_window(resource: &Resource, line: &BudgetLine) -> Self {
        Self {
            account: resource.account.to_string(),
            resource_id: Some(resource.id.to_string()),
            cname: Some(resource.cname.clone()),
            kind: line.kind.word(),
            area: None,
            seconds: line.per.as_secs(),
            of_what: "requests",
            total: line.of.into(),
            left: line.left.into(),
            used_elsewhere: Some(line.used_by_others),
            next: line.next,
            source: "counted",
        }
    }
}

impl Record for QuotaRecord {
    const CSV: &'static str = "account resource_id cname kind area seconds of_what total left \
         used_elsewhere next source";

    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)> {
        let per = match self.seconds {
            1 => "a second".to_owned(),
            60 => "a minute".to_owned(),
            3_600 => "an hour".to_owned(),
            DAY => "a day".to_owned(),
            seconds => format!("{seconds} s"),
        };
        let emphasis = if self.left == 0 { Emphasis::Bad } else { Emphasis::Plain };
        let mut notes = Vec::new();
        notes.extend(self.area.as_ref().map(|area| format!("area {area}")));
        let elsewhere = self.used_elsewhere.filter(|used| *used > 0);
        notes.extend(elsewhere.map(|used| format!("{used} used elsewhere")));
        notes.extend(self.next.map(|next| format!("next {}", zone.show(next).format("%H:%M:%S"))));
        let host = self.cname.clone().unwrap_or_else(|| "(whole account)".to_owned());
        vec![
            ("ACCOUNT", self.account.clone().into()),
            ("HOST", host.into()),
            ("KIND", self.kind.into()),
            ("LEFT", Cell { text: format!("{} of {}", self.left, self.total), emphasis }),
            ("PER", format!("{} {per}", self.of_what).into()),
            ("NOTE", notes.join(", ").into()),
        ]
    }
}

/// Runs `purgedeck quota`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    setup::require_account(&config)?;
    let console = Console::new(global);
    let store = session::store(&config)?;
    let (records, report) = signals::block_on(async {
        let start =
            StartOptions { offline: global.offline, read_only: true, ..StartOptions::default() };
        let (engine, mut events) = Engine::start_configured(&config, &store, start)?;
        let read = read(&engine, &mut events, &config, &store, global.offline, console).await;
        let result = match read {
            Ok((known, report)) => {
                let records = records(&engine, &known, options).await;
                records.map(|records| (records, report))
            }
            Err(error) => Err(error),
        };
        engine.shutdown().await;
        result
    })?;
    let style = TableStyle::of_stdout(&config);
    let mut listing =
        Listing::begin::<QuotaRecord>(options.format, style, std::io::stdout().lock())?;
    for record in &records {
        listing.put(record)?;
    }
    listing.end_or_note(console, "no limit is known of these resources")?;
    sync::conclude(&report, console)
}

/// Waits until resources, limits and recent purges of every account were read, or failed.
async fn read(
    engine: &Engine,
    events: &mut EventStream,
    config: &Config,
    store: &LocalStore,
    offline: bool,
    console: Console,
) -> Result<(Known, SyncReport), CliError> {
    let accounts = config.accounts.iter().map(|account| account.account.clone());
    let mut known = Known::new(accounts.collect(), true, offline);
    for account in &config.accounts {
        let stored = store.resources([account.name()])?;
        known.learn_resources(account.name().clone(), std::sync::Arc::new(stored));
    }
    console.progress("reading limits and recent purges");
    let mut notice = WaitNotice::begin(console, "limits and recent purges");
    loop {
        let is_read = |name: &AccountName| {
            known.statuses.get(name).is_some_and(|status| {
                status.initial_sync_done || status.failure.is_some() || offline
            })
        };
        let names = config.accounts.iter().map(AccountConfig::name);
        let missing: Vec<&AccountName> = names.filter(|name| !is_read(name)).collect();
        if missing.is_empty() {
            break;
        }
        let event = notice.until(session::next(events), &missing).await?;
        known.learn(&event);
        if let Event::Account { status, .. } = event
            && let Some(error) = status.not_written
        {
            console.clear_progress();
            return Err(error.into());
        }
    }
    if !offline {
        engine.settle().await?;
    }
    known.replace_journal(&engine.queue().await?);
    console.clear_progress();
    let failures = known.statuses.iter();
    let failures = failures.filter_map(|(name, it)| Some((name.clone(), it.failure.clone()?)));
    let report = SyncReport {
        accounts: config.accounts.len(),
        failures: failures.collect(),
        ..SyncReport::default()
    };
    Ok((known, report))
}

async fn records(
    engine: &Engine,
    known: &Known,
    options: &Options,
) -> Result<Vec<QuotaRecord>, CliError> {
    let now = Utc::now();
    let patterns: Vec<Pattern> =
        options.words.iter().map(|word| resources::pattern(word)).collect();
    let matches = |resource: &Resource| {
        let fits = |pattern: &Pattern| {
            pattern.matches(&resource.cname) || pattern.matches(resource.id.as_str())
        };
        resource.state != ResourceState::Deleted && patterns.iter().all(fits)
    };
    let mut resources: Vec<&Resource> =
        known.all_resources().filter(|resource| matches(resource)).collect();
    if resources.is_empty() && !patterns.is_empty() {
        return Err(CliError::new(Class::Usage, "no resource matches these words")
            .hint("`purgedeck resources` lists them."));
    }
    resources.sort_by(|a, b| (&a.cname, a.id.as_str()).cmp(&(&b.cname, b.id.as_str())));
    let mut records = Vec::new();
    for account in &known.accounts {
        let Some(limits) = known.limits.get(&account.name) else {
            continue;
        };
        let own = resources.iter().filter(|resource| resource.account == account.name);
        let own: Vec<&Resource> = own.copied().collect();
        let keys = own.iter().map(|resource| (account.name.clone(), resource.id.clone()));
        let recent = engine.recent(keys.collect()).await?;
        let usage = known.usage(&account.name, &recent, now);
        // An account's daily quotas are the same for all of its resources.
        let whole = Resource::new(account.name.clone(), account.provider.clone(), "", "");
        for kind in Kind::EVERY {
            let lines = quotas(limits, &whole, kind, None, &usage, now).into_iter();
            records.extend(lines.map(|line| QuotaRecord::of_day(&account.name, line)));
        }
        for resource in own {
            let lines = budget(limits, &account.name, &resource.id, &usage, now);
            records.extend(lines.iter().map(|line| QuotaRecord::of_window(resource, line)));
        }
    }
    Ok(records)
}
