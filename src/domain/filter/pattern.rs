//! Whether a text fits a pattern.

use std::borrow::Cow;

use super::Pattern;

impl Pattern {
    /// Whether the text fits. Takes time in proportion to the text and the pattern, whatever stands in them.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(whole) => whole.eq_ignore_ascii_case(text),
            Self::Contains(part) => lower(text).contains(part.as_str()),
            Self::Glob(glob) => fits(glob, &lower(text)),
        }
    }

    /// Whether a purge's target fits. For [`Pattern::Is`] and [`Pattern::Glob`] a full URL also fits by its path alone:
    /// `https://host/img/a.jpg` fits `/img/*`.
    pub fn matches_target(&self, target: &str) -> bool {
        self.matches(target)
            || match self {
                Self::Contains(_) => false,
                Self::Is(_) | Self::Glob(_) => {
                    path_of(target).is_some_and(|path| self.matches(path))
                }
            }
    }
}

/// The path of a full `http` or `https` URL with all that follows it, from its first slash on; a URL that ends with its
/// host has the path `/`. `None` for everything that is not a full URL.
pub fn path_of(target: &str) -> Option<&str> {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| {
        let head = target.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| target.get(scheme.len()..))?
    })?;
    Some(rest.find(['/', '?', '#']).and_then(|start| rest.get(start..)).unwrap_or("/"))
}

/// Most texts are in lower case already and are not copied.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// What stands before the first star begins the text, what stands after the last one ends it, and the pieces between are
/// taken where they first occur: the earliest place leaves the most room for the rest, so there is nothing to go back to.
fn fits(glob: &str, text: &str) -> bool {
    let Some((head, rest)) = glob.split_once('*') else {
        return glob == text;
    };
    let (pieces, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut middle) = text.strip_prefix(head).and_then(|text| text.strip_suffix(tail)) else {
        return false;
    };
    pieces
        .split('*')
        .all(|piece| middle.split_once(piece).map(|(_, after)| middle = after).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_path_of_a_url_begins_after_its_host() {
        for (target, path) in [
            ("https://h/img/a.jpg", Some("/img/a.jpg")),
            ("HTTP://h:8080/a?b#c", Some("/a?b#c")),
            ("https://h", Some("/")),
            ("https://h?x", Some("?x")),
            ("/img/a.jpg", None),
            ("ftp://h/a", None),
            ("", None),
            ("ä", None),
            ("https:/ä/b", None),
        ] {
            assert_eq!(path_of(target), path, "{target}");
        }
    }

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

    /// The definition, without a thought for speed.
    fn slowly(glob: &[char], text: &[char]) -> bool {
        match glob.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| slowly(rest, &text[skip..])),
            Some((one, rest)) => {
                text.split_first().is_some_and(|(first, text)| first == one && slowly(rest, text))
            }
        }
    }

    proptest! {
        #[test]
        fn the_quick_glob_says_what_the_definition_says(glob in "[ab*]{0,8}", text in "[ab]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(fits(&glob, &text), slowly(&chars(&glob), &chars(&text)));
        }

        #[test]
        fn case_never_matters(text in "[a-zA-Z/.]{0,12}") {
            let small = text.to_ascii_lowercase();
            for pattern in [Pattern::Is(small.clone()), Pattern::Contains(small.clone()), Pattern::Glob(small.clone())] {
                prop_assert!(pattern.matches(&text) && pattern.matches(&text.to_ascii_uppercase()));
            }
        }
    }
}
