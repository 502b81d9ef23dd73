//! The notice that is on the screen, and the rows that it needs: the panes have the others.

use unicode_width::UnicodeWidthStr as _;

use crate::domain::event::Level;
use crate::domain::text::escape_control;
use crate::effect::Effect;

use super::{App, Ctx};

/// The cells of the mark before a notice, with the blanks around it.
pub const MARK_CELLS: u16 = 3;

/// A notice as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownNotice {
    /// Its severity.
    pub level: Level,
    /// The account and the words, made safe to show.
    pub words: String,
    /// The key that puts it away, and the number of others; empty where there is neither.
    pub after: String,
}

impl ShownNotice {
    /// Returns the number of rows that it needs on a screen of this width: two where one has no
    /// room for it.
    fn rows(&self, columns: u16) -> u16 {
        let cells = usize::from(MARK_CELLS) + self.words.width() + self.after.width();
        if cells <= usize::from(columns) { 1 } else { 2 }
    }
}

impl App {
    /// Returns the notice that is to be read.
    pub fn shown_notice(&self, ctx: &Ctx<'_>) -> Option<ShownNotice> {
        let (notice, more) = self.notices.shown()?;
        // Above an overlay, the key that puts a notice away closes the overlay.
        let key = if self.overlays.is_empty() { Self::back_key(ctx) } else { String::new() };
        let after = match (notice.level, more) {
            (Level::Info, 0) => String::new(),
            (_, 0) => format!(" {key} "),
            (_, more) => format!(" {key} (+{more}) "),
        };
        let account = notice.account.as_ref().map(|account| format!("{account}: "));
        let words = format!("{}{}", account.unwrap_or_default(), notice.words);
        Some(ShownNotice { level: notice.level, words: escape_control(&words, usize::MAX), after })
    }

    /// Returns the rows of the line with the notice.
    pub fn notice_rows(&self, ctx: &Ctx<'_>) -> u16 {
        self.shown_notice(ctx).map_or(1, |notice| notice.rows(ctx.size.0))
    }

    /// Has the panes give a row to a long notice, or take it back.
    pub(super) fn follow_notice_rows(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let rows = self.notice_rows(ctx);
        if std::mem::replace(&mut self.notice_rows, rows) == rows {
            return Vec::new();
        }
        self.dirty = true;
        self.on_resized(ctx)
    }
}
