//! Splits a logical line the way a POSIX shell does, less its expansions.

use super::start::begins_command;
use super::word::{CommandsInMaking, Cursor, ShellLine, goes_on_with_query, line_of};

/// A here-document is looked for in so many bytes, so that a line that names one without having it
/// costs no look at the whole text.
const LONGEST_HERE_DOCUMENT: usize = 64 * 1024;

/// Substitutions stand within each other this deep at most. A text where more are open has them
/// unclosed.
const DEEPEST: usize = 16;

/// The end that closes a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closer {
    Line,
    Parenthesis,
    Backtick,
}

/// The commands of the line, or of one `$(…)` within it.
#[derive(Debug)]
struct Frame {
    making: CommandsInMaking,
    closer: Closer,
    /// True within `"…"`.
    is_double: bool,
    /// True if a here-document's word comes next.
    names_document: bool,
    /// Frames are opened within others; their commands come in this order.
    number: usize,
}

impl Frame {
    fn new(closer: Closer, number: usize) -> Self {
        let making = CommandsInMaking::default();
        Frame { making, closer, is_double: false, names_document: false, number }
    }
}

/// The reading of a line.
struct Reader<'a> {
    cursor: Cursor<'a>,
    frame: Frame,
    outer: Vec<Frame>,
    closed: Vec<Frame>,
    /// The last words of here-documents that are to come.
    documents: Vec<String>,
    /// True after `|`, `&&` and `||`: the line goes on after its break.
    goes_on: bool,
}

/// Splits the logical line that begins at this byte. `None`: a quote does not close.
pub(super) fn split(text: &str, from: usize) -> Option<ShellLine> {
    let mut reader = Reader {
        cursor: Cursor::new(text, from),
        frame: Frame::new(Closer::Line, 0),
        outer: Vec::new(),
        closed: Vec::new(),
        documents: Vec::new(),
        goes_on: false,
    };
    let length = reader.line()?;
    let length = past_documents(text, length, &reader.documents);
    let mut frames = reader.closed;
    frames.push(reader.frame);
    frames.sort_by_key(|frame| frame.number);
    let commands = frames.into_iter().flat_map(|frame| frame.making.finish()).collect();
    Some(ShellLine { length, commands })
}

/// Returns the end of the here-documents that follow a line, or of the line if one has no end.
fn past_documents(text: &str, line_end: usize, documents: &[String]) -> usize {
    let mut cursor = Cursor::new(text, line_end);
    for word in documents {
        loop {
            if !cursor.eat_break() || cursor.at - line_end > LONGEST_HERE_DOCUMENT {
                return line_end;
            }
            let line = line_of(cursor.rest());
            if begins_command(line) {
                return line_end;
            }
            cursor.skip_line();
            if line.trim_start_matches('\t') == word {
                break;
            }
        }
    }
    cursor.at
}

impl Reader<'_> {
    /// Reads to the end of the logical line and returns it.
    fn line(&mut self) -> Option<usize> {
        loop {
            let end = self.cursor.at;
            if self.cursor.eat_break() {
                if self.frame.is_double {
                    self.broken_text(end)?;
                    continue;
                }
                let goes_on = self.goes_on || self.frame.closer != Closer::Line;
                self.end_command();
                if goes_on && !self.cursor.rest().is_empty() {
                    continue;
                }
                return Some(end);
            }
            let Some((at, letter)) = self.cursor.next() else {
                let is_whole = !self.frame.is_double && self.outer.is_empty();
                self.end_command();
                return is_whole.then_some(end);
            };
            if self.outer.len() > DEEPEST {
                return None;
            }
            if self.frame.is_double {
                self.double(at, letter);
            } else {
                self.plain(at, letter)?;
            }
        }
    }

    /// Takes a break within quotes. No URL has one, so that a quoted URL with a break was never
    /// closed, and the quote that would close it is another's.
    fn broken_text(&mut self, at: usize) -> Option<()> {
        let word = &mut self.frame.making.word;
        if word.begins_as_url() {
            return None;
        }
        word.put(at, '\n');
        Some(())
    }

    fn plain(&mut self, at: usize, letter: char) -> Option<()> {
        let frame = &mut self.frame;
        let word = &mut frame.making.word;
        if !letter.is_whitespace() && !matches!(letter, '#' | '|' | '&') {
            self.goes_on = false;
        }
        match letter {
            '\'' => return self.single(at),
            '"' => {
                word.quote(at);
                frame.is_double = true;
            }
            '\\' => self.escape(at),
            '$' => return self.dollar(at),
            '`' if frame.closer == Closer::Backtick => self.close(),
            '`' => self.open(at, Closer::Backtick),
            ')' if word.depth > 0 => {
                word.depth -= 1;
                word.put(at, letter);
            }
            ')' if frame.closer == Closer::Parenthesis => self.close(),
            '(' if word.is_open => {
                word.depth += 1;
                word.put(at, letter);
            }
            '#' if !word.is_open => self.cursor.skip_line(),
            '&' if self.cursor.eat(">") => self.redirect(false),
            '&' if word.is_open && goes_on_with_query(word, self.cursor.rest()) => {
                word.put(at, letter);
            }
            ';' | '(' | ')' => self.end_command(),
            '&' | '|' => {
                let twice = self.cursor.eat(letter.encode_utf8(&mut [0; 4]));
                self.end_command();
                self.goes_on = twice || letter == '|';
            }
            '<' | '>' if self.cursor.eat("(") => self.open(at, Closer::Parenthesis),
            '<' if self.cursor.eat("<<") => self.redirect(false),
            '<' if self.cursor.eat("<") => {
                self.cursor.eat("-");
                self.redirect(true);
            }
            '<' | '>' => self.redirect(false),
            _ if letter.is_whitespace() => self.end_word(),
            _ => word.put(at, letter),
        }
        Some(())
    }

    fn double(&mut self, at: usize, letter: char) {
        let word = &mut self.frame.making.word;
        match letter {
            '"' => self.frame.is_double = false,
            '\\' if self.cursor.eat_break() => {}
            '\\' => match self.cursor.peek() {
                Some(escaped @ ('$' | '`' | '"' | '\\')) => {
                    let at = self.cursor.at;
                    self.cursor.next();
                    word.put(at, escaped);
                }
                Some(_) | None => word.put(at, letter),
            },
            '$' if self.cursor.eat("(") => self.open(at, Closer::Parenthesis),
            '`' if self.frame.closer == Closer::Backtick => self.close(),
            '`' => self.open(at, Closer::Backtick),
            '$' => self.variable(at),
            _ => word.put(at, letter),
        }
    }

    fn single(&mut self, at: usize) -> Option<()> {
        self.frame.making.word.quote(at);
        loop {
            let end = self.cursor.at;
            if self.cursor.eat_break() {
                self.broken_text(end)?;
                continue;
            }
            match self.cursor.next()? {
                (_, '\'') => return Some(()),
                (at, letter) => self.frame.making.word.put(at, letter),
            }
        }
    }

    /// Undoes a backslash outside quotes. Blanks between it and the line's end are a slip: the line
    /// was meant to go on.
    fn escape(&mut self, at: usize) {
        let rest = self.cursor.rest();
        let mut after = Cursor::new(rest, rest.len() - rest.trim_start_matches([' ', '\t']).len());
        if after.eat_break() {
            let is_slip = !rest.starts_with(['\r', '\n']);
            self.cursor.at += after.at;
            if is_slip {
                self.end_word();
            }
            return;
        }
        self.frame.making.word.quote(at);
        if let Some((at, letter)) = self.cursor.next() {
            self.frame.making.word.put(at, letter);
        }
    }

    fn dollar(&mut self, at: usize) -> Option<()> {
        if self.cursor.eat("(") {
            self.open(at, Closer::Parenthesis);
        } else if self.cursor.eat("'") {
            let word = &mut self.frame.making.word;
            word.quote(at);
            super::ansi_c::read(&mut self.cursor, word)?;
        } else if self.cursor.peek() != Some('"') {
            self.variable(at);
        }
        Some(())
    }

    /// Takes a dollar sign: as it stands, with the note that a name after it is a variable's.
    fn variable(&mut self, at: usize) {
        let word = &mut self.frame.making.word;
        word.put(at, '$');
        let names = |it: char| it.is_ascii_alphanumeric() || "_{@*?!#".contains(it);
        if self.cursor.peek().is_some_and(names) {
            word.set_unknown(at);
        }
    }

    fn open(&mut self, at: usize, closer: Closer) {
        self.frame.making.word.set_unknown(at);
        let number = self.closed.len() + self.outer.len() + 1;
        let inner = Frame::new(closer, number);
        self.outer.push(std::mem::replace(&mut self.frame, inner));
    }

    fn close(&mut self) {
        self.end_command();
        if let Some(outer) = self.outer.pop() {
            self.closed.push(std::mem::replace(&mut self.frame, outer));
        }
    }

    fn redirect(&mut self, names_document: bool) {
        self.frame.making.redirect();
        self.frame.names_document = names_document;
        // `>>`, `>|`, `>&1`
        while self.cursor.eat(">") || self.cursor.eat("|") || self.cursor.eat("&") {}
    }

    fn end_word(&mut self) {
        let skipped = self.frame.making.end_word();
        self.note_document(skipped);
    }

    fn end_command(&mut self) {
        let skipped = self.frame.making.end_command();
        self.note_document(skipped);
        self.goes_on = false;
    }

    fn note_document(&mut self, skipped: Option<super::word::ShellWord>) {
        if let Some(word) = skipped
            && std::mem::take(&mut self.frame.names_document)
        {
            self.documents.push(word.text);
        }
    }
}
