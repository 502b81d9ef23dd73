//! Ensures one sender for each store: the process that holds the lock on a file beside it sends,
//! the others watch.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The lock of a store. The system releases it when its holder ends, however it ends, so a crashed
/// sender never keeps the next one out.
#[derive(Debug)]
pub(super) struct SenderLock {
    path: PathBuf,
    held: Option<File>,
}

impl SenderLock {
    /// Makes the lock of the store of this path; not taken yet.
    pub(super) fn beside(store: &Path) -> Self {
        let mut path = store.as_os_str().to_owned();
        path.push(".sender");
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
        let (mut one, mut other) = (SenderLock::beside(&store), SenderLock::beside(&store));
        assert!(one.take().unwrap() && one.take().unwrap());
        assert!(!other.take().unwrap());
        one.release();
        assert!(other.take().unwrap());
        assert!(!one.take().unwrap() && !one.is_held());
        drop(other);
        assert!(one.take().unwrap());
    }
}
