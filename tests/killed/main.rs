//! The sender dies by SIGKILL, over and over and at every step that has a name, and is started
//! again; in the end what the simulated vendor saw is compared with what the journal says. Nothing
//! may be lost, nothing may be sent twice, and nothing may be called done that is not.
//!
//! `PURGEDECK_KILLS=500 cargo test --release --test killed -- --nocapture` does it so many times in
//! each test and prints what it came to. These tests wait by the real clock: the moment at which a
//! process dies is what they are about.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::print_stderr, clippy::indexing_slicing, reason = "tests")]

#[path = "../../src/testing/cluster.rs"]
mod cluster;
mod moments;
#[path = "../cli/own_store.rs"]
mod own_store;
mod team;
mod upkeep;
mod verdict;
mod world;

use std::time::Duration;

use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule};

use self::moments::Moment;
use self::verdict::judge;
use self::world::World;

/// How many kills a test makes: few by default, more where the environment says so.
fn kills(default: usize) -> usize {
    std::env::var("PURGEDECK_KILLS").map_or(default, |number| number.parse().unwrap())
}

/// Kills the sender so many times, at all moments in turn, tops the queue up, and lets a last one
/// work everything off.
async fn killed(mut world: World, name: &str, kills: usize, processes: usize) {
    let mut children: Vec<_> = (0..processes).map(|_| world.spawn()).collect();
    let (mut done, mut tries) = (0, 0);
    while done < kills {
        assert!(tries < kills * 4 + 20, "the moments never come");
        world.top_up();
        let moment = Moment::EVERY[tries % Moment::EVERY.len()];
        let whom = tries % processes;
        tries += 1;
        if children[whom].try_wait().unwrap().is_some() {
            children[whom] = world.spawn();
        }
        let came = moment.comes(&mut world, &mut children).await;
        let lives = children[whom].try_wait().unwrap().is_none();
        children[whom].kill().unwrap_or_default();
        children[whom].wait().unwrap();
        if came && lives {
            world.killed(moment);
            done += 1;
        }
        world.clear_stalls();
        world.check();
        children[whom] = world.spawn();
    }
    for mut child in children {
        child.kill().unwrap_or_default();
        child.wait().unwrap();
    }
    judge(world, name).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_is_killed_at_any_moment_loses_nothing_and_repeats_nothing() {
    let world = World::new(Vec::new()).await;
    killed(world, "killed", kills(18), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_while_the_vendor_and_the_network_fail() {
    let post = |percent: f64, after_effect: bool, strike: FaultKind| FaultRule {
        method: Some("POST".to_owned()),
        contains: Some(moments::PURGE.to_owned()),
        percent: Some(percent),
        after_effect,
        ..FaultRule::of(strike)
    };
    let status =
        |status, retry_after| FaultKind::Status { status, body: ErrorBody::Html, retry_after };
    let mut faults = vec![
        post(5.0, false, FaultKind::Cut),
        post(5.0, true, FaultKind::Cut),
        post(5.0, true, status(502, None)),
        post(3.0, false, status(503, None)),
        post(5.0, false, status(429, Some(1))),
        post(3.0, true, FaultKind::GarbageBytes),
        FaultRule {
            vendor: Some("gcore".to_owned()),
            method: Some("GET".to_owned()),
            percent: Some(3.0),
            ..FaultRule::of(status(500, None))
        },
    ];
    if kills(0) > 0 {
        // The documented window is a minute long.
        faults.push(post(2.0, false, status(429, None)));
    }
    let world = World::new(faults).await;
    killed(world, "killed, with faults", kills(12), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_senders_on_one_store_the_other_goes_on_when_one_is_killed() {
    let world = World::new(Vec::new()).await;
    killed(world, "two on one store", kills(9), 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_sender_and_loses_nothing() {
    let mut world = World::new(Vec::new()).await;
    let said = world.file("said");
    for _ in 0..kills(4) {
        world.top_up();
        let blocks = world.dice.u64(130..1_200);
        let mut child = world.spawn_starved(blocks, &said);
        let wait = Duration::from_millis(world.dice.u64(200..900));
        tokio::time::sleep(wait).await;
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        world.killed(Moment::Any);
        world.check();
    }
    let said = std::fs::read_to_string(said).unwrap();
    let failed = said.matches("The store").count();
    assert!(failed > 0, "every write was taken: {said}");
    eprintln!("full disk: the store was said to fail {failed} times");
    judge(world, "full disk").await;
}
