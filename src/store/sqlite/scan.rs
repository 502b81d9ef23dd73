//! Visiting the purges that a filter selects, in the order of time.
//!
//! The access path is chosen here and not by the database: by known keys, by segments, or, for a
//! text, by the blocks that the trigram index names. In a block either all purges are read or, if
//! the columns leave fewer, only those.

use std::ops::ControlFlow;

use rusqlite::Row;

use super::compiled_filter::CompiledFilter;
use super::segment::SegmentEntry;
use super::snapshot::{ENTRY_COLUMNS, Snapshot, segment_entry};
use super::targets;
use super::times::{Direction, MicrosRange};
use super::trigram_index::{self, BlockQuery};
use crate::domain::filter::Pattern;
use crate::store::failure::StoreFailure;

/// Most neighboring blocks to read at once. The first run is short, so that the first rows come
/// soon; each run may be twice as long as the one before.
const MAX_RUN: i64 = 1024;
const FIRST_RUN: i64 = 2;

/// Called with each selected purge; may stop the scan.
pub(super) type Visit<'v> = dyn FnMut(SegmentEntry) -> Result<ControlFlow<()>, StoreFailure> + 'v;

/// The end of a scan of rows.
enum RowScan {
    /// All rows were read, or the visitor stopped.
    Done,
    /// The most rows allowed were read; the key of the last one.
    LimitReached(i64),
}

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
            return match direction {
                Direction::Ascending => self.scan_keys(filter, keys, visit),
                Direction::Descending => self.scan_keys(filter, keys.rev(), visit),
            };
        }
        if filter.target_tests.is_empty() {
            return self.scan_segments(filter, range, direction, visit);
        }
        if !filter.restricts_columns() {
            return self.scan_targets(filter, range, direction, None, visit);
        }
        let most = self.tuning.collected_keys;
        let mut keys = Vec::new();
        self.scan_segments(filter, range, direction, &mut |entry| {
            keys.push(entry.key);
            Ok(break_if(keys.len() > most))
        })?;
        if keys.len() <= self.tuning.direct_reads {
            return self.scan_keys(filter, keys.into_iter(), visit);
        }
        let keys = (keys.len() <= most).then_some(keys.as_slice());
        self.scan_targets(filter, range, direction, keys, visit)
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
        keys: impl Iterator<Item = i64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let mut find = self
            .connection
            .prepare_cached(&format!("SELECT {ENTRY_COLUMNS} FROM purge WHERE key = ?1"))?;
        for key in keys {
            let mut found = find.query([key])?;
            if let Some(row) = found.next()?
                && let Some(entry) = self.selected_entry(filter, row)?
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

    /// Scans for targets; `keys` are the only ones that the columns leave, in the scan's direction.
    fn scan_targets(
        &self,
        filter: &CompiledFilter,
        range: MicrosRange,
        direction: Direction,
        keys: Option<&[i64]>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let wanted = filter.target_tests.iter().filter(|test| test.is_indexed());
        let wanted = wanted.map(|test| test.patterns.as_slice());
        let Some(query) = trigram_index::block_query(wanted) else {
            return match keys {
                Some(keys) => self.scan_keys(filter, keys.iter().copied(), visit),
                None => self.scan_rows(filter, range, direction, usize::MAX, visit).map(|_| ()),
            };
        };
        let mut rest = range;
        if query.is_broad {
            let limit = self.tuning.rows_before_broad_query;
            match self.scan_rows(filter, range, direction, limit, visit)? {
                RowScan::Done => return Ok(()),
                RowScan::LimitReached(key) => match direction {
                    Direction::Ascending => rest.0 = key.saturating_add(1),
                    Direction::Descending => rest.1 = key,
                },
            }
        }
        self.scan_blocks(filter, &query, rest, direction, keys, visit)
    }

    fn scan_blocks(
        &self,
        filter: &CompiledFilter,
        query: &BlockQuery,
        range: MicrosRange,
        direction: Direction,
        keys: Option<&[i64]>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        if range.0 >= range.1 {
            return Ok(());
        }
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT rowid FROM gram WHERE gram MATCH ?1 AND rowid >= ?2 AND rowid <= ?3
             ORDER BY rowid {}",
            direction.sql()
        ))?;
        let first = trigram_index::block_of(range.0);
        let last = trigram_index::block_of(range.1.saturating_sub(1));
        let mut blocks = find.query((&query.expression, first, last))?;
        // Blocks that are close to each other are read in one run.
        let mut run: Option<(i64, i64)> = None;
        let mut max_run = FIRST_RUN;
        loop {
            let block: Option<i64> = blocks.next()?.map(|row| row.get(0)).transpose()?;
            if let (Some(block), Some((low, high))) = (block, &mut run)
                && (*low - 2..=*high + 2).contains(&block)
                && *high - *low < max_run
            {
                (*low, *high) = (block.min(*low), block.max(*high));
                continue;
            }
            if let Some((low, high)) = run {
                let (from, until) = trigram_index::block_keys(low, high);
                let part = (from.max(range.0), until.min(range.1));
                let mut stopped = false;
                let mut watched = |entry| {
                    let flow = visit(entry)?;
                    stopped = flow.is_break();
                    Ok(flow)
                };
                match keys {
                    Some(keys) => {
                        let here = keys_within(keys, part, direction).iter().copied();
                        self.scan_keys(filter, here, &mut watched)?;
                    }
                    None => {
                        self.scan_rows(filter, part, direction, usize::MAX, &mut watched)?;
                    }
                }
                if stopped {
                    return Ok(());
                }
                max_run = (max_run * 2).min(MAX_RUN);
            }
            match block {
                Some(block) => run = Some((block, block)),
                None => return Ok(()),
            }
        }
    }

    /// Reads rows one after the other, at most `limit`.
    fn scan_rows(
        &self,
        filter: &CompiledFilter,
        range: MicrosRange,
        direction: Direction,
        limit: usize,
        visit: &mut Visit<'_>,
    ) -> Result<RowScan, StoreFailure> {
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS} FROM purge WHERE key >= ?1 AND key < ?2 ORDER BY key {}",
            direction.sql()
        ))?;
        let mut rows = find.query(range)?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            if let Some(entry) = self.selected_entry(filter, row)?
                && visit(entry)?.is_break()
            {
                break;
            }
            count += 1;
            if count == limit {
                return Ok(RowScan::LimitReached(row.get(0)?));
            }
        }
        Ok(RowScan::Done)
    }

    /// Returns the purge of a row with [`ENTRY_COLUMNS`] if the filter selects it.
    fn selected_entry(
        &self,
        filter: &CompiledFilter,
        row: &Row<'_>,
    ) -> Result<Option<SegmentEntry>, StoreFailure> {
        let entry = segment_entry(row)?;
        if !filter.matches_columns(&entry.columns)
            || !filter.includes_time(entry.created())
            || filter.excludes_key(entry.key)
        {
            return Ok(None);
        }
        if !filter.target_tests.is_empty() {
            let count: u32 = row.get(8)?;
            let first = row.get_ref(9)?.as_str()?;
            for test in &filter.target_tests {
                if !test.passes_by_cname(entry.columns.cname)
                    && self.any_target_fits(&test.patterns, entry.key, count, first)?
                        == test.negated
                {
                    return Ok(None);
                }
            }
        }
        Ok(Some(entry))
    }

    fn any_target_fits(
        &self,
        patterns: &[Pattern],
        key: i64,
        count: u32,
        first: &str,
    ) -> Result<bool, StoreFailure> {
        let fits = |text: &str| patterns.iter().any(|pattern| pattern.matches_target(text));
        if count > 0 && fits(first) {
            return Ok(true);
        }
        if count < 2 {
            return Ok(false);
        }
        let mut find = self.connection.prepare_cached("SELECT text FROM tail WHERE key = ?1")?;
        let mut rows = find.query([key])?;
        let rest = rows.next()?.ok_or(StoreFailure::Corrupt)?.get_ref(0)?.as_str()?;
        // A part of a line is a part of the text, so most texts need not be split into lines.
        let is_plain = patterns.iter().all(|pattern| match pattern {
            Pattern::Contains(part) => !part.contains(['\n', '\\']),
            Pattern::Is(_) | Pattern::Glob(_) => false,
        });
        Ok(if is_plain && !rest.contains('\\') {
            fits(rest)
        } else {
            targets::split_rest(rest).any(|line| fits(&line))
        })
    }
}

pub(super) fn break_if(is_enough: bool) -> ControlFlow<()> {
    if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Returns those of the keys, sorted in the scan's direction, that are in a half-open range.
fn keys_within(keys: &[i64], range: MicrosRange, direction: Direction) -> &[i64] {
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
