//! A damaged store: it is an error, or it answers; it never brings the program down. Where whole
//! pages are gone, and not single bits, what it answers is right.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use purgedeck::domain::filter::{Filter, Predicate};
use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::payload::{Payload, PurgeRequest};
use purgedeck::domain::purge::Purge;
use purgedeck::domain::query::{Anchor, KeysQuery, Sort, SummaryQuery, WindowQuery};
use purgedeck::domain::zone::Zone;
use purgedeck::store::{Access, Reader, Store, StoreFailure, Tuning, Writer};
use rusqlite::Connection;

/// Damages of more bytes are left out.
const MOST: usize = 600;
/// The bytes of one damage: its kind, a place and what is put there.
const EACH: usize = 6;
const PAGE: usize = 4096;

/// A store with everything in it.
struct Whole {
    bytes: Vec<u8>,
    ids: BTreeSet<String>,
}

static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let golden = include_str!("../../tests/golden/store/version-4.sql");
    Connection::open(&path).unwrap().execute_batch(golden).unwrap();
    // Brings it up to the newest version.
    let store = opened(&path, Access::ReadWrite).unwrap();
    let ids = ids(&exported(&store.reader().unwrap()).unwrap());
    drop(store);
    Whole { bytes: std::fs::read(&path).unwrap(), ids }
});

fn ids(purges: &[Purge]) -> BTreeSet<String> {
    purges.iter().map(|purge| format!("{} {}", purge.account, purge.id)).collect()
}

/// Holds damages, of [`EACH`] bytes each, to the properties.
pub(crate) fn hold(data: &[u8]) {
    if data.len() > MOST {
        return;
    }
    let (bytes, is_by_pages) = damaged(data);
    // An empty file becomes a new store.
    let is_told = is_by_pages && !bytes.is_empty();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::fs::write(&path, bytes).unwrap();
    if let Some(purges) = read(&path) {
        let found = ids(&purges);
        assert_eq!(found.len(), purges.len(), "a purge is there twice");
        assert!(!is_told || found == WHOLE.ids, "purges are missing, and nothing is said");
    }
    write(&path);
    read(&path);
}

/// Returns the damaged store; true with it if only whole pages are gone.
fn damaged(data: &[u8]) -> (Vec<u8>, bool) {
    let (mut bytes, mut is_by_pages) = (WHOLE.bytes.clone(), true);
    for damage in data.chunks_exact(EACH) {
        let &[kind, high, middle, low, one, other] = damage else { continue };
        let place = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        let length = bytes.len().max(1);
        let (at, page) = (place % length, place % length / PAGE * PAGE);
        let end = (page + PAGE).min(bytes.len());
        match kind % 6 {
            0 => bytes.get_mut(page..end).into_iter().for_each(|page| page.fill(0)),
            1 => bytes.truncate(at),
            2 => bytes.get_mut(page..end).into_iter().for_each(|page| page.fill(one)),
            _ => is_by_pages = false,
        }
        match kind % 6 {
            3 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (one % 8)),
            4 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = one),
            5 => {
                let from = (usize::from(other) * PAGE) % length;
                let source = bytes.get(from..from + PAGE).map(<[u8]>::to_vec);
                if let (Some(source), Some(page)) = (source, bytes.get_mut(page..end))
                    && page.len() == source.len()
                {
                    page.copy_from_slice(&source);
                }
            }
            _ => {}
        }
    }
    (bytes, is_by_pages)
}

fn opened(path: &Path, access: Access) -> Result<Store, StoreFailure> {
    let tuning = Tuning {
        lock_timeout: Duration::from_millis(20),
        direct_reads: 3,
        first_page: 4,
        chunk_length: 4,
        block_length: 2,
        chunks_before_index: 1,
        ..Tuning::default()
    };
    Store::open_with(path, access, tuning)
}

fn exported(reader: &Reader) -> Result<Vec<Purge>, StoreFailure> {
    let mut purges = Vec::new();
    reader.export(&Predicate::default(), Sort::NEWEST, None, &mut |detail| {
        purges.push(detail.purge);
        ControlFlow::Continue(())
    })?;
    Ok(purges)
}

/// Asks everything; returns the purges where the store tells all of them.
fn read(path: &Path) -> Option<Vec<Purge>> {
    let reader = opened(path, Access::ReadOnly).and_then(|store| store.reader()).ok()?;
    let now = DateTime::<Utc>::UNIX_EPOCH;
    for text in ["", "hero", "status:failed", "cname:*acme* -kind:all", "by:mira"] {
        let predicate = Arc::new(Filter::parse(text).unwrap().resolve(now, Zone::Utc));
        for sort in [Sort::NEWEST, Sort::OLDEST] {
            let predicate = Arc::clone(&predicate);
            let _ =
                reader.window(&WindowQuery { predicate, sort, anchor: Anchor::Start, limit: 9 });
        }
        let _ = reader.summary(&SummaryQuery { predicate: Arc::clone(&predicate), bars: 9, now });
        let keys = reader.keys(&KeysQuery { predicate, among: None, limit: 50 });
        for key in keys.unwrap_or_default() {
            let _ = reader.detail(key);
        }
    }
    for account in reader.accounts().unwrap_or_default() {
        let _ = reader.coverage(&account.account);
        let _ = reader.resources(&account.account);
        let _ = reader.attempt_coverage(&account.account);
    }
    let _ = (reader.drafts(), reader.board(), reader.check(), reader.is_paused());
    let _ = (reader.journal_open(), reader.journal_newest(50), reader.unverified(now));
    exported(&reader).ok()
}

/// Writes a little of everything.
fn write(path: &Path) {
    let Ok(mut writer) = opened(path, Access::ReadWrite).and_then(|store| store.writer()) else {
        return;
    };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let known = read(path).unwrap_or_default();
    let _ = writer.record(known.get(..known.len().min(3)).unwrap_or_default(), now);
    let _ = enqueue(&mut writer, now);
    let _ = (writer.pause(true, now), writer.save_board("{}"));
}

fn enqueue(writer: &mut Writer, now: DateTime<Utc>) -> Result<(), StoreFailure> {
    let request = PurgeRequest::new("gcore-prod", "1", "www.site.com", Payload::All);
    writer.enqueue(&[NewEntry::new(request, now)], now)?;
    Ok(())
}
