//! The request under the queue's cursor, in full.

use crate::domain::edge::Check;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::panes::format;
use crate::panes::overlay::OverlayInputs;
use crate::theme::Role;
use crate::widgets::wrap::wrap;

/// Returns the facts about a request, broken into lines of this width.
pub(super) fn lines(
    entry: &JournalEntry,
    inputs: &OverlayInputs<'_>,
    cells: u16,
) -> Vec<(String, Role)> {
    let glyphs = &inputs.theme.glyphs;
    let moment = |at| format::moment(at, inputs.now, inputs.zone);
    let facts = [
        Some(match &entry.queued_by {
            Some(by) => format!("queued {} by {by}", moment(entry.queued_at)),
            None => format!("queued {}", moment(entry.queued_at)),
        }),
        entry.sent_at.map(|at| format!("sent {}", moment(at))),
        sender(entry, inputs),
        entry.answered_at.map(|at| format!("{} {}", closing(entry), moment(at))),
        entry.purge.as_ref().map(|purge| format!("purge {purge}")),
        mode(entry, inputs),
        Some(entry.request.account.to_string()),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let vendor = vendor(entry, inputs);
    let mut seen = meaning(entry.state).replace("The vendor", &vendor);
    if entry.is_unconfirmed() {
        "Somebody else queued it: it is not sent before you confirm it".clone_into(&mut seen);
    } else if entry.state == JournalState::Failed && entry.error.is_none() {
        seen = format!("{seen}. {vendor} gives no reason");
    } else if let (Some(edge), JournalState::Successful) = (&entry.verification, entry.state) {
        seen = format!("{seen}. At the edge: {}", edge.summary());
    }
    seen.push('.');
    let error = entry.error.clone().map(|error| (error, Role::Error));
    let mut texts = vec![(facts.join(&format!(" {} ", glyphs.dot)), Role::Text)];
    texts.extend(reason(entry).map(|reason| (reason, Role::Text)));
    texts.push((seen, Role::Dim));
    texts.extend(error);
    for check in entry.verification.iter().flat_map(|seen| &seen.checks) {
        texts.push(checked(check, inputs));
    }
    let wrapped =
        |(text, role): (String, Role)| wrap(&text, cells).into_iter().map(move |line| (line, role));
    texts.into_iter().flat_map(wrapped).collect()
}

/// Names the mode of a request, where its vendor offers a choice.
fn mode(entry: &JournalEntry, inputs: &OverlayInputs<'_>) -> Option<String> {
    let request = &entry.request;
    let word = request.mode.as_deref()?;
    let rule = inputs.known.limits.get(&request.account).and_then(|it| it.rule(request.kind()));
    let words =
        rule.map_or_else(|| word.to_owned(), |rule| format::mode(word, rule.hardness(Some(word))));
    Some(format!("mode {words}"))
}

/// Says who sends a request, where another purgedeck does.
fn sender(entry: &JournalEntry, inputs: &OverlayInputs<'_>) -> Option<String> {
    let by = inputs.known.senders.get(&entry.request.account)?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are sent, or never will be")]
    match entry.state {
        JournalState::Queued => Some(format!("to be sent by {by}")),
        JournalState::Sending => Some(format!("sent by {by}")),
        _ => None,
    }
}

fn checked(check: &Check, inputs: &OverlayInputs<'_>) -> (String, Role) {
    let (glyph, role) = format::verdict(check.verdict(), &inputs.theme.glyphs);
    (format!("{glyph} {}", format::check(check)), role)
}

/// Returns the operator's reason and ticket.
pub(super) fn reason(entry: &JournalEntry) -> Option<String> {
    match (&entry.reason, &entry.ticket) {
        (Some(reason), Some(ticket)) => Some(format!("{ticket}: {reason}")),
        (Some(words), None) | (None, Some(words)) => Some(words.clone()),
        (None, None) => None,
    }
}

/// Returns the beginning of an error that fits into a row: `401 token refused`.
pub(super) fn headline(error: &str) -> &str {
    let sentence = error.split_once(". ").map_or(error, |(sentence, _)| sentence);
    sentence.split_once(": ").map_or(sentence, |(head, _)| head)
}

/// Returns the name of a request's vendor, to begin a sentence with.
pub(super) fn vendor(entry: &JournalEntry, inputs: &OverlayInputs<'_>) -> String {
    let account = inputs.known.account(&entry.request.account);
    let mut name = account.map_or("The vendor", |account| account.provider.as_str()).to_owned();
    if let Some(initial) = name.get_mut(..1) {
        initial.make_ascii_uppercase();
    }
    name
}

/// Returns the word for the instant of a request's answer.
fn closing(entry: &JournalEntry) -> &'static str {
    match entry.state {
        JournalState::Cancelled => "canceled",
        // An answer that was lost, and a request that never went out, were given up.
        JournalState::Unknown => "given up",
        JournalState::Rejected if entry.sent_at.is_none() => "given up",
        JournalState::Queued
        | JournalState::Sending
        | JournalState::Accepted
        | JournalState::Rejected
        | JournalState::Successful
        | JournalState::Failed => "answered",
    }
}

/// Explains a state to the operator, without the full stop.
fn meaning(state: JournalState) -> &'static str {
    match state {
        JournalState::Queued => "Waits for its time or for room in the vendor's limits",
        JournalState::Sending => "Being sent",
        JournalState::Accepted => "The vendor accepted it and has not reported its end yet",
        JournalState::Rejected => "Refused: nothing was purged",
        JournalState::Unknown => {
            "No answer said what became of it; the vendor's history will. It is not sent again by \
             itself"
        }
        JournalState::Successful => "The vendor reports success",
        JournalState::Failed => "The vendor accepted it, then reported: failed",
        JournalState::Cancelled => "Canceled before it was sent",
    }
}
