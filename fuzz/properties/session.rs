//! A session: keys, pastes and the mouse as a terminal sends them, and between them another size of
//! the screen, time that passes, and news. Every screen can be drawn, ctrl-c leaves in the end, and
//! what is kept of it all stays in proportion to what was typed.

use std::sync::LazyLock;

use chrono::TimeDelta;
use purgedeck::app::{Input, Msg};
use purgedeck::domain::event::{AccountStatus, Event, Level, Notice};
use purgedeck::domain::failure::{Cause, Failure};
use purgedeck::domain::journal::{JournalEntry, JournalState};
use purgedeck::effect::{Effect, Report, TerminalEffect};
use purgedeck::tui::input::InputParser;
use tokio::time::Instant;

use stage::{Stage, just_queued};

#[path = "../../tests/dashboard/picture.rs"]
mod picture;
#[expect(dead_code, reason = "a session needs a part of it")]
#[path = "../../tests/dashboard/stage.rs"]
mod stage;
#[expect(dead_code, reason = "a session needs a part of it")]
#[path = "../../src/testing.rs"]
mod testing;

/// Sessions of more bytes are left out.
const MOST: usize = 4 << 10;
/// From here on a byte is of no text: it says what happens besides, by the two bytes behind it.
const ASIDE: u8 = 0xf8;
/// The most keys that it takes to close everything that a session can open.
const LEAVING: usize = 40;
/// Bytes that a byte of a session may add to what the program keeps, as its debug output has it:
/// a draft and what is remembered of it, a row of a pane.
const EACH: usize = 2_000;

/// The size of the program before anything was typed.
static AT_FIRST: LazyLock<usize> = LazyLock::new(|| size(&begin()));

fn begin() -> Stage {
    Stage::with((100, 30), 60)
}

fn size(stage: &Stage) -> usize {
    format!("{:?}", stage.app).len()
}

/// Holds a session to the properties.
pub(crate) fn hold(data: &[u8]) {
    if data.len() > MOST {
        return;
    }
    let (mut stage, mut parser, now) = (begin(), InputParser::default(), Instant::now());
    let mut rest = data;
    while let Some(&first) = rest.first() {
        if first >= ASIDE {
            let byte = |at: usize| rest.get(at).copied().unwrap_or_default();
            aside(&mut stage, first, byte(1), byte(2));
            stage.draw();
            rest = rest.get(3..).unwrap_or_default();
        } else {
            let end = rest.iter().position(|byte| *byte >= ASIDE).unwrap_or(rest.len());
            let (typed, after) = rest.split_at(end);
            parser.feed(typed, now);
            take_all(&mut stage, &mut parser);
            rest = after;
        }
    }
    parser.give_up();
    take_all(&mut stage, &mut parser);
    leave(&mut stage);
    let (size, most) = (size(&stage), 4 * *AT_FIRST + EACH * data.len());
    assert!(size <= most, "{size} bytes are kept of {} that were typed", data.len());
}

fn take_all(stage: &mut Stage, parser: &mut InputParser) {
    while let Some(input) = parser.pop() {
        match input {
            Input::Mouse(pointer, at) => stage.press_mouse(pointer, at),
            input => stage.send(Msg::Input(input)),
        }
        stage.draw();
    }
}

/// Something that no key is.
fn aside(stage: &mut Stage, what: u8, one: u8, other: u8) {
    let account = if one.is_multiple_of(2) { "edge-prod" } else { "edge-test" };
    match what - ASIDE {
        0 | 1 => {
            let scaled = |byte: u8, most: u32| (1 + u32::from(byte) * (most - 1) / 255) as u16;
            stage.resize((scaled(one, 300), scaled(other, 100)));
        }
        2 => stage.arrive(usize::from(one)),
        3 => stage.answering = one.is_multiple_of(2),
        4 => {
            stage.now += TimeDelta::seconds(i64::from(one) * i64::from(other));
            stage.send(Msg::Woke);
        }
        5 => {
            let states = JournalState::EVERY;
            let state = states.get(usize::from(other) % states.len()).copied();
            let entry = just_queued(&format!("{}", one % 8), account, stage.now);
            let entry = JournalEntry { state: state.unwrap_or(entry.state), ..entry };
            stage.report(Report::Event(Event::Journal(Box::new(entry))));
        }
        6 => {
            let failure = (!other.is_multiple_of(3)).then(|| Failure::new(Cause::Lost));
            let status = AccountStatus { failure, ..AccountStatus::default() };
            stage.report(Report::Event(Event::Account { account: account.into(), status }));
        }
        _ => {
            let words = "something\nwas \u{1b}[31m said \u{202e}".repeat(usize::from(one % 16));
            let notice = Notice { level: Level::Error, account: None, words };
            stage.report(Report::Event(Event::Notice(notice)));
        }
    }
}

/// Leaves with ctrl-c, and says so where that is asked for because requests are queued.
fn leave(stage: &mut Stage) {
    stage.take_asked();
    for _ in 0..LEAVING {
        let is_open = !stage.app.overlays().is_empty();
        stage.press("ctrl-c");
        stage.draw();
        if has_quit(stage) {
            return;
        }
        if !is_open && !stage.app.overlays().is_empty() {
            stage.press("down enter");
            assert!(has_quit(stage), "the question about leaving does not leave");
            return;
        }
    }
    panic!("ctrl-c does not leave:\n{}", stage.text());
}

fn has_quit(stage: &mut Stage) -> bool {
    stage.take_asked().contains(&Effect::Terminal(TerminalEffect::Quit))
}
