//! Joins flags, environment, file and defaults to one configuration, and collects every error in
//! them.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::accounts::AccountConfig;
use super::diagnostic::{ConfigError, Diagnostic, describe_io_error};
use super::exposure::Exposure;
use super::file::{self, FileTables, is_meant};
use super::local_zone;
use super::paths::{Directories, Paths};
use super::schema::{
    ColourMode, HookSettings, KeyBinding, LogLevel, Setting, SettingOrigin, Settings, Table, View,
    variable,
};
use super::secret::source::SecretSource;
use super::secret::variables::SecretVariables;
use super::store_setting;
use super::value::ValueError;
use super::vendors;
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::nearest::nearest;
use crate::domain::store_address::{ServerAddress, StoreAddress};
use crate::domain::zone::Zone;

mod account;
mod variable;

use variable::read_variable;

/// The largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// Global flags of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--store`: a file, or the URL of a database.
    pub store: Option<PathBuf>,
    /// `--account`: only these; empty for all.
    pub accounts: Vec<String>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--no-color`.
    pub no_color: bool,
    /// `-v`.
    pub verbose: bool,
}

/// The configuration of this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Locations of the files.
    pub paths: Paths,
    /// True if the configuration's file exists.
    pub has_file: bool,
    /// The settings at the top of the file, joined with flags and the environment.
    pub settings: Settings,
    /// Source of the password of the store's server, where one is named.
    pub store_password: Option<SecretSource>,
    /// The accounts, as far as `--account` selects them.
    pub accounts: Vec<AccountConfig>,
    /// Names and providers of the accounts that `--account` leaves out.
    pub left_out: Vec<(AccountName, ProviderName)>,
    /// The variables of the environment that hold secrets of any account, whichever are selected.
    pub secret_variables: SecretVariables,
    /// The views.
    pub views: Vec<View>,
    /// The commands that are run when a purge came to an end.
    pub hooks: HookSettings,
    /// The keys that differ from the defaults.
    pub keys: Vec<KeyBinding>,
    /// True where `TZ` names no zone: then local time is not known.
    pub local_zone_unknown: bool,
    /// Parts of the environment that were meant and cannot be used, and what takes their place.
    pub warnings: Vec<String>,
}

impl Config {
    /// Returns the server of the store; `None` where it is a file.
    pub fn store_server(&self) -> Option<&ServerAddress> {
        match &self.settings.store.value {
            StoreAddress::Server(server) => Some(server),
            StoreAddress::File(_) => None,
        }
    }

    /// True unless the store is a file that is not there yet.
    pub fn may_have_store(&self) -> bool {
        self.settings.store.value.file().is_none_or(Path::exists)
    }
}

/// Reads a variable of the environment; `None` if it is not set. Bytes that are no text are
/// replacement characters.
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// The variable that names the configuration's file.
pub const CONFIG_VARIABLE: &str = "PURGEDECK_CONFIG";

/// Locates the configuration's file and the other paths, without reading anything.
pub fn find_paths(
    flags: &Flags,
    env: Environment<'_>,
    user: Option<Directories>,
) -> Result<Paths, ConfigError> {
    let variable = set(env, CONFIG_VARIABLE).filter(|_| flags.config.is_none());
    if variable.as_ref().is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
        let error = Diagnostic::elsewhere(not_text(CONFIG_VARIABLE));
        return Err(ConfigError::one(None, error.help("name the file with --config")));
    }
    let named = flags.config.clone().or_else(|| variable.map(PathBuf::from));
    match (user, named) {
        (Some(user), named) => Ok(Paths {
            config: named.unwrap_or_else(|| user.config.join("config.toml")),
            state: user.state,
            home: user.home,
        }),
        // Without a home, the directory of the named file serves for everything.
        (None, Some(config)) => {
            let folder = config.parent().map(PathBuf::from).unwrap_or_default();
            Ok(Paths { state: folder.clone(), home: folder, config })
        }
        (None, None) => Err(ConfigError::one(
            None,
            Diagnostic::elsewhere("there is no home directory")
                .help("set HOME, or name a file with --config"),
        )),
    }
}

/// A configuration as far as it can be read, with its errors so far; the caller may add more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The configuration: a faulty value is replaced by the default, and a faulty account is left
    /// out.
    pub config: Config,
    /// The accounts with an error, without what is wrong in them.
    pub flawed: Vec<AccountConfig>,
    /// Settings that were meant and cannot be read; those that a flag gives are left out.
    pub faulty: Faulty,
    /// The errors.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Forbids all purges where somebody else may have put requests into the store.
    fn hold_exposed_store(&mut self) {
        let Config { settings, accounts, warnings, .. } = &mut self.config;
        let Some(exposure) = settings.store.value.file().and_then(Exposure::of) else { return };
        warnings.push(format!(
            "{exposure}, so nothing is sent and the queue stays as it is: {}",
            exposure.remedy()
        ));
        settings.read_only = Setting { value: true, origin: SettingOrigin::Exposed(exposure) };
        accounts.iter_mut().for_each(AccountConfig::forbid_purges);
    }

    /// Returns the configuration, or all its errors.
    pub fn into_config(mut self) -> Result<Config, ConfigError> {
        if self.diagnostics.is_empty() {
            return Ok(self.config);
        }
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.position);
        Err(ConfigError {
            file: self.config.has_file.then_some(self.config.paths.config),
            diagnostics: self.diagnostics,
        })
    }
}

/// Settings that were meant and cannot be read, of those that decide what a command on the store
/// alone may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faulty {
    /// The file is not TOML: nothing of it can be read.
    pub all: bool,
    /// The place of the store.
    pub store: bool,
    /// The setting that forbids all purges.
    pub read_only: bool,
}

impl Faulty {
    /// Compares the keys of the file with what was read of them.
    fn of(file: &FileTables, settings: &Settings) -> Self {
        let is_faulty = |key, origin: &SettingOrigin| {
            file.unreadable
                || is_meant::<Settings>(key, &file.positions)
                    && !matches!(origin, SettingOrigin::File(_))
        };
        Self {
            all: file.unreadable,
            store: is_faulty("store", &settings.store.origin),
            read_only: is_faulty("read_only", &settings.read_only.origin),
        }
    }

    /// Notes that a setting cannot be read from the environment.
    fn note(&mut self, key: &str) {
        self.store |= key == "store";
        self.read_only |= key == "read_only";
    }
}

/// Loads the configuration, or returns all its errors. A file that was named and does not exist is
/// an error.
pub fn load(
    flags: &Flags,
    env: Environment<'_>,
    user: Option<Directories>,
) -> Result<Config, ConfigError> {
    load_partial(flags, env, user)?.into_config()
}

/// Loads as much of the configuration as possible. Only a file that cannot be read at all is an
/// error.
pub fn load_partial(
    flags: &Flags,
    env: Environment<'_>,
    user: Option<Directories>,
) -> Result<Loaded, ConfigError> {
    let paths = find_paths(flags, env, user)?;
    let named = flags.config.is_some() || set(env, CONFIG_VARIABLE).is_some();
    let text = match read_file(&paths.config) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !named => None,
        Err(error) => return Err(ConfigError::one(Some(&paths.config), unreadable(&error))),
    };
    if text.is_some()
        && let Some(exposure) = Exposure::of(&paths.config)
    {
        let words = format!("{exposure}, so nothing that the file says is done");
        let error = Diagnostic::elsewhere(words).help(exposure.remedy());
        return Err(ConfigError::one(Some(&paths.config), error));
    }
    let mut loaded = join(flags, env, paths, text.as_deref());
    let Config { settings, paths, .. } = &loaded.config;
    let exposed = store_setting::exposed_password(&settings.store, &paths.config);
    loaded.faulty.store |= exposed.is_some();
    loaded.diagnostics.extend(exposed);
    loaded.hold_exposed_store();
    Ok(loaded)
}

fn unreadable(error: &io::Error) -> Diagnostic {
    if error.kind() == io::ErrorKind::NotFound {
        let error = Diagnostic::elsewhere("there is no such file");
        return error.help("`purgedeck config init` makes one");
    }
    let (message, help) = describe_io_error(error);
    Diagnostic::elsewhere(message).help(format!("{help}, or name another with --config"))
}

/// Reads the file. Refuses one that is far larger than any configuration: a device may be endless.
fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        let message = format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(io::Error::other(message));
    }
    Ok(text)
}

/// Joins the file's text with the rest, without the disk.
pub fn resolve(
    flags: &Flags,
    env: Environment<'_>,
    paths: Paths,
    text: Option<&str>,
) -> Result<Config, ConfigError> {
    join(flags, env, paths, text).into_config()
}

fn join(flags: &Flags, env: Environment<'_>, paths: Paths, text: Option<&str>) -> Loaded {
    let mut settings = Settings::default();
    let (file, mut errors) = match text {
        Some(text) => file::read(text, &mut settings),
        None => (FileTables::default(), Vec::new()),
    };
    let mut faulty = Faulty::of(&file, &settings);
    faulty.store &= flags.store.is_none();
    join_settings(&mut settings, flags, env, &paths, (&mut errors, &mut faulty));
    let store_password =
        store_setting::password_source(&settings, &paths).unwrap_or_else(|error| {
            errors.push(error);
            faulty.store = true;
            None
        });
    faulty.read_only &= !flags.read_only;
    let (mut accounts, mut flawed) = account::accounts(file.accounts, env, &paths, &mut errors);
    let of_store = store_setting::secret_variables(&settings.store, store_password.as_ref());
    let secret_variables = withhold_secrets(&mut accounts, &mut flawed, of_store);
    if settings.read_only.value {
        accounts.iter_mut().for_each(AccountConfig::forbid_purges);
    }
    let left_out = select(&mut accounts, &flawed, &flags.accounts, &mut errors);
    let FileTables { views, hooks, keys, .. } = file;
    let has_file = text.is_some();
    let zone_fault = local_zone::fault(set(env, "TZ").as_deref());
    let local_zone_unknown = zone_fault.is_some();
    let is_local = settings.zone.value == Zone::Local;
    let mut warnings: Vec<String> = zone_fault.filter(|_| is_local).into_iter().collect();
    warnings.extend(store_setting::unused_size(&settings));
    if local_zone_unknown {
        settings.zone.value = Zone::Utc;
    }
    let config = Config {
        paths,
        has_file,
        settings,
        store_password,
        accounts,
        left_out,
        secret_variables,
        views,
        hooks,
        keys,
        local_zone_unknown,
        warnings,
    };
    Loaded { config, flawed, faulty, diagnostics: errors }
}

/// Puts the environment and the flags over the file's settings, the stronger after the weaker.
fn join_settings(
    settings: &mut Settings,
    flags: &Flags,
    env: Environment<'_>,
    paths: &Paths,
    (errors, faulty): (&mut Vec<Diagnostic>, &mut Faulty),
) {
    let read_only = settings.read_only.clone();
    if set(env, "NO_COLOR").is_some() {
        let origin = SettingOrigin::Environment("NO_COLOR".to_owned());
        settings.colour = Setting { value: ColourMode::Never, origin };
    }
    for key in Settings::KEYS {
        let variable = variable(key.name);
        let text = set(env, &variable);
        if text.as_ref().is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
            errors.push(Diagnostic::elsewhere(not_text(&variable)));
            faulty.note(key.name);
        } else if let Some(text) = text
            && let Err(error) = set_from_text(settings, key.name, &text, &variable)
        {
            errors.push(environment_error(&variable, &error));
            faulty.note(key.name);
        }
    }
    // Read-only wins, however weak the one that says it.
    if read_only.value {
        settings.read_only = read_only;
    }
    if let Err(error) = store_setting::join(&mut settings.store, flags.store.as_deref(), paths) {
        errors.push(error);
        faulty.store = true;
    }
    if flags.no_color {
        settings.colour = Setting::by_flag("no-color", ColourMode::Never);
    }
    if flags.read_only {
        settings.read_only = Setting::by_flag("read-only", true);
    }
    if flags.verbose {
        settings.log = Setting::by_flag("verbose", LogLevel::Debug);
    }
}

fn set_from_text<T: Table>(
    table: &mut T,
    key: &str,
    text: &str,
    variable: &str,
) -> Result<(), ValueError> {
    let origin = SettingOrigin::Environment(variable.to_owned());
    read_variable(text, |value| table.set(key, value, origin.clone()))
}

fn not_text(variable: &str) -> String {
    format!("environment variable {variable} is not UTF-8 text")
}

fn environment_error(variable: &str, error: &ValueError) -> Diagnostic {
    Diagnostic::elsewhere(format!("environment variable {variable}{error}"))
}

/// Has no account's programs get the secrets of another or of the store, and returns all variables
/// that hold some.
fn withhold_secrets(
    accounts: &mut [AccountConfig],
    flawed: &mut [AccountConfig],
    of_store: Vec<String>,
) -> SecretVariables {
    let named = accounts.iter().chain(&*flawed).flat_map(AccountConfig::variables);
    let usual = vendors::secret_variables().map(str::to_owned);
    let every = SecretVariables::new(named.map(str::to_owned).chain(usual).chain(of_store));
    for account in accounts.iter_mut().chain(flawed) {
        account.withhold(&every);
    }
    every
}

/// Keeps only the accounts that `--account` names, and returns the others; a name that no account
/// has is an error.
fn select(
    accounts: &mut Vec<AccountConfig>,
    flawed: &[AccountConfig],
    wanted: &[String],
    errors: &mut Vec<Diagnostic>,
) -> Vec<(AccountName, ProviderName)> {
    let known: Vec<&str> = accounts.iter().chain(flawed).map(|one| one.name().as_str()).collect();
    for name in wanted {
        if !known.contains(&name.as_str()) {
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if known.is_empty() => "no account is configured".to_owned(),
                None => format!("there are {}", known.join(", ")),
            };
            errors
                .push(Diagnostic::elsewhere(format!("there is no account \"{name}\"")).help(help));
        }
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let is_left_out = |one: &mut AccountConfig| !wanted.iter().any(|it| it == one.name().as_str());
    let others = accounts.extract_if(.., is_left_out);
    others.map(|one| (one.name().clone(), one.provider().clone())).collect()
}

/// Returns a variable that is set to something.
fn set(env: Environment<'_>, name: &str) -> Option<String> {
    env(name).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
