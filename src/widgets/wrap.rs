//! Text broken into lines of a width.

use std::borrow::Cow;

use super::text::{fit, printable, width};

/// Breaks a text at blanks into lines of at most this many cells; a longer word is broken where the
/// line ends. Control characters become symbols.
pub fn wrap(text: &str, cells: u16) -> Vec<String> {
    let mut lines = Vec::new();
    if cells == 0 {
        return lines;
    }
    let text: Cow<'_, str> = printable(text);
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        let gap = u16::from(!line.is_empty());
        if width(&line) + gap + width(word) > cells && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        while width(&line) + width(word) > cells {
            let (fits, _) = fit(word, cells - width(&line).min(cells));
            if fits.is_empty() {
                break;
            }
            line.push_str(fits);
            lines.push(std::mem::take(&mut line));
            word = word.get(fits.len()..).unwrap_or_default();
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_at_blanks_and_long_words_where_they_must() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("https://h/abcdef x", 7), ["https:/", "/h/abcd", "ef x"]);
        assert_eq!(wrap("", 7), [""]);
        assert_eq!(wrap("a\u{1b}b", 7), ["a␛b"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_wide(text in ".{0,80}", cells in 2..30_u16) {
            let lines = wrap(&text, cells);
            prop_assert!(lines.iter().all(|line| width(line) <= cells));
            let squeeze = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&printable(&text)));
        }
    }
}
