//! Reads TOML by the table of keys: what is not in the table is a fault with its place and the nearest right name.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::duration;
use super::fault::{Fault, Place};
use super::schema::{Key, Shape, quoted};
use super::secret::source::SecretSource;
use crate::domain::nearest::nearest;

/// One key's value as the file gives it, already of the right shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text of any shape that is written as one.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// Texts by name.
    Names(BTreeMap<String, String>),
    /// Where a secret is to be had; a file's path is not expanded yet.
    Secret(SecretSource),
}

/// The keys of one table, with their values and places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Where the table begins.
    pub place: Place,
    found: BTreeMap<String, (Value, Place)>,
}

impl Section {
    /// A table without keys.
    pub fn empty() -> Self {
        Self { place: Place { line: 1, column: 1 }, found: BTreeMap::new() }
    }

    /// The value of a key and its place.
    pub fn get(&self, key: &str) -> Option<(&Value, Place)> {
        self.found.get(key).map(|(value, place)| (value, *place))
    }

    /// The text of a key; a flag as `true` or `false`. `None` where it was left out or is of another shape.
    pub fn text(&self, key: &str) -> Option<(String, Place)> {
        match self.get(key)? {
            (Value::Text(text), place) => Some((text.clone(), place)),
            (Value::Flag(flag), place) => Some((flag.to_string(), place)),
            (Value::Texts(_) | Value::Names(_) | Value::Secret(_), _) => None,
        }
    }

    /// Whether a flag is set; what was left out is not.
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.get(key), Some((Value::Flag(true), _)))
    }

    /// The texts of a list; empty where it was left out.
    pub fn texts(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some((Value::Texts(texts), _)) => texts.clone(),
            Some((Value::Text(_) | Value::Flag(_) | Value::Names(_) | Value::Secret(_), _))
            | None => Vec::new(),
        }
    }

    /// The texts of a table by their names; empty where it was left out.
    pub fn names(&self, key: &str) -> BTreeMap<String, String> {
        match self.get(key) {
            Some((Value::Names(names), _)) => names.clone(),
            Some((Value::Text(_) | Value::Flag(_) | Value::Texts(_) | Value::Secret(_), _))
            | None => BTreeMap::new(),
        }
    }
}

/// A command and the chords that the file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBinding {
    /// The command's name, as written.
    pub command: String,
    /// The chords, as written; none: the command has no key.
    pub chords: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Reads tables out of one text and collects what is wrong.
#[derive(Debug)]
pub struct Reader<'t> {
    text: &'t str,
    /// What is wrong so far.
    pub faults: Vec<Fault>,
}

impl<'t> Reader<'t> {
    /// A reader for the text that the tables come from.
    pub fn new(text: &'t str) -> Self {
        Self { text, faults: Vec::new() }
    }

    /// Where a piece of the text stands.
    pub fn place<T>(&self, spanned: &Spanned<T>) -> Place {
        Place::of(self.text, spanned.span().start)
    }

    /// The keys of a table that stand in `keys`; every other one is a fault, but for those in `beside`, which somebody
    /// else reads.
    pub fn section(
        &mut self,
        place: Place,
        table: &DeTable<'_>,
        keys: &[Key],
        beside: &[&str],
    ) -> Section {
        let mut found = BTreeMap::new();
        for (name, value) in table {
            let name_text: &str = name.get_ref();
            if beside.contains(&name_text) {
                continue;
            }
            let Some(key) = keys.iter().find(|key| key.name == name_text) else {
                let right = keys.iter().map(|key| key.name).chain(beside.iter().copied());
                let mut fault =
                    Fault::at(self.place(name), format!("unknown key \"{}\"", shown(name_text)));
                if let Some(near) = nearest(name_text, right) {
                    fault = fault.advising(format!("did you mean \"{near}\"?"));
                }
                self.faults.push(fault);
                continue;
            };
            if let Some(read) = self.value(key, value) {
                found.insert(key.name.to_owned(), (read, self.place(value)));
            }
        }
        Section { place, found }
    }

    /// The tables of an `[[array]]`, with their places.
    pub fn tables<'v, 'i>(
        &mut self,
        name: &str,
        value: &'v Spanned<DeValue<'i>>,
    ) -> Vec<(Place, &'v DeTable<'i>)> {
        let wanted = format!("\"{name}\" must be written as [[{name}]]");
        let Some(array) = value.get_ref().as_array() else {
            self.faults.push(Fault::at(self.place(value), wanted));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            match item.get_ref().as_table() {
                Some(table) => tables.push((self.place(item), table)),
                None => self.faults.push(Fault::at(self.place(item), wanted.clone())),
            }
        }
        tables
    }

    /// The commands of `[keys]`. Their names and chords are for the keymap to check.
    pub fn bindings(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<KeyBinding> {
        let Some(table) = value.get_ref().as_table() else {
            self.faults.push(Fault::at(self.place(value), "\"keys\" must be written as [keys]"));
            return Vec::new();
        };
        let mut bindings = Vec::new();
        for (name, value) in table {
            let chords = match value.get_ref() {
                DeValue::String(chord) => Some(vec![chord.to_string()]),
                DeValue::Array(_) => strings(value),
                DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Table(_) => None,
            };
            match chords {
                Some(chords) => bindings.push(KeyBinding {
                    command: name.get_ref().to_string(),
                    chords,
                    place: self.place(name),
                }),
                None => self.faults.push(Fault::at(
                    self.place(value),
                    format!(
                        "\"{}\" must be a key like \"ctrl-r\" or a list of keys; [] for none",
                        shown(name.get_ref())
                    ),
                )),
            }
        }
        bindings.sort_by_key(|binding| binding.place);
        bindings
    }

    fn value(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let wrong_type = |reader: &mut Self| {
            reader.faults.push(Fault::at(
                reader.place(value),
                format!(
                    "\"{}\" must be {}, not {}",
                    key.name,
                    key.shape.wanted(),
                    type_name(value.get_ref())
                ),
            ));
            None
        };
        match key.shape {
            Shape::Flag => match value.get_ref().as_bool() {
                Some(flag) => Some(Value::Flag(flag)),
                None => wrong_type(self),
            },
            Shape::Texts => match strings(value) {
                Some(texts) => Some(Value::Texts(texts)),
                None => wrong_type(self),
            },
            Shape::Names => match names(value) {
                Some(names) => Some(Value::Names(names)),
                None => wrong_type(self),
            },
            Shape::Secret => self.secret(key, value),
            Shape::Text
            | Shape::Word(_)
            | Shape::Duration(..)
            | Shape::Url
            | Shape::Path
            | Shape::Offset => {
                let Some(text) = value.get_ref().as_str() else {
                    return wrong_type(self);
                };
                match check_text(key.shape, text) {
                    Ok(()) => Some(Value::Text(text.to_owned())),
                    Err(words) => {
                        self.faults.push(Fault::at(
                            self.place(value),
                            format!("\"{}\": {words}", key.name),
                        ));
                        None
                    }
                }
            }
        }
    }

    fn secret(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let place = self.place(value);
        let wanted = Shape::Secret.wanted();
        let Some(table) = value.get_ref().as_table() else {
            self.faults.push(
                Fault::at(place, format!("\"{}\": a secret must not stand in this file", key.name))
                    .advising(format!(
                        "say where it is to be had: {wanted}; and change a secret that stood here"
                    )),
            );
            return None;
        };
        let source = match table.iter().next() {
            Some((name, value)) if table.len() == 1 => match name.get_ref().as_ref() {
                "env" => value
                    .get_ref()
                    .as_str()
                    .filter(|text| !text.is_empty())
                    .map(|name| SecretSource::Env(name.to_owned())),
                "file" => value
                    .get_ref()
                    .as_str()
                    .filter(|text| !text.is_empty())
                    .map(|path| SecretSource::File(path.into())),
                "command" => strings(value)
                    .filter(|words| words.first().is_some_and(|program| !program.is_empty()))
                    .map(SecretSource::Command),
                _ => None,
            },
            Some(_) | None => None,
        };
        if source.is_none() {
            self.faults.push(Fault::at(place, format!("\"{}\" must be {wanted}", key.name)));
        }
        source.map(Value::Secret)
    }
}

/// The texts of a list; `None` where it is none or holds something else.
fn strings(value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    value
        .get_ref()
        .as_array()?
        .iter()
        .map(|item| item.get_ref().as_str().map(str::to_owned))
        .collect()
}

/// The texts of a table; `None` where it is none or holds something else.
fn names(value: &Spanned<DeValue<'_>>) -> Option<BTreeMap<String, String>> {
    value
        .get_ref()
        .as_table()?
        .iter()
        .map(|(name, value)| {
            let text = value.get_ref().as_str()?;
            Some((name.get_ref().to_string(), text.to_owned()))
        })
        .collect()
}

/// Whether a text is of a shape; the error says what is wrong. The same rule for the file and the environment.
pub fn check_text(shape: Shape, text: &str) -> Result<(), String> {
    let wanted = || format!("\"{}\" is not {}", shown(text), shape.wanted());
    match shape {
        Shape::Text | Shape::Path => Ok(()),
        Shape::Flag => match text {
            "true" | "false" => Ok(()),
            _ => Err(wanted()),
        },
        Shape::Word(words) => {
            if words.contains(&text) {
                return Ok(());
            }
            let near = nearest(text, words.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            Err(format!("\"{}\" is not one of {}{near}", shown(text), quoted(words)))
        }
        Shape::Duration(least, most) => {
            let length = duration::parse(text).map_err(|words| format!("{}: {words}", wanted()))?;
            if (least..=most).contains(&length.as_secs()) { Ok(()) } else { Err(wanted()) }
        }
        Shape::Url => check_url(text).map_err(|words| format!("{}: {words}", wanted())),
        Shape::Offset => text.parse::<chrono::FixedOffset>().map(|_| ()).map_err(|_| wanted()),
        Shape::Texts | Shape::Names | Shape::Secret => Err(wanted()),
    }
}

fn check_url(text: &str) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("it names no host".to_owned()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must not hold a name or a password".to_owned());
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if here => Ok(()),
        _ => Err("only https is allowed, and http on this machine".to_owned()),
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn shown(text: &str) -> String {
    crate::domain::text::escape_control(text, 60)
}
