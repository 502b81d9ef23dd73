//! Reads `fetch("…", {…})`, as browsers copy a request, and calls of axios and of Python's
//! requests.

use super::CommandLine;
use super::found::Found;
use super::start::{CALLS, calls_fetch};
use super::url;
use super::word::{Cursor, ShellWord, WordInMaking, line_of};

/// A call may take so many bytes, so that one that never closes costs no look at the whole text.
const LONGEST: usize = 1024 * 1024;

/// Reads the calls that begin on the line of this byte.
pub(super) fn read(text: &str, from: usize) -> Option<CommandLine> {
    let mut found = Found::default();
    found.is_command = true;
    let mut addresses = Vec::new();
    let end = statement(text, from, &mut addresses).unwrap_or_else(|| {
        // What is not whole is read as far as its first line goes.
        addresses.clear();
        let line = line_of(text.get(from..).unwrap_or_default());
        let end = from + line.len();
        let within = text.get(..end).unwrap_or_default();
        let calls = CALLS.iter().filter_map(|call| Some(line.find(call)? + call.len()));
        let call = calls.min().map_or(end, |at| from + at);
        addresses.extend(address(&mut Cursor::new(within, call)));
        end
    });
    for word in &addresses {
        if !word.unknown && (url::is_url(&word.text) || word.text.starts_with('/')) {
            found.put(word);
        } else {
            found.refuse(word);
        }
    }
    found.finish(end)
}

/// Goes to the end of a statement, and of its line. `None`: it does not close.
fn statement(text: &str, from: usize, addresses: &mut Vec<ShellWord>) -> Option<usize> {
    let mut cursor = Cursor::new(text, from);
    let mut depth = 0_usize;
    loop {
        let end = cursor.at;
        if end - from > LONGEST {
            return None;
        }
        if cursor.eat_break() {
            let next = line_of(cursor.rest()).trim_start();
            match depth {
                0 if !next.starts_with('.') => return Some(end),
                0 => {}
                _ if calls_fetch(next) && !is_fetch_within(next) => return None,
                _ => {}
            }
            continue;
        }
        if CALLS.iter().any(|call| cursor.eat(call)) {
            depth += 1;
            addresses.extend(address(&mut cursor));
            continue;
        }
        let Some((at, letter)) = cursor.next() else { return (depth == 0).then_some(end) };
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            '"' | '\'' | '`' => _ = string(&mut cursor, at, letter)?,
            '/' if cursor.rest().starts_with('/') => cursor.skip_line(),
            _ => {}
        }
    }
}

/// Returns true if a call of `fetch` is part of another statement, not one of its own.
fn is_fetch_within(line: &str) -> bool {
    line.starts_with("return")
}

/// Reads the first argument of a call.
fn address(cursor: &mut Cursor<'_>) -> Option<ShellWord> {
    while cursor.peek().is_some_and(char::is_whitespace) {
        cursor.next();
    }
    let mut after = cursor.clone();
    let (at, letter) = after.next()?;
    if matches!(letter, '"' | '\'' | '`') {
        let word = string(&mut after, at, letter)?;
        *cursor = after;
        return Some(word);
    }
    // A variable, say: it is told, not taken.
    let line = line_of(cursor.rest());
    let name = line.split([',', ')', ' ']).next().unwrap_or_default();
    let unknown = ShellWord { text: name.to_owned(), at, unknown: true, ..ShellWord::default() };
    (!name.is_empty()).then_some(unknown)
}

/// Reads a string up to its closing quote, past it. `None`: it does not close.
fn string(cursor: &mut Cursor<'_>, at: usize, quote: char) -> Option<ShellWord> {
    let mut word = WordInMaking::default();
    word.quote(at);
    loop {
        let (at, letter) = cursor.next()?;
        match letter {
            _ if letter == quote => return word.take(),
            '\n' | '\r' if quote != '`' => return None,
            '$' if quote == '`' && cursor.rest().starts_with('{') => {
                word.put(at, letter);
                word.set_unknown(at);
            }
            '\\' => escape(cursor, &mut word)?,
            _ => word.put(at, letter),
        }
    }
}

fn escape(cursor: &mut Cursor<'_>, word: &mut WordInMaking) -> Option<()> {
    if cursor.eat_break() {
        return Some(());
    }
    let (at, letter) = cursor.next()?;
    let made = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' => '\0',
        'x' => letter_of(cursor, 2)?,
        'u' if cursor.eat("{") => {
            let digits = cursor.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
            let made = letter_of(cursor, digits.min(6))?;
            cursor.eat("}");
            made
        }
        'u' => letter_of(cursor, 4)?,
        _ => {
            word.put(at, letter);
            return Some(());
        }
    };
    word.put_made(at, made.encode_utf8(&mut [0; 4]));
    Some(())
}

/// Reads the digits of a letter; of one half of a pair, the other half too.
fn letter_of(cursor: &mut Cursor<'_>, digits: usize) -> Option<char> {
    let number = |cursor: &mut Cursor<'_>| {
        let number = cursor.rest().get(..digits).and_then(|it| u32::from_str_radix(it, 16).ok())?;
        cursor.at += digits;
        Some(number)
    };
    let first = number(cursor)?;
    let mut after = cursor.clone();
    if (0xd800..0xdc00).contains(&first)
        && after.eat("\\u")
        && let Some(second @ 0xdc00..0xe000) = number(&mut after)
    {
        *cursor = after;
        return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    }
    Some(char::from_u32(first).unwrap_or('\u{fffd}'))
}
