//! Errors of CloudFront, in XML, and of CloudTrail, in JSON.

use serde_json::json;

use super::xml::{element, leaf};
use crate::simulator::random;
use crate::simulator::reply::HttpReply;

/// The refusal of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

fn error(status: u16, code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError { status, code, message: message.into() }
}

impl ApiError {
    /// Returns the answer of CloudFront.
    pub(super) fn xml(&self, number: u64) -> HttpReply {
        let kind = if self.status < 500 { "Sender" } else { "Receiver" };
        let inside =
            leaf("Type", &kind) + &leaf("Code", &self.code) + &leaf("Message", &self.message);
        let id = request_id(number);
        document(
            self.status,
            "ErrorResponse",
            &(element("Error", &inside) + &leaf("RequestId", &id)),
        )
        .with("x-amzn-requestid", id)
    }

    /// Returns the answer of CloudTrail, which has other words for the same.
    pub(super) fn json(&self, number: u64) -> HttpReply {
        let code = match self.code {
            "InvalidClientTokenId" => "UnrecognizedClientException",
            "SignatureDoesNotMatch" => "InvalidSignatureException",
            "Throttling" => "ThrottlingException",
            other => other,
        };
        let name = format!("com.amazonaws.cloudtrail.v20131101#{code}");
        HttpReply::json(400, &json!({"__type": name, "message": self.message}))
            .with("x-amzn-requestid", request_id(number))
    }
}

/// Returns an answer in XML.
pub(super) fn document(status: u16, root: &str, inside: &str) -> HttpReply {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<{root} \
         xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">{inside}</{root}>"
    );
    HttpReply { body: text.into(), ..HttpReply::empty(status) }.with("content-type", "text/xml")
}

fn request_id(number: u64) -> String {
    random::uuid(&mut random::stream(number, "request"))
}

pub(super) fn missing_token() -> ApiError {
    error(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
}

pub(super) fn incomplete(lack: &str) -> ApiError {
    error(400, "IncompleteSignature", format!("Authorization header requires {lack}."))
}

pub(super) fn unknown_key() -> ApiError {
    error(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
}

pub(super) fn wrong_signature() -> ApiError {
    error(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your \
         AWS Secret Access Key and signing method. Consult the service documentation for details.",
    )
}

pub(super) fn expired(given: &str, now: &str) -> ApiError {
    let message = format!("Signature expired: {given} is now earlier than {now} (15 min.)");
    error(403, "SignatureDoesNotMatch", message)
}

pub(super) fn throttled() -> ApiError {
    error(400, "Throttling", "Rate exceeded")
}

pub(super) fn no_distribution() -> ApiError {
    error(404, "NoSuchDistribution", "The specified distribution does not exist.")
}

pub(super) fn no_entity() -> ApiError {
    error(404, "EntityNotFound", "The specified entity does not exist.")
}

pub(super) fn no_invalidation() -> ApiError {
    error(404, "NoSuchInvalidation", "The specified invalidation does not exist.")
}

pub(super) fn no_route() -> ApiError {
    error(404, "NoSuchResource", "The specified resource does not exist.")
}

pub(super) fn missing_body() -> ApiError {
    error(400, "MissingBody", "This operation requires a body.")
}

pub(super) fn malformed() -> ApiError {
    error(400, "MalformedXML", "The XML document is malformed.")
}

pub(super) fn quantities() -> ApiError {
    error(400, "InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
}

pub(super) fn invalid(message: &str) -> ApiError {
    error(400, "InvalidArgument", message)
}

pub(super) fn too_large() -> ApiError {
    error(413, "BatchTooLarge", "Invalidation batch specified is too large.")
}

pub(super) fn too_many() -> ApiError {
    let message = "Your request would cause you to exceed the maximum number of allowed \
                   invalidation requests in progress.";
    error(400, "TooManyInvalidationsInProgress", message)
}

pub(super) fn already_exists() -> ApiError {
    let message = "The caller reference that you are using to create an invalidation batch is \
                   associated with another batch.";
    error(400, "InvalidationBatchAlreadyExists", message)
}

/// Returns the error for a status.
pub(super) fn of_status(status: u16) -> ApiError {
    match status {
        401 | 403 => error(status, "AccessDenied", "Access denied."),
        404 => no_distribution(),
        429 => ApiError { status: 429, ..throttled() },
        503 => error(503, "ServiceUnavailable", "CloudFront encountered an internal error."),
        _ => error(status, "InternalError", "An internal error occurred."),
    }
}
