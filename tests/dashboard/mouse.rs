//! Clicks on what is drawn to be clicked on.

use purgedeck::app::{Input, Msg};
use purgedeck::domain::column::Column;
use purgedeck::domain::event::{Event, Level, Notice};
use purgedeck::domain::query::Sort;
use purgedeck::effect::{Effect, Order, Report, TerminalEffect};
use purgedeck::panes::Pointer;

use super::stage::{Stage, setup};

fn sort(stage: &Stage) -> Sort {
    stage.pane().rows().sort()
}

#[test]
fn a_click_on_a_tab_shows_its_view() {
    let mut stage = Stage::new((100, 30));
    stage.click("Failed 24h");
    assert_eq!(stage.app.workspace().view(), "Failed 24h");
    stage.click("1 All");
    assert_eq!(stage.app.workspace().view(), "All");
}

#[test]
fn a_click_on_the_title_of_a_column_sorts_by_it_and_the_next_one_turns_the_order() {
    let mut stage = Stage::new((120, 30));
    stage.click("STATUS");
    assert_eq!(sort(&stage), Sort::by(Column::Status));
    stage.click("STATUS");
    assert_eq!(sort(&stage), Sort::by(Column::Status).turned());
    stage.press("|");
    let panes = stage.app.workspace().shown();
    assert_eq!(stage.app.workspace().focus(), panes[1]);
    // The first on the screen is that of the pane at the left.
    stage.click("ACCOUNT");
    assert_eq!(stage.app.workspace().focus(), panes[0]);
    assert_eq!(sort(&stage), Sort::by(Column::Account));
}

#[test]
fn a_click_on_a_row_of_the_palette_or_of_a_picker_chooses_it() {
    let mut stage = Stage::new((100, 30));
    stage.press(":");
    stage.type_text("help");
    stage.click("Show all keys");
    assert!(stage.text().contains("Help · purgedeck"), "{}", stage.text());
    let mut stage = Stage::new((100, 30));
    stage.press("s");
    stage.click("most first");
    assert_eq!(sort(&stage), Sort::by(Column::Targets));
    assert!(stage.app.overlays().is_empty());
}

#[test]
fn a_click_on_a_hint_does_what_it_says() {
    let mut stage = Stage::new((100, 30));
    stage.click("? help");
    assert!(stage.text().contains("Help · purgedeck"), "{}", stage.text());
    stage.click("esc back");
    assert!(stage.app.overlays().is_empty());
    let mut stage = Stage::empty((160, 30), 40, setup());
    stage.start();
    stage.take_asked();
    stage.click("r refresh");
    let asked = stage.take_asked();
    assert!(asked.contains(&Effect::Order(Order::Refresh { account: None })), "{asked:?}");
}

#[test]
fn what_an_overlay_covers_cannot_be_clicked_on() {
    let mut stage = Stage::new((100, 30));
    stage.press("c");
    for y in 0..28 {
        for x in (0..100).step_by(9) {
            stage.press_mouse(Pointer::Press, (x, y));
        }
    }
    assert_eq!(stage.app.overlays().len(), 1);
    assert_eq!(stage.app.workspace().view(), "All");
    assert_eq!(sort(&stage), Sort::NEWEST);
    stage.send(Msg::Input(Input::Mouse(Pointer::Release, (1, 1))));
}

#[test]
fn a_click_on_a_notice_shows_all_of_it() {
    let mut stage = Stage::new((80, 24));
    for words in ["The first of two.", "The second of two."] {
        let notice = Notice { level: Level::Info, account: None, words: words.to_owned() };
        stage.report(Report::Event(Event::Notice(notice)));
    }
    stage.press("!");
    stage.click("The first of two.");
    stage.take_asked();
    stage.press("y");
    let copied = stage.take_asked();
    let wanted = Effect::Terminal(TerminalEffect::Copy("The first of two.".to_owned()));
    assert!(copied.contains(&wanted), "{copied:?}");
}

#[test]
fn the_wheel_in_an_overlay_does_what_the_arrows_do_and_leaves_the_board_alone() {
    let mut stage = Stage::new((100, 30));
    let board = stage.text();
    for opened in ["s", "?", "c", "Q", "P"] {
        let mut arrows = Stage::new((100, 30));
        stage.press(opened);
        arrows.press(opened);
        for (wheel, key) in [(3, "down"), (-2, "up")] {
            stage.send(Msg::Input(Input::Mouse(Pointer::Wheel(wheel), (50, 15))));
            (0..wheel.abs()).for_each(|_| arrows.press(key));
            assert_eq!(stage.text(), arrows.text(), "{opened} {key}");
        }
        stage.press("esc");
    }
    assert_eq!(stage.text(), board);
}
