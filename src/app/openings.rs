//! From what a pane asks to have opened to the overlay that it becomes, and the first questions that the overlay asks.

use crate::commands::{Command, Context};
use crate::panes::prompt::PromptPane;
use crate::panes::{Opening, Outcome, PaneCtx};

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

/// The overlay, with what it asks at once. `None` where there is none to open.
pub fn open(opening: Opening, _means: Means<'_>, _ctx: &PaneCtx<'_>) -> Option<(Overlay, Outcome)> {
    match opening {
        Opening::Prompt(prompt) => Some((
            Overlay::Prompt(Box::new(PromptPane::new(prompt))),
            Outcome::taken(),
        )),
        Opening::Compose(_)
        | Opening::Plan(..)
        | Opening::Queue
        | Opening::Help
        | Opening::Palette
        | Opening::Pick(_) => None,
    }
}
