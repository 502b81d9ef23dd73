//! Free keys for purges: the microsecond of creation, or the next one that no other purge has.

use std::collections::HashSet;

use super::compiled_filter::MAX_KEY_OFFSET;
use super::live::Live;
use super::writer::ServerTransaction;
use crate::store::failure::StoreFailure;
use crate::store::times;

/// Keys to look at behind one that is taken: of purges of the same instant there are many.
const REACH: i64 = 64;

/// Finds those of some ranges of keys that are taken.
const TAKEN: &str = "SELECT taken.key FROM unnest($1::bigint[], $2::bigint[]) AS asked (low, high)
                     CROSS JOIN LATERAL (SELECT key FROM purge
                                         WHERE key >= asked.low AND key < asked.high
                                         ORDER BY key) AS taken";

/// Returns how much later a key may be than the time of its purge.
pub(super) fn longest_offset(live: &mut Live) -> Result<i64, StoreFailure> {
    let found = live.optional_row(MAX_KEY_OFFSET, &[])?;
    found.map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

/// Returns free keys for purges that were created at these times, which are in order. `taken` are
/// keys that are free in the store, and not to be given.
pub(super) fn allocate(
    transaction: &mut ServerTransaction<'_>,
    created: &[i64],
    mut taken: HashSet<i64>,
) -> Result<Vec<i64>, StoreFailure> {
    let mut asked = HashSet::new();
    let mut reach = 1;
    loop {
        let keys = first_free(created, &taken);
        let unasked: Vec<_> = keys.iter().copied().filter(|key| asked.insert(*key)).collect();
        if unasked.is_empty() {
            return Ok(keys);
        }
        let ranges = unasked.iter().map(|key| (*key, key.saturating_add(reach))).collect();
        let (low, high): (Vec<i64>, Vec<i64>) = times::union(ranges).into_iter().unzip();
        for row in transaction.query(TAKEN, &[&low, &high])? {
            taken.insert(row.try_get::<_, i64>(0)?);
        }
        reach = (reach * 2).max(REACH);
    }
}

/// Gives each its time, or the first key after it that is neither taken nor given.
fn first_free(created: &[i64], taken: &HashSet<i64>) -> Vec<i64> {
    let mut next = i64::MIN;
    let mut keys = Vec::with_capacity(created.len());
    for created in created {
        let mut key = next.max(*created);
        while taken.contains(&key) {
            key = key.saturating_add(1);
        }
        next = key.saturating_add(1);
        keys.push(key);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_time_or_the_first_key_after_it() {
        let taken = HashSet::from([5, 6, 9]);
        assert_eq!(first_free(&[1, 1, 4, 5, 5, 8, 9], &taken), [1, 2, 4, 7, 8, 10, 11]);
        assert_eq!(first_free(&[], &taken), [0; 0]);
    }
}
