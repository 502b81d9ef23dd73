//! From the filter to the end of a purge.

use std::time::Duration;

use purgedeck::simulator::Scenario;
use purgedeck::tui::ExitReason;

use super::deck::Deck;
use super::stage::{Stage, play};

const GCORE: [&str; 2] = ["gcore-prod", "gcore-labs"];

/// Nobody else purges, and what is purged takes a minute.
fn quiet() -> Scenario {
    Scenario { purge_seconds: [60, 60], ..Scenario::quiet() }
}

/// Waits until the queue says of all that was sent that the vendor took it.
async fn is_accepted(deck: &Deck) {
    deck.sees_no("Plan:").await;
    deck.press("Q").await;
    deck.sees("accepted").await;
    deck.press("esc").await;
}

#[test]
fn a_purge_is_found_looked_at_composed_checked_sent_and_followed_to_its_end() {
    play(async {
        let stage = Stage::new(700, quiet(), "").await;
        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &GCORE).await;

        // Filter by keyboard: account, cname, kind, status, time.
        deck.press("/").await;
        deck.type_text("cname:img.lumentravel.example.com kind:url status:successful since:7d")
            .await;
        deck.press("enter").await;
        deck.sees(" 5 of ").await;
        deck.sees_no("tidalfm").await;

        // Open a purge and close it again.
        deck.press("enter").await;
        deck.sees("resource 228058 · id 7400859").await;
        deck.sees("thumbs/320/banner-").await;
        deck.press("esc ctrl-l").await;
        deck.sees("tidalfm").await;

        // Compose one: what is wrong with it stands there before it is sent.
        deck.press("P").await;
        deck.type_text(
            "https://img.lumentravel.example.com/a.jpg\nhttps://nowhere.example/\nimg/b.jpg",
        )
        .await;
        deck.sees("No account serves nowhere.example").await;
        deck.press("ctrl-p").await;
        assert!(!deck.text().contains("Plan:"), "{}", deck.text());
        deck.press("ctrl-u backspace ctrl-u").await;
        deck.type_text("https://img.lumentravel.example.com/b.jpg").await;
        deck.sees("2 targets → 1 request").await;

        // The exact request; a few URLs go out with Enter.
        deck.press("ctrl-p").await;
        deck.sees(r#"{"urls":["/a.jpg","/b.jpg"]}"#).await;
        deck.sees("Authorization: APIKey $GCORE_API_KEY").await;
        assert_eq!(stage.sent(), []);
        deck.press("enter").await;
        is_accepted(&deck).await;
        let sent = stage.sent();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].body, r#"{"urls":["/a.jpg","/b.jpg"]}"#);

        // From accepted over in progress to successful; only the vendor's word makes it so.
        deck.press("/").await;
        deck.type_text("sent:here").await;
        deck.sees_no("tidalfm").await;
        deck.comes_to_see(&stage, "◐ in progress").await;
        deck.comes_to_see(&stage, "✔ successful").await;
        deck.comes_to_see(&stage, "sent from here").await;
        deck.press("enter Q").await;
        deck.comes_to_see(&stage, "successful").await;
        deck.press("esc").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);
    });
}

#[test]
fn the_more_can_go_wrong_the_more_it_takes_to_send_it() {
    play(async {
        let stage = Stage::new(700, quiet(), "").await;
        let deck = Deck::open(&stage, (120, 40));
        deck.reads(&stage, &GCORE).await;

        // A pattern names the key that sends this: the Enter of small purges sends nothing.
        deck.press("P").await;
        deck.paste("https://img.lumentravel.example.com/img/*").await;
        deck.press("ctrl-p").await;
        deck.sees(r#"{"paths":["/img/*"]}"#).await;
        deck.press("enter").await;
        deck.sees("names the key that sends this").await;
        deck.press("y").await;
        deck.sees("Sent 1 target to the terminal's clipboard.").await;
        // Neither key queued anything: nothing could go out later either.
        deck.press("esc esc Q").await;
        deck.sees("Nothing was sent from here yet.").await;
        assert_eq!(stage.sent(), []);
        deck.press("esc D enter ctrl-p").await;
        deck.sees(r#"{"paths":["/img/*"]}"#).await;
        deck.press("S").await;
        is_accepted(&deck).await;
        assert_eq!(stage.sent().len(), 1);

        // Everything wants the cname typed out: neither Enter nor S is enough.
        deck.press("P").await;
        deck.paste("https://shop.lumentravel.example.com/*").await;
        deck.press("ctrl-p").await;
        deck.sees("Plan:").await;
        deck.press("enter S enter").await;
        deck.sees("To send this, type shop.lumentravel.example.com").await;
        assert_eq!(stage.sent().len(), 1);
        deck.press("backspace").await;
        deck.type_text("shop.lumentravel.example.com\n").await;
        deck.sees_no("Plan:").await;
        deck.until("it to be sent", || stage.sent().len() == 2).await;
        deck.hang_up().await;
    });
}

#[test]
fn a_purge_that_the_vendor_fails_is_shown_as_failed() {
    play(async {
        let scenario = Scenario { failed_percent: 100.0, ..quiet() };
        let stage = Stage::new(700, scenario, "").await;
        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &GCORE).await;
        deck.press("P").await;
        deck.paste("https://img.lumentravel.example.com/a.jpg").await;
        deck.press("ctrl-p").await;
        deck.sees("Plan:").await;
        deck.press("enter").await;
        is_accepted(&deck).await;
        deck.press("/").await;
        deck.type_text("sent:here").await;
        deck.sees_no("tidalfm").await;
        deck.until("it to be sent", || stage.sent().len() == 1).await;
        deck.comes_to_see(&stage, "◐ in progress").await;
        deck.comes_to_see(&stage, "✗ failed").await;
        deck.comes_to_see(&stage, "url purge failed").await;
        deck.press("enter Q").await;
        deck.comes_to_see(&stage, "failed").await;
        deck.press("esc").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);
    });
}

#[test]
fn what_was_sent_goes_on_where_it_was_after_a_restart() {
    play(async {
        let stage = Stage::new(700, quiet(), "").await;
        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &GCORE).await;
        deck.press("P").await;
        deck.paste("https://img.lumentravel.example.com/a.jpg").await;
        deck.press("ctrl-p").await;
        deck.sees("Plan:").await;
        deck.press("enter").await;
        is_accepted(&deck).await;
        assert_eq!(stage.sent().len(), 1);
        assert_eq!(deck.quit().await, ExitReason::Quit);

        stage.pass(Duration::from_mins(2)).await;
        let deck = Deck::open(&stage, (160, 50));
        deck.press("/").await;
        deck.type_text("sent:here").await;
        deck.sees_no("tidalfm").await;
        deck.comes_to_see(&stage, "✔ successful").await;
        assert_eq!(stage.sent().len(), 1);
        deck.press("enter").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);
    });
}
