//! One value of a term: as it was read, as it is kept, as it is printed and as it is offered.

use std::borrow::Cow;
use std::ops::Range;

/// One value of the text, its quotes taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawValue<'a> {
    /// Its place in the text, quotes included.
    pub(super) at: Range<usize>,
    pub(super) text: Cow<'a, str>,
    pub(super) quoted: bool,
}

/// A value: upper and lower case as typed, though they are alike when it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    pub(super) text: String,
    /// True if the stars in it stand for anything; without one in it, never.
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
}

/// A value on its way into a text.
pub(super) enum Printed<'a> {
    /// Needs quotes where it would be read otherwise.
    Word(Cow<'a, Word>),
    /// Reads back as it is.
    Plain(Cow<'static, str>),
}

/// A value that could be typed, and what it means.
pub(super) struct Offer<'a> {
    pub(super) value: Printed<'a>,
    pub(super) about: Cow<'static, str>,
}

impl Offer<'_> {
    pub(super) fn plain(
        value: impl Into<Cow<'static, str>>,
        about: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { value: Printed::Plain(value.into()), about: about.into() }
    }
}
