//! Collecting an account's resources page by page.

use std::collections::HashSet;

use serde_json::Value;

use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::resource::Resource;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The resources, each once: a list that changes while it is paged can show one twice.
    pub(crate) resources: Vec<Resource>,
    /// How many records were read.
    pub(crate) read: u64,
    seen: HashSet<ResourceId>,
}

impl Found {
    /// Takes an answer's records. One that cannot be told by an id is left out, and the log says so.
    pub(crate) fn take(
        &mut self,
        account: &AccountName,
        records: &[Value],
        resource: impl Fn(&Value) -> Option<Resource>,
    ) {
        for record in records {
            match resource(record) {
                Some(resource) if self.seen.insert(resource.id.clone()) => {
                    self.resources.push(resource);
                }
                Some(_) => {}
                None => tracing::warn!(%account, "a resource without an id is left out"),
            }
        }
        self.read += records.len() as u64;
    }

    /// Whether an answer with so many records, of which the vendor counts `total` in all, was the last.
    pub(crate) fn is_all(&self, records: usize, total: Option<u64>) -> bool {
        records == 0 || total.is_none_or(|total| self.read >= total)
    }
}
