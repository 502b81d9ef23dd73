//! The loop: signals first, then keys, then reports, then the clock; everything that is ready, then one drawing.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ratatui::widgets::Widget;
use tokio::time::{Instant, sleep, timeout_at};

use super::painter::Painter;
use super::signals::SignalSource;
use super::{Call, Desk, Glass, Inputs, Leaving, TuiFailure, Works};
use crate::app::{Ctx, Input, Msg, next_wake, update};
use crate::domain::event::{Event, Level, Notice};
use crate::domain::text::escape_control;
use crate::effect::{Answer, Effect, Order, Query, Report, TerminalEffect};
use crate::screen::Screen;

/// How many reports are taken in between two drawings at most, so that keys are never kept waiting by a flood.
const REPORTS_AT_ONCE: usize = 256;

/// How long the first drawing waits for the first rows of the store; they usually come within a few milliseconds.
const FIRST_ROWS: Duration = Duration::from_millis(40);

/// How long it then waits for the counts and the timeline besides: over a large store they take longer than anybody should
/// wait for the rows.
const FIRST_COUNTS: Duration = Duration::from_millis(4);

/// The longest text that is put on the clipboard through the terminal; longer ones are dropped by many terminals.
const LONGEST_COPY: usize = 70_000;

/// The longest message that is shown outside of the terminal, in characters.
const LONGEST_MESSAGE: usize = 200;

/// Runs the core on a glass until it is left.
pub async fn loop_<W: Works, C: Fn() -> DateTime<Utc>, G: Glass, I: Inputs, S: SignalSource>(
    desk: &mut Desk<W, C>,
    glass: &mut G,
    inputs: &mut I,
    signals: &mut S,
) -> Result<Leaving, TuiFailure> {
    let size = glass.size()?;
    let mut turn = Loop { desk, glass, painter: Painter::default(), size, leaving: None };
    turn.start(inputs).await?;
    turn.draw()?;
    turn.desk.works.painted();
    loop {
        let wake = turn.until_wake();
        tokio::select! {
            biased;
            signal = signals.next() => return Ok(Leaving::Signalled(signal)),
            input = inputs.next() => match input {
                Some(input) => {
                    turn.take_input(input, inputs).await?;
                    turn.drain_inputs(inputs).await?;
                }
                None => return Ok(Leaving::TerminalGone),
            },
            Some(report) = turn.desk.reports.recv() => {
                turn.take(Msg::Report(report), inputs).await?;
            }
            () = wait(wake) => turn.take(Msg::Woke, inputs).await?,
        }
        turn.drain_reports(inputs).await?;
        if let Some(leaving) = turn.leaving {
            return Ok(leaving);
        }
        if turn.desk.app.take_dirty() {
            turn.draw()?;
        }
    }
}

/// What a future has ready. It is asked with the loop's own waker: a source that remembers only the first waker that asked,
/// as the terminal's does, would else wake nobody at the next key.
async fn at_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
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

struct Loop<'a, W, C, G> {
    desk: &'a mut Desk<W, C>,
    glass: &'a mut G,
    painter: Painter,
    size: (u16, u16),
    leaving: Option<Leaving>,
}

impl<W: Works, C: Fn() -> DateTime<Utc>, G: Glass> Loop<'_, W, C, G> {
    /// Asks the first questions and waits for the first rows, but not for long.
    async fn start<I: Inputs>(&mut self, inputs: &mut I) -> Result<(), TuiFailure> {
        let ctx = Ctx { now: (self.desk.clock)(), size: self.size, keymap: &self.desk.keymap };
        let effects = self.desk.app.start(&ctx);
        self.carry_out(effects, inputs).await?;
        let mut until = Instant::now() + FIRST_ROWS;
        let mut had_rows = false;
        loop {
            let (rows, all) = self.desk.app.readiness();
            if all {
                break;
            }
            if rows && !had_rows {
                had_rows = true;
                until = until.min(Instant::now() + FIRST_COUNTS);
            }
            let Ok(Some(report)) = timeout_at(until, self.desk.reports.recv()).await else {
                break;
            };
            self.take(Msg::Report(report), inputs).await?;
        }
        self.desk.app.take_dirty();
        Ok(())
    }

    fn until_wake(&self) -> Option<Duration> {
        let now = (self.desk.clock)();
        let wake = next_wake(&self.desk.app, now)?;
        Some((wake - now).to_std().unwrap_or_default())
    }

    /// Takes in the inputs that are ready without waiting. Only before any report: a key means what the screen showed when
    /// it was pressed, so nothing may come between the last drawing and the key.
    async fn drain_inputs<I: Inputs>(&mut self, inputs: &mut I) -> Result<(), TuiFailure> {
        while self.leaving.is_none()
            && let Some(input) = at_once(inputs.next()).await
        {
            match input {
                Some(input) => self.take_input(input, inputs).await?,
                None => self.leaving = Some(Leaving::TerminalGone),
            }
        }
        Ok(())
    }

    /// Takes in the reports that are ready without waiting, up to a number.
    async fn drain_reports<I: Inputs>(&mut self, inputs: &mut I) -> Result<(), TuiFailure> {
        for _ in 0..REPORTS_AT_ONCE {
            let Ok(report) = self.desk.reports.try_recv() else {
                break;
            };
            self.take(Msg::Report(report), inputs).await?;
        }
        Ok(())
    }

    async fn take_input<I: Inputs>(
        &mut self,
        input: Input,
        inputs: &mut I,
    ) -> Result<(), TuiFailure> {
        if input == Input::Resized {
            self.size = self.glass.size()?;
        }
        self.take(Msg::Input(input), inputs).await
    }

    async fn take<I: Inputs>(&mut self, msg: Msg, inputs: &mut I) -> Result<(), TuiFailure> {
        let effects = self.update(msg);
        self.carry_out(effects, inputs).await
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let ctx = Ctx { now: (self.desk.clock)(), size: self.size, keymap: &self.desk.keymap };
        update(&mut self.desk.app, msg, &ctx)
    }

    /// What concerns the terminal is done here; everything else is given to the works.
    async fn carry_out<I: Inputs>(
        &mut self,
        effects: Vec<Effect>,
        inputs: &mut I,
    ) -> Result<(), TuiFailure> {
        let mut pending = effects;
        while !pending.is_empty() {
            for effect in std::mem::take(&mut pending) {
                match effect {
                    Effect::Terminal(TerminalEffect::Quit) => self.leaving = Some(Leaving::Asked),
                    Effect::Terminal(TerminalEffect::Copy(text)) => {
                        pending.extend(self.copy(&text)?);
                    }
                    Effect::Terminal(TerminalEffect::Alert(words)) => self.call_back(&words)?,
                    Effect::Terminal(TerminalEffect::Suspend) => self.suspend(inputs)?,
                    Effect::Terminal(TerminalEffect::Edit { ticket, text }) => {
                        let result = self.edit(&text, inputs).await?;
                        let report = Report::Answer(Answer::Edited { ticket, result });
                        pending.extend(self.update(Msg::Report(report)));
                    }
                    other @ (Effect::Query(
                        Query::Window { .. }
                        | Query::Summary { .. }
                        | Query::Detail { .. }
                        | Query::Gather { .. }
                        | Query::Recent { .. }
                        | Query::Preview { .. }
                        | Query::Queue { .. },
                    )
                    | Effect::Order(
                        Order::Refresh { .. }
                        | Order::Enqueue { .. }
                        | Order::Cancel { .. }
                        | Order::Resend { .. }
                        | Order::Reorder { .. }
                        | Order::Pause(_)
                        | Order::Verify(_)
                        | Order::KeepDraft(_)
                        | Order::ReadFile { .. }
                        | Order::Export { .. }
                        | Order::SaveView(_),
                    )) => self.desk.works.run(other),
                }
            }
        }
        Ok(())
    }

    fn call_back(&mut self, words: &str) -> Result<(), TuiFailure> {
        match self.desk.call {
            Call::Off => {}
            Call::Bell => self.glass.ring()?,
            Call::Message => self.glass.message(&escape_control(words, LONGEST_MESSAGE))?,
        }
        Ok(())
    }

    fn copy(&mut self, text: &str) -> Result<Vec<Effect>, TuiFailure> {
        if text.len() <= LONGEST_COPY {
            self.glass.copy(text)?;
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

    fn suspend<I: Inputs>(&mut self, inputs: &mut I) -> Result<(), TuiFailure> {
        inputs.pause();
        self.glass.lend()?;
        self.glass.stop()?;
        self.come_back()
    }

    /// While the editor has the terminal, reports go on being taken in: sends must not wait for it.
    async fn edit<I: Inputs>(
        &mut self,
        text: &str,
        inputs: &mut I,
    ) -> Result<Result<Option<String>, String>, TuiFailure> {
        inputs.pause();
        self.glass.lend()?;
        let mut missed = None;
        let result = {
            let Self { desk, glass, size, .. } = self;
            let editing = glass.edit(text);
            tokio::pin!(editing);
            loop {
                tokio::select! {
                                   biased;
                                   result = &mut editing => break result,
                                   Some(report) = desk.reports.recv() => {
                                       let ctx = Ctx {
                                           now: (desk.clock)(),
                                           size: *size,
                                           keymap: &desk.keymap,
                                       };
                                       // Of what a report leads to, only a call concerns the terminal; it waits.
                                       for effect in update(&mut desk.app, Msg::Report(report), &ctx) {
                                           if let Effect::Terminal(TerminalEffect::Alert(words)) = effect {
                missed = Some(words);
                } else {
                desk.works.run(effect);
                }
                                       }
                                   }
                               }
            }
        };
        self.come_back()?;
        if let Some(words) = missed {
            self.call_back(&words)?;
        }
        Ok(result)
    }

    /// The terminal is ours again: it may have another size, and nothing on it can be relied on.
    fn come_back(&mut self) -> Result<(), TuiFailure> {
        self.glass.take_back()?;
        self.painter.forget();
        self.size = self.glass.size()?;
        let effects = self.update(Msg::Input(Input::Resized));
        for effect in effects {
            self.desk.works.run(effect);
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<(), TuiFailure> {
        if self.desk.app.take_repaint() {
            self.painter.forget();
        }
        let ctx = Ctx { now: (self.desk.clock)(), size: self.size, keymap: &self.desk.keymap };
        let screen = Screen { app: &self.desk.app, ctx: &ctx, theme: &self.desk.theme };
        self.painter.paint(self.glass, self.size, |area, buffer| {
            (&screen).render(area, buffer);
        })?;
        Ok(())
    }
}
