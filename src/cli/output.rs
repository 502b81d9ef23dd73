//! Standard output and standard error: all that the command line prints goes through here. A
//! control character in it is made visible and never obeyed, and a write that fails names the
//! stream that could not be written.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::domain::text::escape_control_but_lines;

/// The standard output, buffered; to be flushed at the end, so that a failure is seen.
pub type StandardOutput = SafeWriter<BufWriter<io::Stdout>>;

/// Opens standard output. A program that reads it gets the exact bytes; a terminal gets control
/// characters that are made visible.
pub fn stdout() -> StandardOutput {
    let out = io::stdout();
    let escapes = out.is_terminal();
    SafeWriter::new(BufWriter::with_capacity(1 << 16, out), "standard output", escapes)
}

/// Opens standard error. Its text is for people, so control characters are always made visible:
/// what is a log today is read in a terminal tomorrow.
pub fn stderr() -> SafeWriter<io::Stderr> {
    SafeWriter::new(io::stderr(), "standard error", true)
}

/// A stream with a name, which makes control characters visible that a terminal would obey. Line
/// breaks and tabs stay.
#[derive(Debug)]
pub struct SafeWriter<W> {
    out: W,
    name: &'static str,
    escapes: bool,
    /// Passes colours: sequences `ESC [ … m`.
    styled: bool,
    /// The start of a character whose end is not written yet.
    pending: Vec<u8>,
}

impl<W: Write> SafeWriter<W> {
    fn new(out: W, name: &'static str, escapes: bool) -> Self {
        Self { out, name, escapes, styled: false, pending: Vec::new() }
    }

    /// Passes colours on, for text whose parts from outside were made visible before.
    #[must_use]
    pub fn styled(mut self) -> Self {
        self.styled = true;
        self
    }

    /// Writes a control sequence of our own.
    pub fn control(&mut self, sequence: &'static str) -> io::Result<()> {
        let name = self.name;
        self.out.write_all(sequence.as_bytes()).map_err(|error| named(name, &error))
    }

    /// Makes the text visible, but for the colours that may pass.
    fn shown(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\x1b').filter(|_| self.styled) {
            let (before, sequence) = rest.split_at(at);
            shown.push_str(&escape_control_but_lines(before));
            // A sequence that is no colour is text from its first character on.
            let length = colour_length(sequence).unwrap_or(1);
            let (sequence, after) = sequence.split_at(length);
            if length > 1 {
                shown.push_str(sequence);
            } else {
                shown.push_str(&escape_control_but_lines(sequence));
            }
            rest = after;
        }
        shown.push_str(&escape_control_but_lines(rest));
        shown
    }
}

/// Returns the length of the colour sequence that the text begins with.
fn colour_length(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\x1b[")?;
    let end = parameters.find(|character: char| !matches!(character, '0'..='9' | ';'))?;
    parameters.get(end..)?.starts_with('m').then_some("\x1b[m".len() + end)
}

/// Names the stream of an error, in words without the system's number.
fn named(stream: &str, error: &io::Error) -> io::Error {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or(&words);
    io::Error::new(error.kind(), format!("{stream}: {words}"))
}

impl<W: Write> Write for SafeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let name = self.name;
        if !self.escapes {
            return self.out.write(bytes).map_err(|error| named(name, &error));
        }
        self.pending.extend_from_slice(bytes);
        let complete = match std::str::from_utf8(&self.pending) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => self.pending.len(),
        };
        let rest = self.pending.split_off(complete);
        let shown = self.shown(&String::from_utf8_lossy(&self.pending));
        self.pending = rest;
        self.out.write_all(shown.as_bytes()).map_err(|error| named(name, &error))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let name = self.name;
        self.out.flush().map_err(|error| named(name, &error))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn on_terminal(styled: bool, parts: &[&[u8]]) -> String {
        let mut writer = SafeWriter::new(Vec::new(), "standard output", true);
        writer.styled = styled;
        for part in parts {
            writer.write_all(part).unwrap();
        }
        String::from_utf8(writer.out).unwrap()
    }

    #[test]
    fn a_terminal_gets_no_control_character_but_line_breaks_and_tabs() {
        let text = "a\x1b]0;x\x07\r\n\tb\u{9b}31m\u{202e}\x7f\u{85}".as_bytes();
        assert_eq!(on_terminal(false, &[text]), "a␛]0;x␇␍\n\tb\u{fffd}31m\u{fffd}␡\u{fffd}");
    }

    #[test]
    fn a_character_that_comes_in_two_parts_is_made_visible_as_well() {
        assert_eq!(on_terminal(false, &[b"a\xc2", b"\x9bb\xc3", b"\xa4"]), "a\u{fffd}bä");
        assert_eq!(on_terminal(false, &[b"\xff\xfeb"]), "\u{fffd}\u{fffd}b");
    }

    #[test]
    fn only_colours_of_our_own_pass() {
        let text = b"\x1b[1;31mred\x1b[0m \x1b[2J \x1b]8;;x\x07 \x1b[31 \x1b";
        assert_eq!(on_terminal(true, &[text]), "\x1b[1;31mred\x1b[0m ␛[2J ␛]8;;x␇ ␛[31 ␛");
        assert_eq!(on_terminal(false, &[b"\x1b[31m"]), "␛[31m");
    }

    #[test]
    fn a_program_gets_the_exact_bytes() {
        let mut writer = SafeWriter::new(Vec::new(), "standard output", false);
        writer.write_all(b"a\x1b[31m\xff").unwrap();
        assert_eq!(writer.out, b"a\x1b[31m\xff");
    }

    #[test]
    fn a_failed_write_names_its_stream_and_keeps_its_kind() {
        struct Broken(io::ErrorKind);

        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Err(self.0.into())
            }
        }

        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::BrokenPipe] {
            for escapes in [false, true] {
                let mut writer = SafeWriter::new(Broken(kind), "standard output", escapes);
                let error = writer.write_all(b"a").unwrap_err();
                assert_eq!(error.kind(), kind);
                assert!(error.to_string().starts_with("standard output: "), "{error}");
                assert_eq!(writer.flush().unwrap_err().kind(), kind);
            }
        }
        let full = io::Error::from_raw_os_error(28);
        assert!(!named("standard output", &full).to_string().contains("os error"));
    }
}
