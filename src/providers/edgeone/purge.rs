//! `CreatePurgeTask`: the request and the answer.

use serde_json::{Map, Value, json};

use super::{DELETE, INVALIDATE};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::PurgeId;
use crate::domain::kind::Kind;
use crate::domain::payload::PurgeRequest;
use crate::providers::{Receipt, RefusedTarget, lenient};

pub(super) const ACTION: &str = "CreatePurgeTask";

/// The vendor's words for kinds.
pub(super) const KINDS: &[(&str, Kind)] = &[
    ("purge_url", Kind::Url),
    ("purge_prefix", Kind::Pattern),
    ("purge_host", Kind::Host),
    ("purge_cache_tag", Kind::Tag),
    ("purge_all", Kind::All),
];

/// Returns true for a kind with a choice of method: URLs and tags are always deleted.
fn has_methods(kind: Kind) -> bool {
    matches!(kind, Kind::Pattern | Kind::Host | Kind::All)
}

/// Refuses a mode that the kind does not have.
pub(super) fn check(request: &PurgeRequest) -> Result<(), Failure> {
    match request.mode.as_deref() {
        None | Some(DELETE) => Ok(()),
        Some(INVALIDATE) if has_methods(request.kind()) => Ok(()),
        Some(other) => Err(Failure::new(Cause::Refused)
            .with_message(format!("a purge by {} cannot be one by {other}", request.kind()))),
    }
}

/// Returns the request's body. Characters beyond ASCII are sent as they are, and the vendor is
/// asked to encode them.
pub(super) fn body(request: &PurgeRequest) -> Value {
    let kind = request.kind();
    let word = KINDS.iter().find(|(_, known)| *known == kind).map(|(word, _)| *word);
    let targets = request.payload.targets();
    let mut body = Map::new();
    body.insert("ZoneId".to_owned(), json!(request.resource.as_str()));
    body.insert("Type".to_owned(), json!(word));
    if !targets.is_empty() {
        body.insert("Targets".to_owned(), json!(targets));
    }
    if has_methods(kind) {
        // Named even where it is the vendor's default, which is the softer one.
        body.insert("Method".to_owned(), json!(request.mode.as_deref().unwrap_or(INVALIDATE)));
    }
    if kind.has_addresses() && !targets.iter().all(|target| target.is_ascii()) {
        body.insert("EncodeUrl".to_owned(), json!(true));
    }
    Value::Object(body)
}

/// Reads the answer: the job's id, and the targets that were refused.
pub(super) fn receipt(body: &Value) -> Receipt {
    let lists = body.get("FailedList").and_then(lenient::list).unwrap_or_default();
    let refused = lists.iter().flat_map(|list| {
        let reason = lenient::field(list, "Reason").unwrap_or_default();
        let mut targets = lenient::texts(list.get("Targets"));
        if targets.is_empty() {
            // A reason without a target is one of the whole request.
            targets.push(String::new());
        }
        targets.into_iter().map(move |target| RefusedTarget { target, reason: reason.clone() })
    });
    Receipt {
        id: lenient::field(body, "JobId").map(PurgeId::from),
        refused: refused.collect(),
        ..Receipt::default()
    }
}
