//! `purgedeck quota`: how many purges are left, per account, resource and kind.

use chrono::{DateTime, Utc};
use clap::Args;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde::Serialize;

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{Cell, Emphasis, Format, Listing, Record, TableStyle};
use super::purge::context::PurgeContext;
use super::time::{clock, rfc3339};
use super::wait_notice::WaitNotice;
use super::{resources, session, setup, signals, sync};
use crate::domain::budget::{BudgetLine, QuotaLine, UnderWayLine, budget, quotas, under_way};
use crate::domain::event::Event;
use crate::domain::failure::Failure;
use crate::domain::filter::Pattern;
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::known::Known;
use crate::domain::limits::{LimitsSource, Price, Scope};
use crate::domain::money::MonthUse;
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::zone::Zone;
use crate::engine::{Engine, EventStream, StartOptions, SyncReport};

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
#[derive(Debug, PartialEq, Serialize)]
struct QuotaRecord {
    account: String,
    /// The resource; a daily quota is one of the whole account.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cname: Option<String>,
    /// Joined by `+` where several are counted together; `every` where all are.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// Seconds after which it is whole again; none where that is no span of time.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    /// `requests`, `targets` of requests, `targets_in_progress` at once, or `free_targets` of the
    /// calendar month.
    of_what: &'static str,
    total: u64,
    left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_elsewhere: Option<u32>,
    /// True if less may be left, since not all purges are known in full.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_most: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// `vendor` or `counted`.
    source: &'static str,
    #[serde(skip)]
    next_at: Option<DateTime<Utc>>,
}

/// Seconds of a day.
const DAY: u64 = 86_400;

impl QuotaRecord {
    fn of_day(account: &AccountName, line: QuotaLine) -> Self {
        Self {
            account: account.to_string(),
            resource_id: None,
            cname: None,
            kind: line.kind.word().to_owned(),
            area: line.area,
            seconds: Some(DAY),
            of_what: "targets",
            total: line.total,
            left: line.left,
            used_elsewhere: None,
            is_most: false,
            next: None,
            source: "vendor",
            next_at: None,
        }
    }

    fn of_window(resource: &Resource, line: &BudgetLine) -> Self {
        Self {
            account: resource.account.to_string(),
            resource_id: Some(resource.id.to_string()),
            cname: Some(resource.cname.clone()),
            kind: line.kind.word().to_owned(),
            area: None,
            seconds: Some(line.per.as_secs()),
            of_what: "requests",
            total: line.of.into(),
            left: line.left.into(),
            used_elsewhere: Some(line.used_by_others),
            is_most: false,
            next: line.next.map(rfc3339),
            source: "counted",
            next_at: line.next,
        }
    }
}

impl QuotaRecord {
    /// The targets of some kinds that may still get under way; of the whole account, or of one
    /// resource.
    fn of_under_way(resource: &Resource, line: &UnderWayLine) -> Self {
        let kinds: Vec<&str> = line.kinds.iter().map(|kind| kind.word()).collect();
        let is_shared = line.scope == Scope::Account;
        Self {
            account: resource.account.to_string(),
            resource_id: (!is_shared).then(|| resource.id.to_string()),
            cname: (!is_shared).then(|| resource.cname.clone()),
            kind: kinds.join("+"),
            area: None,
            seconds: None,
            of_what: "targets_in_progress",
            total: line.of.into(),
            left: line.left().into(),
            used_elsewhere: None,
            is_most: line.is_least,
            next: None,
            source: "counted",
            next_at: None,
        }
    }

    /// The free targets of the month.
    fn of_month(account: &AccountName, price: Price, used: &MonthUse, now: DateTime<Utc>) -> Self {
        let (targets, is_least) = used.at(now);
        let total = u64::from(price.free);
        Self {
            account: account.to_string(),
            resource_id: None,
            cname: None,
            kind: "every".to_owned(),
            area: None,
            seconds: None,
            of_what: "free_targets",
            total,
            left: total.saturating_sub(targets),
            used_elsewhere: None,
            is_most: is_least,
            next: None,
            source: "counted",
            next_at: None,
        }
    }
}

impl Record for QuotaRecord {
    const CSV: &'static str = "account resource_id cname kind area seconds of_what total left \
         used_elsewhere next source";

    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)> {
        let per = match self.seconds {
            None if self.of_what == "free_targets" => "free targets a month".to_owned(),
            None => "targets in progress".to_owned(),
            Some(1) => format!("{} a second", self.of_what),
            Some(60) => format!("{} a minute", self.of_what),
            Some(3_600) => format!("{} an hour", self.of_what),
            Some(DAY) => format!("{} a day", self.of_what),
            Some(seconds) => format!("{} {seconds} s", self.of_what),
        };
        let at_most = if self.is_most { "at most " } else { "" };
        let left = format!("{at_most}{} of {}", self.left, self.total);
        let emphasis = if self.left == 0 { Emphasis::Bad } else { Emphasis::Plain };
        let mut notes = Vec::new();
        notes.extend(self.area.as_ref().map(|area| format!("area {area}")));
        let elsewhere = self.used_elsewhere.filter(|used| *used > 0);
        notes.extend(elsewhere.map(|used| format!("{used} used elsewhere")));
        notes.extend(self.next_at.map(|next| format!("next {}", clock(next, zone))));
        let host = self.cname.clone().unwrap_or_else(|| "(whole account)".to_owned());
        vec![
            ("ACCOUNT", self.account.clone().into()),
            ("HOST", host.into()),
            ("KIND", self.kind.clone().into()),
            ("LEFT", Cell { text: left, emphasis }),
            ("PER", per.into()),
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
    let context = PurgeContext::new(&config, &store, false, global.offline)?;
    let (records, report) = signals::block_on(async {
        let start =
            StartOptions { offline: global.offline, read_only: true, ..StartOptions::default() };
        let (engine, mut events) = Engine::start_configured(&config, &store, start)?;
        let read = read(&engine, &mut events, context, global.offline, console).await;
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
    let list = || {
        let mut listing = Listing::on_stdout::<QuotaRecord>(options.format, style)?;
        for record in &records {
            listing.put(record)?;
        }
        listing.end_or_note(console, "no limit is known of these resources")
    };
    CliError::unless_pipe_closed(list())?;
    sync::conclude(&report, console)
}

/// Waits until resources, limits and recent purges of every account were read, or failed.
async fn read(
    engine: &Engine,
    events: &mut EventStream,
    mut context: PurgeContext<'_>,
    offline: bool,
    console: Console,
) -> Result<(Known, SyncReport), CliError> {
    context.gather(engine, events, None, console).await?;
    let mut failures: Vec<(AccountName, Failure)> =
        context.failures().map(|(name, failure)| (name.clone(), failure.clone())).collect();
    let mut known = context.known;
    if !offline {
        let unread = unread_limits(engine, &mut known, &failures, console).await;
        failures.extend(unread);
        failures.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    known.replace_journal(&engine.queue().await?);
    let accounts = known.accounts.len();
    Ok((known, SyncReport { accounts, failures, ..SyncReport::default() }))
}

/// Asks again for limits that are not the vendor's own yet, as reading them may have failed.
/// Returns the accounts whose vendor still does not tell them; an account that failed is skipped.
async fn unread_limits(
    engine: &Engine,
    known: &mut Known,
    failed: &[(AccountName, Failure)],
    console: Console,
) -> Vec<(AccountName, Failure)> {
    let is_read = |name: &AccountName| {
        let limits = known.limits.get(name);
        limits.is_some_and(|limits| limits.source == LimitsSource::Live)
            || failed.iter().any(|(other, _)| other == name)
    };
    let names = known.accounts.iter().map(|account| account.name.clone());
    let mut asked: Vec<AccountName> = names.filter(|name| !is_read(name)).collect();
    let asking = asked.clone().into_iter().map(|name| async {
        let limits = engine.check_limits(&name).await;
        (name, limits)
    });
    let mut asking: FuturesUnordered<_> = asking.collect();
    console.progress("reading limits");
    let mut notice = WaitNotice::begin(console, "limits");
    let mut failures = Vec::new();
    while let Some((name, limits)) =
        notice.until(asking.next(), &asked.iter().collect::<Vec<_>>()).await
    {
        asked.retain(|other| *other != name);
        match limits {
            Some(Ok(limits)) => {
                known.learn(&Event::Limits { account: name, limits });
            }
            Some(Err(failure)) => failures.push((name, failure)),
            None => {}
        }
    }
    console.clear_progress();
    failures
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
        if own.is_empty() && !patterns.is_empty() {
            continue;
        }
        let keys = own.iter().map(|resource| (account.name.clone(), resource.id.clone()));
        let recent = engine.recent(keys.collect()).await?;
        let usage = known.usage(&account.name, &recent, now);
        // An account's daily quotas are the same for all of its resources.
        let whole = Resource::new(account.name.clone(), account.provider.clone(), "", "");
        for kind in Kind::EVERY {
            let lines = quotas(limits, &whole, kind, None, &usage, now).into_iter();
            records.extend(lines.map(|line| QuotaRecord::of_day(&account.name, line)));
        }
        if let (Some(price), Some(used)) = (limits.price, recent.months.get(&account.name)) {
            records.push(QuotaRecord::of_month(&account.name, price, used, now));
        }
        for resource in own {
            let lines = under_way(limits, &account.name, &resource.id, &usage);
            for record in lines.iter().map(|line| QuotaRecord::of_under_way(resource, line)) {
                // What is counted over the whole account is the same for all of its resources.
                if record.cname.is_some() || !records.contains(&record) {
                    records.push(record);
                }
            }
            let lines = budget(limits, &account.name, &resource.id, &usage, now);
            records.extend(lines.iter().map(|line| QuotaRecord::of_window(resource, line)));
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use chrono::FixedOffset;

    use super::*;

    #[test]
    fn times_are_written_as_in_every_other_record() {
        let line = BudgetLine {
            kind: Kind::Url,
            left: 0,
            of: 2,
            per: Duration::from_mins(1),
            used_by_others: 0,
            next: Some("2026-03-01T10:00:05.123456789Z".parse().unwrap()),
        };
        let resource = Resource::new("prod", "gcore", "1", "www.site.com");
        let record = QuotaRecord::of_window(&resource, &line);
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["next"], "2026-03-01T10:00:05.123456Z");
        assert!(json.get("next_at").is_none());
        let zone = Zone::Fixed(FixedOffset::east_opt(7200).unwrap());
        let (_, note) = record.columns(zone).pop().unwrap();
        assert_eq!(note.text, "next 2026-03-01 12:00:05+02:00");
    }

    #[test]
    fn what_is_in_progress_and_what_is_free_this_month_are_records_of_their_own() {
        let resource = Resource::new("prod", "some", "E1", "www.site.com");
        let line = UnderWayLine {
            kinds: &[Kind::Pattern, Kind::All],
            scope: Scope::Resource,
            of: 15,
            used: 12,
            is_least: true,
        };
        let record = QuotaRecord::of_under_way(&resource, &line);
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["of_what"], "targets_in_progress");
        assert_eq!((&json["total"], &json["left"]), (&15.into(), &3.into()));
        assert_eq!((&json["kind"], &json["is_most"]), (&"pattern+all".into(), &true.into()));
        assert!(json.get("seconds").is_none());
        let told = |record: &QuotaRecord| {
            let columns = record.columns(Zone::Utc).into_iter();
            columns.map(|(_, cell)| cell.text).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&record),
            ["prod", "www.site.com", "pattern+all", "at most 3 of 15", "targets in progress", ""]
        );
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let used = MonthUse { month: now, targets: 920, is_least: false };
        let month =
            QuotaRecord::of_month(&"prod".into(), Price { free: 1000, mills: 5 }, &used, now);
        assert_eq!(
            told(&month),
            ["prod", "(whole account)", "every", "80 of 1000", "free targets a month", ""]
        );
    }
}
