//! Help: every command with its keys and what it does, under headings.

use crate::commands::{Command, Context, Group};

use super::requests::AppRequest;
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// Help.
#[derive(Clone, Debug)]
pub struct HelpPane {
    lines: Vec<Line>,
    top: usize,
}

/// One line of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The heading of the commands of the context where help was opened.
    Here,
    Heading(Group),
    Entry(Command),
    Blank,
}

impl HelpPane {
    /// All commands; those of these contexts, the innermost first, come first under a heading of
    /// their own.
    pub fn new(here: &[Context]) -> Self {
        let mut lines = Vec::new();
        if !here.is_empty() {
            lines.push(Line::Here);
            let of_here = Command::EVERY.iter().filter(|command| {
                let contexts = command.about().contexts;
                contexts.iter().any(|context| *context != Context::Global && here.contains(context))
            });
            lines.extend(of_here.map(|&command| Line::Entry(command)));
            lines.push(Line::Blank);
        }
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
        Self { lines, top: 0 }
    }
}

impl Pane for HelpPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Help]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for help")]
        match command {
            Command::Back | Command::Help | Command::Quit | Command::Open => {
                Update::request(AppRequest::Close)
            }
            other => match moved(other, self.top, self.lines.len()) {
                Some(to) => {
                    self.top = to;
                    Update::taken()
                }
                None => Update::ignored(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pane_ctx;

    #[test]
    fn every_command_stands_in_help_once() {
        for &command in Command::EVERY {
            let times = HelpPane::new(&[])
                .lines
                .iter()
                .filter(|&&line| line == Line::Entry(command))
                .count();
            assert_eq!(times, 1, "{command:?}");
        }
    }

    #[test]
    fn every_heading_stands_once() {
        let headings =
            HelpPane::new(&[]).lines.iter().filter(|line| matches!(line, Line::Heading(_))).count();
        assert_eq!(headings, 6);
    }

    #[test]
    fn scrolling_ends_at_the_last_line() {
        let mut help = HelpPane::new(&[]);
        for _ in 0..500 {
            help.on_command(Command::PageDown, &pane_ctx());
        }
        assert!(help.top < help.lines.len());
    }

    #[test]
    fn what_can_be_done_here_stands_first() {
        let help = HelpPane::new(&[Context::Queue]);
        assert_eq!(help.lines.first(), Some(&Line::Here));
        assert!(help.lines.iter().take(10).any(|&line| line == Line::Entry(Command::QueueCancel)));
    }
}
