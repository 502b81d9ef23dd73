//! Reads exported history line by line, in batches; what cannot be read is noted with its line and its reason.

use std::io::{self, BufRead, Read};

use crate::cli::record::PurgeRecord;
use crate::domain::purge::Purge;
use crate::domain::text::escape_control;

/// So many purges are handed on at once.
pub const BATCH: usize = 10_000;
/// The longest line, in bytes; one that is longer is a bad one.
const LONGEST: u64 = 64 * 1024 * 1024;
/// So many bad lines are kept with their reason; the others are counted.
const NAMED: usize = 20;

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub words: String,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// How many purges were handed on.
    pub good: u64,
    /// How many lines were bad.
    pub bad: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// The first of the bad ones.
    pub named: Vec<BadLine>,
}

/// Reads to the end. Each batch is handed on before the next is read; an error of `take` ends the reading.
pub fn read<E: From<io::Error>>(
    mut input: impl BufRead,
    mut take: impl FnMut(Vec<Purge>, &Reading) -> Result<(), E>,
) -> Result<Reading, E> {
    let mut reading = Reading::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut line = Vec::new();
    let mut number = 0;
    while next_line(&mut input, &mut line)? {
        number += 1;
        reading.bytes += line.len() as u64 + 1;
        let bytes =
            if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line };
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match parse(bytes) {
            Ok(purge) => {
                batch.push(purge);
                reading.good += 1;
            }
            Err(words) => {
                reading.bad += 1;
                if reading.named.len() < NAMED {
                    reading.named.push(BadLine { line: number, words });
                }
            }
        }
        if batch.len() == BATCH {
            take(std::mem::take(&mut batch), &reading)?;
        }
    }
    if !batch.is_empty() {
        take(batch, &reading)?;
    }
    Ok(reading)
}

fn parse(line: &[u8]) -> Result<Purge, String> {
    if line.len() as u64 > LONGEST {
        return Err("the line is too long".to_owned());
    }
    serde_json::from_slice::<PurgeRecord>(line)
        .map_err(|error| error.to_string())
        .and_then(PurgeRecord::into_purge)
        .map_err(|words| escape_control(&words, 300))
}

/// Reads a line without its end into `line`, at most one byte more than the longest; the rest of a longer one is thrown
/// away. `false` at the end of the input.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let count = input.by_ref().take(LONGEST + 1).read_until(b'\n', line)?;
    if count == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 > LONGEST {
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
            r#"{{"schema_version":1,"account":"a","provider":"p","id":"{id}","kind":"url","status":"failed","created":"2026-09-11T07:13:31Z","targets":["/x"]}}"#
        )
    }

    fn read_all(text: &[u8]) -> (Reading, Vec<Vec<String>>) {
        let mut batches = Vec::new();
        let reading = read(text, |batch, _| {
            batches.push(batch.iter().map(|purge| purge.id.to_string()).collect());
            Ok::<(), io::Error>(())
        })
        .unwrap();
        (reading, batches)
    }

    #[test]
    fn bad_lines_are_named_by_their_number_and_the_good_ones_are_read() {
        let text = format!("\u{feff}{}\r\n\n{{\n{}\nnonsense\n{}", record(1), record(2), record(3));
        let (reading, batches) = read_all(text.as_bytes());
        assert_eq!(batches, [["1", "2", "3"]]);
        assert_eq!((reading.good, reading.bad), (3, 2));
        let lines: Vec<u64> = reading.named.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [3, 5]);
    }

    #[test]
    fn a_line_that_is_not_text_is_a_bad_one() {
        let (reading, _) = read_all(b"\xff\xfe\n");
        assert_eq!((reading.good, reading.bad), (0, 1));
    }

    #[test]
    fn many_lines_come_in_batches() {
        let text: String = (0..=BATCH as u32).map(|id| record(id) + "\n").collect();
        let (reading, batches) = read_all(text.as_bytes());
        assert_eq!(reading.good, BATCH as u64 + 1);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [BATCH, 1]);
    }

    #[test]
    fn of_many_bad_lines_only_the_first_are_named() {
        let (reading, _) = read_all("x\n".repeat(1_000).as_bytes());
        assert_eq!((reading.bad, reading.named.len()), (1_000, NAMED));
    }
}
