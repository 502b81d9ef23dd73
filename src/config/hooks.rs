//! Commands of the operator's own that are run when a purge came to an end.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// A program and its arguments. No shell is involved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct HookCommand(pub Vec<String>);

impl<'de> Deserialize<'de> for HookCommand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        if words.first().is_none_or(String::is_empty) {
            let wanted = "a program and its arguments, like [\"notify-send\", \"purge failed\"]";
            return Err(D::Error::invalid_value(Unexpected::Seq, &wanted));
        }
        Ok(Self(words))
    }
}
