//! A setting that is a program and its arguments: a list, or a text as a shell would part it, so
//! that a variable of the environment can hold it.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A program and its arguments; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandWords(pub Vec<String>);

const EXPECTED: &str = "a program and its arguments like [\"pass\", \"show\", \"db\"]";

impl<'de> Deserialize<'de> for CommandWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = CommandWords;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<CommandWords, E> {
                // A mistake may hold a secret, so it is not repeated.
                let words = shlex::split(text).ok_or_else(|| E::custom("a quotation mark is open"));
                words.and_then(checked)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<CommandWords, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = seq.next_element()? {
                    words.push(word);
                }
                checked(words)
            }
        }

        deserializer.deserialize_any(Words)
    }
}

impl Serialize for CommandWords {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

fn checked<E: de::Error>(words: Vec<String>) -> Result<CommandWords, E> {
    if words.first().is_some_and(String::is_empty) {
        return Err(E::custom(format!("it must be {EXPECTED}")));
    }
    Ok(CommandWords(words))
}

#[cfg(test)]
mod tests {
    use toml::de::DeValue;

    use super::*;
    use crate::config::value::{Node, to_toml};

    fn read(text: &str) -> Result<Vec<String>, String> {
        let value = DeValue::parse(text).map_err(|error| error.to_string())?;
        let read = CommandWords::deserialize(Node(value.get_ref()));
        read.map(|words| words.0).map_err(|error| error.to_string())
    }

    #[test]
    fn a_command_is_a_list_or_a_text_as_a_shell_parts_it() {
        for (text, words) in [
            (r#"["pass", "show", "my db"]"#, &["pass", "show", "my db"][..]),
            (r#""pass show 'my db'""#, &["pass", "show", "my db"]),
            ("[]", &[]),
            (r#""""#, &[]),
        ] {
            assert_eq!(read(text), Ok(words.iter().map(|&word| word.to_owned()).collect()));
        }
        for wrong in [r#"[""]"#, r#""pass 'hunter2""#, "7", r#"["pass", 7]"#, "true"] {
            let error = read(wrong).err().unwrap_or_default();
            assert!(!error.is_empty() && !error.contains("hunter2"), "{wrong}: {error}");
        }
        assert_eq!(to_toml(&CommandWords(vec!["a".to_owned()])), "[\"a\"]");
    }
}
