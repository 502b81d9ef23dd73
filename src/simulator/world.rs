//! The world behind the vendors' APIs, in no vendor's words: sites, users, and who purged what
//! when. It follows from the seed and the clock alone: nothing runs between two requests, the time
//! between is worked out with the next one.

mod account;
mod arrivals;
mod site;
mod targets;
mod users;

pub(crate) use self::account::{MEMORY, NewPurge, PurgeRates, SimulatedAccount, SimulatedPurge};
pub(crate) use self::site::{ContentKind, Site, sites};
pub(crate) use self::users::{SimulatedUser, USERS};

use serde::{Deserialize, Serialize};

use crate::simulator::random;

/// The extent of a purge, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PurgeScope {
    /// Single files.
    Url,
    /// Everything under a path.
    Pattern,
    /// The whole site.
    All,
}

/// The end of a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PurgeOutcome {
    /// Every edge server has dropped the targets.
    Successful,
    /// Some edge server has not.
    Failed,
    /// Not reported.
    ReportDisabled,
}

/// The progress of a purge or of one of its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PurgeProgress {
    InProgress,
    Ended(PurgeOutcome),
}

/// The order in which a vendor lists purges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Neither, but the same for every page.
    Shuffled,
}

impl ListingOrder {
    /// Sorts purges that are oldest first.
    pub(crate) fn sort(self, purges: &mut [&SimulatedPurge]) {
        match self {
            Self::Newest => purges.reverse(),
            Self::Oldest => {}
            Self::Shuffled => purges.sort_by_key(|purge| random::spread(purge.serial)),
        }
    }
}
