//! Regular expressions over URLs, as far as they can be read without knowing a vendor's dialect.

/// Returns the fault of a text that is a regular expression in no dialect; `None` where it may be
/// one.
pub fn fault(text: &str) -> Option<&'static str> {
    let mut depth = 0_u32;
    let mut before = None;
    for atom in Atoms(text) {
        match atom {
            "\\" => return Some("it ends in a lone \\"),
            "[" => return Some("a [ is not closed"),
            "(" => depth += 1,
            ")" => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some("a ) closes nothing"),
            },
            "*" | "+" | "?" if matches!(before, None | Some("(" | "|" | "^")) => {
                let is_group = atom == "?" && before == Some("(");
                if !is_group {
                    return Some("a *, + or ? has nothing before it to repeat");
                }
            }
            _ => {}
        }
        before = Some(atom);
    }
    if depth > 0 { Some("a ( is not closed") } else { None }
}

/// Returns the first piece of an expression that is none of those that a vendor knows, nor a letter
/// that stands for itself.
pub fn beyond<'t>(text: &'t str, known: &[&str]) -> Option<&'t str> {
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = known.iter().find_map(|piece| rest.strip_prefix(piece)) {
            rest = after;
            continue;
        }
        let mut atoms = Atoms(rest);
        let atom = atoms.next()?;
        if atom.starts_with(['\\', '[', ']', '{', '(', ')', '|', '*', '+', '?', '^', '$']) {
            return Some(atom);
        }
        rest = atoms.0;
    }
    None
}

/// Returns true for an expression that leaves nothing out: nothing but a scheme, a host and what
/// may stand for any path. Where it is doubtful, it counts as one.
pub fn matches_all(text: &str) -> bool {
    alternatives(text).into_iter().any(|one| is_free(behind_host(one)))
}

/// Returns the host of an expression that begins with a scheme and a host without anything of an
/// expression in it but escaped dots.
pub fn host(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("://")?;
    let end = host_end(rest);
    let host = rest.get(..end)?.replace('\\', "");
    let is_whole = rest.get(end..)?.trim_start_matches('\\').starts_with(['/', ':', '$', '(']);
    (is_whole && !host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// The pieces of an expression: an escaped letter, a class in brackets, a repetition in braces, or
/// one letter.
struct Atoms<'a>(&'a str);

impl<'a> Iterator for Atoms<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let first = self.0.chars().next()?;
        let length = match first {
            '\\' => 1 + self.0.chars().nth(1).map_or(0, char::len_utf8),
            '[' => class_end(self.0).unwrap_or(1),
            '{' => self.0.find('}').map_or(1, |end| end + 1),
            other => other.len_utf8(),
        };
        let (atom, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(atom)
    }
}

/// Finds the end of a class that a text begins with. A bracket right behind its start is one of its
/// letters.
fn class_end(text: &str) -> Option<usize> {
    let start = if text.starts_with("[^") { 2 } else { 1 };
    let mut is_escaped = false;
    let closes = |(at, letter): (usize, char)| {
        let ends = letter == ']' && !is_escaped && at > start;
        is_escaped = letter == '\\' && !is_escaped;
        ends.then_some(at + 1)
    };
    text.char_indices().skip(1).find_map(closes)
}

/// The alternatives of an expression that stand in no group.
fn alternatives(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut at, mut depth) = (Vec::new(), 0, 0, 0_u32);
    for atom in Atoms(text) {
        match atom {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "|" if depth == 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
        at += atom.len();
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

/// The part of an expression behind scheme and host; all of it where it has none.
fn behind_host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    if rest.len() == text.len() {
        return text;
    }
    rest.get(host_end(rest)..).unwrap_or_default()
}

/// Finds the end of a host: letters, digits, hyphens, and dots whether they are escaped or not. A
/// dot that is repeated is none.
fn host_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match byte {
            b'\\' if matches!(next, Some(b'.' | b'-')) => at += 2,
            b'.' if !matches!(next, Some(b'*' | b'+' | b'?' | b'{')) => at += 1,
            b'-' | b'_' => at += 1,
            byte if byte.is_ascii_alphanumeric() => at += 1,
            _ => break,
        }
    }
    at
}

/// Returns true if every piece of an expression may stand for nothing or for anything.
fn is_free(text: &str) -> bool {
    let atoms: Vec<&str> = Atoms(text).collect();
    // A class that leaves much out, as the first letter of a path, and what may follow it.
    let (mut is_narrow, mut ends_open) = (false, false);
    let mut at = 0;
    while let Some(atom) = atoms.get(at) {
        let (piece, mut after) = match *atom {
            "(" => group(&atoms, at),
            _ => (String::new(), at + 1),
        };
        let mut may_be_nothing = false;
        while let Some(repeat) = atoms.get(after).filter(|it| is_repetition(it)) {
            may_be_nothing |= matches!(*repeat, "*" | "?") || repeat.starts_with("{0");
            after += 1;
        }
        let is_any = match *atom {
            "^" | "$" | "." | "/" | "\\/" | "\\S" | "\\b" | "\\A" | "\\z" | "\\Z" => true,
            "(" => {
                let flags = |it: char| it == '?' || it == '-' || it.is_ascii_lowercase();
                let inside = match piece.split_once(':') {
                    Some((before, inside)) if before.starts_with('?') => {
                        if before.chars().all(flags) { inside } else { &piece }
                    }
                    _ => piece.as_str(),
                };
                alternatives(inside).into_iter().any(is_free)
            }
            class => is_nearly_any(class),
        };
        let is_repeated = after > at + 1;
        ends_open |= is_any && is_repeated && !matches!(*atom, "^" | "$" | "/" | "\\/");
        if !is_any && !may_be_nothing {
            if !is_class(atom) {
                return false;
            }
            is_narrow = true;
        }
        at = after;
    }
    !is_narrow || ends_open
}

/// Returns true for an atom that stands for one of some characters.
fn is_class(atom: &str) -> bool {
    atom.starts_with('[') || matches!(atom, "\\w" | "\\W" | "\\d" | "\\D")
}

/// Returns true for a class that leaves next to nothing of a path out.
fn is_nearly_any(class: &str) -> bool {
    let has = |piece: &str| class.contains(piece);
    let pairs = [("\\s", "\\S"), ("\\w", "\\W"), ("\\d", "\\D")];
    class.starts_with('[')
        && (class.starts_with("[^")
            || has("\\S")
            || pairs.iter().any(|(one, other)| has(one) && has(other)))
}

/// The inside of a group, and the place behind it.
fn group(atoms: &[&str], start: usize) -> (String, usize) {
    let mut depth = 0_u32;
    for (at, atom) in atoms.iter().enumerate().skip(start) {
        match *atom {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let inside = atoms.get(start + 1..at).unwrap_or_default();
            return (inside.concat(), at + 1);
        }
    }
    (atoms.get(start + 1..).unwrap_or_default().concat(), atoms.len())
}

fn is_repetition(atom: &str) -> bool {
    matches!(atom, "*" | "+" | "?") || (atom.len() > 1 && atom.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fault_of_every_dialect_is_found() {
        for sound in [
            "^https?://www\\.site\\.com/img/.*\\.jpg$",
            "/a{2,3}[^/]+(?:b|c)?",
            "/[]]a",
            "/[\\]]",
            "\\/img\\/",
            "/a.*?b+?",
            "/(?i)a",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
        for broken in ["/a\\", "/[a", "/(a", "/a)", "*.jpg", "/(*a)", "^*", "/a|+b", "/[\\]"] {
            assert!(fault(broken).is_some(), "{broken}");
        }
    }

    #[test]
    fn what_leaves_nothing_out_is_known() {
        for all in [
            "",
            ".*",
            "/",
            "/.*",
            "^/.*$",
            "^https?://www\\.site\\.com/.*",
            "https://www.site.com/",
            "https://www\\.site\\.com",
            "https?://www\\.site\\.com.*",
            "^(.*)$",
            "/(a|.*)",
            "/img/.*|/.*",
            "[\\s\\S]*",
            "a*",
            "(?:/[^/]*)*",
            "http(s)?://www.site.com/(.+)",
            "^https://www\\.site\\.com/[\\d\\D]+",
            "/[\\S]+",
            "/[a-zA-Z0-9].*",
            "/.{1,}",
            "(?s:.*)",
            "/(a|)",
        ] {
            assert!(matches_all(all), "{all}");
        }
        for less in [
            "/img/.*",
            "^https?://www\\.site\\.com/img/.*\\.jpg$",
            "https://www\\.site\\.com.*\\.jpg$",
            ".*\\.jpg",
            "/(a|b)",
            "/\\d+",
            "/[a-z]+",
            "/(img)+/.*",
        ] {
            assert!(!matches_all(less), "{less}");
        }
    }

    #[test]
    fn a_piece_that_a_vendor_does_not_know_is_named() {
        let known = ["[0-9]", "[^/]*", ".*"];
        for (text, piece) in [
            ("https://www.site.com/img/.*", None),
            ("https://www.site.com/ü/[0-9][^/]*.jpg", None),
            ("^https://www.site.com/.*", Some("^")),
            ("https://www\\.site.com/", Some("\\.")),
            ("https://www.site.com/[0-9]+", Some("+")),
            ("https://www.site.com/[a-z]", Some("[a-z]")),
            ("https://www.site.com/(a|b)", Some("(")),
        ] {
            assert_eq!(beyond(text, &known), piece, "{text}");
        }
    }

    #[test]
    fn a_host_without_anything_of_an_expression_is_read() {
        for (text, found) in [
            ("^https?://WWW\\.site\\.com/img/.*", Some("www.site.com")),
            ("https://www.site.com/", Some("www.site.com")),
            ("https?://www\\.site\\.com\\/a", Some("www.site.com")),
            ("https?://.*\\.site\\.com/a", None),
            ("https://(www|img)\\.site\\.com/a", None),
            ("https://www\\.site\\.com.*\\.jpg", None),
            ("/img/.*", None),
        ] {
            assert_eq!(host(text).as_deref(), found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,30}|([\\[\\](){}\\\\*+?|^$./a-z]){0,30}") {
            let _ = (fault(&text), matches_all(&text), host(&text), beyond(&text, &[".*"]));
        }

        #[test]
        fn a_literal_path_leaves_something_out(path in "[a-z]{1,8}(/[a-z]{1,8}){0,3}") {
            let (url, path) = (format!("^https://www\\.site\\.com/{path}"), format!("/{path}/.*"));
            prop_assert!(!matches_all(&url) && !matches_all(&path));
            prop_assert_eq!(fault(&path), None);
        }
    }
}
