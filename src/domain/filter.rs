//! Which purges are meant: a predicate over history with a text form.
//!
//! [`Filter`] is what somebody wrote, with relative times as they are; it prints back to its text. [`Predicate`] is what a
//! filter comes to at an instant, in a zone: every relative time has become an absolute one. The store turns it into
//! questions; [`Predicate::matches`] is the same rule in plain code.

mod asked;
mod completion;
mod edit;
mod error;
mod lexer;
mod matcher;
mod order;
mod parser;
mod pattern;
mod printer;
mod resolver;
mod syntax;
#[cfg(test)]
mod tests;
mod when;
mod words;

pub use asked::Asked;
pub use completion::{Completion, Vocabulary, complete};
pub use error::FilterError;
pub use pattern::path_of;
pub use syntax::{Condition, Filter, Term, Word};
pub use when::{Span, Unit, When};

use chrono::{DateTime, Utc};

use super::kind::Kind;
use super::status::Status;

/// Which purges are selected. All clauses must hold; no clauses select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Predicate {
    /// Created at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Created before this.
    pub until: Option<DateTime<Utc>>,
    /// What else must hold.
    pub clauses: Vec<Clause>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// Whether the condition must not hold.
    pub negated: bool,
    /// The condition: at least one of the alternatives inside must hold.
    pub test: Test,
}

/// What a clause looks at. Every list is one of "any of these".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// The resource's cname.
    Cname(Vec<Pattern>),
    /// The account's name.
    Account(Vec<Pattern>),
    /// The provider's name.
    Provider(Vec<Pattern>),
    /// The status.
    Status(Vec<Status>),
    /// The kind; `None` stands for kinds that we do not know.
    Kind(Vec<Option<Kind>>),
    /// The vendor's id of the purge, exactly.
    Id(Vec<String>),
    /// At least one of the purge's targets.
    Target(Vec<Pattern>),
    /// Who asked for it.
    By(Vec<Pattern>),
    /// Whether our own journal sent it.
    SentHere,
    /// Created in one of these half-open ranges.
    Created(Vec<TimeRange>),
}

/// A half-open stretch of time: at or after the first instant, before the second; open where there is none.
pub type TimeRange = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// How a text is compared; upper and lower case are the same (for ASCII).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// The whole text is this, in lower case.
    Is(String),
    /// The text contains this, in lower case.
    Contains(String),
    /// The whole text fits this, in lower case; `*` stands for any number of characters, nothing else is special.
    Glob(String),
}
