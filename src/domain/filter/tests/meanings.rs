//! What texts are printed as, and which predicates they come to.

use super::{now, resolved};
use crate::domain::filter::{Clause, Filter, Pattern, Predicate, Test};
use crate::domain::kind::Kind;
use crate::domain::status::Status;
use crate::domain::zone::Zone;

fn is(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::Is((*text).to_owned())).collect()
}

fn contains(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::Contains((*text).to_owned())).collect()
}

fn glob(text: &str) -> Vec<Pattern> {
    vec![Pattern::Glob(text.to_owned())]
}

fn yes(test: Test) -> Clause {
    Clause { negated: false, test }
}

fn not(test: Test) -> Clause {
    Clause { negated: true, test }
}

#[test]
fn a_text_prints_canonically_and_means_what_it_says() {
    let both = || vec![Status::InProgress, Status::Unknown];
    let rows: Vec<(&str, &str, Vec<Clause>)> = vec![
        ("", "", vec![]),
        (
            "https://www.site.com/a.jpg",
            "https://www.site.com/a.jpg",
            vec![yes(Test::Text(contains(&["//www.site.com/a.jpg"])))],
        ),
        (" \t\u{3000} ", "", vec![]),
        ("cname:WWW.site.com", "cname:WWW.site.com", vec![yes(Test::Cname(is(&["www.site.com"])))]),
        (
            "CName:a,b*",
            "cname:a,b*",
            vec![yes(Test::Cname(vec![
                Pattern::Is("a".to_owned()),
                Pattern::Glob("b*".to_owned()),
            ]))],
        ),
        (
            "account:gcore-*   -provider:x",
            "account:gcore-* -provider:x",
            vec![yes(Test::Account(glob("gcore-*"))), not(Test::Provider(is(&["x"])))],
        ),
        (
            "status:OK,fail,in-progress",
            "status:successful,failed,in_progress",
            vec![yes(Test::Status(vec![Status::Successful, Status::Failed, Status::InProgress]))],
        ),
        (
            "status:unfinished,running status:\"no report\"",
            "status:in_progress,unknown status:report_disabled",
            vec![yes(Test::Status(both())), yes(Test::Status(vec![Status::ReportDisabled]))],
        ),
        (
            "type:dir,url,unknown,urls",
            "kind:pattern,url,unknown",
            vec![yes(Test::Kind(vec![Some(Kind::Pattern), Some(Kind::Url), None]))],
        ),
        (
            "id:AbC,\"1,2\",3*",
            "id:AbC,\"1,2\",3*",
            vec![yes(Test::Id(vec!["AbC".to_owned(), "1,2".to_owned(), "3*".to_owned()]))],
        ),
        (
            "target:/img/* target:\"/img/*\"",
            "target:/img/* target:\"/img/*\"",
            vec![yes(Test::Target(glob("/img/*"))), yes(Test::Target(is(&["/img/*"])))],
        ),
        (
            "target:HTTP://www.site.com/a.jpg -target:https://*/b",
            "target:HTTP://www.site.com/a.jpg -target:https://*/b",
            vec![
                yes(Test::Target(is(&["https://www.site.com/a.jpg", "http://www.site.com/a.jpg"]))),
                not(Test::Target(vec![
                    Pattern::Glob("https://*/b".to_owned()),
                    Pattern::Glob("http://*/b".to_owned()),
                ])),
            ],
        ),
        (
            "target:\"/plain\",\"a b\"",
            "target:/plain,\"a b\"",
            vec![yes(Test::Target(is(&["/plain", "a b"])))],
        ),
        (
            "by:\"Mira \\\"M\\\" K\\\\\",tom -sent:HERE,here",
            "by:\"Mira \\\"M\\\" K\\\\\",tom -sent:here",
            vec![yes(Test::By(is(&["mira \"m\" k\\", "tom"]))), not(Test::SentHere)],
        ),
        (
            "by:\"\" by:a\\b by:\"a\\b\"",
            "by:\"\" by:a\\b by:a\\b",
            vec![
                yes(Test::By(is(&[""]))),
                yes(Test::By(is(&["a\\b"]))),
                yes(Test::By(is(&["a\\b"]))),
            ],
        ),
        (
            "/img Hero,logo",
            "/img Hero,logo",
            vec![
                yes(Test::Text(contains(&["/img"]))),
                yes(Test::Text(contains(&["hero", "logo"]))),
            ],
        ),
        (
            "/img/*.jpg *x*",
            "/img/*.jpg *x*",
            vec![yes(Test::Text(glob("*/img/*.jpg*"))), yes(Test::Text(glob("*x*")))],
        ),
        (
            "https://h/a \"14:00\" h.x:80 -\"a b\"",
            "https://h/a \"14:00\" h.x:80 -\"a b\"",
            vec![
                yes(Test::Text(contains(&["//h/a"]))),
                yes(Test::Text(contains(&["14:00"]))),
                yes(Test::Text(contains(&["h.x:80"]))),
                not(Test::Text(contains(&["a b"]))),
            ],
        ),
        (
            "--x \"-y\" \"foo:bar\" a,\"status:x\",foo:bar",
            "-\"-x\" \"-y\" \"foo:bar\" a,\"status:x\",\"foo:bar\"",
            vec![
                not(Test::Text(contains(&["-x"]))),
                yes(Test::Text(contains(&["-y"]))),
                yes(Test::Text(contains(&["foo:bar"]))),
                yes(Test::Text(contains(&["a", "status:x", "foo:bar"]))),
            ],
        ),
        (
            "cname:-a,-b by:urn:x",
            "cname:-a,-b by:urn:x",
            vec![yes(Test::Cname(is(&["-a", "-b"]))), yes(Test::By(is(&["urn:x"])))],
        ),
        (
            "größe Ä",
            "größe Ä",
            vec![yes(Test::Text(contains(&["größe"]))), yes(Test::Text(contains(&["Ä"])))],
        ),
    ];
    for (text, canonical, clauses) in rows {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(filter.to_string(), canonical, "printing {text}");
        assert_eq!(Filter::parse(canonical).unwrap(), filter, "reading {canonical}");
        let expected = Predicate { clauses, ..Predicate::default() };
        assert_eq!(filter.resolve(now(), Zone::Utc), expected, "meaning of {text}");
    }
}

#[test]
fn an_account_may_be_selected_unless_its_name_or_provider_rules_it_out() {
    let may = |text: &str| resolved(text).may_select(&"gcore-prod".into(), &"gcore".into());
    for text in ["", "account:gcore-*", "provider:GCORE", "-account:other", "cname:x -provider:a"] {
        assert!(may(text), "{text}");
    }
    for text in ["account:gcore", "-provider:gcore", "account:gcore-prod account:other"] {
        assert!(!may(text), "{text}");
    }
}

#[test]
fn targets_are_looked_for_by_every_clause_that_must_hold() {
    let predicate = resolved("/img target:/css/*,/js -target:/x hero cname:y");
    let patterns: Vec<&Pattern> = predicate.target_patterns().collect();
    let expected = [
        Pattern::Contains("/img".to_owned()),
        Pattern::Glob("/css/*".to_owned()),
        Pattern::Is("/js".to_owned()),
        Pattern::Contains("hero".to_owned()),
    ];
    assert_eq!(patterns, expected.iter().collect::<Vec<_>>());
}
