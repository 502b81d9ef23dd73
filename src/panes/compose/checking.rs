//! Checks of a draft, and the questions that they lead to.

use std::collections::BTreeSet;

use super::ComposePane;
use super::digest::Digest;
use crate::domain::check::check;
use crate::domain::event::StoreError;
use crate::domain::ids::{AccountName, ResourceId, Ticket};
use crate::domain::lint_context::{LintContext, MAX_SERVED, ServedHosts};
use crate::effect::{Effect, Query};
use crate::panes::{PaneCtx, Update};

impl ComposePane {
    /// Returns the accounts in which the draft would purge.
    pub(super) fn accounts(&self) -> BTreeSet<&AccountName> {
        let chosen = self.draft().resource.iter().map(|(account, _)| account);
        self.checked.linted.accounts.iter().chain(chosen).collect()
    }

    /// Checks the whole draft again, and asks for the recent purges of resources that are new in
    /// it.
    pub(super) fn relint(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.revision = ctx.known.revision();
        let context = ctx.known.lint_context(&self.recent, ctx.now);
        let context = LintContext { served: Some(&self.served), ..context };
        self.checked = check(self.draft(), &context);
        self.digest = Digest::new(&self.checked.linted);
        let served = self.ask_served(ctx);
        let mut resources: BTreeSet<(AccountName, ResourceId)> = BTreeSet::new();
        let meanings = self.checked.linted.lines.iter().filter_map(|line| line.meaning.as_ref());
        for meaning in meanings {
            let is_last = resources.last().is_some_and(|(account, resource)| {
                *account == meaning.account && *resource == meaning.resource
            });
            if !is_last {
                resources.insert((meaning.account.clone(), meaning.resource.clone()));
            }
        }
        resources.extend(self.draft().resource.clone());
        if resources == self.recent_of || resources.is_empty() {
            return served;
        }
        self.recent_of = resources;
        self.ask_recent(ctx).and(served)
    }

    /// Takes the reason and the ticket into the draft, and checks them alone.
    pub(super) fn texts_edited(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.reason.text().clone_into(&mut self.kept.draft.reason);
        self.ticket.text().clone_into(&mut self.kept.draft.ticket);
        self.kept.changed = ctx.now;
        let context = ctx.known.lint_context(&self.recent, ctx.now);
        if self.checked.recheck_texts(&self.kept.draft, &context) {
            self.digest = Digest::new(&self.checked.linted);
        }
        Update::effect(self.keep())
    }

    /// Asks for the accounts that served the hosts before that no resource answers to; each host
    /// until there is an answer.
    fn ask_served(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let new = self.checked.linted.unknown_hosts.difference(&self.asked_hosts);
        let hosts: Vec<String> = new.take(MAX_SERVED).cloned().collect();
        if hosts.is_empty() {
            return Update::taken();
        }
        self.asked_hosts.extend(hosts.iter().cloned());
        let ticket = ctx.tickets.take();
        self.served_tickets.insert(ticket, hosts.clone());
        Update::effect(Effect::Query(Query::Served { ticket, hosts }))
    }

    /// Takes the answer to that. Without one, the findings say what is known without the history.
    pub(super) fn on_served(
        &mut self,
        ticket: Ticket,
        result: &Result<ServedHosts, StoreError>,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        let Some(hosts) = self.served_tickets.remove(&ticket) else {
            return Update::ignored();
        };
        match result {
            Ok(served) if !served.is_empty() => {
                self.served.extend(served.iter().map(|(host, by)| (host.clone(), by.clone())));
                self.relint(ctx)
            }
            // There may be more hosts than are looked up at once.
            Ok(_) => self.ask_served(ctx),
            // The next check asks again.
            Err(_) => {
                self.asked_hosts.retain(|host| !hosts.contains(host));
                Update::taken()
            }
        }
    }

    pub(super) fn ask_recent(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.recent_ticket = ctx.tickets.take();
        let resources = self.recent_of.iter().cloned().collect();
        Update::effect(Effect::Query(Query::Recent { ticket: self.recent_ticket, resources }))
    }
}
