//! The trigram index in the file: made of chunks that are full, and asked for those that may hold a
//! text.
//!
//! A chunk names the block that it is in; one that was written since it was read for the index is
//! in none (0), and is always searched. So the index never leaves anything out, and no write waits
//! for it.

use rusqlite::{CachedStatement, Connection};

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
        // Of these all chunks were written since.
        connection
            .prepare_cached(
                "DELETE FROM trigram_block
                 WHERE NOT EXISTS (SELECT 1 FROM chunk WHERE block = trigram_block.id)",
            )?
            .execute([])?;
    }
    Ok(false)
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

/// The chunks that may hold what is looked for.
pub(super) struct Candidates {
    /// Their starts, in the order of the scan.
    pub(super) starts: Vec<i64>,
    /// Set if they are a good part of all: then it is quicker to walk over all.
    pub(super) are_many: bool,
}

impl Snapshot<'_> {
    /// Returns the chunks of a half-open range of keys that may hold what is looked for.
    pub(super) fn candidates(
        &self,
        query: &TrigramQuery,
        keys: MicrosRange,
        direction: Direction,
    ) -> Result<Candidates, StoreFailure> {
        let connection = self.connection;
        let first: Option<i64> = connection
            .prepare_cached("SELECT max(start) FROM chunk WHERE start <= ?1")?
            .query_row([keys.0], |row| row.get(0))?;
        let within = first.unwrap_or(keys.0)..keys.1;
        let mut chunks_of =
            connection.prepare_cached("SELECT start FROM chunk WHERE block = ?1 ORDER BY start")?;
        let mut starts = Vec::new();
        let mut seen = 0;
        let mut blocks =
            connection.prepare_cached("SELECT id, body FROM trigram_block ORDER BY id")?;
        let mut rows = blocks.query([])?;
        while let Some(row) = rows.next()? {
            let block = TrigramBlock::decode(row.get_ref(1)?.as_blob()?)?;
            seen += block.chunks.len();
            let mask = query.chunks(&block);
            if mask == 0 {
                continue;
            }
            // A chunk that was cut in two is two of the same range.
            let ranges = block.chunks.iter().enumerate().filter_map(|(index, range)| {
                (mask >> (index % MOST_CHUNKS) & 1 == 1).then_some(*range)
            });
            let mut ranges = ranges.peekable();
            each_start(&mut chunks_of, row.get(0)?, &mut |start| {
                while ranges.next_if(|range| range.1 <= start).is_some() {}
                if ranges.peek().is_some_and(|range| range.0 <= start) && within.contains(&start) {
                    starts.push(start);
                }
            })?;
        }
        each_start(&mut chunks_of, 0, &mut |start| {
            if within.contains(&start) {
                starts.push(start);
            }
        })?;
        starts.sort_unstable();
        if direction == Direction::Descending {
            starts.reverse();
        }
        let are_many = starts.len() > seen / 4;
        Ok(Candidates { starts, are_many })
    }
}

fn each_start(
    chunks_of: &mut CachedStatement<'_>,
    block: i64,
    visit: &mut dyn FnMut(i64),
) -> Result<(), StoreFailure> {
    let mut rows = chunks_of.query([block])?;
    while let Some(row) = rows.next()? {
        visit(row.get(0)?);
    }
    Ok(())
}
