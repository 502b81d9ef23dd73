//! Three vendors on one board, of which one is slow, one refuses and one rambles.

use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule, Scenario};
use purgedeck::tui::ExitReason;

use super::deck::Deck;
use super::picture::picture;
use super::stage::{Stage, play};

const ALL: [&str; 4] = ["gcore-prod", "gcore-labs", "tencent", "medianova"];

/// Every answer of a vendor comes half an hour late.
fn slow(vendor: &str) -> FaultRule {
    FaultRule { vendor: Some(vendor.to_owned()), delay_ms: 1_800_000, ..FaultRule::default() }
}

/// A vendor has only the error page of its front.
fn failing(vendor: &str) -> FaultRule {
    let strike = FaultKind::Status { status: 503, body: ErrorBody::Html, retry_after: None };
    FaultRule { vendor: Some(vendor.to_owned()), ..FaultRule::of(strike) }
}

/// A vendor answers with noise.
fn rambling(vendor: &str) -> FaultRule {
    FaultRule { vendor: Some(vendor.to_owned()), ..FaultRule::of(FaultKind::GarbageBody) }
}

/// The accounts of a vendor.
fn accounts(vendor: &str) -> Vec<&'static str> {
    let mut names = ALL.to_vec();
    names.retain(|name| name.starts_with(vendor));
    names
}

/// Time passes until an account of this vendor is known to fail.
async fn fails(deck: &Deck, stage: &Stage, vendor: &str) {
    deck.in_time(stage, || {
        accounts(vendor).iter().all(|name| deck.stands(name, |it| it.failure.is_some()))
    })
    .await;
}

/// A colleague purges something at each of these vendors; all of it comes onto the board.
async fn are_live(deck: &Deck, stage: &Stage, vendors: &[&str], target: &str) {
    let simulator = &stage.simulator;
    for vendor in vendors {
        let added = match *vendor {
            "gcore" => {
                let cname = &simulator.gcore().resources()[0].cname;
                let path = format!("{target}/gcore");
                let added = simulator.gcore().add_purge(cname, "purge_by_url", &[&path]);
                added.is_some()
            }
            "tencent" => {
                let domains = simulator.tencent().domains();
                let domain = domains.iter().find(|it| it.status == "online").unwrap();
                let url = format!("https://{}{target}/tencent", domain.domain);
                simulator.tencent().add_purge("url", &[&url]).is_some()
            }
            _ => {
                let resources = simulator.medianova().resources();
                let path = format!("{target}/medianova");
                let added = simulator.medianova().add_purge(&resources[0].host, &[&path]);
                added.is_some()
            }
        };
        assert!(added);
    }
    deck.press("/ ctrl-u").await;
    deck.type_text(target).await;
    for vendor in vendors {
        // News are asked for every half minute, lists of their own in turn.
        deck.comes_to_see(stage, &format!("{target}/{vendor}")).await;
    }
    deck.press("esc").await;
}

async fn the_others_stay_live(sick: fn(&str) -> FaultRule, why: &str) {
    for vendor in ["gcore", "tencent", "medianova"] {
        let stage = Stage::new(300, Scenario::quiet(), "").await;
        let deck = Deck::open(&stage, (200, 50));
        deck.reads(&stage, &ALL).await;
        stage.simulator.faults().inject(sick(vendor));
        let mut others = vec!["gcore", "tencent", "medianova"];
        others.retain(|other| *other != vendor);
        are_live(&deck, &stage, &others, "/first").await;
        fails(&deck, &stage, vendor).await;
        deck.sees(why).await;
        are_live(&deck, &stage, &others, "/second").await;
        for name in ALL {
            let sound = deck.stands(name, |it| it.failure.is_none());
            assert_eq!(sound, !name.starts_with(vendor), "{name}: {}", deck.text());
        }
        // When it is well again, so is its part of the board.
        stage.simulator.faults().clear();
        deck.press("r").await;
        are_live(&deck, &stage, &[vendor], "/third").await;
        deck.in_time(&stage, || !deck.text().contains(why)).await;
        assert_eq!(deck.quit().await, ExitReason::Quit);
    }
}

#[test]
fn a_vendor_that_is_slow_keeps_nobody_waiting_but_itself() {
    play(the_others_stay_live(slow, "no answer"));
}

#[test]
fn a_vendor_that_fails_keeps_nobody_waiting_but_itself() {
    play(the_others_stay_live(failing, "503 vendor error"));
}

#[test]
fn a_vendor_that_rambles_keeps_nobody_waiting_but_itself() {
    play(the_others_stay_live(rambling, "200 unreadable"));
}

#[test]
fn the_board_says_what_is_old_and_why() {
    play(async {
        let mut stage = Stage::new(300, Scenario::quiet(), "").await;
        // The rows of these are what the picture shows.
        stage.config.accounts.retain(|account| ALL.contains(&account.name().as_str()));
        let deck = Deck::open(&stage, (160, 50));
        deck.reads(&stage, &ALL).await;
        // The authors of the oldest purges on the screen are read last, and two of the newest
        // end about when the faults begin.
        for read_last in [
            "✔ successful  cms             31 /js/sprite-3896.svg",
            "✔ successful  image-service    1 /team.html",
            "deploy-bot       1 /hero/hero-5270.jpg",
            "image-service   21 /about/caf",
            "deploy-bot       1 /v1/prices/feed-7766.xml",
            "cms              1 /hero/*",
            "mira             3 /avatars/hero-8286.jpg",
        ] {
            deck.comes_to_see(&stage, read_last).await;
        }
        let faults = stage.simulator.faults();
        faults.inject(slow("gcore"));
        faults.inject(failing("tencent"));
        faults.inject(rambling("medianova"));
        for vendor in ["gcore", "tencent", "medianova"] {
            fails(&deck, &stage, vendor).await;
        }
        let end: chrono::DateTime<chrono::Utc> = "2026-11-21T10:20:30Z".parse().unwrap();
        let left = (end - stage.clock.now()).to_std().unwrap();
        stage.pass(left).await;
        deck.sees("16m old").await;
        let mut screen = deck.screen();
        // The clock shows seconds only while a vendor is being asked.
        for x in 146..160 {
            screen[(x, 0)].set_symbol(" ");
        }
        insta::assert_snapshot!(picture(&screen, &super::deck::theme()));

        // No key waits for any of them.
        deck.press("/").await;
        deck.type_text("kind:pattern").await;
        deck.sees("/ kind:pattern").await;
        deck.sees(" of ").await;
        deck.press("enter | tab P").await;
        deck.sees("Compose").await;
        deck.press("esc").await;
        assert_eq!(deck.quit().await, ExitReason::Quit);
    });
}
