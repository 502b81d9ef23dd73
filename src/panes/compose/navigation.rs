//! Moving in a long draft: by pages, and from one line with a finding to the next.

use std::collections::BTreeSet;

use super::{ComposePane, Part};
use crate::domain::event::Level;
use crate::domain::findings::Severity;
use crate::panes::{PaneCtx, Update};

impl ComposePane {
    /// Moves by pages, of about as many lines as are in view beside the findings.
    pub(super) fn go_page(&mut self, by: isize, ctx: &PaneCtx<'_>) -> Update {
        let page = isize::from(i16::try_from(ctx.area.height / 2).unwrap_or(1)).max(1);
        let (here, _) = self.lines.cursor();
        self.lines.go_to_line(here.saturating_add_signed(page * by));
        Update::taken()
    }

    /// Returns the lines with findings, in their order; lines with mere notes only where there are
    /// no others.
    fn wrong_lines(&self) -> BTreeSet<usize> {
        let at_least = |severity| {
            self.checked
                .linted
                .all_findings()
                .filter(|finding| finding.severity >= severity)
                .filter_map(|finding| finding.line)
                .collect::<BTreeSet<usize>>()
        };
        let wrong = at_least(Severity::Warning);
        if wrong.is_empty() { at_least(Severity::Info) } else { wrong }
    }

    /// Goes to the next line with something wrong, or to the one before; round at the ends.
    pub(super) fn go_to_finding(&mut self, onward: bool) -> Update {
        let lines = self.wrong_lines();
        let (here, _) = self.lines.cursor();
        let found = if onward {
            lines.range(here + 1..).next().or(lines.first())
        } else {
            lines.range(..here).next_back().or(lines.last())
        };
        let Some(&line) = found else {
            return Update::say(Level::Info, "No line has a finding of its own.");
        };
        self.part = Part::Targets;
        self.lines.go_to_line(line);
        Update::taken()
    }
}
