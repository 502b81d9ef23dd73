//! Reads whole sequences that begin with `ESC [` or `ESC O`: keys, the mouse, the focus. All others
//! are a terminal's replies, which mean nothing here.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::mouse;
use crate::app::Input;
use crate::keymap::Chord;

/// A key of the kitty protocol that was released.
const RELEASED: u32 = 3;

/// Reads `ESC [ parameters last`.
pub(super) fn csi(parameters: &[u8], last: u8) -> Option<Input> {
    let parameters = str::from_utf8(parameters).ok()?;
    if let Some(report) = parameters.strip_prefix('<') {
        return mouse::sgr(report, last);
    }
    // A private mark or an intermediate byte: a reply.
    if !parameters.bytes().all(|byte| matches!(byte, b'0'..=b';')) {
        return None;
    }
    match last {
        b'I' if parameters.is_empty() => Some(Input::FocusGained),
        b'M' => mouse::rxvt(parameters),
        _ if number(parameters, 1, 1) == Some(RELEASED) => None,
        _ => csi_key(parameters, last).map(pressed),
    }
}

/// Reads `ESC O parameters last`.
pub(super) fn ss3(parameters: &[u8], last: u8) -> Option<Input> {
    let parameters = str::from_utf8(parameters).ok()?;
    let (code, more) = match last {
        b'a'..=b'd' => (lettered(last.to_ascii_uppercase())?, KeyModifiers::CONTROL),
        b'M' => (KeyCode::Enter, KeyModifiers::NONE),
        // The numeric keypad: `*+,-./0123456789`.
        b'j'..=b'y' => (KeyCode::Char(char::from(last - 0x40)), KeyModifiers::NONE),
        b'R' => (KeyCode::F(3), KeyModifiers::NONE),
        _ => (lettered(last)?, KeyModifiers::NONE),
    };
    Some(pressed((code, more | lettered_modifiers(parameters))))
}

/// Reads the byte after `ESC [ [`, as the Linux console sends it.
pub(super) fn console(byte: u8) -> Option<Input> {
    let number = byte.checked_sub(b'A').filter(|number| *number < 5)? + 1;
    Some(pressed((KeyCode::F(number), KeyModifiers::NONE)))
}

/// Returns whether parameters are one number.
pub(super) fn is_number(parameters: &[u8]) -> bool {
    !parameters.is_empty() && parameters.iter().all(u8::is_ascii_digit)
}

fn csi_key(parameters: &str, last: u8) -> Option<(KeyCode, KeyModifiers)> {
    let modifiers = modifiers(number(parameters, 1, 0));
    let first = number(parameters, 0, 0);
    Some(match last {
        b'u' => {
            let shifted = number(parameters, 0, 1);
            let shifted = shifted.filter(|_| modifiers.contains(KeyModifiers::SHIFT));
            (of_code_point(shifted.or(first)?)?, modifiers)
        }
        // Of xterm, with modifyOtherKeys.
        b'~' if first == Some(27) => (of_code_point(number(parameters, 2, 0)?)?, modifiers),
        b'~' => (numbered(first?)?, modifiers),
        // Of rxvt.
        b'^' => (numbered(first?)?, KeyModifiers::CONTROL),
        b'$' => (numbered(first?)?, KeyModifiers::SHIFT),
        b'@' => (numbered(first?)?, KeyModifiers::CONTROL | KeyModifiers::SHIFT),
        b'a'..=b'd' if parameters.is_empty() => {
            (lettered(last.to_ascii_uppercase())?, KeyModifiers::SHIFT)
        }
        _ if parameters.split(';').count() <= 2 => {
            (lettered(last)?, lettered_modifiers(parameters))
        }
        _ => return None,
    })
}

/// Returns the key of a sequence's last letter. Not F3: `ESC [ 1 ; 2 R` is a place of the cursor.
fn lettered(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        b'Z' => KeyCode::BackTab,
        _ => return None,
    })
}

/// Returns the modifiers of a sequence with a last letter: the second number, in some terminals the
/// only one.
fn lettered_modifiers(parameters: &str) -> KeyModifiers {
    modifiers(number(parameters, 1, 0).or_else(|| number(parameters, 0, 0)))
}

/// Returns the key of a number before `~`.
fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => function(number - 10)?,
        17..=21 => function(number - 11)?,
        23..=26 => function(number - 12)?,
        28 | 29 => function(number - 13)?,
        31..=34 => function(number - 14)?,
        _ => return None,
    })
}

fn function(number: u32) -> Option<KeyCode> {
    u8::try_from(number).ok().map(KeyCode::F)
}

/// Returns the key of a code point of the kitty protocol, or of xterm's modifyOtherKeys.
fn of_code_point(code: u32) -> Option<KeyCode> {
    /// The keypad's digits and signs, in their order.
    const KEYPAD: &[u8] = b"0123456789./*-+";
    Some(match code {
        8 | 127 => KeyCode::Backspace,
        9 => KeyCode::Tab,
        13 | 57_414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        57_376..=57_398 => function(code - 57_376 + 13)?,
        57_399..=57_413 => {
            let at = usize::try_from(code - 57_399).ok()?;
            KeyCode::Char(char::from(*KEYPAD.get(at)?))
        }
        57_415 => KeyCode::Char('='),
        57_416 => KeyCode::Char(','),
        57_417 => KeyCode::Left,
        57_418 => KeyCode::Right,
        57_419 => KeyCode::Up,
        57_420 => KeyCode::Down,
        57_421 => KeyCode::PageUp,
        57_422 => KeyCode::PageDown,
        57_423 => KeyCode::Home,
        57_424 => KeyCode::End,
        57_425 => KeyCode::Insert,
        57_426 => KeyCode::Delete,
        // The other keys of the protocol are in the private use area: locks, media, modifiers.
        57_344..=63_743 => return None,
        _ => KeyCode::Char(char::from_u32(code).filter(|it| !it.is_control())?),
    })
}

/// Reads modifiers, which are sent as a set of bits and one more.
fn modifiers(number: Option<u32>) -> KeyModifiers {
    const BITS: [(u32, KeyModifiers); 4] = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
    ];
    let sent = number.unwrap_or(1).saturating_sub(1);
    let set = BITS.iter().filter(|(bit, _)| sent & bit != 0);
    set.map(|(_, modifier)| *modifier).collect()
}

/// Returns a number of the parameters: `field;field;field`, each of `number:number`.
fn number(parameters: &str, field: usize, part: usize) -> Option<u32> {
    parameters.split(';').nth(field)?.split(':').nth(part)?.parse().ok()
}

fn pressed((code, modifiers): (KeyCode, KeyModifiers)) -> Input {
    Input::Chord(Chord::of_key(KeyEvent::new(code, modifiers)))
}
