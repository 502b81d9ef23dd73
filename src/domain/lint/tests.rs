#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::budget::{Consumption, RecentPurge, RecentState};
use crate::domain::filter::Pattern;
use crate::domain::findings::Severity;
use crate::domain::limits::{Hardness, Mode, Price, Scope, UnderWay, Wildcard};
use crate::domain::money::{MonthUse, month_of};
use crate::domain::resource::{QueryRule, ResourceState};
use crate::testing::{LintFacts, consumption, noon, resource, secs};

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

fn linted(draft: &Draft, mut facts: LintFacts) -> Linted {
    lint(draft, &facts.context())
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
        spent: consumption("one", "1", kind, noon() - secs(ago)),
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
        state: RecentState::Done,
        by: Some("mira".to_owned()),
    }
}

/// Facts of a vendor with 100 free targets a month, so many of which are used.
fn priced(used: u64) -> LintFacts {
    LintFacts::new().with(|facts| {
        let price = Price { free: 100, mills: 5 };
        facts.change_limits("one", |limits| limits.price = Some(price));
        let month = MonthUse { month: month_of(noon()), targets: used, is_least: false };
        facts.months.insert("one".into(), month);
    })
}

fn two_at_once(limits: &mut Limits) {
    let cap = UnderWay { kinds: &[Kind::Pattern], targets: 2, scope: Scope::Resource };
    limits.under_way = vec![cap];
}

/// For every code: a draft and facts that bring it up, and a draft and facts nearly the same that
/// do not.
fn table() -> Vec<(Code, Draft, LintFacts, Draft, LintFacts)> {
    use Kind::{All, Pattern, Url};
    let facts = LintFacts::new;
    let first = |change: fn(&mut Resource)| {
        LintFacts::new().with(|facts| change(facts.resources.first_mut().unwrap()))
    };
    let demanding = |change: fn(&mut crate::domain::account::Account)| {
        LintFacts::new().with(|facts| change(facts.accounts.first_mut().unwrap()))
    };
    let limited =
        |change: fn(&mut Limits)| LintFacts::new().with(|facts| facts.change_limits("one", change));
    let quota = |left| {
        LintFacts::new().with(|facts| {
            facts.change_limits("two", |limits| {
                for quota in &mut limits.quotas {
                    quota.left = left;
                }
            });
        })
    };
    let lately = |one: RecentPurge| LintFacts::new().with(|facts| facts.recent.push(one));
    let twice = || {
        LintFacts::new().with(|facts| facts.resources.push(resource("two", "w", "www.site.com")))
    };
    let named = || LintFacts::new().with_names();
    let few = || {
        named().with(|facts| {
            facts.change_limits("four", |limits| {
                limits.rule_mut(Kind::Regex).unwrap().expressions = &[".*"];
            });
        })
    };
    let expression = "regex:https://shop.site.com/[a-z]+";
    let shop = |text: &str| Draft { resource: Some(("four".into(), "s".into())), ..draft(text) };
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
        (Code::MissingSlash, www("img/a.jpg"), facts(), www("/img/a.jpg"), facts()),
        (
            Code::UnknownHost,
            draft("https://other.com/a"),
            facts(),
            draft("https://www.site.com/a"),
            facts(),
        ),
        (
            Code::SeveralResources,
            draft("https://www.site.com/a"),
            twice(),
            www("https://www.site.com/a"),
            twice(),
        ),
        (Code::NoResource, draft("/a"), facts(), www("/a"), facts()),
        (Code::Blank, www("\"\""), facts(), www("\"/a\""), facts()),
        (Code::Invisible, www("/a\u{200b}b"), facts(), www("/ab"), facts()),
        (Code::Whitespace, www("/my photo.jpg"), facts(), www("/my%20photo.jpg"), facts()),
        (
            Code::NoAddress,
            draft("ftp://www.site.com/a"),
            facts(),
            draft("http://www.site.com/a"),
            facts(),
        ),
        (Code::Duplicate, www("/a\n/b\n/a"), facts(), www("/a\n/b\n/A"), facts()),
        (Code::Covered, www("/img/*\n/img/a.jpg"), facts(), www("/img/*\n/a.jpg"), facts()),
        (Code::Splits, www(&many), facts(), www(&hundred), facts()),
        (Code::TooLong, www(&long), facts(), www(&fits), facts()),
        (
            Code::WildcardRefused,
            of_kind(Pattern, dl("/a*")),
            facts(),
            of_kind(Pattern, dl("/a/*")),
            facts(),
        ),
        (
            Code::WildcardInMiddle,
            www("/*.jpg"),
            limited(|limits| limits.rule_mut(Kind::Pattern).unwrap().wildcard = Wildcard::End),
            www("/jpg*"),
            limited(|limits| limits.rule_mut(Kind::Pattern).unwrap().wildcard = Wildcard::End),
        ),
        (Code::WildcardDisputed, www("/*.jpg"), facts(), www("/jpg*"), facts()),
        (Code::WildcardInUrl, of_kind(Url, www("/a*")), facts(), www("/a*"), facts()),
        (Code::QueryInPattern, www("/a/*?x=1"), facts(), www("/a?x=1"), facts()),
        (
            Code::QueryNotInKey,
            www("/a?x=1"),
            first(|resource| resource.cache.query = Some(QueryRule::Ignored)),
            www("/a"),
            first(|resource| resource.cache.query = Some(QueryRule::Ignored)),
        ),
        (Code::Fragment, www("/a#top"), facts(), www("/a"), facts()),
        (
            Code::Userinfo,
            draft("https://me:pw@www.site.com/a"),
            facts(),
            draft("https://www.site.com/a@b"),
            facts(),
        ),
        (
            Code::Port,
            draft("https://www.site.com:8443/a"),
            facts(),
            draft("https://www.site.com/a:8443"),
            facts(),
        ),
        (Code::RootPattern, www("/*"), facts(), www("/a*"), facts()),
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
            facts(),
        ),
        (
            Code::Deleted,
            www("/a"),
            first(|resource| resource.state = ResourceState::Deleted),
            www("/a"),
            facts(),
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
                state: RecentState::Running,
                ..recent(Url, 3_600, &["http://www.site.com/img/a.jpg"])
            }),
            www("/img/b.jpg"),
            lately(RecentPurge {
                state: RecentState::Running,
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
            limited(|limits| {
                limits.rules.remove(&Kind::Url);
            }),
            www("/a/*"),
            limited(|limits| {
                limits.rules.remove(&Kind::Url);
            }),
        ),
        (Code::QuotaShort, dl("/a https://dl.site.com/b"), quota(1), dl("/a"), quota(1)),
        (Code::QuotaLow, dl("/a"), quota(1_000), dl("/a"), quota(1_001)),
        (
            Code::LimitsUnknown,
            www("/a"),
            LintFacts::new().with(|facts| facts.limits.clear()),
            www("/a"),
            facts(),
        ),
        (
            Code::TargetBesideAll,
            of_kind(All, draft("https://www.site.com/a")),
            facts(),
            of_kind(All, draft("https://www.site.com/")),
            facts(),
        ),
        (
            Code::DirectoryMended,
            of_kind(Pattern, www("/img/")),
            facts(),
            of_kind(Pattern, www("/img/*")),
            facts(),
        ),
        (
            Code::NoWildcard,
            of_kind(Pattern, www("/img")),
            facts(),
            of_kind(Pattern, www("/img*")),
            facts(),
        ),
        (Code::NotAscii, www("/ä"), facts(), www("/%C3%A4"), facts()),
        (
            Code::RunTogether,
            www("/a.jpghttps://www.site.com/b.jpg"),
            facts(),
            www("/a.jpg?u=https://www.site.com/b.jpg"),
            facts(),
        ),
        (Code::Comma, www("/a,b"), facts(), www("/a, /b"), facts()),
        (
            Code::International,
            draft("https://bücher.example/a"),
            LintFacts::new().with(|facts| {
                facts.resources.push(resource("one", "9", "xn--bcher-kva.example"));
            }),
            draft("https://xn--bcher-kva.example/a"),
            LintFacts::new().with(|facts| {
                facts.resources.push(resource("one", "9", "xn--bcher-kva.example"));
            }),
        ),
        (
            Code::ModeUnknown,
            with(&|draft| draft.mode = Some("burn".to_owned()), dl("/a/*")),
            facts(),
            with(&|draft| draft.mode = Some("delete".to_owned()), dl("/a/*")),
            facts(),
        ),
        (
            Code::AreaUnknown,
            with(&|draft| draft.area = Some("moon".to_owned()), dl("/a")),
            facts(),
            with(&|draft| draft.area = Some("abroad".to_owned()), dl("/a")),
            facts(),
        ),
        (Code::Comments, www("# note\n/a"), facts(), www("/a"), facts()),
        (Code::PassedOver, www("see /a"), facts(), www("/a"), facts()),
        (
            Code::NeverRoom,
            www("/a"),
            limited(|limits| {
                limits.rule_mut(Kind::Url).unwrap().windows.first_mut().unwrap().requests = 0;
            }),
            www("/a"),
            facts(),
        ),
        (
            Code::ModeMissing,
            dl("/a/*"),
            facts(),
            with(&|draft| draft.mode = Some("flush".to_owned()), dl("/a/*")),
            facts(),
        ),
        (
            Code::LastTryFailed,
            www("/img/a.jpg"),
            lately(RecentPurge { state: RecentState::Failed, ..recent(Url, 33, &["/img/a.jpg"]) }),
            www("/img/a.jpg"),
            lately(RecentPurge { state: RecentState::Failed, ..recent(Pattern, 33, &["/img/*"]) }),
        ),
        (Code::OnePage, www("/img/"), facts(), www("/img/*"), facts()),
        (Code::Broken, www("{\"urls\": [\"/a\""), facts(), www("[\"/a\"]"), facts()),
        (Code::AsAsked, www("/a/../b.jpg"), facts(), www("/a/b..jpg"), facts()),
        (Code::Escape, www("/sale/100%.html"), facts(), www("/sale/100%25.html"), facts()),
        (Code::LocalPath, www("C:\\www\\a.jpg"), facts(), www("/C/www/a.jpg"), facts()),
        (Code::RegularExpression, www("/img/.*"), facts(), www("/img/*.*"), facts()),
        (Code::Decomposed, www("/e\u{301}.jpg"), facts(), www("/\u{e9}.jpg"), facts()),
        (Code::EndsInPunctuation, www("/a.jpg!"), facts(), www("/a!.jpg"), facts()),
        (Code::QueryLeftOut, shop("ignore-query:/a?x=1"), named(), shop("/a?x=1"), named()),
        (Code::BadName, shop("tag:a b"), named(), shop("tag:a,b"), named()),
        (Code::MarkTakenOff, shop("tag:#a"), named(), shop("tag:a#"), named()),
        (Code::OnlyHost, shop("host:blog.site.com"), named(), shop("host:cdn.site.com"), named()),
        (Code::WholeHost, shop("host:cdn.site.com"), named(), shop("cdn.site.com/*"), named()),
        (Code::BadExpression, shop("regex:https://h/(a"), named(), shop("/(a"), named()),
        (
            Code::KindsDiffer,
            of_kind(Url, shop("tag:a")),
            named(),
            of_kind(Kind::Tag, shop("tag:a")),
            named(),
        ),
        (Code::BeyondExpressions, shop(expression), few(), shop(expression), named()),
        (Code::RefusedPiece, shop("/a~b"), named(), www("/a~b"), facts()),
        (Code::NothingPurged, shop("/a%2Ab"), named(), shop("/a%2Fb"), named()),
        (Code::SlashCounts, shop("/news"), named(), shop("/news\n/news/"), named()),
        (
            Code::MixedHardness,
            dl("/a/*\nhttps://dl.site.com/a"),
            facts(),
            with(&|draft| draft.mode = Some("hard".to_owned()), dl("/a/*\nhttps://dl.site.com/a")),
            facts(),
        ),
        (
            Code::ModeNotThere,
            with(&|draft| draft.mode = Some("soft".to_owned()), dl("/a/*")),
            facts(),
            with(&|draft| draft.mode = Some("changed".to_owned()), dl("/a/*")),
            facts(),
        ),
        (
            Code::WaitsForOthers,
            www("/a/*\n/b/*\n/c/*"),
            limited(two_at_once),
            www("/a/*\n/b/*\n/c"),
            limited(two_at_once),
        ),
        (Code::Paid, www("/a\n/b/*"), priced(99), www("/a"), priced(99)),
        (Code::FreeLow, www("/a\n/b/*"), priced(89), www("/a"), priced(89)),
        (
            Code::RootByForm,
            of_kind(Pattern, www("/")),
            facts(),
            of_kind(Pattern, www("/*")),
            facts(),
        ),
    ]
}

#[test]
fn every_code_comes_up_where_it_should_and_not_beside_it() {
    let table = table();
    for (code, draft, facts, other, elsewhere) in &table {
        let found = linted(draft, facts.clone());
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
        ("http://www.site.com/img/", "/img/"),
        ("http://www.site.com", "/"),
        ("http://www.site.com/*", "/*"),
        ("dl.site.com", "https://dl.site.com/"),
        ("https://www.site.com/%e4/*", "/%e4/*"),
        ("https://www.site.com/a.jpg?*", "/a.jpg?%2A"),
        ("dl.site.com/a", "https://dl.site.com/a"),
        ("http://dl.site.com/a?x", "http://dl.site.com/a?x"),
        ("https://dl.site.com/v2/*", "https://dl.site.com/v2/"),
        ("https://dl.site.com/v2/", "https://dl.site.com/v2/"),
        ("https://v.site.com/a/*.jpg", "/a/*.jpg"),
        ("https://v.site.com/a/*?x=1", "/a/*?x=1"),
    ] {
        assert_eq!(targets(&linted(&draft(text), LintFacts::new())), [target], "{text}");
    }
}

#[test]
fn a_star_in_a_query_is_a_character_unless_a_pattern_is_chosen() {
    let variants = "https://www.site.com/a.jpg?*";
    assert_eq!(
        targets(&linted(&of_kind(Kind::Pattern, draft(variants)), LintFacts::new())),
        ["/a.jpg*"]
    );
    for (text, target) in [
        ("https://www.site.com/search?q=*", "/search?q=%2A"),
        ("https://www.site.com/?*", "/?%2A"),
        ("https://dl.site.com/a?b=*c", "https://dl.site.com/a?b=%2Ac"),
    ] {
        let linted = linted(&draft(text), LintFacts::new());
        assert_eq!(targets(&linted), [target], "{text}");
        assert!(codes(&linted).contains(&"PD055"), "{text}: {linted:?}");
    }
}

#[test]
fn a_page_is_a_page_also_where_it_ends_in_a_slash_or_is_the_front_page() {
    for (text, vendor_form) in [
        ("https://www.site.com/", "/"),
        ("https://www.site.com", "/"),
        ("https://www.site.com/#/products/1", "/"),
        ("https://www.site.com/news/", "/news/"),
        ("www.site.com", "/"),
        ("/", "/"),
        ("/news/", "/news/"),
        ("https://dl.site.com/news/", "https://dl.site.com/news/"),
        ("https://dl.site.com", "https://dl.site.com/"),
    ] {
        let linted = linted(&www(text), LintFacts::new());
        let meaning = linted.lines.first().unwrap().meaning.as_ref().unwrap();
        assert_eq!((meaning.kind, meaning.target.as_str()), (Kind::Url, vendor_form), "{text}");
        assert!(linted.worst() < Some(Severity::Warning), "{text}: {:?}", codes(&linted));
    }
    // A path that ends in a slash is a directory where the kind was chosen.
    let pattern = linted(&of_kind(Kind::Pattern, www("/news/")), LintFacts::new());
    assert_eq!(targets(&pattern), ["/news/*"]);
}

#[test]
fn everything_is_meant_only_by_its_own_line_a_host_with_a_star_or_the_kind() {
    for text in ["/*", "*", "- /*", "/* # all of it", "https://www.site.com/*", "www.site.com/*"] {
        let linted = linted(&www(text), LintFacts::new());
        assert_eq!(targets(&linted), ["/*"], "{text}");
        assert!(codes(&linted).contains(&"PD022"), "{text}");
    }
    for text in [
        "*/*",
        "/**",
        "/a.jpg, /*",
        "/img/a.jpg 200 *",
        "GET /a.jpg */*",
        "accept: */*",
        "127.0.0.1 - - [21/Nov/2026] \"OPTIONS * HTTP/1.0\" 200 126",
        "{\"url\": \"/b.jpg\", \"accept\": \"*/*\", \"path\": \"/*\"}",
    ] {
        for kind in [None, Some(Kind::Pattern)] {
            let linted = linted(&Draft { kind, ..www(text) }, LintFacts::new());
            let roots = targets(&linted)
                .into_iter()
                .filter(|target| crate::domain::target::is_root(target));
            assert_eq!(roots.count(), 0, "{text}: {linted:?}");
        }
    }
    let directory = of_kind(Kind::Pattern, draft("https://dl.site.com/"));
    assert_eq!(codes(&linted(&directory, LintFacts::new())), ["PD053"]);
}

#[test]
fn everything_with_a_query_is_not_everything() {
    // Where the query counts, it is a pattern like others; where it does not, it means nothing.
    for text in ["https://v.site.com/*?v=2", "v.site.com/*?v=*"] {
        let linted = linted(&draft(text), LintFacts::new());
        assert_eq!(targets(&linted).len(), 1, "{text}");
        assert!(!codes(&linted).contains(&"PD022"), "{text}: {linted:?}");
    }
    for text in ["/*?v=2", "https://www.site.com/*?v=2", "https://dl.site.com/*?v=2", "/*?*"] {
        let linted = linted(&www(text), LintFacts::new());
        assert_eq!(targets(&linted), Vec::<&str>::new(), "{text}");
        assert!(codes(&linted).contains(&"PD053"), "{text}: {linted:?}");
    }
}

#[test]
fn a_pattern_with_modes_makes_no_url_needless() {
    const MODES: &[Mode] = &[
        Mode { word: "flush", meaning: "Asks the origin again.", hardness: Hardness::Soft },
        Mode { word: "delete", meaning: "Removes.", hardness: Hardness::Hard },
    ];
    let covered = |facts: LintFacts| {
        let text = "https://dl.site.com/img/*\nhttps://dl.site.com/img/a.jpg\n\
                    https://dl.site.com/img/x/*";
        let linted = linted(&draft(text), facts);
        let lines = linted.all_findings().filter(|it| it.code == "PD010").map(|it| it.line);
        lines.collect::<Vec<_>>()
    };
    let with_modes = |modes: &'static [Mode]| {
        LintFacts::new().with(|facts| {
            facts.change_limits("two", |limits| {
                limits.rule_mut(Kind::Pattern).unwrap().modes = modes.to_vec();
            });
        })
    };
    assert_eq!(covered(with_modes(&[])), [Some(1), Some(2)]);
    assert_eq!(covered(with_modes(MODES)), [Some(2)]);
}

#[test]
fn a_row_of_the_history_keeps_its_kind_until_another_is_chosen() {
    let mut mixed = www("/app\n/a.jpg\nhttps://www.site.com/*");
    mixed.kinds =
        [("/app".to_owned(), Kind::Pattern), ("https://www.site.com/*".to_owned(), Kind::All)]
            .into();
    let kinds = |draft: &Draft| -> Vec<Kind> {
        let linted = linted(draft, LintFacts::new());
        linted.lines.iter().filter_map(|it| Some(it.meaning.as_ref()?.kind)).collect()
    };
    assert_eq!(kinds(&mixed), [Kind::Pattern, Kind::Url, Kind::All]);
    mixed.kind = Some(Kind::Url);
    assert_eq!(kinds(&mixed)[0], Kind::Url);
}

#[test]
fn a_purge_that_failed_is_the_last_try_and_no_purge() {
    let said = |recent: Vec<RecentPurge>| -> Vec<String> {
        let facts = LintFacts::new().with(|facts| facts.recent = recent);
        linted(&www("/a.jpg"), facts).all_findings().map(|it| it.words.clone()).collect()
    };
    let failed =
        |ago| RecentPurge { state: RecentState::Failed, ..recent(Kind::Url, ago, &["/a.jpg"]) };
    let done = |ago| recent(Kind::Url, ago, &["/a.jpg"]);
    assert_eq!(said(vec![failed(33)]), ["The last try, 33 s ago, failed (by: mira)."]);
    assert_eq!(said(vec![done(60), failed(33)]), ["The last try, 33 s ago, failed (by: mira)."]);
    assert_eq!(said(vec![failed(60), done(33)]), ["The same purge ran 33 s ago (by: mira)."]);
    let running = RecentPurge { state: RecentState::Running, ..done(60) };
    assert!(said(vec![running, failed(33)])[0].contains("has been running for 60 s"));
    let wider = RecentPurge { state: RecentState::Failed, ..recent(Kind::Pattern, 33, &["/*"]) };
    assert_eq!(said(vec![wider]), Vec::<String>::new(), "a wider one that failed says nothing");
    assert_eq!(said(vec![failed(301)]), Vec::<String>::new(), "long ago");
}

#[test]
fn a_host_that_may_be_an_unread_accounts_is_not_said_to_be_nobodys() {
    let said = |unread: &[(&str, Option<&str>)], served: &[(&str, &str)]| -> String {
        let mut facts = LintFacts::new();
        let names: Vec<AccountName> = unread.iter().map(|(name, _)| (*name).into()).collect();
        let reasons = unread.iter().map(|(_, reason)| reason.map(str::to_owned));
        let served = served.iter().map(|(host, by)| ((*host).to_owned(), (*by).into())).collect();
        let context = LintContext {
            unread: names.iter().zip(reasons).collect(),
            served: Some(&served),
            ..facts.context()
        };
        let linted = lint(&draft("https://far.org/a"), &context);
        assert!(linted.unknown_hosts.contains("far.org"));
        linted.all_findings().map(|it| it.words.clone()).collect()
    };
    assert_eq!(
        said(&[], &[]),
        "No account serves far.org. If it is a path, put a slash before it."
    );
    assert_eq!(
        said(&[], &[("far.org", "old")]),
        "No account serves far.org. old served far.org before."
    );
    assert_eq!(
        said(&[("tencent", Some("503 vendor error"))], &[("far.org", "tencent")]),
        "tencent could not be read (503 vendor error): its resources are not known. tencent served \
         far.org before."
    );
    assert_eq!(
        said(&[("a", None), ("b", Some("401 token refused"))], &[]),
        "a is not read yet, b could not be read (401 token refused): their resources are not \
         known. far.org may be one of them."
    );
}

#[test]
fn the_host_wins_over_the_chosen_resource_and_several_hosts_share_a_draft() {
    let linted = linted(&www("/a\nhttps://img.site.com/b\ndl.site.com/c"), LintFacts::new());
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
        let linted = linted(&draft, LintFacts::new());
        assert_eq!(targets(&linted), [target]);
        assert!(linted.worst() < Some(Severity::Error));
    }
    let nothing = of_kind(Kind::All, draft(""));
    assert_eq!(codes(&linted(&nothing, LintFacts::new())), ["PD004"]);
    // Hosts may stand in the text, each once.
    let hosts = of_kind(Kind::All, draft("www.site.com\nhttps://img.site.com/\nwww.site.com/*"));
    assert_eq!(targets(&linted(&hosts, LintFacts::new())).len(), 2);
}

#[test]
fn an_empty_draft_has_no_findings() {
    assert_eq!(linted(&draft(" \n\n"), LintFacts::new()), Linted::default());
}

#[test]
fn a_duplicate_is_sent_once_and_names_the_line_that_is_sent() {
    let linted = linted(&www("/a /a\nhttps://www.site.com/a"), LintFacts::new());
    assert_eq!(targets(&linted), ["/a"]);
    let words: Vec<_> = linted.all_findings().map(|finding| &finding.words).collect();
    assert_eq!(words, ["The same as line 1; it is sent once."; 2]);
}

#[test]
fn a_collision_tells_by_whom_and_which_purge_to_follow() {
    let facts = LintFacts::new().with(|facts| {
        facts.recent = vec![
            recent(Kind::Pattern, 200, &["/img/*"]),
            RecentPurge {
                state: RecentState::Running,
                by: None,
                ..recent(Kind::Pattern, 90, &["/img/*"])
            },
            recent(Kind::All, 10, &[]),
        ];
    });
    let linted = linted(&www("/img/a.jpg\n/img/*\n/b.jpg"), facts);
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
    let facts = LintFacts::new().with(|facts| {
        let mut ours = recent(Kind::All, 10, &[]);
        ours.spent.sent_here = true;
        facts.recent = vec![ours];
    });
    let linted = linted(&www("/img/a.jpg"), facts);
    let words: Vec<_> = linted.all_findings().map(|it| it.words.as_str()).collect();
    assert_eq!(words, ["A wider purge ran 10 s ago (by: this purgedeck as mira)."]);
}

#[test]
fn only_the_parameters_that_the_cache_key_leaves_out_are_named() {
    let lint_with = |rule: QueryRule, text: &str| {
        let facts = LintFacts::new()
            .with(|facts| facts.resources.first_mut().unwrap().cache.query = Some(rule));
        linted(&www(text), facts)
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
        "((tag:|host:|regex:|ignore-query:| @|#)?(shop\\.site\\.com|/|\\(a|[a-c.*+]{1,3}|,|\n)){0,9}",
        "(curl |- |\\[a\\]\\(|/|\\*|www\\.site\\.com|\\\\\\n|\\n|,|;|\\t|\\PC){0,40}",
    ]
}

proptest! {
    #[test]
    fn the_linter_takes_any_text_with_any_choice(
        text in anything(), kind in proptest::option::of(proptest::sample::select(&Kind::EVERY[..])), chosen: bool,
    ) {
        let draft = Draft { kind, ..if chosen { www(&text) } else { draft(&text) } };
        let linted = linted(&draft, LintFacts::new().with_names());
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
        let linted = linted(&www(&text.join("\n")), LintFacts::new());
        let doubles = codes(&linted).into_iter().filter(|code| *code == "PD009").count();
        prop_assert_eq!(doubles, 8);
        let kept: BTreeSet<&str> = targets(&linted).into_iter().collect();
        prop_assert_eq!(kept.len(), 4);
        prop_assert_eq!(targets(&linted).len(), 4);
    }
}

fn words(code: Code, draft: &Draft, facts: LintFacts) -> Vec<String> {
    let linted = linted(draft, facts);
    let of_code = linted.all_findings().filter(|it| it.code == code.rule().code);
    of_code.map(|finding| finding.words.clone()).collect()
}

#[test]
fn hard_beside_soft_is_said_with_the_way_to_make_them_alike() {
    let text = "/a/*\nhttps://dl.site.com/b/*\nhttps://v.site.com/c";
    let mixed = |mode: Option<&str>, facts: LintFacts| {
        let draft = Draft { mode: mode.map(str::to_owned), ..www(text) };
        words(Code::MixedHardness, &draft, facts)
    };
    assert_eq!(
        mixed(None, LintFacts::new()),
        ["hard: www.site.com by pattern, v.site.com by url; \
          changed only: dl.site.com by pattern (flush). The mode delete makes all of it hard."]
    );
    assert_eq!(mixed(Some("delete"), LintFacts::new()), Vec::<String>::new());
    let never_hard = LintFacts::new().with(|facts| {
        facts.change_limits("two", |limits| {
            limits.rule_mut(Kind::Pattern).unwrap().modes.truncate(1);
        });
    });
    let alone = mixed(Some("hard"), never_hard);
    assert!(alone[0].ends_with("(flush). No mode makes them alike."), "{alone:?}");
}

#[test]
fn a_default_mode_is_named_with_what_becomes_of_the_copies() {
    let draft = draft("https://dl.site.com/b/*");
    assert_eq!(
        words(Code::ModeMissing, &draft, LintFacts::new()),
        ["By default dl.site.com is purged by pattern in the mode flush (changed only: removed \
          only where the origin has a newer one); delete is hard."]
    );
    let soft = Draft { mode: Some("soft".to_owned()), ..draft };
    assert_eq!(
        words(Code::ModeNotThere, &soft, LintFacts::new()),
        ["dl.site.com has no soft purge by pattern: its default flush is taken (changed only: \
          removed only where the origin has a newer one)."]
    );
    let always = Draft { mode: Some("soft".to_owned()), ..www("/a") };
    assert_eq!(
        words(Code::ModeNotThere, &always, LintFacts::new()),
        ["www.site.com is always purged hard by url: removed from the cache."]
    );
}

#[test]
fn a_target_that_a_pattern_covers_costs_where_targets_do() {
    let draft = www("/img/*\n/img/a.jpg");
    let covered = |facts| words(Code::Covered, &draft, facts);
    assert_eq!(covered(LintFacts::new()), ["/img/* on line 1 removes it too."]);
    assert_eq!(
        covered(priced(0)),
        ["/img/* on line 1 removes it too. \
          Sent all the same, it counts as one more target that may cost."]
    );
}

#[test]
fn the_cost_counts_what_is_queued_and_is_not_said_before_the_month_is_known() {
    let queued = priced(90).with(|facts| {
        let one = consumption("one", "2", Kind::Url, noon());
        facts.queued = vec![Consumption { targets: 8, ..one }];
    });
    let draft = www("/a\n/b\n/c");
    assert_eq!(
        words(Code::Paid, &draft, queued),
        ["one: 3 targets: 2 free are left this month, 1 costs $0.005."]
    );
    let unknown = priced(100).with(|facts| facts.months.clear());
    assert_eq!(words(Code::Paid, &draft, unknown), Vec::<String>::new());
}

#[test]
fn what_waits_for_others_is_counted_beside_what_everybody_has_under_way() {
    let facts = LintFacts::new().with(|facts| {
        facts.change_limits("one", two_at_once);
        // Read with neither kind nor targets so far.
        let bare = consumption("one", "1", Kind::Url, noon() - secs(5));
        facts.under_way = vec![Consumption { kind: None, targets: 0, is_under_way: true, ..bare }];
    });
    assert_eq!(
        words(Code::WaitsForOthers, &www("/a/*\n/b/*"), facts),
        ["www.site.com: at least 1 of 2 patterns in progress; \
          1 pattern of this draft can go out only once enough of them have ended."]
    );
}
