//! The findings of one entry.

use super::LostQuery;
use crate::domain::findings::{Code, Finding, Severity};

/// Gathers what is said of one entry.
pub(super) struct Notes {
    line: Option<usize>,
    pub(super) findings: Vec<Finding>,
    /// The part of its query string that does not count.
    pub(super) lost_query: LostQuery,
    /// The host that no resource answers to.
    pub(super) unknown_host: Option<String>,
    /// True if it is a host without a path.
    pub(super) bare_host: bool,
    /// True if its path or query was typed with letters beyond ASCII.
    pub(super) has_letters: bool,
}

impl Notes {
    pub(super) fn new(line: Option<usize>) -> Self {
        Self {
            line,
            findings: Vec::new(),
            lost_query: LostQuery::Nothing,
            unknown_host: None,
            bare_host: false,
            has_letters: false,
        }
    }

    pub(super) fn say(&mut self, code: Code, words: impl Into<String>) {
        self.findings.push(Finding::new(code, self.line, words));
    }

    pub(super) fn say_weighing(
        &mut self,
        code: Code,
        severity: Severity,
        words: impl Into<String>,
    ) {
        self.findings.push(Finding::new(code, self.line, words).weighing(severity));
    }
}
