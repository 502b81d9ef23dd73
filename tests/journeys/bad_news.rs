//! A purge that the vendor refuses, and one that fails while nobody looks.

use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule, Scenario};
use purgedeck::tui::ExitReason;

use super::deck::Deck;
use super::stage::{Stage, play};

/// Sends one URL of a Gcore host by keys.
async fn purge(deck: &Deck) {
    deck.press("P").await;
    deck.type_text("https://img.lumentravel.example.com/a.jpg").await;
    deck.sees("1 target → 1 request").await;
    deck.press("ctrl-p").await;
    deck.sees("Plan:").await;
    deck.press("enter").await;
    deck.sees_no("Plan:").await;
}

#[test]
fn what_the_vendor_refuses_is_told_without_a_key_and_why_stands_in_the_queue() {
    play(async {
        let stage = Stage::new(300, Scenario::quiet(), "").await;
        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &["gcore-prod", "gcore-labs"]).await;
        let strike = FaultKind::Status { status: 401, body: ErrorBody::Json, retry_after: None };
        stage.simulator.faults().inject(FaultRule {
            vendor: Some("gcore".to_owned()),
            method: Some("POST".to_owned()),
            ..FaultRule::of(strike)
        });
        purge(&deck).await;
        deck.sees("img.lumentravel.example.com: url purge refused: 401 token refused").await;
        deck.sees("✗ 1 refused").await;
        deck.press("Q").await;
        deck.sees("Refused: nothing was purged").await;
        deck.press("esc").await;
        deck.sees_no("✗ 1 refused").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);
    });
}

#[test]
fn what_failed_after_the_program_was_left_is_told_by_the_next_one() {
    play(async {
        let scenario =
            Scenario { failed_percent: 100.0, purge_seconds: [60, 60], ..Scenario::quiet() };
        let stage = Stage::new(300, scenario, "").await;
        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &["gcore-prod", "gcore-labs"]).await;
        purge(&deck).await;
        deck.until("it to be sent", || stage.sent().len() == 1).await;
        deck.press("Q").await;
        deck.sees("accepted").await;
        deck.press("esc").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);

        stage.pass(std::time::Duration::from_mins(5)).await;
        let deck = Deck::open(&stage, (160, 50));
        deck.comes_to_see(&stage, "✗ 1 failed").await;
        deck.sees("img.lumentravel.example.com: url purge failed").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);

        // Nobody opened the queue: it is still news.
        let deck = Deck::open(&stage, (160, 50));
        deck.sees("✗ 1 failed").await;
        deck.press("Q").await;
        deck.sees("then reported: failed").await;
        deck.press("esc").await;
        deck.sees_no("✗ 1 failed").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);

        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &["gcore-prod"]).await;
        assert!(!deck.text().contains("✗ 1 failed"), "{}", deck.text());
        assert_eq!(deck.quit().await, ExitReason::Quit);
    });
}
