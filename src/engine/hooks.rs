//! Runs the operator's own commands when a purge came to an end.
//!
//! The process that moved a request on, or probed the edge for it, runs the command, so that of
//! several purgedecks on a store one does. Requests wait in their order; nothing is merged or left
//! out. A command gets the request as one JSON object on its standard input, and this program's
//! environment. Its output is dropped but for the reason of a failure.

use std::collections::BTreeMap;
use std::fmt;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::events::{End, EventHub};
use crate::domain::event::Level;
use crate::domain::hook_event::HookEvent;
use crate::domain::journal::JournalEntry;
use crate::domain::text::escape_control;

/// Number of commands that run at once.
const AT_ONCE: usize = 2;
/// Time that a command has.
const LIMIT: Duration = Duration::from_secs(30);
/// Time that commands have after the engine was told to end.
const LAST: Duration = Duration::from_secs(10);
/// The longest reason of a failure that is read, in bytes.
const REASON: u64 = 2_000;
/// The time after a command's end in which the rest of its standard error is read.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// The longest reason that is shown, in characters.
const SHOWN: usize = 200;

/// Writes a request as a command gets it.
pub type HookForm = Arc<dyn Fn(HookEvent, &JournalEntry) -> String + Send + Sync>;

/// Tells the operator of a failed command.
pub type HookFailed = Arc<dyn Fn(&str) + Send + Sync>;

/// The parts of running hooks that are not configured.
#[derive(Clone)]
pub struct HookPort {
    /// The form of a request.
    pub form: HookForm,
    /// Told of failures; `None`: a notice tells of them.
    pub failed: Option<HookFailed>,
}

impl fmt::Debug for HookPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookPort").finish_non_exhaustive()
    }
}

/// The operator's own commands, which are run when a purge came to an end.
#[derive(Clone, Debug)]
pub struct Hooks {
    /// The command of each event: a program and its arguments.
    pub commands: BTreeMap<HookEvent, Vec<String>>,
    /// The parts of running them that are not configured.
    pub port: HookPort,
}

/// Runs the commands.
pub(super) struct HookRunner {
    commands: BTreeMap<HookEvent, Vec<String>>,
    port: HookPort,
    ends: mpsc::UnboundedReceiver<End>,
    events: EventHub,
    limit: Duration,
    running: JoinSet<()>,
}

impl HookRunner {
    /// Makes a runner that hears of every end from now on.
    pub(super) fn new(Hooks { commands, port }: Hooks, events: &EventHub) -> Self {
        let (ends, events) = (events.follow_ends(), events.clone());
        Self { commands, port, ends, events, limit: LIMIT, running: JoinSet::new() }
    }

    /// Works until `stop`; then runs what waits, for a while.
    pub(super) async fn work(mut self, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(_) = self.running.join_next(), if !self.running.is_empty() => {}
                Some(end) = self.ends.recv(), if self.running.len() < AT_ONCE => self.start(end),
            }
        }
        self.ends.close();
        let end = Instant::now() + LAST;
        loop {
            while self.running.len() < AT_ONCE
                && let Ok(waiting) = self.ends.try_recv()
            {
                self.start(waiting);
            }
            match timeout_at(end, self.running.join_next()).await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(tokio::time::error::Elapsed { .. }) => break,
            }
        }
        let waiting = std::iter::from_fn(|| self.ends.try_recv().ok())
            .filter(|(event, _)| self.commands.contains_key(event))
            .count();
        let lost = self.running.len() + waiting;
        let words = format!("{lost} hooks did not end before purgedeck did, and were stopped.");
        tell(&self.port, &self.events, None, words);
    }

    fn start(&mut self, (event, entry): End) {
        let Some(command) = self.commands.get(&event).cloned() else {
            return;
        };
        let (port, events, limit) = (self.port.clone(), self.events.clone(), self.limit);
        self.running.spawn(async move {
            let input = (port.form)(event, &entry);
            if let Err(reason) = run(&command, &input, limit).await {
                let words = format!(
                    "The hook for {} did not work: {reason}. Its command is in [hooks] of the \
                     configuration.",
                    event.word()
                );
                tell(&port, &events, Some(&entry), words);
            }
        });
    }
}

fn tell(port: &HookPort, events: &EventHub, entry: Option<&JournalEntry>, words: String) {
    tracing::warn!("{words}");
    if let Some(failed) = &port.failed {
        return failed(&words);
    }
    events.notice(Level::Warning, entry.map(|entry| &entry.request.account), words);
}

/// Runs a command to its end with this text on its standard input, or says why that failed.
async fn run(command: &[String], input: &str, limit: Duration) -> Result<(), String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("it names no program".to_owned());
    };
    let shown = escape_control(program, 80);
    let mut child = Command::new(program);
    child
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // The terminal's ctrl-c is for purgedeck.
    #[cfg(unix)]
    child.process_group(0);
    let mut child = child.spawn().map_err(|error| format!("cannot start {shown}: {error}"))?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A command that does not read its input is its own affair.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let mut text = Vec::new();
    let read = async {
        if let Some(mut stderr) = stderr {
            let _ = (&mut stderr).take(REASON).read_to_end(&mut text).await;
            // The rest is read too: a command whose stderr is closed may be ended by that.
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
    };
    let talk = join(write, read);
    let ended = timeout(limit, async {
        tokio::pin!(talk);
        tokio::select! {
            status = child.wait() => {
                // What it left in the background may hold stderr open for ever.
                let _ = timeout(LAST_WORDS, &mut talk).await;
                status
            }
            _ = &mut talk => child.wait().await,
        }
    });
    let Ok(status) = ended.await else {
        return Err(format!("{shown} did not end within {} s", limit.as_secs_f32()));
    };
    let status: ExitStatus = status.map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&text);
    let reason = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let reason = escape_control(reason.trim(), SHOWN);
    let colon = if reason.is_empty() { "" } else { ": " };
    Err(format!("{shown} ended with {status}{colon}{reason}"))
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
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
            let runner = HookRunner::new(Hooks { commands, port }, &self.hub);
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
        runner.work(stop).await;
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

    #[tokio::test]
    async fn a_command_that_ignores_its_input_harms_nobody() {
        let mut bench = Bench::new();
        let mut runner = bench.runner("exit 0", LIMIT);
        runner.port.form = Arc::new(|_, _| "x".repeat(1 << 20));
        bench.end(HookEvent::Failed, "1");
        to_the_end(runner).await;
        assert_eq!(bench.notice(), None);
    }
}
