//! Text from outside, made safe to show: a vendor's or a paste's control characters are shown,
//! never obeyed.

/// The text with every control character (C0, DEL, C1), line break and bidirectional control made
/// visible, cut after `most` characters with an ellipsis.
pub fn escape_control(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most.saturating_mul(4)));
    for (count, character) in text.chars().enumerate() {
        if count == most {
            shown.push('…');
            break;
        }
        match character {
            '\u{0}'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(character))),
            '\u{7f}' => shown.push('␡'),
            '\u{80}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {
                shown.push('\u{fffd}');
            }
            other => shown.push(other),
        }
    }
    shown
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
}
