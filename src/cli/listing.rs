//! Lists of records: a table for people, JSON, NDJSON and CSV for programs.
//!
//! Records are written as they come; at most the rows that settle a table's widths are in memory.
//! Cells of tables have no control character, and JSON has each as an escape sequence; CSV carries
//! them as they are, and [`output`] makes them visible on a terminal.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use unicode_truncate::UnicodeTruncateStr;
use unicode_width::UnicodeWidthStr;

use super::console::Console;
use super::error::CliError;
use super::output::{self, StandardOutput};
use crate::config::load::Config;
use crate::config::schema::ColourMode;
use crate::domain::text::{escape_control, escape_json};
use crate::domain::zone::Zone;

/// The formats of lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people
    #[default]
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
}

/// A record of a list. Its fields and their order in JSON are a promise.
pub trait Record: Serialize {
    /// The columns of CSV: names of fields of the JSON form, separated by blanks.
    const CSV: &'static str;
    /// Separates the entries of a list in one cell of CSV.
    const CSV_SEPARATOR: &'static str = "\n";
    /// Lays the record out for a table: heading and cell of each column. Every record has the same
    /// headings.
    fn columns(&self, zone: Zone) -> Vec<(&'static str, Cell)>;
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text; control characters are escaped when it is written.
    pub text: String,
    /// The meaning that a colour may show.
    pub emphasis: Emphasis,
}

/// The meaning of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Emphasis {
    /// Nothing special.
    #[default]
    Plain,
    /// Successful.
    Good,
    /// Under way.
    Busy,
    /// Failed.
    Bad,
}

impl Emphasis {
    fn escape_sequence(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "\x1b[36m",
            Self::Busy => "\x1b[33m",
            Self::Bad => "\x1b[1;31m",
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), emphasis: Emphasis::Plain }
    }
}

/// The look of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableStyle {
    /// The width that lines are cut to; `None`: they are not cut.
    pub width: Option<usize>,
    /// Uses colours.
    pub colour: bool,
    /// The zone of times.
    pub zone: Zone,
}

impl TableStyle {
    /// Fits the style to standard output: a terminal has a width and colours.
    pub fn of_stdout(config: &Config) -> Self {
        let terminal = io::stdout().is_terminal();
        let size = terminal.then(|| crossterm::terminal::size().ok()).flatten();
        // A terminal without a size tells 0.
        let size = size.filter(|(columns, _)| *columns > 0);
        Self {
            width: size.map(|(columns, _)| usize::from(columns)),
            colour: terminal && config.settings.colour.value == ColourMode::Auto,
            zone: config.settings.zone.value,
        }
    }
}

/// A list that is being written.
pub struct Listing<W: Write> {
    body: Body<W>,
    rows: u64,
}

enum Body<W: Write> {
    Table(Table<W>),
    Json { out: W, first: bool },
    Ndjson(W),
    Csv(Box<csv::Writer<W>>),
}

/// Writes a whole list to standard output.
pub fn print<R: Record>(
    format: Format,
    style: TableStyle,
    records: impl IntoIterator<Item = R>,
) -> Result<(), CliError> {
    let mut listing = Listing::on_stdout::<R>(format, style)?;
    for record in records {
        listing.put(&record)?;
    }
    listing.end()
}

impl Listing<StandardOutput> {
    /// Begins a list on standard output.
    pub fn on_stdout<R: Record>(format: Format, style: TableStyle) -> Result<Self, CliError> {
        let out = output::stdout();
        // A table makes its cells visible itself, and may colour them.
        let out = if format == Format::Table { out.styled() } else { out };
        Self::begin::<R>(format, style, out)
    }
}

impl<W: Write> Listing<W> {
    /// Begins a list.
    pub fn begin<R: Record>(format: Format, style: TableStyle, out: W) -> Result<Self, CliError> {
        let body = match format {
            Format::Table => Body::Table(Table::new(style, out)),
            Format::Json => Body::Json { out, first: true },
            Format::Ndjson => Body::Ndjson(out),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(R::CSV.split(' '))?;
                Body::Csv(Box::new(writer))
            }
        };
        Ok(Self { body, rows: 0 })
    }

    /// Adds a record.
    pub fn put<R: Record>(&mut self, record: &R) -> Result<(), CliError> {
        self.rows += 1;
        match &mut self.body {
            Body::Table(table) => table.put(record.columns(table.style.zone))?,
            Body::Json { out, first } => {
                out.write_all(if *first { b"[\n" } else { b",\n" })?;
                *first = false;
                out.write_all(escape_json(&serde_json::to_string(record)?).as_bytes())?;
            }
            Body::Ndjson(out) => {
                writeln!(out, "{}", escape_json(&serde_json::to_string(record)?))?;
            }
            Body::Csv(writer) => {
                let fields = serde_json::to_value(record)?;
                let cell = |name| without_formula(csv_cell::<R>(fields.get(name)));
                writer.write_record(R::CSV.split(' ').map(cell))?;
            }
        }
        Ok(())
    }

    /// Adds a record that is visited. Ends the visit where it cannot be written, and keeps the
    /// error.
    pub fn visit<R: Record>(
        &mut self,
        record: &R,
        failed: &mut Option<CliError>,
    ) -> ControlFlow<()> {
        match self.put(record) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                *failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Ends the list, and prints a note where it is a table without rows, of which nothing shows.
    pub fn end_or_note(self, console: Console, note: &str) -> Result<(), CliError> {
        let invisible = self.rows == 0 && matches!(self.body, Body::Table(_));
        self.end()?;
        if invisible {
            console.info(note);
        }
        Ok(())
    }

    /// Ends the list.
    pub fn end(self) -> Result<(), CliError> {
        match self.body {
            Body::Table(table) => table.end()?,
            Body::Json { mut out, first } => {
                out.write_all(if first { b"[]\n" } else { b"\n]\n" })?;
                out.flush()?;
            }
            Body::Ndjson(mut out) => out.flush()?,
            Body::Csv(mut writer) => writer.flush()?,
        }
        Ok(())
    }
}

/// Writes a field of the JSON form as text; one that is left out is empty.
fn csv_cell<R: Record>(field: Option<&Value>) -> String {
    match field {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(entries)) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| csv_cell::<R>(Some(entry))).collect();
            entries.join(R::CSV_SEPARATOR)
        }
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_))) => other.to_string(),
    }
}

/// Puts a `'` before a cell that a spreadsheet would run as a formula, as spreadsheets themselves
/// write it. The other formats carry the text as it is.
fn without_formula(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// Rows that are looked at before the widths of the columns are settled.
const SAMPLE_ROWS: usize = 200;

struct Table<W: Write> {
    out: W,
    style: TableStyle,
    widths: Vec<usize>,
    /// The headings and the first rows, until the widths are settled.
    sample: Vec<Vec<Cell>>,
    settled: bool,
}

impl<W: Write> Table<W> {
    fn new(style: TableStyle, out: W) -> Self {
        Self { out, style, widths: Vec::new(), sample: Vec::new(), settled: false }
    }

    fn put(&mut self, columns: Vec<(&'static str, Cell)>) -> io::Result<()> {
        if self.widths.is_empty() {
            self.widths = columns.iter().map(|(heading, _)| heading.width()).collect();
            self.sample.push(columns.iter().map(|(heading, _)| (*heading).into()).collect());
        }
        let mut cells: Vec<Cell> = columns.into_iter().map(|(_, cell)| cell).collect();
        for cell in &mut cells {
            cell.text = escape_control(&cell.text, 2_000);
        }
        if self.settled {
            return self.write_line(&cells);
        }
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = (*width).max(cell.text.width());
        }
        self.sample.push(cells);
        if self.sample.len() > SAMPLE_ROWS { self.settle() } else { Ok(()) }
    }

    fn settle(&mut self) -> io::Result<()> {
        self.settled = true;
        for cells in std::mem::take(&mut self.sample) {
            self.write_line(&cells)?;
        }
        Ok(())
    }

    fn write_line(&mut self, cells: &[Cell]) -> io::Result<()> {
        let mut left = self.style.width.unwrap_or(usize::MAX);
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                let gap = left.min(2);
                line.push_str("  ".get(..gap).unwrap_or_default());
                left -= gap;
            }
            let text = ellipsize(&cell.text, left);
            let width = text.width();
            left = left.saturating_sub(width);
            let coloured = self.style.colour && cell.emphasis != Emphasis::Plain;
            if coloured {
                line.push_str(cell.emphasis.escape_sequence());
            }
            line.push_str(&text);
            if coloured {
                line.push_str("\x1b[0m");
            }
            if index + 1 < cells.len() {
                let wanted = self.widths.get(index).copied().unwrap_or_default();
                let blanks = wanted.saturating_sub(width).min(left);
                line.extend(std::iter::repeat_n(' ', blanks));
                left -= blanks;
            }
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        self.out.write_all(line.as_bytes())
    }

    fn end(mut self) -> io::Result<()> {
        self.settle()?;
        self.out.flush()
    }
}

/// Cuts a text to a width in cells, with an ellipsis where something is missing.
fn ellipsize(text: &str, width: usize) -> Cow<'_, str> {
    match width {
        _ if text.width() <= width => text.into(),
        0 => "".into(),
        _ => format!("{}…", text.unicode_truncate(width - 1).0).into(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Pair {
        name: &'static str,
        count: u32,
    }

    impl Record for Pair {
        const CSV: &'static str = "name count";

        fn columns(&self, _: Zone) -> Vec<(&'static str, Cell)> {
            vec![("NAME", self.name.into()), ("COUNT", self.count.to_string().into())]
        }
    }

    fn written(format: Format, style: TableStyle, pairs: &[Pair]) -> String {
        let mut out = Vec::new();
        let mut listing = Listing::begin::<Pair>(format, style, &mut out).unwrap();
        for pair in pairs {
            listing.put(pair).unwrap();
        }
        listing.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    const PAIRS: &[Pair] =
        &[Pair { name: "=cmd|' /C calc'!A0", count: 1 }, Pair { name: "a\x1b[31m", count: 22 }];

    #[test]
    fn a_table_has_aligned_columns_and_no_control_characters() {
        assert_eq!(
            written(Format::Table, TableStyle::default(), PAIRS),
            "NAME                COUNT\n=cmd|' /C calc'!A0  1\na␛[31m              22\n"
        );
    }

    #[test]
    fn a_table_on_a_narrow_terminal_is_cut() {
        let style = TableStyle { width: Some(10), ..TableStyle::default() };
        for line in written(Format::Table, style, PAIRS).lines() {
            assert!(line.width() <= 10, "{line:?}");
        }
    }

    #[test]
    fn json_is_one_array_also_when_it_is_empty() {
        let text = written(Format::Json, TableStyle::default(), PAIRS);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value.as_array().unwrap().len(), 2);
        assert_eq!(written(Format::Json, TableStyle::default(), &[]), "[]\n");
    }

    #[test]
    fn ndjson_has_one_object_a_line() {
        let text = written(Format::Ndjson, TableStyle::default(), PAIRS);
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains(r#"{"name":"a\u001b[31m","count":22}"#), "{text}");
    }

    #[test]
    fn json_has_no_character_that_a_terminal_obeys() {
        let pair = [Pair { name: "a\u{9b}31m\u{202e}\u{7f}", count: 1 }];
        for format in [Format::Json, Format::Ndjson] {
            let text = written(format, TableStyle::default(), &pair);
            assert!(text.contains(r#""a\u009b31m\u202e\u007f""#), "{text}");
        }
    }

    #[test]
    fn a_csv_cell_is_never_a_formula() {
        assert_eq!(
            written(Format::Csv, TableStyle::default(), PAIRS),
            "name,count\n'=cmd|' /C calc'!A0,1\na\x1b[31m,22\n"
        );
    }
}
