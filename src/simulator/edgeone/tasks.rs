//! Purge tasks in the vendor's words: types, ids, statuses and times.

use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use url::Url;

use crate::simulator::random;
use crate::simulator::world::{PurgeOutcome, PurgeProgress, PurgeScope, SimulatedPurge};

/// The type of a purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TaskType {
    Url,
    Prefix,
    Host,
    Tag,
    All,
}

impl TaskType {
    pub(super) const EVERY: [Self; 5] = [Self::Url, Self::Prefix, Self::Host, Self::Tag, Self::All];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Url => "purge_url",
            Self::Prefix => "purge_prefix",
            Self::Host => "purge_host",
            Self::Tag => "purge_cache_tag",
            Self::All => "purge_all",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|kind| kind.word() == word)
    }

    /// Returns the type of a generated purge.
    pub(super) fn drawn(purge: &SimulatedPurge) -> Self {
        match purge.scope {
            PurgeScope::Url => Self::Url,
            PurgeScope::All => Self::All,
            PurgeScope::Pattern if purge.serial.is_multiple_of(8) => Self::Host,
            PurgeScope::Pattern if purge.serial.is_multiple_of(3) => Self::Tag,
            PurgeScope::Pattern => Self::Prefix,
        }
    }

    /// Returns true for a type that can be purged by either method.
    pub(super) fn has_methods(self) -> bool {
        matches!(self, Self::Prefix | Self::Host | Self::All)
    }

    pub(super) fn scope(self) -> PurgeScope {
        match self {
            Self::Url => PurgeScope::Url,
            Self::Prefix | Self::Host | Self::Tag => PurgeScope::Pattern,
            Self::All => PurgeScope::All,
        }
    }
}

/// Returns the tag of everything below a path: its directories, joined.
pub(super) fn tag(path: &str) -> String {
    let tag = path.trim_matches(['/', '*']).replace('/', "-");
    if tag.is_empty() { "home".to_owned() } else { tag }
}

/// Returns the host that a target is on; `None` for one that is on none.
pub(super) fn host(kind: TaskType, target: &str) -> Option<String> {
    match kind {
        TaskType::Url | TaskType::Prefix => {
            let url = Url::parse(target).ok()?;
            ["http", "https"].contains(&url.scheme()).then_some(url.host_str()?.to_owned())
        }
        TaskType::Host => Some(target.to_lowercase()),
        TaskType::Tag | TaskType::All => None,
    }
}

/// Returns the id of a purge's job.
pub(super) fn job_id(purge: &SimulatedPurge) -> String {
    let mut rng = random::stream(purge.serial, "job");
    format!("{}{}", purge.at.div_euclid(1_000_000) % 10_000, random::text(&mut rng, 10))
        .to_lowercase()
}

/// Writes a time as the vendor does.
pub(super) fn write_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns the second of a purge's creation: a row of the last second is in range.
pub(super) fn second(purge: &SimulatedPurge) -> DateTime<Utc> {
    purge.created().trunc_subsecs(0)
}

/// Returns the word for the status of a target, and the type and text of its failure.
pub(super) fn status(
    purge: &SimulatedPurge,
    progress: PurgeProgress,
) -> (&'static str, &'static str, &'static str) {
    match progress {
        PurgeProgress::InProgress => ("processing", "", ""),
        PurgeProgress::Ended(PurgeOutcome::Successful | PurgeOutcome::ReportDisabled) => {
            ("success", "", "")
        }
        PurgeProgress::Ended(PurgeOutcome::Failed) if purge.serial.is_multiple_of(3) => {
            ("timeout", "", "")
        }
        PurgeProgress::Ended(PurgeOutcome::Failed) => {
            ("failed", "taskFailed", "some edge servers did not answer")
        }
    }
}
