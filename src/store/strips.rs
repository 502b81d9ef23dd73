//! The strips in the file: walked in either direction, and kept true by the writer.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension as _};

use super::StoreFailure;
use super::rows::View;
use super::sieve::Sieve;
use super::strip::{self, Strip, Stroke};
use super::times::Range;

/// Which way history is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From old to new.
    Rising,
    /// From new to old.
    Falling,
}

impl Direction {
    /// The other way.
    pub(super) fn back(self) -> Self {
        match self {
            Self::Rising => Self::Falling,
            Self::Falling => Self::Rising,
        }
    }
}

/// The first strip starts before all keys, so that every key has a strip to belong to.
const FIRST: i64 = i64::MIN;

/// The name in `number` of the greatest nudge that any purge ever had.
const MOST_NUDGED: &str = "most_nudged";

impl View<'_> {
    /// The keys that may belong to purges which a sieve lets pass, out of a half-open range of keys: the hull of its times,
    /// with room for those whose key is later than their time.
    pub(super) fn bounds(&self, sieve: &Sieve, keys: Range) -> Result<Range, StoreFailure> {
        let (Some(first), Some(last)) = (sieve.stretches.first(), sieve.stretches.last()) else {
            return Ok((0, 0));
        };
        let until = last.1.saturating_add(self.most_nudged()?);
        Ok((keys.0.max(first.0), keys.1.min(until)))
    }

    /// Shows each strip with keys in a half-open range whose times may pass the sieve, and the places of those keys.
    pub(super) fn strips(
        &self,
        sieve: &Sieve,
        range: Range,
        direction: Direction,
        mut show: impl FnMut(&Strip, std::ops::Range<usize>) -> Result<ControlFlow<()>, StoreFailure>,
    ) -> Result<(), StoreFailure> {
        if range.0 >= range.1 {
            return Ok(());
        }
        let nudged = self.most_nudged()?;
        let mut walk = self.connection.prepare_cached(match direction {
            Direction::Rising => {
                "SELECT start, (SELECT min(start) FROM strip next WHERE next.start > strip.start), body FROM strip
                 WHERE start >= ifnull((SELECT max(start) FROM strip WHERE start <= ?1), ?1) AND start < ?2
                 ORDER BY start"
            }
            Direction::Falling => {
                "SELECT start, (SELECT min(start) FROM strip next WHERE next.start > strip.start), body FROM strip
                 WHERE start >= ifnull((SELECT max(start) FROM strip WHERE start <= ?1), ?1) AND start < ?2
                 ORDER BY start DESC"
            }
        })?;
        let mut rows = walk.query(range)?;
        while let Some(row) = rows.next()? {
            let start: i64 = row.get(0)?;
            let end: Option<i64> = row.get(1)?;
            if !sieve.touches((start.saturating_sub(nudged), end.unwrap_or(i64::MAX))) {
                continue;
            }
            let strip = Strip::read(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?;
            let places = strip.places(range);
            if show(&strip, places)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The greatest distance of any key from its purge's time, in microseconds.
    pub(super) fn most_nudged(&self) -> Result<i64, StoreFailure> {
        let mut find =
            self.connection.prepare_cached("SELECT value FROM number WHERE name = ?1")?;
        let nudged = find.query_row([MOST_NUDGED], |row| row.get(0)).optional()?;
        Ok(nudged.unwrap_or(0))
    }

    /// How many purges the store has.
    pub(super) fn stored(&self) -> Result<u64, StoreFailure> {
        let mut sum = self.connection.prepare_cached("SELECT ifnull(sum(count), 0) FROM strip")?;
        Ok(sum.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }
}

/// Puts changes into the strips that they belong to: for each key, ascending and each once, the purge that is now there or
/// nothing.
pub(super) fn change(
    connection: &Connection,
    changes: &[(i64, Option<Stroke>)],
) -> Result<(), StoreFailure> {
    let nudge = changes.iter().filter_map(|change| change.1).map(|stroke| stroke.nudge);
    if let Some(nudge) = nudge.max().filter(|nudge| *nudge > 0) {
        connection
            .prepare_cached(
                "INSERT INTO number (name, value) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET value = excluded.value WHERE excluded.value > value",
            )?
            .execute((MOST_NUDGED, nudge))?;
    }
    let mut rest = changes;
    while let Some((key, _)) = rest.first() {
        let found = connection
            .prepare_cached(
                "SELECT start, (SELECT min(start) FROM strip next WHERE next.start > strip.start), body
                 FROM strip WHERE start <= ?1 ORDER BY start DESC LIMIT 1",
            )?
            .query_row([key], |row| {
                let body = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
                Ok((row.get(0)?, row.get(1)?, Strip::read(body)))
            })
            .optional()?;
        let (start, end, old) = match found {
            Some((start, end, strip)) => (start, end, strip?),
            None => (FIRST, None, Strip::default()),
        };
        let count =
            end.map_or(rest.len(), |end: i64| rest.partition_point(|change| change.0 < end));
        let (here, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        rest = after;
        replace(connection, start, &strip::changed(old.strokes(), here))?;
    }
    Ok(())
}

fn replace(connection: &Connection, start: i64, strokes: &[Stroke]) -> Result<(), StoreFailure> {
    let mut write =
        connection.prepare_cached("REPLACE INTO strip (start, count, body) VALUES (?1, ?2, ?3)")?;
    if strokes.is_empty() && start != FIRST {
        connection.prepare_cached("DELETE FROM strip WHERE start = ?1")?.execute([start])?;
        return Ok(());
    }
    if strokes.is_empty() {
        write.execute((start, 0, Strip::default().write()))?;
    }
    for (place, piece) in strip::pieces(strokes).enumerate() {
        let start = match piece.first() {
            Some(stroke) if place > 0 => stroke.key,
            Some(_) | None => start,
        };
        write.execute((start, piece.len() as i64, Strip::of(piece).write()))?;
    }
    Ok(())
}
