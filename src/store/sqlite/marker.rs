//! The file beside a store that says that it was found damaged. While it is there nobody writes
//! into the store, so nothing is sent from it either.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use crate::domain::text::escape_control;
use crate::store::failure::StoreFailure;

/// Ending of its name, after the store's.
const SUFFIX: &str = ".damaged";

/// Most bytes of it that are read.
const MOST_READ: u64 = 300;

/// The marker of a store. Clones are of the same store.
#[derive(Clone, Debug)]
pub(super) struct DamageMarker {
    path: Arc<Path>,
    /// Set where the file could not be written: then this process alone keeps from writing.
    unwritten: Arc<AtomicBool>,
}

impl DamageMarker {
    /// Creates the marker of the store at a path; no file is made yet.
    pub(super) fn beside(store: &Path) -> Self {
        Self { path: Arc::from(with_suffix(store, SUFFIX)), unwritten: Arc::default() }
    }

    /// Refuses where the store was found damaged, by this process or another.
    pub(super) fn check(&self) -> Result<(), StoreFailure> {
        self.found().map_or(Ok(()), |found| Err(StoreFailure::Damaged { found }))
    }

    /// Returns when and where damage was found; `None` if it was not.
    pub(super) fn found(&self) -> Option<String> {
        let read = fs::File::open(&self.path).and_then(|file| {
            let at = file.metadata()?.modified()?;
            let mut text = Vec::new();
            file.take(MOST_READ).read_to_end(&mut text)?;
            Ok((at, text))
        });
        match read {
            Ok((at, text)) => {
                let at = DateTime::<Utc>::from(at).format("%Y-%m-%d %H:%M UTC");
                let text = String::from_utf8_lossy(&text);
                let first = text.lines().next().unwrap_or_default();
                Some(format!("{at}, {}", escape_control(first, 300)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.unwritten.load(Ordering::SeqCst).then(|| "just now".to_owned())
            }
            Err(error) => Some(format!("{}: {error}", self.path.display())),
        }
    }

    /// Puts the marker if a result is damage, which was met while `doing`; returns the result.
    pub(super) fn watch<T>(
        &self,
        doing: &str,
        result: Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        if matches!(result, Err(StoreFailure::Corrupt)) {
            self.put(doing);
        }
        result
    }

    /// Puts the marker, unless it is there: the first finding counts.
    pub(super) fn put(&self, found: &str) {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&self.path).and_then(|mut file| {
            file.write_all(format!("{found}\n").as_bytes())?;
            file.sync_all()
        });
        let is_there = written.is_ok() || fs::symlink_metadata(&self.path).is_ok();
        self.unwritten.store(!is_there, Ordering::SeqCst);
    }

    /// Removes the marker: the store is sound, or another one is in its place.
    pub(super) fn remove(&self) -> io::Result<()> {
        self.unwritten.store(false, Ordering::SeqCst);
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

/// Returns the path of a file beside a store.
pub(super) fn with_suffix(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_first_finding_stands_until_it_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let marker = DamageMarker::beside(&directory.path().join("store.db"));
        assert_eq!(marker.check(), Ok(()));
        let _ = marker.watch::<()>("reading", Err(StoreFailure::Full));
        assert_eq!(marker.found(), None);
        let _ = marker.watch::<()>("reading", Err(StoreFailure::Corrupt));
        marker.put("writing");
        let other = DamageMarker::beside(&directory.path().join("store.db"));
        assert!(other.found().unwrap().ends_with("UTC, reading"), "{:?}", other.found());
        other.remove().unwrap();
        assert_eq!(marker.check(), Ok(()));
    }

    #[test]
    fn a_marker_that_cannot_be_written_still_holds_in_its_process() {
        let directory = tempfile::tempdir().unwrap();
        let marker = DamageMarker::beside(&directory.path().join("none/store.db"));
        marker.put("reading");
        assert_eq!(marker.clone().check(), Err(StoreFailure::Damaged { found: "just now".into() }));
    }
}
