//! The request under the cursor as lines of text, and how much of the popup there is for them.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthChar;

use crate::domain::plan::{Preview, Risk};
use crate::domain::text::escape_control;
use crate::panes::format::{self, count_noun};
use crate::panes::plan::PlanPane;
use crate::panes::{PaneCtx, Update};
use crate::widgets::panel::WIDE;
use crate::widgets::wrap::wrap;

/// The part of the request that a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Method and address.
    Head,
    /// A header.
    Header,
    /// The body.
    Body,
}

/// The division of the rows within the popup's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Division {
    /// For the list of requests.
    pub(super) list: u16,
    /// For the request under the cursor, without the line above it and the one below that says what
    /// is out of view.
    pub(super) preview: u16,
    /// For what confirms the plan.
    pub(super) confirm: u16,
    /// Number of columns.
    pub(super) columns: u16,
}

/// The request as it would go over the wire; what is longer than a line goes on in the next.
pub(super) fn lines(preview: &Preview, columns: u16) -> Vec<(String, Part)> {
    let mut lines = Vec::new();
    let mut add = |text: &str, part| {
        lines.extend(wrapped(text, columns).into_iter().map(|line| (line, part)));
    };
    add(&format!("{} {}", preview.method, preview.url), Part::Head);
    for (name, value) in &preview.headers {
        add(&format!("{name}: {value}"), Part::Header);
    }
    add("", Part::Body);
    if !preview.body.is_empty() {
        add(&preview.body, Part::Body);
    }
    lines
}

/// Wraps the text to lines of at most this many cells, without control characters.
fn wrapped(text: &str, columns: u16) -> Vec<String> {
    let most = usize::from(columns.max(1));
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for character in escape_control(text, usize::MAX).chars() {
        let wide = character.width().unwrap_or(0);
        if used + wide > most && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push(character);
        used += wide;
    }
    lines.push(line);
    lines
}

impl PlanPane {
    /// Divides a popup in an area; `None` where it has no room for anything.
    pub(super) fn division(&self, area: Rect, paused: bool) -> Option<Division> {
        let height = area.height.saturating_sub(2);
        if height < 3 {
            return None;
        }
        let columns = area.width.min(WIDE).saturating_sub(2);
        let warnings = self.warned(paused, columns).iter().map(Vec::len).sum::<usize>() as u16;
        let terms = self.terms(columns).len() as u16;
        let more = u16::from(!self.about().is_empty()) + terms;
        // What is less than a warning gives way to the request.
        let more = more.min((height / 3).saturating_sub(warnings));
        let confirm = (2 + warnings + more).min((height - 1).max(2));
        let room = height - confirm - 1;
        let list = (self.plan.requests.len() as u16).min((room / 2).max(1));
        Some(Division {
            list,
            preview: height.saturating_sub(confirm + list + 2),
            confirm,
            columns,
        })
    }

    /// Returns the warnings to read before it is confirmed, each as lines with room for a mark in a
    /// popup of so many columns.
    pub(in crate::panes::plan) fn warned(&self, paused: bool, columns: u16) -> Vec<Vec<String>> {
        let mut warnings = Vec::new();
        let emptied = self.plan.emptied();
        if !emptied.is_empty() {
            warnings.push(format::everything_of(&emptied));
        }
        let paid = self.plan.costs.iter().filter(|(_, cost)| cost.paid() > 0);
        warnings.extend(paid.map(|(account, cost)| format!("{account}: {}.", cost.words())));
        let guarded = self.guarded();
        if let Some(first) = guarded.first() {
            let more = match guarded.len() {
                1 => String::new(),
                many => format!(" and {} more", many - 1),
            };
            warnings.push(format!("{first}{more}: protected by the configuration."));
        }
        if paused {
            let words = "The queue is paused: nothing is sent before it is resumed.";
            warnings.push(words.to_owned());
        }
        warnings.iter().map(|words| wrap(words, columns.saturating_sub(2))).collect()
    }

    /// Returns what becomes of the copies, where there is a choice; what is then left of the free
    /// targets; and of the daily quotas.
    pub(in crate::panes::plan) fn terms(&self, columns: u16) -> Vec<String> {
        let free = self.plan.costs.iter().filter(|(_, cost)| cost.paid() == 0);
        let free = free.map(|(account, cost)| format!("{account}: {}", cost.words()));
        let quotas = self.plan.quotas.iter();
        let quotas = quotas.map(|(account, quota)| format!("{account}: {}", format::quota(quota)));
        let terms = self.plan.fates().into_iter().chain(free).chain(quotas);
        terms.flat_map(|term| wrap(&term, columns)).collect()
    }

    /// Lists the hosts to be typed because they or their account are protected, and not because
    /// nothing of them stays.
    pub(in crate::panes::plan) fn guarded(&self) -> Vec<&str> {
        let emptied = self.plan.emptied();
        let high = self.plan.high_cnames.iter().map(String::as_str);
        high.filter(|cname| !emptied.contains(cname)).collect()
    }

    /// Tells what goes into the journal with the requests, and the draft's warnings where nothing
    /// else tells them.
    pub(in crate::panes::plan) fn about(&self) -> Vec<String> {
        let draft = &self.kept.draft;
        let told = [("reason", draft.reason.trim()), ("ticket", draft.ticket.trim())];
        let told = told.into_iter().filter(|(_, text)| !text.is_empty());
        let told = told.map(|(name, text)| format!("{name}: {}", escape_control(text, usize::MAX)));
        let warnings = (matches!(self.plan.risk, Risk::High { .. }) && self.warnings > 0)
            .then(|| count_noun(self.warnings as u64, "warning", "warnings"));
        warnings.into_iter().chain(told).collect()
    }

    /// Scrolls the request under the cursor by a page, no further than to its end.
    pub(in crate::panes::plan) fn scroll(&mut self, onward: bool, ctx: &PaneCtx<'_>) -> Update {
        let division = self.division(ctx.area, ctx.known.paused);
        if let (Some(preview), Some(division)) = (self.previews.get(self.here), division) {
            let rows = usize::from(division.preview);
            let last = lines(preview, division.columns).len().saturating_sub(rows);
            let page = rows.saturating_sub(1).max(1);
            let top = self.scrolled.min(last);
            self.scrolled = if onward { (top + page).min(last) } else { top.saturating_sub(page) };
        }
        Update::taken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_its_room_and_nothing_is_left_out() {
        for text in ["", "abc", "abcdefghijklmnop", "漢字漢字漢字a", "a\u{1b}[31mb"] {
            for columns in 2..9 {
                let lines = wrapped(text, columns);
                assert_eq!(lines.concat(), escape_control(text, usize::MAX));
                for line in lines {
                    let wide: usize = line.chars().filter_map(UnicodeWidthChar::width).sum();
                    assert!(wide <= usize::from(columns), "{line}");
                }
            }
        }
    }
}
