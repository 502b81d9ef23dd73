//! A configuration of the program that points at a running simulator, with its secrets in files of
//! their own beside it.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Simulator;

/// A configuration that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatorConfig {
    /// The text of the configuration file.
    pub text: String,
    /// The files that it takes secrets from, with their contents.
    pub secrets: Vec<(PathBuf, String)>,
}

impl Simulator {
    /// Returns a complete configuration: an account per set of credentials, and a store of its own,
    /// so that simulated purges never mix with real ones. Secrets are to be kept in the directory
    /// `secrets`, the store is `store`; both should be absolute.
    pub fn config(&self, secrets: &Path, store: &Path) -> SimulatorConfig {
        let mut text = "# Accounts of a simulator that runs on this machine; \
                        made by `purgedeck simulate --write-config`.\n"
            .to_owned();
        let _ = writeln!(text, "store = {}", quoted(store));
        let mut files = Vec::new();
        for vendor in self.vendors.all() {
            let (provider, accounts) = vendor.with(|vendor| (vendor.name(), vendor.configured()));
            let base_url = self.base_url(provider);
            for account in accounts {
                let name = account.name;
                let _ = write!(
                    text,
                    "\n[[account]]\nname = \"{name}\"\nprovider = \"{provider}\"\n\
                     base_url = \"{base_url}\"\nedge = [\"{}\"]\n",
                    self.edge().base_url()
                );
                for (key, value) in account.settings {
                    let _ = writeln!(text, "{key} = \"{value}\"");
                }
                for flag in account.flags {
                    let _ = writeln!(text, "{flag} = true");
                }
                for (key, value) in account.secrets {
                    let file = secrets.join(format!("{name}.{key}"));
                    let _ = writeln!(text, "{key} = {{ file = {} }}", quoted(&file));
                    files.push((file, value));
                }
                if !account.user_names.is_empty() {
                    let names = account.user_names.iter();
                    let names: Vec<String> =
                        names.map(|(id, name)| format!("\"{id}\" = \"{name}\"")).collect();
                    let _ = writeln!(text, "names = {{ {} }}", names.join(", "));
                }
            }
        }
        SimulatorConfig { text, secrets: files }
    }

    /// Writes the configuration to `path`, its secrets to the directory `path` + `.secrets` and its
    /// store to `path` + `.db`. Existing files are replaced; only the owner may read them.
    ///
    /// # Errors
    /// A directory or file that cannot be written, or a directory for the secrets that is there
    /// already and open to others.
    pub fn write_config(&self, path: &Path) -> io::Result<()> {
        let path = std::path::absolute(path)?;
        let beside = |ending: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let folder = beside(".secrets");
        let config = self.config(&folder, &beside(".db"));
        create_folder(&folder)?;
        for (file, secret) in &config.secrets {
            write(file, secret)?;
        }
        write(&path, &config.text)
    }
}

/// Quotes a path as TOML text.
fn quoted(path: &Path) -> String {
    toml::Value::String(path.display().to_string()).to_string()
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)?;
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() {
        let words = format!("{} is in the place of a directory for secrets", folder.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            let folder = folder.display();
            let words = format!("others may look into {folder}: chmod 700 {folder}");
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
        }
    }
    Ok(())
}

/// Replaces the file in one step: a reader sees the old or the new one.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    fresh.persist(file)?;
    Ok(())
}
