//! The widget of a history pane.
//!
//! ```text
//! ┌▌since:24h cname:www.site.com ──────────────── 1,204 of 98,113 · complete back to 22 Oct ┐
//! │ / since:24h cname:www.s|                                             only while it is typed │
//! │ ▁▂▂▅█▃▂▁▁▂▂▁▁▃▂▁▁▁▁▂▂▁                                                          the timeline │
//! │ 20 Nov 10:04 to 21 Nov 10:04                                     what it is, what is chosen │
//! │   TIME ▾     ACCOUNT     CNAME          KIND     STATUS         TARGETS                     │
//! │▸  10:03:58   gcore-prod  www.site.com   url      ◐ in progress    3  /img/a.jpg             │
//! ├ detail ─────────────────────────────────────────────────────────────────────────────────────┤
//! │ 3 URLs · sent from here by mira · 14 s, usually 20 s                                         │
//! └─────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```

mod detail;
mod empty_state;
mod filter;
mod heading;
mod list;
mod matches;
mod timeline;

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Borders, Widget};

use super::HistoryPane;
use crate::domain::known::Known;
use crate::domain::purge::PurgeRow;
use crate::domain::zone::Zone;
use crate::panes::clicks::Clicks;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Divider, Panel};

/// The keys that the faces and hints of the pane name, as they are bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyNames {
    /// Show everything again.
    pub clear: String,
    /// Ask the vendors now.
    pub refresh: String,
    /// Open the detail.
    pub open: String,
    /// Zoom into the timeline.
    pub zoom: String,
}

/// A history pane.
#[derive(Clone, Copy, Debug)]
pub struct HistoryView<'a> {
    /// The pane.
    pub pane: &'a HistoryPane,
    /// Accounts and their status.
    pub known: &'a Known,
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone of the times.
    pub zone: Zone,
    /// Set if keys go here.
    pub focused: bool,
    /// The keys that it names.
    pub keys: &'a KeyNames,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Notes the titles of the columns.
    pub clicks: &'a Clicks,
}

impl Widget for &HistoryView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let layout = self.pane.layout(area);
        let at = (self.now, self.zone);
        let columns = self.pane.shown_columns(self.known, at, layout.list.width);
        let title = heading::title(self);
        let note = heading::note(self, &columns, area.width.saturating_sub(8));
        (&Panel {
            title: &title,
            title_role: Role::Text,
            note: &note,
            focused: self.focused,
            colour: None,
            theme: self.theme,
        })
            .render(area, buffer);
        filter::draw(self, layout.filter, buffer);
        timeline::draw(self, layout.bars, layout.caption, buffer);
        if empty_state::draw(self, layout.titles.union(layout.list), buffer) {
            return;
        }
        list::draw_titles(self, &columns, layout.titles, buffer);
        list::draw(self, &columns, layout.list, buffer);
        if layout.divider.height == 1 && layout.divider.width > 1 {
            (&Divider {
                title: &detail::title(self),
                title_role: if self.pane.detail().is_focused() { Role::Focus } else { Role::Dim },
                focused: self.focused,
                theme: self.theme,
            })
                .render(layout.divider, buffer);
        } else {
            self.upright(layout.divider, buffer);
        }
        detail::draw(self, &columns, layout.detail, buffer);
    }
}

impl HistoryView<'_> {
    /// True for a row whose targets its vendor tells by themselves, and that were not read yet.
    fn is_unread(&self, row: &PurgeRow) -> bool {
        let limits = self.known.limits.get(&row.account);
        row.is_bare() && limits.is_some_and(|limits| limits.history.bare)
    }

    /// Draws the line beside the detail.
    fn upright(&self, area: Rect, buffer: &mut Buffer) {
        let focused = self.pane.detail().is_focused() && self.focused;
        Block::new()
            .borders(Borders::LEFT)
            .border_set(self.theme.glyphs.border)
            .border_style(self.theme.style(if focused { Role::Focus } else { Role::Border }))
            .render(area, buffer);
    }
}
