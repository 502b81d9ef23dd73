#![expect(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "tests")]

use std::sync::Arc;

use chrono::DateTime;

use super::*;
use crate::domain::ids::{PurgeKey, Ticket};
use crate::domain::query::{Anchor, Sort, SummaryQuery, WindowQuery};
use crate::effect::{Order, Query};
use crate::engine::{Clock, EngineConfig};
use crate::store::{Access, Store};

const ONE: PaneId = PaneId(1);
const OTHER: PaneId = PaneId(2);

/// Effects on an empty store, without accounts.
struct Bench {
    effects: EngineEffects,
    engine: Engine,
    directory: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        let (engine, events) = Engine::start(EngineConfig {
            offline: true,
            ..EngineConfig::new(
                Store::open(&path, Access::ReadWrite).unwrap(),
                Vec::new(),
                Clock::system(),
            )
        })
        .unwrap();
        let effects = EngineEffects::new(engine.clone(), events);
        Self { effects, engine, directory }
    }

    fn run(&mut self, effects: impl IntoIterator<Item = Effect>) {
        effects.into_iter().for_each(|effect| self.effects.run(effect));
    }

    /// Returns this many answers and all that come at the end of the engine after them.
    async fn answers(mut self, count: usize) -> Vec<Answer> {
        let mut answers = Vec::new();
        while answers.len() < count {
            answers.extend(answer(self.effects.next().await.unwrap()));
        }
        self.engine.shutdown().await;
        while let Some(report) = self.effects.next().await {
            answers.extend(answer(report));
        }
        answers
    }
}

fn answer(report: Report) -> Option<Answer> {
    match report {
        Report::Answer(answer) => Some(answer),
        Report::Event(_) | Report::Settings(_) | Report::BadSettings(_) => None,
    }
}

fn window(pane: PaneId, ticket: u64) -> Effect {
    let query = WindowQuery {
        predicate: Arc::default(),
        sort: Sort::NEWEST,
        anchor: Anchor::Start,
        limit: 10,
    };
    Effect::Query(Query::Window { pane, ticket: Ticket(ticket), query })
}

fn summary(pane: PaneId, ticket: u64) -> Effect {
    let query = SummaryQuery { predicate: Arc::default(), bars: 0, now: DateTime::UNIX_EPOCH };
    Effect::Query(Query::Summary { pane, ticket: Ticket(ticket), query })
}

fn detail(pane: PaneId, ticket: u64) -> Effect {
    Effect::Query(Query::Detail { pane, ticket: Ticket(ticket), key: PurgeKey(7) })
}

fn gather(ticket: u64) -> Effect {
    Effect::Query(Query::Gather { ticket: Ticket(ticket), keys: Vec::new() })
}

/// Returns the kinds of these answers with their tickets, in the order of the tickets.
fn tickets(answers: &[Answer]) -> Vec<(&'static str, u64)> {
    let mut tickets: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Answer::Window { ticket, .. } => ("window", ticket.0),
            Answer::Summary { ticket, .. } => ("summary", ticket.0),
            Answer::Detail { ticket, .. } => ("detail", ticket.0),
            Answer::Gathered { ticket, .. } => ("gathered", ticket.0),
            Answer::Enqueued { ticket, .. } => ("enqueued", ticket.0),
            Answer::FileRead { ticket, .. } => ("file", ticket.0),
            other => panic!("{other:?}"),
        })
        .collect();
    tickets.sort_by_key(|(_, ticket)| *ticket);
    tickets
}

#[tokio::test]
async fn a_query_supersedes_the_one_before_of_its_kind_and_pane() {
    let mut bench = Bench::new();
    bench.run([window(ONE, 1), summary(ONE, 2), detail(ONE, 3)]);
    bench.run([window(ONE, 4), summary(ONE, 5), detail(ONE, 6), window(ONE, 7)]);
    let answers = bench.answers(3).await;
    assert_eq!(tickets(&answers), [("summary", 5), ("detail", 6), ("window", 7)]);
}

#[tokio::test]
async fn an_answer_that_is_ready_is_superseded_as_well() {
    let mut bench = Bench::new();
    bench.run([window(ONE, 1)]);
    // A later query of the same thread is answered after it.
    bench.engine.queue().await.unwrap();
    bench.run([window(ONE, 2)]);
    let answers = bench.answers(1).await;
    assert_eq!(tickets(&answers), [("window", 2)]);
}

#[tokio::test]
async fn queries_of_other_kinds_and_panes_go_on() {
    let mut bench = Bench::new();
    bench.run([window(ONE, 1), window(OTHER, 2), summary(ONE, 3), detail(ONE, 4)]);
    bench.run([gather(5), gather(6), window(OTHER, 7)]);
    let answers = bench.answers(6).await;
    let expected = [
        ("window", 1),
        ("summary", 3),
        ("detail", 4),
        ("gathered", 5),
        ("gathered", 6),
        ("window", 7),
    ];
    assert_eq!(tickets(&answers), expected);
}

#[tokio::test]
async fn an_order_is_never_superseded_and_its_answer_has_its_ticket() {
    let mut bench = Bench::new();
    let file = |number: u64| bench.directory.path().join(format!("{number}.txt"));
    let orders = (1..=3).map(|number| {
        std::fs::write(file(number), format!("/{number}")).unwrap();
        Effect::Order(Order::ReadFile { ticket: Ticket(number), path: file(number) })
    });
    let orders: Vec<Effect> = orders.collect();
    let enqueue =
        |number| Effect::Order(Order::Enqueue { ticket: Ticket(number), sends: Vec::new() });
    bench.run(orders.into_iter().chain((4..=6).map(enqueue)));
    let answers = bench.answers(6).await;
    let expected =
        [("file", 1), ("file", 2), ("file", 3), ("enqueued", 4), ("enqueued", 5), ("enqueued", 6)];
    assert_eq!(tickets(&answers), expected);
    for answer in answers {
        if let Answer::FileRead { ticket, result } = answer {
            assert_eq!(result, Ok(format!("/{}", ticket.0)));
        }
    }
}
