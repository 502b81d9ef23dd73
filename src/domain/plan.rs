//! The exact requests that a draft becomes, with the earliest time for each.

use chrono::{DateTime, Utc};

use super::payload::PurgeRequest;

/// What will be sent, in the order in which it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The requests.
    pub requests: Vec<PlannedRequest>,
    /// What the operator must do to confirm it.
    pub risk: Risk,
}

/// One request and when it may go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRequest {
    /// What is sent.
    pub request: PurgeRequest,
    /// When the budget has room for it, as far as is known now.
    pub at: DateTime<Utc>,
}

/// How much can go wrong, and so what kind of input confirms it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Risk {
    /// Single URLs: Enter.
    Low,
    /// Patterns or warnings: the letter y.
    Raised,
    /// Everything, a root pattern, or something protected: the cname typed out.
    High {
        /// The text to type.
        cname: String,
    },
}

/// A request as it would go over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// `POST`, usually.
    pub method: String,
    /// Where to.
    pub url: String,
    /// Its headers without any secret: where one stands, a placeholder does.
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: String,
    /// The same as a command line for `curl`, with an environment variable in the secret's place.
    pub curl: String,
}
