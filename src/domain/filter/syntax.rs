//! A filter as it was written: relative times stay relative, and it prints back to its text.

use super::when::{Span, When};
use crate::domain::kind::Kind;
use crate::domain::status::Status;

/// Which purges are meant, as somebody wrote it. All terms must hold; no terms select everything.
///
/// [`Filter::parse`] reads it, its `Display` writes it, [`Filter::resolve`] makes a [`super::Predicate`] of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    pub(super) terms: Vec<Term>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// Whether a `-` stands before it: it must not hold.
    pub negated: bool,
    /// What must hold.
    pub condition: Condition,
}

/// What a term asks for. Every list is one of "any of these" and is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `cname:`
    Cname(Vec<Word>),
    /// `account:`
    Account(Vec<Word>),
    /// `provider:`
    Provider(Vec<Word>),
    /// `status:`
    Status(Vec<Status>),
    /// `kind:`; `None` stands for kinds that we do not know.
    Kind(Vec<Option<Kind>>),
    /// `since:`
    Since(When),
    /// `until:`
    Until(When),
    /// `on:`
    On(Vec<Span>),
    /// `id:`
    Id(Vec<Word>),
    /// `target:`
    Target(Vec<Word>),
    /// `by:`
    By(Vec<Word>),
    /// `sent:here`
    SentHere,
    /// Words without a field: targets contain one of them.
    Text(Vec<Word>),
}

/// A value: upper and lower case as typed, though they are alike when it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    pub(super) text: String,
    /// Whether the stars in it stand for anything; without one in it, never.
    pub(super) glob: bool,
}

impl Word {
    /// The text itself: a star in it is a star.
    pub fn exactly(text: impl Into<String>) -> Self {
        Self { text: text.into(), glob: false }
    }

    /// The text, without quotes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the stars in it stand for anything.
    pub fn is_glob(&self) -> bool {
        self.glob
    }
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

    /// Whether it selects everything because there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
