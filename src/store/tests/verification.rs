//! The looks at the edge.

use super::journal::{queue, sender, step};
use super::*;
use crate::domain::edge::{CacheState, Observation, Probe, Purged, Verification};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::store::VerificationLease;

fn done(writer: &mut Writer, second: i64) -> JournalEntry {
    let entry = queue(writer, "/a");
    for (from, to) in [
        (JournalState::Queued, JournalState::Sending),
        (JournalState::Sending, JournalState::Accepted),
        (JournalState::Accepted, JournalState::Successful),
    ] {
        step(writer, &entry.id, from, to, second);
    }
    entry
}

fn seen(age: u64, settled: bool) -> Verification {
    let mut verification = Verification { settled, ..Verification::default() };
    let look = Probe {
        url: "https://www.site.com/a".to_owned(),
        place: None,
        at: at(30),
        result: Ok(Observation {
            status: 206,
            cache: Some(CacheState::Hit),
            age: Some(age),
            ..Observation::default()
        }),
    };
    let purged = Purged { sent: at(10), sparing: false };
    verification.take(vec![look], &purged);
    verification
}

#[test]
fn what_was_seen_is_kept_with_the_entry_and_its_purge() {
    each_with(&[purge("77", 5)], |home| {
        let mut writer = sender(home);
        let entry = done(&mut writer, 10);
        let _ = writer.match_purge(&entry.id, &"77".into()).unwrap();
        assert_eq!(home.details()[0].sent.clone().unwrap().verification, None);
        let stale = seen(100, true);
        let noted = writer.save_verification(&entry.id, &stale, at(40)).unwrap().unwrap();
        assert_eq!(noted.verified, Some(false));
        drop(writer);
        let again = home.reader().journal_entry(&entry.id).unwrap().unwrap();
        assert_eq!(again, noted);
        let sent = home.details()[0].sent.clone().unwrap();
        assert_eq!((sent.verified, sent.verification.as_deref()), (Some(false), Some(&stale)));
    });
}

#[test]
fn one_looks_at_a_time_and_who_vanished_is_not_waited_for_long() {
    each(|home| {
        let (mut writer, mut other) = (sender(home), home.writer());
        let id = done(&mut writer, 10).id;
        let held = writer.lease_verification(&id, at(20), at(50)).unwrap();
        assert_eq!(held, VerificationLease::Acquired(Verification::default()));
        assert_eq!(
            other.lease_verification(&id, at(21), at(51)).unwrap(),
            VerificationLease::HeldElsewhere
        );
        writer.save_verification(&id, &seen(100, false), at(60)).unwrap();
        assert_eq!(
            other.lease_verification(&id, at(59), at(89)).unwrap(),
            VerificationLease::HeldElsewhere
        );
        let taken = other.lease_verification(&id, at(60), at(90)).unwrap();
        assert_eq!(taken, VerificationLease::Acquired(seen(100, false)));
        // The clock was set back: nobody holds anything for so long.
        let again = writer.lease_verification(&id, at(0), at(30)).unwrap();
        assert!(matches!(again, VerificationLease::Acquired(_)));
        writer.save_verification(&id, &seen(1, true), at(60)).unwrap();
        let over = other.lease_verification(&id, at(999), at(1000)).unwrap();
        assert_eq!(over, VerificationLease::Settled);
        let nobody = writer.lease_verification(&"nobody".into(), at(0), at(30));
        assert_eq!(nobody.unwrap(), VerificationLease::Settled);
    });
}

#[test]
fn what_is_successful_and_not_settled_is_to_be_looked_at() {
    each(|home| {
        let mut writer = sender(home);
        queue(&mut writer, "/waits");
        let (old, open, settled) =
            (done(&mut writer, 1), done(&mut writer, 10), done(&mut writer, 10));
        writer.save_verification(&open.id, &seen(1, false), at(60)).unwrap();
        writer.save_verification(&settled.id, &seen(1, true), at(60)).unwrap();
        let ids = |since| {
            let found = home.reader().unverified(at(since)).unwrap();
            found.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(10), std::slice::from_ref(&open.id));
        assert_eq!(ids(0), [old.id, open.id]);
    });
}

#[test]
fn targets_that_somebody_named_are_known_by_account_and_cname() {
    each_with(&[purge("77", 5)], |home| {
        let mut writer = home.writer();
        queue(&mut writer, "/queued");
        let sample = purge("77", 5);
        let known = home.reader().known_targets(&sample.account, &sample.cname, at(0), 10).unwrap();
        assert_eq!(known.first().map(String::as_str), Some("/queued"));
        let in_history: Vec<String> =
            sample.targets.iter().map(|target| target.text.clone()).collect();
        assert!(known.ends_with(&in_history), "{known:?}");
        let reader = home.reader();
        let later = at(5) + TimeDelta::days(1);
        assert_eq!(
            reader.known_targets(&sample.account, &sample.cname, later, 10).unwrap(),
            ["/queued"]
        );
        assert!(
            reader.known_targets(&sample.account, "other.site.com", at(0), 10).unwrap().is_empty()
        );
    });
}
