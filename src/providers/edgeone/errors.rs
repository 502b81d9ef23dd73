//! The meanings of the error codes that only this product has, by the vendor's SDK.

use crate::domain::failure::{Cause, Failure};

/// Codes of a zone that serves nothing: it has no history and no quota.
const WITHOUT_SERVICE: [&str; 3] = [
    "InvalidParameter.ZoneNotFound",
    "InvalidParameterValue.ZoneNotFound",
    "InvalidParameter.ZoneHasNotBeenBoundToPlan",
];

/// Reads the class of a code and the rest of it.
pub(super) fn cause(class: &str, rest: &str) -> Option<Cause> {
    Some(match (class, rest) {
        ("LimitExceeded", "RateLimitExceeded") => Cause::RateLimited { retry_after: None },
        ("LimitExceeded", "QueryTimeLimitExceeded") => Cause::RangeTooLong,
        ("LimitExceeded", "DailyQuota" | "UserQuotaLimited" | "") => Cause::QuotaUsedUp,
        ("InvalidParameter" | "InvalidParameterValue", "ZoneNotFound") => Cause::NotFound,
        ("FailedOperation", "InvalidZoneStatus") => Cause::Rejected { errors: Vec::new() },
        ("FailedOperation", "ProductNotActivated") => Cause::Forbidden,
        ("FailedOperation", "ProductDiscontinued") => Cause::Retired,
        _ => return None,
    })
}

/// Returns true for the failure of a question to a zone that serves nothing.
pub(super) fn is_without_service(failure: &Failure) -> bool {
    failure.code.as_deref().is_some_and(|code| WITHOUT_SERVICE.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_its_own_has_its_meaning() {
        for (class, rest, meaning) in [
            ("LimitExceeded", "RateLimitExceeded", Some(Cause::RateLimited { retry_after: None })),
            ("LimitExceeded", "QueryTimeLimitExceeded", Some(Cause::RangeTooLong)),
            ("LimitExceeded", "DailyQuota", Some(Cause::QuotaUsedUp)),
            // What is to be mended is left to the general rule, by which a request is refused.
            ("LimitExceeded", "BatchQuota", None),
            ("LimitExceeded", "PackNotAllow", None),
            ("InvalidParameterValue", "DomainNotMatchZone", None),
            ("InvalidParameterValue", "ZonePaused", None),
            ("InvalidParameter", "ZoneIsGrayPublishing", None),
            ("InvalidParameter", "ZoneNotFound", Some(Cause::NotFound)),
            ("InvalidParameterValue", "ZoneNotFound", Some(Cause::NotFound)),
            ("FailedOperation", "InvalidZoneStatus", Some(Cause::Rejected { errors: Vec::new() })),
            ("InternalError", "QuotaSystem", None),
            ("AuthFailure", "SignatureFailure", None),
        ] {
            assert_eq!(cause(class, rest), meaning, "{class}.{rest}");
        }
    }
}
