//! Sums up in a line for the operator the way in which a document was understood.

use super::{Document, DocumentFormat, OmissionReason};

/// The most lines that are named one by one.
const MOST_NAMED: usize = 5;

/// The way in which a document was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAs {
    /// The format in which it was read.
    pub format: DocumentFormat,
    /// The columns that were read, where it is a table.
    pub columns: Vec<String>,
    /// The number of its entries.
    pub entries: usize,
    /// The lines of which nothing was read, counted from 0; comments and headings aside.
    pub not_read: Vec<usize>,
}

impl Document<'_> {
    /// Sums up how it was understood.
    pub fn read_as(&self) -> ReadAs {
        let mut with_entry = self.entries.iter().map(|entry| entry.line).peekable();
        let mut not_read: Vec<usize> = Vec::new();
        for omission in &self.omissions {
            let is_told =
                matches!(omission.reason, OmissionReason::Comment | OmissionReason::Heading);
            while with_entry.next_if(|line| *line < omission.line).is_some() {}
            let has_entry = with_entry.peek() == Some(&omission.line);
            if !is_told && !has_entry && not_read.last() != Some(&omission.line) {
                not_read.push(omission.line);
            }
        }
        let columns = self.columns.clone();
        ReadAs { format: self.format, columns, entries: self.entries.len(), not_read }
    }
}

impl ReadAs {
    /// Words it: `read as CSV, column url: 82 targets; 2 not read: lines 7, 9`.
    pub fn words(&self) -> String {
        let columns = match self.columns.as_slice() {
            [] => String::new(),
            [one] => format!(", column {}", shown(one)),
            several => {
                let names: Vec<String> = several.iter().map(|name| shown(name)).collect();
                format!(", columns {}", names.join(" and "))
            }
        };
        let targets = if self.entries == 1 { "target" } else { "targets" };
        let not_read = match self.not_read.len() {
            0 => String::new(),
            count => format!("; {count} not read: {}", numbers(&self.not_read)),
        };
        let title = self.format.title();
        format!("read as {title}{columns}: {} {targets}{not_read}", self.entries)
    }
}

/// Names lines: `line 7`, `lines 7, 9 …`.
pub fn numbers(lines: &[usize]) -> String {
    let named: Vec<String> =
        lines.iter().take(MOST_NAMED).map(|line| (line + 1).to_string()).collect();
    let more = if lines.len() > MOST_NAMED { " …" } else { "" };
    let noun = if lines.len() == 1 { "line" } else { "lines" };
    format!("{noun} {}{more}", named.join(", "))
}

fn shown(name: &str) -> String {
    crate::domain::text::escape_control(name, 40)
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn a_document_is_summed_up_in_a_line() {
        for (text, words) in [
            (
                "url,n\n/a,1\n,2\n/b,3\n,4",
                "read as CSV, column url: 2 targets; 2 not read: lines 3, 5",
            ),
            ("/a", "read as a list of lines: 1 target"),
            ("Hi,\n# note\n/a and so", "read as text: 1 target; 1 not read: line 1"),
        ] {
            assert_eq!(read(text, None).read_as().words(), words, "{text}");
        }
    }
}
