//! Vendors' errors about single fields and targets, in the shapes that web frameworks give them.

use serde_json::Value;

use super::lenient;
use crate::domain::failure::FieldError;
use crate::domain::text::escape_control;

/// The most errors that are listed one by one.
const MAX_LISTED: usize = 5;

/// Returns every sentence of an `errors` value with the field and the position that it is about. By
/// field there may be a sentence, a list of them, or either by position; a position may also be at
/// the end of the field, after a dot.
pub(crate) fn collect(errors: &Value) -> Vec<FieldError> {
    let mut found = Vec::new();
    walk(errors, "", None, &mut found);
    found
}

/// Returns the errors in one line, as many as a reader can use.
pub(crate) fn in_words(found: &[FieldError]) -> String {
    let mut listed: Vec<String> = found
        .iter()
        .take(MAX_LISTED)
        .map(|error| match error.index {
            Some(index) => format!("{}[{index}]: {}", error.field, error.message),
            None if error.field.is_empty() => error.message.clone(),
            None => format!("{}: {}", error.field, error.message),
        })
        .collect();
    if found.len() > MAX_LISTED {
        listed.push(format!("and {} more", found.len() - MAX_LISTED));
    }
    listed.join("; ")
}

fn walk(errors: &Value, field: &str, index: Option<usize>, found: &mut Vec<FieldError>) {
    match errors {
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(FieldError {
            field: escape_control(field, 60),
            index,
            message: escape_control(&lenient::text(errors).unwrap_or_default(), 300),
        }),
        Value::Array(parts) => {
            for (position, part) in parts.iter().enumerate() {
                match part {
                    // A list of sentences is about the field; in a list of lists or objects the
                    // place counts.
                    Value::Array(_) | Value::Object(_) => {
                        walk(part, field, index.or(Some(position)), found);
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        walk(part, field, index, found);
                    }
                }
            }
        }
        Value::Object(parts) => {
            for (name, part) in parts {
                if let Ok(position) = name.parse() {
                    walk(part, field, Some(position), found);
                } else if field.is_empty() {
                    let (name, position) = split(name);
                    walk(part, name, position.or(index), found);
                } else {
                    // A word where a position was to be expected, as in one of the documents' own
                    // examples.
                    walk(part, field, index, found);
                }
            }
        }
    }
}

/// Splits `paths.3` into `paths` and 3.
fn split(name: &str) -> (&str, Option<usize>) {
    match name.rsplit_once('.') {
        Some((field, position)) => match position.parse() {
            Ok(position) => (field, Some(position)),
            Err(_) => (name, None),
        },
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_position_is_found_wherever_it_stands() {
        for errors in [
            json!({ "paths": { "3": ["no"] } }),
            json!({ "paths.3": ["no"] }),
            json!({ "paths": [[], [], [], ["no"]] }),
            json!({ "paths": [{}, {}, {}, { "text": "no" }] }),
        ] {
            assert_eq!(in_words(&collect(&errors)), "paths[3]: no", "{errors}");
        }
    }

    #[test]
    fn what_has_no_field_is_a_sentence() {
        assert_eq!(in_words(&collect(&json!("no"))), "no");
        assert_eq!(in_words(&collect(&json!(["no", "never"]))), "no; never");
    }

    #[test]
    fn many_faults_are_counted() {
        let text = in_words(&collect(&json!({ "a": ["1", "2", "3", "4", "5", "6", "7"] })));
        assert!(text.ends_with("a: 5; and 2 more"), "{text}");
    }
}
