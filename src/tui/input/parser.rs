//! Parses a terminal's bytes into inputs. Pure: bytes and times are handed in.
//!
//! Not a parser of terminal emulators: those know no lone ESC, no alt, no paste and no mouse of
//! X10, and take much of what a keyboard sends for characters to print.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::time::Instant;

use super::paste::PasteBuffer;
use super::{mouse, sequence};
use crate::app::Input;
use crate::keymap::Chord;

/// Silence after which an ESC was the key and not the begin of a sequence. A sequence that is split
/// on its way arrives within this; nobody notices that a key takes as long.
const KEY_SILENCE: Duration = Duration::from_millis(50);

/// Time after which a sequence that has not ended is given up, so that the keys work again.
const SEQUENCE_TIME: Duration = Duration::from_secs(1);

/// Silence after which a paste that has not ended is taken as it is. Longer than lines stall: the
/// rest of a paste would be taken for keys.
const PASTE_SILENCE: Duration = Duration::from_secs(2);

/// The longest parameters of a sequence, in bytes; longer ones have no meaning.
const LONGEST_PARAMETERS: usize = 64;

/// Inputs that ctrl-c waits for at most. As a terminal does by itself, it drops what was typed
/// ahead: nobody types that much, so it is a flood, and the operator wants to leave it.
const MOST_BEFORE_INTERRUPT: usize = 256;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const INTERRUPT: u8 = 0x03;

/// Parses bytes, in any pieces, into inputs.
#[derive(Debug)]
pub struct InputParser {
    state: State,
    /// The time at which what is unfinished began; of a paste, at which its last bytes came.
    since: Instant,
    ready: VecDeque<Input>,
}

/// The unfinished part of the input.
#[derive(Debug)]
enum State {
    /// Nothing is unfinished.
    Ground,
    /// ESC.
    Escape,
    /// The first bytes of a character.
    Character { bytes: Vec<u8>, alt: bool },
    /// `ESC [` or `ESC O` and its parameters.
    Sequence { introducer: Introducer, parameters: Vec<u8>, too_long: bool },
    /// `ESC [ [`, a function key of the Linux console.
    Console,
    /// `ESC [ M` and some of its three bytes.
    Mouse(Vec<u8>),
    /// `ESC ]`, `ESC P`, `ESC _`, `ESC ^` or `ESC X`: a terminal's reply, up to BEL or `ESC \`.
    ControlString { introducer: u8, is_empty: bool },
    /// ESC in such a string.
    ControlStringEscape,
    /// `ESC [ 200 ~` and what was pasted.
    Paste(PasteBuffer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Introducer {
    /// `ESC [`
    Csi,
    /// `ESC O`
    Ss3,
}

impl Default for InputParser {
    fn default() -> Self {
        Self { state: State::Ground, since: Instant::now(), ready: VecDeque::new() }
    }
}

impl InputParser {
    /// Takes bytes that arrived at a time.
    pub fn feed(&mut self, bytes: &[u8], now: Instant) {
        if self.is_overdue(now) {
            self.give_up();
        }
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            if let State::Paste(paste) = &mut self.state {
                rest = paste.extend(rest);
                self.since = now;
                if paste.is_complete() {
                    self.finish_paste();
                }
            } else {
                rest = after;
                self.take(first, now);
            }
        }
    }

    /// Removes and returns the oldest input.
    pub fn pop(&mut self) -> Option<Input> {
        self.ready.pop_front()
    }

    /// Returns the number of inputs that wait to be removed.
    pub fn waiting(&self) -> usize {
        self.ready.len()
    }

    /// Returns the time at which what is unfinished is to be given up, if no byte comes before.
    pub fn deadline(&self) -> Option<Instant> {
        self.time().map(|time| self.since + time)
    }

    /// Gives up waiting for the rest of what is unfinished: it is the keys, or the paste, that it
    /// already is, or nothing.
    pub fn give_up(&mut self) {
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Escape => self.push_key(KeyCode::Esc, KeyModifiers::NONE),
            State::ControlString { introducer, is_empty: true } => {
                self.push_key(KeyCode::Char(char::from(introducer)), KeyModifiers::ALT);
            }
            State::Sequence { introducer, parameters, .. } if parameters.is_empty() => {
                let key = match introducer {
                    Introducer::Csi => '[',
                    Introducer::Ss3 => 'O',
                };
                self.push_key(KeyCode::Char(key), KeyModifiers::ALT);
            }
            paste @ State::Paste(_) => {
                self.state = paste;
                self.finish_paste();
            }
            State::Ground
            | State::Character { .. }
            | State::Sequence { .. }
            | State::Console
            | State::Mouse(_)
            | State::ControlString { .. }
            | State::ControlStringEscape => {}
        }
    }

    /// Returns whether what is unfinished can no longer go on with bytes that come now. A lone ESC
    /// can for longer than its silence: the bytes may have waited while the program was busy.
    fn is_overdue(&self, now: Instant) -> bool {
        let time = self.time().map(|time| time.max(SEQUENCE_TIME));
        time.is_some_and(|time| now.duration_since(self.since) >= time)
    }

    /// Returns the time that what is unfinished has.
    fn time(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape | State::ControlString { is_empty: true, .. } => Some(KEY_SILENCE),
            State::Character { .. }
            | State::Sequence { .. }
            | State::Console
            | State::Mouse(_)
            | State::ControlString { is_empty: false, .. }
            | State::ControlStringEscape => Some(SEQUENCE_TIME),
            State::Paste(_) => Some(PASTE_SILENCE),
        }
    }

    fn take(&mut self, byte: u8, now: Instant) {
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Ground => self.take_first(byte, false, now),
            State::Escape => self.take_after_escape(byte, now),
            State::Character { bytes, alt } => self.take_of_character(bytes, alt, byte, now),
            State::Sequence { introducer, parameters, too_long } => {
                self.take_of_sequence(introducer, parameters, too_long, byte, now);
            }
            State::Console => match sequence::console(byte) {
                Some(key) => self.push(Some(key)),
                None => self.take_first(byte, false, now),
            },
            State::Mouse(bytes) => self.take_of_mouse(bytes, byte, now),
            State::ControlString { introducer, .. } => match byte {
                BEL => {}
                ESC => self.state = State::ControlStringEscape,
                // No reply holds a control character, so it is a key.
                0..0x20 | 0x7f => self.take_first(byte, false, now),
                _ => self.state = State::ControlString { introducer, is_empty: false },
            },
            State::ControlStringEscape => {
                if byte != b'\\' {
                    self.take_after_escape(byte, now);
                }
            }
            // Its bytes are taken at once, in `feed`.
            paste @ State::Paste(_) => self.state = paste,
        }
    }

    /// Takes a byte that begins something; after ESC, with alt.
    fn take_first(&mut self, byte: u8, alt: bool, now: Instant) {
        let (code, mut modifiers) = match byte {
            ESC => {
                self.begin(State::Escape, now);
                return;
            }
            b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
            b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
            0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
            0 => (KeyCode::Char(' '), KeyModifiers::CONTROL),
            0x01..=0x1a => (KeyCode::Char(char::from(byte + 0x60)), KeyModifiers::CONTROL),
            0x1c..=0x1f => (KeyCode::Char(char::from(byte + 0x18)), KeyModifiers::CONTROL),
            b' '..=b'~' => (KeyCode::Char(char::from(byte)), KeyModifiers::NONE),
            0xc2..=0xf4 => {
                self.begin(State::Character { bytes: vec![byte], alt }, now);
                return;
            }
            // No character of UTF-8 begins so.
            0x80..=0xc1 | 0xf5..=0xff => return,
        };
        modifiers.set(KeyModifiers::ALT, alt);
        if byte == INTERRUPT && self.ready.len() > MOST_BEFORE_INTERRUPT {
            self.ready.clear();
        }
        self.push_key(code, modifiers);
    }

    fn take_after_escape(&mut self, byte: u8, now: Instant) {
        let introduced =
            |introducer| State::Sequence { introducer, parameters: Vec::new(), too_long: false };
        match byte {
            b'[' => self.begin(introduced(Introducer::Csi), now),
            b'O' => self.begin(introduced(Introducer::Ss3), now),
            b']' | b'P' | b'_' | b'^' | b'X' => {
                self.begin(State::ControlString { introducer: byte, is_empty: true }, now);
            }
            // Pressed twice. A key with alt that is itself a sequence comes as ESC and that key.
            ESC => {
                self.push_key(KeyCode::Esc, KeyModifiers::NONE);
                self.begin(State::Escape, now);
            }
            _ => self.take_first(byte, true, now),
        }
    }

    fn take_of_character(&mut self, mut bytes: Vec<u8>, alt: bool, byte: u8, now: Instant) {
        if !(0x80..0xc0).contains(&byte) {
            self.take_first(byte, false, now);
            return;
        }
        bytes.push(byte);
        let length = match bytes.first() {
            Some(0xf0..) => 4,
            Some(0xe0..) => 3,
            Some(_) | None => 2,
        };
        if bytes.len() < length {
            self.state = State::Character { bytes, alt };
            return;
        }
        let character = str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
        if let Some(character) = character.filter(|it| !it.is_control()) {
            let alt = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
            self.push_key(KeyCode::Char(character), alt);
        }
    }

    fn take_of_sequence(
        &mut self,
        introducer: Introducer,
        mut parameters: Vec<u8>,
        mut too_long: bool,
        byte: u8,
        now: Instant,
    ) {
        let csi = introducer == Introducer::Csi;
        match byte {
            // Of the keys of rxvt with shift, `$` is the last byte.
            b'$' if csi && sequence::is_number(&parameters) => {
                self.push(sequence::csi(&parameters, byte));
            }
            b' '..=b'?' => {
                if parameters.len() < LONGEST_PARAMETERS {
                    parameters.push(byte);
                } else {
                    too_long = true;
                }
                self.state = State::Sequence { introducer, parameters, too_long };
            }
            _ if too_long && matches!(byte, b'@'..=b'~') => {}
            b'[' if csi && parameters.is_empty() => self.state = State::Console,
            b'M' if csi && parameters.is_empty() => self.state = State::Mouse(Vec::new()),
            b'~' if csi && parameters == b"200" => {
                self.begin(State::Paste(PasteBuffer::default()), now);
            }
            b'@'..=b'~' if csi => self.push(sequence::csi(&parameters, byte)),
            b'@'..=b'~' => self.push(sequence::ss3(&parameters, byte)),
            // Broken off by a key.
            0..=0x1f | 0x7f.. => self.take_first(byte, false, now),
        }
    }

    fn take_of_mouse(&mut self, mut bytes: Vec<u8>, byte: u8, now: Instant) {
        // No report of the mouse holds a control character but for NUL, a place too far to tell.
        if matches!(byte, 1..0x20) {
            self.take_first(byte, false, now);
            return;
        }
        bytes.push(byte);
        match bytes[..] {
            [button, column, row] => self.push(mouse::x10(button, column, row)),
            _ => self.state = State::Mouse(bytes),
        }
    }

    fn finish_paste(&mut self) {
        if let State::Paste(paste) = std::mem::replace(&mut self.state, State::Ground) {
            self.push(Some(paste.into_input()));
        }
    }

    fn begin(&mut self, state: State, now: Instant) {
        self.state = state;
        self.since = now;
    }

    fn push(&mut self, input: Option<Input>) {
        self.ready.extend(input);
    }

    fn push_key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.push(Some(Input::Chord(Chord::of_key(KeyEvent::new(code, modifiers)))));
    }
}
