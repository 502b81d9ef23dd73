//! Quitting: at once, unless something would be left behind.

use crate::commands::{Command, Context};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::effect::{Effect, Order, TerminalEffect};
use crate::panes::{Opening, Pick, PickFor, PickItem, PickValue};

use super::{App, Ctx};

const STAY: &str = "stay";
const LEAVE: &str = "leave";
const CANCEL: &str = "cancel";

impl App {
    /// Quitting closes what is open first, and asks only if something would be left behind.
    pub(super) fn on_quit(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !self.overlays.is_empty() || self.contexts().contains(&Context::Text) {
            let (from, update) =
                self.with_focus(ctx, |pane, ctx| pane.on_command(Command::Back, ctx));
            return self.apply(update, from, ctx);
        }
        let sending = self.ours(JournalState::Sending).count();
        let queued = self.ours(JournalState::Queued).count();
        if sending + queued == 0 {
            return vec![Effect::Terminal(TerminalEffect::Quit)];
        }
        let item = |value: &str, text: &str, note: String| PickItem {
            value: PickValue::Text(value.to_owned()),
            text: text.to_owned(),
            note,
            chosen: false,
            key: None,
        };
        let held_back = self.known.paused;
        let stay = if held_back && sending == 0 { "Stay" } else { "Stay until they are done" };
        let mut notes = Vec::new();
        if sending > 0 {
            notes.push("the requests being sent are waited for");
        }
        match (queued, held_back) {
            (0, _) => {}
            (_, true) => notes.push("the queue stays paused until it is resumed"),
            // Whether another purgedeck is there to go on at once is not known here.
            (_, false) => {
                notes.push("the queue goes on in another purgedeck, or at the next start");
            }
        }
        let mut items =
            vec![item(STAY, stay, String::new()), item(LEAVE, "Quit:", notes.join("; "))];
        if queued > 0 {
            items.push(item(
                CANCEL,
                "Cancel the queued requests and quit:",
                format!("{queued} will not be sent"),
            ));
        }
        let pick =
            Pick { purpose: PickFor::Leaving, title: title(sending, queued, held_back), items };
        self.open(Opening::Pick(pick), ctx)
    }

    /// The requests in a state that are sent from here and may be taken back here: nothing of what
    /// is read-only is.
    fn ours(&self, state: JournalState) -> impl Iterator<Item = &JournalEntry> {
        let entries = self.known.open.values();
        entries.filter(move |entry| {
            entry.state == state && !self.known.is_read_only(&entry.request.account)
        })
    }

    pub(super) fn on_leaving(&self, values: &[PickValue]) -> Vec<Effect> {
        let Some(PickValue::Text(word)) = values.first() else {
            return Vec::new();
        };
        match word.as_str() {
            LEAVE => vec![Effect::Terminal(TerminalEffect::Quit)],
            CANCEL => {
                let queued = self.ours(JournalState::Queued);
                let ids = queued.map(|entry| entry.id.clone()).collect();
                vec![Effect::Order(Order::Cancel { ids }), Effect::Terminal(TerminalEffect::Quit)]
            }
            _ => Vec::new(),
        }
    }
}

/// Returns the requests under way in words: `1 being sent, 2 queued`, `2 queued, and the queue is
/// paused`.
fn title(sending: usize, queued: usize, paused: bool) -> String {
    let mut words = Vec::new();
    if sending > 0 {
        words.push(format!("{sending} being sent"));
    }
    if queued > 0 {
        words.push(format!("{queued} queued"));
    }
    let words = words.join(", ");
    if paused && queued > 0 { format!("{words}, and the queue is paused") } else { words }
}
