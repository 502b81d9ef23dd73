//! Formats of the domain's values: glyph, word and role, the same in every pane.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::budget::QuotaLine;
use crate::domain::edge::{Check, Verdict};
use crate::domain::event::{AccountStatus, Level};
use crate::domain::journal::{JournalEntry, JournalState};
use crate::domain::limits::Hardness;
use crate::domain::status::Status;
use crate::domain::zone::Zone;
use crate::theme::{Glyphs, Role};

pub use crate::domain::text::grouped as count;

/// A status: its mark and what it means to a theme. The word is [`Status::label`].
pub fn status(status: Status, glyphs: &Glyphs) -> (&'static str, Role) {
    match status {
        Status::InProgress => (glyphs.in_progress, Role::InProgress),
        Status::Successful => (glyphs.successful, Role::Successful),
        Status::Failed => (glyphs.failed, Role::Failed),
        Status::ReportDisabled => (glyphs.no_report, Role::NoReport),
        Status::Unknown => (glyphs.unknown, Role::Unknown),
    }
}

/// A status with what the edge showed. The word is [`Status::label_seen`].
pub fn status_seen(
    status: Status,
    verified: Option<bool>,
    glyphs: &Glyphs,
) -> (&'static str, Role) {
    match (status, verified) {
        (Status::Successful, Some(true)) => (glyphs.verified, Role::Verified),
        (Status::Successful, Some(false)) => (glyphs.failed, Role::Failed),
        (other, _) => self::status(other, glyphs),
    }
}

/// The state of a request in the journal.
pub fn state(state: JournalState, glyphs: &Glyphs) -> (&'static str, Role) {
    match state {
        JournalState::Queued => (glyphs.queued, Role::Dim),
        JournalState::Sending => (glyphs.sending, Role::InProgress),
        JournalState::Accepted => (glyphs.accepted, Role::Accepted),
        JournalState::Rejected | JournalState::Failed => (glyphs.failed, Role::Failed),
        JournalState::Unknown => (glyphs.unknown, Role::Unknown),
        JournalState::Successful => (glyphs.successful, Role::Successful),
        JournalState::Cancelled => (glyphs.cancelled, Role::Dim),
    }
}

/// Returns the glyph and role of a request's state, with what the edge showed since.
pub fn entry_status(entry: &JournalEntry, glyphs: &Glyphs) -> (&'static str, Role) {
    match (entry.state, entry.verified) {
        (JournalState::Successful, Some(true)) => (glyphs.verified, Role::Verified),
        (JournalState::Successful, Some(false)) => (glyphs.failed, Role::Failed),
        (other, _) => state(other, glyphs),
    }
}

/// Returns the word on the screen for a request's state, with what the edge showed since.
/// [`JournalEntry::word`] is the one in files and on the command line.
pub fn entry_word(entry: &JournalEntry) -> &'static str {
    if entry.state == JournalState::Rejected {
        "refused"
    } else if entry.state == JournalState::Cancelled {
        "canceled"
    } else {
        entry.word()
    }
}

/// The severity of a notice.
pub fn level(level: Level, glyphs: &Glyphs) -> (&'static str, Role) {
    match level {
        Level::Info => (glyphs.info, Role::Info),
        Level::Warning => (glyphs.warning, Role::Warning),
        Level::Error => (glyphs.failed, Role::Error),
    }
}

/// Age after which an account that is being read counts as late.
const LATE: TimeDelta = TimeDelta::seconds(60);

/// Returns whether an account's vendor is being asked and has not answered for long, but did not
/// fail yet.
pub fn is_late(status: &AccountStatus, now: DateTime<Utc>) -> bool {
    status.failure.is_none()
        && status.asking_since.is_some()
        && status.synced_at.is_some_and(|at| now - at > LATE)
}

/// Returns the mark of an account's standing with its vendor, and what it means to a theme.
pub fn standing(
    status: Option<&AccountStatus>,
    offline: bool,
    now: DateTime<Utc>,
    glyphs: &Glyphs,
) -> (&'static str, Role) {
    match status {
        _ if offline => (glyphs.no_report, Role::Dim),
        Some(status) if status.failure.is_some() => (glyphs.failed, Role::Failed),
        Some(status) if is_late(status, now) => (glyphs.asking, Role::Warning),
        Some(status) if status.synced_at.is_some() => (glyphs.online, Role::Successful),
        Some(_) | None => (glyphs.asking, Role::Dim),
    }
}

/// A verdict on a URL: its mark and what it means to a theme. The word is [`Verdict::word`].
pub fn verdict(verdict: Verdict, glyphs: &Glyphs) -> (&'static str, Role) {
    match verdict {
        Verdict::Fresh => (glyphs.verified, Role::Verified),
        Verdict::Unclear => (glyphs.unknown, Role::Unknown),
        Verdict::Stale => (glyphs.failed, Role::Failed),
    }
}

/// Formats a check at the edge in one line, without its mark: `stale, cached 90 s before the purge
/// was sent: https://www.site.com/a`. The reason precedes the place, because the end is cut off.
pub fn check(check: &Check) -> String {
    let place = check.probe.place.as_ref();
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    let seen = check.probe.result.as_ref().ok();
    let seen = seen.map(|seen| [seen.cache_words.as_deref(), seen.edge.as_deref()]);
    let seen: Vec<&str> = seen.into_iter().flatten().flatten().collect();
    let seen = if seen.is_empty() { String::new() } else { format!(" ({})", seen.join(", ")) };
    let (verdict, evidence, url) = (check.verdict().word(), &check.evidence, &check.probe.url);
    format!("{verdict}, {evidence}: {url}{place}{seen}")
}

/// Formats an age in a word: `now`, `3m`, `2h`, `4d`; with seconds (`12s`) where they are wanted.
pub fn age(since: DateTime<Utc>, now: DateTime<Utc>, seconds: bool) -> String {
    let passed = (now - since).num_seconds().max(0);
    match passed {
        0..60 if seconds => format!("{passed}s"),
        0..60 => "<1m".to_owned(),
        60..3_600 => format!("{}m", passed / 60),
        3_600..172_800 => format!("{}h", passed / 3_600),
        _ => format!("{}d", passed / 86_400),
    }
}

/// Formats a length of time in words: `14 s`, `20 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`.
pub fn length(time: TimeDelta) -> String {
    in_units(time, [" s", " min", " h", " d"])
}

/// Formats a length of time in at most nine cells: `14s`, `1m 59s`, `23h 59m`, `364d 23h`.
pub fn short_length(time: TimeDelta) -> String {
    in_units(time, ["s", "m", "h", "d"])
}

fn in_units(time: TimeDelta, [s, min, h, d]: [&str; 4]) -> String {
    let seconds = time.num_seconds().max(0);
    let (large, unit, small, part) = match seconds {
        0..60 => (seconds, s, 0, s),
        60..3_600 => (seconds / 60, min, seconds % 60, s),
        3_600..86_400 => (seconds / 3_600, h, seconds % 3_600 / 60, min),
        _ => (seconds / 86_400, d, seconds % 86_400 / 3_600, h),
    };
    if small == 0 { format!("{large}{unit}") } else { format!("{large}{unit} {small}{part}") }
}

/// Says how long an account's vendor has been asked without an answer: `reading, 29 s`; `None`
/// where it is not being asked.
pub fn reading(status: &AccountStatus, now: DateTime<Utc>) -> Option<String> {
    let passed = now - status.asking_since?;
    Some(match passed.num_seconds() {
        ..1 => "reading".to_owned(),
        _ => format!("reading, {}", length(passed)),
    })
}

/// Says when a vendor that failed is asked again: `next try 10:05:12`.
pub fn next_try(status: &AccountStatus, now: DateTime<Utc>, zone: Zone) -> Option<String> {
    status.failure.as_ref()?;
    let at = status.next_at.filter(|at| *at > now && status.asking_since.is_none())?;
    Some(format!("next try {}", zone.show(at).format("%H:%M:%S")))
}

/// Formats the progress of reading older history: rows read and, where it is known, of how many.
pub fn loading_older((read, of): (u64, Option<u64>)) -> String {
    match of {
        Some(of) => format!("loading older: {} of {} rows", count(read), count(of)),
        None => format!("loading older: {} rows", count(read)),
    }
}

/// Formats a time as a list shows it: the time of day for today, the day as well otherwise, the
/// year where it is another.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
    let (at, now) = (zone.show(at), zone.show(now));
    if at.date_naive() == now.date_naive() {
        at.format("%H:%M:%S").to_string()
    } else {
        at.format("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// Formats a range of time: `10:00 to 14:00` within today, with the days otherwise.
pub fn span(from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
    let (begin, end, today) = (zone.show(from), zone.show(until), zone.show(now));
    let fine = (until - from) < TimeDelta::minutes(10);
    let clock = if fine { "%H:%M:%S" } else { "%H:%M" };
    let dated = if fine { "%-d %b %H:%M:%S" } else { "%-d %b %H:%M" };
    let (day, last, this) = (begin.date_naive(), end.date_naive(), today.date_naive());
    let first = if day == this && last == this { clock } else { dated };
    let second = if day == last { clock } else { dated };
    format!("{} to {}", begin.format(first), end.format(second))
}

/// Formats a day in few characters: `22 Oct`, with the year where it is not this one.
pub fn day(at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
    use chrono::Datelike;
    let (at, now) = (zone.show(at), zone.show(now));
    if at.year() == now.year() {
        at.format("%-d %b").to_string()
    } else {
        at.format("%-d %b %Y").to_string()
    }
}

/// Formats a daily quota: `url 9,998 of 10,000 left today (mainland)`.
pub fn quota(line: &QuotaLine) -> String {
    let mut words =
        format!("{} {} of {} left today", line.kind, count(line.left), count(line.total));
    if let Some(area) = &line.area {
        words.push_str(" (");
        words.push_str(area);
        words.push(')');
    }
    words
}

/// Formats a mode with its hardness, unless the word says it: `invalidate, soft`.
pub fn mode(word: &str, hardness: Hardness) -> String {
    if word == hardness.word() { word.to_owned() } else { format!("{word}, {}", hardness.word()) }
}

/// Says in a column of this width that the targets of a purge were not read yet.
pub fn not_read(cells: u16) -> &'static str {
    match cells {
        18.. => "paths not read yet",
        8..18 => "not read",
        _ => "…",
    }
}

/// Warns of a plan that removes everything of these cnames.
pub fn everything_of(cnames: &[&str]) -> String {
    let named = cnames.get(..3).unwrap_or(cnames);
    let more = match cnames.len() - named.len() {
        0 => String::new(),
        more => format!(" and {} more", count(more as u64)),
    };
    format!("This removes the whole resource {}{more} from the cache.", named.join(", "))
}

/// Formats a count and its noun, in the singular where it is one: `1 URL`, `137 URLs`.
pub fn count_noun(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Says that command lines were sent to the clipboard, for which tools, and loudly how many of them
/// remove everything of a host.
pub fn copied_commands(lines: &[&str], emptying: usize) -> (Level, String) {
    let mut tools: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    tools.sort_unstable();
    tools.dedup();
    let count = count_noun(lines.len() as u64, "command", "commands");
    let copied =
        format!("Sent {count} for {} to the clipboard, without the secret.", tools.join(" and "));
    match emptying {
        0 => (Level::Info, copied),
        _ if lines.len() == 1 => (Level::Warning, format!("{copied} It removes everything.")),
        1 => (Level::Warning, format!("{copied} 1 of them removes everything.")),
        _ => (Level::Warning, format!("{copied} {emptying} of them remove everything.")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(98_113), "98,113");
        assert_eq!(count(1_000_000), "1,000,000");
    }

    #[test]
    fn ages_are_coarse_and_never_negative() {
        let now: DateTime<Utc> = "2026-11-21T10:00:00Z".parse().unwrap();
        let ago = |seconds| now - TimeDelta::seconds(seconds);
        assert_eq!(age(ago(-5), now, true), "0s");
        assert_eq!(age(ago(59), now, false), "<1m");
        assert_eq!(age(ago(185), now, false), "3m");
        assert_eq!(age(ago(7_300), now, false), "2h");
        assert_eq!(age(ago(172_800), now, false), "2d");
    }

    #[test]
    fn lengths_have_two_units_at_most() {
        assert_eq!(length(TimeDelta::seconds(14)), "14 s");
        assert_eq!(length(TimeDelta::seconds(120)), "2 min");
        assert_eq!(length(TimeDelta::seconds(12_000)), "3 h 20 min");
    }

    #[test]
    fn a_look_at_the_edge_is_one_line_with_what_it_saw_and_no_escape_in_it() {
        use crate::domain::edge::{CacheState, Evidence, Observation, Probe};
        use crate::widgets::text::printable;
        let line = check(&Check {
            probe: Probe {
                url: "https://www.site.com/\u{1b}[1m".to_owned(),
                place: Some("203.0.113.7".to_owned()),
                at: DateTime::UNIX_EPOCH,
                result: Ok(Observation {
                    cache: Some(CacheState::Hit),
                    cache_words: Some("HIT".to_owned()),
                    edge: Some("fra-1".to_owned()),
                    ..Observation::default()
                }),
            },
            evidence: Evidence::CachedBefore(90),
        });
        assert_eq!(
            printable(&line),
            "stale, cached 90 s before the purge was sent: https://www.site.com/␛[1m at 203.0.113.7 (HIT, fra-1)"
        );
    }
}
