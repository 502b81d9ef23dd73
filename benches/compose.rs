//! What composing costs: reading, linting and planning a paste of ten thousand targets, and the
//! linter at every key of a draft of ordinary size.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use divan::Bencher;
use divan::counter::ItemsCount;
use purgedeck::domain::budget::{Consumption, RecentPurge, RecentState, USUAL_MARGIN};
use purgedeck::domain::document;
use purgedeck::domain::draft::Draft;
use purgedeck::domain::hosts::HostIndex;
use purgedeck::domain::ids::AccountName;
use purgedeck::domain::kind::Kind;
use purgedeck::domain::limits::{KindRule, Limits, Syntax, Wildcard};
use purgedeck::domain::lint::lint;
use purgedeck::domain::lint_context::LintContext;
use purgedeck::domain::plan::{plan, suggest};
use purgedeck::domain::resource::Resource;

const PASTE: usize = 10_000;

#[expect(dead_code, reason = "no bench needs all of it")]
#[path = "../src/testing.rs"]
mod testing;

fn main() {
    divan::main();
}

fn limits() -> Limits {
    let rule = |per_request, wildcard, bucket| KindRule {
        longest: Some(4_096),
        windows: vec![testing::window(2, 60, bucket)],
        ..testing::rule(per_request, Syntax::Path, wildcard)
    };
    testing::limits(
        rule(100, Wildcard::Nowhere, "url"),
        rule(10, Wildcard::EndDisputed, "pattern"),
        rule(0, Wildcard::Nowhere, "pattern"),
    )
}

/// Two hundred resources in ten accounts, and two hundred recent purges of ten targets each.
struct Office {
    hosts: HostIndex,
    limits: BTreeMap<AccountName, Arc<Limits>>,
    recent: Vec<RecentPurge>,
    now: DateTime<Utc>,
}

impl Office {
    fn new() -> Self {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let resources: Vec<Resource> = (0..200)
            .map(|number| Resource {
                names: vec![format!("img{number}.site.com")],
                url_purge: Some(true),
                ..Resource::new(
                    format!("account-{}", number % 10),
                    "some",
                    number.to_string(),
                    format!("www{number}.site.com"),
                )
            })
            .collect();
        let recent = (0..200)
            .map(|number| RecentPurge {
                spent: Consumption {
                    targets: 10,
                    ..testing::consumption(
                        format!("account-{}", number % 10),
                        (number % 20).to_string(),
                        Kind::Url,
                        now - TimeDelta::seconds(number),
                    )
                },
                targets: (0..10)
                    .map(|target| format!("http://www.site.com/old/{number}/{target}.jpg"))
                    .collect(),
                state: if number % 3 == 0 { RecentState::Running } else { RecentState::Done },
                by: None,
            })
            .collect();
        Self {
            hosts: HostIndex::new(&resources),
            limits: (0..10)
                .map(|number| (format!("account-{number}").into(), Arc::new(limits())))
                .collect(),
            recent,
            now,
        }
    }

    fn context(&self) -> LintContext<'_> {
        LintContext {
            unread: Vec::new(),
            served: None,
            hosts: &self.hosts,
            limits: &self.limits,
            accounts: &[],
            recent: &self.recent,
            under_way: &[],
            months: None,
            read_only: false,
            queued: Vec::new(),
            closed: Vec::new(),
            margin: USUAL_MARGIN,
            now: self.now,
        }
    }
}

fn draft(lines: impl Iterator<Item = String>) -> Draft {
    Draft {
        text: lines.collect::<Vec<_>>().join("\n"),
        resource: Some(("account-0".into(), "0".into())),
        ..Draft::default()
    }
}

/// Full URLs over twenty hosts.
fn urls(count: usize) -> Draft {
    draft((0..count).map(|number| {
        format!(
            "https://www{}.site.com/assets/{}/picture-{number}.jpg?v={}",
            number % 20,
            number % 97,
            number % 7
        )
    }))
}

/// Patterns and files that they may cover, all on one resource, with stars in every place.
fn tangle(count: usize) -> Draft {
    draft((0..count).map(|number| match number % 4 {
        0 => format!("/assets/{}/*", number % 613),
        1 => format!("/assets/*/{number}.jpg"),
        2 => format!("/assets/{}/{number}.jpg", number % 997),
        _ => format!("/assets/{}*", number % 211),
    }))
}

#[divan::bench]
fn read_10_000_urls(bencher: Bencher<'_, '_>) {
    let draft = urls(PASTE);
    bencher.counter(ItemsCount::new(PASTE)).bench(|| document::read(black_box(&draft.text), None));
}

#[divan::bench(args = [",", ", ", " ", "\",\""])]
fn read_10_000_urls_on_one_line(bencher: Bencher<'_, '_>, between: &str) {
    let text = urls(PASTE).text.replace('\n', between);
    bencher.counter(ItemsCount::new(PASTE)).bench(|| document::read(black_box(&text), None));
}

#[divan::bench]
fn lint_10_000_urls(bencher: Bencher<'_, '_>) {
    let (office, draft) = (Office::new(), urls(PASTE));
    bencher.counter(ItemsCount::new(PASTE)).bench(|| lint(black_box(&draft), &office.context()));
}

#[divan::bench]
fn lint_10_000_patterns_that_cover_each_other(bencher: Bencher<'_, '_>) {
    let (office, draft) = (Office::new(), tangle(PASTE));
    bencher.counter(ItemsCount::new(PASTE)).bench(|| lint(black_box(&draft), &office.context()));
}

#[divan::bench]
fn lint_and_plan_10_000_urls(bencher: Bencher<'_, '_>) {
    let (office, draft) = (Office::new(), urls(PASTE));
    bencher.counter(ItemsCount::new(PASTE)).bench(|| {
        let context = office.context();
        let linted = lint(black_box(&draft), &context);
        plan(&linted, &draft, &context)
    });
}

#[divan::bench]
fn plan_1_000_requests_one_after_the_other(bencher: Bencher<'_, '_>) {
    let office = Office::new();
    let draft = draft((0..PASTE).map(|number| format!("/assets/{number}/*")));
    let linted = lint(&draft, &office.context());
    bencher.bench(|| plan(black_box(&linted), &draft, &office.context()));
}

#[divan::bench]
fn suggest_for_10_000_urls(bencher: Bencher<'_, '_>) {
    let office = Office::new();
    let draft = draft((0..PASTE).map(|number| format!("/assets/{}/{number}.jpg", number % 97)));
    let linted = lint(&draft, &office.context());
    bencher.bench(|| suggest(black_box(&linted), &office.context()));
}

#[divan::bench(args = [1, 100, 1_000])]
fn lint_at_a_key(bencher: Bencher<'_, '_>, lines: usize) {
    let (office, draft) = (Office::new(), urls(lines));
    bencher.bench(|| lint(black_box(&draft), &office.context()));
}
