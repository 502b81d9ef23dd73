//! Layout of a screen of a given size. Pure arithmetic: the update needs it as much as the drawing.

use ratatui::layout::{Constraint, Layout, Rect};

/// The parts of the screen; a part without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScreenLayout {
    /// The program's name, the accounts, the clock.
    pub accounts: Rect,
    /// The tabs and the queue's state.
    pub tabs: Rect,
    /// The panes.
    pub workspace: Rect,
    /// The budgets of the row's resource, or a notice.
    pub status: Rect,
    /// The keys; a notice where there is no status line.
    pub footer: Rect,
}

impl ScreenLayout {
    /// Returns the area that overlays may cover: the tabs and the panes. How fresh everything is,
    /// what is to be read and the keys stay in view.
    pub fn overlays(self) -> Rect {
        self.tabs.union(self.workspace)
    }
}

/// The smallest screen that can be used.
pub const MIN_SCREEN: (u16, u16) = (30, 9);

/// The parts of a screen; `None` where it is too small. The line that notices are shown in has this
/// many rows.
pub fn layout(size: (u16, u16), notice_rows: u16) -> Option<ScreenLayout> {
    let (width, height) = size;
    if width < MIN_SCREEN.0 || height < MIN_SCREEN.1 {
        return None;
    }
    let (status, footer) = if height >= 20 { (notice_rows, 1) } else { (0, notice_rows) };
    let [accounts, tabs, workspace, status, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(u16::from(height >= 16)),
        Constraint::Fill(1),
        Constraint::Length(status),
        Constraint::Length(footer),
    ])
    .areas(Rect::new(0, 0, width, height));
    Some(ScreenLayout { accounts, tabs, workspace, status, footer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_screen_belongs_to_one_part() {
        for (height, rows) in (MIN_SCREEN.1..70).flat_map(|height| [(height, 1), (height, 2)]) {
            let layout = layout((80, height), rows);
            let rows: u16 = layout.map_or(0, |it| {
                [it.accounts, it.tabs, it.workspace, it.status, it.footer]
                    .iter()
                    .map(|part| part.height)
                    .sum()
            });
            assert_eq!(rows, height);
        }
        assert_eq!(layout((20, 5), 1), None);
    }
}
