//! The words of a command line, each with its place in the text.

use std::ops::Range;

/// One word, its quotes undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShellWord {
    /// The text that the program gets.
    pub(super) text: String,
    /// The byte of the text at which it begins, quotes included.
    pub(super) at: usize,
    /// The bytes that say exactly its text.
    pub(super) place: Option<Range<usize>>,
    /// True if a part of it, a variable say, is known only to the shell.
    pub(super) unknown: bool,
    /// True if any part of it was quoted or escaped.
    pub(super) quoted: bool,
}

impl ShellWord {
    /// Returns the word without its first bytes, as in `-ofile` or `--url=…`.
    pub(super) fn after(&self, bytes: usize) -> ShellWord {
        let place = self.place.clone();
        ShellWord {
            text: self.text.get(bytes..).unwrap_or_default().to_owned(),
            place: place.map(|place| (place.start + bytes).min(place.end)..place.end),
            ..*self
        }
    }
}

/// The word that a lexer is in.
#[derive(Debug, Default)]
pub(super) struct WordInMaking {
    word: ShellWord,
    /// True once it has begun, be it with an empty pair of quotes.
    pub(super) is_open: bool,
    is_scattered: bool,
    /// Parentheses that the word itself opened.
    pub(super) depth: usize,
}

impl WordInMaking {
    /// Begins the word, unless it has begun.
    pub(super) fn open(&mut self, at: usize) {
        if !self.is_open {
            const USUAL: usize = 24;
            *self = WordInMaking { is_open: true, ..WordInMaking::default() };
            self.word.at = at;
            self.word.text.reserve(USUAL);
        }
    }

    /// Begins the word with a quote, or goes on with one.
    pub(super) fn quote(&mut self, at: usize) {
        self.open(at);
        self.word.quoted = true;
    }

    /// Puts a letter that stands at this byte of the text.
    pub(super) fn put(&mut self, at: usize, letter: char) {
        self.open(at);
        let place = self.word.place.get_or_insert(at..at);
        self.is_scattered |= place.end != at;
        place.end = at + letter.len_utf8();
        self.word.text.push(letter);
    }

    /// Puts a text that an escape stands for.
    pub(super) fn put_made(&mut self, at: usize, text: &str) {
        self.quote(at);
        self.is_scattered = true;
        self.word.text.push_str(text);
    }

    /// Notes that a part of the word is known only to the shell.
    pub(super) fn set_unknown(&mut self, at: usize) {
        self.open(at);
        self.word.unknown = true;
    }

    /// Returns the text so far.
    pub(super) fn text(&self) -> &str {
        &self.word.text
    }

    /// Returns true if the word is a number without quotes: a file descriptor before `>`.
    pub(super) fn is_number(&self) -> bool {
        !self.word.quoted && self.text().bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns true if it begins as a full URL does.
    pub(super) fn begins_as_url(&self) -> bool {
        let begins = |scheme: &str| {
            self.text().get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme))
        };
        begins("http://") || begins("https://")
    }

    /// Returns true if it begins as the name of a variable or a cast does.
    pub(super) fn begins_as_name(&self) -> bool {
        self.text().starts_with(['$', '[', '@'])
    }

    /// Ends the word, if one has begun.
    pub(super) fn take(&mut self) -> Option<ShellWord> {
        let made = std::mem::take(self);
        let mut word = made.word;
        if made.is_scattered {
            word.place = None;
        }
        made.is_open.then_some(word)
    }
}

/// One logical line of a shell, split.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ShellLine {
    /// The bytes that it takes, without the break of its last line.
    pub(super) length: usize,
    /// The words of its simple commands.
    pub(super) commands: Vec<Vec<ShellWord>>,
}

/// The simple commands of a line so far.
#[derive(Debug, Default)]
pub(super) struct CommandsInMaking {
    /// The word that is being read.
    pub(super) word: WordInMaking,
    words: Vec<ShellWord>,
    commands: Vec<Vec<ShellWord>>,
    /// True if the next word belongs to a redirection.
    pub(super) skips: bool,
}

impl CommandsInMaking {
    /// Ends the word; returns it if it was that of a redirection.
    pub(super) fn end_word(&mut self) -> Option<ShellWord> {
        let word = self.word.take()?;
        if std::mem::take(&mut self.skips) {
            return Some(word);
        }
        self.words.push(word);
        None
    }

    /// Ends the simple command.
    pub(super) fn end_command(&mut self) -> Option<ShellWord> {
        let skipped = self.end_word();
        self.skips = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
        skipped
    }

    /// Begins a redirection: a number directly before it is no word.
    pub(super) fn redirect(&mut self) {
        if self.word.is_number() {
            self.word.take();
        }
        self.end_word();
        self.skips = true;
    }

    /// Returns all simple commands.
    pub(super) fn finish(mut self) -> Vec<Vec<ShellWord>> {
        self.end_command();
        self.commands
    }
}

/// A place in a text that is read letter by letter.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// The next byte.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    /// Begins at a byte of the text.
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Cursor { text, at }
    }

    /// Returns the text that is left.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Returns the next letter.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Goes past this if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let comes = self.rest().starts_with(text);
        self.at += if comes { text.len() } else { 0 };
        comes
    }

    /// Goes past the break of a line if one comes next.
    pub(super) fn eat_break(&mut self) -> bool {
        self.eat("\n") || self.eat("\r\n")
    }

    /// Goes to the end of the line, before its break.
    pub(super) fn skip_line(&mut self) {
        self.at += line_of(self.rest()).len();
    }
}

impl Iterator for Cursor<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let letter = self.peek()?;
        let at = self.at;
        self.at += letter.len_utf8();
        Some((at, letter))
    }
}

/// Returns the first line of a text, without its break.
pub(super) fn line_of(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or_default();
    if line.len() < text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
}

/// Returns true if an unquoted `&` with this text after it goes on with a URL's query. A shell
/// would end the command there; people paste URLs without quotes all the same, and `&name=` right
/// after a URL is never meant as an assignment in the background.
pub(super) fn goes_on_with_query(word: &WordInMaking, rest: &str) -> bool {
    const NO_NAME: &[u8] = b" \t\r\n&;|'\"<>()`$\\^";
    // Only the word's head is looked at, so that a thousand parameters are no thousand readings.
    let mut head = word.text().bytes().take(64);
    let is_url = word.begins_as_url() || head.any(|byte| matches!(byte, b'?' | b'/' | b'.'));
    let mut name = rest.bytes().take_while(|byte| !NO_NAME.contains(byte));
    is_url && name.by_ref().position(|byte| byte == b'=').is_some_and(|length| length > 0)
}
