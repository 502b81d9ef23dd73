//! Deserializes a single TOML value with errors for operators: what the value must be, never what
//! it was where that could be a secret. Also the types of settings that are written as text.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use toml::de::DeValue;
use url::Url;

use super::duration;
use crate::domain::activity::Names;
use crate::domain::column::ShownColumn;
use crate::domain::edge::CacheRule;
use crate::domain::nearest::nearest;
use crate::domain::sort::Sort;
use crate::domain::store_address::{StoreAddress, StoreAddressError};
use crate::domain::text::escape_control;
use crate::domain::view::SplitPane;

/// Error of a value, worded to follow the name of its key: ` must be true or false, not a number`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct ValueError {
    words: String,
    /// True if the setting is on or off.
    pub is_about_boolean: bool,
}

impl ValueError {
    /// Makes an error of these words.
    pub fn new(words: String) -> Self {
        Self { words, is_about_boolean: false }
    }
}

impl de::Error for ValueError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(format!(": {message}"))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let is_about_boolean = expected == "a boolean";
        let expected = match expected.as_str() {
            "a boolean" => "true or false",
            "a sequence" => "an array of strings",
            other => other,
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "`Node` gives no other value")]
        let found = match unexpected {
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Str(_) => "a string",
            Unexpected::Seq => "an array",
            Unexpected::Map => "a table",
            Unexpected::Other(found) => found,
            _ => "another value",
        };
        Self { words: format!(" must be {expected}, not {found}"), is_about_boolean }
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!(" must be {expected}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let near = nearest(variant, expected.iter().copied())
            .map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        Self::new(format!(": {} is not one of {}{near}", quoted(&[variant]), quoted(expected)))
    }
}

/// Joins words in quotation marks with commas.
pub fn quoted(words: &[&str]) -> String {
    let words: Vec<String> =
        words.iter().map(|word| format!("\"{}\"", escape_control(word, 60))).collect();
    words.join(", ")
}

/// Deserializer of one TOML value.
#[derive(Clone, Copy, Debug)]
pub struct Node<'v>(pub &'v DeValue<'v>);

impl Node<'_> {
    fn kind(self) -> &'static str {
        match self.0 {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        }
    }
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Boolean(flag) => visitor.visit_bool(*flag),
            DeValue::Array(items) => visitor
                .visit_seq(SeqDeserializer::new(items.iter().map(|item| Node(item.get_ref())))),
            DeValue::Table(table) => visitor.visit_map(MapDeserializer::new(
                table.iter().map(|(key, value)| (key.get_ref().as_ref(), Node(value.get_ref()))),
            )),
            // No setting takes one.
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
                Err(de::Error::invalid_type(Unexpected::Other(self.kind()), &visitor))
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let Some(text) = self.0.as_str() else {
            let expected = format!("one of {}", quoted(variants));
            return Err(de::Error::invalid_type(Unexpected::Other(self.kind()), &&*expected));
        };
        StrDeserializer::new(text).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, ValueError> for Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Deserializes a type from its text; `expected` completes "must be …" for values that are no
/// text.
pub fn from_text<'de, T, D>(deserializer: D, expected: &str) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    struct Text<'e, T>(&'e str, PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<'_, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(expected, PhantomData))
}

/// Gives a type with `FromStr` and `Display` its form as a setting.
macro_rules! text_value {
    ($type:ty, $expected:expr) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::config::value::from_text(from, $expected)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}
pub(super) use text_value;

/// Prints a value as TOML on one line.
pub fn to_toml<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = String::new();
    match value.serialize(toml::ser::ValueSerializer::new(&mut text)) {
        Ok(_) => text,
        // Only a path can be no text.
        Err(_) => "\"(not UTF-8)\"".to_owned(),
    }
}

/// Length of time from `MIN` to `MAX` seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<const MIN: u64, const MAX: u64>(pub Duration);

impl<const MIN: u64, const MAX: u64> Interval<MIN, MAX> {
    fn expected() -> String {
        format!("a length of time like \"45s\", \"10m\" or \"2h\", from {MIN} to {MAX} seconds")
    }
}

impl<const MIN: u64, const MAX: u64> FromStr for Interval<MIN, MAX> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not {}", quoted(&[text]), Self::expected());
        let length = duration::parse(text).map_err(|why| format!("{}: {why}", wrong()))?;
        if (MIN..=MAX).contains(&length.as_secs()) { Ok(Self(length)) } else { Err(wrong()) }
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Interval<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, &Self::expected())
    }
}

impl<const MIN: u64, const MAX: u64> Serialize for Interval<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&duration::print(self.0))
    }
}

/// Address of an API: https, or http on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUrl(pub Url);

text_value!(ApiUrl, "an address like \"https://api.example.com\"");

impl FromStr for ApiUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        check_url(text).map(Self).map_err(|why| {
            // What stands before an @ may be a secret.
            let text = if text.contains('@') { "it".to_owned() } else { quoted(&[text]) };
            format!("{text} is not an address like \"https://api.example.com\": {why}")
        })
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn check_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("it has no host".to_owned()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must not contain a user name or a password".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        _ => Err("only https is allowed, and http on this machine".to_owned()),
    }
}

text_value!(Sort, "a column to sort by like \"status\" or \"-time\"");

text_value!(ShownColumn, "a column like \"status\", or with its width \"cname 40\"");

text_value!(SplitPane, "a pane like \"right of 1: status:failed\" or \"below 2: kind:all\"");

text_value!(CacheRule, "a header like \"X-Cache\" or \"X-Tier: LOCAL=hit\"");

impl FromStr for CacheRule {
    type Err = crate::domain::edge::RuleFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

text_value!(StoreAddress, "a file, or a database like \"postgres://user@host/database\"");

impl FromStr for StoreAddress {
    type Err = StoreAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong =
            || de::Error::invalid_value(Unexpected::Map, &"a table like { \"42\" = \"mira\" }");
        BTreeMap::<String, String>::deserialize(deserializer).map(Self::new).map_err(|_| wrong())
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
