//! What reviews found and what they tried in vain: a section for a review, an entry for a finding.

use super::document::read;
use super::names;

const FINDINGS: &str = include_str!("findings.md");

/// The sections whose findings have numbers, and the last number of each.
const NUMBERED: [(&str, u32); 2] = [("Security", 15), ("Generated input", 8)];

#[test]
fn every_finding_has_a_promise_and_a_test_that_holds_it() {
    let mut named = Vec::new();
    for section in read(FINDINGS) {
        for entry in &section.entries {
            let place = format!("{}, {}", section.name, entry.name);
            assert!(entry.words.ends_with('.'), "{place} has no sentence");
            assert!(!entry.tests.is_empty(), "{place} is held by nothing");
            named.extend(entry.tests.iter().map(|test| (place.clone(), *test)));
        }
    }
    assert!(named.len() > 50, "the document is not read");
    names::hold(named);
}

#[test]
fn every_finding_has_its_number() {
    let sections = read(FINDINGS);
    for (name, last) in NUMBERED {
        let section = sections.iter().find(|section| section.name == name).unwrap();
        let number = |entry: &str| entry.split('.').next()?.parse::<u32>().ok();
        let numbers: Vec<u32> = section.entries.iter().filter_map(|it| number(it.name)).collect();
        assert!(numbers.iter().copied().eq(1..=last), "{name}: {numbers:?}");
    }
}
