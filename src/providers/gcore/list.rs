//! Lists in either of the forms in which the vendor gives them.

use serde_json::Value;

use super::super::http::Answer;
use super::super::lenient;
use super::PAGE;
use crate::domain::failure::{Cause, Failure};

/// A list in either of the forms in which the vendor gives one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct List {
    /// What was listed.
    pub(super) records: Vec<Value>,
    /// How many there are in all, where the vendor gives an envelope.
    pub(super) count: Option<u64>,
    /// Whether the vendor says that more follows, where it gives an envelope.
    more: Option<bool>,
}

impl List {
    /// The list of an answer; an answer without one is a failure and never an empty list.
    pub(super) fn read(answer: &Answer) -> Result<Self, Failure> {
        Self::read_under(answer, &["results"])
    }

    /// The same where an envelope may have its records under any of these names.
    pub(super) fn read_under(answer: &Answer, names: &[&str]) -> Result<Self, Failure> {
        let body = answer.json()?;
        let count = lenient::number(&body, "count");
        match body {
            Value::Array(records) => Ok(Self { records, ..Self::default() }),
            Value::Object(mut envelope) => {
                let records = match names.iter().find_map(|name| envelope.remove(*name)) {
                    Some(Value::Array(records)) => records,
                    Some(Value::Null) => Vec::new(),
                    Some(
                        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_),
                    )
                    | None => return Err(no_list(answer)),
                };
                Ok(Self { records, count, more: envelope.get("next").map(|next| !next.is_null()) })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Err(no_list(answer))
            }
        }
    }

    /// Whether nothing follows after the record at this offset.
    pub(super) fn ends_at(&self, offset: u64) -> bool {
        let records = self.records.len() as u64;
        match (self.count, self.more) {
            _ if records == 0 => true,
            (Some(count), _) => offset >= count,
            (None, Some(more)) => !more,
            // A bare list with as many records as were asked for may have been cut; with any other number it is whole.
            (None, None) => records != PAGE,
        }
    }
}

fn no_list(answer: &Answer) -> Failure {
    answer.with_status(
        Failure::new(Cause::BadAnswer)
            .with_message(format!("a list was asked for and this came: {}", answer.words())),
    )
}
