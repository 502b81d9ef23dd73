//! What reviews found and what they tried in vain: a section for a review, an entry for a finding.

use super::document::read;
use super::names;

const FINDINGS: &str = include_str!("findings.md");

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
