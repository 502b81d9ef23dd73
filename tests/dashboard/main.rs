//! The dashboard without a terminal: keys in, screens and effects out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod stage;

#[test]
fn look() {
    for size in [(160, 50), (100, 30), (80, 24), (60, 24), (40, 12), (20, 5)] {
        println!("{}", stage::Stage::new(size).text());
    }
}
