//! The purge under the cursor in full: all its targets, who, why, and the targets that the filter's words match.

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
    trouble: Option<StoreError>,
    matches: Vec<usize>,
    here: Option<usize>,
    top: usize,
    aside: u16,
    /// What the edge showed when the operator asked, the newest last.
    looks: Vec<(PurgeKey, LookedAt)>,
}

/// What a look at the edge showed, or why there was none.
pub type LookedAt = Result<Box<Verification>, String>;

/// How many looks are remembered.
const LOOKS: usize = 32;

impl Detail {
    /// Whether it is open; closed, a few words about the row stand in its place.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether keys go to it.
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

    /// The purge to show is another, or may have changed: whether it is to be asked for.
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
            (self.top, self.aside, self.here) = (0, 0, None);
        }
        self.wanted = Some(key);
        Some(key)
    }

    /// It has been asked for under this ticket.
    pub fn asked(&mut self, ticket: Ticket) {
        self.waiting = Some(ticket);
    }

    /// It has come; whether anybody waited for it.
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
                self.trouble = None;
                self.find(predicate);
            }
            Err(trouble) => self.trouble = Some(trouble.clone()),
        }
        true
    }

    /// The filter is another one: its words match other targets.
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

    /// The operator had the edge looked at.
    pub fn looked(&mut self, key: PurgeKey, result: &LookedAt) {
        self.looks.retain(|(other, _)| *other != key);
        let too_many = self.looks.len().saturating_sub(LOOKS - 1);
        self.looks.drain(..too_many);
        self.looks.push((key, result.clone()));
    }

    /// What the edge showed of the purge that is shown, when the operator asked last.
    pub fn look(&self) -> Option<&LookedAt> {
        let key = self.shown()?.key;
        self.looks.iter().find(|(other, _)| *other == key).map(|(_, look)| look)
    }

    /// Why the store could not tell it.
    pub fn trouble(&self) -> Option<&StoreError> {
        self.trouble.as_ref()
    }

    /// Which targets match the filter's words, counted from 0, in order.
    pub fn matches(&self) -> &[usize] {
        &self.matches
    }

    /// Which of the matches n and N stand on.
    pub fn match_here(&self) -> Option<usize> {
        self.here
    }

    /// The first target in view, and how many cells at the left of the targets are not.
    pub fn scroll(&self) -> (usize, u16) {
        (self.top, self.aside)
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

    /// Scrolls by so many targets.
    pub fn go(&mut self, by: isize) {
        let last = self.shown().map_or(0, |detail| detail.purge.targets.len().saturating_sub(1));
        self.top = self.top.saturating_add_signed(by).min(last);
    }

    /// Scrolls sideways.
    pub fn go_aside(&mut self, by: i16) {
        self.aside = self.aside.saturating_add_signed(by).min(4_000);
    }
}
