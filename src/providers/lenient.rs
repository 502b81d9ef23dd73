//! Reading vendors' JSON field by field, so that one odd field never costs a record.

use serde_json::Value;

use crate::domain::failure::{Cause, Failure};

/// Returns a text, or a number or flag as the text that it was written as; `None` for anything
/// else.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the text of a field, where it is there and not blank.
pub(crate) fn field(record: &Value, name: &str) -> Option<String> {
    record.get(name).and_then(text).filter(|text| !text.trim().is_empty())
}

/// Returns the whole number of a field, also where it was written as a text.
pub(crate) fn number(record: &Value, name: &str) -> Option<u64> {
    match record.get(name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the flag of a field, also where it was written as a number or a text.
pub(crate) fn flag(record: &Value, name: &str) -> Option<bool> {
    match record.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "on" => Some(true),
            "false" | "no" | "0" | "off" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns a list; null is an empty one, and anything else is none.
pub(crate) fn list(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(values) => Some(values),
        Value::Null => Some(&[]),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}

/// Returns the list of an answer's field, or fails where the answer has none.
pub(crate) fn needed_list<'b>(body: &'b Value, field: &str) -> Result<&'b [Value], Failure> {
    body.get(field).and_then(list).ok_or_else(|| {
        Failure::new(Cause::BadAnswer).with_message(format!("the answer has no {field}"))
    })
}

/// Returns the texts of a list; a single text is a list of one, and what is no text is left out.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_and_a_text_are_the_same_id() {
        let record =
            json!({"a": 17, "b": "17", "c": null, "d": " ", "e": 18_446_744_073_709_551_615_u64});
        assert_eq!(field(&record, "a"), Some("17".to_owned()));
        assert_eq!(field(&record, "b"), Some("17".to_owned()));
        assert_eq!(field(&record, "c"), None);
        assert_eq!(field(&record, "d"), None);
        assert_eq!(field(&record, "e"), Some("18446744073709551615".to_owned()));
    }

    #[test]
    fn a_flag_may_be_written_in_three_ways() {
        let record = json!({"a": true, "b": 0, "c": "yes", "d": "perhaps"});
        assert_eq!(flag(&record, "a"), Some(true));
        assert_eq!(flag(&record, "b"), Some(false));
        assert_eq!(flag(&record, "c"), Some(true));
        assert_eq!(flag(&record, "d"), None);
    }

    #[test]
    fn a_single_text_is_a_list_of_one() {
        assert_eq!(texts(Some(&json!("a"))), ["a"]);
        assert_eq!(texts(Some(&json!(["a", 1, null, {}]))), ["a", "1"]);
        assert!(texts(None).is_empty());
    }
}
