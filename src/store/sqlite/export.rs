//! Export: all selected purges in full, one after the other.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::compiled_filter::{CompiledFilter, keys_sent_here};
use super::reader::SqliteReader;
use super::scan::break_if;
use super::times::{ALL_TIME, Direction};
use crate::domain::filter::Predicate;
use crate::domain::ids::PurgeKey;
use crate::domain::purge::PurgeDetail;
use crate::domain::query::Sort;
use crate::domain::sort::RowPlace;
use crate::store::failure::StoreFailure;

impl SqliteReader {
    /// Visits every selected purge in the sort order, at most `limit`, until the visitor stops.
    /// Memory does not grow with their number; all of them are of one snapshot. Returns the number
    /// of visited purges.
    pub(in crate::store) fn export(
        &self,
        predicate: &Predicate,
        sort: Sort,
        limit: Option<u64>,
        visit: &mut dyn FnMut(PurgeDetail) -> ControlFlow<()>,
    ) -> Result<u64, StoreFailure> {
        self.read(|snapshot| {
            let mut visited = 0;
            if limit == Some(0) {
                return Ok(visited);
            }
            let filter =
                CompiledFilter::compile(predicate, snapshot.connection, snapshot.dictionary)?;
            // Of a long export few were sent here: the journal is asked for those only.
            let sent: Option<HashSet<i64>> = match limit {
                Some(_) => None,
                None => Some(keys_sent_here(snapshot.connection)?.into_iter().collect()),
            };
            let mut take = |key| {
                let detail = if sent.as_ref().is_none_or(|sent| sent.contains(&key)) {
                    snapshot.detail(key)?
                } else {
                    snapshot.purge(key)?.map(|purge| PurgeDetail {
                        key: PurgeKey(key),
                        purge,
                        sent: None,
                        refused: Vec::new(),
                    })
                };
                let detail = detail.ok_or(StoreFailure::Corrupt)?;
                visited += 1;
                let flow = visit(detail);
                Ok(break_if(flow.is_break() || limit == Some(visited)))
            };
            if let Some(direction) = Direction::of(sort) {
                snapshot.scan(&filter, ALL_TIME, direction, &mut |entry| take(entry.key))?;
                return Ok(visited);
            }
            let page = snapshot.tuning.collected_keys;
            let mut last: Option<RowPlace<'_>> = None;
            loop {
                let places = snapshot.places_after(&filter, sort, last.as_ref(), page)?;
                for place in &places {
                    if take(place.key.0)?.is_break() {
                        return Ok(visited);
                    }
                }
                if places.len() < page {
                    return Ok(visited);
                }
                last = places.last().cloned();
            }
        })
    }
}
