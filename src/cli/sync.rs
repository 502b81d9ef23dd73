//! Brings the store up to date before something is listed, and says which accounts could not be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::console::{Console, count};
use super::error::{Class, CliError, class_of_all};
use super::session::{self, Extras, Sending, Session};
use super::setup;
use super::signals;
use super::store;
use super::wait_notice::WaitNotice;
use crate::config::accounts::AccountConfig;
use crate::config::load::Config;
use crate::domain::event::{AccountStatus, Event, Level};
use crate::domain::failure::Failure;
use crate::domain::filter::Predicate;
use crate::domain::ids::AccountName;
use crate::domain::query::Sort;
use crate::domain::resource::Resource;
use crate::effect::Report;
use crate::store::Reader;

/// How much later than its vendor's reach an account's history may begin and count as whole: the reach moves on while
/// it is read.
const SLACK: TimeDelta = TimeDelta::hours(1);
/// Up to this limit, the newest rows are looked for after every answer, to stop as soon as they are all there.
const FEW_ROWS: u64 = 10_000;

/// Which accounts did not tell all that was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incomplete {
    /// How many were asked.
    pub asked: usize,
    /// Those that failed, and why.
    pub failures: Vec<(AccountName, Failure)>,
    /// Those that did not tell all of the range.
    pub torn: Vec<AccountName>,
}

impl Incomplete {
    /// Names the accounts that failed, and ends the run as it must end: well where none did, partly done where some
    /// did, and with their own class where all did.
    pub fn verdict(&self, console: Console) -> Result<(), CliError> {
        for (account, failure) in &self.failures {
            console.warn(&format!("{account}: {failure}\n  {}", failure.advice()));
        }
        for account in &self.torn {
            console.warn(&format!("{account}: its history is not complete for these times"));
        }
        let incomplete = self.failures.len() + self.torn.len();
        if incomplete == 0 {
            return Ok(());
        }
        let class = if self.failures.len() < self.asked {
            Class::Partly
        } else {
            class_of_all(self.failures.iter().map(|(_, failure)| failure))
        };
        let words = format!(
            "{incomplete} of {} accounts did not tell everything; what is known of them is shown",
            self.asked
        );
        Err(CliError::new(class, words))
    }
}

/// Asks every account what it has to purge, all at once, and keeps it. Of an account that does not answer, what was
/// known before.
pub fn resources(
    config: &Config,
    console: Console,
) -> Result<(Vec<Resource>, Incomplete), CliError> {
    setup::require_account(config)?;
    let seats = session::seats(config)?;
    console.progress(&format!("asking {}", count(seats.len(), "account")));
    let answers = signals::block_on(async {
        let mut waiting = WaitNotice::begin(console, "resources");
        let mut asked: FuturesUnordered<_> = seats
            .iter()
            .map(|seat| async { (&seat.account.name, seat.provider.resources().await) })
            .collect();
        let mut answers = BTreeMap::new();
        loop {
            let names = seats.iter().map(|seat| &seat.account.name);
            let missing: Vec<_> = names.filter(|name| !answers.contains_key(*name)).collect();
            match waiting.until(asked.next(), &missing).await {
                Some((name, answer)) => answers.insert(name, answer),
                None => return Ok(answers),
            };
        }
    });
    console.clear_progress();
    let mut writer =
        store::open(config)?.writer().map_err(|failure| store::error(config, &failure))?;
    let now = Utc::now();
    let mut incomplete = Incomplete { asked: seats.len(), ..Incomplete::default() };
    for (account, answer) in answers? {
        match answer {
            Ok(resources) => writer
                .save_resources(account, &resources, now)
                .map_err(|failure| store::error(config, &failure))?,
            Err(failure) => incomplete.failures.push((account.clone(), failure)),
        }
    }
    Ok((store::known_resources(config)?, incomplete))
}

/// Reads the history that a predicate looks at, as far as its vendors keep it; where a limit is given, only until the
/// newest so many are surely there.
pub fn history(
    config: &Config,
    predicate: &Predicate,
    limit: Option<u64>,
    console: Console,
) -> Result<Incomplete, CliError> {
    if config.accounts.is_empty() {
        if !config.settings.store.value.exists() {
            setup::require_account(config)?;
        }
        console.info("no account is configured; this is what the store has");
        return Ok(Incomplete::default());
    }
    let mut config = config.clone();
    config
        .accounts
        .retain(|account| predicate.may_select(&account.account.name, &account.account.provider));
    let store = store::open(&config)?;
    let reader = store.reader().map_err(|failure| store::error(&config, &failure))?;
    let caught = signals::block_on(async {
        let mut session = Session::open(&config, store, Sending::Never, false, Extras::default())?;
        let mut catching = Catching {
            config: &config,
            predicate,
            limit: limit.filter(|limit| *limit <= FEW_ROWS),
            started: Utc::now(),
            reader,
            accounts: BTreeMap::new(),
            said: BTreeSet::new(),
        };
        let mut waiting = WaitNotice::begin(console, "history").beside_progress();
        while !catching.is_over()? {
            let report = waiting.until(session.next(), &catching.missing()).await?;
            catching.hear(report, console);
        }
        session.stop().await;
        catching.incomplete()
    });
    console.clear_progress();
    caught
}

/// How far the accounts are.
struct Catching<'c> {
    config: &'c Config,
    predicate: &'c Predicate,
    limit: Option<u64>,
    started: DateTime<Utc>,
    reader: Reader,
    accounts: BTreeMap<AccountName, Progress>,
    /// What was said of several accounts is said once.
    said: BTreeSet<String>,
}

#[derive(Default)]
struct Progress {
    status: AccountStatus,
    reach: Option<TimeDelta>,
}

impl Progress {
    /// Whether its newest history was read since the start.
    fn has_news(&self, since: DateTime<Utc>) -> bool {
        self.status.synced_at.is_some_and(|at| at >= since)
    }

    /// Whether nothing more is to be waited for: the vendor failed, or the store takes nothing of what it tells.
    fn is_out(&self) -> bool {
        self.status.failure.is_some() || self.status.not_written.is_some()
    }
}

impl Catching<'_> {
    fn hear(&mut self, report: Report, console: Console) {
        if let Report::Event(Event::Account { account, status }) = report {
            if let Some(trouble) = &status.not_written {
                self.warn_once(trouble.to_string(), console);
            }
            self.accounts.entry(account).or_default().status = status;
            console.progress(&self.progress());
        } else if let Report::Event(Event::Limits { account, limits }) = report {
            let reach = limits.history.reach;
            self.accounts.entry(account).or_default().reach =
                reach.and_then(|reach| TimeDelta::from_std(reach).ok());
        } else if let Report::Event(Event::Notice(notice)) = report
            && notice.level >= Level::Warning
        {
            self.warn_once(notice.words, console);
        }
    }

    fn warn_once(&mut self, words: String, console: Console) {
        if !self.said.contains(&words) {
            console.clear_progress();
            console.warn(&words);
            self.said.insert(words);
        }
    }

    fn names(&self) -> impl Iterator<Item = &AccountName> {
        self.config.accounts.iter().map(AccountConfig::name)
    }

    /// Those that have neither told their news nor failed.
    fn missing(&self) -> Vec<&AccountName> {
        let told = |progress: &Progress| {
            progress.is_out() || (progress.has_news(self.started) && !progress.status.asking)
        };
        let names = self.names();
        names.filter(|name| !self.accounts.get(*name).is_some_and(told)).collect()
    }

    fn is_over(&self) -> Result<bool, CliError> {
        for name in self.names() {
            let Some(progress) = self.accounts.get(name) else {
                return Ok(false);
            };
            if progress.is_out() {
                continue;
            }
            // An account that asks for nothing any more has nothing more to tell.
            let told_all = !progress.status.asking || self.is_covered(name, progress)?;
            let status = &progress.status;
            if !progress.has_news(self.started)
                || !status.named
                || !(told_all || self.has_enough()?)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the account's history is complete for all of the range that its vendor keeps.
    fn is_covered(&self, name: &AccountName, progress: &Progress) -> Result<bool, CliError> {
        let coverage = self.coverage(name)?;
        let Some(newest) = coverage.ranges().last().map(|range| range.1) else {
            return Ok(false);
        };
        let kept = progress.reach.map(|reach| self.started - reach + SLACK);
        let from = match (self.predicate.from, kept) {
            (Some(from), Some(kept)) => from.max(kept),
            (Some(from), None) | (None, Some(from)) => from,
            (None, None) => return Ok(false),
        };
        let until = self.predicate.until.map_or(newest, |until| until.min(newest));
        Ok(coverage.missing(from, until).is_empty())
    }

    /// Whether the newest rows that are wanted lie in a time for which every account is complete.
    fn has_enough(&self) -> Result<bool, CliError> {
        let Some(limit) = self.limit else {
            return Ok(false);
        };
        let mut predicate = self.predicate.clone();
        for name in self.names() {
            let failed = self.accounts.get(name).is_some_and(Progress::is_out);
            if failed {
                continue;
            }
            let Some(start) = self.coverage(name)?.ranges().last().map(|range| range.0) else {
                return Ok(false);
            };
            predicate.from = Some(predicate.from.map_or(start, |from| from.max(start)));
        }
        let shown = self
            .reader
            .export(&predicate, Sort::Newest, Some(limit), &mut |_| {
                std::ops::ControlFlow::Continue(())
            })
            .map_err(|failure| store::error(self.config, &failure))?;
        Ok(shown == limit)
    }

    fn coverage(&self, name: &AccountName) -> Result<crate::domain::coverage::Coverage, CliError> {
        self.reader.coverage(name).map_err(|failure| store::error(self.config, &failure))
    }

    fn progress(&self) -> String {
        let parts: Vec<String> = self
            .accounts
            .iter()
            .map(|(name, progress)| match progress.status.older {
                Some((read, Some(of))) => format!("{name} {read} of {of}"),
                Some((read, None)) => format!("{name} {read}"),
                None if progress.has_news(self.started) => format!("{name} ok"),
                None => format!("{name} …"),
            })
            .collect();
        format!("reading history: {}", parts.join(" · "))
    }

    fn incomplete(&self) -> Result<Incomplete, CliError> {
        let mut incomplete =
            Incomplete { asked: self.config.accounts.len(), ..Incomplete::default() };
        let enough = self.has_enough()?;
        for name in self.names() {
            let Some(progress) = self.accounts.get(name) else {
                continue;
            };
            if let Some(failure) = &progress.status.failure {
                incomplete.failures.push((name.clone(), failure.clone()));
                continue;
            }
            let unread = progress.status.not_written.is_some();
            if unread || !enough && progress.reach.is_some() && !self.is_covered(name, progress)? {
                incomplete.torn.push(name.clone());
            }
        }
        Ok(incomplete)
    }
}
