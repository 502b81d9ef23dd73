//! Single values that are stored by name: drafts, the pause of the queue, authors' names.

use rusqlite::{Connection, OptionalExtension as _};

use super::json;
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::ids::{AccountName, DraftId};
use crate::store::failure::StoreFailure;

/// Name of the one draft that earlier versions kept, without a name of its own.
const DRAFT: &str = "draft";

/// Name of the board.
pub(super) const BOARD: &str = "board";

/// Returns the name of an account's lists that were read to their end.
pub(super) fn whole_lists(account: &AccountName) -> String {
    format!("whole lists {account}")
}

pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<String>, StoreFailure> {
    let mut find = connection.prepare_cached("SELECT value FROM kept WHERE name = ?1")?;
    Ok(find.query_row([name], |row| row.get(0)).optional()?)
}

pub(super) fn set(connection: &Connection, name: &str, value: &str) -> Result<(), StoreFailure> {
    connection
        .prepare_cached("REPLACE INTO kept (name, value) VALUES (?1, ?2)")?
        .execute([name, value])?;
    Ok(())
}

/// Removes a value and returns whether there was one.
pub(super) fn remove(connection: &Connection, name: &str) -> Result<bool, StoreFailure> {
    let removed = connection.prepare_cached("DELETE FROM kept WHERE name = ?1")?.execute([name])?;
    Ok(removed > 0)
}

/// Returns the drafts, the one that was changed last first. What another version wrote in a form
/// that this one does not read is left out.
pub(super) fn drafts(connection: &Connection) -> Result<Vec<KeptDraft>, StoreFailure> {
    let mut find =
        connection.prepare_cached("SELECT name, value FROM kept WHERE name GLOB 'draft*'")?;
    let mut rows = find.query([])?;
    let mut drafts = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
        let draft = if name == DRAFT {
            json::from_text::<Draft>(&value).ok().map(unnamed)
        } else {
            json::from_text::<KeptDraft>(&value).ok()
        };
        drafts.extend(draft);
    }
    drafts.sort_by(|a, b| (b.changed, &b.id).cmp(&(a.changed, &a.id)));
    Ok(drafts)
}

pub(super) fn save_draft(connection: &Connection, kept: &KeptDraft) -> Result<(), StoreFailure> {
    if kept.id.as_str() == DRAFT {
        return set(connection, DRAFT, &json::to_text(&kept.draft)?);
    }
    set(connection, &row_name(&kept.id), &json::to_text(kept)?)
}

pub(super) fn remove_draft(connection: &Connection, id: &DraftId) -> Result<bool, StoreFailure> {
    remove(connection, &row_name(id))
}

/// An earlier version said neither its name nor its time.
fn unnamed(draft: Draft) -> KeptDraft {
    KeptDraft { id: DraftId::new(DRAFT), changed: chrono::DateTime::UNIX_EPOCH, draft }
}

fn row_name(id: &DraftId) -> String {
    if id.as_str() == DRAFT { DRAFT.to_owned() } else { format!("{DRAFT} {id}") }
}
