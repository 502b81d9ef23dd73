//! What each fault may do to each part of the program: a section for a fault, an entry for a part.

use purgedeck::simulator::{ErrorBody, FaultKind};

use super::document::read;
use super::names;

const FAULTS: &str = include_str!("faults.md");

/// The parts of the program, in the order of each section.
const PARTS: [&str; 4] = ["history", "compose", "queue", "verify"];

/// The beginning of an entry that no test holds.
const NEVER: &str = "Cannot come there: ";

/// Returns the section of a fault that the simulator plays. A new one needs an answer here.
fn section_of(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::Cut => "Connection cut before the effect",
        FaultKind::CutMidBody => "Connection cut after the effect",
        FaultKind::Hang => "Vendor answers slowly or never",
        FaultKind::Status { status: 429, .. } => "Vendor answers 429",
        FaultKind::Status { status: 500.., .. } => "Vendor answers 5xx",
        FaultKind::Status { .. } => "Vendor answers 4xx",
        FaultKind::GarbageBytes | FaultKind::GarbageBody | FaultKind::BrokenJson => {
            "Vendor answers garbage"
        }
        FaultKind::EndlessBody => "Vendor's answer has no end",
        FaultKind::CaptivePortal | FaultKind::Redirect { .. } => "Captive portal",
    }
}

#[test]
fn every_fault_has_a_promise_for_every_part_and_a_test_that_holds_it() {
    let mut named = Vec::new();
    for section in read(FAULTS) {
        let parts = section.entries.iter().map(|entry| entry.name);
        assert!(parts.eq(PARTS), "{} has not every part in its order", section.name);
        for entry in &section.entries {
            let place = format!("{}, {}", section.name, entry.name);
            let is_never = entry.words.starts_with(NEVER);
            assert!(entry.words.ends_with('.'), "{place} has no sentence");
            assert_eq!(entry.tests.is_empty(), is_never, "{place} is held by nothing");
            named.extend(entry.tests.iter().map(|test| (place.clone(), *test)));
        }
    }
    assert!(named.len() > 100, "the document is not read");
    names::hold(named);
}

#[test]
fn every_fault_that_the_simulator_plays_has_its_section() {
    let status = |status| FaultKind::Status { status, body: ErrorBody::Empty, retry_after: None };
    let sections = read(FAULTS);
    for kind in [
        FaultKind::Cut,
        FaultKind::CutMidBody,
        FaultKind::Hang,
        status(403),
        status(429),
        status(503),
        FaultKind::GarbageBytes,
        FaultKind::GarbageBody,
        FaultKind::BrokenJson,
        FaultKind::EndlessBody,
        FaultKind::CaptivePortal,
        FaultKind::Redirect { to: String::new(), status: 302 },
    ] {
        let name = section_of(&kind);
        assert!(sections.iter().any(|section| section.name == name), "{kind:?}: {name}");
    }
}
