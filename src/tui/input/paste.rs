//! A bracketed paste while its bytes come in.

use crate::app::Input;

/// The largest paste, in bytes; as large as a file of targets may be.
const LARGEST: usize = 16 << 20;

/// The bytes that end a paste.
const END: &[u8] = b"\x1b[201~";

/// The bytes of a paste, as far as they came.
#[derive(Debug, Default)]
pub(super) struct PasteBuffer {
    bytes: Vec<u8>,
    is_too_large: bool,
}

impl PasteBuffer {
    /// Takes bytes up to the end of the paste; returns the rest.
    pub(super) fn extend<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_complete() {
            let end = rest.iter().position(|&byte| byte == b'~').map_or(rest.len(), |at| at + 1);
            let (part, after) = rest.split_at(end);
            self.bytes.extend_from_slice(part);
            self.drop_excess();
            rest = after;
        }
        rest
    }

    /// Returns whether the end has come.
    pub(super) fn is_complete(&self) -> bool {
        self.bytes.ends_with(END)
    }

    /// Returns what was pasted, literally.
    pub(super) fn into_input(self) -> Input {
        if self.is_too_large {
            return Input::TooLargePaste;
        }
        let text = self.bytes.strip_suffix(END).unwrap_or(&self.bytes);
        Input::Paste(String::from_utf8_lossy(text).into_owned())
    }

    /// Keeps of a paste that is too large only what may be a part of its end.
    fn drop_excess(&mut self) {
        if self.bytes.len() > LARGEST + END.len() {
            self.is_too_large = true;
        }
        if self.is_too_large {
            let excess = self.bytes.len().saturating_sub(END.len());
            self.bytes.drain(..excess);
        }
    }
}
