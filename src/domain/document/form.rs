//! The form of a word: whether it names something to purge before anybody looks at what it says.

/// No scheme that anybody pastes is longer.
const LONGEST_SCHEME: usize = 16;

/// Returns true if a text begins like a path, a wildcard or a full URL.
pub fn is_target_start(text: &str) -> bool {
    text.starts_with(['/', '*']) || has_scheme(text)
}

/// Returns true if a text begins with a scheme and `://`.
pub fn has_scheme(text: &str) -> bool {
    // Looks at the first few letters only: it is asked at every comma of a line.
    let scheme = text.bytes().take_while(u8::is_ascii_alphanumeric).take(LONGEST_SCHEME).count();
    scheme > 0 && text.get(scheme..).is_some_and(|rest| rest.starts_with("://"))
}

/// Returns true if a text begins with `http://` or `https://`.
pub fn is_http(text: &str) -> bool {
    use crate::domain::target::strip_ignoring_case;
    let rest = ["https://", "http://"].iter().find_map(|it| strip_ignoring_case(text, it));
    rest.is_some_and(|rest| !rest.is_empty())
}

/// Returns true if a word names something to purge by its form alone: a path, a full URL, a
/// wildcard, or a host with a path.
pub fn is_target(word: &str) -> bool {
    is_target_start(word) || has_host(word)
}

/// Returns true if a string of a document names something to purge by its form alone: a full URL,
/// a path from the root, or a host with a path. A lone slash or star does not.
pub fn is_address(word: &str) -> bool {
    let only_marks = word.bytes().all(|byte| matches!(byte, b'/' | b'*'));
    (!only_marks && word.starts_with('/')) || is_http(word) || has_host(word)
}

fn has_host(word: &str) -> bool {
    word.split_once('/').is_some_and(|(host, _)| looks_like_host(host))
}

/// Returns true if a word may be a path without its slash.
pub fn is_relative(word: &str) -> bool {
    let (stem, ending) = word.rsplit_once('.').unwrap_or((word, ""));
    word.contains('/')
        || (!stem.is_empty()
            && ending.starts_with(|character: char| character.is_ascii_alphabetic())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Returns true if a word looks like a domain: labels of letters, digits and hyphens, the last of
/// them of letters.
pub fn looks_like_host(word: &str) -> bool {
    let host = bare_host(word).trim_end_matches('.');
    let Some((labels, last)) = host.rsplit_once('.') else {
        return false;
    };
    let letter = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
    labels.split('.').all(|label| !label.is_empty() && label.chars().all(letter))
        && last.chars().count() >= 2
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
}

/// Returns the host of an authority, without user and port.
pub fn bare_host(authority: &str) -> &str {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.find(']').and_then(|end| host.get(..=end)).unwrap_or(host);
    }
    host.split(':').next().unwrap_or(host)
}

/// Returns true if the words of a heading or key name targets: `url`, `Page URL`, `cs-uri-stem`,
/// `sourceUrl`.
pub fn names_targets(name: &str) -> bool {
    has_word(name, &TARGET_WORDS) && !names_other(name)
}

/// Returns true if the words of a heading or key name something that is no target.
pub fn names_other(name: &str) -> bool {
    has_word(name, &OTHER_WORDS)
}

/// Returns true if one of a name's words is known.
pub fn has_word(name: &str, known: &[&str]) -> bool {
    words_of(name).iter().any(|word| known.contains(&word.as_str()))
}

/// Returns true if one of the words of a text is an address, whatever marks stand around it.
pub fn holds_address(text: &str) -> bool {
    text.contains("://")
        || text.split_whitespace().any(|word| {
            let word = word.trim_matches(|it: char| "\"'`()[]{}<>,;:".contains(it));
            is_address(word)
        })
}

/// Words that head a column of targets.
const TARGET_WORDS: [&str; 21] = [
    "url", "urls", "uri", "uris", "path", "paths", "target", "targets", "link", "links", "address",
    "page", "pages", "loc", "location", "href", "src", "file", "files", "object", "objects",
];

/// Words that make it the heading of something else.
const OTHER_WORDS: [&str; 18] = [
    "referer",
    "referrer",
    "referring",
    "redirect",
    "canonical",
    "alternate",
    "count",
    "views",
    "title",
    "mail",
    "email",
    "ip",
    "cookie",
    "cookies",
    "headers",
    "status",
    "type",
    "id",
];

/// The words of a name, in lower case: parted by what is no letter, and where a capital begins one.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || (after_small && character.is_uppercase()) {
            words.push(String::new());
        }
        after_small = character.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_targets_are_known_by_their_words() {
        for name in [
            "URL",
            "urls",
            "Page URL",
            "Top pages",
            "Page path and screen class",
            "source url",
            "targetUrl",
            "cs-uri-stem",
            "Address",
            "loc",
            "request_uri",
        ] {
            assert!(names_targets(name), "{name}");
        }
        for name in
            ["referer", "Clicks", "status", "Page title", "curl", "email address", "", "Page views"]
        {
            assert!(!names_targets(name), "{name}");
        }
    }

    #[test]
    fn a_lone_slash_or_star_is_no_address() {
        for word in ["/", "*", "*/*", "/*", "n", "*.jpg", "https://", "a/b"] {
            assert!(!is_address(word), "{word}");
        }
        for word in ["/a", "https://h.com/", "h.com/", "HTTP://h.com"] {
            assert!(is_address(word), "{word}");
        }
    }
}
