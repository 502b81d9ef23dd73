//! A draft's whole check, composed once: its findings, the plan that it becomes, and what could be
//! sent instead.

use super::draft::Draft;
use super::lint::{Linted, lint};
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
    let linted = lint(draft, context);
    let plan = plan(&linted, draft, context);
    let several = plan.as_ref().is_ok_and(|plan| plan.requests.len() > 1);
    let wider = if several { suggest(&linted, context) } else { Vec::new() };
    Checked { linted, plan, wider }
}
