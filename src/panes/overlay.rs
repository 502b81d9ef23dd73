//! Overlays: panes that are stacked above all others. Each draws itself, in its own `view.rs`.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Pane;
use super::clicks::Clicks;
use super::item_list::ItemList;
use crate::commands::{Command, Context};
use crate::domain::known::Known;
use crate::domain::zone::Zone;
use crate::theme::Theme;

/// A pane that is stacked above all others.
pub trait Overlay: Pane + Debug {
    /// Draws it. The area is the part of the screen that overlays may cover.
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer);

    /// Returns whether it shows why purges had a bad end.
    fn shows_bad_news(&self) -> bool {
        false
    }
}

/// The inputs that overlays are drawn from, beside their own state.
pub struct OverlayInputs<'a> {
    /// Returns the keys of a command, as they are bound now.
    pub keys: &'a dyn Fn(Command) -> String,
    /// Returns the first key of a command that means nothing else in these contexts.
    pub free_key: &'a dyn Fn(&[Context], Command) -> String,
    /// Accounts, resources, limits, the queue.
    pub known: &'a Known,
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Notes what can be clicked on.
    pub clicks: &'a Clicks,
}

impl OverlayInputs<'_> {
    /// Returns a list of this many rows, with the cursor on one.
    pub fn list(&self, rows: usize, cursor: usize) -> ItemList<'_> {
        ItemList { rows, cursor, theme: self.theme, clicks: self.clicks }
    }
}
