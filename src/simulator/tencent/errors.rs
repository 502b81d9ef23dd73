//! Refusals of API 3.0: a code, and a message in the language that was asked for.

use serde_json::json;

use crate::simulator::reply::Reply;

/// The language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Chinese,
    English,
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    english: String,
    chinese: String,
}

impl Refusal {
    pub(super) fn new(
        code: &'static str,
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) -> Self {
        Self { code, english: english.into(), chinese: chinese.into() }
    }

    /// The envelope with the error; HTTP 200, as all answers of the API.
    pub(super) fn reply(&self, language: Language, number: u64) -> Reply {
        let message = match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        };
        let error = json!({"Code": self.code, "Message": message});
        Reply::json(200, &json!({"Response": {"Error": error, "RequestId": request_id(number)}}))
    }

    /// The message in English.
    pub(super) fn english(&self) -> &str {
        &self.english
    }
}

/// The id of a request: a UUID in form, different for every number.
pub(super) fn request_id(number: u64) -> String {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        spread >> 32,
        (spread >> 16) & 0xffff,
        spread & 0xfff,
        (spread >> 52) & 0xfff,
        number
    )
}

pub(super) fn missing(parameter: &str) -> Refusal {
    Refusal::new(
        "MissingParameter",
        format!("The request is missing a required parameter `{parameter}`."),
        format!("缺少必填参数 `{parameter}`。"),
    )
}

pub(super) fn unknown(parameter: &str) -> Refusal {
    Refusal::new(
        "UnknownParameter",
        format!("The parameter `{parameter}` is not recognized."),
        format!("参数 `{parameter}` 无法识别。"),
    )
}

pub(super) fn wrong_type(parameter: &str, wanted: &str) -> Refusal {
    Refusal::new(
        "InvalidParameter",
        format!("The value of the parameter `{parameter}` is not {wanted}."),
        format!("参数 `{parameter}` 的类型错误。"),
    )
}

pub(super) fn wrong_value(parameter: &str) -> Refusal {
    Refusal::new(
        "InvalidParameter.CdnParamError",
        format!("The value of the parameter `{parameter}` is not valid."),
        format!("参数 `{parameter}` 的取值错误。"),
    )
}

pub(super) fn invalid_authorization(about: &str) -> Refusal {
    Refusal::new(
        "AuthFailure.InvalidAuthorization",
        format!("The `Authorization` header is not valid: {about}."),
        format!("请求头部的 `Authorization` 不符合规范（{about}）。"),
    )
}

pub(super) fn signature_failure() -> Refusal {
    Refusal::new(
        "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated. Check that the signature is correct.",
        "请求签名验证失败，请检查签名计算是否正确。",
    )
}

pub(super) fn signature_expire(timestamp: i64, now: i64) -> Refusal {
    Refusal::new(
        "AuthFailure.SignatureExpire",
        format!(
            "The signature has expired: timestamp {timestamp}, server time {now}, at most 300 seconds apart."
        ),
        format!("签名过期：请求时间戳 {timestamp}，服务器时间 {now}，相差不得超过 300 秒。"),
    )
}

pub(super) fn secret_id_not_found() -> Refusal {
    Refusal::new(
        "AuthFailure.SecretIdNotFound",
        "The SecretId is not found. Check that the key exists and is enabled.",
        "密钥不存在，请检查密钥是否已被删除或禁用。",
    )
}

pub(super) fn token_failure() -> Refusal {
    Refusal::new("AuthFailure.TokenFailure", "The session token is not valid.", "token 错误。")
}

pub(super) fn invalid_action(action: &str) -> Refusal {
    Refusal::new(
        "InvalidAction",
        format!("The action `{action}` does not exist for the service cdn."),
        format!("接口 `{action}` 不存在。"),
    )
}

pub(super) fn no_such_version(version: &str) -> Refusal {
    Refusal::new(
        "NoSuchVersion",
        format!("The version `{version}` does not exist for the service cdn."),
        format!("接口版本 `{version}` 不存在。"),
    )
}

pub(super) fn not_a_body(about: &str) -> Refusal {
    Refusal::new(
        "InvalidRequest",
        format!("The request body is not valid: {about}."),
        format!("请求体格式错误：{about}。"),
    )
}

pub(super) fn too_frequent() -> Refusal {
    Refusal::new(
        "RequestLimitExceeded",
        "You have exceeded the frequency of requests to this action: 20 in a second.",
        "请求频率超过限制：每秒 20 次。",
    )
}

pub(super) fn host_not_found(host: &str) -> Refusal {
    Refusal::new(
        "ResourceNotFound.CdnHostNotExists",
        format!("The domain {host} does not exist in this account."),
        format!("账号下无此域名：{host}。"),
    )
}

pub(super) fn host_not_online(host: &str) -> Refusal {
    Refusal::new(
        "ResourceUnavailable.CdnHostIsNotOnline",
        format!("The domain {host} is offline."),
        format!("域名已下线：{host}。"),
    )
}

pub(super) fn wildcard(target: &str) -> Refusal {
    Refusal::new(
        "InvalidParameter.CdnPurgeWildcardNotAllowed",
        format!("Wildcards are not allowed: {target}."),
        format!("刷新不支持泛域名或通配符：{target}。"),
    )
}

pub(super) fn too_long(most: usize) -> Refusal {
    Refusal::new(
        "InvalidParameter.CdnUrlExceedLength",
        format!("A URL is longer than {most} characters."),
        format!("URL 长度超过 {most}。"),
    )
}

/// The refusal of too many targets, in one request or in a day.
pub(super) fn too_many(url: bool, day: bool, most: usize) -> Refusal {
    let code = match (url, day) {
        (true, false) => "LimitExceeded.CdnPurgeUrlExceedBatchLimit",
        (true, true) => "LimitExceeded.CdnPurgeUrlExceedDayLimit",
        (false, false) => "LimitExceeded.CdnPurgePathExceedBatchLimit",
        (false, true) => "LimitExceeded.CdnPurgePathExceedDayLimit",
    };
    let per = if day { ("day", "每日") } else { ("request", "每次") };
    Refusal::new(
        code,
        format!("The number of targets exceeds the limit of {most} per {}.", per.0),
        format!("刷新数量超过{}上限 {most}。", per.1),
    )
}

/// What the gateway says when only a status is known.
pub(super) fn of_status(status: u16) -> Refusal {
    match status {
        429 => too_frequent(),
        _ => Refusal::new(
            "InternalError",
            format!("An internal error occurred ({status})."),
            format!("内部错误（{status}）。"),
        ),
    }
}
