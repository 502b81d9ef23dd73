//! Which purges a sieve lets pass, one after the other in the order of time.
//!
//! The way is chosen here and not by the database: by known keys, by strips, or, where a text is asked for, by the blocks
//! that the index of letter triples names, reading all of their purges or, where the columns leave fewer, only those.

use std::ops::ControlFlow;

use super::StoreFailure;
use super::grams::{self, Lookup};
use super::rows::{self, View};
use super::sieve::Sieve;
use super::strip::Stroke;
use super::strips::Direction;
use super::targets;
use super::times::Range;
use crate::domain::filter::Pattern;

/// So many purges are read one by one rather than found by the index of letter triples. (Tests take all ways with few.)
const FEW: usize = if cfg!(test) { 3 } else { 1500 };

/// Where the columns leave no more than so many, the index is only asked which of them to read.
const SOME: usize = if cfg!(test) { 12 } else { 50_000 };

/// So many rows are read before the index is asked for one or two letters: most such questions are answered by then.
const FIRST_LOOK: usize = if cfg!(test) { 4 } else { 2000 };

/// The most blocks that are read in one go; the first go is shorter, so that the first rows come at once.
const LONGEST_RUN: i64 = 1024;
const FIRST_RUN: i64 = 2;

/// What is done with each purge that passes; it may say that it has enough.
pub(super) type Visit<'v> = dyn FnMut(Stroke) -> Result<ControlFlow<()>, StoreFailure> + 'v;

impl View<'_> {
    /// Shows every purge with a key in the half-open range that passes the sieve.
    pub(super) fn scan(
        &self,
        sieve: &Sieve,
        keys: Range,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        if sieve.is_shut() {
            return Ok(());
        }
        let range = self.bounds(sieve, keys)?;
        if let Some(only) = &sieve.only {
            let keys = only.iter().copied().filter(|key| (range.0..range.1).contains(key));
            return match direction {
                Direction::Rising => self.among(sieve, keys, visit),
                Direction::Falling => self.among(sieve, keys.rev(), visit),
            };
        }
        if sieve.texts.is_empty() {
            return self.by_strips(sieve, range, direction, visit);
        }
        if !sieve.asks_for_columns() {
            return self.by_text(sieve, range, direction, None, visit);
        }
        let mut some = Vec::new();
        self.by_strips(sieve, range, direction, &mut |stroke| {
            some.push(stroke.key);
            Ok(enough(some.len() > SOME))
        })?;
        if some.len() <= FEW {
            return self.among(sieve, some.into_iter(), visit);
        }
        let some = (some.len() <= SOME).then_some(some.as_slice());
        self.by_text(sieve, range, direction, some, visit)
    }

    fn among(
        &self,
        sieve: &Sieve,
        keys: impl Iterator<Item = i64>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT key, nudge, account, resource, cname, \"by\", kind, status, targets, head
             FROM purge WHERE key = ?1",
        )?;
        for key in keys {
            let mut found = find.query([key])?;
            if let Some(row) = found.next()?
                && let Some(stroke) = self.row_passes(sieve, row)?
                && visit(stroke)?.is_break()
            {
                break;
            }
        }
        Ok(())
    }

    fn by_strips(
        &self,
        sieve: &Sieve,
        range: Range,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let mut passing = Vec::new();
        self.strips(sieve, range, direction, |strip, places| {
            passing.clear();
            passing.extend(strip.palette.iter().map(|traits| sieve.passes(traits)));
            if !passing.contains(&true) {
                return Ok(ControlFlow::Continue(()));
            }
            let mut take = |place: usize| {
                if passing.get(strip.shade(place)) != Some(&true) {
                    return Ok(ControlFlow::Continue(()));
                }
                match strip.stroke(place) {
                    Some(stroke) if sieve.covers(stroke.created()) && sieve.spares(stroke.key) => {
                        visit(stroke)
                    }
                    Some(_) | None => Ok(ControlFlow::Continue(())),
                }
            };
            match direction {
                Direction::Rising => walk(places, &mut take),
                Direction::Falling => walk(places.rev(), &mut take),
            }
        })
    }

    fn by_text(
        &self,
        sieve: &Sieve,
        range: Range,
        direction: Direction,
        some: Option<&[i64]>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        let wanted = sieve.texts.iter().filter(|text| !text.0);
        let Some(lookup) = grams::lookup(wanted.map(|text| text.1.as_slice())) else {
            return match some {
                Some(keys) => self.among(sieve, keys.iter().copied(), visit),
                None => self.read(sieve, range, direction, usize::MAX, visit).map(|_| ()),
            };
        };
        let mut rest = range;
        if lookup.wide {
            match self.read(sieve, range, direction, FIRST_LOOK, visit)? {
                Progress::Done => return Ok(()),
                Progress::Reached(key) => match direction {
                    Direction::Rising => rest.0 = key.saturating_add(1),
                    Direction::Falling => rest.1 = key,
                },
            }
        }
        self.by_grams(sieve, &lookup, rest, direction, some, visit)
    }

    fn by_grams(
        &self,
        sieve: &Sieve,
        lookup: &Lookup,
        range: Range,
        direction: Direction,
        some: Option<&[i64]>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreFailure> {
        if range.0 >= range.1 {
            return Ok(());
        }
        let mut ask = self.connection.prepare_cached(match direction {
            Direction::Rising => {
                "SELECT rowid FROM gram WHERE gram MATCH ?1 AND rowid >= ?2 AND rowid <= ?3 ORDER BY rowid"
            }
            Direction::Falling => {
                "SELECT rowid FROM gram WHERE gram MATCH ?1 AND rowid >= ?2 AND rowid <= ?3 ORDER BY rowid DESC"
            }
        })?;
        let (first, last) = (grams::block(range.0), grams::block(range.1.saturating_sub(1)));
        let mut blocks = ask.query((&lookup.expression, first, last))?;
        let mut run: Option<(i64, i64)> = None;
        let mut longest = FIRST_RUN;
        loop {
            let block: Option<i64> = blocks.next()?.map(|row| row.get(0)).transpose()?;
            if let (Some(block), Some((low, high))) = (block, &mut run)
                && (*low - 2..=*high + 2).contains(&block)
                && *high - *low < longest
            {
                (*low, *high) = (block.min(*low), block.max(*high));
                continue;
            }
            if let Some((low, high)) = run {
                let (from, until) = grams::keys(low, high);
                let part = (from.max(range.0), until.min(range.1));
                let mut stopped = false;
                let mut watched = |stroke| {
                    let flow = visit(stroke)?;
                    stopped = flow.is_break();
                    Ok(flow)
                };
                match some {
                    Some(keys) => {
                        let here = within(keys, part, direction).iter().copied();
                        self.among(sieve, here, &mut watched)?;
                    }
                    None => {
                        self.read(sieve, part, direction, usize::MAX, &mut watched)?;
                    }
                }
                if stopped {
                    return Ok(());
                }
                longest = (longest * 2).min(LONGEST_RUN);
            }
            match block {
                Some(block) => run = Some((block, block)),
                None => return Ok(()),
            }
        }
    }

    /// Reads rows one after the other, at most so many.
    fn read(
        &self,
        sieve: &Sieve,
        range: Range,
        direction: Direction,
        most: usize,
        visit: &mut Visit<'_>,
    ) -> Result<Progress, StoreFailure> {
        let mut walk = self.connection.prepare_cached(match direction {
            Direction::Rising => {
                "SELECT key, nudge, account, resource, cname, \"by\", kind, status, targets, head
                 FROM purge WHERE key >= ?1 AND key < ?2 ORDER BY key"
            }
            Direction::Falling => {
                "SELECT key, nudge, account, resource, cname, \"by\", kind, status, targets, head
                 FROM purge WHERE key >= ?1 AND key < ?2 ORDER BY key DESC"
            }
        })?;
        let mut rows = walk.query(range)?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            if let Some(stroke) = self.row_passes(sieve, row)?
                && visit(stroke)?.is_break()
            {
                break;
            }
            count += 1;
            if count == most {
                return Ok(Progress::Reached(row.get(0)?));
            }
        }
        Ok(Progress::Done)
    }

    /// The purge of a row with the columns of [`rows::stroke`], `targets` and `head`, where it passes in every respect.
    fn row_passes(
        &self,
        sieve: &Sieve,
        row: &rusqlite::Row<'_>,
    ) -> Result<Option<Stroke>, StoreFailure> {
        let stroke = rows::stroke(row)?;
        if !sieve.passes(&stroke.traits)
            || !sieve.covers(stroke.created())
            || !sieve.spares(stroke.key)
        {
            return Ok(None);
        }
        if !sieve.texts.is_empty() {
            let count: u32 = row.get(8)?;
            let head = row.get_ref(9)?.as_str().map_err(rusqlite::Error::from)?;
            for (negated, patterns) in &sieve.texts {
                if self.target_fits(patterns, stroke.key, count, head)? == *negated {
                    return Ok(None);
                }
            }
        }
        Ok(Some(stroke))
    }

    fn target_fits(
        &self,
        patterns: &[Pattern],
        key: i64,
        count: u32,
        head: &str,
    ) -> Result<bool, StoreFailure> {
        let any = |text: &str| patterns.iter().any(|pattern| pattern.matches_target(text));
        if count > 0 && any(head) {
            return Ok(true);
        }
        if count < 2 {
            return Ok(false);
        }
        let mut find = self.connection.prepare_cached("SELECT text FROM tail WHERE key = ?1")?;
        let mut rows = find.query([key])?;
        let Some(row) = rows.next()? else {
            return Err(StoreFailure::Corrupt);
        };
        let tail = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        // A part of a line is a part of the text, so most texts need not be cut into lines.
        let plain = patterns.iter().all(|pattern| match pattern {
            Pattern::Contains(part) => !part.contains(['\n', '\\']),
            Pattern::Is(_) | Pattern::Glob(_) => false,
        });
        Ok(if plain && !tail.contains('\\') {
            any(tail)
        } else {
            targets::lines(tail).any(|line| any(&line))
        })
    }
}

enum Progress {
    /// All that was asked for was read, or the visitor had enough.
    Done,
    /// As many rows were read as were allowed; this was the last one's key.
    Reached(i64),
}

/// Breaks where something is enough.
pub(super) fn enough(is: bool) -> ControlFlow<()> {
    if is { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Those keys, sorted the way they are walked, that lie in a half-open range.
fn within(keys: &[i64], range: Range, direction: Direction) -> &[i64] {
    let place = |bound: i64| match direction {
        Direction::Rising => keys.partition_point(|key| *key < bound),
        Direction::Falling => keys.partition_point(|key| *key >= bound),
    };
    let (one, other) = (place(range.0), place(range.1));
    keys.get(one.min(other)..one.max(other)).unwrap_or_default()
}

fn walk(
    places: impl Iterator<Item = usize>,
    take: &mut impl FnMut(usize) -> Result<ControlFlow<()>, StoreFailure>,
) -> Result<ControlFlow<()>, StoreFailure> {
    for place in places {
        if take(place)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}
