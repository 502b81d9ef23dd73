//! Escapes of a source, undone: of quoted words, and of names of files.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Undoes the backslashes of a word in double quotes, as JSON, C and git write them: `\/`, `\"`,
/// `\u0026`, `\303\251`. What is none of them stays. Bytes that are no letters are percent-encoded.
pub(super) fn unquoted(word: &str) -> Cow<'_, str> {
    if !word.contains('\\') {
        return Cow::Borrowed(word);
    }
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (taken, put) = match byte {
            b'\\' => escape(after, &mut bytes),
            _ => (0, false),
        };
        if !put {
            bytes.push(byte);
        }
        rest = after.get(taken..).unwrap_or_default();
    }
    Cow::Owned(as_text(&bytes))
}

/// Reads an escape behind its backslash into its bytes: the number of bytes that it takes, and
/// false where it is none.
fn escape(after: &[u8], bytes: &mut Vec<u8>) -> (usize, bool) {
    let plain = |byte: u8, bytes: &mut Vec<u8>| {
        bytes.push(byte);
        (1, true)
    };
    match after.first() {
        Some(byte @ (b'"' | b'\\' | b'/' | b'\'')) => plain(*byte, bytes),
        Some(b'n') => plain(b'\n', bytes),
        Some(b't') => plain(b'\t', bytes),
        Some(b'r') => plain(b'\r', bytes),
        Some(b'u') => match code_unit(after.get(1..)) {
            None => (0, false),
            Some(high) if (0xd800..0xdc00).contains(&high) => {
                let low = after.get(5..7).filter(|mark| *mark == b"\\u");
                let low = low.and_then(|_| code_unit(after.get(7..)));
                let pair = low.filter(|low| (0xdc00..0xe000).contains(low));
                let letter = pair.and_then(|low| {
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                });
                letter.map_or((0, false), |letter| {
                    push(letter, bytes);
                    (11, true)
                })
            }
            Some(unit) => char::from_u32(unit).map_or((0, false), |letter| {
                push(letter, bytes);
                (5, true)
            }),
        },
        Some(b'0'..=b'3') => {
            let digits = after.get(..3).filter(|it| it.iter().all(|it| (b'0'..b'8').contains(it)));
            digits.map_or((0, false), |digits| {
                let value = digits
                    .iter()
                    .fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0'));
                bytes.push(value);
                (3, true)
            })
        }
        _ => (0, false),
    }
}

fn push(letter: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

fn code_unit(digits: Option<&[u8]>) -> Option<u32> {
    let digits = std::str::from_utf8(digits?.get(..4)?).ok()?;
    digits.bytes().all(|it| it.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Undoes the escapes of an access log: nginx and Apache write bytes as `\xC3`, and quotes and
/// backslashes behind a backslash. Bytes are percent-encoded, as the client sent them.
pub(super) fn unlogged(field: &str) -> Cow<'_, str> {
    if !field.contains('\\') {
        return Cow::Borrowed(field);
    }
    let mut text = String::with_capacity(field.len());
    let mut rest = field;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let hex = after.get(..3).and_then(|it| it.strip_prefix(['x', 'X']));
        let byte = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = if let Some(byte) = byte {
            percent(byte, &mut text);
            after.get(3..).unwrap_or_default()
        } else if let Some(rest) = after.strip_prefix(['"', '\\']) {
            text.push_str(after.get(..1).unwrap_or_default());
            rest
        } else if let Some((control, rest)) = control_of(after) {
            percent(control, &mut text);
            rest
        } else {
            text.push('\\');
            after
        };
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The control character that a letter behind a backslash stands for in a log, as Apache's servers
/// write it (documented under `mod_log_config`), and what follows.
fn control_of(after: &str) -> Option<(u8, &str)> {
    let letter = after.chars().next()?;
    let control = match letter {
        'b' => 0x08,
        't' => b'\t',
        'n' => b'\n',
        'v' => 0x0b,
        'f' => 0x0c,
        'r' => b'\r',
        _ => return None,
    };
    Some((control, after.get(1..)?))
}

/// Writes a file's name as the path of a URL: what a URL would read otherwise is percent-encoded.
pub(super) fn path_of_file(name: &str) -> Cow<'_, str> {
    let fine = |byte: u8| byte.is_ascii_graphic() && !b"%?#\\\"<>^`{|}*[]".contains(&byte);
    if name.bytes().all(fine) {
        return Cow::Borrowed(name);
    }
    let mut path = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if character.is_ascii() && !fine(character as u8) {
            percent(character as u8, &mut path);
        } else {
            path.push(character);
        }
    }
    Cow::Owned(path)
}

/// Writes the stars of an address as the characters that they are where it was asked for.
pub(super) fn without_stars(address: &str) -> String {
    address.replace('*', "%2A")
}

/// Text of bytes; those that are no letters are percent-encoded.
fn as_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            percent(*byte, &mut text);
        }
    }
    text
}

fn percent(byte: u8, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(text, "%{byte:02X}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_of_json_c_and_git_are_undone_in_quoted_words() {
        for (word, meant) in [
            (r"https:\/\/h.com\/a", "https://h.com/a"),
            (r"/list?cat=1\u0026page=2", "/list?cat=1&page=2"),
            (r"\ud83d\ude00", "😀"),
            (r"public/img/\303\251t\303\251.jpg", "public/img/été.jpg"),
            (r"\377", "%FF"),
            (r#"we\"ird.jpg"#, "we\"ird.jpg"),
            (r"C:\www\q", r"C:\www\q"),
            (r"\ud83d", r"\ud83d"),
            (r"a\", r"a\"),
            (r"\u00", r"\u00"),
        ] {
            assert_eq!(unquoted(word), meant, "{word}");
        }
    }

    #[test]
    fn bytes_of_a_log_are_what_the_client_sent() {
        for (field, meant) in [
            (r"/img/\xC3\xA9.jpg", "/img/%C3%A9.jpg"),
            (r#"/a\"b\\c"#, r#"/a"b\c"#),
            (r"/a\q\x", r"/a\q\x"),
            (r"/a\", r"/a\"),
        ] {
            assert_eq!(unlogged(field), meant, "{field}");
        }
    }

    #[test]
    fn a_file_is_no_url_before_its_marks_are_encoded() {
        for (name, path) in [
            ("img/spring sale.jpg", "img/spring%20sale.jpg"),
            ("a?b#c*.jpg", "a%3Fb%23c%2A.jpg"),
            ("100%.html", "100%25.html"),
            ("été.jpg", "été.jpg"),
            ("vendors~main.js", "vendors~main.js"),
        ] {
            assert_eq!(path_of_file(name), path);
        }
    }

    proptest! {
        #[test]
        fn no_escape_is_too_strange(text in "([a\\\\xuU0-9\"/é])*") {
            let _ = (unquoted(&text), unlogged(&text), path_of_file(&text));
        }
    }
}
