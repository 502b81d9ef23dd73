//! The marked purges, and the ones that an action means: never one that is out of sight unless the
//! operator said so.

use std::collections::BTreeSet;

use crate::commands::Command;
use crate::domain::event::{Level, StoreError};
use crate::domain::ids::{PurgeKey, Ticket};
use crate::domain::query::KeysQuery;
use crate::effect::{Effect, Query};
use crate::panes::format::{count, count_noun};
use crate::panes::{Opening, PaneCtx, Pick, PickFor, PickItem, PickValue, Update};

use super::HistoryPane;
use super::actions::RowAction;

/// The most purges that are marked at once.
const MAX_MARKS: u32 = 10_000;

/// The marked purges.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    keys: BTreeSet<PurgeKey>,
    /// Those among them that a draft was made of.
    drafted: Vec<PurgeKey>,
    question: Option<Question>,
}

/// A question to the store or to the operator.
#[derive(Clone, Debug)]
enum Question {
    /// All that the filter selects, to mark them; the action that was asked for since, and the
    /// purge under the cursor then.
    All(Ticket, Option<(RowAction, Option<PurgeKey>)>),
    /// The marked purges that the filter selects.
    InSight(Ticket, Meant),
    /// The operator's choice between all and these.
    Choice(Meant, Vec<PurgeKey>),
}

/// An action, and the purges as they were when its key was pressed.
#[derive(Clone, Debug)]
struct Meant {
    action: RowAction,
    here: Option<PurgeKey>,
    marked: Vec<PurgeKey>,
}

impl Marks {
    /// The marked purges.
    pub(super) fn keys(&self) -> &BTreeSet<PurgeKey> {
        &self.keys
    }

    /// Marks a purge, or takes its mark away; returns false where that would be one mark too many.
    pub(super) fn toggle(&mut self, key: PurgeKey) -> bool {
        if self.keys.remove(&key) {
            return true;
        }
        let has_room = self.keys.len() < MAX_MARKS as usize;
        if has_room {
            self.keys.insert(key);
        }
        has_room
    }

    /// Takes all marks away, also those that are being set; returns whether there were any.
    pub(super) fn clear(&mut self) -> bool {
        let marking = matches!(self.question.take(), Some(Question::All(..)));
        marking | !std::mem::take(&mut self.keys).is_empty()
    }

    /// Marks all of these, or takes their marks away where all of them are marked. Returns the
    /// words for it; those of a refusal are the error.
    fn toggle_all(&mut self, keys: &[PurgeKey]) -> Result<String, String> {
        let purges = |number: usize| count_noun(number as u64, "purge", "purges");
        if keys.len() as u64 > u64::from(MAX_MARKS) {
            let most = count(u64::from(MAX_MARKS));
            return Err(format!(
                "The filter selects more than {most} purges: narrow it, then mark."
            ));
        }
        if !keys.is_empty() && keys.iter().all(|key| self.keys.contains(key)) {
            for key in keys {
                self.keys.remove(key);
            }
            return Ok(format!("Marks removed from {}.", purges(keys.len())));
        }
        let before = self.keys.len();
        let new = keys.iter().filter(|key| !self.keys.contains(key)).count();
        if before + new > MAX_MARKS as usize {
            return Err(format!(
                "{} are marked already, and {} more would be too many: {} at most. Nothing was \
                 marked.",
                purges(before),
                count(new as u64),
                count(u64::from(MAX_MARKS))
            ));
        }
        self.keys.extend(keys);
        let more = match (before, self.keys.len()) {
            (0, _) => String::new(),
            (_, marked) => format!(", {} in all", count(marked as u64)),
        };
        Ok(format!("Marked {}, all that the filter selects{more}.", purges(keys.len())))
    }

    /// Takes the marks away of which a draft was made that is sent now.
    pub(super) fn on_sent(&mut self) {
        for key in std::mem::take(&mut self.drafted) {
            self.keys.remove(&key);
        }
    }
}

/// True if a purge is among marked ones, which are sorted from the last to the first.
fn is_among(marked: &[PurgeKey], key: PurgeKey) -> bool {
    marked.binary_search_by(|other| key.cmp(other)).is_ok()
}

impl HistoryPane {
    /// Marks or unmarks the row under the cursor and goes to the next.
    pub(super) fn mark(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let Some(key) = self.rows.here().map(|row| row.key) else {
            return Update::taken();
        };
        self.rows.pin();
        if !self.marks.toggle(key) {
            let most = count(u64::from(MAX_MARKS));
            return Update::say(Level::Info, format!("{most} purges are marked; more cannot be."));
        }
        self.rows.go(1);
        self.moved(None, ctx)
    }

    /// Asks for all that the filter selects, to mark it. Pressed again before the answer, it takes
    /// that back.
    pub(super) fn mark_all(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.rows.pin();
        if self.marks.question.take_if(|it| matches!(it, Question::All(..))).is_some() {
            return Update::taken();
        }
        let ticket = ctx.tickets.take();
        self.marks.question = Some(Question::All(ticket, None));
        self.ask_keys(ticket, None)
    }

    /// Does something with the marked purges, or with the one under the cursor where none is
    /// marked. Asks first where marked ones may be out of sight, and waits for those that are being
    /// marked.
    pub(super) fn act(&mut self, action: RowAction, ctx: &PaneCtx<'_>) -> Update {
        self.rows.pin();
        let here = self.rows.here().map(|row| row.key);
        if let Some(Question::All(_, then)) = &mut self.marks.question {
            *then = Some((action, here));
            return Update::taken();
        }
        self.marks.question = None;
        if self.marks.keys.is_empty() {
            return self.act_on(action, here.into_iter().collect(), ctx);
        }
        let held = |key: &PurgeKey| {
            !self.rows.is_lost(*key) && self.rows.held().iter().any(|row| row.key == *key)
        };
        if self.marks.keys.iter().all(held) {
            return self.act_on(action, self.all_marked(), ctx);
        }
        let ticket = ctx.tickets.take();
        let marked = self.all_marked();
        let meant = Meant { action, here, marked: marked.clone() };
        self.marks.question = Some(Question::InSight(ticket, meant));
        self.ask_keys(ticket, Some(marked))
    }

    fn all_marked(&self) -> Vec<PurgeKey> {
        self.marks.keys.iter().rev().copied().collect()
    }

    fn ask_keys(&self, ticket: Ticket, among: Option<Vec<PurgeKey>>) -> Update {
        let predicate = self.filter.predicate().clone();
        let query = KeysQuery { predicate, among, limit: MAX_MARKS + 1 };
        Update::effect(Effect::Query(Query::Keys { ticket, query }))
    }

    /// Takes the keys that were asked for.
    pub(super) fn on_keys(
        &mut self,
        ticket: Ticket,
        result: &Result<Vec<PurgeKey>, StoreError>,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        let asked = self.marks.question.take_if(|question| match question {
            Question::All(asked, _) | Question::InSight(asked, _) => *asked == ticket,
            Question::Choice(..) => false,
        });
        let keys = match (result, &asked) {
            (_, None) => return Update::ignored(),
            (Err(error), Some(_)) => return Update::say(Level::Error, error.to_string()),
            (Ok(keys), Some(_)) => keys,
        };
        match asked {
            Some(Question::All(_, then)) => match (self.marks.toggle_all(keys), then) {
                (Ok(words), Some((action, here))) if self.marks.keys.is_empty() => {
                    let here = here.into_iter().collect();
                    Update::say(Level::Info, words).and(self.act_on(action, here, ctx))
                }
                (Ok(words), Some((action, here))) => {
                    let meant = Meant { action, here, marked: self.all_marked() };
                    Update::say(Level::Info, words).and(self.in_sight(meant, keys, ctx))
                }
                (Ok(words) | Err(words), _) => Update::say(Level::Info, words),
            },
            Some(Question::InSight(_, meant)) => self.in_sight(meant, keys, ctx),
            Some(Question::Choice(..)) | None => Update::ignored(),
        }
    }

    /// Knows which of the marked purges the filter selects. Where none is, the operator sees no
    /// mark and means the row under the cursor.
    fn in_sight(&mut self, meant: Meant, shown: &[PurgeKey], ctx: &PaneCtx<'_>) -> Update {
        let Meant { action, here, ref marked } = meant;
        let shown: Vec<PurgeKey> =
            shown.iter().copied().filter(|key| is_among(marked, *key)).collect();
        let (all, hidden) = (count(marked.len() as u64), marked.len() - shown.len());
        if hidden == 0 {
            return self.act_on(action, meant.marked, ctx);
        }
        if shown.is_empty() {
            let here = here.into_iter().collect();
            let purges = count_noun(marked.len() as u64, "marked purge is", "marked purges are");
            let words = format!("Only the row under the cursor: {purges} not shown here.");
            return self.act_on(action, here, ctx).and(Update::say(Level::Warning, words));
        }
        let item = |place, text: String, key| PickItem {
            value: PickValue::Place(place),
            text,
            note: String::new(),
            chosen: false,
            key: Some(key),
        };
        let pick = Pick {
            purpose: PickFor::Marks,
            title: format!(
                "{}: {all} marked, {} not shown here",
                action.title(),
                count(hidden as u64)
            ),
            items: vec![
                item(0, format!("all {all} marked"), Command::Open),
                item(
                    1,
                    format!("only the {} shown here", count(shown.len() as u64)),
                    Command::MarksShown,
                ),
            ],
        };
        self.marks.question = Some(Question::Choice(meant, shown));
        Update::open(Opening::Pick(pick))
    }

    /// Takes the operator's choice between all marked purges and those in sight.
    pub(super) fn on_marks_chosen(&mut self, values: &[PickValue], ctx: &PaneCtx<'_>) -> Update {
        let chosen = self.marks.question.take_if(|it| matches!(it, Question::Choice(..)));
        let Some(Question::Choice(meant, shown)) = chosen else {
            return Update::ignored();
        };
        let keys = match values {
            [PickValue::Place(0)] => meant.marked,
            _ => shown,
        };
        self.act_on(meant.action, keys, ctx)
    }

    /// Another filter selects: what was asked about the one before is not wanted any more.
    pub(super) fn forget_question(&mut self) {
        self.marks.question = None;
    }

    /// The draft of the marks was left: what is sent next is another one.
    pub fn on_draft_left(&mut self) {
        self.marks.drafted.clear();
    }

    /// Remembers of which marks a draft is made.
    pub(super) fn drafted(&mut self, keys: &[PurgeKey]) {
        self.marks.drafted = keys.to_vec();
    }

    /// A plan was sent: the marks that it was made of have done their work.
    pub fn on_sent(&mut self) {
        self.marks.on_sent();
    }
}
