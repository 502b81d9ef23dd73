//! Draws frames by the difference of two buffers: only cells that changed are written.

use std::io;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::TerminalIo;

/// Draws frames on a terminal.
#[derive(Debug, Default)]
pub struct Renderer {
    shown: Buffer,
    next: Buffer,
    invalid: bool,
}

impl Renderer {
    /// Has the next frame written in full, since the content of the terminal is not known any more.
    pub fn invalidate(&mut self) {
        self.invalid = true;
    }

    /// Draws a frame, and has it written where it differs from the one before.
    pub fn render<T: TerminalIo>(
        &mut self,
        terminal: &mut T,
        size: (u16, u16),
        draw: impl FnOnce(Rect, &mut Buffer),
    ) -> io::Result<()> {
        let area = Rect::new(0, 0, size.0, size.1);
        if self.invalid || self.shown.area != area {
            terminal.clear()?;
            self.shown.resize(area);
            self.shown.reset();
            self.invalid = false;
        }
        if self.next.area != area {
            self.next.resize(area);
        }
        self.next.reset();
        draw(area, &mut self.next);
        if self.shown != self.next {
            terminal.write(&mut self.shown, &self.next)?;
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        Ok(())
    }
}
