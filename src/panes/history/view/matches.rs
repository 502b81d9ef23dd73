//! Targets with what the filter's words match in them standing out.

use std::ops::Range;

use super::HistoryView;
use crate::domain::filter::Pattern;
use crate::theme::Role;
use crate::widgets::text::RowWriter;

/// Writes a target with what the filter's words match in it standing out.
pub(super) fn put_matches(
    writer: &mut RowWriter<'_>,
    text: &str,
    room: u16,
    view: &HistoryView<'_>,
    role: Role,
) {
    put_marked(writer, text, room, matched(view, text), role);
}

/// Returns the part of a target that the filter's words match.
pub(super) fn matched(view: &HistoryView<'_>, text: &str) -> Option<Range<usize>> {
    let predicate = view.pane.filter().predicate();
    predicate.target_patterns().find_map(|pattern| match pattern {
        Pattern::Contains(part) if !part.is_empty() => {
            let lower = text.to_ascii_lowercase();
            lower.find(part.as_str()).map(|at| at..at + part.len())
        }
        Pattern::Contains(_) => None,
        Pattern::Is(_) | Pattern::Glob(_) => pattern.matches_target(text).then_some(0..text.len()),
    })
}

/// Writes a text with a part of it standing out.
pub(super) fn put_marked(
    writer: &mut RowWriter<'_>,
    text: &str,
    room: u16,
    found: Option<Range<usize>>,
    role: Role,
) {
    let parts = found.and_then(|found| {
        Some((text.get(..found.start)?, text.get(found.clone())?, text.get(found.end..)?))
    });
    let end = writer.x().saturating_add(room);
    let Some((before, part, after)) = parts else {
        writer.put_within(text, room, role);
        return;
    };
    for (text, role) in [(before, role), (part, Role::Match), (after, role)] {
        let left = end.saturating_sub(writer.x());
        writer.put_within(text, left, role);
    }
}
