//! Purging a request's targets again: of one that failed, only those that failed, where the
//! vendor's history tells them apart.

use super::QueuePane;
use crate::domain::bad_news::BadEnd;
use crate::domain::document::label;
use crate::domain::draft::Draft;
use crate::domain::event::{Level, StoreError};
use crate::domain::ids::Ticket;
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::purge::Purge;
use crate::domain::status::Status;
use crate::effect::{Effect, Query};
use crate::panes::format::count;
use crate::panes::requests::Opening;
use crate::panes::{PaneCtx, Update};

impl QueuePane {
    /// Drafts the request under the cursor again.
    pub(super) fn again(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let Some(entry) = self.current().cloned() else {
            return Update::taken();
        };
        let may_be_a_part = matches!(BadEnd::of(&entry), Some(BadEnd::Failed | BadEnd::Refused));
        if !may_be_a_part || entry.purge.is_none() {
            return compose(&entry, None);
        }
        let ticket = ctx.tickets.take();
        let requests = vec![entry.id.clone()];
        self.again = Some((ticket, Box::new(entry)));
        Update::effect(Effect::Query(Query::PurgesOf { ticket, requests }))
    }

    /// Takes the purge that the request became.
    pub(super) fn on_purges(
        &mut self,
        ticket: Ticket,
        result: &Result<Vec<Purge>, StoreError>,
    ) -> Update {
        let Some((_, entry)) = self.again.take_if(|(asked, _)| *asked == ticket) else {
            return Update::ignored();
        };
        match result {
            Ok(purges) => {
                let failed = failed_targets(&entry, purges);
                compose(&entry, failed)
            }
            Err(error) => Update::say(Level::Error, error.to_string()),
        }
    }
}

/// Returns the targets of a request that failed, if some of them and not all are known to have.
fn failed_targets(entry: &JournalEntry, purges: &[Purge]) -> Option<Vec<String>> {
    let failed: Vec<String> = purges
        .iter()
        .flat_map(|purge| &purge.targets)
        .filter(|target| target.status == Some(Status::Failed))
        .map(|target| target.text.clone())
        .collect();
    let all = entry.request.payload.targets().len();
    (!failed.is_empty() && failed.len() < all).then_some(failed)
}

/// Opens compose with these targets of a request; `None` for all of them.
fn compose(entry: &JournalEntry, only: Option<Vec<String>>) -> Update {
    let request = &entry.request;
    let all = request.payload.targets();
    let told = only.as_ref().map(|only| {
        format!(
            "Only the {} of {} targets that failed.",
            count(only.len() as u64),
            count(all.len() as u64)
        )
    });
    let targets = only.unwrap_or_else(|| all.to_vec());
    let lines = targets.iter().map(|target| label::in_kind(request.kind(), target));
    let lines: Vec<String> = lines.collect();
    let draft = Draft {
        text: if request.kind() == Kind::All { String::new() } else { lines.join("\n") },
        kind: Some(request.kind()),
        resource: Some((request.account.clone(), request.resource.clone())),
        mode: request.mode.clone(),
        area: request.area.clone(),
        reason: entry.reason.clone().unwrap_or_default(),
        ticket: entry.ticket.clone().unwrap_or_default(),
        ..Draft::default()
    };
    let update = Update::open(Opening::Compose(Box::new(draft)));
    match told {
        Some(words) => update.and(Update::say(Level::Info, words)),
        None => update,
    }
}
