//! Windows of history: the rows on the screen and what lies beyond them.

use super::StoreFailure;
use super::rows::View;
use super::scan::enough;
use super::sieve::Sieve;
use super::strips::Direction;
use super::times::{self, Range};
use crate::domain::query::{Anchor, Sort, Window, WindowQuery};

impl View<'_> {
    /// Answers a question for a window.
    pub(super) fn window(&self, query: &WindowQuery) -> Result<Window, StoreFailure> {
        let sieve = Sieve::of(&query.predicate, self.connection, self.names)?;
        let onward = match query.sort {
            Sort::Newest => Direction::Falling,
            Sort::Oldest => Direction::Rising,
        };
        let limit = query.limit as usize;
        let mut keys;
        let (more_before, more_after);
        match query.anchor {
            Anchor::Start => {
                keys = self.first_keys(&sieve, times::EVER, onward, limit + 1)?;
                more_before = false;
                more_after = keys.len() > limit;
                keys.truncate(limit);
            }
            Anchor::End => {
                keys = self.first_keys(&sieve, times::EVER, onward.back(), limit + 1)?;
                more_before = keys.len() > limit;
                more_after = false;
                keys.truncate(limit);
                keys.reverse();
            }
            Anchor::After(key) => {
                let range = beyond(key.0, onward);
                keys = self.first_keys(&sieve, range, onward, limit + 1)?;
                more_before = self.any(&sieve, from_on(key.0, onward.back()), onward.back())?;
                more_after = keys.len() > limit;
                keys.truncate(limit);
            }
            Anchor::Before(key) => {
                let range = beyond(key.0, onward.back());
                keys = self.first_keys(&sieve, range, onward.back(), limit + 1)?;
                more_before = keys.len() > limit;
                more_after = self.any(&sieve, from_on(key.0, onward), onward)?;
                keys.truncate(limit);
                keys.reverse();
            }
            Anchor::Around { key, before } => {
                let before = (before as usize).min(limit);
                let range = beyond(key.0, onward.back());
                keys = self.first_keys(&sieve, range, onward.back(), before + 1)?;
                more_before = keys.len() > before;
                keys.truncate(before);
                keys.reverse();
                let room = limit - keys.len();
                let mut rest = self.first_keys(&sieve, from_on(key.0, onward), onward, room + 1)?;
                more_after = rest.len() > room;
                rest.truncate(room);
                keys.append(&mut rest);
            }
        }
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            rows.push(self.row(key)?.ok_or(StoreFailure::Corrupt)?);
        }
        Ok(Window { rows, more_before, more_after })
    }

    /// The keys of the first purges that pass.
    pub(super) fn first_keys(
        &self,
        sieve: &Sieve,
        range: Range,
        direction: Direction,
        most: usize,
    ) -> Result<Vec<i64>, StoreFailure> {
        let mut keys = Vec::with_capacity(most.min(1024));
        self.scan(sieve, range, direction, &mut |stroke| {
            keys.push(stroke.key);
            Ok(enough(keys.len() >= most))
        })?;
        Ok(keys)
    }

    fn any(&self, sieve: &Sieve, range: Range, direction: Direction) -> Result<bool, StoreFailure> {
        Ok(!self.first_keys(sieve, range, direction, 1)?.is_empty())
    }
}

/// The keys after this one, without it.
fn beyond(key: i64, direction: Direction) -> Range {
    match direction {
        Direction::Rising => (key.saturating_add(1), i64::MAX),
        Direction::Falling => (i64::MIN, key),
    }
}

/// This key and those after it.
fn from_on(key: i64, direction: Direction) -> Range {
    match direction {
        Direction::Rising => (key, i64::MAX),
        Direction::Falling => (i64::MIN, key.saturating_add(1)),
    }
}
