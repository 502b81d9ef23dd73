//! The exact requests that a draft becomes, with the earliest time for each.

mod build;
mod risk;
mod suggest;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::budget::QuotaLine;
use super::ids::{AccountName, ResourceId};
use super::kind::Kind;
use super::limits::Hardness;
use super::money::Cost;
use super::payload::PurgeRequest;

pub use build::plan;
pub use risk::FEW;
pub use suggest::{Suggestion, suggest};

/// The requests to send, in the order in which they go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The requests.
    pub requests: Vec<PlannedRequest>,
    /// The risk, which decides what the operator must do to confirm.
    pub risk: Risk,
    /// When the last request goes out.
    pub ends_at: DateTime<Utc>,
    /// When the last purge is done, if every purge takes as long as its vendor says it usually
    /// does.
    pub done_at: DateTime<Utc>,
    /// The parts for each resource and kind, in the order of the draft.
    pub parts: Vec<PlanPart>,
    /// Every cname whose purge here is of the highest risk, in the order of the draft; the first is
    /// the one to type.
    pub high_cnames: Vec<String>,
    /// The daily quotas once everything was sent; empty where the vendor gives none.
    pub quotas: Vec<(AccountName, QuotaLine)>,
    /// The cost in each account where purges cost money, as far as it is known.
    pub costs: Vec<(AccountName, Cost)>,
}

impl Plan {
    /// The cnames and hosts of which nothing stays in the cache, each once, in the order of the
    /// requests.
    pub fn emptied(&self) -> Vec<&str> {
        let mut emptied = Vec::new();
        for request in self.requests.iter().map(|it| &it.request).filter(|it| it.empties()) {
            let names: Vec<&str> = if request.kind() == Kind::Host {
                request.payload.targets().iter().map(String::as_str).collect()
            } else {
                vec![request.cname.as_str()]
            };
            for name in names {
                if !emptied.contains(&name) {
                    emptied.push(name);
                }
            }
        }
        emptied
    }

    /// Returns what a request of it does to the copies.
    pub fn hardness_of(&self, request: &PurgeRequest) -> Hardness {
        let part = self.parts.iter().find(|part| {
            part.account == request.account
                && part.resource == request.resource
                && part.sent_kind == request.kind()
        });
        part.map_or(Hardness::Hard, |part| part.hardness)
    }

    /// Says of each part what it does to the copies, a line for each hardness; nothing where
    /// everything is hard and has no choice.
    pub fn fates(&self) -> Vec<String> {
        let is_plain = |part: &PlanPart| part.mode.is_none() && part.hardness == Hardness::Hard;
        if self.parts.iter().all(is_plain) {
            return Vec::new();
        }
        let mut by_hardness: BTreeMap<Hardness, Vec<String>> = BTreeMap::new();
        for part in &self.parts {
            let mode = part.mode.as_ref().map(|mode| format!(" ({mode})")).unwrap_or_default();
            let named = format!("{} by {}{mode}", part.cname, part.kind);
            by_hardness.entry(part.hardness).or_default().push(named);
        }
        let lines = by_hardness.into_iter().map(|(hardness, named)| {
            let more = match named.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let named = named.get(..NAMED).unwrap_or(&named).join(", ");
            format!("{named}{more} is {}", hardness.words())
        });
        lines.collect()
    }
}

/// Parts that are named in one line.
const NAMED: usize = 3;

/// The part of a plan that one kind of purge on one resource makes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanPart {
    /// The account.
    pub account: AccountName,
    /// The resource.
    pub resource: ResourceId,
    /// The resource's cname.
    pub cname: String,
    /// The kind that the operator asked for.
    pub kind: Kind,
    /// The kind that goes out: everything is a pattern where the vendor has no purge of everything.
    pub sent_kind: Kind,
    /// Number of targets; 1 for everything.
    pub targets: usize,
    /// The vendor's mode, where it offers a choice.
    pub mode: Option<String>,
    /// What it does to the copies.
    pub hardness: Hardness,
    /// When its requests go out, the earliest first; never empty.
    pub times: Vec<DateTime<Utc>>,
}

impl PlanPart {
    /// Counts its requests.
    pub fn requests(&self) -> usize {
        self.times.len()
    }
}

/// One request and when it may go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRequest {
    /// The request.
    pub request: PurgeRequest,
    /// When the budget has room for it, as far as is known now.
    pub at: DateTime<Utc>,
}

/// The risk of a plan, and so the kind of input that confirms it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Risk {
    /// Single URLs: Enter.
    Low,
    /// Patterns, tags, many URLs or warnings: the letter S.
    Raised,
    /// Everything, a root pattern, a host, or something protected: the cname typed out.
    High {
        /// The text to type.
        cname: String,
    },
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The draft has nothing to send.
    #[error("there is nothing to purge in the draft")]
    Nothing,
    /// The linter found errors.
    #[error("{errors} error(s) in the draft; the first: {first}")]
    Errors {
        /// Number of errors.
        errors: usize,
        /// The first one's code and words.
        first: String,
    },
    /// The account's limits are not known yet.
    #[error("what the vendor of {account} accepts is not known yet")]
    LimitsUnknown {
        /// The account.
        account: AccountName,
    },
    /// The resource is not known any more.
    #[error("{cname} is not known in {account} any more")]
    ResourceUnknown {
        /// The account.
        account: AccountName,
        /// The resource's cname.
        cname: String,
    },
    /// The vendor has no purge of this kind, or allows none.
    #[error("{account} allows no purge by {kind}")]
    NotAllowed {
        /// The account.
        account: AccountName,
        /// The kind.
        kind: Kind,
    },
    /// A daily quota has too little left.
    #[error("the {kind} quota of {account} has {left} left today, {asked} are needed")]
    QuotaShort {
        /// The account.
        account: AccountName,
        /// The kind.
        kind: Kind,
        /// The part of it that is left.
        left: u64,
        /// The part of it that the plan needs.
        asked: u64,
    },
}

/// A request as it would go over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// `POST`, usually.
    pub method: String,
    /// The address.
    pub url: String,
    /// Its headers without any secret: where one stands, a placeholder does.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The same as a command line for `curl`, with an environment variable in the secret's place.
    /// Where requests are signed, for the vendor's own tool: `curl` cannot sign.
    pub curl: String,
}
