//! What keys do: moving, marking, narrowing, and what the store is asked for on the way.

use purgedeck::app::Msg;
use purgedeck::domain::event::StoreError;
use purgedeck::domain::ids::PurgeKey;
use purgedeck::domain::query::Anchor;
use purgedeck::domain::status::Status;
use purgedeck::effect::{Answer, Effect, Order, Query, Report, TerminalEffect};

use super::stage::Stage;

fn here(stage: &Stage) -> PurgeKey {
    stage.pane().rows().here().unwrap().key
}

fn place(stage: &Stage) -> usize {
    let key = here(stage);
    stage.store.iter().position(|(other, _)| *other == key).unwrap()
}

#[test]
fn the_start_asks_for_the_first_rows_then_the_overview_then_the_queue() {
    let mut stage = Stage::empty((80, 24), 10, super::stage::setup());
    stage.answering = false;
    stage.start();
    let asked = stage.take_asked();
    assert!(
        matches!(
            asked.as_slice(),
            [
                Effect::Query(Query::Window { query, .. }),
                Effect::Query(Query::Summary { .. }),
                Effect::Query(Query::Queue { .. })
            ] if query.anchor == Anchor::Start
        ),
        "{asked:?}"
    );
}

#[test]
fn moving_within_the_window_asks_for_nothing() {
    let mut stage = Stage::new((80, 24));
    stage.press("j j j k");
    assert_eq!(place(&stage), 2);
    let windows = |effect: &Effect| {
        matches!(effect, Effect::Query(Query::Window { .. } | Query::Detail { .. }))
    };
    assert!(!stage.take_asked().iter().any(windows));
}

#[test]
fn rows_beyond_the_window_are_asked_for_by_key_before_the_cursor_is_there() {
    let mut stage = Stage::new((80, 24));
    let mut afters = 0;
    for row in 1..=300 {
        stage.press("j");
        assert_eq!(place(&stage), row);
        for effect in stage.take_asked() {
            if let Effect::Query(Query::Window { query, .. }) = effect {
                assert!(matches!(query.anchor, Anchor::After(_)), "{query:?}");
                afters += 1;
            }
        }
    }
    assert!((2..30).contains(&afters), "{afters}");
    for row in (0..300).rev() {
        stage.press("k");
        assert_eq!(place(&stage), row);
    }
}

#[test]
fn memory_does_not_grow_with_the_way_that_was_gone() {
    let mut stage = Stage::with((80, 24), 3_000);
    for _ in 0..150 {
        stage.press("pagedown");
    }
    let board = stage.app.workspace();
    let rows = board.pane(board.focus()).unwrap().rows();
    assert!(place(&stage) > 1_000);
    assert!(rows.held().len() < 250, "{}", rows.held().len());
}

#[test]
fn the_ends_are_one_question_each() {
    let mut stage = Stage::with((80, 24), 3_000);
    stage.press("G");
    assert_eq!(place(&stage), 2_999);
    let count = |asked: &[Effect], wanted: &Anchor| {
        asked
            .iter()
            .filter(
                |effect| matches!(effect, Effect::Query(Query::Window { query, .. }) if query.anchor == *wanted),
            )
            .count()
    };
    assert_eq!(count(&stage.take_asked(), &Anchor::End), 1);
    stage.press("g");
    assert_eq!(place(&stage), 0);
    assert_eq!(count(&stage.take_asked(), &Anchor::Start), 1);
    stage.press("g");
    assert_eq!(count(&stage.take_asked(), &Anchor::Start), 0);
}

#[test]
fn a_page_moves_by_what_is_in_view_and_back() {
    let mut stage = Stage::new((80, 24));
    stage.press("pagedown");
    let one = place(&stage);
    assert!((8..14).contains(&one), "{one}");
    stage.press("ctrl-d pageup ctrl-u");
    assert_eq!(place(&stage), 0);
}

#[test]
fn the_oldest_come_first_after_turning_the_order() {
    let mut stage = Stage::new((80, 24));
    stage.press("S");
    assert_eq!(place(&stage), 399);
    stage.press("j");
    assert_eq!(place(&stage), 398);
    stage.press("S");
    assert_eq!(place(&stage), 0);
}

#[test]
fn a_cursor_on_the_newest_row_follows_the_newest() {
    let mut stage = Stage::new((80, 24));
    stage.arrive(1);
    assert_eq!(place(&stage), 0);
}

#[test]
fn a_cursor_that_was_moved_to_the_newest_row_stays_on_its_purge() {
    let mut stage = Stage::new((80, 24));
    stage.press("j k");
    let key = here(&stage);
    stage.arrive(1);
    stage.arrive(2);
    assert_eq!(here(&stage), key);
    assert_eq!(place(&stage), 2);
    stage.press("R");
    assert_eq!(stage.gathered(), [key]);
}

#[test]
fn an_open_detail_stays_at_its_purge_whatever_comes_in() {
    let mut stage = Stage::new((80, 24));
    stage.press("enter");
    let key = here(&stage);
    for n in 1..4 {
        stage.arrive(n);
    }
    let board = stage.app.workspace();
    let pane = board.pane(board.focus()).unwrap();
    assert_eq!(pane.detail().shown().map(|detail| detail.key), Some(key));
    stage.press("tab g");
    let newest = here(&stage);
    stage.arrive(4);
    assert_eq!(here(&stage), newest, "also after going to the first row");
    stage.press("R");
    assert_eq!(stage.gathered(), [newest]);
}

#[test]
fn an_open_detail_stays_at_its_purge_while_filter_and_order_change_around_it() {
    let mut stage = Stage::new((80, 24));
    stage.press("j enter");
    let key = here(&stage);
    let shown = |stage: &Stage| {
        let board = stage.app.workspace();
        let pane = board.pane(board.focus()).unwrap();
        pane.detail().shown().map(|detail| detail.key)
    };
    stage.press("/");
    stage.type_text("status:failed");
    stage.press("enter");
    assert_eq!((here(&stage), shown(&stage)), (key, Some(key)));
    assert!(stage.text().contains("left filter"), "{}", stage.text());
    stage.press("S");
    assert_eq!((here(&stage), shown(&stage)), (key, Some(key)));
    stage.press("R");
    assert_eq!(stage.gathered(), [key]);
    stage.press("esc esc g");
    assert_ne!(here(&stage), key);
}

#[test]
fn going_to_the_first_row_follows_the_newest_again() {
    let mut stage = Stage::new((80, 24));
    stage.press("j g");
    stage.arrive(1);
    assert_eq!(place(&stage), 0);
    stage.press("y");
    stage.arrive(2);
    assert_eq!(place(&stage), 1, "it was acted on");
    stage.press("S G");
    stage.arrive(3);
    assert_eq!(place(&stage), 0, "the newest is the last");
}

#[test]
fn a_key_takes_the_purge_that_stood_there_when_it_was_pressed() {
    let mut stage = Stage::new((80, 24));
    let key = here(&stage);
    stage.answering = false;
    stage.arrive(1);
    let asked = stage.take_asked();
    stage.press("enter");
    stage.answering = true;
    for effect in &asked {
        if let Some(answer) = stage.answer(effect) {
            stage.report(answer);
        }
    }
    assert_eq!(here(&stage), key);
    assert_eq!(place(&stage), 1);
}

#[test]
fn a_purge_that_the_filter_has_lost_stays_until_the_cursor_leaves_it() {
    let mut stage = Stage::new((80, 24));
    stage.press("2 j");
    let (key, before) = (here(&stage), stage.filter());
    let lost = stage.store.iter_mut().find(|it| it.0 == key).unwrap();
    lost.1.status = Status::Successful;
    stage.arrive(0);
    assert_eq!(stage.filter(), before);
    assert_eq!(here(&stage), key);
    assert!(stage.text().contains("left filter"), "{}", stage.text());
    stage.press("R");
    assert_eq!(stage.gathered(), [key]);
    stage.press("esc k");
    assert_ne!(here(&stage), key);
    assert!(!stage.text().contains("left filter"), "{}", stage.text());
}

#[test]
fn a_cursor_elsewhere_stays_on_its_purge_while_new_ones_come_in_above() {
    let mut stage = Stage::new((80, 24));
    stage.press("j j");
    let key = here(&stage);
    stage.arrive(1);
    stage.arrive(2);
    assert_eq!(here(&stage), key);
    let board = stage.app.workspace();
    let rows = board.pane(board.focus()).unwrap().rows();
    assert_eq!(rows.in_view()[0].key, stage.store[0].0, "the newest is in view");
    assert_eq!(rows.cursor_in_view(), 4);
}

#[test]
fn a_cursor_far_down_stays_on_its_purge_and_its_place_on_the_screen() {
    let mut stage = Stage::new((80, 24));
    for _ in 0..10 {
        stage.press("pagedown");
    }
    stage.press("k k k");
    let key = here(&stage);
    let board = stage.app.workspace();
    let row = board.pane(board.focus()).unwrap().rows().cursor_in_view();
    for n in 0..5 {
        stage.arrive(n);
    }
    assert_eq!(here(&stage), key);
    let board = stage.app.workspace();
    let rows = board.pane(board.focus()).unwrap().rows();
    assert_eq!(rows.cursor_in_view(), row);
}

#[test]
fn a_burst_of_changes_is_asked_about_once_now_and_once_after() {
    let mut stage = Stage::new((80, 24));
    stage.answering = false;
    for n in 0..50 {
        stage.arrive(n);
    }
    let windows = |asked: &[Effect]| {
        asked.iter().filter(|effect| matches!(effect, Effect::Query(Query::Window { .. }))).count()
    };
    let asked = stage.take_asked();
    assert_eq!(windows(&asked), 1);
    stage.answering = true;
    let first =
        asked.iter().find(|effect| matches!(effect, Effect::Query(Query::Window { .. }))).unwrap();
    let answer = stage.answer(first).unwrap();
    stage.report(answer);
    assert_eq!(windows(&stage.take_asked()), 1, "what came meanwhile");
    assert_eq!(place(&stage), 0);
}

#[test]
fn an_answer_to_an_earlier_question_is_dropped() {
    let mut stage = Stage::new((80, 24));
    stage.answering = false;
    stage.press("/");
    stage.type_text("status:failed");
    let asked = stage.take_asked();
    let windows: Vec<&Effect> = asked
        .iter()
        .filter(|effect| matches!(effect, Effect::Query(Query::Window { .. })))
        .collect();
    let newest = stage.answer(windows.last().unwrap()).unwrap();
    stage.report(newest);
    let rows = |stage: &Stage| {
        let board = stage.app.workspace();
        board.pane(board.focus()).unwrap().rows().held().to_vec()
    };
    let failed = rows(&stage);
    for earlier in &windows[..windows.len() - 1] {
        let answer = stage.answer(earlier).unwrap();
        stage.report(answer);
    }
    assert_eq!(rows(&stage), failed);
}

#[test]
fn marks_stay_with_their_purges_wherever_the_window_goes() {
    let mut stage = Stage::new((80, 24));
    stage.press("space space G g");
    let board = stage.app.workspace();
    let marks = board.pane(board.focus()).unwrap().marks().clone();
    assert_eq!(marks.len(), 2);
    stage.press("R");
    let gathered = stage.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Query(Query::Gather { keys, .. }) => Some(keys),
        _ => None,
    });
    assert_eq!(gathered, Some(marks.into_iter().rev().collect()));
}

#[test]
fn a_single_target_is_copied_at_once_and_many_are_fetched_first() {
    let mut stage = Stage::new((80, 24));
    stage.press("y");
    let asked = stage.take_asked();
    assert!(
        asked.contains(&Effect::Terminal(TerminalEffect::Copy(
            "https://www.site.com/img/0/hero-0.jpg".to_owned()
        ))),
        "{asked:?}"
    );
    stage.press("j y");
    let asked = stage.take_asked();
    let copied = (0..4).map(|at| format!("https://img.site.com/img/1/hero-{at}.jpg"));
    let copied = copied.collect::<Vec<_>>().join("\n");
    assert!(asked.contains(&Effect::Terminal(TerminalEffect::Copy(copied))), "{asked:?}");
    assert!(stage.text().contains("Sent 4 targets to the terminal's clipboard"));
}

#[test]
fn narrowing_to_the_rows_cname_and_back() {
    let mut stage = Stage::new((80, 24));
    stage.press("f");
    assert_eq!(stage.filter(), "cname:www.site.com");
    stage.press("F");
    assert_eq!(stage.filter(), "cname:www.site.com account:edge-prod");
    stage.press("esc");
    assert_eq!(stage.filter(), "", "the view's own filter");
    stage.press("/ up");
    assert_eq!(stage.filter(), "cname:www.site.com account:edge-prod", "what was left is kept");
    stage.press("up enter");
    assert_eq!(stage.filter(), "cname:www.site.com");
}

#[test]
fn zooming_into_a_bar_narrows_the_time_and_out_again() {
    let mut stage = Stage::new((80, 24));
    stage.press("z");
    assert!(stage.text().contains("No bar of the timeline is chosen"));
    stage.press("h h z");
    assert!(stage.filter().starts_with("on:2026-11-21T"), "{}", stage.filter());
    stage.press("Z");
    assert_eq!(stage.filter(), "");
}

#[test]
fn the_detail_opens_scrolls_and_closes() {
    let mut stage = Stage::new((80, 24));
    stage.press("j enter");
    let text = stage.text();
    assert!(text.contains("/img/1/hero-3.jpg"), "{text}");
    assert!(text.contains("resource 1"), "{text}");
    stage.press("j");
    assert_eq!(place(&stage), 1, "the keys are the detail's");
    stage.press("tab j");
    assert_eq!(place(&stage), 2, "tab gives them back to the list");
    assert!(stage.text().contains("/v14/*"), "the detail goes along");
    stage.press("esc");
    assert!(!stage.text().contains("resource"), "{}", stage.text());
}

#[test]
fn tabs_keep_their_own_place_and_ask_only_when_they_are_seen() {
    let mut stage = Stage::new((80, 24));
    stage.press("j j j");
    stage.press("3");
    assert_eq!(stage.filter(), "status:failed since:24h");
    stage.take_asked();
    stage.press("1");
    assert_eq!(place(&stage), 3);
    let windows = |effect: &Effect| matches!(effect, Effect::Query(Query::Window { .. }));
    assert!(!stage.take_asked().iter().any(windows));
    stage.press("3");
    stage.arrive(7);
    stage.take_asked();
    stage.press("1");
    assert!(stage.take_asked().iter().any(windows), "it had fallen behind");
}

#[test]
fn a_view_that_was_left_with_another_filter_says_so_and_gets_its_own_back() {
    let mut stage = Stage::new((80, 24));
    stage.press("3 f 1");
    assert!(!stage.text().contains("another filter"), "{}", stage.text());
    stage.press("3");
    let text = stage.text();
    assert!(text.contains("3 Failed 24h*"), "{text}");
    assert!(text.contains("left with another filter"), "{text}");
    assert!(stage.filter().contains("cname:"));
    stage.press("3");
    assert_eq!(stage.filter(), "status:failed since:24h");
    assert!(!stage.text().contains("3 Failed 24h*"));
    stage.press("esc");
    assert_eq!(stage.filter(), "status:failed since:24h", "it is where esc goes to");
    stage.press("/ up enter");
    assert!(stage.filter().contains("cname:"), "and back");
}

#[test]
fn a_number_without_a_view_says_so() {
    let mut stage = Stage::new((80, 24));
    stage.press("9");
    assert!(stage.text().contains("There is no view 9."));
}

#[test]
fn a_view_is_kept_under_its_name_and_shown() {
    let mut stage = Stage::new((80, 24));
    stage.press("f W");
    stage.type_text("www");
    stage.press("enter");
    assert!(stage.text().contains("4 www"), "{}", stage.text());
    assert_eq!(stage.filter(), "cname:www.site.com");
    let saved = |effect: &Effect| matches!(effect, Effect::Order(Order::SaveView(view)) if view.name == "www");
    assert!(stage.take_asked().iter().any(saved));
}

#[test]
fn quitting_asks_for_nothing_where_nothing_is_under_way() {
    let mut stage = Stage::new((80, 24));
    stage.press("q");
    assert_eq!(stage.take_asked(), [Effect::Terminal(TerminalEffect::Quit)]);
}

#[test]
fn ctrl_c_leaves_the_field_first_and_then_the_program() {
    let mut stage = Stage::new((80, 24));
    stage.press("/ q ctrl-c");
    assert_eq!(stage.filter(), "");
    assert!(!stage.take_asked().contains(&Effect::Terminal(TerminalEffect::Quit)));
    stage.press("ctrl-c");
    assert!(stage.take_asked().contains(&Effect::Terminal(TerminalEffect::Quit)));
}

#[test]
fn a_store_that_cannot_answer_keeps_the_rows_and_says_why() {
    let mut stage = Stage::new((80, 24));
    stage.answering = false;
    stage.arrive(1);
    let (pane, ticket) = stage
        .take_asked()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Query(Query::Window { pane, ticket, .. }) => Some((pane, ticket)),
            _ => None,
        })
        .unwrap();
    stage.send(Msg::Report(Report::Answer(Answer::Window {
        pane,
        ticket,
        result: Err(StoreError {
            words: "The store is locked by another program.".to_owned(),
            advice: "Close it and press r.".to_owned(),
        }),
    })));
    let text = stage.text();
    assert!(text.contains("www.site.com"), "{text}");
    assert!(text.contains("The store is locked"), "{text}");
}

#[test]
fn a_budget_is_asked_for_once_and_again_after_a_change() {
    let mut stage = Stage::new((80, 24));
    let recent = |asked: Vec<Effect>| {
        asked.iter().filter(|effect| matches!(effect, Effect::Query(Query::Recent { .. }))).count()
    };
    stage.press("j k j k");
    assert!(recent(stage.take_asked()) <= 1, "the second row's, once");
    assert!(stage.text().contains("url 1 of 2 left this minute"), "{}", stage.text());
    stage.arrive(0);
    assert_eq!(recent(stage.take_asked()), 1);
}

#[test]
fn a_zone_that_is_not_known_is_told_where_one_turns_to_it() {
    let mut stage = Stage::new((80, 24));
    stage.press("t");
    let text = stage.text();
    assert!(text.contains("Local time is not known: TZ names no time zone."), "{text}");
}
