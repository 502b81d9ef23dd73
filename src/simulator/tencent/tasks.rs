//! Purge tasks as rows: what both APIs tell of the past, each in its own form.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::state::{Domain, State};
use crate::simulator::world::ledger::Purge;
use crate::simulator::world::{Kind, Outcome, State as Standing};

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

/// The word of API 3.0 for where a target stands.
pub(super) fn word(state: Standing) -> &'static str {
    match state {
        Standing::InProgress => "process",
        Standing::Ended(Outcome::Successful | Outcome::ReportDisabled) => "done",
        Standing::Ended(Outcome::Failed) => "fail",
    }
}

/// The number of API 2.0 for where a task stands.
pub(super) fn status(state: Standing) -> i64 {
    match state {
        Standing::InProgress => 0,
        Standing::Ended(Outcome::Successful | Outcome::ReportDisabled) => 1,
        Standing::Ended(Outcome::Failed) => -1,
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
