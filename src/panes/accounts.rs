//! The accounts: how each stands with its vendor, what is wrong, and when it is asked again.

use crate::commands::{Command, Context};
use crate::domain::account::Account;
use crate::domain::budget::RecentUse;
use crate::domain::event::Event;
use crate::domain::ids::Ticket;
use crate::domain::known::Known;
use crate::domain::limits::Limits;
use crate::effect::{Answer, Effect, Order, Query};

use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// The accounts. Its rows are [`Known::accounts`].
#[derive(Clone, Debug, Default)]
pub struct AccountsPane {
    /// The row under the cursor, counted from 0.
    cursor: usize,
    /// What is under way and was used of the month, in the accounts where that counts.
    recent: RecentUse,
    asked: Option<Ticket>,
}

impl AccountsPane {
    /// Shows the accounts; asks for what they have used, where their vendors limit what is under
    /// way or charge for purges.
    pub fn open(ctx: &PaneCtx<'_>) -> (Self, Update) {
        let mut pane = Self::default();
        let update = pane.ask(ctx);
        (pane, update)
    }

    fn ask(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let resources = ctx.known.all_resources().filter(|resource| {
            let limits = ctx.known.limits.get(&resource.account);
            limits.is_some_and(|limits| counts(limits))
        });
        let resources: Vec<_> =
            resources.map(|resource| (resource.account.clone(), resource.id.clone())).collect();
        if resources.is_empty() {
            return Update::taken();
        }
        let ticket = ctx.tickets.take();
        self.asked = Some(ticket);
        Update::effect(Effect::Query(Query::Recent { ticket, resources }))
    }

    fn current<'a>(&self, known: &'a Known) -> Option<&'a Account> {
        known.accounts.get(self.cursor)
    }
}

/// True for limits beside windows and daily quotas.
fn counts(limits: &Limits) -> bool {
    !limits.under_way.is_empty() || limits.price.is_some()
}

impl Pane for AccountsPane {
    fn on_answer(&mut self, answer: &Answer, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others answer somebody else")]
        match answer {
            Answer::Recent { ticket, result: Ok(recent) } if self.asked == Some(*ticket) => {
                self.recent.clone_from(recent);
                Update::taken()
            }
            _ => Update::ignored(),
        }
    }

    fn on_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        let (Event::HistoryChanged { account: of, .. } | Event::Limits { account: of, .. }) = event
        else {
            return Update::ignored();
        };
        let limits = ctx.known.limits.get(of);
        if limits.is_some_and(|limits| counts(limits)) { self.ask(ctx) } else { Update::ignored() }
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::Accounts]
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for accounts")]
        match command {
            Command::Back | Command::AccountsOpen | Command::Quit => {
                Update::request(AppRequest::Close)
            }
            Command::Refresh => self.current(ctx.known).map_or_else(Update::taken, |account| {
                let account = Some(account.name.clone());
                Update::effect(Effect::Order(Order::Refresh { account }))
            }),
            Command::Copy => {
                let status =
                    self.current(ctx.known).and_then(|it| ctx.known.statuses.get(&it.name));
                let failure = status.and_then(|status| status.failure.as_ref());
                failure.map_or_else(Update::taken, |failure| {
                    Update::copy_words(&failure.with_advice())
                })
            }
            other => match moved(other, self.cursor, ctx.known.accounts.len()) {
                Some(to) => {
                    self.cursor = to;
                    Update::taken()
                }
                None => Update::ignored(),
            },
        }
    }

    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        self.cursor = item;
        Update::taken()
    }

    fn unavailable(&self, command: Command, ctx: &PaneCtx<'_>) -> Option<&'static str> {
        let status = self.current(ctx.known).and_then(|it| ctx.known.statuses.get(&it.name));
        let fails = status.is_some_and(|status| status.failure.is_some());
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are always possible")]
        match command {
            Command::Refresh if ctx.known.offline => Some("Offline: no vendor is asked"),
            Command::Copy if !fails => Some("This account has no failure to copy"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use super::*;
    use crate::domain::kind::Kind;
    use crate::domain::limits::{Price, Scope, UnderWay};
    use crate::testing::{account, pane_ctx_with, path_limits, resource};

    /// What is known of an account `one`, whose vendor charges or does not, and `two`, whose does
    /// not.
    fn ctx(price: Option<Price>) -> PaneCtx<'static> {
        let mut known = Known::new(vec![account("one"), account("two")], false, false);
        for name in ["one", "two"] {
            known.learn_resources(name.into(), Arc::new(vec![resource(name, "1", "www.site.com")]));
        }
        let cap = UnderWay { kinds: &[Kind::Url], targets: 5, scope: Scope::Resource };
        let under_way = price.map(|_| cap).into_iter().collect();
        let limits = Limits { under_way, price, ..path_limits() };
        known.limits.insert("one".into(), Arc::new(limits));
        known.limits.insert("two".into(), Arc::new(path_limits()));
        pane_ctx_with(known)
    }

    fn asked(update: &Update) -> Vec<&str> {
        let asked = update.effects.iter().filter_map(|effect| {
            let Effect::Query(Query::Recent { resources, .. }) = effect else { return None };
            Some(resources)
        });
        asked.flatten().map(|(account, _)| account.as_str()).collect()
    }

    #[test]
    fn what_was_used_is_asked_for_where_it_counts_and_again_when_the_history_changes() {
        assert!(asked(&AccountsPane::open(&ctx(None)).1).is_empty());
        let ctx = ctx(Some(Price { free: 1000, mills: 5 }));
        let (mut pane, update) = AccountsPane::open(&ctx);
        assert_eq!(asked(&update), ["one"]);
        let changed = |account: &str| Event::HistoryChanged {
            account: account.into(),
            from: ctx.now,
            until: ctx.now,
            new: 1,
        };
        assert!(asked(&pane.on_event(&changed("two"), &ctx)).is_empty());
        let first = pane.asked.unwrap();
        assert_eq!(asked(&pane.on_event(&changed("one"), &ctx)), ["one"]);
        let late = Answer::Recent { ticket: first, result: Ok(RecentUse::default()) };
        assert!(!pane.on_answer(&late, &ctx).taken, "it was asked for again since");
    }
}
