//! The columns of a list of purges: their names, titles, widths, and the order that each sorts by.

use std::fmt;
use std::str::FromStr;

use super::nearest::nearest;

/// Makes [`Column`] and its table. A row, in the order of the list: variant, title, and the words
/// for its sort order and for the reverse of it.
macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $title:literal $order:literal $reversed:literal;)+) => {
        /// A column.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { #[default] $($(#[$doc])* $variant),+ }

        impl Column {
            /// Every column, in the order of the list.
            pub const EVERY: &'static [Self] = &[$(Self::$variant),+];

            /// Its title.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// Returns the words for the order that it sorts by, and for the reverse of it.
            pub(super) fn orders(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($order, $reversed)),+ }
            }
        }
    };
}

columns! {
    /// When the vendor recorded it.
    Time "TIME" "newest first" "oldest first";
    /// The account.
    Account "ACCOUNT" "A to Z" "Z to A";
    /// The provider.
    Provider "PROVIDER" "A to Z" "Z to A";
    /// The resource's cname.
    Cname "CNAME" "A to Z" "Z to A";
    /// The kind.
    Kind "KIND" "widest first" "narrowest first";
    /// The status.
    Status "STATUS" "failed first" "successful first";
    /// The person who asked for it.
    By "BY" "A to Z" "Z to A";
    /// The vendor's id.
    Id "ID" "A to Z" "Z to A";
    /// Number of targets, and the first of them.
    Targets "TARGETS" "most first" "fewest first";
}

impl Column {
    /// Returns the columns that are shown by default.
    pub fn usual() -> Vec<Self> {
        let usual = |column: &Self| !matches!(column, Self::Id | Self::Provider);
        Self::EVERY.iter().copied().filter(usual).collect()
    }

    /// Returns its name in settings and pickers: its title in small letters.
    pub fn name(self) -> String {
        self.title().to_lowercase()
    }

    /// Returns the column of this name or title.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|column| column.title().eq_ignore_ascii_case(name))
    }
}

/// The widths that a column may be given, in cells.
const WIDTHS: std::ops::RangeInclusive<u16> = 3..=120;

/// A column that is shown, as settings write it: `cname`, or `cname 40` with its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShownColumn {
    /// The column.
    pub column: Column,
    /// Its width in cells; `None` for as much as its contents need.
    pub width: Option<u16>,
}

impl ShownColumn {
    /// Returns the columns that are shown by default.
    pub fn usual() -> Vec<Self> {
        Column::usual().into_iter().map(Self::from).collect()
    }

    /// Gives it a width, or the nearest that it may have.
    #[must_use]
    pub fn with_width(self, width: u16) -> Self {
        Self { width: Some(width.clamp(*WIDTHS.start(), *WIDTHS.end())), ..self }
    }
}

impl From<Column> for ShownColumn {
    fn from(column: Column) -> Self {
        Self { column, width: None }
    }
}

impl fmt::Display for ShownColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.column.name();
        match self.width {
            Some(width) => write!(f, "{name} {width}"),
            None => f.write_str(&name),
        }
    }
}

impl FromStr for ShownColumn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, width) = match text.trim().split_once(' ') {
            Some((name, width)) => (name, Some(width.trim())),
            None => (text.trim(), None),
        };
        let column = Column::from_name(name).ok_or_else(|| unknown(name))?;
        let Some(width) = width else {
            return Ok(Self::from(column));
        };
        let width = width.parse().ok().filter(|width| WIDTHS.contains(width));
        let width = width.ok_or_else(|| {
            format!("\"{text}\": a width is a number from {} to {}", WIDTHS.start(), WIDTHS.end())
        })?;
        Ok(Self { column, width: Some(width) })
    }
}

/// Says that there is no column of this name, and which is the nearest.
pub(super) fn unknown(name: &str) -> String {
    let names: Vec<String> = Column::EVERY.iter().map(|column| column.name()).collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no column \"{name}\"; did you mean \"{near}\"?"),
        None => format!("there is no column \"{name}\"; there are {}", names.join(", ")),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_read_as_it_is_written() {
        for column in Column::EVERY {
            for shown in [ShownColumn::from(*column), ShownColumn::from(*column).with_width(40)] {
                assert_eq!(shown.to_string().parse::<ShownColumn>().unwrap(), shown);
            }
        }
        assert_eq!("CNAME".parse::<ShownColumn>().unwrap(), Column::Cname.into());
        for text in ["", "cnam", "cname x", "cname 0", "cname 2", "cname 999", "cname 4 5"] {
            assert!(text.parse::<ShownColumn>().is_err(), "{text}");
        }
        let error = "statu".parse::<ShownColumn>().unwrap_err();
        assert!(error.contains("\"status\""), "{error}");
    }

    #[test]
    fn a_width_stays_within_bounds() {
        let column = ShownColumn::from(Column::Cname);
        assert_eq!(column.with_width(0).width, Some(3));
        assert_eq!(column.with_width(9_000).width, Some(120));
    }
}
