//! Purge tasks as rows: what both APIs tell of the past, each in its own form.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::state::{Domain, State};
use crate::simulator::world::ledger::Purge;
use crate::simulator::world::{Kind, Outcome};

/// The zone of the vendor's times.
pub(super) const BEIJING: TimeDelta = TimeDelta::hours(8);
const FORM: &str = "%Y-%m-%d %H:%M:%S";

/// A time as the vendor writes it.
pub(super) fn written(at: DateTime<Utc>) -> String {
    (at + BEIJING).format(FORM).to_string()
}

/// A time as the vendor reads it.
pub(super) fn read(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, FORM).ok()?;
    local.and_utc().checked_sub_signed(BEIJING)
}

/// Where one target of a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Process,
    Done,
    Fail,
}

impl Progress {
    /// The word of API 3.0.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Done => "done",
            Self::Fail => "fail",
        }
    }

    /// The number of API 2.0.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Process => 0,
            Self::Done => 1,
            Self::Fail => -1,
        }
    }
}

/// The task id of a purge. The vendor's documents show two forms, so there are two here.
pub(super) fn task_id(purge: &Purge) -> String {
    let seconds = purge.at.div_euclid(1_000_000);
    if purge.serial.is_multiple_of(3) {
        let mut left = purge.serial.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 23;
        let letters: String = (0..8)
            .map(|_| {
                let digit = char::from_digit((left % 36) as u32, 36).unwrap_or('0');
                left /= 36;
                digit
            })
            .collect();
        format!("{seconds}-{letters}")
    } else {
        format!("{seconds}{:08}", purge.serial % 100_000_000)
    }
}

/// The number of a purge in API 2.0's lists.
pub(super) fn number(purge: &Purge) -> u64 {
    6_180_000 + purge.serial
}

/// Where the target at `index` of `count` stands: targets are done one after the other, and the first of a failed task fails.
pub(super) fn progress(purge: &Purge, index: usize, count: usize, now: DateTime<Utc>) -> Progress {
    let (index, count) = (index as i64, count.max(1) as i64);
    let ends = purge.at + (purge.ends - purge.at) / count * (index + 1);
    if now.timestamp_micros() < ends {
        return Progress::Process;
    }
    match purge.outcome {
        Outcome::Failed if index == 0 || (index as u64 + purge.serial).is_multiple_of(3) => {
            Progress::Fail
        }
        Outcome::Failed | Outcome::Successful | Outcome::ReportDisabled => Progress::Done,
    }
}

/// Where a task stands as a whole: under way until its last target is done, failed when one has failed.
pub(super) fn whole(purge: &Purge, now: DateTime<Utc>) -> Progress {
    if now.timestamp_micros() < purge.ends {
        return Progress::Process;
    }
    match purge.outcome {
        Outcome::Failed => Progress::Fail,
        Outcome::Successful | Outcome::ReportDisabled => Progress::Done,
    }
}

/// The targets of a task as URLs and directories.
pub(super) fn targets(state: &State, purge: &Purge) -> Vec<String> {
    let Some(site) = state.sites.get(purge.site) else {
        return Vec::new();
    };
    let targets = purge.targets(site);
    if !purge.is_drawn() {
        return targets;
    }
    targets
        .into_iter()
        .map(|path| match purge.kind {
            Kind::Url => format!("https://{}{path}", site.host),
            Kind::Pattern | Kind::All => {
                let directory = path.trim_end_matches('*').trim_end_matches('/');
                format!("https://{}{directory}/", site.host)
            }
        })
        .collect()
}

/// `url` or `path`.
pub(super) fn purge_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Url => "url",
        Kind::Pattern | Kind::All => "path",
    }
}

/// The host of a URL with a scheme, in lower case and without a port; `None` when it has none.
pub(super) fn host(url: &str) -> Option<String> {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let host = rest.split(['/', '?', '#']).next()?.split(':').next()?;
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// The domain of the account that a URL belongs to.
pub(super) fn domain<'s>(state: &'s State, url: &str) -> Option<(usize, &'s Domain)> {
    let host = host(url)?;
    let index = state.sites.iter().position(|site| site.host == host)?;
    Some((index, state.domains.get(index)?))
}
