//! Help: every command with its keys, the marks on the screen, and the filter language; a typed
//! word narrows it down.

use ratatui::layout::Rect;

use crate::commands::{Command, Context};

use super::field::{Edit, Field, LONGEST_SEARCH};
use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

mod lines;
pub mod view;

use lines::HelpLine;

/// The rows of the popup's frame.
const FRAME: u16 = 2;

/// Help.
#[derive(Clone, Debug)]
pub struct HelpPane {
    all: Vec<HelpLine>,
    /// The lines that fit the search.
    shown: Vec<HelpLine>,
    top: usize,
    search: Field,
    /// Set while the search is typed.
    typing: bool,
}

impl HelpPane {
    /// All commands with their keys; those of these contexts come first under a heading of their
    /// own.
    pub fn new(here: &[Context], keys: &dyn Fn(Command) -> String) -> Self {
        let all = lines::all(here, keys);
        let search = Field::default().at_most(LONGEST_SEARCH);
        Self { shown: all.clone(), all, top: 0, search, typing: false }
    }

    fn after_edit(&mut self, edit: Edit) -> Update {
        if edit.is_change() {
            self.shown = lines::matching(&self.all, self.search.text());
            self.top = 0;
        }
        edit.update()
    }

    fn is_searched(&self) -> bool {
        !self.search.text().trim().is_empty()
    }

    /// Shows everything again.
    fn end_search(&mut self) -> Update {
        self.typing = false;
        self.search.set("");
        self.after_edit(Edit::Edited)
    }
}

impl Pane for HelpPane {
    fn contexts(&self) -> &'static [Context] {
        if self.typing { &[Context::Field, Context::Text] } else { &[Context::Help] }
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for help")]
        match command {
            Command::Back if self.typing || self.is_searched() => self.end_search(),
            Command::HelpSearch => {
                self.typing = true;
                Update::taken()
            }
            Command::FieldAccept if self.typing => {
                self.typing = false;
                Update::taken()
            }
            Command::FieldOlder if self.typing => self.scroll(Command::MoveUp, ctx),
            Command::FieldNewer if self.typing => self.scroll(Command::MoveDown, ctx),
            Command::Back | Command::Help | Command::Quit | Command::Open => {
                Update::request(AppRequest::Close)
            }
            other => {
                if self.typing {
                    let edit = self.search.on_command(other);
                    if edit != Edit::Ignored {
                        return self.after_edit(edit);
                    }
                }
                self.scroll(other, ctx)
            }
        }
    }

    fn on_typed(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        let edit = self.search.on_typed(text);
        self.after_edit(edit)
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        self.typing = true;
        let edit = self.search.on_paste(text);
        self.after_edit(edit)
    }

    fn shows_hint(&self, command: Command) -> bool {
        !self.typing || command != Command::FieldComplete
    }
}

impl HelpPane {
    /// Returns the lines above the list: the search, if there is one.
    fn above(&self) -> u16 {
        u16::from(self.typing || self.is_searched())
    }

    /// Returns the number of the first line in view where this area is all that there is: never
    /// one behind which no other screenful begins.
    fn top(&self, area: Rect) -> usize {
        self.top.min(self.last_top(area))
    }

    /// Returns the largest number of the first line in view.
    fn last_top(&self, area: Rect) -> usize {
        let rows = area.height.saturating_sub(FRAME + self.above());
        self.shown.len().saturating_sub(usize::from(rows))
    }

    fn scroll(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        match moved(command, self.top(ctx.area), self.last_top(ctx.area) + 1) {
            Some(to) => {
                self.top = to;
                Update::taken()
            }
            None => Update::ignored(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pane_ctx;

    fn help() -> HelpPane {
        HelpPane::new(&[], &|command| command.about().keys.join(" "))
    }

    #[test]
    fn scrolling_ends_at_the_last_line() {
        let mut help = help();
        for _ in 0..500 {
            help.on_command(Command::PageDown, &pane_ctx());
        }
        assert!(help.top < help.shown.len());
    }

    #[test]
    fn up_scrolls_at_once_after_the_end_also_where_the_room_changed() {
        let mut help = help();
        let ctx = pane_ctx();
        let last = help.shown.len() - 48;
        help.on_command(Command::MoveLast, &ctx);
        assert_eq!(help.top, last);
        help.on_command(Command::MoveDown, &ctx);
        assert_eq!(help.top, last);
        help.on_command(Command::MoveUp, &ctx);
        assert_eq!(help.top, last - 1);
        help.on_command(Command::MoveLast, &ctx);
        let taller = PaneCtx { area: Rect { height: 60, ..ctx.area }, ..ctx };
        help.on_command(Command::MoveUp, &taller);
        assert_eq!(help.top, last - 11);
        let huge = PaneCtx { area: Rect { height: 900, ..ctx.area }, ..ctx };
        help.on_command(Command::MoveLast, &huge);
        assert_eq!(help.top, 0);
    }

    #[test]
    fn a_search_narrows_while_it_is_typed_and_esc_brings_everything_back_before_it_closes() {
        let mut help = help();
        let all = help.shown.len();
        help.on_command(Command::HelpSearch, &pane_ctx());
        help.on_typed("timeline", &pane_ctx());
        assert!((2..all / 2).contains(&help.shown.len()), "{}", help.shown.len());
        help.on_command(Command::FieldAccept, &pane_ctx());
        assert_eq!(help.contexts(), [Context::Help]);
        assert_eq!(help.on_command(Command::Back, &pane_ctx()).requests, []);
        assert_eq!(help.shown.len(), all);
        let closed = help.on_command(Command::Back, &pane_ctx());
        assert_eq!(closed.requests, [AppRequest::Close]);
    }
}
