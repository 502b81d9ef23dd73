//! The plan as a popup: a row to a request, the one under the cursor as it would go over the wire,
//! and what confirms it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::PlanPane;
use crate::commands::Command;
use crate::domain::kind::Kind;
use crate::domain::plan::{self, PlannedRequest, Risk};
use crate::panes::Pane;
use crate::panes::badges;
use crate::panes::field::view::FieldView;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::{WIDE, divide, popup_in};
use crate::widgets::scroll::scroll_bar;
use crate::widgets::text::{self, RowWriter, printable, put_lines};

use request_preview::Part;

mod request_preview;

/// Mark of a request that removes everything of its resource.
const WHOLE_RESOURCE: &str = "whole resource";

/// Mark of a request that removes everything of a host.
const WHOLE_HOST: &str = "whole host";

/// The popup of a plan.
struct PlanView<'a> {
    pane: &'a PlanPane,
    inputs: &'a OverlayInputs<'a>,
}

impl Overlay for PlanPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        PlanView { pane: self, inputs }.draw(area, buffer);
    }
}

impl PlanView<'_> {
    fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.inputs.theme;
        let title = format!("Plan: {}", self.summary());
        let requests = self.pane.plan.requests.iter().map(|planned| &planned.request);
        let accounts: BTreeSet<_> = requests.map(|request| &request.account).collect();
        let colour = badges::colour(&accounts, self.inputs.known, theme);
        let size = (WIDE, area.height);
        let inner = popup_in(colour, area, size, (&title, ""), theme, buffer);
        badges::draw(inner, &accounts, self.inputs.known, theme, buffer);
        let Some(division) = self.pane.division(area, self.paused()) else {
            return;
        };
        let [list, preview, confirm] = Layout::vertical([
            Constraint::Length(division.list),
            Constraint::Fill(1),
            Constraint::Length(division.confirm),
        ])
        .areas(inner);
        self.list(list, buffer);
        if division.preview > 0 {
            self.preview(preview, buffer);
        }
        self.confirm(confirm, buffer);
    }

    fn paused(&self) -> bool {
        self.inputs.known.paused
    }

    fn moment(&self, at: DateTime<Utc>) -> String {
        format::moment(at, self.inputs.now, self.inputs.zone)
    }

    /// Formats the time that is left until an instant.
    fn left(&self, until: DateTime<Utc>) -> String {
        format::length((until - self.inputs.now).max(TimeDelta::zero()))
    }

    /// `3 requests, the last at 10:05:12 (in 1 min)`.
    fn summary(&self) -> String {
        let requests = &self.pane.plan.requests;
        let count = format::count_noun(requests.len() as u64, "request", "requests");
        match requests.iter().map(|planned| planned.at).max() {
            Some(_) if self.paused() => format!("{count}, none before the queue is resumed"),
            Some(last) if last > self.inputs.now => {
                format!("{count}, the last at {} (in {})", self.moment(last), self.left(last))
            }
            Some(_) => format!("{count}, sent now"),
            None => count,
        }
    }

    /// Explains why a plan needs more than the lightest confirmation.
    fn why_raised(&self) -> String {
        let count = |kind: Kind| -> usize {
            let requests = self.pane.plan.requests.iter().map(|planned| &planned.request);
            let of_kind = requests.filter(|request| request.kind() == kind);
            of_kind.map(|request| request.payload.targets().len()).sum()
        };
        let mut why = Vec::new();
        for kind in [Kind::Pattern, Kind::Regex, Kind::Tag] {
            let (targets, noun) = (count(kind) as u64, kind.noun());
            if targets > 0 {
                why.push(format::count_noun(targets, noun, &format!("{noun}s")));
            }
        }
        if count(Kind::Url) + count(Kind::IgnoreQuery) > plan::FEW {
            why.push(format!("more than {} URLs", plan::FEW));
        }
        if self.pane.warnings > 0 {
            why.push(format::count_noun(self.pane.warnings as u64, "warning", "warnings"));
        }
        why.join(", ")
    }

    /// Returns the time by which all of it is done.
    fn afterwards(&self) -> String {
        let plan = &self.pane.plan;
        let left = self.left(plan.done_at);
        if self.paused() {
            let keys = self.inputs.keys;
            let (queue, pause) = (keys(Command::QueueOpen), keys(Command::QueuePause));
            format!("Takes about {left} once it is resumed ({queue}, then {pause})")
        } else {
            format!("Done by about {} (in {left})", self.moment(plan.done_at))
        }
    }

    fn list(&self, area: Rect, buffer: &mut Buffer) {
        let requests = &self.pane.plan.requests;
        let here = self.pane.here;
        let longest = |text: fn(&PlannedRequest) -> &str| {
            requests.iter().map(|planned| text::width(text(planned))).max().unwrap_or_default()
        };
        let account = longest(|planned| planned.request.account.as_str()).min(20);
        // The host is what must not be mistaken: it is cut last.
        let host = longest(|planned| &planned.request.cname)
            .min(area.width.saturating_sub(account + 22).max(16));
        self.inputs.list(requests.len(), here).draw(area, buffer, |at, writer| {
            if let Some(planned) = requests.get(at) {
                self.row(planned, (account, host), writer);
            }
        });
    }

    fn row(
        &self,
        planned: &PlannedRequest,
        (account, host): (u16, u16),
        writer: &mut RowWriter<'_>,
    ) {
        let request = &planned.request;
        let when = if planned.at > self.inputs.now {
            self.moment(planned.at)
        } else {
            if self.paused() { "paused" } else { "now" }.to_owned()
        };
        writer
            .column(&when, 9, Role::Text)
            .column(request.account.as_str(), account, Role::Text)
            .skip(1)
            .name(&request.cname, host, Role::Text)
            .skip(1)
            .column(request.kind().label(), 8, Role::Text);
        let targets = request.payload.targets();
        if let Some(first) = targets.first() {
            let count = targets.len().to_string();
            writer.column_right(&count, 5, Role::Text).skip(2).put(first, Role::Text);
        }
        let mark = if request.kind() == Kind::Host { WHOLE_HOST } else { WHOLE_RESOURCE };
        if targets.is_empty() {
            writer.put(WHOLE_RESOURCE, Role::Warning);
        } else if request.empties() && writer.room() > text::width(mark) {
            writer.skip(1).put(mark, Role::Warning);
        }
        if let Some(mode) = &request.mode {
            let hardness = self.pane.plan.hardness_of(request);
            writer.skip(1).put(&format::mode(mode, hardness), Role::Dim);
        }
    }

    /// The request under the cursor as it would go over the wire, between the line above it and one
    /// that says how much is out of view.
    fn preview(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.inputs.theme;
        let [line, text, mark] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)])
                .areas(area);
        divide(line, &format!("request {} as it is sent", self.pane.here + 1), theme, buffer);
        let Some(preview) = self.pane.previews.get(self.pane.here) else {
            return;
        };
        let lines = request_preview::lines(preview, area.width);
        let rows = usize::from(text.height);
        let top = self.pane.scrolled.min(lines.len().saturating_sub(rows));
        let in_view = lines.iter().skip(top).map(|(words, part)| match part {
            Part::Head => (words, Role::Heading),
            Part::Header => (words, Role::Dim),
            Part::Body => (words, Role::Text),
        });
        put_lines(text, in_view, theme, buffer);
        scroll_bar(text, lines.len(), top, theme, buffer);
        self.targets(text.y + lines.len().min(rows) as u16 + 1, text, buffer);
        self.out_of_view(top, lines.len().saturating_sub(top + rows), mark, buffer);
    }

    /// Lists the targets of the request under the cursor, one to a line, in the room that the
    /// request leaves.
    fn targets(&self, below: u16, text: Rect, buffer: &mut Buffer) {
        let area = Rect { y: below, height: text.bottom().saturating_sub(below), ..text };
        let request = self.pane.plan.requests.get(self.pane.here).map(|planned| &planned.request);
        let targets = request.map_or(&[][..], |request| request.payload.targets());
        if targets.len() < 2 || area.height < 3 {
            return;
        }
        let room = usize::from(area.height) - 1;
        let shown = if targets.len() > room { room - 1 } else { targets.len() };
        let heading = format::count_noun(targets.len() as u64, "target", "targets");
        let more = (targets.len() > shown)
            .then(|| (format!("and {} more", targets.len() - shown), Role::Dim));
        let listed = targets.iter().take(shown);
        let listed = listed.map(|target| (format!("  {}", printable(target)), Role::Text));
        let lines = std::iter::once((heading, Role::Dim)).chain(listed).chain(more);
        put_lines(area, lines, self.inputs.theme, buffer);
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
        let mut writer = RowWriter::new(buffer, row, self.inputs.theme);
        writer.put(&words, Role::Warning);
        if below > 0 {
            let onward = (self.inputs.free_key)(self.pane.contexts(), Command::PageDown);
            writer.put("  ", Role::Text).put(&onward, Role::Key);
        }
    }

    /// Draws the warnings, what comes of the plan, and what confirms it.
    fn confirm(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.inputs.theme;
        let mut room = usize::from(area.height.saturating_sub(2));
        let mut lines = Vec::new();
        for warning in self.pane.warned(self.paused(), area.width) {
            let marks = std::iter::once(theme.glyphs.warning).chain(std::iter::repeat(" "));
            let warning = marks.zip(warning).map(|(mark, line)| format!("{mark} {line}"));
            lines.extend(warning.map(|line| (line, Role::Warning)));
        }
        lines.truncate(room);
        room -= lines.len();
        let about = self.pane.about();
        if room > 0 && !about.is_empty() {
            lines.push((about.join(&format!(" {} ", theme.glyphs.dot)), Role::Text));
            room -= 1;
        }
        lines.push(match &self.pane.error {
            Some(error) => (format!("{} {error}", theme.glyphs.warning), Role::Warning),
            None => (self.afterwards(), Role::Dim),
        });
        let terms = self.pane.terms(area.width).into_iter();
        lines.extend(terms.take(room).map(|term| (term, Role::Dim)));
        let last = Rect { y: area.y + lines.len() as u16, height: 1, ..area }.intersection(area);
        put_lines(area, lines, theme, buffer);
        let mut writer = RowWriter::new(buffer, last, theme);
        if self.pane.sending.is_some() {
            writer.put("Writing it into the journal …", Role::Text);
            return;
        }
        let sends = match (self.paused(), self.pane.warnings) {
            (true, 0) => " queues it.",
            (true, _) => " queues it anyway.",
            (false, 0) => " sends it.",
            (false, _) => " sends anyway.",
        };
        let keys = self.inputs.keys;
        match &self.pane.plan.risk {
            Risk::Low => {
                writer.put(&keys(Command::PlanConfirm), Role::Key).put(sends, Role::Text);
            }
            Risk::Raised => {
                writer
                    .put(&format!("{}. ", self.why_raised()), Role::Text)
                    .put(&keys(Command::PlanConfirmRaised), Role::Key)
                    .put(sends, Role::Text);
            }
            Risk::High { cname } => {
                let verb = if self.paused() { "queue" } else { "send" };
                let what = match self.pane.plan.requests.len() {
                    1 => "this request".to_owned(),
                    requests => format!("all {requests} requests"),
                };
                writer.put(&format!("Type {cname} to {verb} {what}: "), Role::Warning);
                let field = Rect { x: writer.x(), width: writer.room(), ..last };
                (&FieldView::new(&self.pane.typed, theme)).render(field, buffer);
            }
        }
    }
}
