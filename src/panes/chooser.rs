//! A list that a typed word narrows down, with a cursor: what the pickers and the palette have in common.

use frizbee::{Config, Matcher};

use crate::commands::Command;

use super::field::{Field, Touch};

pub mod view;

/// How many rows a page is, for the keys that move by pages.
const PAGE: usize = 10;

/// A list of texts, the ones that fit the typed word best first.
#[derive(Clone, Debug)]
pub struct Chooser {
    field: Field,
    texts: Vec<String>,
    /// Which texts are shown, in their order.
    shown: Vec<usize>,
    cursor: usize,
}

impl Chooser {
    /// All of the texts, in the order given.
    pub fn new(texts: Vec<String>) -> Self {
        Self { field: Field::new(""), shown: (0..texts.len()).collect(), texts, cursor: 0 }
    }

    /// Which text the cursor stands on, counted from 0 in the order given; `None` where nothing fits.
    pub fn here(&self) -> Option<usize> {
        self.shown.get(self.cursor).copied()
    }

    /// How many texts fit.
    pub fn fitting(&self) -> usize {
        self.shown.len()
    }

    /// Puts the cursor on a text, if it is shown.
    pub fn go_to(&mut self, text: usize) {
        if let Some(at) = self.shown.iter().position(|&shown| shown == text) {
            self.cursor = at;
        }
    }

    /// Carries out a command that moves or types; whether it was one.
    pub fn on_command(&mut self, command: Command) -> bool {
        let last = self.shown.len().saturating_sub(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the field's or nobody's")]
        let to = match command {
            Command::FieldOlder | Command::MoveUp => self.cursor.checked_sub(1).unwrap_or(last),
            Command::FieldNewer | Command::MoveDown if self.cursor >= last => 0,
            Command::FieldNewer | Command::MoveDown => self.cursor + 1,
            Command::PageUp => self.cursor.saturating_sub(PAGE),
            Command::PageDown => (self.cursor + PAGE).min(last),
            other => {
                let touch = self.field.on_command(other);
                return self.touched(touch);
            }
        };
        self.cursor = to;
        true
    }

    /// Types a character.
    pub fn on_typed(&mut self, character: char) -> bool {
        let touch = self.field.on_typed(character);
        self.touched(touch)
    }

    /// Pastes a text.
    pub fn on_paste(&mut self, text: &str) -> bool {
        let touch = self.field.on_paste(text);
        self.touched(touch)
    }

    fn touched(&mut self, touch: Touch) -> bool {
        match touch {
            Touch::Ignored => false,
            Touch::Moved => true,
            Touch::Edited => {
                self.narrow();
                true
            }
        }
    }

    fn narrow(&mut self) {
        let word = self.field.text().trim();
        self.cursor = 0;
        self.shown = if word.is_empty() {
            (0..self.texts.len()).collect()
        } else {
            Matcher::new(word, &Config::default().max_typos(Some(0)))
                .match_list(&self.texts)
                .into_iter()
                .map(|found| found.index as usize)
                .collect()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chooser() -> Chooser {
        Chooser::new(["www.site.com", "img.site.com", "dl.other.com"].map(str::to_owned).to_vec())
    }

    fn typed(text: &str) -> Chooser {
        let mut chooser = chooser();
        for character in text.chars() {
            chooser.on_typed(character);
        }
        chooser
    }

    #[test]
    fn typing_narrows_the_list_to_what_fits() {
        assert_eq!(typed("imgs").here(), Some(1));
        assert_eq!(typed("other").fitting(), 1);
        assert_eq!(typed("zzz").here(), None);
    }

    #[test]
    fn deleting_the_word_brings_everything_back_in_its_order() {
        let mut chooser = typed("o");
        chooser.on_command(Command::TextDeleteBack);
        assert_eq!(chooser.fitting(), 3);
        assert_eq!(chooser.here(), Some(0));
    }

    #[test]
    fn the_cursor_goes_round_at_both_ends() {
        let mut chooser = chooser();
        chooser.on_command(Command::FieldOlder);
        assert_eq!(chooser.here(), Some(2));
        chooser.on_command(Command::FieldNewer);
        assert_eq!(chooser.here(), Some(0));
    }

    #[test]
    fn an_empty_list_takes_every_key_without_harm() {
        let mut chooser = Chooser::new(Vec::new());
        for command in [Command::FieldOlder, Command::FieldNewer, Command::PageDown] {
            chooser.on_command(command);
        }
        assert_eq!(chooser.here(), None);
    }
}
