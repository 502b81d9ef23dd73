//! The list of overlays: each is made here of the data that a pane asks for it with.
//!
//! To add an overlay: its folder in `panes/`, the data to open it with in [`Opening`], and its arm
//! here.

use crate::commands::{Command, Context};
use crate::domain::draft::Draft;
use crate::domain::event::Level;
use crate::panes::compose::ComposePane;
use crate::panes::help::HelpPane;
use crate::panes::overlay::Overlay;
use crate::panes::palette::PalettePane;
use crate::panes::pick::PickPane;
use crate::panes::plan::PlanPane;
use crate::panes::prompt::PromptPane;
use crate::panes::queue::QueuePane;
use crate::panes::{Opening, PaneCtx, Update};

/// The parts of the app that an overlay is made of, beside the data to open it with.
pub(super) struct OverlayContext<'a> {
    /// The kept draft.
    pub(super) draft: Option<&'a Draft>,
    /// The contexts of whatever has the keys now.
    pub(super) contexts: &'a [Context],
    /// Explains why a command would do nothing now, if it would.
    pub(super) unavailable: &'a dyn Fn(Command) -> Option<&'static str>,
    /// The names of the views.
    pub(super) views: Vec<String>,
    /// The themes and their notes.
    pub(super) themes: &'a [(String, String)],
}

/// Makes an overlay, with its first queries.
pub(super) fn open_overlay(
    opening: Opening,
    context: &OverlayContext<'_>,
    ctx: &PaneCtx<'_>,
) -> (Box<dyn Overlay>, Update) {
    match opening {
        Opening::Compose(draft) => compose(draft, context.draft, ctx),
        Opening::Plan(plan, draft, warnings) => {
            let (pane, effect) = PlanPane::open(*plan, *draft, warnings, ctx);
            (Box::new(pane), Update::effect(effect))
        }
        Opening::Queue => {
            let (pane, effect) = QueuePane::open(ctx);
            (Box::new(pane), Update::effect(effect))
        }
        Opening::Help => (Box::new(HelpPane::new(context.contexts)), Update::taken()),
        Opening::Palette => {
            let OverlayContext { unavailable, views, themes, .. } = context;
            let pane = PalettePane::new(unavailable, views, themes, ctx);
            (Box::new(pane), Update::taken())
        }
        Opening::Pick(pick) => (Box::new(PickPane::new(pick)), Update::taken()),
        Opening::Prompt(prompt) => (Box::new(PromptPane::new(prompt)), Update::taken()),
    }
}

/// Opens compose with a new draft, with the kept one, or with both where they go together.
fn compose(
    draft: Option<Draft>,
    kept: Option<&Draft>,
    ctx: &PaneCtx<'_>,
) -> (Box<dyn Overlay>, Update) {
    let kept = kept.filter(|kept| !kept.is_empty());
    let both = draft.as_ref().zip(kept).map(|(fresh, kept)| kept.with(fresh));
    let notice = both.as_ref().map(|both| match both {
        Some(_) => "Added below the kept draft.",
        None => {
            "This draft was kept and is for something else: send or discard it, then try again."
        }
    });
    let draft = match (both, kept) {
        (Some(Some(both)), _) => both,
        (_, Some(kept)) => kept.clone(),
        (_, None) => draft.unwrap_or_default(),
    };
    let (pane, effects) = ComposePane::open(draft, ctx);
    let mut update = Update { effects, ..Update::taken() };
    if let Some(words) = notice {
        update = update.and(Update::say(Level::Warning, words));
    }
    (Box::new(pane), update)
}
