//! The facts that a plan needs: resources, limits, and recent purges.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Utc;

use super::targets::GivenTargets;
use super::{Options, Wanted, class_of_plan};
use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError, class_of, class_of_all};
use crate::cli::wait_notice::WaitNotice;
use crate::cli::{refusal, session};
use crate::config::load::Config;
use crate::domain::account::Account;
use crate::domain::budget::RecentUse;
use crate::domain::check::Checked;
use crate::domain::document::Document;
use crate::domain::draft::Draft;
use crate::domain::event::{Event, Level};
use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::known::Known;
use crate::domain::lint::{Linted, lint_document};
use crate::domain::nearest::nearest;
use crate::domain::permission::Action;
use crate::domain::plan::{Plan, PlanError};
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::text::escape_control;
use crate::engine::{Engine, EventStream, LocalStore};

/// The facts about the accounts.
pub(in crate::cli) struct PurgeContext<'c> {
    config: &'c Config,
    pub(in crate::cli) known: Known,
    offline: bool,
}

impl<'c> PurgeContext<'c> {
    /// Begins with the resources in the store. Where nothing is sent, an account may be read-only.
    pub(in crate::cli) fn new(
        config: &'c Config,
        store: &LocalStore,
        sends: bool,
        offline: bool,
    ) -> Result<Self, CliError> {
        let accounts = config.accounts.iter().map(|account| Account {
            read_only: account.account.read_only && sends,
            ..account.account.clone()
        });
        let read_only = config.settings.read_only.value && sends;
        let mut known = Known::new(accounts.collect(), read_only, false);
        for account in &config.accounts {
            let stored = store.resources([account.name()])?;
            known.learn_resources(account.name().clone(), Arc::new(stored));
        }
        Ok(Self { config, known, offline })
    }

    /// Waits until news, resources and limits of every account were read, or reading failed. Where
    /// the accounts of all targets of a purge are known, only those count, so that a vendor that
    /// hangs delays nobody else.
    pub(in crate::cli) async fn gather(
        &mut self,
        engine: &Engine,
        events: &mut EventStream,
        wanted: Option<Wanted<'_>>,
        console: Console,
    ) -> Result<(), CliError> {
        console.progress("reading resources, limits and recent purges");
        let mut notice = WaitNotice::begin(console, "resources, limits and recent purges");
        let (mut document, mut concerned) = (None, None);
        let mut is_new = true;
        loop {
            let missing = self.unread();
            if missing.is_empty() {
                break;
            }
            if std::mem::take(&mut is_new)
                && let Some(wanted) = wanted
            {
                let document = document.get_or_insert_with(|| wanted.targets.read());
                concerned = self.concerned(wanted, document);
            }
            let is_passed_over = |name: &&AccountName| {
                concerned.as_ref().is_some_and(|concerned| !concerned.contains(*name))
            };
            if missing.iter().all(is_passed_over) {
                break;
            }
            let event = notice.until(session::next(events), &missing).await?;
            is_new = matches!(event, Event::Resources { .. } | Event::Limits { .. });
            self.known.learn(&event);
            if let Event::Account { status, .. } = event {
                if let Some(error) = status.not_written {
                    // What cannot be recorded is not sent.
                    console.clear_progress();
                    return Err((*error).into());
                }
            } else if let Event::Notice(notice) = event
                && notice.level == Level::Error
            {
                console.clear_progress();
                console.warn(&notice.words);
            }
        }
        if !self.offline {
            engine.settle().await?;
        }
        console.clear_progress();
        Ok(())
    }

    /// Lists the accounts whose news are still being read.
    fn unread(&self) -> Vec<&AccountName> {
        let is_read = |name: &AccountName| {
            self.known.statuses.get(name).is_some_and(|status| {
                status.initial_sync_done || status.failure.is_some() || self.offline
            })
        };
        let names = self.known.accounts.iter().map(|account| &account.name);
        names.filter(|name| !is_read(name)).collect()
    }

    /// Finds the accounts of the targets, of which this was read; `None` where that of any target
    /// is not known.
    fn concerned(
        &self,
        wanted: Wanted<'_>,
        document: &Document<'_>,
    ) -> Option<BTreeSet<AccountName>> {
        let draft = self.draft(wanted.options, wanted.targets.clone()).ok()?;
        let recent = RecentUse::default();
        let context = self.known.lint_context(&recent, Utc::now());
        let lines = lint_document(document, &draft, &context).lines.into_iter();
        let mut concerned: BTreeSet<AccountName> =
            lines.map(|line| Some(line.meaning?.account)).collect::<Option<_>>()?;
        concerned.extend(draft.resource.map(|(account, _)| account));
        (!concerned.is_empty()).then_some(concerned)
    }

    /// Makes the draft of the flags and the targets.
    pub(super) fn draft(
        &self,
        options: &Options,
        targets: GivenTargets,
    ) -> Result<Draft, CliError> {
        let (kind, _) = options.given();
        Ok(Draft {
            text: targets.text,
            format: targets.format,
            kind,
            resource: options.resource.as_deref().map(|name| self.resource(name)).transpose()?,
            mode: options.mode.clone(),
            reason: options.reason.trim().to_owned(),
            ticket: options.ticket.trim().to_owned(),
            ..Draft::default()
        })
    }

    /// Finds a resource by its id or host.
    fn resource(&self, name: &str) -> Result<(AccountName, ResourceId), CliError> {
        let mut found: Vec<&Resource> = self
            .known
            .all_resources()
            .filter(|resource| resource.id.as_str() == name || resource.answers_to(name))
            .collect();
        if found.iter().any(|resource| resource.state != ResourceState::Deleted) {
            found.retain(|resource| resource.state != ResourceState::Deleted);
        }
        let shown = escape_control(name, 100);
        match found.as_slice() {
            [one] => Ok((one.account.clone(), one.id.clone())),
            [] => {
                let who = if self.failures().next().is_none() {
                    "no account has"
                } else {
                    "none of the accounts that could be read has"
                };
                let cnames = self.known.all_resources().map(|resource| resource.cname.as_str());
                let hint = match nearest(name, cnames) {
                    Some(near) => format!("Did you mean {near}?"),
                    None => "`purgedeck resources` lists them.".to_owned(),
                };
                let message = format!("{who} a resource \"{shown}\"");
                Err(self.with_failures(CliError::new(Class::Usage, message).hint(hint)))
            }
            several => {
                let places: Vec<String> = several
                    .iter()
                    .map(|resource| format!("{} in {}", resource.id, resource.account))
                    .collect();
                let message = format!("\"{shown}\" may be {}", places.join(", "));
                Err(CliError::new(Class::Usage, message)
                    .hint("Give the resource's id, or the account with --account."))
            }
        }
    }

    /// Lints and plans the draft, with what was purged lately at its resources.
    pub(super) async fn check(
        &mut self,
        engine: &Engine,
        draft: &Draft,
    ) -> Result<Checked, CliError> {
        Ok(engine.check_draft(&mut self.known, draft).await?)
    }

    /// Words the reason why a draft has no plan, a forbidden account first.
    pub(super) fn refusal(&self, linted: &Linted, error: &PlanError) -> CliError {
        let mut meanings = linted.lines.iter().filter_map(|line| line.meaning.as_ref());
        let forbidden =
            meanings.find_map(|meaning| self.known.check_in(Action::Purge, &meaning.account).err());
        if let Some(refusal) = forbidden {
            return refusal::error(self.config, &refusal, "nothing was sent");
        }
        let message = if let PlanError::Errors { errors, .. } = error {
            format!("{}, named above; nothing was sent", count(*errors, "error"))
        } else {
            format!("{error}; nothing was sent")
        };
        self.with_failures(CliError::new(class_of_plan(error), message))
    }

    /// Lists the accounts whose news could not be read.
    pub(in crate::cli) fn failures(&self) -> impl Iterator<Item = (&AccountName, &Failure)> {
        let statuses = self.known.statuses.iter();
        statuses.filter_map(|(account, status)| Some((account, status.failure.as_ref()?)))
    }

    /// Adds the accounts that could not be read to an error, as its likely cause.
    fn with_failures(&self, mut error: CliError) -> CliError {
        for (account, failure) in self.failures() {
            let (words, advice) = (failure.on_screen(), failure.advice());
            error.message = format!("{account}: {words}\n  {advice}\npurgedeck: {}", error.message);
        }
        if self.failures().next().is_some() && self.failures().count() == self.known.accounts.len()
        {
            error.class = class_of_all(self.failures().map(|(_, failure)| failure));
        }
        error
    }

    /// Fails where a vendor refused the credentials of an account of the plan, as it would refuse
    /// the purge. Other failures may have passed; they are printed.
    pub(super) fn check_access(&self, plan: &Plan, console: Console) -> Result<(), CliError> {
        let in_plan = |account: &AccountName| {
            plan.requests.iter().any(|planned| planned.request.account == *account)
        };
        for (account, failure) in self.failures().filter(|(account, _)| in_plan(account)) {
            let message = format!("{account}: {}", failure.on_screen());
            if class_of(failure) == Class::Auth {
                return Err(CliError::new(Class::Auth, format!("{message}; nothing was sent"))
                    .hint(failure.advice()));
            }
            console.warn(&message);
        }
        Ok(())
    }

    /// Refuses a plan with an account in which nothing may be purged.
    pub(super) fn check_permissions(&self, plan: &Plan) -> Result<(), CliError> {
        plan.requests.iter().try_for_each(|planned| {
            self.known
                .check_in(Action::Purge, &planned.request.account)
                .map_err(|refusal| refusal::error(self.config, &refusal, "nothing was sent"))
        })
    }
}

/// Refuses a target of another resource than the one that was named.
pub(super) fn check_resource(draft: &Draft, plan: &Plan) -> Result<(), CliError> {
    let Some((account, resource)) = &draft.resource else {
        return Ok(());
    };
    let mut requests = plan.requests.iter().map(|planned| &planned.request);
    let Some(other) =
        requests.find(|request| (&request.account, &request.resource) != (account, resource))
    else {
        return Ok(());
    };
    let first = other.payload.targets().first();
    let message = format!(
        "{} belongs to {} of {}, which is not the resource that was named: nothing was sent",
        escape_control(first.map_or("a host", String::as_str), 200),
        escape_control(&other.cname, 200),
        other.account
    );
    Err(CliError::new(Class::Usage, message)
        .hint("Leave out the resource where full URLs name it, or purge one after the other."))
}
