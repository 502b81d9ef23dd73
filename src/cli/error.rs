//! What ends a subcommand: a class, which becomes the exit code, words, and what to do next.

use std::fmt;
use std::io;

use crate::config::fault::{Faults, of_file};
use crate::domain::failure::{Cause, Failure};

/// Why a run ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something else went wrong.
    Failed,
    /// The command line, the configuration, a filter or a draft has an error.
    Usage,
    /// A vendor refused the credentials.
    Auth,
    /// A limit or quota is used up, and nothing was sent.
    Limit,
    /// Some of it was done.
    Partly,
    /// What was waited for did not come in time.
    TimedOut,
    /// It was done, and the edge was not seen to serve it fresh.
    NotVerified,
    /// It was not to be done: read-only, or not confirmed.
    Refused,
    /// Ctrl-c.
    Interrupted,
    /// Whoever read our output has gone; nothing is said of it.
    ClosedPipe,
}

impl Class {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::ClosedPipe => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Auth => 3,
            Self::Limit => 4,
            Self::Partly => 5,
            Self::TimedOut => 6,
            Self::NotVerified => 7,
            Self::Refused => 8,
            Self::Interrupted => 130,
        }
    }
}

/// Why a subcommand did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// Which exit code it becomes.
    pub class: Class,
    /// What happened, for standard error; empty where all was said already.
    pub words: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl CliError {
    /// An error of a class, with words.
    pub fn new(class: Class, words: impl Into<String>) -> Self {
        Self { class, words: words.into(), hint: None }
    }

    /// An error about which everything was said already.
    pub fn silent(class: Class) -> Self {
        Self::new(class, "")
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What went wrong while a file was read or written.
    pub fn file(path: &std::path::Path, error: &io::Error) -> Self {
        let (words, advice) = of_file(error);
        let mut hint = advice.to_owned();
        if let Some(first) = hint.get(..1).map(str::to_uppercase) {
            hint.replace_range(..1, &first);
        }
        hint.push('.');
        Self::new(Class::Failed, format!("{}: {words}", path.display())).hint(hint)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "purgedeck: {}", self.words)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CliError {}

/// An error of writing to standard output, or of something that has no better place.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::silent(Class::ClosedPipe);
        }
        Self::new(Class::Failed, error.to_string())
    }
}

impl From<csv::Error> for CliError {
    fn from(error: csv::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<Faults> for CliError {
    fn from(faults: Faults) -> Self {
        let count = faults.faults.len();
        let words = match count {
            1 => format!("the configuration has a fault\n{faults}"),
            _ => format!("the configuration has {count} faults\n{faults}"),
        };
        Self::new(Class::Usage, words)
    }
}

/// The class of a vendor's failure.
pub fn class_of(failure: &Failure) -> Class {
    match failure.cause {
        Cause::Unauthenticated | Cause::Forbidden => Class::Auth,
        Cause::RateLimited { .. } | Cause::QuotaUsedUp => Class::Limit,
        Cause::NotFound
        | Cause::Rejected { .. }
        | Cause::ClockSkew { .. }
        | Cause::Unreachable
        | Cause::Lost
        | Cause::VendorError
        | Cause::BadAnswer
        | Cause::Retired
        | Cause::Unsupported
        | Cause::Refused => Class::Failed,
    }
}

/// The class of several failures of which nothing succeeded: theirs where they agree.
pub fn class_of_all<'f>(failures: impl IntoIterator<Item = &'f Failure>) -> Class {
    let mut classes = failures.into_iter().map(class_of);
    let Some(first) = classes.next() else {
        return Class::Failed;
    };
    if classes.all(|class| class == first) { first } else { Class::Failed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_quiet() {
        let error = CliError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((error.class.code(), error.words.as_str()), (0, ""));
    }

    #[test]
    fn accounts_that_were_all_refused_are_an_auth_error_and_mixed_ones_a_failure() {
        let auth = Failure::new(Cause::Unauthenticated);
        let lost = Failure::new(Cause::Lost);
        assert_eq!(class_of_all([&auth, &auth]), Class::Auth);
        assert_eq!(class_of_all([&auth, &lost]), Class::Failed);
    }
}
