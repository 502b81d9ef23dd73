//! Splits a line whose quotes never close: at blanks, whatever is quoted.

use super::word::{Cursor, ShellLine, ShellWord, line_of};

/// Letters at a line's end that make it go on.
const CONTINUATIONS: &[char] = &['\\', '^', '`'];

/// Words that end a simple command.
const OPERATORS: &[&str] = &["|", "||", "&&", "&", ";"];

/// Splits the line that begins at this byte, and those that it goes on over.
pub(super) fn split(text: &str, from: usize) -> ShellLine {
    let mut cursor = Cursor::new(text, from);
    let mut commands = Vec::new();
    let mut words: Vec<ShellWord> = Vec::new();
    loop {
        let start = cursor.at;
        let line = line_of(cursor.rest());
        cursor.skip_line();
        let length = cursor.at;
        let line = line.trim_end();
        let cut = line.strip_suffix(CONTINUATIONS);
        let mut at = start;
        for piece in cut.unwrap_or(line).split(char::is_whitespace) {
            if OPERATORS.contains(&piece) {
                commands.push(std::mem::take(&mut words));
            } else if !piece.is_empty() {
                words.push(word(piece, at));
            }
            // A blank that is no ASCII is longer than a byte.
            let after = text.get(at + piece.len()..).and_then(|rest| rest.chars().next());
            at += piece.len() + after.map_or(0, char::len_utf8);
        }
        if cut.is_none() || !cursor.eat_break() {
            commands.push(words);
            commands.retain(|words| !words.is_empty());
            return ShellLine { length, commands };
        }
    }
}

fn word(piece: &str, at: usize) -> ShellWord {
    let piece = piece.strip_suffix(';').unwrap_or(piece);
    let ansi_c = piece.strip_prefix('$').filter(|rest| rest.starts_with('\''));
    let inside = ansi_c.unwrap_or(piece).trim_start_matches(['\'', '"']);
    let start = at + piece.len() - inside.len();
    let inside = inside.trim_end_matches(['\'', '"']);
    ShellWord {
        text: inside.to_owned(),
        at,
        place: Some(start..start + inside.len()),
        unknown: false,
        quoted: true,
    }
}
