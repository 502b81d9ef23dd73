//! The words of a line: plain ones, quoted ones, and what stands between them.

use super::form::is_target_start;

/// Marks of Chinese and Japanese that stand between the words of a list.
pub(super) const WIDE_SEPARATORS: [char; 3] = ['、', '，', '；'];

/// Marks of other scripts that end a sentence or a part of it. No address that anybody writes ends
/// in one.
pub(super) const WIDE_ENDS: [char; 10] = ['。', '．', '！', '？', '：', '、', '，', '；', '،', '؟'];

/// Quotation marks and brackets of other languages, as they open and close.
const WIDE_QUOTES: [(char, char); 9] = [
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('«', '»'),
    ('‹', '›'),
    ('»', '«'),
    ('「', '」'),
    ('『', '』'),
    ('（', '）'),
];

/// The mark that closes a quotation is looked for in so many bytes: many that open must not cost a
/// look at the whole line each.
const LONGEST_QUOTED: usize = 2048;

/// Returns true if a line has a mark by which its words part that is not of ASCII.
pub(super) fn has_wide_marks(line: &str) -> bool {
    !line.is_ascii() && line.contains(|it| WIDE_SEPARATORS.contains(&it) || is_wide_quote(it))
}

/// Returns true for a quotation mark or bracket of other languages.
pub(super) fn is_wide_quote(mark: char) -> bool {
    WIDE_QUOTES.iter().any(|(open, close)| mark == *open || mark == *close)
}

/// Returns what stands in quotation marks at the start of a text, and the bytes of all of it.
fn wide_quoted(rest: &str) -> Option<(&str, usize)> {
    let open = rest.chars().next()?;
    let inside = rest.get(open.len_utf8()..)?;
    let inside = inside.get(..inside.floor_char_boundary(LONGEST_QUOTED))?;
    let closers = WIDE_QUOTES.iter().filter(|(it, _)| *it == open).map(|(_, close)| *close);
    let ends = closers.filter_map(|close| Some((inside.find(close)?, close)));
    let (end, close) = ends.min_by_key(|(end, _)| *end)?;
    Some((inside.get(..end)?, open.len_utf8() + end + close.len_utf8()))
}

/// A word of a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DraftToken<'a> {
    pub(super) text: &'a str,
    pub(super) quoted: bool,
    /// A JSON key: quoted, with a colon after it.
    pub(super) key: bool,
    pub(super) from: usize,
    pub(super) until: usize,
    /// The delimiter that ends it.
    pub(super) delimiter: Option<u8>,
}

/// The words of a line, without the brackets around and between them.
pub(super) fn tokens(line: &str) -> Vec<DraftToken<'_>> {
    let bytes = line.as_bytes();
    let mut tokens: Vec<DraftToken<'_>> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b',' | b';' | b'\t' => {
                if let Some(last) = tokens.last_mut() {
                    last.delimiter = last.delimiter.or(Some(byte));
                }
                at += 1;
            }
            b'[' | b']' | b'{' | b'}' | b'(' | b')' | b' ' => at += 1,
            b':' if tokens.last().is_some_and(|last| last.quoted) => {
                if let Some(last) = tokens.last_mut() {
                    last.key = true;
                }
                at += 1;
            }
            b'"' | b'\'' | b'`' | b'<' => {
                let close = if byte == b'<' { b'>' } else { byte };
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let Some(length) = end_of_quoted(rest, close) else {
                    at += 1;
                    continue;
                };
                let inside = line.get(at + 1..at + 1 + length).unwrap_or_default();
                tokens.push(DraftToken {
                    text: inside.trim(),
                    quoted: true,
                    key: false,
                    from: at,
                    until: at + length + 2,
                    delimiter: None,
                });
                at += length + 2;
            }
            _ if line.get(at..).is_some_and(|rest| rest.starts_with(WIDE_SEPARATORS)) => {
                at += '、'.len_utf8();
            }
            0x80.. if let Some((inside, bytes)) = line.get(at..).and_then(wide_quoted) => {
                tokens.push(DraftToken {
                    text: inside.trim(),
                    quoted: true,
                    key: false,
                    from: at,
                    until: at + bytes,
                    delimiter: None,
                });
                at += bytes;
            }
            _ => {
                let until = plain_end(line, at);
                let text = without_closers(line.get(at..until).unwrap_or_default().trim());
                if !text.is_empty() {
                    tokens.push(DraftToken {
                        text,
                        quoted: false,
                        key: false,
                        from: at,
                        until: at + text.len(),
                        delimiter: None,
                    });
                }
                at = until;
            }
        }
    }
    tokens
}

/// Finds the mark that closes a quoted word; one behind a backslash does not, where another
/// follows.
fn end_of_quoted(rest: &[u8], close: u8) -> Option<usize> {
    let mut is_escaped = false;
    let unescaped = |&other: &u8| {
        let closes = other == close && !is_escaped;
        is_escaped = close == b'"' && other == b'\\' && !is_escaped;
        closes
    };
    let end = rest.iter().position(unescaped);
    end.or_else(|| rest.iter().position(|&other| other == close))
}

/// Finds the end of a plain word that begins at `from`: before a blank, or a comma or semicolon
/// that separates.
fn plain_end(line: &str, from: usize) -> usize {
    let bytes = line.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let ends = match byte {
            b' ' | b'\t' => true,
            b',' | b';' => {
                let rest = line.get(at + 1..).unwrap_or_default();
                let next = rest.trim_start();
                next.len() < rest.len()
                    || next.is_empty()
                    || next.starts_with(['"', '\'', '`', '<', '[', '{'])
                    // A star may well go on: to take "/a,*" for two would turn it into everything.
                    || (!next.starts_with('*') && is_target_start(next))
            }
            _ if byte.is_ascii() => false,
            _ => {
                let rest = line.get(at..).unwrap_or_default();
                rest.strip_prefix(WIDE_SEPARATORS).is_some_and(super::form::has_scheme)
            }
        };
        if ends {
            break;
        }
        at += 1;
    }
    at
}

/// Strips closing brackets and quotes that the word did not open, as of `(/a)` or `/a"]`.
fn without_closers(mut text: &str) -> &str {
    // More of them than this is nobody's punctuation.
    for _ in 0..16 {
        let Some(last) = text.chars().next_back() else {
            return text;
        };
        let open = match last {
            ')' => '(',
            ']' => '[',
            '}' => '{',
            '>' => '<',
            '"' | '`' => {
                text = text.strip_suffix(last).unwrap_or_default();
                continue;
            }
            _ => return text,
        };
        let balance = |wanted: char| text.chars().filter(|&character| character == wanted).count();
        if balance(last) <= balance(open) {
            return text;
        }
        text = text.strip_suffix(last).unwrap_or_default();
    }
    text
}

/// The path of a quoted request line out of an access log: `"GET /a.jpg HTTP/1.1"`.
pub(super) fn request_line<'a>(token: &DraftToken<'a>) -> Option<&'a str> {
    if !token.quoted {
        return None;
    }
    let mut words = token.text.split(' ');
    let method = words.next()?;
    let path = words.next()?;
    let version = words.next()?;
    (method.bytes().all(|byte| byte.is_ascii_uppercase())
        && version.starts_with("HTTP/")
        && is_target_start(path)
        && words.next().is_none())
    .then_some(path)
}
