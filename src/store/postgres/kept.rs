//! Single values that are stored by name: the pause of the queue, lists that were read to their
//! end, what was noticed.

use super::live::Live;
use super::text;
use crate::domain::ids::AccountName;
use crate::store::failure::StoreFailure;

/// Returns the name of an account's lists that were read to their end.
pub(super) fn whole_lists(account: &AccountName) -> String {
    format!("whole lists {account}")
}

/// Returns a value.
pub(super) fn get(live: &mut Live, name: &str) -> Result<Option<String>, StoreFailure> {
    let find = "SELECT value FROM kept WHERE name = $1";
    let found = live.optional_row(find, &[&&*text::stored(name)])?;
    Ok(found.map(|row| row.try_get(0)).transpose()?.map(text::restored))
}

/// Stores a value in the place of an earlier one.
pub(super) fn set(live: &mut Live, name: &str, value: &str) -> Result<(), StoreFailure> {
    let set = "INSERT INTO kept (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    live.execute(set, &[&&*text::stored(name), &&*text::stored(value)]).map(drop)
}

/// Removes a value and returns whether there was one.
pub(super) fn remove(live: &mut Live, name: &str) -> Result<bool, StoreFailure> {
    let removed = live.execute("DELETE FROM kept WHERE name = $1", &[&&*text::stored(name)])?;
    Ok(removed > 0)
}
