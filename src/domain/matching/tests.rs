#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use std::collections::HashSet;

use super::*;
use crate::domain::ids::PurgeId;
use crate::domain::journal::JournalEntry;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::payload::Payload;
use crate::domain::purge::Purge;
use crate::domain::purge::Target;
use crate::testing::{self, noon, queued, secs};

fn entry(id: &str, sent: i64, targets: &[&str]) -> JournalEntry {
    let targets: Vec<String> = targets.iter().map(|&target| target.to_owned()).collect();
    let mut entry = queued("one", "1", noon());
    entry.id = id.into();
    entry.request.payload = targets.try_into().map_or(Payload::All, Payload::Url);
    entry.state = JournalState::Unknown;
    entry.sent_at = Some(noon() + secs(sent));
    entry
}

pub(super) fn purge(id: &str, created: i64, targets: &[&str]) -> Purge {
    Purge {
        kind: Some(if targets.is_empty() { Kind::All } else { Kind::Url }),
        targets: targets.iter().map(|&target| Target::new(target)).collect(),
        ..testing::purge("one", id, noon() + secs(created))
    }
}

fn found(entry: &JournalEntry, candidates: &[Purge]) -> Option<String> {
    find_match(entry, candidates, &HashSet::new(), secs(5)).map(|id| id.to_string())
}

#[test]
fn a_purge_is_found_however_its_vendor_writes_it_back() {
    let ours = entry("j", 0, &["/b", "/%e4", "/b", "/ü"]);
    let theirs = purge("p", 1, &["http://www.site.com/%C3%BC", "http://www.site.com/%E4", "/b"]);
    assert_eq!(found(&ours, &[theirs]).as_deref(), Some("p"));
    assert_eq!(found(&entry("j", 0, &[]), &[purge("p", 1, &[])]).as_deref(), Some("p"));
    let unread = Purge { kind: None, ..purge("p", 1, &["/a"]) };
    assert_eq!(found(&entry("j", 0, &["/a"]), &[unread]).as_deref(), Some("p"));
}

#[test]
fn a_purge_of_every_kind_is_found_by_its_kind_and_its_targets_and_by_nothing_else() {
    for kind in Kind::EVERY {
        let of = |kind, targets: &[&str]| Purge { kind: Some(kind), ..purge("p", 1, targets) };
        let two: &[&str] = if kind == Kind::All { &[] } else { &["a.site.com", "b.site.com"] };
        let mut ours = entry("j", 0, &[]);
        ours.request.payload = Payload::new(kind, two.iter().copied()).unwrap();
        let turned: Vec<&str> = two.iter().rev().copied().collect();
        assert_eq!(found(&ours, &[of(kind, &turned)]).as_deref(), Some("p"), "{kind}");
        for other in Kind::EVERY.into_iter().filter(|other| *other != kind) {
            assert_eq!(found(&ours, &[of(other, two)]), None, "{kind} {other}");
        }
    }
    let tag = |target: &str| Payload::new(Kind::Tag, [target]).unwrap();
    let mut ours = entry("j", 0, &[]);
    ours.request.payload = tag("https://h.com/a");
    let theirs = Purge { kind: Some(Kind::Tag), ..purge("p", 1, &["/a"]) };
    assert_eq!(found(&ours, &[theirs]), None, "a tag is no address");
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
        Purge { resource: "2".into(), ..fitting() },
        Purge { account: "two".into(), ..fitting() },
        Purge { kind: Some(Kind::Pattern), ..fitting() },
    ] {
        assert_eq!(found(&ours, std::slice::from_ref(&other)), None, "{other:?}");
    }
    let taken = HashSet::from(["p".into()]);
    assert_eq!(find_match(&ours, &[fitting()], &taken, secs(5)), None);
    let unsent = JournalEntry { sent_at: None, ..ours };
    assert_eq!(found(&unsent, &[fitting()]), None);
}

#[test]
fn the_nearest_in_time_is_ours() {
    let candidates = [-4, 1, 3, 60].map(|at| purge(&at.to_string(), at, &["/a"]));
    assert_eq!(found(&entry("j", 0, &["/a"]), &candidates).as_deref(), Some("1"));
    assert_eq!(found(&entry("j", 2, &["/a"]), &candidates).as_deref(), Some("1"));
    assert_eq!(found(&entry("j", 50, &["/a"]), &candidates).as_deref(), Some("60"));
}

#[test]
fn two_alike_of_the_same_minute_get_one_each_and_in_order() {
    let entries = [entry("late", 10, &["/a"]), entry("early", 0, &["/a"])];
    let candidates = [purge("second", 12, &["/a"]), purge("first", 11, &["/a"])];
    let pairs = assign(&entries, &candidates, &HashSet::new(), secs(5));
    assert_eq!(pairs, [("late".into(), "second".into()), ("early".into(), "first".into())]);
    // One is not recorded yet: the nearer request has it.
    let pairs = assign(&entries, &candidates[1..], &HashSet::new(), secs(5));
    assert_eq!(pairs, [("late".into(), "first".into())]);
}

#[test]
fn an_id_that_the_vendor_gave_decides_alone_and_is_nobody_elses() {
    let known = JournalEntry { purge: Some("p".into()), ..entry("known", -9_999, &["/x"]) };
    let candidates = [purge("p", 0, &["/a"])];
    assert_eq!(found(&known, &candidates).as_deref(), Some("p"));
    assert_eq!(found(&known, &[]), None);
    let pairs = assign(&[entry("j", 0, &["/a"]), known], &candidates, &HashSet::new(), secs(5));
    assert_eq!(pairs, [("known".into(), "p".into())]);
}

#[test]
fn of_several_purges_of_one_request_each_is_its_own_and_nobody_elses() {
    let closed = JournalEntry { purge: Some("77,78".into()), ..entry("closed", 0, &["/a", "/b"]) };
    let candidates = [purge("77", 1, &["/a"]), purge("78", 1, &["/b"])];
    let open = entry("open", 0, &["/a"]);
    let pairs = assign(&[closed.clone(), open], &candidates, &HashSet::new(), secs(5));
    assert_eq!(pairs, [("closed".into(), "77,78".into())]);
    assert_eq!(found(&closed, &[purge("7", 1, &["/a"])]), None);
    let taken = HashSet::from(["78".into()]);
    assert_eq!(find_match(&closed, &candidates, &taken, secs(5)), None);
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
