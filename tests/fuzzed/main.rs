//! The properties of the fuzz targets (`fuzz/properties/`), held for a bounded number of inputs:
//! every seed as it is, then seeds cut, spliced and garbled, and bytes out of nothing. A crash that
//! a fuzzer found stands here as a test of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

#[path = "../../fuzz/properties/mod.rs"]
mod properties;

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use purgedeck::config::vendors::names;

/// The inputs that are tried beside the seeds.
const CASES: u32 = 400;
/// The same where each takes long.
const FEW: u32 = 200;

/// Bytes at which parsers change their mind.
const ODD: &[&[u8]] = &[
    b"\"",
    b"'",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\0",
    b"\x1b",
    b"\r",
    b"\n",
    b"\t",
    b"%",
    b"%zz",
    b"{",
    b"}",
    b"[[[[[[[[",
    b"]",
    b",",
    b":",
    b";",
    b"<",
    b"&#x0;",
    b"-",
    b"*",
    b"/*",
    b"..",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"null",
    b"\xff",
    b"\xef\xbb\xbf",
    "\u{202e}".as_bytes(),
    "\u{9b}".as_bytes(),
    "ß".as_bytes(),
    b"https://",
    b"$SECRET",
    b"curl ",
    b"since:",
    b"0000-00-00",
];

/// A change of a seed: its kind, two places and what is put in.
type Change = (u8, usize, usize, usize);

fn changed(seeds: &[Vec<u8>], start: usize, changes: &[Change]) -> Vec<u8> {
    let pick = |at: usize| seeds.get(at % seeds.len().max(1)).cloned().unwrap_or_default();
    let mut bytes = pick(start);
    for &(kind, first, second, what) in changes {
        let places = bytes.len() + 1;
        let (first, second) = (first % places, second % places);
        let range = first.min(second)..first.max(second);
        match kind % 5 {
            0 => drop(bytes.drain(range)),
            1 => drop(bytes.splice(first..first, ODD[what % ODD.len()].iter().copied())),
            2 => drop(bytes.splice(range, ODD[what % ODD.len()].iter().copied())),
            3 => {
                let piece = bytes.get(range).unwrap_or_default().to_vec();
                bytes.splice(second..second, piece);
            }
            _ => {
                let other = pick(what);
                bytes.truncate(first);
                bytes.extend(other.get(second % (other.len() + 1)..).unwrap_or_default());
            }
        }
    }
    bytes
}

/// Holds all seeds, and what comes of them, to a property.
fn hold(seeds: &[Vec<u8>], property: impl Fn(&[u8])) {
    hold_for(CASES, seeds, property);
}

fn hold_for(cases: u32, seeds: &[Vec<u8>], property: impl Fn(&[u8])) {
    for seed in seeds {
        property(seed);
    }
    let change = (any::<u8>(), any::<usize>(), any::<usize>(), any::<usize>());
    let inputs = prop_oneof![
        4 => (any::<usize>(), prop::collection::vec(change, 1..8))
            .prop_map(|(start, changes)| changed(seeds, start, &changes)),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => prop::collection::vec(prop::sample::select(ODD), 0..40).prop_map(|it| it.concat()),
    ];
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let held = TestRunner::new(config).run(&inputs, |input| {
        property(&input);
        Ok(())
    });
    if let Err(error) = held {
        panic!("{error}");
    }
}

/// The files of a folder of the repository, whole.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()).collect()
}

/// The golden answers of a vendor, as bodies and, some of them, with statuses and headers.
fn answers(vendor: &str) -> Vec<Vec<u8>> {
    let heads = files("fuzz/seeds/heads");
    let bodies = files(&format!("tests/golden/{vendor}"));
    let whole = heads.iter().zip(bodies.iter().cycle()).map(|(head, body)| {
        let head = String::from_utf8(head.clone()).unwrap().replace('\n', "\r\n");
        [head.replace("$LENGTH", &body.len().to_string()).as_bytes(), b"\r\n", body].concat()
    });
    bodies.iter().cloned().chain(whole).collect()
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn any_document_is_read_and_nothing_is_planned_that_does_not_stand_in_it() {
    hold(&files("tests/cases/input"), properties::reader::hold);
}

#[test]
fn any_text_is_a_filter_or_an_error_that_points_into_it() {
    let seeds = texts(&[
        "status:failed since:24h cname:*.site.com -account:gcore-prod",
        "on:2026-11-18..2026-11-20@14:00,yesterday target:\"/a b.jpg\",/c*",
        "until:2026-11-20T10:00:00+01:00 kind:url,all sent:here by:mira id:77 words more",
    ]);
    hold(&seeds, properties::filter::hold);
}

#[test]
fn any_answer_of_a_vendor_is_records_or_a_failure_in_words() {
    for vendor in names() {
        hold(&answers(vendor), |data| properties::wire::hold(vendor, data));
    }
}

#[test]
fn any_configuration_is_taken_or_its_errors_stand_in_it() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let example = std::fs::read_to_string(example).unwrap();
    // The example as it stands is nearly all comments; without the marks it says everything.
    let whole: String =
        example.lines().map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
    let account =
        "[[account]]\nname = \"prod\"\nprovider = \"gcore\"\ntoken = { env = \"TOKEN\" }\n";
    hold(&texts(&[&example, &whole, account]), properties::configuration::hold);
}

#[test]
fn whatever_is_imported_is_exported_as_it_was() {
    let line = r#"{"schema_version":1,"account":"a","provider":"gcore","id":"1","resource_id":"9",
        "cname":"www.site.com","kind":"url","status":"failed","raw_status":"Failed",
        "created":"2026-11-20T10:00:00.5Z","targets":["/a.jpg","/b"],"target_count":2,
        "target_statuses":[null,"failed"],"raw_kind":"file","by":"mira","sent_here":false,
        "completed":"2026-11-20T10:00:09Z"}"#
        .replace('\n', "");
    let unknown = r#"{"schema_version":1,"account":"a","provider":"p","id":"2","kind":"unknown",
        "raw_kind":"tag","status":"unknown","created":"0001-01-01T00:00:00Z"}"#
        .replace('\n', "");
    let both = format!("{line}\n{unknown}\n");
    hold(&texts(&[&line, &unknown, &both]), properties::import::hold);
}

/// A time at an end of what a text can name, with an offset that may carry it beyond.
fn time_at_an_end() -> impl Strategy<Value = String> {
    let clock =
        prop::sample::select(&["00:00:00", "23:59:59", "23:59:60", "12:30:15.123456789"][..]);
    let day = prop::sample::select(&["0000-01-01", "0001-01-01", "1969-12-31", "9999-12-31"][..]);
    (day, clock, any::<bool>(), 0..24_u8, 0..60_u8).prop_map(
        |(day, clock, east, hours, minutes)| {
            let sign = if east { '+' } else { '-' };
            format!("{day}T{clock}{sign}{hours:02}:{minutes:02}")
        },
    )
}

#[test]
fn whatever_is_imported_at_the_ends_of_time_is_exported_as_it_was() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let held = TestRunner::new(config).run(&(time_at_an_end(), time_at_an_end()), |times| {
        let line = format!(
            r#"{{"schema_version":1,"account":"a","provider":"p","id":"2","kind":"all",
            "status":"failed","created":"{}","completed":"{}"}}"#,
            times.0, times.1
        );
        properties::import::hold(line.replace('\n', "").as_bytes());
        Ok(())
    });
    if let Err(error) = held {
        panic!("{error}");
    }
}

#[test]
fn whatever_a_terminal_sends_is_the_same_inputs_in_any_pieces() {
    let seeds = texts(&[
        "jG\r\x1b\x1b[A\x1bOP\x1b[1;5C\x1b[[A\x1b[5$\x1b[103:71;2u\x1b[27;5;99~\x1b[1;1:3A",
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x07\x1bP>|XTerm(377)\x1b\\\x1b[?62;22c\x1b_G;OK\x1b\\",
        "\x1b[<0;10;5M\x1b[<0;10;5m\x1b[M *%\x1b[32;10;5M\x1b[I\x1b[O\x1b[?2026;2$y\x1b[12;40R",
        "\x1b[200~/a\r/b~\x1b[A\x1b[201~é€😀\x1bé\x03",
    ]);
    hold(&seeds, properties::terminal::hold);
}

#[test]
fn any_session_can_be_drawn_and_left_and_keeps_no_more_than_was_typed() {
    let sessions = files("fuzz/seeds/session");
    assert!(!sessions.is_empty());
    hold_for(FEW, &sessions, properties::session::hold);
}

#[test]
fn any_damage_of_a_store_is_an_error_or_leaves_its_purges_as_they_were() {
    let page = |kind: u8, page: u8| vec![kind, 0, page << 4, 0, 0xa5, 3];
    let seeds: Vec<Vec<u8>> =
        (0..16).flat_map(|at| [0, 1, 2, 5].map(|kind| page(kind, at))).collect();
    hold(&seeds, properties::store::hold);
}
