//! The facts that a plan needs: resources, limits, and recent purges.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use tokio::time::{Instant, timeout_at};

use super::{Options, Wanted, class_of_plan};
use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError, class_of, class_of_all};
use crate::cli::session::Session;
use crate::cli::wait_notice::WaitNotice;
use crate::cli::{refusal, store};
use crate::config::load::Config;
use crate::domain::account::Account;
use crate::domain::check::{Checked, check};
use crate::domain::draft::Draft;
use crate::domain::event::{AccountStatus, Event, Level, Notice};
use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::known::Known;
use crate::domain::lint::Linted;
use crate::domain::lint::lint;
use crate::domain::nearest::nearest;
use crate::domain::payload::PurgeRequest;
use crate::domain::permission::Action;
use crate::domain::plan::{Plan, PlanError};
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::text::escape_control;
use crate::effect::Report;
use crate::store::Reader;

/// How far back purges by anybody matter: windows are shorter.
const RECENT: TimeDelta = TimeDelta::hours(1);

/// So many of the journal's newest requests are looked at for windows that the vendor closed.
const TAKEN_BACK: u32 = 200;

/// How long to wait for what we sent to be found in the history.
const SETTLING: Duration = Duration::from_secs(2);

/// What is known of the accounts, and where it comes from.
pub(super) struct Context<'c> {
    config: &'c Config,
    known: Known,
}

impl<'c> Context<'c> {
    /// What the store knows. A plan that is only shown may be made for an account that is read-only, too.
    pub(super) fn new(
        config: &'c Config,
        reader: &Reader,
        only_shown: bool,
    ) -> Result<Self, CliError> {
        let accounts = config.accounts.iter().map(|account| Account {
            read_only: account.account.read_only && !only_shown,
            ..account.account.clone()
        });
        let read_only = config.settings.read_only.value && !only_shown;
        let mut known = Known::new(accounts.collect(), read_only, false);
        for account in &config.accounts {
            let kept = reader
                .resources(account.name())
                .map_err(|failure| store::error(config, &failure))?;
            known.learn_resources(account.name().clone(), Arc::new(kept.resources));
        }
        Ok(Self { config, known })
    }

    /// Waits until every account was asked for its news, resources and limits, or failed. Where it is known whose the
    /// targets are, only theirs: a vendor that hangs keeps nobody waiting but itself.
    pub(super) async fn gather(
        &mut self,
        session: &mut Session,
        reader: &Reader,
        console: Console,
        offline: bool,
        wanted: Wanted<'_>,
    ) -> Result<(), CliError> {
        let is_over = |status: &AccountStatus| {
            status.initial_sync_done || status.failure.is_some() || offline
        };
        console.progress("reading resources, limits and recent purges");
        let mut waiting = WaitNotice::begin(console, "resources, limits and recent purges");
        loop {
            let missing: Vec<&AccountName> = self
                .known
                .accounts
                .iter()
                .map(|account| &account.name)
                .filter(|name| !self.known.statuses.get(*name).is_some_and(is_over))
                .collect();
            let concerns_none = |concerned: BTreeSet<AccountName>| {
                missing.iter().all(|name| !concerned.contains(*name))
            };
            if missing.is_empty() || self.concerned(wanted).is_some_and(concerns_none) {
                break;
            }
            let report = waiting.until(session.next(), &missing).await?;
            let Report::Event(event) = report else { continue };
            self.known.learn(&event);
            if let Event::Account {
                status: AccountStatus { not_written: Some(trouble), .. }, ..
            } = event
            {
                // What cannot be noted is not sent.
                console.clear_progress();
                return Err(CliError::new(Class::Failed, trouble.words).hint(trouble.advice));
            } else if let Event::Notice(notice @ Notice { level: Level::Error, .. }) = event {
                console.clear_progress();
                console.warn(&notice.words);
            }
        }
        if !offline {
            self.settle(session, reader).await?;
        }
        console.clear_progress();
        Ok(())
    }

    /// The accounts that the targets belong to; `None` where that is not known of all of them.
    fn concerned(&self, wanted: Wanted<'_>) -> Option<BTreeSet<AccountName>> {
        let draft = self.draft(wanted.options, wanted.text.to_owned()).ok()?;
        let context = self.known.lint_context(&[], Utc::now());
        let lines = lint(&draft, &context).lines.into_iter();
        let mut concerned: BTreeSet<AccountName> =
            lines.map(|line| Some(line.meaning?.account)).collect::<Option<_>>()?;
        concerned.extend(draft.resource.map(|(account, _)| account));
        (!concerned.is_empty()).then_some(concerned)
    }

    /// What we sent lately and what the vendors list of it are put together behind our backs once news were read; till
    /// then the same purge would be counted twice. What the vendor does not list yet is not waited for long.
    async fn settle(&self, session: &mut Session, reader: &Reader) -> Result<(), CliError> {
        let until = Instant::now() + SETTLING;
        loop {
            let since = Utc::now() - RECENT;
            let loose = reader
                .journal_open()
                .map_err(|failure| store::error(self.config, &failure))?
                .iter()
                .any(|entry| {
                    entry.state == JournalState::Accepted
                        && entry.purge.is_none()
                        && entry.sent_at.is_some_and(|at| at > since)
                });
            if !loose || timeout_at(until, session.next()).await.is_err() {
                return Ok(());
            }
        }
    }

    /// The resource that a word of the command line means.
    pub(super) fn resource(&self, name: &str) -> Result<(AccountName, ResourceId), CliError> {
        let all = || self.known.all_resources();
        let mut found: Vec<&Resource> = all()
            .filter(|resource| resource.id.as_str() == name || resource.answers_to(name))
            .collect();
        if found.iter().any(|resource| resource.state != ResourceState::Deleted) {
            found.retain(|resource| resource.state != ResourceState::Deleted);
        }
        match found.as_slice() {
            [one] => Ok((one.account.clone(), one.id.clone())),
            [] => {
                let who = if self.failures().next().is_none() {
                    "no account has"
                } else {
                    "none of the accounts that answered has"
                };
                let words = format!("{who} a resource \"{}\"", escape_control(name, 100));
                let near = nearest(name, all().map(|resource| resource.cname.as_str()));
                let hint = match near {
                    Some(near) => format!("Did you mean {near}?"),
                    None => "`purgedeck resources` lists them.".to_owned(),
                };
                Err(self.perhaps_failed(CliError::new(Class::Usage, words).hint(hint)))
            }
            several => {
                let places: Vec<String> = several
                    .iter()
                    .map(|resource| format!("{} in {}", resource.id, resource.account))
                    .collect();
                let words =
                    format!("\"{}\" may be {}", escape_control(name, 100), places.join(", "));
                Err(CliError::new(Class::Usage, words)
                    .hint("Give the resource's id, or the account with --account."))
            }
        }
    }

    /// Returns the draft that the flags and the targets make.
    pub(super) fn draft(&self, options: &Options, text: String) -> Result<Draft, CliError> {
        let kind = if options.all {
            Some(Kind::All)
        } else if !options.pattern.is_empty() {
            Some(Kind::Pattern)
        } else if !options.url.is_empty() {
            Some(Kind::Url)
        } else {
            None
        };
        Ok(Draft {
            text,
            kind,
            resource: options.resource.as_deref().map(|name| self.resource(name)).transpose()?,
            mode: options.mode.clone(),
            area: None,
            reason: options.reason.trim().to_owned(),
            ticket: options.ticket.trim().to_owned(),
        })
    }

    /// Checks a draft against what is known, the journal, and what was purged of late where its targets belong.
    pub(super) fn check(&mut self, draft: &Draft, reader: &Reader) -> Result<Checked, CliError> {
        let failed = |failure| store::error(self.config, &failure);
        let now = Utc::now();
        // A command that does not wait takes back what the vendor had no room for; the window stays closed.
        let newest = reader.journal_newest(TAKEN_BACK).map_err(failed)?;
        let open = reader.journal_open().map_err(failed)?;
        self.known.replace_journal(newest.iter().filter(|it| !it.state.is_open()).chain(&open));
        // Where the targets belong is known only now; what was purged there of late may change what is said of them.
        let mut wanted: Vec<(AccountName, ResourceId)> =
            lint(draft, &self.known.lint_context(&[], now))
                .lines
                .into_iter()
                .filter_map(|line| line.meaning)
                .map(|meaning| (meaning.account, meaning.resource))
                .collect();
        wanted.sort();
        wanted.dedup();
        let recent = reader.recent(&wanted, now - RECENT).map_err(failed)?;
        Ok(check(draft, &self.known.lint_context(&recent, now)))
    }

    /// The accounts that did not answer, and why.
    fn failures(&self) -> impl Iterator<Item = (&AccountName, &Failure)> {
        let statuses = self.known.statuses.iter();
        statuses.filter_map(|(account, status)| Some((account, status.failure.as_ref()?)))
    }

    /// Why there is no plan.
    pub(super) fn refusal(&self, linted: &Linted, error: &PlanError) -> CliError {
        let read_only = linted
            .lines
            .iter()
            .filter_map(|line| Some(&line.meaning.as_ref()?.account))
            .find_map(|account| self.known.check_in(Action::Purge, account).err());
        if let Some(refusal) = read_only {
            return refusal::error(self.config, &refusal, "nothing was sent");
        }
        let words = match error {
            PlanError::Errors { errors, .. } => {
                format!("{}, named above; nothing was sent", count(*errors, "error"))
            }
            PlanError::Nothing
            | PlanError::LimitsUnknown { .. }
            | PlanError::ResourceUnknown { .. }
            | PlanError::NotAllowed { .. }
            | PlanError::QuotaShort { .. } => format!("{error}; nothing was sent"),
        };
        self.perhaps_failed(CliError::new(class_of_plan(error), words))
    }

    /// The error; where accounts did not answer, with that as its likely cause.
    fn perhaps_failed(&self, mut error: CliError) -> CliError {
        for (account, failure) in self.failures() {
            error.message = format!(
                "{account}: {failure}\n  {}\npurgedeck: {}",
                failure.advice(),
                error.message
            );
        }
        let failures = || self.failures().map(|(_, failure)| failure);
        if failures().next().is_some() && failures().count() == self.known.accounts.len() {
            error.class = class_of_all(failures());
        }
        error
    }

    /// An error where the vendor refused the credentials of one of the plan's accounts: it would refuse the purge, too.
    /// Other failures may have passed by now; they are said.
    pub(super) fn check_access(&self, plan: &Plan, console: Console) -> Result<(), CliError> {
        for (account, failure) in self.failures() {
            if !plan.requests.iter().any(|planned| planned.request.account == *account) {
                continue;
            }
            let words = format!("{account}: {failure}");
            if class_of(failure) == Class::Auth {
                return Err(CliError::new(Class::Auth, format!("{words}; nothing was sent"))
                    .hint(failure.advice()));
            }
            console.warn(&words);
        }
        Ok(())
    }

    /// Refuses a plan with a request that must not be sent.
    pub(super) fn check_permissions(&self, plan: &Plan) -> Result<(), CliError> {
        plan.requests.iter().try_for_each(|planned| {
            self.known
                .check_in(Action::Purge, &planned.request.account)
                .map_err(|refusal| refusal::error(self.config, &refusal, "nothing was sent"))
        })
    }
}

/// An error where a target names another resource than the one that is to be purged.
pub(super) fn check_resource(draft: &Draft, plan: &Plan) -> Result<(), CliError> {
    let Some((account, resource)) = &draft.resource else {
        return Ok(());
    };
    let strays =
        |request: &PurgeRequest| (&request.account, &request.resource) != (account, resource);
    let mut requests = plan.requests.iter().map(|planned| &planned.request);
    let Some(stray) = requests.find(|request| strays(request)) else {
        return Ok(());
    };
    let first = stray.payload.targets().first();
    let words = format!(
        "{} belongs to {} of {}, which is not the resource that was named: nothing was sent",
        escape_control(first.map_or("a host", String::as_str), 200),
        escape_control(&stray.cname, 200),
        stray.account
    );
    Err(CliError::new(Class::Usage, words)
        .hint("Leave out the resource to purge where full URLs say, or purge one after the other."))
}
