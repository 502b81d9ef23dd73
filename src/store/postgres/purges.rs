//! Purges in full: one by one, and all of a selection one after the other.

use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::compiled_filter::SqlFilter;
use super::order::{Side, SqlOrder};
use super::reader::{PostgresReader, ServerSnapshot};
use super::sql::SqlText;
use super::{refused, rows, text};
use crate::domain::filter::Predicate;
use crate::domain::ids::{AccountName, PurgeId, PurgeKey};
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::Sort;
use crate::store::failure::StoreFailure;
use crate::store::times;

/// Most purges that are read at a time.
const AT_ONCE: usize = 1000;

/// Purges that are read first, and bytes of targets above which fewer are read at a time.
const FIRST: usize = 64;
const BYTES: usize = 1 << 20;

impl PostgresReader {
    /// Returns one purge in full; `None` if no purge has that key (any more).
    pub(in crate::store) fn detail(
        &self,
        key: PurgeKey,
    ) -> Result<Option<PurgeDetail>, StoreFailure> {
        self.answer(|snapshot| {
            let Some(mut detail) = details(snapshot, &[key.0])?.pop() else {
                return Ok(None);
            };
            detail.refused = refused::near(snapshot, &detail.purge)?;
            Ok(Some(detail))
        })
    }

    /// Returns purges in full, in the order of the keys; keys without a purge are skipped.
    pub(in crate::store) fn purges(&self, keys: &[PurgeKey]) -> Result<Vec<Purge>, StoreFailure> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.answer(|snapshot| {
            let mut purges = Vec::with_capacity(keys.len());
            for some in keys.chunks(AT_ONCE) {
                purges.extend(details(snapshot, some)?.into_iter().map(|detail| detail.purge));
            }
            Ok(purges)
        })
    }

    /// Returns a purge in full, named by the id that its account's vendor gave it.
    pub(in crate::store) fn purge_of(
        &self,
        account: &AccountName,
        id: &PurgeId,
    ) -> Result<Option<Purge>, StoreFailure> {
        self.answer(|snapshot| {
            let dictionary = snapshot.dictionary;
            let accounts = dictionary.accounts().filter(|(_, it)| it.0 == *account);
            let accounts: Vec<i32> = accounts.map(|(id, _)| id).collect();
            let find = format!(
                "{} WHERE p.id = $1 AND p.account = ANY($2) ORDER BY p.account LIMIT 1",
                rows::select_whole()
            );
            let id = text::stored(id.as_str());
            let found = snapshot.optional_row(&find, &[&&*id, &accounts])?;
            found.map(|row| Ok(rows::detail(&row, dictionary)?.purge)).transpose()
        })
    }

    /// Returns an account's unfinished purges created at or after an instant, newest first.
    pub(in crate::store) fn unfinished(
        &self,
        account: &AccountName,
        since: DateTime<Utc>,
    ) -> Result<Vec<Purge>, StoreFailure> {
        self.answer(|snapshot| {
            let filter = SqlFilter::all().for_account(snapshot.dictionary, account);
            let filter = filter.unfinished().since(times::micros(since));
            let mut purges = Vec::new();
            visit(snapshot, &filter, Sort::NEWEST, None, &mut |detail| {
                purges.push(detail.purge);
                ControlFlow::Continue(())
            })?;
            Ok(purges)
        })
    }

    /// Visits every selected purge in the sort order, at most `limit`, until the visitor stops.
    /// Memory does not grow with their number; all of them are of one snapshot. Returns the number
    /// of visited purges.
    pub(in crate::store) fn export(
        &self,
        predicate: &Predicate,
        sort: Sort,
        limit: Option<u64>,
        visitor: &mut dyn FnMut(PurgeDetail) -> ControlFlow<()>,
    ) -> Result<u64, StoreFailure> {
        self.answer(|snapshot| {
            snapshot.keep()?;
            let filter = SqlFilter::compile(predicate, snapshot)?;
            visit(snapshot, &filter, sort, limit, visitor)
        })
    }
}

/// Returns the purges of some keys, in the order of the keys; those that are gone are left out.
fn details(
    snapshot: &mut ServerSnapshot<'_>,
    keys: &[i64],
) -> Result<Vec<PurgeDetail>, StoreFailure> {
    let dictionary = snapshot.dictionary;
    let find = format!("{} WHERE p.key = ANY($1)", rows::select_whole());
    let mut found = HashMap::new();
    for row in snapshot.query(&find, &[&keys])? {
        let detail = rows::detail(&row, dictionary)?;
        found.insert(detail.key.0, detail);
    }
    // A key may come twice.
    Ok(keys.iter().filter_map(|key| found.get(key).cloned()).collect())
}

/// Visits every selected purge in an order, at most `limit`, until the visitor stops. The keys come
/// in order, by a cursor of the server, and the purges by their keys. Returns the number of visited
/// purges.
pub(super) fn visit(
    snapshot: &mut ServerSnapshot<'_>,
    filter: &SqlFilter,
    sort: Sort,
    limit: Option<u64>,
    visitor: &mut dyn FnMut(PurgeDetail) -> ControlFlow<()>,
) -> Result<u64, StoreFailure> {
    let mut sql = SqlText::default();
    let order = SqlOrder::of(sort);
    let condition = filter.condition(&mut sql);
    sql.push(&format!(
        "DECLARE selected NO SCROLL CURSOR FOR
         SELECT p.key FROM purge p {} WHERE {condition} ORDER BY {}",
        order.join,
        order.sql(Side::After),
    ));
    if let Some(limit) = limit {
        let limit = sql.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        sql.push(&format!(" LIMIT {limit}"));
    }
    snapshot.rows(&sql)?;
    let fetch = format!("FETCH {AT_ONCE} FROM selected");
    let (mut visited, mut at_once) = (0, FIRST);
    loop {
        let fetched = snapshot.query(&fetch, &[])?;
        let keys = fetched.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        let mut rest = &*keys;
        while !rest.is_empty() {
            let (some, later) = rest.split_at(at_once.min(rest.len()));
            rest = later;
            let details = details(snapshot, some)?;
            at_once = if bytes(&details) > BYTES { at_once / 2 } else { at_once * 2 };
            at_once = at_once.clamp(1, AT_ONCE);
            for detail in details {
                snapshot.check_interrupt()?;
                visited += 1;
                if visitor(detail).is_break() {
                    snapshot.query("CLOSE selected", &[])?;
                    return Ok(visited);
                }
            }
        }
        if keys.len() < AT_ONCE {
            snapshot.check_interrupt()?;
            snapshot.query("CLOSE selected", &[])?;
            return Ok(visited);
        }
    }
}

/// Returns the size of the targets of some purges.
fn bytes(details: &[PurgeDetail]) -> usize {
    let targets = details.iter().flat_map(|detail| &detail.purge.targets);
    targets.map(|target| target.text.len()).sum()
}
