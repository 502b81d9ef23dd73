//! Visiting the purges that a filter selects, in the order of time.
//!
//! The access path is chosen here and not by the database: by known keys, by segments or, for a
//! text, by chunks (`text_scan.rs`): those of the keys that the columns leave, if these are few.

use std::ops::ControlFlow;

use rusqlite::Row;

use super::compiled_filter::CompiledFilter;
use super::segment::SegmentEntry;
use super::snapshot::{ENTRY_COLUMNS, Snapshot, segment_entry};
use super::times::{Direction, MicrosRange};
use crate::store::failure::StoreFailure;

/// Called with each selected purge; may stop the scan.
pub(super) type Visit<'v> = dyn FnMut(SegmentEntry) -> Result<ControlFlow<()>, StoreFailure> + 'v;

impl Snapshot<'_> {
    /// Visits every purge that the filter selects and whose key is in the half-open range.
    pub(super) fn scan(
        &self,
        filter: &CompiledFilter,
        keys: MicrosRange,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let parts = filter.parts(self.dictionary);
        if parts.is_empty() {
            self.scan_whole(filter, keys, direction, visit)
        } else {
            self.scan_parts(&parts, keys, direction, visit)
        }
    }

    /// Scans by the one access path that fits the filter best.
    pub(super) fn scan_whole(
        &self,
        filter: &CompiledFilter,
        keys: MicrosRange,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        if filter.matches_nothing() {
            return Ok(());
        }
        let range = self.key_bounds(filter, keys)?;
        if let Some(only) = &filter.only_keys {
            let keys = only.iter().copied().filter(|key| (range.0..range.1).contains(key));
            let mut keys: Vec<i64> = keys.collect();
            if direction == Direction::Descending {
                keys.reverse();
            }
            return if filter.target_tests.is_empty() {
                self.scan_keys(filter, &keys, visit)
            } else {
                self.scan_text(filter, range, direction, Some(&keys), visit)
            };
        }
        if filter.target_tests.is_empty() {
            return self.scan_segments(filter, range, direction, visit);
        }
        if !filter.restricts_columns() {
            return self.scan_text(filter, range, direction, None, visit);
        }
        let most = self.tuning.direct_reads;
        let mut keys = Vec::new();
        self.scan_segments(filter, range, direction, &mut |entry| {
            keys.push(entry.key);
            Ok(break_if(keys.len() > most))
        })?;
        let keys = (keys.len() <= most).then_some(keys.as_slice());
        self.scan_text(filter, range, direction, keys, visit)
    }

    /// Visits what any of the filters selects, in order: a page of each at a time, up to where the
    /// first page that is full ends.
    fn scan_parts(
        &self,
        parts: &[CompiledFilter],
        mut keys: MicrosRange,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let mut page = self.tuning.first_page;
        loop {
            let mut entries: Vec<SegmentEntry> = Vec::new();
            let mut end: Option<i64> = None;
            for part in parts {
                let first = entries.len();
                self.scan_whole(part, keys, direction, &mut |entry| {
                    entries.push(entry);
                    Ok(break_if(entries.len() - first == page))
                })?;
                if entries.len() - first == page
                    && let Some(last) = entries.last()
                {
                    end = Some(end.map_or(last.key, |end| match direction {
                        Direction::Ascending => end.min(last.key),
                        Direction::Descending => end.max(last.key),
                    }));
                }
            }
            entries.sort_unstable_by_key(|entry| entry.key);
            if direction == Direction::Descending {
                entries.reverse();
            }
            match (direction, end) {
                (_, None) => {}
                (Direction::Ascending, Some(end)) => keys.0 = end.saturating_add(1),
                (Direction::Descending, Some(end)) => keys.1 = end,
            }
            for entry in entries {
                let is_beyond = end.is_some_and(|end| match direction {
                    Direction::Ascending => entry.key > end,
                    Direction::Descending => entry.key < end,
                });
                if is_beyond {
                    break;
                }
                if visit(entry)?.is_break() {
                    return Ok(());
                }
            }
            if end.is_none() {
                return Ok(());
            }
            page = (page * 4).min(self.tuning.max_page);
        }
    }

    fn scan_keys(
        &self,
        filter: &CompiledFilter,
        keys: &[i64],
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let mut find = self
            .connection
            .prepare_cached(&format!("SELECT {ENTRY_COLUMNS} FROM purge WHERE key = ?1"))?;
        for key in keys {
            let mut found = find.query([key])?;
            if let Some(row) = found.next()?
                && let Some(entry) = selected_entry(filter, row)?
                && visit(entry)?.is_break()
            {
                break;
            }
        }
        Ok(())
    }

    fn scan_segments(
        &self,
        filter: &CompiledFilter,
        range: MicrosRange,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let mut matching = Vec::new();
        self.visit_segments(filter, range, direction, |segment, positions| {
            matching.clear();
            matching.extend(segment.groups.iter().map(|columns| filter.matches_columns(columns)));
            if !matching.contains(&true) {
                return Ok(ControlFlow::Continue(()));
            }
            let mut take = |position: usize| {
                if matching.get(segment.group_at(position)) == Some(&true)
                    && let Some(entry) = segment.entry_at(position)
                    && filter.includes_time(entry.created())
                    && !filter.excludes_key(entry.key)
                {
                    return visit(entry);
                }
                Ok(ControlFlow::Continue(()))
            };
            match direction {
                Direction::Ascending => try_each(positions, &mut take),
                Direction::Descending => try_each(positions.rev(), &mut take),
            }
        })
    }
}

/// Returns the purge of a row with [`ENTRY_COLUMNS`] if the columns select it.
fn selected_entry(
    filter: &CompiledFilter,
    row: &Row<'_>,
) -> Result<Option<SegmentEntry>, StoreFailure> {
    let entry = segment_entry(row)?;
    let is_selected = filter.matches_columns(&entry.columns)
        && filter.includes_time(entry.created())
        && !filter.excludes_key(entry.key);
    Ok(is_selected.then_some(entry))
}

pub(super) fn break_if(is_enough: bool) -> ControlFlow<()> {
    if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Returns those of the keys, sorted in the scan's direction, that are in a half-open range.
pub(super) fn keys_within(keys: &[i64], range: MicrosRange, direction: Direction) -> &[i64] {
    let position = |bound: i64| match direction {
        Direction::Ascending => keys.partition_point(|key| *key < bound),
        Direction::Descending => keys.partition_point(|key| *key >= bound),
    };
    let (one, other) = (position(range.0), position(range.1));
    keys.get(one.min(other)..one.max(other)).unwrap_or_default()
}

fn try_each(
    positions: impl Iterator<Item = usize>,
    take: &mut impl FnMut(usize) -> Result<ControlFlow<()>, StoreFailure>,
) -> Result<ControlFlow<()>, StoreFailure> {
    for position in positions {
        if take(position)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}
