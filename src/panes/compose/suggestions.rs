//! Alternatives to a draft: fewer, wider purges, or following one that is under way. Only ever by
//! choice.

use chrono::{DateTime, TimeDelta, Utc};

use super::ComposePane;
use crate::domain::event::Level;
use crate::domain::plan::Suggestion;
use crate::panes::requests::{AppRequest, Opening, Pick, PickFor, PickItem, PickValue};
use crate::panes::{PaneCtx, Update, format};

impl ComposePane {
    pub(super) fn pick_wider(&self) -> Update {
        if self.checked.wider.is_empty() {
            return Update::say(Level::Info, "No pattern takes fewer requests than these lines.");
        }
        let items = self.checked.wider.iter().enumerate().map(|(place, wider)| PickItem {
            value: PickValue::Place(place),
            text: format!("{}: {}", wider.cname, described(wider)),
            note: wider.patterns.join(" "),
            chosen: false,
            key: None,
        });
        Update::open(Opening::Pick(Pick {
            purpose: PickFor::Wider,
            title: "Fewer, wider purges: they remove more than the lines say".to_owned(),
            items: items.collect(),
        }))
    }

    pub(super) fn widen(&mut self, place: usize, ctx: &PaneCtx<'_>) -> Update {
        let Some(wider) = self.checked.wider.get(place) else {
            return Update::taken();
        };
        let (text, cost) = (wider.rewrite(&self.checked.linted), wider.also_removes.clone());
        self.lines.replace(text.trim_end());
        // Patterns stand among them now: each line tells its kind by its form.
        self.kept.draft.kind = None;
        self.edited(ctx).and(Update::say(Level::Warning, cost))
    }

    /// Shows the purge that the line under the cursor would repeat; the draft is kept.
    pub(super) fn follow(&self) -> Update {
        let (here, _) = self.lines.cursor();
        let repeated = self.checked.linted.collisions.iter().find_map(|collision| {
            let entry = self.checked.linted.lines.get(collision.entry)?;
            let recent = self.recent.purges.get(collision.recent)?;
            (entry.line == here).then_some((entry.meaning.as_ref()?, &recent.spent))
        });
        let Some((meaning, spent)) = repeated else {
            return Update::say(Level::Info, "Nothing that covers this line was purged just now.");
        };
        let second = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ");
        Update::request(AppRequest::Show(if spent.sent_here {
            format!("cname:={} sent:here", meaning.cname)
        } else {
            format!(
                "cname:={} since:{} until:{}",
                meaning.cname,
                second(spent.at),
                second(spent.at + TimeDelta::seconds(1))
            )
        }))
    }
}

/// `3 patterns, 1 request instead of 24`.
pub(super) fn described(wider: &Suggestion) -> String {
    let mut words = format!(
        "{}, {} instead of {}",
        format::count_noun(wider.patterns.len() as u64, "pattern", "patterns"),
        format::count_noun(wider.requests as u64, "request", "requests"),
        wider.instead_of
    );
    if wider.stay > 0 {
        words = format!("{words} ({} stay)", format::count_noun(wider.stay as u64, "URL", "URLs"));
    }
    words
}
