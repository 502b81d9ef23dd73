//! Purges whose targets were not read yet, and times of which the history is missing for good.

use std::sync::Arc;

use purgedeck::domain::event::Event;
use purgedeck::domain::limits::{HistoryRule, Limits};
use purgedeck::effect::Report;

use super::stage::{Stage, at, limits, purge, setup};

/// A stage whose newest purge is bare.
fn a_bare_row(size: (u16, u16)) -> Stage {
    let mut stage = Stage::empty(size, 400, setup());
    let newest = &mut stage.store[0].1;
    (newest.kind, newest.targets) = (None, Vec::new());
    newest.raw_kind.clear();
    stage.start();
    stage.hear_of_accounts();
    let history = HistoryRule { bare: true, ..limits().history };
    stage.report(Report::Event(Event::Limits {
        account: "edge-prod".into(),
        limits: Arc::new(Limits { history, ..limits() }),
    }));
    stage
}

#[test]
fn a_row_says_that_its_paths_were_not_read_and_shows_them_as_soon_as_they_are() {
    for size in [(160, 50), (100, 30), (80, 24), (60, 20)] {
        let mut stage = a_bare_row(size);
        assert!(stage.text().contains("not read"), "{}", stage.text());
        assert!(!stage.text().contains("unknown"), "{}", stage.text());
        stage.press("enter");
        assert!(stage.text().contains("paths not read yet"), "{}", stage.text());
        let created = stage.store[0].1.created;
        stage.store[0].1 = purge(0, created);
        stage.report(Report::Event(Event::HistoryChanged {
            account: "edge-prod".into(),
            from: created,
            until: created,
            new: 0,
        }));
        assert!(!stage.text().contains("not read"), "{}", stage.text());
        assert!(stage.text().contains("hero-0.jpg"), "{}", stage.text());
    }
}

#[test]
fn a_wide_row_says_it_in_its_own_words() {
    let stage = a_bare_row((160, 50));
    let text = stage.text();
    let row = text.lines().find(|line| line.contains("10:03:58")).unwrap_or_default();
    assert!(row.contains("paths not read yet"), "{text}");
}

#[test]
fn a_time_that_the_vendor_did_not_keep_until_it_was_read_is_named_where_it_is_selected() {
    let mut stage = Stage::empty((160, 50), 400, setup());
    stage.read_before = Some((at("2026-10-01T00:00:00Z"), at("2026-10-10T00:00:00Z")));
    stage.start();
    stage.hear_of_accounts();
    let missing = "10 Oct 00:00 to 22 Oct 00:00 is missing";
    assert!(stage.text().contains(missing), "{}", stage.text());
    assert!(stage.text().contains("complete back to 22 Oct"), "{}", stage.text());
    stage.show("since:24h");
    assert!(!stage.text().contains("is missing"), "{}", stage.text());
}
