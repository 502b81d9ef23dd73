//! The vendor's times, in UTC: read in both of the documented forms, written as documented.

use chrono::{DateTime, Offset, TimeDelta, Utc};

use crate::providers::time;

/// Reads a time, in UTC where it names no zone, as the documents say.
pub(super) fn read(text: &str) -> Option<DateTime<Utc>> {
    time::read(text, Utc.fix())
}

/// Writes `from_created`: to the millisecond, never later than meant.
pub(super) fn write_from(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Writes `to_created`: to the millisecond, never earlier than meant.
pub(super) fn write_until(time: DateTime<Utc>) -> String {
    write_from(time::round_up(time, TimeDelta::milliseconds(1)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn both_documented_forms_are_the_same_instant() {
        let new = read("2021-10-29T13:21:01.550849Z").unwrap();
        assert_eq!(new.timestamp_micros(), 1_635_513_661_550_849);
        for other in [
            "2021-10-29 13:21:01.550849+00:00",
            "2021-10-29 13:21:01.550849",
            "2021-10-29T13:21:01.550849",
            "2021-10-29T15:21:01.550849+02:00",
            " 2021-10-29T13:21:01.550849999Z ",
        ] {
            assert_eq!(read(other), Some(new), "{other}");
        }
        assert_eq!(read("2021-10-29 13:21:01+00:00").unwrap().timestamp(), 1_635_513_661);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for none in [
            "",
            "yesterday",
            "2021-13-29T13:21:01Z",
            "1635513661",
            "9999-12-31T23:59:59-23:59",
            "+12021-10-29T13:21:01",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn a_range_is_written_so_that_it_holds_at_least_what_is_meant() {
        let time = read("2021-10-29T13:21:01.550849Z").unwrap();
        assert_eq!(write_from(time), "2021-10-29T13:21:01.550Z");
        assert_eq!(write_until(time), "2021-10-29T13:21:01.551Z");
        let even = read("2021-10-29T13:21:01Z").unwrap();
        assert_eq!(write_until(even), "2021-10-29T13:21:01.000Z");
    }
}
