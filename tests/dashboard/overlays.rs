//! What stands above the board: composing, the plan, the queue, help.

use std::sync::Arc;

use purgedeck::app::{Input, Msg};
use purgedeck::domain::event::Event;
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::plan::Preview;
use purgedeck::effect::{Answer, Effect, Query, Report, TerminalEffect};

use super::stage::{Stage, just_queued};

fn composing(size: (u16, u16)) -> Stage {
    let mut stage = Stage::alone(size);
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
    planned_of(size, &["https://www.site.com/img/hero.jpg", "https://static.shop.example/css/*"])
}

/// A plan of these lines, with its requests as they would be sent.
fn planned_of(size: (u16, u16), lines: &[&str]) -> Stage {
    let mut stage = Stage::alone(size);
    stage.press("P");
    for line in lines {
        stage.type_text(line);
        stage.press("enter");
    }
    stage.press("ctrl-p");
    let asked = stage.take_asked();
    let (ticket, requests) = asked
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Query(Query::Preview { ticket, requests }) => Some((ticket, requests)),
            _ => None,
        })
        .expect("the plan asks for the exact requests");
    let previews = requests.iter().map(|request| Preview {
        method: "POST".to_owned(),
        url: format!("https://api.northcdn.example/resources/{}/purge", request.resource),
        headers: vec![
            ("Authorization".to_owned(), "APIKey $TOKEN".to_owned()),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ],
        body: format!("{:?}", request.payload.targets()),
        curl: String::new(),
    });
    stage.report(Report::Answer(Answer::Previewed { ticket, previews: previews.collect() }));
    stage
}

#[test]
fn an_empty_draft_says_in_full_what_goes_there() {
    let mut stage = Stage::new((80, 24));
    stage.press("P");
    let text = stage.text();
    assert!(text.contains("patterns (/img/*) or curl lines"), "{text}");
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
fn a_request_that_is_longer_than_its_room_says_so_and_scrolls_to_its_last_target() {
    let targets: Vec<String> =
        (0..60).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    let mut targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    targets.push("https://static.shop.example/css/*");
    for size in [(160, 30), (80, 24), (60, 18)] {
        let mut stage = planned_of(size, &targets);
        let first = stage.text();
        assert!(first.contains("as it is sent"), "{first}");
        if !first.contains("/59.jpg") {
            assert!(first.contains("more line"), "{first}");
            assert!(first.contains("ctrl-d"), "{first}");
        }
        stage.press("pagedown ctrl-d ctrl-d pagedown pagedown pagedown");
        let last = stage.text();
        assert!(last.contains("/59.jpg\"]"), "{last}");
        assert!(!last.contains("more line"), "{last}");
        stage.press("pageup ctrl-u ctrl-u ctrl-u ctrl-u ctrl-u");
        assert_eq!(stage.text(), first, "and back");
        stage.press("ctrl-d j");
        assert!(stage.text().contains("request 2 as it is sent"));
        stage.press("k");
        assert_eq!(stage.text(), first, "another request starts at its top");
    }
}

#[test]
fn a_page_back_from_the_end_of_a_request_moves_at_once() {
    let targets: Vec<String> =
        (0..90).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let mut stage = planned_of((80, 24), &targets);
    stage.press("ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d");
    let end = stage.text();
    assert!(end.contains("the end, "), "{end}");
    stage.press("ctrl-u");
    assert!(!stage.text().contains("the end, "), "{}", stage.text());
}

#[test]
fn where_a_cname_is_typed_the_request_scrolls_by_the_key_that_types_nothing() {
    let mut stage = planned_of((60, 14), &["https://img.site.com/*"]);
    let text = stage.text();
    assert!(text.contains("Type img.site.com"), "{text}");
    assert!(!text.contains("ctrl-d"), "{text}");
    assert!(text.contains("more line"), "{text}");
    assert!(text.contains("pagedown"), "{text}");
    stage.press("pagedown pagedown pagedown pagedown");
    assert!(stage.text().contains("[\"/*\"]"), "{}", stage.text());
}

#[test]
fn a_click_goes_to_a_request_of_a_plan_and_sends_nothing() {
    let mut stage = planned((80, 24));
    stage.click("static.shop.example");
    assert!(stage.text().contains("request 2 as it is sent"), "{}", stage.text());
    stage.click("static.shop.example");
    assert_eq!(stage.take_asked(), []);
    assert!(stage.text().contains("Plan: 2 requests"), "{}", stage.text());
}

#[test]
fn a_plan_says_that_the_queue_is_paused_and_how_it_is_resumed() {
    let mut stage = planned((80, 24));
    assert!(!stage.text().contains("paused"), "{}", stage.text());
    stage.report(Report::Event(Event::QueuePaused(true)));
    let text = stage.text();
    assert!(text.contains("The queue is paused"), "{text}");
    assert!(text.contains("(Q, then p)"), "{text}");
    assert!(text.contains("S queues it"), "{text}");
    assert!(!text.contains("sent now"), "{text}");
}

#[test]
fn a_plan_that_empties_a_resource_says_so_in_plain_words() {
    for (size, lines) in
        [((80, 24), "https://img.site.com/*"), ((60, 18), "https://img.site.com/*")]
    {
        let mut stage = Stage::alone(size);
        stage.press("P");
        stage.type_text(lines);
        stage.press("ctrl-p");
        let text = stage.text();
        assert!(text.contains("This removes the whole resource img.site.com"), "{text}");
        assert!(text.contains("Type img.site.com"), "{text}");
    }
}

fn queued(stage: &mut Stage, count: usize, state: JournalState) {
    for id in 0..count {
        let entry = JournalEntry {
            state,
            place: id as i64,
            ..just_queued(&format!("{}-{id}", state.word()), "edge-prod", stage.now)
        };
        stage.report(Report::Event(Event::Journal(Box::new(entry))));
    }
}

#[test]
fn leaving_says_what_becomes_of_what_is_under_way() {
    for (sending, waiting, paused, title, leave) in [
        (
            0,
            2,
            false,
            "2 queued",
            "Quit: the queue goes on in another purgedeck, or at the next start",
        ),
        (
            0,
            2,
            true,
            "2 queued, and the queue is paused",
            "Quit: the queue stays paused until it is resumed",
        ),
        (1, 0, false, "1 being sent", "Quit: the requests being sent are waited for"),
    ] {
        let mut stage = Stage::new((80, 24));
        queued(&mut stage, sending, JournalState::Sending);
        queued(&mut stage, waiting, JournalState::Queued);
        stage.report(Report::Event(Event::QueuePaused(paused)));
        stage.take_asked();
        stage.press("q");
        let text = stage.text();
        assert!(text.contains(title), "{text}");
        assert!(text.contains(leave), "{text}");
    }
}

/// The words inside of the frame of the popup on top.
fn within_popup(stage: &Stage) -> String {
    let text = stage.text();
    let mut lines = text.lines().skip_while(|line| !line.contains("┌▌"));
    let edge: Vec<char> = lines.next().unwrap().chars().collect();
    let left = edge.windows(2).position(|it| it == ['┌', '▌']).unwrap();
    let right = left + edge[left..].iter().position(|it| *it == '┐').unwrap();
    let inside = |line: &str| line.chars().skip(left + 1).take(right - left - 1).collect();
    let lines: Vec<String> = lines.take_while(|line| !line.contains('└')).map(inside).collect();
    let words = lines.iter().flat_map(|line| line.split_whitespace()).filter(|it| *it != "▸");
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn leaving_says_it_in_full_where_that_takes_several_lines() {
    for size in [(160, 50), (80, 24), (60, 18), (40, 18)] {
        let mut stage = Stage::new(size);
        queued(&mut stage, 1, JournalState::Sending);
        queued(&mut stage, 2, JournalState::Queued);
        stage.press("q");
        let text = within_popup(&stage);
        let leave = "Quit: the requests being sent are waited for; the queue goes on in another \
                     purgedeck, or at the next start";
        assert!(text.contains(leave), "{size:?}: {}", stage.text());
        assert!(text.contains("Cancel the queued requests and quit: 2 will not be sent"), "{text}");
        // All lines of an answer are one.
        stage.press("j");
        let last = if stage.text().contains("next start") { "next start" } else { "start" };
        stage.click(last);
        assert!(stage.take_asked().contains(&Effect::Terminal(TerminalEffect::Quit)), "{size:?}");
    }
}

#[test]
fn a_second_q_neither_answers_nor_types_anything() {
    let mut stage = Stage::new((80, 24));
    queued(&mut stage, 1, JournalState::Queued);
    stage.press("q");
    let before = stage.text();
    stage.press("q q x");
    assert_eq!(stage.text(), before);
    assert!(!stage.take_asked().contains(&Effect::Terminal(TerminalEffect::Quit)));
    stage.press("j enter");
    assert!(stage.take_asked().contains(&Effect::Terminal(TerminalEffect::Quit)));
}

#[test]
fn a_long_draft_has_numbered_lines_and_says_what_concerns_all_of_it() {
    let mut setup = super::stage::setup();
    setup.accounts[0].reason_required = true;
    let mut stage = Stage::empty((100, 30), 5, setup);
    stage.start();
    stage.hear_of_accounts();
    stage.report(Report::Event(Event::Resources {
        account: "edge-test".into(),
        resources: Arc::new(Vec::new()),
    }));
    let mut lines: Vec<String> =
        (1..=300).map(|n| format!("https://www.site.com/img/{n}.jpg")).collect();
    lines[99] = "https://www.site.com/a\u{1b}[31m.jpg".to_owned();
    stage.press("P");
    stage.send(Msg::Input(Input::Paste(lines.join("\r\n"))));
    stage.press("ctrl-n");
    insta::assert_snapshot!(stage.picture());
}

/// Every overlay, by the name of its pictures.
fn overlays(size: (u16, u16)) -> Vec<(&'static str, Stage)> {
    let pressed = |keys: &str| {
        let mut stage = Stage::new(size);
        stage.press(keys);
        stage
    };
    let mut palette = pressed(":");
    palette.type_text("pur");
    let mut queue = Stage::new(size);
    queue.answering = true;
    queued(&mut queue, 1, JournalState::Sending);
    queue.journal.clear();
    queue.press("Q");
    queued(&mut queue, 2, JournalState::Queued);
    queued(&mut queue, 1, JournalState::Rejected);
    vec![
        ("compose", composing(size)),
        ("plan", planned(size)),
        ("queue", queue),
        ("help", pressed("?")),
        ("palette", palette),
        ("pick", pressed("a")),
        ("columns", pressed("c")),
        ("prompt", pressed("W")),
    ]
}

#[test]
fn every_overlay_at_every_size() {
    for size in [(160, 50), (80, 24), (60, 20)] {
        for (name, stage) in overlays(size) {
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), stage.picture());
        }
    }
}
