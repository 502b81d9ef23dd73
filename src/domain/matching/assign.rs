//! Giving recorded purges to the requests that made them, each to one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::ids::{AccountName, JournalId, PurgeId, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::purge::Purge;
use crate::domain::target::normal_as;

/// Longest time after it was sent that a purge may be recorded and still be taken for ours.
pub const LATEST: TimeDelta = TimeDelta::minutes(10);

/// The recorded purge that a request of our journal made: the nearest in time of those that fit,
/// the earlier one where two are as near. `taken` are purges that belong to other requests already;
/// `skew` is how far the vendor's clock may be behind ours. `None` where nothing fits, and for a
/// request that was never sent.
pub fn find_match(
    entry: &JournalEntry,
    candidates: &[Purge],
    taken: &HashSet<PurgeId, impl BuildHasher>,
    skew: TimeDelta,
) -> Option<PurgeId> {
    assign(std::slice::from_ref(entry), candidates, taken, skew).pop().map(|(_, purge)| purge)
}

/// The recorded purges that requests of our journal made. As many requests as possible get one, no
/// purge is given twice, and of alike ones an earlier request never gets a later purge than a later
/// request; among all such ways, that with the smallest distances in time. The result is in the
/// order of the entries and does not depend on the order of the candidates. `taken` holds for the
/// account that the entries are of: ids are unique within one.
///
/// A request to which the vendor gave an id gets that purge or none.
pub fn assign(
    entries: &[JournalEntry],
    candidates: &[Purge],
    taken: &HashSet<PurgeId, impl BuildHasher>,
    skew: TimeDelta,
) -> Vec<(JournalId, PurgeId)> {
    let known: HashSet<(&AccountName, PurgeId)> = entries
        .iter()
        .filter_map(|entry| Some((&entry.request.account, entry.purge.as_ref()?)))
        .flat_map(|(account, id)| {
            std::iter::once(id.clone()).chain(id.each()).map(move |id| (account, id))
        })
        .collect();
    let mut given: BTreeMap<usize, &PurgeId> = BTreeMap::new();
    let mut alike: BTreeMap<MatchKey<'_>, (Vec<Sent>, Vec<Seen<'_>>)> = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        if let Some(id) = &entry.purge {
            let listed = candidates
                .iter()
                .any(|purge| id.covers(&purge.id) && purge.account == entry.request.account);
            let is_taken = taken.contains(id) || id.each().any(|one| taken.contains(&one));
            if listed && !is_taken {
                given.insert(number, id);
            }
        } else if let Some(at) = entry.sent_at {
            alike.entry(MatchKey::of_entry(entry)).or_default().0.push(Sent { at, number });
        }
    }
    for purge in candidates {
        let is_known = known.contains(&(&purge.account, purge.id.clone()));
        // A bare one can be matched as soon as its targets are known.
        if taken.contains(&purge.id) || is_known || purge.is_bare() {
            continue;
        }
        for kind in Kind::EVERY {
            // A kind that the vendor's words do not tell is decided by the targets alone.
            if purge.kind.is_some_and(|known| known != kind) {
                continue;
            }
            if let Some((_, seen)) = alike.get_mut(&MatchKey::of_purge(purge, kind)) {
                seen.push(Seen { at: purge.created, id: &purge.id });
            }
        }
    }
    let mut used: HashSet<(&AccountName, &PurgeId)> = HashSet::new();
    for (key, (mut sent, mut seen)) in alike {
        sent.sort_by_key(|one| (one.at, one.number));
        seen.retain(|one| !used.contains(&(key.account, one.id)));
        seen.sort();
        seen.dedup_by_key(|one| one.id);
        for (number, id) in pair(&sent, &seen, skew) {
            used.insert((key.account, id));
            given.insert(number, id);
        }
    }
    given
        .into_iter()
        .filter_map(|(number, id)| Some((entries.get(number)?.id.clone(), id.clone())))
        .collect()
}

/// The common part of requests and purges that cannot be told apart but by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MatchKey<'a> {
    account: &'a AccountName,
    resource: &'a ResourceId,
    kind: Kind,
    /// In normal form, sorted, each once.
    targets: Vec<Cow<'a, str>>,
}

impl<'a> MatchKey<'a> {
    pub(super) fn new(
        account: &'a AccountName,
        resource: &'a ResourceId,
        kind: Kind,
        targets: &'a [String],
    ) -> Self {
        Self { account, resource, kind, targets: set(kind, targets.iter().map(String::as_str)) }
    }

    fn of_entry(entry: &'a JournalEntry) -> Self {
        Self::new(
            &entry.request.account,
            &entry.request.resource,
            entry.request.kind(),
            entry.request.payload.targets(),
        )
    }

    pub(super) fn of_purge(purge: &'a Purge, kind: Kind) -> Self {
        Self {
            account: &purge.account,
            resource: &purge.resource,
            kind,
            targets: set(kind, purge.targets.iter().map(|target| target.text.as_str())),
        }
    }
}

fn set<'a>(kind: Kind, targets: impl Iterator<Item = &'a str>) -> Vec<Cow<'a, str>> {
    let mut set: Vec<_> = targets.map(|target| normal_as(kind, target)).collect();
    set.sort_unstable();
    set.dedup();
    set
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    at: DateTime<Utc>,
    number: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen<'a> {
    at: DateTime<Utc>,
    id: &'a PurgeId,
}

/// The quality of a pairing: more pairs first, then less time between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Score {
    pairs: u32,
    apart: i64,
}

impl Score {
    const NONE: Self = Self { pairs: 0, apart: 0 };

    fn with(self, apart: i64) -> Self {
        Self { pairs: self.pairs + 1, apart: self.apart.saturating_add(apart) }
    }

    fn beats(self, other: Self) -> bool {
        (self.pairs, -self.apart) > (other.pairs, -other.apart)
    }
}

/// The best pairing that keeps both orders. `best` has, for so many of the last requests and
/// purges, the worth of the best way to pair them.
fn pair<'a>(sent: &[Sent], seen: &[Seen<'a>], skew: TimeDelta) -> Vec<(usize, &'a PurgeId)> {
    let width = seen.len() + 1;
    let mut best = vec![Score::NONE; (sent.len() + 1) * width];
    let worth = |best: &[Score], request: usize, purge: usize| {
        best.get(request * width + purge).copied().unwrap_or(Score::NONE)
    };
    let apart = |request: usize, purge: usize| {
        let (request, purge) = (sent.get(request)?, seen.get(purge)?);
        let after = purge.at - request.at;
        (after >= -skew && after <= LATEST).then(|| after.num_milliseconds().saturating_abs())
    };
    for request in (0..sent.len()).rev() {
        for purge in (0..seen.len()).rev() {
            let mut top = worth(&best, request + 1, purge);
            let without = worth(&best, request, purge + 1);
            if without.beats(top) {
                top = without;
            }
            if let Some(apart) = apart(request, purge) {
                let with = worth(&best, request + 1, purge + 1).with(apart);
                if with.beats(top) {
                    top = with;
                }
            }
            if let Some(slot) = best.get_mut(request * width + purge) {
                *slot = top;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut request, mut purge) = (0, 0);
    while let (Some(one), Some(other)) = (sent.get(request), seen.get(purge)) {
        let top = worth(&best, request, purge);
        let with =
            apart(request, purge).map(|apart| worth(&best, request + 1, purge + 1).with(apart));
        if with == Some(top) {
            pairs.push((one.number, other.id));
            request += 1;
            purge += 1;
        } else if worth(&best, request + 1, purge) == top {
            request += 1;
        } else {
            purge += 1;
        }
    }
    pairs
}
