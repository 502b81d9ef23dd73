//! A walk over the rows of a damaged table that goes on behind the damage.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use rusqlite::{Connection, Row};

use super::times::Direction;
use crate::store::failure::StoreFailure;

/// Most ranges of keys that are tried.
const MOST_RANGES: usize = 4096;

/// A table with an integer key, and the columns to read of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyedTable<'t> {
    pub(super) name: &'t str,
    pub(super) key: &'t str,
    /// The columns after the key, for SQL.
    pub(super) columns: &'t str,
    /// The keys that are looked for between damaged pages, ends included; others are read as far as
    /// they are met.
    pub(super) keys: (i64, i64),
}

/// Result of a walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Walked {
    /// Number of rows that were there but could not be read.
    pub(super) unreadable: u64,
    /// Set if a page was damaged: nobody knows how many rows it had.
    pub(super) met_damage: bool,
}

/// Visits the rows that can be read, each once, in no certain order; the key is the first column. A
/// row of which the visitor says that it is damaged is counted.
///
/// A range is read from its start up to the damage and from its end down to it. The middle of what
/// is left is tried again, as two ranges: there may be sound pages between two damaged ones.
pub(super) fn walk(
    connection: &Connection,
    table: KeyedTable<'_>,
    visit: &mut dyn FnMut(i64, &Row<'_>) -> Result<(), StoreFailure>,
) -> Result<Walked, StoreFailure> {
    let mut walked = Walked::default();
    let (first, last) = table.keys;
    let mut ranges = VecDeque::from([(first, last)]);
    // Where nothing is, a search would not end: the pages next to it may be damaged.
    let before = (first > i64::MIN).then(|| (i64::MIN, first.saturating_sub(1)));
    let behind = (last < i64::MAX).then(|| (last.saturating_add(1), i64::MAX));
    ranges.extend(before.into_iter().chain(behind));
    let mut tried = 0;
    while let Some((mut from, mut until)) = ranges.pop_front() {
        tried += 1;
        let is_searched = first <= from && until <= last;
        let mut take = |key, row: &Row<'_>| match visit(key, row) {
            Err(StoreFailure::Corrupt) => {
                walked.unreadable += 1;
                Ok(())
            }
            taken => taken,
        };
        let up = read(connection, table, (from, until), Direction::Ascending, &mut take)?;
        let ControlFlow::Break(last) = up else { continue };
        from = last.map_or(from, |last| last.saturating_add(1));
        let down = read(connection, table, (from, until), Direction::Descending, &mut take)?;
        walked.met_damage = true;
        let ControlFlow::Break(first) = down else { continue };
        until = first.map_or(until, |first| first.saturating_sub(1));
        if is_searched && from < until && tried + ranges.len() < MOST_RANGES {
            let middle = from.midpoint(until);
            ranges.extend([(from, middle), (middle + 1, until)]);
        }
    }
    Ok(walked)
}

/// Reads a range of keys, ends included, in one direction. Breaks at damage with the last key
/// before it.
fn read(
    connection: &Connection,
    table: KeyedTable<'_>,
    (from, until): (i64, i64),
    direction: Direction,
    visit: &mut dyn FnMut(i64, &Row<'_>) -> Result<(), StoreFailure>,
) -> Result<ControlFlow<Option<i64>>, StoreFailure> {
    let KeyedTable { name, key, columns, keys: _ } = table;
    let select = format!(
        "SELECT {key}, {columns} FROM {name} NOT INDEXED WHERE {key} BETWEEN ?1 AND ?2
         ORDER BY {key} {}",
        direction.sql()
    );
    let mut last = None;
    let walked = (|| {
        let mut find = connection.prepare_cached(&select)?;
        let mut rows = find.query((from, until))?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let is_next = last.is_none_or(|last| match direction {
                Direction::Ascending => last < key,
                Direction::Descending => key < last,
            });
            // A damaged page may send the reader back to where it was.
            if !is_next || key < from || until < key {
                return Err(StoreFailure::Corrupt);
            }
            visit(key, row)?;
            last = Some(key);
        }
        Ok(())
    })();
    match walked {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(StoreFailure::Corrupt) => Ok(ControlFlow::Break(last)),
        Err(failure) => Err(failure),
    }
}
