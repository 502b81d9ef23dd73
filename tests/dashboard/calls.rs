//! The request log.

use purgedeck::domain::call::Call;
use purgedeck::effect::{Answer, Effect, Query, Report, TerminalEffect};

use super::stage::{Stage, at};
use super::testing;

fn calls() -> Vec<Call> {
    let call = |number, account: &str, second: u32, status, path: &str| Call {
        number,
        path: path.to_owned(),
        ..testing::call(account, at(&format!("2026-11-21T10:03:{second:02}Z")), status)
    };
    let mut calls = vec![
        call(1, "edge-prod", 1, Some(200), "/cdn/resources?limit=1000&offset=0"),
        call(2, "edge-prod", 2, Some(502), "/cdn/purge_statuses?limit=1000&offset=0"),
        call(3, "edge-prod", 3, Some(200), "/cdn/purge_statuses?limit=1000&offset=0"),
        call(4, "edge-test", 4, None, "/?Action=GetCdnRefreshLog&Signature=$TENCENT_SIGNATURE"),
        call(5, "edge-prod", 58, Some(200), "/cdn/resources/8/purge"),
    ];
    calls[1].failure = Some("502 vendor error".to_owned());
    calls[2].attempt = 2;
    calls[3].failure = Some("cannot connect: no connection within 5 s".to_owned());
    "POST".clone_into(&mut calls[4].method);
    calls
}

/// The newest query for calls: its ticket, and since which it waits.
fn query(stage: &mut Stage) -> (purgedeck::domain::ids::Ticket, Option<u64>) {
    let asked = stage.take_asked();
    let query = asked.into_iter().rev().find_map(|effect| match effect {
        Effect::Query(Query::Calls { ticket, since }) => Some((ticket, since)),
        _ => None,
    });
    query.expect("a query for calls")
}

fn opened(size: (u16, u16)) -> Stage {
    let mut stage = Stage::new(size);
    stage.press("L");
    let (ticket, since) = query(&mut stage);
    assert_eq!(since, None, "all that are kept, at once");
    stage.report(Report::Answer(Answer::Calls { ticket, calls: calls() }));
    stage
}

#[test]
fn the_last_calls_stand_newest_first_and_each_further_one_comes_by_itself() {
    let mut stage = opened((120, 30));
    let text = stage.text();
    assert!(text.contains("5 calls, 2 failed"), "{text}");
    let at_of = |text: &str, word: &str| text.find(word).unwrap_or(usize::MAX);
    assert!(at_of(&text, "/cdn/resources/8/purge") < at_of(&text, "/cdn/purge_statuses"), "{text}");
    assert!(text.contains("try 2"), "{text}");
    let (ticket, since) = query(&mut stage);
    assert_eq!(since, Some(5), "it waits for the next one");
    let next = Call { number: 6, path: "/cdn/next".to_owned(), ..calls().remove(0) };
    stage.report(Report::Answer(Answer::Calls { ticket, calls: vec![next] }));
    assert!(stage.text().contains("6 calls, 2 failed"), "{}", stage.text());
    assert!(stage.text().contains("edge-prod: GET /cdn/next: 200 in 143 ms"), "{}", stage.text());
    assert_eq!(query(&mut stage).1, Some(6));
}

#[test]
fn a_call_that_was_chosen_stays_under_the_cursor_when_others_come() {
    let mut stage = opened((120, 30));
    stage.press("j");
    let chosen = "edge-test: GET /?Action=GetCdnRefreshLog&Signature=$TENCENT_SIGNATURE: no answer";
    assert!(stage.text().contains(chosen), "{}", stage.text());
    let (ticket, _) = query(&mut stage);
    let next = Call { number: 6, ..calls().remove(0) };
    stage.report(Report::Answer(Answer::Calls { ticket, calls: vec![next] }));
    assert!(stage.text().contains(chosen), "{}", stage.text());
    stage.press("y");
    let copied = stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Terminal(TerminalEffect::Copy(text)) => Some(text),
        _ => None,
    });
    assert!(copied.is_some_and(|text| text.starts_with(chosen)));
}

#[test]
fn only_failures_are_shown_on_demand_and_an_empty_log_says_why() {
    let mut stage = opened((120, 30));
    stage.press("f");
    let text = stage.text();
    assert!(text.contains("failures only, 2 of 5 calls"), "{text}");
    assert!(!text.contains("/cdn/resources/8/purge"), "{text}");
    stage.press("f L");
    assert!(!stage.text().contains("Request log"), "{}", stage.text());
    stage.press("L");
    assert!(stage.text().contains("Reading the log."), "{}", stage.text());
    let (ticket, _) = query(&mut stage);
    stage.report(Report::Answer(Answer::Calls { ticket, calls: Vec::new() }));
    assert!(stage.text().contains("No vendor was asked yet."), "{}", stage.text());
}

#[test]
fn an_answer_to_a_log_that_was_closed_changes_nothing() {
    let mut stage = opened((120, 30));
    let (ticket, _) = query(&mut stage);
    stage.press("esc");
    let before = stage.text();
    stage.report(Report::Answer(Answer::Calls { ticket, calls: calls() }));
    assert_eq!(stage.text(), before);
    assert!(stage.take_asked().is_empty(), "nobody waits any more");
}

#[test]
fn the_request_log_at_every_size() {
    for (width, height) in [(160, 50), (80, 24), (60, 20)] {
        let stage = opened((width, height));
        insta::assert_snapshot!(format!("request-log_{width}x{height}"), stage.picture());
    }
}

#[test]
fn a_click_chooses_the_call_that_was_drawn_there() {
    let mut stage = opened((120, 30));
    stage.click("/cdn/purge_statuses");
    let chosen = "edge-prod: GET /cdn/purge_statuses?limit=1000&offset=0: 200 in 143 ms, attempt 2";
    assert!(stage.text().contains(chosen), "{}", stage.text());
    stage.press("j");
    assert!(stage.text().contains("502 vendor error"), "{}", stage.text());
}
