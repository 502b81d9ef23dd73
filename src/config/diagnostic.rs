//! Errors of a configuration: each with its position, so that one run names all of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// FilePosition in a text, counted from 1 as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePosition {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

impl FilePosition {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// Returns the position of the byte `offset` of `text`.
    pub fn of(text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// One error of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// FilePosition in the file; `None` if the error is not in the file (an environment variable, a
    /// missing account).
    pub position: Option<FilePosition>,
    /// The error, in a sentence without a full stop.
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Makes an error at a position in the file.
    pub fn at(position: FilePosition, message: impl Into<String>) -> Self {
        Self { position: Some(position), message: message.into(), help: None }
    }

    /// Makes an error that has no position in the file.
    pub fn elsewhere(message: impl Into<String>) -> Self {
        Self { position: None, message: message.into(), help: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(FilePosition { line, column }) = self.position {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

/// All errors of a configuration; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file that they are about, if there is one.
    pub file: Option<PathBuf>,
    /// The errors, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl ConfigError {
    /// Makes a single error about a file.
    pub fn one(file: Option<&Path>, diagnostic: Diagnostic) -> Self {
        Self { file: file.map(Path::to_path_buf), diagnostics: vec![diagnostic] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            match (&self.file, diagnostic.position) {
                (Some(file), Some(_)) => write!(f, "{}:{diagnostic}", file.display())?,
                (Some(file), None) => write!(f, "{}: {diagnostic}", file.display())?,
                (None, _) => write!(f, "{diagnostic}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Describes an error of the file system without its number, and says what to do about it.
pub fn describe_io_error(error: &io::Error) -> (String, &'static str) {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the standard library's list of errors, which grows"
    )]
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such file or directory", "check the path"),
        io::ErrorKind::PermissionDenied => {
            ("permission denied", "check the owner and the mode of it and of the directories above")
        }
        io::ErrorKind::IsADirectory => ("it is a directory", "name a file in it"),
        io::ErrorKind::NotADirectory => ("a part of its path is not a directory", "check the path"),
        io::ErrorKind::ReadOnlyFilesystem => (
            "its file system is mounted read-only",
            "name another file, or mount the file system for writing",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ("its disk is full", "free some space")
        }
        io::ErrorKind::InvalidData => ("it is not UTF-8 text", "save it as UTF-8"),
        _ => return (error.to_string(), "check the file and its disk"),
    };
    (message.to_owned(), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        assert_eq!(FilePosition::of("abc", 0), FilePosition { line: 1, column: 1 });
        assert_eq!(FilePosition::of("ä\nöü x", 8), FilePosition { line: 2, column: 4 });
        assert_eq!(FilePosition::of("a\n", 99), FilePosition { line: 2, column: 1 });
    }
}
