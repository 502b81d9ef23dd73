//! What the screen looks like at its sizes, colours included.

use purgedeck::theme::{ColourDepth, Glyphs, Theme};

use super::stage::Stage;

#[test]
fn the_board_at_160_by_50() {
    let stage = Stage::new((160, 50));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_board_at_100_by_30() {
    let stage = Stage::new((100, 30));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_board_at_80_by_24() {
    let stage = Stage::new((80, 24));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_board_at_60_columns() {
    let stage = Stage::new((60, 24));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_board_at_40_by_12() {
    let stage = Stage::new((40, 12));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    let stage = Stage::new((20, 5));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn without_colours_and_in_ascii_everything_can_still_be_told_apart() {
    let mut stage = Stage::new((80, 24));
    stage.theme = Theme::named("default", ColourDepth::None, Glyphs::ASCII).unwrap();
    stage.press("j space");
    let buffer = stage.draw();
    assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn the_detail_beside_the_list_with_the_matches_standing_out() {
    let mut stage = Stage::new((160, 30));
    stage.press("/");
    stage.type_text("hero-1");
    stage.press("enter n");
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn two_panes_beside_each_other_with_the_focus_on_the_second() {
    let mut stage = Stage::new((120, 24));
    stage.press("| /");
    stage.type_text("status:failed");
    stage.press("enter");
    insta::assert_snapshot!(stage.picture());
}

#[test]
fn a_filter_that_cannot_be_read_points_at_the_character() {
    let mut stage = Stage::new((80, 24));
    stage.press("/");
    stage.type_text("cname:www.site.com statu:failed");
    let text = stage.text();
    let lines: Vec<&str> = text.lines().collect();
    let field = lines.iter().position(|line| line.contains("/ cname:")).unwrap();
    let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
    assert_eq!(column(lines[field + 1], "▲"), column(lines[field], "statu:"), "{text}");
    assert!(lines[field + 1].contains("status"), "{text}");
}

#[test]
fn the_chosen_bars_are_marked_and_described() {
    let mut stage = Stage::new((80, 24));
    stage.press("h h h");
    let text = stage.text();
    assert!(text.contains("· 5 purges z zoom in"), "{text}");
    assert!(text.contains("z zoom in"), "{text}");
}

#[test]
fn wide_characters_do_not_push_the_columns_apart() {
    let mut stage = Stage::empty((80, 24), 6, super::stage::setup());
    stage.store[1].1.cname = "日本語の名前.example".to_owned();
    stage.store[2].1.targets[0].text =
        "/絵文字/🎉🎉🎉/ファイル名はとても長いものです.jpg".to_owned();
    stage.store[3].1.cname = "evil\u{1b}[31m\u{202e}txt".to_owned();
    stage.start();
    let text = stage.text();
    assert!(text.contains("日本語"), "{text}");
    assert!(text.contains("evil␛[31m"), "{text}");
    let column = |line: &&str, what: &str| {
        let at = line.find(what)?;
        Some(unicode_width::UnicodeWidthStr::width(&line[..at]))
    };
    let columns: Vec<usize> = text
        .lines()
        .filter_map(|line| {
            ["✔", "✗", "◐"].iter().find_map(|mark| column(&line, &format!("{mark} ")))
        })
        .skip(1)
        .collect();
    assert!(columns.windows(2).all(|two| two[0] == two[1]), "{text}");
    for line in text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
}
