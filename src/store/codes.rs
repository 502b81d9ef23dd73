//! Numeric codes of kinds and statuses in the file. They never change their meaning.

use crate::domain::kind::Kind;
use crate::domain::status::Status;
use crate::store::failure::StoreFailure;

/// Number of codes for kinds.
pub(super) const KINDS: usize = Kind::EVERY.len() + 1;

/// Number of codes for statuses.
pub(super) const STATUSES: usize = 5;

pub(super) fn of_kind(kind: Option<Kind>) -> u8 {
    match kind {
        None => 0,
        Some(Kind::Url) => 1,
        Some(Kind::Pattern) => 2,
        Some(Kind::All) => 3,
        Some(Kind::Host) => 4,
        Some(Kind::Tag) => 5,
        Some(Kind::Regex) => 6,
        Some(Kind::IgnoreQuery) => 7,
    }
}

/// Returns the kind of a code; an unknown code is damage.
pub(super) fn to_kind(code: u8) -> Result<Option<Kind>, StoreFailure> {
    match code {
        0 => Ok(None),
        1 => Ok(Some(Kind::Url)),
        2 => Ok(Some(Kind::Pattern)),
        3 => Ok(Some(Kind::All)),
        4 => Ok(Some(Kind::Host)),
        5 => Ok(Some(Kind::Tag)),
        6 => Ok(Some(Kind::Regex)),
        7 => Ok(Some(Kind::IgnoreQuery)),
        _ => Err(StoreFailure::Corrupt),
    }
}

pub(super) fn of_status(status: Status) -> u8 {
    match status {
        Status::InProgress => 0,
        Status::Successful => 1,
        Status::Failed => 2,
        Status::ReportDisabled => 3,
        Status::Unknown => 4,
    }
}

/// Returns the status of a code; an unknown code is damage.
pub(super) fn to_status(code: u8) -> Result<Status, StoreFailure> {
    Status::EVERY.into_iter().find(|status| of_status(*status) == code).ok_or(StoreFailure::Corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_status_comes_back_from_its_code() {
        for status in Status::EVERY {
            assert_eq!(to_status(of_status(status)), Ok(status));
            assert!(usize::from(of_status(status)) < STATUSES);
        }
        for kind in Kind::EVERY.map(Some).into_iter().chain([None]) {
            assert_eq!(to_kind(of_kind(kind)), Ok(kind));
            assert!(usize::from(of_kind(kind)) < KINDS);
        }
        assert_eq!(to_status(9), Err(StoreFailure::Corrupt));
        assert_eq!(to_kind(9), Err(StoreFailure::Corrupt));
    }
}
