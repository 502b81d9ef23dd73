//! Help: every command with its keys, the marks on the screen, and the filter language; a typed
//! word narrows it down.

use crate::commands::{Command, Context};

use super::field::{Edit, Field};
use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

mod lines;
pub mod view;

use lines::HelpLine;

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
        Self { shown: all.clone(), all, top: 0, search: Field::default(), typing: false }
    }

    fn after_edit(&mut self, edit: Edit) -> Update {
        if edit == Edit::Edited {
            self.shown = lines::matching(&self.all, self.search.text());
            self.top = 0;
        }
        Update::taken_if(edit != Edit::Ignored)
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

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
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
            Command::FieldOlder if self.typing => self.scroll(Command::MoveUp),
            Command::FieldNewer if self.typing => self.scroll(Command::MoveDown),
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
                self.scroll(other)
            }
        }
    }

    fn on_typed(&mut self, character: char, _ctx: &PaneCtx<'_>) -> Update {
        let edit = self.search.on_typed(character);
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
    fn scroll(&mut self, command: Command) -> Update {
        match moved(command, self.top, self.shown.len()) {
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
    fn a_search_narrows_while_it_is_typed_and_esc_brings_everything_back_before_it_closes() {
        let mut help = help();
        let all = help.shown.len();
        help.on_command(Command::HelpSearch, &pane_ctx());
        for character in "timeline".chars() {
            help.on_typed(character, &pane_ctx());
        }
        assert!((2..all / 2).contains(&help.shown.len()), "{}", help.shown.len());
        help.on_command(Command::FieldAccept, &pane_ctx());
        assert_eq!(help.contexts(), [Context::Help]);
        assert_eq!(help.on_command(Command::Back, &pane_ctx()).requests, []);
        assert_eq!(help.shown.len(), all);
        let closed = help.on_command(Command::Back, &pane_ctx());
        assert_eq!(closed.requests, [AppRequest::Close]);
    }
}
