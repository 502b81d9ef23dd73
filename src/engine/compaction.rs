//! Gives the free space of the local store back to the disk.

use chrono::{DateTime, Utc};

use super::local_store::LocalStore;
use super::retention::Retention;
use crate::domain::event::StoreError;
use crate::store::{Reader, StoreFailure};

pub use crate::store::{HeldDuty, ServerFacts, StoreFacts};

/// The result of [`LocalStore::compact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compaction {
    /// All free space was given back: the sizes of the file before and after.
    Done {
        /// Bytes before.
        before: u64,
        /// Bytes after.
        after: u64,
    },
    /// The file has to be written anew once, and another process has it open. Nothing was done.
    InUse,
}

impl LocalStore {
    /// Reads the size of the store and the times of its history.
    pub fn facts(&self) -> Result<StoreFacts, StoreError> {
        self.read(Reader::facts)
    }

    /// Reads what there is to say of the store's server; `None` for a file.
    pub fn server(&self) -> Result<Option<ServerFacts>, StoreError> {
        self.read(Reader::server)
    }

    /// Reads the instant before which nothing is kept, as the settings say; `None` if all is.
    pub fn kept_from(
        &self,
        retention: Retention,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(retention.kept_from(now, self.read(Reader::kept_from)?))
    }

    /// Gives all free space back. A file that gives pages back while it is used is shrunk in small
    /// steps beside others; an older one is written anew, once, while nobody else has it open.
    /// `step` is called with the free bytes that are left. Refused for a server.
    pub fn compact(&self, mut step: impl FnMut(u64)) -> Result<Compaction, StoreError> {
        let failed = |failure: StoreFailure| self.failed(&failure);
        if self.address().file().is_none() {
            return Err(failed(StoreFailure::OnServer));
        }
        let facts = self.facts()?;
        if facts.gives_back {
            let mut writer = self.0.writer().map_err(failed)?;
            while writer.give_back().map_err(failed)? {
                step(self.facts()?.free_bytes);
            }
            // Else the file is as long as before until others have read on.
            writer.checkpoint().map_err(failed)?;
        } else {
            step(facts.free_bytes);
            match self.0.rewrite() {
                Err(StoreFailure::Locked) => return Ok(Compaction::InUse),
                rewritten => rewritten.map_err(failed)?,
            }
        }
        Ok(Compaction::Done { before: facts.bytes, after: self.facts()?.bytes })
    }
}
