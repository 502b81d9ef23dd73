//! URLs by their form, and what a program makes of them.

use std::fmt::Write as _;

/// A URL, cut.
struct Parts<'a> {
    /// The scheme with `://`; empty without one.
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
    /// The query with its `?`.
    query: &'a str,
    /// The fragment with its `#`.
    fragment: &'a str,
}

fn parts(url: &str) -> Parts<'_> {
    let split = |text: &'_ str, end: &[char]| text.find(end).unwrap_or(text.len());
    let scheme = scheme_length(url).unwrap_or(0);
    let (scheme, rest) = url.split_at_checked(scheme).unwrap_or(("", url));
    let (authority, rest) =
        rest.split_at_checked(split(rest, &['/', '?', '#'])).unwrap_or_default();
    let (before, fragment) = rest.split_at_checked(split(rest, &['#'])).unwrap_or_default();
    let (path, query) = before.split_at_checked(split(before, &['?'])).unwrap_or_default();
    Parts { scheme, authority, path, query, fragment }
}

/// Returns the bytes of a scheme and `://`.
fn scheme_length(url: &str) -> Option<usize> {
    let letters =
        url.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    let length = letters.count();
    let is_scheme = url.starts_with(|it: char| it.is_ascii_alphabetic())
        && url.get(length..).is_some_and(|rest| rest.starts_with("://"));
    is_scheme.then_some(length + "://".len())
}

/// Returns true if a text begins with `http://` or `https://`.
pub(super) fn has_web_scheme(text: &str) -> bool {
    let scheme = scheme_length(text).and_then(|length| text.get(..length)).unwrap_or_default();
    ["http://", "https://"].iter().any(|it| it.eq_ignore_ascii_case(scheme))
}

/// Returns true if a text is a URL: one with a scheme, with a host that could be no other word, or
/// a path from the root, as people write it for the URL that they mean.
pub(super) fn is_url(text: &str) -> bool {
    if text.chars().any(char::is_control) {
        return false;
    }
    let Parts { scheme, authority, .. } = parts(text);
    if !scheme.is_empty() {
        return !authority.is_empty();
    }
    if text.starts_with('/') {
        return text.bytes().any(|byte| byte != b'/');
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.contains(']') && host.matches(':').count() > 1;
    }
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
        Some(_) => return false,
        None => host,
    };
    host == "localhost" || is_dotted(host)
}

/// Returns true if a host has a dot and is a name or an address, not a number such as `1.2`.
fn is_dotted(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let Some((before, last)) = host.rsplit_once('.') else { return false };
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|it| it.is_alphanumeric() || matches!(it, '-' | '_'))
    };
    let is_number = |label: &str| label.bytes().all(|it| it.is_ascii_digit());
    let is_address = || before.matches('.').count() == 2 && host.split('.').all(is_number);
    host.split('.').all(is_label) && (!is_number(last) || is_address())
}

/// Returns a URL with another host: the one that a request names in its header.
pub(super) fn with_host(url: &str, host: &str) -> String {
    let Parts { scheme, path, query, fragment, .. } = parts(url);
    format!("{scheme}{host}{path}{query}{fragment}")
}

/// Returns true if a URL has just this host.
pub(super) fn has_host(url: &str, host: &str) -> bool {
    parts(url).authority.eq_ignore_ascii_case(host)
}

/// Returns a URL with another path, and its query, if one is a path.
pub(super) fn with_target(url: &str, target: &str) -> String {
    let Parts { scheme, authority, .. } = parts(url);
    format!("{scheme}{authority}{target}")
}

/// Returns a URL with more in its query.
pub(super) fn with_query(url: &str, more: &str) -> String {
    let Parts { scheme, authority, path, query, fragment } = parts(url);
    let path = if path.is_empty() { "/" } else { path };
    let joint = match query {
        "" => "?",
        _ if query.ends_with(['?', '&']) => "",
        _ => "&",
    };
    format!("{scheme}{authority}{path}{query}{joint}{more}{fragment}")
}

/// Returns a text as it stands in a query.
pub(super) fn encoded(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => made.push('+'),
            b'-' | b'.' | b'_' | b'~' => made.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => made.push(char::from(byte)),
            _ => _ = write!(made, "%{byte:02X}"),
        }
    }
    made
}

/// Returns the host that a header names, if it is that header and a host.
pub(super) fn host_of_header(header: &str) -> Option<&str> {
    const LONGEST: usize = 260;
    let (name, host) = header.split_once(':')?;
    let host = host.trim();
    let is_host = !host.is_empty()
        && host.len() <= LONGEST
        && !host.contains(|it: char| it.is_whitespace() || it.is_control() || "/?#".contains(it));
    (name.trim().eq_ignore_ascii_case("host") && is_host).then_some(host)
}
