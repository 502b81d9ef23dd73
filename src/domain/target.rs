//! Targets as vendors write them: their path, and one form for what may be written in several ways.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::kind::Kind;
use super::text::visible;

/// The target without `http://` or `https://`.
pub fn without_scheme(target: &str) -> &str {
    after_scheme(target).unwrap_or(target)
}

/// The target behind `http://` or `https://`; `None` where it begins otherwise.
pub fn after_scheme(target: &str) -> Option<&str> {
    ["https://", "http://"].into_iter().find_map(|scheme| strip_ignoring_case(target, scheme))
}

/// Returns the text behind a prefix, whose letters may be upper or lower case.
pub fn strip_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The path of a full `http` or `https` URL with all that follows it, from its first slash on; a
/// URL that ends with its host has the path `/`. `None` for everything that is not a full URL.
pub fn url_path(target: &str) -> Option<&str> {
    let rest = after_scheme(target)?;
    Some(rest.find(['/', '?', '#']).and_then(|start| rest.get(start..)).unwrap_or("/"))
}

/// The path of a target with its query string; the whole target where it has no scheme.
pub fn path_of(target: &str) -> &str {
    url_path(target).unwrap_or(target)
}

/// Returns true if a target, in whatever form, covers all of a resource: the root and nothing but
/// slashes and stars. A query that says more than a star leaves out what has another.
pub fn is_root(target: &str) -> bool {
    let (path, query) = path_of(target).split_once('?').unwrap_or((path_of(target), ""));
    path.bytes().all(|byte| matches!(byte, b'/' | b'*')) && query.bytes().all(|byte| byte == b'*')
}

/// Returns the normal form of a target: without everything that a vendor may write
/// otherwise: scheme and host, whether hex digits of percent-encoding are upper or lower case, and
/// whether blanks and letters beyond ASCII are percent-encoded. Within one resource, two targets
/// with the same normal form are the same. A `*` at the end is never added or taken away: whether
/// it means the same without is the vendor's own secret.
pub fn normal(target: &str) -> Cow<'_, str> {
    let path = path_of(target);
    let rooted = path.starts_with('/');
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%');
    if rooted && plain {
        return Cow::Borrowed(path);
    }
    let mut normal = String::with_capacity(path.len() + 8);
    if !rooted {
        normal.push('/');
    }
    let mut hex = 0;
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            let letter = if hex > 0 { byte.to_ascii_uppercase() } else { byte };
            normal.push(char::from(letter));
            hex = if byte == b'%' { 2_u8 } else { hex.saturating_sub(1) };
        } else {
            normal.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
                normal.push(digit.to_ascii_uppercase());
            }
            hex = 0;
        }
    }
    Cow::Owned(normal)
}

/// Returns the normal form of a target of a kind: tags and regular expressions are what they are.
pub fn normal_as(kind: Kind, target: &str) -> Cow<'_, str> {
    match kind {
        Kind::Url | Kind::IgnoreQuery | Kind::Pattern | Kind::All => normal(target),
        Kind::Tag | Kind::Regex => Cow::Borrowed(target),
        Kind::Host => Cow::Owned(target.to_ascii_lowercase()),
    }
}

/// The target as a full URL at the cname, on one line: with `https` where it names no scheme, and
/// with every character percent-encoded that a terminal would obey. Without a cname it stays as it
/// is otherwise.
pub fn full_url(target: &str, cname: &str) -> String {
    let names_host = strip_ignoring_case(target, cname).is_some_and(|rest| rest.starts_with('/'));
    let start = if after_scheme(target).is_some() || cname.is_empty() {
        String::new()
    } else if names_host {
        "https://".to_owned()
    } else if target.starts_with('/') {
        format!("https://{cname}")
    } else {
        format!("https://{cname}/")
    };
    let mut url = String::with_capacity(start.len() + target.len());
    for character in start.chars().chain(target.chars()) {
        if visible(character) == character {
            url.push(character);
        } else {
            url.extend(utf8_percent_encode(character.encode_utf8(&mut [0; 4]), NON_ALPHANUMERIC));
        }
    }
    url
}

#[cfg(test)]
mod tests {
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
            assert_eq!(url_path(target), path, "{target}");
        }
    }

    #[test]
    fn the_root_is_everything_and_a_query_makes_it_less() {
        for all in ["/*", "/", "*", "", "https://h/", "https://h", "https://h/*", "/**", "/*?*"] {
            assert!(is_root(all), "{all}");
        }
        for less in ["/*?v=2", "https://h/*?v=2", "https://h?v=2", "/?v*", "/a*", "/*.jpg"] {
            assert!(!is_root(less), "{less}");
        }
    }

    #[test]
    fn the_same_target_has_one_normal_form() {
        for (one, other) in [
            ("/a.jpg", "http://www.site.com/a.jpg"),
            ("https://h.com/a", "HTTP://H.com/a"),
            ("https://h.com", "/"),
            ("https://h.com?x=1", "/?x=1"),
            ("/%e4%Bd", "/%E4%BD"),
            ("/ä b", "/%C3%A4%20b"),
            ("a.jpg", "/a.jpg"),
        ] {
            assert_eq!(normal(one), normal(other), "{one} {other}");
        }
    }

    #[test]
    fn different_targets_stay_different() {
        for (one, other) in [
            ("/a", "/A"),
            ("/a", "/a*"),
            ("/a", "/a/"),
            ("/a?x", "/a"),
            ("/abc%20", "/ABC%20"),
            ("/http://h/a", "/a"),
        ] {
            assert_ne!(normal(one), normal(other), "{one} {other}");
        }
    }

    #[test]
    fn tags_and_expressions_are_what_they_are_and_a_host_has_no_case() {
        for (kind, one, other) in [
            (Kind::Tag, "/a", "https://h.com/a"),
            (Kind::Tag, "%2f", "%2F"),
            (Kind::Regex, "https://h.com/.*", "https://i.com/.*"),
        ] {
            assert_ne!(normal_as(kind, one), normal_as(kind, other), "{one} {other}");
        }
        assert_eq!(normal_as(Kind::Host, "WWW.site.com"), "www.site.com");
        assert_eq!(normal_as(Kind::Url, "https://h.com/a"), "/a");
    }

    #[test]
    fn a_full_url_has_its_host_and_a_scheme() {
        for (target, cname, url) in [
            ("/2026/11/*", "www.site.com", "https://www.site.com/2026/11/*"),
            ("hero/a.webp", "www.site.com", "https://www.site.com/hero/a.webp"),
            ("*", "www.site.com", "https://www.site.com/*"),
            ("http://www.site.com/a", "www.site.com", "http://www.site.com/a"),
            ("HTTPS://alias.com/a?b#c", "www.site.com", "HTTPS://alias.com/a?b#c"),
            ("WWW.site.com/a", "www.site.com", "https://WWW.site.com/a"),
            ("/ünter b.jpg", "www.site.com", "https://www.site.com/ünter b.jpg"),
            ("/a", "", "/a"),
        ] {
            assert_eq!(full_url(target, cname), url);
        }
    }

    #[test]
    fn a_full_url_is_one_line_without_a_control_character() {
        let target = "/a\nreboot\n\x1b[201~\u{9b}31m\u{202e}\x7f\u{2028}";
        assert_eq!(
            full_url(target, "www.site.com\r"),
            "https://www.site.com%0D/a%0Areboot%0A%1B[201~%C2%9B31m%E2%80%AE%7F%E2%80%A8"
        );
    }
}
