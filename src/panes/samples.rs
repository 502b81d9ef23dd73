//! What the tests of panes start from.

use ratatui::layout::Rect;

use super::PaneCtx;
use super::world::World;
use crate::domain::zone::Zone;
use crate::effect::Tickets;

/// A context at ten past ten on the 21st of November 2026, with an empty world, on a screen of 160 by 50.
pub(crate) fn pane_ctx() -> PaneCtx<'static> {
    pane_ctx_in(World::default())
}

/// The same with this world.
pub(crate) fn pane_ctx_in(world: World) -> PaneCtx<'static> {
    PaneCtx {
        now: chrono::DateTime::from_timestamp(1_795_255_800, 0).unwrap_or_default(),
        zone: Zone::Utc,
        world: Box::leak(Box::new(world)),
        tickets: Box::leak(Box::new(Tickets::default())),
        area: Rect::new(0, 0, 160, 50),
    }
}
