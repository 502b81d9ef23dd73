//! `purgedeck store copy`: one store into another.

use std::path::Path;

use crate::cli::console::{Console, count};
use crate::cli::error::{Class, CliError};
use crate::cli::session;
use crate::config::load::Config;
use crate::domain::store_address::StoreAddress;
use crate::engine::{Copied, CopyError, LocalStore, StorePlace};

/// Copies a store into another.
pub(super) fn run(
    config: &Config,
    from: &Path,
    to: &Path,
    console: Console,
) -> Result<(), CliError> {
    let (from, to) = (given(from)?, given(to)?);
    if is_same(&from, &to) {
        let message = format!("{from} and {to} are one store");
        return Err(CliError::new(Class::Usage, message));
    }
    session::tell_conversion(&from);
    let configured = StorePlace::of(config);
    let source = LocalStore::open_existing(&configured.elsewhere(from.clone()))?;
    let source = source
        .ok_or_else(|| CliError::new(Class::Failed, format!("there is no store at {from}")))?;
    session::tell_conversion(&to);
    let target = LocalStore::open(&configured.elsewhere(to.clone()))?;
    let all = source.facts()?.purges;
    console.progress("checking the stores");
    let copied = source.copy_to(&target, |purges| {
        let share = 100 * purges / all.max(1);
        console.progress(&format!("{purges} purges copied ({share} %)"));
    });
    console.clear_progress();
    match copied {
        Ok(copied) => {
            for line in told(&copied, &to) {
                console.info(&line);
            }
            Ok(())
        }
        Err(CopyError::Store(error)) => Err(error.into()),
        Err(CopyError::Waiting(requests)) => {
            let requests = count(requests, "request");
            let message = format!("{requests} of {from} waiting to be sent or on the way");
            Err(CliError::new(Class::Refused, message).hint(
                "Two stores would send them. Let them be sent, or cancel them with `purgedeck \
                 queue cancel`, end every purgedeck on that store, and copy again.",
            ))
        }
    }
}

/// Reads a store's place as it is given on the command line.
fn given(argument: &Path) -> Result<StoreAddress, CliError> {
    // A path that is no text is no URL.
    let Some(text) = argument.to_str() else { return Ok(argument.to_owned().into()) };
    let address = StoreAddress::parse(text)
        .map_err(|error| CliError::new(Class::Usage, error.to_string()))?;
    match &address {
        StoreAddress::Server(server) if server.password().is_some() => {
            let message = "a password on the command line can be seen by everybody on this machine";
            Err(CliError::new(Class::Usage, message).hint(
                "Leave it out of the URL, and name its source in store_password_env, \
                 store_password_file or store_password_command.",
            ))
        }
        StoreAddress::Server(_) | StoreAddress::File(_) => Ok(address),
    }
}

fn is_same(from: &StoreAddress, to: &StoreAddress) -> bool {
    let on_disk = |address: &StoreAddress| address.file().and_then(|path| path.canonicalize().ok());
    from == to || on_disk(from).is_some_and(|file| Some(file) == on_disk(to))
}

/// Words what was copied, one line a part.
fn told(copied: &Copied, to: &StoreAddress) -> Vec<String> {
    let mut lines = vec![
        format!("{} purges read: {} new in {to}", copied.purges, copied.new_purges),
        format!("{} requests read: {} new in {to}", copied.requests, copied.new_requests),
    ];
    if copied.unkept > 0 {
        lines.push(format!(
            "{} purges were left out: {to} keeps no history from their time",
            copied.unkept
        ));
    }
    lines
}
