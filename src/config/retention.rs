//! The settings of what the history keeps: an age, and a size of the store.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::duration;
use super::value::{quoted, text_value};

const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// Days that are always kept: budgets, verification and requests whose outcome is unknown look back
/// into them.
pub const LEAST_DAYS: u64 = 7;

/// Smallest size that can be asked for, in bytes.
const LEAST_BYTES: u64 = 50 * MEGABYTE;

const MEGABYTE: u64 = 1_000_000;

/// Units of a size, the largest first.
const UNITS: [(&str, u64); 3] =
    [("TB", 1_000_000 * MEGABYTE), ("GB", 1_000 * MEGABYTE), ("MB", MEGABYTE)];

/// The age up to which purges are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptAge {
    /// Whatever their age.
    Forever,
    /// Up to this one, of [`LEAST_DAYS`] at least.
    UpTo(Duration),
}

impl KeptAge {
    /// Returns the age; `None` if purges are kept forever.
    pub fn limit(self) -> Option<Duration> {
        match self {
            Self::Forever => None,
            Self::UpTo(age) => Some(age),
        }
    }
}

const AGE: &str = "\"forever\", or a length of time like \"90d\" or \"2y\", of 7 days at least";

text_value!(KeptAge, AGE);

impl FromStr for KeptAge {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "forever" {
            return Ok(Self::Forever);
        }
        let wrong = || format!("{} is not {AGE}", quoted(&[text]));
        let years = text.strip_suffix('y').and_then(|years| years.parse::<u64>().ok());
        let age = match years.and_then(|years| years.checked_mul(YEAR)) {
            Some(seconds) => Duration::from_secs(seconds),
            None => duration::parse(text).map_err(|why| format!("{}: {why}", wrong()))?,
        };
        let allowed = LEAST_DAYS * DAY..=1_000 * YEAR;
        if allowed.contains(&age.as_secs()) { Ok(Self::UpTo(age)) } else { Err(wrong()) }
    }
}

impl fmt::Display for KeptAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("forever"),
            Self::UpTo(age) if age.as_secs().is_multiple_of(YEAR) => {
                write!(f, "{}y", age.as_secs() / YEAR)
            }
            Self::UpTo(age) => f.write_str(&duration::print(*age)),
        }
    }
}

/// The size from which on the oldest purges are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreSize {
    /// Any size.
    Unlimited,
    /// So many bytes.
    Bytes(u64),
}

impl StoreSize {
    /// Returns the size in bytes; `None` if there is no limit.
    pub fn limit(self) -> Option<u64> {
        match self {
            Self::Unlimited => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

const SIZE: &str = "\"unlimited\", or a size like \"500MB\" or \"2GB\", of 50 MB at least";

text_value!(StoreSize, SIZE);

impl FromStr for StoreSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        let bytes = UNITS.iter().find_map(|(unit, factor)| {
            let number = text.strip_suffix(unit)?.trim_end();
            number.parse::<u64>().ok()?.checked_mul(*factor)
        });
        bytes
            .filter(|bytes| (LEAST_BYTES..=i64::MAX as u64).contains(bytes))
            .map(Self::Bytes)
            .ok_or_else(|| format!("{} is not {SIZE}", quoted(&[text])))
    }
}

impl fmt::Display for StoreSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("unlimited"),
            Self::Bytes(bytes) => {
                let unit = UNITS.iter().find(|(_, factor)| bytes.is_multiple_of(*factor));
                let (unit, factor) = unit.unwrap_or(&("B", 1));
                write!(f, "{}{unit}", bytes / factor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_read_and_written_as_it_was() {
        for text in ["forever", "2y", "90d", "7d", "8d12h"] {
            assert_eq!(text.parse::<KeptAge>().map(|age| age.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("365d".parse(), Ok(KeptAge::UpTo(Duration::from_secs(YEAR))));
        assert_eq!("2y".parse::<KeptAge>().map(KeptAge::limit), "730d".parse().map(KeptAge::limit));
        for text in ["", "6d", "y", "2Y", "-1y", "99999999999999999999y", "2000y", "never", "2y1d"]
        {
            let error = text.parse::<KeptAge>();
            assert!(error.is_err_and(|error| error.contains("7 days at least")), "{text}");
        }
    }

    #[test]
    fn a_size_is_read_and_written_as_it_was() {
        for text in ["unlimited", "2GB", "500MB", "1TB", "1500MB"] {
            assert_eq!(text.parse::<StoreSize>().map(|size| size.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("2 GB".parse::<StoreSize>().map(StoreSize::limit), Ok(Some(2_000_000_000)));
        assert_eq!("2000MB".parse::<StoreSize>(), "2GB".parse());
        for text in ["", "GB", "2", "2G", "49MB", "-2GB", "1.5GB", "99999999TB", "none"] {
            let error = text.parse::<StoreSize>();
            assert!(error.is_err_and(|error| error.contains("50 MB at least")), "{text}");
        }
    }
}
