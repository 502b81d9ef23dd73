//! How fast the store answers: at ten thousand purges and at `PURGEDECK_BENCH_PURGES` (100,000
//! unless told otherwise).
//!
//! `PURGEDECK_BENCH_PURGES=1000000 cargo bench --bench store`; with `PURGEDECK_BENCH_DIR` the
//! stores are kept there and used again. How long the import took and how large the files are is
//! told on standard error. With `PURGEDECK_BENCH_SERVER=postgres://…` it is a store in that
//! database, which is filled where it is empty.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_docs_in_private_items,
    reason = "a bench"
)]

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use divan::Bencher;
use purgedeck::domain::filter::{Clause, Pattern, Predicate, Test};
use purgedeck::domain::kind::Kind;
use purgedeck::domain::purge::{Purge, Target};
use purgedeck::domain::query::{Anchor, Sort, WindowQuery};
use purgedeck::domain::status::Status;
use purgedeck::domain::store_address::StoreAddress;
use purgedeck::store::{Access, Reader, ServerAccess, Store};

#[expect(dead_code, reason = "no bench needs all of it")]
#[path = "../src/testing.rs"]
mod testing;

fn main() {
    divan::main();
}

const SPAN: i64 = 90 * 86_400 * 1_000_000;
const SCREEN: u32 = 48;

fn sizes() -> Vec<usize> {
    let many = std::env::var("PURGEDECK_BENCH_PURGES").ok();
    let many = many.and_then(|many| many.parse().ok()).unwrap_or(100_000);
    if server().is_some() { vec![many] } else { vec![10_000, many] }
}

/// The database to measure, where it is not a file.
fn server() -> Option<ServerAccess> {
    let url = std::env::var("PURGEDECK_BENCH_SERVER").ok()?;
    let Ok(StoreAddress::Server(address)) = StoreAddress::parse(&url) else {
        panic!("PURGEDECK_BENCH_SERVER is no URL of a database: {url}");
    };
    Some(ServerAccess { address, password: None })
}

/// Opens the store in a directory, or the one on the server.
fn open(directory: &Path, name: &str) -> Store {
    let path = directory.join(name);
    match server() {
        Some(server) => Store::connect(&server, &path, Access::ReadWrite),
        None => Store::open(&path, Access::ReadWrite),
    }
    .unwrap()
}

fn end() -> DateTime<Utc> {
    "2026-11-20T00:00:00Z".parse().unwrap()
}

/// One of a history of so many: much like what CDN operators purge. Every 10,000th has a rare
/// needle, one in fifty `/hotfix/`, about half of them `video`.
fn purge(place: usize, of: usize) -> Purge {
    const BRANDS: [&str; 8] =
        ["acme", "globex", "initech", "umbra", "hooli", "stark", "wayne", "soylent"];
    const ROLES: [&str; 5] = ["www", "video", "img", "static", "api"];
    const DIRS: [&str; 20] = [
        "assets", "images", "products", "news", "video", "js", "css", "fonts", "hotel", "travel",
        "v1", "v2", "static", "media", "shop", "blog", "event", "landing", "mobile", "api",
    ];
    const STEMS: [&str; 10] =
        ["index", "main", "app", "banner", "hero", "logo", "thumb", "cover", "playlist", "segment"];
    const ENDINGS: [&str; 8] = ["html", "js", "css", "png", "jpg", "m3u8", "ts", "json"];
    let mut dice = fastrand::Rng::with_seed(place as u64);
    // Zipf: the first cname has about a fifth of all.
    let host = ((41_f64.powf(dice.f64()) - 1.0) as usize).min(39);
    let cname = format!("{}.{}-cdn.example.com", ROLES[host % 5], BRANDS[host / 5]);
    let (kind, most) = match dice.u8(0..100) {
        0..83 => (Kind::Url, 1_u8),
        83..97 => (Kind::Pattern, 1),
        _ => (Kind::All, 0),
    };
    let count = most
        * match dice.u8(0..100) {
            0..55 => dice.u8(1..4),
            55..95 => dice.u8(4..11),
            95..99 => dice.u8(11..31),
            _ => dice.u8(60..101),
        };
    let status = match dice.u16(0..1000) {
        0..6 => Status::InProgress,
        6..36 => Status::Failed,
        _ => Status::Successful,
    };
    let provider = ["gcore", "gcore", "tencent", "medianova"][dice.usize(0..4)];
    let hot = dice.u8(0..50) == 0;
    let targets = (0..count).map(|nth| {
        let mut path = String::new();
        for _ in 0..dice.u8(1..5) {
            path.push('/');
            path.push_str(DIRS[dice.usize(0..20)]);
        }
        if hot && nth == 0 {
            path.push_str("/hotfix/now");
        }
        if place % 10_000 == 4321 && nth == 0 {
            path.push_str("/needle-rare");
        }
        Target::new(match kind {
            Kind::Url => format!(
                "https://{cname}{path}/{}-{:06x}.{}",
                STEMS[dice.usize(0..10)],
                dice.u32(0..1 << 24),
                ENDINGS[dice.usize(0..8)]
            ),
            Kind::IgnoreQuery
            | Kind::Pattern
            | Kind::Regex
            | Kind::Host
            | Kind::Tag
            | Kind::All => format!("{path}/*"),
        })
    });
    let targets = targets.collect();
    let step = SPAN / of as i64;
    let created = end() - TimeDelta::microseconds(SPAN - step * place as i64 - dice.i64(0..step));
    Purge {
        provider: provider.into(),
        resource: (1000 + host).to_string().into(),
        cname,
        kind: Some(kind),
        raw_kind: kind.word().to_owned(),
        status,
        raw_status: status.label().to_owned(),
        targets,
        ..testing::purge(format!("{provider}-prod"), (700_001 + place).to_string(), created)
    }
}

/// The path of a store of so many purges, made when it is first asked for.
fn store(purges: usize) -> Store {
    static STORES: LazyLock<Mutex<HashMap<usize, Arc<OnceLock<Store>>>>> =
        LazyLock::new(Mutex::default);
    let cell = Arc::clone(STORES.lock().unwrap().entry(purges).or_default());
    cell.get_or_init(|| {
        let directory = std::env::var_os("PURGEDECK_BENCH_DIR")
            .map_or_else(|| tempfile::tempdir().unwrap().keep(), PathBuf::from);
        let store = open(&directory, &format!("{purges}.db"));
        let facts = || store.reader().unwrap().facts().unwrap();
        if facts().purges == 0 {
            fill(&store, purges);
        }
        eprintln!("{purges} purges: {} MiB", facts().bytes >> 20);
        store
    })
    .clone()
}

fn fill(store: &Store, purges: usize) {
    let mut writer = store.writer().unwrap();
    let mut import = writer.import().unwrap();
    let mut spent = std::time::Duration::ZERO;
    let all: Vec<usize> = (0..purges).collect();
    for batch in all.chunks(20_000) {
        let batch: Vec<_> = batch.iter().map(|place| purge(*place, purges)).collect();
        let start = Instant::now();
        import.record(&batch, end()).unwrap();
        spent += start.elapsed();
    }
    let start = Instant::now();
    import.finish().unwrap();
    eprintln!(
        "{purges} purges imported in {spent:.2?}, index put in order in {:.2?}",
        start.elapsed()
    );
}

fn everything() -> Arc<Predicate> {
    Arc::default()
}

fn selecting(test: Test) -> Arc<Predicate> {
    Arc::new(Predicate { clauses: vec![Clause { negated: false, test }], ..Predicate::default() })
}

fn text(text: &str) -> Arc<Predicate> {
    selecting(Test::Target(vec![Pattern::Contains(text.to_owned())]))
}

fn cname(text: &str) -> Arc<Predicate> {
    selecting(Test::Cname(vec![Pattern::Glob(text.to_owned())]))
}

fn window(reader: &Reader, predicate: Arc<Predicate>, anchor: Anchor) -> usize {
    sorted(reader, predicate, Sort::NEWEST, anchor)
}

fn sorted(reader: &Reader, predicate: Arc<Predicate>, sort: Sort, anchor: Anchor) -> usize {
    let query = WindowQuery { predicate, sort, anchor, limit: SCREEN };
    reader.window(&query).unwrap().rows.len()
}

#[divan::bench(args = sizes())]
fn open_and_first_window(bencher: Bencher, purges: usize) {
    let address = store(purges).address().clone();
    let file = address.file().unwrap_or(Path::new("/tmp/purgedeck-bench.db"));
    let (directory, name) = (file.parent().unwrap(), file.file_name().unwrap());
    bencher.bench(|| {
        let store = open(directory, name.to_str().unwrap());
        let reader = store.reader().unwrap();
        window(&reader, everything(), Anchor::Start)
    });
}

mod windows {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use divan::Bencher;
    use purgedeck::domain::column::Column;
    use purgedeck::domain::filter::{Clause, Predicate, Test};
    use purgedeck::domain::query::{Anchor, Sort};
    use purgedeck::domain::sort::RowPlace;
    use purgedeck::domain::status::Status;

    use super::{cname, end, everything, selecting, sizes, sorted, store, text, window};

    fn bench(bencher: Bencher, purges: usize, predicate: &Arc<Predicate>, anchor: &Anchor) {
        let reader = store(purges).reader().unwrap();
        bencher.bench_local(|| window(&reader, Arc::clone(predicate), anchor.clone()));
    }

    #[divan::bench(args = sizes())]
    fn home(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &everything(), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn last(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &everything(), &Anchor::End);
    }

    #[divan::bench(args = sizes())]
    fn page(bencher: Bencher, purges: usize) {
        let middle = end() - TimeDelta::days(45);
        let key = purgedeck::domain::ids::PurgeKey(middle.timestamp_micros());
        bench(bencher, purges, &everything(), &Anchor::After(RowPlace::in_time(key)));
    }

    #[divan::bench(args = sizes())]
    fn sorted_by_cname(bencher: Bencher, purges: usize) {
        let reader = store(purges).reader().unwrap();
        let sort = Sort::by(Column::Cname);
        bencher.bench_local(|| sorted(&reader, everything(), sort, Anchor::Start));
    }

    #[divan::bench(args = sizes())]
    fn sorted_by_targets_from_the_end(bencher: Bencher, purges: usize) {
        let reader = store(purges).reader().unwrap();
        let sort = Sort::by(Column::Targets);
        bencher.bench_local(|| sorted(&reader, everything(), sort, Anchor::End));
    }

    #[divan::bench(args = sizes())]
    fn common_cname(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &cname("www.acme*"), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn rare_cname_from_the_end(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &cname("api.soylent*"), &Anchor::End);
    }

    #[divan::bench(args = sizes())]
    fn failed(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &selecting(Test::Status(vec![Status::Failed])), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn no_such_status(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &selecting(Test::Status(vec![Status::Unknown])), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn id(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &selecting(Test::Id(vec!["704321".to_owned()])), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn rare_text(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &text("needle-rare"), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn text_in_two_percent(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &text("/hotfix/"), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn text_in_half_of_all(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &text("video"), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn text_that_nothing_has(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &text("staging/index"), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn two_letters(bencher: Bencher, purges: usize) {
        bench(bencher, purges, &text("zq"), &Anchor::Start);
    }

    #[divan::bench(args = sizes())]
    fn failed_with_text(bencher: Bencher, purges: usize) {
        let mut predicate = (*text("/hotfix/")).clone();
        predicate.clauses.push(Clause { negated: false, test: Test::Status(vec![Status::Failed]) });
        bench(bencher, purges, &Arc::new(predicate), &Anchor::Start);
    }
}

mod summaries {
    use std::sync::Arc;

    use divan::Bencher;
    use purgedeck::domain::filter::{Clause, Predicate, Test};
    use purgedeck::domain::query::SummaryQuery;
    use purgedeck::domain::status::Status;

    use super::{cname, end, selecting, sizes, store, text};

    fn bench(bencher: Bencher, purges: usize, predicate: Arc<Predicate>) {
        let reader = store(purges).reader().unwrap();
        let query = SummaryQuery { predicate, bars: 120, now: end() };
        bencher.bench_local(|| reader.summary(&query).unwrap().selected);
    }

    #[divan::bench(args = sizes())]
    fn everything(bencher: Bencher, purges: usize) {
        bench(bencher, purges, super::everything());
    }

    #[divan::bench(args = sizes())]
    fn failed(bencher: Bencher, purges: usize) {
        bench(bencher, purges, selecting(Test::Status(vec![Status::Failed])));
    }

    #[divan::bench(args = sizes())]
    fn common_cname(bencher: Bencher, purges: usize) {
        bench(bencher, purges, cname("www.acme*"));
    }

    #[divan::bench(args = sizes())]
    fn rare_text(bencher: Bencher, purges: usize) {
        bench(bencher, purges, text("needle-rare"));
    }

    #[divan::bench(args = sizes())]
    fn text_in_two_percent(bencher: Bencher, purges: usize) {
        bench(bencher, purges, text("/hotfix/"));
    }

    #[divan::bench(args = sizes())]
    fn failed_with_text(bencher: Bencher, purges: usize) {
        let mut predicate = (*text("/hotfix/")).clone();
        predicate.clauses.push(Clause { negated: false, test: Test::Status(vec![Status::Failed]) });
        bench(bencher, purges, Arc::new(predicate));
    }

    #[divan::bench(args = sizes(), max_time = 5)]
    fn text_in_half_of_all(bencher: Bencher, purges: usize) {
        bench(bencher, purges, text("video"));
    }
}

/// Most purges that are made beforehand for an import, since all of them are in memory.
const MOST_IMPORTED: usize = 100_000;

/// An import into an empty store, and the index of it.
#[divan::bench(args = sizes().into_iter().map(|purges| purges.min(MOST_IMPORTED)), max_time = 10)]
fn import(bencher: Bencher, purges: usize) {
    let all: Vec<_> = (0..purges).map(|place| purge(place, purges)).collect();
    bencher
        .with_inputs(|| {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("new.db");
            (directory, Store::open(&path, Access::ReadWrite).unwrap())
        })
        .bench_local_refs(|(_, store)| {
            let mut writer = store.writer().unwrap();
            let mut import = writer.import().unwrap();
            for batch in all.chunks(10_000) {
                import.record(batch, end()).unwrap();
            }
            import.finish().unwrap().new
        });
}

/// Everything in full, as an export reads it.
#[divan::bench(args = sizes(), max_time = 10)]
fn export(bencher: Bencher, purges: usize) {
    let reader = store(purges).reader().unwrap();
    bencher.bench_local(|| {
        reader
            .export(&everything(), Sort::NEWEST, None, &mut |_| ControlFlow::Continue(()))
            .unwrap()
    });
}

/// A page of a hundred purges that are not known yet, older than the newest.
#[divan::bench(args = sizes(), sample_count = 50, sample_size = 1)]
fn record_a_new_page(bencher: Bencher, purges: usize) {
    let store = copy(purges);
    let mut writer = store.1.writer().unwrap();
    let mut next = 0;
    bencher
        .with_inputs(|| {
            next += 100;
            let page = (0..100).map(|nth| {
                let old = purge((purges / 2 + next + nth) % purges, purges);
                Purge { id: format!("new{}", next + nth).into(), ..old }
            });
            page.collect::<Vec<_>>()
        })
        .bench_local_refs(|page| writer.record(page, end()).unwrap().new);
}

/// A page of a hundred purges that are all known: what most refreshes bring.
#[divan::bench(args = sizes())]
fn record_a_known_page(bencher: Bencher, purges: usize) {
    let mut writer = store(purges).writer().unwrap();
    let page: Vec<_> = (0..100).map(|nth| purge(purges - 1 - nth, purges)).collect();
    bencher.bench_local(|| writer.record(&page, end()).unwrap().new);
}

/// A store of so many that may be changed; the one on the server is.
fn copy(purges: usize) -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("copy.db");
    let original = store(purges);
    let address = original.address().clone();
    let Some(file) = address.file() else { return (directory, original) };
    // The last connection to leave takes the log over into the file.
    drop(original.writer().unwrap());
    std::fs::copy(file, &path).unwrap();
    let store = Store::open(&path, Access::ReadWrite).unwrap();
    (directory, store)
}
