//! Tests of running hooks.
#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::sync::oneshot;

use super::*;
use crate::domain::event::Event;
use crate::engine::events::EventStream;
use crate::testing::{noon, queued};

/// A runner, a directory for its commands, and what it tells.
struct Bench {
    directory: tempfile::TempDir,
    hub: EventHub,
    told: EventStream,
}

impl Bench {
    fn new() -> Self {
        let hub = EventHub::default();
        let told = hub.subscribe();
        Self { directory: tempfile::tempdir().unwrap(), hub, told }
    }

    fn runner(&self, script: &str, limit: Duration) -> HookRunner {
        let folder = self.directory.path().display();
        let words = ["sh", "-c", &format!("cd {folder}; {script}")].map(str::to_owned);
        let commands = BTreeMap::from([(HookEvent::Failed, words.to_vec())]);
        let form: HookForm =
            Arc::new(|event, entry| format!("{} {}\n", event.word(), entry.id.as_str()));
        let port = HookPort { form, failed: None };
        // A variable that every test has, in the place of a secret.
        let withheld = SecretVariables::new(["HOME".to_owned()]);
        let runner = HookRunner::new(Hooks { commands, withheld, port }, &self.hub);
        HookRunner { limit, ..runner }
    }

    fn end(&self, event: HookEvent, id: &str) {
        let entry = JournalEntry { id: id.into(), ..queued("one", "1", noon()) };
        self.hub.publish_end(event, &entry);
    }

    fn written(&self, name: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(name)).unwrap_or_default()
    }

    fn notice(&mut self) -> Option<String> {
        match self.told.try_recv() {
            Some(Event::Notice(notice)) => Some(notice.words),
            Some(_) | None => None,
        }
    }
}

/// Lets the runner end as the engine does.
async fn to_the_end(runner: HookRunner) {
    let stop = CancellationToken::new();
    stop.cancel();
    runner.work(stop, CancellationToken::new()).await;
}

#[tokio::test]
async fn each_end_with_a_command_is_told_on_its_standard_input_before_the_engine_ends() {
    let mut bench = Bench::new();
    let runner = bench.runner("cat >> told", LIMIT);
    for id in ["1", "2", "3", "4", "5"] {
        bench.end(HookEvent::Failed, id);
        bench.end(HookEvent::Done, id);
    }
    to_the_end(runner).await;
    let told = bench.written("told");
    let mut lines: Vec<&str> = told.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["failed 1", "failed 2", "failed 3", "failed 4", "failed 5"]);
    assert_eq!(bench.notice(), None);
}

#[tokio::test]
async fn a_command_gets_the_environment_without_secrets() {
    let bench = Bench::new();
    let runner = bench.runner("echo ${PATH+path}-${HOME+secret} > told", LIMIT);
    bench.end(HookEvent::Failed, "1");
    to_the_end(runner).await;
    assert_eq!(bench.written("told"), "path-\n");
}

#[tokio::test]
async fn no_more_than_two_run_at_once() {
    let bench = Bench::new();
    let runner = bench.runner(
        "mkdir a 2>/dev/null || mkdir b || touch third; sleep 0.05; \
                               rmdir a 2>/dev/null || rmdir b",
        LIMIT,
    );
    (0..8).for_each(|id| bench.end(HookEvent::Failed, &id.to_string()));
    to_the_end(runner).await;
    assert!(!bench.directory.path().join("third").exists());
}

#[tokio::test]
async fn a_command_that_fails_or_cannot_start_is_a_notice_with_the_reason() {
    let mut bench = Bench::new();
    let runner = bench.runner("echo no display >&2; exit 3", LIMIT);
    bench.end(HookEvent::Failed, "1");
    to_the_end(runner).await;
    let words = bench.notice().unwrap();
    let reason = "did not work: sh ended with exit status: 3: no display. Its command";
    assert!(words.contains(reason), "{words}");
    let occasion = "The hook for failed (all purge of www.site.com) did not work";
    assert!(words.starts_with(occasion), "{words}");
    let mut runner = bench.runner("", LIMIT);
    runner.commands = [(HookEvent::Failed, vec!["/no/such/program".to_owned()])].into();
    bench.end(HookEvent::Failed, "1");
    to_the_end(runner).await;
    assert!(bench.notice().unwrap().contains("cannot start /no/such/program"));
}

#[tokio::test]
async fn a_command_that_talks_much_or_leaves_something_behind_ends_well() {
    let mut bench = Bench::new();
    let talks = "i=0; while [ $i -lt 3000 ]; do echo 0123456789 >&2; i=$((i+1)); done";
    let runner = bench.runner(&format!("{talks}; echo done > end"), LIMIT);
    bench.end(HookEvent::Failed, "1");
    to_the_end(runner).await;
    assert_eq!(bench.notice(), None);
    assert_eq!(bench.written("end"), "done\n");
    let left = "{ read -r line < pipe; } & exit 0";
    let runner = bench.runner(&format!("mkfifo pipe; {left}"), LIMIT);
    bench.end(HookEvent::Failed, "2");
    to_the_end(runner).await;
    assert_eq!(bench.notice(), None);
    std::fs::write(bench.directory.path().join("pipe"), "over\n").unwrap();
}

#[tokio::test]
async fn a_command_that_hangs_is_stopped_and_told_of() {
    let mut bench = Bench::new();
    let runner = bench.runner("exec sleep 60", Duration::from_millis(100));
    bench.end(HookEvent::Failed, "1");
    to_the_end(runner).await;
    assert!(bench.notice().unwrap().contains("sh did not end within 0.1 s"));
}

/// A command that starts another in the background and tells so through a pipe, whose end
/// comes when both are gone.
const STARTS_ANOTHER: &str = "{ echo started; exec sleep 600; } > pipe & wait";

/// Returns what tells that a line came through the pipe, and the whole text once nobody writes any
/// more.
fn pipe(bench: &Bench) -> (oneshot::Receiver<()>, oneshot::Receiver<String>) {
    use std::io::{BufRead as _, BufReader, Read as _};

    let path = bench.directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let ((started, starts), (ended, ends)) = (oneshot::channel(), oneshot::channel());
    // A thread of the runtime would hold a paused clock.
    std::thread::spawn(move || {
        let mut reader = BufReader::new(std::fs::File::open(path).unwrap());
        let mut text = String::new();
        reader.read_line(&mut text).unwrap();
        let _ = started.send(());
        reader.read_to_string(&mut text).unwrap();
        let _ = ended.send(text);
    });
    (starts, ends)
}

#[tokio::test]
async fn what_has_to_end_at_once_is_stopped_with_all_that_it_started_and_named() {
    let mut bench = Bench::new();
    let (starts, ends) = pipe(&bench);
    let runner = bench.runner(STARTS_ANOTHER, LIMIT);
    bench.end(HookEvent::Failed, "1");
    let (stop, at_once) = (CancellationToken::new(), CancellationToken::new());
    let work = tokio::spawn(runner.work(stop.clone(), at_once.clone()));
    starts.await.unwrap();
    stop.cancel();
    at_once.cancel();
    work.await.unwrap();
    assert_eq!(ends.await.unwrap(), "started\n");
    assert_eq!(
        bench.notice().unwrap(),
        "1 hook did not end before purgedeck did and had to be stopped: failed (all purge of \
         www.site.com)."
    );
}

#[tokio::test]
async fn at_its_limit_a_command_is_stopped_with_all_that_it_started() {
    let mut bench = Bench::new();
    let (starts, ends) = pipe(&bench);
    let runner = bench.runner(STARTS_ANOTHER, LIMIT);
    bench.end(HookEvent::Failed, "1");
    let stop = CancellationToken::new();
    let work = tokio::spawn(runner.work(stop.clone(), CancellationToken::new()));
    starts.await.unwrap();
    // From here on the clock goes on as soon as all wait.
    tokio::time::pause();
    assert_eq!(ends.await.unwrap(), "started\n");
    stop.cancel();
    work.await.unwrap();
    let words = bench.notice().unwrap();
    let reason = "failed (all purge of www.site.com) did not work: sh did not end within 30 s";
    assert!(words.contains(reason), "{words}");
}

#[tokio::test]
async fn a_command_that_ignores_its_input_harms_nobody() {
    let mut bench = Bench::new();
    let mut runner = bench.runner("exit 0", LIMIT);
    runner.port.form = Arc::new(|_, _| "x".repeat(1 << 20));
    bench.end(HookEvent::Failed, "1");
    to_the_end(runner).await;
    assert_eq!(bench.notice(), None);
}
