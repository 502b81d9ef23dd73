//! Findings: everything that the linter can say about a draft.

mod codes;

pub use codes::{Code, Rule};

use super::words::words;

words! {
    /// The severity of a finding.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    Severity {
        /// Worth knowing.
        Info = "info";
        /// Worth asking: the operator confirms.
        Warning = "warning";
        /// Blocks: nothing is sent while it stands.
        Error = "error";
    }
}

/// One thing that the linter says about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its code in documents and exit messages, `PD001` and on; stable.
    pub code: &'static str,
    /// Its severity.
    pub severity: Severity,
    /// The line of the draft that it is about, counted from 0; `None` for the draft as a whole.
    pub line: Option<usize>,
    /// The problem and its reason, in a sentence or two for the operator.
    pub words: String,
    /// The document that has the rule behind it.
    pub link: Option<&'static str>,
}

impl Finding {
    /// A finding of this code, with the severity and the link that its rule has.
    pub fn new(code: Code, line: Option<usize>, words: impl Into<String>) -> Self {
        let rule = code.rule();
        Self { code: rule.code, severity: rule.severity, line, words: words.into(), link: rule.doc }
    }

    /// The same, mattering more or less than usual.
    #[must_use]
    pub fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
