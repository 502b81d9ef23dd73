//! What the linter says about a draft.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth asking: the operator confirms.
    Warning,
    /// Blocks: nothing is sent while it stands.
    Error,
}

/// One thing that the linter says about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its code in documents and exit messages, `PD001` and on; stable.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The line of the draft that it is about, counted from 0; `None` for the draft as a whole.
    pub line: Option<usize>,
    /// What is wrong and why, in a sentence or two for the operator.
    pub words: String,
    /// Where the vendor documents it.
    pub link: Option<&'static str>,
}
