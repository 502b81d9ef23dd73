//! Refusals that several subcommands give: read-only, offline, paused.

use super::error::{Class, CliError};

/// Refuses because nothing may be purged or changed.
pub fn read_only(message: impl Into<String>) -> CliError {
    CliError::new(Class::Refused, message)
        .hint("Leave out --read-only, or change read_only in the configuration.")
}

/// Refuses because no vendor is contacted.
pub fn offline() -> CliError {
    CliError::new(Class::Refused, "offline: nothing was sent").hint("Leave out --offline.")
}

/// Refuses because the queue is paused.
pub fn paused() -> CliError {
    CliError::new(Class::Refused, "the queue is paused: nothing was sent")
        .hint("`purgedeck queue resume` resumes it.")
}
