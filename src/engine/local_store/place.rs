//! The place of a store with all that it takes to open it, and the words of its failures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::load::Config;
use crate::config::secret::source::SecretSource;
use crate::config::secret::variables::SecretVariables;
use crate::domain::event::StoreError;
use crate::domain::store_address::StoreAddress;
use crate::store::{Access, PasswordSource, ServerAccess, Store, StoreFailure};

/// The place of a store: a file, or a database with the source of its password and the file for
/// what stays on this machine.
#[derive(Clone, Debug)]
pub struct StorePlace {
    address: StoreAddress,
    password: Option<SecretSource>,
    /// The variables that a program that prints the password does not get.
    withheld: SecretVariables,
    /// The file with drafts and the board, if the store is on a server.
    own: PathBuf,
}

impl StorePlace {
    /// Returns the configured place.
    pub fn of(config: &Config) -> Self {
        Self {
            address: config.settings.store.value.clone(),
            password: config.store_password.clone(),
            withheld: config.secret_variables.clone(),
            own: config.paths.default_store(),
        }
    }

    /// Returns the place of a file.
    pub fn file(path: &Path) -> Self {
        Self {
            address: path.to_owned().into(),
            password: None,
            withheld: SecretVariables::default(),
            own: PathBuf::new(),
        }
    }

    /// Returns another place with the same password and the same file.
    #[must_use]
    pub fn elsewhere(&self, address: StoreAddress) -> Self {
        Self { address, ..self.clone() }
    }

    /// Returns the address.
    pub fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Opens the store.
    pub(super) fn open(&self, access: Access) -> Result<Store, OpenFailure> {
        let server = match &self.address {
            StoreAddress::File(path) => {
                return Store::open(path, access).map_err(|failure| self.failed(failure));
            }
            StoreAddress::Server(server) => server,
        };
        match Store::open(&self.own, access) {
            Ok(_) => {}
            Err(StoreFailure::Missing) if access == Access::ReadOnly => {}
            Err(failure) => {
                return Err(OpenFailure::of(&self.own.clone().into(), failure));
            }
        }
        let access_to = ServerAccess { address: server.clone(), password: self.password() };
        Store::connect(&access_to, &self.own, access).map_err(|failure| self.failed(failure))
    }

    fn failed(&self, failure: StoreFailure) -> OpenFailure {
        OpenFailure::of(&self.address, failure)
    }

    fn password(&self) -> Option<PasswordSource> {
        let (source, withheld) = (self.password.clone()?, self.withheld.clone());
        Some(Arc::new(move || source.fetch_blocking(&withheld).map_err(|error| error.to_string())))
    }
}

/// The failure of opening a store or the file beside it.
#[derive(Debug)]
pub(super) struct OpenFailure {
    pub(super) failure: StoreFailure,
    error: StoreError,
}

impl OpenFailure {
    fn of(address: &StoreAddress, failure: StoreFailure) -> Self {
        Self { error: error(address, &failure), failure }
    }
}

impl From<OpenFailure> for StoreError {
    fn from(failed: OpenFailure) -> Self {
        failed.error
    }
}

/// Words a failure of a store, with its place.
pub(in crate::engine) fn error(address: &StoreAddress, failure: &StoreFailure) -> StoreError {
    let of_server = match address {
        StoreAddress::File(_) => None,
        StoreAddress::Server(_) => words_of_server(failure),
    };
    let (words, advice) = match of_server {
        Some((words, advice)) => (words.to_owned(), advice),
        None => (failure.to_string(), failure.advice()),
    };
    StoreError { words: format!("{address}: {words}"), advice: advice.to_owned() }
}

/// Words a failure that means something else on a server than with a file.
fn words_of_server(failure: &StoreFailure) -> Option<(&'static str, &'static str)> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest means the same in both places")]
    match failure {
        StoreFailure::ReadOnly => Some((
            "the store's server takes no writes",
            "Name the server that takes writes, not a copy of it, and check the rights of the \
             user: the README has them as SQL.",
        )),
        StoreFailure::Full => Some((
            "the store's server has no room left",
            "Make room on its disk; the stored data is safe, and what is missing is read again.",
        )),
        StoreFailure::Locked => Some((
            "the store is locked by another program",
            "Wait until the migration or import of another purgedeck has ended, and try again.",
        )),
        StoreFailure::Corrupt => Some((
            "the store is damaged",
            "Check the server and its disk, or restore the database from a backup.",
        )),
        StoreFailure::Newer { .. } => Some((
            "the store was brought up by a newer purgedeck",
            "Install the newer purgedeck. The store was not touched.",
        )),
        StoreFailure::Older { .. } => Some((
            "the store was made by an older purgedeck",
            "Have the owner of the database run `purgedeck store migrate` with its address.",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_failure_names_the_place_and_on_a_server_gives_no_advice_about_files() {
        let server = StoreAddress::parse("postgres://mia:s3cret@db/purges").unwrap();
        for failure in [
            StoreFailure::ReadOnly,
            StoreFailure::Full,
            StoreFailure::Locked,
            StoreFailure::Corrupt,
            StoreFailure::Newer { found: 2, known: 1 },
            StoreFailure::Older { found: 1, known: 2 },
            StoreFailure::Unreachable("refused".to_owned()),
            StoreFailure::NoSchema,
        ] {
            let told = error(&server, &failure);
            assert!(told.words.starts_with("postgres://mia@db/purges: "), "{}", told.words);
            let text = format!("{} {}", told.words, told.advice);
            assert!(!text.contains("file") && !text.contains("s3cret"), "{text}");
        }
        let told = error(&PathBuf::from("/s.db").into(), &StoreFailure::ReadOnly);
        assert!(told.words.starts_with("/s.db: the store's file"), "{}", told.words);
    }
}
