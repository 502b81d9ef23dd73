//! Compose on the screen.
//!
//! ```text
//! ┌▌Compose ─────────────────────────────────────────── kind by line · resource www.site.com ┐
//! │1   https://www.site.com/a.jpg               │ url      /a.jpg                            │
//! │2   /img/*                                   │ pattern  /img/*                            │
//! │3 ! /b.jpg?x=1                               │ url      /b.jpg?x=1                        │
//! ├ 1 error, 1 warning ──────────────────────────────────────────────────────────────────────┤
//! │    3 ! PD021 The resource ignores query strings, so …                                    │
//! │draft ✗ PD032 The account prod asks for a reason.                                         │
//! ├──────────────────────────────────────────────────────────────────────────────────────────┤
//! │ reason  INC-2231 stale hero                                              ticket  INC-2231│
//! │ 3 targets → 2 requests, all at once                                                      │
//! └──────────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

use super::folded::FoldedFinding;
use super::suggestions::described;
use super::{ComposePane, Part};
use crate::commands::Command;
use crate::domain::findings::Severity;
use crate::domain::kind::Kind;
use crate::domain::lint::LintedLine;
use crate::domain::mode_choice::ModeChoice;
use crate::domain::money::dollars;
use crate::panes::badges;
use crate::panes::field::Field;
use crate::panes::field::view::FieldView;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{WIDE, divide, popup_in};
use crate::widgets::scroll::scroll_bar;
use crate::widgets::text::{RowWriter, path, printable, skip, width};
use crate::widgets::wrap::wrap;

/// Cells before the words of a finding: its line, mark and code.
const BEFORE_WORDS: u16 = 14;

/// A row of the list of findings: what stands first in it, and its words.
struct ToldRow<'a> {
    finding: Option<&'a FoldedFinding<'a>>,
    words: String,
}

/// The popup of a draft.
struct ComposeView<'a> {
    pane: &'a ComposePane,
    inputs: &'a OverlayInputs<'a>,
    theme: &'a Theme,
}

/// Returns the glyph and role of a severity.
fn severity(severity: Severity, theme: &Theme) -> (&'static str, Role) {
    match severity {
        Severity::Info => (theme.glyphs.info, Role::Info),
        Severity::Warning => (theme.glyphs.warning, Role::Warning),
        Severity::Error => (theme.glyphs.failed, Role::Error),
    }
}

/// Breaks the findings into rows, as many as there is room for; what is cut ends with an ellipsis.
fn told_rows<'a>(findings: &'a [FoldedFinding<'a>], width: u16, most: usize) -> Vec<ToldRow<'a>> {
    let mut rows: Vec<ToldRow<'a>> = Vec::new();
    for folded in findings {
        if rows.len() >= most {
            break;
        }
        let mut words = folded.finding.words.clone();
        if folded.lines > 1 {
            let first = if folded.equal { "" } else { ", the first" };
            words = format!("on {} lines{first}: {words}", format::count(folded.lines as u64));
        }
        let mut lines = wrap(&words, width.saturating_sub(BEFORE_WORDS)).into_iter();
        let mut here = Some(folded);
        while let Some(line) = lines.next() {
            let words = if rows.len() + 1 < most {
                line
            } else {
                lines.by_ref().fold(line, |words, line| format!("{words} {line}"))
            };
            rows.push(ToldRow { finding: here.take(), words });
        }
    }
    rows
}

impl Overlay for ComposePane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        ComposeView { pane: self, inputs, theme: inputs.theme }.draw(area, buffer);
    }
}

impl ComposeView<'_> {
    fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let size = (WIDE, area.height);
        let accounts = self.pane.accounts();
        let colour = badges::colour(&accounts, self.inputs.known, self.theme);
        let titles = ("Compose", &*self.choices());
        let inner = popup_in(colour, area, size, titles, self.theme, buffer);
        if inner.height < 4 {
            return;
        }
        let findings = self.pane.folded_findings();
        let room = inner.height - 3;
        let rows = told_rows(&findings, inner.width, usize::from(room * 2 / 5));
        let told = u16::try_from(rows.len()).unwrap_or(room).max(u16::from(room > 6));
        let [targets, line, list, lower, texts, counter] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(told.min(1)),
            Constraint::Length(told),
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Length(1),
        ])
        .areas(inner);
        badges::draw(inner, &accounts, self.inputs.known, self.theme, buffer);
        self.targets(targets, buffer);
        if told > 0 {
            divide(line, &self.tally(), self.theme, buffer);
            self.told(rows, list, buffer);
        }
        divide(lower, "", self.theme, buffer);
        self.texts(texts, buffer);
        RowWriter::new(buffer, counter, self.theme).put(&self.counter(), Role::Heading);
    }

    /// Returns the options: kind, resource, mode.
    fn choices(&self) -> String {
        let draft = self.pane.draft();
        let dot = self.theme.glyphs.dot;
        let kind = match draft.kind {
            None => "kind: as each line says".to_owned(),
            Some(Kind::All) => "kind: all, the whole resource".to_owned(),
            Some(kind) => format!("kind: {kind}"),
        };
        let resource = draft.resource.as_ref().map(|(account, id)| {
            let name =
                self.inputs.known.resource(account, id).map_or(id.as_str(), |it| it.cname.as_str());
            format!("resource: {name}")
        });
        let limits = || self.inputs.known.limits.values().map(AsRef::as_ref);
        let mode = draft.mode.as_ref().map(|word| {
            let hardness = ModeChoice::new(word, limits()).hardness;
            let words = hardness.map_or_else(|| word.clone(), |it| format::mode(word, it));
            format!("mode: {words}")
        });
        let format = draft.format.map(|format| format!("read as: {}", format.word()));
        let words: Vec<String> =
            [Some(kind), resource, mode, format].into_iter().flatten().collect();
        words.join(&format!(" {dot} "))
    }

    /// Counts the findings of each severity, in words.
    fn tally(&self) -> String {
        let of = |severity, one, many| {
            let count = self.pane.count(severity);
            (count > 0).then(|| format::count_noun(count as u64, one, many))
        };
        let counts: Vec<String> = [
            of(Severity::Error, "error", "errors"),
            of(Severity::Warning, "warning", "warnings"),
            of(Severity::Info, "note", "notes"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
        if self.pane.lines.is_empty() {
            return counts;
        }
        let read_as = self.pane.checked.linted.read_as.words();
        format!("{counts} {} {read_as}", self.theme.glyphs.dot)
    }

    fn told(&self, rows: Vec<ToldRow<'_>>, area: Rect, buffer: &mut Buffer) {
        for (ToldRow { finding, words }, row) in rows.into_iter().zip(area.rows()) {
            let mut writer = RowWriter::new(buffer, row, self.theme);
            let Some(&FoldedFinding { finding, .. }) = finding else {
                writer.skip(BEFORE_WORDS).put(&words, Role::Text);
                continue;
            };
            let (mark, role) = severity(finding.severity, self.theme);
            // A draft without lines has its one entry, everything, on none of them.
            let line = match finding.line {
                Some(line) if !self.pane.lines.is_empty() => (line + 1).to_string(),
                Some(_) | None => "draft".to_owned(),
            };
            writer
                .column_right(&line, 5, Role::Dim)
                .skip(1)
                .put(mark, role)
                .skip(1)
                .put(finding.code, Role::Dim)
                .skip(1)
                .put(&words, Role::Text);
        }
    }

    fn targets(&self, area: Rect, buffer: &mut Buffer) {
        let lines = self.pane.lines.lines();
        let nothing_yet = self.pane.lines.is_empty() && self.pane.checked.linted.lines.is_empty();
        if nothing_yet {
            let words =
                "Paste or type URLs, paths, patterns (/img/*) or curl lines, CSV, JSON, logs …";
            RowWriter::new(buffer, area, self.theme).skip(2).put(words, Role::Dim);
        }
        let rows = usize::from(area.height);
        let (cursor, column) = self.pane.lines.cursor();
        // The cursor is kept in the middle, so that the lines around a finding are in view too.
        let top = keep_in_view(cursor.saturating_sub(rows / 2), cursor, rows, lines.len());
        let wide = area.width >= 70;
        let left = if wide { area.width / 2 } else { area.width };
        let digits = if wide && lines.len() > 1 { width(&lines.len().to_string()) } else { 0 };
        for ((at, text), row) in lines.iter().enumerate().skip(top).zip(area.rows()) {
            let here = at == cursor && self.pane.part == Part::Targets;
            let entries = self.pane.checked.linted.entries_at(at);
            let typed = Rect { width: left, ..row };
            // The end of the last line is no line more.
            let number = (at + 1 < lines.len() || !text.is_empty()).then_some(at + 1);
            let typed = self.number(number, digits, typed, buffer);
            self.typed(text, here.then_some(column), entries, typed, buffer);
            if wide && !nothing_yet {
                let meaning = Rect { x: row.x + left, width: row.width - left, ..row };
                self.meaning(entries, meaning, buffer);
            }
        }
        scroll_bar(area, lines.len(), top, self.theme, buffer);
    }

    /// The number of a line, by which the findings name it; what is left of the row.
    fn number(&self, line: Option<usize>, digits: u16, row: Rect, buffer: &mut Buffer) -> Rect {
        if digits == 0 {
            return row;
        }
        let number = line.map_or_else(String::new, |line| line.to_string());
        RowWriter::new(buffer, row, self.theme).column_right(&number, digits, Role::Dim);
        let taken = digits.saturating_add(1).min(row.width);
        Rect { x: row.x + taken, width: row.width - taken, ..row }
    }

    /// Draws a line as typed, the mark of its worst finding before it, scrolled sideways so far
    /// that the cursor is in view.
    fn typed(
        &self,
        text: &str,
        cursor: Option<usize>,
        entries: &[LintedLine],
        row: Rect,
        buffer: &mut Buffer,
    ) {
        let worst =
            entries.iter().flat_map(|entry| &entry.findings).map(|finding| finding.severity).max();
        let (mark, role) = worst.map_or((" ", Role::Text), |worst| severity(worst, self.theme));
        let shown = printable(text);
        let mut writer = RowWriter::new(buffer, row, self.theme);
        writer.put(mark, role).skip(1);
        let (x, room) = (writer.x(), writer.room().saturating_sub(1));
        let Some(column) = cursor else {
            writer.put_within(&path(&shown, room, self.theme.glyphs.ellipsis), room, Role::Text);
            return;
        };
        let end = text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
        let at = width(&printable(text.get(..end).unwrap_or(text)));
        let scroll = at.saturating_add(1).saturating_sub(room);
        writer.put_within(skip(&shown, scroll), room, Role::Text);
        if let Some(cell) = buffer.cell_mut((x + at.saturating_sub(scroll), row.y)) {
            cell.modifier.insert(Modifier::REVERSED);
        }
    }

    /// Draws the vendor's view of a line.
    fn meaning(&self, entries: &[LintedLine], row: Rect, buffer: &mut Buffer) {
        let mut writer = RowWriter::new(buffer, row, self.theme);
        writer.put(self.theme.glyphs.border.vertical_left, Role::Border).skip(1);
        let Some(meaning) = entries.iter().find_map(|entry| entry.meaning.as_ref()) else {
            return;
        };
        writer.column(meaning.kind.label(), 8, Role::Dim);
        if self.inputs.known.accounts.len() > 1 {
            writer.column(meaning.account.as_str(), 12, Role::Dim).skip(1);
        }
        let target = if meaning.target.is_empty() { "whole resource" } else { &meaning.target };
        let target = printable(target);
        writer.put(&path(&target, writer.room(), self.theme.glyphs.ellipsis), Role::Text);
        if entries.len() > 1 {
            writer.skip(1).put(&format!("+{}", entries.len() - 1), Role::Dim);
        }
    }

    fn texts(&self, row: Rect, buffer: &mut Buffer) {
        let half = row.width * 2 / 3;
        let reason = Rect { width: half, ..row };
        let ticket = Rect { x: row.x + half, width: row.width - half, ..row };
        self.text("reason", &self.pane.reason, Part::Reason, reason, buffer);
        self.text("ticket", &self.pane.ticket, Part::Ticket, ticket, buffer);
    }

    fn text(&self, name: &str, field: &Field, part: Part, area: Rect, buffer: &mut Buffer) {
        let here = self.pane.part == part;
        let mut writer = RowWriter::new(buffer, area, self.theme);
        writer.put(name, if here { Role::Focus } else { Role::Dim }).skip(2);
        let inside = Rect { x: writer.x(), width: writer.room().saturating_sub(2), ..area };
        let field = FieldView::new(field, self.theme);
        (&FieldView { cursor: field.cursor.filter(|_| here), ..field }).render(inside, buffer);
    }

    /// `137 targets → 2 requests; now and at 10:05:12`.
    fn counter(&self) -> String {
        let targets = format::count_noun(self.pane.digest.targets as u64, "target", "targets");
        let Ok(plan) = &self.pane.checked.plan else {
            return targets;
        };
        let requests = format::count_noun(plan.requests.len() as u64, "request", "requests");
        // They stand in the order of their times.
        let now = plan.requests.partition_point(|planned| planned.at <= self.inputs.now);
        let later = plan.requests.get(now..).unwrap_or_default();
        let times = match (now > 0, later) {
            (_, []) => "now".to_owned(),
            (false, [one]) => format!("at {}", self.moment(one.at)),
            (true, [one]) => format!("now and at {}", self.moment(one.at)),
            (_, [_, ..]) => format!("the last at {}", self.moment(plan.ends_at)),
        };
        let times = if self.inputs.known.paused { "the queue is paused".to_owned() } else { times };
        let mut words = format!("{targets} {} {requests}; {times}", self.theme.glyphs.arrow);
        for (_, cost) in plan.costs.iter().filter(|(_, cost)| cost.paid() > 0) {
            let dollars = dollars(cost.mills());
            words = format!("{words} {} {dollars}", self.theme.glyphs.dot);
        }
        if let Some(wider) = self.pane.checked.wider.first() {
            let key = (self.inputs.keys)(Command::ComposeWiden);
            words = format!("{words} {} or {} ({key})", self.theme.glyphs.dot, described(wider));
        }
        words
    }

    fn moment(&self, at: DateTime<Utc>) -> String {
        format::moment(at, self.inputs.now, self.inputs.zone)
    }
}
