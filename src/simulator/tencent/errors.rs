//! Errors that only this product has.

pub(super) use crate::simulator::tc3::errors::*;

api_errors! {
    wrong_value(parameter: &str) "InvalidParameter.CdnParamError",
        "The value of the parameter `{parameter}` is not valid.",
        "参数 `{parameter}` 的取值错误。";
    host_not_found(host: &str) "ResourceNotFound.CdnHostNotExists",
        "The domain {host} does not exist in this account.",
        "账号下无此域名：{host}。";
    host_not_online(host: &str) "ResourceUnavailable.CdnHostIsNotOnline",
        "The domain {host} is offline.",
        "域名已下线：{host}。";
    wildcard(target: &str) "InvalidParameter.CdnPurgeWildcardNotAllowed",
        "Wildcards are not allowed: {target}.",
        "刷新不支持泛域名或通配符：{target}。";
    too_long(most: usize) "InvalidParameter.CdnUrlExceedLength",
        "A URL is longer than {most} characters.",
        "URL 长度超过 {most}。";
}

/// Refuses too many targets, in one request or in a day.
pub(super) fn too_many(url: bool, day: bool, most: usize) -> ApiError {
    let code = match (url, day) {
        (true, false) => "LimitExceeded.CdnPurgeUrlExceedBatchLimit",
        (true, true) => "LimitExceeded.CdnPurgeUrlExceedDayLimit",
        (false, false) => "LimitExceeded.CdnPurgePathExceedBatchLimit",
        (false, true) => "LimitExceeded.CdnPurgePathExceedDayLimit",
    };
    let (english, chinese) = if day { ("day", "每日") } else { ("request", "每次") };
    ApiError {
        code,
        english: format!("The number of targets exceeds the limit of {most} per {english}."),
        chinese: format!("刷新数量超过{chinese}上限 {most}。"),
    }
}
