//! The vendor's times: `2018-08-09 17:19:54`, without a zone, in the one that the account names.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use crate::config::accounts::AccountConfig;
use crate::providers::{ConnectError, time};

/// The zone of an account's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    offset: FixedOffset,
    is_inferred: bool,
}

impl Times {
    /// Takes the zone that the account names, else the inferred one.
    pub(super) fn of(account: &AccountConfig) -> Result<Self, ConnectError> {
        Self::new(account.option("times"))
            .map_err(|text| ConnectError::setting("times", format!("{text} is no offset from UTC")))
    }

    fn new(named: Option<&str>) -> Result<Self, &str> {
        let text = named.unwrap_or("+08:00");
        let offset = text.parse().map_err(|_| text)?;
        Ok(Self { offset, is_inferred: named.is_none() })
    }

    /// Returns the note that the screen shows beside them.
    pub(super) fn note(self) -> &'static str {
        if self.is_inferred {
            "the vendor's times name no zone; UTC+08:00 is inferred"
        } else {
            "the vendor's times name no zone; they are read in the one that the account's times \
             setting names"
        }
    }

    /// Reads a time of the vendor's.
    pub(super) fn read(self, text: &str) -> Option<DateTime<Utc>> {
        time::read(text, self.offset)
    }

    /// Writes the beginning of a range, cut to the second: never later than meant.
    pub(super) fn write_from(self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.offset).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Writes the end of a range, to the next second: never earlier than meant.
    pub(super) fn write_until(self, time: DateTime<Utc>) -> String {
        self.write_from(time::round_up(time, TimeDelta::seconds(1)))
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
        let usual = Times::new(None).unwrap();
        let time = usual.read("2018-07-31 18:10:53").unwrap();
        assert_eq!(time.timestamp(), 1_533_031_853);
        assert_eq!(usual.write_from(time), "2018-07-31 18:10:53");
        let utc = Times::new(Some("+00:00")).unwrap();
        assert_eq!(utc.write_from(time), "2018-07-31 10:10:53");
        assert_eq!(utc.read("2018-07-31 10:10:53"), Some(time));
        assert_ne!(utc.note(), usual.note());
    }

    #[test]
    fn a_range_holds_at_least_what_is_meant() {
        let usual = Times::new(None).unwrap();
        let time = usual.read("2018-07-31 18:10:53").unwrap() + TimeDelta::milliseconds(1);
        assert_eq!(usual.write_from(time), "2018-07-31 18:10:53");
        assert_eq!(usual.write_until(time), "2018-07-31 18:10:54");
    }

    #[test]
    fn what_is_no_time_is_none() {
        assert_eq!(Times::new(None).unwrap().read("0000-00-00 00:00:00"), None);
        assert_eq!(Times::new(None).unwrap().read(""), None);
    }
}
