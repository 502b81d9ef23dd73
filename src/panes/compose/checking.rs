//! Checks of a draft, and the questions that they lead to.

use std::collections::BTreeSet;

use super::ComposePane;
use crate::domain::check::check;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::lint_context::LintContext;
use crate::effect::{Effect, Query};
use crate::panes::{PaneCtx, Update};

impl ComposePane {
    /// Returns the accounts in which the draft would purge.
    pub(super) fn accounts(&self) -> BTreeSet<&AccountName> {
        let lines = self.checked.linted.lines.iter();
        let meanings = lines.filter_map(|line| line.meaning.as_ref());
        let chosen = self.draft().resource.iter().map(|(account, _)| account);
        meanings.map(|meaning| &meaning.account).chain(chosen).collect()
    }

    /// Checks the whole draft again, and asks for the recent purges of resources that are new in
    /// it.
    pub(super) fn relint(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.revision = ctx.known.revision();
        let context = ctx.known.lint_context(&self.recent, ctx.now);
        let context = LintContext { served: Some(&self.served), ..context };
        self.checked = check(self.draft(), &context);
        let served = self.ask_served(ctx);
        let mut resources: BTreeSet<(AccountName, ResourceId)> = self
            .checked
            .linted
            .lines
            .iter()
            .filter_map(|line| line.meaning.as_ref())
            .map(|meaning| (meaning.account.clone(), meaning.resource.clone()))
            .collect();
        resources.extend(self.draft().resource.clone());
        if resources == self.recent_of || resources.is_empty() {
            return served;
        }
        self.recent_of = resources;
        self.ask_recent(ctx).and(served)
    }

    /// Asks for the accounts that served the hosts before that no resource answers to.
    fn ask_served(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let unknown = &self.checked.linted.unknown_hosts;
        if unknown.is_subset(&self.asked_hosts) {
            return Update::taken();
        }
        self.asked_hosts.clone_from(unknown);
        self.served_ticket = ctx.tickets.take();
        let hosts = unknown.iter().cloned().collect();
        Update::effect(Effect::Query(Query::Served { ticket: self.served_ticket, hosts }))
    }

    pub(super) fn ask_recent(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.recent_ticket = ctx.tickets.take();
        let resources = self.recent_of.iter().cloned().collect();
        Update::effect(Effect::Query(Query::Recent { ticket: self.recent_ticket, resources }))
    }
}
