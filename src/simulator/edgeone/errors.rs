//! Errors that only this product has.

pub(super) use crate::simulator::tc3::errors::*;

api_errors! {
    wrong_value(parameter: &str) "InvalidParameter",
        "The value of the parameter `{parameter}` is not valid.",
        "参数 `{parameter}` 的取值错误。";
    zone_not_found(zone: &str) "InvalidParameter.ZoneNotFound",
        "The zone {zone} does not exist in this account.",
        "站点不存在：{zone}。";
    zone_not_bound(zone: &str) "InvalidParameter.ZoneHasNotBeenBoundToPlan",
        "The zone {zone} has no plan.",
        "站点未绑定套餐：{zone}。";
    zone_paused(zone: &str) "InvalidParameterValue.ZonePaused",
        "The zone {zone} is paused.",
        "站点已停用：{zone}。";
    domain_not_in_zone(domain: &str) "InvalidParameterValue.DomainNotMatchZone",
        "The domain {domain} is none of the zone's.",
        "域名不属于该站点：{domain}。";
    batch_quota(most: usize) "LimitExceeded.BatchQuota",
        "The number of targets exceeds the limit of {most} per request.",
        "单次提交数量超过上限 {most}。";
    daily_quota(most: usize) "LimitExceeded.DailyQuota",
        "The number of targets exceeds the limit of {most} per day.",
        "每日提交数量超过上限 {most}。";
    range_too_long(days: u32) "LimitExceeded.QueryTimeLimitExceeded",
        "The time range is longer than {days} days.",
        "查询时间跨度超过 {days} 天。";
}
