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
        let (of_here, others): (Vec<&Finding>, Vec<&Finding>) =
            self.checked.linted.all_findings().partition(|finding| finding.line == Some(here));
        let one = |finding| FoldedFinding { finding, lines: 1, equal: true };
        let mut own: Vec<FoldedFinding<'_>> = of_here.into_iter().map(one).collect();
        let mut folded: Vec<FoldedFinding<'_>> = Vec::new();
        for finding in others {
            let same = folded.iter_mut().find(|row| {
                row.finding.code == finding.code
                    && row.finding.severity == finding.severity
                    && row.finding.line.is_some()
                    && finding.line.is_some()
            });
            match same {
                Some(row) => {
                    row.lines += 1;
                    row.equal &= row.finding.words == finding.words;
                }
                None => folded.push(one(finding)),
            }
        }
        own.sort_by_key(|row| std::cmp::Reverse(row.finding.severity));
        folded.sort_by_key(|row| (std::cmp::Reverse(row.finding.severity), row.finding.line));
        own.extend(folded);
        own
    }
}
