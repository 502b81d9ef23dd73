//! A copy of a store as a new file, made while others read and write.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::marker::with_suffix;
use super::open::{SqliteStore, create_new};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Access;

/// A file that is removed, with those beside it, unless it is kept.
pub(super) struct NewFile(Option<PathBuf>);

impl NewFile {
    /// Creates an empty file, for its owner only; refused if there is one.
    pub(super) fn create(path: &Path) -> Result<Self, StoreFailure> {
        match create_new(path) {
            Ok(_) => Ok(Self(Some(path.to_owned()))),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(StoreFailure::Exists)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(StoreFailure::NoPlace("its directory does not exist"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the file, once all of it is on the disk.
    pub(super) fn keep(mut self) -> Result<(), StoreFailure> {
        if let Some(path) = &self.0 {
            fs::File::open(path)?.sync_all()?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal", ".damaged"] {
            if let Some(path) = &self.0 {
                // What cannot be removed is not worth another error.
                let _ = fs::remove_file(with_suffix(path, suffix));
            }
        }
    }
}

impl SqliteStore {
    /// Writes a copy of the store into a new file. The copy is checked; nothing is left of one that
    /// is not sound.
    pub(in crate::store) fn back_up(&self, to: &Path) -> Result<(), StoreFailure> {
        if let Some(failure) = self.found_damaged() {
            return Err(failure);
        }
        let to = std::path::absolute(to)?;
        let name = to.to_str().ok_or(StoreFailure::NoPlace("its name is not UTF-8"))?;
        let file = NewFile::create(&to)?;
        let copied = self.connect()?.execute("VACUUM INTO ?1", [name]);
        let copied = self.marker().watch("copying it", copied.map_err(StoreFailure::from));
        copied?;
        enable_write_ahead_log(&to)?;
        let findings = Self::open(&to, Access::ReadOnly)?.reader()?.check()?;
        if let Some(first) = findings.first() {
            self.marker().put(&format!("a check of a copy: {first}"));
            return Err(StoreFailure::Corrupt);
        }
        file.keep()
    }
}

/// Has a copy keep a write-ahead log, as every store does.
fn enable_write_ahead_log(path: &Path) -> Result<(), StoreFailure> {
    let connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    Ok(())
}
