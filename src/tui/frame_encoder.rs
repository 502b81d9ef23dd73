//! The bytes that make a terminal, which shows a frame, show the next one: as few as there can be.
//!
//! ```text
//! scroll    rows that moved are moved by the terminal (frame_encoder/scroll.rs)
//! row       what looks otherwise is written; what lies between is passed the shorter way
//! style     only what differs of the style is said (frame_encoder/style.rs)
//! ```
//!
//! Of two ways to the same end both are written, and the longer one is taken back: so no length is
//! computed apart from the bytes.

mod scroll;
mod style;
#[cfg(test)]
mod tests;

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::style::Color;
use unicode_width::UnicodeWidthChar;

use scroll::Scroll;
use style::{TerminalStyle, is_blank};

/// Asks the terminal to show nothing until the end of the frame.
const BEGIN: &[u8] = b"\x1b[?2026h";

/// Has it show the frame.
const END: &[u8] = b"\x1b[?2026l";

/// Bytes that come in one piece, so that no half of a frame can be seen: a packet's over the wire.
const IN_ONE_PIECE: usize = 1_200;

/// The most cells that are written again in place of moving the cursor over them.
const LONGEST_GAP: usize = 24;

/// The shortest way down by line feeds may be longer than a move; so many are tried.
const LINE_FEEDS: u16 = 4;

/// The abilities of a terminal besides moving its cursor and styling characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrawingAbilities {
    /// Erases a number of characters (ECH).
    pub erases_characters: bool,
    /// Erases with the background of the style that is in force, not with its own.
    pub erases_in_colour: bool,
    /// Scrolls a part of its rows (DECSTBM).
    pub scrolls: bool,
}

impl DrawingAbilities {
    /// All of them.
    pub const ALL: Self = Self { erases_characters: true, erases_in_colour: true, scrolls: true };
}

/// Makes bytes of frames; keeps its memory between them.
#[derive(Debug, Default)]
pub struct FrameEncoder {
    abilities: DrawingAbilities,
    out: Vec<u8>,
    state: State,
    /// The rows that may look otherwise than they should.
    changed: Vec<bool>,
    /// Each cell of a row.
    marks: Vec<Mark>,
    is_unknown: bool,
}

/// The terminal's state, as far as it is known, while a frame is written.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    style: TerminalStyle,
    /// The column and row of its cursor; not known behind a character of which terminals disagree
    /// on the width.
    cursor: Option<(u16, u16)>,
}

/// A cell's share in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// It shows already what it should.
    Same,
    /// It is to be written.
    Changed,
    /// It is behind a wide character, or is none of ours.
    Barred,
}

impl FrameEncoder {
    /// An encoder for a terminal.
    pub fn new(abilities: DrawingAbilities) -> Self {
        Self { abilities, ..Self::default() }
    }

    /// Has the next frame begin with an empty screen.
    pub fn clear(&mut self) {
        self.is_unknown = true;
    }

    /// Returns the bytes that turn a frame into the next one of the same size. The style is the
    /// terminal's own before and after them. What is handed over as shown is used up.
    pub fn encode(&mut self, shown: &mut Buffer, next: &Buffer) -> &[u8] {
        self.out.clear();
        self.out.extend_from_slice(BEGIN);
        self.state = State::default();
        if std::mem::take(&mut self.is_unknown) {
            self.out.extend_from_slice(b"\x1b[m\x1b[2J");
        }
        let width = usize::from(next.area.width);
        if width == 0 || shown.area != next.area {
            return &[];
        }
        self.changed.clear();
        let rows = shown.content.chunks(width).zip(next.content.chunks(width));
        self.changed.extend(rows.map(|(old, new)| is_changed(old, new)));
        if self.abilities.scrolls
            && let Some(scroll) = Scroll::between(shown, next, &self.changed)
        {
            scroll.write(&mut self.out);
            scroll.apply(shown);
            self.changed[scroll.rows()].fill(true);
        }
        let rows = shown.content.chunks(width).zip(next.content.chunks(width));
        for (y, (old, new)) in rows.enumerate() {
            if self.changed[y] {
                self.row(y as u16, old, new);
            }
        }
        self.set_style(TerminalStyle::default());
        let body = self.out.len() - BEGIN.len();
        if body <= IN_ONE_PIECE {
            return self.out.get(BEGIN.len()..).unwrap_or_default();
        }
        self.out.extend_from_slice(END);
        &self.out
    }

    /// Writes what differs of a row.
    fn row(&mut self, y: u16, old: &[Cell], new: &[Cell]) {
        mark(&mut self.marks, old, new);
        let mut x = 0;
        while let Some(at) = self.changed_from(x) {
            let blanks = blanks(new, &self.marks, at);
            if blanks == 0 {
                self.approach(at, y, new, TerminalStyle::of(&new[at]));
                x = at + self.put(at, y, new);
                continue;
            }
            // Blanks behind the last one that changed are there already.
            let run = (at..at + blanks).rev().find(|&x| self.marks[x] == Mark::Changed);
            let run = run.map_or(1, |last| last - at + 1);
            self.put_blanks(at, y, new, run, at + blanks == new.len());
            x = at + run;
        }
    }

    /// Returns the next cell that is to be written.
    fn changed_from(&self, x: usize) -> Option<usize> {
        let rest = self.marks.get(x..)?;
        rest.iter().position(|mark| *mark == Mark::Changed).map(|ahead| x + ahead)
    }

    /// Writes blanks, or has the terminal erase as many where that is shorter.
    fn put_blanks(&mut self, x: usize, y: u16, new: &[Cell], run: usize, to_end: bool) {
        let background = new[x].bg;
        self.approach(x, y, new, self.style_of_blank(new, x));
        let in_colour = background == Color::Reset || self.abilities.erases_in_colour;
        let can_erase = in_colour && (to_end || self.abilities.erases_characters);
        let erasing = if to_end { 3 } else { length_of(run) };
        // An erasure leaves the cursor where it is.
        let behind = self.changed_from(x + run).map_or(0, |ahead| {
            let gap = ahead - x - run;
            length_of(ahead - x).saturating_sub(if gap == 0 { 0 } else { gap.min(length_of(gap)) })
        });
        if !can_erase || run <= erasing + behind {
            self.out.resize(self.out.len() + run, b' ');
            self.state.cursor = column((x + run) as u16, y, new.len());
        } else if to_end {
            self.out.extend_from_slice(b"\x1b[K");
        } else {
            write_sequence(&mut self.out, run, b'X');
        }
    }

    /// Returns the style for a blank: of what it does not show, it is that of the next character,
    /// where the style must be changed anyhow.
    fn style_of_blank(&self, new: &[Cell], x: usize) -> TerminalStyle {
        let style = self.state.style.for_blank(new[x].bg);
        if style == self.state.style {
            return style;
        }
        let next = new[x..].iter().zip(&self.marks[x..]).find(|(cell, _)| !is_blank(cell));
        match next {
            Some((cell, Mark::Changed)) if cell.bg == style.bg => {
                TerminalStyle::of(cell).for_blank(style.bg)
            }
            Some(_) | None => style,
        }
    }

    /// Goes to a cell and takes a style up: over cells that need not be written, by a move or by
    /// writing them again.
    fn approach(&mut self, x: usize, y: u16, new: &[Cell], style: TerminalStyle) {
        let (start, before) = (self.out.len(), self.state);
        self.move_to(x as u16, y);
        self.set_style(style);
        let Some((from, _)) = before.cursor.filter(|&(from, row)| row == y && from < x as u16)
        else {
            return;
        };
        let gap = usize::from(from)..x;
        let plain = |cell: &Cell| is_blank(cell) || is_sure(cell);
        let is_open = gap.len() <= LONGEST_GAP
            && self.marks[gap.clone()].iter().all(|mark| *mark != Mark::Barred)
            && new[gap.clone()].iter().all(plain);
        if !is_open {
            return;
        }
        let (moved, after) = (self.out.len(), self.state);
        self.state = before;
        for x in gap {
            if is_blank(&new[x]) {
                let blank = self.state.style.for_blank(new[x].bg);
                let is_as_behind = blank != self.state.style && style.bg == blank.bg;
                self.set_style(if is_as_behind { style.for_blank(style.bg) } else { blank });
                self.out.push(b' ');
            } else {
                self.set_style(TerminalStyle::of(&new[x]));
                self.out.extend_from_slice(new[x].symbol().as_bytes());
            }
            if self.out.len() - moved > moved - start {
                break;
            }
        }
        self.state.cursor = after.cursor;
        self.set_style(style);
        if self.out.len() - moved <= moved - start {
            self.out.drain(start..moved);
        } else {
            self.out.truncate(moved);
            self.state = after;
        }
    }

    /// Writes a character where the cursor is; returns the cells that it takes.
    fn put(&mut self, x: usize, y: u16, new: &[Cell]) -> usize {
        let cell = &new[x];
        let room = new.len() - x;
        let width = cells_of(cell);
        if is_sure(cell) {
            self.out.extend_from_slice(cell.symbol().as_bytes());
            self.state.cursor = column((x + 1) as u16, y, new.len());
            return 1;
        }
        if width > room || is_blank_text(cell.symbol()) {
            // It would go on in the next row, or there is nothing to be seen.
            self.out.push(b' ');
            self.state.cursor = column((x + 1) as u16, y, new.len());
            return 1;
        }
        if width > 1 && cell.symbol().chars().nth(1).is_some() {
            // Where a terminal takes it for narrow, nothing old must be left beside it.
            self.out.resize(self.out.len() + width, b' ');
            self.state.cursor = None;
            self.move_to(x as u16, y);
        }
        self.out.extend_from_slice(cell.symbol().as_bytes());
        self.state.cursor = None;
        width
    }

    /// Moves the cursor by the shorter of an absolute and a relative way.
    fn move_to(&mut self, x: u16, y: u16) {
        if self.state.cursor == Some((x, y)) {
            return;
        }
        let start = self.out.len();
        write_position(&mut self.out, x, y);
        let absolute = self.out.len();
        if let Some((column, row)) = self.state.cursor
            && let Some(down) = y.checked_sub(row).filter(|down| *down <= LINE_FEEDS)
        {
            let ahead = if down == 0 && x > column {
                x - column
            } else {
                self.out.push(b'\r');
                self.out.resize(self.out.len() + usize::from(down), b'\n');
                x
            };
            if ahead > 0 {
                write_sequence(&mut self.out, usize::from(ahead), b'C');
            }
            if self.out.len() - absolute < absolute - start {
                self.out.drain(start..absolute);
            } else {
                self.out.truncate(absolute);
            }
        }
        self.state.cursor = Some((x, y));
    }

    fn set_style(&mut self, style: TerminalStyle) {
        self.state.style.write_change(style, &mut self.out);
        self.state.style = style;
    }
}

/// Returns whether a row may look otherwise than it should.
fn is_changed(old: &[Cell], new: &[Cell]) -> bool {
    let is_to_do = |new: &Cell| new.diff_option == CellDiffOption::AlwaysUpdate;
    old.iter().zip(new).any(|(old, new)| old != new || is_to_do(new))
}

/// Marks the cells of a row that look otherwise than they should.
fn mark(marks: &mut Vec<Mark>, old: &[Cell], new: &[Cell]) {
    marks.clear();
    // The columns up to which a wide character reaches.
    let (mut old_reach, mut new_reach) = (0, 0);
    for (x, (old, new)) in old.iter().zip(new).enumerate() {
        let was_behind = x < old_reach;
        if !was_behind {
            old_reach = x + cells_of(old);
        }
        if x < new_reach {
            marks.push(Mark::Barred);
            continue;
        }
        new_reach = x + cells_of(new);
        marks.push(match new.diff_option {
            CellDiffOption::Skip => Mark::Barred,
            CellDiffOption::AlwaysUpdate => Mark::Changed,
            CellDiffOption::None | CellDiffOption::ForcedWidth(_) => {
                let looks_same = old == new || (is_blank(old) && is_blank(new) && old.bg == new.bg);
                if looks_same && !was_behind { Mark::Same } else { Mark::Changed }
            }
        });
    }
}

/// Counts the blanks of one background from a cell on.
fn blanks(new: &[Cell], marks: &[Mark], x: usize) -> usize {
    let background = new[x].bg;
    let alike = |(cell, mark): &(&Cell, &Mark)| {
        is_blank(cell) && cell.bg == background && **mark != Mark::Barred
    };
    new[x..].iter().zip(&marks[x..]).take_while(alike).count()
}

/// Returns the place of the cursor in a row; behind its last column, terminals disagree.
fn column(x: u16, y: u16, width: usize) -> Option<(u16, u16)> {
    (usize::from(x) < width).then_some((x, y))
}

/// Returns the number of cells that a cell's character takes.
fn cells_of(cell: &Cell) -> usize {
    if is_blank_text(cell.symbol()) { 1 } else { usize::from(cell.cell_width()).max(1) }
}

/// Returns whether there is nothing to be seen of a text, or something to be obeyed.
fn is_blank_text(text: &str) -> bool {
    text.bytes().next().is_none_or(|first| first == b' ' || first.is_ascii_control())
        && text.len() <= 1
}

/// Returns whether all terminals agree that a cell's text takes one cell.
fn is_sure(cell: &Cell) -> bool {
    let text = cell.symbol();
    if is_blank_text(text) {
        return text == " ";
    }
    if text.len() == 1 {
        return true;
    }
    let mut characters = text.chars();
    let first = characters.next().and_then(UnicodeWidthChar::width);
    first == Some(1)
        && characters.next().is_none()
        && !matches!(cell.diff_option, CellDiffOption::ForcedWidth(_))
}

/// Returns the length of a sequence with a number.
fn length_of(count: usize) -> usize {
    match count {
        1 => 3,
        2..10 => 4,
        10..100 => 5,
        _ => 6,
    }
}

/// Writes a sequence that is obeyed so many times.
fn write_sequence(out: &mut Vec<u8>, count: usize, last: u8) {
    out.extend_from_slice(b"\x1b[");
    if count != 1 {
        // Writing into memory cannot fail.
        let _ = write!(out, "{count}");
    }
    out.push(last);
}

/// Writes a move to a place.
fn write_position(out: &mut Vec<u8>, x: u16, y: u16) {
    let (column, row) = (u32::from(x) + 1, u32::from(y) + 1);
    let _ = match (row, column) {
        (1, 1) => write!(out, "\x1b[H"),
        (_, 1) => write!(out, "\x1b[{row}H"),
        _ => write!(out, "\x1b[{row};{column}H"),
    };
}
