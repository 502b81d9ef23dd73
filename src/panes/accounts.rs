//! The accounts: how each stands with its vendor, what is wrong, and when it is asked again.

use crate::commands::{Command, Context};
use crate::domain::account::Account;
use crate::domain::known::Known;
use crate::effect::{Effect, Order};

use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// The accounts. Its rows are [`Known::accounts`].
#[derive(Clone, Debug, Default)]
pub struct AccountsPane {
    /// The row under the cursor, counted from 0.
    cursor: usize,
}

impl AccountsPane {
    fn current<'a>(&self, known: &'a Known) -> Option<&'a Account> {
        known.accounts.get(self.cursor)
    }
}

impl Pane for AccountsPane {
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
