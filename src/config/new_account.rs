//! The configuration of a first account: the vendors' forms, the text of a filled form, and its
//! file, new or with settings in it already, with the secrets beside it.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::accounts::AccountConfig;
use super::diagnostic::{Diagnostic, describe_io_error};
use super::load::{Flags, resolve};
use super::paths::{Paths, replace, write_private_new};
use super::secret::source::SecretSource;
use super::value::{Node, to_toml};
use super::vendors::{VENDORS, Variable, Vendor, VendorKey, VendorKind, VendorValue};
use crate::domain::new_account::{AccountForm, FormField, NewAccount, NewValue, SourceHints};
use crate::domain::secret::Secret;

/// The first lines of the file.
const HEAD: &str = "# purgedeck's configuration. `purgedeck config show` prints all that is in \
                    force,\n# `purgedeck --config FILE config init` writes a file with every key \
                    explained.\n";

/// Returns the forms of all vendors: one for each set of keys that makes an account.
pub fn forms(paths: &Paths) -> Vec<AccountForm> {
    let mut forms = Vec::new();
    for vendor in VENDORS {
        forms.extend(vendor.needs.iter().map(|keys| form(vendor, keys, paths)));
    }
    forms
}

fn form(vendor: &'static Vendor, keys: &[&str], paths: &Paths) -> AccountForm {
    let keys = keys.iter().filter_map(|key| vendor.keys.iter().find(|known| known.name == *key));
    let fields: Vec<FormField> = keys.map(|key| field(vendor, key, paths)).collect();
    let is_field = |variable: &&Variable| fields.iter().any(|field| field.key == variable.key);
    let variables = vendor.environment.iter().filter(is_field);
    let is_whole = variables.clone().count() == fields.len();
    let variables = variables.filter(|_| is_whole).map(|variable| variable.name.to_owned());
    AccountForm {
        provider: vendor.name.into(),
        title: vendor.title.to_owned(),
        variables: variables.collect(),
        fields,
    }
}

fn field(vendor: &Vendor, key: &VendorKey, paths: &Paths) -> FormField {
    let folder = paths.config.parent().unwrap_or(Path::new("."));
    let file = folder.join(format!("{}.{}", vendor.name, key.name));
    let variable = vendor.environment.iter().find(|variable| variable.key == key.name);
    let example = example_source(key);
    let hints = || SourceHints {
        env: match (variable, &example) {
            (Some(variable), _) => variable.name.to_owned(),
            (None, Some(SecretSource::Env(name))) => name.clone(),
            (None, _) => format!("{}_{}", vendor.name, key.name).to_uppercase(),
        },
        file: file.display().to_string(),
        command: format!("op read op://cdn/{}/{}", vendor.name, key.name),
    };
    FormField {
        key: key.name.to_owned(),
        help: key.help.to_owned(),
        example: key.example.trim_matches('"').to_owned(),
        secret: (key.kind == VendorKind::Secret).then(hints),
    }
}

/// Returns the source of a secret that the example file shows for a key.
fn example_source(key: &VendorKey) -> Option<SecretSource> {
    let text = format!("key = {}", key.example);
    let table = DeTable::parse(&text).ok()?;
    let value = table.get_ref().get("key")?;
    match key.kind.read(Node(value.get_ref())).ok()? {
        VendorValue::Secret(source) => Some(source),
        VendorValue::Text(_) => None,
    }
}

/// A configuration with one account, not written yet.
#[derive(Clone, Debug)]
pub struct NewConfig {
    path: PathBuf,
    /// The file's text so far; `None` where there is no file.
    before: Option<String>,
    text: String,
    /// The secrets that get files of their own.
    secrets: Vec<(PathBuf, String, Secret)>,
    account: AccountConfig,
}

impl NewConfig {
    /// Makes the configuration of a filled form, or says what is wrong with it. An account is added
    /// at the end of a file that is there.
    pub fn new(form: &NewAccount, paths: &Paths) -> Result<Self, String> {
        let folder = paths.config.parent().unwrap_or(Path::new("."));
        let mut secrets = Vec::new();
        let before = match std::fs::read_to_string(&paths.config) {
            Ok(before) => Some(before),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(said(&paths.config, &error)),
        };
        let mut text = before.clone().unwrap_or_else(|| HEAD.to_owned());
        if !text.is_empty() {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        let _ = write!(
            text,
            "[[account]]\nname = {}\nprovider = {}\n",
            to_toml(&form.name),
            to_toml(form.provider.as_str())
        );
        for (key, value) in &form.values {
            let value = match value {
                NewValue::Text(text) => to_toml(text),
                NewValue::Env(name) => SecretSource::Env(name.clone()).describe(),
                NewValue::File(path) => SecretSource::File(path.into()).describe(),
                NewValue::Command(line) => {
                    let words = shlex::split(line).filter(|words| !words.is_empty());
                    let words = words.ok_or_else(|| {
                        format!("{key}: a quotation mark of the command is not closed; close it")
                    })?;
                    SecretSource::Command(words).describe()
                }
                NewValue::Paste(typed) => {
                    let file = folder.join(format!("{}.{key}", form.name));
                    if std::fs::symlink_metadata(&file).is_ok() {
                        return Err(said(&file, &io::ErrorKind::AlreadyExists.into()));
                    }
                    let secret = Secret::new(typed.expose().to_owned());
                    secrets.push((file.clone(), key.clone(), secret));
                    SecretSource::File(file).describe()
                }
            };
            let _ = writeln!(text, "{key} = {value}");
        }
        let config = resolve(&Flags::default(), &|_| None, paths.clone(), Some(&text));
        let config = config.map_err(|error| faults(&error.diagnostics))?;
        let account = config.accounts.into_iter().next().ok_or("no account is named")?;
        let path = paths.config.clone();
        Ok(Self { path, before, text, secrets, account })
    }

    /// Returns the account, with the secrets that are not in files yet.
    pub fn account(&self) -> AccountConfig {
        let given = |key: &str| self.secrets.iter().find(|(_, name, _)| name == key);
        self.account.with_sources(|key, source| match given(key) {
            Some((_, _, secret)) => SecretSource::Given(secret.clone()),
            None => source.clone(),
        })
    }

    /// Writes the secrets, each into a new file for its owner alone, and then the configuration,
    /// and returns its path. Where a file is in the way, or the configuration was changed in the
    /// meantime, nothing is changed.
    pub fn write(&self) -> Result<PathBuf, String> {
        let mut written: Vec<&Path> = Vec::new();
        let secrets = self.secrets.iter().try_for_each(|(path, _, secret)| {
            write_private_new(path, secret.expose()).map_err(|error| said(path, &error))?;
            written.push(path);
            Ok(())
        });
        secrets.and_then(|()| self.write_config()).inspect_err(|_| {
            for path in written {
                // It was made a moment ago, for an account that is not there.
                let _ = std::fs::remove_file(path);
            }
        })?;
        Ok(self.path.clone())
    }

    fn write_config(&self) -> Result<(), String> {
        let Some(before) = &self.before else {
            return write_private_new(&self.path, &self.text).map_err(|it| said(&self.path, &it));
        };
        let now = std::fs::read_to_string(&self.path).map_err(|it| said(&self.path, &it))?;
        if now != *before {
            let path = self.path.display();
            return Err(format!("{path} was changed in the meantime. Go on to read it again."));
        }
        replace(&self.path, &self.text).map_err(|error| said(&self.path, &error))
    }
}

/// Words an error of a file.
fn said(path: &Path, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return format!(
            "{} exists already and was not changed. Move it away, or name another source.",
            path.display()
        );
    }
    let (message, help) = describe_io_error(error);
    format!("{}: {message}; {help}.", path.display())
}

/// Joins errors of a text that nobody sees, so without their places.
fn faults(diagnostics: &[Diagnostic]) -> String {
    let one = |fault: &Diagnostic| match &fault.help {
        Some(help) => format!("{}; {help}", fault.message),
        None => fault.message.clone(),
    };
    let all: Vec<String> = diagnostics.iter().map(one).collect();
    format!("{}.", all.join(". "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn paths(folder: &Path) -> Paths {
        Paths { config: folder.join("purgedeck/config.toml"), ..Paths::default() }
    }

    /// The first vendor's form, filled with this for its first key.
    fn filled(value: NewValue) -> NewAccount {
        let form = forms(&Paths::default()).remove(0);
        let key = form.fields[0].key.clone();
        NewAccount { name: "mine".to_owned(), provider: form.provider, values: vec![(key, value)] }
    }

    #[test]
    fn every_vendor_has_a_form_that_makes_an_account() {
        let paths = paths(Path::new("/c"));
        let forms = forms(&paths);
        for vendor in VENDORS {
            assert!(forms.iter().any(|form| form.provider.as_str() == vendor.name));
        }
        for form in forms {
            let value = |field: &FormField| match &field.secret {
                Some(hints) => NewValue::Env(hints.env.clone()),
                None => NewValue::Text(field.example.clone()),
            };
            let values = form.fields.iter().map(|field| (field.key.clone(), value(field)));
            let values = values.collect();
            let new = NewAccount { name: "a".to_owned(), provider: form.provider.clone(), values };
            let config = NewConfig::new(&new, &paths).unwrap();
            assert_eq!(config.account().provider(), &form.provider);
            let missing = NewAccount { values: Vec::new(), ..new };
            let fault = NewConfig::new(&missing, &paths).unwrap_err();
            assert!(fault.contains(&form.fields[0].key), "{fault}");
        }
    }

    #[test]
    fn each_source_is_written_as_the_configuration_has_it() {
        let paths = paths(Path::new("/c"));
        let key = forms(&paths)[0].fields[0].key.clone();
        for (value, source) in [
            (NewValue::Env("MY_TOKEN".to_owned()), "{ env = \"MY_TOKEN\" }"),
            (NewValue::File("~/t".to_owned()), "{ file = \"~/t\" }"),
            (
                NewValue::Command("op read 'op://a b/c'".to_owned()),
                "{ command = [\"op\", \"read\", \"op://a b/c\"] }",
            ),
        ] {
            let config = NewConfig::new(&filled(value), &paths).unwrap();
            assert!(config.text.ends_with(&format!("{key} = {source}\n")), "{}", config.text);
        }
        let open = filled(NewValue::Command("op read 'x".to_owned()));
        assert!(NewConfig::new(&open, &paths).unwrap_err().contains("not closed"));
        let nameless = NewAccount { name: "a b".to_owned(), ..filled(NewValue::Env("A".into())) };
        let fault = NewConfig::new(&nameless, &paths).unwrap_err();
        assert!(fault.contains("letters, digits") && !fault.contains("4:"), "{fault}");
    }

    #[cfg(unix)]
    #[test]
    fn a_pasted_secret_is_in_a_file_of_its_own_and_nothing_is_written_over() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let paths = paths(folder.path());
        let typed = NewValue::Paste(Secret::new("29841$c767".to_owned()));
        let config = NewConfig::new(&filled(typed), &paths).unwrap();
        let key = forms(&paths)[0].fields[0].key.clone();
        assert!(!config.text.contains("c767") && !format!("{config:?}").contains("c767"));
        assert!(matches!(config.account().secret(&key), Some(SecretSource::Given(_))));
        let path = config.write().unwrap();
        let secret = path.with_file_name(format!("mine.{key}"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!((mode(&path), mode(&secret)), (0o600, 0o600));
        assert_eq!(std::fs::read_to_string(&secret).unwrap(), "29841$c767");
        std::fs::write(&path, "theme = \"light\"\n").unwrap();
        let fault = config.write().unwrap_err();
        assert!(fault.contains("exists already and was not changed"), "{fault}");
        let typed = NewValue::Paste(Secret::new("29841$c767".to_owned()));
        let fault = NewConfig::new(&filled(typed), &paths).unwrap_err();
        assert!(
            fault.contains("mine.") && fault.contains("exists already"),
            "told at once: {fault}"
        );
        std::fs::remove_file(&secret).unwrap();
        let fault = config.write().unwrap_err();
        assert!(fault.contains("config.toml exists already"), "{fault}");
        assert!(!secret.exists(), "a secret without a configuration is not left behind");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theme = \"light\"\n");
    }

    #[test]
    fn an_account_is_added_to_a_file_that_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let paths = paths(folder.path());
        std::fs::create_dir(paths.config.parent().unwrap()).unwrap();
        for before in ["", "theme = \"light\" # mine", "# nothing yet\n\n[keys]\nquit = \"Q\"\n"] {
            std::fs::write(&paths.config, before).unwrap();
            let config = NewConfig::new(&filled(NewValue::Env("A".to_owned())), &paths).unwrap();
            assert_eq!(config.write(), Ok(paths.config.clone()));
            let text = std::fs::read_to_string(&paths.config).unwrap();
            assert!(text.starts_with(before) && text.contains("name = \"mine\""), "{text}");
            let read = resolve(&Flags::default(), &|_| None, paths.clone(), Some(&text)).unwrap();
            assert_eq!(read.accounts.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_file_that_was_changed_in_the_meantime_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let paths = paths(folder.path());
        std::fs::create_dir(paths.config.parent().unwrap()).unwrap();
        std::fs::write(&paths.config, "theme = \"light\"\n").unwrap();
        let typed = NewValue::Paste(Secret::new("29841$c767".to_owned()));
        let config = NewConfig::new(&filled(typed), &paths).unwrap();
        std::fs::write(&paths.config, "theme = \"dark\"\n").unwrap();
        let fault = config.write().unwrap_err();
        assert!(fault.contains("was changed in the meantime"), "{fault}");
        assert_eq!(std::fs::read_to_string(&paths.config).unwrap(), "theme = \"dark\"\n");
        let files = std::fs::read_dir(paths.config.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "no secret is left behind");
    }
}
