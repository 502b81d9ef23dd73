//! The purge under the cursor in full: all its targets, who, why, and the targets that the filter's
//! words match.

use crate::domain::edge::Verification;
use crate::domain::event::StoreError;
use crate::domain::filter::Predicate;
use crate::domain::ids::{PurgeKey, Ticket};
use crate::domain::purge::PurgeDetail;

/// The detail of one purge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    open: bool,
    focused: bool,
    wanted: Option<PurgeKey>,
    waiting: Option<Ticket>,
    shown: Option<Box<PurgeDetail>>,
    error: Option<StoreError>,
    matches: Vec<usize>,
    here: Option<usize>,
    top: usize,
    left: u16,
    /// Results of checks at the edge that the operator asked for, the newest last.
    verified: Vec<(PurgeKey, VerifyResult)>,
}

/// The result of a check at the edge.
pub type VerifyResult = Result<Box<Verification>, String>;

/// Number of results that are remembered.
const MAX_VERIFIED: usize = 32;

impl Detail {
    /// True if it is open; closed, a summary of the row is shown in its place.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// True if keys go to it.
    pub fn is_focused(&self) -> bool {
        self.open && self.focused
    }

    /// Opens or closes it. Open, it has the keys.
    pub fn set_open(&mut self, open: bool) {
        self.open = open;
        self.focused = open;
        if !open {
            (self.wanted, self.waiting) = (None, None);
        }
    }

    /// Gives it the keys, or takes them back.
    pub fn set_focused(&mut self, focused: bool) {
        self.focused = focused;
    }

    /// Returns the purge to ask for, if it is another one or may have changed.
    pub fn wants(&mut self, key: Option<PurgeKey>, anew: bool) -> Option<PurgeKey> {
        if !self.open {
            return None;
        }
        let Some(key) = key else {
            self.wanted = None;
            return None;
        };
        if self.wanted == Some(key) && !anew {
            return None;
        }
        if self.wanted != Some(key) {
            (self.top, self.left, self.here) = (0, 0, None);
        }
        self.wanted = Some(key);
        Some(key)
    }

    /// Waits for the answer with this ticket.
    pub fn asked(&mut self, ticket: Ticket) {
        self.waiting = Some(ticket);
    }

    /// Takes an answer; returns whether it was waited for.
    pub fn answer(
        &mut self,
        ticket: Ticket,
        result: &Result<Option<Box<PurgeDetail>>, StoreError>,
        predicate: &Predicate,
    ) -> bool {
        if self.waiting != Some(ticket) {
            return false;
        }
        self.waiting = None;
        match result {
            Ok(detail) => {
                self.shown.clone_from(detail);
                self.error = None;
                self.find(predicate);
            }
            Err(error) => self.error = Some(error.clone()),
        }
        true
    }

    /// Finds the targets that another filter's words match.
    pub fn find(&mut self, predicate: &Predicate) {
        self.matches.clear();
        let Some(detail) = &self.shown else { return };
        for (at, target) in detail.purge.targets.iter().enumerate() {
            if predicate.target_patterns().any(|pattern| pattern.matches_target(&target.text)) {
                self.matches.push(at);
            }
        }
        self.here = self.here.filter(|here| *here < self.matches.len());
    }

    /// The purge that is wanted, once it is there.
    pub fn shown(&self) -> Option<&PurgeDetail> {
        self.shown.as_deref().filter(|detail| Some(detail.key) == self.wanted)
    }

    /// Remembers the result of a check at the edge.
    pub fn on_verified(&mut self, key: PurgeKey, result: &VerifyResult) {
        self.verified.retain(|(other, _)| *other != key);
        let too_many = self.verified.len().saturating_sub(MAX_VERIFIED - 1);
        self.verified.drain(..too_many);
        self.verified.push((key, result.clone()));
    }

    /// Returns the last result of a check at the edge for the shown purge.
    pub fn verification(&self) -> Option<&VerifyResult> {
        let key = self.shown()?.key;
        self.verified.iter().find(|(other, _)| *other == key).map(|(_, look)| look)
    }

    /// Returns the store's error.
    pub fn error(&self) -> Option<&StoreError> {
        self.error.as_ref()
    }

    /// Returns the targets that match the filter's words, counted from 0, in order.
    pub fn matches(&self) -> &[usize] {
        &self.matches
    }

    /// Returns the current match.
    pub fn match_here(&self) -> Option<usize> {
        self.here
    }

    /// The first target in view, and how many cells at the left of the targets are not.
    pub fn scroll(&self) -> (usize, u16) {
        (self.top, self.left)
    }

    /// Goes to the next match, or to the one before; whether there is any.
    pub fn step(&mut self, by: isize) -> bool {
        let count = self.matches.len();
        if count == 0 {
            return false;
        }
        let next = match self.here {
            Some(here) => (here as isize + by).rem_euclid(count as isize) as usize,
            None if by < 0 => count - 1,
            None => 0,
        };
        self.here = Some(next);
        self.top = self.matches.get(next).map_or(0, |target| target.saturating_sub(2));
        true
    }

    /// Scrolls by this many targets.
    pub fn go(&mut self, by: isize) {
        let last = self.shown().map_or(0, |detail| detail.purge.targets.len().saturating_sub(1));
        self.top = self.top.saturating_add_signed(by).min(last);
    }

    /// Scrolls sideways.
    pub fn scroll_horizontally(&mut self, by: i16) {
        self.left = self.left.saturating_add_signed(by).min(4_000);
    }
}
