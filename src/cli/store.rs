//! The store as subcommands open it, and its errors.

use super::error::{Class, CliError};
use crate::config::load::Config;
use crate::domain::resource::Resource;
use crate::store::{Access, Store, StoreFailure};

/// Opens the store for reading and writing; creates it where there is none.
pub fn open(config: &Config) -> Result<Store, CliError> {
    Store::open(&config.settings.store.value, Access::ReadWrite)
        .map_err(|failure| error(config, &failure))
}

/// Opens the store for reading; `None` where there is none yet.
pub fn open_to_read(config: &Config) -> Result<Option<Store>, CliError> {
    match Store::open(&config.settings.store.value, Access::ReadOnly) {
        Ok(store) => Ok(Some(store)),
        Err(StoreFailure::Missing) => Ok(None),
        Err(failure) => Err(error(config, &failure)),
    }
}

/// Returns the error of a failure of the store, with its file.
pub fn error(config: &Config, failure: &StoreFailure) -> CliError {
    let message = format!("{}: {failure}", config.settings.store.value.display());
    CliError::new(Class::Failed, message).hint(failure.advice())
}

/// Returns the stored resources of the selected accounts, by cname, account and id.
pub fn resources(config: &Config) -> Result<Vec<Resource>, CliError> {
    let Some(store) = open_to_read(config)? else {
        return Ok(Vec::new());
    };
    let failed = |failure| error(config, &failure);
    let reader = store.reader().map_err(failed)?;
    let mut resources = Vec::new();
    for account in &config.accounts {
        resources.extend(reader.resources(account.name()).map_err(failed)?.resources);
    }
    resources.sort_by(|a: &Resource, b| {
        (&a.cname, &a.account, a.id.as_str()).cmp(&(&b.cname, &b.account, b.id.as_str()))
    });
    Ok(resources)
}
