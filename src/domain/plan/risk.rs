//! Assesses the risk of a plan.

use super::Risk;
use crate::domain::findings::Severity;
use crate::domain::kind::Kind;
use crate::domain::lint_context::LintContext;
use crate::domain::payload::PurgeRequest;

/// So many URLs are a few: more than these ask for more than Enter.
pub const FEW: usize = 20;

/// Assesses the risk of these requests, and names every cname for which it is most.
pub(super) fn of<'a>(
    requests: impl IntoIterator<Item = &'a PurgeRequest>,
    worst: Option<Severity>,
    context: &LintContext<'_>,
) -> (Risk, Vec<String>) {
    let mut high: Vec<String> = Vec::new();
    let mut raised = worst >= Some(Severity::Warning);
    let mut targets = 0;
    for request in requests {
        let grave = request.empties()
            || context
                .account(&request.account)
                .is_some_and(|account| account.protects(&request.cname));
        if grave && !high.contains(&request.cname) {
            high.push(request.cname.clone());
        }
        raised |= !matches!(request.kind(), Kind::Url | Kind::IgnoreQuery);
        targets += request.payload.targets().len();
    }
    let risk = match high.first() {
        Some(cname) => Risk::High { cname: cname.clone() },
        None if raised || targets > FEW => Risk::Raised,
        None => Risk::Low,
    };
    (risk, high)
}
