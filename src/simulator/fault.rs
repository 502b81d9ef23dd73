//! What may go wrong on the way, as data: which requests a fault strikes, and what it does to them.

use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::random;
use super::request::Request;

/// A rule of what goes wrong. Conditions that are not set hold for every request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// `gcore`, `tencent`, `medianova` or `edge`.
    pub vendor: Option<String>,
    /// The request's method, in any case.
    pub method: Option<String>,
    /// The request's path; `*` stands for anything.
    pub path: Option<String>,
    /// Text that must occur in the query, the body, or an action header.
    pub contains: Option<String>,
    /// Which of the requests that meet the conditions are struck, counted from 1; empty means all of them.
    pub nth: Vec<u64>,
    /// How many requests are struck before the fault is spent.
    pub times: Option<u64>,
    /// In how many of 100 requests it strikes.
    pub percent: Option<f64>,
    /// True when the vendor carries the request out before the fault strikes: a purge took effect, its answer is lost.
    pub after_effect: bool,
    /// How long the vendor takes before it goes on, in milliseconds.
    pub delay_ms: u64,
    /// How far the answer's Date header is off, in seconds.
    pub date_skew_seconds: i64,
    /// What is done to the answer; nothing when it is only late.
    pub strike: Option<Strike>,
}

/// What a fault does to the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Strike {
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
        /// In which form the body comes.
        #[serde(default)]
        body: ErrorBody,
        /// Seconds in the Retry-After header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Bytes that are not HTTP.
    GarbageBytes,
    /// Status 200, said to be JSON, and noise in the body.
    GarbageBody,
    /// The true answer without its last byte, of the right length and said to be JSON; always carried out.
    BrokenJson,
    /// Status 200 and a body that never ends.
    EndlessBody,
    /// A redirect.
    Redirect {
        /// Where to.
        to: String,
        /// The HTTP status; 302 unless said.
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
    /// As the vendor's own errors look.
    #[default]
    Json,
    /// The page of a proxy in front of the vendor.
    Html,
    /// None at all.
    Empty,
}

/// The faults in force; clones share them, so that a test can change them while the simulator runs.
#[derive(Clone, Debug)]
pub struct Faults(Arc<Mutex<Rules>>);

#[derive(Debug)]
struct Rules {
    in_order: Vec<Rule>,
    next: u64,
    rng: Rng,
}

#[derive(Debug)]
struct Rule {
    id: u64,
    fault: Fault,
    matched: u64,
    struck: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64, faults: &[Fault]) -> Self {
        let shared = Self(Arc::new(Mutex::new(Rules {
            in_order: Vec::new(),
            next: 0,
            rng: random::stream(seed, "faults"),
        })));
        for fault in faults {
            shared.inject(fault.clone());
        }
        shared
    }

    /// Adds a fault and returns its number. Of several that fit a request, the one that was added first strikes.
    pub fn inject(&self, fault: Fault) -> u64 {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.next += 1;
        let id = rules.next;
        rules.in_order.push(Rule { id, fault, matched: 0, struck: 0 });
        id
    }

    /// Adds a fault that strikes before all others, and returns its number.
    pub fn inject_first(&self, fault: Fault) -> u64 {
        let id = self.inject(fault);
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = rules.in_order.iter().position(|rule| rule.id == id) {
            let rule = rules.in_order.remove(at);
            rules.in_order.insert(0, rule);
        }
        id
    }

    /// Takes all faults away.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).in_order.clear();
    }

    /// Takes one fault away; unknown numbers are nothing.
    pub fn remove(&self, id: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).in_order.retain(|rule| rule.id != id);
    }

    /// How often a fault has struck; 0 when it is gone.
    pub fn struck(&self, id: u64) -> u64 {
        let rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.in_order.iter().find(|rule| rule.id == id).map_or(0, |rule| rule.struck)
    }

    /// The fault that strikes this request. Every rule that fits counts it, struck or not.
    pub(crate) fn strike(&self, vendor: &str, request: &Request) -> Option<Fault> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Rules { in_order, rng, .. } = &mut *rules;
        let mut chosen = None;
        for rule in in_order.iter_mut() {
            if !rule.fault.fits(vendor, request) {
                continue;
            }
            rule.matched += 1;
            let fault = &rule.fault;
            let counted = fault.nth.is_empty() || fault.nth.contains(&rule.matched);
            let left = fault.times.is_none_or(|times| rule.struck < times);
            let drawn = fault.percent.is_none_or(|percent| random::chance(rng, percent));
            if chosen.is_none() && counted && left && drawn {
                rule.struck += 1;
                chosen = Some(rule.fault.clone());
            }
        }
        chosen
    }
}

impl Fault {
    /// A fault that does `strike` to every request; narrow it with the fields.
    pub fn of(strike: Strike) -> Self {
        Self { strike: Some(strike), ..Self::default() }
    }

    fn fits(&self, vendor: &str, request: &Request) -> bool {
        let same = |wanted: &Option<String>, has: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(has))
        };
        same(&self.vendor, vendor)
            && same(&self.method, &request.method)
            && self.path.as_ref().is_none_or(|path| WildMatch::new(path).matches(&request.path))
            && self.contains.as_ref().is_none_or(|text| {
                request.query.contains(text.as_str())
                    || request.text().contains(text.as_str())
                    || request
                        .header("x-tc-action")
                        .is_some_and(|action| action.contains(text.as_str()))
            })
    }
}
