//! Text from outside, made safe to show: a vendor's or a paste's control characters are shown,
//! never obeyed.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every control character (C0, DEL, C1), line break and bidirectional control made
/// visible, cut after `most` characters with an ellipsis.
pub fn escape_control(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most.saturating_mul(4)));
    for (count, character) in text.chars().enumerate() {
        if count == most {
            shown.push('…');
            break;
        }
        shown.push(visible(character));
    }
    shown
}

/// The text as [`escape_control`] makes it, with its line breaks and tabs.
pub fn escape_control_but_lines(text: &str) -> String {
    let keep = |character| matches!(character, '\n' | '\t');
    text.chars().map(|it| if keep(it) { it } else { visible(it) }).collect()
}

/// A count with its thousands apart: `98,113`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// JSON with every character that a terminal would obey as an escape sequence of JSON: the same
/// value for every reader.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    let obeyed = |character| character != '\n' && visible(character) != character;
    // Nearly all is plain, and bytes are looked at many at once.
    let is_plain = |byte| matches!(byte, b' '..=b'~' | b'\n');
    if json.bytes().fold(true, |all, byte| all & is_plain(byte)) || !json.contains(obeyed) {
        return json.into();
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if obeyed(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

/// The character, or a sign for one that a terminal would obey or not show.
pub fn visible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_passed_on() {
        assert_eq!(escape_control("a\x1b[31mred\x07\u{9b}", 99), "a␛[31mred␇\u{fffd}");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(escape_control("ääää", 2), "ää…");
    }

    #[test]
    fn lines_keep_their_breaks_and_tabs_and_nothing_else() {
        assert_eq!(escape_control_but_lines("a\r\n\tb\u{202e}"), "a␍\n\tb\u{fffd}");
    }

    #[test]
    fn json_for_a_terminal_is_the_same_value_without_a_control_character() {
        let text = "ä\u{9b}31m \u{7f}\u{2028}\u{202e}\u{61c}\u{feff}\x1b\n🚀";
        let json = serde_json::to_string_pretty(&[text]).unwrap_or_default();
        let escaped = escape_json(&json);
        assert!(escaped.contains("\\u009b31m \\u007f\\u2028\\u202e"), "{escaped}");
        assert!(!escaped.contains(|it: char| it != '\n' && visible(it) != it), "{escaped}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap_or_default(), [text]);
    }
}
