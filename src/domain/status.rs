//! The status of a purge, by its vendor's word.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::words::words;

/// The label in the place of "successful" once the edge was verified.
pub const VERIFIED: &str = "verified";
/// The same where the edge still serves the old.
pub const NOT_VERIFIED: &str = "not verified";

words! {
    /// The vendor's word on a purge, in our words. The vendor's own text is kept beside it wherever
    /// one is stored.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Status {
        /// Accepted and not finished.
        InProgress = "in_progress";
        /// The vendor says that it is done.
        Successful = "successful";
        /// The vendor says that it did not work.
        Failed = "failed";
        /// The vendor took it and will never say how it ended; asking again is useless.
        ReportDisabled = "report_disabled";
        /// A word that we do not know; the raw text beside it says which.
        Unknown = "unknown";
    }
}

impl Status {
    /// The words for it on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::InProgress => "in progress",
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::ReportDisabled => "no report",
            Self::Unknown => "unknown",
        }
    }

    /// The same for people, with what the edge showed of what the vendor calls successful.
    pub fn label_seen(self, verified: Option<bool>) -> &'static str {
        match (self, verified) {
            (Self::Successful, Some(true)) => VERIFIED,
            (Self::Successful, Some(false)) => NOT_VERIFIED,
            (status, _) => status.label(),
        }
    }

    /// Returns true while the vendor can still be expected to change its mind: only such purges are
    /// followed.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::InProgress | Self::Unknown)
    }

    /// Chooses between two words about the same purge, whatever the order in which they
    /// were seen. A final word beats an unfinished one; of two final ones the stronger claim
    /// stands.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.strength() >= other.strength() { self } else { other }
    }

    fn strength(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::InProgress => 1,
            Self::ReportDisabled => 2,
            Self::Successful => 3,
            Self::Failed => 4,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_two_sightings_commutes_and_never_reopens_a_finished_purge() {
        for a in Status::EVERY {
            for b in Status::EVERY {
                assert_eq!(a.merge(b), b.merge(a));
                if !a.is_unfinished() {
                    assert!(!a.merge(b).is_unfinished(), "{a} reopened by {b}");
                }
            }
        }
    }

    #[test]
    fn every_status_is_found_again_by_its_word() {
        for status in Status::EVERY {
            assert_eq!(Status::from_word(status.word()), Some(status));
        }
    }
}
