//! The terminal in other hands for a while: the shell's after a stop, an editor's.

use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, timeout_at};

use super::EventLoop;
use crate::app::{Input, Msg};
use crate::domain::event::{Event, Level, Notice};
use crate::effect::{Effect, Report, TerminalEffect};
use crate::tui::signals::SignalSource;
use crate::tui::{EffectRunner, ExitReason, Inputs, Signal, TerminalIo, TuiFailure};

/// The longest time that the signal for going on needs after the process went on.
const CONTINUES_WITHIN: Duration = Duration::from_secs(1);

impl<R, C, T, I, S> EventLoop<'_, R, C, T, I, S>
where
    R: EffectRunner,
    C: Fn() -> DateTime<Utc>,
    T: TerminalIo,
    I: Inputs,
    S: SignalSource,
{
    /// Obeys a signal.
    pub(super) async fn obey(&mut self, signal: Signal) -> Result<(), TuiFailure> {
        match signal {
            Signal::End => self.end(),
            Signal::Stop => self.stop().await?,
            // The shell had the terminal, perhaps without a word before.
            Signal::Continue => {
                let effects = self.re_enter()?;
                self.carry_out(effects).await?;
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        self.leave();
        self.exit = Some(ExitReason::Signalled);
    }

    /// Has the shell stop the program: it comes back as [`Signal::Stop`].
    pub(super) fn suspend(&mut self) -> Result<Vec<Effect>, TuiFailure> {
        if self.terminal.can_stop() {
            self.terminal.suspend()?;
            return Ok(Vec::new());
        }
        let words = "There is no shell here that could let purgedeck go on after a stop.";
        let notice = Notice { level: Level::Warning, account: None, words: words.to_owned() };
        Ok(self.update(Msg::Report(Report::Event(Event::Notice(notice)))))
    }

    /// Gives the terminal back, stops until the shell lets the program go on, and takes it again.
    async fn stop(&mut self) -> Result<(), TuiFailure> {
        if !self.terminal.can_stop() {
            return Ok(());
        }
        self.inputs.pause();
        self.terminal.leave()?;
        self.terminal.stop()?;
        // The stop may come a moment later where there are several threads.
        let until = Instant::now() + CONTINUES_WITHIN;
        while let Ok(signal) = timeout_at(until, self.signals.next()).await {
            match signal {
                Signal::End => {
                    self.end();
                    return Ok(());
                }
                Signal::Stop => {}
                Signal::Continue => break,
            }
        }
        let effects = self.re_enter()?;
        self.carry_out(effects).await
    }

    /// Lets the operator edit a text. Reports go on being taken in meanwhile; alerts wait, since
    /// they need the terminal. Returns the result and what is to be carried out after it.
    pub(super) async fn edit(
        &mut self,
        text: &str,
    ) -> Result<(Result<Option<String>, String>, Vec<Effect>), TuiFailure> {
        self.inputs.pause();
        self.terminal.leave()?;
        let mut missed = None;
        let mut is_ended = false;
        let result = {
            let Self { dashboard, terminal, signals, size, .. } = self;
            let mut editing = pin!(terminal.edit(text));
            loop {
                tokio::select! {
                    biased;
                    result = &mut editing => break result,
                    signal = signals.next() => match signal {
                        // The editor has the terminal until it is done with it.
                        Signal::End => is_ended = true,
                        Signal::Stop if terminal.can_stop() => terminal.stop()?,
                        Signal::Stop | Signal::Continue => {}
                    },
                    Some(report) = dashboard.effects.next() => {
                        missed = dashboard.take_without_terminal(report, *size).or(missed);
                    }
                }
            }
        };
        let mut effects = self.re_enter()?;
        if is_ended {
            self.end();
        }
        effects.extend(missed.map(|words| Effect::Terminal(TerminalEffect::Alert(words))));
        Ok((result, effects))
    }

    /// Takes the terminal again: it may have another size, and what is on it is not known.
    fn re_enter(&mut self) -> Result<Vec<Effect>, TuiFailure> {
        self.terminal.enter()?;
        self.renderer.invalidate();
        self.size = self.terminal.size()?;
        Ok(self.update(Msg::Input(Input::Resized)))
    }
}
