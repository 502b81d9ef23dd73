//! What a filter costs: reading its text on every key, resolving it, and asking it of purges one by
//! one.

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use purgedeck::domain::filter::{Filter, Predicate, Vocabulary, complete};
use purgedeck::domain::purge::{Purge, Target};
use purgedeck::domain::status::Status;
use purgedeck::domain::zone::Zone;

const TYPICAL: &str =
    "since:24h cname:www.site.com -status:successful target:/img/*.jpg,/css/* by:\"mira k\" hero";

#[expect(dead_code, reason = "no bench needs all of it")]
#[path = "../src/testing.rs"]
mod testing;

fn main() {
    divan::main();
}

fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_default()
}

fn predicate(text: &str) -> Predicate {
    filter(text).resolve(DateTime::UNIX_EPOCH + TimeDelta::days(1), Zone::Utc)
}

fn purges(targets: usize) -> Vec<Purge> {
    let purge = |number: usize| Purge {
        provider: "gcore".into(),
        resource: "12".into(),
        cname: format!("www{}.site.com", number % 40),
        status: Status::EVERY[number % 5],
        targets: (0..targets)
            .map(|target| {
                Target::new(format!("https://www.site.com/img/{number}/{target}/Hero.jpg"))
            })
            .collect(),
        by: Some("mira".to_owned()),
        ..testing::purge(
            "gcore-prod",
            number.to_string(),
            DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(number as i64),
        )
    };
    (0..1_000).map(purge).collect()
}

#[divan::bench]
fn parse(bencher: Bencher) {
    bencher.bench(|| Filter::parse(black_box(TYPICAL)));
}

/// The same text over and over: the throughput must not fall as the text grows.
#[divan::bench(args = [1, 10, 100, 1_000])]
fn parse_long(bencher: Bencher, times: usize) {
    let text = TYPICAL.repeat(times).replace("hero", "hero ");
    bencher.counter(BytesCount::of_str(&text)).bench(|| Filter::parse(black_box(&text)));
}

/// Ten kilobytes that could lead a careless reader to look at them again and again.
#[divan::bench(args = ["a", "-", "\"", ",", "a,", "a:", "cname:", "*", "\\", "14:00 ", "since:1h ", "a\" ", "🦀"])]
fn parse_hostile(bencher: Bencher, piece: &str) {
    let text = piece.repeat(10_240 / piece.len());
    bencher.counter(BytesCount::of_str(&text)).bench(|| Filter::parse(black_box(&text)));
}

#[divan::bench]
fn print(bencher: Bencher) {
    let filter = filter(TYPICAL);
    bencher.bench(|| black_box(&filter).to_string());
}

#[divan::bench]
fn resolve(bencher: Bencher) {
    let filter = filter(TYPICAL);
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(9_000);
    bencher.bench(|| black_box(&filter).resolve(now, Zone::Utc));
}

#[divan::bench(args = [
    "",
    "cname:www7.site.com",
    "status:failed,in_progress kind:url",
    "hero",
    "nothing-like-it",
    "target:/img/*/hero.jpg",
    "*i*m*g*q*",
])]
fn match_thousand(bencher: Bencher, text: &str) {
    let (predicate, purges) = (predicate(text), purges(3));
    bencher.counter(ItemsCount::new(purges.len())).bench(|| {
        purges.iter().filter(|purge| black_box(&predicate).matches(purge, false)).count()
    });
}

#[divan::bench]
fn complete_among_a_thousand_cnames(bencher: Bencher) {
    let vocabulary = Vocabulary {
        cnames: (0..1_000).map(|number| format!("www{number}.site.com")).collect(),
        ..Vocabulary::default()
    };
    let text = "since:24h cname:site";
    bencher.bench(|| complete(black_box(text), text.len(), &vocabulary));
}
