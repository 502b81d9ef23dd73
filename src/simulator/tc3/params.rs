//! An action's parameters, checked by name and type before their meaning.

use serde_json::{Map, Value};

use super::errors::{self, ApiError};

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamType {
    Text,
    Texts,
    Number,
    Flag,
    Object,
    Objects,
}

/// Parameters with known names and the right types.
#[derive(Clone, Debug)]
pub(crate) struct ActionParams(Map<String, Value>);

impl ActionParams {
    /// Takes `given` if it has no unknown names and no wrong types. In a form everything is text:
    /// with `form`, numbers and flags are read from it.
    pub(crate) fn of(
        given: Map<String, Value>,
        known: &[(&str, ParamType)],
        form: bool,
    ) -> Result<Self, ApiError> {
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

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let list = self.0.get(name)?.as_array()?;
        Some(list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name)?.as_object()
    }

    pub(crate) fn objects(&self, name: &str) -> Vec<&Map<String, Value>> {
        self.0
            .get(name)
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_object).collect())
            .unwrap_or_default()
    }
}

fn typed(name: &str, value: Value, wanted: ParamType, form: bool) -> Result<Value, ApiError> {
    let value = match (wanted, &value) {
        (ParamType::Number, Value::String(text)) if form => {
            text.parse::<i64>().map_or(value, Value::from)
        }
        (ParamType::Flag, Value::String(text)) if form => {
            text.to_lowercase().parse::<bool>().map_or(value, Value::from)
        }
        _ => value,
    };
    let fits = match wanted {
        ParamType::Text => value.is_string(),
        ParamType::Number => value.is_i64(),
        ParamType::Flag => value.is_boolean(),
        ParamType::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        ParamType::Object => value.is_object(),
        ParamType::Objects => {
            value.as_array().is_some_and(|list| list.iter().all(Value::is_object))
        }
    };
    let word = match wanted {
        ParamType::Text => "a string",
        ParamType::Number => "an integer",
        ParamType::Flag => "a boolean",
        ParamType::Texts => "an array of strings",
        ParamType::Object => "an object",
        ParamType::Objects => "an array of objects",
    };
    if fits { Ok(value) } else { Err(errors::wrong_type(name, word)) }
}
