//! Help: searched while it is typed, with the marks and the filter language.

use purgedeck::theme::{ColourDepth, Glyphs, Theme};

use super::stage::Stage;

fn search(stage: &mut Stage, words: &str) -> String {
    stage.press("? /");
    stage.type_text(words);
    stage.text()
}

#[test]
fn a_word_narrows_help_while_it_is_typed_also_a_key() {
    let mut stage = Stage::new((120, 40));
    let text = search(&mut stage, "curl");
    assert!(text.contains("copy-curl") && !text.contains("split-right"), "{text}");
    stage.press("ctrl-u");
    stage.type_text("ctrl-k");
    assert!(stage.text().contains("compose-kind"), "{}", stage.text());
    stage.type_text("q?/");
    assert!(stage.text().contains("ctrl-kq?/") && stage.text().contains("No match"));
    stage.press("esc");
    assert!(stage.text().contains("split-right"), "{}", stage.text());
    stage.press("esc");
    assert!(stage.app.overlays().is_empty());
}

#[test]
fn the_marks_are_those_of_the_theme() {
    for (glyphs, rows) in [
        (Glyphs::UNICODE, ["◐ in progress", "✔ successful", "★ verified", "✗ failed", "… queued"]),
        (Glyphs::ASCII, ["~ in progress", "+ successful", "* verified", "x failed", ". queued"]),
    ] {
        let mut stage = Stage::new((120, 40));
        stage.theme = Theme::named("default", ColourDepth::Indexed, glyphs).unwrap();
        let text = search(&mut stage, "marks");
        for row in rows {
            assert!(text.contains(row), "{row}: {text}");
        }
    }
}

#[test]
fn the_filter_language_stands_in_help_with_the_values_of_its_fields() {
    let mut stage = Stage::new((140, 50));
    let text = search(&mut stage, "filters");
    for words in [
        "a comma is or",
        "status:",
        "in_progress successful failed",
        "since:",
        "yesterday",
        "by:",
        "who asked for it",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
