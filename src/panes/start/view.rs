//! The first start on the screen: the list of vendors, then the form with the words on the line
//! under the cursor and on the test.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;

use super::form::{FilledForm, FormLine, TestState};
use super::{Choice, StartPane};
use crate::commands::Command;
use crate::domain::new_account::SourceKind;
use crate::panes::clicks::Click;
use crate::panes::field::view::FieldView;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::panes::scrolling::keep_in_view;
use crate::theme::{Role, Theme};
use crate::widgets::panel::{divide, popup};
use crate::widgets::text::{RowWriter, put_lines, width};
use crate::widgets::wrap::wrap;

/// The most columns that the popup takes.
const MAX_COLUMNS: u16 = 100;
/// The width of the ways to have a secret, in cells.
const SOURCES: u16 = 9;

/// Words before they are broken into lines.
type Words = (String, Role);

impl Overlay for StartPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        match &self.form {
            None => self.draw_choices(inputs, area, buffer),
            Some(form) => self.draw_form(form, inputs, area, buffer),
        }
    }
}

impl StartPane {
    fn draw_choices(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let choices = self.choices();
        let cells = MAX_COLUMNS.min(area.width).saturating_sub(2);
        let above = lines(
            vec![("There is no account yet. At which vendor is yours?".to_owned(), Role::Text)],
            cells,
        );
        let below = lines(self.about_choice(), cells);
        let rows = (above.len() + choices.len() + below.len()) as u16 + 4;
        let title = ("First start", "nothing is written yet");
        let inner = popup(area, (MAX_COLUMNS, rows), title, theme, buffer);
        let gap = u16::from(inner.height + 2 >= rows);
        let [text, _, rows, _, about] = Layout::vertical([
            Constraint::Length(above.len() as u16),
            Constraint::Length(gap),
            Constraint::Length(choices.len() as u16),
            Constraint::Length(gap),
            Constraint::Fill(1),
        ])
        .areas(inner);
        put_lines(text, above, theme, buffer);
        put_lines(about, below, theme, buffer);
        let titles = choices.iter().map(|choice| width(choice.title())).max().unwrap_or(0);
        let here = self.list.here().unwrap_or(0);
        inputs.list(choices.len(), here).draw(rows, buffer, |at, writer| {
            if let Some(choice) = choices.get(at) {
                writer
                    .column(choice.title(), titles + 2, Role::Text)
                    .put(&choice.note(), Role::Dim);
            }
        });
    }

    /// Returns the words on the line under the cursor.
    fn about_choice(&self) -> Vec<Words> {
        let words = match self.here() {
            Some(Choice::Vendor(form)) if !form.variables.is_empty() => format!(
                "No file is needed where the environment has {}.",
                form.variables.join(" and ")
            ),
            Some(Choice::Vendor(_)) => "Secrets stay outside of the configuration.".to_owned(),
            Some(Choice::Demo | Choice::Board | Choice::Quit) | None => {
                let file = self.offer.config_file.display();
                if self.offer.has_file {
                    format!("The account would be added to {file}.")
                } else {
                    format!("The configuration would be {file}.")
                }
            }
        };
        vec![(words, Role::Dim)]
    }

    fn draw_form(
        &self,
        form: &FilledForm,
        inputs: &OverlayInputs<'_>,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let theme = inputs.theme;
        let cells = MAX_COLUMNS.min(area.width).saturating_sub(2);
        let about = lines(self.about_line(form, inputs), cells);
        let test = lines(self.about_test(form, inputs), cells);
        let fields = form.lines().len() as u16;
        let rows = fields + (about.len() + test.len()) as u16 + 4;
        let title = format!("Account at {}", form.title());
        let inner =
            popup(area, (MAX_COLUMNS, rows), (&title, "nothing is written yet"), theme, buffer);
        // The words on the test are the last to be cut.
        let test_rows = (test.len() as u16).min(inner.height.saturating_sub(fields.min(2) + 1));
        let left = inner.height - test_rows - u16::from(test_rows < inner.height);
        let fields = fields.min(left);
        let about_rows = (about.len() as u16).min((left - fields).saturating_sub(1));
        let [rows, line, help, other, result] = Layout::vertical([
            Constraint::Length(fields),
            Constraint::Length(about_rows.min(1)),
            Constraint::Length(about_rows),
            Constraint::Length(1),
            Constraint::Length(test_rows),
        ])
        .areas(inner);
        draw_fields(form, rows, inputs, buffer);
        if let Some(here) = form.line()
            && line.height > 0
        {
            divide(line, &here.field.key, theme, buffer);
        }
        put_lines(help, about, theme, buffer);
        divide(other, "test", theme, buffer);
        put_lines(result, test, theme, buffer);
    }

    /// Returns the words on the line with the cursor: its purpose, and how a secret is had.
    fn about_line(&self, form: &FilledForm, inputs: &OverlayInputs<'_>) -> Vec<Words> {
        let Some(line) = form.line() else { return Vec::new() };
        let mut words = vec![(line.field.help.clone(), Role::Text)];
        let Some(hints) = &line.field.secret else {
            if !line.field.example.is_empty() {
                words.push((format!("For example {}", line.field.example), Role::Dim));
            }
            return words;
        };
        let folder = self.offer.config_file.parent().map(|it| it.display().to_string());
        let source = match line.source {
            SourceKind::Paste => format!(
                "Paste or type it: it is kept in a file in {}, for you alone.",
                folder.unwrap_or_default()
            ),
            SourceKind::Env => "The variable of the environment that holds it.".to_owned(),
            SourceKind::File => "The file that holds it, readable by you alone.".to_owned(),
            SourceKind::Command => {
                format!("The command that prints it, for example: {}", hints.command)
            }
        };
        words.push((source, Role::Text));
        let others = SourceKind::EVERY.into_iter().filter(|kind| *kind != line.source);
        let others: Vec<&str> = others.map(SourceKind::word).collect();
        let key = (inputs.keys)(Command::StartSource);
        words.push((format!("{key}: otherwise ({})", others.join(", ")), Role::Dim));
        words
    }

    /// Returns the words on the test: its state, and what the keys do.
    fn about_test(&self, form: &FilledForm, inputs: &OverlayInputs<'_>) -> Vec<Words> {
        let key = |command| (inputs.keys)(command);
        let (accept, back) = (key(Command::FieldAccept), key(Command::Back));
        let file = self.offer.config_file.display();
        match form.state() {
            TestState::Filling => {
                vec![(format!("{accept} asks {} for its resources.", form.title()), Role::Dim)]
            }
            TestState::Busy { writing: false, .. } => vec![(
                format!("Asking {} for its resources. {back} stops it.", form.title()),
                Role::InProgress,
            )],
            TestState::Busy { writing: true, .. } => {
                vec![(format!("Writing {file}."), Role::InProgress)]
            }
            TestState::Failed(words) => {
                let write = key(Command::StartWrite);
                let again = format!("{accept} tests again, {write} writes {file} as it stands.");
                let mark = inputs.theme.glyphs.failed;
                vec![(format!("{mark} {words}"), Role::Error), (again, Role::Dim)]
            }
            TestState::Good(words) => {
                let mark = inputs.theme.glyphs.successful;
                let write = format!("{accept} writes {file} and opens the board.");
                vec![(format!("{mark} {words}"), Role::Successful), (write, Role::Text)]
            }
        }
    }
}

fn draw_fields(form: &FilledForm, rows: Rect, inputs: &OverlayInputs<'_>, buffer: &mut Buffer) {
    let theme = inputs.theme;
    let keys = form.lines().iter().map(|line| width(&line.field.key)).max().unwrap_or(0) + 2;
    let top = keep_in_view(0, form.here(), usize::from(rows.height), form.lines().len());
    for ((place, line), row) in form.lines().iter().enumerate().skip(top).zip(rows.rows()) {
        let here = place == form.here();
        inputs.clicks.note(row, Click::Item(place));
        let mut writer = RowWriter::new(buffer, row, theme);
        writer.column(if here { theme.glyphs.cursor } else { "" }, 2, Role::Focus);
        writer.column(&line.field.key, keys, if here { Role::Heading } else { Role::Text });
        let source = if line.is_secret() { line.source.word() } else { "" };
        writer.column(source, SOURCES, Role::Dim);
        let left = writer.x().min(row.right());
        let room = Rect { x: left, width: row.right() - left, ..row };
        draw_value(line, here && !form.is_busy(), room, theme, buffer);
    }
}

fn draw_value(line: &FormLine, focused: bool, room: Rect, theme: &Theme, buffer: &mut Buffer) {
    let Some(field) = line.shown() else { return };
    let text = field.text();
    if text.is_empty() && !focused {
        let words = if line.needed { "needed" } else { "the vendor's" };
        RowWriter::new(buffer, room, theme).put(words, Role::Dim);
        return;
    }
    let cursor = field.cursor();
    let (shown, cursor) = if line.is_masked() {
        let before = text.get(..cursor).unwrap_or(text).chars().count();
        ("*".repeat(text.chars().count()), before)
    } else {
        (text.to_owned(), cursor)
    };
    let cursor = focused.then_some(cursor);
    (&FieldView { text: &shown, cursor, fault: None, ghost: "", theme }).render(room, buffer);
}

/// Breaks words into lines of this many cells.
fn lines(words: Vec<Words>, cells: u16) -> Vec<(String, Role)> {
    let broken = |(text, role): Words| wrap(&text, cells).into_iter().map(move |line| (line, role));
    words.into_iter().flat_map(broken).collect()
}
