//! `POST /cdn/{organization}/job/{resource}/purge`: the request and the answer.

use serde_json::json;

use super::{ROOT, errors};
use crate::domain::failure::Failure;
use crate::domain::ids::PurgeId;
use crate::domain::kind::Kind;
use crate::domain::payload::PurgeRequest;
use crate::providers::http::{HttpRequest, HttpResponse};
use crate::providers::{Receipt, lenient};

/// Returns the path of a resource's purges, to send one and to list them.
pub(super) fn path<'a>(organization: &'a str, resource: &'a str) -> [&'a str; 5] {
    ["cdn", organization, "job", resource, "purge"]
}

/// Returns the request. There is one list for files and patterns.
pub(super) fn call(organization: &str, request: &PurgeRequest) -> HttpRequest {
    let id = request.resource.as_str();
    let paths: Vec<&str> = if request.kind() == Kind::All {
        vec![ROOT]
    } else {
        request.payload.targets().iter().map(String::as_str).collect()
    };
    let body = json!({ "resource_uuid": id, "file_path": paths });
    HttpRequest::post(path(organization, id)).body("application/json", body.to_string())
}

/// Reads the answer: a "yes" is a flag that says so, or an operation's id.
pub(super) fn receipt(response: &HttpResponse) -> Result<Receipt, Failure> {
    let body = errors::body(response)?;
    let id = lenient::field(&body, "opID")
        .or_else(|| lenient::field(body.get("data")?, "opID"))
        .map(PurgeId::from);
    if id.is_none() && lenient::flag(&body, "status") != Some(true) {
        return Err(response.unexpected("neither yes nor no"));
    }
    Ok(Receipt { id, at: response.date, ..Receipt::default() })
}
