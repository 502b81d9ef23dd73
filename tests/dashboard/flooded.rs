//! More than anybody types, as from a terminal that pastes without brackets: every field takes what
//! it can, says so, and can be left.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use purgedeck::app::{Input, Msg, Setup};
use purgedeck::commands::Context;
use purgedeck::config::new_account::forms;
use purgedeck::config::paths::Paths;
use purgedeck::effect::{Effect, TerminalEffect};
use purgedeck::panes::StartOffer;

use super::stage::Stage;

/// The characters of the flood.
const TYPED: usize = 100_000;
/// The characters of it that come at once.
const AT_ONCE: usize = 16 << 10;
/// The presses of ctrl-c that leave from anywhere: one for each thing that is open.
const LEAVES: usize = 6;

fn on_board(keys: &str) -> Stage {
    let mut stage = Stage::new((100, 30));
    stage.press(keys);
    stage
}

/// A plan of this line.
fn planned(line: &str) -> Stage {
    let mut stage = Stage::alone((100, 30));
    stage.press("P");
    stage.type_text(line);
    stage.press("ctrl-p");
    stage
}

/// The first start after these keys.
fn starting(keys: &str) -> Stage {
    let paths = Paths { config: "/home/mira/c.toml".into(), ..Paths::default() };
    let (config_file, forms) = (paths.config.clone(), forms(&paths));
    let offer = StartOffer { forms, config_file, has_file: false, has_history: false };
    let setup = Setup { start: Some(offer), ..Setup::default() };
    let mut stage = Stage::empty((100, 30), 0, setup);
    stage.start();
    stage.press(keys);
    stage
}

/// Every field and every overlay, each with a way to it.
fn ways() -> Vec<(String, Stage)> {
    let boards = [
        "/",
        "P",
        "P tab",
        "P tab tab",
        "P ctrl-r",
        "P alt-r",
        "P ctrl-o",
        "P x esc D",
        "b",
        "c",
        "Q",
        "A",
        "L",
        "!",
        "?",
        "? /",
        ":",
        "w",
        "a",
        "s",
        "T",
        "W",
        "ctrl-s",
    ];
    let starts = [
        "",
        "enter",
        "enter down",
        "enter down down",
        "enter ctrl-t",
        "enter ctrl-t ctrl-t",
        "j enter",
        "j enter down",
        "j j enter",
        "j j enter down",
        "j j enter down down",
    ];
    let mut ways: Vec<(String, Stage)> = Vec::new();
    ways.extend(boards.map(|keys| (keys.to_owned(), on_board(keys))));
    ways.extend(starts.map(|keys| (format!("first start, {keys}"), starting(keys))));
    for line in ["https://www.site.com/a.jpg", "https://www.site.com/*"] {
        ways.push((format!("plan of {line}"), planned(line)));
    }
    ways
}

/// The type of the topmost overlay.
fn overlay(stage: &Stage) -> Option<String> {
    let debug = format!("{:?}", stage.app.overlays().last()?);
    Some(debug.chars().take_while(char::is_ascii_alphanumeric).collect())
}

/// The types of all overlays that there are.
fn overlays() -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/panes")];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let named = text.lines().filter_map(|line| line.strip_prefix("impl Overlay for "));
            found.extend(named.map(|rest| rest.trim_end_matches(" {").to_owned()));
        }
    }
    found
}

#[test]
fn every_field_and_overlay_takes_a_flood_and_is_left_by_ctrl_c() {
    let mut seen = BTreeSet::new();
    for (way, mut stage) in ways() {
        seen.extend(overlay(&stage));
        let contexts = stage.app.contexts();
        let (takes_text, is_field) =
            (contexts.contains(&Context::Text), contexts.contains(&Context::Field));
        for _ in 0..TYPED.div_ceil(AT_ONCE) {
            stage.send(Msg::Input(Input::Typed("a".repeat(AT_ONCE))));
        }
        let text = stage.text();
        if is_field {
            assert!(
                text.contains("It does not fit: this line takes no more than"),
                "{way}: {text}"
            );
        } else {
            assert!(!takes_text || text.contains("aaaa"), "{way}: {text}");
        }
        stage.take_asked();
        let quit = Effect::Terminal(TerminalEffect::Quit);
        let left = (0..LEAVES).any(|_| {
            stage.press("ctrl-c");
            stage.take_asked().contains(&quit)
        });
        assert!(left, "{way}: {}", stage.text());
    }
    assert_eq!(seen, overlays(), "a new overlay needs its way in the list above");
}

#[test]
fn a_paste_that_does_not_fit_is_left_out_whole_and_told() {
    for (keys, kept) in [("/", "status:failed"), (":", "queue"), ("W", "Mine"), ("P tab", "why")] {
        let mut stage = on_board(keys);
        stage.type_text(kept);
        stage.send(Msg::Input(Input::Paste("b".repeat(TYPED))));
        let text = stage.text();
        assert!(text.contains("It does not fit"), "{keys}: {text}");
        assert!(text.contains(kept) && !text.contains("bbb"), "{keys}: {text}");
    }
}

#[test]
fn a_filter_of_more_values_than_can_be_typed_comes_back_on_escape() {
    let mut stage = on_board("/");
    let longest = format!("cname:{}", vec!["www.site.com"; 1_259].join(","));
    stage.send(Msg::Input(Input::Paste(longest)));
    stage.press("enter F");
    let narrowed = stage.pane().filter().filter().clone();
    assert!(stage.filter().len() > AT_ONCE, "{} bytes", stage.filter().len());
    stage.press("/ ctrl-w ctrl-w ctrl-w ctrl-w");
    assert!(*stage.pane().filter().filter() != narrowed);
    stage.press("esc");
    assert!(*stage.pane().filter().filter() == narrowed);
}
