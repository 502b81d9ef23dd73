//! Runs the operator's own commands when a purge came to an end.
//!
//! The process that moved a request on, or probed the edge for it, runs the command, so that of
//! several purgedecks on a store one does. Requests wait in their order; nothing is merged or left
//! out. A command gets the request as one JSON object on its standard input, and this program's
//! environment but for the variables that hold secrets. Its output is dropped but for the reason of
//! a failure. One that has to be stopped is stopped with all that it started.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use self::process_group::ProcessGroup;
use super::events::{End, EventHub};
use crate::config::secret::variables::SecretVariables;
use crate::domain::event::Level;
use crate::domain::hook_event::HookEvent;
use crate::domain::journal::JournalEntry;
use crate::domain::text::escape_control;

mod process_group;

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
/// The most of the stopped commands that are named.
const NAMED: usize = 3;

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
    /// The variables that they do not get.
    pub withheld: SecretVariables,
    /// The parts of running them that are not configured.
    pub port: HookPort,
}

/// Runs the commands.
pub(super) struct HookRunner {
    commands: BTreeMap<HookEvent, Vec<String>>,
    withheld: SecretVariables,
    port: HookPort,
    ends: mpsc::UnboundedReceiver<End>,
    events: EventHub,
    limit: Duration,
    running: JoinSet<()>,
    /// What each of them runs for.
    occasions: HashMap<task::Id, String>,
}

/// Names what a command runs for: `failed (url purge of www.site.com)`.
fn occasion(event: HookEvent, entry: &JournalEntry) -> String {
    let cname = escape_control(&entry.request.cname, 80);
    format!("{} ({} purge of {cname})", event.word(), entry.request.kind())
}

impl HookRunner {
    /// Makes a runner that hears of every end from now on.
    pub(super) fn new(hooks: Hooks, events: &EventHub) -> Self {
        let Hooks { commands, withheld, port } = hooks;
        let (ends, events) = (events.follow_ends(), events.clone());
        let (running, occasions) = (JoinSet::new(), HashMap::new());
        Self { commands, withheld, port, ends, events, limit: LIMIT, running, occasions }
    }

    /// Works until `stop`; then runs what waits, for a while. Where it has to end `at_once`, what
    /// runs then is stopped.
    pub(super) async fn work(mut self, stop: CancellationToken, at_once: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                () = at_once.cancelled() => break,
                () = stop.cancelled() => break,
                ended = self.running.join_next_with_id(), if !self.running.is_empty() => {
                    self.forget(ended);
                }
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
            let ended = tokio::select! {
                biased;
                () = at_once.cancelled() => break,
                ended = timeout_at(end, self.running.join_next_with_id()) => ended,
            };
            match ended {
                Ok(None) => return,
                Ok(ended) => self.forget(ended),
                Err(tokio::time::error::Elapsed { .. }) => break,
            }
        }
        self.tell_stopped();
    }

    fn forget(&mut self, ended: Option<Result<(task::Id, ()), task::JoinError>>) {
        let id = ended.map(|ended| ended.map_or_else(|error| error.id(), |(id, ())| id));
        if let Some(id) = id {
            self.occasions.remove(&id);
        }
    }

    /// Tells of the commands that run, and of those that wait: they end with the runner.
    fn tell_stopped(mut self) {
        let waiting = std::iter::from_fn(|| self.ends.try_recv().ok())
            .filter(|(event, _)| self.commands.contains_key(event))
            .map(|(event, entry)| occasion(event, &entry));
        let mut lost: Vec<String> = self.occasions.into_values().chain(waiting).collect();
        if lost.is_empty() {
            return;
        }
        lost.sort_unstable();
        let number = lost.len();
        let more = match number.saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lost.truncate(NAMED);
        let hooks = if number == 1 { "hook" } else { "hooks" };
        let words = format!(
            "{number} {hooks} did not end before purgedeck did and had to be stopped: {}{more}.",
            lost.join(", ")
        );
        tell(&self.port, &self.events, None, words);
    }

    fn start(&mut self, (event, entry): End) {
        let Some(command) = self.commands.get(&event).cloned() else {
            return;
        };
        let (port, events, limit) = (self.port.clone(), self.events.clone(), self.limit);
        let withheld = self.withheld.clone();
        let occasion = occasion(event, &entry);
        let named = occasion.clone();
        let task = self.running.spawn(async move {
            let input = (port.form)(event, &entry);
            if let Err(reason) = run(&command, &withheld, &input, limit).await {
                let words = format!(
                    "The hook for {occasion} did not work: {reason}. Its command is in [hooks] of \
                     the configuration."
                );
                tell(&port, &events, Some(&entry), words);
            }
        });
        self.occasions.insert(task.id(), named);
    }
}

fn tell(port: &HookPort, events: &EventHub, entry: Option<&JournalEntry>, words: String) {
    tracing::warn!("{words}");
    let account = entry.map(|entry| &entry.request.account);
    match (&port.failed, account) {
        (Some(failed), Some(account)) => failed(&format!("{account}: {words}")),
        (Some(failed), None) => failed(&words),
        (None, account) => events.notice(Level::Warning, account, words),
    }
}

/// Runs a command to its end with this text on its standard input, or says why that failed.
async fn run(
    command: &[String],
    withheld: &SecretVariables,
    input: &str,
    limit: Duration,
) -> Result<(), String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("it names no program".to_owned());
    };
    let shown = escape_control(program, 80);
    let mut child = Command::new(program);
    withheld
        .withhold_from(&mut child)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // The terminal's ctrl-c is for purgedeck.
    #[cfg(unix)]
    child.process_group(0);
    let mut child = child.spawn().map_err(|error| format!("cannot start {shown}: {error}"))?;
    let mut group = ProcessGroup::of(&child);
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
                group.let_live();
                // What it left in the background may hold stderr open for ever.
                let _ = timeout(LAST_WORDS, &mut talk).await;
                status
            }
            _ = &mut talk => {
                let status = child.wait().await;
                group.let_live();
                status
            }
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
mod tests;
