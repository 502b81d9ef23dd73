//! Marks: what is marked, what an action means by it, and when the marks go.

use purgedeck::domain::ids::{PurgeKey, Ticket};
use purgedeck::domain::status::Status;
use purgedeck::effect::{Answer, Effect, Order, Query, Report, Subject};

use super::stage::Stage;

fn marks(stage: &Stage) -> Vec<PurgeKey> {
    let board = stage.app.workspace();
    board.pane(board.focus()).unwrap().marks().iter().copied().collect()
}

/// The keys of the purges of a status, oldest first.
fn of_status(stage: &Stage, status: Status) -> Vec<PurgeKey> {
    let mut keys: Vec<PurgeKey> =
        stage.store.iter().filter(|it| it.1.status == status).map(|it| it.0).collect();
    keys.sort_unstable();
    keys
}

/// Everything failed is marked, and then only one purge of this status is on the screen.
fn one_left(status: Status) -> (Stage, PurgeKey, usize) {
    let mut stage = Stage::new((80, 24));
    stage.show("status:failed");
    stage.press("*");
    let (key, purge) = stage.store.iter().rfind(|it| it.1.status == status).unwrap().clone();
    stage.show(&format!("id:{}", purge.id));
    stage.take_asked();
    let marked = marks(&stage).len();
    (stage, key, marked)
}

#[test]
fn all_that_the_filter_selects_are_marked_and_then_none() {
    let mut stage = Stage::new((80, 24));
    stage.press("*");
    assert_eq!(marks(&stage).len(), 400);
    assert!(stage.text().contains("Marked 400 purges, all that the filter selects."));
    stage.press("G g");
    assert_eq!(marks(&stage).len(), 400, "also after scrolling");
    stage.press("*");
    assert_eq!(marks(&stage), []);
    stage.show("status:failed");
    stage.press("*");
    assert_eq!(marks(&stage), of_status(&stage, Status::Failed));
}

#[test]
fn marks_of_several_filters_are_not_more_than_one_filter_may_have() {
    let mut stage = Stage::with((120, 24), 12_000);
    stage.show("account:edge-prod");
    stage.press("*");
    assert_eq!(marks(&stage).len(), 8_000);
    stage.show("account:edge-test");
    stage.press("*");
    let words = "8,000 purges are marked already, and 4,000 more would be too many: 10,000 at most";
    assert!(stage.text().contains(words), "{}", stage.text());
    assert_eq!(marks(&stage).len(), 8_000);
    stage.show("account:edge-test kind:pattern");
    stage.press("*");
    let some = marks(&stage).len();
    assert!((8_001..=10_000).contains(&some), "{some}");
    stage.show("account:edge-prod");
    stage.press("*");
    assert_eq!(marks(&stage).len(), some - 8_000);
}

#[test]
fn too_many_to_mark_are_refused_in_words() {
    let mut stage = Stage::with((80, 24), 10_001);
    stage.press("*");
    assert_eq!(marks(&stage), []);
    assert!(stage.text().contains("selects more than 10,000 purges"), "{}", stage.text());
}

#[test]
fn an_action_on_marks_out_of_sight_asks_and_takes_what_was_chosen() {
    let (mut stage, key, marked) = one_left(Status::Failed);
    stage.press("R");
    let text = stage.text();
    let words = format!("Purge again: {marked} marked, {} not shown here", marked - 1);
    assert!(text.contains(&words), "{text}");
    assert_eq!(stage.gathered(), []);
    stage.press("s");
    assert_eq!(stage.gathered(), [key]);
    let (mut stage, _, marked) = one_left(Status::Failed);
    stage.press("R enter");
    assert_eq!(stage.gathered().len(), marked);
    for action in ["R", "y", "Y", "v"] {
        let (mut stage, _, _) = one_left(Status::Failed);
        stage.press(&format!("{action} esc"));
        let acted = |effect: &Effect| {
            matches!(effect, Effect::Query(Query::Gather { .. }) | Effect::Order(Order::Verify(_)))
        };
        assert!(!stage.take_asked().iter().any(acted), "{action} then esc does nothing");
    }
}

#[test]
fn where_no_mark_is_in_sight_the_row_under_the_cursor_is_meant() {
    let (mut stage, key, marked) = one_left(Status::Successful);
    stage.press("v");
    let asked = stage.take_asked();
    assert!(asked.contains(&Effect::Order(Order::Verify(vec![Subject::Purge(key)]))), "{asked:?}");
    let words = format!("Only the row under the cursor: {marked} marked purges are not shown");
    assert!(stage.text().contains(&words), "{}", stage.text());
    stage.press("R");
    assert_eq!(stage.gathered(), [key]);
}

#[test]
fn an_export_says_that_marks_do_not_count() {
    let mut stage = Stage::new((80, 24));
    stage.press("space ctrl-s");
    assert!(stage.text().contains("marked or not"), "{}", stage.text());
}

#[test]
fn what_is_pressed_while_all_are_being_marked_waits_for_the_marks() {
    let mut stage = Stage::new((80, 24));
    stage.answering = false;
    stage.take_asked();
    stage.press("* R");
    let asked = stage.take_asked();
    let [marking @ Effect::Query(Query::Keys { .. })] = &asked[..] else { panic!("{asked:?}") };
    let answer = stage.answer(marking).unwrap();
    stage.report(answer);
    assert_eq!(stage.gathered().len(), 400);

    stage.press("esc esc * *");
    let marking = stage.take_asked().into_iter().find_map(|asked| stage.answer(&asked)).unwrap();
    stage.report(marking);
    assert_eq!(marks(&stage), [], "marked and unmarked again");

    stage.show("kind:url");
    stage.press("* esc");
    assert_eq!(stage.filter(), "kind:url", "esc takes back the marks alone");
}

#[test]
fn sending_clears_the_marks_that_were_sent_and_no_other() {
    let mut stage = Stage::new((80, 24));
    let sent = || Answer::Enqueued { ticket: Ticket::default(), result: Ok(Vec::new()) };
    stage.press("space space R esc j space");
    assert_eq!(marks(&stage).len(), 3);
    stage.report(Report::Answer(sent()));
    assert_eq!(marks(&stage).len(), 3, "their draft was left, and another one was sent");
    stage.press("esc | space tab space R");
    stage.report(Report::Answer(sent()));
    assert_eq!(marks(&stage), []);
    stage.press("esc tab");
    assert_eq!(marks(&stage).len(), 1, "those of the other pane");
}

#[test]
fn esc_removes_the_marks_before_it_goes_back_to_the_views_own_filter() {
    let mut stage = Stage::new((80, 24));
    stage.press("3");
    stage.show("status:failed since:24h kind:url");
    stage.press("* esc");
    assert_eq!(marks(&stage), []);
    assert_eq!(stage.filter(), "status:failed since:24h kind:url");
    stage.press("esc");
    assert_eq!(stage.filter(), "status:failed since:24h");
    stage.press("esc");
    assert_eq!(stage.filter(), "status:failed since:24h");
}

#[test]
fn esc_never_narrows() {
    let mut stage = Stage::new((80, 24));
    for wider in ["", "status:failed", "status:failed,unknown since:24h", "since:2d"] {
        stage.press("3");
        stage.show(wider);
        stage.press("esc");
        assert_eq!(stage.filter(), wider);
        assert!(stage.text().contains("own filter selects less"), "{wider}: {}", stage.text());
    }
    stage.press("1");
    stage.show("kind:all");
    stage.press("1 1 esc");
    assert_eq!(stage.filter(), "");
}

#[test]
fn undoing_a_zoom_touches_the_time_alone() {
    let mut stage = Stage::new((80, 24));
    stage.show("kind:url since:2d");
    stage.press("h < < < < < < < < z { z");
    stage.press("f Z");
    let once = stage.filter();
    assert!(once.starts_with("kind:url cname:") && once.contains("on:2026"), "{once}");
    stage.press("Z");
    let cname = once.split(' ').find(|term| term.starts_with("cname:")).unwrap();
    assert_eq!(stage.filter(), format!("kind:url {cname} since:2d"));
    stage.press("Z");
    assert!(stage.text().contains("There is no zoom to undo"), "{}", stage.text());
    assert_eq!(stage.filter(), format!("kind:url {cname} since:2d"));
    stage.show("kind:url");
    stage.press("h z");
    stage.show("since:1h");
    stage.press("Z");
    assert_eq!(stage.filter(), "since:1h", "another time was asked for since");
}
