//! The bytes of a frame over the wire, counted: a row step, a page, a list that moves by a row.

use std::num::NonZeroU16;

use purgedeck::domain::purge::Target;
use purgedeck::tui::DrawingAbilities;
use purgedeck::tui::frame_encoder::FrameEncoder;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::stage::{Stage, lines, setup};

const SIZE: (u16, u16) = (160, 50);

/// Bytes of a step by a row: two rows and the summary of the purge under the cursor.
const ROW_STEP: usize = 500;

/// Bytes of a page.
const PAGE: usize = 7_000;

/// Purges with hosts and targets as long as those of a large site.
fn long_names() -> Stage {
    let mut stage = Stage::empty(SIZE, 400, setup());
    for (n, (_, purge)) in stage.store.iter_mut().enumerate() {
        let host = ["www", "video", "img", "static", "api"][n % 5];
        let brand = ["acme", "globex", "initech", "umbra", "hooli"][n / 3 % 5];
        purge.cname = format!("{host}.{brand}-cdn.example.com");
        let folder = ["assets", "images/products", "news", "js/shop", "landing/v2"][n / 2 % 5];
        let target =
            |at: usize| format!("https://{}/{folder}/hero-{:06x}.webp", purge.cname, n * 7919 + at);
        purge.targets = (0..purge.targets.len()).map(|at| Target::new(target(at))).collect();
    }
    stage.start();
    stage
}

/// A terminal that a stage is shown on.
struct Screen {
    encoder: FrameEncoder,
    shown: Buffer,
    terminal: vt100::Parser,
}

impl Screen {
    fn new(abilities: DrawingAbilities) -> Self {
        let cells = |count| NonZeroU16::new(count).unwrap();
        Self {
            encoder: FrameEncoder::new(abilities),
            shown: Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1)),
            terminal: vt100::Parser::new(cells(SIZE.1), cells(SIZE.0), 0),
        }
    }

    /// Shows what the stage has; returns the number of bytes.
    fn show(&mut self, stage: &Stage) -> usize {
        let next = stage.draw();
        let bytes = self.encoder.encode(&mut self.shown, &next);
        self.terminal.process(bytes);
        let count = bytes.len();
        let rows: Vec<String> = self.terminal.screen().rows(0, SIZE.0).collect();
        let should = lines(&next);
        for (row, should) in rows.iter().zip(&should) {
            assert_eq!(row.trim_end(), should.trim_end());
        }
        self.shown = next;
        count
    }

    /// Presses keys; returns the number of bytes of each.
    fn bytes_of(&mut self, stage: &mut Stage, keys: &str) -> Vec<usize> {
        let press = |key| {
            stage.press(key);
            self.show(stage)
        };
        keys.split_whitespace().map(press).collect()
    }
}

#[test]
fn a_step_by_a_row_writes_two_rows_and_the_summary() {
    let mut stage = long_names();
    let mut screen = Screen::new(DrawingAbilities::ALL);
    screen.show(&stage);
    let steps = screen.bytes_of(&mut stage, "j j j j j k k k j j j j j j j j");
    assert!(steps.iter().all(|bytes| *bytes <= ROW_STEP), "{steps:?}");
}

#[test]
fn a_page_writes_its_rows() {
    let mut stage = long_names();
    let mut screen = Screen::new(DrawingAbilities::ALL);
    screen.show(&stage);
    let pages = screen.bytes_of(&mut stage, "pagedown pagedown pageup end home");
    assert!(pages.iter().all(|bytes| *bytes <= PAGE), "{pages:?}");
}

#[test]
fn a_list_that_moves_by_a_row_is_moved_by_the_terminal() {
    let mut stage = long_names();
    let mut screen = Screen::new(DrawingAbilities::ALL);
    screen.show(&stage);
    screen.bytes_of(&mut stage, "pagedown pagedown");
    let mut moves = 0;
    for _ in 0..60 {
        let before = screen.shown.clone();
        let bytes = screen.bytes_of(&mut stage, "j");
        let rows = before.content.chunks(160).zip(screen.shown.content.chunks(160));
        if rows.filter(|(old, new)| old != new).count() > 20 {
            moves += 1;
            assert!(bytes[0] <= ROW_STEP + 100, "{bytes:?}");
        }
    }
    assert!(moves > 20, "{moves}");
}

#[test]
fn a_terminal_that_only_moves_its_cursor_shows_the_same() {
    let mut stage = long_names();
    let mut screen = Screen::new(DrawingAbilities::default());
    screen.show(&stage);
    screen.bytes_of(&mut stage, "j j pagedown j end k k home enter j esc / h e r o enter s q");
}

#[test]
fn the_summary_names_the_first_target_only_where_its_row_has_no_room_for_it() {
    let summary = |stage: &Stage| stage.text().lines().rev().take(6).collect::<String>();
    let mut stage = long_names();
    stage.press("j");
    assert!(!summary(&stage).contains("https://"), "{}", stage.text());
    let target = "https://img.acme-cdn.example.com/images/products/hero-003dde.webp";
    stage.resize((110, 50));
    assert!(!summary(&stage).contains("https://"), "{}", stage.text());
    stage.press("j");
    assert!(summary(&stage).contains(target), "{}", stage.text());
}
