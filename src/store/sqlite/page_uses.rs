//! The use of each page of the file: every one belongs to one table or index, is free, or is one of
//! SQLite's own.
//!
//! `PRAGMA quick_check` looks at that too, and at every row, which takes ten times as long: 1.8 s
//! and not 0.2 s for a million purges.

use rusqlite::Connection;

use crate::store::failure::StoreFailure;

/// First byte of the page that SQLite never uses, because systems lock it.
const LOCKED_BYTE: i64 = 1 << 30;

/// Returns a page that has two uses, none, or cannot be read as what it is; `None` if there is
/// none. To be called inside of a transaction, or while nobody writes.
pub(super) fn misuse(connection: &Connection) -> Result<Option<String>, StoreFailure> {
    let transaction = connection.unchecked_transaction()?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = number("page_count")?;
    let mut used = vec![0_u64; usize::try_from(pages / 64 + 1).unwrap_or(0)];
    let mut count = 0;
    let mut find = transaction.prepare("SELECT pageno, pagetype, name FROM dbstat")?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let (page, kind): (i64, &str) = (row.get(0)?, row.get_ref(1)?.as_str()?);
        let place = (1..=pages).contains(&page).then(|| used.get_mut((page / 64) as usize));
        let bit = 1_u64 << (page % 64);
        match place.flatten() {
            Some(bits) if *bits & bit == 0 && kind != CORRUPTED => *bits |= bit,
            Some(_) | None => {
                let name: String = row.get(2)?;
                return Ok(Some(format!("page {page} is no sound page of {name}")));
            }
        }
        count += 1;
    }
    let other = number("freelist_count")? + own_pages(&number, pages)?;
    let unused = pages - count;
    Ok((unused != other)
        .then(|| format!("{unused} pages belong to nothing, and {other} should be free")))
}

/// The type that `dbstat` gives a page that it cannot read.
const CORRUPTED: &str = "corrupted";

/// Returns the number of pages that SQLite keeps for itself: those that say where each page
/// belongs, in a file that can give back free pages, and the one that is locked.
fn own_pages(
    number: &impl Fn(&'static str) -> Result<i64, rusqlite::Error>,
    pages: i64,
) -> Result<i64, StoreFailure> {
    let size = number("page_size")?.max(512);
    let locked = i64::from(pages > LOCKED_BYTE / size);
    if number("auto_vacuum")? == 0 {
        return Ok(locked);
    }
    // Each has five bytes for each of the pages behind it; the first is page 2.
    let group = size / 5 + 1;
    Ok(locked + (pages - 1 + group - 1) / group)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fs;

    use super::*;

    const PAGE: usize = 4096;

    /// A file with free pages and two tables of some hundred pages.
    fn file(path: &std::path::Path, auto_vacuum: i64) -> Vec<u8> {
        let _ = fs::remove_file(path);
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "auto_vacuum", auto_vacuum).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE one (id INTEGER PRIMARY KEY, text TEXT);
                 CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT);
                 INSERT INTO one (text) SELECT hex(zeroblob(900))
                 FROM (WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n
                       WHERE i < 3000) SELECT i FROM n);
                 INSERT INTO other (text) SELECT text FROM one;
                 INSERT INTO other (text) VALUES (hex(zeroblob(20000)));
                 DELETE FROM one WHERE id % 1000 > 500;",
            )
            .unwrap();
        assert_eq!(misuse(&connection), Ok(None), "auto_vacuum {auto_vacuum}");
        drop(connection);
        fs::read(path).unwrap()
    }

    fn found(path: &std::path::Path, bytes: &[u8]) -> bool {
        fs::write(path, bytes).unwrap();
        let connection = Connection::open(path).unwrap();
        !matches!(misuse(&connection), Ok(None))
    }

    #[test]
    fn every_page_of_a_sound_file_has_one_use() {
        let directory = tempfile::tempdir().unwrap();
        for auto_vacuum in 0..=2 {
            file(&directory.path().join("sound.db"), auto_vacuum);
        }
    }

    #[test]
    fn a_free_page_that_is_in_use_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("free.db");
        let mut bytes = file(&path, 0);
        let first = u32::from_be_bytes(bytes[32..36].try_into().unwrap()) as usize;
        let connection = Connection::open(&path).unwrap();
        let leaf: u32 = connection
            .query_row(
                "SELECT pageno FROM dbstat WHERE name = 'other' LIMIT 1 OFFSET 9",
                [],
                |row| row.get(0),
            )
            .unwrap();
        drop(connection);
        // The list of free pages has one more, which a table has too.
        let trunk = (first - 1) * PAGE;
        let listed = u32::from_be_bytes(bytes[trunk + 4..trunk + 8].try_into().unwrap());
        let free = u32::from_be_bytes(bytes[36..40].try_into().unwrap());
        let place = trunk + 8 + listed as usize * 4;
        bytes[trunk + 4..trunk + 8].copy_from_slice(&(listed + 1).to_be_bytes());
        bytes[36..40].copy_from_slice(&(free + 1).to_be_bytes());
        bytes[place..place + 4].copy_from_slice(&leaf.to_be_bytes());
        assert!(found(&path, &bytes));
    }

    #[test]
    fn a_page_with_two_owners_is_found_and_one_of_zeros() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("owners.db");
        let bytes = file(&path, 0);
        let connection = Connection::open(&path).unwrap();
        let root = |name: &str| -> u32 {
            connection
                .query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [name], |row| {
                    row.get(0)
                })
                .unwrap()
        };
        let (one, other) = (root("one") as usize, root("other") as usize);
        drop(connection);
        let (one, other) = ((one - 1) * PAGE, (other - 1) * PAGE);
        let mut copied = bytes.clone();
        copied.copy_within(one..one + PAGE, other);
        assert!(found(&path, &copied));
        let mut zeroed = bytes;
        zeroed[one..one + PAGE].fill(0);
        assert!(found(&path, &zeroed));
    }
}
