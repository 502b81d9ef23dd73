//! Wildcards: `*` stands for any number of characters, everything else for itself.

/// Returns true if the whole text fits the pattern; upper and lower case differ. Takes time in
/// proportion to both.
///
/// The piece before the first star begins the text, the piece after the last one ends it, and the
/// pieces between are taken where they first occur: the earliest place leaves the most room for the
/// rest, so there is nothing to go back to.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let (pieces, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut middle) = text.strip_prefix(head).and_then(|text| text.strip_suffix(tail)) else {
        return false;
    };
    pieces
        .split('*')
        .all(|piece| middle.split_once(piece).map(|(_, after)| middle = after).is_some())
}

/// The part of a pattern before its first `*`.
pub fn literal_start(pattern: &str) -> &str {
    pattern.split('*').next().unwrap_or(pattern)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_any_number_of_characters() {
        for (pattern, text, fit) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "abc", true),
            ("/img/*", "/img/", true),
            ("/img/*", "/img/a/b.jpg", true),
            ("/img/*", "/css/a", false),
            ("/*.jpg", "/a/b.jpg", true),
            ("/*.jpg", "/a/b.jpg.txt", false),
            ("/a*b*c", "/a--b--b--c", true),
            ("/a*b*c", "/a--c--b", false),
            ("INC-*", "INC-2231", true),
            ("INC-*", "inc-2231", false),
            ("**a**", "bab", true),
            ("ä*ö", "äüö", true),
        ] {
            assert_eq!(matches(pattern, text), fit, "{pattern} {text}");
        }
    }

    #[test]
    fn the_start_before_the_first_star_is_literal() {
        assert_eq!(literal_start("/img/*/x*"), "/img/");
        assert_eq!(literal_start("/img"), "/img");
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
            prop_assert_eq!(matches(&glob, &text), slowly(&chars(&glob), &chars(&text)));
        }
    }
}
