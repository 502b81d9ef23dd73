//! Rows of a frame that are rows of the next one at another place: a terminal can move them.

use std::io::Write as _;
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};

/// Fewer rows that changed than this are written sooner than looked for.
const FEWEST_ROWS: usize = 4;

/// The rows that are looked for, in parts of those that changed.
const PROBES: [usize; 3] = [1, 2, 3];

/// Cells that must be spared; the sequences are worth so many, and moving rows is work, too.
const FEWEST_CELLS: usize = 60;

/// Rows of the terminal that are moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The rows between which everything stays: those that move and those that are uncovered.
    rows: Range<usize>,
    by: By,
}

/// A direction and a number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Up(usize),
    Down(usize),
}

/// The rows of a frame.
struct FrameRows<'a>(&'a [Cell], usize);

impl<'a> FrameRows<'a> {
    fn of(buffer: &'a Buffer) -> Self {
        Self(&buffer.content, usize::from(buffer.area.width))
    }

    fn at(&self, y: usize) -> &'a [Cell] {
        self.0.get(y * self.1..(y + 1) * self.1).unwrap_or_default()
    }
}

impl Scroll {
    /// Finds rows that moved among those that changed; `None` where moving them spares too little.
    pub(super) fn between(shown: &Buffer, next: &Buffer, changed: &[bool]) -> Option<Self> {
        if changed.iter().filter(|is| **is).count() < FEWEST_ROWS {
            return None;
        }
        let (shown, next) = (FrameRows::of(shown), FrameRows::of(next));
        let first = changed.iter().position(|is| *is)?;
        let last = changed.iter().rposition(|is| *is)?;
        let found = PROBES.iter().filter_map(|part| {
            let probe = first + (last - first) * part / (PROBES.len() + 1);
            // The nearest row of the same content, above or below.
            let by = (1..=last - first).find_map(|apart| {
                let below = probe + apart <= last && shown.at(probe + apart) == next.at(probe);
                let above = probe >= first + apart && shown.at(probe - apart) == next.at(probe);
                match (below, above) {
                    (true, _) => Some(By::Up(apart)),
                    (false, true) => Some(By::Down(apart)),
                    (false, false) => None,
                }
            });
            Self::spared(&shown, &next, first..last + 1, by?)
        });
        found.max_by_key(|(spared, _)| *spared).map(|(_, scroll)| scroll)
    }

    /// Returns the number of cells that a move of rows spares, and the move, if it is worth it.
    fn spared(
        shown: &FrameRows<'_>,
        next: &FrameRows<'_>,
        within: Range<usize>,
        by: By,
    ) -> Option<(usize, Self)> {
        let from = |y: usize| match by {
            By::Up(count) => Some(y + count),
            By::Down(count) => y.checked_sub(count),
        };
        let source = |y| from(y).filter(|y| within.contains(y));
        let is_moved = |y: &usize| source(*y).is_some_and(|from| shown.at(from) == next.at(*y));
        let first = within.clone().find(is_moved)?;
        let last = within.clone().rev().find(is_moved)?;
        let rows = match by {
            By::Up(count) => first..last + count + 1,
            By::Down(count) => first - count..last + 1,
        };
        let differing = |old: &[Cell], new: &[Cell]| {
            old.iter().zip(new).filter(|(old, new)| old != new).count()
        };
        let stays = rows.clone().map(|y| differing(shown.at(y), next.at(y))).sum::<usize>();
        let moves = rows.clone().map(|y| match source(y).filter(|from| rows.contains(from)) {
            Some(from) => differing(shown.at(from), next.at(y)),
            None => next.at(y).iter().filter(|cell| **cell != Cell::EMPTY).count(),
        });
        let spared = stays.checked_sub(moves.sum()).filter(|cells| *cells >= FEWEST_CELLS)?;
        Some((spared, Self { rows, by }))
    }

    /// Returns the rows between which everything stays.
    pub(super) fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Writes the move. The style must be the terminal's own: rows are uncovered with it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let (top, bottom) = (self.rows.start + 1, self.rows.end);
        // Writing into memory cannot fail. Every terminal with margins obeys a line feed there.
        let _ = write!(out, "\x1b[{top};{bottom}r");
        match self.by {
            By::Up(count) => {
                let _ = write!(out, "\x1b[{bottom}H");
                out.resize(out.len() + count, b'\n');
            }
            By::Down(count) => {
                let _ = write!(out, "\x1b[{top}H");
                out.extend(b"\x1bM".iter().cycle().take(2 * count));
            }
        }
        out.extend_from_slice(b"\x1b[r");
    }

    /// Does to a frame what the terminal does.
    pub(super) fn apply(&self, shown: &mut Buffer) {
        let width = usize::from(shown.area.width);
        let Some(cells) = shown.content.get_mut(self.rows.start * width..self.rows.end * width)
        else {
            return;
        };
        let length = cells.len();
        let uncovered = match self.by {
            By::Up(count) => {
                cells.rotate_left(count * width);
                length - count * width..length
            }
            By::Down(count) => {
                cells.rotate_right(count * width);
                0..count * width
            }
        };
        cells[uncovered].fill(Cell::EMPTY);
    }
}
