//! The shape of a table: its delimiter, its heading, and which of its columns hold targets.

use super::super::form::{holds_address, is_address, is_relative, is_target, names_targets};
use super::super::host::{host_of, is_file};
use super::super::markup::hyperlink;
use super::{Row, is_nothing, rows};

/// The number of bytes by which a table is known.
const SAMPLE: usize = 16 << 10;
/// Delimiters between cells, the surest first.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
/// The most words that a heading of one column has.
const HEADING_WORDS: usize = 6;
/// The most lines above a heading: a report's title, its dates.
const PREAMBLE: usize = 20;

/// The shape of a table.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) delimiter: u8,
    /// The first byte of the rows: after a spreadsheet's hint about the delimiter, or after a
    /// report's title.
    pub(super) from: usize,
    /// The names of the columns, where there is a heading.
    pub(super) heading: Option<Vec<String>>,
    /// The columns that hold targets; empty: any cell may.
    pub(super) columns: Vec<usize>,
    /// True if the heading does not say which columns hold targets: their cells do.
    pub(super) is_guess: bool,
    /// True if it is a list of purges that was exported from here.
    pub(super) is_export: bool,
}

impl Shape {
    /// Recognises a table; `None` where a text may be anything else.
    pub(super) fn of(text: &str) -> Option<Self> {
        let sample = sample(text);
        let hint = hint(sample);
        let (delimiters, from) = match &hint {
            Some((delimiter, from)) => (std::slice::from_ref(delimiter), *from),
            None => (DELIMITERS.as_slice(), 0),
        };
        let by = |shape: fn(&str, u8, usize) -> Option<Self>, from| {
            delimiters.iter().find_map(|delimiter| shape(sample, *delimiter, from))
        };
        let plain =
            || delimiters.iter().find_map(|it| Self::plain(sample, *it, from, hint.is_some()));
        by(Self::headed, from)
            .or_else(|| one_column(sample))
            .or_else(|| starts(sample).find_map(|from| by(Self::titled, from)))
            .or_else(plain)
            .or_else(|| by(Self::strange, from))
    }

    /// Guesses the shape of what was said to be a table: the most frequent delimiter of its first
    /// line.
    pub(super) fn guessed(text: &str) -> Self {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',');
        Self {
            delimiter,
            from: 0,
            heading: None,
            columns: Vec::new(),
            is_guess: true,
            is_export: false,
        }
    }

    /// The names of the columns with targets.
    pub(super) fn names(&self) -> Vec<String> {
        let heading = self.heading.iter().flatten().enumerate();
        let named = heading.filter(|(number, _)| self.columns.contains(number));
        named.map(|(_, name)| name.clone()).collect()
    }

    /// A table whose first row names its columns.
    fn headed(sample: &str, delimiter: u8, from: usize) -> Option<Self> {
        let rows = rows(sample, delimiter, from);
        let heading = rows.first()?.cells.clone();
        if heading.len() < 2 || heading.iter().any(|it| is_target(it) || holds_address(it)) {
            return None;
        }
        let named = |name: &str| heading.iter().any(|it| it == name);
        let is_export = ["cname", "kind", "status", "targets"].into_iter().all(named);
        let columns: Vec<usize> = heading
            .iter()
            .enumerate()
            .filter(|(_, name)| {
                if is_export {
                    *name == "targets"
                } else {
                    names_targets(name) || is_end_of_link(name, &heading)
                }
            })
            .map(|(number, _)| number)
            .collect();
        // Columns of which one holds addresses; another may only speak of them.
        let holds = |column: &usize| {
            let mut cells = rows.iter().skip(1).filter_map(|row| row.cells.get(*column));
            cells.any(|cell| is_address(cell) || hyperlink(cell).is_some())
        };
        let holding: Vec<usize> = columns.iter().copied().filter(holds).collect();
        let columns = if holding.is_empty() { columns } else { holding };
        if columns.is_empty() {
            return None;
        }
        let heading = Some(heading);
        Some(Self { delimiter, from, heading, columns, is_guess: false, is_export })
    }

    /// A table under a report's title: its first row holds an address where its heading says so.
    fn titled(sample: &str, delimiter: u8, from: usize) -> Option<Self> {
        let shape = Self::headed(sample, delimiter, from)?;
        let width = shape.heading.as_ref().map_or(0, Vec::len);
        let first = rows(sample, delimiter, from).into_iter().nth(1)?;
        let holds = |at: &usize| first.cells.get(*at).is_some_and(|it| is_target(it));
        (first.cells.len() == width && shape.columns.iter().any(holds)).then_some(shape)
    }

    /// A table whose heading nobody knows: rows of one width and, under a first row of words, a
    /// column of addresses. Only the first of several such columns is read.
    fn strange(sample: &str, delimiter: u8, from: usize) -> Option<Self> {
        let rows = rows(sample, delimiter, from);
        let (first, rest) = rows.split_first()?;
        let width = first.cells.len();
        let line = sample.get(first.place.clone()).unwrap_or_default();
        // Prose has a blank after its commas.
        let is_prose = [", ", "; "].iter().any(|it| line.contains(it)) || holds_address(line);
        let is_name = |cell: &String| {
            !is_nothing(cell)
                && !is_target(cell)
                && cell.chars().any(char::is_alphabetic)
                && cell.split_whitespace().count() <= HEADING_WORDS
        };
        let fits = !is_prose
            && width >= 2
            && !rest.is_empty()
            && first.cells.iter().all(is_name)
            && !line.starts_with(['[', '{', '<', '#', '-', '>', '|'])
            && rest.iter().all(|row| row.cells.len() == width);
        let holds = |column: &usize| {
            let cells = || rest.iter().filter_map(|row| row.cells.get(*column));
            cells().any(|it| is_address(it)) && cells().all(|it| is_target(it) || is_nothing(it))
        };
        let column = (0..width).find(|column| fits && holds(column))?;
        let (heading, columns) = (Some(first.cells.clone()), vec![column]);
        Some(Self { delimiter, from, heading, columns, is_guess: true, is_export: false })
    }

    /// A table without a heading: rows of one width, with a cell that is a target and one that
    /// cannot be a part of it.
    fn plain(sample: &str, delimiter: u8, from: usize, hinted: bool) -> Option<Self> {
        let rows = rows(sample, delimiter, from);
        let width = rows.first()?.cells.len();
        if width < 2 || rows.iter().any(|row| row.cells.len() != width) {
            return None;
        }
        let is_sure = hinted || delimiter == b'\t';
        let quoted = |row: &Row| {
            let line = sample.get(row.place.clone()).unwrap_or_default();
            line.starts_with('"') && line.contains("\",")
                || line.contains(",\"") && line.ends_with('"')
        };
        let fits = |row: &Row| {
            let line = sample.get(row.place.clone()).unwrap_or_default();
            let first = row.cells.iter().position(|cell| is_address(cell));
            let last = row.cells.iter().rposition(|cell| is_address(cell));
            let (Some(first), Some(last)) = (first, last) else { return false };
            let all = row.cells.iter().all(|cell| is_target(cell));
            let other = |cell: &String| {
                !cell.contains(['/', '.']) || is_address(cell) || host_of(cell).is_some()
            };
            let after = row.cells.get(last + 1..).unwrap_or_default();
            let ends = row.cells.get(last).is_some_and(|cell| is_ended(cell));
            let clear = quoted(row)
                || (first > 0 && row.cells.iter().take(first).all(|it| !it.contains(' ')))
                || (rows.len() > 2 && are_counts(after))
                || (rows.len() > 1
                    && ends
                    && !after.is_empty()
                    && after.iter().all(|cell| is_number(cell)));
            !all && (is_sure || (clear && row.cells.iter().all(other)))
                && !line.trim_start().starts_with(['[', '{', '<', '#', '-', '>'])
        };
        let columns = if rows.iter().all(fits) {
            Vec::new()
        } else if rows.iter().all(quoted) {
            vec![column_of_files(&rows, width)?]
        } else {
            return None;
        };
        Some(Self { delimiter, from, heading: None, columns, is_guess: true, is_export: false })
    }
}

/// The places after the first lines, as long as those hold no address but in a comment.
fn starts(sample: &str) -> impl Iterator<Item = usize> {
    let mut at = 0;
    let lines = sample.split_inclusive('\n').take(PREAMBLE);
    lines.map_while(move |line| {
        at += line.len();
        (line.starts_with('#') || !holds_address(line)).then_some(at)
    })
}

/// Returns true if a heading has both ends of a link or a redirect, and the name is one of them.
fn is_end_of_link(name: &str, heading: &[String]) -> bool {
    let ends = ["source", "destination"];
    let is = |name: &str, end: &str| name.eq_ignore_ascii_case(end);
    ends.iter().all(|end| heading.iter().any(|it| is(it, end)))
        && ends.iter().any(|end| is(name, end))
}

/// The one column in which every cell is a file's path without its slash.
fn column_of_files(rows: &[Row], width: usize) -> Option<usize> {
    let is_file = |cell: &String| cell.contains('/') && is_relative(cell) && !cell.contains(' ');
    let all_are = |column: &usize| {
        let mut cells = rows.iter().map(|row| row.cells.get(*column));
        cells.all(|cell| cell.is_some_and(is_file))
    };
    let columns: Vec<usize> = (0..width).filter(all_are).collect();
    columns.as_slice().first().copied().filter(|_| columns.len() == 1)
}

/// Returns true if an address ends as a comma does not go on: with a slash or a file's ending.
fn is_ended(address: &str) -> bool {
    address.ends_with('/') || address.rsplit_once('/').is_some_and(|(_, name)| is_file(name))
}

/// A table of one column under a heading that names targets.
fn one_column(sample: &str) -> Option<Shape> {
    let mut lines = sample.lines().map(str::trim).filter(|line| !line.is_empty());
    let heading = lines.next()?.trim_matches('"');
    let fine = names_targets(heading)
        && heading.split_whitespace().count() <= HEADING_WORDS
        && !heading.contains(['/', '.', ':', ',', ';', '\t', '#', '*', '<', '|'])
        && !heading.starts_with('-');
    let mut rows = lines.peekable();
    rows.peek()?;
    let is_cell = |line: &str| {
        let cell = line.trim_matches('"');
        is_address(cell) && !cell.contains([' ', '\t'])
    };
    (fine && rows.all(is_cell)).then(|| Shape {
        delimiter: b'\t',
        from: 0,
        heading: Some(vec![heading.to_owned()]),
        columns: vec![0],
        is_guess: false,
        is_export: false,
    })
}

/// Returns true if cells are numbers and the last is a status of HTTP: no part of a path.
fn are_counts(cells: &[String]) -> bool {
    cells.last().is_some_and(|last| is_status(last)) && cells.iter().all(|cell| is_number(cell))
}

fn is_number(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_status(cell: &str) -> bool {
    cell.len() == 3 && cell.bytes().all(|byte| byte.is_ascii_digit()) && cell < "600"
}

/// The spreadsheet's first line that names the delimiter: `sep=;`.
fn hint(sample: &str) -> Option<(u8, usize)> {
    let line = sample.lines().next()?;
    let bytes = line.trim_end().strip_prefix("sep=")?.as_bytes();
    let [delimiter] = bytes else { return None };
    Some((*delimiter, (line.len() + 1).min(sample.len())))
}

/// The first rows of a text.
fn sample(text: &str) -> &str {
    if text.len() <= SAMPLE {
        return text;
    }
    let end = text.as_bytes().get(..SAMPLE).and_then(|it| it.iter().rposition(|it| *it == b'\n'));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}
