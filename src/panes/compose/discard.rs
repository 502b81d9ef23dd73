//! Discarding a draft, and bringing it back: the one key that takes everything must not be the last
//! word.

use super::{ComposePane, Part};
use crate::domain::draft::Draft;
use crate::domain::event::Level;
use crate::panes::field::{Edit, Field, Lines};
use crate::panes::{PaneCtx, Update};

impl ComposePane {
    /// Empties the draft and stays, so that undo can bring it back. An empty one stays as well:
    /// were compose closed by a second press, what is typed next would be commands.
    pub(super) fn discard(&mut self, ctx: &PaneCtx<'_>) -> Update {
        if *self.draft() == Draft::default() {
            return Update::say(Level::Info, "The draft is empty.");
        }
        let gone = std::mem::take(&mut self.kept.draft);
        self.show(Draft::default());
        self.discarded = Some(gone);
        let words = "Draft discarded; undo brings it back while compose is open.";
        self.changed(ctx).and(Update::say(Level::Info, words))
    }

    /// Undoes the last change; where there is none since a draft was thrown away, brings that back.
    pub(super) fn undo(&mut self, edit: Edit, ctx: &PaneCtx<'_>) -> Update {
        match (edit, self.part) {
            (Edit::Moved, Part::Targets) if self.discarded.is_some() => {
                let back = self.discarded.take().unwrap_or_default();
                self.show(back);
                self.changed(ctx).and(Update::say(Level::Info, "The draft is back."))
            }
            (edit, _) => self.after_edit(edit, ctx),
        }
    }

    fn show(&mut self, draft: Draft) {
        self.lines = Lines::new(&draft.text);
        self.reason = Field::new(&draft.reason);
        self.ticket = Field::new(&draft.ticket);
        self.part = Part::Targets;
        self.kept.draft = draft;
    }
}
