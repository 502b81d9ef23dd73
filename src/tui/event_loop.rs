//! The event loop: signals first, then keys, then reports, then the clock; everything that is
//! ready, then one frame.

mod lending;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ratatui::widgets::Widget;
use tokio::task::unconstrained;
use tokio::time::{Instant, sleep, timeout_at};

use super::renderer::Renderer;
use super::signals::SignalSource;
use super::{AlertMode, Dashboard, EffectRunner, ExitReason, Inputs, TerminalIo, TuiFailure};
use crate::app::{Ctx, Input, Msg, next_wake, update};
use crate::domain::event::{Event, Level, Notice};
use crate::domain::text::escape_control;
use crate::effect::{Answer, Effect, LiveSettings, Report, TerminalEffect};
use crate::keymap::Keymap;
use crate::panes::clicks::Clicks;
use crate::screen::{Screen, clicked};

/// Inputs taken in between two frames at most, so that a flood of them is seen.
const INPUTS_AT_ONCE: usize = 256;

/// Bytes typed behind each other that a text gets at once: what is pasted without brackets is taken
/// in as a paste is, and not letter by letter.
const TYPED_AT_ONCE: usize = 16 << 10;

/// The same by time, where each of them takes long.
const INPUT_TIME: Duration = Duration::from_millis(100);

/// Reports taken in between two frames at most, so that a flood of them does not delay keys.
const REPORTS_AT_ONCE: usize = 256;

/// The same by time, where each of them takes long.
const REPORT_TIME: Duration = Duration::from_millis(100);

/// The longest time that the first frame waits for the first rows of the store; they usually come
/// within milliseconds.
const FIRST_ROWS: Duration = Duration::from_millis(40);

/// The longest time that it then waits for counts and timeline: over a large store they take longer
/// than anybody should wait for rows.
const FIRST_COUNTS: Duration = Duration::from_millis(4);

/// The longest text, in bytes, that is put on the clipboard through the terminal; many terminals
/// drop longer ones.
const LONGEST_COPY: usize = 70_000;

/// The longest alert that is shown outside of the terminal, in characters.
const LONGEST_ALERT: usize = 200;

/// Runs the screen on a terminal until it is left.
pub async fn run<
    R: EffectRunner,
    C: Fn() -> DateTime<Utc>,
    T: TerminalIo,
    I: Inputs,
    S: SignalSource,
>(
    dashboard: &mut Dashboard<R, C>,
    terminal: &mut T,
    inputs: &mut I,
    signals: &mut S,
) -> Result<ExitReason, TuiFailure> {
    let size = terminal.size()?;
    let mut turn = EventLoop {
        dashboard,
        terminal,
        inputs,
        signals,
        renderer: Renderer::default(),
        size,
        clicks: Clicks::default(),
        typed: String::new(),
        exit: None,
    };
    turn.start().await?;
    turn.draw()?;
    turn.dashboard.effects.first_frame_drawn();
    loop {
        let wake = turn.until_wake();
        let mut is_drained = true;
        tokio::select! {
            biased;
            signal = turn.signals.next() => turn.obey(signal).await?,
            input = turn.inputs.next() => {
                turn.take_input(input).await?;
                is_drained = turn.drain_inputs().await?;
            }
            Some(report) = turn.dashboard.effects.next() => turn.take(Msg::Report(report)).await?,
            () = wait(wake) => turn.take(Msg::Woke).await?,
        }
        if is_drained && turn.exit.is_none() {
            turn.drain_reports().await?;
        }
        if let Some(exit) = turn.exit {
            return Ok(exit);
        }
        if turn.dashboard.app.take_dirty() {
            turn.draw()?;
        }
    }
}

/// Returns the output of a future that is ready. It is polled with the loop's own waker: a source
/// that remembers only the first waker that polled it would else wake nobody at the next key. Not
/// within the task's budget, at whose end nothing would seem to be ready.
async fn at_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(unconstrained(future));
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

async fn wait(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

struct EventLoop<'a, R, C, T, I, S> {
    dashboard: &'a mut Dashboard<R, C>,
    terminal: &'a mut T,
    inputs: &'a mut I,
    signals: &'a mut S,
    renderer: Renderer,
    size: (u16, u16),
    /// The places of the last frame that can be clicked on.
    clicks: Clicks,
    /// Characters that were typed and that the app was not told of yet; never left at a frame.
    typed: String,
    exit: Option<ExitReason>,
}

impl<R, C, T, I, S> EventLoop<'_, R, C, T, I, S>
where
    R: EffectRunner,
    C: Fn() -> DateTime<Utc>,
    T: TerminalIo,
    I: Inputs,
    S: SignalSource,
{
    /// Begins the first queries and waits a moment for the first rows.
    async fn start(&mut self) -> Result<(), TuiFailure> {
        let ctx =
            Ctx { now: (self.dashboard.clock)(), size: self.size, keymap: &self.dashboard.keymap };
        let effects = self.dashboard.app.start(&ctx);
        self.carry_out(effects).await?;
        let mut until = Instant::now() + FIRST_ROWS;
        let mut had_rows = false;
        loop {
            let (rows, all) = self.dashboard.app.readiness();
            if all {
                break;
            }
            if rows && !had_rows {
                had_rows = true;
                until = until.min(Instant::now() + FIRST_COUNTS);
            }
            let Ok(Some(report)) = timeout_at(until, self.dashboard.effects.next()).await else {
                break;
            };
            self.take(Msg::Report(report)).await?;
        }
        self.dashboard.app.take_dirty();
        Ok(())
    }

    /// Carries out what must not wait for another start.
    fn leave(&mut self) {
        if let Some(effect) = self.dashboard.app.leave() {
            self.dashboard.effects.run(effect);
        }
    }

    fn until_wake(&self) -> Option<Duration> {
        let now = (self.dashboard.clock)();
        let wake = next_wake(&self.dashboard.app, now)?;
        Some((wake - now).to_std().unwrap_or_default())
    }

    /// Takes in the inputs that are ready, up to a number and a time, and the signals between them.
    /// Returns `false` if there may be more. Only before any report: a key means what the screen
    /// showed when it was pressed, so nothing may come between the last frame and the key.
    async fn drain_inputs(&mut self) -> Result<bool, TuiFailure> {
        let is_drained = self.drain_ready_inputs().await?;
        self.take_typed().await?;
        Ok(is_drained)
    }

    /// The same; the end of what was typed is still to be taken.
    async fn drain_ready_inputs(&mut self) -> Result<bool, TuiFailure> {
        let end = Instant::now() + INPUT_TIME;
        let mut others = 0;
        while others < INPUTS_AT_ONCE && self.typed.len() < TYPED_AT_ONCE {
            if self.exit.is_some() {
                return Ok(true);
            }
            if let Some(signal) = at_once(self.signals.next()).await {
                self.take_typed().await?;
                self.obey(signal).await?;
            } else if let Some(input) = at_once(self.inputs.next()).await {
                self.take_input(input).await?;
                others += usize::from(self.typed.is_empty());
            } else {
                return Ok(true);
            }
            if Instant::now() >= end {
                break;
            }
        }
        Ok(false)
    }

    /// Takes in the reports that are ready, up to a number and a time.
    async fn drain_reports(&mut self) -> Result<(), TuiFailure> {
        let end = Instant::now() + REPORT_TIME;
        for _ in 0..REPORTS_AT_ONCE {
            let Some(report) = self.dashboard.effects.try_next() else {
                break;
            };
            self.take(Msg::Report(report)).await?;
            if Instant::now() >= end {
                break;
            }
        }
        Ok(())
    }

    /// Takes an input in; without one the terminal is gone. A character that is only typed waits
    /// for those behind it.
    async fn take_input(&mut self, input: Option<Input>) -> Result<(), TuiFailure> {
        if let Some(Input::Chord(chord)) = input
            && let Some(character) = self.dashboard.app.typed_by(chord, &self.dashboard.keymap)
        {
            self.typed.push(character);
            return Ok(());
        }
        self.take_typed().await?;
        let Some(input) = input else {
            self.leave();
            self.exit = Some(ExitReason::TerminalGone);
            return Ok(());
        };
        if input == Input::Resized {
            self.size = self.terminal.size()?;
            // Also at an equal size: a terminal that was smaller for a moment lost what it showed.
            self.renderer.invalidate();
        }
        let input = clicked(input, &self.clicks);
        self.take(Msg::Input(input)).await
    }

    /// Takes in what was typed.
    async fn take_typed(&mut self) -> Result<(), TuiFailure> {
        if self.typed.is_empty() {
            return Ok(());
        }
        let typed = std::mem::take(&mut self.typed);
        self.take(Msg::Input(Input::Typed(typed))).await
    }

    async fn take(&mut self, msg: Msg) -> Result<(), TuiFailure> {
        if let Msg::Report(Report::Settings(settings)) = &msg {
            self.dashboard.use_settings(settings);
        }
        let effects = self.update(msg);
        self.carry_out(effects).await
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let ctx =
            Ctx { now: (self.dashboard.clock)(), size: self.size, keymap: &self.dashboard.keymap };
        update(&mut self.dashboard.app, msg, &ctx)
    }

    /// Carries out the terminal's own effects and hands the others on.
    async fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), TuiFailure> {
        let mut pending = effects;
        while !pending.is_empty() {
            for effect in std::mem::take(&mut pending) {
                match effect {
                    Effect::Terminal(effect) => {
                        pending.extend(self.carry_out_here(effect).await?);
                    }
                    Effect::Query(_) | Effect::Order(_) => self.dashboard.effects.run(effect),
                }
            }
        }
        Ok(())
    }

    async fn carry_out_here(&mut self, effect: TerminalEffect) -> Result<Vec<Effect>, TuiFailure> {
        match effect {
            TerminalEffect::Quit => self.exit = Some(ExitReason::Quit),
            TerminalEffect::Open(next) => self.exit = Some(ExitReason::Next(next)),
            TerminalEffect::Copy(text) => return self.copy(&text),
            TerminalEffect::Alert(words) => self.alert(&words)?,
            TerminalEffect::UseTheme(name) => {
                // Names come from the list of the built-in themes.
                if let Ok(theme) = self.dashboard.theme.other(&name) {
                    self.dashboard.theme = theme;
                }
            }
            TerminalEffect::Suspend => return self.suspend(),
            TerminalEffect::Edit { ticket, text } => {
                let (result, mut effects) = self.edit(&text).await?;
                let report = Report::Answer(Answer::Edited { ticket, result });
                effects.extend(self.update(Msg::Report(report)));
                return Ok(effects);
            }
        }
        Ok(Vec::new())
    }

    fn alert(&mut self, words: &str) -> Result<(), TuiFailure> {
        match self.dashboard.alert_mode {
            AlertMode::Off => {}
            AlertMode::Bell => self.terminal.ring()?,
            AlertMode::Message => self.terminal.message(&escape_control(words, LONGEST_ALERT))?,
        }
        Ok(())
    }

    fn copy(&mut self, text: &str) -> Result<Vec<Effect>, TuiFailure> {
        if text.len() <= LONGEST_COPY {
            self.terminal.copy(text)?;
            return Ok(Vec::new());
        }
        let notice = Notice {
            level: Level::Warning,
            account: None,
            words:
                "That is more than terminals take into the clipboard; export it to a file instead."
                    .to_owned(),
        };
        Ok(self.update(Msg::Report(Report::Event(Event::Notice(notice)))))
    }

    fn draw(&mut self) -> Result<(), TuiFailure> {
        if self.dashboard.app.take_repaint() {
            self.renderer.invalidate();
        }
        let ctx =
            Ctx { now: (self.dashboard.clock)(), size: self.size, keymap: &self.dashboard.keymap };
        let Dashboard { app, theme, .. } = &*self.dashboard;
        let screen = Screen { app, ctx: &ctx, theme, clicks: &self.clicks };
        self.renderer.render(self.terminal, self.size, |area, buffer| {
            (&screen).render(area, buffer);
        })?;
        Ok(())
    }
}

impl<R: EffectRunner, C: Fn() -> DateTime<Utc>> Dashboard<R, C> {
    /// Uses another theme and other keys from now on. Both were checked when they were read.
    fn use_settings(&mut self, settings: &LiveSettings) {
        let theme = settings.theme.as_ref().and_then(|name| self.theme.other(name).ok());
        if let Some(theme) = theme {
            self.theme = theme;
        }
        if let Ok(keymap) = Keymap::new(&settings.keys) {
            self.keymap = keymap;
        }
    }

    /// Takes in a report while the terminal is left; returns an alert that must wait.
    fn take_without_terminal(&mut self, report: Report, size: (u16, u16)) -> Option<String> {
        if let Report::Settings(settings) = &report {
            self.use_settings(settings);
        }
        let ctx = Ctx { now: (self.clock)(), size, keymap: &self.keymap };
        let mut alert = None;
        // Of what a report leads to, only an alert concerns the terminal.
        for effect in update(&mut self.app, Msg::Report(report), &ctx) {
            if let Effect::Terminal(TerminalEffect::Alert(words)) = effect {
                alert = Some(words);
            } else {
                self.effects.run(effect);
            }
        }
        alert
    }
}
