//! Pages of vendors' records, and what their histories have in common.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use serde_json::Value;

use super::HistoryPage;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, PurgeId};
use crate::domain::merge::of_targets;
use crate::domain::purge::Purge;
use crate::domain::status::Status;

/// The place of a page in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The page's number, counted from 1.
    pub(crate) page: u64,
    /// The number of records before it.
    pub(crate) offset: u64,
}

impl Default for Position {
    fn default() -> Self {
        Self { page: 1, offset: 0 }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordPage {
    /// The records as they came.
    pub(crate) records: Vec<Value>,
    /// The number of records in all, where the vendor says.
    pub(crate) total: Option<u64>,
    /// True if nothing follows.
    pub(crate) is_last: bool,
}

impl RecordPage {
    /// Returns the page that begins at this offset, the last one unless the vendor counts more.
    pub(crate) fn counted(records: &[Value], total: Option<u64>, offset: u64) -> Self {
        Self::full(records, total, offset, u64::MAX)
    }

    /// Returns the page that begins at this offset, the last one unless the vendor counts more or,
    /// where it does not count, the page holds as many records as a page can.
    pub(crate) fn full(records: &[Value], total: Option<u64>, offset: u64, most: u64) -> Self {
        let length = records.len() as u64;
        let is_last = match total {
            Some(total) => offset + length >= total,
            None => length == 0 || length < most,
        };
        Self { records: records.to_vec(), total, is_last }
    }

    /// Fails where the vendor counts more records than this offset and gave none.
    pub(crate) fn check_gap(&self, offset: u64) -> Result<(), Failure> {
        match self.total {
            Some(total) if self.records.is_empty() && total > offset => {
                Err(Failure::new(Cause::BadAnswer).with_message(format!(
                    "the vendor counts {total} records and gave none from number {offset} on"
                )))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Reads the records of one answer as purges. A record without an id is left out and counted, and
/// the log says so.
pub(crate) fn history_page(
    account: &AccountName,
    page: &RecordPage,
    purge: impl Fn(&Value) -> Option<Purge>,
) -> HistoryPage {
    let purges: Vec<Purge> = page.records.iter().filter_map(purge).collect();
    let records = page.records.len() as u64;
    let unreadable = records - purges.len() as u64;
    if unreadable > 0 {
        tracing::warn!(
            %account,
            unreadable,
            "the history has records without an id; they cannot be kept"
        );
    }
    let digest = digest(&page.records);
    HistoryPage { purges, records, total: page.total, complete: page.is_last, unreadable, digest }
}

/// Returns a hash of records as they came.
fn digest(records: &[Value]) -> u64 {
    let hash = BuildHasherDefault::<DefaultHasher>::default();
    hash.hash_one(records.iter().map(Value::to_string).collect::<Vec<_>>())
}

/// The longest raw status that another is added to, in bytes: it is for people.
const LONGEST_STATUS: usize = 1_000;

/// Joins the rows of each purge, for vendors that list a row per target. Every different raw status
/// is kept once, with `separator` between them, up to a length. A purge has no end while one of its
/// targets has none. One without targets has the status of its rows.
pub(crate) fn join_rows(rows: Vec<Purge>, separator: &str) -> Vec<Purge> {
    let mut purges: Vec<Purge> = Vec::new();
    let mut places: HashMap<PurgeId, usize> = HashMap::new();
    for row in rows {
        if let Some(purge) = places.get(&row.id).and_then(|place| purges.get_mut(*place)) {
            let raw = &mut purge.raw_status;
            if !row.raw_status.is_empty()
                && raw.len() < LONGEST_STATUS
                && !raw.split(separator).any(|known| known == row.raw_status)
            {
                if !raw.is_empty() {
                    raw.push_str(separator);
                }
                raw.push_str(&row.raw_status);
            }
            purge.completed = purge.completed.max(row.completed);
            purge.status = purge.status.merge(row.status);
            purge.targets.extend(row.targets);
        } else {
            places.insert(row.id.clone(), purges.len());
            purges.push(row);
        }
    }
    for purge in &mut purges {
        purge.status = of_targets(&purge.targets).unwrap_or(purge.status);
        if purge.targets.iter().any(|target| target.status == Some(Status::InProgress)) {
            purge.completed = None;
        }
    }
    purges
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::purge::Target;
    use crate::testing;

    #[test]
    fn rows_of_a_purge_are_joined_wherever_they_stand_among_thousands_of_others() {
        let row = |id: usize, status: String| Purge {
            raw_status: status,
            targets: vec![Target::new("/a")],
            ..testing::purge("prod", id.to_string(), DateTime::UNIX_EPOCH)
        };
        let many = 30_000;
        let rows = (0..2 * many).map(|at| row(at % many, format!("s{}", at / many)));
        let joined = join_rows(rows.collect(), ", ");
        assert_eq!(joined.len(), many);
        assert!(joined.iter().all(|it| it.raw_status == "s0, s1" && it.targets.len() == 2));
        let statuses = (0..many).map(|at| row(1, format!("status {at}")));
        let joined = join_rows(statuses.collect(), ", ");
        assert_eq!(joined.first().map(|purge| purge.targets.len()), Some(many));
        let status = joined.first().map_or("", |purge| purge.raw_status.as_str());
        assert!(status.starts_with("status 0, status 1, "), "{status}");
        assert!(status.len() < LONGEST_STATUS + 20, "{} bytes", status.len());
    }
}
