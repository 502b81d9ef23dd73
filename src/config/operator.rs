//! The key by which this installation knows what its operator has confirmed.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::load::Environment;
use super::operator_name::OperatorName;
use super::paths::{Paths, write_private_new};
use super::secret::source::open_private;
use crate::domain::operator::{KEY_BYTES, Operator, key_of};

/// The key's file has no more bytes than this.
const LONGEST: u64 = 1024;

/// The reason why nobody will know later what is confirmed now. Until the program ends, it knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperatorError {
    /// There is a key, and it must not be used.
    #[error("{path} cannot be used: {why}")]
    Unusable {
        /// The key's file.
        path: PathBuf,
        /// The reason, and the remedy.
        why: String,
    },
    /// A key cannot be kept.
    #[error(
        "what is queued now and not sent has to be confirmed later: {path} cannot be made: \
             {why}"
    )]
    NotKept {
        /// The key's file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
}

/// Finds the operator: reads the key beside the log, and makes one where there is none.
pub fn operator(
    name: &OperatorName,
    paths: &Paths,
    environment: Environment<'_>,
) -> Result<Operator, OperatorError> {
    if let Some(known) = known_operator(name, paths, environment)? {
        return Ok(known);
    }
    let path = place(paths);
    let key = match make(&path) {
        Ok(key) => key,
        // Another purgedeck was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let read = read(&path).and_then(|key| key.ok_or_else(|| error.to_string()));
            read.map_err(|why| OperatorError::Unusable { path, why })?
        }
        Err(error) => return Err(OperatorError::NotKept { path, why: error.to_string() }),
    };
    Ok(Operator::new(shown_name(name, environment), key))
}

/// Reads who the operator is; `None` where no key was made yet. Writes nothing.
pub fn known_operator(
    name: &OperatorName,
    paths: &Paths,
    environment: Environment<'_>,
) -> Result<Option<Operator>, OperatorError> {
    let path = place(paths);
    let key = read(&path).map_err(|why| OperatorError::Unusable { path, why })?;
    Ok(key.map(|key| Operator::new(shown_name(name, environment), key)))
}

fn place(paths: &Paths) -> PathBuf {
    paths.state.join("operator.key")
}

/// Returns the configured name, or `user@machine` where there is none.
fn shown_name(name: &OperatorName, environment: Environment<'_>) -> String {
    name.get().map_or_else(|| name_of_process(environment), str::to_owned)
}

fn name_of_process(environment: Environment<'_>) -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(environment);
    let user = user.filter(|user| !user.is_empty()).unwrap_or_else(|| "somebody".to_owned());
    match machine(environment) {
        Some(machine) => format!("{user}@{machine}"),
        None => user,
    }
}

#[cfg(unix)]
fn machine(_environment: Environment<'_>) -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(not(unix))]
fn machine(environment: Environment<'_>) -> Option<String> {
    environment("COMPUTERNAME")
}

fn read(path: &Path) -> Result<Option<[u8; KEY_BYTES]>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let file = open_private(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let mut key = [0; KEY_BYTES];
    let decoded = hex::decode_to_slice(text.trim(), &mut key);
    decoded.map_err(|_| "it holds no key; remove it, and a new one is made".to_owned())?;
    Ok(Some(key))
}

fn make(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    // Each has 122 random bits.
    let key = key_of([(); 2].map(|()| uuid::Uuid::new_v4().into_bytes()));
    write_private_new(path, &format!("{}\n", hex::encode(key)))?;
    Ok(key)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn mia(state: &Path) -> Result<Operator, OperatorError> {
        let paths = Paths { state: state.to_owned(), ..Paths::default() };
        let environment = |name: &str| (name == "USER").then(|| "mia".to_owned());
        operator(&OperatorName::default(), &paths, &environment)
    }

    #[test]
    fn the_key_is_made_once_and_is_the_operators_alone() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let first = mia(&state).unwrap();
        assert!(first.name().starts_with("mia"), "{}", first.name());
        assert_eq!(mia(&state), Ok(first.clone()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(state.join("operator.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_ne!(mia(&folder.path().join("other")).unwrap(), first);
        let paths = Paths { state: folder.path().join("none"), ..Paths::default() };
        assert_eq!(known_operator(&OperatorName::default(), &paths, &|_| None), Ok(None));
        assert!(!paths.state.exists());
    }

    #[test]
    fn a_configured_name_takes_the_place_of_the_users_and_is_one_short_line() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths { state: folder.path().join("state"), ..Paths::default() };
        let name: OperatorName = " Mia (deploys) ".parse().unwrap();
        assert_eq!(operator(&name, &paths, &|_| None).unwrap().name(), "Mia (deploys)");
    }

    #[test]
    fn without_a_place_for_a_key_the_error_says_what_follows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = mia(&file.join("state")).unwrap_err();
        assert!(matches!(error, OperatorError::NotKept { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_or_that_is_none_is_not_used_and_not_replaced() {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        mia(&state).unwrap();
        let key = state.join("operator.key");
        std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
        let error = mia(&state).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        for text in ["", "no key", &"0".repeat(63), &"0".repeat(100_000)] {
            std::fs::write(&key, text).unwrap();
            let error = mia(&state).unwrap_err().to_string();
            assert!(error.contains("remove it"), "{error}");
            assert_eq!(std::fs::read_to_string(&key).unwrap(), text);
        }
    }
}
