//! Text from outside, wherever it is shown: control characters are shown as symbols, never passed
//! on to the terminal.

use std::sync::Arc;

use proptest::prelude::*;
use purgedeck::app::{Input, Msg, Setup};
use purgedeck::domain::account::Account;
use purgedeck::domain::draft::{Draft, KeptDraft};
use purgedeck::domain::event::{AccountStatus, Event, Level, Notice, StoreError};
use purgedeck::domain::failure::{Cause, Failure};
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::domain::payload::{Payload, Targets};
use purgedeck::domain::plan::Preview;
use purgedeck::domain::purge::{PurgeDetail, SentHere, Target};
use purgedeck::domain::resource::Resource;
use purgedeck::domain::status::Status;
use purgedeck::effect::{Answer, Effect, Query, Report, SavedView};

use super::stage::{Stage, at, just_queued, limits};

/// Returns whether a terminal would obey a character, or nobody would see it.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn assert_harmless(stage: &Stage, place: &str) {
    for cell in &stage.draw().content {
        assert!(!cell.symbol().contains(is_hidden), "{place}: {:?}", cell.symbol());
    }
}

/// A stage on which everything that comes from outside says this.
fn saying(text: &str, size: (u16, u16)) -> Stage {
    let account =
        Account { badge: Some(text.to_owned()), ..Account::new(text, format!("vendor{text}")) };
    let mut stage = Stage::empty(
        size,
        6,
        Setup {
            accounts: vec![account, Account::new("other", "southcdn")],
            views: vec![SavedView { name: text.to_owned(), ..SavedView::default() }],
            ..Setup::default()
        },
    );
    for (_, purge) in &mut stage.store {
        purge.account = text.into();
        purge.provider = text.into();
        purge.resource = text.into();
        purge.cname = format!("www{text}");
        purge.by = Some(text.to_owned());
        purge.status = Status::Unknown;
        text.clone_into(&mut purge.raw_status);
        text.clone_into(&mut purge.raw_kind);
        purge.raw_created = Some(text.to_owned());
        purge.targets = vec![Target::new(format!("/{text}")), Target::new(text)];
    }
    stage.start();
    stage.report(Report::Event(Event::Limits { account: text.into(), limits: Arc::new(limits()) }));
    let resource = Resource::new(text, text, "0", format!("www{text}"));
    stage.report(Report::Event(Event::Resources {
        account: text.into(),
        resources: Arc::new(vec![resource]),
    }));
    stage.report(Report::Event(Event::Account {
        account: text.into(),
        status: AccountStatus {
            failure: Some(Failure::new(Cause::Forbidden).with_message(text)),
            ..AccountStatus::default()
        },
    }));
    stage
}

/// An entry of the journal that says this.
fn entry(text: &str) -> JournalEntry {
    let mut entry = just_queued("1", text, at("2026-11-21T10:04:12Z"));
    entry.state = JournalState::Rejected;
    entry.request.cname = format!("www{text}");
    entry.request.payload = Payload::Url(Targets::new(vec![format!("/{text}")]).unwrap());
    entry.reason = Some(text.to_owned());
    entry.ticket = Some(text.to_owned());
    entry.error = Some(text.to_owned());
    entry
}

/// Answers the open detail, and the plan's question for its exact requests.
fn answer(stage: &mut Stage, text: &str) {
    for effect in stage.take_asked() {
        let answer = match effect {
            Effect::Query(Query::Detail { pane, ticket, key }) => {
                let purge = stage.store[0].1.clone();
                let sent = SentHere {
                    sent_at: stage.now,
                    reason: Some(text.to_owned()),
                    ticket: Some(text.to_owned()),
                    verified: None,
                    verification: None,
                };
                let detail = PurgeDetail { key, purge, sent: Some(sent), refused: Vec::new() };
                Answer::Detail { pane, ticket, result: Ok(Some(Box::new(detail))) }
            }
            Effect::Query(Query::Preview { ticket, .. }) => {
                let preview = Preview {
                    method: "POST".to_owned(),
                    url: text.to_owned(),
                    headers: vec![(text.to_owned(), text.to_owned())],
                    body: text.to_owned(),
                    curl: String::new(),
                };
                Answer::Previewed { ticket, previews: vec![preview] }
            }
            _ => continue,
        };
        stage.report(Report::Answer(answer));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_pane_and_no_overlay_passes_a_control_character_on(
        head in "[a-z漢é]{0,3}",
        hidden in prop::sample::select(vec![
            "\u{1b}[31m", "\u{7}", "\r", "\n", "\t", "\u{7f}", "\u{9b}2J", "\u{202e}", "\u{200d}",
            "\u{feff}",
        ]),
        tail in "[a-z漢é\u{300}]{0,9}",
        wide in any::<bool>(),
    ) {
        let text = format!("{head}{hidden}{tail}");
        let size = if wide { (160, 50) } else { (80, 24) };
        let shown = |keys: &str| {
            let mut stage = saying(&text, size);
            stage.press(keys);
            answer(&mut stage, &text);
            stage
        };
        for (place, keys) in [
            ("the board", "j"),
            ("the detail", "enter"),
            ("the filter", "f /"),
            ("help", "?"),
            ("the palette", ":"),
            ("the cnames", "w"),
            ("the accounts", "a"),
            ("how the accounts stand", "A"),
            ("the notices", "!"),
            ("the counts", "b"),
            ("the columns", "c"),
            ("the orders", "s"),
            ("the ranges of time", "T"),
            ("purging again", "R"),
            ("an empty draft", "P"),
            ("the resources", "P ctrl-r"),
            ("the name of a view", "W"),
        ] {
            let mut stage = shown(keys);
            assert_harmless(&stage, place);
            stage.send(Msg::Input(Input::Paste(text.clone())));
            answer(&mut stage, &text);
            assert_harmless(&stage, place);
        }
        let mut plan = saying("edge", size);
        plan.press("P");
        plan.send(Msg::Input(Input::Paste("https://wwwedge/a.jpg".to_owned())));
        plan.press("ctrl-p");
        answer(&mut plan, &text);
        assert_harmless(&plan, "the plan");
        let mut queue = shown("Q");
        queue.report(Report::Event(Event::Journal(Box::new(entry(&text)))));
        assert_harmless(&queue, "the queue");
        let notice = Notice { level: Level::Error, account: Some(text.as_str().into()), words: text.clone() };
        queue.report(Report::Event(Event::Notice(notice)));
        queue.press("esc");
        assert_harmless(&queue, "a notice");
        let mut export = shown("ctrl-s enter");
        for effect in export.take_asked() {
            if let Effect::Order(purgedeck::effect::Order::Export { ticket, .. }) = effect {
                let result = Err(text.clone());
                export.report(Report::Answer(Answer::Exported { ticket, result }));
            }
        }
        assert_harmless(&export, "a file's error");
        let mut failing = Stage::empty(size, 0, Setup::default());
        failing.answering = false;
        failing.start();
        for effect in failing.take_asked() {
            if let Effect::Query(Query::Window { pane, ticket, .. }) = effect {
                let result = Err(StoreError { words: text.clone(), advice: text.clone() });
                failing.report(Report::Answer(Answer::Window { pane, ticket, result }));
            }
        }
        assert_harmless(&failing, "the store's error");
        let mut kept = saying(&text, size);
        let draft = Draft { text: text.clone(), reason: text.clone(), ..Draft::default() };
        let draft = KeptDraft { id: "1".into(), changed: kept.now, draft };
        kept.report(Report::Answer(Answer::DraftsKept(vec![draft])));
        kept.press("D");
        assert_harmless(&kept, "the list of drafts");
        kept.press("enter");
        assert_harmless(&kept, "a kept draft");
    }
}

#[test]
fn a_control_character_is_shown_as_its_symbol() {
    let stage = saying("a\u{1b}b", (160, 50));
    assert!(stage.text().contains("www␛") || stage.text().contains("wwwa␛b"), "{}", stage.text());
}
