//! Messages, progress and questions on standard error.

use std::io::{self, IsTerminal, Write};

use super::global::Global;
use super::output;

/// Writes to standard error. A closed standard error is no failure.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    quiet: bool,
    terminal: bool,
}

impl Console {
    /// Makes a console that is as quiet as the flags say.
    pub fn new(global: &Global) -> Self {
        Self { quiet: global.quiet, terminal: io::stderr().is_terminal() }
    }

    /// True if standard error is a terminal, where progress can be written over.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Prints a line of information; nothing with `--quiet`.
    pub fn info(&self, line: &str) {
        if !self.quiet {
            self.warn(line);
        }
    }

    /// Prints a line about something that went wrong, also with `--quiet`.
    pub fn warn(&self, line: &str) {
        let _ = output::stderr().write_all(format!("{line}\n").as_bytes());
    }

    /// Shows progress in the place of the progress before; on a terminal only.
    pub fn progress(&self, text: &str) {
        if self.terminal && !self.quiet {
            let mut err = output::stderr();
            let _ = err.control("\r\x1b[K");
            let _ = err.write_all(text.replace('\n', " ").as_bytes());
        }
    }

    /// Removes the progress from the terminal.
    pub fn clear_progress(&self) {
        self.progress("");
    }

    /// Prints a question; the answer is typed on the same line.
    pub fn prompt(&self, question: &str) {
        let _ = output::stderr().write_all(question.as_bytes());
    }
}

/// Words a count with its noun: `1 request`, `2 requests`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
