//! The vendor's times: `2018-08-09 17:19:54`, without a zone, in the one that the account names.

use chrono::{DateTime, DurationRound, FixedOffset, NaiveDateTime, TimeDelta, Utc};

use crate::config::accounts::AccountConfig;
use crate::providers::ConnectError;

/// UTC+8, in seconds.
const USUAL_OFFSET: i32 = 8 * 60 * 60;

const FORM: &str = "%Y-%m-%d %H:%M:%S";

/// The zone of an account's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times(Option<FixedOffset>);

impl Times {
    /// Takes the zone that the account names, else the inferred one.
    pub(super) fn of(account: &AccountConfig) -> Result<Self, ConnectError> {
        let zone = account.option("times").map(|text| {
            text.parse().map_err(|_| {
                ConnectError::setting("times", format!("{text} is no distance from UTC"))
            })
        });
        zone.transpose().map(Self)
    }

    /// Returns the note that the screen shows beside them.
    pub(super) fn note(self) -> &'static str {
        if self.0.is_some() {
            "the vendor's times name no zone; they are read in the one that the account's times \
             setting names"
        } else {
            "the vendor's times name no zone; UTC+08:00 is inferred"
        }
    }

    /// Reads a time of the vendor's.
    pub(super) fn read(self, text: &str) -> Option<DateTime<Utc>> {
        let text = text.trim();
        let clock = NaiveDateTime::parse_from_str(text, FORM)
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"));
        match clock {
            Ok(clock) => clock
                .and_local_timezone(self.zone()?)
                .earliest()
                .map(|time| time.with_timezone(&Utc)),
            // With a zone of its own there is nothing to infer.
            Err(_) => DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc)),
        }
    }

    /// Writes the beginning of a range, cut to the second: never later than meant.
    pub(super) fn write_from(self, time: DateTime<Utc>) -> String {
        self.write(time)
    }

    /// Writes the end of a range, to the next second: never earlier than meant.
    pub(super) fn write_until(self, time: DateTime<Utc>) -> String {
        let second = TimeDelta::seconds(1);
        let cut = time.duration_trunc(second).unwrap_or(time);
        self.write(if cut == time { time } else { cut + second })
    }

    fn write(self, time: DateTime<Utc>) -> String {
        match self.zone() {
            Some(zone) => time.with_timezone(&zone).format(FORM).to_string(),
            None => time.format(FORM).to_string(),
        }
    }

    fn zone(self) -> Option<FixedOffset> {
        self.0.or_else(|| FixedOffset::east_opt(USUAL_OFFSET))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_eight_hours_ahead_unless_the_account_says_otherwise() {
        // The vendor's own example: a task id that begins with its second, 1533031853, and the
        // task's time.
        let usual = Times(None);
        let time = usual.read("2018-07-31 18:10:53").unwrap();
        assert_eq!(time.timestamp(), 1_533_031_853);
        assert_eq!(usual.write_from(time), "2018-07-31 18:10:53");
        let utc = Times(FixedOffset::east_opt(0));
        assert_eq!(utc.write_from(time), "2018-07-31 10:10:53");
        assert_eq!(utc.read("2018-07-31 10:10:53"), Some(time));
        assert_ne!(utc.note(), usual.note());
    }

    #[test]
    fn a_range_holds_at_least_what_is_meant() {
        let usual = Times(None);
        let time = usual.read("2018-07-31 18:10:53").unwrap() + TimeDelta::milliseconds(1);
        assert_eq!(usual.write_from(time), "2018-07-31 18:10:53");
        assert_eq!(usual.write_until(time), "2018-07-31 18:10:54");
    }

    #[test]
    fn what_is_no_time_is_none() {
        assert_eq!(Times(None).read("0000-00-00 00:00:00"), None);
        assert_eq!(Times(None).read(""), None);
    }
}
