//! The history of notices: everything that the operator was told, the newest first.

use crate::commands::{Command, Context};
use crate::domain::known::Known;
use crate::domain::notice_log::LoggedNotice;

use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

pub mod view;

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
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for notices")]
        match command {
            Command::Back | Command::NoticesOpen | Command::Quit => {
                Update::request(AppRequest::Close)
            }
            Command::Copy => self.current(ctx.known).map_or_else(Update::taken, |logged| {
                let account = logged.notice.account.as_ref();
                let account = account.map(|it| format!("{it}: ")).unwrap_or_default();
                let words = format!("{account}{}", logged.notice.words);
                Update::copy_words(&words)
            }),
            other => match moved(other, self.cursor, ctx.known.notices.len()) {
                Some(to) => {
                    self.cursor = to;
                    Update::taken()
                }
                None => Update::ignored(),
            },
        }
    }

    fn on_item(&mut self, item: usize, ctx: &PaneCtx<'_>) -> Update {
        self.cursor = item.min(ctx.known.notices.len().saturating_sub(1));
        Update::taken()
    }

    fn unavailable(&self, command: Command, ctx: &PaneCtx<'_>) -> Option<&'static str> {
        (command == Command::Copy && ctx.known.notices.is_empty())
            .then_some("There is no notice to copy")
    }
}
