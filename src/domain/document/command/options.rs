//! Command lines taken apart into options, their values and the other arguments.

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

/// The options of a program. Each stands as `long`, or as `long/s` with its short form.
pub(super) struct OptionTable {
    /// Options without a value.
    pub(super) switches: &'static str,
    /// Options with a value that is no target.
    pub(super) valued: &'static str,
    /// Options with a meaning of their own.
    pub(super) meant: &'static [(&'static str, OptionMeaning)],
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
    fn rows(&self) -> impl Iterator<Item = (&'static str, OptionMeaning)> {
        let switches = self.switches.split_whitespace().map(|row| (row, OptionMeaning::Switch));
        let valued = self.valued.split_whitespace().map(|row| (row, OptionMeaning::Value));
        self.meant.iter().copied().chain(switches).chain(valued)
    }

    /// Returns the meaning of a long option. Programs take beginnings that can be only one option;
    /// one that may be several takes a value if all of them do.
    fn long(&self, name: &str) -> OptionMeaning {
        let name = name.strip_prefix("expand-").unwrap_or(name);
        let mut found: Option<OptionMeaning> = None;
        for (row, meaning) in self.rows() {
            let long = row.split_once('/').map_or(row, |(long, _)| long);
            if long == name {
                return meaning;
            }
            if long.starts_with(name) {
                found = Some(match found {
                    None => meaning,
                    Some(known) if known == meaning => meaning,
                    Some(known) if known.takes_value() && meaning.takes_value() => {
                        OptionMeaning::Value
                    }
                    Some(_) => OptionMeaning::Switch,
                });
            }
        }
        found.unwrap_or(OptionMeaning::Switch)
    }

    /// Returns true if there is a long option of just this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.rows().any(|(row, _)| row.split('/').next() == Some(name))
    }

    fn short(&self, letter: char) -> OptionMeaning {
        let has = |row: &str| row.split_once('/').is_some_and(|(_, it)| it.contains(letter));
        self.rows().find(|(row, _)| has(row)).map_or(OptionMeaning::Switch, |(_, meaning)| meaning)
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
