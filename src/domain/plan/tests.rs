#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::domain::budget::Consumption;
use crate::domain::draft::Draft;
use crate::domain::filter::Pattern;
use crate::domain::limits::{Limits, Price, Scope, UnderWay};
use crate::domain::lint::Linted;
use crate::domain::lint::lint;
use crate::domain::money::{MonthUse, month_of};
use crate::domain::payload::Payload;
use crate::testing::{LintFacts, consumption, noon, secs};

fn draft(text: &str) -> Draft {
    Draft { text: text.to_owned(), resource: Some(("one".into(), "1".into())), ..Draft::default() }
}

fn urls(host: &str, count: usize) -> String {
    let lines: Vec<_> =
        (0..count).map(|number| format!("https://{host}/img/{number}.jpg\n")).collect();
    lines.concat()
}

fn planned(draft: &Draft, mut facts: LintFacts) -> Result<Plan, PlanError> {
    let context = facts.context();
    plan(&lint(draft, &context), draft, &context)
}

fn seconds(plan: &Plan) -> Vec<i64> {
    plan.requests.iter().map(|planned| (planned.at - noon()).num_seconds()).collect()
}

#[test]
fn many_urls_become_full_requests_in_the_operators_order() {
    let text = urls("www.site.com", 237);
    let plan = planned(&draft(&text), LintFacts::new()).unwrap();
    let sizes: Vec<_> =
        plan.requests.iter().map(|planned| planned.request.payload.targets().len()).collect();
    assert_eq!(sizes, [100, 100, 37]);
    assert_eq!(seconds(&plan), [0, 0, 60]);
    assert_eq!(plan.ends_at, noon() + secs(60));
    assert_eq!(plan.done_at, noon() + secs(80));
    let sent: Vec<_> = plan
        .requests
        .iter()
        .flat_map(|planned| planned.request.payload.targets().to_vec())
        .collect();
    let typed: Vec<_> = (0..237).map(|number| format!("/img/{number}.jpg")).collect();
    assert_eq!(sent, typed);
    let part = plan.parts.first().unwrap();
    assert_eq!((part.targets, part.requests(), part.kind), (237, 3, Kind::Url));
}

#[test]
fn resources_and_accounts_go_out_side_by_side() {
    let text =
        [urls("www.site.com", 300), urls("img.site.com", 300), urls("v.site.com", 150)].concat();
    let plan = planned(&draft(&text), LintFacts::new()).unwrap();
    let order: Vec<_> = plan
        .requests
        .iter()
        .map(|planned| (planned.request.resource.as_str(), (planned.at - noon()).num_seconds()))
        .collect();
    assert_eq!(
        order,
        [("1", 0), ("2", 0), ("v", 0), ("1", 0), ("2", 0), ("v", 0), ("1", 60), ("2", 60)]
    );
}

#[test]
fn what_anybody_sent_and_what_is_queued_comes_first() {
    let facts = LintFacts::new().with(|facts| {
        facts.queued = vec![consumption("one", "1", Kind::Pattern, noon() + secs(30))];
    });
    let plan = planned(&draft("/a/*\n/b.jpg"), facts).unwrap();
    assert_eq!(seconds(&plan), [0, 90]);
    assert_eq!(plan.requests.first().unwrap().request.kind(), Kind::Url);
}

#[test]
fn the_risk_tells_what_confirms() {
    let high = |cname: &str| Risk::High { cname: cname.to_owned() };
    let protected = || {
        LintFacts::new().with(|facts| {
            let account = facts.accounts.first_mut().unwrap();
            account.protected_cnames = vec![Pattern::Glob("img.*".to_owned())];
        })
    };
    for (text, facts, risk) in [
        ("/a\n/b", LintFacts::new(), Risk::Low),
        ("/a\n/a", LintFacts::new(), Risk::Raised),
        ("/a/*", LintFacts::new(), Risk::Raised),
        (&urls("www.site.com", 20), LintFacts::new(), Risk::Low),
        (&urls("www.site.com", 21), LintFacts::new(), Risk::Raised),
        ("/", LintFacts::new(), Risk::Low),
        ("/*", LintFacts::new(), high("www.site.com")),
        ("https://www.site.com/*", LintFacts::new(), high("www.site.com")),
        ("https://dl.site.com/", LintFacts::new(), Risk::Low),
        ("https://dl.site.com/*", LintFacts::new(), high("dl.site.com")),
        ("/a", protected(), Risk::Low),
        ("/a\nhttps://img.site.com/a", protected(), high("img.site.com")),
    ] {
        assert_eq!(planned(&draft(text), facts).unwrap().risk, risk, "{text}");
    }
    let facts = LintFacts::new().with(|facts| facts.accounts.first_mut().unwrap().protected = true);
    let plan = planned(&draft("/a\nhttps://img.site.com/a"), facts).unwrap();
    assert_eq!(plan.risk, high("www.site.com"));
    assert_eq!(plan.high_cnames, ["www.site.com", "img.site.com"]);
}

#[test]
fn everything_goes_out_as_what_it_really_is() {
    for (account, id, payload, mode) in [
        ("one", "1", None, None),
        ("two", "d", Some("https://dl.site.com/"), Some("flush")),
        ("three", "v", Some("/*"), None),
    ] {
        let draft = Draft {
            kind: Some(Kind::All),
            resource: Some((account.into(), id.into())),
            ..Draft::default()
        };
        let plan = planned(&draft, LintFacts::new()).unwrap();
        let [only] = plan.requests.as_slice() else {
            unreachable!("one request");
        };
        let expected = payload.map_or(Payload::All, |root| {
            Payload::Pattern(vec![root.to_owned()].try_into().unwrap())
        });
        assert_eq!(only.request.payload, expected);
        assert_eq!(only.request.mode.as_deref(), mode);
        assert!(matches!(plan.risk, Risk::High { .. }));
        assert_eq!(plan.parts.first().unwrap().kind, Kind::All);
    }
}

#[test]
fn mode_and_area_go_where_there_is_a_choice_only() {
    let draft = Draft {
        mode: Some("delete".to_owned()),
        area: Some("abroad".to_owned()),
        ..draft("/a/*\nhttps://dl.site.com/b/*")
    };
    let plan = planned(&draft, LintFacts::new()).unwrap();
    let choices: Vec<_> = plan
        .requests
        .iter()
        .map(|planned| (planned.request.mode.as_deref(), planned.request.area.as_deref()))
        .collect();
    assert_eq!(choices, [(None, None), (Some("delete"), Some("abroad"))]);
    assert_eq!(plan.quotas.len(), 1);
    assert_eq!(plan.quotas.first().unwrap().1.left, 99);
}

#[test]
fn there_is_no_plan_for_nothing_or_with_errors_or_beyond_a_quota() {
    assert_eq!(planned(&draft("# nothing"), LintFacts::new()), Err(PlanError::Nothing));
    let errors = planned(&draft("/a\nhttps://other.com/a\n/b c"), LintFacts::new());
    assert!(matches!(errors, Err(PlanError::Errors { errors: 2, .. })), "{errors:?}");
    let unknown = LintFacts::new().with(|facts| facts.limits.clear());
    assert_eq!(planned(&draft("/a"), unknown), Err(PlanError::Nothing));
    // The quota shrank between the linter's look and the plan.
    let mut facts = LintFacts::new();
    let text = draft(&urls("dl.site.com", 3));
    let linted = lint(&text, &facts.context());
    facts.change_limits("two", |limits| {
        limits.quotas.iter_mut().for_each(|quota| quota.left = 2);
    });
    let short = plan(&linted, &text, &facts.context());
    assert!(matches!(short, Err(PlanError::QuotaShort { left: 2, asked: 3, .. })), "{short:?}");
}

#[test]
fn a_quotas_own_batch_size_counts() {
    let facts = LintFacts::new().with(|facts| {
        facts.change_limits("two", |limits| {
            limits.quotas.iter_mut().for_each(|quota| quota.per_request = Some(2));
        });
    });
    let plan = planned(&draft(&urls("dl.site.com", 3)), facts).unwrap();
    assert_eq!(plan.requests.len(), 2);
}

#[test]
fn wider_purges_are_suggested_with_what_they_cost_and_never_the_root() {
    let text: String = (0..250)
        .map(|number| format!("https://www.site.com/img/{}/{number}.jpg\n", number % 12))
        .chain(["https://www.site.com/robots.txt\n".to_owned()])
        .collect();
    let mut facts = LintFacts::new();
    let context = facts.context();
    let linted = lint(&draft(&text), &context);
    let ways = suggest(&linted, &context);
    // Twelve directories would take two requests and one for the rest: no fewer than the URLs'
    // three.
    let [way] = ways.as_slice() else {
        unreachable!("one way: {ways:?}");
    };
    assert_eq!(way.patterns, ["/img/*"]);
    assert_eq!((way.requests, way.instead_of, way.covers, way.stay), (2, 3, 250, 1));
    assert!(way.also_removes.contains("everything else under /img/"));
    let rewritten = way.rewrite(&linted);
    assert_eq!(rewritten, "https://www.site.com/img/*\nhttps://www.site.com/robots.txt\n");
    assert_eq!(suggest(&lint(&draft("/a/b"), &context), &context), []);
}

#[test]
fn a_suggestion_that_is_taken_becomes_what_it_said() {
    for (host, patterns) in [
        ("www.site.com", ["/img/*", "/js/*"]),
        ("dl.site.com", ["https://dl.site.com/img/", "https://dl.site.com/js/"]),
    ] {
        let lines: Vec<_> = (0..3_000)
            .map(|number| match number % 3 {
                0 => format!("https://{host}/img/{}/{number}.jpg\n", number % 200),
                1 => format!("https://{host}/js/{number}.js?v=1/2\n"),
                _ => format!("https://{host}/{number}.txt\n"),
            })
            .collect();
        let mut facts = LintFacts::new();
        let context = facts.context();
        let linted = lint(&draft(&lines.concat()), &context);
        let ways = suggest(&linted, &context);
        let way = ways.last().unwrap();
        assert_eq!((way.covers, way.stay), (2_000, 1_000));
        let again = draft(&way.rewrite(&linted));
        let plan = plan(&lint(&again, &context), &again, &context).unwrap();
        assert_eq!(plan.requests.len(), way.requests);
        let wide: Vec<_> = plan
            .requests
            .iter()
            .filter(|one| one.request.kind() == Kind::Pattern)
            .flat_map(|one| one.request.payload.targets())
            .collect();
        assert_eq!(wide, patterns);
        assert!(way.requests < way.instead_of);
    }
}

/// What a vendor would count: no window overfull by what we add to what is there.
fn broken(limits: &Limits, all: &[(String, Kind, chrono::DateTime<chrono::Utc>, bool)]) -> bool {
    for kind in Kind::EVERY {
        for window in limits.rule(kind).into_iter().flat_map(|rule| &rule.windows) {
            let per = chrono::TimeDelta::from_std(window.per).unwrap();
            for (resource, _, _, _) in all {
                let mut counted: Vec<_> = all
                    .iter()
                    .filter(|(other, kind, _, _)| {
                        (window.scope == Scope::Account || other == resource)
                            && limits.rule(*kind).is_some_and(|rule| {
                                rule.windows.iter().any(|one| one.bucket == window.bucket)
                            })
                    })
                    .map(|(_, _, at, planned)| (*at, *planned))
                    .collect();
                counted.sort();
                for (number, (from, _)) in counted.iter().enumerate() {
                    let inside: Vec<_> =
                        counted[number..].iter().take_while(|(at, _)| *at - *from < per).collect();
                    if inside.len() > window.requests as usize
                        && inside.iter().any(|(_, planned)| *planned)
                    {
                        return true;
                    }
                }
            }
        }
    }
    false
}

fn account_of(linted: &Linted) -> HashMap<(String, Kind, String), usize> {
    let mut wanted = HashMap::new();
    for meaning in linted.lines.iter().filter_map(|line| line.meaning.as_ref()) {
        let key = (meaning.resource.to_string(), meaning.kind, meaning.target.clone());
        *wanted.entry(key).or_insert(0) += 1;
    }
    wanted
}

proptest! {
    #[test]
    fn a_plan_breaks_no_window_and_no_quota_and_sends_every_target_once(
        history in proptest::collection::vec((-200i64..200, 0usize..3, 0usize..4, any::<bool>()), 0..30),
        lines in proptest::collection::vec((0usize..4, 0usize..60, any::<bool>()), 1..150),
        per_request in 1u32..8, requests in 1u32..4, length in 1u64..90, account_wide: bool,
        left in 0u64..200, margin in 0i64..4,
    ) {
        let places = [("one", "1", "www"), ("one", "2", "img"), ("two", "d", "dl"), ("three", "v", "v")];
        let mut facts = LintFacts::new().with(|facts| {
            for (at, kind, place, queued) in &history {
                let (account, resource, _) = places[*place];
                let mut one = consumption(account, resource, [Kind::Url, Kind::Pattern, Kind::All][*kind], noon() + secs(*at));
                if *queued && *at >= 0 {
                    one.sent_here = true;
                    facts.queued.push(one);
                } else if *at < 0 {
                    facts.recent.push(crate::domain::budget::RecentPurge {
                        spent: one, targets: vec![], state: crate::domain::budget::RecentState::Done, by: None,
                    });
                }
            }
            for account in ["one", "two", "three"] {
                facts.change_limits(account, |limits| {
                    for rule in limits.rules.values_mut() {
                        rule.per_request = per_request;
                        for window in &mut rule.windows {
                            window.requests = requests;
                            window.per = std::time::Duration::from_secs(length);
                            if account_wide {
                                window.scope = Scope::Account;
                            }
                        }
                    }
                    for quota in &mut limits.quotas {
                        quota.left = left.min(quota.total);
                    }
                });
            }
            facts.margin = secs(margin);
        });
        let text: Vec<_> = lines.iter().map(|(place, number, pattern)| {
            format!("https://{}.site.com/{number}{}\n", places[*place].2, if *pattern { "/" } else { ".jpg" })
        }).collect();
        let draft = draft(&text.concat());
        let recent = facts.recent.clone();
        let queued = facts.queued.clone();
        let all_limits = facts.limits.clone();
        let context = facts.context();
        let linted = lint(&draft, &context);
        let plan = match plan(&linted, &draft, &context) {
            Ok(plan) => plan,
            Err(PlanError::Errors { first, .. }) => {
                prop_assert!(first.starts_with("PD035"), "{}", first);
                return Ok(());
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        // Every target once.
        let mut sent = HashMap::new();
        for planned in &plan.requests {
            let request = &planned.request;
            prop_assert!(request.payload.targets().len() <= per_request as usize);
            prop_assert!(planned.at >= noon());
            for target in request.payload.targets() {
                *sent.entry((request.resource.to_string(), request.kind(), target.clone())).or_insert(0) += 1;
            }
        }
        prop_assert_eq!(sent, account_of(&linted));
        // No window.
        for (account, limits) in &all_limits {
            let mut all: Vec<_> = recent.iter().map(|one| &one.spent).chain(&queued)
                .filter(|one| one.account == *account)
                .filter_map(|one| Some((one.resource.to_string(), one.kind?, one.at, false)))
                .collect();
            all.extend(plan.requests.iter().filter(|one| one.request.account == *account)
                .map(|one| (one.request.resource.to_string(), one.request.kind(), one.at, true)));
            prop_assert!(!broken(limits, &all));
        }
        // No quota: there are two areas, and nothing says which, so both must have room.
        for kind in [Kind::Url, Kind::Pattern] {
            let asked: usize = plan.requests.iter()
                .filter(|one| one.request.account.as_str() == "two" && one.request.kind() == kind)
                .map(|one| one.request.payload.targets().len()).sum();
            let waiting = queued.iter().filter(|one| one.account.as_str() == "two" && one.kind == Some(kind)).count();
            if asked > 0 {
                prop_assert!((asked + waiting) as u64 <= left);
            }
        }
        // The order of the plan is the order in which it goes out.
        prop_assert!(plan.requests.is_sorted_by_key(|one| one.at));
        prop_assert_eq!(plan.ends_at, plan.requests.last().unwrap().at);
    }
}

#[test]
fn a_plan_says_of_each_part_what_becomes_of_the_copies() {
    let parts = |mode: Option<&str>| {
        let mode = mode.map(str::to_owned);
        let draft = Draft { mode, ..draft("/a\nhttps://dl.site.com/b/*") };
        let plan = planned(&draft, LintFacts::new()).unwrap();
        let parts = plan.parts.into_iter();
        parts.map(|part| (part.mode, part.hardness.word())).collect::<Vec<_>>()
    };
    let mode = |word: &str| Some(word.to_owned());
    assert_eq!(parts(None), [(None, "hard"), (mode("flush"), "changed only")]);
    for word in ["delete", "hard"] {
        assert_eq!(parts(Some(word)), [(None, "hard"), (mode("delete"), "hard")], "{word}");
    }
}

#[test]
fn a_plan_says_what_it_costs_in_each_account_that_pays() {
    let facts = LintFacts::new().with(|facts| {
        let price = Price { free: 1000, mills: 5 };
        facts.change_limits("one", |limits| limits.price = Some(price));
        let month = MonthUse { month: month_of(noon()), targets: 920, is_least: false };
        facts.months.insert("one".into(), month);
    });
    let text = [urls("www.site.com", 70), urls("img.site.com", 50), urls("dl.site.com", 9)];
    let plan = planned(&draft(&text.concat()), facts).unwrap();
    let [(account, cost)] = plan.costs.as_slice() else { unreachable!("one account pays") };
    let words = "120 targets: 80 free are left this month, 40 cost $0.20";
    assert_eq!((account.as_str(), cost.words().as_str()), ("one", words));
}

#[test]
fn a_purge_of_a_host_or_of_all_that_an_expression_matches_is_of_the_highest_risk() {
    let risk = |text: &str| {
        let mut facts = LintFacts::new().with_names();
        let resource = Some(("four".into(), "s".into()));
        let draft = Draft { resource, ..draft(text) };
        let context = facts.context();
        let plan = plan(&lint(&draft, &context), &draft, &context).unwrap();
        (plan.risk, plan.high_cnames)
    };
    let high = |cname: &str| (Risk::High { cname: cname.to_owned() }, vec![cname.to_owned()]);
    assert_eq!(risk("host:cdn.site.com"), high("shop.site.com"));
    assert_eq!(risk("regex:^https?://shop\\.site\\.com/.*"), high("shop.site.com"));
    for raised in ["tag:a", "regex:^https?://shop\\.site\\.com/img/.*"] {
        assert_eq!(risk(raised), (Risk::Raised, vec![]), "{raised}");
    }
    assert_eq!(risk("ignore-query:/a.jpg"), (Risk::Low, vec![]));
}

proptest! {
    #[test]
    fn no_plan_has_more_under_way_than_may_be(
        running in proptest::collection::vec((0i64..60, 0u32..5, any::<bool>(), any::<bool>()), 0..6),
        lines in proptest::collection::vec((0usize..3, 0usize..60, any::<bool>()), 1..80),
        most in 1u32..9, usual in 1u64..40, account_wide: bool,
    ) {
        let places = [("one", "1", "www"), ("one", "2", "img"), ("three", "v", "v")];
        let scope = if account_wide { Scope::Account } else { Scope::Resource };
        let mut facts = LintFacts::new().with(|facts| {
            for account in ["one", "three"] {
                facts.change_limits(account, |limits| {
                    let cap = |kinds| UnderWay { kinds, targets: most, scope };
                    limits.under_way = vec![cap(&[Kind::Url]), cap(&[Kind::Pattern])];
                    for rule in limits.rules.values_mut() {
                        rule.windows.clear();
                        rule.usual = std::time::Duration::from_secs(usual);
                    }
                });
            }
            for (ago, targets, is_url, is_read) in &running {
                let kind = if *is_url { Kind::Url } else { Kind::Pattern };
                let one = consumption("one", "1", kind, noon() - secs(*ago));
                let kind = is_read.then_some(kind);
                facts.under_way.push(Consumption { kind, targets: *targets, is_under_way: true, ..one });
            }
        });
        let text: Vec<_> = lines.iter().map(|(place, number, pattern)| {
            let end = if *pattern { "/*" } else { ".jpg" };
            format!("https://{}.site.com/{number}{end}\n", places[*place].2)
        }).collect();
        let draft = draft(&text.concat());
        let under_way = facts.under_way.clone();
        let context = facts.context();
        let linted = lint(&draft, &context);
        let plan = plan(&linted, &draft, &context).unwrap();
        let usual = secs(usual as i64);
        for kind in [Kind::Url, Kind::Pattern] {
            for planned in plan.requests.iter().filter(|one| one.request.kind() == kind) {
                let asked = &planned.request;
                prop_assert!(asked.payload.targets().len() <= most as usize);
                let counts = |account: &AccountName, resource: &ResourceId| {
                    *account == asked.account && (account_wide || *resource == asked.resource)
                };
                // At the instant at which it goes out.
                let ours = plan.requests.iter().filter(|one| {
                    let request = &one.request;
                    request.kind() == kind && counts(&request.account, &request.resource)
                        && one.at <= planned.at && planned.at < one.at + usual
                });
                let ours: usize = ours.map(|one| one.request.payload.targets().len()).sum();
                let theirs = under_way.iter().filter(|one| {
                    let ends = if one.at + usual > noon() { one.at + usual } else { noon() + usual };
                    one.kind.is_none_or(|it| it == kind) && counts(&one.account, &one.resource)
                        && planned.at < ends
                });
                let theirs: usize = theirs.map(|one| one.counted() as usize).sum();
                prop_assert!(ours + theirs <= most as usize, "{} and {}", ours, theirs);
            }
        }
        prop_assert_eq!(
            plan.requests.iter().map(|one| one.request.payload.targets().len()).sum::<usize>(),
            account_of(&linted).len()
        );
    }

    #[test]
    fn every_target_of_every_kind_is_in_one_request_of_its_kind(
        lines in proptest::collection::vec((0usize..7, 0usize..9, any::<bool>()), 1..60),
    ) {
        let text: Vec<String> = lines.iter().map(|(kind, number, is_blog)| {
            let host = if *is_blog { "blog.site.com" } else { "shop.site.com" };
            match Kind::EVERY[*kind] {
                Kind::Url => format!("https://{host}/{number}.jpg"),
                Kind::IgnoreQuery => format!("ignore-query:https://{host}/{number}.jpg?x"),
                Kind::Pattern => format!("https://{host}/{number}/*"),
                Kind::Regex => format!("regex:https://{host}/{number}/[a-z]+"),
                Kind::Host => format!("host:{host}"),
                Kind::Tag => format!("tag:product-{number},#type-{number} @{host}"),
                Kind::All => format!("{host}/*"),
            }
        }).collect();
        let draft = draft(&text.join("\n"));
        let mut facts = LintFacts::new().with_names();
        let context = facts.context();
        let linted = lint(&draft, &context);
        let limits = context.limits_of(&"four".into()).unwrap();
        let plan = match plan(&linted, &draft, &context) {
            Ok(plan) => plan,
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let mut sent = HashMap::new();
        for planned in &plan.requests {
            let request = &planned.request;
            let most = limits.rule(request.kind()).unwrap().per_request;
            prop_assert!(request.payload.targets().len() <= most as usize);
            for target in request.payload.targets() {
                prop_assert!(!target.contains('#') && !target.contains('?'), "{}", target);
                let key = (request.resource.to_string(), request.kind(), target.clone());
                *sent.entry(key).or_insert(0) += 1;
            }
        }
        prop_assert_eq!(sent, account_of(&linted));
    }
}
