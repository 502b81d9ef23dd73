//! The drafts that are kept: learned from the effects that keep and forget them.

use crate::domain::event::Level;
use crate::domain::ids::DraftId;
use crate::effect::{Effect, Order};
use crate::panes::format::count_noun;

use super::{App, Ctx};

impl App {
    pub(super) fn learn_drafts(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Order(Order::KeepDraft(kept)) => {
                    self.drafts.retain(|other| other.id != kept.id);
                    self.drafts.insert(0, kept.clone());
                }
                Effect::Order(Order::ForgetDraft(id)) => {
                    self.drafts.retain(|other| other.id != *id);
                }
                Effect::Order(_) | Effect::Query(_) | Effect::Terminal(_) => {}
            }
        }
    }

    /// Says that a draft is kept and which key shows the list, where it is one of the list.
    pub(super) fn say_kept(&mut self, id: &DraftId, ctx: &Ctx<'_>) {
        if self.drafts.iter().any(|kept| kept.id == *id) {
            let drafts = count_noun(self.drafts.len() as u64, "draft", "drafts");
            let keys = Self::keys_of_drafts(ctx);
            self.say(Level::Info, format!("{drafts} kept: {keys}"), ctx);
        }
    }
}
