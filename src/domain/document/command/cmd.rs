//! Splits a logical line the way cmd.exe and the C runtime of a program do together.

use super::word::{CommandsInMaking, Cursor, ShellLine, goes_on_with_query};

/// The reading of a line. A caret hides a letter from cmd.exe but not from the program, so there
/// are two kinds of quotes at a time: `^"` opens one of the program's only.
#[derive(Default)]
struct Reader {
    making: CommandsInMaking,
    /// True within quotes that cmd.exe sees: carets and operators are plain letters there.
    is_quoted: bool,
    /// True within quotes that the program sees: blanks do not end a word there.
    is_one_word: bool,
}

/// Splits the logical line that begins at this byte.
pub(super) fn split(text: &str, from: usize) -> ShellLine {
    let mut reader = Reader::default();
    let mut cursor = Cursor::new(text, from);
    let length = loop {
        let end = cursor.at;
        if cursor.eat_break() {
            break end;
        }
        let Some((at, letter)) = cursor.next() else { break end };
        if letter != '^' || reader.is_quoted {
            reader.letter(&mut cursor, at, letter);
            continue;
        }
        // After a caret the break goes away, and the letter after it is as if it had a caret.
        let at = cursor.at;
        if cursor.eat_break() {
            let at = cursor.at;
            if reader.is_one_word && cursor.eat_break() {
                reader.making.word.put(at, '\n');
            }
        } else if let Some((at, letter)) = cursor.next() {
            reader.hidden(&mut cursor, at, letter);
        } else {
            break at;
        }
    };
    ShellLine { length, commands: reader.making.finish() }
}

impl Reader {
    /// Takes a letter that cmd.exe sees.
    fn letter(&mut self, cursor: &mut Cursor<'_>, at: usize, letter: char) {
        let rest = cursor.rest();
        match letter {
            '"' => {
                self.is_quoted = !self.is_quoted;
                self.hidden(cursor, at, letter);
            }
            '&' if !self.is_quoted && goes_on_with_query(&self.making.word, rest) => {
                self.making.word.put(at, letter);
            }
            '&' | '|' if !self.is_quoted => {
                self.making.end_command();
            }
            '<' | '>' if !self.is_quoted => {
                self.making.redirect();
                while cursor.eat(">") || cursor.eat("&") {}
            }
            _ => self.hidden(cursor, at, letter),
        }
    }

    /// Takes a letter that only the program sees.
    fn hidden(&mut self, cursor: &mut Cursor<'_>, at: usize, letter: char) {
        let word = &mut self.making.word;
        match letter {
            '"' if self.is_one_word && cursor.rest().starts_with('"') => {
                cursor.next();
                word.put_made(at, "\"");
                self.is_quoted = !self.is_quoted;
            }
            '"' => {
                word.quote(at);
                self.is_one_word = !self.is_one_word;
            }
            // `\"`, which is `^\^"` within `^"…^"`
            '\\' => {
                let caret = if self.is_quoted { "\"" } else { "^\"" };
                if cursor.eat(caret) {
                    word.put_made(at, "\"");
                } else if cursor.eat("\"") {
                    self.is_quoted = !self.is_quoted;
                    word.put_made(at, "\"");
                } else {
                    word.put(at, letter);
                }
            }
            _ if letter.is_whitespace() && !self.is_one_word => {
                self.making.end_word();
            }
            _ => word.put(at, letter),
        }
    }
}
