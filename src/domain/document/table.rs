//! Tables: rows of cells between tabs, commas or semicolons, quoted as RFC 4180 has it.

mod shape;

use std::borrow::Cow;
use std::ops::Range;

use super::form::{holds_address, is_address, is_target, names_other};
use super::host::{Told, on_host, parted};
use super::logged::{is_other_method, names_method};
use super::markup::hyperlink;
use super::places::LineCounter;
use super::{Document, DocumentEntry, OmissionReason};
use crate::domain::kind::Kind;

use shape::Shape;

/// Returns true if a text is a table beyond doubt.
pub(super) fn is_table(text: &str) -> bool {
    Shape::of(text).is_some()
}

/// Reads the columns that hold targets: those whose heading says so, or without a heading the cells
/// that look like targets. A row that is shorter or longer than the heading is read by its cells.
pub(super) fn read(text: &str) -> Document<'_> {
    let shape = Shape::of(text).unwrap_or_else(|| Shape::guessed(text));
    let mut document = Document { columns: shape.names(), ..Document::default() };
    let above = text.get(..shape.from).unwrap_or_default().lines().enumerate();
    for (line, words) in above.filter(|(_, words)| !words.trim().is_empty()) {
        document.omit(line, OmissionReason::Heading, holds_address(words));
    }
    let mut lines = LineCounter::new(text);
    for (number, row) in rows(text, shape.delimiter, shape.from).into_iter().enumerate() {
        let line = lines.line_of(row.place.start);
        if number == 0 && shape.heading.is_some() {
            document.omit(line, OmissionReason::Heading, false);
            continue;
        }
        shape.put(&row, line, text, &mut document);
    }
    document
}

/// A row of a table.
#[derive(Clone, Debug)]
struct Row {
    cells: Vec<String>,
    /// Its bytes in the text, without its line's end.
    place: Range<usize>,
}

/// Reads the rows from a place on. A quote that is never closed ends with its line.
fn rows(text: &str, delimiter: u8, from: usize) -> Vec<Row> {
    let body = text.get(from..).unwrap_or_default();
    let mut rows = Vec::new();
    read_rows(body, from, delimiter, true, &mut rows);
    rows
}

fn read_rows(body: &str, from: usize, delimiter: u8, quoting: bool, rows: &mut Vec<Row>) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quoting)
        .from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut start = 0;
    while reader.read_record(&mut record).unwrap_or_default() {
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(body.len());
        let whole = body.get(start..end).unwrap_or_default();
        let begin = start + (whole.len() - whole.trim_start_matches(['\r', '\n']).len());
        let place = begin..begin.max(start + whole.trim_end_matches(['\r', '\n']).len());
        if quoting && end == body.len() && is_open(body.get(place.clone()).unwrap_or_default()) {
            // The last row: its quote never closes, so it is one mark of its line.
            read_rows(body.get(begin..).unwrap_or_default(), from + begin, delimiter, false, rows);
            return;
        }
        rows.push(Row {
            cells: record.iter().map(|cell| cell.trim().to_owned()).collect(),
            place: from + place.start..from + place.end,
        });
        start = end;
    }
}

/// Returns true if the quotes of a row do not close, although it goes on over lines.
fn is_open(row: &str) -> bool {
    row.contains('\n') && row.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
}

/// Cells that say that there is nothing.
const NOTHING: [&str; 8] = ["", "-", "n/a", "na", "null", "none", "(not set)", "nan"];

fn is_nothing(cell: &str) -> bool {
    NOTHING.iter().any(|word| word.eq_ignore_ascii_case(cell))
}

impl Shape {
    /// Puts the targets of a row.
    fn put<'a>(&self, row: &Row, line: usize, text: &'a str, document: &mut Document<'a>) {
        let heading = self.heading.as_ref();
        let fits = heading.is_none_or(|names| names.len() == row.cells.len());
        if fits && self.is_other_method(row) {
            document.omit(line, OmissionReason::Method, false);
            return;
        }
        let before = document.entries.len();
        let mut from = row.place.start;
        for (number, cell) in row.cells.iter().enumerate() {
            let place = place_in(text, from..row.place.end, cell);
            from = place.as_ref().map_or(from, |place| place.end);
            let is_target_column = self.columns.contains(&number) && fits;
            let cell = hyperlink(cell).unwrap_or_else(|| unmarked(cell));
            // Within the cell: a link and a mark stand around it.
            let place = place.and_then(|place| place_in(text, place, cell));
            let taken = match heading {
                Some(_) if fits => is_target_column && !is_nothing(cell),
                Some(_) => is_address(cell),
                None if self.columns.is_empty() => is_target(cell),
                None => is_target_column,
            };
            if taken {
                let told = self.host(row, number, cell);
                if told.is_torn && !is_with_host(cell) {
                    document.omit(line, OmissionReason::Column(self.name(number, fits)), true);
                    continue;
                }
                let host = told.host();
                for target in cell.split('\n').map(str::trim).filter(|it| !it.is_empty()) {
                    let place = place_in(text, row.place.clone(), target)
                        .filter(|_| target != cell)
                        .or_else(|| place.clone().filter(|_| target == cell));
                    put(target, host, place, row, line, text, document);
                }
            } else if is_address(cell) {
                let name = self.name(number, fits);
                document.omit(line, OmissionReason::Column(name), self.is_guess);
            }
        }
        if self.is_export && self.cell(row, "kind") == Some(Kind::All.word()) {
            let host = self.cell(row, "cname").unwrap_or_default().to_owned();
            document.omit(line, OmissionReason::Everything(host), true);
        } else if document.entries.len() == before {
            document.omit(line, OmissionReason::Empty, true);
        }
    }

    /// Returns true if a cell under the name of a method holds another than GET and HEAD.
    fn is_other_method(&self, row: &Row) -> bool {
        let named = self.heading.iter().flatten().zip(&row.cells);
        let mut methods = named.filter(|(name, _)| names_method(name)).map(|(_, cell)| cell);
        methods.any(|cell| is_other_method(cell) == Some(true))
    }

    /// The cell of a row of an export under a name.
    fn cell<'r>(&self, row: &'r Row, name: &str) -> Option<&'r str> {
        let at = self.heading.as_ref()?.iter().position(|it| it == name)?;
        row.cells.get(at).map(String::as_str)
    }

    /// The name of a column, or else its number.
    fn name(&self, number: usize, fits: bool) -> String {
        let name = self.heading.as_ref().filter(|_| fits).and_then(|names| names.get(number));
        name.cloned().unwrap_or_else(|| (number + 1).to_string())
    }

    /// The host that a target of a row belongs to, as the cells beside it tell.
    fn host<'r>(&self, row: &'r Row, own: usize, target: &str) -> Told<'r> {
        let mut told = Told::default();
        let fits = self.heading.as_ref().is_none_or(|names| names.len() == row.cells.len());
        for (number, cell) in row.cells.iter().enumerate().filter(|(number, _)| *number != own) {
            let name = self.heading.as_ref().filter(|_| fits).and_then(|it| it.get(number));
            let name = name.map_or("", String::as_str);
            match parted(cell).filter(|(_, path)| *path == target) {
                Some((host, _)) if !names_other(name) => told.add_site(host),
                _ => told.add(name, cell),
            }
        }
        told
    }
}

/// Returns true if a target names its host itself.
fn is_with_host(target: &str) -> bool {
    !target.starts_with('/') && is_address(target)
}

/// A cell without the mark by which a spreadsheet keeps it as text.
fn unmarked(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_target(rest)).unwrap_or(cell)
}

fn put<'a>(
    target: &str,
    host: Option<&str>,
    place: Option<Range<usize>>,
    row: &Row,
    line: usize,
    text: &'a str,
    document: &mut Document<'a>,
) {
    let there = place.clone().and_then(|place| text.get(place));
    let before = text.get(row.place.start..place.as_ref().map_or(row.place.start, |it| it.start));
    let line = line + before.map_or(0, |before| before.matches('\n').count());
    let (written, place) = match (host.and_then(|host| on_host(host, target)), there) {
        (Some(url), _) => (Cow::Owned(url), None),
        (None, Some(there)) => (Cow::Borrowed(there), place),
        (None, None) => (Cow::Owned(target.to_owned()), None),
    };
    let until = line;
    let alone = row.cells.len() == 1;
    document.entries.push(DocumentEntry { line, text: written, alone, until, place });
}

/// Finds a cell's text within a row.
fn place_in(text: &str, within: Range<usize>, cell: &str) -> Option<Range<usize>> {
    if cell.is_empty() {
        return None;
    }
    let at = text.get(within.clone())?.find(cell)? + within.start;
    Some(at..at + cell.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        assert!(is_table(text), "{text}");
        read(text).entries.into_iter().map(|entry| entry.text.into_owned()).collect()
    }

    #[test]
    fn columns_are_known_by_their_heading() {
        for (text, expected) in [
            ("url,status\n/a,200\n\"/b,c\",404", &["/a", "/b,c"][..]),
            ("status;path\n200;/a", &["/a"]),
            ("URL\n/a.jpg\n", &["/a.jpg"]),
            ("Page URL\nhttps://h.com/a", &["https://h.com/a"]),
            (
                "Top pages,Clicks\nhttps://h.com/a.html,12\n\"https://h.com/b\",\"1,000\"",
                &["https://h.com/a.html", "https://h.com/b"],
            ),
            ("Page path and screen class,Views\n/a,3\n(not set),9", &["/a"]),
            ("source url,target url\n/a,/b", &["/a", "/b"]),
            ("method,url\nPOST,/a\nGET,/b", &["/b"]),
            ("sep=;\nurl;status\nhttps://h.com/a.jpg;200", &["https://h.com/a.jpg"]),
            ("url,referer\n/a,https://h.com/\n", &["/a"]),
            (
                "status,url\n200,https://h.com/a.jpg\nhttps://h.com/b.jpg\n/c.jpg",
                &["https://h.com/a.jpg", "https://h.com/b.jpg", "/c.jpg"],
            ),
            ("url,note\n/a,\"two\nlines\"\n/b,x", &["/a", "/b"]),
            ("\"Address\",\"Content Type\"\n\"https://h.com/\",\"text/html\"", &["https://h.com/"]),
            ("i\turl\tstatus\n1\thttps://h.com/a\t200\n2\t\t404", &["https://h.com/a"]),
            ("id,url\r\n1,/a\r\n2,img/b.jpg\r\n", &["/a", "img/b.jpg"]),
            (
                "name,link\nx,\"=HYPERLINK(\"\"https://h.com/a.jpg\"\",\"\"a\"\")\"",
                &["https://h.com/a.jpg"],
            ),
            (
                "account,cname,kind,status,targets\np,h.com,url,failed,\"/a\nhttps://h.com/b\"\np,h.com,all,failed,",
                &["https://h.com/a", "https://h.com/b"],
            ),
        ] {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn without_a_heading_cells_are_known_by_their_form() {
        for (text, expected) in [
            ("2026-01-01,https://h.com/a,200", &["https://h.com/a"][..]),
            ("\"https://h.com/a\"\"b.jpg\",1", &["https://h.com/a\"b.jpg"]),
            ("/a\t200\tGET", &["/a"]),
            ("/a,200\n/b,404\n/c,200", &["/a", "/b", "/c"]),
            ("/a,7,200\n/b,8,404\n/c,9,200", &["/a", "/b", "/c"]),
        ] {
            assert_eq!(texts(text), expected, "{text}");
        }
        for text in [
            "/a,/b",
            "/a, /b,/c",
            "/tiles/1,2\n/tiles/3,4",
            "/img/w_2,h_3/a.jpg",
            "/a\n/b",
            "a b, c",
            "\"/a\" '/b'",
            "/a.jpg\n/b.jpg # x, y",
            "URL",
            "[\"/a\", \"/b\"]",
        ] {
            assert!(!is_table(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_read_is_named_with_its_line() {
        let document = read("url,referer,n\n/a,https://h.com/,1\n,https://h.com/x,2\n/b");
        let named: Vec<_> = document.omissions.iter().map(|it| (it.line, &it.reason)).collect();
        let referer = OmissionReason::Column("referer".to_owned());
        assert_eq!(
            named,
            [
                (0, &OmissionReason::Heading),
                (1, &referer),
                (2, &referer),
                (2, &OmissionReason::Empty),
            ]
        );
        assert_eq!(document.columns, ["url"]);
        let all = read("cname,kind,status,targets\nh.com,all,failed,");
        assert!(
            all.omissions
                .iter()
                .any(|it| it.reason == OmissionReason::Everything("h.com".to_owned()))
        );
    }

    #[test]
    fn every_cell_knows_its_line_and_its_place() {
        let text = "name,url,n\n\"x\ny\",\"/a,b\",1\nz,/c,2";
        let document = read(text);
        let places: Vec<_> = document
            .entries
            .iter()
            .map(|it| (it.line, it.place.clone().and_then(|it| text.get(it))))
            .collect();
        assert_eq!(places, [(2, Some("/a,b")), (3, Some("/c"))]);
    }

    #[test]
    fn a_quote_that_never_closes_takes_no_other_line_with_it() {
        assert_eq!(texts("url,n\n\"/a,1\n/b,2\n/c,3").len(), 3);
    }
}
