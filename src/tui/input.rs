//! The terminal's input: its bytes parsed into the core's inputs.

#[cfg(not(unix))]
mod events;
mod mouse;
mod parser;
mod paste;
mod sequence;
#[cfg(unix)]
mod terminal_inputs;
#[cfg(test)]
mod tests;

use crate::app::Input;

#[cfg(not(unix))]
pub use events::EventInputs as TerminalInputs;
pub use parser::InputParser;
#[cfg(unix)]
pub use terminal_inputs::TerminalInputs;

/// A source of inputs.
pub trait Inputs {
    /// Returns the next input; `None` when there will never be another.
    fn next(&mut self) -> impl Future<Output = Option<Input>>;

    /// Releases the terminal's input, so that an editor can have it; the next call of
    /// [`Inputs::next`] takes it again.
    fn pause(&mut self);
}
