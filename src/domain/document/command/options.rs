//! Command lines taken apart into options, their values and the other arguments.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::word::ShellWord;

/// The meaning of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionMeaning {
    /// It takes no value, and changes no URL.
    Switch,
    /// It takes a value that is no target.
    Value,
    /// It takes the way to the target, such as a proxy: nobody means that as a target.
    Way,
    /// Its value is a URL to ask for.
    Url,
    /// Its value is a header.
    Header,
    /// Its value is a body, or the name of a file with one after `@`.
    Data,
    /// Its value is a body as it stands.
    RawData,
    /// Its value is a body that is still to be encoded.
    EncodedData,
    /// Its value goes into the query.
    Query,
    /// The body goes into the query.
    Get,
    /// URLs have no globs.
    GlobOff,
    /// Another request begins.
    Next,
    /// Its value is the path to ask for.
    Target,
    /// Its values, up to the next option, are targets.
    Targets,
    /// Its values, up to the next option, are hosts of the targets.
    Hosts,
}

impl OptionMeaning {
    fn takes_value(self) -> bool {
        match self {
            OptionMeaning::Switch
            | OptionMeaning::Get
            | OptionMeaning::GlobOff
            | OptionMeaning::Next => false,
            OptionMeaning::Value
            | OptionMeaning::Way
            | OptionMeaning::Url
            | OptionMeaning::Header
            | OptionMeaning::Data
            | OptionMeaning::RawData
            | OptionMeaning::EncodedData
            | OptionMeaning::Query
            | OptionMeaning::Target
            | OptionMeaning::Targets
            | OptionMeaning::Hosts => true,
        }
    }

    fn takes_many(self) -> bool {
        matches!(self, OptionMeaning::Targets | OptionMeaning::Hosts)
    }
}

/// The options of a program, by their names.
pub(super) struct OptionTable {
    long: BTreeMap<&'static str, OptionMeaning>,
    short: BTreeMap<char, OptionMeaning>,
}

/// One argument, or an option with its value.
#[derive(Debug)]
pub(super) enum Argument<'a> {
    /// An argument that is no option.
    Plain(&'a ShellWord),
    /// An option.
    Option {
        /// Its name as it was typed.
        name: String,
        /// Its meaning.
        meaning: OptionMeaning,
        /// Its value, if it has one.
        value: Option<ShellWord>,
    },
}

impl OptionTable {
    /// Lists options without a value, options with a value that is no target, and options with a
    /// meaning of their own. Each stands as `long`, or as `long/s` with its short form.
    pub(super) fn new(
        switches: &'static str,
        valued: &'static str,
        meant: &[(&'static str, OptionMeaning)],
    ) -> Self {
        let mut table = OptionTable { long: BTreeMap::new(), short: BTreeMap::new() };
        let switches = switches.split_whitespace().map(|row| (row, OptionMeaning::Switch));
        let valued = valued.split_whitespace().map(|row| (row, OptionMeaning::Value));
        for (row, meaning) in meant.iter().copied().chain(switches).chain(valued) {
            let (long, short) = row.split_once('/').unwrap_or((row, ""));
            table.long.entry(long).or_insert(meaning);
            for letter in short.chars() {
                table.short.entry(letter).or_insert(meaning);
            }
        }
        table
    }

    /// Returns the meaning of a long option. Programs take beginnings that can be only one option;
    /// one that may be several takes a value if all of them do.
    fn long(&self, name: &str) -> OptionMeaning {
        let name = name.strip_prefix("expand-").unwrap_or(name);
        if let Some(meaning) = self.long.get(name) {
            return *meaning;
        }
        let from = (Bound::Included(name), Bound::Unbounded);
        let begun = self.long.range::<str, _>(from).take_while(|(long, _)| long.starts_with(name));
        let meant = begun.map(|(_, meaning)| *meaning).reduce(|known, meaning| {
            if known == meaning {
                meaning
            } else if known.takes_value() && meaning.takes_value() {
                OptionMeaning::Value
            } else {
                OptionMeaning::Switch
            }
        });
        meant.unwrap_or(OptionMeaning::Switch)
    }

    /// Returns true if there is a long option of just this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.long.contains_key(name)
    }

    fn short(&self, letter: char) -> OptionMeaning {
        self.short.get(&letter).copied().unwrap_or(OptionMeaning::Switch)
    }

    /// Takes the words after a program's name apart.
    pub(super) fn arguments<'a>(&self, words: &'a [ShellWord]) -> Vec<Argument<'a>> {
        let mut arguments = Vec::new();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let text = word.text.as_str();
            if text == "--" {
                arguments.extend(words.by_ref().map(Argument::Plain));
            } else if let Some(long) = text.strip_prefix("--") {
                let (name, given) = match long.split_once('=') {
                    Some((name, _)) => (name, Some(word.after(name.len() + "--=".len()))),
                    None => (long, None),
                };
                let meaning = self.long(name);
                let given = given.filter(|_| meaning.takes_value());
                let has_value = given.is_some();
                let mut value = given;
                if meaning.takes_value() && value.is_none() {
                    value = words.next().cloned();
                }
                let name = format!("--{name}");
                arguments.push(Argument::Option { name: name.clone(), meaning, value });
                while meaning.takes_many() && !has_value {
                    let Some(word) = words.next_if(|word| !word.text.starts_with('-')) else {
                        break;
                    };
                    let value = Some(word.clone());
                    arguments.push(Argument::Option { name: name.clone(), meaning, value });
                }
            } else if text.len() > 1 && text.starts_with('-') {
                for (at, letter) in text.char_indices().skip(1) {
                    let meaning = self.short(letter);
                    let end = at + letter.len_utf8();
                    let mut value = None;
                    if meaning.takes_value() {
                        let given = (end < text.len()).then(|| word.after(end));
                        value = given.or_else(|| words.next().cloned());
                    }
                    let name = format!("-{letter}");
                    arguments.push(Argument::Option { name, meaning, value });
                    if meaning.takes_value() {
                        break;
                    }
                }
            } else if text != "-" {
                arguments.push(Argument::Plain(word));
            }
        }
        arguments
    }
}
