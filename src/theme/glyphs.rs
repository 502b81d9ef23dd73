//! Marks beside words, in two sets: Unicode and plain ASCII.

use ratatui::symbols::border;

/// Makes [`Glyphs`] and its two sets. A row: field, type, Unicode, ASCII.
macro_rules! glyphs {
    ($($(#[$doc:meta])* $field:ident: $kind:ty = $unicode:expr, $ascii:expr;)+) => {
        /// The marks beside the words.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Glyphs { $($(#[$doc])* pub $field: $kind),+ }

        impl Glyphs {
            /// For terminals with Unicode. All are one cell wide everywhere: none is an emoji or of
            /// ambiguous width beyond what box drawing already needs.
            pub const UNICODE: Self = Self { $($field: $unicode),+ };

            /// For terminals and fonts with ASCII only.
            pub const ASCII: Self = Self { $($field: $ascii),+ };
        }
    };
}

glyphs! {
    /// A purge that is not finished.
    in_progress: &'static str = "◐", "~";
    /// A purge that the vendor reports as successful.
    successful: &'static str = "✔", "+";
    /// A purge that failed, or an account whose vendor does not answer.
    failed: &'static str = "✗", "x";
    /// A purge whose result the vendor does not report.
    no_report: &'static str = "–", "-";
    /// An unknown status.
    unknown: &'static str = "?", "?";
    /// A request that the vendor accepted.
    accepted: &'static str = "◌", "o";
    /// A purge whose effect was verified at the edge.
    verified: &'static str = "★", "*";
    /// A request that waits.
    queued: &'static str = "…", ".";
    /// A request that is being sent.
    sending: &'static str = "↑", "^";
    /// A canceled request.
    cancelled: &'static str = "×", "/";
    /// An account whose vendor answers.
    online: &'static str = "●", "o";
    /// An account whose first answer is awaited.
    asking: &'static str = "○", ".";
    /// The row under the cursor.
    cursor: &'static str = "▸", ">";
    /// A marked row.
    mark: &'static str = "◆", "#";
    /// Plain information.
    info: &'static str = "·", "-";
    /// A warning.
    warning: &'static str = "!", "!";
    /// Newest or largest first.
    sort_down: &'static str = "▾", "v";
    /// Oldest or smallest first.
    sort_up: &'static str = "▴", "^";
    /// The end of text that was cut.
    ellipsis: &'static str = "…", "~";
    /// Between two pieces of information.
    dot: &'static str = "·", "|";
    /// An arrow between a cause and its result.
    arrow: &'static str = "→", "->";
    /// The part of a scroll bar that is in view.
    scroll_thumb: &'static str = "┃", "#";
    /// The rest of a scroll bar.
    scroll_track: &'static str = "│", "|";
    /// Bars from an eighth to the whole of a cell.
    bars: [&'static str; 8] =
        ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], [".", ".", ":", ":", "|", "|", "#", "#"];
    /// A failed part of a bar where colour cannot tell it apart.
    bar_failed: &'static str = "▒", "X";
    /// A time in the timeline without purges.
    bar_none: &'static str = " ", " ";
    /// The mark under the timeline's selected bar.
    bar_here: &'static str = "▲", "^";
    /// The line of a new day in the timeline.
    time_line: &'static str = "┊", "'";
    /// The line that divides a pane: its left end, its middle, its right end.
    divider: [&'static str; 3] = ["├", "─", "┤"], ["+", "-", "+"];
    /// The line beside rows that belong to a heading: beside each of them, beside the last.
    branches: [&'static str; 2] = ["│", "└"], ["|", "`"];
    /// The marks of a pane with focus, before its title.
    focus: &'static str = "▌", ">";
    /// The lines around panes.
    border: border::Set<'static> = border::PLAIN, border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ascii_set_is_ascii_and_tells_statuses_apart() {
        let set = Glyphs::ASCII;
        let statuses = [
            set.in_progress,
            set.successful,
            set.failed,
            set.no_report,
            set.unknown,
            set.accepted,
            set.verified,
            set.queued,
            set.sending,
            set.cancelled,
        ];
        for (at, one) in statuses.iter().enumerate() {
            assert!(one.is_ascii());
            assert!(!statuses.iter().skip(at + 1).any(|other| other == one));
        }
        assert!(set.bars.iter().all(|bar| bar.is_ascii()));
        assert!(!set.bars.contains(&set.bar_failed));
    }
}
