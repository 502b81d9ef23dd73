//! From bytes to text: the encodings and line ends that files and pastes come with.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use thiserror::Error;

/// The number of bytes by which UTF-16 without a mark is known.
const SAMPLE: usize = 4 << 10;

/// The reason why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoText {
    /// They are no UTF-8, from this line and byte of it on, both counted from 1.
    #[error(
        "line {line} is not UTF-8 (byte {byte} of it). Convert the file first, for example: \
         iconv -f WINDOWS-1252 -t UTF-8"
    )]
    NotUtf8 {
        /// The line, counted from 1.
        line: usize,
        /// The byte within it, counted from 1.
        byte: usize,
    },
    /// They begin as UTF-16 and are none.
    #[error("it begins as UTF-16 and is cut or mixed with something else; save it as UTF-8")]
    BrokenUtf16,
}

/// Decodes the bytes of a file: UTF-8, or UTF-16 by its mark or its many zeros. Line ends are those
/// of [`text`].
pub fn bytes(bytes: &[u8]) -> Result<String, NoText> {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    match marked.or_else(|| unmarked_utf16(bytes)) {
        Some(encoding) if encoding != UTF_8 => {
            let (decoded, broken) = encoding.decode_with_bom_removal(bytes);
            if broken || bytes.len() % 2 == 1 {
                return Err(NoText::BrokenUtf16);
            }
            Ok(text(&decoded))
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(decoded) => Ok(text(decoded)),
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.split(|byte| *byte == b'\n').count();
                let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                Err(NoText::NotUtf8 { line, byte: before.len() - start + 1 })
            }
        },
    }
}

/// Writes line ends as `\n`, also those of old Macs, and takes byte order marks off the starts of
/// lines: files that were put together have them there.
pub fn text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut at_start = true;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{feff}' if at_start => continue,
            '\r' => {
                characters.next_if_eq(&'\n');
                clean.push('\n');
            }
            other => clean.push(other),
        }
        at_start = matches!(character, '\r' | '\n');
    }
    clean
}

/// Every second byte of western UTF-16 is zero, and no text has zeros otherwise.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(SAMPLE))?;
    let pairs = sample.len() / 2;
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|it| **it == 0).count();
    let mostly = |zeros: usize| pairs > 1 && zeros * 4 >= pairs * 3;
    match (mostly(zeros(0)), mostly(zeros(1))) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        let units = mark.into_iter().chain(text.encode_utf16());
        units.flat_map(|it| if little { it.to_le_bytes() } else { it.to_be_bytes() }).collect()
    }

    #[test]
    fn text_of_windows_and_mac_tools_is_read() {
        for little in [true, false] {
            for mark in [true, false] {
                let encoded = utf16("https://h.com/a\r\n/b\r\n", little, mark);
                assert_eq!(bytes(&encoded).as_deref(), Ok("https://h.com/a\n/b\n"));
            }
        }
        assert_eq!(bytes(b"/a\r/b\r/c").as_deref(), Ok("/a\n/b\n/c"));
        assert_eq!(bytes("\u{feff}/a\n\u{feff}/b".as_bytes()).as_deref(), Ok("/a\n/b"));
        assert_eq!(bytes("/a\u{feff}".as_bytes()).as_deref(), Ok("/a\u{feff}"));
        assert_eq!(bytes(b"").as_deref(), Ok(""));
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        assert_eq!(bytes(b"/a\n/\xe9t\xe9"), Err(NoText::NotUtf8 { line: 2, byte: 2 }));
        let mut cut = utf16("/ab", true, true);
        cut.pop();
        assert_eq!(bytes(&cut), Err(NoText::BrokenUtf16));
    }
}
