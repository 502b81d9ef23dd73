//! Texts as the server can hold them: it takes no NUL, and targets stand in one text, one a line.

use std::borrow::Cow;

/// Stand for NUL and for a line feed within a target. Unicode sets both aside for a program's own
/// use, so no vendor sends them.
const NUL: char = '\u{ffff}';
const LINE_FEED: char = '\u{fffe}';

/// Returns a text as it is stored.
pub(super) fn stored(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{ffff}")) } else { text.into() }
}

/// Returns a text as it was before it was stored.
pub(super) fn restored(text: String) -> String {
    if text.contains(NUL) { text.replace(NUL, "\0") } else { text }
}

/// True if a text, or a target, holds what stands for something else: it comes back changed.
pub(super) fn is_changed(text: &str) -> bool {
    text.contains([NUL, LINE_FEED])
}

/// Returns a text as it comes back.
pub(super) fn kept(text: &str) -> String {
    restored(text.to_owned())
}

/// Returns a target as it comes back.
pub(super) fn kept_line(text: &str) -> String {
    restored(text.replace(LINE_FEED, "\n"))
}

/// Returns a target, or a part of one, as it is stored within a line.
pub(super) fn stored_line(text: &str) -> Cow<'_, str> {
    match stored(text) {
        line if line.contains('\n') => Cow::Owned(line.replace('\n', "\u{fffe}")),
        line => line,
    }
}

/// Returns targets as one text, in which each has a line feed before and after it.
pub(super) fn stored_lines<'t>(targets: impl IntoIterator<Item = &'t str>) -> String {
    let mut lines = String::from("\n");
    for target in targets {
        lines.push_str(&stored_line(target));
        lines.push('\n');
    }
    lines
}

/// Returns the targets of such a text.
pub(super) fn restored_lines(lines: &str) -> impl Iterator<Item = String> {
    let lines = lines.strip_prefix('\n').unwrap_or(lines);
    lines.split_terminator('\n').map(|line| restored(line.replace(LINE_FEED, "\n")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_and_targets_come_back_as_they_were(
            targets in prop::collection::vec("[a\0\n/é]{0,4}", 0..5),
            other in "[a\0\n\u{fffe}\u{ffff}]{0,4}",
        ) {
            let lines = stored_lines(targets.iter().map(String::as_str));
            prop_assert!(!lines.contains('\0'));
            prop_assert_eq!(restored_lines(&lines).collect::<Vec<_>>(), targets.clone());
            for text in targets {
                let inside = stored(&text).into_owned();
                prop_assert!(!inside.contains('\0'));
                prop_assert_eq!(restored(inside), text);
            }
            prop_assert_eq!(restored(stored(&other).into_owned()), kept(&other));
            let lines = stored_lines([&*other]);
            prop_assert_eq!(restored_lines(&lines).next(), Some(kept_line(&other)));
            prop_assert!(is_changed(&other) || kept_line(&other) == other);
        }
    }
}
