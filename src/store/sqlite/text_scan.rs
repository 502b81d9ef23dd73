//! Visiting the purges that tests of targets select: chunk by chunk, those that the trigram index
//! names or all.

use std::ops::{ControlFlow, Range};

use rusqlite::Row;

use super::chunk::Chunk;
use super::chunk_index::Candidates;
use super::compiled_filter::CompiledFilter;
use super::scan::{Visit, keys_within};
use super::search_thread::{SearchQueue, with_thread};
use super::segments::SegmentCursor;
use super::snapshot::Snapshot;
use super::text_search::{Hits, TextSearch};
use super::times::{Direction, MicrosRange};
use super::trigram_index::TrigramQuery;
use crate::store::failure::StoreFailure;

impl Snapshot<'_> {
    /// Visits the selected purges of a half-open range of keys; `only` are the only keys that may
    /// be selected, in the scan's direction.
    pub(super) fn scan_text(
        &self,
        filter: &CompiledFilter,
        range: MicrosRange,
        direction: Direction,
        only: Option<&[i64]>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        if range.0 >= range.1 {
            return Ok(());
        }
        let mut scan = TextScan {
            snapshot: *self,
            filter,
            range,
            search: TextSearch::new(&filter.target_tests),
            segments: SegmentCursor::default(),
            direction,
            only,
            visit,
        };
        if let Some(only) = only {
            return scan.only_in(only);
        }
        // Common texts are met at once: then neither index nor thread is needed.
        let Some(rest) = scan.first(range, self.tuning.chunks_before_index)? else {
            return Ok(());
        };
        let wanted = filter.target_tests.iter().filter(|test| test.is_indexed());
        match TrigramQuery::of(wanted.map(|test| test.patterns.as_slice())) {
            Some(query) => scan.candidates(Candidates::new(*self, query, rest, direction)?),
            None => scan.with_thread(|scan, queue| scan.rest(queue, rest.0..rest.1)),
        }
    }
}

/// A scan under way.
struct TextScan<'s, 'v> {
    snapshot: Snapshot<'s>,
    filter: &'s CompiledFilter,
    /// The keys that are asked for.
    range: MicrosRange,
    search: TextSearch,
    segments: SegmentCursor,
    direction: Direction,
    only: Option<&'s [i64]>,
    visit: &'s mut Visit<'v>,
}

impl TextScan<'_, '_> {
    /// Scans so many chunks of a range. Returns what is left of it; `None` at its end, or if the
    /// visitor stopped.
    fn first(
        &mut self,
        range: MicrosRange,
        most: usize,
    ) -> Result<Option<MicrosRange>, StoreFailure> {
        let mut find = self.snapshot.connection.prepare_cached(&self.select())?;
        let mut rows = find.query(range)?;
        let (mut rest, mut count) = (range, 0);
        while let Some(row) = rows.next()? {
            let start: i64 = row.get(0)?;
            if count == most {
                if self.direction == Direction::Ascending {
                    rest.0 = start.max(range.0);
                }
                return Ok(Some(rest));
            }
            count += 1;
            if self.direction == Direction::Descending {
                rest.1 = start;
            }
            if !self.may_select((start, end_of(row)?))? {
                continue;
            }
            let chunk = Chunk::decode(row.get_ref(2)?.as_blob()?)?;
            if self.chunk(&chunk)?.is_break() {
                break;
            }
        }
        Ok(None)
    }

    /// Scans the chunks that the index names: few of them as they come, many with a thread to help,
    /// and all that are left if it names nearly all.
    fn candidates(&mut self, mut candidates: Candidates<'_>) -> Result<(), StoreFailure> {
        while !candidates.are_many() {
            let Some(start) = candidates.next()? else {
                return Ok(());
            };
            let flow = self.read(start, |scan, body| scan.chunk(&Chunk::decode(body)?))?;
            if flow.is_some_and(|flow| flow.is_break()) {
                return Ok(());
            }
        }
        self.with_thread(|scan, queue| {
            while !candidates.are_broad() {
                let Some(start) = candidates.next()? else {
                    return scan.visit_searched(queue, true).map(drop);
                };
                scan.read(start, |_, body| queue.push(body))?;
                if scan.visit_searched(queue, false)?.is_break() {
                    return Ok(());
                }
            }
            scan.rest(queue, candidates.rest())
        })
    }

    /// Reads the chunk of a start, unless the columns select no purge of it.
    fn read<T>(
        &mut self,
        start: i64,
        read: impl FnOnce(&mut Self, &[u8]) -> Result<T, StoreFailure>,
    ) -> Result<Option<T>, StoreFailure> {
        let mut find = self.snapshot.connection.prepare_cached(&format!(
            "SELECT start, {}, body FROM chunk WHERE start = ?1",
            self.end()
        ))?;
        let mut rows = find.query([start])?;
        let row = rows.next()?.ok_or(StoreFailure::Corrupt)?;
        if !self.may_select((start, end_of(row)?))? {
            return Ok(None);
        }
        read(self, row.get_ref(2)?.as_blob()?).map(Some)
    }

    /// Scans all chunks of a range, with a thread to help.
    fn rest(
        &mut self,
        queue: &mut SearchQueue<'_>,
        starts: Range<i64>,
    ) -> Result<(), StoreFailure> {
        let mut find = self.snapshot.connection.prepare_cached(&self.select())?;
        let mut rows = find.query((starts.start, starts.end))?;
        while !starts.is_empty()
            && let Some(row) = rows.next()?
        {
            if self.may_select((row.get(0)?, end_of(row)?))? {
                queue.push(row.get_ref(2)?.as_blob()?)?;
            }
            if self.visit_searched(queue, false)?.is_break() {
                return Ok(());
            }
        }
        self.visit_searched(queue, true).map(drop)
    }

    fn with_thread(
        &mut self,
        work: impl FnOnce(&mut Self, &mut SearchQueue<'_>) -> Result<(), StoreFailure>,
    ) -> Result<(), StoreFailure> {
        let mut search = self.search.clone();
        with_thread(&mut search, |queue| work(self, queue))
    }

    /// Visits the chunks that were searched; at last, all that are under way.
    fn visit_searched(
        &mut self,
        queue: &mut SearchQueue<'_>,
        is_last: bool,
    ) -> Result<ControlFlow<()>, StoreFailure> {
        while let Some((chunk, hits)) = queue.next(is_last)? {
            if self.visit_hits(&chunk, &hits)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            queue.give_back(chunk);
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Returns whether columns and times select any purge of a range of keys.
    fn may_select(&mut self, keys: MicrosRange) -> Result<bool, StoreFailure> {
        if !self.filter.restricts_columns() {
            return Ok(true);
        }
        let keys = (keys.0.max(self.range.0), keys.1.min(self.range.1));
        self.segments.selects_any(&self.snapshot, self.filter, keys, self.direction)
    }

    /// Returns the statement that reads the chunks of a range.
    fn select(&self) -> String {
        format!(
            "SELECT start, {}, body FROM chunk
             WHERE start >= ifnull((SELECT max(start) FROM chunk WHERE start <= ?1), ?1)
               AND start < ?2
             ORDER BY start {}",
            self.end(),
            self.direction.sql()
        )
    }

    /// Returns the term for the end of a chunk, as far as it is needed.
    fn end(&self) -> &'static str {
        if self.filter.restricts_columns() {
            "(SELECT min(start) FROM chunk next WHERE next.start > chunk.start)"
        } else {
            "NULL"
        }
    }

    /// Scans the chunks of these keys.
    fn only_in(&mut self, only: &[i64]) -> Result<(), StoreFailure> {
        let mut find = self.snapshot.connection.prepare_cached(
            "SELECT start, (SELECT min(start) FROM chunk next WHERE next.start > chunk.start), body
             FROM chunk WHERE start <= ?1 ORDER BY start DESC LIMIT 1",
        )?;
        let mut rest = only;
        while let Some(key) = rest.first() {
            let mut rows = find.query([key])?;
            let row = rows.next()?.ok_or(StoreFailure::Corrupt)?;
            let start: i64 = row.get(0)?;
            let here = keys_within(rest, (start, end_of(row)?), self.direction).len().max(1);
            rest = rest.get(here..).unwrap_or_default();
            let chunk = Chunk::decode(row.get_ref(2)?.as_blob()?)?;
            if self.chunk(&chunk)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Searches a chunk and visits the selected purges.
    fn chunk(&mut self, chunk: &Chunk<'_>) -> Result<ControlFlow<()>, StoreFailure> {
        let hits = self.search.search(chunk)?;
        self.visit_hits(chunk, &hits)
    }

    fn visit_hits(
        &mut self,
        chunk: &Chunk<'_>,
        hits: &Hits,
    ) -> Result<ControlFlow<()>, StoreFailure> {
        let positions = chunk.positions(self.range);
        match self.direction {
            Direction::Ascending => self.visit_each(chunk, hits, positions),
            Direction::Descending => self.visit_each(chunk, hits, positions.rev()),
        }
    }

    fn visit_each(
        &mut self,
        chunk: &Chunk<'_>,
        hits: &Hits,
        positions: impl Iterator<Item = usize>,
    ) -> Result<ControlFlow<()>, StoreFailure> {
        let tests = &self.filter.target_tests;
        for index in positions {
            // What passes by its cname is decided once the cname is known.
            let may_pass = (0..)
                .zip(tests)
                .all(|(test, of)| of.may_pass_by_cname() || hits.fits(test, index) != of.negated);
            let Some(key) = chunk.keys.get(index).copied().filter(|_| may_pass) else {
                continue;
            };
            let is_among = |only| !keys_within(only, (key, key + 1), self.direction).is_empty();
            if !self.only.is_none_or(is_among) {
                continue;
            }
            let entry = self.segments.entry(&self.snapshot, key)?;
            let passes = (0..).zip(tests).all(|(test, of)| {
                of.passes_by_cname(entry.columns.cname) || hits.fits(test, index) != of.negated
            });
            if passes
                && self.filter.matches_columns(&entry.columns)
                && self.filter.includes_time(entry.created())
                && !self.filter.excludes_key(key)
                && (self.visit)(entry)?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Returns the end of the chunk of a row, its second column.
fn end_of(row: &Row<'_>) -> Result<i64, StoreFailure> {
    Ok(row.get::<_, Option<i64>>(1)?.unwrap_or(i64::MAX))
}
