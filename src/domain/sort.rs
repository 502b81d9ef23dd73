//! The order of a list of purges: by time, or by another column. Equal ones stand newest first.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::column::{Column, unknown};
use super::ids::PurgeKey;
use super::kind::Kind;
use super::purge::PurgeRow;
use super::status::Status;

/// The order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The column that it goes by.
    pub column: Column,
    /// Set for the reverse of the column's own order.
    pub reversed: bool,
}

/// The value of a purge that a column sorts by; the lowest stands first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortValue<'a> {
    /// None, or one that is not known: it stands last, also in the reverse order.
    Unknown,
    /// A number.
    Rank(u32),
    /// A text, in which letters are sorted without their case.
    Text(Cow<'a, str>),
}

/// The place of a purge in an order. Places of purges that are gone are still places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace<'a> {
    /// The purge.
    pub key: PurgeKey,
    /// Its value.
    pub value: SortValue<'a>,
}

impl Sort {
    /// By time, newest first.
    pub const NEWEST: Self = Self { column: Column::Time, reversed: false };
    /// By time, oldest first.
    pub const OLDEST: Self = Self { column: Column::Time, reversed: true };

    /// Returns the order of a column.
    pub fn by(column: Column) -> Self {
        Self { column, reversed: false }
    }

    /// Returns the reverse order.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// Returns it in words: `newest first`, `A to Z`.
    pub fn words(self) -> &'static str {
        let (order, reversed) = self.column.orders();
        if self.reversed { reversed } else { order }
    }

    /// Compares two places.
    pub fn compare(self, one: &RowPlace<'_>, other: &RowPlace<'_>) -> Ordering {
        let by_age = one.key.cmp(&other.key);
        if self.column == Column::Time {
            return if self.reversed { by_age } else { by_age.reverse() };
        }
        let by_value = match (&one.value, &other.value) {
            (SortValue::Unknown, SortValue::Unknown) => Ordering::Equal,
            (SortValue::Unknown, _) => Ordering::Greater,
            (_, SortValue::Unknown) => Ordering::Less,
            (one, other) if self.reversed => other.compare(one),
            (one, other) => one.compare(other),
        };
        by_value.then(by_age.reverse())
    }

    /// Returns the place of a row.
    pub fn place(self, row: &PurgeRow) -> RowPlace<'static> {
        let value = match self.column {
            Column::Time => SortValue::Unknown,
            Column::Account => SortValue::text(row.account.as_str()),
            Column::Provider => SortValue::text(row.provider.as_str()),
            Column::Cname => SortValue::text(&row.cname),
            Column::Kind => SortValue::of_kind(row.kind),
            Column::Status => SortValue::of_status(row.status),
            Column::By => SortValue::text(row.by.as_deref().unwrap_or_default()),
            Column::Id => SortValue::text(row.id.as_str()),
            Column::Targets => SortValue::of_count(row.target_count),
        };
        RowPlace { key: row.key, value: value.into_owned() }
    }
}

impl<'a> SortValue<'a> {
    /// Returns the value of a text; an empty one is unknown.
    pub fn text(text: &'a str) -> Self {
        if text.is_empty() { Self::Unknown } else { Self::Text(Cow::Borrowed(text)) }
    }

    /// Returns the value of a kind: the widest stands first.
    pub fn of_kind(kind: Option<Kind>) -> Self {
        kind.map_or(Self::Unknown, |kind| {
            Self::Rank(match kind {
                Kind::All => 0,
                Kind::Host => 1,
                Kind::Regex => 2,
                Kind::Pattern => 3,
                Kind::Tag => 4,
                Kind::IgnoreQuery => 5,
                Kind::Url => 6,
            })
        })
    }

    /// Returns the value of a status: one that wants attention stands first.
    pub fn of_status(status: Status) -> Self {
        Self::Rank(match status {
            Status::Failed => 0,
            Status::Unknown => 1,
            Status::InProgress => 2,
            Status::ReportDisabled => 3,
            Status::Successful => 4,
        })
    }

    /// Returns the value of a number of targets: the greatest stands first.
    pub fn of_count(targets: u32) -> Self {
        Self::Rank(u32::MAX - targets)
    }

    /// Returns the same value with its text as its own.
    pub fn into_owned(self) -> SortValue<'static> {
        match self {
            Self::Unknown => SortValue::Unknown,
            Self::Rank(rank) => SortValue::Rank(rank),
            Self::Text(text) => SortValue::Text(Cow::Owned(text.into_owned())),
        }
    }

    /// Compares two values of a column; a number stands before a text.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) if one == other => Ordering::Equal,
            (Self::Text(one), Self::Text(other)) => {
                let lower = |byte: u8| byte.to_ascii_lowercase();
                let cased = || one.cmp(other);
                one.bytes().map(lower).cmp(other.bytes().map(lower)).then_with(cased)
            }
            (one, other) => one.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> (u8, u32) {
        match self {
            Self::Rank(rank) => (0, *rank),
            Self::Text(_) => (1, 0),
            Self::Unknown => (2, 0),
        }
    }
}

impl RowPlace<'_> {
    /// Returns a place in the order of time.
    pub fn in_time(key: PurgeKey) -> RowPlace<'static> {
        RowPlace { key, value: SortValue::Unknown }
    }

    /// Returns the same place with its text as its own.
    pub fn into_owned(self) -> RowPlace<'static> {
        RowPlace { key: self.key, value: self.value.into_owned() }
    }
}

impl fmt::Display for Sort {
    /// Writes it as [`Sort::from_str`] reads it: `status`, or `-status` for the reverse.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.reversed { "-" } else { "" };
        write!(f, "{sign}{}", self.column.name())
    }
}

impl FromStr for Sort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (reversed, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let column = Column::from_name(name.trim()).ok_or_else(|| unknown(name.trim()))?;
        Ok(Self { column, reversed })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = Sort> {
        Column::EVERY.iter().flat_map(|column| [Sort::by(*column), Sort::by(*column).turned()])
    }

    #[test]
    fn an_order_is_read_as_it_is_written() {
        for sort in every() {
            assert_eq!(sort.to_string().parse::<Sort>().unwrap(), sort);
        }
        for text in ["", "-", "statu", "--time"] {
            assert!(text.parse::<Sort>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_stands_last_in_both_directions_and_equal_ones_newest_first() {
        let place = |key, text| RowPlace { key: PurgeKey(key), value: SortValue::text(text) };
        for (sort, expected) in [
            (Sort::by(Column::By), [3, 1, 2, 5, 4]),
            (Sort::by(Column::By).turned(), [2, 3, 1, 5, 4]),
        ] {
            let mut places =
                [place(5, ""), place(1, "anna"), place(2, "Zoe"), place(3, "anna"), place(4, "")];
            places.sort_by(|one, other| sort.compare(one, other));
            assert_eq!(places.map(|place| place.key.0), expected, "{sort}");
        }
    }
}
