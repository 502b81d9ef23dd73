//! Layout of a history pane: filter bar, timeline, list, detail. The update needs it to know how
//! many rows are in view, the view to draw them there.

use ratatui::layout::{Constraint, Layout, Margin, Rect};

/// The parts of a history pane; a part without room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaneLayout {
    /// The whole of it.
    pub frame: Rect,
    /// The filter's field, and the line of help below it.
    pub filter: Rect,
    /// The bars.
    pub bars: Rect,
    /// The caption of the bars.
    pub caption: Rect,
    /// The titles of the columns.
    pub titles: Rect,
    /// The rows.
    pub list: Rect,
    /// The line above the detail, or the column beside it; as wide as the frame.
    pub divider: Rect,
    /// The detail.
    pub detail: Rect,
}

/// Divides the place.
pub fn layout(frame: Rect, editing: bool, detail_open: bool) -> PaneLayout {
    let inner = frame.inner(Margin::new(1, 1));
    let tall = inner.height;
    let filter = match (editing, tall) {
        (false, _) => 0,
        (true, 0..6) => 1,
        (true, _) => 2,
    };
    let (bars, caption) = match tall {
        0..9 => (0, 0),
        9..14 => (1, 0),
        14..17 => (1, 1),
        17..26 if detail_open => (1, 1),
        17..36 => (2, 1),
        _ => (3, 1),
    };
    let [filter, bars, caption, rest] = Layout::vertical([
        Constraint::Length(filter),
        Constraint::Length(bars),
        Constraint::Length(caption),
        Constraint::Fill(1),
    ])
    .areas(inner);
    let beside = detail_open && inner.width >= 130;
    let lines = match (detail_open, rest.height) {
        (true, 0..8) => rest.height.saturating_sub(3),
        (true, height) => height / 2,
        (false, 0..11) => 0,
        (false, 11..22) => 2,
        (false, _) => 4,
    };
    let divided = |line: u16, detail| {
        [Constraint::Fill(1), Constraint::Length(line), Constraint::Length(detail)]
    };
    let [rest, divider, detail] = if beside {
        Layout::horizontal(divided(1, inner.width * 2 / 5)).areas(rest)
    } else {
        Layout::vertical(divided(lines.min(1), lines.saturating_sub(1))).areas(rest)
    };
    let divider = if beside { divider } else { divider.outer(Margin::new(1, 0)) };
    let [titles, list] =
        Layout::vertical([Constraint::Length(u16::from(rest.height > 2)), Constraint::Fill(1)])
            .areas(rest);
    PaneLayout { frame, filter, bars, caption, titles, list, divider, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_lies_outside_the_frame_or_over_another() {
        for width in [0, 1, 2, 20, 40, 80, 160] {
            for height in 0..60 {
                for (editing, open) in [(false, false), (true, false), (false, true), (true, true)]
                {
                    let frame = Rect::new(3, 2, width, height);
                    let layout = layout(frame, editing, open);
                    let parts = [
                        layout.filter,
                        layout.bars,
                        layout.caption,
                        layout.titles,
                        layout.list,
                        layout.divider,
                        layout.detail,
                    ];
                    for (at, part) in parts.iter().enumerate() {
                        if part.is_empty() {
                            continue;
                        }
                        assert_eq!(frame.intersection(*part), *part, "{frame:?} {layout:?}");
                        for other in parts.iter().skip(at + 1) {
                            assert!(part.intersection(*other).is_empty(), "{frame:?} {layout:?}");
                        }
                    }
                }
            }
        }
    }
}
