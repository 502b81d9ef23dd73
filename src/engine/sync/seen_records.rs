//! The records of a list that were seen so far, to compare their number with the vendor's count.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use crate::providers::HistoryPage;

/// The distinct records of several pages. Hashes represent ids and targets, to keep long lists
/// small; should two ever share one, the count stays short and the list is read again, never taken
/// for complete.
#[derive(Debug, Default)]
pub(super) struct SeenRecords {
    pub(super) ids: HashSet<u64>,
    /// Purge and target, for vendors that list targets.
    rows: HashSet<u64>,
    pub(super) grouped: bool,
}

impl SeenRecords {
    /// Adds the records of a page.
    pub(super) fn take(&mut self, page: &HistoryPage) {
        self.grouped |= page.records != page.purges.len() as u64 + page.unreadable;
        for purge in &page.purges {
            self.ids.insert(hash(purge.id.as_str()));
            if purge.targets.is_empty() {
                self.rows.insert(hash((purge.id.as_str(), "")));
            }
            for target in &purge.targets {
                self.rows.insert(hash((purge.id.as_str(), target.text.as_str())));
            }
        }
    }

    /// True if exactly this number of the vendor's records was seen.
    pub(super) fn are(&self, total: u64) -> bool {
        let seen = if self.grouped { self.rows.len() } else { self.ids.len() };
        seen as u64 == total
    }
}

/// Returns a hash that is the same in every run.
pub(super) fn hash(value: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
