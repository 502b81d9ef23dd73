//! The inputs of the process's terminal, read from it as they come. No thread waits and nothing
//! polls.

use std::io;
use std::path::Path;

use futures_util::FutureExt as _;
use rustix::fs::{Mode, OFlags};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::unix::pipe;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use super::{InputParser, Inputs};
use crate::app::Input;

/// Bytes that are read at once; a terminal keeps no more.
const CHUNK: usize = 4096;

/// Inputs up to which more is read before those are taken, so that ctrl-c is found behind them.
const MOST_WAITING: usize = 1 << 16;

/// The inputs of the process's own terminal.
#[derive(Debug)]
pub struct TerminalInputs {
    tty: Option<pipe::Receiver>,
    /// Room for what is read at once.
    bytes: Vec<u8>,
    parser: InputParser,
    resized: Signal,
}

impl TerminalInputs {
    /// Opens the terminal.
    pub fn open() -> io::Result<Self> {
        Ok(Self {
            tty: Some(open_tty()?),
            bytes: vec![0; CHUNK],
            parser: InputParser::default(),
            resized: signal(SignalKind::window_change())?,
        })
    }
}

impl Inputs for TerminalInputs {
    async fn next(&mut self) -> Option<Input> {
        let tty = match &mut self.tty {
            Some(tty) => tty,
            none => none.insert(open_tty().ok()?),
        };
        tokio::select! {
            biased;
            Some(()) = self.resized.recv() => Some(Input::Resized),
            input = next_input(tty, &mut self.bytes, &mut self.parser) => input,
        }
    }

    fn pause(&mut self) {
        self.tty = None;
        self.parser.give_up();
    }
}

/// Returns the next input; `None` when the source has ended.
async fn next_input(
    source: &mut (impl AsyncRead + Unpin),
    bytes: &mut [u8],
    parser: &mut InputParser,
) -> Option<Input> {
    if (1..MOST_WAITING).contains(&parser.waiting())
        && let Some(Ok(length)) = source.read(bytes).now_or_never()
    {
        parser.feed(bytes.get(..length)?, Instant::now());
    }
    loop {
        if let Some(input) = parser.pop() {
            return Some(input);
        }
        let deadline = parser.deadline();
        tokio::select! {
            // Bytes first: they may have waited while the program was busy.
            biased;
            read = source.read(bytes) => match read {
                Ok(0) => return None,
                Ok(length) => parser.feed(bytes.get(..length)?, Instant::now()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            },
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                parser.give_up();
            }
        }
    }
}

/// Opens the terminal anew, so that standard input stays as the shell wants it.
fn open_tty() -> io::Result<pipe::Receiver> {
    let open = |path: &Path| {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        rustix::fs::open(path, flags, Mode::empty())
    };
    // By its own name first: without job control there is no /dev/tty, and not every system can
    // wait for it. The name may belong to another user, as after su.
    let name = rustix::termios::ttyname(io::stdin(), Vec::new());
    let named = name.ok().and_then(|name| open(Path::new(name.to_str().ok()?)).ok());
    let tty = named.map_or_else(|| open(Path::new("/dev/tty")), Ok)?;
    // Read as a pipe is: bytes as they come, and an end.
    pipe::Receiver::from_owned_fd_unchecked(tty)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    /// Inputs as they come while time passes by itself.
    async fn inputs(source: &mut DuplexStream, parser: &mut InputParser) -> Vec<String> {
        let (mut inputs, mut bytes) = (Vec::new(), vec![0; CHUNK]);
        while let Some(input) = next_input(source, &mut bytes, parser).await {
            inputs.push(if let Input::Chord(chord) = input {
                chord.to_string()
            } else {
                format!("{input:?}")
            });
        }
        inputs
    }

    /// Returns the inputs of pieces of bytes, each with the milliseconds before it.
    async fn of(pieces: &[(u64, &[u8])]) -> Vec<String> {
        let (mut terminal, mut source) = duplex(1 << 16);
        let mut parser = InputParser::default();
        let typing = async {
            for (after, bytes) in pieces {
                tokio::time::sleep(std::time::Duration::from_millis(*after)).await;
                terminal.write_all(bytes).await.unwrap_or_default();
            }
            tokio::time::sleep(std::time::Duration::from_secs(10)).await;
            drop(terminal);
        };
        tokio::join!(typing, inputs(&mut source, &mut parser)).1
    }

    #[tokio::test(start_paused = true)]
    async fn an_escape_is_the_key_only_if_nothing_follows_it_soon() {
        assert_eq!(of(&[(0, b"\x1b"), (2, b"[A")]).await, ["up"]);
        assert_eq!(of(&[(0, b"\x1b"), (45, b"["), (900, b"A")]).await, ["up"]);
        assert_eq!(of(&[(0, b"\x1b"), (60, b"j")]).await, ["esc", "j"]);
        assert_eq!(of(&[(0, b"\x1bj")]).await, ["alt-j"]);
        assert_eq!(of(&[(0, b"\x1b"), (5, b"\x1b")]).await, ["esc", "esc"]);
        assert_eq!(of(&[(0, b"\x1b\x1b")]).await, ["esc", "esc"]);
        assert_eq!(of(&[(0, b"\x1b"), (300, b"\x1b")]).await, ["esc", "esc"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_is_given_up_and_the_keys_work_again() {
        for unfinished in [
            &b"\x1b[<"[..],
            b"\x1b[1;",
            b"\x1b]11;rgb:1e",
            b"\x1bP>|xterm",
            b"\x1b[M!",
            b"\xe2\x82",
        ] {
            assert_eq!(of(&[(0, unfinished), (1_001, b"j")]).await, ["j"], "{unfinished:?}");
        }
        // Whatever is pressed meanwhile.
        let held = [(0, &b"\x1b]11;"[..]), (400, b"k"), (400, b"k"), (400, b"j")];
        assert_eq!(of(&held).await, ["j"]);
        assert_eq!(of(&[(0, b"\x1b]11;r"), (9, b"\x03")]).await, ["ctrl-c"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_paste_without_end_is_taken_as_far_as_it_came() {
        let pieces = [(0, &b"\x1b[200~/a\n"[..]), (1_900, b"/b"), (2_001, b"j")];
        assert_eq!(of(&pieces).await, ["Paste(\"/a\\n/b\")", "j"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_alt_key_that_could_begin_a_reply_is_a_key_after_a_moment() {
        assert_eq!(of(&[(0, b"\x1bP"), (60, b"j")]).await, ["alt-P", "j"]);
        assert_eq!(of(&[(0, b"\x1b["), (1_001, b"j")]).await, ["alt-[", "j"]);
    }
}
