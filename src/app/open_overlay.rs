//! The list of overlays: each is made here of the data that a pane asks for it with.
//!
//! To add an overlay: its folder in `panes/`, the data to open it with in [`Opening`], and its arm
//! here.

use crate::commands::{Command, Context};
use crate::domain::draft::{Draft, KeptDraft};
use crate::panes::accounts::AccountsPane;
use crate::panes::calls::CallsPane;
use crate::panes::columns::ColumnsPane;
use crate::panes::compose::ComposePane;
use crate::panes::drafts::DraftsPane;
use crate::panes::facets::FacetsPane;
use crate::panes::help::HelpPane;
use crate::panes::notices::NoticesPane;
use crate::panes::overlay::Overlay;
use crate::panes::palette::PalettePane;
use crate::panes::pick::PickPane;
use crate::panes::plan::PlanPane;
use crate::panes::prompt::PromptPane;
use crate::panes::queue::QueuePane;
use crate::panes::start::StartPane;
use crate::panes::{Opening, PaneCtx, Update};

/// The parts of the app that an overlay is made of, beside the data to open it with.
pub(super) struct OverlayContext<'a> {
    /// The kept drafts.
    pub(super) drafts: &'a [KeptDraft],
    /// The contexts of whatever has the keys now.
    pub(super) contexts: &'a [Context],
    /// The keys of a command.
    pub(super) keys: &'a dyn Fn(Command) -> String,
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
        Opening::Compose(draft) => compose(*draft, context.drafts, ctx),
        Opening::Kept(kept) => compose_kept(*kept, ctx),
        Opening::Drafts => (Box::new(DraftsPane::new(context.drafts)), Update::taken()),
        Opening::Plan(plan, kept, warnings) => {
            let (pane, effect) = PlanPane::open(*plan, *kept, warnings, ctx);
            (Box::new(pane), Update::effect(effect))
        }
        Opening::Facets(pane, summary) => {
            (Box::new(FacetsPane::new(pane, &summary)), Update::taken())
        }
        Opening::Columns { columns, widths, usual_widths } => {
            (Box::new(ColumnsPane::new(&columns, widths, usual_widths)), Update::taken())
        }
        Opening::Queue => {
            let (pane, effect) = QueuePane::open(ctx);
            (Box::new(pane), Update::effect(effect))
        }
        Opening::Accounts => {
            let (pane, update) = AccountsPane::open(ctx);
            (Box::new(pane), update)
        }
        Opening::Calls => {
            let (pane, effect) = CallsPane::open(ctx);
            (Box::new(pane), Update::effect(effect))
        }
        Opening::Notices => (Box::new(NoticesPane::default()), Update::taken()),
        Opening::Help => (Box::new(HelpPane::new(context.contexts, context.keys)), Update::taken()),
        Opening::Palette => {
            let OverlayContext { unavailable, views, themes, .. } = context;
            let pane = PalettePane::new(unavailable, views, themes, ctx);
            (Box::new(pane), Update::taken())
        }
        Opening::Pick(pick) => (Box::new(PickPane::new(pick)), Update::taken()),
        Opening::Prompt(prompt) => (Box::new(PromptPane::new(prompt)), Update::taken()),
        Opening::Start(offer) => (Box::new(StartPane::new(*offer)), Update::taken()),
    }
}

/// Opens compose with a draft of its own. One with the contents of a kept draft is that one: the
/// same rows twice make no second draft.
fn compose(draft: Draft, drafts: &[KeptDraft], ctx: &PaneCtx<'_>) -> (Box<dyn Overlay>, Update) {
    let same = drafts.iter().find(|kept| !draft.is_empty() && kept.draft == draft);
    let kept = same.cloned().unwrap_or_else(|| KeptDraft::new(draft, ctx.tickets.take(), ctx.now));
    compose_kept(kept, ctx)
}

fn compose_kept(kept: KeptDraft, ctx: &PaneCtx<'_>) -> (Box<dyn Overlay>, Update) {
    let (pane, effects) = ComposePane::open(kept, ctx);
    (Box::new(pane), Update { effects, ..Update::taken() })
}
