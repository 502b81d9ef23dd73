//! The shape of a table: its delimiter, its heading, and which of its columns hold targets.

use super::super::form::{is_address, is_target, names_targets};
use super::super::markup::hyperlink;
use super::{Row, rows};

/// The number of bytes by which a table is known.
const SAMPLE: usize = 16 << 10;
/// Delimiters between cells, the surest first.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
/// The most words that a heading of one column has.
const HEADING_WORDS: usize = 6;

/// The shape of a table.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) delimiter: u8,
    /// The first byte after a spreadsheet's hint about the delimiter; 0 where there is none.
    pub(super) from: usize,
    /// The names of the columns, where there is a heading.
    pub(super) heading: Option<Vec<String>>,
    /// The columns that hold targets; empty: any cell may.
    pub(super) columns: Vec<usize>,
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
        let headed = delimiters.iter().find_map(|delimiter| Self::headed(sample, *delimiter, from));
        let plain =
            || delimiters.iter().find_map(|it| Self::plain(sample, *it, from, hint.is_some()));
        headed.or_else(|| one_column(sample)).or_else(plain)
    }

    /// Guesses the shape of what was said to be a table: the most frequent delimiter of its first
    /// line.
    pub(super) fn guessed(text: &str) -> Self {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',');
        Self { delimiter, from: 0, heading: None, columns: Vec::new(), is_export: false }
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
        if heading.len() < 2 || heading.iter().any(|cell| is_target(cell)) {
            return None;
        }
        let named = |name: &str| heading.iter().any(|it| it == name);
        let is_export = ["cname", "kind", "status", "targets"].into_iter().all(named);
        let columns: Vec<usize> = heading
            .iter()
            .enumerate()
            .filter(|(_, name)| if is_export { *name == "targets" } else { names_targets(name) })
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
        Some(Self { delimiter, from, heading: Some(heading), columns, is_export })
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
        let fits = |row: &Row| {
            let line = sample.get(row.place.clone()).unwrap_or_default();
            let first = row.cells.iter().position(|cell| is_address(cell));
            let last = row.cells.iter().rposition(|cell| is_address(cell));
            let (Some(first), Some(last)) = (first, last) else { return false };
            let all = row.cells.iter().all(|cell| is_target(cell));
            let quoted = line.starts_with('"') && line.contains("\",")
                || line.contains(",\"") && line.ends_with('"');
            let other = |cell: &String| !cell.contains(['/', '.']) || is_address(cell);
            let after = row.cells.get(last + 1..).unwrap_or_default();
            let clear = quoted
                || (first > 0 && row.cells.iter().take(first).all(|it| !it.contains(' ')))
                || (rows.len() > 2 && are_counts(after));
            !all && (is_sure || (clear && row.cells.iter().all(other)))
                && !line.trim_start().starts_with(['[', '{', '<', '#', '-', '>'])
        };
        let fitting = rows.iter().filter(|row| fits(row)).count();
        (fitting == rows.len()).then_some(Self {
            delimiter,
            from,
            heading: None,
            columns: Vec::new(),
            is_export: false,
        })
    }
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
        is_export: false,
    })
}

/// Returns true if cells are numbers and the last is a status of HTTP: no part of a path.
fn are_counts(cells: &[String]) -> bool {
    let is_number = |cell: &String| cell.bytes().all(|byte| byte.is_ascii_digit());
    cells.last().is_some_and(|last| is_status(last)) && cells.iter().all(is_number)
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
