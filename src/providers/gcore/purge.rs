//! `POST /cdn/resources/{id}/purge`: the request and the answer.

use serde_json::{Value, json};

use super::super::Receipt;
use super::super::http::{Answer, Outgoing};
use super::errors;
use crate::config::secret::Secret;
use crate::domain::failure::{Cause, Failure};
use crate::domain::payload::{Payload, PurgeRequest};

/// The request, without its token.
pub(super) fn outgoing(request: &PurgeRequest) -> Outgoing {
    Outgoing::post(["cdn", "resources", request.resource.as_str(), "purge"])
        .body("application/json", body(&request.payload).to_string())
}

/// An empty list of paths purges everything. It is written for [`Payload::All`] alone; a list of patterns cannot be empty
/// by its type.
fn body(payload: &Payload) -> Value {
    match payload {
        Payload::Url(targets) => json!({ "urls": targets.as_slice() }),
        Payload::Pattern(targets) => json!({ "paths": targets.as_slice() }),
        Payload::All => json!({ "paths": [] }),
    }
}

/// What the answer means. 201 is the documented "yes", whatever it carries: nothing by the API's document, the request's
/// lists by the guide, an id by neither.
pub(super) fn receipt(answer: &Answer, token: &Secret) -> Result<Receipt, Failure> {
    if !answer.is_success() {
        return Err(errors::failure(answer, token));
    }
    if answer.status != 201 && !is_echo(answer) {
        return Err(answer.with_status(
            Failure::new(Cause::BadAnswer)
                .with_message(format!("201 was expected, and this came: {}", answer.words())),
        ));
    }
    Ok(Receipt { id: None, at: answer.date })
}

/// Whether an answer with another good status can be taken for a "yes": it is empty, or it repeats the request.
fn is_echo(answer: &Answer) -> bool {
    if answer.cut.is_none() && answer.is_blank() {
        return true;
    }
    answer.json().is_ok_and(|body| body.get("urls").is_some() || body.get("paths").is_some())
}
