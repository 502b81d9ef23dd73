//! The event loop's access to a terminal: frames, the clipboard, and leaving it for a while.
//!
//! Not ratatui's `Terminal`: it would flush cells, cursor and synchronised output apart, and knows
//! no clipboard.

use std::io;

use ratatui::buffer::Buffer;

/// The way in which the operator is alerted outside of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlertMode {
    /// Not at all.
    #[default]
    Off,
    /// By the bell.
    Bell,
    /// By a message of the desktop's (OSC 9), where the terminal knows it.
    Message,
}

/// A terminal to draw on. The real one is the process's own; a test's keeps what was written.
pub trait TerminalIo {
    /// Returns its columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Writes at once what a frame differs in from the one that is shown, which may be used up.
    fn write(&mut self, shown: &mut Buffer, next: &Buffer) -> io::Result<()>;

    /// Empties it, at the latest when it is written to.
    fn clear(&mut self) -> io::Result<()>;

    /// Puts a text on the operator's clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Rings the bell.
    fn ring(&mut self) -> io::Result<()>;

    /// Asks the terminal to show a message outside of it. The text holds nothing that a terminal
    /// obeys.
    fn message(&mut self, text: &str) -> io::Result<()>;

    /// Gives the terminal back to the shell, for an editor or while suspended.
    fn leave(&mut self) -> io::Result<()>;

    /// Takes it again.
    fn enter(&mut self) -> io::Result<()>;

    /// Returns whether there is a shell that lets the process go on after a stop.
    fn can_stop(&self) -> bool;

    /// Asks all processes of the shell's job to stop, this one too.
    fn suspend(&self) -> io::Result<()>;

    /// Stops this process until the shell lets it go on.
    fn stop(&self) -> io::Result<()>;

    /// Lets the operator edit a text while the terminal is left; `None` where it came back
    /// unchanged.
    fn edit(&self, text: &str) -> impl Future<Output = Result<Option<String>, String>>;
}
