//! The queue above the board: what its rows say at every width, and what may be done to them.

use chrono::TimeDelta;
use purgedeck::app::Setup;
use purgedeck::domain::account::Account;
use purgedeck::domain::event::{AccountStatus, Event};
use purgedeck::domain::failure::{Cause, Failure};
use purgedeck::domain::ids::JournalId;
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::payload::{Payload, Targets};
use purgedeck::domain::purge::Target;
use purgedeck::domain::status::Status;
use purgedeck::effect::{Answer, Effect, Order, Query, Report, TerminalEffect};

use super::stage::{Stage, at, just_queued, setup};

/// A stage with the queue open, and one request of each account in it.
fn with_queue(size: (u16, u16), setup: Setup, change: impl Fn(&mut JournalEntry)) -> Stage {
    let mut stage = Stage::empty(size, 40, setup);
    stage.start();
    stage.press("Q");
    for name in ["edge-prod", "edge-test"] {
        let mut entry = entry(name, &stage);
        change(&mut entry);
        stage.report(Report::Event(Event::Journal(Box::new(entry))));
    }
    stage.take_asked();
    stage
}

fn entry(account: &str, stage: &Stage) -> JournalEntry {
    let mut entry = just_queued(&format!("request-of-{account}"), account, stage.now);
    entry.request.payload = Payload::Url(Targets::new(vec!["/a.jpg".to_owned()]).unwrap());
    entry.planned_at += TimeDelta::seconds(119);
    entry
}

fn footer(stage: &Stage) -> String {
    stage.text().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn read_only_the_queue_can_be_looked_at_and_not_changed() {
    let setup = Setup { read_only: true, ..setup() };
    let mut stage = with_queue((100, 30), setup, |_| {});
    let shown = footer(&stage);
    assert!(shown.contains("copy"), "{shown}");
    for refused in ["cancel", "pause", "earlier", "later", "send again"] {
        assert!(!shown.contains(refused), "{shown}");
    }
    stage.press("x p J K S");
    assert_eq!(stage.take_asked(), []);
    stage.press("x");
    assert!(stage.text().contains("Read-only: the queue cannot be changed"));
    stage.press("esc");
    assert!(!footer(&stage).contains("purge"), "{}", footer(&stage));
    stage.press("q");
    let left_to_others = stage.take_asked().pop();
    assert_eq!(left_to_others, Some(Effect::Terminal(TerminalEffect::Quit)));
}

#[test]
fn what_is_queued_in_a_read_only_account_is_not_touched() {
    let locked = Account { read_only: true, ..Account::new("edge-prod", "northcdn") };
    let setup = Setup { accounts: vec![locked, Account::new("edge-test", "southcdn")], ..setup() };
    let mut stage = with_queue((100, 30), setup, |_| {});
    stage.press("x J K");
    assert_eq!(stage.take_asked(), []);
    assert!(stage.text().contains("This account is read-only"));
    stage.press("j");
    stage.take_asked();
    stage.press("x");
    let ids = vec!["request-of-edge-test".into()];
    assert_eq!(stage.take_asked(), [Effect::Order(Order::Cancel { ids: ids.clone() })]);
    stage.press("esc q down down enter");
    assert_eq!(
        stage.take_asked(),
        [Effect::Order(Order::Cancel { ids }), Effect::Terminal(TerminalEffect::Quit)],
        "cancelling everything spares it"
    );
}

#[test]
fn an_answer_that_was_asked_for_before_the_journal_changed_takes_nothing_back() {
    let mut stage = Stage::empty((100, 30), 40, setup());
    stage.start();
    stage.answering = false;
    stage.press("Q");
    let queries = |stage: &mut Stage| -> Vec<Effect> {
        let asked = stage.take_asked().into_iter();
        asked.filter(|effect| matches!(effect, Effect::Query(Query::Queue { .. }))).collect()
    };
    let queued = entry("edge-prod", &stage);
    stage.report(Report::Event(Event::Journal(Box::new(queued))));
    let opened = queries(&mut stage).pop().unwrap();
    let old = stage.answer(&opened).unwrap();
    let canceled = JournalEntry { state: JournalState::Cancelled, ..entry("edge-prod", &stage) };
    stage.report(Report::Event(Event::Journal(Box::new(canceled))));
    stage.report(old);
    assert!(stage.app.known().open.is_empty());
    let again = queries(&mut stage);
    assert_eq!(again.len(), 1, "two changes make one more query");
    let new = stage.answer(&again[0]).unwrap();
    stage.report(new);
    assert!(stage.text().contains("1 ended"), "{}", stage.text());
}

#[test]
fn no_column_of_the_queue_touches_the_next_at_any_width() {
    for size in [(160, 50), (100, 30), (80, 24), (60, 20)] {
        for seconds in [5, 119, 86_399, 31_000_000] {
            let stage = with_queue(size, setup(), |entry| {
                entry.planned_at = entry.queued_at + TimeDelta::seconds(seconds);
            });
            let text = stage.text();
            let rows: Vec<&str> = text.lines().filter(|line| line.contains("queued ")).collect();
            assert!(rows.len() > 1, "{text}");
            for row in rows.iter().filter(|row| row.contains(" in ")) {
                assert!(row.contains(" www.site.com "), "{size:?}: {row}");
            }
        }
    }
}

#[test]
fn what_was_taken_back_was_never_answered() {
    let stage = with_queue((100, 30), setup(), |entry| {
        entry.state = JournalState::Cancelled;
        entry.queued_at -= TimeDelta::minutes(9);
        entry.answered_at = Some(entry.queued_at + TimeDelta::minutes(5));
    });
    let text = stage.text();
    assert!(text.contains("canceled "), "{text}");
    assert!(!text.contains("answered"), "{text}");
    assert!(text.contains("4m ago"), "since when it is over: {text}");
}

/// The line of limits, above the keys.
fn limits(stage: &Stage) -> String {
    let text = stage.text();
    let above = text.lines().rev().nth(1);
    above.unwrap_or_default().to_owned()
}

#[test]
fn the_limits_are_those_of_the_request_under_the_cursor_and_of_no_row_below() {
    let mut stage = Stage::new((100, 30));
    let of_the_row = limits(&stage);
    assert!(of_the_row.contains("www.site.com"), "{of_the_row}");
    stage.press("Q");
    assert_eq!(limits(&stage).trim(), "", "the queue is empty");
    for (place, (resource, cname)) in
        [("1", "img.site.com"), ("0", "www.site.com")].into_iter().enumerate()
    {
        let mut entry = entry("edge-prod", &stage);
        entry.id = format!("{place}").into();
        entry.place = place as i64;
        entry.request.resource = resource.into();
        entry.request.cname = cname.to_owned();
        stage.report(Report::Event(Event::Journal(Box::new(entry))));
    }
    assert!(limits(&stage).contains("img.site.com"), "{}", limits(&stage));
    stage.press("j");
    assert!(limits(&stage).contains("www.site.com"), "{}", limits(&stage));
    stage.press("k esc");
    assert!(limits(&stage).contains("www.site.com"), "{}", limits(&stage));
}

#[test]
fn where_a_filter_selects_nothing_no_limits_are_shown() {
    let mut stage = Stage::new((100, 30));
    stage.press("/");
    stage.type_text("nothing-has-this-name");
    stage.press("enter");
    assert!(!limits(&stage).contains("site.com"), "{}", limits(&stage));
    stage.press("ctrl-l");
    assert!(limits(&stage).contains("site.com"), "{}", limits(&stage));
}

#[test]
fn account_kind_and_the_whole_host_are_the_last_to_be_cut() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let stage = with_queue(size, setup(), |entry| {
            entry.state = JournalState::Failed;
            entry.request.cname = "images.northwind.example".to_owned();
        });
        let text = stage.text();
        assert!(text.contains("HOST") && text.contains("KIND"), "{text}");
        let row = text.lines().find(|line| line.contains("images.northwind.example"));
        let row = row.unwrap_or_else(|| panic!("{text}"));
        assert!(row.contains("images.northwind.example url"), "{row}");
        assert!(row.contains("edge-prod"), "{size:?}: {row}");
    }
}

#[test]
fn a_plan_says_how_far_it_is_and_each_failure_why() {
    let stage = with_queue((160, 50), setup(), |entry| {
        entry.state = JournalState::Failed;
        if entry.request.account.as_str() == "edge-prod" {
            entry.state = JournalState::Rejected;
            entry.error = Some("401 token refused: no such key. Replace it.".to_owned());
        }
    });
    let text = stage.text();
    assert!(text.contains("plan of 10:04:12 · 0 of 2 done · 1 failed · 1 refused"), "{text}");
    assert!(text.contains("401 token refused  /a.jpg"), "{text}");
    assert!(text.contains("Southcdn gives no reason  /a.jpg"), "{text}");
}

#[test]
fn a_canceled_request_can_be_put_back_and_what_is_over_can_be_purged_again() {
    let mut stage = with_queue((160, 50), setup(), |_| {});
    let id: JournalId = "request-of-edge-prod".into();
    stage.press("x");
    assert_eq!(stage.take_asked(), [Effect::Order(Order::Cancel { ids: vec![id.clone()] })]);
    let canceled = JournalEntry { state: JournalState::Cancelled, ..entry("edge-prod", &stage) };
    stage.report(Report::Event(Event::Journal(Box::new(canceled))));
    stage.take_asked();
    stage.press("u");
    assert_eq!(stage.take_asked(), [Effect::Order(Order::Restore { id })]);
    stage.press("R");
    assert!(stage.text().contains("Compose") && stage.text().contains("/a.jpg"));
    let mut stage = with_queue((160, 50), setup(), |_| {});
    stage.press("u");
    assert!(stage.text().contains("Only what was canceled just now goes back"));
    stage.press("R");
    assert!(stage.text().contains("It is still under way"), "{}", stage.text());
}

#[test]
fn what_was_refused_has_no_row_to_be_shown() {
    let mut stage = with_queue((160, 50), setup(), |entry| entry.state = JournalState::Rejected);
    stage.press("enter");
    assert_eq!(stage.take_asked(), []);
    let text = stage.text();
    assert!(text.contains("Nothing was purged") && text.contains("Queue"), "{text}");
}

#[test]
fn what_was_canceled_another_day_does_not_go_out_by_one_key() {
    let mut stage = with_queue((160, 50), setup(), |entry| entry.state = JournalState::Cancelled);
    stage.press("u");
    assert_eq!(stage.take_asked(), []);
    assert!(stage.text().contains("purge it again instead"), "{}", stage.text());
}

#[test]
fn of_what_failed_only_the_targets_that_failed_are_drafted_where_the_vendor_tells_them_apart() {
    // Those that were refused are known while the others are under way.
    let refused = "1 of 2 targets was refused: not yours (/b.jpg)";
    for (state, error) in [(JournalState::Failed, None), (JournalState::Accepted, Some(refused))] {
        let mut stage = with_queue((160, 50), setup(), |entry| {
            entry.state = state;
            entry.error = error.map(str::to_owned);
            entry.purge = Some("p1".into());
            let targets = ["/a.jpg", "/b.jpg"].map(str::to_owned).to_vec();
            entry.request.payload = Payload::Url(Targets::new(targets).unwrap());
        });
        assert!(error.is_none_or(|words| stage.text().contains(words)), "{}", stage.text());
        stage.press("R");
        let asked = stage.take_asked();
        let [Effect::Query(Query::PurgesOf { ticket, .. })] = &asked[..] else {
            panic!("{asked:?}")
        };
        let mut purge = super::stage::purge(1, stage.now);
        let target = |text: &str, status| Target { text: text.to_owned(), status: Some(status) };
        purge.targets =
            vec![target("/a.jpg", Status::Successful), target("/b.jpg", Status::Failed)];
        stage.report(Report::Answer(Answer::Gathered { ticket: *ticket, result: Ok(vec![purge]) }));
        let text = stage.text();
        assert!(text.contains("Compose") && text.contains("/b.jpg"), "{text}");
        assert!(text.contains("Only the 1 of 2 targets that failed."), "{text}");
    }
}

#[test]
fn an_account_that_fails_says_what_to_do_and_when_it_is_asked_again() {
    let mut stage = Stage::new((160, 50));
    stage.report(Report::Event(Event::Account {
        account: "edge-test".into(),
        status: AccountStatus {
            failure: Some(Failure::new(Cause::VendorError)),
            next_at: Some(stage.now + TimeDelta::seconds(40)),
            ..AccountStatus::default()
        },
    }));
    let first = stage.text().lines().next().unwrap().to_owned();
    assert!(first.contains("vendor error, next try 10:04:52 (never read)"), "{first}");
    stage.press("A j");
    let text = stage.text();
    assert!(text.contains(Failure::new(Cause::VendorError).advice()), "{text}");
    assert!(text.contains("limits: url 100 a request"), "{text}");
    stage.take_asked();
    stage.press("r");
    let account = Some("edge-test".into());
    assert_eq!(stage.take_asked(), [Effect::Order(Order::Refresh { account })]);
}

#[test]
fn progress_is_that_of_the_shown_accounts_and_never_runs_backwards() {
    let mut stage = Stage::new((160, 50));
    let reads = |stage: &mut Stage, account: &str, older| {
        let synced_at = Some(stage.now);
        let status = AccountStatus { synced_at, older, ..AccountStatus::default() };
        stage.report(Report::Event(Event::Account { account: account.into(), status }));
    };
    reads(&mut stage, "edge-prod", Some((900, Some(1000))));
    reads(&mut stage, "edge-test", Some((10, Some(500))));
    assert!(stage.text().contains("loading older: 910 of 1,500 rows"), "{}", stage.text());
    assert!(!stage.text().contains("complete back"), "not both: {}", stage.text());
    reads(&mut stage, "edge-prod", None);
    assert!(stage.text().contains("loading older: 1,010 of 1,500 rows"), "{}", stage.text());
    stage.press("/");
    stage.type_text("account:edge-prod");
    stage.press("enter");
    assert!(!stage.text().contains("loading older"), "{}", stage.text());
    assert!(stage.text().contains("complete back to"), "{}", stage.text());
}

#[test]
fn the_list_says_that_older_purges_are_not_kept_where_all_that_is_kept_is_complete() {
    for (kept_from, is_all) in
        [(None, false), (Some("2026-10-21T23:00:00Z"), false), (Some("2026-10-22T00:00:00Z"), true)]
    {
        let mut stage = Stage::empty((160, 50), 400, setup());
        stage.kept_from = kept_from.map(at);
        stage.start();
        let text = stage.text();
        assert!(text.contains("complete back to 22 Oct"), "{text}");
        assert_eq!(text.contains("22 Oct; older is not kept"), is_all, "{text}");
    }
}

#[test]
fn a_click_goes_to_a_request_and_the_next_one_shows_its_purge() {
    let mut stage = with_queue((160, 50), setup(), |entry| {
        entry.state = JournalState::Rejected;
        if entry.request.account.as_str() == "edge-test" {
            (entry.state, entry.purge) = (JournalState::Failed, Some("P-7".into()));
        }
    });
    stage.click("plan of");
    stage.press("enter");
    assert!(stage.text().contains("Nothing was purged"), "a heading is no request");
    stage.click("Southcdn gives no reason");
    assert!(stage.text().contains("Queue"), "{}", stage.text());
    stage.click("Southcdn gives no reason");
    let text = stage.text();
    assert!(text.contains("id:P-7") && !text.contains("Queue"), "{text}");
}

#[test]
fn the_requests_of_a_plan_are_joined_and_one_that_was_queued_alone_is_not() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        let mut stage = with_queue(size, setup(), |_| {});
        let mut alone = just_queued("9", "edge-test", stage.now);
        alone.queued_at -= TimeDelta::minutes(7);
        alone.request.cname = "alone.example".to_owned();
        stage.report(Report::Event(Event::Journal(Box::new(alone))));
        let text = stage.text();
        let rows: Vec<&str> = text.lines().skip_while(|line| !line.contains("plan of")).collect();
        let place = if size.0 < 80 { 2 } else { 3 };
        let first = |row: &str| row.chars().nth(place).unwrap_or_default();
        assert_eq!((first(rows[1]), first(rows[2])), ('│', '└'), "{size:?}: {text}");
        let alone = rows.iter().find(|row| row.contains("alone.example"));
        assert_eq!(alone.map(|row| first(row)), Some(' '), "{size:?}: {text}");
    }
}
