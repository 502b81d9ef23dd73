//! Takes the pictures of the README: the real program by keys, against the simulated vendors, at a
//! time that stands still.
//!
//! `cargo run --example screens` writes `assets/screens/*.svg`; another directory can be given as
//! the argument.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for developers, on the stage of the tests"
)]

#[path = "../../src/testing/cluster.rs"]
mod cluster;
#[path = "../../tests/journeys/deck.rs"]
#[expect(dead_code, reason = "the journeys use more of it")]
mod deck;
#[path = "../../tests/dashboard/picture.rs"]
#[expect(dead_code, reason = "snapshots use more of it")]
mod picture;
#[path = "../../tests/journeys/stage.rs"]
#[expect(dead_code, reason = "the journeys use more of it")]
mod stage;
mod svg;

use std::path::{Path, PathBuf};
use std::time::Duration;

use purgedeck::domain::store_address::StoreAddress;
use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule, Scenario, SimulatorOptions};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use cluster::Cluster;
use deck::Deck;
use stage::{Stage, play};

/// A whole screen, and a smaller one on which overlays are not mostly empty.
const WIDE: (u16, u16) = (160, 50);
const SMALL: (u16, u16) = (120, 28);

/// Half of a wide screen.
const HALF: (u16, u16) = (90, 24);

const ACCOUNTS: [&str; 4] = ["gcore-prod", "gcore-labs", "tencent", "medianova"];

/// What an operator pastes at three in the morning.
const PASTE: &str = "\
https://img.lumentravel.example.com/hero/autumn.jpg
https://img.lumentravel.example.com/hero/autumn.jpg?w=640
https://img.lumentravel.example.com/hero/autumn.jpg
https://static.pixelforge.example.net/js/
https://img.mosswood.example.org/banners/*
curl -X PURGE 'https://shop.lumentravel.example.com/checkout/cart.css'
https://www.lumentravel.example.net/";

fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screens"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&folder).unwrap();
    play(take(&folder));
}

async fn take(folder: &Path) {
    let options = SimulatorOptions {
        records: 1_500,
        scenario: day(),
        // The address stands in a picture, so it is always the same.
        addresses: [("gcore".to_owned(), ([127, 0, 0, 1], 8431).into())].into(),
        ..SimulatorOptions::default()
    };
    let mut stage = Stage::with(options, "").await;
    // Production looks like production.
    for account in &mut stage.config.accounts {
        if account.name().as_str() == "gcore-prod" {
            account.account.colour = Some("bright-red".to_owned());
            account.account.badge = Some("PROD".to_owned());
        }
    }
    let deck = Deck::open(&stage, WIDE);
    deck.reads(&stage, &["gcore-prod", "gcore-labs", "tencent", "medianova"]).await;
    deck.comes_to_see(&stage, "complete back to").await;
    let keep = |deck: &Deck, name: &str| {
        let path = folder.join(format!("{name}.svg"));
        std::fs::write(&path, svg::svg(&deck.screen(), name)).unwrap();
        println!("{}", path.display());
    };

    deck.press("j j j enter").await;
    deck.breathe().await;
    deck.sees("created ").await;
    keep(&deck, "history");
    deck.hang_up().await;

    let deck = Deck::open(&stage, SMALL);
    deck.reads(&stage, &ACCOUNTS).await;
    deck.comes_to_see(&stage, "complete back to").await;
    deck.press("P").await;
    deck.paste(PASTE).await;
    deck.sees("PD009").await;
    deck.breathe().await;
    keep(&deck, "compose");
    deck.press("ctrl-x").await;
    // Plain news goes with the next key after a few seconds.
    stage.pass(Duration::from_secs(4)).await;
    deck.paste(PLAN).await;
    deck.press("ctrl-p").await;
    deck.sees("Authorization:").await;
    deck.type_text("shop.lumentravel").await;
    keep(&deck, "plan");
    deck.hang_up().await;

    let path = folder.join("shift.svg");
    std::fs::write(&path, svg::animation(&shift(&stage).await, "shift")).unwrap();
    println!("{}", path.display());
    stage.simulator.stop().await;

    let Some(cluster) = Cluster::start() else {
        panic!("the picture of a team needs PostgreSQL: apt-get install postgresql");
    };
    let path = folder.join("team.svg");
    std::fs::write(&path, svg::svg(&team(&cluster).await, "team")).unwrap();
    println!("{}", path.display());
}

/// Two colleagues' dashboards on one database: a purge that one queued is sent by the other, and
/// both follow it.
async fn team(cluster: &Cluster) -> Buffer {
    let options = SimulatorOptions { records: 400, scenario: day(), ..SimulatorOptions::default() };
    let mut stage = Stage::with(options, "").await;
    cluster.sql("postgres", "CREATE DATABASE purgedeck");
    stage.config.settings.store.value = StoreAddress::parse(&cluster.url("purgedeck")).unwrap();
    let mia = Deck::open(&stage, HALF);
    mia.reads(&stage, &ACCOUNTS).await;
    mia.comes_to_see(&stage, "complete back to").await;
    "jon@deploy2".clone_into(&mut stage.operator);
    let jon = Deck::open(&stage, HALF);
    jon.reads(&stage, &ACCOUNTS).await;
    jon.comes_to_see(&stage, "complete back to").await;
    jon.press("P").await;
    jon.paste(TEAM).await;
    jon.press("ctrl-p").await;
    jon.sees("enter send").await;
    jon.press("enter").await;
    jon.sees("sent to the queue").await;
    for deck in [&mia, &jon] {
        deck.press("Q").await;
        deck.sees("accepted").await;
        deck.breathe().await;
    }
    let both = beside(&mia.screen(), &jon.screen());
    mia.hang_up().await;
    jon.hang_up().await;
    stage.simulator.stop().await;
    both
}

/// Puts two screens of one size beside each other.
fn beside(left: &Buffer, right: &Buffer) -> Buffer {
    let (width, height) = (left.area.width, left.area.height);
    let mut both = Buffer::empty(Rect::new(0, 0, width * 2 + 1, height));
    for (screen, from) in [(left, 0), (right, width + 1)] {
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            both[(from + x, y)] = screen[(x, y)].clone();
        }
    }
    both
}

/// An incident by keys, scene by scene: found, drafted, checked, sent, refused, and seen.
async fn shift(stage: &Stage) -> Vec<(Buffer, f32)> {
    let refusal = FaultKind::Status { status: 403, body: ErrorBody::Json, retry_after: None };
    stage.simulator.faults().inject(FaultRule {
        vendor: Some("gcore".to_owned()),
        method: Some("POST".to_owned()),
        ..FaultRule::of(refusal)
    });
    let deck = Deck::open(stage, SMALL);
    deck.reads(stage, &ACCOUNTS).await;
    deck.comes_to_see(stage, "complete back to").await;
    stage.pass(Duration::from_secs(4)).await;
    let mut scenes = Vec::new();
    let mut scene = |seconds: f32| scenes.push((deck.screen(), seconds));
    scene(2.5);
    deck.press("/").await;
    deck.type_text("status:failed since:24h").await;
    deck.breathe().await;
    scene(2.0);
    deck.press("enter b").await;
    deck.breathe().await;
    scene(2.5);
    deck.press("esc").await;
    deck.press("P").await;
    deck.paste(PASTE).await;
    deck.sees("PD009").await;
    deck.breathe().await;
    scene(3.0);
    deck.press("ctrl-x").await;
    stage.pass(Duration::from_secs(4)).await;
    deck.paste("https://img.lumentravel.example.com/hero/autumn.jpg").await;
    deck.press("ctrl-p").await;
    deck.sees("Authorization:").await;
    deck.breathe().await;
    scene(2.5);
    deck.press("enter").await;
    deck.sees("refused").await;
    deck.breathe().await;
    scene(3.0);
    deck.press("Q").await;
    deck.sees("Refused").await;
    deck.breathe().await;
    scene(3.0);
    deck.hang_up().await;
    scenes
}

/// A build of two sites.
const TEAM: &str = "\
https://img.lumentravel.example.com/hero/autumn.jpg
https://static.pixelforge.example.net/js/app.js";

/// The whole of a shop, and what it takes from elsewhere.
const PLAN: &str = "\
https://shop.lumentravel.example.com/*
https://img.lumentravel.example.com/hero/autumn.jpg
https://static.pixelforge.example.net/js/";

/// A day of the demo, without its faults. A vendor that is asked twenty times at one and the same instant would say
/// that it is too much.
fn day() -> Scenario {
    let mut day = Scenario::demo();
    day.tencent.limits.requests_a_second = 1_000;
    day.fault.clear();
    day
}
