//! Stores of earlier programs: they had the first target of a purge in its row and the others in
//! the table `tail`, as lines of one text.

use rusqlite::Connection;

use super::tuning::Tuning;
use super::{chunk_index, chunks, schema};
use crate::domain::purge::Target;
use crate::store::failure::StoreFailure;

/// Chunks to write at a time.
const CHUNKS_AT_ONCE: usize = 4;

/// Moves all targets into chunks. What is held in memory does not grow with the store.
pub(super) fn convert(connection: &Connection, tuning: &Tuning) -> Result<(), StoreFailure> {
    connection.execute_batch(schema::CHUNKS)?;
    let mut find = connection.prepare(
        "SELECT purge.key, targets, head, text FROM purge LEFT JOIN tail ON tail.key = purge.key
         ORDER BY purge.key",
    )?;
    let mut rows = find.query([])?;
    let (mut purges, mut is_first) = (Vec::new(), true);
    while let Some(row) = rows.next()? {
        let rest = row.get_ref(3)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        purges.push((row.get(0)?, restore(row.get(1)?, row.get(2)?, rest)?));
        if purges.len() == tuning.chunk_length * CHUNKS_AT_ONCE {
            chunks::write_new(connection, tuning, &purges, is_first)?;
            is_first = false;
            purges.clear();
        }
    }
    chunks::write_new(connection, tuning, &purges, is_first)?;
    drop(rows);
    drop(find);
    connection.execute_batch(schema::WITHOUT_TEXTS)?;
    chunk_index::catch_up(connection, tuning, usize::MAX).map(drop)
}

/// Reads the targets of a purge from a store that was not converted.
pub(super) fn old_targets(connection: &Connection, key: i64) -> Result<Vec<Target>, StoreFailure> {
    let mut find = connection.prepare_cached("SELECT targets, head FROM purge WHERE key = ?1")?;
    let (count, first) = find.query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut find = connection.prepare_cached("SELECT text FROM tail WHERE key = ?1")?;
    let mut rows = find.query([key])?;
    let rest = rows.next()?.filter(|_| count > 1).map(|row| row.get::<_, String>(0)).transpose()?;
    Ok(restore(count, first, rest.as_deref())?.into_iter().map(Target::new).collect())
}

fn restore(count: u32, first: String, rest: Option<&str>) -> Result<Vec<String>, StoreFailure> {
    let mut texts = Vec::new();
    if count > 0 {
        texts.push(first);
    }
    if let Some(rest) = rest.filter(|_| count > 1) {
        texts.extend(rest.split('\n').map(unescape));
    }
    if texts.len() == count as usize { Ok(texts) } else { Err(StoreFailure::Corrupt) }
}

/// Restores a line of the text, in which backslashes and line breaks were escaped.
fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_targets_in_which_breaks_and_backslashes_were_escaped() {
        let read = |count, rest| restore(count, "/a".to_owned(), rest);
        let all = ["/a", "b\nc", "\\n", ""].map(str::to_owned).to_vec();
        assert_eq!(read(4, Some("b\\nc\n\\\\n\n")), Ok(all));
        assert_eq!(read(1, None), Ok(vec!["/a".to_owned()]));
        assert_eq!(read(0, None), Ok(Vec::new()));
    }

    #[test]
    fn a_text_that_does_not_fit_the_count_is_damage() {
        assert_eq!(restore(3, "/a".to_owned(), Some("/b")), Err(StoreFailure::Corrupt));
        assert_eq!(restore(2, "/a".to_owned(), None), Err(StoreFailure::Corrupt));
    }
}
