//! The setting of the store: its place, and the password of its server.

use std::path::{Path, PathBuf};

use super::diagnostic::Diagnostic;
use super::paths::Paths;
use super::schema::{Setting, SettingOrigin, Settings};
use super::secret::source::{SecretSource, is_variable, open_private};
use crate::domain::store_address::StoreAddress;

/// The remedy for a password in a place where it must not be.
const ELSEWHERE: &str = "leave it out of the URL, and name its source in store_password_env, \
                         store_password_file or store_password_command";

/// Puts the place that a flag gives over the file's and the environment's, in which `~/` is the
/// user's home.
pub(super) fn join(
    store: &mut Setting<StoreAddress>,
    flag: Option<&Path>,
    paths: &Paths,
) -> Result<(), Diagnostic> {
    if store.origin == SettingOrigin::Default {
        store.value = paths.default_store().into();
    } else if let StoreAddress::File(path) = &mut store.value {
        *path = expanded(path, paths);
    }
    if let Some(given) = flag {
        // A path that is no text is no URL.
        let address =
            given.to_str().map_or_else(|| Ok(given.to_owned().into()), StoreAddress::parse);
        let wrong = |error| Diagnostic::elsewhere(format!("--store: {error}"));
        *store = Setting::by_flag("store", address.map_err(wrong)?);
    }
    Ok(())
}

/// Returns the source of the password that the settings name; `None` where they name none.
pub(super) fn password_source(
    settings: &Settings,
    paths: &Paths,
) -> Result<Option<SecretSource>, Diagnostic> {
    let variable = &settings.store_password_env;
    let file = &settings.store_password_file;
    let command = &settings.store_password_command;
    let named = [
        (!variable.value.is_empty()).then(|| {
            let source = SecretSource::Env(variable.value.clone());
            ("store_password_env", &variable.origin, source)
        }),
        (file.value != Path::new("")).then(|| {
            let source = SecretSource::File(expanded(&file.value, paths));
            ("store_password_file", &file.origin, source)
        }),
        (!command.value.0.is_empty()).then(|| {
            let source = SecretSource::Command(command.value.0.clone());
            ("store_password_command", &command.origin, source)
        }),
    ];
    let mut named = named.into_iter().flatten();
    let Some((key, origin, source)) = named.next() else { return Ok(None) };
    if let Some((other, ..)) = named.next() {
        let words = format!("\"{key}\" and \"{other}\" are both set");
        return Err(at(origin, words).help("keep one"));
    }
    if let StoreAddress::Server(server) = &settings.store.value
        && server.password().is_some()
    {
        let words = format!("the URL of the store has a password, and \"{key}\" is set");
        return Err(at(origin, words).help(ELSEWHERE));
    }
    match &source {
        // It may be the password itself, so it is not repeated.
        SecretSource::Env(name) if !is_variable(name) => Err(at(
            origin,
            format!(
                "\"{key}\" is the name of a variable: letters, digits and _; change a password \
                 that was here"
            ),
        )),
        SecretSource::Env(_)
        | SecretSource::File(_)
        | SecretSource::Command(_)
        | SecretSource::Given(_) => Ok(Some(source)),
    }
}

fn expanded(path: &Path, paths: &Paths) -> PathBuf {
    path.to_str().map_or_else(|| path.to_owned(), |text| paths.expand(text))
}

fn at(origin: &SettingOrigin, message: String) -> Diagnostic {
    match origin {
        SettingOrigin::File(position) => Diagnostic::at(*position, message),
        SettingOrigin::Default
        | SettingOrigin::Environment(_)
        | SettingOrigin::Flag(_)
        | SettingOrigin::Exposed(_) => Diagnostic::elsewhere(message),
    }
}

/// Returns the error of a password that stands in the store's URL where others can read it: on the
/// command line, or in a file that is not closed to them.
pub(super) fn exposed_password(store: &Setting<StoreAddress>, file: &Path) -> Option<Diagnostic> {
    let StoreAddress::Server(server) = &store.value else { return None };
    server.password()?;
    match &store.origin {
        SettingOrigin::Flag(_) => {
            let words = "--store: a password on the command line can be seen by everybody on this \
                         machine";
            Some(Diagnostic::elsewhere(words).help(ELSEWHERE))
        }
        SettingOrigin::File(position) => {
            let error = open_private(file).err()?;
            let words = format!("the URL of the store has a password, and {}", error.message);
            Some(Diagnostic::at(*position, words).help(format!("{}, or {ELSEWHERE}", error.help)))
        }
        SettingOrigin::Default | SettingOrigin::Environment(_) | SettingOrigin::Exposed(_) => None,
    }
}

/// Returns a warning where a size is set that the store of a server does not keep to.
pub(super) fn unused_size(settings: &Settings) -> Option<String> {
    let is_set = settings.store_size.value.limit().is_some();
    let on_server = settings.store.value.file().is_none();
    (is_set && on_server).then(|| {
        "`store_size` is for a store in a file and does nothing on a server: set `keep` to have \
         old purges removed"
            .to_owned()
    })
}

/// Returns the variables of the environment that hold the password of the store's server.
pub(super) fn secret_variables(
    store: &Setting<StoreAddress>,
    password: Option<&SecretSource>,
) -> Vec<String> {
    let mut variables = Vec::new();
    if let (StoreAddress::Server(server), SettingOrigin::Environment(name)) =
        (&store.value, &store.origin)
        && server.password().is_some()
    {
        variables.push(name.clone());
    }
    if let Some(SecretSource::Env(name)) = password {
        variables.push(name.clone());
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        let value = StoreAddress::parse(url).unwrap_or_else(|_| PathBuf::new().into());
        Settings { store: Setting::by_flag("store", value), ..Settings::default() }
    }

    fn read(settings: &Settings) -> Result<Option<SecretSource>, String> {
        let paths = Paths { home: "/home/mia".into(), ..Paths::default() };
        password_source(settings, &paths).map_err(|error| error.to_string())
    }

    #[test]
    fn one_of_three_sources_is_named() {
        let mut variable = settings("postgres://mia@db/x");
        assert_eq!(read(&variable), Ok(None));
        variable.store_password_env.value = "PG_PASSWORD".to_owned();
        assert_eq!(read(&variable), Ok(Some(SecretSource::Env("PG_PASSWORD".to_owned()))));
        let mut file = settings("postgres://mia@db/x");
        file.store_password_file.value = "~/pg".into();
        assert_eq!(read(&file), Ok(Some(SecretSource::File("/home/mia/pg".into()))));
        let mut both = file;
        both.store_password_command.value.0 = vec!["pass".to_owned()];
        assert!(read(&both).is_err_and(|error| error.contains("keep one")));
    }

    #[test]
    fn a_password_in_a_wrong_place_is_told_and_not_repeated() {
        let mut variable = settings("postgres://mia@db/x");
        variable.store_password_env.value = "hunter2-x".to_owned();
        let mut twice = settings("postgres://mia:hunter2@db/x");
        twice.store_password_file.value = "/pg".into();
        for wrong in [&variable, &twice] {
            let error = read(wrong).err().unwrap_or_default();
            assert!(!error.is_empty() && !error.contains("hunter2"), "{error}");
        }
        let seen =
            exposed_password(&twice.store, Path::new("/none")).map(|error| error.to_string());
        assert!(seen.is_some_and(|error| error.contains("command line")));
    }
}
