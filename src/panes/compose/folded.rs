//! Findings as they are listed: those of the line under the cursor one by one, equal ones of other
//! lines as one.

use super::ComposePane;
use crate::domain::findings::Finding;

/// One row of the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct FoldedFinding<'a> {
    /// The finding; the first one, where several are one row.
    pub(super) finding: &'a Finding,
    /// Number of lines that have it.
    pub(super) lines: usize,
    /// True if it says the same of all of them.
    pub(super) equal: bool,
}

impl ComposePane {
    /// Lists the findings: those of the line under the cursor first, then by severity; those of one
    /// code as one.
    pub(super) fn folded_findings(&self) -> Vec<FoldedFinding<'_>> {
        let (here, _) = self.lines.cursor();
        let linted = &self.checked.linted;
        let groups = &self.digest.groups;
        let mut own: Vec<FoldedFinding<'_>> = groups
            .iter()
            .flat_map(|group| group.at(here))
            .filter_map(|place| place.of(linted))
            .map(|finding| FoldedFinding { finding, lines: 1, equal: true })
            .collect();
        let mut folded: Vec<FoldedFinding<'_>> = groups
            .iter()
            .filter_map(|group| group.without(here))
            .filter_map(|(place, lines, equal)| {
                place.of(linted).map(|finding| FoldedFinding { finding, lines, equal })
            })
            .collect();
        own.sort_by_key(|row| std::cmp::Reverse(row.finding.severity));
        folded.sort_by_key(|row| (std::cmp::Reverse(row.finding.severity), row.finding.line));
        own.extend(folded);
        own
    }
}
