//! Checks the characters of an entry, and names the parts of an address that no purge has a use
//! for.

use super::notes::Notes;
use super::shown;
use crate::domain::draft::address::{self, Address};
use crate::domain::findings::{Code, Severity};

/// Returns true if the text may be an address at all.
pub(super) fn is_sound(text: &str, notes: &mut Notes) -> bool {
    if text.is_empty() {
        notes.say(Code::Blank, "An empty entry is passed over.");
        return false;
    }
    let (mut invisible, mut blank, mut comma) = (false, false, false);
    if text.is_ascii() {
        for byte in text.bytes() {
            invisible |= byte.is_ascii_control();
            blank |= byte == b' ';
            comma |= byte == b',';
        }
    } else {
        for character in text.chars() {
            let blank_here = character.is_whitespace() && !character.is_control();
            blank |= blank_here;
            invisible |= !blank_here && is_invisible(character);
            comma |= character == ',';
        }
    }
    if invisible {
        notes.say(
            Code::Invisible,
            format!("There are control or invisible characters in it: {}", shown(text)),
        );
    }
    if blank {
        notes.say(
            Code::Whitespace,
            "There is a blank inside; write %20, or put each entry on a line of its own.",
        );
    }
    if invisible || blank {
        return false;
    }
    if let Some(second) = second_url(text) {
        let (severity, words) = if second.glued {
            (Severity::Error, "Two URLs run into each other here; put each on a line of its own.")
        } else {
            (Severity::Warning, "Another URL stands within the path; it is taken for a part of it.")
        };
        notes.say_weighing(Code::RunTogether, severity, words);
    }
    if comma {
        notes.say(Code::Comma, "The comma is taken for a part of the URL.");
    }
    true
}

/// A URL that begins within another.
pub(super) struct SecondUrl {
    /// Its first byte.
    pub(super) at: usize,
    /// True if it begins right behind a letter or a digit, as when two were pasted behind each
    /// other; else it may be meant, as a path of its own.
    pub(super) glued: bool,
}

/// Finds a URL that begins within this one, before any query: the first that is glued on, else the
/// first.
pub(super) fn second_url(text: &str) -> Option<SecondUrl> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let mut first = None;
    for (end, _) in path.match_indices("://") {
        let before = path.get(..end)?;
        let scheme = ["https", "http"].into_iter().find(|scheme| {
            let start = before.len().checked_sub(scheme.len());
            let end = start.and_then(|start| before.get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(scheme))
        });
        let Some(at) = scheme.map(|scheme| end - scheme.len()).filter(|at| *at > 0) else {
            continue;
        };
        let behind = path.get(..at).and_then(|before| before.chars().next_back());
        let glued = behind.is_some_and(char::is_alphanumeric);
        if glued {
            return Some(SecondUrl { at, glued });
        }
        first = first.or(Some(SecondUrl { at, glued }));
    }
    first
}

/// Returns true for what never belongs to a URL. Joiners do: words and emoji are written with them.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

/// Says what is taken off an address because no purge has a use for it.
pub(super) fn note_extras(address: &Address<'_>, notes: &mut Notes) {
    if address.fragment {
        notes.say(Code::Fragment, "What follows # never leaves the browser; it is taken off.");
    }
    if address.userinfo {
        notes.say(Code::Userinfo, "The user name before the host is taken off.");
    }
    if let Some(port) = address.port {
        let usual = matches!(
            (address.scheme, port),
            (Some(address::Scheme::Http), "80") | (Some(address::Scheme::Https), "443")
        );
        notes.say_weighing(
            Code::Port,
            if usual { Severity::Info } else { Severity::Warning },
            format!("The port {} is taken off.", shown(port)),
        );
    }
    if let Some(host) = &address.host
        && address.international
    {
        notes.say(Code::International, format!("The host is {host}."));
    }
}
