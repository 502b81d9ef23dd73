//! Drafts: each purge its own, kept as a list, never merged or opened again unasked.

use purgedeck::domain::draft::{Draft, KeptDraft};
use purgedeck::effect::{Answer, Effect, Order, Report};

use super::stage::Stage;

/// The drafts that were kept and not forgotten since, by their texts.
fn kept(asked: &[Effect]) -> Vec<String> {
    let mut drafts: Vec<KeptDraft> = Vec::new();
    for effect in asked {
        match effect {
            Effect::Order(Order::KeepDraft(kept)) => {
                drafts.retain(|other| other.id != kept.id);
                drafts.push(kept.clone());
            }
            Effect::Order(Order::ForgetDraft(id)) => drafts.retain(|other| other.id != *id),
            _ => {}
        }
    }
    drafts.into_iter().map(|kept| kept.draft.text).collect()
}

#[test]
fn purging_again_opens_just_the_row_it_was_pressed_on_beside_a_draft_that_is_kept() {
    let mut stage = Stage::alone((100, 30));
    stage.press("P");
    stage.type_text("https://img.site.com/mine.jpg");
    stage.press("tab");
    stage.type_text("stale hero");
    stage.press("esc");
    assert!(stage.text().contains("1 draft kept: D"), "{}", stage.text());
    stage.press("R");
    let text = stage.text();
    assert!(text.contains("/img/0/hero-0.jpg"), "{text}");
    assert!(!text.contains("mine.jpg") && !text.contains("stale hero"), "{text}");
    stage.press("esc");
    assert!(stage.text().contains("2 drafts kept: D"), "{}", stage.text());
    assert_eq!(
        kept(&stage.take_asked()),
        ["https://img.site.com/mine.jpg", "/img/0/hero-0.jpg"],
        "both, and neither changed"
    );
    // The same row once more is the same draft.
    stage.press("R esc");
    assert!(stage.text().contains("2 drafts kept: D"), "{}", stage.text());
}

#[test]
fn composing_always_begins_empty() {
    let mut stage = Stage::alone((80, 24));
    stage.press("P");
    stage.type_text("https://www.site.com/a.jpg");
    stage.press("esc P");
    assert!(!stage.text().contains("/a.jpg"), "{}", stage.text());
    stage.press("esc");
    assert!(!stage.text().contains("drafts kept"), "an empty one is none: {}", stage.text());
}

#[test]
fn the_list_opens_and_deletes_drafts_and_brings_the_last_one_back() {
    for size in [(100, 30), (80, 24), (60, 20)] {
        let mut stage = Stage::alone(size);
        for line in ["https://www.site.com/one.jpg", "https://img.site.com/two.jpg"] {
            stage.press("P");
            stage.type_text(line);
            stage.press("esc");
        }
        stage.press("D");
        let text = stage.text();
        assert!(text.contains("www.site.com") && text.contains("img.site.com"), "{text}");
        assert!(text.contains("one.jpg") && text.contains("two.jpg"), "{text}");
        stage.press("j x");
        assert!(!stage.text().contains("one.jpg"), "{}", stage.text());
        stage.press("u");
        assert!(stage.text().contains("one.jpg"), "{}", stage.text());
        stage.press("enter");
        let text = stage.text();
        assert!(text.contains("Compose") && text.contains("one.jpg"), "{text}");
        assert!(!text.contains("two.jpg"), "{text}");
        stage.press("esc D x esc D");
        assert!(!stage.text().contains("one.jpg"), "{}", stage.text());
        assert!(stage.text().contains("two.jpg"), "{}", stage.text());
    }
}

#[test]
fn a_draft_that_was_sent_or_emptied_is_not_kept() {
    let mut stage = Stage::alone((80, 24));
    stage.press("P");
    stage.type_text("https://www.site.com/a");
    stage.press("backspace ctrl-x esc D");
    assert!(stage.text().contains("No draft is kept"), "{}", stage.text());
    stage.press("esc P");
    stage.type_text("https://www.site.com/a");
    stage.press("ctrl-p enter");
    let asked = stage.take_asked();
    let ticket = asked
        .iter()
        .find_map(|effect| match effect {
            Effect::Order(Order::Enqueue { ticket, .. }) => Some(*ticket),
            _ => None,
        })
        .expect("it is sent");
    stage.report(Report::Answer(Answer::Enqueued { ticket, result: Ok(Vec::new()) }));
    stage.press("D");
    assert!(stage.text().contains("No draft is kept"), "{}", stage.text());
}

#[test]
fn drafts_of_earlier_runs_are_in_the_list() {
    let mut stage = Stage::alone((80, 24));
    let draft = Draft { text: "https://www.site.com/old.jpg".to_owned(), ..Draft::default() };
    let kept = KeptDraft { id: "1".into(), changed: stage.now, draft };
    stage.report(Report::Answer(Answer::DraftsKept(vec![kept])));
    stage.press("P");
    assert!(!stage.text().contains("old.jpg"), "{}", stage.text());
    stage.press("esc D");
    assert!(stage.text().contains("old.jpg"), "{}", stage.text());
}
