//! Looking at the edge by a key.

use purgedeck::domain::edge::{
    CacheState, Check, Evidence, Observation, Probe, Sample, SampleSource, Verdict, Verification,
};
use purgedeck::domain::event::Event;
use purgedeck::domain::journal::JournalEntry;
use purgedeck::effect::{Answer, Effect, Order, Query, Report, Subject};

use super::stage::{Stage, at, just_queued};

fn stale(url: &str) -> Verification {
    let look = |url: &str, seen: Observation, why: Evidence| Check {
        probe: Probe {
            url: url.to_owned(),
            place: None,
            at: at("2026-11-21T10:04:12Z"),
            result: Ok(seen),
        },
        evidence: why,
    };
    let seen = |cache: CacheState, age: Option<u64>| Observation {
        status: 206,
        cache: Some(cache),
        cache_words: Some(cache.word().to_uppercase()),
        age,
        edge: Some("fra-7".to_owned()),
        ..Observation::default()
    };
    let other = format!("{url}?w=2");
    Verification {
        sample: Some(Sample {
            urls: vec![url.to_owned(), other.clone()],
            source: SampleSource::Whole,
        }),
        checks: vec![
            look(url, seen(CacheState::Hit, Some(900)), Evidence::CachedBefore(789)),
            look(&other, seen(CacheState::Miss, None), Evidence::Fetched),
        ],
        rounds: 1,
        settled: true,
        ..Verification::default()
    }
}

#[test]
fn v_asks_for_the_purge_under_the_cursor_or_the_marked_ones() {
    let mut stage = Stage::new((100, 24));
    let keys: Vec<_> = stage.store.iter().map(|(key, _)| *key).collect();
    stage.press("j v");
    let asked = stage.take_asked();
    let wanted = |subjects: &[usize]| {
        let subjects = subjects.iter().map(|at| Subject::Purge(keys[*at]));
        Effect::Order(Order::Verify(subjects.collect()))
    };
    assert!(asked.contains(&wanted(&[1])), "{asked:?}");
    stage.press("space space v");
    let asked = stage.take_asked();
    assert!(asked.contains(&wanted(&[1, 2])), "{asked:?}");
}

#[test]
fn successful_verified_and_not_verified_are_three_things_in_the_list() {
    let mut stage = Stage::new((100, 24));
    stage.press("/");
    stage.type_text("status:successful");
    stage.press("enter");
    let text = stage.text();
    assert!(text.contains("✔ successful") && !text.contains("verified"));
    stage.verified = vec![Some(true), Some(false)];
    let looked = just_queued("1", "edge-prod", stage.now);
    stage.report(Report::Event(Event::Journal(Box::new(JournalEntry {
        verification: Some(Box::new(stale("https://www.site.com/a"))),
        ..looked
    }))));
    let text = stage.text();
    assert!(text.contains("★ verified"), "{text}");
    assert!(text.contains("✗ not verified"), "{text}");
}

#[test]
fn a_view_that_is_out_of_sight_asks_for_its_rows_anew_when_it_comes_back() {
    let mut stage = Stage::new((100, 24));
    stage.press("2 1");
    let looked = JournalEntry {
        verification: Some(Box::new(stale("https://www.site.com/a"))),
        ..just_queued("1", "edge-prod", stage.now)
    };
    stage.take_asked();
    stage.press("2 1");
    let rows = |effect: &Effect| matches!(effect, Effect::Query(Query::Window { .. }));
    assert!(!stage.take_asked().iter().any(rows));
    stage.report(Report::Event(Event::Journal(Box::new(looked))));
    stage.take_asked();
    stage.press("2");
    assert!(stage.take_asked().iter().any(rows));
}

#[test]
fn what_the_edge_showed_stands_in_the_detail_of_that_purge_and_of_no_other() {
    let mut stage = Stage::new((160, 30));
    stage.press("j enter v");
    let key = stage.store[1].0;
    let looked = |result| Report::Answer(Answer::Verified { subject: Subject::Purge(key), result });
    stage.report(looked(Ok(Box::new(stale("https://img.site.com/img/1/hero-0.jpg")))));
    insta::assert_snapshot!(stage.picture());
    assert!(stage.text().contains(Verdict::Stale.word()));
    stage.press("esc j enter");
    assert!(!stage.text().contains("at the edge"), "{}", stage.text());
    stage.press("esc k enter");
    stage.report(looked(Err("its edge is left alone".to_owned())));
    assert!(
        stage.text().contains("not checked at the edge: its edge is left alone"),
        "{}",
        stage.text()
    );
}
