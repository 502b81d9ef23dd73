//! The order of a pane by any of its columns.

use chrono::TimeDelta;
use purgedeck::app::Msg;
use purgedeck::domain::column::Column;
use purgedeck::domain::event::Event;
use purgedeck::domain::ids::PurgeKey;
use purgedeck::domain::purge::PurgeRow;
use purgedeck::domain::query::Sort;
use purgedeck::domain::status::Status;
use purgedeck::effect::Report;

use super::stage::Stage;

fn here(stage: &Stage) -> PurgeRow {
    stage.pane().rows().here().unwrap().clone()
}

fn sort_by(stage: &mut Stage, words: &str) {
    stage.press("s");
    stage.type_text(words);
    stage.press("enter");
}

/// The rows from the first to the last, by the keys of an operator.
fn walk(stage: &mut Stage) -> Vec<PurgeRow> {
    let mut rows = vec![here(stage)];
    loop {
        stage.press("j");
        let next = here(stage);
        if rows.last() == Some(&next) {
            return rows;
        }
        rows.push(next);
    }
}

#[test]
fn every_column_sorts_and_every_row_is_passed_once_in_both_directions() {
    for column in Column::EVERY {
        let mut stage = Stage::with((120, 24), 300);
        sort_by(&mut stage, &column.name());
        for sort in [Sort::by(*column), Sort::by(*column).turned()] {
            if stage.pane().rows().sort() != sort {
                stage.press("S");
            }
            let rows = walk(&mut stage);
            assert_eq!(rows.len(), 300, "{sort}");
            let places: Vec<_> = rows.iter().map(|row| sort.place(row)).collect();
            assert!(places.is_sorted_by(|one, other| sort.compare(one, other).is_lt()), "{sort}");
            for row in rows.iter().rev().skip(1) {
                stage.press("k");
                assert_eq!(here(&stage).key, row.key, "{sort}");
            }
        }
    }
}

#[test]
fn the_picker_says_each_order_and_the_heading_shows_the_one_that_holds() {
    let mut stage = Stage::new((120, 30));
    assert!(stage.text().contains("TIME ▾"));
    stage.press("s");
    let text = stage.text();
    for words in ["newest first", "oldest first", "failed first", "most first", "A to Z"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    stage.type_text("failed");
    stage.press("enter");
    assert!(stage.text().contains("STATUS ▾"), "{}", stage.text());
    assert!(!stage.text().contains("TIME ▾"), "{}", stage.text());
    assert_eq!(here(&stage).status, Status::Failed);
    stage.press("S");
    assert!(stage.text().contains("STATUS ▴"), "{}", stage.text());
    assert_eq!(here(&stage).status, Status::Successful);
}

#[test]
fn the_cursor_stays_on_its_purge_when_its_status_moves_it_elsewhere() {
    let mut stage = Stage::with((120, 24), 300);
    sort_by(&mut stage, "status");
    let row = here(&stage);
    assert_eq!(row.status, Status::Failed);
    change_status(&mut stage, row.key, Status::Successful);
    assert_eq!(here(&stage).key, row.key);
    assert_eq!(here(&stage).status, Status::Successful);
    assert!(!stage.text().contains("left filter"), "{}", stage.text());
    stage.press("g");
    assert_eq!(here(&stage).status, Status::Failed);
    assert_ne!(here(&stage).key, row.key);
}

fn change_status(stage: &mut Stage, key: PurgeKey, status: Status) {
    let purge = stage.store.iter_mut().find(|(other, _)| *other == key);
    purge.unwrap().1.status = status;
    stage.now += TimeDelta::seconds(5);
    let (_, purge) = stage.store.iter().find(|(other, _)| *other == key).unwrap();
    let (from, until, account) = (purge.created, purge.created, purge.account.clone());
    let event = Event::HistoryChanged { account, from, until, new: 0 };
    stage.send(Msg::Report(Report::Event(event)));
    stage.send(Msg::Woke);
}
