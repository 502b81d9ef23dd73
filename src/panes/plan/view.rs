//! The plan as a popup: a row to a request, the one under the cursor as it would go over the wire, and what confirms it.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::PlanPane;
use super::wire::{self, Part, WIDEST};
use crate::commands::Command;
use crate::domain::kind::Kind;
use crate::domain::plan::{self, PlannedRequest, Risk};
use crate::domain::text::escape_control;
use crate::domain::zone::Zone;
use crate::panes::field::view::FieldView;
use crate::panes::format;
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
    /// Whether the queue is paused.
    pub paused: bool,
    /// The time.
    pub now: DateTime<Utc>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// How things look.
    pub theme: &'a Theme,
}

impl Widget for &PlanView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let division = self.pane.division(area, self.paused);
        let area = popup(area, WIDEST, area.height);
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
        if division.wire > 0 {
            let wire = Rect { y: list.bottom(), height: division.wire + 2, ..inner };
            self.wire(area, wire, buffer);
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
        let count = format::of(requests.len() as u64, "request", "requests");
        match requests.iter().map(|planned| planned.at).max() {
            Some(_) if self.paused => format!("{count}, none before the queue is resumed"),
            Some(last) if last > self.now => format!(
                "{count}, the last at {} (in {})",
                format::moment(last, self.now, self.zone),
                format::length(last - self.now)
            ),
            Some(_) => format!("{count}, all at once"),
            None => count,
        }
    }

    /// Why a plan wants more than the lightest confirmation.
    fn why_raised(&self) -> String {
        let count = |kind: Kind| -> usize {
            let requests = self.pane.plan.requests.iter().map(|planned| &planned.request);
            let of_kind = requests.filter(|request| request.kind() == kind);
            of_kind.map(|request| request.payload.targets().len()).sum()
        };
        let (urls, patterns) = (count(Kind::Url), count(Kind::Pattern));
        let mut why = Vec::new();
        if patterns > 0 {
            why.push(format::of(patterns as u64, "pattern", "patterns"));
        }
        if urls > plan::FEW {
            why.push(format!("more than {} URLs", plan::FEW));
        }
        if why.is_empty() {
            why.push("Warnings stand in the draft".to_owned());
        }
        why.join(", ")
    }

    /// When all of it should be done, and what is then left of the daily quotas.
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
        let mut pen = RowWriter::new(buffer, row, glyphs.ellipsis);
        pen.column(if here { glyphs.cursor } else { "" }, 2, self.theme.style(Role::Focus))
            .column(&when, 9, text)
            .column(&escape_control(request.account.as_str(), 60), 14, text)
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
            Some(first) => pen
                .column_right(&targets.len().to_string(), 5, text)
                .skip(2)
                .put(&escape_control(first, 300), text),
            None => pen.put("everything", self.theme.style(Role::Warning)),
        };
        if request.empties() && !targets.is_empty() {
            const EVERYTHING: &str = "everything";
            if pen.room() > width(EVERYTHING) {
                pen.skip(1).put(EVERYTHING, self.theme.style(Role::Warning));
            }
        }
        if let Some(mode) = &request.mode {
            pen.skip(1).put(mode, self.theme.style(Role::Dim));
        }
        if here {
            buffer.set_style(row, self.theme.style(Role::Cursor));
        }
    }

    /// The request under the cursor as it would go over the wire; the first row of the area is the line above it, and the
    /// last says how much is out of view.
    fn wire(&self, frame: Rect, area: Rect, buffer: &mut Buffer) {
        let title = format!("request {} as it is sent", self.pane.here + 1);
        (&Divider { title: &title, title_role: Role::Heading, focused: true, theme: self.theme })
            .render(Rect::new(frame.x, area.y, frame.width, 1), buffer);
        let Some(preview) = self.pane.previews.get(self.pane.here) else {
            return;
        };
        let lines = wire::lines(preview, area.width);
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

    /// How many lines of the request are above and below those in view.
    fn out_of_view(&self, above: usize, below: usize, row: Rect, buffer: &mut Buffer) {
        let more = format::of(below as u64, "more line", "more lines");
        let words = match (above, below) {
            (0, 0) => return,
            (0, _) => more,
            (_, 0) => format!("the end, {} above", format::of(above as u64, "line", "lines")),
            (..) => format!("{more}, {} above", format::count(above as u64)),
        };
        let mut pen = RowWriter::new(buffer, row, self.theme.glyphs.ellipsis);
        pen.put(&words, self.theme.style(Role::Warning));
        if below > 0 && !self.onward.is_empty() {
            pen.put("  ", self.theme.style(Role::Text))
                .put(self.onward, self.theme.style(Role::Key));
        }
    }

    /// What must be known before it is confirmed, in plain words.
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
                .put(&escape_control(words, 400), self.theme.style(Role::Warning));
        }
        let area = Rect { y: area.y + above as u16, height: area.height - above as u16, ..area };
        let row =
            |line: u16| Rect { y: area.y + line, height: u16::from(line < area.height), ..area };
        if let Some(trouble) = &self.pane.trouble {
            RowWriter::new(buffer, row(0), glyphs.ellipsis)
                .put(glyphs.warning, self.theme.style(Role::Warning))
                .put(" ", self.theme.style(Role::Text))
                .put(&escape_control(trouble, 400), self.theme.style(Role::Warning));
        } else {
            RowWriter::new(buffer, row(0), glyphs.ellipsis)
                .put(&self.afterwards(), self.theme.style(Role::Dim));
        }
        let (key, text) = (self.theme.style(Role::Key), self.theme.style(Role::Text));
        let mut pen = RowWriter::new(buffer, row(1), glyphs.ellipsis);
        if self.pane.sending.is_some() {
            pen.put("Writing it into the journal …", text);
            return;
        }
        let sends = if self.paused { " queues it." } else { " sends it." };
        match &self.pane.plan.risk {
            Risk::Low => {
                pen.put(&(self.keys)(Command::PlanConfirm), key).put(sends, text);
            }
            Risk::Raised => {
                pen.put(&format!("{}. ", self.why_raised()), text)
                    .put(&(self.keys)(Command::PlanConfirmRaised), key)
                    .put(sends, text);
            }
            Risk::High { cname } => {
                let question = format!(
                    "Type {} to {} this: ",
                    escape_control(cname, 200),
                    if self.paused { "queue" } else { "send" }
                );
                pen.put(&question, self.theme.style(Role::Warning));
                let field = Rect { x: pen.x(), width: pen.room(), ..row(1) };
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
