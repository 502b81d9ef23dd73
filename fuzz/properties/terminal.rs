//! Whatever a terminal sends: the pieces in which it comes make no difference, and once nothing
//! more of it comes the keys work.

use std::time::Duration;

use purgedeck::app::Input;
use purgedeck::tui::input::InputParser;
use tokio::time::Instant;

/// Holds bytes to what the parser of the terminal's input promises.
pub(crate) fn hold(data: &[u8]) {
    let now = Instant::now();
    let whole = inputs([data], now);
    assert!(whole.len() <= data.len(), "more inputs than bytes");
    for size in [1, 2, 3, 7] {
        assert_eq!(inputs(data.chunks(size), now), whole, "in pieces of {size}");
    }
    let mut parser = InputParser::default();
    parser.feed(data, now);
    let later = parser.deadline().unwrap_or(now) + Duration::from_secs(1);
    parser.feed(b"", later);
    assert_eq!(parser.deadline(), None, "something is still waited for");
    while parser.pop().is_some() {}
    parser.feed(b"j", later);
    let key = "j".parse().map(Input::Chord);
    assert_eq!(parser.pop(), key.ok(), "a key is not itself");
}

/// Returns the inputs of bytes that come in pieces at once, after which nothing comes.
fn inputs<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, now: Instant) -> Vec<Input> {
    let mut parser = InputParser::default();
    for piece in pieces {
        parser.feed(piece, now);
    }
    parser.give_up();
    std::iter::from_fn(|| parser.pop()).collect()
}
