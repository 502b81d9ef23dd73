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

    /// Draws a frame; returns the number of cells written.
    pub fn render<T: TerminalIo>(
        &mut self,
        terminal: &mut T,
        size: (u16, u16),
        draw: impl FnOnce(Rect, &mut Buffer),
    ) -> io::Result<usize> {
        let area = Rect::new(0, 0, size.0, size.1);
        if self.invalid || self.shown.area != area {
            terminal.clear()?;
            self.shown = Buffer::empty(area);
            self.invalid = false;
        }
        if self.next.area != area {
            self.next = Buffer::empty(area);
        }
        self.next.reset();
        draw(area, &mut self.next);
        let changes = self.shown.diff(&self.next);
        if !changes.is_empty() {
            terminal.write(&changes)?;
        }
        let written = changes.len();
        std::mem::swap(&mut self.shown, &mut self.next);
        Ok(written)
    }
}
