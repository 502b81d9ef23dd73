//! The use of an account's windows by everybody, with room for plans to be written in.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::under_way::Spans;
use super::window::SlidingWindow;
use super::{Consumption, Cooldown, Usage, counts};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::{Limits, RateWindow, Scope};

/// The use of an account's windows, to which planned requests can be added one after the other.
#[derive(Clone, Debug)]
pub struct Ledger<'a> {
    limits: &'a Limits,
    closed: Vec<&'a Cooldown>,
    margin: TimeDelta,
    /// For each bucket, over the account (`None`) and over each resource: when a request counted,
    /// sorted, and whether it was sent from here.
    pages: HashMap<(&'a str, Option<ResourceId>), Times>,
    /// For each number of targets that may be under way, by its place in the limits, likewise:
    /// from when until when targets are, as far as can be told.
    under_way: HashMap<(usize, Option<ResourceId>), Spans>,
}

#[derive(Clone, Debug, Default)]
struct Times {
    times: Vec<DateTime<Utc>>,
    others: Vec<DateTime<Utc>>,
}

/// The state of a window, without what the vendor closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowState {
    pub(super) left: u32,
    pub(super) used_by_others: u32,
}

impl<'a> Ledger<'a> {
    /// A ledger of one account; what `usage` says of others is passed over.
    pub fn new(limits: &'a Limits, account: &AccountName, usage: &'a Usage) -> Self {
        let mut ledger = Self {
            limits,
            closed: usage.closed.iter().filter(|closed| closed.account == *account).collect(),
            margin: usage.margin.max(TimeDelta::zero()),
            pages: HashMap::new(),
            under_way: HashMap::new(),
        };
        let mut spent: Vec<_> =
            usage.spent.iter().filter(|spent| spent.account == *account).collect();
        spent.sort_by_key(|spent| spent.at);
        for one in spent {
            if let Some(kind) = one.kind {
                ledger.note(&one.resource, kind, one.at, one.sent_here);
            }
            // What is queued will be under way.
            if one.is_under_way || (one.sent_here && one.at >= usage.now) {
                ledger.note_under_way(one, usage.now);
            }
        }
        ledger
    }

    /// Writes in a request of so many targets that is planned for `at`.
    pub fn take(&mut self, resource: &ResourceId, kind: Kind, targets: usize, at: DateTime<Utc>) {
        self.note(resource, kind, at, true);
        let until = at + self.usual(kind);
        for (place, cap) in self.limits.caps(kind) {
            let over = over(cap.scope, resource);
            self.under_way.entry((place, over)).or_default().add(at, until, targets.max(1));
        }
    }

    /// The first instant at `from` or later at which a request of so many targets keeps every
    /// window of its kind whole, meets no closed one, and leaves no more under way than may be, if
    /// each takes as long as it usually does; `None` where it never does.
    pub fn earliest(
        &self,
        resource: &ResourceId,
        kind: Kind,
        targets: usize,
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let mut at = self.closed_until(resource, kind).map_or(from, |until| until.max(from));
        loop {
            let before = at;
            for window in self.windows(kind) {
                at = self.slide(window).first_free(self.times(resource, window), at)?;
            }
            for (place, cap) in self.limits.caps(kind) {
                let room = (cap.targets as usize).checked_sub(targets.max(1))?;
                if let Some(spans) = self.under_way.get(&(place, over(cap.scope, resource))) {
                    at = spans.first_free(room, at, self.usual(kind));
                }
            }
            if at == before {
                return Some(at);
            }
        }
    }

    /// True if so many targets of a kind fit beside what is under way at an instant or will be, for
    /// as long as they usually take.
    pub fn has_room(
        &self,
        resource: &ResourceId,
        kind: Kind,
        targets: usize,
        at: DateTime<Utc>,
    ) -> bool {
        self.limits.caps(kind).all(|(place, cap)| {
            let Some(room) = (cap.targets as usize).checked_sub(targets.max(1)) else {
                return false;
            };
            let spans = self.under_way.get(&(place, over(cap.scope, resource)));
            spans.is_none_or(|spans| spans.first_free(room, at, self.usual(kind)) == at)
        })
    }

    /// Returns the use of one window now, and the time of its next room, not before `from`.
    pub(super) fn stand(
        &self,
        resource: &ResourceId,
        window: &RateWindow,
        now: DateTime<Utc>,
        from: DateTime<Utc>,
    ) -> (WindowState, Option<DateTime<Utc>>) {
        let slide = self.slide(window);
        let times = self.times(resource, window);
        let others = self.page(resource, window).map_or(&[][..], |page| &page.others);
        let used_by_others = others.iter().filter(|&&at| at > now - slide.long).count();
        let stand = WindowState {
            left: slide.room(times, now) as u32,
            used_by_others: used_by_others as u32,
        };
        (stand, slide.first_free(times, from))
    }

    /// Until when the vendor closed this kind for this resource, if it did.
    pub(super) fn closed_until(&self, resource: &ResourceId, kind: Kind) -> Option<DateTime<Utc>> {
        self.closed
            .iter()
            .filter(|closed| {
                if closed.kind == kind && closed.resource == *resource {
                    return true;
                }
                self.windows(closed.kind).any(|theirs| {
                    self.windows(kind).any(|ours| {
                        ours.bucket == theirs.bucket
                            && counts(theirs.scope, &closed.resource, resource)
                    })
                })
            })
            .map(|closed| closed.until)
            .max()
    }

    fn windows(&self, kind: Kind) -> impl Iterator<Item = &'a RateWindow> + use<'a> {
        self.limits.rule(kind).into_iter().flat_map(|rule| rule.windows.iter())
    }

    fn slide(&self, window: &RateWindow) -> SlidingWindow {
        let per = TimeDelta::from_std(window.per).unwrap_or(TimeDelta::days(365));
        SlidingWindow { most: window.requests as usize, long: per + self.margin }
    }

    /// The usual duration of a purge of this kind.
    fn usual(&self, kind: Kind) -> TimeDelta {
        let usual = self.limits.rule(kind).map(|rule| rule.usual).unwrap_or_default();
        TimeDelta::from_std(usual).unwrap_or_default()
    }

    /// Writes in a purge that is under way now or is still to be sent. One that takes longer than
    /// usual is taken to need as long again.
    fn note_under_way(&mut self, one: &Consumption, now: DateTime<Utc>) {
        for (place, cap) in self.limits.under_way.iter().enumerate() {
            // One of an unknown kind may be of any.
            if one.kind.is_some_and(|kind| !cap.kinds.contains(&kind)) {
                continue;
            }
            let kinds = one.kind.as_ref().map_or(cap.kinds, std::slice::from_ref);
            let usual = kinds.iter().map(|&kind| self.usual(kind)).max().unwrap_or_default();
            let ends = one.at + usual;
            let until = if ends > now { ends } else { now + usual };
            let over = over(cap.scope, &one.resource);
            let spans = self.under_way.entry((place, over)).or_default();
            spans.add(one.at, until, one.counted() as usize);
        }
    }

    fn page(&self, resource: &ResourceId, window: &RateWindow) -> Option<&Times> {
        self.pages.get(&(window.bucket, over(window.scope, resource)))
    }

    fn times(&self, resource: &ResourceId, window: &RateWindow) -> &[DateTime<Utc>] {
        self.page(resource, window).map_or(&[], |page| page.times.as_slice())
    }

    fn note(&mut self, resource: &ResourceId, kind: Kind, at: DateTime<Utc>, sent_here: bool) {
        let mut noted: Vec<&str> = Vec::new();
        for window in self.windows(kind) {
            if noted.contains(&window.bucket) {
                continue;
            }
            noted.push(window.bucket);
            for over in [None, Some(resource.clone())] {
                let page = self.pages.entry((window.bucket, over)).or_default();
                insert(&mut page.times, at);
                if !sent_here {
                    insert(&mut page.others, at);
                }
            }
        }
    }
}

/// The resource over which is counted; `None` for the whole account.
fn over(scope: Scope, resource: &ResourceId) -> Option<ResourceId> {
    match scope {
        Scope::Account => None,
        Scope::Resource => Some(resource.clone()),
    }
}

/// Keeps the times sorted; nearly always at the end.
fn insert(times: &mut Vec<DateTime<Utc>>, at: DateTime<Utc>) {
    let place = times.partition_point(|&time| time <= at);
    times.insert(place, at);
}
