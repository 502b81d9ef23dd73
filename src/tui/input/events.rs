//! The inputs of a terminal whose events the system itself reports.

use std::io;

use crossterm::event::{Event, EventStream, KeyEventKind, MouseButton, MouseEventKind};
use futures_util::StreamExt;

use super::Inputs;
use super::mouse::NOTCH;
use crate::app::Input;
use crate::keymap::Chord;
use crate::panes::Pointer;

/// The process's own terminal.
#[derive(Debug, Default)]
pub struct EventInputs {
    events: Option<EventStream>,
}

impl EventInputs {
    /// Reads nothing before it is asked.
    pub fn open() -> io::Result<Self> {
        Ok(Self::default())
    }
}

impl Inputs for EventInputs {
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
fn input_of(event: Event) -> Option<Input> {
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
