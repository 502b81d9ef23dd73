//! Wildcards: `*` stands for any number of characters, everything else for itself.

/// Whether the whole text fits the pattern, byte by byte; upper and lower case differ. Linear but for patterns with many
/// stars, where it is at worst the product of the lengths; it never recurses.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&have) = text.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                star = Some((at_pattern + 1, at_text));
                at_pattern += 1;
            }
            Some(&want) if want == have => {
                at_pattern += 1;
                at_text += 1;
            }
            Some(_) | None => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    at_pattern = after;
                    at_text = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at_pattern..).is_none_or(|rest| rest.iter().all(|&byte| byte == b'*'))
}

/// The part of a pattern before its first `*`.
pub fn literal_start(pattern: &str) -> &str {
    pattern.split('*').next().unwrap_or(pattern)
}

#[cfg(test)]
mod tests {
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
            assert_eq!(fits(pattern, text), fit, "{pattern} {text}");
        }
    }

    #[test]
    fn the_start_before_the_first_star_is_literal() {
        assert_eq!(literal_start("/img/*/x*"), "/img/");
        assert_eq!(literal_start("/img"), "/img");
    }
}
