//! The whole screen: the only place that sees all of the core while drawing.
//!
//! ```text
//!  purgedeck  gcore-prod ● 3s  tencent ● 12s  medianova ✗ 401 token refused    10:04:12 UTC
//!  1 All  2 Unfinished  3 Failed 24h  4 www                              queue 2 · next 10:05:12
//! ┌▌since:24h cname:www.site.com ─────────── 1,204 of 98,113 · complete back to 22 Oct ────────┐
//! │ ▁▂▂▅█▃▂▁▁▂▂▁▁▃▂▁▁▁▁▂▂▁                                                                     │
//! │   TIME ▾     ACCOUNT     CNAME          KIND     STATUS           TARGETS                  │
//! │▸  10:03:58   gcore-prod  www.site.com   url      ◐ in progress    3 /img/a.jpg             │
//! ├ detail · enter ────────────────────────────────────────────────────────────────────────────┤
//! │ 3 URLs · sent from here · by mira · 10:03:58 · for 14 s, usually 20 s                      │
//! └────────────────────────────────────────────────────────────────────────────────────────────┘
//!  www.site.com  URL 1 of 2 left this minute, 1 used elsewhere · pattern 1 of 1 · all 1 of 1
//!  P purge  / filter  enter open  space mark  : palette  ? help  y copy
//! ```
//!
//! Parts without room are left out: below 20 rows the status line, whose notices the footer shows
//! then; below 16 the tabs; below 30x9 everything. A long notice has a second row, which the
//! workspace gives.

mod accounts;
mod footer;
mod status;
mod tabs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::app::layout::{MIN_SCREEN, layout};
use crate::app::{App, Ctx, Input};
use crate::commands::{Command, Context};
use crate::keymap::Chord;
use crate::panes::Pointer;
use crate::panes::clicks::Clicks;
use crate::panes::history::view::{HistoryView, KeyNames};
use crate::panes::overlay::OverlayInputs;
use crate::theme::{Role, Theme};
use crate::widgets::text::put_lines;

/// The whole screen.
#[derive(Clone, Copy, Debug)]
pub struct Screen<'a> {
    /// The core.
    pub app: &'a App,
    /// The time, the size, the keys.
    pub ctx: &'a Ctx<'a>,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Notes what can be clicked on.
    pub clicks: &'a Clicks,
}

/// Returns an input with a click in the place of a press of the mouse on something that can be
/// clicked on.
pub fn clicked(input: Input, clicks: &Clicks) -> Input {
    let Input::Mouse(Pointer::Press, at) = input else {
        return input;
    };
    clicks.at(at).map_or(input, Input::Click)
}

impl Widget for &Screen<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        self.clicks.clear();
        buffer.set_style(area, self.theme.style(Role::Text));
        let Some(layout) = layout((area.width, area.height), self.app.notice_rows(self.ctx)) else {
            return self.too_small(area, buffer);
        };
        accounts::draw(self, layout.accounts, buffer);
        tabs::draw(self, layout.tabs, buffer);
        self.workspace(layout.workspace, buffer);
        self.overlays(layout.overlays(), buffer);
        status::draw(self, layout.status, buffer);
        footer::draw(self, layout.footer, layout.status.is_empty(), buffer);
    }
}

impl Screen<'_> {
    fn too_small(&self, area: Rect, buffer: &mut Buffer) {
        let size = format!("{}x{}", area.width, area.height);
        let least = format!("needs {}x{}", MIN_SCREEN.0, MIN_SCREEN.1);
        let lines = ["too small", &size, &least].map(|line| (line, Role::Warning));
        put_lines(area, lines, self.theme, buffer);
    }

    fn workspace(&self, area: Rect, buffer: &mut Buffer) {
        let workspace = self.app.workspace();
        let keys = KeyNames {
            clear: self.key(Command::FilterClear),
            refresh: self.key(Command::Refresh),
            open: self.key(Command::Open),
            zoom: self.key(Command::TimelineZoomIn),
        };
        for (id, place) in workspace.places(area) {
            let Some(pane) = workspace.pane(id) else {
                continue;
            };
            (&HistoryView {
                pane,
                known: self.app.known(),
                now: self.ctx.now,
                zone: self.app.zone(),
                focused: workspace.focus() == id && self.app.overlays().is_empty(),
                keys: &keys,
                theme: self.theme,
                clicks: self.clicks,
            })
                .render(place, buffer);
        }
    }

    fn overlays(&self, area: Rect, buffer: &mut Buffer) {
        let inputs = OverlayInputs {
            keys: &|command| self.ctx.keymap.keys_text(command),
            free_key: &|contexts, command| self.free_key(contexts, command),
            known: self.app.known(),
            now: self.ctx.now,
            zone: self.app.zone(),
            theme: self.theme,
            clicks: self.clicks,
        };
        for overlay in self.app.overlays() {
            self.recede(area, buffer);
            self.clicks.cover(area);
            overlay.draw(&inputs, area, buffer);
        }
    }

    /// Dims what an overlay is drawn above.
    fn recede(&self, area: Rect, buffer: &mut Buffer) {
        let style = self.theme.style(Role::Text).patch(self.theme.style(Role::Dim));
        for at in area.intersection(buffer.area).positions() {
            buffer[at].set_style(Style::reset()).set_style(style);
        }
    }

    /// The first key of a command that means nothing else where these contexts have the keys; empty
    /// where it has none.
    fn free_key(&self, contexts: &[Context], command: Command) -> String {
        let typing = contexts.contains(&Context::Text);
        let free = |chord: &&Chord| {
            self.ctx
                .keymap
                .lookup(contexts, **chord)
                .map_or(!typing || chord.typed().is_none(), |it| it == command)
        };
        let keys = self.ctx.keymap.keys_of(command);
        keys.iter().find(free).map(ToString::to_string).unwrap_or_default()
    }

    /// The first key of a command; empty where it has none.
    fn key(&self, command: Command) -> String {
        self.ctx.keymap.keys_of(command).first().map(ToString::to_string).unwrap_or_default()
    }
}
