//! Authors of purges.

use std::collections::BTreeMap;

use super::text;
use super::writer::ServerTransaction;
use crate::domain::ids::{AccountName, PurgeId};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Recorded;
use crate::store::times;

/// A purge whose author may change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Authored {
    pub(super) key: i64,
    /// Time of creation, in microseconds.
    pub(super) created: i64,
    /// A word; 0 for an unknown author.
    pub(super) author: i32,
}

/// Gives purges their authors, each as often as it is listed; the last one stands.
pub(super) fn change(
    transaction: &mut ServerTransaction<'_>,
    changes: &[(Authored, Option<String>)],
) -> Result<Recorded, StoreFailure> {
    let mut recorded = Recorded::default();
    let mut new = BTreeMap::new();
    for (purge, author) in changes {
        let author = author.as_deref().map_or(Ok(0), |author| transaction.word_id(author))?;
        if new.get(&purge.key).copied().unwrap_or(purge.author) != author {
            new.insert(purge.key, author);
            recorded.changed += 1;
            recorded.extend_to(times::instant(purge.created));
        }
    }
    if new.is_empty() {
        return Ok(recorded);
    }
    let (keys, authors): (Vec<i64>, Vec<i32>) = new.into_iter().unzip();
    let set = "UPDATE purge SET author = new.author
               FROM unnest($1::bigint[], $2::int[]) AS new (key, author)
               WHERE purge.key = new.key";
    transaction.execute(set, &[&keys, &authors])?;
    Ok(recorded)
}

/// Finds a purge by its id and its account's name: of two accounts that had the name, the one that
/// has it now.
const FIND: &str = "SELECT key, created, author FROM purge
                    WHERE id = $1 AND account IN (SELECT id FROM account WHERE name = $2)
                    ORDER BY account DESC LIMIT 1";

/// Returns true if a purge is in the history and has no author.
pub(super) fn is_unknown(
    transaction: &mut ServerTransaction<'_>,
    account: &AccountName,
    purge: &PurgeId,
) -> Result<bool, StoreFailure> {
    let (purge, account) = (text::stored(purge.as_str()), text::stored(account.as_str()));
    let found = transaction.optional_row(FIND, &[&purge, &account])?;
    Ok(found.map(|row| row.try_get::<_, i32>(2)).transpose()? == Some(0))
}

/// Gives a purge an author, if it is in the history and has none.
pub(super) fn name_unknown(
    transaction: &mut ServerTransaction<'_>,
    account: &AccountName,
    purge: &PurgeId,
    author: &str,
) -> Result<(), StoreFailure> {
    let (purge, account) = (text::stored(purge.as_str()), text::stored(account.as_str()));
    transaction.refresh_dictionary()?;
    let Some(row) = transaction.optional_row(FIND, &[&purge, &account])? else { return Ok(()) };
    let found =
        Authored { key: row.try_get(0)?, created: row.try_get(1)?, author: row.try_get(2)? };
    if found.author == 0 {
        change(transaction, &[(found, Some(author.to_owned()))])?;
    }
    Ok(())
}
