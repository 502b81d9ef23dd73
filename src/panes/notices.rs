//! The history of notices: everything that the operator was told, the newest first.

use crate::commands::{Command, Context};
use crate::domain::known::Known;
use crate::domain::notice_log::LoggedNotice;
use crate::effect::{Effect, TerminalEffect};

use super::requests::AppRequest;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// Rows of a page.
const PAGE: usize = 10;

/// The history of notices. Its rows are [`Known::notices`].
#[derive(Clone, Debug, Default)]
pub struct NoticesPane {
    /// The row under the cursor, the newest at 0.
    cursor: usize,
}

impl NoticesPane {
    fn current<'a>(&self, known: &'a Known) -> Option<&'a LoggedNotice> {
        known.notices.get(self.cursor)
    }
}

impl Pane for NoticesPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Notices]
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        let last = ctx.known.notices.len().saturating_sub(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for notices")]
        let cursor = match command {
            Command::Back | Command::NoticesOpen | Command::Quit => {
                return Update::request(AppRequest::Close);
            }
            Command::Copy => {
                return self.current(ctx.known).map_or_else(Update::taken, |logged| {
                    let words = logged.notice.words.clone();
                    Update::effect(Effect::Terminal(TerminalEffect::Copy(words)))
                });
            }
            Command::MoveDown => self.cursor + 1,
            Command::MoveUp => self.cursor.saturating_sub(1),
            Command::PageDown => self.cursor + PAGE,
            Command::PageUp => self.cursor.saturating_sub(PAGE),
            Command::MoveFirst => 0,
            Command::MoveLast => last,
            _ => return Update::ignored(),
        };
        self.cursor = cursor.min(last);
        Update::taken()
    }

    fn unavailable(&self, command: Command, ctx: &PaneCtx<'_>) -> Option<&'static str> {
        (command == Command::Copy && ctx.known.notices.is_empty())
            .then_some("There is no notice to copy")
    }
}
