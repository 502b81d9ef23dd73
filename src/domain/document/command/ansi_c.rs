//! ANSI-C quoting: the inside of `$'…'`.

use super::word::{Cursor, WordInMaking};

/// Letters after a backslash, and the bytes that they stand for.
const LETTERS: &[(char, u8)] = &[
    ('a', 0x07),
    ('b', 0x08),
    ('e', 0x1b),
    ('E', 0x1b),
    ('f', 0x0c),
    ('n', b'\n'),
    ('r', b'\r'),
    ('t', b'\t'),
    ('v', 0x0b),
    ('\\', b'\\'),
    ('\'', b'\''),
    ('"', b'"'),
    ('?', b'?'),
];

/// Reads up to the closing quote, past it. `None`: the quote does not close.
pub(super) fn read(cursor: &mut Cursor<'_>, word: &mut WordInMaking) -> Option<()> {
    // Bytes make letters only together: `\xc3\xa9`.
    let mut bytes = Vec::new();
    loop {
        let (at, letter) = cursor.next()?;
        if letter == '\\' {
            match escape(cursor)? {
                Escaped::Byte(byte) => bytes.push(byte),
                Escaped::Letter(letter) => {
                    flush(word, at, &mut bytes);
                    word.put_made(at, letter.encode_utf8(&mut [0; 4]));
                }
                Escaped::Nothing => {
                    flush(word, at, &mut bytes);
                    word.put(at, '\\');
                }
            }
            continue;
        }
        flush(word, at, &mut bytes);
        match letter {
            '\'' => return Some(()),
            '\n' if word.begins_as_url() => return None,
            _ => word.put(at, letter),
        }
    }
}

fn flush(word: &mut WordInMaking, at: usize, bytes: &mut Vec<u8>) {
    if !bytes.is_empty() {
        word.put_made(at, &String::from_utf8_lossy(bytes));
        bytes.clear();
    }
}

enum Escaped {
    Byte(u8),
    Letter(char),
    Nothing,
}

fn escape(cursor: &mut Cursor<'_>) -> Option<Escaped> {
    let letter = cursor.peek()?;
    if let Some((_, byte)) = LETTERS.iter().find(|(it, _)| *it == letter) {
        cursor.next();
        return Some(Escaped::Byte(*byte));
    }
    let (skipped, digits, radix) = match letter {
        'x' => (1, 2, 16),
        'u' => (1, 4, 16),
        'U' => (1, 8, 16),
        '0'..='7' => (0, 3, 8),
        _ => return Some(Escaped::Nothing),
    };
    let digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let after = cursor.rest().get(skipped..).unwrap_or_default();
    let length = after.bytes().take(digits).take_while(digit).count();
    let number = after.get(..length).and_then(|it| u32::from_str_radix(it, radix).ok());
    let Some(number) = number else { return Some(Escaped::Nothing) };
    cursor.at += skipped + length;
    if matches!(letter, 'u' | 'U') {
        return Some(Escaped::Letter(char::from_u32(number).unwrap_or('\u{fffd}')));
    }
    let [byte, ..] = number.to_le_bytes();
    Some(Escaped::Byte(byte))
}
