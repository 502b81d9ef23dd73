//! Locks beside the file: of several processes on it one sends, and one removes old history. Each
//! reads the vendors' histories for itself.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use super::marker::with_suffix;
use crate::store::failure::StoreFailure;
use crate::store::lease::Duty;

/// The duties of one writer. The system releases the locks when the process ends, however it ends,
/// so one that crashed never keeps the next one out.
#[derive(Debug)]
pub(super) struct Locks {
    store: Arc<Path>,
    duties: BTreeSet<Duty>,
    /// Held for all accounts together.
    sender: Option<File>,
    upkeep: Option<File>,
}

impl Locks {
    /// Makes the locks of a store; none is taken yet.
    pub(super) fn beside(store: &Arc<Path>) -> Self {
        Self { store: Arc::clone(store), duties: BTreeSet::new(), sender: None, upkeep: None }
    }

    /// Takes a duty, unless another process has it; returns whether it is ours now.
    pub(super) fn take(&mut self, duty: &Duty) -> Result<bool, StoreFailure> {
        let taken = match duty {
            Duty::Send(_) => lock(&mut self.sender, &self.store, ".sender")?,
            Duty::Upkeep => lock(&mut self.upkeep, &self.store, ".upkeep")?,
            Duty::Sync(_) => true,
        };
        if taken {
            self.duties.insert(duty.clone());
        }
        Ok(taken)
    }

    /// True if a duty is held.
    pub(super) fn holds(&self, duty: &Duty) -> bool {
        self.duties.contains(duty)
    }

    /// Gives a duty back. The files stay: if they were removed, two processes could hold two files
    /// of one name.
    pub(super) fn release(&mut self, duty: &Duty) {
        self.duties.remove(duty);
        match duty {
            Duty::Send(_) => {
                if !self.duties.iter().any(|held| matches!(held, Duty::Send(_))) {
                    self.sender = None;
                }
            }
            Duty::Upkeep => self.upkeep = None,
            Duty::Sync(_) => {}
        }
    }
}

/// Takes a lock, unless another process holds it; returns whether it is ours now.
fn lock(held: &mut Option<File>, store: &Path, suffix: &str) -> Result<bool, StoreFailure> {
    if held.is_some() {
        return Ok(true);
    }
    let path = with_suffix(store, suffix);
    let failed = |error: std::io::Error| StoreFailure::NoLease(error.to_string());
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            *held = Some(file);
            Ok(true)
        }
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn of_two_only_one_holds_it_until_it_is_given_back() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<Path> = Arc::from(directory.path().join("store.db"));
        let (mut one, mut other) = (Locks::beside(&store), Locks::beside(&store));
        let (prod, stage) = (Duty::Send("prod".into()), Duty::Send("stage".into()));
        assert!(one.take(&prod).unwrap() && one.take(&prod).unwrap());
        assert!(!other.take(&prod).unwrap());
        assert!(!other.take(&stage).unwrap(), "one process sends for all accounts");
        assert!(other.take(&Duty::Upkeep).unwrap(), "it is another lock");
        assert!(other.take(&Duty::Sync("prod".into())).unwrap());
        one.take(&stage).unwrap();
        one.release(&prod);
        assert!(!other.take(&prod).unwrap());
        one.release(&stage);
        assert!(other.take(&prod).unwrap());
        assert!(!one.take(&prod).unwrap() && one.duties.is_empty());
        drop(other);
        assert!(one.take(&prod).unwrap());
    }
}
