//! The real loop with keys as text, on a terminal that keeps what was written.

use std::cell::{Cell as Plain, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::time::Duration;

use purgedeck::app::Input;
use purgedeck::config::secret::variables::SecretVariables;
use purgedeck::domain::event::Event;
use purgedeck::domain::journal::JournalState;
use purgedeck::effect::{Effect, Order, Report, TerminalEffect};
use purgedeck::tui::signals::SignalSource;
use purgedeck::tui::{
    AlertMode, Dashboard, DrawingAbilities, EffectRunner, ExitReason, Inputs, Signal, TerminalIo,
    event_loop,
};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::stage::{Stage, just_queued, lines};

/// A terminal that keeps what was written.
#[derive(Default)]
struct Kept {
    screen: Buffer,
    writes: usize,
    cells: usize,
    clears: usize,
    copied: Vec<String>,
    rung: usize,
    messages: Vec<String>,
    lent: bool,
    has_shell: bool,
    stops: Plain<usize>,
    signals: Signals,
}

impl Kept {
    fn of(size: (u16, u16)) -> Self {
        Self { screen: Buffer::empty(Rect::new(0, 0, size.0, size.1)), ..Self::default() }
    }
}

impl TerminalIo for Kept {
    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((self.screen.area.width, self.screen.area.height))
    }

    fn write(&mut self, shown: &mut Buffer, next: &Buffer) -> io::Result<()> {
        assert!(!self.lent, "nothing is drawn while the terminal is lent");
        self.writes += 1;
        for (x, y, cell) in shown.diff_iter(next) {
            self.cells += 1;
            self.screen[(x, y)] = cell.clone();
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clears += 1;
        self.screen.reset();
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn ring(&mut self) -> io::Result<()> {
        assert!(!self.lent, "nothing is written while the terminal is lent");
        self.rung += 1;
        Ok(())
    }

    fn message(&mut self, text: &str) -> io::Result<()> {
        assert!(!self.lent, "nothing is written while the terminal is lent");
        self.messages.push(text.to_owned());
        Ok(())
    }

    fn leave(&mut self) -> io::Result<()> {
        self.lent = true;
        self.screen.reset();
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        self.lent = false;
        Ok(())
    }

    fn can_stop(&self) -> bool {
        self.has_shell
    }

    fn suspend(&self) -> io::Result<()> {
        self.signals.0.borrow_mut().push_back(Signal::Stop);
        Ok(())
    }

    fn stop(&self) -> io::Result<()> {
        assert!(self.lent);
        self.stops.set(self.stops.get() + 1);
        self.signals.0.borrow_mut().push_back(Signal::Continue);
        Ok(())
    }

    async fn edit(&self, text: &str) -> Result<Option<String>, String> {
        Ok(Some(format!("{text}!")))
    }
}

/// Keys, one at a time, each only when everything before it was drawn; then silence.
struct Typist {
    keys: VecDeque<Input>,
    ready: bool,
    hang_up: bool,
}

impl Typist {
    fn of(keys: &str) -> Self {
        Self {
            keys: keys.split_whitespace().map(|key| Input::Chord(key.parse().unwrap())).collect(),
            ready: false,
            hang_up: false,
        }
    }
}

impl Inputs for Typist {
    async fn next(&mut self) -> Option<Input> {
        // The first look finds nothing, so that the loop draws between two keys.
        if !std::mem::replace(&mut self.ready, true) {
            tokio::task::yield_now().await;
        }
        self.ready = false;
        match self.keys.pop_front() {
            Some(input) => Some(input),
            None if self.hang_up => None,
            None => std::future::pending().await,
        }
    }

    fn pause(&mut self) {}
}

/// Keys from a thread of the terminal's, which wakes only whoever asked first since the last key.
struct FromThread {
    keys: VecDeque<Input>,
    arrived: Arc<AtomicBool>,
    waiting: bool,
}

impl Inputs for FromThread {
    async fn next(&mut self) -> Option<Input> {
        poll_fn(|context| {
            if self.arrived.swap(false, Ordering::SeqCst) {
                self.waiting = false;
                return Poll::Ready(self.keys.pop_front());
            }
            if !std::mem::replace(&mut self.waiting, true) {
                let (waker, arrived) = (context.waker().clone(), Arc::clone(&self.arrived));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    arrived.store(true, Ordering::SeqCst);
                    waker.wake();
                });
            }
            Poll::Pending
        })
        .await
    }

    fn pause(&mut self) {}
}

/// Signals as the terminal's stops bring them, or a test.
#[derive(Clone, Default)]
struct Signals(Rc<RefCell<VecDeque<Signal>>>);

impl SignalSource for Signals {
    async fn next(&mut self) -> Signal {
        let signal = self.0.borrow_mut().pop_front();
        match signal {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// The same key for ever, and after a thousand of them a signal.
struct Flood {
    pressed: usize,
    signals: Signals,
}

impl Inputs for Flood {
    async fn next(&mut self) -> Option<Input> {
        self.pressed += 1;
        if self.pressed == 1_000 {
            self.signals.0.borrow_mut().push_back(Signal::End);
        }
        Some(Input::Chord("j".parse().unwrap()))
    }

    fn pause(&mut self) {}
}

/// Keeps every effect; answers reads from the stage's store.
struct Answering {
    store: Stage,
    reports: VecDeque<Report>,
    asked: Sender<Effect>,
}

impl EffectRunner for Answering {
    fn run(&mut self, effect: Effect) {
        self.reports.extend(self.store.answer(&effect));
        self.asked.send(effect).unwrap();
    }

    async fn next(&mut self) -> Option<Report> {
        match self.reports.pop_front() {
            Some(report) => Some(report),
            None => std::future::pending().await,
        }
    }
}

async fn run(size: (u16, u16), keys: &str) -> (Kept, ExitReason, Receiver<Effect>) {
    let mut typist = Typist::of(keys);
    typist.hang_up = true;
    run_by(size, typist).await
}

async fn run_by(size: (u16, u16), typist: impl Inputs) -> (Kept, ExitReason, Receiver<Effect>) {
    run_with(size, typist, AlertMode::Off, Vec::new()).await
}

/// Runs the loop; the reports come right after the first screen.
async fn run_with(
    size: (u16, u16),
    typist: impl Inputs,
    alert_mode: AlertMode,
    told: Vec<Report>,
) -> (Kept, ExitReason, Receiver<Effect>) {
    run_on(Kept::of(size), typist, alert_mode, told).await
}

/// Runs the loop on a terminal, which brings its signals.
async fn run_on(
    mut terminal: Kept,
    mut typist: impl Inputs,
    alert_mode: AlertMode,
    told: Vec<Report>,
) -> (Kept, ExitReason, Receiver<Effect>) {
    let size = terminal.size().unwrap();
    let fresh = || Stage::empty(size, 400, super::stage::setup());
    let stage = fresh();
    let (asked, seen) = channel();
    let mut dashboard = Dashboard {
        app: stage.app,
        keymap: stage.keymap,
        theme: stage.theme,
        effects: Answering { store: fresh(), reports: told.into(), asked },
        clock: || super::stage::at("2026-11-21T10:04:12Z"),
        drawing: DrawingAbilities::default(),
        mouse: false,
        alert_mode,
        withheld: SecretVariables::default(),
    };
    let mut signals = terminal.signals.clone();
    let left =
        event_loop::run(&mut dashboard, &mut terminal, &mut typist, &mut signals).await.unwrap();
    (terminal, left, seen)
}

#[tokio::test(start_paused = true)]
async fn the_first_drawing_has_the_stores_rows() {
    let (terminal, left, _) = run((80, 24), "").await;
    assert_eq!(left, ExitReason::TerminalGone);
    assert_eq!(terminal.writes, 1);
    let text = lines(&terminal.screen).join("\n");
    assert!(text.contains("www.site.com"), "{text}");
    assert!(text.contains("400 purges"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_key_writes_only_the_cells_that_it_changes() {
    let (before, _, _) = run((80, 24), "").await;
    let (after, _, _) = run((80, 24), "j").await;
    let written = after.cells - before.cells;
    assert!((1..400).contains(&written), "{written} cells");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_changes_nothing_writes_nothing() {
    let (before, _, _) = run((80, 24), "").await;
    let (after, _, _) = run((80, 24), "k k k").await;
    assert_eq!(after.cells, before.cells);
}

#[tokio::test(start_paused = true)]
async fn quitting_leaves_and_nothing_is_asked_of_the_works_for_it() {
    let (_, left, asked) = run((80, 24), "j q").await;
    assert_eq!(left, ExitReason::Quit);
    assert!(asked.iter().all(|effect| effect != Effect::Terminal(TerminalEffect::Quit)));
}

#[tokio::test(start_paused = true)]
async fn copying_goes_to_the_terminal() {
    let (terminal, ..) = run((80, 24), "y").await;
    assert_eq!(terminal.copied, ["https://www.site.com/img/0/hero-0.jpg"]);
}

/// Runs the loop in a shell with job control, or without, with a signal before the first key.
async fn run_in_shell(has_shell: bool, signal: Option<Signal>, keys: &str) -> Kept {
    let terminal = Kept { has_shell, ..Kept::of((80, 24)) };
    terminal.signals.0.borrow_mut().extend(signal);
    let typist = Typist { hang_up: true, ..Typist::of(keys) };
    run_on(terminal, typist, AlertMode::Off, Vec::new()).await.0
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_by_the_key_or_from_outside_everything_is_drawn_again() {
    for (signal, keys) in [(None, "ctrl-z k"), (Some(Signal::Stop), "k")] {
        let terminal = run_in_shell(true, signal, keys).await;
        assert_eq!((terminal.stops.get(), terminal.lent), (1, false), "{signal:?}");
        let text = lines(&terminal.screen).join("\n");
        assert!(text.contains("www.site.com"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn going_on_after_a_stop_without_a_word_draws_everything_again() {
    let terminal = run_in_shell(true, Some(Signal::Continue), "k").await;
    assert_eq!((terminal.stops.get(), terminal.clears), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn without_a_shell_that_could_let_it_go_on_it_does_not_stop() {
    for (signal, keys) in [(None, "ctrl-z k"), (Some(Signal::Stop), "k")] {
        let terminal = run_in_shell(false, signal, keys).await;
        assert_eq!((terminal.stops.get(), terminal.lent), (0, false));
    }
    let text = lines(&run_in_shell(false, None, "ctrl-z").await.screen).join("\n");
    assert!(text.contains("There is no shell here"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_keys_is_drawn_and_holds_no_signal_up() {
    let terminal = Kept::of((80, 24));
    let flood = Flood { pressed: 0, signals: terminal.signals.clone() };
    let (terminal, left, _) = run_on(terminal, flood, AlertMode::Off, Vec::new()).await;
    assert_eq!(left, ExitReason::Signalled);
    assert!(terminal.writes > 1, "{} writes", terminal.writes);
}

/// Opens something key by key, types all at once, and presses ctrl-c until it is left.
struct Flooding {
    opening: Typist,
    typed: usize,
    pressed: Rc<Plain<usize>>,
}

impl Inputs for Flooding {
    async fn next(&mut self) -> Option<Input> {
        if !self.opening.keys.is_empty() {
            return self.opening.next().await;
        }
        let key = if let Some(left) = self.typed.checked_sub(1) {
            self.typed = left;
            // A line of its own, now and then.
            if left % 1_000 == 0 { "enter" } else { "a" }
        } else {
            self.pressed.set(self.pressed.get() + 1);
            "ctrl-c"
        };
        Some(Input::Chord(key.parse().unwrap()))
    }

    fn pause(&mut self) {}
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_at_once_is_taken_in_at_once_and_left_by_ctrl_c() {
    let pressed = Rc::new(Plain::new(0));
    let opening = Typist::of("P");
    let flood = Flooding { opening, typed: 100_000, pressed: Rc::clone(&pressed) };
    let terminal = Kept::of((80, 24));
    let (_, left, asked) = run_on(terminal, flood, AlertMode::Off, Vec::new()).await;
    assert_eq!((left, pressed.get()), (ExitReason::Quit, 2), "the draft, then the board");
    let kept: Vec<usize> = asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Order(Order::KeepDraft(kept)) => Some(kept.draft.text.len()),
            _ => None,
        })
        .collect();
    assert_eq!(kept.last(), Some(&100_000), "nothing of it is lost");
    assert!(kept.len() < 12, "kept and checked {} times", kept.len());
}

#[tokio::test(start_paused = true)]
async fn drawing_again_writes_every_cell() {
    let (terminal, ..) = run((80, 24), "f5").await;
    assert_eq!(terminal.clears, 2);
}

#[tokio::test(start_paused = true)]
async fn every_key_wakes_the_loop_though_the_terminal_remembers_only_who_asked_first() {
    let typist =
        FromThread { keys: Typist::of("j k G g q").keys, arrived: Arc::default(), waiting: false };
    // Of the paused clock: before the account's age is due to change, which would wake the loop
    // anyway.
    let soon = Duration::from_millis(500);
    let run = tokio::time::timeout(soon, run_by((80, 24), typist)).await;
    assert_eq!(run.expect("a key woke nobody").1, ExitReason::Quit);
}

/// The steps of two requests: one ends well, then the other ends so.
fn steps(last: JournalState, cname: &str) -> Vec<Report> {
    let entry = |id: &str, state| {
        let at = super::stage::at("2026-11-21T10:04:00Z");
        let mut entry = just_queued(id, "gcore-prod", at);
        cname.clone_into(&mut entry.request.cname);
        entry.state = state;
        entry.sent_at = Some(at);
        Report::Event(Event::Journal(Box::new(entry)))
    };
    vec![
        entry("1", JournalState::Accepted),
        entry("2", JournalState::Sending),
        entry("1", JournalState::Successful),
        entry("2", JournalState::Accepted),
        // Told again, with nothing new.
        entry("2", JournalState::Accepted),
        entry("2", last),
        entry("2", last),
    ]
}

#[tokio::test(start_paused = true)]
async fn the_operator_is_called_once_when_the_last_is_done_and_when_one_fails() {
    for (last, words) in
        [(JournalState::Successful, "all purges are done"), (JournalState::Failed, "failed")]
    {
        let told = || steps(last, "www.site.com");
        let typist = || Typist { hang_up: true, ..Typist::of("j k") };
        let (terminal, ..) = run_with((80, 24), typist(), AlertMode::Bell, told()).await;
        assert_eq!((terminal.rung, terminal.messages.len()), (1, 0), "{last}");
        let (terminal, ..) = run_with((80, 24), typist(), AlertMode::Message, told()).await;
        assert_eq!(terminal.rung, 0);
        let [message] = &terminal.messages[..] else { panic!("{:?}", terminal.messages) };
        assert!(message.contains(words) && message.contains("www.site.com"), "{message}");
        let (terminal, ..) = run_with((80, 24), typist(), AlertMode::Off, told()).await;
        assert_eq!((terminal.rung, terminal.messages.len()), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_holds_nothing_that_a_terminal_obeys() {
    let typist = Typist { hang_up: true, ..Typist::of("j") };
    let cname = format!("www\u{7}\u{1b}]0;x\u{9c}{}", "x".repeat(500));
    let told = steps(JournalState::Rejected, &cname);
    let (terminal, ..) = run_with((80, 24), typist, AlertMode::Message, told).await;
    let [message] = &terminal.messages[..] else { panic!("{:?}", terminal.messages) };
    assert!(!message.chars().any(char::is_control), "{message:?}");
    assert!(message.chars().count() <= 201);
}
