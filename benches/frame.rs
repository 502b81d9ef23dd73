//! What a frame costs, and what a key costs before it: the budget of both together is half a
//! millisecond.
#![expect(
    clippy::expect_used,
    clippy::panic,
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
use purgedeck::tui::TerminalIo;
use purgedeck::tui::renderer::Renderer;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use stage::Stage;

fn main() {
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

/// A terminal that swallows what is written.
struct Sink((u16, u16));

impl TerminalIo for Sink {
    fn size(&self) -> std::io::Result<(u16, u16)> {
        Ok(self.0)
    }
    fn write(&mut self, cells: &[(u16, u16, &Cell)]) -> std::io::Result<()> {
        black_box(cells);
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

/// A key that moves the cursor, the frame after it, and the difference to the frame before: all but
/// the writing.
#[divan::bench(args = SIZES)]
fn key_to_cells(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut stage = Stage::with(size, 1_000);
    let mut renderer = Renderer::default();
    let mut terminal = Sink(size);
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        stage.press(if down { "j" } else { "k" });
        renderer
            .render(&mut terminal, size, |area: Rect, buffer: &mut Buffer| {
                stage.draw_into(area, buffer);
            })
            .expect("a sink takes everything")
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
