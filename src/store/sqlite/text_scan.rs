//! Visiting the purges that tests of targets select: chunk by chunk, those that the trigram index
//! names or all.

use std::ops::ControlFlow;

use super::chunk::Chunk;
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
        let query = TrigramQuery::of(wanted.map(|test| test.patterns.as_slice()));
        let candidates = query.map(|query| self.candidates(&query, rest, direction)).transpose()?;
        match candidates {
            Some(candidates) if !candidates.are_many => scan.those(&candidates.starts, rest),
            candidates => scan.rest(rest, candidates.map(|them| them.starts).as_deref()),
        }
    }
}

/// A scan under way.
struct TextScan<'s, 'v> {
    snapshot: Snapshot<'s>,
    filter: &'s CompiledFilter,
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
            let chunk = Chunk::decode(row.get_ref(1)?.as_blob()?)?;
            if self.chunk(&chunk, range)?.is_break() {
                break;
            }
        }
        Ok(None)
    }

    /// Scans all chunks of a range, of `among` only those, with a thread to help.
    fn rest(&mut self, range: MicrosRange, among: Option<&[i64]>) -> Result<(), StoreFailure> {
        let mut search = self.search.clone();
        with_thread(&mut search, |queue| self.rest_with(queue, range, among))
    }

    fn rest_with(
        &mut self,
        queue: &mut SearchQueue<'_>,
        range: MicrosRange,
        among: Option<&[i64]>,
    ) -> Result<(), StoreFailure> {
        let mut find = self.snapshot.connection.prepare_cached(&self.select())?;
        let mut rows = find.query(range)?;
        let mut among = among.map(|starts| starts.iter().peekable());
        loop {
            let row = rows.next()?;
            let is_last = row.is_none();
            if let Some(row) = row {
                let start: i64 = row.get(0)?;
                if among.as_mut().is_some_and(|starts| starts.next_if_eq(&&start).is_none()) {
                    continue;
                }
                queue.push(row.get_ref(1)?.as_blob()?)?;
            }
            while let Some((chunk, hits)) = queue.next(is_last)? {
                if self.visit_hits(&chunk, &hits, range)?.is_break() {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Returns the statement that reads the chunks of a range.
    fn select(&self) -> String {
        format!(
            "SELECT start, body FROM chunk
             WHERE start >= ifnull((SELECT max(start) FROM chunk WHERE start <= ?1), ?1)
               AND start < ?2
             ORDER BY start {}",
            self.direction.sql()
        )
    }

    /// Scans these chunks, as far as their keys are in a range.
    fn those(&mut self, starts: &[i64], range: MicrosRange) -> Result<(), StoreFailure> {
        let mut find =
            self.snapshot.connection.prepare_cached("SELECT body FROM chunk WHERE start = ?1")?;
        for start in starts {
            let mut rows = find.query([start])?;
            let row = rows.next()?.ok_or(StoreFailure::Corrupt)?;
            let chunk = Chunk::decode(row.get_ref(0)?.as_blob()?)?;
            if self.chunk(&chunk, range)?.is_break() {
                break;
            }
        }
        Ok(())
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
            let end = row.get::<_, Option<i64>>(1)?.unwrap_or(i64::MAX);
            let here = keys_within(rest, (start, end), self.direction).len().max(1);
            rest = rest.get(here..).unwrap_or_default();
            let chunk = Chunk::decode(row.get_ref(2)?.as_blob()?)?;
            if self.chunk(&chunk, (start, end))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Searches a chunk and visits the selected purges.
    fn chunk(
        &mut self,
        chunk: &Chunk<'_>,
        range: MicrosRange,
    ) -> Result<ControlFlow<()>, StoreFailure> {
        let hits = self.search.search(chunk)?;
        self.visit_hits(chunk, &hits, range)
    }

    fn visit_hits(
        &mut self,
        chunk: &Chunk<'_>,
        hits: &Hits,
        range: MicrosRange,
    ) -> Result<ControlFlow<()>, StoreFailure> {
        let positions = chunk.positions(range);
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
