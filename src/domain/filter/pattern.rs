//! Comparison of a text with a pattern.

use std::borrow::Cow;

use crate::domain::glob;
use crate::domain::target::url_path;

/// A way to compare a text; upper and lower case are the same (for ASCII).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// The whole text is this, in lower case.
    Is(String),
    /// The text contains this, in lower case.
    Contains(String),
    /// The whole text fits this, in lower case; `*` stands for any number of characters, nothing
    /// else is special.
    Glob(String),
}

impl Pattern {
    /// Returns true if the text fits. Takes time in proportion to the text and the pattern,
    /// whatever stands in them.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(whole) => whole.eq_ignore_ascii_case(text),
            Self::Contains(part) => lower(text).contains(part.as_str()),
            Self::Glob(glob) => glob::matches(glob, &lower(text)),
        }
    }

    /// Returns true if a purge's target fits: as it is, or by its path.
    pub fn matches_target(&self, target: &str) -> bool {
        forms(target).any(|form| self.matches(form))
    }
}

/// A purge's target and, of a full URL, its path: `https://host/img/a.jpg` fits `/img/*`, too.
pub(super) fn forms(target: &str) -> impl Iterator<Item = &str> {
    std::iter::once(target).chain(url_path(target))
}

/// Most texts are in lower case already and are not copied.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_any_number_of_characters_and_nothing_else_is_special() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "A", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*.site.com", "site.com", false),
            ("*.site.com", "img.site.com", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*bc", "abc", false),
            ("?", "x", false),
            ("[a]", "a", false),
            ("**", "x", true),
            ("ä*ü", "ä-Ö-ü", true),
        ] {
            assert_eq!(Pattern::Glob(glob.to_owned()).matches(text), expected, "{glob} {text}");
        }
    }

    proptest! {
        #[test]
        fn case_never_matters(text in "[a-zA-Z/.]{0,12}") {
            let small = text.to_ascii_lowercase();
            for pattern in [
                Pattern::Is(small.clone()),
                Pattern::Contains(small.clone()),
                Pattern::Glob(small.clone()),
            ] {
                prop_assert!(pattern.matches(&text) && pattern.matches(&text.to_ascii_uppercase()));
            }
        }
    }
}
