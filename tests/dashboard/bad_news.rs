//! A purge of the operator's own that goes wrong is told without any setting, until it was looked
//! at.

use chrono::TimeDelta;
use purgedeck::domain::event::{AccountStatus, Event, Level, Notice};
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::effect::{Effect, Order, Report, TerminalEffect};

use super::stage::{Stage, just_queued, setup};

const REFUSED: &str = "401 token refused. Replace the token.";

/// A request of this id and account that has come to this end.
fn ended(stage: &Stage, id: &str, account: &str, state: JournalState) -> JournalEntry {
    let mut entry = just_queued(id, account, stage.now);
    entry.state = state;
    entry.error = (state == JournalState::Rejected).then(|| REFUSED.to_owned());
    entry.sent_at = Some(stage.now - TimeDelta::seconds(45));
    entry
}

/// The world reports that a request moved on.
fn moves(stage: &mut Stage, entry: JournalEntry) {
    stage.report(Report::Event(Event::Journal(Box::new(entry))));
}

/// A request is queued by hand, and comes to this end a moment later.
fn goes_wrong(stage: &mut Stage, id: &str, account: &str, state: JournalState) {
    let end = ended(stage, id, account, state);
    moves(stage, JournalEntry { state: JournalState::Sending, error: None, ..end.clone() });
    stage.now += TimeDelta::seconds(1);
    moves(stage, end);
}

fn line(stage: &Stage, from_the_bottom: usize) -> String {
    let text = stage.text();
    text.lines().rev().nth(from_the_bottom).unwrap_or_default().to_owned()
}

/// The notice, which may take two lines.
fn notice(stage: &Stage) -> String {
    let both = [line(stage, 2), line(stage, 1)].join(" ");
    both.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tabs(stage: &Stage) -> String {
    stage.text().lines().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn what_was_refused_stands_there_and_is_counted_until_the_queue_was_opened() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let mut stage = Stage::new(size);
        goes_wrong(&mut stage, "1", "edge-prod", JournalState::Rejected);
        let told = notice(&stage);
        assert!(told.contains("✗ edge-prod: www.site.com: all purge refused"), "{told}");
        assert!(told.contains("Replace the token."), "what to do too: {told}");
        assert!(tabs(&stage).contains("✗ 1 refused"), "{size:?}: {}", tabs(&stage));
        stage.now += TimeDelta::minutes(5);
        stage.press("j j k");
        assert!(notice(&stage).contains("purge refused"), "keys do not put it away");
        stage.press("esc");
        assert!(!notice(&stage).contains("purge refused"), "esc does");
        assert!(tabs(&stage).contains("✗ 1 refused"), "and the count stays");
        stage.take_asked();
        stage.press("Q");
        let noticed = Effect::Order(Order::NoticeBadEnds { ids: vec!["1".into()] });
        assert!(stage.take_asked().contains(&noticed));
        stage.press("esc");
        assert!(!tabs(&stage).contains("refused"), "{}", tabs(&stage));
    }
}

#[test]
fn the_reason_and_what_to_do_stand_in_the_notice() {
    let mut stage = Stage::new((160, 50));
    goes_wrong(&mut stage, "1", "edge-prod", JournalState::Rejected);
    assert!(notice(&stage).contains("401 token refused. Replace the token."));
    stage.press("esc");
    goes_wrong(&mut stage, "2", "edge-test", JournalState::Failed);
    // Both are told: nobody has looked at either.
    let told = notice(&stage);
    assert!(told.contains("2 purges went wrong (1 failed, 1 refused)"), "{told}");
    assert!(told.contains("edge-test: www.site.com, edge-prod: www.site.com"), "{told}");
    assert!(tabs(&stage).contains("✗ 1 failed · 1 refused"), "{}", tabs(&stage));
}

#[test]
fn the_answer_to_a_key_does_not_hide_what_went_wrong_a_second_later() {
    let mut stage = Stage::new((160, 50));
    stage.press("x");
    assert!(line(&stage, 1).contains("only pane"), "{}", line(&stage, 1));
    goes_wrong(&mut stage, "1", "edge-prod", JournalState::Failed);
    assert!(line(&stage, 1).contains("failed"), "{}", line(&stage, 1));
}

#[test]
fn what_failed_while_the_program_was_not_running_is_told_at_its_start() {
    let mut stage = Stage::empty((160, 50), 40, setup());
    let failed = |id| ended(&stage, id, "edge-prod", JournalState::Failed);
    let mut stale = ended(&stage, "3", "edge-prod", JournalState::Successful);
    stale.verified = Some(false);
    let seen = JournalEntry { noticed: true, ..failed("4") };
    stage.journal = vec![failed("1"), failed("2"), stale, seen];
    stage.start();
    let told = notice(&stage);
    assert!(told.contains("3 purges went wrong (2 failed, 1 not verified)"), "{told}");
    assert!(tabs(&stage).contains("✗ 2 failed · 1 not verified"), "{}", tabs(&stage));
    stage.press("Q esc");
    assert!(!tabs(&stage).contains("failed ·"), "{}", tabs(&stage));
}

#[test]
fn what_goes_wrong_while_the_queue_is_open_is_told_and_not_counted() {
    let mut stage = Stage::new((160, 50));
    stage.press("Q");
    goes_wrong(&mut stage, "1", "edge-prod", JournalState::Failed);
    assert!(line(&stage, 1).contains("www.site.com: all purge failed"), "{}", line(&stage, 1));
    stage.press("esc esc");
    assert!(!tabs(&stage).contains("1 failed"), "{}", tabs(&stage));
}

/// The history of an account was read at this instant.
fn reads(stage: &mut Stage, account: &str) {
    let status = AccountStatus { synced_at: Some(stage.now), ..AccountStatus::default() };
    stage.report(Report::Event(Event::Account { account: account.into(), status }));
}

#[test]
fn an_unknown_outcome_stands_there_with_the_last_reading_until_the_history_tells() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let mut stage = Stage::new(size);
        goes_wrong(&mut stage, "1", "edge-other", JournalState::Unknown);
        let told = notice(&stage);
        assert!(told.contains("! edge-other: www.site.com: all purge, outcome unknown"), "{told}");
        assert!(told.contains("Wait for the history (never read yet)"), "{told}");
        let whole = told.contains("or send it again in the queue.");
        assert!(whole || size.0 < 80, "what to do too: {told}");
        assert!(tabs(&stage).contains("1 unknown"), "{size:?}: {}", tabs(&stage));
        assert_eq!(tabs(&stage).matches("unknown").count(), 1, "{}", tabs(&stage));
        stage.now += TimeDelta::seconds(9);
        reads(&mut stage, "edge-other");
        let at = stage.now.format("%H:%M:%S").to_string();
        let told = notice(&stage);
        let cut = if size.0 < 80 { "" } else { " it)" };
        assert!(told.contains(&format!("(last read {at}, without{cut}")), "{told}");
        stage.press("j j k");
        assert!(notice(&stage).contains("outcome unknown"), "keys do not put it away");
        // The history tells after all.
        let done = ended(&stage, "1", "edge-other", JournalState::Successful);
        moves(&mut stage, done);
        assert!(!stage.text().contains("unknown:"), "{}", stage.text());
    }
}

#[test]
fn what_was_unknown_and_fails_is_news_again_although_the_operator_knew_of_it() {
    let mut stage = Stage::new((160, 50));
    goes_wrong(&mut stage, "1", "edge-prod", JournalState::Unknown);
    stage.press("Q");
    let noticed = Effect::Order(Order::NoticeBadEnds { ids: vec!["1".into()] });
    assert!(stage.take_asked().contains(&noticed));
    stage.press("esc");
    assert!(!stage.text().contains("outcome unknown"), "{}", stage.text());
    assert!(tabs(&stage).contains("1 unknown"), "it still is: {}", tabs(&stage));
    let failed = ended(&stage, "1", "edge-prod", JournalState::Failed);
    moves(&mut stage, failed);
    assert!(notice(&stage).contains("all purge failed"), "{}", notice(&stage));
    assert!(tabs(&stage).contains("✗ 1 failed"), "{}", tabs(&stage));
    assert!(!tabs(&stage).contains("unknown"), "{}", tabs(&stage));
}

#[test]
fn what_was_unknown_at_the_last_end_is_told_at_the_start() {
    let mut stage = Stage::empty((160, 50), 40, setup());
    stage.journal = vec![ended(&stage, "1", "edge-prod", JournalState::Unknown)];
    stage.start();
    assert!(notice(&stage).contains("all purge, outcome unknown"), "{}", notice(&stage));
}

#[test]
fn what_the_engine_says_of_a_stale_edge_is_told_once() {
    let mut stage = Stage::new((160, 50));
    let mut stale = ended(&stage, "1", "edge-prod", JournalState::Successful);
    stale.verified = Some(false);
    moves(&mut stage, stale.clone());
    let words = purgedeck::domain::bad_news::sentence(&stale, None).unwrap();
    let notice = Notice { level: Level::Error, account: Some("edge-prod".into()), words };
    stage.report(Report::Event(Event::Notice(notice)));
    let told = line(&stage, 1);
    assert!(told.contains("www.site.com is not verified") && !told.contains("(+"), "{told}");
}

#[test]
fn everything_that_was_told_can_be_read_again() {
    let mut stage = Stage::new((100, 30));
    goes_wrong(&mut stage, "1", "edge-prod", JournalState::Rejected);
    stage.press("esc Q esc x");
    stage.now += TimeDelta::minutes(9);
    stage.press("!");
    let text = stage.text();
    let rows: Vec<&str> = text.lines().filter(|line| line.contains("│")).collect();
    assert!(rows[0].contains("10:04:13") && rows[0].contains("only pane"), "{text}");
    assert!(rows[1].contains("✗ edge-prod: www.site.com: all purge"), "{text}");
    stage.press("j");
    assert!(stage.text().contains("Replace the token."), "whole below: {}", stage.text());
    stage.take_asked();
    stage.press("y");
    let copied = stage.take_asked();
    assert!(
        matches!(&copied[..], [Effect::Terminal(TerminalEffect::Copy(words))]
            if words.ends_with("Replace the token.")),
        "{copied:?}"
    );
    stage.press("esc");
    assert!(!stage.text().contains("Notices"));
}

#[test]
fn a_notice_of_two_lines_covers_no_border_of_a_pane_or_an_overlay() {
    for size in [(80, 24), (60, 20), (60, 14)] {
        let mut stage = Stage::new(size);
        goes_wrong(&mut stage, "1", "edge-prod", JournalState::Rejected);
        let below = if size.1 >= 20 { 3 } else { 2 };
        for keys in ["j", "?", "esc A", "esc P"] {
            stage.press(keys);
            let text = stage.text();
            let lines: Vec<&str> = text.lines().collect();
            let notice = lines[lines.len() - below..].join(" ");
            let notice = notice.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(notice.contains("Replace the token."), "{size:?} {keys}: {text}");
            let above = lines[lines.len() - below - 1];
            assert!(above.contains('└') && above.contains('┘'), "{size:?} {keys}: {text}");
        }
    }
}

#[test]
fn the_cursor_stays_in_sight_when_a_long_notice_takes_a_row() {
    let mut stage = Stage::new((80, 24));
    stage.press("ctrl-d ctrl-d");
    for _ in 0..30 {
        stage.press("j");
        let selected = |stage: &Stage| stage.text().lines().any(|line| line.contains('▸'));
        assert!(selected(&stage), "{}", stage.text());
        let id = stage.now.to_string();
        goes_wrong(&mut stage, &id, "edge-prod", JournalState::Rejected);
        assert!(selected(&stage), "{}", stage.text());
        stage.press("esc");
    }
}
