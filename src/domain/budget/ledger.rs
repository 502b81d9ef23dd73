//! The use of an account's windows by everybody, with room for plans to be written in.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::window::SlidingWindow;
use super::{Cooldown, Usage, counts};
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
        };
        let mut spent: Vec<_> =
            usage.spent.iter().filter(|spent| spent.account == *account).collect();
        spent.sort_by_key(|spent| spent.at);
        for one in spent {
            ledger.note(&one.resource, one.kind, one.at, one.sent_here);
        }
        ledger
    }

    /// Writes in a request that is planned for `at`.
    pub fn take(&mut self, resource: &ResourceId, kind: Kind, at: DateTime<Utc>) {
        self.note(resource, kind, at, true);
    }

    /// The first instant at `from` or later at which a request keeps every window of its kind whole
    /// and meets no closed one; `None` where a window allows no request at all.
    pub fn earliest(
        &self,
        resource: &ResourceId,
        kind: Kind,
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let mut at = self.closed_until(resource, kind).map_or(from, |until| until.max(from));
        loop {
            let before = at;
            for window in self.windows(kind) {
                at = self.slide(window).first_free(self.times(resource, window), at)?;
            }
            if at == before {
                return Some(at);
            }
        }
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

    fn page(&self, resource: &ResourceId, window: &RateWindow) -> Option<&Times> {
        let over = match window.scope {
            Scope::Account => None,
            Scope::Resource => Some(resource.clone()),
        };
        self.pages.get(&(window.bucket, over))
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

/// Keeps the times sorted; nearly always at the end.
fn insert(times: &mut Vec<DateTime<Utc>>, at: DateTime<Utc>) {
    let place = times.partition_point(|&time| time <= at);
    times.insert(place, at);
}
