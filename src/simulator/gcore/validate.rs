//! What the body of a purge may be, and the documented refusals of what it may not.

use serde_json::{Map, Value, json};

use super::{errors, json_error};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::GcoreScenario;
use crate::simulator::world::Kind;

/// What a purge request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) targets: Vec<String>,
}

/// Reads and checks the body.
pub(super) fn read(request: &Request, scenario: &GcoreScenario) -> Result<Wanted, Reply> {
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
            Ok(Wanted { kind: Kind::Url, targets })
        }
        (None, Some(paths)) => {
            let targets = items("paths", paths, scenario.limits.patterns)?;
            if !targets.iter().all(|path| is_pattern(path, scenario.strict_patterns)) {
                return Err(errors::field("paths", &json!(["A path should start with /."])));
            }
            Ok(Wanted { kind: if targets.is_empty() { Kind::All } else { Kind::Pattern }, targets })
        }
        (None, None) => Err(errors::field("paths", &json!(["This field is required."]))),
    }
}

fn is_pattern(path: &str, strict: bool) -> bool {
    let trimmed = path.strip_suffix('*').unwrap_or(path);
    path.starts_with('/') && !(strict && trimmed.contains('*')) || !strict && path.starts_with('*')
}

fn object(request: &Request) -> Result<Map<String, Value>, Reply> {
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
        Err(_) => Err(errors::not_json(&json_error::explain(text))),
    }
}

fn items(field: &str, value: &Value, most: usize) -> Result<Vec<String>, Reply> {
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

/// A value's type as the vendor's language calls it.
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
