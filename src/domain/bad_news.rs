//! Bad news: purges of ours that were refused, failed, were not verified, or got lost, and that the
//! operator has not looked at.

use std::fmt;

use chrono::{DateTime, Utc};

use super::edge::Verdict;
use super::event::{Level, Notice};
use super::ids::AccountName;
use super::journal::{JournalEntry, JournalState};
use super::text::escape_control;

/// A bad end of a purge, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BadEnd {
    /// The vendor took it and reports that it failed.
    Failed,
    /// It was refused, or never went out: nothing was purged. Or a part of it was refused.
    Refused,
    /// The vendor calls it successful, and the edge was seen to serve the old.
    NotVerified,
    /// It went out, and nobody knows whether it took effect; the vendor's history may tell later.
    Unknown,
}

impl BadEnd {
    /// Every bad end.
    pub const EVERY: [Self; 4] = [Self::Failed, Self::Refused, Self::NotVerified, Self::Unknown];

    /// Returns the bad end of a request; `None` where it went well or is on its way.
    pub fn of(entry: &JournalEntry) -> Option<Self> {
        match (entry.state, entry.verified) {
            (JournalState::Failed, _) => Some(Self::Failed),
            (JournalState::Rejected, _) => Some(Self::Refused),
            // The error of a request that the vendor took is what it refused of it.
            (JournalState::Accepted, _) if entry.error.is_some() => Some(Self::Refused),
            (JournalState::Successful, Some(false)) => Some(Self::NotVerified),
            (JournalState::Unknown, _) => Some(Self::Unknown),
            (
                JournalState::Queued
                | JournalState::Sending
                | JournalState::Accepted
                | JournalState::Successful
                | JournalState::Cancelled,
                _,
            ) => None,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::NotVerified => "not verified",
            Self::Unknown => "unknown",
        }
    }

    /// The words for several purges that ended so.
    fn past(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Refused => "were refused",
            Self::NotVerified => "are not verified",
            Self::Unknown => "have an unknown outcome",
        }
    }

    /// The severity of one.
    fn level(self) -> Level {
        match self {
            Self::Failed | Self::Refused | Self::NotVerified => Level::Error,
            Self::Unknown => Level::Warning,
        }
    }
}

/// The readings of the accounts' histories, which tell what became of a request whose answer was
/// lost.
#[derive(Clone, Copy)]
pub struct Readings<'r> {
    /// Returns when the newest history of an account was last read.
    pub last: &'r dyn Fn(&AccountName) -> Option<DateTime<Utc>>,
    /// Writes an instant.
    pub moment: &'r dyn Fn(DateTime<Utc>) -> String,
    /// True if no history is read now.
    pub offline: bool,
}

impl fmt::Debug for Readings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readings").field("offline", &self.offline).finish_non_exhaustive()
    }
}

impl Readings<'_> {
    /// Says when the history was last read that a request will stand in, and what follows.
    fn of(&self, entry: &JournalEntry) -> String {
        let given_up = entry.answered_at.or(entry.sent_at);
        let read = match (self.last)(&entry.request.account) {
            None => "never read yet".to_owned(),
            Some(at) if given_up.is_some_and(|given_up| at > given_up) => {
                format!("last read {}, without it", (self.moment)(at))
            }
            Some(at) => format!("last read {}, before it", (self.moment)(at)),
        };
        if self.offline {
            return format!(" Start without --offline to read the history ({read}).");
        }
        format!(" Wait for the history ({read}), or send it again in the queue.")
    }
}

/// Counts requests by their bad ends: `2 failed`, `1 refused`; only those that occur.
pub fn counts(entries: &[&JournalEntry]) -> Vec<String> {
    let number = |end| entries.iter().filter(|entry| BadEnd::of(entry) == Some(end)).count();
    BadEnd::EVERY
        .into_iter()
        .map(|end| (number(end), end.word()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect()
}

/// Tells of one request's bad end: what, why, and what to do. `None` where it has none. Of an
/// unknown outcome, `readings` says when its account's history was last read.
pub fn sentence(entry: &JournalEntry, readings: Option<&Readings<'_>>) -> Option<String> {
    let cname = escape_control(&entry.request.cname, 80);
    let kind = entry.request.kind();
    let why = entry.error.as_deref().map(|error| escape_control(error, 300));
    let why = why.as_deref().unwrap_or("the vendor gives no reason").trim_end_matches('.');
    Some(match BadEnd::of(entry)? {
        BadEnd::Failed => format!(
            "{cname}: {kind} purge failed: {why}. Purge again what failed; if that fails too, ask \
             the vendor."
        ),
        BadEnd::Refused if entry.state == JournalState::Accepted => {
            format!("{cname}: {kind} purge refused in part: {why}. Purge again what was refused.")
        }
        BadEnd::Refused => format!("{cname}: {kind} purge refused: {why}."),
        BadEnd::NotVerified => {
            let seen = stale(entry).map(|seen| format!(" {seen}")).unwrap_or_default();
            let patience = entry.verification.as_ref().and_then(|seen| seen.patience());
            let when = patience.map(|time| format!(" {time} later")).unwrap_or_default();
            format!(
                "{cname} is not verified: the vendor calls the purge successful, and{when} the \
                 edge still serves the old{seen}. Purge it again, or ask the vendor."
            )
        }
        BadEnd::Unknown => {
            let read = readings.map(|readings| readings.of(entry)).unwrap_or_default();
            format!("{cname}: {kind} purge, outcome unknown.{read} Why: {why}.")
        }
    })
}

/// Returns the worst look at the edge, with its evidence.
fn stale(entry: &JournalEntry) -> Option<String> {
    let worst = entry.verification.as_ref()?.worst()?;
    (worst.verdict() == Verdict::Stale)
        .then(|| format!("{} ({})", escape_control(&worst.probe.url, 200), worst.evidence))
}

/// Largest number of resources that a notice of several purges names.
const NAMED: usize = 3;

/// Tells of all these requests in one notice; `None` where there are none.
pub fn notice<'e>(
    entries: impl Iterator<Item = &'e JournalEntry>,
    readings: &Readings<'_>,
) -> Option<Notice> {
    let mut bad: Vec<&JournalEntry> = entries.filter(|entry| BadEnd::of(entry).is_some()).collect();
    bad.sort_by(|a, b| b.id.cmp(&a.id));
    let newest = *bad.first()?;
    let level = bad.iter().filter_map(|entry| BadEnd::of(entry)).map(BadEnd::level).max()?;
    let newest_words = sentence(newest, Some(readings))?;
    if bad.len() == 1 {
        let account = Some(newest.request.account.clone());
        return Some(Notice { level, account, words: newest_words });
    }
    let what = match counts(&bad).as_slice() {
        [_] => format!("{} purges {}", bad.len(), BadEnd::of(newest)?.past()),
        several => format!("{} purges went wrong ({})", bad.len(), several.join(", ")),
    };
    let mut names: Vec<String> = Vec::new();
    for entry in &bad {
        let request = &entry.request;
        let name = escape_control(&format!("{}: {}", request.account, request.cname), 120);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.truncate(NAMED);
    let words = format!("{what}: {}{more}. The newest: {newest_words}", names.join(", "));
    Some(Notice { level, account: None, words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edge::Verification;
    use crate::testing::{noon, queued, secs};

    fn entry(id: &str, state: JournalState, error: Option<&str>) -> JournalEntry {
        JournalEntry {
            id: id.into(),
            state,
            error: error.map(str::to_owned),
            ..queued("prod", "1", noon())
        }
    }

    fn words(entries: &[JournalEntry]) -> String {
        words_read(entries, None, false)
    }

    fn words_read(entries: &[JournalEntry], last: Option<i64>, offline: bool) -> String {
        let readings = Readings {
            last: &|_| last.map(|second| noon() + secs(second)),
            moment: &|at| at.format("%H:%M:%S").to_string(),
            offline,
        };
        notice(entries.iter(), &readings).map(|notice| notice.words).unwrap_or_default()
    }

    #[test]
    fn one_names_its_resource_the_reason_and_the_remedy() {
        let refused = entry("1", JournalState::Rejected, Some("401 token refused. Replace it."));
        assert_eq!(
            words(&[refused]),
            "www.site.com: all purge refused: 401 token refused. Replace it."
        );
        let failed = entry("1", JournalState::Failed, None);
        assert!(words(&[failed]).contains("failed: the vendor gives no reason. Purge again"));
    }

    #[test]
    fn several_are_one_notice_that_counts_them_and_names_the_newest_first() {
        let failed = entry("1", JournalState::Failed, None);
        let mut refused = entry("2", JournalState::Rejected, Some("403 not allowed."));
        assert!(words(&[failed.clone(), failed.clone()]).starts_with("2 purges failed: prod: www"));
        refused.request.cname = "img.site.com".to_owned();
        let both = words(&[failed, refused]);
        assert!(both.starts_with("2 purges went wrong (1 failed, 1 refused): prod: img"), "{both}");
    }

    #[test]
    fn what_went_well_or_is_not_over_is_no_bad_news() {
        for state in JournalState::EVERY {
            let bad = BadEnd::of(&entry("1", state, None)).is_some();
            let is_bad = matches!(
                state,
                JournalState::Rejected | JournalState::Failed | JournalState::Unknown
            );
            assert_eq!(bad, is_bad);
        }
        let mut stale = entry("1", JournalState::Successful, None);
        stale.verified = Some(false);
        assert_eq!(BadEnd::of(&stale), Some(BadEnd::NotVerified));
        let grace = Some(900);
        stale.verification = Some(Box::new(Verification { grace, ..Verification::default() }));
        assert!(words(&[stale.clone()]).contains("successful, and 15 min later the edge still"));
        assert!(words(&[stale]).starts_with("www.site.com is not verified"));
    }

    #[test]
    fn an_unknown_outcome_says_when_the_history_was_read_and_what_to_do() {
        let mut lost = entry("1", JournalState::Unknown, Some("the connection was lost"));
        lost.sent_at = Some(noon() + secs(10));
        lost.answered_at = Some(noon() + secs(40));
        let told = |last, offline| words_read(&[lost.clone()], last, offline);
        assert_eq!(
            told(None, false),
            "www.site.com: all purge, outcome unknown. Wait for the history (never read yet), or \
             send it again in the queue. Why: the connection was lost."
        );
        let clock = |second| (noon() + secs(second)).format("%H:%M:%S").to_string();
        let before = format!("the history (last read {}, before it), or", clock(20));
        assert!(told(Some(20), false).contains(&before), "{}", told(Some(20), false));
        let after = format!("the history (last read {}, without it), or", clock(60));
        assert!(told(Some(60), false).contains(&after), "{}", told(Some(60), false));
        assert!(told(Some(20), true).contains("Start without --offline"));
        let level = |entries: &[JournalEntry]| {
            let readings = Readings { last: &|_| None, moment: &|_| String::new(), offline: false };
            notice(entries.iter(), &readings).map(|notice| notice.level)
        };
        assert_eq!(level(&[lost.clone()]), Some(Level::Warning));
        let failed = entry("2", JournalState::Failed, None);
        assert_eq!(level(&[lost.clone(), failed]), Some(Level::Error));
        assert!(words(&[lost.clone(), lost]).starts_with("2 purges have an unknown outcome: prod"));
    }
}
