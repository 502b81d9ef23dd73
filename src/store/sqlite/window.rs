//! Windows of history: the rows on the screen, and whether there are more on either side.

use super::compiled_filter::CompiledFilter;
use super::scan::break_if;
use super::snapshot::Snapshot;
use super::times::{ALL_TIME, Direction, MicrosRange};
use crate::domain::ids::PurgeKey;
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Anchor, KeysQuery, Window, WindowQuery};
use crate::store::failure::StoreFailure;

const NO_KEYS: MicrosRange = (0, 0);

impl Snapshot<'_> {
    pub(super) fn window(&self, query: &WindowQuery) -> Result<Window, StoreFailure> {
        let filter = CompiledFilter::compile(&query.predicate, self.connection, self.dictionary)?;
        let Some(onward) = Direction::of(query.sort) else {
            return self.sorted_window(&filter, query);
        };
        let back = onward.reversed();
        let limit = query.limit as usize;
        // The keys before the anchor with how many of them to take, the keys from there on, and the
        // most to take of both.
        let (before, lead, after, most) = match &query.anchor {
            Anchor::Start => (NO_KEYS, 0, ALL_TIME, limit),
            Anchor::End => (ALL_TIME, limit, NO_KEYS, limit),
            Anchor::After(row) => {
                let key = row.key.0;
                (from_key(key, back), 0, beyond_key(key, onward), limit)
            }
            Anchor::Before(row) => {
                let key = row.key.0;
                (beyond_key(key, back), limit, from_key(key, onward), 0)
            }
            Anchor::Around { row, before } => {
                let (key, lead) = (row.key.0, (*before as usize).min(limit));
                (beyond_key(key, back), lead, from_key(key, onward), limit)
            }
        };
        let (mut keys, more_before) = self.page(&filter, before, back, lead)?;
        keys.reverse();
        let room = most.saturating_sub(keys.len());
        let (rest, more_after) = self.page(&filter, after, onward, room)?;
        keys.extend(rest);
        Ok(Window { rows: self.rows(keys)?, more_before, more_after })
    }

    /// Reads the purges of these keys as rows.
    pub(super) fn rows(
        &self,
        keys: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<PurgeRow>, StoreFailure> {
        let rows = keys.into_iter().map(|key| self.row(key)?.ok_or(StoreFailure::Corrupt));
        rows.collect()
    }

    /// Returns the keys of the selected purges, newest first.
    pub(super) fn keys(&self, query: &KeysQuery) -> Result<Vec<PurgeKey>, StoreFailure> {
        let filter = CompiledFilter::compile(&query.predicate, self.connection, self.dictionary)?;
        let filter = match &query.among {
            Some(keys) => filter.among(keys.iter().map(|key| key.0).collect()),
            None => filter,
        };
        let (range, limit) = (ALL_TIME, query.limit as usize);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let keys = self.first_keys(&filter, range, Direction::Descending, limit)?;
        Ok(keys.into_iter().map(PurgeKey).collect())
    }

    /// Returns the first selected keys of a range, and whether there are more.
    fn page(
        &self,
        filter: &CompiledFilter,
        range: MicrosRange,
        direction: Direction,
        limit: usize,
    ) -> Result<(Vec<i64>, bool), StoreFailure> {
        if range == NO_KEYS {
            return Ok((Vec::new(), false));
        }
        let mut keys = self.first_keys(filter, range, direction, limit + 1)?;
        let more = keys.len() > limit;
        keys.truncate(limit);
        Ok((keys, more))
    }

    /// Returns the keys of the first purges that the filter selects.
    pub(super) fn first_keys(
        &self,
        filter: &CompiledFilter,
        range: MicrosRange,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<i64>, StoreFailure> {
        let mut keys = Vec::with_capacity(limit.min(1024));
        self.scan(filter, range, direction, &mut |entry| {
            keys.push(entry.key);
            Ok(break_if(keys.len() >= limit))
        })?;
        Ok(keys)
    }
}

/// Returns the range of the keys after this one.
fn beyond_key(key: i64, direction: Direction) -> MicrosRange {
    match direction {
        Direction::Ascending => (key.saturating_add(1), i64::MAX),
        Direction::Descending => (i64::MIN, key),
    }
}

/// Returns the range of this key and those after it.
fn from_key(key: i64, direction: Direction) -> MicrosRange {
    match direction {
        Direction::Ascending => (key, i64::MAX),
        Direction::Descending => (i64::MIN, key.saturating_add(1)),
    }
}
