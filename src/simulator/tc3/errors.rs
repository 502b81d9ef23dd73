//! Errors: a code, and a message in the requested language.

use serde_json::json;

use crate::simulator::random;
use crate::simulator::reply::HttpReply;

/// The language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

/// The refusal of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: &'static str,
    pub(crate) english: String,
    pub(crate) chinese: String,
}

impl ApiError {
    /// Returns the envelope with the error; HTTP 200, as all answers of the API.
    pub(crate) fn reply(&self, language: Language, number: u64) -> HttpReply {
        let message = match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        };
        let error = json!({"Code": self.code, "Message": message});
        let response = json!({"Error": error, "RequestId": request_id(number)});
        HttpReply::json(200, &json!({"Response": response}))
    }
}

/// Returns the id of a request: a UUID in form, different for every number.
pub(crate) fn request_id(number: u64) -> String {
    random::uuid(&mut random::stream(number, "request"))
}

/// Makes a function of each line: its parameters, the code, and the message in both languages.
macro_rules! api_errors {
    ($($name:ident($($argument:ident: $type:ty),*) $code:literal,
        $english:literal, $chinese:literal;)+) => {
        $(pub(crate) fn $name($($argument: $type),*) -> $crate::simulator::tc3::ApiError {
            $crate::simulator::tc3::ApiError {
                code: $code,
                english: format!($english),
                chinese: format!($chinese),
            }
        })+
    };
}

pub(crate) use api_errors;

api_errors! {
    missing(parameter: &str) "MissingParameter",
        "The request is missing a required parameter `{parameter}`.",
        "缺少必填参数 `{parameter}`。";
    unknown(parameter: &str) "UnknownParameter",
        "The parameter `{parameter}` is not recognized.",
        "参数 `{parameter}` 无法识别。";
    wrong_type(parameter: &str, wanted: &str) "InvalidParameter",
        "The value of the parameter `{parameter}` is not {wanted}.",
        "参数 `{parameter}` 的类型错误。";
    invalid_authorization(about: &str) "AuthFailure.InvalidAuthorization",
        "The `Authorization` header is not valid: {about}.",
        "请求头部的 `Authorization` 不符合规范（{about}）。";
    signature_failure() "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated. Check that the signature is correct.",
        "请求签名验证失败，请检查签名计算是否正确。";
    signature_expire(timestamp: i64, now: i64) "AuthFailure.SignatureExpire",
        "The signature has expired: timestamp {timestamp}, server time {now}, \
         at most 300 seconds apart.",
        "签名过期：请求时间戳 {timestamp}，服务器时间 {now}，相差不得超过 300 秒。";
    secret_id_not_found() "AuthFailure.SecretIdNotFound",
        "The SecretId is not found. Check that the key exists and is enabled.",
        "密钥不存在，请检查密钥是否已被删除或禁用。";
    token_failure() "AuthFailure.TokenFailure",
        "The session token is not valid.",
        "token 错误。";
    invalid_action(action: &str, service: &str) "InvalidAction",
        "The action `{action}` does not exist for the service {service}.",
        "接口 `{action}` 不存在。";
    no_such_version(version: &str, service: &str) "NoSuchVersion",
        "The version `{version}` does not exist for the service {service}.",
        "接口版本 `{version}` 不存在。";
    invalid_body(about: &str) "InvalidRequest",
        "The request body is not valid: {about}.",
        "请求体格式错误：{about}。";
    too_frequent() "RequestLimitExceeded",
        "You have exceeded the frequency of requests to this action.",
        "请求频率超过限制。";
    not_allowed() "AuthFailure.UnauthorizedOperation",
        "The key is not allowed to do this.",
        "您没有执行该操作的权限。";
    internal(status: u16) "InternalError",
        "An internal error occurred ({status}).",
        "内部错误（{status}）。";
}

/// Returns the gateway's error for a status.
pub(crate) fn of_status(status: u16) -> ApiError {
    match status {
        403 => not_allowed(),
        429 => too_frequent(),
        _ => internal(status),
    }
}
