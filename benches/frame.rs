//! What a frame costs, and what a key costs before it: the budget of both together is half a
//! millisecond.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "a benchmark"
)]
#![expect(dead_code, reason = "the stage has more than is used here")]

#[path = "../tests/dashboard/picture.rs"]
mod picture;
#[path = "../tests/dashboard/stage.rs"]
mod stage;
#[path = "../src/testing.rs"]
mod testing;

use divan::{Bencher, black_box};
use purgedeck::app::{Ctx, Input, Msg, update};
use purgedeck::tui::frame_encoder::FrameEncoder;
use purgedeck::tui::renderer::Renderer;
use purgedeck::tui::{DrawingAbilities, TerminalIo};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stage::Stage;

fn main() {
    for (what, key) in [("row step", "j"), ("page", "pagedown"), ("end", "end")] {
        println!("{:6} bytes of a {what}, 160x50", Change::by(key, (160, 50)).bytes());
    }
    divan::main();
}

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 50), (250, 70)];

/// Drawing the whole board into a buffer, as every frame does.
#[divan::bench(args = SIZES)]
fn draw(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let stage = Stage::with(size, 1_000);
    bencher.bench_local(|| stage.draw());
}

/// The same with an open detail and a filter whose matches stand out in every row.
#[divan::bench(args = SIZES)]
fn draw_with_matches(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut stage = Stage::with(size, 1_000);
    stage.press("/");
    stage.type_text("hero");
    stage.press("enter n");
    bencher.bench_local(|| stage.draw());
}

/// Two frames with a key between them.
struct Change {
    before: Buffer,
    after: Buffer,
    /// What the encoder uses up.
    shown: Buffer,
    encoder: FrameEncoder,
}

impl Change {
    fn by(key: &str, size: (u16, u16)) -> Self {
        let mut stage = Stage::with(size, 1_000);
        stage.press("j j");
        let before = stage.draw();
        stage.press(key);
        let after = stage.draw();
        let encoder = FrameEncoder::new(DrawingAbilities::ALL);
        Self { shown: before.clone(), before, after, encoder }
    }

    /// Makes the bytes of it; returns their number.
    fn bytes(&mut self) -> usize {
        self.shown.clone_from(&self.before);
        self.encoder.encode(&mut self.shown, &self.after).len()
    }
}

/// The difference of two frames as bytes: a step by a row, a page.
#[divan::bench(args = ["j", "pagedown"])]
fn bytes_of(bencher: Bencher<'_, '_>, key: &str) {
    let mut change = Change::by(key, (160, 50));
    bencher.bench_local(|| change.bytes());
}

/// A terminal that swallows what is written.
struct Sink {
    size: (u16, u16),
    encoder: FrameEncoder,
}

impl TerminalIo for Sink {
    fn size(&self) -> std::io::Result<(u16, u16)> {
        Ok(self.size)
    }
    fn write(&mut self, shown: &mut Buffer, next: &Buffer) -> std::io::Result<()> {
        black_box(self.encoder.encode(shown, next));
        Ok(())
    }
    fn clear(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    fn copy(&mut self, _text: &str) -> std::io::Result<()> {
        Ok(())
    }
    fn ring(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    fn message(&mut self, _text: &str) -> std::io::Result<()> {
        Ok(())
    }
    fn leave(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    fn enter(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    fn can_stop(&self) -> bool {
        false
    }
    fn suspend(&self) -> std::io::Result<()> {
        Ok(())
    }
    fn stop(&self) -> std::io::Result<()> {
        Ok(())
    }
    async fn edit(&self, _text: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

/// A key that moves the cursor, the frame after it, and the bytes for what it differs in from the
/// frame before: all but the writing.
#[divan::bench(args = SIZES)]
fn key_to_bytes(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut stage = Stage::with(size, 1_000);
    let mut renderer = Renderer::default();
    let mut terminal = Sink { size, encoder: FrameEncoder::new(DrawingAbilities::ALL) };
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        stage.press(if down { "j" } else { "k" });
        renderer
            .render(&mut terminal, size, |area: Rect, buffer: &mut Buffer| {
                stage.draw_into(area, buffer);
            })
            .expect("a sink takes everything");
    });
}

/// A key alone.
#[divan::bench]
fn update_of_a_key(bencher: Bencher<'_, '_>) {
    let mut stage = Stage::with((160, 50), 1_000);
    let down: purgedeck::keymap::Chord = "j".parse().expect("a key");
    let up = "k".parse().expect("a key");
    let mut turn = false;
    bencher.bench_local(|| {
        turn = !turn;
        let ctx = Ctx { now: stage.now, size: stage.size, keymap: &stage.keymap };
        let chord = if turn { down } else { up };
        black_box(update(&mut stage.app, Msg::Input(Input::Chord(chord)), &ctx))
    });
}

/// A letter in the filter bar: parsing, completing, asking.
#[divan::bench]
fn update_of_a_letter_in_the_filter(bencher: Bencher<'_, '_>) {
    let mut stage = Stage::with((160, 50), 1_000);
    stage.press("/");
    stage.answering = false;
    bencher.bench_local(|| {
        stage.press("h backspace");
        stage.asked.clear();
    });
}
