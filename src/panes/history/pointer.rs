//! The mouse in a history pane: a click selects, the wheel scrolls, a drag over the timeline
//! selects a range of time.

use crate::panes::{PaneCtx, Pointer, Update};

use super::HistoryPane;

impl HistoryPane {
    pub(super) fn point(&mut self, pointer: Pointer, at: (u16, u16), ctx: &PaneCtx<'_>) -> Update {
        let layout = self.layout(ctx.area);
        let position = ratatui::layout::Position::from(at);
        match pointer {
            Pointer::Wheel(lines) => {
                let lines = lines as isize;
                if layout.detail.contains(position) && self.detail.is_open() {
                    self.detail.go(lines);
                    return Update::taken();
                }
                self.rows.go(lines);
                self.moved(None, ctx)
            }
            Pointer::Press | Pointer::Drag if layout.bars.contains(position) => {
                let bar = usize::from(at.0 - layout.bars.x);
                self.timeline.point(bar, pointer == Pointer::Drag);
                Update::taken()
            }
            Pointer::Press if layout.list.contains(position) => {
                self.detail.set_focused(false);
                self.rows.go_in_view(usize::from(at.1 - layout.list.y));
                self.moved(None, ctx)
            }
            Pointer::Press if layout.detail.contains(position) => {
                if self.detail.is_open() {
                    self.detail.set_focused(true);
                    return Update::taken();
                }
                self.open(ctx)
            }
            Pointer::Press | Pointer::Drag | Pointer::Release => Update::taken(),
        }
    }
}
