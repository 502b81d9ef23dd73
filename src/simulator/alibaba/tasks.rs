//! Tasks in the vendor's words: ids, types, statuses and times.

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, Utc};

use crate::simulator::world::{PurgeOutcome, PurgeProgress, PurgeScope, SimulatedPurge};

/// The most URLs of a domain and second that are one task.
pub(super) const MERGED: usize = 2_000;
const FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";
/// Ids are numbers of eleven digits: the purge's serial, and two digits for the task of it.
const FIRST_ID: u64 = 17_000_000_000;
const TASKS: u64 = 100;

/// The type of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ObjectType {
    File,
    Directory,
    Regex,
    ExQuery,
    CacheTag,
    /// No purge: URLs are fetched ahead.
    Preload,
}

impl ObjectType {
    /// Returns the type that a request for a purge names so.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "file" => Some(Self::File),
            "directory" => Some(Self::Directory),
            "regex" => Some(Self::Regex),
            "exquery" => Some(Self::ExQuery),
            _ => None,
        }
    }

    /// Draws the type of a generated task.
    pub(super) fn generated(purge: &SimulatedPurge) -> Self {
        match purge.scope {
            PurgeScope::Url if purge.serial % 11 == 5 => Self::Preload,
            PurgeScope::Url => Self::File,
            PurgeScope::Pattern | PurgeScope::All => Self::Directory,
        }
    }

    /// Returns the word for it in the history.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Regex => "regex",
            Self::ExQuery => "exquery",
            Self::CacheTag => "cachetag",
            Self::Preload => "preload",
        }
    }

    pub(super) fn scope(self) -> PurgeScope {
        match self {
            Self::File | Self::ExQuery | Self::Preload => PurgeScope::Url,
            Self::Directory | Self::Regex | Self::CacheTag => PurgeScope::Pattern,
        }
    }
}

/// Returns the id of a purge's task with this number.
pub(super) fn id(serial: u64, number: usize) -> String {
    (FIRST_ID + serial * TASKS + number as u64).to_string()
}

/// Returns the serial of the purge that a task's id begins with.
pub(super) fn serial(id: &str) -> Option<u64> {
    Some(id.trim().parse::<u64>().ok()?.checked_sub(FIRST_ID)? / TASKS)
}

/// Writes a time as the vendor does.
pub(super) fn write_time(at: DateTime<Utc>) -> String {
    at.format(FORMAT).to_string()
}

/// Reads a time as the vendor does.
pub(super) fn read_time(text: &str) -> Option<DateTime<Utc>> {
    Some(NaiveDateTime::parse_from_str(text, FORMAT).ok()?.and_utc())
}

/// Returns the second of a purge's creation.
pub(super) fn second(purge: &SimulatedPurge) -> DateTime<Utc> {
    purge.created().trunc_subsecs(0)
}

/// Returns the status of an object.
pub(super) fn status(progress: PurgeProgress) -> &'static str {
    match progress {
        PurgeProgress::InProgress => "Refreshing",
        PurgeProgress::Ended(PurgeOutcome::Successful | PurgeOutcome::ReportDisabled) => "Complete",
        PurgeProgress::Ended(PurgeOutcome::Failed) => "Failed",
    }
}

/// Returns the host of a URL with a scheme, in lower case and without a port; `None` when it has
/// none.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let host = rest.split(['/', '?', '#']).next()?.split(':').next()?;
    (!host.is_empty()).then(|| host.to_lowercase())
}
