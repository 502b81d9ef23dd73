//! `POST /cdn/{organization}/job/{resource}/purge`: the request and the answer.

use serde_json::json;

use super::{ROOT, errors};
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::PurgeId;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::providers::http::{Answer, Outgoing};
use crate::providers::{Receipt, lenient};

/// The path of a resource's purges, to send one and to list them.
pub(super) fn path<'a>(organization: &'a str, resource: &'a str) -> [&'a str; 5] {
    ["cdn", organization, "job", resource, "purge"]
}

/// The request, without its token. There is one list for files and patterns.
pub(super) fn outgoing(organization: &str, request: &PurgeRequest) -> Outgoing {
    let id = request.resource.as_str();
    let paths: Vec<&str> = match &request.payload {
        Payload::Url(targets) | Payload::Pattern(targets) => {
            targets.as_slice().iter().map(String::as_str).collect()
        }
        Payload::All => vec![ROOT],
    };
    let body = json!({ "resource_uuid": id, "file_path": paths });
    Outgoing::post(path(organization, id)).body("application/json", body.to_string())
}

/// What the answer means: a "yes" is a flag that says so, or an operation's id.
pub(super) fn receipt(answer: &Answer) -> Result<Receipt, Failure> {
    if let Some(failure) = errors::refused(answer) {
        return Err(failure);
    }
    let body = answer.json()?;
    let id = lenient::field(&body, "opID")
        .or_else(|| lenient::field(body.get("data")?, "opID"))
        .map(PurgeId::from);
    if id.is_none() && lenient::flag(&body, "status") != Some(true) {
        return Err(answer.with_status(
            Failure::new(Cause::BadAnswer)
                .with_message(format!("neither yes nor no: {}", answer.words())),
        ));
    }
    Ok(Receipt { id, at: answer.date })
}
