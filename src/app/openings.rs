//! From what a pane asks to have opened to the overlay that it becomes, and the first questions that the overlay asks.

use crate::commands::{Command, Context};

use crate::domain::event::Level;
use crate::panes::compose::ComposePane;
use crate::panes::help::HelpPane;
use crate::panes::palette::PalettePane;
use crate::panes::pick::PickPane;
use crate::panes::plan::PlanPane;
use crate::panes::prompt::PromptPane;
use crate::panes::queue::QueuePane;
use crate::panes::{Opening, PaneCtx, Update};

use super::overlays::Overlay;

/// What an overlay is made of beyond what the opening says.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The keys, for help and palette.
    pub keymap: &'a crate::keymap::Keymap,
    /// The draft that is kept.
    pub draft: Option<&'a crate::domain::draft::Draft>,
    /// Where the keys of whatever has the focus now are looked for.
    pub contexts: &'a [Context],
    /// Why a command would do nothing now.
    pub unavailable: &'a dyn Fn(Command) -> Option<&'static str>,
}

/// Said where targets went below a draft that was there already.
const ADDED: &str = "Added below the draft that was kept.";

/// Said where they do not go together.
const KEPT: &str =
    "This draft was kept and is for something else: send it or throw it away, then try again.";

/// The overlay, with what it asks at once.
pub fn open(opening: Opening, means: Means<'_>, ctx: &PaneCtx<'_>) -> (Overlay, Update) {
    let mut said = None;
    let (overlay, effects) = match opening {
        Opening::Prompt(prompt) => (Overlay::Prompt(Box::new(PromptPane::new(prompt))), vec![]),
        Opening::Plan(plan, draft) => {
            let (pane, effect) = PlanPane::open(*plan, *draft, ctx);
            (Overlay::Plan(Box::new(pane)), vec![effect])
        }
        Opening::Queue => {
            let (pane, effect) = QueuePane::open(ctx);
            (Overlay::Queue(Box::new(pane)), vec![effect])
        }
        Opening::Help => (Overlay::Help(Box::new(HelpPane::new(means.contexts))), vec![]),
        Opening::Palette => {
            (Overlay::Palette(Box::new(PalettePane::new(means.unavailable))), vec![])
        }
        Opening::Pick(pick) => (Overlay::Pick(Box::new(PickPane::new(pick))), vec![]),
        Opening::Compose(draft) => {
            let kept = means.draft.filter(|kept| !kept.is_empty());
            let draft = match (draft, kept) {
                (Some(fresh), Some(kept)) => {
                    let both = kept.with(&fresh);
                    said = Some(if both.is_some() { ADDED } else { KEPT });
                    both.unwrap_or_else(|| kept.clone())
                }
                (Some(draft), None) => draft,
                (None, kept) => kept.cloned().unwrap_or_default(),
            };
            let (pane, effects) = ComposePane::open(draft, ctx);
            (Overlay::Compose(Box::new(pane)), effects)
        }
    };
    let mut update = Update::taken();
    update.effects = effects;
    if let Some(words) = said {
        update = update.and(Update::say(Level::Warning, words));
    }
    (overlay, update)
}
