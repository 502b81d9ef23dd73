//! Two buffers and their difference: only cells that changed are written, and nothing at all where none did.

use std::io;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Glass;

/// What stands on the glass, and what is drawn next.
#[derive(Debug, Default)]
pub struct Painter {
    shown: Buffer,
    next: Buffer,
    blank: bool,
}

impl Painter {
    /// Whatever stands on the glass cannot be relied on: the next drawing writes everything.
    pub fn forget(&mut self) {
        self.blank = true;
    }

    /// Draws; how many cells were written.
    pub fn paint<G: Glass>(
        &mut self,
        glass: &mut G,
        size: (u16, u16),
        draw: impl FnOnce(Rect, &mut Buffer),
    ) -> io::Result<usize> {
        let area = Rect::new(0, 0, size.0, size.1);
        if self.blank || self.shown.area != area {
            glass.clear()?;
            self.shown = Buffer::empty(area);
            self.blank = false;
        }
        if self.next.area != area {
            self.next = Buffer::empty(area);
        }
        self.next.reset();
        draw(area, &mut self.next);
        let changes = self.shown.diff(&self.next);
        if !changes.is_empty() {
            glass.write(&changes)?;
        }
        let written = changes.len();
        std::mem::swap(&mut self.shown, &mut self.next);
        Ok(written)
    }

    /// What stands on the glass.
    pub fn shown(&self) -> &Buffer {
        &self.shown
    }
}
