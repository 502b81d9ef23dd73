//! What stands above the board: composing, the plan, the queue, help.

use std::sync::Arc;

use purgedeck::domain::plan::Preview;
use purgedeck::effect::{Effect, Report};

use super::picture::picture;
use super::stage::Stage;

/// A stage where one account alone serves the cnames, so that a pasted host says all.
fn alone(size: (u16, u16)) -> Stage {
    let mut stage = Stage::new(size);
    stage.report(Report::Resources {
        account: "edge-test".into(),
        resources: Arc::new(Vec::new()),
    });
    stage
}

fn composing(size: (u16, u16)) -> Stage {
    let mut stage = alone(size);
    stage.press("P");
    for line in [
        "https://www.site.com/img/hero.jpg?w=640",
        "https://img.site.com/thumbs/*",
        "https://nowhere.example/x",
        "https://www.site.com/a b#top",
    ] {
        stage.type_text(line);
        stage.press("enter");
    }
    stage
}

fn planned(size: (u16, u16)) -> Stage {
    let mut stage = alone(size);
    stage.press("P");
    for line in [
        "https://www.site.com/img/hero.jpg",
        "https://static.shop.example/css/*",
    ] {
        stage.type_text(line);
        stage.press("enter");
    }
    stage.press("ctrl-p");
    let asked = stage.take_asked();
    let (ticket, requests) = asked
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Preview { ticket, requests } => Some((ticket, requests)),
            _ => None,
        })
        .expect("the plan asks for the exact requests");
    let previews = requests.iter().map(|request| Preview {
        method: "POST".to_owned(),
        url: format!(
            "https://api.northcdn.example/resources/{}/purge",
            request.resource
        ),
        headers: vec![
            ("Authorization".to_owned(), "APIKey $TOKEN".to_owned()),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ],
        body: format!("{:?}", request.payload.targets()),
        curl: String::new(),
    });
    stage.report(Report::Previewed {
        ticket,
        previews: previews.collect(),
    });
    stage
}

#[test]
fn composing_at_160_by_50() {
    insta::assert_snapshot!(picture(&composing((160, 50)).draw()));
}

#[test]
fn composing_at_80_by_24() {
    insta::assert_snapshot!(picture(&composing((80, 24)).draw()));
}

#[test]
fn a_plan_that_errors_forbid_says_why_in_view_of_the_draft() {
    for size in [(160, 50), (80, 24), (60, 18)] {
        let mut stage = composing(size);
        stage.press("ctrl-p");
        let text = stage.text();
        assert!(text.contains("Nothing can be sent while errors"), "{text}");
        assert!(text.contains("nowhere.example/x"), "{text}");
    }
}

#[test]
fn the_plan_at_160_by_50() {
    insta::assert_snapshot!(picture(&planned((160, 50)).draw()));
}

#[test]
fn the_plan_at_80_by_24() {
    insta::assert_snapshot!(picture(&planned((80, 24)).draw()));
}

#[test]
fn help_at_100_by_30() {
    let mut stage = Stage::new((100, 30));
    stage.press("?");
    insta::assert_snapshot!(picture(&stage.draw()));
}

#[test]
fn the_palette_at_80_by_24() {
    let mut stage = Stage::new((80, 24));
    stage.press(":");
    stage.type_text("pur");
    insta::assert_snapshot!(picture(&stage.draw()));
}

#[test]
fn purging_again_never_takes_the_place_of_a_draft_that_was_kept() {
    let mut stage = alone((100, 30));
    stage.press("P");
    stage.type_text("https://www.site.com/mine.jpg");
    stage.press("esc R");
    let text = stage.text();
    assert!(text.contains("/mine.jpg"), "{text}");
    assert!(text.contains("draft"), "{text}");
}
