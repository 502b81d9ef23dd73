//! What is wrong with a configuration: every fault with its place, so that one run names all of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A place in a text, counted from 1 as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

impl Place {
    /// Where the byte `offset` of `text` stands.
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

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the file; `None` where the fault is not in the file (an environment variable, something missing).
    pub place: Option<Place>,
    /// What is wrong, in a sentence without a full stop.
    pub words: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Fault {
    /// A fault at a place.
    pub fn at(place: Place, words: impl Into<String>) -> Self {
        Self { place: Some(place), words: words.into(), advice: None }
    }

    /// A fault that has no place in the file.
    pub fn elsewhere(words: impl Into<String>) -> Self {
        Self { place: None, words: words.into(), advice: None }
    }

    /// The same, saying what to do.
    #[must_use]
    pub fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column }) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.words)?;
        if let Some(advice) = &self.advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

/// All that is wrong with a configuration; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The file that they are about; `None` where there is none.
    pub file: Option<PathBuf>,
    /// The faults, in the order of the file.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// One fault about a file.
    pub fn one(file: Option<&Path>, fault: Fault) -> Self {
        Self { file: file.map(Path::to_path_buf), faults: vec![fault] }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            match (&self.file, fault.place) {
                (Some(file), Some(_)) => write!(f, "{}:{fault}", file.display())?,
                (Some(file), None) => write!(f, "{}: {fault}", file.display())?,
                (None, _) => write!(f, "{fault}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// What the system says of a file, in words without numbers; and what to do about it.
pub fn of_file(error: &io::Error) -> (String, &'static str) {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the system's own list of faults, which grows"
    )]
    let (words, advice) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such file or directory", "check the path"),
        io::ErrorKind::PermissionDenied => {
            ("you may not open it", "check who owns it and the directories above it")
        }
        io::ErrorKind::IsADirectory => ("it is a directory", "name a file in it"),
        io::ErrorKind::NotADirectory => ("what stands above it is no directory", "check the path"),
        io::ErrorKind::ReadOnlyFilesystem => (
            "its disk is mounted for reading only",
            "name another file, or mount the disk for writing",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ("there is no room left on its disk", "make room")
        }
        io::ErrorKind::InvalidData => ("it is not UTF-8 text", "save it as UTF-8"),
        _ => return (error.to_string(), "check the file and its disk"),
    };
    (words.to_owned(), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        assert_eq!(Place::of("abc", 0), Place { line: 1, column: 1 });
        assert_eq!(Place::of("ä\nöü x", 8), Place { line: 2, column: 4 });
        assert_eq!(Place::of("a\n", 99), Place { line: 2, column: 1 });
    }
}
