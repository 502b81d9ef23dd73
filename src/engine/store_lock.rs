//! Locks beside a store: of several processes on it one sends, and one removes old history.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock of a store. The system releases it when its holder ends, however it ends, so one that
/// crashed never keeps the next one out.
#[derive(Debug)]
pub(super) struct StoreLock {
    path: PathBuf,
    held: Option<File>,
}

impl StoreLock {
    /// Makes the lock of the one that sends; not taken yet.
    pub(super) fn for_sending(store: &Path) -> Self {
        Self::beside(store, ".sender")
    }

    /// Makes the lock of the one that removes old history; not taken yet.
    pub(super) fn for_upkeep(store: &Path) -> Self {
        Self::beside(store, ".upkeep")
    }

    fn beside(store: &Path, suffix: &str) -> Self {
        let mut path = store.as_os_str().to_owned();
        path.push(suffix);
        Self { path: path.into(), held: None }
    }

    /// Takes it, unless another process holds it; returns whether it is ours now.
    pub(super) fn take(&mut self) -> io::Result<bool> {
        if self.held.is_some() {
            return Ok(true);
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path)?;
        match file.try_lock() {
            Ok(()) => {
                self.held = Some(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Releases it. The file stays: if it were removed, two processes could hold two files of one
    /// name.
    pub(super) fn release(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn of_two_only_one_holds_it_until_it_is_given_back() {
        let directory = tempfile::tempdir().unwrap();
        let store = directory.path().join("store.db");
        let (mut one, mut other) = (StoreLock::for_sending(&store), StoreLock::for_sending(&store));
        assert!(one.take().unwrap() && one.take().unwrap());
        assert!(!other.take().unwrap());
        assert!(StoreLock::for_upkeep(&store).take().unwrap(), "it is another lock");
        one.release();
        assert!(other.take().unwrap());
        assert!(!one.take().unwrap() && !one.is_held());
        drop(other);
        assert!(one.take().unwrap());
    }
}
