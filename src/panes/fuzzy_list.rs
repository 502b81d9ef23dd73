//! A list that a typed word narrows down, with a cursor: shared by pickers and palette.

use std::cmp::Reverse;

use code_fuzzy_match::FuzzyMatcher;

use crate::commands::Command;

use super::field::{Edit, Field, LONGEST_SEARCH};

pub mod view;
pub mod words;

use words::Keywords;

/// Rows of a page, for the keys that move by pages.
const PAGE: usize = 10;

/// A list of texts, the ones that fit the typed word best first.
#[derive(Clone, Debug)]
pub struct FuzzyList {
    field: Field,
    texts: Vec<String>,
    /// The words that the texts are found by; empty: they are found by their letters.
    keywords: Vec<Keywords>,
    /// The texts that are shown, by number, in their order.
    shown: Vec<usize>,
    cursor: usize,
}

impl FuzzyList {
    /// Lists all of the texts, in the order given.
    pub fn new(texts: Vec<String>) -> Self {
        Self {
            field: Field::default().at_most(LONGEST_SEARCH),
            shown: (0..texts.len()).collect(),
            texts,
            keywords: Vec::new(),
            cursor: 0,
        }
    }

    /// Lists all of the texts; each is found by its words.
    pub fn by_words(entries: Vec<(String, Keywords)>) -> Self {
        let (texts, keywords) = entries.into_iter().unzip();
        Self { keywords, ..Self::new(texts) }
    }

    /// Returns the number of the text under the cursor; `None` where nothing matches.
    pub fn here(&self) -> Option<usize> {
        self.shown.get(self.cursor).copied()
    }

    /// Counts the texts that match.
    pub fn matching(&self) -> usize {
        self.shown.len()
    }

    /// Puts the cursor on a text, if it is shown.
    pub fn go_to(&mut self, text: usize) {
        if let Some(at) = self.shown.iter().position(|&shown| shown == text) {
            self.cursor = at;
        }
    }

    /// Runs a command that moves or types.
    pub fn on_command(&mut self, command: Command) -> Edit {
        let last = self.shown.len().saturating_sub(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the field's or nobody's")]
        let to = match command {
            Command::FieldOlder | Command::MoveUp => self.cursor.checked_sub(1).unwrap_or(last),
            Command::FieldNewer | Command::MoveDown if self.cursor >= last => 0,
            Command::FieldNewer | Command::MoveDown => self.cursor + 1,
            Command::MoveFirst => 0,
            Command::MoveLast => last,
            Command::PageUp => self.cursor.saturating_sub(PAGE),
            Command::PageDown => (self.cursor + PAGE).min(last),
            other => {
                let edit = self.field.on_command(other);
                return self.after_edit(edit);
            }
        };
        self.cursor = to;
        Edit::Moved
    }

    /// Types characters.
    pub fn on_typed(&mut self, text: &str) -> Edit {
        let edit = self.field.on_typed(text);
        self.after_edit(edit)
    }

    /// Pastes a text.
    pub fn on_paste(&mut self, text: &str) -> Edit {
        let edit = self.field.on_paste(text);
        self.after_edit(edit)
    }

    fn after_edit(&mut self, edit: Edit) -> Edit {
        if edit.is_change() {
            self.narrow();
        }
        edit
    }

    fn narrow(&mut self) {
        let word = self.field.text().trim();
        self.cursor = 0;
        self.shown = if word.is_empty() {
            (0..self.texts.len()).collect()
        } else if !self.keywords.is_empty() {
            words::find(word, &self.keywords)
        } else {
            let mut matcher = FuzzyMatcher::new();
            let fits = |(index, text): (usize, &String)| {
                matcher.fuzzy_match(text, word).map(|score| (Reverse(score), index))
            };
            let mut found: Vec<_> = self.texts.iter().enumerate().filter_map(fits).collect();
            found.sort_unstable();
            found.into_iter().map(|(_, index)| index).collect()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> FuzzyList {
        FuzzyList::new(["www.site.com", "img.site.com", "dl.other.com"].map(str::to_owned).to_vec())
    }

    fn typed(text: &str) -> FuzzyList {
        let mut list = list();
        list.on_typed(text);
        list
    }

    #[test]
    fn typing_narrows_the_list_to_what_fits() {
        assert_eq!(typed("imgs").here(), Some(1));
        assert_eq!(typed("other").matching(), 1);
        assert_eq!(typed("zzz").here(), None);
    }

    #[test]
    fn the_best_fit_comes_first_and_equal_ones_keep_their_order() {
        let texts = ["m.i.g.net", "www.site.com", "img.site.com", "my.images.net"];
        let mut list = FuzzyList::new(texts.map(str::to_owned).to_vec());
        list.on_typed("img");
        assert_eq!(list.shown, [2, 3]);
        list.on_command(Command::TextDeleteToStart);
        list.on_typed("SITE");
        assert_eq!(list.shown, [1, 2]);
    }

    #[test]
    fn deleting_the_word_brings_everything_back_in_its_order() {
        let mut list = typed("o");
        list.on_command(Command::TextDeleteBack);
        assert_eq!(list.matching(), 3);
        assert_eq!(list.here(), Some(0));
    }

    #[test]
    fn the_cursor_goes_round_at_both_ends() {
        let mut list = list();
        list.on_command(Command::FieldOlder);
        assert_eq!(list.here(), Some(2));
        list.on_command(Command::FieldNewer);
        assert_eq!(list.here(), Some(0));
    }

    #[test]
    fn an_empty_list_takes_every_key_without_harm() {
        let mut list = FuzzyList::new(Vec::new());
        for command in [Command::FieldOlder, Command::FieldNewer, Command::PageDown] {
            list.on_command(command);
        }
        assert_eq!(list.here(), None);
    }
}
