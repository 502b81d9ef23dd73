//! Refuses texts that are no URL at all, whatever they were meant to be: paths of a computer,
//! broken schemes, regular expressions, wildcards in the place of a host.

use super::notes::Notes;
use super::shown;
use crate::domain::document::form::looks_like_host;
use crate::domain::findings::Code;
use crate::domain::nearest::nearest;

/// Schemes that people mean.
const SCHEMES: [&str; 2] = ["https", "http"];

/// Returns true if a text may be an address by its form; else a finding says what it is.
pub(super) fn is_fine(text: &str, knows: impl Fn(&str) -> bool, notes: &mut Notes) -> bool {
    let found = local_path(text)
        .or_else(|| broken_scheme(text))
        .or_else(|| host_wildcard(text, knows))
        .or_else(|| regular_expression(text));
    let Some((code, words)) = found else { return true };
    notes.say(code, words);
    false
}

type Found = Option<(Code, String)>;

/// `C:\www\a.jpg`, `C:/Program Files/Git/img/a.jpg`, `\\server\share`.
fn local_path(text: &str) -> Found {
    let mut letters = text.chars();
    let is_drive = letters.next().is_some_and(|it| it.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && matches!(letters.next(), Some('/' | '\\'));
    let is_git = text.find("/Git/").filter(|_| is_drive);
    let words = match is_git.and_then(|at| text.get(at + "/Git".len()..)) {
        Some(path) => format!(
            "Git Bash made a path of this computer of {}; write {} there, or the full URL.",
            shown(path),
            shown(&format!("/{path}"))
        ),
        None if is_drive || text.starts_with("\\\\") => {
            "This is a path of a computer; write the path of the URL.".to_owned()
        }
        None => return None,
    };
    Some((Code::LocalPath, words))
}

/// `https:/h.com/a`, `https//h.com/a`, `http:h.com`, `htp:/h.com`: none is a path.
fn broken_scheme(text: &str) -> Found {
    let head = text.split(['/', '\\', '?', '#', ' ']).next().unwrap_or_default();
    let rest = text.get(head.len()..).unwrap_or_default();
    let word = match head.split_once(':') {
        Some((scheme, after)) => {
            let is_scheme = scheme.starts_with(|it: char| it.is_ascii_alphabetic())
                && scheme.bytes().all(|it| it.is_ascii_alphanumeric() || b"+-".contains(&it));
            let is_port = !after.is_empty() && after.bytes().all(|it| it.is_ascii_digit());
            let is_whole = after.is_empty() && rest.starts_with("//");
            let is_user = after.contains('@') && !scheme.eq_ignore_ascii_case("mailto");
            (is_scheme && !is_port && !is_whole && !is_user).then_some(scheme)?
        }
        None => SCHEMES
            .into_iter()
            .find(|it| it.eq_ignore_ascii_case(head))
            .filter(|_| rest.starts_with("//"))?,
    };
    let known = SCHEMES.iter().any(|it| it.eq_ignore_ascii_case(word));
    let words = match nearest(word, SCHEMES) {
        _ if known => format!("The scheme is broken; write {}://.", word.to_ascii_lowercase()),
        Some(near) => format!("{}: is no scheme; write {near}://.", shown(word)),
        None => {
            format!("{}: is no scheme that is served; a path begins with a slash.", shown(word))
        }
    };
    Some((Code::NoAddress, words))
}

/// Words the refusal of a scheme that no CDN serves.
pub(super) fn unserved(text: &str) -> String {
    let scheme = text.split_once("://").map_or(text, |(scheme, _)| scheme);
    match nearest(scheme, SCHEMES) {
        Some(near) => format!("{}:// is no scheme; did you mean {near}://?", shown(scheme)),
        None => format!("{}:// is not served; only http and https are.", shown(scheme)),
    }
}

/// `*.h.com/a/*` without a scheme; with one, the host is refused as it is.
fn host_wildcard(text: &str, knows: impl Fn(&str) -> bool) -> Found {
    let host = text.strip_prefix("*.")?.split('/').next()?;
    let is_host = knows(host) || (text.contains('/') && looks_like_host(host));
    is_host.then(|| {
        let words = "No vendor takes a * in the host; write one line for each host.";
        (Code::NoAddress, words.to_owned())
    })
}

/// Finds marks that only a regular expression has: `^`, `$` at the end, `\.`, a part that begins
/// with `.*`.
fn regular_expression(text: &str) -> Found {
    let path = text.split('?').next().unwrap_or_default();
    let is_anchored = text.starts_with('^') || (text.ends_with('$') && path.contains(['*', '+']));
    let is_one = is_anchored
        || ["\\.", "/.*", "/.+", "(.*)", "(.+)", "]+", "]*/"]
            .iter()
            .any(|mark| path.contains(mark));
    is_one.then(|| {
        let words = "This is a regular expression; a pattern has only *, as in /img/*. Where the \
                     vendor takes expressions, write regex: before it.";
        (Code::RegularExpression, words.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&'static str> {
        let mut notes = Notes::new(None);
        is_fine(text, |host| host == "h.com", &mut notes);
        notes.findings.first().map(|finding| finding.code)
    }

    #[test]
    fn what_is_no_url_is_named() {
        for (code, texts) in [
            ("PD057", &["C:\\inetpub\\c.jpg", "C:/Program Files/Git/img/a.jpg", "\\\\srv\\x"][..]),
            (
                "PD008",
                &[
                    "https:/h.com/a",
                    "https//h.com/b",
                    "http:h.com/c",
                    "htp:/broken",
                    "mailto:a@b.c",
                    "*.h.com/a/*",
                    "*.h.com",
                    "javascript:alert(1)",
                ],
            ),
            (
                "PD058",
                &[
                    "/img/.*",
                    "^/img/.*\\.jpg$",
                    "/img/.+\\.png",
                    "/(.*)/a",
                    "/[a-z]+/b",
                    "https://h.com/.*",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(found(text), Some(code), "{text}");
            }
        }
        for text in [
            "/a",
            "h.com:8080/a",
            "cdn1:80",
            "me:pw@h.com/a",
            "https://h.com/a:b",
            "wiki/Help:x",
            "/logo.*",
            "*.min.js",
            "/.well-known/x",
            "/a$",
            "//h.com/a",
            "img\\b.jpg",
            "/price/5$",
            "https://h.com/wiki/A_(b)",
            "ftp://h.com/",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
