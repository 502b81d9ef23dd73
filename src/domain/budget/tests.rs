#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::testing::{consumption, directory_limits, noon, path_limits, resource, secs};

fn usage(spent: Vec<Consumption>) -> Usage {
    Usage { spent, ..Usage::default() }
}

fn lines(limits: &Limits, usage: &Usage) -> Vec<(Kind, u32, u32, Option<i64>)> {
    budget(limits, &"one".into(), &"1".into(), usage, noon())
        .into_iter()
        .map(|line| {
            let next = line.next.map(|at| (at - noon()).num_seconds());
            (line.kind, line.left, line.used_by_others, next)
        })
        .collect()
}

#[test]
fn a_budget_counts_everybody_and_says_when_there_is_room_again() {
    let mut ours = consumption("one", "1", Kind::Url, noon() - secs(10));
    ours.sent_here = true;
    let usage = usage(vec![
        ours,
        consumption("one", "1", Kind::Url, noon() - secs(30)),
        consumption("one", "1", Kind::Url, noon() - secs(61)),
        consumption("one", "2", Kind::Url, noon()),
        consumption("two", "1", Kind::Url, noon()),
        consumption("one", "1", Kind::All, noon() - secs(20)),
    ]);
    assert_eq!(
        lines(&path_limits(), &usage),
        [
            (Kind::Url, 0, 1, Some(30)),
            // Patterns and everything share a bucket.
            (Kind::Pattern, 0, 1, Some(40)),
            (Kind::All, 0, 1, Some(40)),
        ]
    );
}

#[test]
fn the_margin_lengthens_every_window() {
    let mut usage = usage(vec![consumption("one", "1", Kind::Pattern, noon() - secs(61))]);
    assert_eq!(lines(&path_limits(), &usage).get(1).unwrap().1, 1);
    usage.margin = secs(5);
    assert_eq!(lines(&path_limits(), &usage).get(1).unwrap(), &(Kind::Pattern, 0, 1, Some(4)));
}

#[test]
fn a_closed_window_closes_what_shares_its_bucket_and_nothing_else() {
    let closed = |kind| Usage {
        closed: vec![Cooldown {
            account: "one".into(),
            resource: "1".into(),
            kind,
            until: noon() + secs(17),
        }],
        ..Usage::default()
    };
    let first = |kind, resource: &str, usage: &Usage| {
        let at =
            earliest(&path_limits(), &"one".into(), &resource.into(), (kind, 1), usage, noon());
        (at.unwrap() - noon()).num_seconds()
    };
    let usage = closed(Kind::Pattern);
    assert_eq!(first(Kind::Pattern, "1", &usage), 17);
    assert_eq!(first(Kind::All, "1", &usage), 17);
    assert_eq!(first(Kind::Url, "1", &usage), 0);
    assert_eq!(first(Kind::Pattern, "2", &usage), 0);
    assert_eq!(lines(&path_limits(), &usage).get(1).unwrap(), &(Kind::Pattern, 0, 0, Some(17)));
    // Where the whole account shares a window, all of it is closed.
    let wide =
        earliest(&directory_limits(), &"one".into(), &"2".into(), (Kind::Url, 1), &usage, noon());
    assert_eq!(wide, Some(noon() + secs(17)));
}

#[test]
fn a_window_without_room_for_any_request_never_opens() {
    let mut limits = path_limits();
    for window in &mut limits.rule_mut(Kind::Url).unwrap().windows {
        window.requests = 0;
    }
    let at =
        earliest(&limits, &"one".into(), &"1".into(), (Kind::Url, 1), &Usage::default(), noon());
    assert_eq!(at, None);
    assert_eq!(lines(&limits, &Usage::default()).first().unwrap(), &(Kind::Url, 0, 0, None));
}

#[test]
fn a_purge_without_a_known_area_draws_on_every_areas_quota() {
    let mut dl = resource("two", "d", "dl.site.com");
    let areas = |resource: &_, area| {
        quotas(&directory_limits(), resource, Kind::Url, area, &Usage::default(), noon())
            .into_iter()
            .map(|line| line.area.unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(areas(&dl, None), ["inland", "abroad"]);
    assert_eq!(areas(&dl, Some("abroad")), ["abroad"]);
    dl.area = Some("inland".to_owned());
    assert_eq!(areas(&dl, None), ["inland"]);
    dl.area = Some("global".to_owned());
    assert_eq!(areas(&dl, None), ["inland", "abroad"]);
}

#[test]
fn what_the_queue_holds_is_taken_off_the_quota() {
    let dl = resource("two", "d", "dl.site.com");
    let mut queued = consumption("two", "d", Kind::Url, noon());
    queued.sent_here = true;
    queued.targets = 400;
    let line = quotas(&directory_limits(), &dl, Kind::Url, None, &usage(vec![queued]), noon());
    assert_eq!(line.first().unwrap().left, 9_600);
}

proptest! {
    #[test]
    fn more_use_or_a_later_question_never_gives_an_earlier_time(
        used in proptest::collection::vec((-300i64..300, 0usize..3, 0u8..2), 0..20),
        more in (-300i64..300, 0usize..3, 0u8..2),
        kind in 0usize..3, from in -100i64..100, later in 0i64..100, margin in 0i64..5,
    ) {
        let one = |(at, kind, resource): (i64, usize, u8)| {
            consumption("one", if resource == 0 { "1" } else { "2" }, Kind::EVERY[kind], noon() + secs(at))
        };
        for limits in [path_limits(), directory_limits()] {
            let mut usage = Usage { spent: used.iter().copied().map(one).collect(), margin: secs(margin), ..Usage::default() };
            let at = |usage: &Usage, from| {
                earliest(&limits, &"one".into(), &"1".into(), (Kind::EVERY[kind], 1), usage, noon() + secs(from)).unwrap()
            };
            let first = at(&usage, from);
            prop_assert!(first >= noon() + secs(from));
            prop_assert!(at(&usage, from + later) >= first);
            usage.spent.push(one(more));
            prop_assert!(at(&usage, from) >= first);
        }
    }
}

#[test]
fn a_request_that_came_back_closes_its_window_until_it_may_go_again_even_when_it_is_taken_back() {
    let mut entry = crate::testing::queued("one", "1", noon() + secs(40));
    assert_eq!(Cooldown::told_by(&entry), None, "it only waits");
    entry.error = Some("429 too many requests".to_owned());
    for state in [JournalState::Queued, JournalState::Cancelled] {
        entry.state = state;
        let closed = Cooldown::told_by(&entry).unwrap();
        assert_eq!(closed.until, noon() + secs(40));
        let closed_until = closed.until;
        let usage = Usage { closed: vec![closed], ..Usage::default() };
        let at =
            |kind| earliest(&path_limits(), &"one".into(), &"1".into(), (kind, 1), &usage, noon());
        assert_eq!(at(Kind::All), Some(noon() + secs(40)));
        assert_eq!(at(Kind::Pattern), Some(noon() + secs(40)), "the same bucket");
        assert_eq!(at(Kind::Url), Some(noon()));
        let over = earliest(
            &path_limits(),
            &"one".into(),
            &"1".into(),
            (Kind::All, 1),
            &usage,
            closed_until,
        );
        assert_eq!(over, Some(closed_until));
    }
    entry.state = JournalState::Rejected;
    assert_eq!(Cooldown::told_by(&entry), None);
}
