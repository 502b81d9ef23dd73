//! The store, as subcommands open it, and its failures as theirs.

use super::error::{Class, CliError};
use crate::config::load::Config;
use crate::domain::resource::Resource;
use crate::store::{Access, Store, StoreFailure};

/// The store for everything; it is made where there is none.
pub fn open(config: &Config) -> Result<Store, CliError> {
    Store::open(&config.settings.store.value, Access::ReadWrite)
        .map_err(|failure| error(config, &failure))
}

/// The store for reading; `None` where there is none yet.
pub fn open_to_read(config: &Config) -> Result<Option<Store>, CliError> {
    match Store::open(&config.settings.store.value, Access::ReadOnly) {
        Ok(store) => Ok(Some(store)),
        Err(StoreFailure::Missing) => Ok(None),
        Err(failure) => Err(error(config, &failure)),
    }
}

/// A failure of the store, with the file that it is about.
pub fn error(config: &Config, failure: &StoreFailure) -> CliError {
    let words = format!("{}: {failure}", config.settings.store.value.display());
    CliError::new(Class::Failed, words).hint(failure.advice())
}

/// What the selected accounts had to purge when they were last asked; by cname.
pub fn known_resources(config: &Config) -> Result<Vec<Resource>, CliError> {
    let Some(store) = open_to_read(config)? else {
        return Ok(Vec::new());
    };
    let failed = |failure| error(config, &failure);
    let reader = store.reader().map_err(failed)?;
    let mut known = Vec::new();
    for account in &config.accounts {
        known.extend(reader.resources(account.name()).map_err(failed)?.resources);
    }
    sort(&mut known);
    Ok(known)
}

/// By cname, then account and id: the order of lists.
pub fn sort(resources: &mut [Resource]) {
    resources.sort_by(|a, b| {
        (&a.cname, &a.account, a.id.as_str()).cmp(&(&b.cname, &b.account, b.id.as_str()))
    });
}
