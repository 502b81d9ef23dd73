//! Errors: a code and a message, and where to read more of it.

use serde_json::json;

use crate::simulator::random;
use crate::simulator::reply::HttpReply;

/// The refusal of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    status: u16,
    pub(super) code: String,
    message: String,
}

impl ApiError {
    pub(super) fn reply(&self, number: u64) -> HttpReply {
        let id = request_id(number);
        let body = json!({
            "RequestId": id,
            "HostId": "cdn.aliyuncs.com",
            "Code": self.code,
            "Message": self.message,
            "Recommend": format!(
                "https://api.alibabacloud.com/troubleshoot?q={}&product=Cdn&requestId={id}",
                self.code
            ),
        });
        let reply = HttpReply::json(self.status, &body);
        if self.code.starts_with("Throttling") {
            return reply.with("x-acs-retry-after", "1");
        }
        reply
    }
}

/// Returns the id of a request: a UUID in capitals, different for every number.
pub(super) fn request_id(number: u64) -> String {
    random::uuid(&mut random::stream(number, "alibaba request")).to_uppercase()
}

/// Makes a function of each line: its parameters, the status, the code and the message.
macro_rules! errors {
    ($($name:ident($($argument:ident: $type:ty),*) $status:literal $code:literal,
        $message:literal;)+) => {
        $(pub(super) fn $name($($argument: $type),*) -> ApiError {
            ApiError { status: $status, code: format!($code), message: format!($message) }
        })+
    };
}

errors! {
    missing(name: &str) 400 "Missing{name}", "{name} is mandatory for this action.";
    invalid(name: &str) 400 "Invalid{name}.Malformed", "The specified {name} is invalid.";
    wrong_method() 405 "UnsupportedHTTPMethod", "This HTTP method is not supported.";
    no_such_action() 404 "InvalidApi.NotFound",
        "Specified api is not found, please check your url and method.";
    no_such_version() 400 "NoSuchVersion", "The specified version does not exist.";
    incomplete(about: &str) 400 "IncompleteSignature",
        "The request signature does not conform to the standards: {about}.";
    no_such_key() 404 "InvalidAccessKeyId.NotFound", "Specified access key is not found.";
    signature() 400 "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation.";
    expired() 400 "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.";
    malformed_time() 400 "InvalidTimeStamp.Format",
        "Specified time stamp or date value is not well formatted.";
    nonce_used() 400 "SignatureNonceUsed", "Specified signature nonce was used already.";
    token() 400 "InvalidSecurityToken.MismatchWithAccessKey",
        "Specified SecurityToken mismatch with the AccessKey.";
    throttled() 400 "Throttling.User", "Request was denied due to user flow control.";
    too_many(most: usize) 400 "SingleRequest.OverLimit",
        "A maximum of {most} objects are supported for each request.";
    too_many_domains() 400 "InvalidObjectPath.OverLimit",
        "The objects of one task belong to more than 10 domain names.";
    object_type() 400 "InvalidObjectType.Malformed", "The specified ObjectType is invalid.";
    object_path(path: &str) 400 "InvalidObjectPath.Malformed",
        "The specified ObjectPath is invalid: {path}";
    long_path() 400 "InvalidObjectPath.Size.Malformed",
        "An object of the specified ObjectPath is longer than 1024.";
    quota() 400 "QuotaExceeded.Refresh",
        "Your refresh attempts have exceeded the daily limit.";
    no_such_domain(host: &str) 404 "InvalidDomain.NotFound",
        "The domain {host} does not belong to you.";
    offline(host: &str) 400 "InvalidDomain.Offline", "The domain {host} is offline.";
    filter_needs_type() 400 "MissingObjectType",
        "ObjectType is mandatory with DomainName or Status.";
    forbidden() 403 "Forbidden.RAM", "User not authorized to operate on the specified resource.";
    internal(status: u16) 500 "InternalError", "The request processing has failed ({status}).";
}

/// Returns the gateway's error for a status.
pub(super) fn of_status(status: u16) -> ApiError {
    match status {
        403 => forbidden(),
        429 => throttled(),
        _ => internal(status),
    }
}
