//! The segments in the file: read in either direction, and updated by the writer.

use std::ops::{ControlFlow, Range};

use rusqlite::{Connection, OptionalExtension as _};

use super::compiled_filter::CompiledFilter;
use super::segment::{self, Change, Segment, SegmentEntry};
use super::snapshot::Snapshot;
use super::times::{Direction, MicrosRange};
use crate::store::failure::StoreFailure;

/// Start of the first segment: before all keys, so that every key belongs to a segment.
const FIRST_START: i64 = i64::MIN;

/// Name in `number` of the greatest key offset that any purge ever had.
const MAX_KEY_OFFSET: &str = "most_nudged";

impl Snapshot<'_> {
    /// Narrows a half-open range of keys to those that purges of the filter's times can have.
    pub(super) fn key_bounds(
        &self,
        filter: &CompiledFilter,
        keys: MicrosRange,
    ) -> Result<MicrosRange, StoreFailure> {
        let ranges = &filter.time_ranges;
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            return Ok((0, 0));
        };
        // A key may be later than its purge's time.
        let until = last.1.saturating_add(self.max_key_offset()?);
        Ok((keys.0.max(first.0), keys.1.min(until)))
    }

    /// Visits each segment that has keys in a half-open range and times that the filter includes,
    /// with the positions of those keys.
    pub(super) fn visit_segments(
        &self,
        filter: &CompiledFilter,
        keys: MicrosRange,
        direction: Direction,
        mut visit: impl FnMut(&Segment, Range<usize>) -> Result<ControlFlow<()>, StoreFailure>,
    ) -> Result<(), StoreFailure> {
        if keys.0 >= keys.1 {
            return Ok(());
        }
        let max_key_offset = self.max_key_offset()?;
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT start, (SELECT min(start) FROM strip next WHERE next.start > strip.start), body
             FROM strip
             WHERE start >= ifnull((SELECT max(start) FROM strip WHERE start <= ?1), ?1)
               AND start < ?2
             ORDER BY start {}",
            direction.sql()
        ))?;
        let mut rows = find.query(keys)?;
        while let Some(row) = rows.next()? {
            let start: i64 = row.get(0)?;
            let end: Option<i64> = row.get(1)?;
            let times = (start.saturating_sub(max_key_offset), end.unwrap_or(i64::MAX));
            if !filter.overlaps(times) {
                continue;
            }
            let segment = Segment::decode(row.get_ref(2)?.as_blob()?)?;
            let positions = segment.positions(keys);
            if visit(&segment, positions)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Returns the greatest distance of any key from its purge's time, in microseconds.
    pub(super) fn max_key_offset(&self) -> Result<i64, StoreFailure> {
        let mut find =
            self.connection.prepare_cached("SELECT value FROM number WHERE name = ?1")?;
        let found = find.query_row([MAX_KEY_OFFSET], |row| row.get(0)).optional()?;
        Ok(found.unwrap_or(0))
    }

    /// Returns the number of purges in the store.
    pub(super) fn purge_count(&self) -> Result<u64, StoreFailure> {
        let mut sum = self.connection.prepare_cached("SELECT ifnull(sum(count), 0) FROM strip")?;
        Ok(sum.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }
}

/// Positions to look at around the last one before a key is searched for.
const NEAR_POSITIONS: usize = 2;

/// The two segments that were read last, to find the columns of purges one after the other, also
/// while others are looked at a little ahead.
#[derive(Default)]
pub(super) struct SegmentCursor {
    here: KeptSegment,
    before: KeptSegment,
}

#[derive(Default)]
struct KeptSegment {
    /// The range of keys that it is of.
    keys: MicrosRange,
    segment: Segment,
    /// The position that was found last.
    position: usize,
    /// For each group of the segment, whether the columns of a filter select it; empty until that
    /// was asked.
    selected: Vec<bool>,
}

impl SegmentCursor {
    /// Returns the entry of a purge; a purge without one is damage.
    pub(super) fn entry(
        &mut self,
        snapshot: &Snapshot<'_>,
        key: i64,
    ) -> Result<SegmentEntry, StoreFailure> {
        let KeptSegment { segment, position: last, .. } = self.at(snapshot, key)?;
        let near = last.saturating_sub(NEAR_POSITIONS)..=*last + NEAR_POSITIONS;
        let is_here = |position: &usize| segment.keys.get(*position) == Some(&key);
        *last = match near.into_iter().find(is_here) {
            Some(position) => position,
            None => segment.keys.binary_search(&key).map_err(|_| StoreFailure::Corrupt)?,
        };
        segment.entry_at(*last).ok_or(StoreFailure::Corrupt)
    }

    /// Returns whether columns and time select any purge of a half-open range of keys. The filter
    /// is always the same one.
    pub(super) fn selects_any(
        &mut self,
        snapshot: &Snapshot<'_>,
        filter: &CompiledFilter,
        keys: MicrosRange,
        direction: Direction,
    ) -> Result<bool, StoreFailure> {
        let mut rest = keys;
        while rest.0 < rest.1 {
            // In the direction of the scan, so that a segment is read once.
            let key = match direction {
                Direction::Ascending => rest.0,
                Direction::Descending => rest.1 - 1,
            };
            let KeptSegment { keys: held, segment, selected, .. } = self.at(snapshot, key)?;
            if selected.is_empty() {
                let groups = segment.groups.iter();
                selected.extend(groups.map(|columns| filter.matches_columns(columns)));
            }
            let is_selected = |position: usize| {
                selected.get(segment.group_at(position)) == Some(&true)
                    && segment.entry_at(position).is_some_and(|entry| {
                        filter.includes_time(entry.created()) && !filter.excludes_key(entry.key)
                    })
            };
            if selected.contains(&true) && segment.positions(rest).any(is_selected) {
                return Ok(true);
            }
            match direction {
                Direction::Ascending => rest.0 = held.1,
                Direction::Descending => rest.1 = held.0,
            }
        }
        Ok(false)
    }

    /// Returns the segment that a key belongs to.
    fn at(&mut self, snapshot: &Snapshot<'_>, key: i64) -> Result<&mut KeptSegment, StoreFailure> {
        let holds = |kept: &KeptSegment| (kept.keys.0..kept.keys.1).contains(&key);
        if !holds(&self.here) {
            std::mem::swap(&mut self.here, &mut self.before);
        }
        if !holds(&self.here) {
            let found = find(snapshot.connection, key)?;
            let (start, end, segment) = found.ok_or(StoreFailure::Corrupt)?;
            let keys = (start, end.unwrap_or(i64::MAX));
            self.here = KeptSegment { keys, segment, ..KeptSegment::default() };
        }
        Ok(&mut self.here)
    }
}

/// Reads the segment that a key belongs to, with its start and the next one's.
fn find(
    connection: &Connection,
    key: i64,
) -> Result<Option<(i64, Option<i64>, Segment)>, StoreFailure> {
    let found = connection
        .prepare_cached(
            "SELECT start, (SELECT min(start) FROM strip next WHERE next.start > strip.start),
                    body
             FROM strip WHERE start <= ?1 ORDER BY start DESC LIMIT 1",
        )?
        .query_row([key], |row| {
            let body = row.get_ref(2)?.as_blob()?;
            Ok((row.get(0)?, row.get(1)?, Segment::decode(body)))
        })
        .optional()?;
    found.map(|(start, end, segment)| Ok((start, end, segment?))).transpose()
}

/// Writes changes, sorted by key, into the segments that their keys belong to.
pub(super) fn update(
    connection: &Connection,
    longest: usize,
    changes: &[Change],
) -> Result<(), StoreFailure> {
    let offsets = changes.iter().filter_map(|change| change.1).map(|entry| entry.key_offset);
    if let Some(offset) = offsets.max().filter(|offset| *offset > 0) {
        connection
            .prepare_cached(
                "INSERT INTO number (name, value) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET value = excluded.value WHERE excluded.value > value",
            )?
            .execute((MAX_KEY_OFFSET, offset))?;
    }
    let mut rest = changes;
    while let Some((key, _)) = rest.first() {
        let (start, end, old) =
            find(connection, *key)?.unwrap_or((FIRST_START, None, Segment::default()));
        let count =
            end.map_or(rest.len(), |end: i64| rest.partition_point(|change| change.0 < end));
        let (here, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        rest = after;
        replace(connection, longest, start, &segment::apply(old.entries(), here))?;
    }
    Ok(())
}

fn replace(
    connection: &Connection,
    longest: usize,
    start: i64,
    entries: &[SegmentEntry],
) -> Result<(), StoreFailure> {
    let mut write =
        connection.prepare_cached("REPLACE INTO strip (start, count, body) VALUES (?1, ?2, ?3)")?;
    if entries.is_empty() && start != FIRST_START {
        connection.prepare_cached("DELETE FROM strip WHERE start = ?1")?.execute([start])?;
        return Ok(());
    }
    if entries.is_empty() {
        write.execute((start, 0, Segment::default().encode()))?;
    }
    for (index, chunk) in segment::split(entries, longest).enumerate() {
        let start = match chunk.first() {
            Some(entry) if index > 0 => entry.key,
            Some(_) | None => start,
        };
        write.execute((start, chunk.len() as i64, Segment::of(chunk).encode()))?;
    }
    Ok(())
}
