//! The trigram index in the file: made of chunks that are full, and asked for those that may hold a
//! text.
//!
//! A chunk names the block that it is in; one that was written since it was read for the index is
//! in none (0), and is always searched. So the index never leaves anything out, and no write waits
//! for it.

use std::collections::BinaryHeap;
use std::ops::Range;

use rusqlite::Connection;

use super::chunk::Chunk;
use super::snapshot::Snapshot;
use super::times::{Direction, MicrosRange};
use super::trigram_index::{MOST_CHUNKS, TrigramBlock, TrigramCollector, TrigramQuery};
use super::tuning::Tuning;
use crate::store::failure::StoreFailure;

/// Adds chunks to the index until too few are left for a block, or so many blocks were made. The
/// newest chunk, which is still growing, is left out. Returns true if more could be made.
pub(super) fn catch_up(
    connection: &Connection,
    tuning: &Tuning,
    most_blocks: usize,
) -> Result<bool, StoreFailure> {
    let length = tuning.block_length.clamp(1, MOST_CHUNKS);
    let mut collector = None;
    for made in 0..=most_blocks {
        let starts = connection
            .prepare_cached(
                "SELECT start FROM chunk WHERE block = 0
                   AND start < (SELECT max(start) FROM chunk)
                 ORDER BY start LIMIT ?1",
            )?
            .query_map([length as i64], |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        if starts.len() < length {
            break;
        }
        if made == most_blocks {
            return Ok(true);
        }
        add_block(connection, collector.get_or_insert_with(TrigramCollector::new), &starts)?;
    }
    if collector.is_some() {
        remove_unused(connection)?;
    }
    Ok(false)
}

/// Removes blocks of which all chunks were written since, or are gone.
pub(super) fn remove_unused(connection: &Connection) -> Result<(), StoreFailure> {
    connection
        .prepare_cached(
            "DELETE FROM trigram_block
             WHERE NOT EXISTS (SELECT 1 FROM chunk WHERE block = trigram_block.id)",
        )?
        .execute([])?;
    Ok(())
}

fn add_block(
    connection: &Connection,
    collector: &mut TrigramCollector,
    starts: &[i64],
) -> Result<(), StoreFailure> {
    collector.clear();
    let mut find = connection.prepare_cached(
        "SELECT (SELECT min(start) FROM chunk next WHERE next.start > chunk.start), body
         FROM chunk WHERE start = ?1",
    )?;
    for start in starts {
        let mut rows = find.query([start])?;
        let row = rows.next()?.ok_or(StoreFailure::Corrupt)?;
        let end: Option<i64> = row.get(0)?;
        let chunk = Chunk::decode(row.get_ref(1)?.as_blob()?)?;
        collector.add(&chunk, (*start, end.unwrap_or(i64::MAX)));
    }
    connection
        .prepare_cached("INSERT INTO trigram_block (body) VALUES (?1)")?
        .execute([collector.encode()])?;
    let id = connection.last_insert_rowid();
    let mut mark = connection.prepare_cached("UPDATE chunk SET block = ?2 WHERE start = ?1")?;
    for start in starts {
        mark.execute((start, id))?;
    }
    Ok(())
}

/// Checks that the index leaves nothing out of the chunks that are in it.
pub(super) fn check(connection: &Connection) -> Result<(), StoreFailure> {
    let mut blocks = connection.prepare("SELECT id, body FROM trigram_block")?;
    let mut chunks = connection.prepare("SELECT start, body FROM chunk WHERE block = ?1")?;
    let mut collector = TrigramCollector::new();
    let mut rows = blocks.query([])?;
    while let Some(row) = rows.next()? {
        let block = TrigramBlock::decode(row.get_ref(1)?.as_blob()?)?;
        let mut own = chunks.query([row.get::<_, i64>(0)?])?;
        while let Some(row) = own.next()? {
            let start: i64 = row.get(0)?;
            let is_here = |range: &MicrosRange| range.0 <= start && start < range.1;
            let place = block.chunks.iter().position(is_here).ok_or(StoreFailure::Corrupt)?;
            let chunk = Chunk::decode(row.get_ref(1)?.as_blob()?)?;
            collector.clear();
            collector.add(&chunk, (start, start));
            if !collector.trigrams().all(|trigram| block.has(trigram, place)) {
                return Err(StoreFailure::Corrupt);
            }
        }
    }
    let lost = "SELECT count(*) FROM chunk
         WHERE block <> 0 AND NOT EXISTS (SELECT 1 FROM trigram_block WHERE id = block)";
    let lost: i64 = connection.query_row(lost, [], |row| row.get(0))?;
    if lost == 0 { Ok(()) } else { Err(StoreFailure::Corrupt) }
}

/// Blocks to read before the index is found to name many chunks.
const BLOCKS_BEFORE_MANY: usize = 4;

/// The chunks that may hold what is looked for, in the order of a scan. A block of the index is
/// read when the scan comes to its first chunk.
pub(super) struct Candidates<'s> {
    snapshot: Snapshot<'s>,
    query: TrigramQuery,
    direction: Direction,
    /// The starts that are asked for.
    within: Range<i64>,
    /// The blocks that are not read yet, the next one last: the rank of its first chunk, its id.
    blocks: Vec<(i64, i64)>,
    /// Ranks of the candidates of the blocks that were read.
    found: BinaryHeap<i64>,
    read_blocks: usize,
    /// Number of chunks in the blocks that were read.
    seen: usize,
    /// Number of those that may hold what is looked for.
    named: usize,
}

impl<'s> Candidates<'s> {
    /// Asks for the chunks of a half-open range of keys.
    pub(super) fn new(
        snapshot: Snapshot<'s>,
        query: TrigramQuery,
        keys: MicrosRange,
        direction: Direction,
    ) -> Result<Self, StoreFailure> {
        let connection = snapshot.connection;
        let first: Option<i64> = connection
            .prepare_cached("SELECT max(start) FROM chunk WHERE start <= ?1")?
            .query_row([keys.0], |row| row.get(0))?;
        let mut candidates = Self {
            snapshot,
            query,
            direction,
            within: first.unwrap_or(keys.0)..keys.1,
            blocks: Vec::new(),
            found: BinaryHeap::new(),
            read_blocks: 0,
            seen: 0,
            named: 0,
        };
        let mut find = connection.prepare_cached(
            "SELECT block, min(start), max(start) FROM chunk WHERE block <> 0 GROUP BY block",
        )?;
        let mut rows = find.query([])?;
        while let Some(row) = rows.next()? {
            let (first, last): (i64, i64) = (row.get(1)?, row.get(2)?);
            if first < candidates.within.end && last >= candidates.within.start {
                let rank = match direction {
                    Direction::Ascending => rank(first, direction),
                    Direction::Descending => rank(last, direction),
                };
                candidates.blocks.push((rank, row.get(0)?));
            }
        }
        candidates.blocks.sort_unstable();
        candidates.take_those_of(0, |_| true)?;
        Ok(candidates)
    }

    /// Returns the start of the next candidate; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<i64>, StoreFailure> {
        while let Some((first, block)) = self.blocks.last().copied()
            && self.found.peek().is_none_or(|next| *next <= first)
        {
            self.blocks.pop();
            self.read(block)?;
        }
        Ok(self.found.pop().map(|next| rank(next, self.direction)))
    }

    /// Returns true once the index names a good part of all chunks.
    pub(super) fn are_many(&self) -> bool {
        self.read_blocks >= BLOCKS_BEFORE_MANY && self.named > self.seen / 4
    }

    /// Returns true once it is quicker to walk over all chunks than to read more of the index.
    pub(super) fn are_broad(&self) -> bool {
        self.are_many() && self.named > self.seen / 4 * 3
    }

    /// Returns the range of starts that is left for a walk over all chunks.
    pub(super) fn rest(&self) -> Range<i64> {
        let next = self.found.peek().max(self.blocks.last().map(|(first, _)| first));
        match (next.map(|next| rank(*next, self.direction)), self.direction) {
            (None, _) => self.within.end..self.within.end,
            (Some(next), Direction::Ascending) => next.max(self.within.start)..self.within.end,
            (Some(next), Direction::Descending) => {
                self.within.start..next.saturating_add(1).min(self.within.end)
            }
        }
    }

    fn read(&mut self, id: i64) -> Result<(), StoreFailure> {
        let connection = self.snapshot.connection;
        let mut find = connection.prepare_cached("SELECT body FROM trigram_block WHERE id = ?1")?;
        let mut rows = find.query([id])?;
        let row = rows.next()?.ok_or(StoreFailure::Corrupt)?;
        let block = TrigramBlock::decode(row.get_ref(0)?.as_blob()?)?;
        let mask = self.query.chunks(&block);
        // A chunk that was cut in two is two of the same range.
        let ranges = block.chunks.iter().enumerate().filter_map(|(index, range)| {
            (mask >> (index % MOST_CHUNKS) & 1 == 1).then_some(*range)
        });
        let ranges: Vec<MicrosRange> = ranges.collect();
        self.read_blocks += 1;
        self.seen += block.chunks.len();
        self.named += ranges.len();
        if ranges.is_empty() {
            return Ok(());
        }
        let mut ranges = ranges.into_iter().peekable();
        self.take_those_of(id, |start| {
            while ranges.next_if(|range| range.1 <= start).is_some() {}
            ranges.peek().is_some_and(|range| range.0 <= start)
        })
    }

    /// Takes those chunks of a block that are named, in the order of their starts.
    fn take_those_of(
        &mut self,
        block: i64,
        mut is_named: impl FnMut(i64) -> bool,
    ) -> Result<(), StoreFailure> {
        let mut find = self
            .snapshot
            .connection
            .prepare_cached("SELECT start FROM chunk WHERE block = ?1 ORDER BY start")?;
        let mut rows = find.query([block])?;
        while let Some(row) = rows.next()? {
            let start = row.get(0)?;
            if is_named(start) && self.within.contains(&start) {
                self.found.push(rank(start, self.direction));
            }
        }
        Ok(())
    }
}

/// Returns a number that is the greater the earlier a scan comes to a start; of a rank, the start.
fn rank(start: i64, direction: Direction) -> i64 {
    match direction {
        Direction::Ascending => !start,
        Direction::Descending => start,
    }
}
