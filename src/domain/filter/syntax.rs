//! A filter as it was written: relative times stay relative, and it prints back to its text.

use super::fields::Condition;
use super::value::Word;
use crate::domain::kind::Kind;
use crate::domain::status::Status;

/// A filter as somebody wrote it. All terms must hold; no terms select everything.
///
/// [`Filter::parse`] reads it, its `Display` writes it, [`Filter::resolve`] makes a
/// [`super::Predicate`] of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    pub(super) terms: Vec<Term>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// True if a `-` stands before it: it must not hold.
    pub negated: bool,
    /// The condition.
    pub condition: Condition,
}

impl Term {
    /// A term that must hold.
    pub fn new(condition: Condition) -> Self {
        Self { negated: false, condition }
    }

    /// The resource has exactly this cname.
    pub fn cname(cname: &str) -> Self {
        Self::new(Condition::Cname(vec![Word::exactly(cname)]))
    }

    /// The account has exactly this name.
    pub fn account(name: &str) -> Self {
        Self::new(Condition::Account(vec![Word::exactly(name)]))
    }

    /// One of the targets is exactly this.
    pub fn target(text: &str) -> Self {
        Self::new(Condition::Target(vec![Word::exactly(text)]))
    }

    /// It has this status.
    pub fn status(status: Status) -> Self {
        Self::new(Condition::Status(vec![status]))
    }

    /// It has this kind; `None` for kinds that we do not know.
    pub fn kind(kind: Option<Kind>) -> Self {
        Self::new(Condition::Kind(vec![kind]))
    }

    /// Exactly this person asked for it.
    pub fn by(who: &str) -> Self {
        Self::new(Condition::By(vec![Word::exactly(who)]))
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(mut self) -> Self {
        self.negated = !self.negated;
        self
    }
}

impl Filter {
    /// The terms, in the order in which they were written.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Returns true if it selects everything because there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
