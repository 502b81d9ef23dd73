//! Reads history and resources from the vendors before something is listed, and reports the
//! accounts that are incomplete.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use chrono::{DateTime, Utc};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::console::{Console, count};
use super::error::{Class, CliError, class_of_all};
use super::wait_notice::WaitNotice;
use super::{session, setup, signals};
use crate::config::accounts::AccountConfig;
use crate::config::load::Config;
use crate::domain::event::{AccountStatus, Event, Level, Unread};
use crate::domain::filter::Predicate;
use crate::domain::ids::AccountName;
use crate::domain::resource::Resource;
use crate::engine::{Engine, LocalStore, StartOptions, SyncReport};

/// Prints the accounts that failed or are incomplete, and returns how the run ends: partly done, or
/// with the class of the failures where every account failed.
pub fn conclude(report: &SyncReport, console: Console) -> Result<(), CliError> {
    for (account, failure) in &report.failures {
        console.warn(&format!("{account}: {}\n  {}", failure.on_screen(), failure.advice()));
    }
    for account in &report.incomplete {
        console.warn(&format!("{account}: its history is not complete for these times"));
    }
    let affected = report.failures.len() + report.incomplete.len();
    if affected == 0 {
        return Ok(());
    }
    let class = if report.failures.len() < report.accounts {
        Class::Partly
    } else {
        class_of_all(report.failures.iter().map(|(_, failure)| failure))
    };
    let message = format!(
        "{affected} of {} accounts could not be read completely; the output has what is known",
        report.accounts
    );
    Err(CliError::new(class, message))
}

/// Reads the resources of every account. Those of an account that fails are the stored ones.
pub fn resources(
    config: &Config,
    console: Console,
) -> Result<(Vec<Resource>, SyncReport), CliError> {
    setup::require_account(config)?;
    let store = session::store(config)?;
    let names: Vec<&AccountName> = config.accounts.iter().map(AccountConfig::name).collect();
    console.progress(&format!("reading resources of {}", count(names.len(), "account")));
    let report = signals::block_on(async {
        let options = StartOptions { offline: true, ..StartOptions::default() };
        let (engine, _) = Engine::start_configured(config, &store, options)?;
        let mut notice = WaitNotice::begin(console, "resources");
        let mut report = SyncReport { accounts: names.len(), ..SyncReport::default() };
        let mut unread = names.clone();
        let reading = names.iter().map(|name| async { (*name, engine.resources(name).await) });
        let mut reading: FuturesUnordered<_> = reading.collect();
        while let Some((name, result)) = notice.until(reading.next(), &unread).await {
            unread.retain(|other| *other != name);
            if let Err(failure) = result? {
                report.failures.push((name.clone(), failure));
            }
        }
        report.failures.sort_by(|(a, _), (b, _)| a.cmp(b));
        drop(reading);
        engine.shutdown().await;
        Ok(report)
    });
    console.clear_progress();
    let report = report?;
    Ok((stored_resources(config, &store)?, report))
}

/// Reads the stored resources of the selected accounts, by cname, account and id.
pub fn stored_resources(config: &Config, store: &LocalStore) -> Result<Vec<Resource>, CliError> {
    let mut resources = store.resources(config.accounts.iter().map(AccountConfig::name))?;
    resources.sort_by(|a, b| {
        (&a.cname, &a.account, a.id.as_str()).cmp(&(&b.cname, &b.account, b.id.as_str()))
    });
    Ok(resources)
}

/// Reads the history that a filter selects, as far back as the vendors keep it; with a limit, only
/// until the newest rows of that number are certain.
pub fn history(
    config: &Config,
    predicate: &Predicate,
    limit: Option<u64>,
    console: Console,
) -> Result<SyncReport, CliError> {
    if config.accounts.is_empty() {
        if !config.may_have_store() {
            setup::require_account(config)?;
        }
        console.info("no account is configured; this is what the store has");
        return Ok(SyncReport::default());
    }
    let mut config = config.clone();
    config
        .accounts
        .retain(|account| predicate.may_select(&account.account.name, &account.account.provider));
    let store = session::store(&config)?;
    let report = signals::block_on(async {
        let options = StartOptions { read_only: true, ..StartOptions::default() };
        let (engine, mut events) = Engine::start_configured(&config, &store, options)?;
        let mut progress = Progress::new(&config, console);
        let mut notice = WaitNotice::begin(console, "history").beside_progress();
        let report = {
            let mut sync = pin!(engine.sync(predicate, limit));
            loop {
                let unread = progress.unread();
                tokio::select! {
                    report = &mut sync => break report?,
                    event = notice.until(session::next(&mut events), &unread) => {
                        progress.show(event?);
                    }
                }
            }
        };
        // Failures that came at the very end.
        while let Some(event) = events.try_recv() {
            progress.show(event);
        }
        engine.shutdown().await;
        Ok(report)
    });
    console.clear_progress();
    report
}

/// Shows the progress of the accounts, and prints each warning once.
struct Progress<'p> {
    console: Console,
    started: DateTime<Utc>,
    statuses: BTreeMap<&'p AccountName, AccountStatus>,
    printed: BTreeSet<String>,
}

impl<'p> Progress<'p> {
    fn new(config: &'p Config, console: Console) -> Self {
        let names = config.accounts.iter().map(AccountConfig::name);
        Self {
            console,
            started: Utc::now(),
            statuses: names.map(|name| (name, AccountStatus::default())).collect(),
            printed: BTreeSet::new(),
        }
    }

    fn has_news(&self, status: &AccountStatus) -> bool {
        status.synced_at.is_some_and(|at| at >= self.started)
    }

    /// Lists the accounts whose newest history is still being read.
    fn unread(&self) -> Vec<&'p AccountName> {
        let is_unread = |status: &AccountStatus| {
            status.failure.is_none()
                && status.not_written.is_none()
                && (status.asking_since.is_some()
                    || status.unread == Unread::Soon
                    || !self.has_news(status))
        };
        let statuses = self.statuses.iter();
        statuses.filter(|(_, status)| is_unread(status)).map(|(name, _)| *name).collect()
    }

    fn show(&mut self, event: Event) {
        if let Event::Account { account, status } = event {
            if let Some(error) = &status.not_written {
                self.warn_once(error.to_string());
            }
            if let Some(known) = self.statuses.get_mut(&account) {
                *known = status;
            }
            self.console.progress(&self.line());
        } else if let Event::Notice(notice) = event
            && notice.level >= Level::Warning
        {
            self.warn_once(notice.words);
        }
    }

    fn warn_once(&mut self, warning: String) {
        if !self.printed.contains(&warning) {
            self.console.clear_progress();
            self.console.warn(&warning);
            self.printed.insert(warning);
        }
    }

    fn line(&self) -> String {
        let accounts = self.statuses.iter().map(|(name, status)| match status.older {
            Some((read, Some(of))) => format!("{name} {read} of {of}"),
            Some((read, None)) => format!("{name} {read}"),
            None if self.has_news(status) => format!("{name} ok"),
            None => format!("{name} …"),
        });
        format!("reading history: {}", accounts.collect::<Vec<_>>().join(" · "))
    }
}
