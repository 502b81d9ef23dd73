//! A configuration of the program that points at a running simulator, with its secrets in files of their own beside it.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Simulator;

/// A configuration that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The text of the configuration file.
    pub text: String,
    /// The files that it takes secrets from, and what belongs into them.
    pub secrets: Vec<(PathBuf, String)>,
}

/// One account before it is text: its keys, and its secrets with the files that they go to.
struct Account {
    name: String,
    provider: &'static str,
    base_url: String,
    plain: Vec<(&'static str, String)>,
    secret: Vec<(&'static str, String)>,
    /// What the numbers of its activity log are called.
    names: Vec<(u64, String)>,
}

impl Simulator {
    /// A complete configuration: an account per set of credentials, and a store of its own, so that the simulated purges
    /// never mix with real ones. Secrets are to be kept in `secrets`, the store is `store`; both should be absolute.
    pub fn config(&self, secrets: &Path, store: &Path) -> Configuration {
        let mut text = "# Accounts of a simulator that runs on this machine; made by `purgedeck simulate --write-config`.\n".to_owned();
        let _ = writeln!(text, "store = {}", quoted(store));
        let mut files = Vec::new();
        for account in self.configured() {
            let Account { name, provider, base_url, plain, secret, names } = account;
            let _ = write!(
                text,
                "\n[[account]]\nname = \"{name}\"\nprovider = \"{provider}\"\nbase_url = \"{base_url}\"\nedge = [\"{}\"]\n",
                self.edge().base_url()
            );
            for (key, value) in plain {
                let _ = writeln!(text, "{key} = \"{value}\"");
            }
            for (key, value) in secret {
                let file = secrets.join(format!("{name}.{key}"));
                let _ = writeln!(text, "{key} = {{ file = {} }}", quoted(&file));
                files.push((file, value));
            }
            if !names.is_empty() {
                let names: Vec<String> =
                    names.iter().map(|(id, name)| format!("\"{id}\" = \"{name}\"")).collect();
                let _ = writeln!(text, "names = {{ {} }}", names.join(", "));
            }
        }
        Configuration { text, secrets: files }
    }

    fn configured(&self) -> Vec<Account> {
        let (gcore, tencent, medianova) = (self.gcore(), self.tencent(), self.medianova());
        let mut accounts: Vec<Account> = gcore
            .accounts()
            .into_iter()
            .map(|account| Account {
                name: account.name,
                provider: "gcore",
                base_url: gcore.base_url(),
                plain: Vec::new(),
                secret: vec![("token", account.token)],
                names: account.people,
            })
            .collect();
        let key = tencent.account();
        accounts.push(Account {
            name: key.name,
            provider: "tencent",
            base_url: tencent.base_url(),
            plain: Vec::new(),
            secret: vec![("secret_id", key.secret_id), ("secret_key", key.secret_key)],
            names: Vec::new(),
        });
        let organization = medianova.account();
        accounts.push(Account {
            name: organization.name,
            provider: "medianova",
            base_url: medianova.base_url(),
            plain: vec![("organization", organization.organization)],
            secret: vec![("token", organization.token)],
            names: Vec::new(),
        });
        accounts
    }

    /// Writes the configuration to `path`, its secrets to the directory `path` + `.secrets` and its store to
    /// `path` + `.db`. Files that are there are replaced; only the owner may read what is written.
    ///
    /// # Errors
    /// A directory or file that cannot be written.
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

/// A path as TOML text.
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
    builder.create(folder)
}

/// Replaces the file whole: a reader sees the old or the new one.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    fresh.persist(file)?;
    Ok(())
}
