//! Several purgedecks of a team on one server: one reads an account, one sends for it, all see it.

use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::world::{Act, Bench, Running, Vendor, begin, request};
use crate::cluster::Cluster;
use crate::domain::event::{Event, Holder};
use crate::domain::failure::{Cause, Failure};
use crate::domain::filter::Predicate;
use crate::domain::journal::{JournalEntry, JournalState, NewEntry};
use crate::domain::kind::Kind;
use crate::domain::operator::{KEY_BYTES, Operator};
use crate::domain::store_address::StoreAddress;
use crate::store::{Access, Duty, Lease, ServerAccess, StepDetails, StepOutcome, Store};

const MIA: &str = "mia@deploy1";
const TOM: &str = "tom@deploy2";

/// A team's database, and the time.
struct Team<'c> {
    bench: Bench,
    cluster: &'c Cluster,
    url: String,
}

impl<'c> Team<'c> {
    fn on(cluster: &'c Cluster) -> Self {
        Self { bench: Bench::new(), cluster, url: cluster.database() }
    }

    /// Connects as a member of the team.
    fn store(&self, name: &str, access: Access) -> Store {
        let StoreAddress::Server(address) = StoreAddress::parse(&self.url).unwrap() else {
            panic!("{} is no server", self.url);
        };
        let own = self.bench.directory.path().join(format!("{name}.db"));
        let store = Store::connect(&ServerAccess { address, password: None }, &own, access);
        store.unwrap().operated_by(Operator::new(name.to_owned(), [name.len() as u8; KEY_BYTES]))
    }

    fn start(&self, name: &str, vendor: &Arc<Vendor>) -> Running {
        let store = self.store(name, Access::ReadWrite);
        self.bench.start_with(from_ref(vendor), |setup| setup.store = store)
    }

    /// Starts the one who reads the account, then another one.
    async fn start_two(&self, vendor: &Arc<Vendor>) -> (Running, Running) {
        let mut one = self.start(MIA, vendor);
        one.synced("a").await;
        let mut other = self.start(TOM, vendor);
        other.reader_is(Some(MIA)).await;
        (one, other)
    }

    /// Ends all connections to the database.
    fn cut_off(&self) {
        let name = self.url.split(['/', '?']).nth(3).unwrap();
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        self.cluster.sql("postgres", &cut);
    }
}

impl Running {
    /// Until account `a` is read by this member of the team, or by this purgedeck itself.
    async fn reader_is(&mut self, name: Option<&str>) {
        let wanted = name.map(|name| Holder::Named(name.to_owned()));
        self.until("another reader", |event| match event {
            Event::Account { status, .. } => {
                let is_read = status.read_by.is_some() || status.asking_since.is_some();
                (is_read && status.read_by == wanted).then_some(())
            }
            _ => None,
        })
        .await;
    }

    async fn is_lost(&mut self) {
        let lost = |event: &Event| matches!(event, Event::StoreLost { .. }).then_some(());
        self.until("the loss of the store", lost).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_reads_and_the_other_sees() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let other_way = Vendor::new("a", &team.bench.clock);
    let mut one = team.start(MIA, &vendor);
    one.synced("a").await;
    let mut other = team.start(TOM, &other_way);
    other.reader_is(Some(MIA)).await;
    let done = |event: &Event| match event {
        Event::Account { status, .. } => (status.initial_sync_done && status.named).then_some(()),
        _ => None,
    };
    other.until("what a draft is checked against", done).await;
    let seen_resources = |event: &Event| matches!(event, Event::Resources { .. });
    assert!(other.seen.iter().any(seen_resources));
    vendor.purge_by_somebody("r1", "/theirs", chrono::TimeDelta::seconds(1));
    let new = |event: &Event| matches!(event, Event::HistoryChanged { .. }).then_some(());
    while other.stored_ids().is_empty() {
        other.until("news of another", new).await;
    }
    assert_eq!(other.stored_ids(), ["a v1"]);
    let told = other.until("the time of the reading", |event| match event {
        Event::Account { status, .. } => status.synced_at,
        _ => None,
    });
    assert!(told.await >= begin());
    assert!(other_way.change(|state| state.asked.is_empty()), "nobody asks a second time");
    assert_eq!(other_way.change(|state| (state.resources_asked, state.limits_asked)), (0, 1));
    one.stop().await;
    other.reader_is(None).await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn news_that_one_wants_are_read_by_the_other() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let (mut one, other) = team.start_two(&vendor).await;
    other.engine.refresh(None).unwrap();
    let asked = vendor.change(|state| state.resources_asked);
    while vendor.change(|state| state.resources_asked) == asked {
        one.pass(Duration::from_secs(1)).await;
    }
    other.stop().await;
    one.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_history_that_the_one_who_reads_it_cannot_read_is_waited_for_in_vain_for_a_while() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let mut one = team.start(MIA, &vendor);
    one.synced("a").await;
    vendor.change(|state| state.down = Some(Failure::new(Cause::Unreachable)));
    one.pass(Duration::from_secs(1)).await;
    let other = team.start(TOM, &vendor);
    let report = other.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!((report.failures.len(), report.incomplete), (0, vec!["a".into()]));
    other.stop().await;
    vendor.change(|state| state.down = None);
    let other = team.start(TOM, &vendor);
    let report = other.engine.sync(&Predicate::default(), None).await.unwrap();
    assert_eq!((report.failures, report.incomplete), (vec![], vec![]));
    other.stop().await;
    one.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_each_queues_is_sent_once_and_followed_by_both() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let (mut one, mut other) = team.start_two(&vendor).await;
    other.enqueue(vec![request("a", "r1", "/1"), request("a", "r1", "/2")], begin());
    one.enqueue(vec![request("a", "r1", "/3")], begin());
    for running in [&mut one, &mut other] {
        for _ in 0..3 {
            running.journal(JournalState::Successful).await;
        }
    }
    let mut got: Vec<String> = vendor.got().into_iter().flatten().collect();
    got.sort();
    assert_eq!(got, ["/1", "/2", "/3"]);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn both_duties_go_to_the_other_when_the_one_who_has_them_ends() {
    let Some(cluster) = Cluster::shared() else { return };
    for ends_well in [true, false] {
        let team = Team::on(cluster);
        let vendor = Vendor::new("a", &team.bench.clock);
        let (mut one, mut other) = team.start_two(&vendor).await;
        let targets = ["/1", "/2", "/3", "/4", "/5"];
        one.enqueue(targets.map(|target| request("a", "r1", target)).to_vec(), begin());
        one.accepted().await;
        if ends_well {
            one.stop().await;
        } else {
            drop(one);
        }
        other.reader_is(None).await;
        let reader = other.store.reader().unwrap();
        let is_done = |entry: &JournalEntry| entry.state == JournalState::Successful;
        while !reader.journal_newest(9).unwrap().iter().all(is_done) {
            other.pass(Duration::from_secs(10)).await;
        }
        assert_eq!(vendor.got(), targets.map(|target| vec![target.to_owned()]), "{ends_well}");
        other.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_holder_that_died_left_is_looked_up_and_not_sent_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let dying = team.store(MIA, Access::ReadWrite);
    let mut writer = dying.writer().unwrap();
    let duty = Duty::Send("a".into());
    assert_eq!(writer.lease(&duty), Ok(Lease::Held));
    let entry = NewEntry::new(request("a", "r1", "/1"), begin());
    let id = writer.enqueue(&[entry], begin()).unwrap().remove(0).id;
    let step = StepDetails::at(begin());
    let sending = writer.step(&id, JournalState::Queued, JournalState::Sending, &step).unwrap();
    assert!(matches!(sending, StepOutcome::Done(_)), "{sending:?}");
    vendor.change(|state| state.put(&"a".into(), "r1", Kind::Url, &["/1".to_owned()], begin()));
    let mut other = team.start(TOM, &vendor);
    let sender = other.until("the name of the sender", |event| match event {
        Event::Sender { by, .. } => by.clone(),
        _ => None,
    });
    assert_eq!(sender.await, Holder::Named(MIA.to_owned()));
    assert_eq!(other.entry(&id).state, JournalState::Sending, "it may still be answered");
    drop(writer);
    other.journal(JournalState::Unknown).await;
    other.journal(JournalState::Successful).await;
    assert_eq!(vendor.got(), [[""; 0]; 0]);
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_before_the_answer_sends_nothing_twice_and_loses_no_answer() {
    let Some(cluster) = Cluster::shared() else { return };
    for is_watched in [true, false] {
        let team = Team::on(cluster);
        let vendor = Vendor::new("a", &team.bench.clock);
        let go = Arc::new(Notify::new());
        vendor.change(|state| state.acts.push_back(Act::Hang(Arc::clone(&go))));
        let mut one = team.start(MIA, &vendor);
        one.synced("a").await;
        let other = is_watched.then(|| team.start(TOM, &vendor));
        one.enqueue(vec![request("a", "r1", "/1")], begin());
        let sending = one.journal(JournalState::Sending).await;
        while vendor.got().is_empty() {
            one.pass(Duration::from_millis(10)).await;
        }
        team.cut_off();
        one.pass(Duration::from_mins(5)).await;
        go.notify_one();
        one.journal(JournalState::Successful).await;
        let done = one.entry(&sending.id);
        assert_eq!((done.state, done.error), (JournalState::Successful, None), "{is_watched}");
        one.pass(Duration::from_mins(10)).await;
        assert_eq!(vendor.got(), [["/1"]], "{is_watched}");
        if let Some(other) = other {
            other.stop().await;
        }
        one.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_before_the_request_sends_it_later_once() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let mut one = team.start(MIA, &vendor);
    one.synced("a").await;
    one.enqueue(["/1", "/2"].map(|it| request("a", "r1", it)).to_vec(), begin());
    one.enqueued().await;
    team.cut_off();
    for _ in 0..2 {
        one.journal(JournalState::Successful).await;
    }
    assert_eq!(vendor.got(), [["/1"], ["/2"]]);
    one.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_is_told_and_everything_goes_on_when_it_is_back() {
    let Some(cluster) = Cluster::start() else { return };
    let team = Team::on(&cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let (mut one, mut other) = team.start_two(&vendor).await;
    cluster.stop();
    one.is_lost().await;
    other.is_lost().await;
    vendor.purge_by_somebody("r1", "/meanwhile", chrono::TimeDelta::seconds(1));
    one.enqueue(vec![request("a", "r1", "/refused")], begin());
    assert!(!one.try_enqueued().await.unwrap_err().words.is_empty());
    one.seen.clear();
    one.pass(Duration::from_mins(5)).await;
    for event in &one.seen {
        if let Event::Account { status, .. } = event {
            assert!(status.synced_at.is_some(), "what is shown stays: {status:?}");
        }
    }
    assert_eq!(vendor.got(), [[""; 0]; 0]);
    cluster.restart();
    let back = |event: &Event| matches!(event, Event::StoreBack).then_some(());
    one.until("the store", back).await;
    other.until("the store", back).await;
    other.enqueue(vec![request("a", "r1", "/1")], begin());
    other.enqueued().await;
    for running in [&mut one, &mut other] {
        running.journal(JournalState::Successful).await;
    }
    assert_eq!(vendor.got(), [["/1"]]);
    assert_eq!(one.stored_ids(), ["a v1", "a v2"]);
    one.stop().await;
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_may_only_read_takes_no_duty_and_sees_what_others_do() {
    let Some(cluster) = Cluster::shared() else { return };
    let team = Team::on(cluster);
    let vendor = Vendor::new("a", &team.bench.clock);
    let mut one = team.start(MIA, &vendor);
    one.synced("a").await;
    drop(team.store(TOM, Access::ReadWrite));
    let store = team.store(TOM, Access::ReadOnly);
    let mut viewer = team.bench.start_with(from_ref(&vendor), |setup| setup.store = store);
    one.enqueue(vec![request("a", "r1", "/1")], begin());
    one.journal(JournalState::Successful).await;
    viewer.journal(JournalState::Successful).await;
    one.stop().await;
    viewer.pass(Duration::from_mins(5)).await;
    let by_itself = |event: &&Event| match event {
        Event::Account { status, .. } => status.asking_since.is_some(),
        _ => false,
    };
    assert_eq!(viewer.seen.iter().find(by_itself), None);
    viewer.stop().await;
}
