//! Help: every command with its keys and what it does, under headings.

use crate::commands::{Command, Context, Group};

use super::asks::Ask;
use super::{Outcome, Pane, PaneCtx};

pub mod view;

/// How many lines a page is.
const PAGE: usize = 10;

/// Help.
#[derive(Clone, Debug, Default)]
pub struct HelpPane {
    top: usize,
}

/// One line of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Heading(Group),
    Entry(Command),
    Blank,
}

impl HelpPane {
    /// From the top.
    pub fn new() -> Self {
        Self::default()
    }

    /// All lines, in the order of the table.
    fn lines() -> Vec<Line> {
        let mut lines = Vec::new();
        let mut group = None;
        for &command in Command::EVERY {
            let about = command.about();
            if group != Some(about.group) {
                if group.is_some() {
                    lines.push(Line::Blank);
                }
                lines.push(Line::Heading(about.group));
                group = Some(about.group);
            }
            lines.push(Line::Entry(command));
        }
        lines
    }
}

impl Pane for HelpPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Help]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Outcome {
        let last = Self::lines().len().saturating_sub(1);
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other command is not for help"
        )]
        let top = match command {
            Command::Back | Command::Help | Command::Quit | Command::Open => {
                return Outcome::ask(Ask::Close);
            }
            Command::MoveDown => self.top + 1,
            Command::MoveUp => self.top.saturating_sub(1),
            Command::PageDown => self.top + PAGE,
            Command::PageUp => self.top.saturating_sub(PAGE),
            Command::MoveFirst => 0,
            Command::MoveLast => last,
            _ => return Outcome::ignored(),
        };
        self.top = top.min(last);
        Outcome::taken()
    }

    fn hints(&self) -> &'static [Command] {
        &[
            Command::MoveDown,
            Command::MoveUp,
            Command::PageDown,
            Command::Back,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panes::samples::pane_ctx;

    #[test]
    fn every_command_stands_in_help_once() {
        for &command in Command::EVERY {
            let times = HelpPane::lines()
                .iter()
                .filter(|&&line| line == Line::Entry(command))
                .count();
            assert_eq!(times, 1, "{command:?}");
        }
    }

    #[test]
    fn every_heading_stands_once() {
        let headings = HelpPane::lines()
            .iter()
            .filter(|line| matches!(line, Line::Heading(_)))
            .count();
        assert_eq!(headings, 6);
    }

    #[test]
    fn scrolling_ends_at_the_last_line() {
        let mut help = HelpPane::new();
        for _ in 0..500 {
            help.on_command(Command::PageDown, &pane_ctx());
        }
        assert!(help.top < HelpPane::lines().len());
    }
}
