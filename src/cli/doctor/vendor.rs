//! The checks that ask the vendors: access, right to purge, clock, limits.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::Finding;
use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError, class_of};
use crate::cli::signals;
use crate::config::load::Config;
use crate::domain::account::Account;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::LimitsSource;
use crate::domain::resource::Resource;
use crate::engine::{AccountCheck, AccountHandle, Engine, LocalStore, StartOptions, StorePlace};

/// Offset of a clock that is as good as none.
const CLOCK_GOOD: TimeDelta = TimeDelta::seconds(5);
/// Offset from which on signatures are refused.
const CLOCK_BAD: TimeDelta = TimeDelta::seconds(240);

/// Asks every account that can be asked. Where there is no store that can be used, or its check
/// found it bad, one in a folder that is removed afterwards takes its place.
pub(super) fn accounts(
    config: &Config,
    store_is_good: bool,
    console: Console,
) -> Result<Vec<Finding>, CliError> {
    let mut config = config.clone();
    // The others are named by the checks of the configuration and the credentials.
    config.accounts.retain(|account| {
        let has_secrets = account.secrets().iter().all(|(_, source)| source.check().is_ok());
        has_secrets && AccountHandle::connect(account).is_ok()
    });
    if config.accounts.is_empty() {
        return Ok(Vec::new());
    }
    let folder = tempfile::tempdir()?;
    let place = if store_is_good && config.may_have_store() {
        StorePlace::of(&config)
    } else {
        StorePlace::file(&folder.path().join("store.db"))
    };
    let store = LocalStore::open(&place)?;
    console.progress(&format!("asking {}", count(config.accounts.len(), "account")));
    let checks = signals::block_on(async {
        let options = StartOptions { offline: true, ..StartOptions::default() };
        let (engine, _) = Engine::start_configured(&config, &store, options)?;
        let asking = config.accounts.iter().enumerate().map(|(place, account)| {
            let (engine, account) = (&engine, &account.account);
            async move { (place, account, engine.check_account(&account.name).await) }
        });
        let mut asking: FuturesUnordered<_> = asking.collect();
        let mut checks = Vec::new();
        while let Some((place, account, check)) = asking.next().await {
            checks.extend(check.map(|check| (place, account, check)));
        }
        drop(asking);
        engine.shutdown().await;
        Ok::<_, CliError>(checks)
    });
    console.clear_progress();
    let mut checks = checks?;
    checks.sort_by_key(|(place, ..)| *place);
    let findings = |(_, account, check)| findings(account, &check, store_is_good);
    Ok(checks.into_iter().flat_map(findings).collect())
}

fn findings(account: &Account, check: &AccountCheck, store_is_good: bool) -> Vec<Finding> {
    let found = |what, words: String| Finding::ok(account.name.as_str(), what, words);
    let mut findings = Vec::new();
    let resources = match &check.resources {
        Ok(resources) => {
            let words = count(resources.len(), "resource");
            findings.push(found("access", format!("{} lists {words}", account.provider)));
            resources.as_slice()
        }
        Err(failure) => {
            let refused = found("access", failure.on_screen());
            findings.push(refused.fail(class_of(failure), failure.advice()));
            &[]
        }
    };
    findings.push(purging(account, check, resources, store_is_good));
    findings.extend(lost(account, check, store_is_good));
    if let Some(ahead) = check.clock_ahead {
        let words = match ahead.num_seconds() {
            0 => "agrees with this machine's".to_owned(),
            seconds if seconds > 0 => format!("is {seconds} s ahead of this machine's"),
            seconds => format!("is {} s behind this machine's", -seconds),
        };
        let clock = found("clock", format!("{}'s clock {words}", account.provider));
        let advice = "Set this machine's clock, by NTP for instance.";
        findings.push(if ahead.abs() > CLOCK_BAD {
            clock.fail(Class::Failed, advice)
        } else if ahead.abs() > CLOCK_GOOD {
            clock.warn(advice)
        } else {
            clock
        });
    }
    findings.push(match &check.limits {
        Ok(limits) => {
            let words = match limits.source {
                LimitsSource::Live => "read from the vendor",
                LimitsSource::Documented => "by the vendor's documents; it has no call for them",
            };
            found("limits", words.to_owned())
        }
        Err(failure) => found("limits", failure.on_screen())
            .warn(format!("Until then the documented ones hold. {}", failure.advice())),
    });
    findings
}

/// Warns of times of which the history is missing for good: the vendor keeps it for less time than
/// passed between two readings.
fn lost(account: &Account, check: &AccountCheck, store_is_good: bool) -> Option<Finding> {
    let coverage = check.coverage.as_ref().ok().filter(|_| store_is_good)?;
    let kept_from = check.kept_from?;
    let lost = coverage.lost(kept_from);
    let (from, until) = lost.last()?;
    let day = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
    let kept = days(Utc::now() - kept_from);
    let read = match coverage.ranges().last() {
        Some((_, newest)) if *newest < kept_from => {
            format!("last read {} ago; ", days(Utc::now() - *newest))
        }
        Some(_) | None => String::new(),
    };
    let more = match lost.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} earlier"),
    };
    let words = format!(
        "{read}the vendor keeps {kept}: from {} to {} UTC is missing for good{more}",
        day(from),
        day(until)
    );
    let advice = format!("Open the board or run `purgedeck history` more often than every {kept}.");
    Some(Finding::ok(account.name.as_str(), "history", words).warn(advice))
}

/// Formats a length of time in days, or in hours where it is shorter than two days.
fn days(time: TimeDelta) -> String {
    match time.num_hours() {
        ..48 => count(time.num_hours().max(0) as usize, "hour"),
        hours => count((hours / 24) as usize, "day"),
    }
}

/// Judges by the last request from here if the credential may purge: no vendor tells without a
/// purge.
fn purging(
    account: &Account,
    check: &AccountCheck,
    resources: &[Resource],
    store_is_good: bool,
) -> Finding {
    let found = |words: String| Finding::ok(account.name.as_str(), "purging", words);
    if account.read_only {
        return found("switched off: read_only = true".to_owned());
    }
    let barred = resources
        .iter()
        .filter(|resource| resource.url_purge == Some(false) && resource.all_purge == Some(false));
    let barred = barred.count();
    if barred > 0 && barred == resources.len() {
        return found("the vendor allows no purge of any resource".to_owned())
            .fail(Class::Auth, "Ask the owner of the account to allow purges.");
    }
    let on = |entry: &JournalEntry| {
        entry.sent_at.map(|at| at.format(" on %Y-%m-%d").to_string()).unwrap_or_default()
    };
    let newest = match &check.newest {
        Ok(newest) if store_is_good => newest,
        Ok(_) => {
            return found("not known: the store cannot tell the last purge".to_owned())
                .warn("Mend the store, then run this again.");
        }
        Err(error) => {
            return found(format!("not known: {}", error.words))
                .fail(Class::Failed, error.advice.clone());
        }
    };
    match newest.as_ref().map(|entry| (entry, entry.state)) {
        Some((entry, JournalState::Accepted | JournalState::Successful | JournalState::Failed)) => {
            found(format!("the last purge from here was accepted{}", on(entry)))
        }
        Some((entry, JournalState::Rejected)) => {
            let why = entry.error.as_deref().unwrap_or("no reason was given");
            found(format!("the last purge from here was refused{}: {why}", on(entry)))
                .warn("Check the rights of the credential if the reason is one of rights.")
        }
        Some((
            _,
            JournalState::Queued
            | JournalState::Sending
            | JournalState::Unknown
            | JournalState::Cancelled,
        ))
        | None => found("not known: no vendor tells before the first purge".to_owned())
            .warn("Purge one small URL and look at the queue."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::{Cause, Failure};

    /// What is found of an account that was read for a day, some days ago, and not since.
    fn found(read_days_ago: i64, kept_days: i64) -> Option<Finding> {
        let ago = |days| Utc::now() - TimeDelta::days(days);
        let (read, kept) = (ago(read_days_ago), ago(kept_days));
        let check = AccountCheck {
            resources: Ok(Vec::new()),
            limits: Err(Failure::new(Cause::Unsupported)),
            clock_ahead: None,
            coverage: Ok([(read - TimeDelta::days(1), read)].into_iter().collect()),
            kept_from: Some(kept),
            newest: Ok(None),
        };
        lost(&Account::new("one", "some"), &check, true)
    }

    #[test]
    fn what_the_vendor_forgot_since_the_last_reading_is_missing_for_good() {
        assert!(found(2, 3).is_none());
        let Some(finding) = found(4, 3) else { unreachable!("a gap of a day") };
        assert!(
            finding.message.starts_with("last read 4 days ago; the vendor keeps 3 days: from 2"),
            "{}",
            finding.message
        );
        assert!(finding.message.ends_with("UTC is missing for good"), "{}", finding.message);
        assert_eq!((finding.outcome, finding.check), (super::super::Outcome::Warn, "history"));
    }
}
