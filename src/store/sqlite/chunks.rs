//! The chunks in the file: found by key, and updated by the writer.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension as _};

use super::chunk::Chunk;
use super::chunk_builder::ChunkBuilder;
use super::times::MicrosRange;
use super::tuning::Tuning;
use crate::domain::purge::Target;
use crate::store::failure::StoreFailure;

/// Start of the first chunk: before all keys, so that every key belongs to a chunk.
const FIRST_START: i64 = i64::MIN;

/// Chunks to keep unpacked: a page of rows reads one or two of them.
const MOST_KEPT: usize = 4;

/// Most tokens in a chunk of more than one purge.
const MOST_TOKENS: usize = 1 << 15;

/// The chunks that were read last in a snapshot, the newest last.
#[derive(Default)]
pub(super) struct ChunkCache(RefCell<Vec<KeptChunk>>);

struct KeptChunk {
    keys: MicrosRange,
    chunk: Rc<Chunk<'static>>,
}

impl ChunkCache {
    /// Returns the chunk that a key belongs to.
    pub(super) fn chunk_of(
        &self,
        connection: &Connection,
        key: i64,
    ) -> Result<Rc<Chunk<'static>>, StoreFailure> {
        let is_here = |kept: &KeptChunk| kept.keys.0 <= key && key < kept.keys.1;
        if let Some(kept) = self.0.borrow().iter().rev().find(|kept| is_here(kept)) {
            return Ok(Rc::clone(&kept.chunk));
        }
        let (keys, body) = find(connection, key)?.ok_or(StoreFailure::Corrupt)?;
        let chunk = Rc::new(Chunk::decode(body)?);
        let mut kept = self.0.borrow_mut();
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push(KeptChunk { keys, chunk: Rc::clone(&chunk) });
        Ok(chunk)
    }

    /// Forgets all chunks: they were written anew.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

/// Reads the chunk that a key belongs to, with the range of keys that it is of.
fn find(connection: &Connection, key: i64) -> Result<Option<(MicrosRange, Vec<u8>)>, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT start, (SELECT min(start) FROM chunk next WHERE next.start > chunk.start), body
         FROM chunk WHERE start <= ?1 ORDER BY start DESC LIMIT 1",
    )?;
    let found = find.query_row([key], |row| {
        let end: Option<i64> = row.get(1)?;
        Ok(((row.get(0)?, end.unwrap_or(i64::MAX)), row.get(2)?))
    });
    Ok(found.optional()?)
}

/// A change to the purge of a key: its new targets, or `None` to remove it.
pub(super) type TextChange<'p> = (i64, Option<Cow<'p, [Target]>>);

/// A purge that goes into a new chunk.
enum Source<'s> {
    Kept(usize),
    New(i64, &'s [Target]),
}

/// Writes changes, sorted by key, into the chunks that their keys belong to.
pub(super) fn update(
    connection: &Connection,
    tuning: &Tuning,
    changes: &[TextChange<'_>],
) -> Result<(), StoreFailure> {
    let mut rest = changes;
    while let Some((key, _)) = rest.first() {
        let found = find(connection, *key)?;
        let (keys, old) = match found {
            Some((keys, body)) => (keys, Some(Chunk::decode(body)?)),
            None => ((FIRST_START, i64::MAX), None),
        };
        let count = rest.partition_point(|change| change.0 < keys.1);
        let (here, after) = rest.split_at_checked(count.max(1)).unwrap_or((rest, &[]));
        rest = after;
        replace(connection, tuning, keys.0, old.as_ref(), here)?;
    }
    Ok(())
}

/// Writes one chunk with changes to it, as several if it became too long.
fn replace(
    connection: &Connection,
    tuning: &Tuning,
    start: i64,
    old: Option<&Chunk<'_>>,
    changes: &[TextChange<'_>],
) -> Result<(), StoreFailure> {
    let sources = merged(old, changes);
    if sources.is_empty() {
        return remove(connection, start);
    }
    let mut writer = ChunkWriter::new(connection, Some(start));
    let mut lengths = Lengths::of(&sources, tuning.chunk_length);
    for source in sources {
        if writer.builder.len() >= lengths.next || writer.builder.token_count() >= MOST_TOKENS {
            writer.write()?;
            lengths.next = lengths.others;
        }
        match (source, old) {
            (Source::New(key, targets), _) => writer.add(key, targets),
            (Source::Kept(index), Some(old)) => writer.builder.copy(old, index)?,
            (Source::Kept(_), None) => {}
        }
    }
    writer.write()
}

/// Removes a chunk. Where it is the first, the next one is the first from then on; the index says
/// nothing of that one's new range.
fn remove(connection: &Connection, start: i64) -> Result<(), StoreFailure> {
    connection.prepare_cached("DELETE FROM chunk WHERE start = ?1")?.execute([start])?;
    if start == FIRST_START {
        connection
            .prepare_cached(
                "UPDATE chunk SET start = ?1, block = 0
                 WHERE start = (SELECT min(start) FROM chunk)",
            )?
            .execute([FIRST_START])?;
    }
    Ok(())
}

/// Puts the purges of a chunk and the changes to it in the order of their keys.
fn merged<'s>(old: Option<&Chunk<'_>>, changes: &'s [TextChange<'_>]) -> Vec<Source<'s>> {
    let keys = old.map(|old| old.keys.as_slice()).unwrap_or_default();
    let mut kept = keys.iter().copied().enumerate().peekable();
    let mut sources = Vec::with_capacity(keys.len() + changes.len());
    for (key, targets) in changes {
        while let Some((index, _)) = kept.next_if(|(_, old)| old < key) {
            sources.push(Source::Kept(index));
        }
        kept.next_if(|(_, old)| old == key);
        sources.extend(targets.as_deref().map(|targets| Source::New(*key, targets)));
    }
    sources.extend(kept.map(|(index, _)| Source::Kept(index)));
    sources
}

/// Numbers of purges in the chunks that one is written as.
struct Lengths {
    /// In the first of them.
    next: usize,
    others: usize,
}

impl Lengths {
    /// History mostly grows at one end: chunks are filled from the other. In between they are cut
    /// evenly, so that purges find room in each.
    fn of(sources: &[Source<'_>], longest: usize) -> Self {
        let longest = longest.max(1);
        if sources.len() <= longest {
            return Self { next: longest, others: longest };
        }
        let is_new = |source: &Source<'_>| matches!(source, Source::New(..));
        let first_new = sources.iter().position(is_new).unwrap_or(0);
        let last_new = sources.iter().rposition(is_new).unwrap_or(0);
        if last_new + 1 == sources.len() && first_new > 0 || sources.iter().all(is_new) {
            return Self { next: longest, others: longest };
        }
        if first_new == 0 {
            let rest = sources.len() % longest;
            return Self { next: if rest == 0 { longest } else { rest }, others: longest };
        }
        let chunks = sources.len().div_ceil((longest / 4 * 3).max(1));
        let length = sources.len().div_ceil(chunks);
        Self { next: length, others: length }
    }
}

/// Writes chunks one after the other.
pub(super) struct ChunkWriter<'c, 't> {
    connection: &'c Connection,
    builder: ChunkBuilder<'t>,
    /// The start of the next chunk, if it is not its first key.
    start: Option<i64>,
}

impl<'c, 't> ChunkWriter<'c, 't> {
    /// Begins with a chunk of this start.
    pub(super) fn new(connection: &'c Connection, start: Option<i64>) -> Self {
        Self { connection, builder: ChunkBuilder::new(), start }
    }

    fn add(&mut self, key: i64, targets: &'t [Target]) {
        self.builder.add(key, targets.iter().map(|target| target.text.as_str()));
    }

    /// Writes the purges that were added as one chunk; an empty one only if it is the first.
    fn write(&mut self) -> Result<(), StoreFailure> {
        let start = self.start.take();
        let Some((first, body)) = self.builder.take() else {
            return Ok(());
        };
        let start = start.unwrap_or(first);
        self.connection
            .prepare_cached("REPLACE INTO chunk (start, block, body) VALUES (?1, 0, ?2)")?
            .execute((start, body))?;
        Ok(())
    }
}

/// Writes purges in ascending order into a store that has no chunks yet.
pub(super) fn write_new(
    connection: &Connection,
    tuning: &Tuning,
    purges: &[(i64, Vec<String>)],
    is_first: bool,
) -> Result<(), StoreFailure> {
    let mut writer = ChunkWriter::new(connection, is_first.then_some(FIRST_START));
    for (key, targets) in purges {
        let is_full = writer.builder.len() >= tuning.chunk_length;
        if is_full || writer.builder.token_count() >= MOST_TOKENS {
            writer.write()?;
        }
        writer.builder.add(*key, targets.iter().map(String::as_str));
    }
    writer.write()
}
