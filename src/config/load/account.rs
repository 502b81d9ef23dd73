//! Builds accounts from the file's tables and from the environment's variables.

use std::collections::HashSet;

use super::{Environment, environment_error, read_variable, set, set_from_text};
use crate::config::accounts::{AccountConfig, check_name};
use crate::config::diagnostic::{Diagnostic, FilePosition};
use crate::config::edge::MAX_ADDRESSES;
use crate::config::file::{AccountTable, Positions, is_meant};
use crate::config::paths::Paths;
use crate::config::schema::AccountSettings;
use crate::config::secret::source::SecretSource;
use crate::config::value::quoted;
use crate::config::vendors::{self, VENDORS, Vendor, VendorKind, VendorValue};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::nearest::nearest;

/// Returns the accounts of the file and, for every provider that none of them names, the one that
/// the environment makes; then the accounts of the file that have a name and an error.
pub(super) fn accounts(
    tables: Vec<AccountTable>,
    env: Environment<'_>,
    paths: &Paths,
    errors: &mut Vec<Diagnostic>,
) -> (Vec<AccountConfig>, Vec<AccountConfig>) {
    let mut accounts: Vec<AccountConfig> = Vec::new();
    let mut flawed: Vec<AccountConfig> = Vec::new();
    let mut names: HashSet<AccountName> = HashSet::new();
    let providers: HashSet<String> =
        tables.iter().filter_map(|table| table.settings.provider.clone()).collect();
    for table in tables {
        let at = table.positions.get("name").copied().unwrap_or(table.position);
        let before = errors.len();
        check(&table, errors);
        let Some(account) = build(table, paths) else {
            continue;
        };
        if !names.insert(account.name().clone()) {
            let message = format!("there is another account named \"{}\"", account.name());
            errors.push(Diagnostic::at(at, message));
        } else if errors.len() > before {
            flawed.push(account);
        } else {
            accounts.push(account);
        }
    }
    for vendor in VENDORS {
        let taken = accounts.iter().any(|one| one.name().as_str() == vendor.name);
        let is_named = providers.iter().any(|name| vendors::share_variables(name, vendor));
        if !taken && !is_named {
            accounts.extend(from_environment(vendor, env, paths, errors));
        }
    }
    (accounts, flawed)
}

/// Checks what no single key shows.
fn check(table: &AccountTable, errors: &mut Vec<Diagnostic>) {
    let settings = &table.settings;
    let at = |key: &str| table.positions.get(key).copied().unwrap_or(table.position);
    let mut error = |position: FilePosition, message: String, help: Option<String>| {
        errors.push(Diagnostic { position: Some(position), message, help });
    };
    for key in ["name", "provider"] {
        if !table.positions.contains_key(key) {
            error(table.position, format!("the account needs \"{key}\""), None);
        }
    }
    if let Some(Err(message)) = settings.name.as_deref().map(check_name) {
        error(at("name"), message, None);
    }
    if settings.edge.as_ref().is_some_and(|edge| edge.len() > MAX_ADDRESSES) {
        let message = format!("\"edge\": no more than {MAX_ADDRESSES} servers are probed");
        error(at("edge"), message, None);
    }
    match settings.provider.as_deref().map(|name| (name, vendors::vendor(name))) {
        Some((name, None)) => {
            let help = match nearest(name, vendors::names()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("there are {}", vendors::names().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("there is no provider {}", quoted(&[name]));
            error(at("provider"), message, Some(help));
        }
        Some((_, Some(vendor))) => {
            let missing = missing_keys(table, vendor);
            if !missing.is_empty() {
                let message = format!("the {} account needs {missing}", vendor.title);
                error(table.position, message, None);
            }
        }
        None => {}
    }
}

/// Names the keys that are missing from the most complete of the vendor's sets and, where none of
/// it is there, those of the sets that have nothing in common with it; empty if one is whole.
fn missing_keys(table: &AccountTable, vendor: &Vendor) -> String {
    let missing = |set: &[&'static str]| -> Vec<&'static str> {
        set.iter().filter(|key| !table.positions.contains_key(**key)).copied().collect()
    };
    let Some(nearest) = vendor.needs.iter().min_by_key(|set| missing(set).len()) else {
        return String::new();
    };
    let is_begun = missing(nearest).len() < nearest.len();
    let is_other = |set: &&&[&str]| !is_begun && set.iter().all(|key| !nearest.contains(key));
    let sets = std::iter::once(nearest).chain(vendor.needs.iter().filter(is_other));
    sets.map(|set| quoted(&missing(set))).collect::<Vec<_>>().join(", or ")
}

/// Builds an account; `None` if it has no name or no known provider.
fn build(table: AccountTable, paths: &Paths) -> Option<AccountConfig> {
    let vendor = vendors::vendor(table.settings.provider.as_deref()?)?;
    let name = AccountName::new(table.settings.name.clone()?);
    let provider = ProviderName::new(vendor.name);
    let is_unreadable = table.settings.read_only.is_none()
        && is_meant::<AccountSettings>("read_only", &table.positions);
    let mut account = AccountConfig::from_settings(name, provider, table.settings);
    if is_unreadable {
        account.forbid_purges();
    }
    for (key, value) in table.vendor {
        account = match value {
            VendorValue::Secret(SecretSource::File(path)) => {
                let path = path.to_str().map_or_else(|| path.clone(), |text| paths.expand(text));
                account.with_secret(key, SecretSource::File(path))
            }
            VendorValue::Secret(source) => account.with_secret(key, source),
            VendorValue::Text(text) => account.with_option(key, text),
        };
    }
    Some(account)
}

/// Builds the account that the environment's variables make; `None` if one that it needs is not
/// set, or no set of keys is whole.
fn from_environment(
    vendor: &'static Vendor,
    env: Environment<'_>,
    paths: &Paths,
    errors: &mut Vec<Diagnostic>,
) -> Option<AccountConfig> {
    let is_set = |variable: &str| set(env, variable).is_some();
    let given = |key: &str| vendor.environment.iter().any(|it| it.key == key && is_set(it.name));
    let is_whole = vendor.needs.iter().any(|set| set.iter().all(|key| given(key)));
    if !is_whole || vendor.environment.iter().any(|it| it.needed && !is_set(it.name)) {
        return None;
    }
    let mut table = AccountTable {
        settings: AccountSettings {
            name: Some(vendor.name.to_owned()),
            provider: Some(vendor.name.to_owned()),
            ..AccountSettings::default()
        },
        vendor: Vec::new(),
        position: FilePosition::START,
        positions: Positions::new(),
    };
    let mut taken = HashSet::new();
    for variable in vendor.environment {
        if taken.contains(variable.key) {
            continue;
        }
        let Some(text) = set(env, variable.name) else {
            continue;
        };
        taken.insert(variable.key);
        let read = match vendor.keys.iter().find(|key| key.name == variable.key) {
            Some(key) if key.kind == VendorKind::Secret => {
                let source = SecretSource::Env(variable.name.to_owned());
                table.vendor.push((key.name, VendorValue::Secret(source)));
                Ok(())
            }
            Some(key) => read_variable(&text, |value| key.kind.read(value))
                .map(|value| table.vendor.push((key.name, value))),
            None => set_from_text(&mut table.settings, variable.key, &text, variable.name),
        };
        if let Err(error) = read {
            errors.push(environment_error(variable.name, &error));
        }
    }
    let mut account = build(table, paths)?;
    account.from_environment = true;
    Some(account)
}
