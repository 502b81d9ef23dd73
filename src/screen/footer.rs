//! The last line: the keys of the focused pane; a notice where it has no line of its own.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Screen, status};
use crate::panes::clicks::Click;
use crate::theme::Role;
use crate::widgets::text::{RowWriter, width};

pub(super) fn draw(screen: &Screen<'_>, area: Rect, with_notice: bool, buffer: &mut Buffer) {
    if with_notice && status::draw_notice(screen, area, buffer) {
        return;
    }
    let theme = screen.theme;
    let mut writer = RowWriter::new(buffer, area, theme);
    writer.skip(1);
    for command in screen.app.hints(screen.ctx) {
        let (key, title) = (screen.key(command), command.about().title);
        if key.is_empty() {
            continue;
        }
        if width(&key) + 1 + width(title) > writer.room() {
            break;
        }
        let x = writer.x();
        writer.put(&key, Role::Key).skip(1).put(title, Role::KeyTitle);
        let place = Rect { x, width: writer.x() - x, ..area };
        screen.clicks.note(place, Click::Command(command));
        writer.skip(2);
    }
}
