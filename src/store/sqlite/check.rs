//! Checks of the whole file, and of the parts on which others rely before they write: its pages,
//! that every row can be read, and that what is stored twice agrees.

use std::ops::ControlFlow;

use rusqlite::{Connection, Row};

use super::chunk::Chunk;
use super::marker::DamageMarker;
use super::reader::SqliteReader;
use super::segment::{Segment, SegmentEntry};
use super::snapshot::{ENTRY_COLUMNS, Snapshot, segment_entry};
use super::{attempt_rows, chunk_index, journal_rows, json, page_uses};
use crate::domain::resource::Resource;
use crate::store::failure::StoreFailure;

/// Most findings that are listed.
const MOST_FINDINGS: usize = 20;

/// Tables on which sending relies.
const JOURNAL_TABLES: [&str; 4] = ["journal", "journal_step", "verification", "kept"];

/// Journal entries in another state than that of their newest step, by the log of steps.
const UNLIKE_LOG: &str = "SELECT journal.id FROM journal
     WHERE state IS NOT (SELECT to_state FROM journal_step WHERE entry = journal.seq
                         ORDER BY seq DESC LIMIT 1)";

/// Findings of a check.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, finding: String) {
        if self.0.len() < MOST_FINDINGS {
            self.0.push(finding);
        }
    }

    /// Adds what SQLite finds.
    fn pragma(&mut self, connection: &Connection, pragma: &str) -> Result<(), StoreFailure> {
        let mut check = connection.prepare(pragma)?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let line: String = row.get(0)?;
            if line != "ok" {
                self.add(line.replace('\n', " "));
            }
        }
        Ok(())
    }

    /// Takes damage as a finding; another failure ends the check.
    fn take(&mut self, part: &str, result: Result<(), StoreFailure>) -> Result<(), StoreFailure> {
        match result {
            Err(StoreFailure::Corrupt) => {
                self.add(format!("{part} cannot be read to the end"));
                Ok(())
            }
            other => other,
        }
    }
}

impl SqliteReader {
    /// Checks the whole file and reads every row. Returns the findings; none if it is sound. Takes
    /// some ten seconds for a million purges.
    pub(in crate::store) fn check(&self) -> Result<Vec<String>, StoreFailure> {
        let mut findings = Findings::default();
        let checked = self.answer(|snapshot| everything(snapshot, &mut findings));
        findings.take("the store", checked)?;
        self.note(&findings);
        Ok(findings.0)
    }

    /// Checks before much is written that every page of the file has one use and can be read:
    /// whatever else is damaged is met where it is read, but a page that is in use and is given out
    /// as a free one spreads the damage. Takes some half a second for a million purges.
    pub(in crate::store) fn check_pages(&self) -> Result<(), StoreFailure> {
        self.check_part(|connection, findings| {
            if let Some(finding) = page_uses::misuse(connection)? {
                findings.add(finding);
            }
            Ok(())
        })
    }

    /// Checks the journal, before anything of it is sent: its pages and indexes, that every open
    /// entry can be read, and that each is in the state in which its newest step left it.
    pub(in crate::store) fn check_journal(&self) -> Result<(), StoreFailure> {
        self.check_part(|connection, findings| {
            for table in JOURNAL_TABLES {
                findings.pragma(connection, &format!("PRAGMA integrity_check('{table}')"))?;
            }
            unlike_log(connection, findings, "AND state IN ('queued', 'sending')")?;
            journal_rows::select(connection, "WHERE state IN ('queued', 'sending')", [])?;
            Ok(())
        })
    }

    fn check_part(
        &self,
        check: impl FnOnce(&Connection, &mut Findings) -> Result<(), StoreFailure>,
    ) -> Result<(), StoreFailure> {
        self.marker().map_or(Ok(()), DamageMarker::check)?;
        let mut findings = Findings::default();
        let checked = self.direct(|connection| check(connection, &mut findings));
        self.note(&findings);
        checked?;
        if findings.0.is_empty() { Ok(()) } else { Err(StoreFailure::Corrupt) }
    }

    /// Notes the first finding beside the store.
    fn note(&self, findings: &Findings) {
        if let (Some(marker), Some(first)) = (self.marker(), findings.0.first()) {
            marker.put(&format!("a check: {first}"));
        }
    }
}

fn everything(snapshot: Snapshot<'_>, findings: &mut Findings) -> Result<(), StoreFailure> {
    let connection = snapshot.connection;
    let pages = findings.pragma(connection, "PRAGMA integrity_check(20)");
    findings.take("the file", pages)?;
    let links = foreign_keys(connection, findings);
    findings.take("the journal", links)?;
    let purges = purges(snapshot, findings);
    findings.take("the history", purges)?;
    let agreed = segments_agree(connection, findings);
    findings.take("the columns of the history", agreed)?;
    let targets = chunks_agree(connection, findings);
    findings.take("the targets of the history", targets)?;
    let index = chunk_index::check(connection);
    findings.take("the index of the history", index)?;
    let journal =
        journal_rows::visit(connection, "ORDER BY seq", [], &mut |_| ControlFlow::Continue(()));
    findings.take("the journal", journal)?;
    let states = unlike_log(connection, findings, "");
    findings.take("the journal", states)?;
    let resources = each(connection, "SELECT value FROM resource", |row| {
        json::from_text::<Resource>(row.get_ref(0)?.as_str()?).map(drop)
    });
    findings.take("the resources", resources)?;
    let attempts = each(connection, "SELECT kind, targets FROM attempt", |row| {
        attempt_rows::kind(row, 0)?;
        attempt_rows::targets(row, 1).map(drop)
    });
    findings.take("the activity log", attempts)
}

/// Reads a column of every row.
fn each(
    connection: &Connection,
    select: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<(), StoreFailure>,
) -> Result<(), StoreFailure> {
    let mut find = connection.prepare(select)?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}

fn foreign_keys(connection: &Connection, findings: &mut Findings) -> Result<(), StoreFailure> {
    each(connection, "PRAGMA foreign_key_check", |row| {
        findings.add(format!("a row of {} belongs to no entry", row.get::<_, String>(0)?));
        Ok(())
    })
}

/// Finds entries of the journal whose state is not that of their newest step.
fn unlike_log(
    connection: &Connection,
    findings: &mut Findings,
    only: &str,
) -> Result<(), StoreFailure> {
    each(connection, &format!("{UNLIKE_LOG} {only}"), |row| {
        let id: String = row.get(0)?;
        findings.add(format!("request {id} is not in the state of its newest step"));
        Ok(())
    })
}

/// Reads every purge in full.
fn purges(snapshot: Snapshot<'_>, findings: &mut Findings) -> Result<(), StoreFailure> {
    each(snapshot.connection, "SELECT key FROM purge NOT INDEXED ORDER BY key", |row| {
        let key: i64 = row.get(0)?;
        match snapshot.purge(key) {
            Ok(Some(_)) => {}
            Ok(None) | Err(StoreFailure::Corrupt) => {
                findings.add(format!("the purge of key {key} cannot be read"));
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    })
}

/// Compares the segments with the rows that they repeat.
fn segments_agree(connection: &Connection, findings: &mut Findings) -> Result<(), StoreFailure> {
    let select = format!("SELECT {ENTRY_COLUMNS} FROM purge NOT INDEXED ORDER BY key");
    let mut find = connection.prepare(&select)?;
    let mut rows = find.query([])?;
    let mut compare = |entry: Option<SegmentEntry>| -> Result<bool, StoreFailure> {
        let row = rows.next()?.map(segment_entry).transpose()?;
        if row == entry {
            return Ok(true);
        }
        let key = row.or(entry).map(|entry| entry.key).unwrap_or_default();
        findings.add(format!("the purge of key {key} and its columns do not agree"));
        Ok(false)
    };
    let mut all = connection.prepare("SELECT count, body FROM strip ORDER BY start")?;
    let mut segments = all.query([])?;
    while let Some(row) = segments.next()? {
        let segment = Segment::decode(row.get_ref(1)?.as_blob()?)?;
        if row.get::<_, i64>(0)? != segment.keys.len() as i64 {
            return Err(StoreFailure::Corrupt);
        }
        for entry in segment.entries() {
            // From there on every one would differ.
            if !compare(Some(entry))? {
                return Ok(());
            }
        }
    }
    compare(None).map(drop)
}

/// Compares the purges of the chunks with the rows.
fn chunks_agree(connection: &Connection, findings: &mut Findings) -> Result<(), StoreFailure> {
    let mut find = connection.prepare("SELECT key FROM purge NOT INDEXED ORDER BY key")?;
    let mut rows = find.query([])?;
    let mut compare = |key: Option<i64>| -> Result<bool, StoreFailure> {
        let row: Option<i64> = rows.next()?.map(|row| row.get(0)).transpose()?;
        if row == key {
            return Ok(true);
        }
        let key = row.or(key).unwrap_or_default();
        findings.add(format!("the purge of key {key} and its targets do not agree"));
        Ok(false)
    };
    let mut all = connection.prepare("SELECT start, body FROM chunk ORDER BY start")?;
    let mut chunks = all.query([])?;
    while let Some(row) = chunks.next()? {
        let chunk = Chunk::decode(row.get_ref(1)?.as_blob()?)?;
        if chunk.keys.first().is_some_and(|first| row.get(0).is_ok_and(|start: i64| start > *first))
        {
            return Err(StoreFailure::Corrupt);
        }
        for key in &chunk.keys {
            // From there on every one would differ.
            if !compare(Some(*key))? {
                return Ok(());
            }
        }
    }
    compare(None).map(drop)
}
