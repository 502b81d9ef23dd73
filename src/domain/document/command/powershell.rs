//! Splits a logical line the way PowerShell does, less its expressions.

use super::start::begins_command;
use super::word::{CommandsInMaking, Cursor, ShellLine, goes_on_with_query, line_of};

/// A block may take so many bytes, so that one that never closes costs no look at the whole text.
const LONGEST_BLOCK: usize = 256 * 1024;

struct Reader<'a> {
    cursor: Cursor<'a>,
    making: CommandsInMaking,
    /// True where a backslash escapes a double quote, as in arguments of programs that are no
    /// cmdlets.
    is_native: bool,
}

/// Splits the logical line that begins at this byte. `None`: a quote or a block does not close.
pub(super) fn split(text: &str, from: usize, is_native: bool) -> Option<ShellLine> {
    let cursor = Cursor::new(text, from);
    let mut reader = Reader { cursor, making: CommandsInMaking::default(), is_native };
    let length = loop {
        let end = reader.cursor.at;
        if reader.cursor.eat_break() {
            break end;
        }
        let Some((at, letter)) = reader.cursor.next() else { break end };
        reader.plain(at, letter)?;
    };
    Some(ShellLine { length, commands: reader.making.finish() })
}

impl Reader<'_> {
    fn plain(&mut self, at: usize, letter: char) -> Option<()> {
        let word = &mut self.making.word;
        match letter {
            '"' => return self.double(at),
            '\'' => return self.single(at),
            '`' => self.escape(at),
            '@' if self.cursor.rest().starts_with(['"', '\'']) => return self.here_string(at),
            '(' | '{' if !word.is_open => {
                word.set_unknown(at);
                return self.block();
            }
            '(' | '{' if matches!(word.text(), "@" | "$") || word.begins_as_name() => {
                word.set_unknown(at);
                return self.block();
            }
            '$' => {
                word.put(at, letter);
                word.set_unknown(at);
            }
            '#' if !word.is_open => self.cursor.skip_line(),
            '&' if word.is_open && goes_on_with_query(word, self.cursor.rest()) => {
                word.put(at, letter);
            }
            '&' if !word.is_open && !self.cursor.rest().starts_with('&') => {}
            ';' | '|' | '&' | ')' | '}' => {
                self.making.end_command();
            }
            '>' => {
                self.making.redirect();
                while self.cursor.eat(">") || self.cursor.eat("&") {}
            }
            _ if letter.is_whitespace() => {
                self.making.end_word();
            }
            _ => word.put(at, letter),
        }
        Some(())
    }

    /// Undoes a backtick. Blanks between it and the line's end are a slip: the line was meant to
    /// go on.
    fn escape(&mut self, at: usize) {
        let rest = self.cursor.rest();
        let mut after = Cursor::new(rest, rest.len() - rest.trim_start_matches([' ', '\t']).len());
        if after.eat_break() {
            self.cursor.at += after.at;
            self.making.end_word();
        } else {
            self.escaped(at);
        }
    }

    fn escaped(&mut self, at: usize) {
        let word = &mut self.making.word;
        let Some((place, letter)) = self.cursor.next() else { return };
        let made = match letter {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            '0' => "\0",
            _ => {
                word.quote(at);
                return word.put(place, letter);
            }
        };
        word.put_made(at, made);
    }

    fn double(&mut self, at: usize) -> Option<()> {
        self.making.word.quote(at);
        loop {
            let (at, letter) = self.cursor.next()?;
            let word = &mut self.making.word;
            match letter {
                '"' if self.cursor.eat("\"") => word.put_made(at, "\""),
                '"' => return Some(()),
                '\\' if self.is_native && self.cursor.eat("\"") => word.put_made(at, "\""),
                '\n' if word.begins_as_url() => return None,
                '`' => self.escaped(at),
                '$' => {
                    word.put(at, letter);
                    let names = |it: char| it.is_alphanumeric() || matches!(it, '_' | '{' | '(');
                    if self.cursor.peek().is_some_and(names) {
                        word.set_unknown(at);
                    }
                }
                _ => word.put(at, letter),
            }
        }
    }

    fn single(&mut self, at: usize) -> Option<()> {
        self.making.word.quote(at);
        loop {
            let (at, letter) = self.cursor.next()?;
            let word = &mut self.making.word;
            match letter {
                '\'' if self.cursor.eat("'") => word.put_made(at, "'"),
                '\'' => return Some(()),
                '\n' if word.begins_as_url() => return None,
                _ => word.put(at, letter),
            }
        }
    }

    /// Reads `@"…"@`, whose inside stands on lines of its own.
    fn here_string(&mut self, at: usize) -> Option<()> {
        let (_, quote) = self.cursor.next()?;
        self.making.word.quote(at);
        let closer = if quote == '"' { "\"@" } else { "'@" };
        self.cursor.skip_line();
        while self.cursor.eat_break() {
            if self.cursor.eat(closer) {
                return Some(());
            }
            // A text that begins a command within has the here-string unclosed.
            let line = line_of(self.cursor.rest());
            if begins_command(line) {
                return None;
            }
            self.making.word.put_made(at, line);
            self.cursor.skip_line();
        }
        None
    }

    /// Passes over `{…}` or `(…)`, whose opener was just read, with what stands within. A line
    /// within that begins a command shows that the block was never closed.
    fn block(&mut self) -> Option<()> {
        let (start, mut depth) = (self.cursor.at, 1_usize);
        while depth > 0 {
            if self.cursor.at - start > LONGEST_BLOCK {
                return None;
            }
            let (at, letter) = self.cursor.next()?;
            match letter {
                '{' | '(' => depth += 1,
                '}' | ')' => depth -= 1,
                '`' => {
                    self.cursor.next();
                }
                '"' => self.double(at)?,
                '\'' => self.single(at)?,
                '\n' if begins_command(self.cursor.rest()) => return None,
                _ => {}
            }
        }
        Some(())
    }
}
