//! Damage at many places of a store: everything that is read is true, or an error is told; and what
//! is salvaged is a sound store with nothing in it that was never there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::journal::{queue, step};
use super::*;
use crate::domain::activity::{Attempt, Author, Names};
use crate::domain::coverage::Coverage;
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::ids::{AccountName, Ticket};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::resource::Resource;
use crate::store::sqlite::salvage::{Lost, Salvaged, salvage_with};
use crate::store::{StepDetails, StoreFailure};

const ACCOUNTS: [&str; 2] = ["gcore-prod", "other"];

/// A store with some of everything, closed, and what is in it.
struct Truth {
    home: Home,
    file: Vec<u8>,
    purges: Vec<Purge>,
    journal: Vec<JournalEntry>,
    coverage: BTreeMap<AccountName, Coverage>,
}

impl Truth {
    fn new() -> Self {
        let purges: Vec<Purge> = (0..600)
            .map(|id| Purge {
                account: ACCOUNTS[usize::from(id % 3 == 0)].into(),
                by: (id % 2 == 0).then(|| format!("author {}", id % 7)),
                ..purge(&id.to_string(), id)
            })
            .collect();
        let home = Home::with(&purges);
        let mut writer = home.writer();
        for account in ACCOUNTS {
            writer.add_coverage(&account.into(), at(-10), at(700)).unwrap();
            writer.mark_synced(&account.into(), at(700)).unwrap();
            let resource = Resource::new(account, "gcore", "12", "www.site.com");
            writer.save_resources(&account.into(), &[resource], at(1)).unwrap();
        }
        let attempt = Attempt {
            id: "a1".to_owned(),
            at: at(5),
            resource: "12".into(),
            kind: None,
            targets: vec!["/x".to_owned()],
            author: Author { user: Some("mira".to_owned()), token: None },
            address: None,
            status: 201,
        };
        writer.record_attempts(&ACCOUNTS[0].into(), &[attempt], &Names::default()).unwrap();
        writer.save_draft(&KeptDraft::new(Draft::default(), Ticket(1), at(1))).unwrap();
        let steps = [
            &[][..],
            &[JournalState::Sending][..],
            &[JournalState::Sending, JournalState::Accepted],
            &[JournalState::Sending, JournalState::Accepted, JournalState::Successful],
            &[JournalState::Cancelled],
            &[JournalState::Sending, JournalState::Unknown],
        ];
        for number in 0..48 {
            let mut entry = queue(&mut writer, &format!("/img/{number}.jpg"));
            for state in steps[number % steps.len()] {
                entry = step(&mut writer, &entry.id, entry.state, *state, 10).unwrap();
            }
        }
        drop(writer);
        let journal = entries(&home.store).unwrap();
        let coverage = coverages(&home.store);
        let file = fs::read(home.path()).unwrap();
        let purges = home.purges();
        Self { home, file, purges, journal, coverage }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.directory.path().join(name)
    }

    fn pages(&self) -> usize {
        self.file.len() / 4096
    }

    /// Damages a copy of the store, and holds what is salvaged of it to the truth.
    fn damaged(&self, what: &str, file: &[u8]) -> Option<Salvaged> {
        let directory = tempfile::tempdir().unwrap();
        let (path, new) = (directory.path().join("store.db"), directory.path().join("new.db"));
        fs::write(&path, file).unwrap();
        let salvaged = salvage_with(&path, &new, at(900), small());
        assert_eq!(fs::read(&path).unwrap(), file, "{what}");
        match &salvaged {
            Ok(_) => self.holds(what, &new),
            Err(_) => assert!(!new.exists(), "{what}: {salvaged:?}"),
        }
        salvaged.ok()
    }

    /// Fails if a salvaged store has something that is not true.
    fn holds(&self, what: &str, new: &Path) {
        let store = SqliteStore::open_with(new, Access::ReadWrite, small()).unwrap();
        assert_eq!(store.reader().unwrap().check(), Ok(Vec::new()), "{what}");
        let purges = purges(&store).unwrap();
        let mut ids = BTreeSet::new();
        let known: Vec<Purge> = self.purges.iter().map(sealed).collect();
        for purge in &purges {
            assert!(known.contains(&sealed(purge)), "{what}: {purge:?}");
            ids.insert((purge.account.clone(), purge.id.clone()));
        }
        for (account, coverage) in coverages(&store) {
            for purge in self.purges.iter().filter(|purge| purge.account == account) {
                let created = purge.created;
                let claimed = coverage
                    .ranges()
                    .iter()
                    .any(|(from, until)| *from <= created && created < *until);
                let is_there = ids.contains(&(account.clone(), purge.id.clone()));
                assert!(!claimed || is_there, "{what}: {} is covered and lost", purge.id);
            }
        }
        for entry in entries(&store).unwrap() {
            let known = self.journal.iter().find(|known| known.id == entry.id).unwrap();
            if entry.state == JournalState::Unknown && known.state == JournalState::Queued {
                assert_eq!(entry.request, known.request, "{what}");
            } else {
                assert_eq!(sealed_entry(&entry), sealed_entry(known), "{what}");
            }
        }
    }
}

fn purges(store: &SqliteStore) -> Result<Vec<Purge>, StoreFailure> {
    let mut all = Vec::new();
    store.reader()?.export(&Predicate::default(), Sort::OLDEST, None, &mut |detail| {
        all.push(detail.purge);
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

fn entries(store: &SqliteStore) -> Result<Vec<JournalEntry>, StoreFailure> {
    let mut all = Vec::new();
    store.reader()?.journal(&mut |entry| {
        all.push(entry);
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

fn coverages(store: &SqliteStore) -> BTreeMap<AccountName, Coverage> {
    let reader = store.reader().unwrap();
    let all = ACCOUNTS.map(AccountName::new);
    all.into_iter().map(|name| (name.clone(), reader.coverage(&name).unwrap())).collect()
}

/// Returns a purge with all that its checksum holds: its author is the vendor's log's to tell.
fn sealed(purge: &Purge) -> Purge {
    Purge { by: None, ..purge.clone() }
}

/// Returns an entry with all that its checksum holds, and its state.
fn sealed_entry(entry: &JournalEntry) -> JournalEntry {
    JournalEntry {
        planned_at: entry.queued_at,
        sent_at: None,
        ahead: None,
        answered_at: None,
        error: None,
        purge: None,
        verified: None,
        verification: None,
        noticed: false,
        queued_by: None,
        confirmed: true,
        place: 0,
        ..entry.clone()
    }
}

fn part(salvaged: &Salvaged, name: &str) -> (u64, Lost) {
    let part = salvaged.parts.iter().find(|part| part.name == name).unwrap();
    (part.taken, part.lost)
}

#[test]
fn a_sound_store_is_taken_over_whole() {
    let truth = Truth::new();
    let salvaged = truth.damaged("nothing", &truth.file).unwrap();
    assert_eq!(part(&salvaged, "purges"), (600, Lost::Nothing));
    assert_eq!(part(&salvaged, "requests of the journal"), (48, Lost::Nothing));
    assert_eq!(part(&salvaged, "resources"), (2, Lost::Nothing));
    assert_eq!((salvaged.held_back, salvaged.queued), (0, 8));
    assert!(
        salvaged.read_anew.is_empty() && salvaged.parts.iter().all(|it| it.lost == Lost::Nothing)
    );
    let new = truth.path("new.db");
    salvage_with(&truth.home.path(), &new, at(900), small()).unwrap();
    let store =
        SqliteStore::open(&new, Access::ReadWrite).unwrap().operated_by(testing::operator());
    assert_eq!(coverages(&store), truth.coverage);
    assert_eq!(entries(&store).unwrap(), truth.journal);
    let reader = store.reader().unwrap();
    assert!(reader.is_paused().unwrap(), "the operator looks through the queue first");
    assert_eq!(reader.drafts().unwrap().len(), 1);
    assert_eq!(reader.accounts().unwrap(), truth.home.reader().accounts().unwrap());
    let again = salvage_with(&truth.home.path(), &new, at(900), small());
    assert_eq!(again, Err(StoreFailure::Exists));
}

#[test]
fn of_a_zeroed_page_everything_else_is_salvaged_and_nothing_false_is_read() {
    let truth = Truth::new();
    let schema = pages_of(&truth, "sqlite_schema");
    let (mut lost, mut found) = (0, 0);
    for page in 1..truth.pages() {
        let mut file = truth.file.clone();
        file[page * 4096..(page + 1) * 4096].fill(0);
        let what = format!("page {}", page + 1);
        let salvaged = truth.damaged(&what, &file);
        // Without the list of tables, no table can be read.
        assert_eq!(salvaged.is_none(), schema.contains(&(page + 1)), "{what}");
        lost += usize::from(salvaged.is_some_and(|it| part(&it, "purges").0 < 600));
        found += usize::from(is_read_as_damaged(&truth, &what, &file));
    }
    assert!(lost > 5 && found > lost, "{lost} {found}");
}

/// Reads everything of a damaged store. Returns true if an error was told: then nobody can write.
fn is_read_as_damaged(truth: &Truth, what: &str, file: &[u8]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    fs::write(&path, file).unwrap();
    let read = SqliteStore::open_with(&path, Access::ReadOnly, small())
        .map(|store| (purges(&store), entries(&store)));
    let (purges, journal) = match read {
        Ok(read) => read,
        Err(failure) => (Err(failure.clone()), Err(failure)),
    };
    for read in [purges.as_ref().err(), journal.as_ref().err()].into_iter().flatten() {
        assert_eq!(read, &StoreFailure::Corrupt, "{what}");
    }
    if let Ok(purges) = &purges {
        let read: Vec<_> = purges.iter().map(sealed).collect();
        assert_eq!(read, truth.purges.iter().map(sealed).collect::<Vec<_>>(), "{what}");
    }
    if let Ok(journal) = &journal {
        let read: Vec<_> = journal.iter().map(sealed_entry).collect();
        assert_eq!(read, truth.journal.iter().map(sealed_entry).collect::<Vec<_>>(), "{what}");
    }
    let is_damaged = purges.is_err() || journal.is_err();
    if is_damaged {
        let opened = SqliteStore::open(&path, Access::ReadWrite).map(drop);
        assert!(matches!(opened, Err(StoreFailure::Damaged { .. })), "{what}: {opened:?}");
        assert_eq!(fs::read(&path).unwrap(), file, "{what}");
    }
    is_damaged
}

#[test]
fn of_a_cut_file_what_is_left_is_salvaged() {
    let truth = Truth::new();
    for pages in [truth.pages() - 1, truth.pages() / 2, truth.pages() / 4] {
        let file = &truth.file[..pages * 4096 - 100];
        let what = format!("cut after {pages} pages");
        if let Some(salvaged) = truth.damaged(&what, file) {
            assert!(part(&salvaged, "purges").1 != Lost::Nothing || pages > truth.pages() / 2);
        }
        assert!(is_read_as_damaged(&truth, &what, file), "{what}");
    }
}

#[test]
fn several_damaged_pages_cost_only_what_was_on_them() {
    let truth = Truth::new();
    for table in ["purge", "chunk"] {
        let mut file = truth.file.clone();
        let leaves = leaves(&truth, table);
        assert!(leaves.len() > 5, "{table}: {leaves:?}");
        for page in leaves.iter().step_by(3) {
            file[(page - 1) * 4096..page * 4096].fill(0);
        }
        let salvaged = truth.damaged("every third leaf", &file).unwrap();
        let (taken, lost) = part(&salvaged, "purges");
        assert!((300..500).contains(&taken), "{table}: {taken}");
        assert_eq!(lost, Lost::Rows(600 - taken), "{table}");
        assert_eq!(salvaged.read_anew, ACCOUNTS.map(AccountName::new).into());
    }
}

/// Returns the leaf pages of a table.
fn leaves(truth: &Truth, table: &str) -> Vec<usize> {
    select_pages(truth, table, "AND pagetype = 'leaf'")
}

/// Returns all pages of a table.
fn pages_of(truth: &Truth, table: &str) -> Vec<usize> {
    select_pages(truth, table, "")
}

fn select_pages(truth: &Truth, table: &str, only: &str) -> Vec<usize> {
    let connection = Connection::open(truth.home.path()).unwrap();
    let select = format!("SELECT pageno FROM dbstat WHERE name = ?1 {only} ORDER BY path");
    let mut find = connection.prepare(&select).unwrap();
    let pages = find.query_map([table], |row| Ok(row.get::<_, u32>(0)? as usize)).unwrap();
    pages.collect::<Result<_, _>>().unwrap()
}

#[test]
fn an_account_of_which_nothing_was_lost_stays_covered() {
    let truth = Truth::new();
    let writer = truth.home.writer();
    writer.connection().execute("UPDATE purge SET kind = 9 WHERE id = '3'", []).unwrap();
    drop(writer);
    let new = truth.path("new.db");
    let salvaged = salvage_with(&truth.home.path(), &new, at(900), small()).unwrap();
    assert_eq!(part(&salvaged, "purges"), (599, Lost::Rows(1)));
    assert_eq!(salvaged.read_anew, ["other".into()].into());
    let coverage = coverages(&SqliteStore::open(&new, Access::ReadOnly).unwrap());
    assert_eq!(coverage[&"gcore-prod".into()], truth.coverage[&"gcore-prod".into()]);
    assert!(coverage[&"other".into()].ranges().is_empty());
}

#[test]
fn a_request_is_queued_again_only_if_the_log_proves_that_it_waits() {
    let truth = Truth::new();
    let accepted =
        truth.journal.iter().filter(|entry| entry.state == JournalState::Accepted).count() as u64;
    for (change, held_back, queued) in [
        // Pages of before, as a disk that loses writes leaves them.
        (
            "UPDATE journal SET state = 'queued', sent_at = NULL WHERE state = 'accepted'",
            accepted,
            8,
        ),
        ("DELETE FROM journal_step", 8, 0),
        ("UPDATE journal_step SET to_state = 'what' WHERE seq = 3", 8, 0),
    ] {
        let home = copy(&truth);
        home.writer().connection().execute(change, []).unwrap();
        let new = home.directory.path().join("new.db");
        let salvaged = salvage_with(&home.path(), &new, at(900), small()).unwrap();
        assert_eq!((salvaged.held_back, salvaged.queued), (held_back, queued), "{change}");
        let mut store = SqliteStore::open(&new, Access::ReadWrite).unwrap().writer().unwrap();
        let entries = entries(&SqliteStore::open(&new, Access::ReadOnly).unwrap()).unwrap();
        let held = entries.iter().find(|entry| {
            entry.error.as_deref().is_some_and(|error| error.contains("the store was damaged"))
        });
        let held = held.unwrap();
        assert!(held.sent_at.is_some(), "it is looked for in the vendor's history");
        // The operator's word still sends it.
        let details = StepDetails::at(at(901));
        let stepped =
            store.step(&held.id, JournalState::Unknown, JournalState::Queued, &details).unwrap();
        assert!(matches!(stepped, crate::store::StepOutcome::Done(_)));
    }
}

/// A store of its own with the content of the true one.
fn copy(truth: &Truth) -> Home {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    fs::write(&path, &truth.file).unwrap();
    let store = SqliteStore::open_with(&path, Access::ReadWrite, small()).unwrap();
    Home { directory, store }
}

#[test]
fn a_flipped_bit_never_becomes_an_answer_and_is_never_sent() {
    let truth = Truth::new();
    let schema = pages_of(&truth, "sqlite_schema");
    let mut dice = fastrand::Rng::with_seed(7);
    for _ in 0..60 {
        let mut file = truth.file.clone();
        let at = dice.usize(4096..file.len());
        if schema.contains(&(at / 4096 + 1)) {
            continue;
        }
        file[at] ^= 1 << dice.u8(0..8);
        let what = format!("bit of byte {at}");
        is_read_as_damaged(&truth, &what, &file);
        truth.damaged(&what, &file).unwrap();
    }
}

#[test]
fn a_store_of_an_earlier_program_is_salvaged_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../../../tests/golden/store/version-4.sql")).unwrap();
    drop(old);
    let before = fs::read(&path).unwrap();
    let new = directory.path().join("new.db");
    let salvaged = salvage_with(&path, &new, at(900), small()).unwrap();
    assert_eq!(part(&salvaged, "purges"), (41, Lost::Nothing));
    assert_eq!(part(&salvaged, "requests of the journal"), (2, Lost::Nothing));
    assert_eq!(fs::read(&path).unwrap(), before);
    let store = SqliteStore::open(&new, Access::ReadWrite).unwrap();
    assert_eq!(store.reader().unwrap().check(), Ok(Vec::new()));
    assert_eq!(store.reader().unwrap().journal_newest(9).unwrap().len(), 2);
}

#[test]
fn of_a_damaged_store_of_an_earlier_program_the_rest_is_salvaged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../../../tests/golden/store/version-4.sql")).unwrap();
    let long = "SELECT id FROM purge WHERE targets > 1";
    let lost: String = old.query_row(long, [], |row| row.get(0)).unwrap();
    let delete = "DELETE FROM tail WHERE key = (SELECT key FROM purge WHERE id = ?1)";
    assert_eq!(old.execute(delete, [&lost]).unwrap(), 1);
    drop(old);
    // It is not made worse by bringing it up to date.
    let before = fs::read(&path).unwrap();
    assert_eq!(SqliteStore::open(&path, Access::ReadWrite).map(drop), Err(StoreFailure::Corrupt));
    assert_eq!(fs::read(&path).unwrap(), before);
    let new = directory.path().join("new.db");
    let salvaged = salvage_with(&path, &new, at(900), small()).unwrap();
    assert_eq!(part(&salvaged, "purges"), (40, Lost::Rows(1)));
    let kept = purges(&SqliteStore::open(&new, Access::ReadOnly).unwrap()).unwrap();
    assert!(kept.iter().all(|purge| purge.id.as_str() != lost));
}

#[test]
fn what_is_no_store_is_not_salvaged_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (path, new) = (directory.path().join("store.db"), directory.path().join("new.db"));
    let salvaged = |path: &Path| salvage_with(path, &new, at(0), small()).map(drop);
    assert_eq!(salvaged(&path), Err(StoreFailure::Missing));
    fs::write(&path, "dear diary").unwrap();
    assert_eq!(salvaged(&path), Err(StoreFailure::NotAStore));
    fs::write(&path, "").unwrap();
    assert_eq!(salvaged(&path), Err(StoreFailure::Missing));
    let truth = Truth::new();
    let mut file = truth.file.clone();
    file[100..4096].fill(0);
    fs::write(&path, file).unwrap();
    assert!(salvaged(&path).is_err());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}
