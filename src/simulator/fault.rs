//! Faults on the way, as data: which requests a fault applies to, and what it does to them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::random;
use super::request::ReceivedRequest;

/// A rule for what goes wrong. Conditions that are not set hold for every request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultRule {
    /// A vendor's name, or `edge`.
    pub vendor: Option<String>,
    /// The request's method, in any case.
    pub method: Option<String>,
    /// The request's path; `*` matches any text.
    pub path: Option<String>,
    /// Text that must occur in the query, the body, or an action header.
    pub contains: Option<String>,
    /// The matching requests that the fault applies to, counted from 1; empty for all of them.
    pub nth: Vec<u64>,
    /// The most requests that the fault applies to.
    pub times: Option<u64>,
    /// The percentage of requests that the fault applies to.
    pub percent: Option<f64>,
    /// True when the vendor carries the request out before the fault: a purge took effect, its
    /// answer is lost.
    pub after_effect: bool,
    /// Delay in milliseconds before the vendor goes on.
    pub delay_ms: u64,
    /// Error of the answer's Date header in seconds.
    pub date_skew_seconds: i64,
    /// The change to the answer; none when it is only late.
    #[serde(rename = "strike")]
    pub kind: Option<FaultKind>,
}

/// The change that a fault makes to the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The connection ends without an answer.
    Cut,
    /// The connection ends in the middle of the true answer; the request is always carried out.
    CutMidBody,
    /// No answer, but the connection stays until the client gives up.
    Hang,
    /// An error of this status.
    Status {
        /// The HTTP status.
        status: u16,
        /// The form of the body.
        #[serde(default)]
        body: ErrorBody,
        /// Seconds in the Retry-After header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Bytes that are not HTTP.
    GarbageBytes,
    /// Status 200, declared as JSON, with noise in the body.
    GarbageBody,
    /// The true answer without its last byte, of the right length and declared as JSON; always
    /// carried out.
    BrokenJson,
    /// Status 200 and a body that never ends.
    EndlessBody,
    /// The page of a captive portal: status 200, with the headers of an ordinary web server.
    CaptivePortal,
    /// A redirect.
    Redirect {
        /// The target of the redirect.
        to: String,
        /// The HTTP status; 302 by default.
        #[serde(default = "found")]
        status: u16,
    },
}

fn found() -> u16 {
    302
}

/// The form of an error's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorBody {
    /// The vendor's own error body.
    #[default]
    Json,
    /// The page of a proxy in front of the vendor.
    Html,
    /// No body.
    Empty,
}

/// The faults in force; clones share them, so that a test can change them while the simulator runs.
#[derive(Clone, Debug)]
pub struct FaultRules(Arc<Mutex<ActiveFaults>>);

#[derive(Debug)]
struct ActiveFaults {
    in_order: Vec<ActiveFault>,
    last_id: u64,
    rng: Rng,
}

#[derive(Debug)]
struct ActiveFault {
    id: u64,
    rule: FaultRule,
    matched: u64,
    applied: u64,
}

impl FaultRules {
    pub(crate) fn new(seed: u64, faults: &[FaultRule]) -> Self {
        let rng = random::stream(seed, "faults");
        let active = ActiveFaults { in_order: Vec::new(), last_id: 0, rng };
        let shared = Self(Arc::new(Mutex::new(active)));
        for fault in faults {
            shared.inject(fault.clone());
        }
        shared
    }

    /// Adds a fault and returns its id. Of several that match a request, the first one applies.
    pub fn inject(&self, rule: FaultRule) -> u64 {
        self.insert(usize::MAX, rule)
    }

    /// Adds a fault before all others, and returns its id.
    pub fn inject_first(&self, rule: FaultRule) -> u64 {
        self.insert(0, rule)
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.lock().in_order.clear();
    }

    /// Removes one fault; unknown ids are ignored.
    pub fn remove(&self, id: u64) {
        self.lock().in_order.retain(|fault| fault.id != id);
    }

    /// Returns the number of requests that a fault was applied to; 0 when it is removed.
    pub fn applied(&self, id: u64) -> u64 {
        self.lock().in_order.iter().find(|fault| fault.id == id).map_or(0, |fault| fault.applied)
    }

    /// Chooses the fault for this request. Every rule that matches counts the request, chosen or
    /// not.
    pub(crate) fn choose(&self, vendor: &str, request: &ReceivedRequest) -> Option<FaultRule> {
        let mut active = self.lock();
        let ActiveFaults { in_order, rng, .. } = &mut *active;
        let mut chosen = None;
        for fault in in_order.iter_mut().filter(|fault| fault.rule.matches(vendor, request)) {
            fault.matched += 1;
            let rule = &fault.rule;
            let counted = rule.nth.is_empty() || rule.nth.contains(&fault.matched);
            let left = rule.times.is_none_or(|times| fault.applied < times);
            let drawn = rule.percent.is_none_or(|percent| random::chance(rng, percent));
            if chosen.is_none() && counted && left && drawn {
                fault.applied += 1;
                chosen = Some(rule.clone());
            }
        }
        chosen
    }

    fn insert(&self, at: usize, rule: FaultRule) -> u64 {
        let mut active = self.lock();
        active.last_id += 1;
        let id = active.last_id;
        let at = at.min(active.in_order.len());
        active.in_order.insert(at, ActiveFault { id, rule, matched: 0, applied: 0 });
        id
    }

    fn lock(&self) -> MutexGuard<'_, ActiveFaults> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultRule {
    /// Returns a fault for every request; narrow it with the fields.
    pub fn of(kind: FaultKind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }

    /// Returns true when the vendor carries the request out in spite of the fault.
    pub(crate) fn is_carried_out(&self) -> bool {
        matches!(self.kind, None | Some(FaultKind::CutMidBody | FaultKind::BrokenJson))
            || self.after_effect
    }

    fn matches(&self, vendor: &str, request: &ReceivedRequest) -> bool {
        let same = |wanted: &Option<String>, has: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(has))
        };
        let contains = |text: &String| {
            request.query.contains(text)
                || request.text().contains(text)
                || request.headers.iter().any(|(name, action)| {
                    name.as_str().ends_with("-action")
                        && action.to_str().is_ok_and(|action| action.contains(text))
                })
        };
        same(&self.vendor, vendor)
            && same(&self.method, &request.method)
            && self.path.as_ref().is_none_or(|path| WildMatch::new(path).matches(&request.path))
            && self.contains.as_ref().is_none_or(contains)
    }
}
