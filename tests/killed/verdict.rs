//! The end: everything is worked off and settled, and the vendor's access log is held against the
//! journal.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use purgedeck::domain::ids::JournalId;
use purgedeck::domain::journal::JournalState;
use purgedeck::engine::{Clock, Engine, EngineConfig};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::moments::PURGE;
use super::world::{World, target};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often news are asked for: a vendor whose history is per resource is not asked much more
/// often.
const REFRESH: Duration = Duration::from_secs(3);

/// Lets a last sender work everything off, has the history settle what it can and the operator the
/// rest, and compares.
pub(crate) async fn judge(world: World, name: &str) {
    world.mend();
    let mut last = world.spawn();
    let began = Instant::now();
    while last.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < PATIENCE, "the last sender does not end");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.check();
    let engine = dashboard(&world);
    settled(&world, &engine).await;
    // Only those are unknown that the vendor never carried out.
    let unknown: BTreeSet<JournalId> = world
        .journal()
        .into_iter()
        .filter(|entry| entry.state == JournalState::Unknown)
        .map(|entry| entry.id)
        .collect();
    let posts = posts(&world);
    compare(&world, &posts, &BTreeSet::new());
    for id in unknown.iter().cloned() {
        drop(engine.resend(id));
    }
    settled(&world, &engine).await;
    engine.shutdown().await;
    world.check();
    let carried_out = world.carried_out();
    for entry in world.journal() {
        assert_eq!(carried_out.get(&target(&entry)), Some(&1), "{entry:?}");
    }
    let all = self::posts(&world);
    compare(&world, &all, &unknown);
    compare_ends(&world).await;
    let lost = posts.values().flatten().filter(|status| **status == 0).count();
    eprintln!(
        "{name}: {} kills {:?}; {} requests, {} sent in all, {lost} without an answer, {} left to \
         the operator",
        world.kills.values().sum::<usize>(),
        world.kills,
        world.queued.len(),
        all.values().map(Vec::len).sum::<usize>(),
        unknown.len(),
    );
    world.simulator.stop().await;
}

/// The engine as the dashboard runs it.
fn dashboard(world: &World) -> Engine {
    let (engine, _) = Engine::start(EngineConfig {
        refresh: Duration::from_hours(1),
        ..EngineConfig::new(world.store.clone(), world.seats(), Clock::system())
    })
    .unwrap();
    engine
}

/// Until every request came to its end, or is unknown and was never carried out.
async fn settled(world: &World, engine: &Engine) {
    let began = Instant::now();
    let mut refreshed = None;
    loop {
        if refreshed.is_none_or(|at: Instant| at.elapsed() > REFRESH) {
            refreshed = Some(Instant::now());
            engine.refresh(None).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let open = world.store.reader().unwrap().journal_open().unwrap();
        let carried_out = world.carried_out();
        let waits: Vec<_> = open
            .into_iter()
            .filter(|entry| {
                entry.state != JournalState::Unknown || carried_out.contains_key(&target(entry))
            })
            .collect();
        if waits.is_empty() {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "not settled: {waits:#?}");
    }
}

/// What arrived at the vendor to be purged, by target, with the status of each answer; 0 for none.
fn posts(world: &World) -> BTreeMap<String, Vec<u64>> {
    let mut posts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in std::fs::read_to_string(&world.log).unwrap().lines() {
        let seen: Value = serde_json::from_str(line).unwrap();
        let body = seen["body"].as_str().unwrap();
        if seen["method"] == "POST" && body.contains(PURGE) {
            let body: Value = serde_json::from_str(body).unwrap();
            let lists = ["urls", "Urls", "file_path"].iter();
            let mut targets = lists.filter_map(|list| body[list][0].as_str());
            posts
                .entry(targets.next().unwrap().to_owned())
                .or_default()
                .push(seen["status"].as_u64().unwrap());
        }
    }
    posts
}

/// Every arrival has its own step into `sending`; a second one only comes after the vendor refused
/// the first without effect, or by the operator's word.
fn compare(world: &World, posts: &BTreeMap<String, Vec<u64>>, resent: &BTreeSet<JournalId>) {
    for target in posts.keys() {
        assert!(world.queued.contains_key(target), "who sent {target}?");
    }
    for (target, id) in &world.queued {
        let steps = world.steps(id);
        let took = |from: JournalState, to: JournalState| {
            let step = (Some(from.word().to_owned()), to.word().to_owned());
            steps.iter().filter(|taken| **taken == step).count()
        };
        let arrived = posts.get(target).map_or(&[][..], Vec::as_slice);
        let sendings = took(JournalState::Queued, JournalState::Sending);
        assert!(arrived.len() <= sendings, "{target}: {arrived:?} {steps:#?}");
        let refused = took(JournalState::Sending, JournalState::Queued);
        let by_operator = took(JournalState::Unknown, JournalState::Queued);
        assert_eq!(by_operator, usize::from(resent.contains(id)), "{target}");
        assert!(
            arrived.len() <= 1 + refused + by_operator,
            "{target} was sent again by itself: {arrived:?} {steps:#?}"
        );
    }
}

/// What is called successful or failed is the purge that the journal has the id of; for one vendor
/// it is held against its own word, asked for without any code of ours.
async fn compare_ends(world: &World) {
    let mut said = BTreeMap::new();
    for account in world.simulator.gcore().accounts() {
        let mut offset = 0;
        loop {
            let path = format!("/cdn/purge_statuses?limit=100&offset={offset}");
            let page = ask(&world.simulator.gcore().base_url(), &path, &account.token).await;
            let rows = page["results"].as_array().unwrap();
            if rows.is_empty() {
                break;
            }
            offset += rows.len();
            for row in rows {
                said.insert(row["purge_id"].to_string(), row["status"].clone());
            }
        }
    }
    let purges: BTreeMap<String, String> = world.purges().into_iter().collect();
    for entry in world.journal() {
        let id = entry.purge.as_ref().unwrap().to_string();
        assert_eq!(purges[&id], target(&entry), "{entry:?}");
        let ended = [(JournalState::Successful, "Successful"), (JournalState::Failed, "Failed")];
        let word = ended.iter().find(|(state, _)| *state == entry.state);
        let word = word.map(|(_, word)| *word).unwrap();
        if let Some(said) = said.get(&id) {
            assert_eq!(said, word, "{entry:?}");
        }
    }
}

/// Asks the vendor without any code of ours.
async fn ask(base_url: &str, path: &str, token: &str) -> Value {
    let address = base_url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: APIKey {token}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}
