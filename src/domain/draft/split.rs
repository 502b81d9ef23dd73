//! One line of a draft into its pieces: quotes, bullets, links, separators and columns.
//!
//! A comma or semicolon may be part of a URL, so it separates only where something follows that
//! cannot be the rest of one. Where it is doubtful whether a word belongs to a target, the words
//! stay together and the linter complains: a refused line costs a second, a target cut short costs
//! a wrong purge.

use super::tokens::{DraftToken, is_target_start, request_line, tokens};

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Something to purge, or meant to be.
    Entry(&'a str),
    /// Words or columns that name nothing to purge.
    PassedOver,
}

/// A table's heading: which column holds the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    delimiter: u8,
    column: usize,
}

/// Words that head a column of targets.
const TARGET_COLUMNS: [&str; 9] =
    ["url", "urls", "uri", "path", "paths", "target", "targets", "link", "address"];

/// Reads a line as a table's heading, where it is one.
pub(super) fn heading(line: &str) -> Option<Heading> {
    [b'\t', b',', b';'].into_iter().find_map(|delimiter| {
        let fields = fields(line, delimiter);
        if fields.len() < 2 || fields.iter().any(|field| is_target(field)) {
            return None;
        }
        let column = fields
            .iter()
            .position(|field| TARGET_COLUMNS.iter().any(|word| word.eq_ignore_ascii_case(field)))?;
        Some(Heading { delimiter, column })
    })
}

impl Heading {
    /// The heading's column of a row.
    pub(super) fn pieces<'a>(self, line: &'a str, pieces: &mut Vec<Piece<'a>>) {
        let fields = fields(line, self.delimiter);
        pieces.extend(fields.get(self.column).map(|field| Piece::Entry(field)));
        if fields.len() != 1 {
            pieces.push(Piece::PassedOver);
        }
    }
}

/// Appends the pieces of a line, which is trimmed and not empty.
pub(super) fn line<'a>(line: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let line = without_bullet(line);
    if !line.bytes().any(is_special) {
        pieces.push(Piece::Entry(line));
        return;
    }
    if line.starts_with("```") {
        pieces.push(Piece::PassedOver);
        return;
    }
    if links(line, pieces) {
        return;
    }
    let tokens = tokens(line);
    if let Some(path) = tokens.iter().find_map(request_line) {
        pieces.extend([Piece::Entry(path), Piece::PassedOver]);
        return;
    }
    if let [only] = tokens.as_slice() {
        pieces.push(Piece::Entry(only.text));
        return;
    }
    // A row of columns: what stands after the target's column is not part of it.
    let row = tokens
        .first()
        .filter(|first| !first.quoted && !is_target(first.text))
        .and_then(|first| first.delimiter);
    let before = pieces.len();
    let mut passed_over = false;
    for segment in tokens.split_inclusive(|token| token.delimiter.is_some()) {
        passed_over |= !segment_pieces(line, segment, row, pieces);
    }
    if pieces.len() == before {
        if !tokens.is_empty() && tokens.iter().all(|token| is_relative(token.text)) {
            pieces.extend(tokens.iter().map(|token| Piece::Entry(token.text)));
        } else {
            pieces.push(Piece::Entry(line));
        }
    } else if passed_over {
        pieces.push(Piece::PassedOver);
    }
}

/// Appends what stands between two delimiters; `false` where something was passed over.
fn segment_pieces<'a>(
    line: &'a str,
    segment: &[DraftToken<'a>],
    row: Option<u8>,
    pieces: &mut Vec<Piece<'a>>,
) -> bool {
    let targets = segment.iter().filter(|token| !token.key && is_target(token.text)).count();
    let keys = segment.iter().filter(|token| token.key).count();
    if let (Some(first), Some(last)) = (segment.first(), segment.last())
        && row.is_none()
        && targets + keys < segment.len()
        && !first.quoted
        && is_target(first.text)
    {
        // "/img/my photo.jpg": the rest may belong to it.
        let whole = line.get(first.from..last.until).unwrap_or(first.text);
        pieces.push(Piece::Entry(whole.trim()));
        return true;
    }
    pieces.extend(segment.iter().filter(|token| !token.key && is_target(token.text)).map(
        |token| {
            let end = row
                .filter(|_| !token.quoted)
                .and_then(|delimiter| token.text.bytes().position(|byte| byte == delimiter));
            Piece::Entry(token.text.get(..end.unwrap_or(token.text.len())).unwrap_or_default())
        },
    ));
    targets + keys == segment.len()
}

/// Appends the addresses of Markdown links; `false` where there is none.
fn links<'a>(line: &'a str, pieces: &mut Vec<Piece<'a>>) -> bool {
    let mut rest = line;
    let mut found = false;
    while let Some((_, after)) = rest.split_once("](") {
        let mut open = 1_usize;
        let end = after.bytes().position(|byte| {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            open == 0
        });
        let Some(end) = end else {
            return found;
        };
        let link = after.get(..end).unwrap_or_default();
        let link = link.split_once(" \"").map_or(link, |(address, _)| address);
        pieces.push(Piece::Entry(link.trim().trim_matches(['<', '>']).trim()));
        rest = after.get(end + 1..).unwrap_or_default();
        found = true;
    }
    found
}

fn without_bullet(line: &str) -> &str {
    let mut line = line;
    loop {
        let rest = if let Some(rest) = line.strip_prefix(['-', '*', '+', '•', '>']) {
            rest
        } else {
            let numbered = line.trim_start_matches(|character: char| character.is_ascii_digit());
            if numbered.len() == line.len() {
                break;
            }
            let Some(rest) = numbered.strip_prefix(['.', ')']) else {
                break;
            };
            rest
        };
        let trimmed = rest.trim_start();
        if trimmed.len() == rest.len() || trimmed.is_empty() {
            break;
        }
        line = trimmed;
    }
    ["[ ] ", "[x] ", "[X] "]
        .into_iter()
        .find_map(|check| line.strip_prefix(check))
        .map_or(line, str::trim_start)
}

/// The fields of a row; quotes around a field are taken off, and hide delimiters.
fn fields(line: &str, delimiter: u8) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut from, mut quoted) = (0, false);
    for (at, byte) in line.bytes().chain(std::iter::once(delimiter)).enumerate() {
        if byte == b'"' {
            quoted = !quoted;
        } else if byte == delimiter && (!quoted || at == line.len()) {
            let field = line.get(from..at).unwrap_or_default().trim();
            fields.push(field.trim_matches('"').trim());
            from = at + 1;
        }
    }
    fields
}

fn is_special(byte: u8) -> bool {
    b" \t,;\"'`<>()[]{}".contains(&byte)
}

/// Returns true if a word names something to purge by its form alone: a path, a full URL, a
/// wildcard, or a host with a path.
fn is_target(word: &str) -> bool {
    is_target_start(word) || has_host(word)
}

fn has_host(word: &str) -> bool {
    word.split_once('/').is_some_and(|(host, _)| super::address::looks_like_host(host))
}

/// Returns true if a word may be a path without its slash.
fn is_relative(word: &str) -> bool {
    let (stem, ending) = word.rsplit_once('.').unwrap_or((word, ""));
    word.contains('/')
        || (!stem.is_empty()
            && ending.starts_with(|character: char| character.is_ascii_alphabetic())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
