//! The effect of a key or a paste on a text.

use crate::domain::event::Level;
use crate::panes::Update;

/// The effect of a command on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Nothing: it is no command for a text.
    Ignored,
    /// The cursor moved, or could not.
    Moved,
    /// The text may be another.
    Edited,
    /// A part of what was typed, or a paste, was not taken.
    Full {
        /// Set if the text may be another.
        edited: bool,
        /// The longest text, in bytes.
        longest: usize,
    },
}

impl Edit {
    /// Returns whether the text may be another.
    pub fn is_change(self) -> bool {
        match self {
            Self::Ignored | Self::Moved => false,
            Self::Edited => true,
            Self::Full { edited, .. } => edited,
        }
    }

    /// Takes the event if it was something for the text, and says what was not taken.
    pub fn update(self) -> Update {
        match self {
            Self::Ignored => Update::ignored(),
            Self::Moved | Self::Edited => Update::taken(),
            Self::Full { longest, .. } => {
                let most = if longest % 1024 == 0 {
                    format!("{} KiB", longest >> 10)
                } else {
                    format!("{longest} bytes")
                };
                let words = format!("It does not fit: this line takes no more than {most}.");
                Update::say(Level::Warning, words)
            }
        }
    }
}
