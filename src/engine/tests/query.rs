//! Questions of the core, and files.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use chrono::TimeDelta;

use super::world::{Bench, Running, Vendor, request};
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::event::Level;
use crate::domain::filter::Predicate;
use crate::domain::purge::PurgeDetail;
use crate::domain::query::{Anchor, Sort, SummaryQuery, WindowQuery};
use crate::domain::view::SavedView;
use crate::engine::{ExportForms, Exporter};

fn everything() -> WindowQuery {
    WindowQuery {
        predicate: Arc::new(Predicate::default()),
        sort: Sort::NEWEST,
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

fn kept(id: &str, text: &str) -> KeptDraft {
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    KeptDraft { id: id.into(), changed: crate::testing::noon(), draft }
}

#[tokio::test(start_paused = true)]
async fn every_query_is_answered() {
    let bench = Bench::new();
    let running = with_history(&bench, 3).await;
    let (engine, query) = (&running.engine, everything());
    let window = engine.window(query.clone()).await.unwrap();
    assert_eq!(window.rows.len(), 3);
    let summary = SummaryQuery { predicate: query.predicate, bars: 0, now: bench.clock.now() };
    assert_eq!(engine.summary(summary).await.unwrap().selected, 3);
    let key = window.rows[1].key;
    let (detail, gathered, recent, queue, previews) = tokio::join!(
        engine.detail(key),
        engine.gather(vec![key]),
        engine.recent(vec![("a".into(), "r1".into())]),
        engine.queue(),
        engine.previews(vec![request("a", "r1", "/x"), request("a", "r2", "/y")]),
    );
    assert!(detail.unwrap().is_some());
    assert_eq!(gathered.unwrap().len(), 1);
    assert_eq!(recent.unwrap().purges.len(), 3);
    assert!(queue.unwrap().is_empty());
    assert_eq!(previews[1].body, "/y");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_host_is_known_by_the_account_that_purged_it_last() {
    let bench = Bench::new();
    let (old, new) = (Vendor::new("a", &bench.clock), Vendor::new("b", &bench.clock));
    old.purge_by_somebody("r1", "/1", TimeDelta::minutes(9));
    old.purge_by_somebody("r2", "/2", TimeDelta::minutes(9));
    new.purge_by_somebody("r1", "/3", TimeDelta::minutes(5));
    let mut running = bench.start_with(&[old, new], |_| {});
    running.synced("a").await;
    running.synced("b").await;
    let hosts = ["r1.example.com", "R2.Example.com", "nobody.example.com", "example.com"];
    let served = running.engine.served(hosts.map(str::to_owned).to_vec()).await.unwrap();
    let served: Vec<(&str, &str)> =
        served.iter().map(|(host, account)| (host.as_str(), account.as_str())).collect();
    assert_eq!(served, [("R2.Example.com", "a"), ("r1.example.com", "b")]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn queries_that_were_dropped_are_passed_over() {
    let bench = Bench::new();
    let running = with_history(&bench, 50).await;
    // The thread that answers is held up until all of them wait.
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let held = running.engine.0.windows.ask(move |_| {
        let _ = gone.recv();
        Ok(())
    });
    let answered = Arc::new(AtomicU32::new(0));
    let mut newest = Vec::new();
    for number in 0..500 {
        let answered = Arc::clone(&answered);
        let query = running.engine.0.windows.ask(move |reader| {
            answered.fetch_add(1, Ordering::SeqCst);
            reader.window(&everything())
        });
        if number >= 498 {
            newest.push(query);
        }
    }
    go.send(()).unwrap();
    held.await.unwrap();
    for query in newest {
        assert_eq!(query.await.unwrap().rows.len(), 50);
    }
    assert_eq!(answered.load(Ordering::SeqCst), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_query_that_is_dropped_while_it_is_answered_delays_no_other() {
    let bench = Bench::new();
    let running = with_history(&bench, 50).await;
    let (began, begins) = std::sync::mpsc::channel::<()>();
    let (dropped, is_dropped) = std::sync::mpsc::channel::<()>();
    let rows = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&rows);
    let slow = running.engine.0.windows.ask(move |reader| {
        // The first row waits until the query is dropped, while its statement is under way.
        reader.export(&Predicate::default(), Sort::NEWEST, None, &mut |_| {
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = began.send(());
            let _ = is_dropped.recv();
            ControlFlow::Continue(())
        })
    });
    begins.recv().unwrap();
    drop(slow);
    drop(dropped);
    assert_eq!(running.engine.window(everything()).await.unwrap().rows.len(), 50);
    assert!(rows.load(Ordering::SeqCst) < 50, "the query went on after it was dropped");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_query_that_is_dropped_between_two_of_its_statements_stops_at_the_next() {
    let bench = Bench::new();
    let running = with_history(&bench, 50).await;
    let (began, begins) = std::sync::mpsc::channel::<()>();
    let (dropped, is_dropped) = std::sync::mpsc::channel::<()>();
    let (ended, ends) = std::sync::mpsc::channel();
    let slow = running.engine.0.windows.ask(move |reader| {
        let _ = began.send(());
        let _ = is_dropped.recv();
        let rows = reader.window(&everything());
        let _ = ended.send(rows.is_ok());
        rows
    });
    begins.recv().unwrap();
    drop(slow);
    drop(dropped);
    assert!(!ends.recv().unwrap(), "the query went on after it was dropped");
    assert_eq!(running.engine.window(everything()).await.unwrap().rows.len(), 50);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn drafts_are_kept_for_the_next_start_even_when_everything_stops_right_after() {
    let bench = Bench::new();
    let running = with_history(&bench, 0).await;
    let one = kept("1", "https://r1.example.com/a");
    let two = kept("2", "https://r1.example.com/b");
    drop(running.engine.keep_draft(one.clone()));
    drop(running.engine.keep_draft(two.clone()));
    running.stop().await;
    let running = with_history(&bench, 0).await;
    assert_eq!(running.engine.drafts().await.unwrap(), [two, one.clone()]);
    running.engine.forget_draft("2".into()).await.unwrap();
    running.stop().await;
    let running = with_history(&bench, 0).await;
    assert_eq!(running.engine.drafts().await.unwrap(), [one]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_file_of_targets_is_read_and_whatever_is_none_is_refused_with_a_reason() {
    let bench = Bench::new();
    let running = with_history(&bench, 0).await;
    let path = |name: &str| bench.directory.path().join(name);
    std::fs::write(path("good"), "/a\n/b\n").unwrap();
    std::fs::write(path("bytes"), b"/a\n/\xff\n").unwrap();
    let mut large = std::fs::File::create(path("large")).unwrap();
    for _ in 0..17 {
        large.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    assert_eq!(running.engine.read_file(path("good")).await, Ok("/a\n/b\n".to_owned()));
    for (name, word) in
        [("bytes", "line 2"), ("large", "16 MiB"), ("", "no plain file"), ("missing", "missing")]
    {
        let refused = running.engine.read_file(path(name)).await.unwrap_err();
        assert!(refused.contains(word), "{refused}");
    }
    running.stop().await;
}

struct Lines(Box<dyn std::io::Write + Send>);

impl Exporter for Lines {
    fn write(&mut self, purge: PurgeDetail) -> std::io::Result<()> {
        writeln!(self.0, "{}", purge.purge.id)
    }

    fn finish(mut self: Box<Self>) -> std::io::Result<()> {
        writeln!(self.0, "end")?;
        self.0.flush()
    }
}

fn forms() -> ExportForms {
    Arc::new(|ending, place| (ending == "csv").then(|| Box::new(Lines(place)) as Box<dyn Exporter>))
}

async fn exported(running: &Running, path: std::path::PathBuf) -> Result<u64, String> {
    running.engine.export(everything(), path).await.map(|(count, _)| count)
}

#[tokio::test(start_paused = true)]
async fn an_export_is_whole_or_not_there_and_writes_over_nothing() {
    let bench = Bench::new();
    let running = with_history(&bench, 120).await;
    let path = |name: &str| bench.directory.path().join(name);
    assert_eq!(exported(&running, path("out.CSV")).await, Ok(120));
    let text = std::fs::read_to_string(path("out.CSV")).unwrap();
    assert_eq!((text.lines().count(), text.lines().last()), (121, Some("end")));
    let again = exported(&running, path("out.CSV")).await;
    assert!(again.unwrap_err().contains("already"));
    let unknown = exported(&running, path("out.xls")).await;
    assert!(unknown.unwrap_err().contains(".csv"));
    let nowhere = exported(&running, path("no/such/out.csv")).await;
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
    let view = SavedView {
        name: "mine".to_owned(),
        filter: "kind:all".to_owned(),
        ..SavedView::default()
    };
    for (place, level) in [(false, Level::Warning), (true, Level::Info)] {
        let running = bench.start_with(&[], |setup| {
            if place {
                setup.keep_view = Some(Arc::new(|view: &SavedView| Ok(view.name.clone())));
            }
        });
        let said = running.engine.save_view(view.clone()).await.level;
        assert_eq!(said, level);
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_does_not_need_anybody_who_waits_for_answers_or_reads_events() {
    let bench = Bench::new();
    let running = with_history(&bench, 10).await;
    let unanswered: Vec<_> = (0..1000).map(|_| running.engine.queue()).collect();
    running.stop().await;
    drop(unanswered);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_for_reading_only_answers_and_takes_nothing() {
    let bench = Bench::new();
    with_history(&bench, 5).await.stop().await;
    let store = crate::store::Store::open(&bench.path(), crate::store::Access::ReadOnly).unwrap();
    let vendor = Vendor::new("a", &bench.clock);
    let running = bench.start_with(&[vendor], |setup| {
        setup.store = store;
        setup.offline = true;
    });
    let rows = running.engine.window(everything()).await.unwrap().rows;
    assert_eq!(rows.len(), 5);
    let words = running.engine.keep_draft(kept("1", "/a")).await.unwrap_err().to_string();
    assert!(words.contains("cannot be written"), "{words}");
    running.stop().await;
}
