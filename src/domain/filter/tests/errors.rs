//! What is wrong with texts, and that it is pointed at.

use crate::domain::filter::{Filter, MAX_BYTES, Vocabulary};

/// The part of the text that the error points at, its words, and what it proposes.
fn wrong(text: &str) -> (usize, String, String, String) {
    let error = Filter::parse(text).unwrap_err();
    let pointed = text.get(error.at.clone()).unwrap().to_owned();
    (error.at.start, pointed, error.words, error.nearest.unwrap_or_default())
}

/// A text; where the error begins, what it points at, what it says among other things, and what it
/// proposes.
type Row = (&'static str, usize, &'static str, &'static str, &'static str);

const WRONG: &[Row] = &[
    ("cnam:x", 0, "cnam:", "no field is called cnam", "cname:"),
    ("ä -host:x", 4, "host:", "no field is called host", "cname:"),
    ("zzzz:x", 0, "zzzz:", "no field is called zzzz", ""),
    ("status:sucessful", 7, "sucessful", "no status is called", "successful"),
    ("status:failed,faild", 14, "faild", "no status is called", "failed"),
    ("status:ä\u{1b}", 7, "ä\u{1b}", "no status is called ä␛", ""),
    ("kind:patern", 5, "patern", "no kind is called", "pattern"),
    ("cname:", 6, "", "cname: needs a value", ""),
    ("cname: x", 6, "", "cname: needs a value", ""),
    ("cname:a,", 8, "", "cname: needs a value", ""),
    ("cname:a,,b", 8, "", "cname: needs a value", ""),
    ("cname:,b", 6, "", "cname: needs a value", ""),
    (",a", 0, "", "missing before the comma", ""),
    ("x ,a", 2, "", "missing before the comma", ""),
    ("a,", 2, "", "a value is missing", ""),
    ("- x", 0, "-", "a term must follow", ""),
    ("x -", 2, "-", "a term must follow", ""),
    ("x \"\"", 2, "\"\"", "an empty word", ""),
    ("x \"abc", 2, "\"", "never closed", ""),
    ("by:\"abc\\\"", 3, "\"", "never closed", ""),
    ("by:\"abc\"ü", 8, "ü", "after a closing quote", ""),
    ("ab\"c", 2, "\"", "a quote can only open", ""),
    ("cname:a,status:failed", 8, "status:", "a comma joins values of one field", ""),
    ("sent:there", 5, "there", "here", "here"),
    ("sent:here,x", 10, "x", "here", "here"),
    ("since:2026-02-30", 6, "2026-02-30", "there is no such day", ""),
    ("since:2025-02-29T10:00", 6, "2025-02-29T10:00", "there is no such day", ""),
    ("since:25:00", 6, "25:00", "there is no such time", ""),
    ("since:23:59:60", 6, "23:59:60", "there is no such time", ""),
    ("since:2026/11/20", 6, "2026/11/20", "a day is written like", "2026-11-20"),
    ("since:26-11-20", 6, "26-11-20", "a day is written like", ""),
    ("since:2026-11-20T1400", 6, "2026-11-20T1400", "a time of day is written", ""),
    ("since:2026-11-20T14:00+25:00", 6, "2026-11-20T14:00+25:00", "no place on Earth", ""),
    ("since:2026-11-20T14:00+2", 6, "2026-11-20T14:00+2", "a distance from UTC", ""),
    ("since:yesterda", 6, "yesterda", "this is no time", "yesterday"),
    ("since:soon", 6, "soon", "this is no time", ""),
    ("since:2", 6, "2", "a number alone", "2h"),
    ("since:2x", 6, "2x", "times count back in", ""),
    ("since:999999999w", 6, "999999999w", "more than a hundred years", ""),
    ("since:99999999999999999999h", 6, "99999999999999999999h", "more than a hundred years", ""),
    ("since:ä", 6, "ä", "this is no time", ""),
    ("since:\"\"", 6, "\"\"", "this is no time", ""),
    ("since:1h,2h", 9, "2h", "since: takes one time", ""),
    ("until:2h..1h", 6, "2h..1h", "a range belongs to on:", "on:2h..1h"),
    ("on:2h", 3, "2h", "on: takes a day or a range", "since:2h"),
    ("on:..", 3, "..", "a range needs a beginning or an end", ""),
    ("on:2026-11-20..2026-11-31", 15, "2026-11-31", "there is no such day", ""),
    ("on:2026-11-31..2026-11-20", 3, "2026-11-31", "there is no such day", ""),
    ("on:today,..2026-11-31", 11, "2026-11-31", "there is no such day", ""),
    ("on:\"today..tomorrow\"", 3, "\"today..tomorrow\"", "this is no time", ""),
    (
        "on:2026-11-20..2026-11-19",
        3,
        "2026-11-20..2026-11-19",
        "ends before it begins",
        "2026-11-19..2026-11-20",
    ),
    ("on:1h..2h", 3, "1h..2h", "ends before it begins", "2h..1h"),
    ("on:1h..1h", 3, "1h..1h", "ends before it begins", ""),
    ("on:today..yesterday", 3, "today..yesterday", "ends before it begins", "yesterday..today"),
    ("since:2026-11-20 x until:2026-11-19", 25, "2026-11-19", "begins where it has ended", ""),
    (
        "until:2026-11-20T10:00Z since:2026-11-20T13:00+02:00",
        30,
        "2026-11-20T13:00+02:00",
        "begins where it has ended",
        "",
    ),
    (
        "on:2026-11-27 14:00..15:00",
        3,
        "2026-11-27 14:00..15:00",
        "a blank ends the time",
        "2026-11-27T14:00..15:00",
    ),
    ("since:2026-11-27 14", 6, "2026-11-27 14", "a blank ends the time", "2026-11-27T14:00"),
    ("x until:mon 9:30", 8, "mon 9:30", "a blank ends the time", "mon@9:30"),
    ("on:2d 14:00", 3, "2d 14:00", "a blank ends the time", "2d@14:00"),
    ("cname:a 14:00..15:00", 8, "14:00..15:00", "a time needs a field", "on:14:00..15:00"),
    ("/img 2h", 5, "2h", "a time needs a field", "since:2h"),
    ("Yesterday", 0, "Yesterday", "a time needs a field", "on:Yesterday"),
    (
        "yesterday@14:00..15:00",
        0,
        "yesterday@14:00..15:00",
        "a time needs a field",
        "on:yesterday@14:00..15:00",
    ),
    ("mon@14:00", 0, "mon@14:00", "a time needs a field", "on:mon@14:00"),
    ("-2026-11-20", 1, "2026-11-20", "a time needs a field", "on:2026-11-20"),
    ("on:27 Nov", 3, "27", "a day is written like 2026-11-20", ""),
    ("since:3 march", 6, "3", "a day is written like 2026-11-20", ""),
    ("on:2h@14:00", 3, "2h@14:00", "before the @ stands a day", ""),
    ("since:1h until:2h", 15, "2h", "begins where it has ended", ""),
];

#[test]
fn errors_point_at_what_is_wrong_and_propose_what_was_meant() {
    for &(text, at, pointed, words, nearest) in WRONG {
        let (found_at, found, said, proposed) = wrong(text);
        assert_eq!((found_at, found.as_str()), (at, pointed), "where in {text}");
        assert!(said.contains(words), "{text}: {said}");
        assert_eq!(proposed, nearest, "proposed for {text}");
    }
}

#[test]
fn ranges_that_may_hold_at_some_time_or_in_some_zone_are_no_errors() {
    for text in [
        "since:2026-11-20 until:2026-11-20",
        "since:today until:today",
        "since:2026-11-20T14:00 until:2026-11-20T13:00Z",
        "since:14:00 until:13:00",
        "since:today until:1h",
        "-since:1h until:2h",
        "on:2026-11-20 on:2026-11-21",
    ] {
        assert!(Filter::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn a_word_that_only_resembles_a_time_is_searched_for() {
    for text in [
        "\"14:00\"",
        "14",
        "me@site",
        "mon",
        "now",
        "sun.example.com",
        "2026",
        "1..2",
        "v1.2",
        "h:80",
    ] {
        let read = Filter::parse(text);
        assert!(read.is_ok() || text == "h:80", "{text}: {read:?}");
    }
    assert!(Filter::parse("since:2h 14").is_ok(), "nothing is joined to a distance");
}

#[test]
fn an_account_or_provider_of_which_there_is_none_is_an_error() {
    let known = Vocabulary {
        accounts: vec!["gcore-prod".to_owned(), "Tencent".to_owned()],
        providers: vec!["gcore".to_owned(), "tencent".to_owned()],
        cnames: Vec::new(),
        closed: true,
    };
    for (text, wrong) in [
        ("account:gcore-prod,tencent", None),
        ("account:GCORE-* provider:*", None),
        ("account:gcore-prd", Some("no account is called gcore-prd; did you mean gcore-prod?")),
        ("/x -account:gcore-prod,old", Some("no account is called old")),
        ("account:aws-*", Some("no account is called aws-*")),
        ("provider:tencnt", Some("no account has the provider tencnt; did you mean tencent?")),
    ] {
        let said = Filter::parse_known(text, &known).err().map(|error| error.to_string());
        assert_eq!(said.as_deref(), wrong, "{text}");
        assert!(Filter::parse(text).is_ok(), "nothing is known here: {text}");
    }
}

#[test]
fn an_error_reads_as_a_sentence() {
    let error = Filter::parse("status:faild").unwrap_err();
    assert_eq!(error.to_string(), "no status is called faild; did you mean failed?");
}

#[test]
fn a_filter_is_no_longer_than_somebody_reads() {
    let longest = "a ".repeat(MAX_BYTES / 2);
    assert_eq!(Filter::parse(&longest).map(|filter| filter.terms().len()), Ok(MAX_BYTES / 2));
    for longer in [format!("{longest}b"), format!("{}漢", "a".repeat(MAX_BYTES - 1))] {
        let (start, pointed, words, _) = wrong(&longer);
        assert!(words.contains("at most 16 KiB"), "{words}");
        assert_eq!(start + pointed.len(), longer.len());
    }
}
