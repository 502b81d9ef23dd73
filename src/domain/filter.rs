//! The filter language: a predicate over history with a text form.
//!
//! [`Filter`] is what somebody wrote, with relative times as they are; it prints back to its text.
//! [`Predicate`] is what a filter comes to at an instant, in a zone: every relative time has become
//! an absolute one. The store turns it into queries; [`Predicate::matches`] is the same rule in
//! plain code. `filter/fields.rs` has the table of fields: a new one is its row there and its
//! column in the store.

mod choice;
mod completion;
mod contradictions;
mod covers;
mod edit;
mod error;
mod fields;
mod help;
mod lexer;
mod matcher;
mod parser;
mod pattern;
mod printer;
mod requests;
mod resolver;
mod shapes;
mod special;
mod syntax;
#[cfg(test)]
mod tests;
mod time;
mod value;

pub use completion::{Completion, complete};
pub use error::FilterError;
pub use fields::{Condition, Test, Vocabulary};
pub use help::{FieldHelp, RULES, field_help};
pub use parser::MAX_BYTES;
pub use pattern::Pattern;
pub use syntax::{Filter, Term};
pub use time::{RelativeDay, Span, TimeExpr, TimeRange, Unit};
pub use value::Word;

use chrono::{DateTime, Utc};

/// A selection of purges. All clauses must hold; no clauses select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Predicate {
    /// Created at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Created before this.
    pub until: Option<DateTime<Utc>>,
    /// Further conditions.
    pub clauses: Vec<Clause>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clause {
    /// True if the condition must not hold.
    pub negated: bool,
    /// The condition: at least one of the alternatives inside must hold.
    pub test: Test,
}
