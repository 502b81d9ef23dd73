//! Errors of a configuration: each with its position, so that one run names all of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A position in a text, counted from 1 as editors do.
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
}

/// The positions of a text's bytes, looked up without reading what is before them again: a file of
/// many tables asks for many.
#[derive(Debug)]
pub struct PositionIndex<'t> {
    text: &'t str,
    /// The offset at which each line starts.
    lines: Vec<usize>,
    /// The characters before each block of [`BLOCK_BYTES`]: a whole file may stand on one line.
    blocks: Vec<usize>,
}

/// The bytes of a block whose characters are counted once.
const BLOCK_BYTES: usize = 512;

impl<'t> PositionIndex<'t> {
    /// Reads the text once.
    pub fn new(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        let blocks = text.as_bytes().chunks(BLOCK_BYTES).scan(0, |before, block| {
            let here = *before;
            *before += characters(block);
            Some(here)
        });
        Self { text, lines, blocks: blocks.collect() }
    }

    /// Returns the position of a byte.
    pub fn position(&self, offset: usize) -> FilePosition {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.lines.get(at)).copied();
        let column = self.characters_before(offset) - self.characters_before(start.unwrap_or(0));
        FilePosition { line, column: column + 1 }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK_BYTES;
        let Some(before) = self.blocks.get(block) else {
            return self.text.chars().count();
        };
        let within = self.text.as_bytes().get(block * BLOCK_BYTES..offset);
        before + within.map_or(0, characters)
    }
}

/// Counts the characters that begin in these bytes of a text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

/// One error of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its position in the file; `None` if the error is not in the file (an environment variable, a
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
    use proptest::prelude::*;

    use super::*;

    fn position(text: &str, offset: usize) -> (usize, usize) {
        let FilePosition { line, column } = PositionIndex::new(text).position(offset);
        (line, column)
    }

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        assert_eq!(position("abc", 0), (1, 1));
        assert_eq!(position("ä\nöü x", 8), (2, 4));
        assert_eq!(position("a\n", 99), (2, 1));
        assert_eq!(position("", 7), (1, 1));
        let long = "ä".repeat(BLOCK_BYTES * 3);
        assert_eq!(position(&format!("x\n{long}"), 2 + 2 * 999), (2, 1_000));
        assert_eq!(position(&long, long.len()), (1, BLOCK_BYTES * 3 + 1));
    }

    proptest! {
        #[test]
        fn the_index_says_what_counting_says(
            pieces in prop::collection::vec("[aä漢\n]{0,300}", 0..6),
            offset in 0..2_000_usize,
        ) {
            let text = pieces.concat();
            let before = &text[..text.floor_char_boundary(offset)];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let counted = (before.matches('\n').count() + 1, line.chars().count() + 1);
            prop_assert_eq!(position(&text, offset), counted);
        }
    }
}
