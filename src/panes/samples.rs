//! What the tests of panes start from.

use ratatui::layout::Rect;

use super::PaneCtx;
use crate::domain::known::Known;
use crate::domain::zone::Zone;
use crate::effect::Tickets;

/// A context at ten past ten on the 21st of November 2026, with an empty world, on a screen of 160
/// by 50.
pub(crate) fn pane_ctx() -> PaneCtx<'static> {
    pane_ctx_in(Known::default())
}

/// The same with this world.
pub(crate) fn pane_ctx_in(known: Known) -> PaneCtx<'static> {
    PaneCtx {
        now: chrono::DateTime::from_timestamp(1_795_255_800, 0).unwrap_or_default(),
        zone: Zone::Utc,
        known: Box::leak(Box::new(known)),
        tickets: Box::leak(Box::new(Tickets::default())),
        area: Rect::new(0, 0, 160, 50),
    }
}
