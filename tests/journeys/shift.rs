//! A shift of an operator: the ways that are gone most often, and how many keys each takes beside
//! the text that is typed.

use std::time::Duration;

use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule, Scenario};
use purgedeck::tui::ExitReason;

use super::deck::Deck;
use super::stage::{Stage, play};

const ACCOUNTS: [&str; 4] = ["gcore-prod", "gcore-labs", "tencent", "medianova"];
const HOST: &str = "img.lumentravel.example.com";
const SHOP: &str = "shop.lumentravel.example.com";

const SIZE: (u16, u16) = (160, 50);

/// What was purged lately failed: a pattern of two days ago at 14:24, one of yesterday, and a URL
/// of each vendor just now.
async fn failures() -> Stage {
    let scenario = Scenario { failed_percent: 100.0, ..Scenario::quiet() };
    let stage = Stage::new(300, scenario, "").await;
    let gcore = stage.simulator.gcore();
    stage.pass(Duration::from_mins(4 * 60 + 20)).await;
    assert!(gcore.add_purge(HOST, "purge_by_pattern", &["/two-days-ago/*"]).is_some());
    stage.pass(Duration::from_hours(22)).await;
    assert!(gcore.add_purge(HOST, "purge_by_pattern", &["/yesterday/*"]).is_some());
    stage.pass(Duration::from_hours(24)).await;
    assert!(gcore.add_purge(HOST, "purge_by_url", &["/now/gcore"]).is_some());
    let tencent = stage.simulator.tencent();
    let domains = tencent.domains();
    let domain = domains.iter().find(|it| it.status == "online").unwrap();
    let url = format!("https://{}/now/tencent", domain.domain);
    assert!(tencent.add_purge("url", &[&url]).is_some());
    let medianova = stage.simulator.medianova();
    let host = &medianova.resources()[0].host;
    assert!(medianova.add_purge(host, &["/now/medianova"]).is_some());
    stage.pass(Duration::from_mins(5)).await;
    stage
}

/// Nothing fails, and a purge takes a minute.
async fn calm() -> (Stage, Deck) {
    let scenario = Scenario { purge_seconds: [60, 60], ..Scenario::quiet() };
    let stage = Stage::new(300, scenario, "").await;
    let deck = Deck::open(&stage, SIZE);
    deck.reads(&stage, &ACCOUNTS).await;
    (stage, deck)
}

#[test]
fn what_failed_is_found_by_host_status_kind_and_time() {
    play(async {
        let stage = failures().await;
        let deck = Deck::open(&stage, SIZE);
        deck.reads(&stage, &ACCOUNTS).await;

        // Yesterday's failed patterns of a host.
        deck.press("/").await;
        deck.type_text(&format!("{HOST} status:failed kind:pattern on:yesterday")).await;
        deck.press("enter").await;
        deck.sees(" 1 of ").await;
        deck.sees("/yesterday/*").await;
        assert_eq!(deck.pressed(), 2);

        // A host between two and three in the afternoon, two days ago.
        deck.press("/ ctrl-u").await;
        deck.type_text(&format!("{HOST} on:2d@14:00..15:00")).await;
        deck.press("enter").await;
        deck.sees("/two-days-ago/*").await;
        deck.sees_no("/yesterday/*").await;
        assert_eq!(deck.pressed(), 3, "one of them empties the bar");

        // Who, and why.
        deck.press("enter").await;
        deck.sees("created ").await;
        assert_eq!(deck.pressed(), 1);
        deck.press("esc").await;
        deck.pressed();

        // The next failure of the timeline, and only its time.
        deck.press("ctrl-l { z").await;
        deck.sees("▌on:2026-1").await;
        assert_eq!(deck.pressed(), 3);
        deck.hang_up().await;
    });
}

#[test]
fn what_failed_at_three_vendors_is_purged_again_with_a_reason() {
    play(async {
        let stage = failures().await;
        let deck = Deck::open(&stage, SIZE);
        deck.reads(&stage, &ACCOUNTS).await;
        deck.press("3 / end").await;
        deck.type_text(" /now/").await;
        deck.press("enter * R").await;
        deck.sees("Compose").await;
        deck.press("tab").await;
        deck.type_text("INC-2231 stale hero").await;
        deck.press("ctrl-p").await;
        deck.sees("INC-2231 stale hero").await;
        deck.sees("Plan:").await;
        assert_eq!(stage.sent(), []);
        deck.press("enter").await;
        deck.until("all to be sent", || stage.sent().len() == 3).await;
        assert_eq!(deck.pressed(), 9);
        deck.hang_up().await;
    });
}

#[test]
fn of_many_lines_with_mistakes_what_is_right_is_sent() {
    play(async {
        let (stage, deck) = calm().await;
        let mut lines: Vec<String> =
            (0..244).map(|at| format!("https://{HOST}/a/{at}.jpg")).collect();
        for at in 0..6 {
            lines.insert(at * 40, format!("https://no-such-host-{at}.example/x.jpg"));
        }
        deck.press("P").await;
        deck.paste(&lines.join("\n")).await;
        deck.sees("PD002").await;
        deck.press("alt-x ctrl-p").await;
        deck.sees("Plan: 3 requests").await;
        deck.press("S").await;
        deck.until("what fits the limit", || stage.sent().len() == 2).await;
        assert_eq!(deck.pressed(), 4);
        deck.hang_up().await;
    });
}

#[test]
fn a_directory_and_a_whole_resource_are_purged_and_watched() {
    play(async {
        let (stage, deck) = calm().await;
        deck.press("P").await;
        deck.type_text(&format!("https://{HOST}/img/*")).await;
        deck.press("ctrl-p").await;
        deck.sees("Plan:").await;
        deck.press("S").await;
        deck.until("the directory", || stage.sent().len() == 1).await;
        assert_eq!(deck.pressed(), 3);

        deck.press("P").await;
        deck.type_text(&format!("https://{SHOP}/*")).await;
        deck.press("ctrl-p").await;
        deck.sees("Plan:").await;
        deck.type_text(SHOP).await;
        deck.press("enter").await;
        deck.until("everything", || stage.sent().len() == 2).await;
        assert_eq!(deck.pressed(), 3);

        deck.press("Q").await;
        deck.comes_to_see(&stage, "successful").await;
        assert_eq!(deck.pressed(), 1);
        deck.hang_up().await;
    });
}

#[test]
fn the_queue_is_paused_and_turned_around_and_goes_on_at_the_next_start() {
    play(async {
        let (stage, deck) = calm().await;
        deck.press("Q p esc").await;
        for place in ["first", "second"] {
            deck.press("P").await;
            deck.type_text(&format!("https://{HOST}/{place}/*")).await;
            deck.press("ctrl-p").await;
            deck.sees("Plan:").await;
            deck.press("S").await;
            deck.sees_no("Plan:").await;
        }
        deck.pressed();

        deck.press("Q").await;
        deck.sees("queued paused").await;
        deck.press("J").await;
        deck.press("x").await;
        deck.sees("Canceled before it was sent").await;
        deck.press("u").await;
        deck.sees("queued paused").await;
        deck.press("p").await;
        deck.until("it to go on", || stage.sent().len() == 1).await;
        assert!(stage.sent()[0].body.contains("/second/*"), "it was moved up");
        deck.sees("accepted").await;
        deck.press("esc q").await;
        deck.sees("the next start").await;
        assert_eq!(deck.pressed(), 7);
        deck.hang_up().await;

        let deck = Deck::open(&stage, SIZE);
        deck.in_time(&stage, || stage.sent().len() == 2).await;
        deck.hang_up().await;
    });
}

#[test]
fn a_board_of_two_panes_comes_back_as_it_was_left() {
    play(async {
        let (stage, deck) = calm().await;
        deck.press("| /").await;
        deck.type_text("status:failed").await;
        deck.press("enter /").await;
        deck.press("ctrl-u").await;
        deck.type_text(HOST).await;
        deck.press("enter").await;
        deck.sees(HOST).await;
        assert_eq!(deck.pressed(), 6);
        assert_eq!(deck.quit().await, ExitReason::Quit);

        let deck = Deck::open(&stage, SIZE);
        deck.sees(&format!(" {HOST} ")).await;
        let heads = deck.text().lines().filter(|line| line.matches('┌').count() == 2).count();
        assert_eq!(heads, 1, "two panes side by side:\n{}", deck.text());
        deck.hang_up().await;
    });
}

#[test]
fn a_vendor_that_is_down_is_told_with_what_to_do_and_the_palette_finds_things_by_a_word() {
    play(async {
        let stage = Stage::new(300, Scenario::quiet(), "").await;
        let strike = FaultKind::Status { status: 503, body: ErrorBody::Html, retry_after: None };
        stage
            .simulator
            .faults()
            .inject(FaultRule { vendor: Some("tencent".to_owned()), ..FaultRule::of(strike) });
        let deck = Deck::open(&stage, SIZE);
        deck.comes_to_see(&stage, "tencent ✗ 503").await;
        assert_eq!(deck.pressed(), 0);
        deck.press("A").await;
        deck.sees("next try").await;
        assert_eq!(deck.pressed(), 1);
        deck.press("esc").await;
        deck.pressed();

        deck.press(":").await;
        deck.type_text("tencent").await;
        deck.press("enter").await;
        deck.sees("account:tencent").await;
        assert_eq!(deck.pressed(), 2);
        deck.hang_up().await;
    });
}
