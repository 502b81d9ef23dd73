//! Marks beside words, in two sets: Unicode and plain ASCII.

use ratatui::symbols::border;

/// The marks beside the words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyphs {
    /// A purge that is not finished.
    pub in_progress: &'static str,
    /// A purge that the vendor reports as successful.
    pub successful: &'static str,
    /// A purge that failed, or an account whose vendor does not answer.
    pub failed: &'static str,
    /// A purge whose result the vendor does not report.
    pub no_report: &'static str,
    /// An unknown status.
    pub unknown: &'static str,
    /// A request that the vendor accepted.
    pub accepted: &'static str,
    /// A purge whose effect was verified at the edge.
    pub verified: &'static str,
    /// A request that waits.
    pub queued: &'static str,
    /// A request that is being sent.
    pub sending: &'static str,
    /// A canceled request.
    pub cancelled: &'static str,
    /// An account whose vendor answers.
    pub online: &'static str,
    /// An account whose first answer is awaited.
    pub asking: &'static str,
    /// The row under the cursor.
    pub cursor: &'static str,
    /// A marked row.
    pub mark: &'static str,
    /// Plain information.
    pub info: &'static str,
    /// A warning.
    pub warning: &'static str,
    /// Newest or largest first.
    pub sort_down: &'static str,
    /// Oldest or smallest first.
    pub sort_up: &'static str,
    /// The end of text that was cut.
    pub ellipsis: &'static str,
    /// Between two pieces of information.
    pub dot: &'static str,
    /// An arrow between a cause and its result.
    pub arrow: &'static str,
    /// The mark of a running queue.
    pub play: &'static str,
    /// A rule within a line.
    pub rule: &'static str,
    /// The part of a scroll bar that is in view.
    pub scroll_thumb: &'static str,
    /// The rest of a scroll bar.
    pub scroll_track: &'static str,
    /// Bars from an eighth to the whole of a cell.
    pub bars: [&'static str; 8],
    /// A failed part of a bar where colour cannot tell it apart.
    pub bar_failed: &'static str,
    /// A time in the timeline without purges.
    pub bar_none: &'static str,
    /// The mark under the timeline's selected bar.
    pub bar_here: &'static str,
    /// The lines around panes.
    pub border: border::Set<'static>,
    /// The line that divides a pane: its left end, its middle, its right end.
    pub divider: [&'static str; 3],
    /// The marks of a pane with focus, before its title.
    pub focus: &'static str,
}

impl Glyphs {
    /// For terminals with Unicode. All are one cell wide everywhere: none is an emoji or of
    /// ambiguous width beyond what box drawing already needs.
    pub const UNICODE: Self = Self {
        in_progress: "◐",
        successful: "✔",
        failed: "✗",
        no_report: "–",
        unknown: "?",
        accepted: "◌",
        verified: "★",
        queued: "…",
        sending: "↑",
        cancelled: "×",
        online: "●",
        asking: "○",
        cursor: "▸",
        mark: "◆",
        info: "·",
        warning: "!",
        sort_down: "▾",
        sort_up: "▴",
        ellipsis: "…",
        dot: "·",
        arrow: "→",
        play: "▸",
        rule: "─",
        scroll_thumb: "┃",
        scroll_track: "│",
        bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        bar_failed: "▒",
        bar_none: " ",
        bar_here: "▲",
        border: border::PLAIN,
        divider: ["├", "─", "┤"],
        focus: "▌",
    };

    /// For terminals and fonts with ASCII only.
    pub const ASCII: Self = Self {
        in_progress: "~",
        successful: "+",
        failed: "x",
        no_report: "-",
        unknown: "?",
        accepted: "o",
        verified: "*",
        queued: ".",
        sending: "^",
        cancelled: "/",
        online: "o",
        asking: ".",
        cursor: ">",
        mark: "#",
        info: "-",
        warning: "!",
        sort_down: "v",
        sort_up: "^",
        ellipsis: "~",
        dot: "|",
        arrow: "->",
        play: ">",
        rule: "-",
        scroll_thumb: "#",
        scroll_track: "|",
        bars: [".", ".", ":", ":", "|", "|", "#", "#"],
        bar_failed: "X",
        bar_none: " ",
        bar_here: "^",
        border: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        divider: ["+", "-", "+"],
        focus: ">",
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
