//! Several panes: each with its own filter and cursor, focus that is seen and goes round.

use purgedeck::app::{Input, Msg};
use purgedeck::effect::PaneId;
use purgedeck::panes::Pointer;

use super::stage::Stage;

fn filter_of(stage: &Stage, pane: PaneId) -> String {
    stage.app.workspace().pane(pane).unwrap().filter().text().to_owned()
}

#[test]
fn a_split_shows_the_same_and_then_goes_its_own_way() {
    let mut stage = Stage::new((120, 40));
    stage.press("f |");
    let shown = stage.app.workspace().shown();
    assert_eq!(shown.len(), 2);
    assert_eq!(filter_of(&stage, shown[1]), "cname:www.site.com");
    assert_eq!(stage.app.workspace().focus(), shown[1]);
    stage.press("ctrl-l");
    assert_eq!(filter_of(&stage, shown[0]), "cname:www.site.com");
    assert_eq!(filter_of(&stage, shown[1]), "");
    stage.press("tab");
    assert_eq!(stage.app.workspace().focus(), shown[0]);
    stage.press("-");
    assert_eq!(stage.app.workspace().shown().len(), 3);
    stage.press("x x");
    assert_eq!(stage.app.workspace().shown().len(), 1);
    stage.press("x");
    assert!(stage.text().contains("This is the tab's only pane."));
}

#[test]
fn there_is_no_split_without_room() {
    let mut stage = Stage::new((60, 24));
    stage.press("|");
    assert_eq!(stage.app.workspace().shown().len(), 1);
    assert!(stage.text().contains("There is no room"));
}

#[test]
fn every_pane_sees_what_arrives() {
    let mut stage = Stage::new((160, 40));
    stage.press("|");
    stage.arrive(3);
    let newest = stage.store[0].0;
    for pane in stage.app.workspace().shown() {
        let pane = stage.app.workspace().pane(pane).unwrap();
        assert_eq!(pane.rows().in_view()[0].key, newest);
    }
}

#[test]
fn a_click_focuses_and_selects_and_the_wheel_scrolls() {
    let mut stage = Stage::new((120, 24));
    stage.press("|");
    let shown = stage.app.workspace().shown();
    stage.send(Msg::Input(Input::Mouse(Pointer::Press, (10, 8))));
    assert_eq!(stage.app.workspace().focus(), shown[0]);
    let cursor = |stage: &Stage| {
        let pane = stage.app.workspace().pane(shown[0]).unwrap();
        pane.rows().here().unwrap().key
    };
    let first = stage.store[0].0;
    assert_ne!(cursor(&stage), first);
    stage.send(Msg::Input(Input::Mouse(Pointer::Wheel(-3), (10, 8))));
    stage.send(Msg::Input(Input::Mouse(Pointer::Wheel(-3), (10, 8))));
    assert_eq!(cursor(&stage), first);
}

#[test]
fn a_drag_over_the_timeline_chooses_its_bars() {
    let mut stage = Stage::new((120, 24));
    let pane = |stage: &Stage| {
        let board = stage.app.workspace();
        board.pane(board.focus()).unwrap().timeline().chosen()
    };
    stage.send(Msg::Input(Input::Mouse(Pointer::Press, (30, 3))));
    stage.send(Msg::Input(Input::Mouse(Pointer::Drag, (40, 3))));
    assert_eq!(pane(&stage), Some((29, 39)));
    stage.press("z");
    let board = stage.app.workspace();
    let text = board.pane(board.focus()).unwrap().filter().text();
    assert!(text.starts_with("on:"), "{text}");
}

#[test]
fn a_smaller_screen_keeps_the_cursor_in_view() {
    let mut stage = Stage::new((120, 50));
    for _ in 0..30 {
        stage.press("j");
    }
    for size in [(120, 20), (40, 10), (20, 5), (160, 60)] {
        stage.resize(size);
        let board = stage.app.workspace();
        let rows = board.pane(board.focus()).unwrap().rows();
        assert_eq!(rows.here().unwrap().key, stage.store[30].0);
        if size.0 > 30 {
            assert!(rows.cursor_in_view() < rows.in_view().len(), "{size:?}");
        }
    }
}
