//! A day of a live board: history is read, purges are queued and sent, colleagues purge, and faults
//! come and go at the vendors and at the edge.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use fastrand::Rng;
use tokio::runtime::Handle;

use super::verify::{QUICK, Scripted, hit, miss, watch};
use super::world::{Act, Bench, Running, Vendor, ids_of, request};
use crate::domain::edge::ProbeError;
use crate::domain::failure::{Cause, Failure};
use crate::domain::journal::{JournalEntry, JournalState};

/// The simulated time.
const HOURS: u32 = 24;
/// The time between two purges of ours, and between two changes of the weather.
const STEP: Duration = Duration::from_mins(5);
const STEPS: u32 = HOURS * 12;

/// The number of tasks that are alive in this runtime.
fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// A fault of all questions to a vendor; none in fair weather.
fn weather(dice: &mut Rng) -> Option<Failure> {
    let cause = match dice.u8(0..10) {
        0 => Cause::RateLimited { retry_after: Some(Duration::from_secs(40)) },
        1 => Cause::RateLimited { retry_after: None },
        2 => Cause::VendorError,
        3 => Cause::BadAnswer,
        4 => Cause::Lost,
        5 => Cause::Unreachable,
        _ => return None,
    };
    Some(Failure::new(cause))
}

/// The fate of the next purge that reaches a vendor.
fn act(dice: &mut Rng) -> Act {
    match dice.u8(0..12) {
        0 => Act::TakeAndLose,
        1 => Act::Lose,
        2 => Act::Unreachable,
        3 => Act::RateLimit(Some(Duration::from_secs(90))),
        4 => Act::RateLimit(None),
        _ => Act::Take,
    }
}

/// Resident memory of the process in KiB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The entries of the journal by their only target.
fn journal(running: &Running) -> BTreeMap<String, JournalEntry> {
    let entries = running.store.reader().unwrap().journal_newest(10_000).unwrap();
    let target = |entry: &JournalEntry| entry.request.payload.targets()[0].clone();
    entries.into_iter().map(|entry| (target(&entry), entry)).collect()
}

#[tokio::test(start_paused = true)]
#[expect(clippy::print_stderr, reason = "the memory is for people to read")]
async fn a_day_of_faults_loses_no_purge_repeats_none_and_leaves_no_task() {
    let (tasks, mut dice, bench) = (alive(), Rng::with_seed(24), Bench::new());
    let vendors = ["a", "b"].map(|name| Vendor::new(name, &bench.clock));
    let mut eyes = Rng::with_seed(7);
    let eyes = std::sync::Mutex::new(std::iter::repeat_with(move || eyes.u8(0..10)));
    let edge = Scripted::new(&bench, QUICK, move |_| match eyes.lock().unwrap().next() {
        Some(0) => Err(ProbeError::TooSlow),
        Some(1) => Err(ProbeError::Unreachable("reset".to_owned())),
        Some(2) => Ok(hit(90_000)),
        _ => Ok(miss()),
    });
    let mut running = bench.start_with(&vendors, |setup| {
        setup.refresh = Duration::from_mins(1);
        watch(setup, &edge);
    });
    running.synced("a").await;
    running.synced("b").await;
    running.pass(Duration::from_mins(30)).await;
    let at_rest = alive();
    for step in 0..STEPS {
        for vendor in &vendors {
            let (down, slow) = (weather(&mut dice), dice.u64(0..20) * dice.u64(0..2));
            vendor.change(|state| {
                state.down = down;
                state.slow = Duration::from_secs(slow);
            });
        }
        let whom = dice.usize(0..vendors.len());
        let next = act(&mut dice);
        vendors[whom].change(|state| state.acts.push_back(next));
        let ours = request(["a", "b"][whom], "r1", &format!("/ours/{step}"));
        running.enqueue(vec![ours], bench.clock.now());
        running.enqueued().await;
        let theirs = &vendors[dice.usize(0..vendors.len())];
        theirs.purge_by_somebody("r1", &format!("/theirs/{step}"), TimeDelta::seconds(1));
        running.pass(STEP).await;
        running.seen.clear();
        // What the vendors noted is not the engine's memory.
        for vendor in &vendors {
            vendor.change(|state| state.asked = Vec::new());
        }
        if (step + 1).is_multiple_of(STEPS / 6) {
            let hours = (step + 1) / 12;
            eprintln!("after {hours} h: {} tasks, {:?} KiB", alive(), resident());
        }
    }
    for vendor in &vendors {
        vendor.change(|state| {
            state.down = None;
            state.slow = Duration::ZERO;
            state.acts.clear();
        });
    }
    running.pass(Duration::from_hours(2)).await;
    assert_eq!(alive(), at_rest, "a task of the day lives on");
    judge(&running, &vendors);
    running.stop().await;
    assert_eq!(alive(), tasks, "a task outlives its engine");
}

/// Compares the journal and the history with what the vendors' worlds recorded.
fn judge(running: &Running, vendors: &[Arc<Vendor>]) {
    let entries = journal(running);
    assert_eq!(entries.len(), STEPS as usize, "a request was lost or doubled in the journal");
    let mut effects: BTreeMap<String, usize> = BTreeMap::new();
    for vendor in vendors {
        vendor.change(|state| {
            for purge in &state.purges {
                *effects.entry(purge.targets[0].text.clone()).or_default() += 1;
            }
        });
    }
    let mut counts: BTreeMap<JournalState, usize> = BTreeMap::new();
    for (target, entry) in &entries {
        let wanted = match entry.state {
            JournalState::Successful => 1,
            JournalState::Unknown => 0,
            other => panic!("{target} is {other} when all is over"),
        };
        let took_effect = effects.get(target).copied().unwrap_or_default();
        assert_eq!(took_effect, wanted, "{target} is {}", entry.state);
        let is_settled = entry.verification.as_ref().is_some_and(|seen| seen.settled);
        assert_eq!(is_settled, wanted == 1, "{target}: {:?}", entry.verification);
        *counts.entry(entry.state).or_default() += 1;
    }
    // The faults did come.
    assert!(counts.values().all(|count| *count > 5) && counts.len() == 2, "{counts:?}");
    let mut there: Vec<String> = vendors.iter().flat_map(|vendor| ids_of(vendor)).collect();
    there.sort();
    assert_eq!(running.stored_ids(), there, "the history is not the vendors'");
}
