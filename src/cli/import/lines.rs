//! Parses exported history line by line, in batches; reports unreadable lines with number and
//! reason.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use crate::cli::purge_record::PurgeRecord;
use crate::domain::purge::Purge;
use crate::domain::text::escape_control;

/// Most purges in one batch.
pub const BATCH: usize = 10_000;
/// Bytes of lines after which a batch ends, so that long lines take no more memory than short ones.
const BATCH_BYTES: u64 = 16 * 1024 * 1024;
/// Longest readable line, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;
/// Bad lines that are reported with their reason; the others are only counted.
const MAX_REPORTED: usize = 20;

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The line number, from 1.
    pub line: u64,
    /// The reason.
    pub message: String,
}

/// The progress and result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Purges handed on.
    pub good: u64,
    /// Purges that are older than what is kept, and were left out.
    pub unkept: u64,
    /// Unreadable lines.
    pub bad: u64,
    /// Bytes read.
    pub bytes: u64,
    /// The first unreadable lines.
    pub reported: Vec<BadLine>,
}

/// Parses to the end. Each batch is handed to `take` before the next is read, until it breaks.
/// Purges of before `kept_from` are counted and left out.
pub fn read(
    mut input: impl BufRead,
    kept_from: Option<DateTime<Utc>>,
    mut take: impl FnMut(Vec<Purge>, &Parsed) -> ControlFlow<()>,
) -> io::Result<Parsed> {
    let mut parsed = Parsed::default();
    let mut batch = Vec::new();
    let mut line = Vec::new();
    let (mut number, mut taken) = (0, 0);
    while next_line(&mut input, &mut line)? {
        number += 1;
        parsed.bytes += line.len() as u64 + 1;
        let bytes =
            if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line };
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match parse(bytes) {
            Ok(purge) if kept_from.is_some_and(|from| purge.created < from) => parsed.unkept += 1,
            Ok(purge) => {
                batch.push(purge);
                parsed.good += 1;
            }
            Err(message) => {
                parsed.bad += 1;
                if parsed.reported.len() < MAX_REPORTED {
                    parsed.reported.push(BadLine { line: number, message });
                }
            }
        }
        if batch.len() == BATCH || (parsed.bytes - taken >= BATCH_BYTES && !batch.is_empty()) {
            taken = parsed.bytes;
            if take(std::mem::take(&mut batch), &parsed).is_break() {
                return Ok(parsed);
            }
        }
    }
    if !batch.is_empty() {
        let _ = take(batch, &parsed);
    }
    Ok(parsed)
}

fn parse(line: &[u8]) -> Result<Purge, String> {
    if line.len() as u64 > MAX_LINE_BYTES {
        return Err("the line is too long".to_owned());
    }
    // Checked once for the line and not for each of its texts; bytes that are no text are named by
    // the parser.
    let record = match str::from_utf8(line) {
        Ok(text) => serde_json::from_str::<PurgeRecord<'_>>(text),
        Err(_) => serde_json::from_slice(line),
    };
    record
        .map_err(|error| error.to_string())
        .and_then(PurgeRecord::into_purge)
        .map_err(|message| escape_control(&message, 300))
}

/// Reads a line without its end into `line`, at most one byte more than [`MAX_LINE_BYTES`], and
/// skips the rest. Returns `false` at the end of the input.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let count = input.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', line)?;
    if count == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 > MAX_LINE_BYTES {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn record(id: u32) -> String {
        format!(
            concat!(
                r#"{{"schema_version":1,"account":"a","provider":"p","id":"{}","kind":"url","#,
                r#""status":"failed","created":"2026-09-11T07:13:31Z","targets":["/x"]}}"#
            ),
            id
        )
    }

    fn read_all(text: &[u8]) -> (Parsed, Vec<Vec<String>>) {
        let mut batches = Vec::new();
        let parsed = read(text, None, |batch, _| {
            batches.push(batch.iter().map(|purge| purge.id.to_string()).collect());
            ControlFlow::Continue(())
        })
        .unwrap();
        (parsed, batches)
    }

    #[test]
    fn bad_lines_are_named_by_their_number_and_the_good_ones_are_read() {
        let text = format!("\u{feff}{}\r\n\n{{\n{}\nnonsense\n{}", record(1), record(2), record(3));
        let (parsed, batches) = read_all(text.as_bytes());
        assert_eq!(batches, [["1", "2", "3"]]);
        assert_eq!((parsed.good, parsed.bad), (3, 2));
        let lines: Vec<u64> = parsed.reported.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [3, 5]);
    }

    #[test]
    fn a_line_that_is_not_text_is_a_bad_one() {
        let (parsed, _) = read_all(b"\xff\xfe\n");
        assert_eq!((parsed.good, parsed.bad), (0, 1));
    }

    #[test]
    fn many_lines_come_in_batches() {
        let text: String = (0..=BATCH as u32).map(|id| record(id) + "\n").collect();
        let (parsed, batches) = read_all(text.as_bytes());
        assert_eq!(parsed.good, BATCH as u64 + 1);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [BATCH, 1]);
    }

    #[test]
    fn long_lines_come_in_batches_of_fewer() {
        let long = "x".repeat(BATCH_BYTES as usize / 3);
        let text: String = (0..7).map(|id| record(id).replace("/x", &long) + "\n").collect();
        let (parsed, batches) = read_all(text.as_bytes());
        assert_eq!((parsed.good, parsed.bad), (7, 0));
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    }

    #[test]
    fn nothing_more_is_read_once_nobody_takes_it() {
        let text: String = (0..3 * BATCH as u32).map(|id| record(id) + "\n").collect();
        let parsed = read(text.as_bytes(), None, |_, _| ControlFlow::Break(())).unwrap();
        assert_eq!(parsed.good, BATCH as u64);
    }

    #[test]
    fn purges_that_are_older_than_what_is_kept_are_counted_and_left_out() {
        let old = record(2).replace("2026-09-11T07:13:31Z", "2026-09-11T07:13:30.999999Z");
        let text = [record(1), old, record(3)].join("\n");
        let mut ids = Vec::new();
        let kept_from = Some("2026-09-11T07:13:31Z".parse().unwrap());
        let parsed = read(text.as_bytes(), kept_from, |batch, _| {
            ids.extend(batch.into_iter().map(|purge| purge.id.to_string()));
            ControlFlow::Continue(())
        });
        let parsed = parsed.unwrap();
        assert_eq!((parsed.good, parsed.unkept, parsed.bad), (2, 1, 0));
        assert_eq!(ids, ["1", "3"]);
    }

    #[test]
    fn of_many_bad_lines_only_the_first_are_named() {
        let (parsed, _) = read_all("x\n".repeat(1_000).as_bytes());
        assert_eq!((parsed.bad, parsed.reported.len()), (1_000, MAX_REPORTED));
    }
}
