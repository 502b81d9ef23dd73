//! The names of files: asked for in one line, and kept until it is known what came of them.

use purgedeck::app::Setup;
use purgedeck::domain::ids::Ticket;
use purgedeck::domain::view::ViewPlace;
use purgedeck::effect::{Answer, Effect, Order, Report};

use super::stage::{Stage, setup};

/// The ticket of the only question about a file.
fn asked_about_a_file(stage: &mut Stage) -> Ticket {
    let asked = stage.take_asked();
    let tickets: Vec<Ticket> = asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Order(Order::ReadFile { ticket, .. } | Order::Export { ticket, .. }) => {
                Some(*ticket)
            }
            _ => None,
        })
        .collect();
    let [ticket] = tickets.as_slice() else { panic!("{asked:?}") };
    *ticket
}

#[test]
fn the_name_of_a_file_that_cannot_be_read_stays_to_be_corrected() {
    let mut stage = Stage::new((80, 24));
    stage.press("P ctrl-o");
    stage.type_text("lisst.txt");
    stage.press("enter enter");
    let ticket = asked_about_a_file(&mut stage);
    assert!(stage.text().contains("One moment"), "{}", stage.text());
    stage.report(Report::Answer(Answer::FileRead {
        ticket,
        result: Err(
            "/home/mira/purges/of/this/week/lisst.txt: No such file or directory".to_owned()
        ),
    }));
    let text = stage.text();
    assert!(text.contains("lisst.txt "), "{text}");
    assert!(text.contains("lisst.txt: No such file or"), "{text}");
    for _ in 0.."st.txt".len() {
        stage.press("backspace");
    }
    stage.type_text("t.txt");
    assert!(!stage.text().contains("No such file"), "{}", stage.text());
    stage.press("enter");
    let ticket = asked_about_a_file(&mut stage);
    stage.report(Report::Answer(Answer::FileRead {
        ticket,
        result: Ok("https://www.site.com/from-a-file.jpg\n".to_owned()),
    }));
    assert_eq!(stage.app.overlays().len(), 1, "compose alone");
    let text = stage.text();
    assert!(text.contains("/from-a-file.jpg"), "{text}");
}

#[test]
fn the_name_of_an_export_that_cannot_be_written_stays_to_be_corrected() {
    let mut stage = Stage::new((80, 24));
    stage.press("ctrl-s enter");
    let ticket = asked_about_a_file(&mut stage);
    stage.report(Report::Answer(Answer::Exported {
        ticket,
        result: Err("purges.csv: Permission denied".to_owned()),
    }));
    let text = stage.text();
    assert!(text.contains("Permission denied"), "{text}");
    stage.press("enter");
    let ticket = asked_about_a_file(&mut stage);
    stage.report(Report::Answer(Answer::Exported {
        ticket,
        result: Ok((400, "purges.csv".into())),
    }));
    assert!(stage.app.overlays().is_empty());
    let text = stage.text();
    assert!(text.contains("Wrote 400 purges to purges.csv"), "{text}");
}

#[test]
fn a_file_that_nobody_waits_for_any_more_is_told_of_below() {
    let mut stage = Stage::new((80, 24));
    stage.press("ctrl-s enter");
    let ticket = asked_about_a_file(&mut stage);
    stage.press("esc");
    assert!(stage.app.overlays().is_empty());
    stage.report(Report::Answer(Answer::Exported {
        ticket,
        result: Err("purges.csv: Permission denied".to_owned()),
    }));
    assert!(stage.text().contains("Permission denied"), "{}", stage.text());
}

#[test]
fn where_no_view_can_be_saved_that_is_said_before_a_name_is_asked_for() {
    let mut stage =
        Stage::empty((100, 30), 40, Setup { view_place: ViewPlace::Nowhere, ..setup() });
    stage.start();
    stage.press("W");
    assert!(stage.text().contains("Views cannot be kept here"), "{}", stage.text());
    assert!(stage.app.overlays().is_empty());
}
