//! Questions of the core, and files.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::world::{Bench, Running, Vendor, request};
use crate::domain::draft::Draft;
use crate::domain::event::{Event, Level};
use crate::domain::filter::Predicate;
use crate::domain::ids::Ticket;
use crate::domain::purge::PurgeDetail;
use crate::domain::query::{Anchor, Sort, SummaryQuery, WindowQuery};
use crate::effect::{Answer, Effect, Order, PaneId, Query, Report, SavedView, TerminalEffect};
use crate::engine::desk::Outcome;
use crate::engine::{ExportForms, Scribe};

fn everything() -> WindowQuery {
    WindowQuery {
        predicate: Arc::new(Predicate::default()),
        sort: Sort::Newest,
        anchor: Anchor::Start,
        limit: 50,
    }
}

async fn with_history(bench: &Bench, count: u32) -> Running {
    let vendor = Vendor::new("a", &bench.clock);
    for number in 0..count {
        vendor.purge_by_somebody("r1", &format!("/{number}"), TimeDelta::minutes(5));
    }
    let mut running = bench.start_with(&[vendor], |setup| setup.export = Some(forms()));
    running.synced("a").await;
    running
}

#[tokio::test(start_paused = true)]
async fn every_question_is_answered_with_its_own_ticket() {
    let bench = Bench::new();
    let mut running = with_history(&bench, 3).await;
    let query = everything();
    running.runner.run(Effect::Query(Query::Window {
        pane: PaneId(1),
        ticket: Ticket(10),
        query: query.clone(),
    }));
    let window = running
        .until("rows", |report| match report {
            Report::Answer(Answer::Window { pane: PaneId(1), ticket: Ticket(10), result }) => {
                Some(result.clone().unwrap())
            }
            _ => None,
        })
        .await;
    assert_eq!(window.rows.len(), 3);
    running.runner.run(Effect::Query(Query::Summary {
        pane: PaneId(1),
        ticket: Ticket(11),
        query: SummaryQuery { predicate: query.predicate.clone(), bars: 0, now: bench.clock.now() },
    }));
    let selected = running
        .until("counts", |report| match report {
            Report::Answer(Answer::Summary { ticket: Ticket(11), result, .. }) => {
                Some(result.clone().unwrap().selected)
            }
            _ => None,
        })
        .await;
    assert_eq!(selected, 3);
    let key = window.rows[1].key;
    running.runner.run(Effect::Query(Query::Detail { pane: PaneId(2), ticket: Ticket(12), key }));
    running.runner.run(Effect::Query(Query::Gather { ticket: Ticket(13), keys: vec![key] }));
    running.runner.run(Effect::Query(Query::Recent {
        ticket: Ticket(14),
        resources: vec![("a".into(), "r1".into())],
    }));
    running.runner.run(Effect::Query(Query::Queue { ticket: Ticket(15) }));
    running.runner.run(Effect::Query(Query::Preview {
        ticket: Ticket(16),
        requests: vec![request("a", "r1", "/x"), request("a", "r2", "/y")],
    }));
    let mut open: Vec<u64> = vec![12, 13, 14, 15, 16];
    while !open.is_empty() {
        let answered = running
            .until("answers", |report| match report {
                Report::Answer(Answer::Detail { ticket, result: Ok(Some(_)), .. }) => {
                    Some(ticket.0)
                }
                Report::Answer(Answer::Gathered { ticket, result: Ok(purges) }) => {
                    (purges.len() == 1).then_some(ticket.0)
                }
                Report::Answer(Answer::Recent { ticket, result: Ok(recent) }) => {
                    (recent.len() == 3).then_some(ticket.0)
                }
                Report::Answer(Answer::Queue { ticket, result: Ok(queue) }) => {
                    queue.is_empty().then_some(ticket.0)
                }
                Report::Answer(Answer::Previewed { ticket, previews }) => {
                    (previews[1].body == "/y").then_some(ticket.0)
                }
                _ => None,
            })
            .await;
        open.retain(|ticket| *ticket != answered);
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn of_many_questions_of_one_pane_the_newest_is_answered_and_old_ones_are_passed_over() {
    let bench = Bench::new();
    let mut running = with_history(&bench, 50).await;
    // The thread that answers is held up until all of them wait.
    let (go, gone) = std::sync::mpsc::channel::<()>();
    running.runner.windows.ask(None, move |_| {
        let _ = gone.recv();
        Outcome::Answered
    });
    for ticket in 0..500 {
        running.runner.run(Effect::Query(Query::Window {
            pane: PaneId(ticket as u32 % 2),
            ticket: Ticket(ticket),
            query: everything(),
        }));
    }
    go.send(()).unwrap();
    for last in [498, 499] {
        let seen = |report: &Report| match report {
            Report::Answer(Answer::Window { ticket, result, .. }) => {
                assert!(result.is_ok());
                (ticket.0 == last).then_some(())
            }
            _ => None,
        };
        if !running.seen.iter().any(|report| seen(report).is_some()) {
            running.until("the newest answer", seen).await;
        }
    }
    let answered = running
        .seen
        .iter()
        .filter(|report| matches!(report, Report::Answer(Answer::Window { .. })));
    assert_eq!(answered.count(), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_the_terminal_is_given_back() {
    let bench = Bench::new();
    let running = with_history(&bench, 0).await;
    for effect in [
        Effect::Terminal(TerminalEffect::Copy("x".to_owned())),
        Effect::Terminal(TerminalEffect::Alert("x".to_owned())),
        Effect::Terminal(TerminalEffect::Edit { ticket: Ticket(1), text: String::new() }),
        Effect::Terminal(TerminalEffect::Suspend),
        Effect::Terminal(TerminalEffect::Quit),
    ] {
        assert_eq!(running.runner.run(effect.clone()), Some(effect));
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_kept_for_the_next_start_even_when_everything_stops_right_after() {
    let bench = Bench::new();
    let running = with_history(&bench, 0).await;
    let draft = Draft { text: "https://r1.example.com/a".to_owned(), ..Draft::default() };
    running.runner.run(Effect::Order(Order::KeepDraft(Some(draft.clone()))));
    running.stop().await;
    let mut running = with_history(&bench, 0).await;
    let kept = running.seen.iter().find_map(|report| match report {
        Report::Answer(Answer::DraftKept(draft)) => Some(draft.clone()),
        _ => None,
    });
    assert_eq!(kept, Some(draft));
    running.runner.run(Effect::Order(Order::KeepDraft(None)));
    running.pass(Duration::from_secs(1)).await;
    running.stop().await;
    let running = with_history(&bench, 0).await;
    let kept = |report: &Report| matches!(report, Report::Answer(Answer::DraftKept(_)));
    assert!(!running.seen.iter().any(kept));
    running.stop().await;
}

async fn file_read(running: &mut Running, path: std::path::PathBuf) -> Result<String, String> {
    running.runner.run(Effect::Order(Order::ReadFile { ticket: Ticket(7), path }));
    running
        .until("the file", |report| match report {
            Report::Answer(Answer::FileRead { result, .. }) => Some(result.clone()),
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn a_file_of_targets_is_read_and_whatever_is_none_is_refused_with_a_reason() {
    let bench = Bench::new();
    let mut running = with_history(&bench, 0).await;
    let path = |name: &str| bench.directory.path().join(name);
    std::fs::write(path("good"), "/a\n/b\n").unwrap();
    std::fs::write(path("bytes"), b"/a\n/\xff\n").unwrap();
    let mut large = std::fs::File::create(path("large")).unwrap();
    for _ in 0..17 {
        large.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    assert_eq!(file_read(&mut running, path("good")).await, Ok("/a\n/b\n".to_owned()));
    for (name, word) in
        [("bytes", "line 2"), ("large", "16 MiB"), ("", "no plain file"), ("missing", "missing")]
    {
        let refused = file_read(&mut running, path(name)).await.unwrap_err();
        assert!(refused.contains(word), "{refused}");
    }
    running.stop().await;
}

struct Lines(Box<dyn std::io::Write + Send>);

impl Scribe for Lines {
    fn write(&mut self, purge: PurgeDetail) -> std::io::Result<()> {
        writeln!(self.0, "{}", purge.purge.id)
    }

    fn finish(mut self: Box<Self>) -> std::io::Result<()> {
        writeln!(self.0, "end")?;
        self.0.flush()
    }
}

fn forms() -> ExportForms {
    Arc::new(|ending, place| (ending == "csv").then(|| Box::new(Lines(place)) as Box<dyn Scribe>))
}

async fn exported(running: &mut Running, path: std::path::PathBuf) -> Result<u64, String> {
    running.runner.run(Effect::Order(Order::Export {
        ticket: Ticket(8),
        query: everything(),
        path,
    }));
    running
        .until("the export", |report| match report {
            Report::Answer(Answer::Exported { result, .. }) => {
                Some(result.clone().map(|(count, _)| count))
            }
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn an_export_is_whole_or_not_there_and_writes_over_nothing() {
    let bench = Bench::new();
    let mut running = with_history(&bench, 120).await;
    let path = |name: &str| bench.directory.path().join(name);
    assert_eq!(exported(&mut running, path("out.CSV")).await, Ok(120));
    let text = std::fs::read_to_string(path("out.CSV")).unwrap();
    assert_eq!((text.lines().count(), text.lines().last()), (121, Some("end")));
    let again = exported(&mut running, path("out.CSV")).await;
    assert!(again.unwrap_err().contains("already"));
    let unknown = exported(&mut running, path("out.xls")).await;
    assert!(unknown.unwrap_err().contains(".csv"));
    let nowhere = exported(&mut running, path("no/such/out.csv")).await;
    assert!(nowhere.is_err());
    let names: Vec<String> = std::fs::read_dir(bench.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("store.db"))
        .collect();
    assert_eq!(names, ["out.CSV"]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_view_is_kept_where_there_is_a_place_and_said_not_to_be_where_there_is_none() {
    let bench = Bench::new();
    let view = SavedView { name: "mine".to_owned(), filter: "kind:all".to_owned() };
    for (place, level) in [(false, Level::Warning), (true, Level::Info)] {
        let mut running = bench.start_with(&[], |setup| {
            if place {
                setup.keep_view = Some(Arc::new(|view: &SavedView| Ok(view.name.clone())));
            }
        });
        running.runner.run(Effect::Order(Order::SaveView(view.clone())));
        let said = running
            .until("a word", |report| match report {
                Report::Event(Event::Notice(notice)) => Some(notice.level),
                _ => None,
            })
            .await;
        assert_eq!(said, level);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_does_not_need_anybody_who_reads_the_reports() {
    let bench = Bench::new();
    let running = with_history(&bench, 10).await;
    for ticket in 0..1000 {
        running.runner.run(Effect::Query(Query::Queue { ticket: Ticket(ticket) }));
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_for_reading_only_answers_and_takes_nothing() {
    let bench = Bench::new();
    with_history(&bench, 5).await.stop().await;
    let store = crate::store::Store::open(&bench.path(), crate::store::Access::ReadOnly).unwrap();
    let vendor = Vendor::new("a", &bench.clock);
    let mut running = bench.start_with(&[vendor], |setup| {
        setup.store = store;
        setup.offline = true;
    });
    running.runner.run(Effect::Query(Query::Window {
        pane: PaneId(1),
        ticket: Ticket(1),
        query: everything(),
    }));
    let rows = running
        .until("rows", |report| match report {
            Report::Answer(Answer::Window { result, .. }) => {
                Some(result.clone().unwrap().rows.len())
            }
            _ => None,
        })
        .await;
    assert_eq!(rows, 5);
    running.runner.run(Effect::Order(Order::KeepDraft(Some(Draft::default()))));
    let words = running
        .until("a word", |report| match report {
            Report::Event(Event::Notice(notice)) => Some(notice.words.clone()),
            _ => None,
        })
        .await;
    assert!(words.contains("cannot be written"), "{words}");
    running.stop().await;
}
