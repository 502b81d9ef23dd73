//! The terminal: set-up and restore, its input, and the loop that connects it with app and engine.
//!
//! Nothing ticks: the loop sleeps until a key, a report or a signal comes, or until the instant
//! that the app names. It takes in everything that is ready, then draws once, and only if something
//! changed; only cells that changed are written.

mod abilities;
mod config_watch;
mod configured;
pub mod editor;
pub mod effects;
pub mod event_loop;
pub mod frame_encoder;
pub mod input;
mod live_settings;
pub mod renderer;
pub mod signals;
mod terminal;
pub mod terminal_io;

use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::app::App;
pub use crate::app::layout::MIN_SCREEN;
use crate::config::secret::variables::SecretVariables;
pub use crate::effect::NextScreen;
use crate::keymap::Keymap;
use crate::theme::Theme;

pub use abilities::{CharactersReason, TERM_ADVICE, draws_ascii, without_screen};
pub use config_watch::{ConfigWatch, ReadConfig};
pub use configured::{
    CommandKeys, DashboardStart, check, colours, command_keys, dashboard, view_names,
};
pub use effects::{EffectRunner, EngineEffects};
pub use frame_encoder::DrawingAbilities;
pub use input::Inputs;
pub use signals::Signal;
pub use terminal_io::{AlertMode, TerminalIo};

/// Everything that the screen is run with.
pub struct Dashboard<R, C = fn() -> DateTime<Utc>> {
    /// The state of the screen.
    pub app: App,
    /// The keys.
    pub keymap: Keymap,
    /// The colours and glyphs.
    pub theme: Theme,
    /// Carries out effects and reports their results.
    pub effects: R,
    /// The clock.
    pub clock: C,
    /// The terminal's abilities besides moving its cursor.
    pub drawing: DrawingAbilities,
    /// `true` if the mouse is captured.
    pub mouse: bool,
    /// The way in which the operator is alerted outside of the screen.
    pub alert_mode: AlertMode,
    /// The variables of the environment that hold secrets, which the operator's editor does not
    /// get.
    pub withheld: SecretVariables,
}

/// The reason why the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// The operator quit.
    Quit,
    /// The operator goes on with another screen.
    Next(NextScreen),
    /// A signal ended it.
    Signalled,
    /// The terminal is gone.
    TerminalGone,
}

/// The reason why the screen could not go on.
#[derive(Debug, thiserror::Error)]
pub enum TuiFailure {
    /// The terminal does not do what it is asked.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// A part of the program panicked; the panic's own message is above this one.
    #[error(
        "a part of the program failed; what was queued is kept and goes on with the next start"
    )]
    Panicked,
}

/// Runs the screen on the process's terminal until it is left. The terminal is restored in any
/// case.
pub async fn run<R: EffectRunner, C: Fn() -> DateTime<Utc>>(
    mut dashboard: Dashboard<R, C>,
) -> Result<ExitReason, TuiFailure> {
    let guard = terminal::restore_on_panic();
    let mut signals = signals::Signals::listen()?;
    let withheld = dashboard.withheld.clone();
    let (drawing, mouse) = (dashboard.drawing, dashboard.mouse);
    let mut terminal =
        terminal::ProcessTerminal::open(drawing, mouse, withheld, Arc::clone(&guard))?;
    let mut inputs = input::TerminalInputs::open()?;
    let exit = tokio::select! {
        biased;
        () = guard.panicked.notified() => Err(TuiFailure::Panicked),
        exit = event_loop::run(&mut dashboard, &mut terminal, &mut inputs, &mut signals) => exit,
    };
    drop(inputs);
    drop(terminal);
    exit
}
