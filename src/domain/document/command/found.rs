//! The targets of a command line as its programs name them.

use std::ops::Range;

use super::url;
use super::word::ShellWord;
use super::{CommandLine, CommandUrl};

/// Texts that do not stand in the given one may take so many bytes in all: a glob or appended data
/// must not make gigabytes of a page.
const MOST_MADE: usize = 8 * 1024 * 1024;

/// An argument that was not taken is told with so many letters.
const TOLD: usize = 60;

/// The arguments that were read so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    urls: Vec<(usize, CommandUrl)>,
    not_taken: Vec<(usize, String)>,
    /// True once a program was seen that fetches, or a line that belongs to one.
    pub(super) is_command: bool,
    /// True while the targets of a purge are read, which may be patterns.
    pub(super) names_patterns: bool,
    made: usize,
    /// True once an argument had a break in it: none that is meant has, so that a quote took in
    /// what it should not.
    pub(super) is_torn: bool,
}

impl Found {
    /// Takes a word as it stands.
    pub(super) fn put(&mut self, word: &ShellWord) {
        self.push(word.at, word.text.clone(), word.place.clone());
    }

    /// Takes a word if it is a URL by its form.
    pub(super) fn put_url(&mut self, word: &ShellWord) {
        let word = trimmed(word);
        if !word.unknown && url::is_url(&word.text) {
            self.put(&word);
        } else {
            self.refuse(&word);
        }
    }

    /// Takes a text that was made of a word.
    pub(super) fn put_made(&mut self, word: &ShellWord, text: String) {
        self.push(word.at, text, None);
    }

    fn push(&mut self, at: usize, text: String, place: Option<Range<usize>>) {
        let url = CommandUrl { text, place, has_wildcards: self.names_patterns };
        self.urls.push((at, url));
    }

    /// Returns true if texts of so many bytes may still be made.
    pub(super) fn affords(&mut self, bytes: usize) -> bool {
        self.made = self.made.saturating_add(bytes);
        self.made <= MOST_MADE
    }

    /// Returns the bytes of texts that may still be made.
    pub(super) fn left(&self) -> usize {
        MOST_MADE.saturating_sub(self.made)
    }

    /// Notes a word that might have been meant and was not taken.
    pub(super) fn refuse(&mut self, word: &ShellWord) {
        self.refuse_because(word, "");
    }

    /// Notes such a word with what stands before it or is wrong with it.
    pub(super) fn refuse_because(&mut self, word: &ShellWord, why: &str) {
        if word.text.is_empty() {
            return;
        }
        let mut letters = word.text.chars().map(|it| if it.is_control() { ' ' } else { it });
        let mut told: String = letters.by_ref().take(TOLD).collect();
        if letters.next().is_some() {
            told.push('…');
        }
        let gap = if why.is_empty() { "" } else { " " };
        self.not_taken.push((word.at, format!("{why}{gap}{told}")));
    }

    /// Notes the value of an option that is no target, if it is a full URL.
    pub(super) fn refuse_value(&mut self, option: &str, value: &ShellWord) {
        if url::has_web_scheme(&value.text) {
            self.refuse_because(value, option);
        }
    }

    /// Returns everything in the order of the text, if there was a command.
    pub(super) fn finish(mut self, length: usize) -> Option<CommandLine> {
        self.urls.sort_by_key(|(at, _)| *at);
        self.not_taken.sort_by_key(|(at, _)| *at);
        let urls = self.urls.into_iter().map(|(_, url)| url).collect();
        let not_taken = self.not_taken.into_iter().map(|(_, text)| text).collect();
        self.is_command.then_some(CommandLine { length, urls, not_taken })
    }
}

/// Returns a word without blanks at its ends.
pub(super) fn trimmed(word: &ShellWord) -> ShellWord {
    let start = word.text.len() - word.text.trim_start().len();
    let mut word = word.after(start);
    let length = word.text.trim_end().len();
    if let Some(place) = &mut word.place {
        place.end = place.start + length;
    }
    word.text.truncate(length);
    word
}
