//! A draft's whole check, composed once: its findings, the plan that it becomes, and what could be
//! sent instead.

use super::document::Document;
use super::draft::Draft;
use super::lint::{Linted, lint_document};
use super::lint_context::LintContext;
use super::plan::{Plan, PlanError, Suggestion, plan, suggest};

/// The result of checking a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The meaning of each line, and its findings.
    pub linted: Linted,
    /// The exact requests, or why there are none.
    pub plan: Result<Plan, PlanError>,
    /// Fewer, wider purges that would do; never taken unasked. Empty where one request does.
    pub wider: Vec<Suggestion>,
}

impl Default for Checked {
    fn default() -> Self {
        Self { linted: Linted::default(), plan: Err(PlanError::Nothing), wider: Vec::new() }
    }
}

/// Lints a draft, plans it, and looks for wider purges where it takes several requests.
pub fn check(draft: &Draft, context: &LintContext<'_>) -> Checked {
    check_document(&draft.read(), draft, context)
}

/// Checks a draft as [`check`] does, of which this is what was read.
pub fn check_document(
    document: &Document<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
) -> Checked {
    Checked::of(lint_document(document, draft, context), draft, context)
}

impl Checked {
    fn of(linted: Linted, draft: &Draft, context: &LintContext<'_>) -> Self {
        let plan = plan(&linted, draft, context);
        let several = plan.as_ref().is_ok_and(|plan| plan.requests.len() > 1);
        let wider = if several { suggest(&linted, context) } else { Vec::new() };
        Self { linted, plan, wider }
    }

    /// Checks the reason and the ticket again, where nothing else of the draft has changed. Returns
    /// false where all stays the same.
    pub fn recheck_texts(&mut self, draft: &Draft, context: &LintContext<'_>) -> bool {
        let differs = self.linted.recheck_texts(draft, context);
        if differs {
            *self = Self::of(std::mem::take(&mut self.linted), draft, context);
        }
        differs
    }
}
