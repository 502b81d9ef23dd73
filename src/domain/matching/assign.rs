//! Giving recorded purges to the requests that made them, each to one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;

use chrono::{DateTime, TimeDelta, Utc};

use super::normal;
use crate::domain::ids::{AccountName, JournalId, PurgeId, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::purge::Purge;

/// How long after it was sent a purge may be recorded and still be taken for ours.
pub const LATEST: TimeDelta = TimeDelta::minutes(10);

/// The recorded purge that a request of our journal made: the nearest in time of those that fit, the earlier one where
/// two are as near. `taken` are purges that belong to other requests already; `skew` is how far the vendor's clock may be
/// behind ours. `None` where nothing fits, and for a request that was never sent.
pub fn find_match(
    entry: &JournalEntry,
    candidates: &[Purge],
    taken: &HashSet<PurgeId, impl BuildHasher>,
    skew: TimeDelta,
) -> Option<PurgeId> {
    assign(std::slice::from_ref(entry), candidates, taken, skew)
        .pop()
        .map(|(_, purge)| purge)
}

/// The recorded purges that requests of our journal made. As many requests as possible get one, no purge is given twice,
/// and of alike ones an earlier request never gets a later purge than a later request; among all such ways, that with the
/// smallest distances in time. The result is in the order of the entries and does not depend on the order of the
/// candidates. `taken` holds for the account that the entries are of: ids are unique within one.
///
/// A request to which the vendor gave an id gets that purge or none.
pub fn assign(
    entries: &[JournalEntry],
    candidates: &[Purge],
    taken: &HashSet<PurgeId, impl BuildHasher>,
    skew: TimeDelta,
) -> Vec<(JournalId, PurgeId)> {
    let known: HashSet<(&AccountName, &PurgeId)> = entries
        .iter()
        .filter_map(|entry| Some((&entry.request.account, entry.purge.as_ref()?)))
        .collect();
    let mut given: BTreeMap<usize, &PurgeId> = BTreeMap::new();
    let mut alike: BTreeMap<Alike<'_>, (Vec<Sent>, Vec<Seen<'_>>)> = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        if let Some(id) = &entry.purge {
            let listed = candidates
                .iter()
                .any(|purge| purge.id == *id && purge.account == entry.request.account);
            if listed && !taken.contains(id) {
                given.insert(number, id);
            }
        } else if let Some(at) = entry.sent_at {
            alike
                .entry(Alike::of_entry(entry))
                .or_default()
                .0
                .push(Sent { at, number });
        }
    }
    for purge in candidates {
        if taken.contains(&purge.id) || known.contains(&(&purge.account, &purge.id)) {
            continue;
        }
        for kind in Kind::EVERY {
            // A kind that the vendor's words do not tell is decided by the targets alone.
            if purge.kind.is_some_and(|known| known != kind) {
                continue;
            }
            if let Some((_, seen)) = alike.get_mut(&Alike::of_purge(purge, kind)) {
                seen.push(Seen {
                    at: purge.created,
                    id: &purge.id,
                });
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

/// What requests and purges have in common that cannot be told apart but by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'a> {
    account: &'a AccountName,
    resource: &'a ResourceId,
    kind: Kind,
    /// In normal form, sorted, each once.
    targets: Vec<Cow<'a, str>>,
}

impl<'a> Alike<'a> {
    fn of_entry(entry: &'a JournalEntry) -> Self {
        Self {
            account: &entry.request.account,
            resource: &entry.request.resource,
            kind: entry.request.kind(),
            targets: set(entry.request.payload.targets().iter().map(String::as_str)),
        }
    }

    fn of_purge(purge: &'a Purge, kind: Kind) -> Self {
        Self {
            account: &purge.account,
            resource: &purge.resource,
            kind,
            targets: set(purge.targets.iter().map(|target| target.text.as_str())),
        }
    }
}

fn set<'a>(targets: impl Iterator<Item = &'a str>) -> Vec<Cow<'a, str>> {
    let mut set: Vec<_> = targets.map(normal).collect();
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

/// How good a way of pairing is: more pairs first, then less time between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Worth {
    pairs: u32,
    apart: i64,
}

impl Worth {
    const NONE: Self = Self { pairs: 0, apart: 0 };

    fn with(self, apart: i64) -> Self {
        Self {
            pairs: self.pairs + 1,
            apart: self.apart.saturating_add(apart),
        }
    }

    fn beats(self, other: Self) -> bool {
        (self.pairs, -self.apart) > (other.pairs, -other.apart)
    }
}

/// The best pairing that keeps both orders. `best` has, for so many of the last requests and purges, the worth of the best
/// way to pair them.
fn pair<'a>(sent: &[Sent], seen: &[Seen<'a>], skew: TimeDelta) -> Vec<(usize, &'a PurgeId)> {
    let width = seen.len() + 1;
    let mut best = vec![Worth::NONE; (sent.len() + 1) * width];
    let worth = |best: &[Worth], request: usize, purge: usize| {
        best.get(request * width + purge)
            .copied()
            .unwrap_or(Worth::NONE)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::journal::JournalState;
    use crate::domain::payload::{Payload, PurgeRequest};
    use crate::domain::purge::Target;
    use crate::domain::samples::{noon, secs};
    use crate::domain::status::Status;

    fn entry(id: &str, sent: i64, targets: &[&str]) -> JournalEntry {
        let targets: Vec<String> = targets.iter().map(|&target| target.to_owned()).collect();
        JournalEntry {
            id: id.into(),
            request: PurgeRequest {
                account: "one".into(),
                resource: "1".into(),
                cname: "www.site.com".to_owned(),
                payload: targets.try_into().map_or(Payload::All, Payload::Url),
                mode: None,
                area: None,
            },
            state: JournalState::Unknown,
            queued_at: noon(),
            planned_at: noon(),
            sent_at: Some(noon() + secs(sent)),
            answered_at: None,
            reason: None,
            ticket: None,
            error: None,
            purge: None,
            verified: None,
        }
    }

    fn purge(id: &str, created: i64, targets: &[&str]) -> Purge {
        Purge {
            account: "one".into(),
            provider: "some".into(),
            id: id.into(),
            resource: "1".into(),
            cname: "www.site.com".to_owned(),
            kind: Some(if targets.is_empty() {
                Kind::All
            } else {
                Kind::Url
            }),
            raw_kind: String::new(),
            status: Status::Successful,
            raw_status: String::new(),
            created: noon() + secs(created),
            raw_created: None,
            completed: None,
            targets: targets.iter().map(|&target| Target::new(target)).collect(),
            by: None,
        }
    }

    fn found(entry: &JournalEntry, candidates: &[Purge]) -> Option<String> {
        find_match(entry, candidates, &HashSet::new(), secs(5)).map(|id| id.to_string())
    }

    #[test]
    fn a_purge_is_found_however_its_vendor_writes_it_back() {
        let ours = entry("j", 0, &["/b", "/%e4", "/b", "/ü"]);
        let theirs = purge(
            "p",
            1,
            &[
                "http://www.site.com/%C3%BC",
                "http://www.site.com/%E4",
                "/b",
            ],
        );
        assert_eq!(found(&ours, &[theirs]).as_deref(), Some("p"));
        assert_eq!(
            found(&entry("j", 0, &[]), &[purge("p", 1, &[])]).as_deref(),
            Some("p")
        );
        let unread = Purge {
            kind: None,
            ..purge("p", 1, &["/a"])
        };
        assert_eq!(
            found(&entry("j", 0, &["/a"]), &[unread]).as_deref(),
            Some("p")
        );
    }

    #[test]
    fn what_is_not_ours_is_not_taken_for_it() {
        let ours = entry("j", 0, &["/a", "/b"]);
        let fitting = || purge("p", 1, &["/a", "/b"]);
        assert!(found(&ours, &[fitting()]).is_some());
        for other in [
            purge("p", 1, &["/a"]),
            purge("p", 1, &["/a", "/b", "/c"]),
            purge("p", 1, &["/a", "/b*"]),
            purge("p", 1, &[]),
            purge("p", -6, &["/a", "/b"]),
            purge("p", 601, &["/a", "/b"]),
            Purge {
                resource: "2".into(),
                ..fitting()
            },
            Purge {
                account: "two".into(),
                ..fitting()
            },
            Purge {
                kind: Some(Kind::Pattern),
                ..fitting()
            },
        ] {
            assert_eq!(
                found(&ours, std::slice::from_ref(&other)),
                None,
                "{other:?}"
            );
        }
        let taken = HashSet::from(["p".into()]);
        assert_eq!(find_match(&ours, &[fitting()], &taken, secs(5)), None);
        let unsent = JournalEntry {
            sent_at: None,
            ..ours
        };
        assert_eq!(found(&unsent, &[fitting()]), None);
    }

    #[test]
    fn the_nearest_in_time_is_ours() {
        let candidates = [-4, 1, 3, 60].map(|at| purge(&at.to_string(), at, &["/a"]));
        assert_eq!(
            found(&entry("j", 0, &["/a"]), &candidates).as_deref(),
            Some("1")
        );
        assert_eq!(
            found(&entry("j", 2, &["/a"]), &candidates).as_deref(),
            Some("1")
        );
        assert_eq!(
            found(&entry("j", 50, &["/a"]), &candidates).as_deref(),
            Some("60")
        );
    }

    #[test]
    fn two_alike_of_the_same_minute_get_one_each_and_in_order() {
        let entries = [entry("late", 10, &["/a"]), entry("early", 0, &["/a"])];
        let candidates = [purge("second", 12, &["/a"]), purge("first", 11, &["/a"])];
        let pairs = assign(&entries, &candidates, &HashSet::new(), secs(5));
        assert_eq!(
            pairs,
            [
                ("late".into(), "second".into()),
                ("early".into(), "first".into())
            ]
        );
        // One is not recorded yet: the nearer request has it.
        let pairs = assign(&entries, &candidates[1..], &HashSet::new(), secs(5));
        assert_eq!(pairs, [("late".into(), "first".into())]);
    }

    #[test]
    fn an_id_that_the_vendor_gave_decides_alone_and_is_nobody_elses() {
        let known = JournalEntry {
            purge: Some("p".into()),
            ..entry("known", -9_999, &["/x"])
        };
        let candidates = [purge("p", 0, &["/a"])];
        assert_eq!(found(&known, &candidates).as_deref(), Some("p"));
        assert_eq!(found(&known, &[]), None);
        let pairs = assign(
            &[entry("j", 0, &["/a"]), known],
            &candidates,
            &HashSet::new(),
            secs(5),
        );
        assert_eq!(pairs, [("known".into(), "p".into())]);
    }

    proptest! {
        #[test]
        fn no_purge_is_given_twice_and_the_order_of_the_candidates_does_not_matter(
            sent in proptest::collection::vec((0i64..60, 0usize..2), 0..8),
            created in proptest::collection::vec((-10i64..80, 0usize..2), 0..8),
        ) {
            let targets = [&["/a"][..], &["/b"][..]];
            let entries: Vec<_> = sent.iter().enumerate()
                .map(|(number, (at, which))| entry(&format!("j{number}"), *at, targets[*which])).collect();
            let candidates: Vec<_> = created.iter().enumerate()
                .map(|(number, (at, which))| purge(&format!("p{number}"), *at, targets[*which])).collect();
            let pairs = assign(&entries, &candidates, &HashSet::new(), secs(5));
            let mut used: Vec<_> = pairs.iter().map(|(_, purge)| purge).collect();
            used.sort();
            used.dedup();
            prop_assert_eq!(used.len(), pairs.len());
            let turned: Vec<_> = candidates.iter().rev().cloned().collect();
            prop_assert_eq!(&assign(&entries, &turned, &HashSet::new(), secs(5)), &pairs);
            // As many as possible: nobody who is left could have what is left.
            for one in &entries {
                if pairs.iter().any(|(id, _)| *id == one.id) { continue; }
                let taken: HashSet<PurgeId> = pairs.iter().map(|(_, purge)| purge.clone()).collect();
                prop_assert_eq!(find_match(one, &candidates, &taken, secs(5)), None);
            }
        }
    }
}
