//! One line of an access log in the common or combined format, with or without a virtual host.

use super::form::looks_like_host;

/// The request of a log's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Logged<'a> {
    /// The virtual host, where the line begins with one.
    pub(super) host: Option<&'a str>,
    /// The request line between its quotes.
    pub(super) request: &'a str,
}

/// Reads a line: `host ident user [time] "request" status size …`, the virtual host first where
/// there is one.
pub(super) fn line(line: &str) -> Option<Logged<'_>> {
    let (before, rest) = line.split_once('[')?;
    let (_, rest) = rest.split_once(']')?;
    let quoted = rest.trim_start().strip_prefix('"')?;
    let end = end_of_quoted(quoted)?;
    let request = quoted.get(..end)?;
    let after = quoted.get(end + 1..)?.trim_start();
    let status = after.split_whitespace().next()?;
    if !(status == "-" || (status.len() == 3 && status.bytes().all(|it| it.is_ascii_digit()))) {
        return None;
    }
    let fields: Vec<&str> = before.split_whitespace().take(5).collect();
    let host = match fields.as_slice() {
        [_, _, _] => None,
        [host, _, _, _] => Some(*host),
        _ => return None,
    };
    let host = host.map(super::form::bare_host).filter(|host| looks_like_host(host));
    Some(Logged { host, request })
}

/// Finds the quote that ends a field; one behind a backslash does not.
fn end_of_quoted(field: &str) -> Option<usize> {
    let mut escaped = false;
    field.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Takes a request line apart: its method and its target.
pub(super) fn request(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.split_once(' ')?;
    let target = match rest.rsplit_once(' ') {
        Some((target, version)) if version.starts_with("HTTP/") => target,
        _ => rest,
    };
    method.bytes().all(|byte| byte.is_ascii_uppercase()).then_some((method, target))
}
