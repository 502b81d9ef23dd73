//! The targets of a month, which may cost money.

use super::journal::{queue, sender, step};
use super::*;
use crate::domain::journal::JournalState;
use crate::domain::kind::Kind;
use crate::domain::status::Status;

/// Returns the targets that an account used since a second, and true if there may be more.
fn used(home: &Home, account: &str, since: i64) -> (u64, bool) {
    let used = home.reader().month_use(&account.into(), at(since)).unwrap();
    assert_eq!(used.month, at(since));
    (used.targets, used.is_least)
}

#[test]
fn the_targets_of_everybody_in_an_account_count_from_the_first_instant_on() {
    let of_all = Purge { kind: Some(Kind::All), targets: Vec::new(), ..purge("3", 30) };
    let failed = Purge { status: Status::Failed, ..purge("4", 40) };
    let other = Purge { account: "gcore-test".into(), ..purge("5", 40) };
    let before = purge("1", 9);
    // Two of one instant have keys behind each other.
    let purges = [before, purge("2", 10), purge("2b", 10), of_all, failed, other];
    each_with(&purges, |home| {
        assert_eq!(used(home, "gcore-prod", 10), (7, false));
        assert_eq!(used(home, "gcore-prod", 9), (9, false));
        assert_eq!(used(home, "gcore-prod", 11), (3, false));
        assert_eq!(used(home, "gcore-test", 0), (2, false));
        assert_eq!(used(home, "nobody", 0), (0, false));
    });
}

#[test]
fn a_purge_that_was_not_read_yet_counts_as_one_target_at_least() {
    let bare = Purge { kind: None, raw_kind: String::new(), targets: Vec::new(), ..purge("1", 5) };
    each_with(std::slice::from_ref(&bare), |home| {
        assert_eq!(used(home, "gcore-prod", 0), (1, true));
        home.writer().record(&[purge("1", 5)], at(6)).unwrap();
        assert_eq!(used(home, "gcore-prod", 0), (2, false));
    });
}

#[test]
fn what_was_sent_counts_once_whether_history_shows_it_yet_or_not() {
    each(|home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        assert_eq!(used(home, "gcore-prod", 0), (0, false));
        step(&mut writer, &id, JournalState::Queued, JournalState::Sending, 4);
        assert_eq!(used(home, "gcore-prod", 0), (1, false));
        assert_eq!(used(home, "gcore-prod", 5), (0, false));
        let _ = writer.match_purge(&id, &"77".into()).unwrap();
        let shown = Purge { targets: vec![Target::new("/a")], ..purge("77", 5) };
        writer.record(&[shown], at(6)).unwrap();
        assert_eq!(used(home, "gcore-prod", 0), (1, false));
    });
}
