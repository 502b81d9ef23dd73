//! Values as JSON text in a column.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::failure::StoreFailure;

pub(super) fn to_text(value: &impl Serialize) -> Result<String, StoreFailure> {
    serde_json::to_string(value).map_err(|error| StoreFailure::Io(error.to_string()))
}

/// Reads text that [`to_text`] wrote; anything else is damage.
pub(super) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, StoreFailure> {
    serde_json::from_str(text).map_err(|_| StoreFailure::Corrupt)
}
