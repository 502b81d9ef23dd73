//! `PurgeUrlsCache` and `PurgePathCache`: the request and the answer.

use serde_json::{Value, json};

use super::super::{DELETE, FLUSH, Wanted};
use crate::domain::ids::PurgeId;
use crate::providers::http::Answer;
use crate::providers::{Receipt, lenient};

/// The action and its body. Characters beyond ASCII are sent as they are, and the vendor is asked to encode them.
pub(super) fn body(wanted: &Wanted, area: Option<&String>) -> (&'static str, Value) {
    let (action, targets, mut body) = match wanted {
        Wanted::Urls(urls) => ("PurgeUrlsCache", urls, json!({ "Urls": urls })),
        Wanted::Directories { paths, delete } => {
            let flush = if *delete { DELETE } else { FLUSH };
            ("PurgePathCache", paths, json!({ "Paths": paths, "FlushType": flush }))
        }
    };
    if let Some(fields) = body.as_object_mut() {
        if let Some(area) = area {
            fields.insert("Area".to_owned(), json!(area));
        }
        if !targets.iter().all(|target| target.is_ascii()) {
            fields.insert("UrlEncode".to_owned(), json!(true));
        }
    }
    (action, body)
}

/// An answer without an error is a "yes"; the task's id stands in it.
pub(super) fn receipt(response: &Value, answer: &Answer) -> Receipt {
    Receipt { id: lenient::field(response, "TaskId").map(PurgeId::from), at: answer.date }
}
