//! The terminal: setting it up and giving it back, what comes in from it, and the loop that ties it to the core.
//!
//! Nothing ticks: the loop sleeps until a key, a report or a signal comes, or until the instant that the core names. It
//! takes in all that is ready, then draws once, and only if something changed; only cells that changed are written.

pub mod editor;
pub mod glass;
pub mod input;
mod looping;
pub mod painter;
pub mod signals;
mod terminal;

use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use crate::app::App;
use crate::effect::{Effect, Report};
use crate::keymap::Keymap;
use crate::theme::Theme;

pub use glass::{Call, Glass};
pub use input::Inputs;
pub use looping::loop_;
pub use signals::Signal;

/// Whatever carries out effects. It must not wait: it starts the work, and what comes of it goes into the channel of
/// reports.
pub trait Works {
    /// Starts the work.
    fn run(&self, effect: Effect);

    /// The first screen has been drawn: what would have been in its way, the network above all, may begin.
    fn painted(&self) {}
}

/// Everything that the screen is run with.
pub struct Desk<W, C = fn() -> DateTime<Utc>> {
    /// The core.
    pub app: App,
    /// The keys.
    pub keymap: Keymap,
    /// How things look.
    pub theme: Theme,
    /// What comes of effects.
    pub reports: mpsc::Receiver<Report>,
    /// Whatever carries them out.
    pub works: W,
    /// The clock.
    pub clock: C,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// How the operator is called back.
    pub call: Call,
}

/// Why the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The operator asked for it.
    Asked,
    /// A signal asked for it.
    Signalled(Signal),
    /// The terminal is gone.
    TerminalGone,
}

/// Why the screen could not be kept up.
#[derive(Debug, thiserror::Error)]
pub enum TuiFailure {
    /// The terminal does not do what it is asked.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// A part of the program panicked; the panic's own message stands above this one.
    #[error(
        "a part of the program failed; what was queued is kept and goes on with the next start"
    )]
    Panicked,
}

/// Runs the screen on the process's terminal until it is left. Whatever happens, the terminal is given back as it was.
pub async fn run<W: Works, C: Fn() -> DateTime<Utc>>(
    mut desk: Desk<W, C>,
) -> Result<Leaving, TuiFailure> {
    let hold = terminal::watch_panics();
    let mut glass = terminal::Screen::open(desk.mouse, Arc::clone(&hold))?;
    let mut inputs = input::TerminalInputs::new();
    let mut signals = signals::Signals::listen()?;
    let left = tokio::select! {
        biased;
        () = hold.panicked.notified() => Err(TuiFailure::Panicked),
        left = loop_(&mut desk, &mut glass, &mut inputs, &mut signals) => left,
    };
    drop(inputs);
    drop(glass);
    left
}
