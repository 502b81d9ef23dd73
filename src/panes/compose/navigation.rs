//! Moving in a long draft: by pages, and from one line with a finding to the next, errors first.

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

    /// Lists the lines with findings as they are visited: those with errors, then those with
    /// warnings; those with mere notes only where there are no others. Returns the number of the
    /// gravest ones too, which come first.
    fn wrong_lines(&self) -> (Vec<usize>, usize) {
        let of = |severity| -> BTreeSet<usize> {
            let findings = self.checked.linted.all_findings();
            findings.filter(|it| it.severity == severity).filter_map(|it| it.line).collect()
        };
        let errors = of(Severity::Error);
        let warnings = of(Severity::Warning);
        let warnings = warnings.difference(&errors).copied();
        let mut wrong: Vec<usize> = errors.iter().copied().chain(warnings).collect();
        if wrong.is_empty() {
            wrong.extend(of(Severity::Info));
        }
        let gravest = if errors.is_empty() { wrong.len() } else { errors.len() };
        (wrong, gravest)
    }

    /// Goes to the next line with something wrong, or to the one before; round at the ends. From a
    /// line that is none of them, to the nearest of the gravest.
    pub(super) fn go_to_finding(&mut self, onward: bool) -> Update {
        let (lines, gravest) = self.wrong_lines();
        let (here, _) = self.lines.cursor();
        let visited = self.visited == Some(here);
        let at = lines.iter().position(|line| *line == here).filter(|_| visited);
        let count = lines.len();
        let next = match at {
            Some(at) if onward => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
            None => {
                let gravest = lines.get(..gravest).unwrap_or_default();
                let nearest = if onward {
                    gravest.iter().position(|line| *line > here)
                } else {
                    gravest.iter().rposition(|line| *line < here)
                };
                nearest.unwrap_or(if onward { 0 } else { gravest.len().saturating_sub(1) })
            }
        };
        let Some(&line) = lines.get(next) else {
            return Update::say(Level::Info, "No line has a finding of its own.");
        };
        self.go_to_wrong_line(line);
        Update::taken()
    }

    /// Goes to the first line with an error, or else with a warning. Stays where all is well.
    pub(super) fn go_to_first_finding(&mut self) {
        let worst = self.checked.linted.worst();
        if worst >= Some(Severity::Warning)
            && let Some(&line) = self.wrong_lines().0.first()
        {
            self.go_to_wrong_line(line);
        }
    }

    fn go_to_wrong_line(&mut self, line: usize) {
        self.part = Part::Targets;
        self.lines.go_to_line(line);
        self.visited = Some(self.lines.cursor().0);
    }
}
