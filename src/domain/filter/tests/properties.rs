//! What holds for every text and every filter.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use proptest::prelude::*;

use crate::domain::filter::{Filter, Vocabulary, complete};
use crate::domain::zone::Zone;

/// Pieces of the language in any order: nearly right, which is where the mistakes are.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "cname:",
        "status:",
        "kind:",
        "since:",
        "until:",
        "on:",
        "target:",
        "by:",
        "id:",
        "sent:here",
        "foo:",
        "failed",
        "ok",
        "url",
        "2h",
        "3d",
        "today",
        "2026-11-20",
        "2026-11-20T14:00",
        "Z",
        "+02:00",
        "14:00",
        "..",
        ",",
        " ",
        "  ",
        "-",
        "\"",
        "\\",
        "*",
        "a",
        "/img/",
        "ä",
        "🦀",
        ":",
        ".",
        "\u{3000}",
        "\u{0}",
        "https://h/x",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z./*-]{1,10}", "\"([a-zA-Z0-9äöü:,.*/ -]|\\\\\"|\\\\\\\\){1,10}\"",]
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..5_000_u32, "[smhdw]").prop_map(|(amount, unit)| format!("{amount}{unit}")),
        Just("today".to_owned()),
        Just("yesterday".to_owned()),
        Just("now".to_owned()),
        (0..10_000_u32, 1..13_u32, 1..29_u32).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")),
        (0..24_u32, 0..60_u32).prop_map(|(h, m)| format!("{h:02}:{m:02}")),
        (
            0..10_000_u32,
            1..13_u32,
            0..24_u32,
            0..1_000_000_u32,
            "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
        )
            .prop_map(|(y, m, h, f, zone)| format!("{y:04}-{m:02}-07T{h:02}:00:01.{f:06}{zone}")),
    ]
}

fn term() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(word(), 1..4).prop_map(|words| words.join(","));
    let field =
        prop::sample::select(vec!["cname:", "account:", "provider:", "id:", "target:", "by:"]);
    prop_oneof![
        (field, words).prop_map(|(field, words)| format!("{field}{words}")),
        "[a-z./*]{1,8}(,[a-z./*-]{1,8}){0,2}",
        prop::sample::select(vec!["status:failed,ok", "kind:all", "sent:here", "type:dir,unknown"])
            .prop_map(str::to_owned),
        time().prop_map(|time| format!("since:{time}")),
        time().prop_map(|time| format!("until:{time}")),
        time().prop_map(|time| format!("on:{time}..")),
        (time(), time()).prop_map(|(from, until)| format!("on:..{until},{from}..")),
    ]
}

fn filter_text() -> impl Strategy<Value = String> {
    let signed = (any::<bool>(), term())
        .prop_map(|(not, term)| format!("{}{term}", if not { "-" } else { "" }));
    prop::collection::vec(signed, 0..6).prop_map(|terms| terms.join(" "))
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), pieces(), filter_text()]
}

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..4_000_000_000_000_000_i64)
        .prop_map(|micros| DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros))
}

fn zone() -> impl Strategy<Value = Zone> {
    prop_oneof![
        Just(Zone::Utc),
        Just(Zone::Local),
        (-50_000..50_000_i32).prop_map(|east| Zone::Fixed(FixedOffset::east_opt(east).unwrap())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_a_filter_or_an_error_that_points_into_it(text in any_text()) {
        match Filter::parse(&text) {
            Ok(filter) => {
                let printed = filter.to_string();
                prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{:?}", &printed);
                prop_assert_eq!(Filter::parse(&printed).unwrap().to_string(), printed);
            }
            Err(error) => prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error),
        }
    }

    #[test]
    fn a_filter_can_be_resolved_at_any_time_in_any_zone(text in filter_text(), now in instant(), zone in zone()) {
        if let Ok(filter) = Filter::parse(&text) {
            let predicate = filter.resolve(now, zone);
            prop_assert_eq!(&predicate, &Filter::parse(&filter.to_string()).unwrap().resolve(now, zone));
        }
    }

    #[test]
    fn a_zoom_selects_its_range_and_survives_being_printed(text in filter_text(), now in instant(), from in instant(), length in 1..1_000_000_000_000_i64) {
        if let Ok(filter) = Filter::parse(&text) {
            let until = from + TimeDelta::microseconds(length);
            let zoomed = filter.with_range(from, until);
            prop_assert_eq!(Filter::parse(&zoomed.to_string()), Ok(zoomed.clone()));
            let predicate = zoomed.resolve(now, Zone::Local);
            prop_assert_eq!((predicate.from, predicate.until), (Some(from), Some(until)));
            prop_assert!(zoomed.without_times().terms().len() <= filter.terms().len());
        }
    }

    #[test]
    fn completions_replace_a_part_of_the_text_at_the_cursor(text in any_text(), cursor in 0..80_usize) {
        let vocabulary = Vocabulary {
            cnames: vec!["www.site.com".to_owned(), "a b\"c".to_owned()],
            accounts: vec!["ä".to_owned()],
            providers: vec!["on".to_owned()],
            closed: false,
        };
        for completion in complete(&text, cursor, &vocabulary) {
            let cursor = text.floor_char_boundary(cursor);
            prop_assert!(completion.range.start <= cursor && cursor <= completion.range.end);
            let mut completed = text.clone();
            prop_assert!(completed.is_char_boundary(completion.range.start) && completed.is_char_boundary(completion.range.end));
            completed.replace_range(completion.range, &completion.insert);
            prop_assert_ne!(completed, text.clone());
        }
    }
}
