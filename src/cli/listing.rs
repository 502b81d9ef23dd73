//! Lists of records in the four formats: a table for people, JSON, NDJSON and CSV for programs. Records are written as
//! they come; no format keeps more than the first screens of them in memory.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::error::CliError;
use super::setup::Talk;
use crate::domain::text::escape_control;
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

/// What can stand in a list.
pub trait Record: Serialize {
    /// The table's headings.
    const TABLE: &'static [&'static str];
    /// The CSV file's headings.
    const CSV: &'static [&'static str];
    /// One cell for each of the table's headings, times by the zone's clock.
    fn table(&self, zone: Zone) -> Vec<Cell>;
    /// One cell for each of the CSV file's headings.
    fn csv(&self) -> Vec<String>;
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text; made safe for the terminal when it is written.
    pub text: String,
    /// What it means, where a colour may say so.
    pub tone: Tone,
}

/// What a cell means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// It went well.
    Good,
    /// It is under way.
    Busy,
    /// It went wrong.
    Bad,
}

impl Tone {
    fn start(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "\x1b[36m",
            Self::Busy => "\x1b[33m",
            Self::Bad => "\x1b[1;31m",
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, tone: Tone::Plain }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// An instant as tables show it: to the second, with what the zone's clock is ahead of UTC.
pub fn clock(instant: DateTime<Utc>, zone: Zone) -> String {
    let shown = zone.show(instant);
    let ahead = match zone {
        Zone::Utc => "Z".to_owned(),
        Zone::Local | Zone::Fixed(_) => shown.offset().to_string(),
    };
    format!("{}{ahead}", shown.format("%Y-%m-%d %H:%M:%S"))
}

/// How a table may look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// The width that lines are cut to; `None`: they are not.
    pub width: Option<usize>,
    /// Whether colours are used.
    pub colour: bool,
    /// The zone of times.
    pub zone: Zone,
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

impl<W: Write> Listing<W> {
    /// Begins a list.
    pub fn begin<R: Record>(format: Format, looks: Looks, out: W) -> Result<Self, CliError> {
        let body = match format {
            Format::Table => Body::Table(Table::new(R::TABLE, looks, out)),
            Format::Json => Body::Json { out, first: true },
            Format::Ndjson => Body::Ndjson(out),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(R::CSV)?;
                Body::Csv(Box::new(writer))
            }
        };
        Ok(Self { body, rows: 0 })
    }

    /// Adds a record.
    pub fn put<R: Record>(&mut self, record: &R) -> Result<(), CliError> {
        self.rows += 1;
        match &mut self.body {
            Body::Table(table) => table.put(record.table(table.looks.zone))?,
            Body::Json { out, first } => {
                out.write_all(if *first { b"[\n" } else { b",\n" })?;
                *first = false;
                serde_json::to_writer(out, record)?;
            }
            Body::Ndjson(out) => {
                serde_json::to_writer(&mut *out, record)?;
                out.write_all(b"\n")?;
            }
            Body::Csv(writer) => {
                writer.write_record(record.csv().into_iter().map(harmless))?;
            }
        }
        Ok(())
    }

    /// Ends the list; of a table without rows, of which nothing is seen, this is said. Programs see an empty list.
    pub fn end_or_say(self, talk: Talk, nothing: &str) -> Result<(), CliError> {
        let unseen = self.rows == 0 && matches!(self.body, Body::Table(_));
        self.end()?;
        if unseen {
            talk.say(nothing);
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

/// A cell that a spreadsheet would run as a formula gets a `'` in front, as spreadsheets themselves write it. The other
/// formats carry the text as it is.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// So many rows are looked at before the columns' widths are settled.
const LOOKED_AT: usize = 200;

struct Table<W: Write> {
    out: W,
    looks: Looks,
    headings: &'static [&'static str],
    widths: Vec<usize>,
    waiting: Vec<Vec<Cell>>,
    settled: bool,
}

impl<W: Write> Table<W> {
    fn new(headings: &'static [&'static str], looks: Looks, out: W) -> Self {
        Self {
            out,
            looks,
            headings,
            widths: headings.iter().map(|heading| heading.width()).collect(),
            waiting: Vec::new(),
            settled: false,
        }
    }

    fn put(&mut self, mut cells: Vec<Cell>) -> io::Result<()> {
        for cell in &mut cells {
            cell.text = escape_control(&cell.text, 2_000);
        }
        if self.settled {
            return self.line(&cells);
        }
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = (*width).max(cell.text.width());
        }
        self.waiting.push(cells);
        if self.waiting.len() >= LOOKED_AT {
            self.settle()?;
        }
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        self.settled = true;
        let headings: Vec<Cell> = self.headings.iter().map(|&text| text.into()).collect();
        self.line(&headings)?;
        for cells in std::mem::take(&mut self.waiting) {
            self.line(&cells)?;
        }
        Ok(())
    }

    fn line(&mut self, cells: &[Cell]) -> io::Result<()> {
        let mut left = self.looks.width.unwrap_or(usize::MAX);
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                let gap = left.min(2);
                line.push_str("  ".get(..gap).unwrap_or_default());
                left -= gap;
            }
            let text = cut(&cell.text, left);
            let width = text.width();
            left = left.saturating_sub(width);
            let coloured = self.looks.colour && !cell.tone.start().is_empty();
            if coloured {
                line.push_str(cell.tone.start());
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
        if !self.settled && !self.waiting.is_empty() {
            self.settle()?;
        }
        self.out.flush()
    }
}

/// The text cut to a width in cells, with an ellipsis where something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for character in text.chars() {
        let cells = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if used + cells + 1 > width {
            break;
        }
        used += cells;
        cut.push(character);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
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
        const TABLE: &'static [&'static str] = &["NAME", "COUNT"];
        const CSV: &'static [&'static str] = &["name", "count"];

        fn table(&self, _: Zone) -> Vec<Cell> {
            vec![self.name.into(), self.count.to_string().into()]
        }

        fn csv(&self) -> Vec<String> {
            vec![self.name.to_owned(), self.count.to_string()]
        }
    }

    fn written(format: Format, looks: Looks, pairs: &[Pair]) -> String {
        let mut out = Vec::new();
        let mut listing = Listing::begin::<Pair>(format, looks, &mut out).unwrap();
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
            written(Format::Table, Looks::default(), PAIRS),
            "NAME                COUNT\n=cmd|' /C calc'!A0  1\na␛[31m              22\n"
        );
    }

    #[test]
    fn a_table_on_a_narrow_terminal_is_cut() {
        let looks = Looks { width: Some(10), ..Looks::default() };
        for line in written(Format::Table, looks, PAIRS).lines() {
            assert!(line.width() <= 10, "{line:?}");
        }
    }

    #[test]
    fn json_is_one_array_also_when_it_is_empty() {
        let text = written(Format::Json, Looks::default(), PAIRS);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value.as_array().unwrap().len(), 2);
        assert_eq!(written(Format::Json, Looks::default(), &[]), "[]\n");
    }

    #[test]
    fn ndjson_has_one_object_a_line() {
        let text = written(Format::Ndjson, Looks::default(), PAIRS);
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains(r#"{"name":"a\u001b[31m","count":22}"#), "{text}");
    }

    #[test]
    fn a_csv_cell_is_never_a_formula() {
        assert_eq!(
            written(Format::Csv, Looks::default(), PAIRS),
            "name,count\n'=cmd|' /C calc'!A0,1\na\x1b[31m,22\n"
        );
    }
}
