//! Rows of a damaged store that are taken over as they are.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Row};

use super::{Lost, SalvagedPart};
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::resource::Resource;
use crate::store::failure::StoreFailure;
use crate::store::sqlite::times::Direction;
use crate::store::sqlite::{journal_rows, json, kept};

/// A table without an integer key.
struct PlainTable {
    name: &'static str,
    /// Its rows as the operator knows them; `None` if they are not told.
    rows: Option<&'static str>,
    key: [&'static str; 2],
}

const TABLES: [PlainTable; 6] = [
    PlainTable { name: "resource", rows: Some("resources"), key: ["account", "id"] },
    PlainTable { name: "attempt", rows: Some("entries of activity logs"), key: ["account", "id"] },
    PlainTable { name: "kept", rows: Some("drafts and other notes"), key: ["name", "name"] },
    PlainTable { name: "sync", rows: None, key: ["account", "account"] },
    PlainTable { name: "coverage", rows: None, key: ["account", "from_at"] },
    PlainTable { name: "attempt_coverage", rows: None, key: ["account", "from_at"] },
];

/// More rows than fit into one page.
const MOST_ROWS_IN_PAGE: i64 = 512;

/// Returns the keys that a table may have whose rows are numbered from 1.
pub(super) fn numbers(source: &Connection) -> Result<(i64, i64), StoreFailure> {
    let pages: i64 = source.pragma_query_value(None, "page_count", |row| row.get(0))?;
    Ok((1, pages.saturating_mul(MOST_ROWS_IN_PAGE)))
}

/// The columns of a table, in the order of their values.
pub(super) struct TableColumns(pub(super) Vec<String>);

impl TableColumns {
    /// Reads those of a table.
    pub(super) fn of(connection: &Connection, table: &str) -> Result<Self, StoreFailure> {
        let mut list = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let names = list.query_map([table], |row| row.get(0))?;
        Ok(Self(names.collect::<Result<_, _>>()?))
    }

    /// Returns them as SQL.
    pub(super) fn sql(&self) -> String {
        self.0.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }

    /// Reads their values from a row, the first of them at an index.
    pub(super) fn values(&self, row: &Row<'_>, first: usize) -> Result<Vec<Value>, StoreFailure> {
        let values = (first..first + self.0.len()).map(|index| row.get(index));
        Ok(values.collect::<Result<_, _>>()?)
    }

    /// Returns the value of a column.
    pub(super) fn value<'v>(&self, values: &'v [Value], name: &str) -> Option<&'v Value> {
        values.get(self.0.iter().position(|column| column == name)?)
    }

    /// Puts a value into a column.
    pub(super) fn set(&self, values: &mut [Value], name: &str, value: Value) {
        let index = self.0.iter().position(|column| column == name);
        if let Some(place) = index.and_then(|index| values.get_mut(index)) {
            *place = value;
        }
    }

    /// Returns the text of a column; `None` if it is none.
    pub(super) fn text<'v>(&self, values: &'v [Value], name: &str) -> Option<&'v str> {
        match self.value(values, name)? {
            Value::Text(text) => Some(text),
            Value::Null | Value::Integer(_) | Value::Real(_) | Value::Blob(_) => None,
        }
    }
}

/// Inserts a row and returns whether the table took it: false also if it is there.
pub(super) fn insert(
    target: &Connection,
    table: &str,
    columns: &TableColumns,
    values: &[Value],
) -> Result<bool, StoreFailure> {
    let places = vec!["?"; values.len()].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {table} ({}) VALUES ({places})", columns.sql());
    let inserted = target.prepare_cached(&insert)?.execute(rusqlite::params_from_iter(values));
    match inserted {
        Ok(count) => Ok(count > 0),
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes over all tables that are neither history nor journal.
pub(super) fn take_over(
    source: &Connection,
    target: &Connection,
) -> Result<Vec<SalvagedPart>, StoreFailure> {
    let mut parts = Vec::new();
    for table in &TABLES {
        let columns = TableColumns::of(target, table.name)?;
        let mut taken = 0;
        let mut take = |row: &Row<'_>| -> Result<bool, StoreFailure> {
            let values = columns.values(row, 0)?;
            let is_sound = is_sound(table.name, &|name| columns.text(&values, name));
            if is_sound && insert(target, table.name, &columns, &values)? {
                taken += 1;
            }
            Ok(is_sound)
        };
        let (unreadable, met_damage) = visit_both_ways(source, table, &columns, &mut take)?;
        if met_damage && table.name == "attempt" {
            // What was lost of the log is read again.
            target.execute("DELETE FROM attempt_coverage", [])?;
        }
        let lost = Lost::of(unreadable, met_damage);
        parts.extend(table.rows.map(|name| SalvagedPart { name, taken, lost }));
    }
    Ok(parts)
}

/// Visits the rows of a table from its start up to the damage, and from its end down to it. Returns
/// the number of rows that could not be read, and whether pages were damaged.
fn visit_both_ways(
    source: &Connection,
    table: &PlainTable,
    columns: &TableColumns,
    take: &mut dyn FnMut(&Row<'_>) -> Result<bool, StoreFailure>,
) -> Result<(u64, bool), StoreFailure> {
    let mut unreadable = 0;
    for direction in [Direction::Ascending, Direction::Descending] {
        let [first, second] = table.key;
        let (columns, name, way) = (columns.sql(), table.name, direction.sql());
        let select = format!(
            "SELECT {columns} FROM {name} NOT INDEXED ORDER BY {first} {way}, {second} {way}"
        );
        let read = (|| {
            let mut find = source.prepare(&select)?;
            let mut rows = find.query([])?;
            while let Some(row) = rows.next()? {
                match take(row) {
                    Ok(true) => {}
                    Ok(false) | Err(StoreFailure::Corrupt) => unreadable += 1,
                    Err(failure) => return Err(failure),
                }
            }
            Ok(())
        })();
        match read {
            Ok(()) if direction == Direction::Ascending => return Ok((unreadable, false)),
            Ok(()) | Err(StoreFailure::Corrupt) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok((unreadable, true))
}

/// Returns false for a row that the store's readers would call damaged, and for one that the new
/// store must not have.
fn is_sound<'v>(table: &str, text: &dyn Fn(&str) -> Option<&'v str>) -> bool {
    match table {
        "resource" => text("value").is_some_and(|value| json::from_text::<Resource>(value).is_ok()),
        "attempt" => {
            let kind = text("kind");
            let is_kind = |word: &str| Kind::EVERY.into_iter().any(|kind| kind.word() == word);
            text("targets").is_some_and(|value| json::from_text::<Vec<String>>(value).is_ok())
                && kind.is_none_or(is_kind)
        }
        "kept" => {
            let name = text("name").unwrap_or_default();
            let is_list = name.starts_with(&kept::whole_lists(&AccountName::new("")));
            let lists = |value: &str| json::from_text::<BTreeSet<ResourceId>>(value).is_ok();
            !is_list || text("value").is_some_and(lists)
        }
        _ => true,
    }
}

/// Returns the accounts of which anything was read completely.
pub(super) fn covered_accounts(target: &Connection) -> Result<BTreeSet<AccountName>, StoreFailure> {
    let mut find = target
        .prepare("SELECT account FROM coverage UNION SELECT account FROM attempt_coverage")?;
    let names = find.query_map([], |row| row.get::<_, String>(0).map(AccountName::from))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// Has an account's history and activity log read anew.
pub(super) fn forget_coverage(
    target: &Connection,
    account: &AccountName,
) -> Result<(), StoreFailure> {
    for table in ["coverage", "attempt_coverage"] {
        let delete = format!("DELETE FROM {table} WHERE account = ?1");
        target.execute(&delete, [account.as_str()])?;
    }
    kept::remove(target, &kept::whole_lists(account))?;
    // They gave their targets away to purges that were lost.
    target.execute(
        "DELETE FROM attempt WHERE account = ?1 AND purge IS NOT NULL AND NOT EXISTS
           (SELECT 1 FROM purge p JOIN account a ON a.id = p.account
            WHERE p.id = attempt.purge AND a.name = ?1)",
        [account.as_str()],
    )?;
    Ok(())
}

/// Pauses the queue.
pub(super) fn pause(target: &Connection) -> Result<(), StoreFailure> {
    kept::set(target, journal_rows::PAUSED, "true")
}
