//! What the screen says where it has nothing to show, or old things.

use purgedeck::app::{Msg, Setup, next_wake};
use purgedeck::domain::account::Account;
use purgedeck::domain::event::{AccountStatus, Event, Level, Notice, StoreError};
use purgedeck::domain::ids::AccountName;
use purgedeck::effect::{Answer, Effect, Query, Report};

use super::stage::{Stage, at, setup};

#[test]
fn without_an_account_the_screen_says_how_to_get_one() {
    let mut stage = Stage::empty((80, 24), 0, Setup::default());
    stage.start();
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn before_the_store_has_answered_it_is_being_read() {
    let mut stage = Stage::empty((80, 24), 10, setup());
    stage.answering = false;
    stage.start();
    assert!(stage.text().contains("Reading the store"), "{}", stage.text());
}

#[test]
fn an_empty_store_says_what_each_account_is_doing() {
    let mut stage = Stage::empty((80, 24), 0, setup());
    stage.start();
    stage.report(Report::Event(Event::Account {
        account: AccountName::new("edge-prod"),
        status: AccountStatus { asking_since: Some(stage.now), ..AccountStatus::default() },
    }));
    let text = stage.text();
    assert!(text.contains("Nothing read yet"), "{text}");
    assert!(text.contains("edge-prod: reading"), "{text}");
    stage.now += chrono::TimeDelta::seconds(29);
    let text = stage.text();
    assert!(text.contains("edge-prod: reading, 29 s"), "{text}");
    assert!(text.contains("○ reading, 29 s"), "{text}");
    stage.hear_of_accounts();
    let text = stage.text();
    assert!(text.contains("no purge on record"), "{text}");
    assert!(text.contains("Check the account's secret"), "{text}");
}

#[test]
fn a_filter_that_selects_nothing_says_how_to_get_everything_back() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("nothing-has-this-name");
    stage.press("enter");
    let text = stage.text();
    assert!(text.contains("No purge fits this filter"), "{text}");
    assert!(text.contains("ctrl-l shows all purges"), "{text}");
    stage.press("ctrl-l");
    assert!(stage.text().contains("400 purges"));
}

#[test]
fn a_store_that_never_answered_well_says_what_to_do() {
    let mut stage = Stage::empty((80, 24), 0, setup());
    stage.answering = false;
    stage.start();
    let Some(Effect::Query(Query::Window { pane, ticket, .. })) =
        stage.take_asked().into_iter().next()
    else {
        panic!("the first question is for rows");
    };
    stage.report(Report::Answer(Answer::Window {
        pane,
        ticket,
        result: Err(StoreError {
            words: "The store is damaged.".to_owned(),
            advice: "Move it away and start again: purgedeck reads the vendors anew.".to_owned(),
        }),
    }));
    let text = stage.text();
    assert!(text.contains("The store is damaged."), "{text}");
    assert!(text.contains("Move it away"), "{text}");
}

#[test]
fn offline_shows_the_store_and_ticks_for_nobody() {
    let setup = Setup { offline: true, read_only: true, ..setup() };
    let mut stage = Stage::empty((80, 24), 40, setup);
    stage.start();
    let text = stage.text();
    assert!(text.contains("offline"), "{text}");
    assert!(text.contains("read-only"), "{text}");
    assert!(text.contains("40 purges"), "{text}");
    assert_eq!(next_wake(&stage.app, stage.now), None);
    stage.press("r");
    assert!(stage.text().contains("Offline: no vendor is asked."));
}

#[test]
fn read_only_opens_nothing_that_could_purge() {
    let setup = Setup { read_only: true, ..setup() };
    let mut stage = Stage::empty((80, 24), 40, setup);
    stage.start();
    stage.press("P");
    assert!(stage.app.overlays().is_empty());
    assert!(stage.text().contains("Read-only: nothing can be purged"));
    stage.take_asked();
    stage.press("R");
    assert_eq!(stage.take_asked(), []);
}

#[test]
fn an_idle_screen_wakes_at_the_next_minute_and_a_moving_one_at_the_next_second() {
    let mut stage = Stage::new((80, 24));
    stage.press("G");
    assert_eq!(next_wake(&stage.app, stage.now), Some(at("2026-11-21T10:05:00Z")));
    assert!(stage.text().contains(" 10:04 UTC"));
    stage.report(Report::Event(Event::Account {
        account: AccountName::new("edge-prod"),
        status: AccountStatus {
            asking_since: Some(stage.now),
            synced_at: Some(stage.now),
            ..AccountStatus::default()
        },
    }));
    assert_eq!(next_wake(&stage.app, stage.now), Some(at("2026-11-21T10:04:13Z")));
    assert!(stage.text().contains("10:04:12 UTC"));
}

#[test]
fn an_account_that_fails_keeps_its_rows_and_says_how_old_they_are() {
    let stage = Stage::new((100, 30));
    let text = stage.text();
    assert!(text.contains("edge-test ✗ 401 token refused (3m old)"), "{text}");
    assert!(text.contains("edge-test img.site.com"), "{text}");
}

#[test]
fn an_error_stays_until_it_is_put_away_and_news_do_not() {
    let mut stage = Stage::new((80, 24));
    let say = |stage: &mut Stage, level, words: &str| {
        stage.report(Report::Event(Event::Notice(Notice {
            level,
            account: None,
            words: words.to_owned(),
        })));
    };
    say(&mut stage, Level::Error, "The disk is full.");
    say(&mut stage, Level::Info, "All is well.");
    stage.now += chrono::TimeDelta::seconds(30);
    stage.press("j j");
    let text = stage.text();
    assert!(text.contains("The disk is full."), "{text}");
    stage.press("esc");
    let text = stage.text();
    assert!(!text.contains("The disk is full."), "{text}");
    assert!(!text.contains("All is well."), "{text}");
}

#[test]
fn the_reading_of_older_history_is_shown() {
    let mut stage = Stage::new((100, 30));
    stage.report(Report::Event(Event::Account {
        account: AccountName::new("edge-prod"),
        status: AccountStatus { older: Some((1_204, Some(9_811))), ..AccountStatus::default() },
    }));
    let text = stage.text();
    assert!(text.contains("loading older: 1,204 of 9,811"), "{text}");
}

#[test]
fn waking_draws_again_and_asks_for_nothing() {
    let mut stage = Stage::new((80, 24));
    stage.press("G");
    stage.take_asked();
    stage.app.take_dirty();
    stage.send(Msg::Woke);
    assert!(stage.app.take_dirty());
    assert_eq!(stage.take_asked(), []);
}

#[test]
fn an_account_that_was_never_read_is_not_counted_as_complete() {
    let mut setup = super::stage::setup();
    setup.accounts.push(Account::new("edge-new", "westcdn"));
    let mut stage = Stage::empty((120, 30), 400, setup);
    stage.start();
    stage.hear_of_accounts();
    let text = stage.text();
    assert!(text.contains("edge-new was never read"), "{text}");
}

#[test]
fn an_account_whose_vendor_does_not_answer_is_not_shown_as_sound_while_its_part_grows_old() {
    let mut stage = Stage::new((120, 24));
    let mut asking_since = |seconds: i64| {
        stage.report(Report::Event(Event::Account {
            account: AccountName::new("edge-prod"),
            status: AccountStatus {
                asking_since: Some(at("2026-11-21T10:04:12Z")),
                synced_at: Some(at("2026-11-21T10:04:12Z") - chrono::TimeDelta::seconds(seconds)),
                ..AccountStatus::default()
            },
        }));
        stage.text().lines().next().unwrap_or_default().to_owned()
    };
    assert!(asking_since(12).contains("● 12s"));
    assert!(asking_since(150).contains("reading (2m old)"));
}

#[test]
fn an_account_that_was_never_read_is_not_counted_among_the_sound_ones() {
    let mut setup = super::stage::setup();
    for name in ["edge-new", "edge-late"] {
        setup.accounts.push(Account::new(name, "westcdn"));
    }
    let header = |size| {
        let mut stage = Stage::empty(size, 40, setup.clone());
        stage.start();
        stage.hear_of_accounts();
        stage.report(Report::Event(Event::Account {
            account: AccountName::new("edge-new"),
            status: AccountStatus { asking_since: Some(stage.now), ..AccountStatus::default() },
        }));
        stage.text().lines().next().unwrap_or_default().to_owned()
    };
    let narrow = header((112, 24));
    assert!(narrow.contains("● 1 account"), "{narrow}");
    assert!(narrow.contains("edge-new ○ reading"), "{narrow}");
    assert!(narrow.contains("edge-late ○"), "{narrow}");
    let narrower = header((90, 24));
    assert!(narrower.contains("● 1 account"), "{narrower}");
    assert!(narrower.contains("edge-test ✗"), "{narrower}");
    assert!(narrower.contains("○ 2 never read"), "{narrower}");
}

#[test]
fn offline_no_purge_can_be_written_nor_repeated() {
    let setup = Setup { offline: true, ..setup() };
    let mut stage = Stage::empty((100, 30), 40, setup);
    stage.start();
    stage.hear_of_accounts();
    let footer = |stage: &Stage| stage.text().lines().last().unwrap_or_default().to_owned();
    assert!(!footer(&stage).contains("purge"), "{}", footer(&stage));
    for key in ["P", "R"] {
        stage.take_asked();
        stage.press(key);
        assert_eq!(stage.take_asked(), [], "{key}");
        let text = stage.text();
        assert!(text.contains("Offline: nothing can be purged"), "{text}");
        assert!(stage.app.overlays().is_empty(), "{key}");
    }
}
