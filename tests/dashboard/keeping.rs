//! The board comes back as it was left.

use chrono::{FixedOffset, TimeDelta};
use purgedeck::app::{Msg, Setup, next_wake};
use purgedeck::domain::board::KeptBoard;
use purgedeck::domain::column::Column;
use purgedeck::domain::event::{Level, Notice};
use purgedeck::domain::query::Sort;
use purgedeck::domain::view::SavedView;
use purgedeck::domain::zone::Zone;
use purgedeck::effect::{Effect, Order, TerminalEffect};

use super::stage::Stage;

fn setup(board: Option<KeptBoard>) -> Setup {
    let mine = SavedView {
        name: "Mine".to_owned(),
        filter: "cname:www.site.com".to_owned(),
        ..SavedView::default()
    };
    Setup {
        views: vec![mine],
        other_zone: Zone::Fixed(FixedOffset::east_opt(7_200).unwrap()),
        keeps_board: true,
        board,
        ..super::stage::setup()
    }
}

fn start(setup: Setup) -> Stage {
    let mut stage = Stage::empty((160, 50), 400, setup);
    stage.start();
    stage.hear_of_accounts();
    stage.asked.clear();
    stage
}

/// What was asked to be kept since the last look.
fn kept(stage: &mut Stage) -> Vec<KeptBoard> {
    let asked = stage.take_asked().into_iter();
    asked
        .filter_map(|effect| match effect {
            Effect::Order(Order::KeepBoard(board)) => Some(board),
            _ => None,
        })
        .collect()
}

fn wait(stage: &mut Stage) {
    stage.now += TimeDelta::seconds(2);
    stage.send(Msg::Woke);
}

fn without_clock(stage: &Stage) -> String {
    stage.text().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn splits_filters_order_columns_view_and_zone_are_there_at_the_next_start() {
    let mut stage = start(setup(None));
    stage.show("kind:pattern");
    stage.press("|");
    stage.show("kind:all");
    stage.press("S -");
    stage.show("status:failed");
    stage.press("c j j space enter t 4");
    stage.show("account:edge-prod");
    wait(&mut stage);
    let board = kept(&mut stage).pop().unwrap();
    let left = without_clock(&stage);
    stage.press("1");
    let first = without_clock(&stage);
    let mut again = start(setup(Some(board)));
    again.now = stage.now;
    again.resize((160, 50));
    let (text, had) = (without_clock(&again), left);
    assert_eq!(lines_of(&text), lines_of(&had));
    again.press("1");
    assert_eq!(lines_of(&without_clock(&again)), lines_of(&first));
    assert_eq!(again.app.workspace().shown().len(), 3);
}

/// The lines of the panes: notices and the keys below them depend on what was done last.
fn lines_of(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    lines[..lines.len() - 2].to_vec()
}

#[test]
fn a_run_of_changes_is_kept_once_a_moment_later_and_then_nothing_is_left_to_do() {
    let mut stage = start(setup(None));
    let idle = next_wake(&stage.app, stage.now).unwrap();
    assert!(idle - stage.now > TimeDelta::seconds(2));
    stage.press("2 3 |");
    assert_eq!(kept(&mut stage), []);
    let wake = next_wake(&stage.app, stage.now).unwrap();
    assert!(wake - stage.now <= TimeDelta::seconds(1));
    wait(&mut stage);
    assert_eq!(kept(&mut stage).len(), 1);
    assert!(next_wake(&stage.app, stage.now).unwrap() - stage.now > TimeDelta::seconds(1));
    stage.press("j k");
    wait(&mut stage);
    assert_eq!(kept(&mut stage), []);
    // Back before it was kept: nothing changed.
    stage.press("t t");
    wait(&mut stage);
    assert_eq!(kept(&mut stage), []);
}

#[test]
fn quitting_keeps_what_was_not_kept_yet() {
    let mut stage = start(setup(None));
    stage.press("2 q");
    let asked = stage.take_asked();
    let [.., Effect::Order(Order::KeepBoard(board)), Effect::Terminal(TerminalEffect::Quit)] =
        asked.as_slice()
    else {
        panic!("{asked:?}")
    };
    assert_eq!(board.view, "Unfinished");
    assert_eq!(stage.app.leave(), None);
}

#[test]
fn where_nothing_is_kept_nothing_is_written() {
    let mut stage = start(super::stage::setup());
    stage.press("2 |");
    wait(&mut stage);
    stage.press("q");
    assert_eq!(kept(&mut stage), []);
}

fn left_filtered() -> KeptBoard {
    let mut stage = start(setup(None));
    stage.press("4");
    stage.show("kind:all");
    wait(&mut stage);
    kept(&mut stage).pop().unwrap()
}

#[test]
fn a_view_that_was_named_is_shown_as_it_is_defined() {
    let again = start(setup(Some(left_filtered())));
    assert_eq!((again.app.workspace().view(), again.filter().as_str()), ("Mine", "kind:all"));
    let view = Some("Mine".to_owned());
    let named = start(Setup { view, ..setup(Some(left_filtered())) });
    assert_eq!(named.filter(), "cname:www.site.com");
    let view = Some("All".to_owned());
    let other = start(Setup { view, ..setup(Some(left_filtered())) });
    assert_eq!(other.app.workspace().view(), "All");
}

#[test]
fn a_view_that_was_defined_anew_meanwhile_is_shown_as_it_is_defined() {
    let mut setup = setup(Some(left_filtered()));
    setup.views[0].filter = "cname:img.site.com".to_owned();
    let again = start(setup);
    assert_eq!(again.filter(), "cname:img.site.com");
}

#[test]
fn a_view_whose_panes_were_changed_meanwhile_is_shown_as_it_is_defined() {
    let mut setup = setup(Some(left_filtered()));
    setup.views[0].panes = vec!["right of 1: status:failed".parse().unwrap()];
    let again = start(setup);
    assert_eq!(again.filter(), "cname:www.site.com");
    assert_eq!(again.app.workspace().shown().len(), 2);
}

#[test]
fn a_zone_that_was_changed_in_the_file_meanwhile_is_the_one_that_is_shown() {
    let mut stage = start(setup(None));
    stage.press("t");
    wait(&mut stage);
    let board = kept(&mut stage).pop().unwrap();
    let toggled = stage.app.zone();
    assert_eq!(start(setup(Some(board.clone()))).app.zone(), toggled);
    let text = board.to_text().unwrap();
    assert_eq!(KeptBoard::from_text(&text).unwrap(), board);
    let changed = Setup { zone: Zone::Local, other_zone: Zone::Utc, ..setup(Some(board)) };
    assert_eq!(start(changed).app.zone(), Zone::Local);
}

#[test]
fn only_what_may_change_the_board_has_it_looked_at() {
    let mut stage = start(setup(None));
    let print = |stage: &Stage| stage.app.workspace().fingerprint();
    let board = |stage: &Stage| {
        let workspace = stage.app.workspace();
        (workspace.view().to_owned(), workspace.kept())
    };
    let mut seen = (print(&stage), board(&stage));
    stage.press("j k G g space space enter esc ? esc b esc P a esc : esc l h ctrl-d ctrl-u * *");
    assert_eq!((print(&stage), board(&stage)), seen);
    for keys in
        ["2", "|", "S", "c down down space enter", "/ k i n d : a l l enter", "tab", "x", "-"]
    {
        stage.press(keys);
        let now = (print(&stage), board(&stage));
        assert!(now.0 != seen.0 && now.1 != seen.1, "{keys}");
        seen = now;
    }
}

#[test]
fn a_board_that_cannot_be_read_is_a_notice_and_no_failure() {
    let words = "The board as it was left cannot be shown: it is damaged.".to_owned();
    let notice = Notice { level: Level::Warning, account: None, words: words.clone() };
    let stage = start(Setup { notices: vec![notice], ..setup(None) });
    assert!(stage.text().contains(&words), "{}", stage.text());
}

#[test]
fn a_saved_view_keeps_its_splits() {
    let mut stage = start(setup(None));
    stage.show("kind:url");
    stage.press("|");
    stage.show("status:failed");
    stage.press("-");
    stage.show("kind:all");
    stage.press("W");
    stage.type_text("two");
    stage.press("enter");
    let saved = stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Order(Order::SaveView(view)) => Some(view),
        _ => None,
    });
    let view = saved.unwrap();
    let panes: Vec<String> = view.panes.iter().map(ToString::to_string).collect();
    assert_eq!(view.filter, "kind:url");
    assert_eq!(panes, ["right of 1: status:failed", "below 2: kind:all"]);
    assert_eq!(stage.app.workspace().shown().len(), 3);
    let before = stage.app.workspace().places(ratatui::layout::Rect::new(0, 0, 160, 40));
    let again = start(Setup { views: vec![view], view: Some("two".to_owned()), ..setup(None) });
    let after = again.app.workspace().places(ratatui::layout::Rect::new(0, 0, 160, 40));
    let areas = |places: &[(purgedeck::effect::PaneId, ratatui::layout::Rect)]| {
        places.iter().map(|(_, area)| *area).collect::<Vec<_>>()
    };
    assert_eq!(areas(&before), areas(&after));
}

#[test]
fn a_saved_view_keeps_its_order_and_its_columns_with_their_widths() {
    let mut stage = start(setup(None));
    stage.press("c J > enter S s");
    stage.type_text("status");
    stage.press("enter W");
    stage.type_text("sorted");
    stage.press("enter");
    let saved = stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Order(Order::SaveView(view)) => Some(view),
        _ => None,
    });
    let view = saved.unwrap();
    assert_eq!(view.sort, Sort::by(Column::Status));
    let columns: Vec<String> = view.columns.iter().map(ToString::to_string).collect();
    assert_eq!(columns[0], "account");
    assert!(columns[1].starts_with("time "), "{columns:?}");
    let again = start(Setup { views: vec![view], view: Some("sorted".to_owned()), ..setup(None) });
    let text = again.text();
    let titles = text.lines().find(|line| line.contains("STATUS ▾"));
    let titles = titles.unwrap_or_else(|| panic!("{text}"));
    let place = |title: &str| titles.find(title).unwrap();
    assert!(place("ACCOUNT") < place("TIME") && place("TIME") < place("CNAME"), "{titles}");
}

#[test]
fn columns_come_back_in_their_order_and_with_their_widths() {
    let mut stage = start(setup(None));
    stage.press("c j j j J J > > enter S");
    wait(&mut stage);
    let board = kept(&mut stage).pop().unwrap();
    let left = without_clock(&stage);
    let mut again = start(setup(Some(board)));
    again.now = stage.now;
    again.resize((160, 50));
    assert_eq!(lines_of(&without_clock(&again)), lines_of(&left));
}
