//! The first start: a vendor is chosen, its form filled in, tested and written.

use std::path::PathBuf;

use purgedeck::app::Setup;
use purgedeck::config::new_account::forms;
use purgedeck::config::paths::Paths;
use purgedeck::domain::ids::Ticket;
use purgedeck::domain::new_account::{NewAccount, NewValue};
use purgedeck::domain::resource::Resource;
use purgedeck::domain::secret::Secret;
use purgedeck::effect::{Answer, Effect, NextScreen, Order, Report, TerminalEffect};
use purgedeck::panes::StartOffer;
use purgedeck::theme::{ColourDepth, Glyphs, Theme};

use super::stage::Stage;

const CONFIG: &str = "/home/mira/.config/purgedeck/config.toml";

fn first(size: (u16, u16)) -> Stage {
    let paths = Paths { config: PathBuf::from(CONFIG), ..Paths::default() };
    let start = StartOffer {
        forms: forms(&paths),
        config_file: paths.config,
        has_file: false,
        has_history: false,
    };
    let mut stage = Stage::empty(size, 0, Setup { start: Some(start), ..Setup::default() });
    stage.start();
    stage.asked.clear();
    stage
}

/// The form of the vendor on this line, counted from 0.
fn form(size: (u16, u16), line: usize) -> Stage {
    let mut stage = first(size);
    for _ in 0..line {
        stage.press("j");
    }
    stage.press("enter");
    stage
}

fn tested(stage: &mut Stage) -> Option<(Ticket, NewAccount)> {
    stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Order(Order::TestAccount { ticket, account }) => Some((ticket, account)),
        _ => None,
    })
}

fn written(stage: &mut Stage) -> Option<(Ticket, NewAccount)> {
    stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Order(Order::WriteAccount { ticket, account }) => Some((ticket, account)),
        _ => None,
    })
}

fn answer(stage: &mut Stage, ticket: Ticket, result: Result<usize, &str>) {
    let resource = |n| Resource::new("gcore", "gcore", format!("{n}"), format!("www{n}.site.com"));
    let result = result.map(|count| (0..count).map(resource).collect()).map_err(str::to_owned);
    stage.report(Report::Answer(Answer::AccountTested { ticket, result }));
}

fn values(account: &NewAccount) -> Vec<(&str, NewValue)> {
    account.values.iter().map(|(key, value)| (key.as_str(), value.clone())).collect()
}

const REFUSED: &str = "401 token refused: The token is not known. Check the account's secret: it \
                       may be cut short, expired or revoked.";

#[test]
fn the_vendors_at_every_size() {
    for (name, size) in [("60", (60, 20)), ("80", (80, 24)), ("160", (160, 50))] {
        insta::assert_snapshot!(format!("the_vendors_at_{name}"), first(size).picture());
    }
}

#[test]
fn a_form_whose_token_was_refused_at_every_size() {
    for (name, size) in [("60", (60, 20)), ("80", (80, 24)), ("160", (160, 50))] {
        let mut stage = form(size, 0);
        stage.type_text("29841$c767");
        stage.press("enter");
        let (ticket, _) = tested(&mut stage).unwrap();
        answer(&mut stage, ticket, Err(REFUSED));
        for words in REFUSED.split_whitespace() {
            assert!(stage.text().contains(words), "{words}: {}", stage.text());
        }
        insta::assert_snapshot!(format!("a_refused_token_at_{name}"), stage.picture());
    }
}

#[test]
fn without_colours_and_in_ascii_the_form_can_be_read() {
    let mut stage = form((80, 24), 3);
    stage.theme = Theme::named("default", ColourDepth::None, Glyphs::ASCII).unwrap();
    stage.type_text("0a-1b");
    stage.press("enter ctrl-t");
    let buffer = stage.draw();
    assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn a_pasted_token_is_never_shown_and_is_tested_and_written() {
    let mut stage = form((80, 24), 0);
    stage.type_text("29841$c767");
    assert!(stage.text().contains("**********"), "{}", stage.text());
    assert!(!stage.text().contains("c767") && !format!("{:?}", stage.app).contains("c767"));
    stage.press("enter");
    let (ticket, account) = tested(&mut stage).unwrap();
    assert_eq!((account.name.as_str(), account.provider.as_str()), ("gcore", "gcore"));
    let typed = NewValue::Paste(Secret::new("29841$c767".to_owned()));
    assert_eq!(values(&account), [("token", typed)]);
    answer(&mut stage, ticket, Ok(12));
    let words = "Gcore lists 12 resources: www0.site.com, www1.site.com, www2.site.com and 9";
    assert!(stage.text().contains(words), "{}", stage.text());
    stage.press("enter");
    let (ticket, same) = written(&mut stage).unwrap();
    assert_eq!(same, account);
    let result = Ok(PathBuf::from(CONFIG));
    stage.report(Report::Answer(Answer::AccountWritten { ticket, result }));
    let open = Effect::Terminal(TerminalEffect::Open(NextScreen::Board));
    assert!(stage.take_asked().contains(&open));
}

#[test]
fn each_source_of_a_secret_is_a_key_away_and_keeps_its_text() {
    let mut stage = form((80, 24), 0);
    stage.press("ctrl-t");
    assert!(stage.text().contains("GCORE_API_KEY"), "the vendor's own variable is proposed");
    stage.press("ctrl-u");
    stage.type_text("MY_TOKEN");
    stage.press("enter");
    let (ticket, account) = tested(&mut stage).unwrap();
    assert_eq!(values(&account), [("token", NewValue::Env("MY_TOKEN".to_owned()))]);
    answer(&mut stage, ticket, Err("token: the environment variable MY_TOKEN is not set"));
    stage.press("ctrl-t");
    assert!(stage.text().contains("/home/mira/.config/purgedeck/gcore.token"));
    stage.press("ctrl-u");
    stage.type_text("~/t");
    stage.press("enter");
    let (ticket, account) = tested(&mut stage).unwrap();
    assert_eq!(values(&account), [("token", NewValue::File("~/t".to_owned()))]);
    answer(&mut stage, ticket, Err("token: cannot read it"));
    stage.press("ctrl-t enter");
    assert!(stage.text().contains("token is missing."), "{}", stage.text());
    stage.type_text("op read op://a/b");
    stage.press("enter");
    let (ticket, account) = tested(&mut stage).unwrap();
    assert_eq!(values(&account), [("token", NewValue::Command("op read op://a/b".to_owned()))]);
    answer(&mut stage, ticket, Err("token: op failed"));
    stage.press("ctrl-t ctrl-t");
    assert!(stage.text().contains("MY_TOKEN"), "{}", stage.text());
}

#[test]
fn enter_goes_to_what_is_missing_before_anything_is_asked() {
    let mut stage = form((80, 24), 1);
    stage.type_text("AKID1");
    stage.press("enter");
    assert_eq!(tested(&mut stage), None);
    stage.type_text("key2");
    stage.press("up up ctrl-u");
    stage.type_text("cn-prod");
    stage.press("enter");
    let (_, account) = tested(&mut stage).unwrap();
    assert_eq!(account.name, "cn-prod");
    let typed = |text: &str| NewValue::Paste(Secret::new(text.to_owned()));
    assert_eq!(values(&account), [("secret_id", typed("AKID1")), ("secret_key", typed("key2"))]);
}

#[test]
fn a_test_can_be_stopped_and_its_late_answer_is_not_believed() {
    let mut stage = form((80, 24), 0);
    stage.type_text("29841");
    stage.press("enter");
    let (ticket, _) = tested(&mut stage).unwrap();
    assert!(stage.text().contains("Asking Gcore for its resources. esc stops it."));
    stage.press("x enter esc");
    assert!(stage.take_asked().contains(&Effect::Order(Order::StopTest)));
    assert!(stage.text().contains("The test was stopped"), "{}", stage.text());
    answer(&mut stage, ticket, Ok(3));
    assert!(!stage.text().contains("lists 3"), "{}", stage.text());
    stage.press("enter");
    let (ticket, account) = tested(&mut stage).unwrap();
    let typed = NewValue::Paste(Secret::new("29841".to_owned()));
    assert_eq!(values(&account), [("token", typed)], "nothing was typed while it was tested");
    answer(&mut stage, ticket, Ok(3));
    stage.type_text("x");
    stage.press("enter");
    assert!(tested(&mut stage).is_some(), "a change is tested again");
}

#[test]
fn what_failed_can_be_written_as_it_stands_and_a_file_that_is_there_is_said() {
    let mut stage = form((80, 24), 0);
    stage.type_text("29841");
    stage.press("enter");
    let (ticket, _) = tested(&mut stage).unwrap();
    answer(&mut stage, ticket, Err("cannot connect. Check the network."));
    stage.press("ctrl-s");
    let (ticket, _) = written(&mut stage).unwrap();
    let fault = format!("{CONFIG} exists already and was not changed. Move it away.");
    let result = Err(fault);
    stage.report(Report::Answer(Answer::AccountWritten { ticket, result }));
    assert!(stage.text().contains("exists already"), "{}", stage.text());
    let open = |effect: &Effect| matches!(effect, Effect::Terminal(TerminalEffect::Open(_)));
    assert!(!stage.take_asked().iter().any(open));
}

#[test]
fn quitting_asks_for_nothing_to_be_written_and_the_demo_is_a_choice() {
    for (vendor, keys) in [(None, "q"), (None, "esc"), (None, "G enter"), (Some(0), "ctrl-c")] {
        let mut stage = vendor.map_or_else(|| first((80, 24)), |line| form((80, 24), line));
        stage.press(keys);
        assert_eq!(stage.take_asked(), [Effect::Terminal(TerminalEffect::Quit)], "{keys}");
    }
    let mut stage = form((80, 24), 0);
    stage.type_text("q1");
    stage.press("esc");
    assert_eq!(stage.take_asked(), [], "one step back");
    stage.press("j j enter");
    assert!(stage.text().contains("Account at Medianova"), "{}", stage.text());
    stage.press("esc G k enter");
    let demo = Effect::Terminal(TerminalEffect::Open(NextScreen::Demo));
    assert!(stage.take_asked().contains(&demo));
}

#[test]
fn no_size_is_too_small_to_draw() {
    let mut stages = [first((1, 1)), form((1, 1), 3)];
    stages[1].press("enter");
    for stage in &mut stages {
        for width in [1, 2, 9, 30, 31, 45, 60, 79, 120, 300] {
            for height in 1..40 {
                stage.resize((width, height));
                stage.draw();
            }
        }
    }
}

#[test]
fn clicks_choose_a_vendor_and_go_from_line_to_line() {
    let mut stage = first((80, 24));
    stage.click("Medianova");
    assert!(stage.text().contains("First start"), "the first click only goes there");
    stage.click("Medianova");
    assert!(stage.text().contains("Account at Medianova"), "{}", stage.text());
    stage.click("medianova");
    stage.press("ctrl-u");
    stage.type_text("mn");
    stage.click("base_url");
    stage.type_text("https://vendor.example");
    let text = stage.text();
    assert!(text.contains("mn") && text.contains("https://vendor.example"), "{text}");
}
