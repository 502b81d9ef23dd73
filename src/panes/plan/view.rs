//! The plan as a popup: a row to a request, the one under the cursor as it would go over the wire,
//! and what confirms it.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PlanPane;
use super::request_preview::{self, MAX_COLUMNS, Part};
use crate::commands::Command;
use crate::domain::kind::Kind;
use crate::domain::plan::{self, PlannedRequest, Risk};
use crate::domain::text::escape_control;
use crate::domain::zone::Zone;
use crate::panes::Pane;
use crate::panes::field::view::FieldView;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{Divider, Panel, clear, popup};
use crate::widgets::scroll::ScrollBar;
use crate::widgets::text::{RowWriter, middle, width};

/// The popup; the area is the whole screen.
pub struct PlanView<'a> {
    /// The plan.
    pub pane: &'a PlanPane,
    /// The keys of a command, as they are bound now.
    pub keys: &'a dyn Fn(Command) -> String,
    /// The key that scrolls the request under the cursor, where what is typed leaves one free.
    pub onward: &'a str,
    /// Set if the queue is paused.
    pub paused: bool,
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// Colours and glyphs.
    pub theme: &'a Theme,
}

impl Overlay for PlanPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let &OverlayInputs { keys, known, now, zone, theme, .. } = inputs;
        let onward = &(inputs.free_key)(self.contexts(), Command::PageDown);
        (&PlanView { pane: self, keys, onward, paused: known.paused, now, zone, theme })
            .render(area, buffer);
    }
}

impl Widget for &PlanView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let division = self.pane.division(area, self.paused);
        let area = popup(area, MAX_COLUMNS, area.height);
        clear(area, buffer, self.theme);
        let title = format!("Plan: {}", self.summary());
        (&Panel {
            title: &title,
            title_role: Role::Heading,
            note: "",
            focused: true,
            theme: self.theme,
        })
            .render(area, buffer);
        let inner = Panel::inner(area);
        let Some(division) = division else {
            return;
        };
        let list = Rect { height: division.list, ..inner };
        self.list(list, area.right(), buffer);
        if division.preview > 0 {
            let preview = Rect { y: list.bottom(), height: division.preview + 2, ..inner };
            self.preview(area, preview, buffer);
        }
        let confirm = division.confirm;
        let below = Rect { y: inner.bottom() - confirm, height: confirm, ..inner };
        self.confirm(&self.warnings(), below, buffer);
    }
}

impl PlanView<'_> {
    /// `3 requests, the last at 10:05:12 (in 1 min)`.
    fn summary(&self) -> String {
        let requests = &self.pane.plan.requests;
        let count = format::count_noun(requests.len() as u64, "request", "requests");
        match requests.iter().map(|planned| planned.at).max() {
            Some(_) if self.paused => format!("{count}, none before the queue is resumed"),
            Some(last) if last > self.now => format!(
                "{count}, the last at {} (in {})",
                format::moment(last, self.now, self.zone),
                format::length(last - self.now)
            ),
            Some(_) => format!("{count}, sent now"),
            None => count,
        }
    }

    /// Returns the reason why a plan needs more than the lightest confirmation.
    fn why_raised(&self) -> String {
        let count = |kind: Kind| -> usize {
            let requests = self.pane.plan.requests.iter().map(|planned| &planned.request);
            let of_kind = requests.filter(|request| request.kind() == kind);
            of_kind.map(|request| request.payload.targets().len()).sum()
        };
        let (urls, patterns) = (count(Kind::Url), count(Kind::Pattern));
        let mut why = Vec::new();
        if patterns > 0 {
            why.push(format::count_noun(patterns as u64, "pattern", "patterns"));
        }
        if urls > plan::FEW {
            why.push(format!("more than {} URLs", plan::FEW));
        }
        if why.is_empty() {
            why.push("The draft has warnings".to_owned());
        }
        why.join(", ")
    }

    /// Returns the time by which all of it is done, and what is then left of the daily quotas.
    fn afterwards(&self) -> String {
        let plan = &self.pane.plan;
        let done = if self.paused {
            format!(
                "Takes about {} from then on",
                format::length((plan.done_at - self.now).max(TimeDelta::zero()))
            )
        } else {
            format!(
                "Done by about {} (in {})",
                format::moment(plan.done_at, self.now, self.zone),
                format::length((plan.done_at - self.now).max(TimeDelta::zero()))
            )
        };
        let quotas = plan.quotas.iter().map(|(account, quota)| {
            format!("{}: {}", escape_control(account.as_str(), 40), format::quota(quota))
        });
        let words: Vec<String> = std::iter::once(done).chain(quotas).collect();
        words.join(&format!(" {} ", self.theme.glyphs.dot))
    }

    fn list(&self, area: Rect, edge: u16, buffer: &mut Buffer) {
        let requests = &self.pane.plan.requests;
        let rows = usize::from(area.height);
        let top = keep_in_view(0, self.pane.here, rows, requests.len());
        for (line, (at, planned)) in requests.iter().enumerate().skip(top).take(rows).enumerate() {
            let row = Rect { y: area.y + line as u16, height: 1, ..area };
            self.row(planned, at == self.pane.here, row, buffer);
        }
        (&ScrollBar { of: requests.len(), top, theme: self.theme })
            .render(Rect { x: edge.saturating_sub(1), width: 1, ..area }, buffer);
    }

    fn row(&self, planned: &PlannedRequest, here: bool, row: Rect, buffer: &mut Buffer) {
        let glyphs = &self.theme.glyphs;
        let text = self.theme.style(Role::Text);
        let request = &planned.request;
        let when = if planned.at > self.now {
            format::moment(planned.at, self.now, self.zone)
        } else if self.paused {
            "paused".to_owned()
        } else {
            "now".to_owned()
        };
        let mut writer = RowWriter::new(buffer, row, glyphs.ellipsis);
        writer
            .column(if here { glyphs.cursor } else { "" }, 2, self.theme.style(Role::Focus))
            .column(&when, 9, text)
            .column(request.account.as_str(), 14, text)
            .skip(1)
            .column(
                &middle(
                    &escape_control(&request.cname, 300),
                    format::cname_cells(row.width),
                    glyphs.ellipsis,
                ),
                format::cname_cells(row.width),
                text,
            )
            .skip(1)
            .column(request.kind().word(), 8, text);
        let targets = request.payload.targets();
        match targets.first() {
            Some(first) => {
                writer.column_right(&targets.len().to_string(), 5, text).skip(2).put(first, text)
            }
            None => writer.put("whole resource", self.theme.style(Role::Warning)),
        };
        if request.empties() && !targets.is_empty() {
            const EVERYTHING: &str = "whole resource";
            if writer.room() > width(EVERYTHING) {
                writer.skip(1).put(EVERYTHING, self.theme.style(Role::Warning));
            }
        }
        if let Some(mode) = &request.mode {
            writer.skip(1).put(mode, self.theme.style(Role::Dim));
        }
        if here {
            buffer.set_style(row, self.theme.style(Role::Cursor));
        }
    }

    /// The request under the cursor as it would go over the wire; the first row of the area is the
    /// line above it, and the last says how much is out of view.
    fn preview(&self, frame: Rect, area: Rect, buffer: &mut Buffer) {
        let title = format!("request {} as it is sent", self.pane.here + 1);
        (&Divider { title: &title, title_role: Role::Heading, focused: true, theme: self.theme })
            .render(Rect::new(frame.x, area.y, frame.width, 1), buffer);
        let Some(preview) = self.pane.previews.get(self.pane.here) else {
            return;
        };
        let lines = request_preview::lines(preview, area.width);
        let text = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
        let rows = usize::from(text.height);
        let top = self.pane.scrolled.min(lines.len().saturating_sub(rows));
        for ((words, part), row) in lines.iter().skip(top).zip(text.rows()) {
            let role = match part {
                Part::Head => Role::Heading,
                Part::Header => Role::Dim,
                Part::Body => Role::Text,
            };
            RowWriter::new(buffer, row, self.theme.glyphs.ellipsis)
                .put(words, self.theme.style(role));
        }
        (&ScrollBar { of: lines.len(), top, theme: self.theme })
            .render(Rect { x: frame.right().saturating_sub(1), width: 1, ..text }, buffer);
        let mark = Rect { y: text.bottom(), height: 1, ..area };
        self.out_of_view(top, lines.len().saturating_sub(top + rows), mark, buffer);
    }

    /// Draws the numbers of lines of the request above and below those in view.
    fn out_of_view(&self, above: usize, below: usize, row: Rect, buffer: &mut Buffer) {
        let more = format::count_noun(below as u64, "more line", "more lines");
        let words = match (above, below) {
            (0, 0) => return,
            (0, _) => more,
            (_, 0) => {
                format!("the end, {} above", format::count_noun(above as u64, "line", "lines"))
            }
            (..) => format!("{more}, {} above", format::count(above as u64)),
        };
        let mut writer = RowWriter::new(buffer, row, self.theme.glyphs.ellipsis);
        writer.put(&words, self.theme.style(Role::Warning));
        if below > 0 && !self.onward.is_empty() {
            writer
                .put("  ", self.theme.style(Role::Text))
                .put(self.onward, self.theme.style(Role::Key));
        }
    }

    /// Returns the warnings to read before it is confirmed.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let emptied = self.pane.plan.emptied();
        if !emptied.is_empty() {
            warnings.push(format::everything_of(&emptied));
        }
        if self.paused {
            warnings.push(format!(
                "The queue is paused: nothing goes out before it is resumed ({}, then {}).",
                (self.keys)(Command::QueueOpen),
                (self.keys)(Command::QueuePause),
            ));
        }
        warnings
    }

    fn confirm(&self, warnings: &[String], area: Rect, buffer: &mut Buffer) {
        let glyphs = &self.theme.glyphs;
        let above = warnings.len().min(usize::from(area.height.saturating_sub(2)));
        for (line, words) in warnings.iter().take(above).enumerate() {
            let row = Rect { y: area.y + line as u16, height: 1, ..area };
            RowWriter::new(buffer, row, glyphs.ellipsis)
                .put(glyphs.warning, self.theme.style(Role::Warning))
                .put(" ", self.theme.style(Role::Text))
                .put(words, self.theme.style(Role::Warning));
        }
        let area = Rect { y: area.y + above as u16, height: area.height - above as u16, ..area };
        let row =
            |line: u16| Rect { y: area.y + line, height: u16::from(line < area.height), ..area };
        if let Some(error) = &self.pane.error {
            RowWriter::new(buffer, row(0), glyphs.ellipsis)
                .put(glyphs.warning, self.theme.style(Role::Warning))
                .put(" ", self.theme.style(Role::Text))
                .put(error, self.theme.style(Role::Warning));
        } else {
            RowWriter::new(buffer, row(0), glyphs.ellipsis)
                .put(&self.afterwards(), self.theme.style(Role::Dim));
        }
        let (key, text) = (self.theme.style(Role::Key), self.theme.style(Role::Text));
        let mut writer = RowWriter::new(buffer, row(1), glyphs.ellipsis);
        if self.pane.sending.is_some() {
            writer.put("Writing it into the journal …", text);
            return;
        }
        let sends = if self.paused { " queues it." } else { " sends it." };
        match &self.pane.plan.risk {
            Risk::Low => {
                writer.put(&(self.keys)(Command::PlanConfirm), key).put(sends, text);
            }
            Risk::Raised => {
                writer
                    .put(&format!("{}. ", self.why_raised()), text)
                    .put(&(self.keys)(Command::PlanConfirmRaised), key)
                    .put(sends, text);
            }
            Risk::High { cname } => {
                let question = format!(
                    "Type {} to {} {}: ",
                    escape_control(cname, 200),
                    if self.paused { "queue" } else { "send" },
                    match self.pane.plan.requests.len() {
                        1 => "this request".to_owned(),
                        requests => format!("all {requests} requests"),
                    }
                );
                writer.put(&question, self.theme.style(Role::Warning));
                let field = Rect { x: writer.x(), width: writer.room(), ..row(1) };
                (&FieldView {
                    text: self.pane.typed.text(),
                    cursor: Some(self.pane.typed.cursor()),
                    fault: None,
                    ghost: "",
                    theme: self.theme,
                })
                    .render(field, buffer);
            }
        }
    }
}
