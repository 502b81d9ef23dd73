//! The filter bar: applied while it is typed, kept by Enter, taken back by Esc.

use std::sync::Arc;

use purgedeck::app::{Input, Msg};
use purgedeck::domain::event::Event;
use purgedeck::effect::{Effect, Query, Report, TerminalEffect};

use super::stage::Stage;

#[test]
fn every_letter_narrows_what_is_shown() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("status:");
    assert_eq!(stage.selected(), 400, "not a filter yet");
    stage.type_text("failed");
    assert_eq!(stage.selected(), 51);
    stage.type_text(" www.");
    stage.press("enter");
    assert_eq!(stage.filter(), "status:failed www.");
}

#[test]
fn each_change_asks_for_rows_and_overview_once() {
    let mut stage = Stage::new((80, 24));
    stage.press("/ h");
    let asked = stage.take_asked();
    let count = |wanted: fn(&Effect) -> bool| asked.iter().filter(|effect| wanted(effect)).count();
    assert_eq!(count(|effect| matches!(effect, Effect::Query(Query::Window { .. }))), 1);
    assert_eq!(count(|effect| matches!(effect, Effect::Query(Query::Summary { .. }))), 1);
    stage.press("left right home end");
    let windows = |effect: &Effect| matches!(effect, Effect::Query(Query::Window { .. }));
    assert!(!stage.take_asked().iter().any(windows));
}

#[test]
fn escape_brings_back_what_was_shown_before() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("status:failed");
    stage.press("enter /");
    stage.type_text("hero");
    assert_ne!(stage.selected(), 51);
    stage.press("esc");
    assert_eq!(stage.filter(), "status:failed");
    assert_eq!(stage.selected(), 51);
}

#[test]
fn letters_that_are_keys_elsewhere_are_letters_here() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("qP?:jk 1");
    assert!(
        stage.take_asked().iter().all(|effect| *effect != Effect::Terminal(TerminalEffect::Quit))
    );
    assert!(stage.text().contains("qP?:jk 1"));
}

#[test]
fn enter_does_not_keep_what_cannot_be_read() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("status:nonsense");
    stage.press("enter");
    assert!(stage.text().contains("/ status:nonsense"), "{}", stage.text());
    assert_eq!(stage.filter(), "");
}

#[test]
fn tab_goes_through_what_could_be_typed() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("stat");
    stage.press("tab");
    stage.type_text("fa");
    stage.press("tab");
    assert!(stage.text().contains("/ status:failed"), "{}", stage.text());
    assert_eq!(stage.selected(), 51);
}

#[test]
fn tab_offers_the_cnames_that_are_known_and_backtab_goes_back() {
    let mut stage = Stage::new((100, 30));
    stage.press("/");
    stage.type_text("cname:");
    stage.press("tab");
    let first = stage.filter();
    stage.press("tab");
    let second = stage.filter();
    assert_ne!(first, second);
    assert!(first.starts_with("cname:") && second.starts_with("cname:"));
    stage.press("backtab");
    assert_eq!(stage.filter(), first);
}

#[test]
fn earlier_filters_come_back() {
    let mut stage = Stage::new((80, 24));
    for text in ["status:failed", "kind:all"] {
        stage.press("ctrl-l /");
        stage.type_text(text);
        stage.press("enter");
    }
    stage.press("/ up up");
    assert!(stage.text().contains("/ status:failed"), "{}", stage.text());
}

#[test]
fn a_paste_goes_into_the_field_and_nowhere_else() {
    let mut stage = Stage::new((80, 24));
    stage.send(Msg::Input(Input::Paste(" \n".to_owned())));
    assert_eq!(stage.take_asked(), []);
    stage.press("/");
    stage.send(Msg::Input(Input::Paste("status:\n".to_owned())));
    stage.type_text("failed");
    assert_eq!(stage.selected(), 51);
}

fn bar(stage: &Stage) -> Vec<String> {
    let text = stage.text();
    let lines = text.lines().map(|line| line.trim_matches(['│', ' ']));
    lines.skip(3).take(2).map(str::to_owned).collect()
}

#[test]
fn a_word_that_is_being_typed_is_no_fault_before_enter_and_keeps_what_is_shown() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("www status:f");
    assert_eq!(bar(&stage), ["/ www status:failed", "failed  successful"]);
    assert_eq!(stage.filter(), "www", "the last one that can be read");
    stage.press("enter");
    let [_, fault] = bar(&stage).try_into().unwrap();
    assert!(fault.contains("no status is called f"), "{fault}");
    assert_eq!(stage.filter(), "www");
    stage.press("tab");
    assert_eq!(bar(&stage), ["/ www status:failed", "failed  successful"]);
    assert_eq!(stage.filter(), "www status:failed");
}

#[test]
fn a_fault_that_nothing_completes_is_told_at_once() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("status:zz cname:w");
    let [_, fault] = bar(&stage).try_into().unwrap();
    assert!(fault.contains("no status is called zz"), "{fault}");
    assert_eq!(stage.filter(), "");
}

#[test]
fn an_account_that_is_nowhere_is_an_error_with_the_nearest_name() {
    let typed = |text: &str, heard: bool| {
        let mut stage = Stage::new((100, 30));
        if heard {
            let stored = vec![("edge-old".into(), Some("elder".into()))];
            stage.report(Report::Event(Event::Stored(Arc::new(stored))));
        }
        stage.press("/");
        stage.type_text(text);
        stage.press("enter");
        (stage.filter(), stage.text())
    };
    for (text, before, fault) in [
        ("account:edge-prdo", "", "▲ did you mean edge-prod? no account is called edge-prdo"),
        ("/img -account:nowhere", "/img", "▲ no account is called nowhere"),
        ("provider:nothcdn", "", "▲ did you mean northcdn? no account has the provider nothcdn"),
    ] {
        let (kept, screen) = typed(text, true);
        assert_eq!(kept, before, "only what could be read is applied: {text}");
        assert!(screen.contains(fault), "{screen}");
        assert_eq!(typed(text, false).0, text, "nobody knows yet what the store holds");
    }
    for text in ["account:edge-old", "account:edge-*,edge-old", "provider:elder,southcdn"] {
        assert_eq!(typed(text, true).0, text);
    }
}
