//! The overview of a selection: the timeline by status, ranges of time, counts that narrow.

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::app::Setup;
use purgedeck::domain::purge::Purge;
use purgedeck::domain::status::Status;
use purgedeck::effect::{Effect, Query, SavedView};
use purgedeck::theme::{ColourDepth, Glyphs, Role, Theme};
use ratatui::buffer::Cell;
use ratatui::style::Color;

use super::stage::{Stage, setup};

const SIZES: [(u16, u16); 4] = [(160, 50), (100, 30), (80, 24), (60, 20)];

/// The cells of the timeline: foregrounds and backgrounds.
fn bars(stage: &Stage) -> Vec<[Color; 2]> {
    cells(stage).iter().map(|cell| [cell.fg, cell.bg]).collect()
}

fn symbols(stage: &Stage) -> Vec<String> {
    cells(stage).iter().map(|cell| cell.symbol().to_owned()).collect()
}

fn cells(stage: &Stage) -> Vec<Cell> {
    let board = stage.app.workspace();
    let places = board.places(ratatui::layout::Rect::new(0, 2, stage.size.0, stage.size.1 - 4));
    let pane = board.pane(board.focus()).unwrap();
    let area = pane.layout(places[0].1).bars;
    let buffer = stage.draw();
    area.positions().map(|at| &buffer[at]).filter(|cell| cell.symbol() != " ").cloned().collect()
}

#[test]
fn what_failed_is_never_green_at_any_size() {
    for size in SIZES {
        let mut stage = Stage::new(size);
        let green = stage.theme.style(Role::Bar).fg.unwrap();
        let red = stage.theme.style(Role::BarFailed).fg.unwrap();
        let line = stage.theme.style(Role::Border).fg.unwrap();
        assert!(bars(&stage).iter().flatten().any(|colour| *colour == red), "{size:?}");
        for text in ["status:failed", "-status:successful,in_progress,report_disabled"] {
            stage.show(text);
            let cells = bars(&stage);
            assert!(!cells.is_empty() && !cells.iter().flatten().any(|colour| *colour == green));
            assert!(cells.iter().all(|cell| cell[0] == red || cell[0] == line), "{size:?}");
        }
        stage.show("status:in_progress");
        let cells = bars(&stage);
        assert!(!cells.iter().flatten().any(|colour| [green, red].contains(colour)), "{size:?}");
    }
}

#[test]
fn in_ascii_failures_have_letters_of_their_own() {
    for size in SIZES {
        let mut stage = Stage::new(size);
        stage.theme = Theme::named("default", ColourDepth::None, Glyphs::ASCII).unwrap();
        stage.show("status:failed");
        let symbols = symbols(&stage);
        let letters = ["x", "X", "'"];
        assert!(symbols.iter().all(|symbol| letters.contains(&symbol.as_str())), "{symbols:?}");
        assert!(symbols.contains(&"X".to_owned()), "{size:?} {symbols:?}");
    }
}

#[test]
fn failures_are_found_by_keys_and_a_range_of_bars_is_zoomed() {
    let mut stage = Stage::new((160, 50));
    stage.press("{");
    let board = stage.app.workspace();
    let chosen = board.pane(board.focus()).unwrap().timeline().choice().unwrap();
    assert!(chosen.2.failed > 0, "{chosen:?}");
    assert!(stage.text().contains("failed"), "{}", stage.text());
    stage.press("{");
    let board = stage.app.workspace();
    let earlier = board.pane(board.focus()).unwrap().timeline().choice().unwrap();
    assert!(earlier.2.failed > 0 && earlier.1 <= chosen.0, "{earlier:?}");
    stage.press("} }");
    assert!(stage.text().contains("No further failure in this direction."), "{}", stage.text());
    stage.press("esc h shift-left < < shift-right");
    let board = stage.app.workspace();
    let timeline = board.pane(board.focus()).unwrap().timeline();
    let (first, last) = timeline.chosen().unwrap();
    assert_eq!(last - first, 2);
    let (from, until, _) = timeline.choice().unwrap();
    stage.press("z");
    let board = stage.app.workspace();
    let predicate = board.pane(board.focus()).unwrap().filter().predicate().clone();
    let apart = |one: DateTime<Utc>, other: DateTime<Utc>| (one - other).abs();
    assert!(apart(predicate.from.unwrap(), from) < TimeDelta::minutes(1));
    assert!(apart(predicate.until.unwrap(), until) <= TimeDelta::minutes(1));
}

#[test]
fn the_caption_tells_the_exceptions_the_peak_and_the_days() {
    let mut stage = Stage::with((160, 50), 4_000);
    let text = stage.text();
    let failed = stage.store.iter().filter(|it| it.1.status == Status::Failed).count();
    let words = format!("✗ {failed} failed · ◐ 2 in progress");
    assert!(text.contains(&words), "{text}");
    assert!(text.contains("peak ") && text.contains(" 20 Nov "), "{text}");
    stage.resize((60, 20));
    let text = stage.text();
    assert!(text.contains("21 Nov"), "{text}");
}

#[test]
fn ranges_step_back_and_on_and_end_at_now() {
    let mut stage = Stage::with((80, 24), 4_000);
    stage.press("[");
    assert_eq!(stage.filter(), "on:2026-11-20");
    stage.press("[");
    assert_eq!(stage.filter(), "on:2026-11-19");
    stage.press("] ]");
    assert_eq!(stage.filter(), "on:2026-11-21");
    stage.press("]");
    assert_eq!(stage.filter(), "on:2026-11-21");
    assert!(stage.text().contains("nothing later than now"), "{}", stage.text());
    stage.show("kind:url since:6h");
    stage.press("[");
    assert_eq!(stage.filter(), "kind:url on:2026-11-20T22:04Z..2026-11-21T04:05Z");
    stage.press("esc");
    assert_eq!(stage.filter(), "");
    stage.press("T");
    let text = stage.text();
    assert!(text.contains("the last hour") && text.contains("yesterday"), "{text}");
    stage.press("down enter");
    assert_eq!(stage.filter(), "since:24h");
}

fn count(stage: &Stage, is: impl Fn(&Purge) -> bool) -> u64 {
    stage.store.iter().filter(|(_, purge)| is(purge)).count() as u64
}

#[test]
fn counts_narrow_to_what_is_chosen_and_leave_it_out() {
    let mut stage = Stage::new((160, 50));
    stage.press("b");
    let text = stage.text();
    for words in ["status", "kind", "account", "host", "by", "edge-prod", "mira"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    stage.press("j enter");
    assert_eq!(stage.filter(), "status:successful");
    assert_eq!(stage.selected(), count(&stage, |purge| purge.status == Status::Successful));
    stage.press("esc b space j space enter");
    assert_eq!(stage.filter(), "status:in_progress,failed");
    let either = |purge: &Purge| matches!(purge.status, Status::InProgress | Status::Failed);
    assert_eq!(stage.selected(), count(&stage, either));
    stage.press("esc b tab tab -");
    assert_eq!(stage.filter(), "-account:edge-prod");
    assert_eq!(stage.selected(), count(&stage, |purge| purge.account.as_str() != "edge-prod"));
    stage.press("b backtab enter");
    assert_eq!(stage.filter(), "-account:edge-prod by:mira");
    stage.press("b esc");
    assert_eq!(stage.filter(), "-account:edge-prod by:mira", "esc changes nothing");
}

#[test]
fn counts_follow_the_history_while_they_are_looked_at() {
    let mut stage = Stage::new((80, 24));
    stage.press("b j space");
    let before = stage.text();
    let line = |text: &str| text.lines().find(|line| line.contains("◆")).map(str::to_owned);
    stage.arrive(1);
    let after = stage.text();
    assert!(line(&after).is_some_and(|line| line.contains("successful")), "{after}");
    assert_ne!(line(&before), line(&after), "one more");
}

#[test]
fn the_counts_at_160_by_50() {
    let mut stage = Stage::new((160, 50));
    stage.press("b j space");
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_counts_at_80_by_24() {
    let mut stage = Stage::new((80, 24));
    stage.press("b");
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_counts_at_60_by_20() {
    let mut stage = Stage::new((60, 20));
    stage.press("b");
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn every_one_of_a_thousand_views_is_counted_once() {
    let view = |at: usize| SavedView {
        name: format!("view {at}"),
        filter: "status:failed".to_owned(),
        ..SavedView::default()
    };
    let views: Vec<SavedView> = (0..1_000).map(view).collect();
    let number = views.len() + 3;
    let mut stage = Stage::empty((100, 30), 40, Setup { views, ..setup() });
    stage.start();
    let counted = |effect: &Effect| matches!(effect, Effect::Query(Query::Summary { .. }));
    let asked = stage.take_asked().into_iter().filter(counted).count();
    assert_eq!(asked, number);
    assert!((0..number).all(|tab| stage.app.workspace().count(tab).is_some()));
}
