//! Converts the terminal's events into the core's inputs.

use crossterm::event::{Event, EventStream, KeyEventKind, MouseButton, MouseEventKind};
use futures_util::StreamExt;

use crate::app::Input;
use crate::keymap::Chord;
use crate::panes::Pointer;

/// Lines that a notch of the wheel moves.
const NOTCH: i32 = 3;

/// A source of inputs.
pub trait Inputs {
    /// Returns the next input; `None` when there will never be another.
    fn next(&mut self) -> impl Future<Output = Option<Input>>;

    /// Releases the terminal's input, so that an editor can have it; the next call of
    /// [`Inputs::next`] takes it again.
    fn pause(&mut self);
}

/// The process's own terminal.
#[derive(Debug, Default)]
pub struct TerminalInputs {
    events: Option<EventStream>,
}

impl TerminalInputs {
    /// Reads nothing before it is asked.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Inputs for TerminalInputs {
    async fn next(&mut self) -> Option<Input> {
        loop {
            let event = self.events.get_or_insert_default().next().await?.ok()?;
            if let Some(input) = input_of(event) {
                return Some(input);
            }
        }
    }

    fn pause(&mut self) {
        self.events = None;
    }
}

/// Converts a terminal's event; `None` for events without a meaning here.
pub fn input_of(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => match key.kind {
            KeyEventKind::Press | KeyEventKind::Repeat => Some(Input::Chord(Chord::of_key(key))),
            KeyEventKind::Release => None,
        },
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(..) => Some(Input::Resized),
        Event::FocusGained => Some(Input::FocusGained),
        Event::FocusLost => None,
        Event::Mouse(mouse) => {
            let pointer = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Pointer::Press,
                MouseEventKind::Drag(MouseButton::Left) => Pointer::Drag,
                MouseEventKind::Up(MouseButton::Left) => Pointer::Release,
                MouseEventKind::ScrollDown => Pointer::Wheel(NOTCH),
                MouseEventKind::ScrollUp => Pointer::Wheel(-NOTCH),
                MouseEventKind::Down(MouseButton::Right | MouseButton::Middle)
                | MouseEventKind::Drag(MouseButton::Right | MouseButton::Middle)
                | MouseEventKind::Up(MouseButton::Right | MouseButton::Middle)
                | MouseEventKind::Moved
                | MouseEventKind::ScrollLeft
                | MouseEventKind::ScrollRight => return None,
            };
            Some(Input::Mouse(pointer, (mouse.column, mouse.row)))
        }
    }
}
