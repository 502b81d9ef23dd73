//! The line above the keys: what the operator should read, else what is left of the limits of the row's resource.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Screen;
use crate::domain::text::visible;
use crate::effect::Tone;
use crate::theme::Role;
use crate::widgets::text::{Pen, width};

pub(super) fn draw(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    draw_notice(screen, area, buffer);
}

/// Draws the notice that is to be read; whether there is one.
pub(super) fn draw_notice(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let Some((notice, more)) = screen.app.notices().shown() else {
        return false;
    };
    let theme = screen.theme;
    let (glyph, role) = match notice.tone {
        Tone::Info => (theme.glyphs.info, Role::Info),
        Tone::Warning => (theme.glyphs.warning, Role::Warning),
        Tone::Error => (theme.glyphs.failed, Role::Error),
    };
    let after = match (notice.tone, more) {
        (Tone::Info, 0) => String::new(),
        (_, 0) => format!(" {} ", screen.key(crate::commands::Command::Back)),
        (_, more) => format!(" {} (+{more}) ", screen.key(crate::commands::Command::Back)),
    };
    let account = notice
        .account
        .as_ref()
        .map(|account| format!("{account}: "))
        .unwrap_or_default();
    let words = format!(" {glyph} {account}{}", visible(&notice.words, 500));
    let mut pen = Pen::new(buffer, area, theme.glyphs.ellipsis);
    let room = pen.room().saturating_sub(width(&after));
    pen.put_within(&words, room, theme.style(role))
        .put(&after, theme.style(Role::Dim));
    true
}
