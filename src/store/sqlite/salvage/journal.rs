//! The journal of a damaged store. Nothing that may have been sent comes back as queued.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::tables::{self, TableColumns, insert, numbers};
use super::{Lost, SalvagedPart};
use crate::domain::journal::JournalState;
use crate::domain::payload::PurgeRequest;
use crate::store::failure::StoreFailure;
use crate::store::sqlite::row_walk::{KeyedTable, walk};
use crate::store::sqlite::{journal_rows, json, times};

/// Error of a request whose steps do not prove that it was never sent.
const HELD_BACK: &str = "the store was damaged, and this may have been sent; that is looked up \
                         in the vendor's history";

/// The journal that was taken over.
pub(super) struct SalvagedJournal {
    pub(super) parts: Vec<SalvagedPart>,
    pub(super) held_back: u64,
    pub(super) queued: u64,
}

/// The log of steps.
#[derive(Default)]
struct StepLog {
    /// The rows by key, each with its entry.
    rows: BTreeMap<i64, (i64, Vec<Value>)>,
    /// The newest state of each entry.
    newest: BTreeMap<i64, String>,
    /// The last time at which each entry went out.
    sent: BTreeMap<i64, i64>,
    is_whole: bool,
}

pub(super) fn take_over(
    source: &Connection,
    target: &Connection,
    now: DateTime<Utc>,
) -> Result<SalvagedJournal, StoreFailure> {
    let step_columns = TableColumns::of(target, "journal_step")?;
    let steps = read_steps(source, &step_columns)?;
    let columns = TableColumns::of(target, "journal")?;
    let (mut states, mut held_back, mut queued) = (BTreeMap::new(), 0, 0);
    let sql = columns.sql();
    let keys = numbers(source)?;
    let table = KeyedTable { name: "journal", key: "seq", columns: &sql, keys };
    let walked = walk(source, table, &mut |seq, row| {
        let mut values = columns.values(row, 1)?;
        let mut state = checked_state(&columns, &values)?;
        let is_held_back = state == JournalState::Queued && !steps.proves_queued(seq);
        if is_held_back {
            state = JournalState::Unknown;
            hold_back(&columns, &mut values, steps.sent.get(&seq).copied());
        }
        if !insert(target, "journal", &columns, &values)? {
            return Err(StoreFailure::Corrupt);
        }
        match journal_rows::select(target, "WHERE seq = ?1", [seq]) {
            Ok(found) if found.len() == 1 => {}
            Ok(_) | Err(StoreFailure::Corrupt) => {
                target.execute("DELETE FROM journal WHERE seq = ?1", [seq])?;
                return Err(StoreFailure::Corrupt);
            }
            Err(failure) => return Err(failure),
        }
        held_back += u64::from(is_held_back);
        queued += u64::from(state == JournalState::Queued);
        states.insert(seq, state);
        Ok(())
    })?;
    let taken_steps = put_steps(target, &step_columns, &steps, &states, now)?;
    let verifications = take_verifications(source, target, &states)?;
    if queued > 0 {
        tables::pause(target)?;
    }
    let logged: BTreeSet<i64> = steps.rows.values().map(|(entry, _)| *entry).collect();
    let missing = logged.iter().filter(|entry| !states.contains_key(entry)).count() as u64;
    let lost = Lost::of(missing.max(walked.unreadable), walked.met_damage);
    let requests =
        SalvagedPart { name: "requests of the journal", taken: states.len() as u64, lost };
    let lost = Lost::of(steps.rows.len() as u64 - taken_steps, !steps.is_whole);
    let steps = SalvagedPart { name: "steps of requests", taken: taken_steps, lost };
    Ok(SalvagedJournal { parts: vec![requests, steps, verifications], held_back, queued })
}

fn read_steps(source: &Connection, columns: &TableColumns) -> Result<StepLog, StoreFailure> {
    let mut log = StepLog::default();
    let sql = format!("entry, to_state, at, {}", columns.sql());
    let keys = numbers(source)?;
    let table = KeyedTable { name: "journal_step", key: "seq", columns: &sql, keys };
    let walked = walk(source, table, &mut |seq, row| {
        let state: String = row.get(2)?;
        JournalState::from_word(&state).ok_or(StoreFailure::Corrupt)?;
        log.rows.insert(seq, (row.get(1)?, columns.values(row, 4)?));
        Ok(())
    })?;
    log.is_whole = !walked.met_damage && walked.unreadable == 0;
    for (entry, values) in log.rows.values() {
        let Some(state) = columns.text(values, "to_state") else { continue };
        if state == JournalState::Sending.word()
            && let Some(Value::Integer(at)) = columns.value(values, "at")
        {
            log.sent.insert(*entry, *at);
        }
        log.newest.insert(*entry, state.to_owned());
    }
    Ok(log)
}

impl StepLog {
    fn is_newest(&self, entry: i64, state: JournalState) -> bool {
        self.newest.get(&entry).is_some_and(|newest| newest == state.word())
    }

    /// Returns true if the log, of which nothing is missing, says that an entry waits.
    fn proves_queued(&self, entry: i64) -> bool {
        self.is_whole && self.is_newest(entry, JournalState::Queued)
    }
}

/// Returns the state of a row whose columns agree with its request.
fn checked_state(columns: &TableColumns, values: &[Value]) -> Result<JournalState, StoreFailure> {
    let text = |name| columns.text(values, name).ok_or(StoreFailure::Corrupt);
    let request: PurgeRequest = json::from_text(text("request")?)?;
    if request.account.as_str() != text("account")?
        || request.resource.as_str() != text("resource")?
    {
        return Err(StoreFailure::Corrupt);
    }
    JournalState::from_word(text("state")?).ok_or(StoreFailure::Corrupt)
}

/// Makes a row one of unknown outcome.
fn hold_back(columns: &TableColumns, values: &mut [Value], sent: Option<i64>) {
    let sent = match (sent, columns.value(values, "planned_at")) {
        (Some(sent), _) => Value::Integer(sent),
        (None, Some(planned)) => planned.clone(),
        (None, None) => Value::Null,
    };
    for (name, value) in [
        ("state", Value::Text(JournalState::Unknown.word().to_owned())),
        ("error", Value::Text(HELD_BACK.to_owned())),
        ("sent_at", sent.clone()),
        ("answered_at", sent),
        ("confirmation", Value::Null),
    ] {
        columns.set(values, name, value);
    }
}

/// Writes the steps of the entries that were taken over; an entry whose newest step is not its
/// state has one more. Returns the number of those that were read.
fn put_steps(
    target: &Connection,
    columns: &TableColumns,
    steps: &StepLog,
    states: &BTreeMap<i64, JournalState>,
    now: DateTime<Utc>,
) -> Result<u64, StoreFailure> {
    let mut taken = 0;
    for (entry, values) in steps.rows.values() {
        if states.contains_key(entry) && insert(target, "journal_step", columns, values)? {
            taken += 1;
        }
    }
    for (entry, state) in states.iter().filter(|(entry, state)| !steps.is_newest(**entry, **state))
    {
        target
            .prepare_cached(
                "INSERT INTO journal_step (entry, at, from_state, to_state, error)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                entry,
                times::micros(now),
                steps.newest.get(entry),
                state.word(),
                "salvaged from a damaged store",
            ))?;
    }
    Ok(taken)
}

fn take_verifications(
    source: &Connection,
    target: &Connection,
    states: &BTreeMap<i64, JournalState>,
) -> Result<SalvagedPart, StoreFailure> {
    let columns = TableColumns::of(target, "verification")?;
    let sql = columns.sql();
    let mut taken = 0;
    let keys = numbers(source)?;
    let table = KeyedTable { name: "verification", key: "entry", columns: &sql, keys };
    let walked = walk(source, table, &mut |entry, row| {
        let values = columns.values(row, 1)?;
        let fits = states.contains_key(&entry);
        if !fits || !insert(target, "verification", &columns, &values)? {
            return Err(StoreFailure::Corrupt);
        }
        taken += 1;
        Ok(())
    })?;
    let lost = Lost::of(walked.unreadable, walked.met_damage);
    Ok(SalvagedPart { name: "checks at the edge", taken, lost })
}
