//! Failures of subcommands: a class, which becomes the exit code, a message, and a hint.

use std::fmt;
use std::io;

use crate::config::diagnostic::{ConfigError, describe_io_error};
use crate::domain::event::StoreError;
use crate::domain::failure::{Cause, Failure};
use crate::engine::StartError;

/// The kind of a failure, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Any other failure.
    Failed,
    /// An error in the command line, the configuration, a filter or a draft.
    Usage,
    /// A vendor refused the credentials.
    Auth,
    /// A limit or quota is used up; nothing was sent.
    Limit,
    /// Only a part was done.
    Partly,
    /// The time to wait was up.
    TimedOut,
    /// Done, but the edge was not seen to serve it fresh.
    NotVerified,
    /// Not allowed: read-only, paused, or not confirmed.
    Refused,
    /// Ended by a signal.
    Interrupted,
    /// Purges were done, but the list of them could not be written.
    NotListed,
    /// The reader of the output has gone. Ends quietly.
    ClosedPipe,
}

impl Class {
    /// Joins classes: the one that they have in common, or [`Class::Failed`].
    pub fn in_common(mut classes: impl Iterator<Item = Self>) -> Self {
        let first = classes.next().unwrap_or(Self::Failed);
        if classes.all(|class| class == first) { first } else { Self::Failed }
    }

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
            Self::NotListed => 9,
            Self::Interrupted => 130,
        }
    }
}

/// A failure of a subcommand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// The kind, which becomes the exit code.
    pub class: Class,
    /// The message for standard error; empty where it was printed already.
    pub message: String,
    /// The next step for the operator.
    pub hint: Option<String>,
}

impl CliError {
    /// Makes an error with a message.
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), hint: None }
    }

    /// Makes an error whose message was printed already.
    pub fn silent(class: Class) -> Self {
        Self::new(class, "")
    }

    /// Lets the command go on where only the reader of its output has gone: the way it ends, and
    /// what it says on standard error, stay the same.
    pub fn unless_pipe_closed(printed: Result<(), Self>) -> Result<(), Self> {
        match printed {
            Err(error) if error.class == Class::ClosedPipe => Ok(()),
            other => other,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names a file that could not be read or written, and why.
    pub fn file(path: &std::path::Path, error: &io::Error) -> Self {
        let (words, advice) = describe_io_error(error);
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
        write!(f, "purgedeck: {}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CliError {}

/// An error of standard output, or of something without a better place.
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
        let words = error.to_string();
        // A closed pipe is told by the kind of the error within.
        if let csv::ErrorKind::Io(error) = error.into_kind() {
            return error.into();
        }
        Self::new(Class::Failed, words)
    }
}

impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::new(Class::Failed, error.words).hint(error.advice)
    }
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Account { .. } => Self::new(Class::Usage, error.to_string()),
            StartError::Store(error) => error.into(),
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let message = match error.diagnostics.len() {
            1 => format!("the configuration has an error\n{error}"),
            count => format!("the configuration has {count} errors\n{error}"),
        };
        Self::new(Class::Usage, message)
    }
}

/// Classifies a vendor's failure.
pub fn class_of(failure: &Failure) -> Class {
    match failure.cause {
        Cause::Unauthenticated | Cause::Forbidden => Class::Auth,
        Cause::RateLimited { .. } | Cause::QuotaUsedUp => Class::Limit,
        Cause::NotFound
        | Cause::RangeTooLong
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

/// Classifies the failures of a run in which nothing succeeded.
pub fn class_of_all<'f>(failures: impl IntoIterator<Item = &'f Failure>) -> Class {
    Class::in_common(failures.into_iter().map(class_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_quiet() {
        let error = CliError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((error.class.code(), error.message.as_str()), (0, ""));
    }

    #[test]
    fn a_closed_pipe_is_quiet_in_csv_too() {
        struct Closed;

        impl io::Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let mut writer = csv::WriterBuilder::new().buffer_capacity(1).from_writer(Closed);
        let error = writer.write_record(["a", "b"]).map_err(CliError::from);
        assert_eq!(error.map_err(|error| error.class), Err(Class::ClosedPipe));
    }

    #[test]
    fn accounts_that_were_all_refused_are_an_auth_error_and_mixed_ones_a_failure() {
        let auth = Failure::new(Cause::Unauthenticated);
        let lost = Failure::new(Cause::Lost);
        assert_eq!(class_of_all([&auth, &auth]), Class::Auth);
        assert_eq!(class_of_all([&auth, &lost]), Class::Failed);
    }
}
