//! What stays in view where room is scarce, what recedes, and what the tabs and the detail tell.

use purgedeck::domain::purge::Target;
use purgedeck::domain::status::Status;
use purgedeck::effect::{Effect, Query};
use purgedeck::theme::Role;

use super::stage::{Stage, lines, setup};

/// The line with the titles of the columns.
fn titles(stage: &Stage) -> String {
    let text = stage.text();
    text.lines().find(|line| line.contains("TIME")).unwrap_or_default().to_owned()
}

#[test]
fn in_80_columns_account_kind_and_badge_stay_and_in_60_the_host_is_whole() {
    for size in [(80, 24), (60, 20)] {
        let mut stage = Stage::empty(size, 400, setup());
        for (_, purge) in &mut stage.store {
            purge.cname = "www.tidalfm.example.com".to_owned();
        }
        stage.start();
        stage.hear_of_accounts();
        let (text, titles) = (stage.text(), titles(&stage));
        assert!(titles.contains("ACCOU") && titles.contains("KI"), "{size:?} {titles}");
        let rows = text.matches("www.tidalfm.example.com").count();
        assert!(rows >= 5, "{size:?} {text}");
        assert!(text.contains(" PROD ") || size.0 < 80, "{size:?} {text}");
        assert!(text.contains("✔ successful"), "{size:?} {text}");
    }
}

#[test]
fn no_column_comes_or_goes_while_the_list_is_scrolled() {
    for size in [(160, 50), (100, 30), (80, 24), (60, 20)] {
        let mut stage = Stage::empty(size, 400, setup());
        for (place, (_, purge)) in stage.store.iter_mut().enumerate() {
            purge.by = (place == 200).then(|| "mira".to_owned());
        }
        stage.start();
        let before = titles(&stage);
        for _ in 0..30 {
            stage.press("pagedown");
            // Beginnings: how much of a title is seen is another matter.
            let names = |line: &str| -> Vec<String> {
                let words =
                    line.split_whitespace().filter(|word| word.starts_with(char::is_alphabetic));
                words.map(|word| word.chars().take(2).collect()).collect()
            };
            assert_eq!(names(&titles(&stage)), names(&before), "{size:?}");
        }
    }
}

#[test]
fn the_time_has_no_day_where_all_rows_are_of_today() {
    let mut stage = Stage::with((80, 24), 100);
    assert!(stage.text().contains("  10:02:21 edge-test"), "{}", stage.text());
    stage.press("space k");
    assert!(stage.text().contains("▸◆ 10:03:58"), "a blank after the mark: {}", stage.text());
}

#[test]
fn a_successful_row_recedes_and_its_mark_does_not() {
    let stage = Stage::new((80, 24));
    let buffer = stage.draw();
    let rows = lines(&buffer);
    let y = rows.iter().position(|row| row.contains("✔ successful")).unwrap() as u16;
    let x = (0..80).find(|x| buffer[(*x, y)].symbol() == "✔").unwrap();
    let colour = |role| stage.theme.style(role).fg.unwrap();
    assert_eq!(buffer[(x, y)].fg, colour(Role::Successful));
    assert_eq!(buffer[(x + 2, y)].fg, colour(Role::Dim));
}

#[test]
fn an_overlay_dims_what_is_behind_it() {
    let mut stage = Stage::new((160, 50));
    stage.press("b");
    let buffer = stage.draw();
    let dim = stage.theme.style(Role::Dim).fg.unwrap();
    let behind = (0..45).map(|y| &buffer[(4, y + 3)]).filter(|cell| cell.symbol() != " ");
    assert!(behind.clone().count() > 20);
    assert!(behind.clone().all(|cell| cell.fg == dim), "{}", stage.picture());
}

fn summaries(asked: &[Effect]) -> usize {
    let summary = |effect: &&Effect| matches!(effect, Effect::Query(Query::Summary { .. }));
    asked.iter().filter(summary).count()
}

#[test]
fn tabs_say_how_much_each_view_selects_and_count_only_after_a_change() {
    let mut stage = Stage::new((80, 24));
    let count = |stage: &Stage, status| {
        stage.store.iter().filter(|(_, purge)| purge.status == status).count()
    };
    let failed = count(&stage, Status::Failed);
    let tabs = format!("1 All 400  2 Unfinished 2  3 Failed 24h {failed}");
    assert!(stage.text().contains(&tabs), "{}", stage.text());
    stage.press("j k 2 1 3 1");
    let asked = stage.take_asked();
    assert_eq!(summaries(&asked), 2, "each of the others once, when it was first seen");
    stage.store[1].1.status = Status::Failed;
    stage.arrive(2);
    let (text, failed) = (stage.text(), failed + 1);
    assert!(text.contains(&format!("1 All 401  2 Unfinished 3  3 Failed 24h {failed}")), "{text}");
    assert_eq!(summaries(&stage.take_asked()), 3);
    stage.press("j j k");
    assert_eq!(summaries(&stage.take_asked()), 0);
}

#[test]
fn the_detail_shows_long_targets_whole_and_says_what_a_vendor_does_not_tell() {
    let target = format!("/media/{}/end-of-it.jpg", "a-long-folder/".repeat(12));
    let mut stage = Stage::empty((160, 50), 40, setup());
    let purge = &mut stage.store[1].1;
    purge.targets = vec![Target::new(target.clone())];
    (purge.by, purge.completed) = (None, None);
    stage.start();
    stage.press("j enter");
    let text = stage.text();
    let board = stage.app.workspace();
    let places = board.places(ratatui::layout::Rect::new(0, 2, 160, 46));
    let area = board.pane(board.focus()).unwrap().layout(places[0].1).detail;
    let buffer = stage.draw();
    // A row of the detail without its margin and the place of a status.
    let row = |y: u16| (area.x + 3..area.right()).map(move |x| (x, y));
    let shown: String = (area.y..area.bottom())
        .map(|y| row(y).map(|at| buffer[at].symbol()).collect::<String>().trim_end().to_owned())
        .collect();
    assert!(shown.contains(&target), "{text}");
    assert!(text.contains("who asked for it: not told by this vendor"), "{text}");
    assert!(text.contains("completed: not told by this vendor"), "{text}");
}

#[test]
fn a_detail_of_one_line_begins_with_the_target_and_its_id_is_cut_first() {
    for size in [(80, 24), (60, 20)] {
        let mut stage = Stage::empty(size, 40, setup());
        let target = "https://www.site.com/media/a-folder/hero-banner.jpg";
        stage.store[0].1.targets = vec![Target::new(target), Target::new("/b")];
        stage.start();
        stage.press("g");
        let text = stage.text();
        let detail = text.lines().skip_while(|line| !line.contains("detail ·")).nth(1).unwrap();
        let at = |words: &str| detail.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
        assert!(at("hero-banner.jpg") < at("2 "), "{detail}");
        assert!(detail.contains("hero-banner.jpg · 2 "), "{detail}");
        assert!(!detail.contains("id ") || detail.trim_end_matches(['│', ' ']).len() < 80);
    }
}
