//! In which zone times are read and shown.

use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, Offset, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// The zone that the screen shows and the filter language reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// This machine's zone, with its daylight saving rules.
    Local,
    /// A fixed distance from UTC.
    #[serde(skip)]
    Fixed(FixedOffset),
}

impl Zone {
    /// The instant as the zone's clocks show it.
    pub fn show(self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        match self {
            Self::Utc => instant.with_timezone(&Utc.fix()),
            Self::Local => instant.with_timezone(&Local).fixed_offset(),
            Self::Fixed(offset) => instant.with_timezone(&offset),
        }
    }

    /// The instant at which the zone's clocks show this. A time that a clock change skips is moved
    /// on by an hour; of one that comes twice, the first is meant.
    pub fn read(self, clock: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Self::Utc => Some(clock.and_utc()),
            Self::Local => Local
                .from_local_datetime(&clock)
                .earliest()
                .or_else(|| {
                    Local.from_local_datetime(&(clock + chrono::TimeDelta::hours(1))).earliest()
                })
                .map(|time| time.with_timezone(&Utc)),
            Self::Fixed(offset) => {
                offset.from_local_datetime(&clock).earliest().map(|time| time.with_timezone(&Utc))
            }
        }
    }

    /// The zone's short name at an instant: `UTC` or a distance like `+02:00`.
    pub fn name(self, instant: DateTime<Utc>) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Local | Self::Fixed(_) => self.show(instant).offset().to_string(),
        }
    }
}
