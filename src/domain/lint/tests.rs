#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::budget::RecentPurge;
use crate::domain::filter::Pattern;
use crate::domain::findings::Severity;
use crate::domain::limits::Wildcard;
use crate::domain::resource::{QueryRule, ResourceState};
use crate::domain::samples::{World, noon, resource, secs, spent};

fn draft(text: &str) -> Draft {
    Draft { text: text.to_owned(), ..Draft::default() }
}

/// A draft whose paths belong to `www.site.com`.
fn www(text: &str) -> Draft {
    Draft { resource: Some(("one".into(), "1".into())), ..draft(text) }
}

fn of_kind(kind: Kind, draft: Draft) -> Draft {
    Draft { kind: Some(kind), ..draft }
}

fn linted(draft: &Draft, mut world: World) -> Linted {
    lint(draft, &world.context())
}

fn codes(linted: &Linted) -> Vec<&'static str> {
    linted.all_findings().map(|finding| finding.code).collect()
}

fn targets(linted: &Linted) -> Vec<&str> {
    linted
        .lines
        .iter()
        .filter_map(|line| line.meaning.as_ref())
        .map(|meaning| meaning.target.as_str())
        .collect()
}

fn recent(kind: Kind, ago: i64, targets: &[&str]) -> RecentPurge {
    RecentPurge {
        spent: spent("one", "1", kind, noon() - secs(ago)),
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
        unfinished: false,
        by: Some("mira".to_owned()),
    }
}

/// For every code: a draft that brings it up in a world, and one that is nearly the same and does
/// not.
fn table() -> Vec<(Code, Draft, World, Draft, World)> {
    use Kind::{All, Pattern, Url};
    let world = World::new;
    let first = |change: fn(&mut Resource)| {
        World::new().with(|world| change(world.resources.first_mut().unwrap()))
    };
    let demanding = |change: fn(&mut crate::domain::account::Account)| {
        World::new().with(|world| change(world.accounts.first_mut().unwrap()))
    };
    let limited = |change: fn(&mut Limits)| World::new().with(|world| world.limit("one", change));
    let quota = |left| {
        World::new().with(|world| {
            world.limit("two", |limits| {
                for quota in &mut limits.quotas {
                    quota.left = left;
                }
            });
        })
    };
    let lately = |one: RecentPurge| World::new().with(|world| world.recent.push(one));
    let twice =
        || World::new().with(|world| world.resources.push(resource("two", "w", "www.site.com")));
    let dl = |text: &str| draft(&format!("https://dl.site.com{text}"));
    let files = |count: usize| {
        let lines: Vec<_> = (0..count).map(|number| format!("/{number}.jpg")).collect();
        lines.join("\n")
    };
    let (many, hundred) = (files(101), files(100));
    let long = format!("/{}", "x".repeat(2048));
    let fits = format!("/{}", "x".repeat(2047));
    let with = |change: &dyn Fn(&mut Draft), mut draft: Draft| {
        change(&mut draft);
        draft
    };
    vec![
        (Code::MissingSlash, www("img/a.jpg"), world(), www("/img/a.jpg"), world()),
        (
            Code::UnknownHost,
            draft("https://other.com/a"),
            world(),
            draft("https://www.site.com/a"),
            world(),
        ),
        (
            Code::SeveralResources,
            draft("https://www.site.com/a"),
            twice(),
            www("https://www.site.com/a"),
            twice(),
        ),
        (Code::NoResource, draft("/a"), world(), www("/a"), world()),
        (Code::Blank, www("\"\""), world(), www("\"/a\""), world()),
        (Code::Invisible, www("/a\u{200b}b"), world(), www("/ab"), world()),
        (Code::Whitespace, www("/my photo.jpg"), world(), www("/my%20photo.jpg"), world()),
        (
            Code::NoAddress,
            draft("ftp://www.site.com/a"),
            world(),
            draft("http://www.site.com/a"),
            world(),
        ),
        (Code::Duplicate, www("/a\n/b\n/a"), world(), www("/a\n/b\n/A"), world()),
        (Code::Covered, www("/img/*\n/img/a.jpg"), world(), www("/img/*\n/a.jpg"), world()),
        (Code::Splits, www(&many), world(), www(&hundred), world()),
        (Code::TooLong, www(&long), world(), www(&fits), world()),
        (
            Code::WildcardRefused,
            of_kind(Pattern, dl("/a*")),
            world(),
            of_kind(Pattern, dl("/a/*")),
            world(),
        ),
        (
            Code::WildcardInMiddle,
            www("/*.jpg"),
            limited(|limits| limits.pattern.as_mut().unwrap().wildcard = Wildcard::End),
            www("/jpg*"),
            limited(|limits| limits.pattern.as_mut().unwrap().wildcard = Wildcard::End),
        ),
        (Code::WildcardDisputed, www("/*.jpg"), world(), www("/jpg*"), world()),
        (Code::WildcardInUrl, of_kind(Url, www("/a*")), world(), www("/a*"), world()),
        (Code::QueryInPattern, www("/a/*?x=1"), world(), www("/a?x=1"), world()),
        (
            Code::QueryNotInKey,
            www("/a?x=1"),
            first(|resource| resource.cache.query = Some(QueryRule::Ignored)),
            www("/a"),
            first(|resource| resource.cache.query = Some(QueryRule::Ignored)),
        ),
        (Code::Fragment, www("/a#top"), world(), www("/a"), world()),
        (
            Code::Userinfo,
            draft("https://me:pw@www.site.com/a"),
            world(),
            draft("https://www.site.com/a@b"),
            world(),
        ),
        (
            Code::Port,
            draft("https://www.site.com:8443/a"),
            world(),
            draft("https://www.site.com/a:8443"),
            world(),
        ),
        (Code::RootPattern, www("/*"), world(), www("/a*"), world()),
        (
            Code::Vary,
            www("/a"),
            first(|resource| resource.cache.vary = Some(true)),
            www("/a/*"),
            first(|resource| resource.cache.vary = Some(true)),
        ),
        (
            Code::Slice,
            www("/a"),
            first(|resource| resource.cache.slice = Some(true)),
            www("/a"),
            first(|resource| resource.cache.slice = Some(false)),
        ),
        (
            Code::UrlPurgeOff,
            www("/a"),
            first(|resource| resource.url_purge = Some(false)),
            www("/a/*"),
            first(|resource| resource.url_purge = Some(false)),
        ),
        (
            Code::AllPurgeOff,
            of_kind(All, www("")),
            first(|resource| resource.all_purge = Some(false)),
            www("/a"),
            first(|resource| resource.all_purge = Some(false)),
        ),
        (
            Code::Suspended,
            www("/a"),
            first(|resource| resource.state = ResourceState::Suspended),
            www("/a"),
            world(),
        ),
        (
            Code::Deleted,
            www("/a"),
            first(|resource| resource.state = ResourceState::Deleted),
            www("/a"),
            world(),
        ),
        (
            Code::ReadOnly,
            www("/a"),
            demanding(|account| account.read_only = true),
            dl("/a"),
            demanding(|account| account.read_only = true),
        ),
        (
            Code::InProgress,
            www("/img/a.jpg"),
            lately(RecentPurge {
                unfinished: true,
                ..recent(Url, 3_600, &["http://www.site.com/img/a.jpg"])
            }),
            www("/img/b.jpg"),
            lately(RecentPurge {
                unfinished: true,
                ..recent(Url, 3_600, &["http://www.site.com/img/a.jpg"])
            }),
        ),
        (
            Code::JustPurged,
            www("/img/a.jpg"),
            lately(recent(Pattern, 299, &["/img/*"])),
            www("/img/a.jpg"),
            lately(recent(Pattern, 301, &["/img/*"])),
        ),
        (
            Code::ReasonMissing,
            www("/a"),
            demanding(|account| account.reason_required = true),
            with(&|draft| draft.reason = "stale".to_owned(), www("/a")),
            demanding(|account| account.reason_required = true),
        ),
        (
            Code::TicketMissing,
            with(&|draft| draft.ticket = "TKT-1".to_owned(), www("/a")),
            demanding(|account| account.ticket_pattern = Some("INC-*".to_owned())),
            with(&|draft| draft.ticket = "INC-1".to_owned(), www("/a")),
            demanding(|account| account.ticket_pattern = Some("INC-*".to_owned())),
        ),
        (
            Code::KindNotOffered,
            www("/a"),
            limited(|limits| limits.url = None),
            www("/a/*"),
            limited(|limits| limits.url = None),
        ),
        (Code::QuotaShort, dl("/a https://dl.site.com/b"), quota(1), dl("/a"), quota(1)),
        (Code::QuotaLow, dl("/a"), quota(1_000), dl("/a"), quota(1_001)),
        (
            Code::LimitsUnknown,
            www("/a"),
            World::new().with(|world| world.limits.clear()),
            www("/a"),
            world(),
        ),
        (
            Code::TargetBesideAll,
            of_kind(All, draft("https://www.site.com/a")),
            world(),
            of_kind(All, draft("https://www.site.com/")),
            world(),
        ),
        (Code::DirectoryMended, www("/img/"), world(), www("/img/*"), world()),
        (
            Code::NoWildcard,
            of_kind(Pattern, www("/img")),
            world(),
            of_kind(Pattern, www("/img*")),
            world(),
        ),
        (Code::NotAscii, www("/ä"), world(), www("/%C3%A4"), world()),
        (
            Code::RunTogether,
            www("/a.jpghttps://www.site.com/b.jpg"),
            world(),
            www("/a.jpg?u=https://www.site.com/b.jpg"),
            world(),
        ),
        (Code::Comma, www("/a,b"), world(), www("/a, /b"), world()),
        (
            Code::International,
            draft("https://bücher.example/a"),
            World::new().with(|world| {
                world.resources.push(resource("one", "9", "xn--bcher-kva.example"));
            }),
            draft("https://xn--bcher-kva.example/a"),
            World::new().with(|world| {
                world.resources.push(resource("one", "9", "xn--bcher-kva.example"));
            }),
        ),
        (
            Code::ModeUnknown,
            with(&|draft| draft.mode = Some("burn".to_owned()), dl("/a/")),
            world(),
            with(&|draft| draft.mode = Some("delete".to_owned()), dl("/a/")),
            world(),
        ),
        (
            Code::AreaUnknown,
            with(&|draft| draft.area = Some("moon".to_owned()), dl("/a")),
            world(),
            with(&|draft| draft.area = Some("abroad".to_owned()), dl("/a")),
            world(),
        ),
        (Code::Comments, www("# note\n/a"), world(), www("/a"), world()),
        (Code::PassedOver, www("GET /a HTTP/1.1"), world(), www("/a"), world()),
        (
            Code::NeverRoom,
            www("/a"),
            limited(|limits| {
                limits.url.as_mut().unwrap().windows.first_mut().unwrap().requests = 0;
            }),
            www("/a"),
            world(),
        ),
        (
            Code::ModeMissing,
            dl("/a/"),
            world(),
            with(&|draft| draft.mode = Some("flush".to_owned()), dl("/a/")),
            world(),
        ),
    ]
}

#[test]
fn every_code_comes_up_where_it_should_and_not_beside_it() {
    let table = table();
    for (code, draft, world, other, elsewhere) in &table {
        let found = linted(draft, world.clone());
        let finding = found
            .all_findings()
            .find(|finding| finding.code == code.rule().code)
            .unwrap_or_else(|| unreachable!("{code:?} did not come up: {:?}", codes(&found)));
        assert_eq!(finding.severity, code.rule().severity, "{code:?}");
        assert!(
            finding.words.ends_with(['.', ':', '?']) || *code == Code::Invisible,
            "{}",
            finding.words
        );
        let other = linted(other, elsewhere.clone());
        assert!(
            !codes(&other).contains(&code.rule().code),
            "{code:?} came up: {:?}",
            codes(&other)
        );
    }
    let shown: BTreeSet<Code> = table.iter().map(|row| row.0).collect();
    let every: BTreeSet<Code> = Code::EVERY.iter().copied().collect();
    assert_eq!(shown, every, "every code has a row");
}

#[test]
fn each_vendor_gets_its_own_form() {
    for (text, target) in [
        ("https://www.site.com/img/a.jpg?x=1", "/img/a.jpg?x=1"),
        ("WWW.site.com/A", "/A"),
        ("http://www.site.com/img/", "/img/*"),
        ("http://www.site.com", "/*"),
        ("https://www.site.com/%e4/*", "/%e4/*"),
        ("https://www.site.com/a.jpg?*", "/a.jpg*"),
        ("dl.site.com/a", "https://dl.site.com/a"),
        ("http://dl.site.com/a?x", "http://dl.site.com/a?x"),
        ("https://dl.site.com/v2/*", "https://dl.site.com/v2/"),
        ("https://dl.site.com/v2/", "https://dl.site.com/v2/"),
        ("https://v.site.com/a/*.jpg", "/a/*.jpg"),
        ("https://v.site.com/a/*?x=1", "/a/*?x=1"),
    ] {
        assert_eq!(targets(&linted(&draft(text), World::new())), [target], "{text}");
    }
}

#[test]
fn the_host_wins_over_the_chosen_resource_and_several_hosts_share_a_draft() {
    let linted = linted(&www("/a\nhttps://img.site.com/b\ndl.site.com/c"), World::new());
    let resources: Vec<_> =
        linted.lines.iter().map(|line| line.meaning.as_ref().unwrap().resource.as_str()).collect();
    assert_eq!(resources, ["1", "2", "d"]);
}

#[test]
fn everything_needs_no_text_and_is_what_it_really_is_at_the_vendor() {
    for (resource, target) in
        [(("one", "1"), ""), (("two", "d"), "https://dl.site.com/"), (("three", "v"), "/*")]
    {
        let draft = Draft {
            kind: Some(Kind::All),
            resource: Some((resource.0.into(), resource.1.into())),
            ..Draft::default()
        };
        let linted = linted(&draft, World::new());
        assert_eq!(targets(&linted), [target]);
        assert!(linted.worst() < Some(Severity::Error));
    }
    let nothing = of_kind(Kind::All, draft(""));
    assert_eq!(codes(&linted(&nothing, World::new())), ["PD004"]);
    // Hosts may stand in the text, each once.
    let hosts = of_kind(Kind::All, draft("www.site.com\nhttps://img.site.com/\nwww.site.com/*"));
    assert_eq!(targets(&linted(&hosts, World::new())).len(), 2);
}

#[test]
fn an_empty_draft_has_no_findings() {
    assert_eq!(linted(&draft(" \n\n"), World::new()), Linted::default());
}

#[test]
fn a_duplicate_is_sent_once_and_names_the_line_that_is_sent() {
    let linted = linted(&www("/a /a\nhttps://www.site.com/a"), World::new());
    assert_eq!(targets(&linted), ["/a"]);
    let words: Vec<_> = linted.all_findings().map(|finding| &finding.words).collect();
    assert_eq!(words, ["The same as line 1; it is sent once."; 2]);
}

#[test]
fn a_collision_tells_by_whom_and_which_purge_to_follow() {
    let world = World::new().with(|world| {
        world.recent = vec![
            recent(Kind::Pattern, 200, &["/img/*"]),
            RecentPurge { unfinished: true, by: None, ..recent(Kind::Pattern, 90, &["/img/*"]) },
            recent(Kind::All, 10, &[]),
        ];
    });
    let linted = linted(&www("/img/a.jpg\n/img/*\n/b.jpg"), world);
    let words: Vec<_> = linted
        .all_findings()
        .filter(|finding| ["PD030", "PD031"].contains(&finding.code))
        .map(|finding| finding.words.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "A wider purge has been running for 90 s (by: not told).",
            "The same purge has been running for 90 s (by: not told).",
            "A wider purge ran 10 s ago (by: mira).",
        ]
    );
    let follow: Vec<_> =
        linted.collisions.iter().map(|one| (one.entry, one.recent, one.wider)).collect();
    assert_eq!(follow, [(0, 1, true), (1, 1, false), (2, 2, true)]);
}

#[test]
fn a_purge_of_our_own_is_not_taken_for_a_colleagues_although_the_vendor_names_somebody() {
    let world = World::new().with(|world| {
        let mut ours = recent(Kind::All, 10, &[]);
        ours.spent.sent_here = true;
        world.recent = vec![ours];
    });
    let linted = linted(&www("/img/a.jpg"), world);
    let words: Vec<_> = linted.all_findings().map(|it| it.words.as_str()).collect();
    assert_eq!(words, ["A wider purge ran 10 s ago (by: this purgedeck as mira)."]);
}

#[test]
fn only_the_parameters_that_the_cache_key_leaves_out_are_named() {
    let lint_with = |rule: QueryRule, text: &str| {
        let world = World::new()
            .with(|world| world.resources.first_mut().unwrap().cache.query = Some(rule));
        linted(&www(text), world)
            .all_findings()
            .map(|finding| finding.words.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let names = || vec!["v".to_owned()];
    assert!(lint_with(QueryRule::Only(names()), "/a?v=1&utm=2").contains("leaves out utm:"));
    assert_eq!(lint_with(QueryRule::Only(names()), "/a?v=1"), "");
    assert!(lint_with(QueryRule::AllBut(names()), "/a?v=1&utm=2").contains("leaves out v:"));
    assert_eq!(lint_with(QueryRule::AllBut(names()), "/a?utm=2"), "");
}

#[test]
fn a_protected_cname_pattern_reads_as_filters_do() {
    // The plan asks it; this pins the form that configuration gives.
    assert!(Pattern::Glob("www.*".to_owned()).matches("WWW.site.com"));
}

fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~\\n\\t]{0,200}",
        "((https?://)?(www|dl|v|img)\\.site\\.com(:80)?)?/?([a-c*?#%/., \"]{0,8})(\\n| )",
        "(curl |- |\\[a\\]\\(|/|\\*|www\\.site\\.com|\\\\\\n|\\n|,|;|\\t|\\PC){0,40}",
    ]
}

proptest! {
    #[test]
    fn the_linter_takes_any_text_with_any_choice(
        text in anything(), kind in proptest::option::of(proptest::sample::select(&Kind::EVERY[..])), chosen: bool,
    ) {
        let draft = Draft { kind, ..if chosen { www(&text) } else { draft(&text) } };
        let linted = linted(&draft, World::new());
        for line in &linted.lines {
            prop_assert!(line.meaning.is_some() || !line.findings.is_empty(), "{line:?} says nothing");
            for finding in &line.findings {
                prop_assert!(!finding.words.contains(|letter: char| letter.is_control()), "{}", finding.words);
            }
        }
    }

    #[test]
    fn a_duplicate_is_found_wherever_it_stands(
        order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        // Twelve lines, of which each target stands three times in three ways of writing it.
        let write = |number: usize| match number / 4 {
            0 => format!("/{}.jpg", number % 4),
            1 => format!("https://www.site.com/{}.jpg#x", number % 4),
            _ => format!("WWW.SITE.COM/{}.jpg", number % 4),
        };
        let text: Vec<String> = order.into_iter().map(write).collect();
        let linted = linted(&www(&text.join("\n")), World::new());
        let doubles = codes(&linted).into_iter().filter(|code| *code == "PD009").count();
        prop_assert_eq!(doubles, 8);
        let kept: BTreeSet<&str> = targets(&linted).into_iter().collect();
        prop_assert_eq!(kept.len(), 4);
        prop_assert_eq!(targets(&linted).len(), 4);
    }
}
