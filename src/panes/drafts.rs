//! The drafts that are kept: to go on with one, or to delete it.

use crate::commands::{Command, Context};
use crate::domain::draft::{KeptDraft, Overview};
use crate::domain::event::Level;
use crate::effect::{Effect, Order};

use super::requests::{AppRequest, Opening};
use super::scrolling::moved;
use super::{BudgetOf, Pane, PaneCtx, Update};

pub mod view;

/// The list of drafts.
#[derive(Clone, Debug)]
pub struct DraftsPane {
    /// Each with the words that tell it from others.
    drafts: Vec<(KeptDraft, Overview)>,
    here: usize,
    /// The draft that was deleted last, and its place in the list.
    deleted: Option<(usize, KeptDraft)>,
}

impl DraftsPane {
    /// Lists these drafts.
    pub fn new(drafts: &[KeptDraft]) -> Self {
        let told = |kept: &KeptDraft| (kept.clone(), kept.draft.overview());
        Self { drafts: drafts.iter().map(told).collect(), here: 0, deleted: None }
    }

    fn go_to(&mut self, row: usize) -> Update {
        self.here = row.min(self.drafts.len().saturating_sub(1));
        Update::taken()
    }

    fn open(&self) -> Update {
        self.drafts.get(self.here).map_or_else(Update::taken, |(kept, _)| {
            Update::request(AppRequest::Close)
                .and(Update::open(Opening::Kept(Box::new(kept.clone()))))
        })
    }

    fn delete(&mut self) -> Update {
        if self.here >= self.drafts.len() {
            return Update::taken();
        }
        let (kept, _) = self.drafts.remove(self.here);
        let forget = Effect::Order(Order::ForgetDraft(kept.id.clone()));
        self.deleted = Some((self.here, kept));
        self.go_to(self.here).and_effect(forget).and(Update::say(Level::Info, "Draft deleted."))
    }

    fn restore(&mut self) -> Update {
        let Some((at, kept)) = self.deleted.take() else { return Update::taken() };
        let overview = kept.draft.overview();
        let at = at.min(self.drafts.len());
        self.drafts.insert(at, (kept.clone(), overview));
        self.go_to(at)
            .and_effect(Effect::Order(Order::KeepDraft(kept)))
            .and(Update::say(Level::Info, "The draft is back."))
    }
}

impl Pane for DraftsPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Drafts]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for the list")]
        match command {
            Command::Back | Command::Quit | Command::DraftsOpen => {
                Update::request(AppRequest::Close)
            }
            Command::Open => self.open(),
            Command::DraftDelete => self.delete(),
            Command::DraftRestore => self.restore(),
            other => moved(other, self.here, self.drafts.len())
                .map_or_else(Update::ignored, |to| self.go_to(to)),
        }
    }

    /// Goes to the draft, or opens the one that the cursor is on already.
    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        if item == self.here { self.open() } else { self.go_to(item) }
    }

    fn budget_of(&self) -> BudgetOf {
        BudgetOf::Nothing
    }

    fn unavailable(&self, command: Command, _ctx: &PaneCtx<'_>) -> Option<&'static str> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are always possible")]
        match command {
            Command::Open | Command::DraftDelete if self.drafts.is_empty() => {
                Some("No draft is kept")
            }
            Command::DraftRestore if self.deleted.is_none() => Some("No draft was deleted here"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::draft::Draft;
    use crate::testing::pane_ctx;

    fn pane() -> DraftsPane {
        let kept = |id: &str| KeptDraft {
            id: id.into(),
            changed: pane_ctx().now,
            draft: Draft { text: format!("https://www.site.com/{id}"), ..Draft::default() },
        };
        DraftsPane::new(&[kept("a"), kept("b"), kept("c")])
    }

    #[test]
    fn enter_opens_the_draft_under_the_cursor_in_the_place_of_the_list() {
        let mut pane = pane();
        pane.on_command(Command::MoveDown, &pane_ctx());
        let update = pane.on_command(Command::Open, &pane_ctx());
        let [AppRequest::Close, AppRequest::Open(Opening::Kept(kept))] = update.requests.as_slice()
        else {
            unreachable!("{update:?}")
        };
        assert_eq!(kept.id.as_str(), "b");
    }

    #[test]
    fn a_draft_that_was_deleted_comes_back_to_its_place() {
        let mut pane = pane();
        pane.on_command(Command::MoveLast, &pane_ctx());
        let update = pane.on_command(Command::DraftDelete, &pane_ctx());
        assert_eq!(update.effects, [Effect::Order(Order::ForgetDraft("c".into()))]);
        assert_eq!((pane.drafts.len(), pane.here), (2, 1));
        let update = pane.on_command(Command::DraftRestore, &pane_ctx());
        assert!(matches!(update.effects.as_slice(), [Effect::Order(Order::KeepDraft(_))]));
        assert_eq!(pane.drafts.get(pane.here).unwrap().0.id.as_str(), "c");
        assert!(pane.unavailable(Command::DraftRestore, &pane_ctx()).is_some());
    }
}
