//! An address as a client would ask for it: by the rules of the URL standard that browsers follow.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use super::notes::Notes;
use super::shown;
use crate::domain::draft::address::Address;
use crate::domain::findings::Code;

/// Marks that end a sentence, and seldom a URL.
pub(super) const PUNCTUATION: [char; 6] = ['.', ',', ';', ':', '!', '…'];

/// Writes the path and the query as a client asks for them: dot segments resolved, `\` as `/`, and
/// percent-encoded what a URL does not hold. `None` where nobody can say what it is.
pub(super) fn as_asked<'a>(mut address: Address<'a>, notes: &mut Notes) -> Option<Address<'a>> {
    let query = address.query.as_deref().unwrap_or_default();
    for part in [&address.path, query] {
        if let Some(at) = bad_percent(part) {
            let piece: String = part.get(at..).unwrap_or_default().chars().take(3).collect();
            let words = format!("{} is no percent-encoding; a % is written %25.", shown(&piece));
            notes.say(Code::Escape, words);
            return None;
        }
        if let Some(entity) = entity(part) {
            let words = format!(
                "{} is written so in HTML; a URL has {} itself.",
                entity.0,
                shown(&entity.1.to_string())
            );
            notes.say(Code::Escape, words);
            return None;
        }
    }
    if address.query.is_none() && !address.fragment && address.path.ends_with(PUNCTUATION) {
        let is_dots =
            address.path.rsplit('/').next().is_some_and(|last| matches!(last, "." | ".."));
        if !is_dots {
            notes.say(
                Code::EndsInPunctuation,
                "It ends in a mark of punctuation, which is taken for a part of it.",
            );
        }
    }
    if is_decomposed(&address.path) {
        notes.say(
            Code::Decomposed,
            "Letters with accents stand as two characters here (NFD), as macOS lists names: this \
             is another object than the one that looks the same.",
        );
    }
    let has_letters = !address.path.is_ascii() || !query.is_ascii();
    notes.has_letters = has_letters;
    if is_plain(&address.path) && is_plain(query) && !has_dot_segment(&address.path) {
        return Some(address);
    }
    let is_relative = !address.path.starts_with(['/', '\\']);
    let slash = if is_relative { "/" } else { "" };
    let mark = if address.query.is_some() { "?" } else { "" };
    let url = Url::parse(&format!("https://h{slash}{}{mark}{query}", address.path)).ok()?;
    // The standard encodes it since 2023; the library does not yet.
    let path = url.path().replace('^', "%5E");
    // That a slash is missing is said elsewhere.
    let path = if is_relative { path.strip_prefix('/').unwrap_or(&path).to_owned() } else { path };
    let same_but_letters = |typed: &str, asked: &str| {
        typed.bytes().filter(u8::is_ascii_graphic).count()
            + 3 * typed.bytes().filter(|byte| !byte.is_ascii()).count()
            == asked.len()
    };
    let asked_query = url.query().map(str::to_owned);
    let only_letters = has_letters
        && same_but_letters(&address.path, &path)
        && same_but_letters(query, asked_query.as_deref().unwrap_or_default());
    let is_same = path == address.path && asked_query.as_deref() == address.query.as_deref();
    if address.path.contains('|') && path.contains('|') {
        notes.say(Code::AsAsked, "The | is no character of a URL; browsers send it as it is.");
    }
    if !is_same && !only_letters {
        let shown_query = asked_query.as_deref().map(|it| format!("?{it}")).unwrap_or_default();
        notes.say(
            Code::AsAsked,
            format!("A browser asks for {}.", shown(&format!("{path}{shown_query}"))),
        );
    }
    address.path = Cow::Owned(path);
    address.query = asked_query.map(Cow::Owned);
    Some(address)
}

/// Writes percent-encoded letters beyond ASCII as letters; everything else stays encoded.
pub(super) fn with_letters(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        let run = after.as_bytes().chunks_exact(3).take_while(|it| is_beyond_ascii(it)).count() * 3;
        let run = if run == 0 { after.len().min(3) } else { run };
        let (encoded, behind) = after.split_at_checked(run).unwrap_or((after, ""));
        match percent_decode_str(encoded).decode_utf8() {
            Ok(letters) if !letters.is_ascii() => text.push_str(&letters),
            _ => text.push_str(encoded),
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn is_beyond_ascii(triple: &[u8]) -> bool {
    let [b'%', high, low] = triple else { return false };
    matches!(high, b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F') && low.is_ascii_hexdigit()
}

/// Finds a `%` without two hex digits behind it.
pub(super) fn bad_percent(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    text.match_indices('%').map(|(at, _)| at).find(|at| {
        let digits = bytes.get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Entities of HTML that stand in copied addresses, each with its character.
const ENTITIES: [(&str, char); 8] = [
    ("&amp;", '&'),
    ("&#38;", '&'),
    ("&#038;", '&'),
    ("&#x26;", '&'),
    ("&quot;", '"'),
    ("&#39;", '\''),
    ("&lt;", '<'),
    ("&gt;", '>'),
];

/// Finds an entity of HTML, with its character.
pub(super) fn entity(text: &str) -> Option<(&'static str, char)> {
    text.contains('&').then(|| ENTITIES.into_iter().find(|(entity, _)| text.contains(entity)))?
}

/// Returns true if a browser sends a path or a query as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"#<>?\\^`{}|'".contains(&byte))
}

fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        segment.len() <= 6 && {
            let plain = segment.replace("%2e", ".").replace("%2E", ".");
            plain == "." || plain == ".."
        }
    })
}

/// Returns true if a text has marks that are composed with the letter before them.
fn is_decomposed(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|it| {
            matches!(it, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{1161}'..='\u{11a7}')
        })
}
