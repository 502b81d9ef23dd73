//! Refusals that several subcommands give: read-only, offline, paused.

use super::error::{Class, CliError};
use super::global::Global;
use crate::config::load::Config;
use crate::config::schema::SettingOrigin;
use crate::domain::permission::{Action, Permissions, Refusal};
use crate::engine::OrderError;

/// The outcome where the queue must not be changed.
pub const UNCHANGED: &str = "the queue stays as it is";

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

/// Words a refusal, with the place where its rule was set.
pub fn error(config: &Config, refusal: &Refusal, outcome: &str) -> CliError {
    let change = "Leave out --read-only, or change read_only in the configuration.";
    if *refusal == Refusal::ReadOnly
        && let SettingOrigin::Exposed(exposure) = &config.settings.read_only.origin
    {
        let message = format!("{exposure}: {outcome}");
        return CliError::new(Class::Refused, message).hint(format!("Run {}.", exposure.remedy()));
    }
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

/// Words the reason why the engine did not carry out an order.
pub fn of_order(config: &Config, error: &OrderError) -> CliError {
    match error {
        OrderError::Refused { refusal, .. } => self::error(config, refusal, UNCHANGED),
        OrderError::Offline => self::error(config, &Refusal::Offline, UNCHANGED),
        OrderError::WrongState { id, state: Some(state), needed } => {
            CliError::new(Class::Refused, format!("{id} is {state}, not {needed}"))
        }
        OrderError::WrongState { id, state: None, .. } => {
            CliError::new(Class::Usage, format!("there is no request \"{id}\""))
        }
        OrderError::Store(error) => {
            CliError::new(Class::Failed, error.words.clone()).hint(error.advice.clone())
        }
    }
}

/// Refuses because the queue is paused.
pub fn paused() -> CliError {
    CliError::new(Class::Refused, "the queue is paused: nothing was sent")
        .hint("`purgedeck queue resume` resumes it.")
}
