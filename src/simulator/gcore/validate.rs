//! Checks the body of a purge; the refusals are the documented ones.

use serde_json::{Map, Value, json};

use super::errors;
use super::scenario::GcoreScenario;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::PurgeScope;

/// Reads the scope and the targets of a purge.
pub(super) fn read(
    request: &ReceivedRequest,
    scenario: &GcoreScenario,
) -> Result<(PurgeScope, Vec<String>), HttpReply> {
    if let Some(media_type) = request.header("content-type").filter(|_| !request.body.is_empty()) {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(errors::unsupported(media_type));
        }
    }
    let body = object(request)?;
    let (urls, paths) = (body.get("urls"), body.get("paths"));
    match (urls, paths) {
        (Some(_), Some(_)) => Err(errors::field(
            "non_field_errors",
            &json!(["Only one of the fields urls and paths may be set."]),
        )),
        (Some(urls), None) => {
            let targets = items("urls", urls, scenario.limits.urls)?;
            if targets.is_empty() {
                return Err(errors::field("urls", &json!(["This list may not be empty."])));
            }
            if !targets.iter().all(|url| url.starts_with('/')) {
                return Err(errors::field("urls", &json!(["A path should start with /."])));
            }
            Ok((PurgeScope::Url, targets))
        }
        (None, Some(paths)) => {
            let targets = items("paths", paths, scenario.limits.patterns)?;
            if !targets.iter().all(|path| is_pattern(path, scenario.strict_patterns)) {
                return Err(errors::field("paths", &json!(["A path should start with /."])));
            }
            let all = targets.is_empty();
            Ok((if all { PurgeScope::All } else { PurgeScope::Pattern }, targets))
        }
        (None, None) => Err(errors::field("paths", &json!(["This field is required."]))),
    }
}

fn is_pattern(path: &str, strict: bool) -> bool {
    let trimmed = path.strip_suffix('*').unwrap_or(path);
    path.starts_with('/') && !(strict && trimmed.contains('*')) || !strict && path.starts_with('*')
}

fn object(request: &ReceivedRequest) -> Result<Map<String, Value>, HttpReply> {
    let text = match std::str::from_utf8(&request.body) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let byte = request.body.get(at).copied().unwrap_or_default();
            let detail = format!(
                "'utf-8' codec can't decode byte {byte:#04x} in position {at}: invalid start byte"
            );
            return Err(errors::not_json(&detail));
        }
    };
    if text.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)),
        ) => {
            let text =
                format!("Invalid data. Expected a dictionary, but got {}.", type_name(&other));
            Err(errors::field("non_field_errors", &json!([text])))
        }
        Err(error) => Err(errors::not_json(&json_error(text, &error))),
    }
}

/// Messages of the JSON parser here, and those of the vendor's for the same mistake. The vendor
/// documents the form of the answer and one of its messages.
const JSON_ERRORS: [(&str, &str); 10] = [
    ("expected `,` or", "Expecting ',' delimiter"),
    ("expected `:`", "Expecting ':' delimiter"),
    ("key must be a string", "Expecting property name enclosed in double quotes"),
    ("EOF while parsing an object", "Expecting property name enclosed in double quotes"),
    ("trailing comma", "Expecting value"),
    ("EOF while parsing a string", "Unterminated string starting at"),
    ("control character", "Invalid control character at"),
    ("invalid escape", "Invalid \\escape"),
    ("trailing characters", "Extra data"),
    ("", "Expecting value"),
];

/// Describes the first mistake in a text that is not JSON, with its place.
fn json_error(text: &str, error: &serde_json::Error) -> String {
    let own = error.to_string();
    let theirs = JSON_ERRORS.iter().find(|(prefix, _)| own.starts_with(prefix));
    let message = theirs.map_or("", |(_, message)| message);
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let offset = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let before = text.get(..offset).unwrap_or(text);
    let at = match message {
        "Unterminated string starting at" => text.rfind('"').unwrap_or(offset),
        "Invalid \\escape" => before.rfind('\\').unwrap_or(offset),
        _ if error.is_eof() => text.len(),
        // This parser stops within a wrong word, the vendor's before it.
        "Expecting value" => before.trim_end_matches(char::is_alphabetic).len(),
        _ => offset,
    };
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|char| *char != '\n').count() + 1;
    format!("{message}: line {line} column {column} (char {})", before.chars().count())
}

fn items(field: &str, value: &Value, most: usize) -> Result<Vec<String>, HttpReply> {
    let list = match value {
        Value::Array(list) => list,
        Value::Null => {
            return Err(errors::field(field, &json!(["This field may not be null."])));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            let text = format!("Expected a list of items but got type \"{}\".", type_name(value));
            return Err(errors::field(field, &json!([text])));
        }
    };
    if list.len() > most {
        let text = format!("Ensure this field has no more than {most} elements.");
        return Err(errors::field(field, &json!([text])));
    }
    let mut targets = Vec::with_capacity(list.len());
    let mut wrong = Map::new();
    for (index, item) in list.iter().enumerate() {
        let refusal = match item {
            Value::String(text) if text.trim().is_empty() => "This field may not be blank.",
            Value::String(text) => {
                targets.push(text.clone());
                continue;
            }
            Value::Null => "This field may not be null.",
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                "Not a valid string."
            }
        };
        wrong.insert(index.to_string(), json!([refusal]));
    }
    if wrong.is_empty() { Ok(targets) } else { Err(errors::field(field, &Value::Object(wrong))) }
}

/// Returns the name of a value's type in the vendor's language.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
