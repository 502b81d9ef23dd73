//! What times mean, by the clock of a zone.

use chrono::{DateTime, FixedOffset, Utc};

use super::{at, now, resolved};
use crate::domain::filter::{Clause, Filter, Test, TimeRange};
use crate::domain::zone::Zone;

fn row(text: &str, zone: Zone, now: DateTime<Utc>) -> (String, TimeRange) {
    let filter = Filter::parse(text).unwrap();
    let predicate = filter.resolve(now, zone);
    assert_eq!(predicate.clauses, [], "{text} is a range and nothing else");
    let canonical = filter.to_string();
    assert_eq!(Filter::parse(&canonical), Ok(filter), "reading {canonical}");
    (canonical, (predicate.from, predicate.until))
}

/// Times of the table without their zone; empty for an open end.
fn end(text: &str) -> Option<DateTime<Utc>> {
    (!text.is_empty()).then(|| at(&format!("{text}Z")))
}

/// For a text that is canonical already.
const SAME: &str = "";

/// A text, how it prints, since when and until when it selects at [`now`].
const TIMES: &[(&str, &str, &str, &str)] = &[
    ("since:2h", SAME, "2026-11-20T12:05:10", ""),
    ("since:90m", SAME, "2026-11-20T12:35:10", ""),
    ("since:3d", SAME, "2026-11-17T14:05:10", ""),
    ("since:1w", SAME, "2026-11-13T14:05:10", ""),
    ("since:-30Sec", "since:30s", "2026-11-20T14:04:40", ""),
    ("since:007hours", "since:7h", "2026-11-20T07:05:10", ""),
    ("since:now", SAME, "2026-11-20T14:05:10", ""),
    ("since:TODAY", "since:today", "2026-11-20T00:00:00", ""),
    ("since:yesterday", SAME, "2026-11-19T00:00:00", ""),
    ("since:2026-11-18", SAME, "2026-11-18T00:00:00", ""),
    ("since:2026-3-1", "since:2026-03-01", "2026-03-01T00:00:00", ""),
    ("since:2026-11-18T14:00", SAME, "2026-11-18T14:00:00", ""),
    ("since:\"2026-11-18 9:00:07\"", "since:2026-11-18T09:00:07", "2026-11-18T09:00:07", ""),
    (
        "since:2026-11-18T14:00:07.250Z",
        "since:2026-11-18T14:00:07.25Z",
        "2026-11-18T14:00:07.25",
        "",
    ),
    (
        "since:2026-11-18T14:00:00.1234567",
        "since:2026-11-18T14:00:00.123456",
        "2026-11-18T14:00:00.123456",
        "",
    ),
    ("since:2026-11-18T14:00+02:00", SAME, "2026-11-18T12:00:00", ""),
    ("since:2026-11-18T14:00-0330", "since:2026-11-18T14:00-03:30", "2026-11-18T17:30:00", ""),
    ("since:2026-11-18T14:00-00:00", "since:2026-11-18T14:00Z", "2026-11-18T14:00:00", ""),
    ("since:14:00", SAME, "2026-11-20T14:00:00", ""),
    ("since:14:06", SAME, "2026-11-19T14:06:00", ""),
    ("since:9:30", "since:09:30", "2026-11-20T09:30:00", ""),
    ("until:2h", SAME, "", "2026-11-20T12:05:10"),
    ("until:today", SAME, "", "2026-11-21T00:00:00"),
    ("until:yesterday", SAME, "", "2026-11-20T00:00:00"),
    ("until:2026-11-18", SAME, "", "2026-11-19T00:00:00"),
    ("until:2026-11-18T14:00", SAME, "", "2026-11-18T14:00:00"),
    ("until:14:00", SAME, "", "2026-11-20T14:00:00"),
    ("-since:yesterday", SAME, "", "2026-11-19T00:00:00"),
    ("-until:2026-11-18", SAME, "2026-11-19T00:00:00", ""),
    ("since:3d since:1d until:1h until:2h", SAME, "2026-11-19T14:05:10", "2026-11-20T12:05:10"),
    ("since:14:00 until:15:00", SAME, "2026-11-20T14:00:00", "2026-11-20T15:00:00"),
    ("since:14:00 until:14:00", SAME, "2026-11-20T14:00:00", "2026-11-21T14:00:00"),
    ("until:02:00 since:22:00", SAME, "2026-11-19T22:00:00", "2026-11-20T02:00:00"),
    ("since:3d until:14:00", SAME, "2026-11-17T14:05:10", "2026-11-20T14:00:00"),
    ("on:2026-11-18", SAME, "2026-11-18T00:00:00", "2026-11-19T00:00:00"),
    ("on:today", SAME, "2026-11-20T00:00:00", "2026-11-21T00:00:00"),
    ("on:14:00", SAME, "2026-11-20T14:00:00", "2026-11-20T14:01:00"),
    ("on:2026-11-18T14:00:07Z", SAME, "2026-11-18T14:00:07", "2026-11-18T14:00:08"),
    ("on:2026-11-17..2026-11-18", SAME, "2026-11-17T00:00:00", "2026-11-19T00:00:00"),
    (
        "since:2026-11-17..2026-11-18",
        "on:2026-11-17..2026-11-18",
        "2026-11-17T00:00:00",
        "2026-11-19T00:00:00",
    ),
    ("on:2026-11-17..", SAME, "2026-11-17T00:00:00", ""),
    ("on:..2026-11-17", SAME, "", "2026-11-18T00:00:00"),
    ("on:2h..1h", SAME, "2026-11-20T12:05:10", "2026-11-20T13:05:10"),
    ("on:14:00..15:00", SAME, "2026-11-20T14:00:00", "2026-11-20T15:00:00"),
    ("on:15:00..14:00", SAME, "2026-11-19T15:00:00", "2026-11-20T14:00:00"),
    ("on:2026-11-18T22:00..02:00", SAME, "2026-11-18T22:00:00", "2026-11-19T02:00:00"),
    ("on:2026-11-18..14:00", SAME, "2026-11-18T00:00:00", "2026-11-18T14:00:00"),
    ("since:2026-11-18T14:00 until:15:00", SAME, "2026-11-18T14:00:00", "2026-11-18T15:00:00"),
    ("until:02:00 since:2026-11-18T22:00", SAME, "2026-11-18T22:00:00", "2026-11-19T02:00:00"),
    ("since:yesterday until:14:00", SAME, "2026-11-19T00:00:00", "2026-11-19T14:00:00"),
    ("on:2026-11-18 until:15:00", SAME, "2026-11-18T00:00:00", "2026-11-18T15:00:00"),
    // The 20th is a Friday.
    ("on:Friday", "on:fri", "2026-11-20T00:00:00", "2026-11-21T00:00:00"),
    ("on:sat", SAME, "2026-11-14T00:00:00", "2026-11-15T00:00:00"),
    // From a Saturday, the Friday to come: the latest one was before.
    ("on:sat..fri", SAME, "2026-11-14T00:00:00", "2026-11-21T00:00:00"),
    ("on:fri..mon", SAME, "2026-11-20T00:00:00", "2026-11-24T00:00:00"),
    ("until:mon since:fri", SAME, "2026-11-20T00:00:00", "2026-11-24T00:00:00"),
    ("on:fri@10:00..thu@09:00", SAME, "2026-11-20T10:00:00", "2026-11-26T09:00:00"),
    ("on:2d..14:00", SAME, "2026-11-18T14:05:10", "2026-11-20T14:00:00"),
    ("on:2d.. until:14:00", SAME, "2026-11-18T14:05:10", "2026-11-20T14:00:00"),
    ("since:mon until:wed", SAME, "2026-11-16T00:00:00", "2026-11-19T00:00:00"),
    ("on:wed@14:00..15:00", SAME, "2026-11-18T14:00:00", "2026-11-18T15:00:00"),
    ("on:2d", SAME, "2026-11-18T00:00:00", "2026-11-19T00:00:00"),
    ("on:1w", SAME, "2026-11-13T00:00:00", "2026-11-14T00:00:00"),
    ("on:2d@14:00..15:00", SAME, "2026-11-18T14:00:00", "2026-11-18T15:00:00"),
    ("on:7d@9:00", "on:7d@09:00", "2026-11-13T09:00:00", "2026-11-13T09:01:00"),
    ("since:2d@22:00 until:02:00", SAME, "2026-11-18T22:00:00", "2026-11-19T02:00:00"),
    ("since:today@08:00", SAME, "2026-11-20T08:00:00", ""),
    ("since:2026-11-18@08:00", "since:2026-11-18T08:00", "2026-11-18T08:00:00", ""),
    ("on:yesterday..today", SAME, "2026-11-19T00:00:00", "2026-11-21T00:00:00"),
];

#[test]
fn times_print_canonically_and_resolve_by_the_universal_clock() {
    for &(text, canonical, from, until) in TIMES {
        let canonical = if canonical.is_empty() { text } else { canonical };
        let expected = (canonical.to_owned(), (end(from), end(until)));
        assert_eq!(row(text, Zone::Utc, now()), expected, "{text}");
    }
}

#[test]
fn days_and_times_of_day_are_those_of_the_screens_zone_unless_they_say() {
    let zone = Zone::Fixed(FixedOffset::east_opt(2 * 3_600).unwrap());
    // Half past midnight on the 21st there, still the 20th in UTC.
    let now = at("2026-11-20T22:30:00Z");
    for (text, from, until) in [
        ("on:today", "2026-11-20T22:00:00", "2026-11-21T22:00:00"),
        ("on:yesterday", "2026-11-19T22:00:00", "2026-11-20T22:00:00"),
        ("on:2026-11-18", "2026-11-17T22:00:00", "2026-11-18T22:00:00"),
        ("since:2026-11-18T14:00", "2026-11-18T12:00:00", ""),
        ("since:2026-11-18T14:00Z", "2026-11-18T14:00:00", ""),
        ("since:00:30", "2026-11-20T22:30:00", ""),
        ("since:00:31", "2026-11-19T22:31:00", ""),
        ("since:2h", "2026-11-20T20:30:00", ""),
    ] {
        assert_eq!(row(text, zone, now).1, (end(from), end(until)), "{text}");
    }
}

#[test]
fn several_ranges_or_a_negated_one_are_a_clause() {
    let days = |negated| Clause {
        negated,
        test: Test::Created(vec![
            (end("2026-11-10T00:00:00"), end("2026-11-11T00:00:00")),
            (end("2026-11-15T00:00:00"), end("2026-11-16T00:00:00")),
        ]),
    };
    let either = resolved("on:2026-11-10,2026-11-15");
    assert_eq!(either.clauses, [days(false)]);
    assert_eq!(either.from, end("2026-11-10T00:00:00"));
    assert_eq!(either.until, end("2026-11-16T00:00:00"));
    let neither = resolved("-on:2026-11-10,2026-11-15");
    assert_eq!(neither.clauses, [days(true)]);
    assert_eq!((neither.from, neither.until), (None, None));
    let open = resolved("on:2026-11-10,2026-11-15..");
    assert_eq!((open.from, open.until), (end("2026-11-10T00:00:00"), None));
    let open = resolved("on:..2026-11-10,2026-11-15");
    assert_eq!((open.from, open.until), (None, end("2026-11-16T00:00:00")));
}
