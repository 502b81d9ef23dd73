//! Giving all free space of the file back to the disk.

use super::open::SqliteStore;
use super::retention::INCREMENTAL;
use crate::store::failure::StoreFailure;

impl SqliteStore {
    /// Writes the whole file anew, without free pages, in the form that gives pages back from then
    /// on. Nobody else may have the store open: [`StoreFailure::Locked`] says that somebody has.
    /// Takes as much room as its content has, beside the file and for a temporary one. Whoever is
    /// killed leaves the old file.
    pub(in crate::store) fn rewrite(&self) -> Result<(), StoreFailure> {
        self.marker().check()?;
        let connection = self.connect()?;
        // The lock is taken with the first read, and refused while anybody else is connected.
        connection.pragma_update(None, "locking_mode", "exclusive")?;
        // The new file is made in a temporary one first: not in memory.
        connection.pragma_update(None, "temp_store", "file")?;
        connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
        let rewritten = connection.execute_batch("VACUUM").map_err(StoreFailure::from);
        self.marker().watch("writing it anew", rewritten)
    }
}
