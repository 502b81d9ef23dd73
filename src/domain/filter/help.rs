//! The filter language in words, for help: its rules by example, and its fields from their table.

use super::fields::{FilterField, Vocabulary};
use super::printer::written;

/// The rules of the language, each by an example.
pub const RULES: &[(&str, &str)] = &[
    ("status:failed since:24h", "a blank is and"),
    ("status:failed,in_progress", "a comma is or"),
    ("-account:edge-labs", "a leading - is not"),
    ("cname:*.site.com target:*/v2/*", "* stands for anything"),
    ("hero.jpg \"two words\"", "bare words search the targets and the hosts"),
    (
        "on:2026-11-20..2026-11-22 until:14:00",
        "days, ranges, times of day; in the zone that the screen shows",
    ),
    ("on:2d since:mon on:yesterday@14:00..15:00", "days counted back, weekdays, a time of a day"),
];

/// A field of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldHelp {
    /// Its name before the colon.
    pub name: &'static str,
    /// The meaning of its values.
    pub about: &'static str,
    /// Values that it can have, as they are written; empty where they are names of your own.
    pub values: Vec<String>,
}

/// Describes every field, in the order in which they are offered.
pub fn field_help() -> Vec<FieldHelp> {
    let vocabulary = Vocabulary::default();
    let describe = |field: &FilterField| FieldHelp {
        name: field.name(),
        about: field.about(),
        values: field
            .offers("", &vocabulary)
            .iter()
            .map(|offer| written(&offer.value, Some(*field)).into_owned())
            .collect(),
    };
    FilterField::EVERY.iter().map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::Filter;

    #[test]
    fn every_example_and_every_value_is_of_the_language() {
        for (example, _) in RULES {
            assert!(Filter::parse(example).is_ok(), "{example}");
        }
        for field in field_help() {
            for value in &field.values {
                let text = format!("{}:{value}", field.name);
                assert!(Filter::parse(&text).is_ok(), "{text}");
            }
        }
    }
}
