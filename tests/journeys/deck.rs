//! The program at work: keys in, the screen out.

use std::cell::{Cell as Plain, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use purgedeck::app::{App, Input, Setup};
use purgedeck::config::secret::variables::SecretVariables;
use purgedeck::domain::board::KeptBoard;
use purgedeck::domain::event::{AccountStatus, Event};
use purgedeck::domain::ids::AccountName;
use purgedeck::effect::{Effect, Report, SavedView};
use purgedeck::engine::{Engine, EngineConfig};
use purgedeck::keymap::Keymap;
use purgedeck::theme::{ColourDepth, Glyphs, Theme};
use purgedeck::tui::signals::SignalSource;
use purgedeck::tui::{
    AlertMode, Dashboard, DrawingAbilities, EffectRunner, EngineEffects, ExitReason, Inputs,
    Signal, TerminalIo, event_loop,
};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::{Notify, mpsc};

use super::picture::lines;
use super::stage::{Alarm, Stage};

/// How much time passes at once while a vendor is not asked all at once.
const STEP: Duration = Duration::from_secs(2);

/// How often everybody is let do something between two steps of time. Too few would only make a
/// journey longer.
const BREATH: usize = 500;

/// What is known of the running program from outside.
#[derive(Default)]
struct Seen {
    screen: RefCell<Buffer>,
    statuses: RefCell<BTreeMap<AccountName, AccountStatus>>,
    /// How often the loop has found that no key is left.
    hungry: Plain<u64>,
    left: Plain<Option<ExitReason>>,
    changed: Notify,
}

/// The running program.
pub(crate) struct Deck {
    seen: Rc<Seen>,
    alarm: Arc<Alarm>,
    keys: mpsc::UnboundedSender<Input>,
    engine: Engine,
    /// The keys that were pressed, but for those of a text.
    pressed: Plain<usize>,
}

impl Deck {
    /// Starts the program on a screen of this size.
    pub(crate) fn open(stage: &Stage, size: (u16, u16)) -> Self {
        let seen = Rc::new(Seen {
            screen: RefCell::new(Buffer::empty(Rect::new(0, 0, size.0, size.1))),
            ..Seen::default()
        });
        let (keys, typed) = mpsc::unbounded_channel();
        let (engine, events) = Engine::start(EngineConfig {
            refresh: stage.config.settings.refresh.value.0,
            ..EngineConfig::new(stage.store(), stage.seats(), stage.clock.clone())
        })
        .unwrap();
        let clock = stage.clock.clone();
        let mut dashboard = Dashboard {
            app: App::new(setup(stage)),
            keymap: Keymap::new(&BTreeMap::new()).unwrap(),
            theme: theme(),
            effects: Watched {
                effects: EngineEffects::new(engine.clone(), events),
                seen: Rc::clone(&seen),
            },
            clock: move || clock.now(),
            drawing: DrawingAbilities::default(),
            mouse: false,
            alert_mode: AlertMode::default(),
            withheld: SecretVariables::default(),
        };
        let mut terminal = Pane(Rc::clone(&seen));
        let mut typist = Typist { typed, seen: Rc::clone(&seen) };
        let told = Rc::clone(&seen);
        tokio::task::spawn_local(async move {
            let left =
                event_loop::run(&mut dashboard, &mut terminal, &mut typist, &mut NoSignals).await;
            drop(dashboard);
            told.left.set(Some(left.unwrap()));
            told.changed.notify_waiters();
        });
        Self { seen, alarm: stage.alarm(), keys, engine, pressed: Plain::new(0) }
    }

    /// Returns how many keys were pressed since it was asked last; a text is no key.
    pub(crate) fn pressed(&self) -> usize {
        self.pressed.take()
    }

    /// Presses keys, written with blanks between them; returns when the last of them is drawn.
    pub(crate) async fn press(&self, keys: &str) {
        for key in keys.split_whitespace() {
            self.chord(key).await;
            self.pressed.set(self.pressed.get() + 1);
        }
    }

    async fn chord(&self, key: &str) {
        let chord = key.parse().unwrap_or_else(|wrong| panic!("{wrong}"));
        self.input(Input::Chord(chord)).await;
    }

    /// Types a text, character by character.
    pub(crate) async fn type_text(&self, text: &str) {
        for character in text.chars() {
            match character {
                ' ' => self.chord("space").await,
                '\n' => self.chord("enter").await,
                other => self.chord(&other.to_string()).await,
            }
        }
    }

    /// Pastes a text.
    pub(crate) async fn paste(&self, text: &str) {
        self.input(Input::Paste(text.to_owned())).await;
    }

    async fn input(&self, input: Input) {
        let before = self.seen.hungry.get();
        self.keys.send(input).unwrap();
        self.until("the key to be taken in", || self.seen.hungry.get() > before).await;
    }

    /// Waits until the screen shows this.
    pub(crate) async fn sees(&self, text: &str) {
        self.until(text, || self.text().contains(text)).await;
    }

    /// Lets time pass, a second at a time, until the screen shows this.
    pub(crate) async fn comes_to_see(&self, stage: &Stage, text: &str) {
        self.in_time(stage, || self.text().contains(text)).await;
    }

    /// Lets time pass, a second at a time, until something holds.
    pub(crate) async fn in_time(&self, stage: &Stage, holds: impl Fn() -> bool) {
        while !holds() {
            stage.pass(Duration::from_secs(1)).await;
            self.breathe().await;
        }
    }

    /// Waits until the screen does not show this any more.
    pub(crate) async fn sees_no(&self, text: &str) {
        self.until(&format!("no {text}"), || !self.text().contains(text)).await;
    }

    /// Waits until these accounts are read: their newest purges and all that is older, their
    /// resources and limits. Some time passes where a vendor is not asked all at once.
    pub(crate) async fn reads(&self, stage: &Stage, accounts: &[&str]) {
        loop {
            self.until("the accounts to be looked at", || {
                accounts.iter().all(|name| {
                    self.stands(name, |it| it.initial_sync_done && it.asking_since.is_none())
                })
            })
            .await;
            let reading = |name: &&&str| self.stands(name, |it| it.older.is_some());
            let behind: Vec<&&str> = accounts.iter().filter(reading).collect();
            if behind.is_empty() {
                // A pane that was told of news lately waits a moment before it asks the store
                // again.
                return stage.pass(STEP).await;
            }
            stage.pass(STEP).await;
            let now = stage.clock.now();
            self.until("more of the lists", || {
                behind.iter().all(|name| self.stands(name, |it| it.synced_at >= Some(now)))
            })
            .await;
        }
    }

    /// Returns whether an account stands like this with its vendor.
    pub(crate) fn stands(&self, name: &str, like: impl Fn(&AccountStatus) -> bool) -> bool {
        let statuses = self.seen.statuses.borrow();
        statuses.get(&AccountName::new(name)).is_some_and(like)
    }

    /// Lets everybody do what they can do without time passing: tasks, sockets and the threads of
    /// the store.
    pub(crate) async fn breathe(&self) {
        assert!(!self.alarm.has_rung(), "{}", self.text());
        for _ in 0..BREATH {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until something holds; what happens meanwhile is the program's own affair.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        while !holds() {
            assert!(!self.alarm.has_rung(), "{what} never came:\n{}", self.text());
            tokio::select! {
                () = self.seen.changed.notified() => {}
                () = self.alarm.rings() => {}
            }
        }
    }

    /// The screen.
    pub(crate) fn screen(&self) -> Buffer {
        self.seen.screen.borrow().clone()
    }

    /// The screen's text, row by row.
    pub(crate) fn text(&self) -> String {
        lines(&self.seen.screen.borrow()).join("\n")
    }

    /// Quits; why the program was left.
    pub(crate) async fn quit(self) -> ExitReason {
        let quit = Input::Chord("q".parse().unwrap());
        self.keys.send(quit).unwrap();
        self.end().await
    }

    /// Closes the terminal.
    pub(crate) async fn hang_up(mut self) {
        self.keys = mpsc::unbounded_channel().0;
        assert_eq!(self.end().await, ExitReason::TerminalGone);
    }

    async fn end(self) -> ExitReason {
        self.until("the end", || self.seen.left.get().is_some()).await;
        self.engine.shutdown().await;
        self.seen.left.get().unwrap()
    }
}

fn setup(stage: &Stage) -> Setup {
    let config = &stage.config;
    let board = stage.store().reader().unwrap().board().unwrap();
    Setup {
        accounts: config.accounts.iter().map(|it| it.account.clone()).collect(),
        views: config
            .views
            .iter()
            .map(|view| SavedView {
                name: view.name.clone(),
                filter: view.filter.clone(),
                panes: view.panes.clone(),
                sort: view.sort,
                columns: view.columns.clone(),
            })
            .collect(),
        board: board.map(|text| KeptBoard::from_text(&text).unwrap()),
        keeps_board: true,
        ..Setup::default()
    }
}

/// The effects of the program; keeps what reports say of the accounts.
struct Watched {
    effects: EngineEffects,
    seen: Rc<Seen>,
}

impl EffectRunner for Watched {
    fn run(&mut self, effect: Effect) {
        self.effects.run(effect);
    }

    async fn next(&mut self) -> Option<Report> {
        let report = self.effects.next().await?;
        if let Report::Event(Event::Account { account, status }) = &report {
            let mut statuses = self.seen.statuses.borrow_mut();
            statuses.insert(account.clone(), status.clone());
        }
        self.seen.changed.notify_waiters();
        Some(report)
    }
}

/// A terminal that keeps what is on it.
struct Pane(Rc<Seen>);

impl TerminalIo for Pane {
    fn size(&self) -> io::Result<(u16, u16)> {
        let area = self.0.screen.borrow().area;
        Ok((area.width, area.height))
    }

    fn write(&mut self, shown: &mut Buffer, next: &Buffer) -> io::Result<()> {
        let mut screen = self.0.screen.borrow_mut();
        for (x, y, cell) in shown.diff_iter(next) {
            screen[(x, y)] = cell.clone();
        }
        drop(screen);
        self.0.changed.notify_waiters();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.screen.borrow_mut().reset();
        Ok(())
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn ring(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn message(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn can_stop(&self) -> bool {
        false
    }
    fn suspend(&self) -> io::Result<()> {
        Ok(())
    }
    fn stop(&self) -> io::Result<()> {
        Ok(())
    }

    async fn edit(&self, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

/// Keys as a journey presses them.
struct Typist {
    typed: mpsc::UnboundedReceiver<Input>,
    seen: Rc<Seen>,
}

impl Inputs for Typist {
    async fn next(&mut self) -> Option<Input> {
        if let Ok(input) = self.typed.try_recv() {
            return Some(input);
        }
        self.seen.hungry.set(self.seen.hungry.get() + 1);
        self.seen.changed.notify_waiters();
        self.typed.recv().await
    }

    fn pause(&mut self) {}
}

struct NoSignals;

impl SignalSource for NoSignals {
    async fn next(&mut self) -> Signal {
        std::future::pending().await
    }
}

/// The theme of every screen here.
pub(crate) fn theme() -> Theme {
    Theme::named("default", ColourDepth::True, Glyphs::UNICODE).unwrap()
}
