//! One line of text into its pieces.

use super::super::OmissionReason;
use super::super::escape::unquoted;
use super::super::form::{has_scheme, is_relative, is_target};
use super::super::markup::{
    bracketed, hyperlink, is_emphasis_or_pattern, urls_in, without_emphasis, without_punctuation,
};
use super::super::tokens::{
    DraftToken, WIDE_ENDS, WIDE_SEPARATORS, has_wide_marks, is_wide_quote, request_line, tokens,
};

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Something to purge, or meant to be.
    Entry {
        /// The part of the line that says it.
        source: &'a str,
        /// Its meaning, where the source writes it with escapes.
        meant: Option<String>,
    },
    /// Words or columns that name nothing to purge.
    Omitted(OmissionReason),
}

impl<'a> Piece<'a> {
    fn plain(source: &'a str) -> Self {
        Self::Entry { source, meant: None }
    }

    /// A word out of a line, quoted or not.
    fn word(token: &DraftToken<'a>) -> Self {
        let meant = unquoted(token.text);
        let is_escaped = token.quoted && meant != token.text;
        Self::Entry { source: token.text, meant: is_escaped.then(|| meant.into_owned()) }
    }
}

/// Appends the pieces of a line, which is trimmed and not empty.
pub(super) fn pieces<'a>(line: &'a str, pieces: &mut Vec<Piece<'a>>) {
    if is_star_rule(line) {
        pieces.push(Piece::Omitted(OmissionReason::Heading));
        return;
    }
    let line = without_bullet(line);
    let ended = line.trim_end_matches(WIDE_ENDS);
    if ended.len() < line.len() {
        pieces.push(Piece::Omitted(OmissionReason::Words));
    }
    let line = match without_escaped_break(ended) {
        Some(whole) => {
            pieces.push(Piece::Omitted(OmissionReason::Words));
            whole
        }
        None => ended,
    };
    if !line.bytes().any(is_special) && !has_wide_marks(line) {
        if embedded(line, pieces) || sets_variable(line) {
            pieces.push(Piece::Omitted(OmissionReason::Words));
        } else {
            pieces.extend(emphasised(line, without_emphasis(line)));
        }
        return;
    }
    if line.starts_with("```") || is_rule(line) {
        pieces.push(Piece::Omitted(OmissionReason::Heading));
        return;
    }
    if let Some(address) = hyperlink(line) {
        pieces.push(Piece::plain(address));
        return;
    }
    if links(line, pieces) || reference(line, pieces) || cells(line, pieces) {
        return;
    }
    let tokens = tokens(line);
    if let Some(path) = tokens.iter().find_map(request_line).or_else(|| bare_request(line)) {
        pieces.extend([Piece::plain(path), Piece::Omitted(OmissionReason::Words)]);
        return;
    }
    if let [only] = tokens.as_slice() {
        if is_greeting(line, only) {
            pieces.push(Piece::Omitted(OmissionReason::Words));
            return;
        }
        if !only.quoted && embedded(only.text, pieces) {
            pieces.push(Piece::Omitted(OmissionReason::Words));
            return;
        }
        let bare = if only.quoted { only.text } else { without_tags(only.text) };
        if bare.len() < only.text.len() {
            pieces.extend([Piece::plain(bare), Piece::Omitted(OmissionReason::Words)]);
            return;
        }
        let whole = only.quoted || only.text.len() + 2 >= line.len();
        let cut = if only.quoted { bracketed(only.text) } else { without_emphasis(only.text) };
        if only.quoted && cut == only.text {
            pieces.push(Piece::word(only));
        } else {
            pieces.extend(emphasised(only.text, cut));
        }
        if !whole {
            pieces.push(Piece::Omitted(OmissionReason::Words));
        }
        return;
    }
    // A row of columns: what stands after the target's column is not part of it.
    let row = tokens
        .first()
        .filter(|first| !first.quoted && !is_target(first.text))
        .and_then(|first| first.delimiter);
    let is_prose = tokens.first().is_some_and(|first| !first.quoted && !is_target(first.text));
    let before = pieces.len();
    let mut omitted = false;
    for segment in tokens.split_inclusive(|token| token.delimiter.is_some()) {
        omitted |= !segment_pieces(line, segment, row, is_prose, pieces);
    }
    if pieces.len() > before {
        if omitted {
            pieces.push(Piece::Omitted(OmissionReason::Words));
        }
    } else if !tokens.is_empty() && tokens.iter().all(|token| is_relative(token.text)) {
        pieces.extend(tokens.iter().map(Piece::word));
    } else if tokens.iter().any(|token| token.quoted || is_file(token.text)) {
        pieces.push(Piece::plain(line));
    } else {
        pieces.push(Piece::Omitted(OmissionReason::Words));
    }
}

/// Returns true if a line's only word is one of a sentence: `Hello,`.
fn is_greeting(line: &str, word: &DraftToken<'_>) -> bool {
    !word.quoted
        && line.ends_with([',', ':', '!', ';'])
        && !word.text.contains(['/', '.', '*', '%'])
}

/// Returns true if a word among others may be the name of a file: what stands around it may belong
/// to it.
fn is_file(word: &str) -> bool {
    let word = without_punctuation(word);
    word.contains('/') || word.contains('\\') || word.contains('*') || {
        is_relative(word) && !word.contains('@')
    }
}

/// Appends what stands between two delimiters; `false` where something was passed over.
fn segment_pieces<'a>(
    line: &'a str,
    segment: &[DraftToken<'a>],
    row: Option<u8>,
    is_prose: bool,
    pieces: &mut Vec<Piece<'a>>,
) -> bool {
    let is_entry = |token: &&DraftToken<'a>| !token.key && is_target(bare(token));
    let targets = segment.iter().filter(is_entry).count();
    let keys = segment.iter().filter(|token| token.key).count();
    if let (Some(first), Some(last)) = (segment.first(), segment.last())
        && !is_prose
        && segment.iter().filter(|token| has_scheme(token.text)).count() < 2
        && targets + keys < segment.len()
        && !first.quoted
        && is_target(first.text)
    {
        // "/img/my photo.jpg": the rest may belong to it.
        let whole = line.get(first.from..last.until).unwrap_or(first.text);
        pieces.push(Piece::plain(whole.trim()));
        return true;
    }
    for token in segment.iter().filter(|token| !token.key && !token.quoted) {
        if !is_target(bare(token)) {
            embedded(token.text, pieces);
        }
    }
    pieces.extend(segment.iter().filter(is_entry).flat_map(|token| {
        if token.quoted {
            let cut = bracketed(token.text);
            let piece = if cut == token.text { Piece::word(token) } else { Piece::plain(cut) };
            return vec![piece];
        }
        let end = row.and_then(|delimiter| token.text.bytes().position(|byte| byte == delimiter));
        let cell = token.text.get(..end.unwrap_or(token.text.len())).unwrap_or_default();
        let cell = without_tags(cell);
        emphasised(cell, if is_prose { in_prose(cell) } else { without_emphasis(cell) })
    }));
    targets + keys == segment.len()
}

/// The pieces of a word that is this without the marks around it: where stars are among those, it
/// is told; where they may be a pattern's, it is not read.
fn emphasised<'a>(word: &'a str, bare: &'a str) -> Vec<Piece<'a>> {
    if is_emphasis_or_pattern(bare) {
        return vec![Piece::Omitted(OmissionReason::StarsAround)];
    }
    let (bare, is_positioned) = without_position(bare);
    let meant = without_escapes(bare);
    let mut pieces = vec![Piece::Entry { source: bare, meant }];
    if is_positioned {
        pieces.push(Piece::Omitted(OmissionReason::Words));
    }
    let stars = |it: &str| it.bytes().filter(|byte| *byte == b'*').count();
    if stars(bare) < stars(word) {
        pieces.push(Piece::Omitted(OmissionReason::Emphasis));
    }
    pieces
}

/// Undoes the backslashes that Markdown puts before its own marks in a full URL; `None` where there
/// are none. A star behind one is a character.
fn without_escapes(word: &str) -> Option<String> {
    if !has_scheme(word) || !word.contains('\\') {
        return None;
    }
    let meant = word.replace("\\_", "_").replace("\\~", "~").replace("\\*", "%2A");
    (meant != word).then_some(meant)
}

/// Parts a full URL from the line and column that a browser's console puts behind a file:
/// `https://…/app.js:12:34`. Returns true with it where there were some.
fn without_position(word: &str) -> (&str, bool) {
    let before = |text: &'_ str| -> Option<usize> {
        let (rest, number) = text.rsplit_once(':')?;
        (!number.is_empty() && number.bytes().all(|it| it.is_ascii_digit())).then_some(rest.len())
    };
    let line = before(word).and_then(|column| before(word.get(..column)?));
    match line.and_then(|line| word.get(..line)) {
        Some(url) if has_scheme(url) && url.split('/').nth(3).is_some() => (url, true),
        _ => (word, false),
    }
}

/// A token without the marks of emphasis.
fn bare<'a>(token: &DraftToken<'a>) -> &'a str {
    if token.quoted { token.text } else { without_emphasis(token.text) }
}

/// Returns a word of a sentence without the marks around it.
fn in_prose(word: &str) -> &str {
    let word = without_emphasis(without_punctuation(without_emphasis(word)));
    // A star behind a name marks a footnote; one behind a slash is a pattern's.
    let unmarked = word.trim_end_matches('*');
    let is_pattern = unmarked.is_empty() || unmarked.ends_with('/');
    let word = if is_pattern { word } else { unmarked };
    if !has_scheme(word) {
        return word;
    }
    // Chinese and Japanese have no blanks behind their marks.
    let word = word.split(WIDE_SEPARATORS).next().unwrap_or(word);
    let url = urls_in(word).next().filter(|place| place.start == 0);
    let Some((url, rest)) = url.and_then(|place| word.split_at_checked(place.end)) else {
        return word;
    };
    // A star at the end is a pattern's: none stood before the word, so that it closes nothing.
    let is_pattern = !rest.is_empty() && rest.bytes().all(|byte| byte == b'*');
    if is_pattern { word } else { url }
}

/// Appends the full URLs of a word that does not begin as a target: `NAME=https://…`,
/// `Home|https://…`, `[img]https://…[/img]`; `false` where there is none.
fn embedded<'a>(word: &'a str, pieces: &mut Vec<Piece<'a>>) -> bool {
    if !word.contains("://") || is_target(without_emphasis(word)) {
        return false;
    }
    let before = pieces.len();
    for part in word.split(is_wide_quote) {
        for place in urls_in(part) {
            let stars = part.get(place.end..).unwrap_or_default();
            let stars = stars.len() - stars.trim_start_matches('*').len();
            let url = part.get(place.start..place.end + stars).unwrap_or_default();
            // The end of a BBCode element.
            pieces.push(Piece::plain(without_bracket(url.split("[/").next().unwrap_or(url))));
        }
    }
    pieces.len() > before
}

/// Returns a URL without the bracket that closes a link of Jira: `[name|https://…]`.
fn without_bracket(url: &str) -> &str {
    if url.contains('[') { url } else { url.trim_end_matches(']') }
}

/// Returns true if a line sets a variable of an environment: `PATH=/usr/bin:/bin`.
fn sets_variable(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|it: char| it.is_ascii_uppercase())
            && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
    })
}

/// Returns a full URL without the tags of HTML or XML behind it: no URL has angle brackets.
fn without_tags(word: &str) -> &str {
    let Some(at) = word.find('<').filter(|_| has_scheme(word)) else { return word };
    let (url, tags) = word.split_at_checked(at).unwrap_or((word, ""));
    let is_tag = |tag: &str| {
        let name = tag.trim_start_matches('/');
        name.starts_with(|it: char| it.is_ascii_alphabetic())
    };
    let mut inside = tags.split('<').skip(1);
    let are_tags = tags.ends_with('>')
        && inside.all(|tag| is_tag(tag) && tag.find('>') == Some(tag.len() - 1));
    if are_tags { url } else { word }
}

/// Returns a full URL without the break that a program wrote as `\n` behind it.
fn without_escaped_break(line: &str) -> Option<&str> {
    let whole = line.strip_suffix("\\n").filter(|whole| has_scheme(whole))?;
    Some(whole.strip_suffix("\\r").unwrap_or(whole))
}

/// Appends the addresses of Markdown links; `false` where there is none.
fn links<'a>(line: &'a str, pieces: &mut Vec<Piece<'a>>) -> bool {
    let before = pieces.len();
    let mut rest = line;
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
        let Some(end) = end else { break };
        let link = after.get(..end).unwrap_or_default();
        let link = link.split_once(" \"").map_or(link, |(address, _)| address);
        pieces.push(Piece::plain(link.trim().trim_matches(['<', '>']).trim()));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    let found = pieces.len() > before;
    if found {
        let words = urls_in(rest).filter_map(|place| rest.get(place));
        pieces.extend(words.map(Piece::plain));
    }
    found
}

/// Appends the address of a Markdown reference: `[name]: https://…`; `false` where there is none.
fn reference<'a>(line: &'a str, pieces: &mut Vec<Piece<'a>>) -> bool {
    let rest = line.strip_prefix('[').and_then(|rest| rest.split_once("]: "));
    let Some((_, rest)) = rest.filter(|(name, _)| !name.contains([']', '"'])) else {
        return false;
    };
    let address = rest.split_whitespace().next().unwrap_or_default();
    let address = address.trim_matches(['<', '>']);
    if !is_target(address) {
        return false;
    }
    pieces.push(Piece::plain(address));
    true
}

/// Appends the cells of a row of a Markdown table that are targets; `false` where it is none.
fn cells<'a>(line: &'a str, pieces: &mut Vec<Piece<'a>>) -> bool {
    let Some(inside) = line.strip_prefix('|').and_then(|it| it.strip_suffix('|')) else {
        return false;
    };
    let before = pieces.len();
    let mut rest = inside;
    while !rest.is_empty() {
        // GFM: a bar of a cell's own stands behind a backslash.
        let is_end =
            |(at, _): &(usize, &str)| !rest.get(..*at).is_some_and(|it| it.ends_with('\\'));
        let end = rest.match_indices('|').find(is_end).map_or(rest.len(), |(at, _)| at);
        let cell = rest.get(..end).unwrap_or_default().trim().trim_matches(['`', '<', '>']);
        let cell = without_bracket(without_emphasis(cell));
        if is_target(cell) {
            let meant = cell.contains("\\|").then(|| cell.replace("\\|", "|"));
            pieces.push(Piece::Entry { source: cell, meant });
        } else {
            embedded(cell, pieces);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let none = pieces.len() == before;
    let reason = if none { OmissionReason::Heading } else { OmissionReason::Words };
    pieces.push(Piece::Omitted(reason));
    true
}

/// The path of a request line without quotes: `GET /a HTTP/1.1`.
fn bare_request(line: &str) -> Option<&str> {
    let token = DraftToken { text: line, quoted: true, ..DraftToken::default() };
    request_line(&token)
}

/// Returns true if a line is a rule or an item of Markdown in which stars are all there is, other
/// than the one that says everything alone.
fn is_star_rule(line: &str) -> bool {
    let is_mark = |word: &str| {
        let stars = word.trim_matches(['`', '"', '\'']);
        let number = word.trim_end_matches(['.', ')']);
        (!stars.is_empty() && stars.bytes().all(|byte| byte == b'*'))
            || ["-", "+", ">", "•", "[", "]", "[x]", "[X]"].contains(&word)
            || (number.len() < word.len() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    line != "*" && line.contains('*') && line.split_whitespace().all(is_mark)
}

/// Returns true if a line is a rule of Markdown: nothing but dashes, bars and the like.
fn is_rule(line: &str) -> bool {
    line.len() > 2 && line.bytes().all(|byte| b"-|:=_ ".contains(&byte))
}

pub(super) fn without_bullet(line: &str) -> &str {
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

fn is_special(byte: u8) -> bool {
    b" \t,;\"'`<>()[]{}|".contains(&byte)
}
