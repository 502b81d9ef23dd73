//! Text being edited: a field of one line with a memory, and a text of many lines. Neither is a
//! pane; panes own them.
//!
//! A field has a longest text, so that the work for a key is bounded: a terminal without bracketed
//! paste types what is pasted.

use ratatui_textarea::{CursorMove, DataCursor, TextArea};

use crate::commands::Command;
use crate::domain::filter;

mod edit;
pub mod view;

pub use edit::Edit;

/// The longest text that lists are searched for, in bytes: every line is compared with it, and none
/// has as many letters.
pub const LONGEST_SEARCH: usize = 200;

/// The longest text of a field, in bytes: what a filter may have.
const LONGEST: usize = filter::MAX_BYTES;

/// A field of one line.
#[derive(Clone, Debug)]
pub struct Field {
    area: TextArea<'static>,
    longest: usize,
    memory: Vec<String>,
    recalled: Option<usize>,
    unsent: String,
}

impl Default for Field {
    fn default() -> Self {
        Self::new("")
    }
}

impl Field {
    /// Makes a field with this text, its cursor at the end.
    pub fn new(text: &str) -> Self {
        let mut field = Self {
            area: TextArea::default(),
            longest: LONGEST,
            memory: Vec::new(),
            recalled: None,
            unsent: String::new(),
        };
        field.set(text);
        field
    }

    /// Takes no more than this many bytes of what is typed and pasted.
    #[must_use]
    pub fn at_most(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// Returns its text.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The cursor, in bytes of the text; always on a character's edge.
    pub fn cursor(&self) -> usize {
        let DataCursor(_, characters) = self.area.cursor();
        let text = self.text();
        text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
    }

    /// Replaces its text; the cursor goes to the end.
    pub fn set(&mut self, text: &str) {
        let line = one_line(text);
        self.area = TextArea::new(vec![line]);
        self.area.move_cursor(CursorMove::End);
    }

    /// Replaces its text and puts the cursor at this byte, or at the character's edge before it.
    pub fn set_at(&mut self, text: &str, cursor: usize) {
        self.set(text);
        let characters = self.text().char_indices().take_while(|(at, _)| *at < cursor).count();
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(characters).unwrap_or(u16::MAX)));
    }

    /// Remembers its text, for [`Command::FieldOlder`].
    pub fn remember(&mut self) {
        let text = self.text().to_owned();
        self.recalled = None;
        if !text.trim().is_empty() {
            self.memory.retain(|older| *older != text);
            self.memory.push(text);
        }
    }

    /// Carries out an editing command. [`Command::FieldOlder`] and [`Command::FieldNewer`] go
    /// through the memory; the other field commands are the owner's.
    pub fn on_command(&mut self, command: Command) -> Edit {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the text's or nobody's")]
        match command {
            Command::FieldOlder => self.recall(true),
            Command::FieldNewer => self.recall(false),
            other => edit(&mut self.area, other),
        }
    }

    /// Types characters, as many as fit.
    pub fn on_typed(&mut self, text: &str) -> Edit {
        let fits = text.floor_char_boundary(self.room());
        self.insert(text.get(..fits).unwrap_or_default());
        let edited = fits > 0;
        if fits == text.len() { Edit::Edited } else { self.full(edited) }
    }

    /// Pastes a text as one line. One that does not fit is left out whole: a part of it could mean
    /// something else.
    pub fn on_paste(&mut self, text: &str) -> Edit {
        let line = one_line(text);
        if line.len() > self.room() {
            return self.full(false);
        }
        self.insert(&line);
        Edit::Edited
    }

    fn insert(&mut self, text: &str) {
        self.recalled = None;
        insert(&mut self.area, text);
    }

    fn room(&self) -> usize {
        self.longest.saturating_sub(self.text().len())
    }

    fn full(&self, edited: bool) -> Edit {
        Edit::Full { edited, longest: self.longest }
    }

    fn recall(&mut self, older: bool) -> Edit {
        let newest = self.memory.len();
        let at = self.recalled.unwrap_or(newest);
        if self.recalled.is_none() {
            self.unsent = self.text().to_owned();
        }
        let to = if older { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to <= newest) };
        let Some(to) = to else { return Edit::Moved };
        let text = self.memory.get(to).unwrap_or(&self.unsent).clone();
        self.recalled = (to < newest).then_some(to);
        self.set(&text);
        Edit::Edited
    }
}

/// A text of many lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    area: TextArea<'static>,
    /// The texts that were replaced as a whole, the last one last, each with its own history.
    replaced: Vec<TextArea<'static>>,
}

/// The most replaced texts that undo brings back.
const MOST_REPLACED: usize = 8;

impl Lines {
    /// A text, its cursor at the end.
    pub fn new(text: &str) -> Self {
        let mut lines = Self::default();
        lines.set(text);
        lines
    }

    /// The lines; at least one.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// The text, its lines parted by line feeds.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// True if nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// The cursor: line and character within the line, both counted from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let DataCursor(row, column) = self.area.cursor();
        (row, column)
    }

    /// Replaces the text; the cursor goes to its end.
    pub fn set(&mut self, text: &str) {
        self.area = TextArea::new(split_lines(text));
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// Replaces the text; undo brings back what was there. The cursor goes to its end.
    pub fn replace(&mut self, text: &str) {
        let before = self.area.clone();
        self.set(text);
        self.replaced.push(before);
        let surplus = self.replaced.len().saturating_sub(MOST_REPLACED);
        self.replaced.drain(..surplus);
    }

    /// Puts the cursor at the start of a line, or of the last one where there are fewer.
    pub fn go_to_line(&mut self, line: usize) {
        let row = u16::try_from(line).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(row, 0));
        // A jump reaches no further than that.
        for _ in usize::from(row)..line.min(self.lines().len().saturating_sub(1)) {
            self.area.move_cursor(CursorMove::Down);
        }
    }

    /// Carries out an editing command.
    pub fn on_command(&mut self, command: Command) -> Edit {
        if command == Command::TextDeleteLine {
            return self.delete_line();
        }
        let edit = edit(&mut self.area, command);
        if command == Command::TextUndo
            && edit == Edit::Moved
            && let Some(before) = self.replaced.pop()
        {
            self.area = before;
            return Edit::Edited;
        }
        edit
    }

    /// Deletes the line under the cursor; the last one that is left becomes empty.
    fn delete_line(&mut self) -> Edit {
        let (row, _) = self.cursor();
        let last = row + 1 == self.lines().len();
        self.area.cancel_selection();
        if last && row > 0 {
            // With the line break before it.
            self.area.move_cursor(CursorMove::Up);
            self.area.move_cursor(CursorMove::End);
            self.area.start_selection();
            self.area.move_cursor(CursorMove::Down);
            self.area.move_cursor(CursorMove::End);
        } else {
            self.area.move_cursor(CursorMove::Head);
            self.area.start_selection();
            self.area.move_cursor(if last { CursorMove::End } else { CursorMove::Down });
            if !last {
                self.area.move_cursor(CursorMove::Head);
            }
        }
        let deleted = self.area.cut();
        self.area.move_cursor(CursorMove::Head);
        edited(deleted)
    }

    /// Types characters, line feeds among them.
    pub fn on_typed(&mut self, text: &str) -> Edit {
        insert(&mut self.area, text);
        Edit::Edited
    }

    /// Pastes a text at the cursor. At the end of a line that says something already, what is more
    /// than a piece of a line begins on one of its own: several lines, a URL, or a path behind
    /// another; and so does a line before which such a one is pasted.
    pub fn on_paste(&mut self, text: &str) -> Edit {
        let (row, column) = self.cursor();
        let line = self.area.lines().get(row).map_or("", String::as_str);
        let lines = split_lines(text);
        let (several, is_url) = (lines.len() > 1, text.contains("://"));
        let is_path = text.starts_with('/');
        let goes_on = |end: char| end.is_whitespace() || matches!(end, '\'' | '"' | '=');
        let at_end = !line.is_empty() && !line.ends_with(goes_on) && column >= line.chars().count();
        let at_start = !line.is_empty() && column == 0;
        let begins = lines.first().is_some_and(|line| !line.is_empty());
        let ends = lines.last().is_some_and(|line| !line.is_empty());
        let breaks_before = at_end && begins && (several || is_url || (is_path && has_path(line)));
        let is_target = line.starts_with('/') || line.contains("://");
        let breaks_after = at_start
            && ends
            && (several
                || (is_url && line.contains("://"))
                || (is_target && (is_path || (is_url && has_path(text)))));
        if breaks_before {
            self.area.insert_newline();
        }
        self.area.insert_str(lines.join("\n"));
        if breaks_after {
            self.area.insert_newline();
        }
        Edit::Edited
    }
}

/// Returns true if a line has a path, behind a host or alone.
fn has_path(line: &str) -> bool {
    line.split_once("://").map_or(line, |(_, rest)| rest).contains('/')
}

/// Inserts what was typed. What came at once is undone at once: nobody types that fast.
fn insert(area: &mut TextArea<'static>, text: &str) {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => area.insert_char(only),
        _ => drop(area.insert_str(text)),
    }
}

fn edit(area: &mut TextArea<'static>, command: Command) -> Edit {
    let go = |area: &mut TextArea<'static>, to| {
        area.move_cursor(to);
        Edit::Moved
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "others do not edit text")]
    match command {
        Command::TextLeft => go(area, CursorMove::Back),
        Command::TextRight => go(area, CursorMove::Forward),
        Command::TextWordLeft => go(area, CursorMove::WordBack),
        Command::TextWordRight => go(area, CursorMove::WordForward),
        Command::TextUp => go(area, CursorMove::Up),
        Command::TextDown => go(area, CursorMove::Down),
        Command::TextStart => go(area, CursorMove::Head),
        Command::TextEnd => go(area, CursorMove::End),
        Command::TextFirst => {
            area.move_cursor(CursorMove::Top);
            area.move_cursor(CursorMove::Head);
            Edit::Moved
        }
        Command::TextLast => {
            area.move_cursor(CursorMove::Bottom);
            area.move_cursor(CursorMove::End);
            Edit::Moved
        }
        Command::TextDelete => edited(area.delete_next_char()),
        Command::TextDeleteBack => edited(area.delete_char()),
        Command::TextDeleteWord => edited(area.delete_word()),
        Command::TextDeleteToStart => edited(area.delete_line_by_head()),
        Command::TextDeleteToEnd => edited(area.delete_line_by_end()),
        Command::TextNewline => {
            area.insert_newline();
            Edit::Edited
        }
        Command::TextUndo => edited(area.undo()),
        Command::TextRedo => edited(area.redo()),
        _ => Edit::Ignored,
    }
}

fn edited(changed: bool) -> Edit {
    if changed { Edit::Edited } else { Edit::Moved }
}

/// A pasted text as one line: line breaks and tabs become blanks, other control characters go.
fn one_line(text: &str) -> String {
    text.trim_end_matches(['\r', '\n'])
        .chars()
        .map(|character| match character {
            '\r' | '\n' | '\t' => ' ',
            other => other,
        })
        .filter(|character| !character.is_control())
        .collect()
}

/// A pasted text as lines: whatever breaks lines elsewhere breaks them here. Other control
/// characters stay: without them the text would say something else than what was pasted.
fn split_lines(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
