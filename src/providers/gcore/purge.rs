//! `POST /cdn/resources/{id}/purge`: the request and the answer.

use serde_json::{Value, json};

use super::errors;
use crate::domain::failure::Failure;
use crate::domain::kind::Kind;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::domain::secret::Secret;
use crate::providers::Receipt;
use crate::providers::http::{HttpRequest, HttpResponse};

/// Returns the request.
pub(super) fn call(request: &PurgeRequest) -> HttpRequest {
    HttpRequest::post(["cdn", "resources", request.resource.as_str(), "purge"])
        .body("application/json", body(&request.payload).to_string())
}

/// An empty list of paths purges everything. It is written for [`Payload::All`] alone; a list of
/// patterns cannot be empty by its type.
fn body(payload: &Payload) -> Value {
    let name = if payload.kind() == Kind::Url { "urls" } else { "paths" };
    json!({ name: payload.targets() })
}

/// Reads the answer. 201 is the documented "yes", whatever it carries: nothing by the API's
/// document, the request's lists by the guide, an id by neither.
pub(super) fn receipt(response: &HttpResponse, token: &Secret) -> Result<Receipt, Failure> {
    if !response.is_success() {
        return Err(errors::failure(response, token));
    }
    if response.status != 201 && !is_echo(response) {
        return Err(response.unexpected("201 was expected, and this came"));
    }
    Ok(Receipt { at: response.date, ..Receipt::default() })
}

/// Returns true if an answer with another good status can be taken for a "yes": it is empty, or it
/// repeats the request.
fn is_echo(response: &HttpResponse) -> bool {
    if response.cut.is_none() && response.is_blank() {
        return true;
    }
    response.json().is_ok_and(|body| body.get("urls").is_some() || body.get("paths").is_some())
}
