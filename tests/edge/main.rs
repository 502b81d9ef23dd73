//! Verification from end to end: the configuration's accounts, real adapters, a real store, and the
//! simulator's edge, whose cache purges really empty.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod stage;

use std::ops::RangeInclusive;

use purgedeck::domain::edge::{CacheState, Check, Evidence, ProbeError, SampleSource, Verdict};
use purgedeck::domain::journal::JournalState;
use purgedeck::domain::kind::Kind;

use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule};

use self::stage::{Stage, VENDORS};

/// The probes after a purge, where the one before it is the first.
const AFTER: RangeInclusive<u64> = 2..=50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_that_took_is_verified_at_every_vendors_edge() {
    for vendor in VENDORS {
        let mut stage = Stage::new(vendor, &["/a.jpg", "/b.jpg?x=1"]).await;
        stage.publish("/a.jpg");
        stage.purge(Kind::Url, &["/a.jpg", "/b.jpg?x=1"]);
        let entry = stage.settled().await;
        assert_eq!(entry.state, JournalState::Successful, "{vendor}");
        assert_eq!(entry.verified, Some(true), "{vendor}: {:#?}", entry.verification);
        let seen = entry.verification.unwrap();
        for (before, check) in seen.before.iter().zip(&seen.checks) {
            let (old, new) =
                (before.result.as_ref().unwrap(), check.probe.result.as_ref().unwrap());
            assert_eq!((old.cache, old.status), (Some(CacheState::Hit), 206), "{vendor}");
            assert!(old.age >= Some(60), "{vendor}: {old:?}");
            assert_eq!(new.cache, Some(CacheState::Miss), "{vendor}");
            assert_eq!(old.etag == new.etag, check.probe.url.contains("/b.jpg"), "{vendor}");
            assert!(new.last_modified.is_some());
        }
        assert_eq!((seen.before.len(), seen.checks.len()), (2, 2));
        // Two visits, two looks before and two after: one question for each, and a single byte of
        // each.
        assert_eq!(stage.asked_of_the_edge(), 6, "{vendor}");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_stays_stale_is_not_verified_whatever_the_vendor_says() {
    for vendor in VENDORS {
        let mut stage = Stage::new(vendor, &["/a.jpg", "/b.jpg"]).await;
        stage.simulator.edge().keep_stale("*/b.jpg");
        stage.purge(Kind::Url, &["/a.jpg", "/b.jpg"]);
        let entry = stage.settled().await;
        assert_eq!(entry.state, JournalState::Successful, "{vendor}");
        assert_eq!(entry.verified, Some(false), "{vendor}: {:#?}", entry.verification);
        let seen = entry.verification.unwrap();
        let verdicts: Vec<Verdict> = seen.checks.iter().map(Check::verdict).collect();
        assert_eq!(verdicts, [Verdict::Fresh, Verdict::Stale], "{vendor}");
        let why = &seen.worst().unwrap().evidence;
        assert!(
            matches!(why, Evidence::CachedBefore(seconds) if *seconds >= 55),
            "{vendor}: {why}"
        );
        let notice = stage.error().await;
        assert!(notice.contains("still serves the old"), "{vendor}: {notice}");
        assert!(notice.contains("/b.jpg"), "{vendor}: {notice}");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_of_a_whole_site_is_seen_by_its_root_and_known_urls() {
    for vendor in VENDORS {
        let mut stage = Stage::new(vendor, &["/"]).await;
        stage.publish("/");
        stage.purge(Kind::Pattern, &[""]);
        let entry = stage.settled().await;
        let seen = entry.verification.unwrap();
        let sample = seen.sample.as_ref().unwrap();
        assert_eq!(sample.source, SampleSource::Known, "{vendor}");
        // Two URLs may be one object, which the first of them fetches for the other.
        assert!(
            seen.checks.iter().any(|check| check.evidence == Evidence::Fetched),
            "{vendor}: {:#?}",
            seen.checks
        );
        assert!(!sample.urls.is_empty() && seen.checks.len() == sample.urls.len());
        assert_eq!(seen.count(Verdict::Stale), 0, "{vendor}: {:#?}", seen.checks);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_directory_purge_leaves_because_it_is_unchanged_is_unclear_and_not_stale() {
    for vendor in ["tencent", "alibaba"] {
        let mut stage = Stage::new(vendor, &["/unchanged/"]).await;
        stage.purge(Kind::Pattern, &["unchanged/"]);
        let entry = stage.settled().await;
        assert_eq!((entry.state, entry.verified), (JournalState::Successful, None), "{vendor}");
        let seen = entry.verification.unwrap();
        assert_eq!(seen.checks[0].evidence, Evidence::Spared, "{:#?}", seen.checks);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_soft_purge_leaves_is_fresh_once_the_origin_has_said_so() {
    let mut stage = Stage::new("edgeone", &["/unchanged/"]).await;
    stage.purge(Kind::Pattern, &["unchanged/"]);
    let entry = stage.settled().await;
    assert_eq!((entry.state, entry.verified), (JournalState::Successful, Some(true)));
    let seen = entry.verification.unwrap();
    assert_eq!(seen.checks[0].evidence, Evidence::Revalidated, "{:#?}", seen.checks);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_is_not_there_leaves_it_unclear_and_the_purge_is_sent_all_the_same() {
    for vendor in VENDORS {
        let mut stage = Stage::with_edge(vendor, &[], Some("http://127.0.0.1:9")).await;
        stage.purge(Kind::Url, &["/a.jpg"]);
        let entry = stage.settled().await;
        assert_eq!((entry.state, entry.verified), (JournalState::Successful, None), "{vendor}");
        let seen = entry.verification.unwrap();
        let why = &seen.checks[0].evidence;
        assert!(matches!(why, Evidence::ProbeError(ProbeError::Unreachable(_))), "{vendor}: {why}");
        assert_eq!(stage.asked_of_the_edge(), 0);
        stage.stop().await;
    }
}

/// Whatever answers in the edge's place once a purge is out: it is unclear, and nothing else.
async fn is_unclear(vendor: &str, strike: FaultKind) {
    let mut stage = Stage::new(vendor, &["/a.jpg"]).await;
    stage.publish("/a.jpg");
    stage.simulator.faults().inject(FaultRule {
        vendor: Some("edge".to_owned()),
        nth: AFTER.collect(),
        ..FaultRule::of(strike.clone())
    });
    stage.purge(Kind::Url, &["/a.jpg"]);
    let entry = stage.settled().await;
    let outcome = (entry.state, entry.verified);
    let seen = entry.verification.unwrap();
    assert_eq!(outcome, (JournalState::Successful, None), "{vendor} {strike:?}: {seen:#?}");
    assert_eq!(seen.checks[0].verdict(), Verdict::Unclear, "{vendor} {strike:?}: {seen:#?}");
    assert!(!seen.checks[0].evidence.to_string().is_empty());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_answers_in_the_edges_place_verifies_a_purge() {
    let status = |status| FaultKind::Status { status, body: ErrorBody::Html, retry_after: Some(1) };
    for strike in [
        status(403),
        status(429),
        status(503),
        FaultKind::Cut,
        FaultKind::GarbageBytes,
        FaultKind::GarbageBody,
        FaultKind::EndlessBody,
        FaultKind::Redirect { to: "http://portal.example/sign-in".to_owned(), status: 302 },
    ] {
        is_unclear("gcore", strike).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_captive_portal_verifies_no_purge_at_any_vendor() {
    for vendor in VENDORS {
        is_unclear(vendor, FaultKind::CaptivePortal).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_whose_clock_is_off_by_hours_is_judged_all_the_same() {
    for hours in [-2, 2] {
        let mut stage = Stage::new("gcore", &["/a.jpg", "/b.jpg"]).await;
        stage.simulator.edge().keep_stale("*/b.jpg");
        stage.simulator.faults().inject(FaultRule {
            vendor: Some("edge".to_owned()),
            date_skew_seconds: hours * 3_600,
            ..FaultRule::default()
        });
        stage.purge(Kind::Url, &["/a.jpg", "/b.jpg"]);
        let seen = stage.settled().await.verification.unwrap();
        let verdicts: Vec<Verdict> = seen.checks.iter().map(Check::verdict).collect();
        assert_eq!(verdicts, [Verdict::Fresh, Verdict::Stale], "{hours}: {:#?}", seen.checks);
        stage.stop().await;
    }
}
