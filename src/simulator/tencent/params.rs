//! An action's parameters, checked by name and type before anything looks at their meaning.

use serde_json::{Map, Value};

use super::errors::{self, Refusal};

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Texts,
    Number,
    Flag,
    Objects,
}

/// Parameters whose names and types are right.
#[derive(Clone, Debug)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Takes `given` if it has no unknown names and no wrong types. From a form everything is text, so numbers and flags
    /// are read from it when `form` is set.
    pub(super) fn of(
        given: Map<String, Value>,
        known: &[(&str, Type)],
        form: bool,
    ) -> Result<Self, Refusal> {
        let mut taken = Map::new();
        for (name, value) in given {
            let Some((_, wanted)) = known.iter().find(|(known, _)| *known == name) else {
                return Err(errors::unknown(&name));
            };
            if value.is_null() {
                continue;
            }
            let value = typed(&name, value, *wanted, form)?;
            taken.insert(name, value);
        }
        Ok(Self(taken))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let list = self.0.get(name)?.as_array()?;
        Some(list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
    }

    pub(super) fn objects(&self, name: &str) -> Vec<&Map<String, Value>> {
        self.0
            .get(name)
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_object).collect())
            .unwrap_or_default()
    }
}

fn typed(name: &str, value: Value, wanted: Type, form: bool) -> Result<Value, Refusal> {
    let value = match (wanted, &value) {
        (Type::Number, Value::String(text)) if form => {
            text.parse::<i64>().map_or(value, Value::from)
        }
        (Type::Flag, Value::String(text)) if form => {
            text.to_lowercase().parse::<bool>().map_or(value, Value::from)
        }
        _ => value,
    };
    let fits = match wanted {
        Type::Text => value.is_string(),
        Type::Number => value.is_i64(),
        Type::Flag => value.is_boolean(),
        Type::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        Type::Objects => value.as_array().is_some_and(|list| list.iter().all(Value::is_object)),
    };
    let word = match wanted {
        Type::Text => "a string",
        Type::Number => "an integer",
        Type::Flag => "a boolean",
        Type::Texts => "an array of strings",
        Type::Objects => "an array of objects",
    };
    if fits { Ok(value) } else { Err(errors::wrong_type(name, word)) }
}
