//! Refusals that several subcommands give: read-only, offline, paused.

use super::error::{Class, CliError};
use super::global::Global;
use crate::config::load::Config;
use crate::domain::permission::{Action, Permissions, Refusal};

/// Refuses what the flags and the configuration forbid in every account. `outcome` says what became
/// of it.
pub fn check(
    action: Action,
    global: &Global,
    config: &Config,
    outcome: &str,
) -> Result<(), CliError> {
    Permissions { read_only: config.settings.read_only.value, offline: global.offline }
        .check(action)
        .map_err(|refusal| error(config, &refusal, outcome))
}

/// Returns the error for a refusal, with the place where its rule was set.
pub fn error(config: &Config, refusal: &Refusal, outcome: &str) -> CliError {
    let change = "Leave out --read-only, or change read_only in the configuration.";
    let (rule, hint) = match refusal {
        Refusal::ReadOnly => (format!("read-only ({})", config.settings.read_only.origin), change),
        Refusal::Offline => ("offline".to_owned(), "Leave out --offline."),
        Refusal::ReadOnlyAccount(name) => (format!("the account {name} is read-only"), change),
        Refusal::NoAccount(name) => {
            (format!("there is no account {name}"), "Name it in the configuration.")
        }
    };
    CliError::new(Class::Refused, format!("{rule}: {outcome}")).hint(hint)
}

/// Refuses because the queue is paused.
pub fn paused() -> CliError {
    CliError::new(Class::Refused, "the queue is paused: nothing was sent")
        .hint("`purgedeck queue resume` resumes it.")
}
