//! The format of a text, by its form. Where it is doubtful, it is text: there nothing is cut, and a
//! line that is no target is named.

use super::tokens::WIDE_SEPARATORS;
use super::{DocumentFormat, form, har, http, json, label, listing, log, table};

/// Recognises the format of a text.
pub(super) fn format(text: &str) -> DocumentFormat {
    let start = text.trim_start();
    if start.is_empty() {
        return DocumentFormat::Text;
    }
    if let Some(format) = by_first_mark(start) {
        return format;
    }
    if http::is_http_request(start) {
        DocumentFormat::Http
    } else if log::is_log(text) {
        DocumentFormat::Log
    } else if text.lines().any(|line| label::parse(line.trim()).is_some()) {
        by_lines(text)
    } else if listing::is_listing(text) {
        DocumentFormat::Listing
    } else if super::text::is_command(start) || super::curl_config::is_config(start) {
        DocumentFormat::Curl
    } else if table::is_table(text) {
        DocumentFormat::Csv
    } else {
        by_lines(text)
    }
}

/// Tells a list of targets, one on each line, from other text.
fn by_lines(text: &str) -> DocumentFormat {
    if text.lines().all(is_plain) { DocumentFormat::Lines } else { DocumentFormat::Text }
}

/// Recognises what begins with a bracket of JSON or of markup.
fn by_first_mark(start: &str) -> Option<DocumentFormat> {
    match start.chars().next()? {
        '{' | '[' => {
            if json::is_json(start) {
                let is_har = har::is_har(start);
                return Some(if is_har { DocumentFormat::Har } else { DocumentFormat::Json });
            }
            // What is cut off or mistyped is told so; `[name](address)` and `[ ] task` are text.
            let inside = start.get(1..).unwrap_or_default().trim_start();
            let is_meant = if start.starts_with('{') {
                inside.starts_with('"')
            } else {
                inside.starts_with('{') || (inside.starts_with('"') && is_cut_off(start))
            };
            is_meant.then_some(DocumentFormat::Json)
        }
        '<' => markup(start),
        _ => None,
    }
}

/// Returns true if the brackets of a list do not close on its last line: it is no list among other
/// lines.
fn is_cut_off(start: &str) -> bool {
    let first = start.lines().next().unwrap_or_default().trim_end();
    !first.ends_with([']', '}'])
}

/// Tells a sitemap from a page; `None` where angle brackets stand around addresses.
fn markup(start: &str) -> Option<DocumentFormat> {
    let is_tag = start.get(1..).is_some_and(|rest| {
        let name = rest.trim_start_matches(['!', '?', '/']);
        let end = name.find(|it: char| !(it.is_ascii_alphanumeric() || it == '-' || it == ':'));
        let after = name.get(end.unwrap_or(name.len())..).unwrap_or_default();
        let has_name = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '-')
            && !form::has_scheme(rest);
        has_name
            && after.starts_with(['>', ' ', '\n', '\r', '\t', '/', '-'])
            && !rest.starts_with('/')
    }) || start.starts_with("<!--");
    if !is_tag {
        return None;
    }
    let is_sitemap = start.contains("<loc") || start.contains(":loc>") || start.contains("<urlset");
    Some(if is_sitemap { DocumentFormat::Sitemap } else { DocumentFormat::Html })
}

/// Returns true if a line is blank or nothing but one target.
fn is_plain(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || label::is_plain(line)
        || (form::is_target(line)
            && !line.chars().any(char::is_whitespace)
            && !line.bytes().any(|byte| b",;\"'`<>()[]{}|\\".contains(&byte))
            && !line.contains(WIDE_SEPARATORS)
            && !line.starts_with("**"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_form() {
        use DocumentFormat as F;
        for (text, expected) in [
            ("", F::Text),
            ("https://h.com/a\n\n/b\n", F::Lines),
            ("/a # note", F::Text),
            ("- /a\n- /b", F::Text),
            ("img/a.jpg", F::Text),
            ("tag:a\n/b", F::Lines),
            ("tag:a,b\nhost:h.com", F::Text),
            ("regex:/(a|b),c", F::Lines),
            ("host:h.com\tmethod:GET\turi:/a", F::Csv),
            ("Please purge https://h.com/a.", F::Text),
            ("url,n\n/a,1", F::Csv),
            ("[\"/a\", \"/b\"]", F::Json),
            ("[\"/a\", \"/b\"]\n/c", F::Text),
            ("[\"/a\",\n\"/b\"", F::Json),
            ("{\"url\":\"/a\"}\n{\"url\":\"/b\"}\n", F::Json),
            ("{\"url\":\"/a\"", F::Json),
            ("{a,b}.jpg", F::Text),
            ("[hero](https://h.com/a.jpg)", F::Text),
            ("[ ] /a", F::Text),
            ("{\"log\":{\"version\":\"1.2\",\"entries\":[]}}", F::Har),
            (
                "<?xml version=\"1.0\"?><urlset><url><loc>https://h.com/</loc></url></urlset>",
                F::Sitemap,
            ),
            ("<url><loc>https://h.com/a</loc></url>", F::Sitemap),
            ("<https://h.com/a> <https://h.com/b|b>", F::Text),
            ("</d> </e>", F::Text),
            ("<a href=\"https://h.com/a\">x</a>", F::Html),
            ("<!doctype html>\n<p>x", F::Html),
            ("GET /a HTTP/1.1\nHost: h.com", F::Http),
            ("x - - [t] \"GET /a HTTP/1.1\" 200 1", F::Log),
            ("M\ta.jpg", F::Listing),
        ] {
            assert_eq!(format(text), expected, "{text}");
        }
    }
}
