//! Times as exports and tables write them.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::zone::Zone;

/// Formats an instant for exports: RFC 3339, UTC, to the microsecond. Every instant
/// is as wide as any other, so that texts sort as times do.
pub fn rfc3339(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Formats an instant for tables: to the second, with the zone's offset from UTC.
pub fn clock(instant: DateTime<Utc>, zone: Zone) -> String {
    let shown = zone.show(instant);
    let offset = match zone {
        Zone::Utc => "Z".to_owned(),
        Zone::Local | Zone::Fixed(_) => shown.offset().to_string(),
    };
    format!("{}{offset}", shown.format("%Y-%m-%d %H:%M:%S"))
}
