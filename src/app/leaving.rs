//! Leaving the program: at once, unless something would be left behind.

use crate::commands::{Command, Context};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::effect::Effect;
use crate::panes::{Opening, Pick, PickFor, PickItem, PickValue};

use super::{App, Ctx};

const STAY: &str = "stay";
const LEAVE: &str = "leave";
const CANCEL: &str = "cancel";

impl App {
    /// Quitting closes what is open first, and asks only if something would be left behind.
    pub(super) fn on_quit(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !self.overlays.is_empty() || self.contexts().contains(&Context::Text) {
            let (from, outcome) =
                self.with_focus(ctx, |pane, ctx| pane.on_command(Command::Back, ctx));
            return self.settle(outcome, from, ctx);
        }
        let sending = self.ours(JournalState::Sending).count();
        let queued = self.ours(JournalState::Queued).count();
        if sending + queued == 0 {
            return vec![Effect::Quit];
        }
        let item = |value: &str, text: &str, note: String| PickItem {
            value: PickValue::Text(value.to_owned()),
            text: text.to_owned(),
            note,
            chosen: false,
        };
        let mut items = vec![
            item(STAY, "Stay until it is done", String::new()),
            item(
                LEAVE,
                "Leave",
                format!(
                    "{queued} queued go on with the next start; {sending} being sent are looked up then"
                ),
            ),
        ];
        if queued > 0 {
            items.push(item(
                CANCEL,
                "Cancel what is queued and leave",
                format!("{queued} will not be sent"),
            ));
        }
        let pick = Pick {
            purpose: PickFor::Leaving,
            title: "Something is being sent".to_owned(),
            items,
            many: false,
        };
        self.open(Opening::Pick(pick), ctx)
    }

    /// The requests in a state that are sent from here and may be taken back here: nothing of what is read-only is.
    fn ours(&self, state: JournalState) -> impl Iterator<Item = &JournalEntry> {
        let entries = self.world.open.values();
        entries.filter(move |entry| {
            entry.state == state && !self.world.is_read_only(&entry.request.account)
        })
    }

    pub(super) fn on_leaving(&self, values: &[PickValue]) -> Vec<Effect> {
        let Some(PickValue::Text(word)) = values.first() else {
            return Vec::new();
        };
        match word.as_str() {
            LEAVE => vec![Effect::Quit],
            CANCEL => {
                let queued = self.ours(JournalState::Queued);
                let ids = queued.map(|entry| entry.id.clone()).collect();
                vec![Effect::Cancel { ids }, Effect::Quit]
            }
            _ => Vec::new(),
        }
    }
}
