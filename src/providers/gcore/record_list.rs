//! Lists in either of the forms in which the vendor gives them.

use serde_json::Value;

use super::PAGE;
use crate::domain::failure::Failure;
use crate::providers::http::HttpResponse;
use crate::providers::lenient;
use crate::providers::records::RecordPage;

/// Reads a list that begins at this offset: a bare one, or an envelope that has it under one of
/// these names. An answer without a list is a failure and never an empty list.
pub(super) fn read(
    names: &[&str],
    offset: u64,
    body: &Value,
    response: &HttpResponse,
) -> Result<RecordPage, Failure> {
    let list = if body.is_object() {
        names.iter().find_map(|name| body.get(*name)).and_then(lenient::list)
    } else {
        body.as_array().map(Vec::as_slice)
    };
    let records = list.ok_or_else(|| response.unexpected("a list was asked for and this came"))?;
    let length = records.len() as u64;
    let total = lenient::number(body, "count");
    let has_more = body.get("next").map(|next| !next.is_null());
    Ok(RecordPage {
        records: records.to_vec(),
        total,
        is_last: match (total, has_more) {
            _ if length == 0 => true,
            (Some(total), _) => offset + length >= total,
            (None, Some(has_more)) => !has_more,
            // A bare list with as many records as were asked for may have been cut; with any other
            // number it is whole.
            (None, None) => length != PAGE,
        },
    })
}
