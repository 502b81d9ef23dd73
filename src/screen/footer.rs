//! The last line: the real keys of whatever has the focus; a notice where there is no line of its own for it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{Screen, status};
use crate::widgets::hints::Hints;

pub(super) fn draw(screen: &Screen<'_>, area: Rect, with_notice: bool, buffer: &mut Buffer) {
    if with_notice && status::draw_notice(screen, area, buffer) {
        return;
    }
    let commands = screen.app.hints(screen.ctx);
    let hints: Vec<(String, &str)> = commands
        .into_iter()
        .map(|command| (screen.key(command), command.about().title))
        .filter(|(key, _)| !key.is_empty())
        .collect();
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    (&Hints { hints: &hints, theme: screen.theme }).render(area, buffer);
}
