//! The meanings of the error codes that only this product has, by the vendor's SDK.

use crate::domain::failure::{Cause, Failure};

/// Reads the class of a code and the rest of it.
pub(super) fn cause(class: &str, rest: &str) -> Option<Cause> {
    Some(match (class, rest) {
        ("LimitExceeded", rest) if rest.contains("Batch") => Cause::Rejected { errors: Vec::new() },
        ("LimitExceeded", _) => Cause::QuotaUsedUp,
        ("InvalidParameter", "CdnHostNotExists" | "CDNStatusInvalidDomain") => Cause::NotFound,
        _ if has_moved(class, rest) => Cause::Retired,
        _ => return None,
    })
}

/// Adds to a failure where an account has gone that the vendor has moved to its newer product.
pub(super) fn explain(failure: Failure) -> Failure {
    let code = failure.code.as_deref().and_then(|code| code.split_once('.'));
    if !code.is_some_and(|(class, rest)| has_moved(class, rest)) {
        return failure;
    }
    let words = format!(
        "{} The vendor has moved this account or domain to EdgeOne: add an account of the provider \
         \"edgeone\".",
        failure.detail
    );
    failure.with_message(words.trim_start())
}

fn has_moved(class: &str, rest: &str) -> bool {
    matches!(
        (class, rest),
        ("OperationDenied", "ProductUpgraded" | "ProductUpdating" | "UserMigrating")
            | ("InvalidParameter", "CdnHostExistsInEdgeOne")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_code_has_its_meaning() {
        let rejected = || Cause::Rejected { errors: Vec::new() };
        for (class, rest, meaning) in [
            ("LimitExceeded", "CdnPurgeUrlExceedDayLimit", Some(Cause::QuotaUsedUp)),
            ("LimitExceeded", "CdnPurgePathExceedBatchLimit", Some(rejected())),
            ("InvalidParameter", "CdnPurgeWildcardNotAllowed", None),
            ("InvalidParameter", "CdnHostNotExists", Some(Cause::NotFound)),
            ("OperationDenied", "UserMigrating", Some(Cause::Retired)),
            ("AuthFailure", "SignatureExpire", None),
        ] {
            assert_eq!(cause(class, rest), meaning, "{class}.{rest}");
        }
    }

    #[test]
    fn an_account_that_has_moved_is_told_where_to() {
        let coded = |code: &str| Failure {
            code: Some(code.to_owned()),
            ..Failure::new(Cause::Retired).with_message("Upgraded.")
        };
        let told = explain(coded("OperationDenied.ProductUpgraded"));
        assert!(told.detail.starts_with("Upgraded. The vendor has moved"), "{told}");
        assert!(told.detail.contains("\"edgeone\""), "{told}");
        assert_eq!(&*explain(coded("OperationDenied.Other")).detail, "Upgraded.");
    }
}
