//! Drafts by keys and pastes, and what they lead to.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use chrono::TimeDelta;

use super::*;
use crate::domain::budget::{RecentPurge, RecentState};
use crate::domain::event::StoreError;
use crate::domain::filter::Filter;
use crate::domain::kind::Kind;
use crate::domain::known::Known;
use crate::domain::limits::{Hardness, Mode};
use crate::effect::Query;
use crate::testing;
use crate::testing::pane_ctx_with;

/// One account, whose vendor wants paths, with one resource.
fn ctx() -> PaneCtx<'static> {
    let mut known = Known::new(vec![testing::account("prod")], false, false);
    let resource = testing::resource("prod", "1", "www.site.com");
    known.learn_resources("prod".into(), Arc::new(vec![resource]));
    known.limits.insert("prod".into(), Arc::new(testing::path_limits()));
    pane_ctx_with(known)
}

fn open(draft: Draft, ctx: &PaneCtx<'_>) -> (ComposePane, Vec<Effect>) {
    ComposePane::open(KeptDraft::new(draft, ctx.tickets.take(), ctx.now), ctx)
}

fn compose(text: &str) -> (ComposePane, PaneCtx<'static>, Vec<Effect>) {
    let ctx = ctx();
    let (mut pane, _) = open(Draft::default(), &ctx);
    let effects = pane.on_paste(text, &ctx).effects;
    (pane, ctx, effects)
}

fn targets(pane: &ComposePane) -> Vec<&str> {
    let meanings = pane.checked.linted.lines.iter().filter_map(|line| line.meaning.as_ref());
    meanings.map(|meaning| meaning.target.as_str()).collect()
}

#[test]
fn urls_that_are_pasted_behind_one_begin_on_a_line_of_their_own() {
    let ctx = ctx();
    let (mut pane, _) = open(Draft::default(), &ctx);
    pane.on_typed("https://www.site.com/m1.jpg", &ctx);
    pane.on_paste("https://www.site.com/m2.jpg", &ctx);
    assert_eq!(pane.draft().text, "https://www.site.com/m1.jpg\nhttps://www.site.com/m2.jpg");
    // A piece of a line goes where the cursor stands, and so does a URL behind a word that wants
    // one.
    pane.on_paste("?w=2", &ctx);
    pane.on_paste("\ncurl -X PURGE ", &ctx);
    pane.on_paste("https://www.site.com/m3.jpg", &ctx);
    assert!(
        pane.draft().text.ends_with("m2.jpg?w=2\ncurl -X PURGE https://www.site.com/m3.jpg"),
        "{}",
        pane.draft().text
    );
}

#[test]
fn a_pasted_url_is_shown_in_the_form_that_the_vendor_gets() {
    let (pane, _, _) = compose("https://www.site.com/a.jpg\nhttps://www.site.com/img/*");
    assert_eq!(targets(&pane), ["/a.jpg", "/img/*"]);
}

#[test]
fn a_paste_asks_for_recent_purges_once_and_keeps_the_draft() {
    let (mut pane, ctx, effects) = compose("https://www.site.com/a.jpg");
    assert!(matches!(
        effects.as_slice(),
        [Effect::Query(Query::Recent { .. }), Effect::Order(Order::KeepDraft(_))]
    ));
    let again = pane.on_typed("g", &ctx).effects;
    assert!(matches!(again.as_slice(), [Effect::Order(Order::KeepDraft(_))]));
}

#[test]
fn control_characters_of_a_paste_stay_in_the_draft_and_block_it() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a\u{1b}[31m.jpg\r\n/b.jpg\n");
    assert_eq!(pane.draft().text, "https://www.site.com/a\u{1b}[31m.jpg\n/b.jpg\n");
    assert!(pane.checked.linted.all_findings().any(|it| it.code == "PD006"));
    let update = pane.on_command(Command::ComposePlan, &ctx);
    assert!(matches!(update.requests.as_slice(), [AppRequest::Notice(_)]));
}

#[test]
fn a_draft_with_an_error_leads_to_no_plan_and_says_why() {
    let (mut pane, ctx, _) = compose("https://nowhere.example/a.jpg");
    let update = pane.on_command(Command::ComposePlan, &ctx);
    assert!(
        matches!(update.requests.as_slice(), [AppRequest::Notice(notice)] if notice.level == Level::Info)
    );
}

#[test]
fn an_empty_draft_leads_to_no_plan() {
    let (mut pane, ctx, _) = compose("");
    let update = pane.on_command(Command::ComposePlan, &ctx);
    assert!(
        matches!(update.requests.as_slice(), [AppRequest::Notice(notice)] if notice.level == Level::Info)
    );
}

#[test]
fn a_sound_draft_leads_to_its_plan() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a.jpg");
    let update = pane.on_command(Command::ComposePlan, &ctx);
    let [AppRequest::Open(Opening::Plan(plan, draft, _))] = update.requests.as_slice() else {
        unreachable!("{update:?}")
    };
    assert_eq!(plan.requests.len(), 1);
    assert_eq!(draft.draft.text, "https://www.site.com/a.jpg");
}

#[test]
fn everything_is_purged_only_by_choice_of_kind_and_resource() {
    let (mut pane, ctx, _) = compose("");
    for _ in 0..3 {
        pane.on_command(Command::ComposeKind, &ctx);
    }
    assert!(pane.checked.plan.is_err());
    pane.on_overlay_answer(
        &OverlayAnswer::Picked {
            purpose: PickFor::Resource,
            values: vec![PickValue::Resource("prod".into(), "1".into())],
        },
        &ctx,
    );
    assert!(
        pane.checked
            .plan
            .is_ok_and(|plan| { plan.requests.iter().all(|it| it.request.kind() == Kind::All) })
    );
}

#[test]
fn a_file_is_added_below_what_was_typed() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a.jpg");
    let answer =
        OverlayAnswer::Prompted { purpose: PromptFor::TargetsFile, text: "list.txt".to_owned() };
    let effects = pane.on_overlay_answer(&answer, &ctx).effects;
    let [Effect::Order(Order::ReadFile { ticket, .. })] = effects.as_slice() else {
        unreachable!("{effects:?}")
    };
    let answer =
        Answer::FileRead { ticket: *ticket, result: Ok("https://www.site.com/b.jpg\n".to_owned()) };
    pane.on_answer(&answer, &ctx);
    assert_eq!(targets(&pane), ["/a.jpg", "/b.jpg"]);
}

#[test]
fn wider_purges_are_offered_and_taken_only_by_choice() {
    let lines: Vec<String> =
        (0..250).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    let (mut pane, ctx, _) = compose(&lines.join("\n"));
    assert!(pane.checked.plan.as_ref().is_ok_and(|plan| plan.requests.len() > 1));
    let update = pane.on_command(Command::ComposeWiden, &ctx);
    let [AppRequest::Open(Opening::Pick(pick))] = update.requests.as_slice() else {
        unreachable!("{update:?}")
    };
    assert_eq!(targets(&pane).len(), 250, "nothing is changed by looking");
    let answer = OverlayAnswer::Picked {
        purpose: PickFor::Wider,
        values: pick.items.iter().take(1).map(|item| item.value.clone()).collect(),
    };
    let update = pane.on_overlay_answer(&answer, &ctx);
    assert_eq!(targets(&pane), ["/img/*"]);
    assert!(matches!(
        update.requests.as_slice(),
        [AppRequest::Notice(notice)] if notice.words.contains("/img/")
    ));
    let none = pane.on_command(Command::ComposeWiden, &ctx);
    assert!(matches!(none.requests.as_slice(), [AppRequest::Notice(_)]));
}

#[test]
fn wider_purges_are_patterns_also_where_the_kind_url_was_chosen() {
    let ctx = ctx();
    let lines: Vec<String> = (0..250).map(|n| format!("/img/{n}.jpg")).collect();
    let resource = Some(("prod".into(), "1".into()));
    let draft =
        Draft { text: lines.join("\n"), kind: Some(Kind::Url), resource, ..Draft::default() };
    let (mut pane, _) = open(draft, &ctx);
    let values = vec![PickValue::Place(0)];
    pane.on_overlay_answer(&OverlayAnswer::Picked { purpose: PickFor::Wider, values }, &ctx);
    assert_eq!(targets(&pane), ["/img/*"]);
    assert!(pane.checked.plan.is_ok(), "{:?}", pane.checked.plan);
}

#[test]
fn the_purge_that_a_line_would_repeat_can_be_looked_at() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a.jpg");
    let none = pane.on_command(Command::ComposeFollow, &ctx);
    assert!(matches!(none.requests.as_slice(), [AppRequest::Notice(_)]));
    let at = ctx.now - TimeDelta::seconds(20);
    let answer = Answer::Recent {
        ticket: pane.recent_ticket,
        result: Ok(RecentUse {
            purges: vec![RecentPurge {
                spent: testing::consumption("prod", "1", Kind::Url, at),
                targets: vec!["/a.jpg".to_owned()],
                state: RecentState::Running,
                by: None,
            }],
            ..RecentUse::default()
        }),
    };
    pane.on_answer(&answer, &ctx);
    let update = pane.on_command(Command::ComposeFollow, &ctx);
    let [AppRequest::Show(filter)] = update.requests.as_slice() else { unreachable!("{update:?}") };
    let filter: Filter = filter.parse().unwrap();
    let shown = filter.resolve(ctx.now, ctx.zone);
    assert!(shown.from <= Some(at) && shown.until > Some(at), "{shown:?}");
}

#[test]
fn a_draft_that_was_thrown_away_is_forgotten_and_comes_back_by_undo() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a.jpg\n/b.jpg");
    pane.on_command(Command::ComposeKind, &ctx);
    let before = pane.draft().clone();
    let update = pane.on_command(Command::ComposeDiscard, &ctx);
    let forgotten = Order::ForgetDraft(pane.kept.id.clone());
    assert_eq!(update.effects, [Effect::Order(forgotten)]);
    assert!(pane.draft().text.is_empty());
    pane.on_typed("x", &ctx);
    pane.on_command(Command::TextUndo, &ctx);
    let update = pane.on_command(Command::TextUndo, &ctx);
    assert_eq!(pane.draft(), &before);
    assert!(update.effects.contains(&Effect::Order(Order::KeepDraft(pane.kept.clone()))));
}

#[test]
fn an_empty_draft_is_not_thrown_away_and_compose_stays_open() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a.jpg");
    pane.on_command(Command::ComposeDiscard, &ctx);
    let update = pane.on_command(Command::ComposeDiscard, &ctx);
    assert!(update.effects.is_empty(), "{update:?}");
    assert!(matches!(update.requests.as_slice(), [AppRequest::Notice(notice)]
        if notice.words.contains("The draft is empty")));
    pane.on_command(Command::TextUndo, &ctx);
    assert_eq!(pane.draft().text, "https://www.site.com/a.jpg");
}

#[test]
fn a_key_goes_from_one_wrong_line_to_the_next_and_round() {
    let mut lines: Vec<String> =
        (0..300).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    lines[40] = "https://nowhere.example/a".to_owned();
    lines[200] = "https://www.site.com/a b".to_owned();
    let (mut pane, ctx, _) = compose(&lines.join("\n"));
    assert_eq!(pane.lines.cursor().0, 40, "a paste opens at its first error");
    let mut went = |command| {
        pane.on_command(command, &ctx);
        pane.lines.cursor().0
    };
    assert_eq!(went(Command::FindingNext), 200);
    assert_eq!(went(Command::FindingNext), 40, "round from the end");
    assert_eq!(went(Command::FindingPrevious), 200);
    assert_eq!(went(Command::TextLast), 299);
    assert!(went(Command::PageUp) < 299);
    assert_eq!(went(Command::PageDown), 299);
    assert_eq!(went(Command::TextFirst), 0);
    assert_eq!(went(Command::PageUp), 0);
}

#[test]
fn where_no_line_is_wrong_the_key_says_so() {
    let (mut pane, ctx, _) = compose("https://www.site.com/a.jpg");
    let update = pane.on_command(Command::FindingNext, &ctx);
    assert!(matches!(update.requests.as_slice(), [AppRequest::Notice(_)]));
}

#[test]
fn errors_are_gone_to_before_warnings() {
    let mut lines: Vec<String> =
        (0..300).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    for line in [10, 100] {
        lines[line] = lines[0].clone();
    }
    for line in [40, 200] {
        lines[line] = format!("https://nowhere.example/{line}");
    }
    let (mut pane, ctx, _) = compose(&lines.join("\n"));
    let mut visited = vec![pane.lines.cursor().0];
    for _ in 0..4 {
        pane.on_command(Command::FindingNext, &ctx);
        visited.push(pane.lines.cursor().0);
    }
    assert_eq!(visited, [40, 200, 10, 100, 40]);
    // From anywhere else, also from a line with a warning, errors come first.
    pane.lines.go_to_line(100);
    pane.on_command(Command::FindingNext, &ctx);
    assert_eq!(pane.lines.cursor().0, 200);
    // Also where all warnings stand below all errors.
    let same = "https://www.site.com/a\nhttps://www.site.com/a";
    let (mut pane, ctx, _) = compose(&format!("https://nowhere.example/x\n{same}\n{same}"));
    pane.lines.go_to_line(1);
    pane.on_command(Command::FindingNext, &ctx);
    assert_eq!(pane.lines.cursor().0, 0);
}

#[test]
fn equal_findings_are_one_row_below_those_of_the_line_under_the_cursor() {
    let mut lines = vec!["https://www.site.com/a.jpg"; 21];
    lines.push("https://nowhere.example/x");
    let (mut pane, ..) = compose(&lines.join("\n"));
    let folded = |pane: &ComposePane| -> Vec<(&'static str, usize)> {
        pane.folded_findings().iter().map(|row| (row.finding.code, row.lines)).collect()
    };
    assert_eq!(folded(&pane), [("PD002", 1), ("PD009", 20)]);
    pane.lines.go_to_line(5);
    assert_eq!(folded(&pane), [("PD009", 1), ("PD002", 1), ("PD009", 19)]);
}

#[test]
fn a_line_that_says_something_else_does_not_count_once_it_is_listed_by_itself() {
    let lines = ["https://a.example/x", "https://b.example/x", "https://b.example/y"];
    let (mut pane, ..) = compose(&lines.join("\n"));
    for (line, equal) in [(0, true), (1, false), (2, false)] {
        pane.lines.go_to_line(line);
        let folded = pane.folded_findings();
        assert_eq!(folded[0].finding.line, Some(line));
        assert_eq!((folded[1].lines, folded[1].equal), (2, equal), "{line}");
    }
    pane.lines.on_command(Command::TextNewline);
    assert_eq!(pane.count(Severity::Error), 3);
}

/// The hosts of each question about accounts that served them.
fn asked_hosts(effects: &[Effect]) -> Vec<(Ticket, Vec<String>)> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Query(Query::Served { ticket, hosts }) => Some((*ticket, hosts.clone())),
        Effect::Query(_) | Effect::Order(_) | Effect::Terminal(_) => None,
    });
    asked.collect()
}

#[test]
fn it_is_asked_once_which_account_served_a_host_and_every_answer_counts() {
    let (mut pane, ctx, effects) = compose("https://one.example/a");
    let one = asked_hosts(&effects);
    assert_eq!(one[0].1, ["one.example"]);
    let two = asked_hosts(&pane.on_paste("https://two.example/a", &ctx).effects);
    assert_eq!(two[0].1, ["two.example"]);
    pane.on_paste("https://one.example/b", &ctx);
    for ((ticket, hosts), account) in [(&one[0], "old"), (&two[0], "older")] {
        let served = hosts.iter().map(|host| (host.clone(), account.into())).collect();
        let answer = Answer::Served { ticket: *ticket, result: Ok(served) };
        assert_eq!(asked_hosts(&pane.on_answer(&answer, &ctx).effects), []);
    }
    let words: Vec<&str> =
        pane.checked.linted.all_findings().map(|finding| finding.words.as_str()).collect();
    for served in ["old served one.example before", "older served two.example before"] {
        assert!(words.iter().any(|words| words.contains(served)), "{words:?}");
    }
    // Gone and back again.
    pane.on_command(Command::TextUndo, &ctx);
    pane.on_command(Command::TextUndo, &ctx);
    assert_eq!(asked_hosts(&pane.on_paste("https://two.example/z", &ctx).effects), []);
}

#[test]
fn a_host_is_asked_about_again_when_the_answer_was_a_failure() {
    let (mut pane, ctx, effects) = compose("https://one.example/a");
    let asked = asked_hosts(&effects);
    assert_eq!(asked.len(), 1, "{effects:?}");
    let ticket = asked[0].0;
    let error = StoreError { words: "The disk is busy.".to_owned(), advice: String::new() };
    let failed = Answer::Served { ticket, result: Err(error) };
    assert_eq!(asked_hosts(&pane.on_answer(&failed, &ctx).effects), []);
    let again = asked_hosts(&pane.on_paste("\n/b", &ctx).effects);
    assert_eq!(again[0].1, ["one.example"]);
    // While that is under way, it is not asked a second time.
    assert_eq!(asked_hosts(&pane.on_paste("\n/c", &ctx).effects), []);
    let served = [("one.example".to_owned(), "old".into())].into();
    let answer = Answer::Served { ticket: again[0].0, result: Ok(served) };
    pane.on_answer(&answer, &ctx);
    let words: Vec<&str> =
        pane.checked.linted.all_findings().map(|finding| finding.words.as_str()).collect();
    assert!(words.iter().any(|words| words.contains("old served one.example before")));
    assert_eq!(asked_hosts(&pane.on_paste("\n/d", &ctx).effects), []);
}

#[test]
fn the_reason_and_the_ticket_are_checked_without_the_lines() {
    let mut account = testing::account("prod");
    account.reason_required = true;
    account.ticket_pattern = Some("INC-*".to_owned());
    let mut known = Known::new(vec![account], false, false);
    let resource = testing::resource("prod", "1", "www.site.com");
    known.learn_resources("prod".into(), Arc::new(vec![resource]));
    known.limits.insert("prod".into(), Arc::new(testing::path_limits()));
    let ctx = pane_ctx_with(known);
    let (mut pane, _) = open(Draft::default(), &ctx);
    pane.on_paste("https://www.site.com/a.jpg", &ctx);
    let codes = |pane: &ComposePane| -> Vec<&'static str> {
        pane.checked.linted.all_findings().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(&pane), ["PD032", "PD033"]);
    // Were the lines looked at again, they would be read again.
    "as it was".clone_into(&mut pane.checked.linted.lines[0].input);
    pane.on_command(Command::FocusNext, &ctx);
    let effects = pane.on_typed("x", &ctx).effects;
    assert!(matches!(effects.as_slice(), [Effect::Order(Order::KeepDraft(_))]), "{effects:?}");
    assert_eq!((codes(&pane), pane.count(Severity::Error)), (vec!["PD033"], 1));
    pane.on_command(Command::FocusNext, &ctx);
    pane.on_paste("INC-7", &ctx);
    assert_eq!(codes(&pane), Vec::<&str>::new());
    assert!(pane.checked.plan.is_ok() && pane.draft().ticket == "INC-7");
    pane.on_command(Command::TextDeleteToStart, &ctx);
    assert_eq!(codes(&pane), ["PD033"]);
    assert!(pane.checked.plan.is_err());
    assert_eq!(pane.checked.linted.lines[0].input, "as it was");
}

#[test]
fn a_paste_behind_one_that_jumped_to_a_finding_joins_no_lines() {
    let first = ["https://www.site.com/a", "https://www.site.com/b", "https://www.site.com/a"];
    let (mut pane, ctx, _) = compose(&first.join("\n"));
    assert_eq!(pane.lines.cursor(), (2, 0), "at the line that stands there twice");
    pane.on_paste("https://www.site.com/c\nhttps://www.site.com/d", &ctx);
    pane.on_paste("/e.jpg", &ctx);
    pane.on_paste("https://www.site.com/f\n", &ctx);
    let mut lines: Vec<&str> = pane.draft().text.lines().filter(|it| !it.is_empty()).collect();
    lines.sort_unstable();
    let at = |path: &str| format!("https://www.site.com/{path}");
    let wanted = ["/e.jpg".to_owned(), at("a"), at("a"), at("b"), at("c"), at("d"), at("f")];
    assert_eq!(lines, wanted);
}

#[test]
fn a_fix_keeps_the_kind_that_a_row_of_the_history_has() {
    let ctx = ctx();
    let kinds = [("/app#x".to_owned(), Kind::Pattern)].into();
    let draft = Draft {
        text: "/app#x\n/b".to_owned(),
        kinds,
        resource: Some(("prod".into(), "1".into())),
        ..Draft::default()
    };
    let (mut pane, _) = open(draft, &ctx);
    pane.lines.go_to_line(0);
    pane.on_command(Command::ComposeFix, &ctx);
    assert_eq!(pane.draft().text, "/app\n/b");
    let kinds: Vec<Kind> =
        pane.checked.linted.lines.iter().filter_map(|it| Some(it.meaning.as_ref()?.kind)).collect();
    assert_eq!(kinds, [Kind::Pattern, Kind::Url]);
}

#[test]
fn modes_that_do_the_same_to_the_copies_are_one_choice() {
    let ctx = ctx();
    let mut known = ctx.known.clone();
    let modes = |words: [(&'static str, Hardness); 2]| {
        let mut limits = testing::path_limits();
        let modes = words.map(|(word, hardness)| Mode { word, meaning: "", hardness });
        limits.rule_mut(Kind::Pattern).unwrap().modes = modes.to_vec();
        Arc::new(limits)
    };
    let flush = [("flush", Hardness::ChangedOnly), ("delete", Hardness::Hard)];
    let invalidate = [("invalidate", Hardness::Soft), ("force", Hardness::Hard)];
    known.limits.insert("prod".into(), modes(flush));
    known.limits.insert("test".into(), modes(invalidate));
    let other = testing::resource("test", "2", "img.site.com");
    known.learn_resources("test".into(), Arc::new(vec![other]));
    let ctx = pane_ctx_with(known);
    let (mut pane, _) = open(Draft::default(), &ctx);
    pane.on_paste("https://www.site.com/a/*\nhttps://img.site.com/b/*", &ctx);
    let words: Vec<&str> = pane.modes(&ctx).iter().map(|mode| mode.word).collect();
    assert_eq!(words, ["flush", "delete", "invalidate"]);
    let mut chosen = Vec::new();
    for _ in 0..3 {
        pane.on_command(Command::ComposeMode, &ctx);
        let plan = pane.checked.plan.as_ref().unwrap();
        let modes = plan.parts.iter().map(|part| part.mode.clone().unwrap());
        chosen.push(modes.collect::<Vec<_>>());
    }
    assert_eq!(
        chosen,
        [["delete", "force"], ["flush", "invalidate"], ["flush", "invalidate"]],
        "delete, then invalidate, then flush"
    );
}

/// Two accounts: `prod` knows URLs, patterns and everything; `four` every kind.
fn ctx_of_every_kind() -> PaneCtx<'static> {
    let accounts = vec![testing::account("prod"), testing::account("four")];
    let mut known = Known::new(accounts, false, false);
    let places = [("prod", "1", "www.site.com"), ("four", "s", "shop.site.com")];
    for (account, id, cname) in places {
        let resource = testing::resource(account, id, cname);
        known.learn_resources(account.into(), Arc::new(vec![resource]));
    }
    known.limits.insert("prod".into(), Arc::new(testing::path_limits()));
    known.limits.insert("four".into(), Arc::new(testing::named_limits()));
    pane_ctx_with(known)
}

#[test]
fn the_kind_goes_round_those_that_a_vendor_of_the_draft_offers() {
    let ctx = ctx_of_every_kind();
    let round = |text: &str| -> Vec<Kind> {
        let (mut pane, _) = open(Draft { text: text.to_owned(), ..Draft::default() }, &ctx);
        let mut kinds = Vec::new();
        loop {
            pane.on_command(Command::ComposeKind, &ctx);
            match pane.draft().kind {
                Some(kind) => kinds.push(kind),
                None => return kinds,
            }
        }
    };
    assert_eq!(round("https://www.site.com/a.jpg"), [Kind::Url, Kind::Pattern, Kind::All]);
    assert_eq!(round("https://shop.site.com/a.jpg"), Kind::EVERY);
    assert_eq!(round("https://www.site.com/a\nhttps://shop.site.com/a"), Kind::EVERY);
    assert_eq!(round(""), Kind::EVERY);
}

#[test]
fn tags_are_composed_by_the_kind_or_by_their_label() {
    let ctx = ctx_of_every_kind();
    let resource = Some(("four".into(), "s".into()));
    let (mut pane, _) = open(Draft { resource, ..Draft::default() }, &ctx);
    pane.on_paste("Cache-Tag: product-42, home", &ctx);
    assert_eq!(targets(&pane), Vec::<&str>::new());
    while pane.draft().kind != Some(Kind::Tag) {
        pane.on_command(Command::ComposeKind, &ctx);
    }
    assert_eq!(targets(&pane), ["product-42", "home"]);
    pane.on_paste("\nbad\u{200b}name, #type", &ctx);
    pane.on_command(Command::ComposeDropErrors, &ctx);
    assert_eq!(targets(&pane), ["product-42", "home", "type"]);
    assert_eq!(pane.draft().format, None, "the kind goes on telling how it is read");
    let labelled = "tag:product-42\nhost:shop.site.com";
    let (pane, _) = open(Draft { text: labelled.to_owned(), ..pane.draft().clone() }, &ctx);
    assert_eq!(targets(&pane), ["product-42"], "a host is no tag");
}
