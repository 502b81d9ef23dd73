//! The columns of the list: which are wanted, and which of them there is room for.

/// Makes [`Column`] and its table. A row, in the order of the list: variant, title, priority where
/// room gets scarce (the lowest goes first).
macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $title:literal $priority:literal;)+) => {
        /// A column.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $($(#[$doc])* $variant),+ }

        impl Column {
            /// Every column, in the order of the list.
            pub const EVERY: &'static [Self] = &[$(Self::$variant),+];

            /// Its title.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            fn priority(self) -> u8 {
                match self { $(Self::$variant => $priority),+ }
            }
        }
    };
}

columns! {
    /// When the vendor recorded it.
    Time "TIME" 7;
    /// The account.
    Account "ACCOUNT" 4;
    /// The provider.
    Provider "PROVIDER" 1;
    /// The resource's cname.
    Cname "CNAME" 6;
    /// The kind.
    Kind "KIND" 3;
    /// The status.
    Status "STATUS" 8;
    /// The person who asked for it.
    By "BY" 2;
    /// The vendor's id.
    Id "ID" 0;
    /// Number of targets, and the first of them.
    Targets "TARGETS" 5;
}

impl Column {
    /// Returns the columns that are shown by default.
    pub fn usual() -> Vec<Self> {
        Self::EVERY.iter().copied().filter(|column| *column != Self::Id).collect()
    }

    /// The column of this title.
    pub fn from_title(title: &str) -> Option<Self> {
        Self::EVERY.iter().copied().find(|column| column.title() == title)
    }
}

/// Width of the widest content of each column; what does not fit is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The widest time, where it is to be shown in full.
    pub time: u16,
    /// The widest account's name.
    pub account: u16,
    /// The widest provider's name.
    pub provider: u16,
    /// The widest cname.
    pub cname: u16,
    /// The widest name of who asked.
    pub by: u16,
}

/// Returns the columns that fit into this many cells, with their widths, in their order; one blank
/// separates two. The targets get what is left over. The provider, which the account implies, is
/// only shown where it crowds nothing.
pub fn fit(wanted: &[Column], contents: Contents, room: u16) -> Vec<(Column, u16)> {
    let compact = room < 76;
    let least = |column: Column| match column {
        Column::Time => contents.time.clamp(6, if room < 96 { 12 } else { 15 }),
        Column::Account => contents.account.clamp(7, if compact { 10 } else { 16 }),
        Column::Provider => contents.provider.clamp(8, 12),
        Column::Cname => contents.cname.clamp(
            8,
            match room {
                0..46 => 12,
                46..76 => 18,
                _ => 30,
            },
        ),
        Column::Kind => 7,
        Column::Status => 14,
        Column::Targets => match room {
            0..76 => 9,
            76..110 => 15,
            _ => 24,
        },
        Column::By => contents.by.clamp(4, 18),
        Column::Id => 12,
    };
    let mut columns: Vec<(Column, u16)> = Column::EVERY
        .iter()
        .copied()
        .filter(|column| wanted.contains(column))
        .filter(|column| *column != Column::Provider || room >= 110)
        .map(|column| (column, least(column)))
        .collect();
    let taken = |columns: &[(Column, u16)]| {
        columns.iter().map(|(_, cells)| cells + 1).sum::<u16>().saturating_sub(1)
    };
    while taken(&columns) > room && columns.len() > 1 {
        let Some(least) =
            columns.iter().map(|(column, _)| *column).min_by_key(|column| column.priority())
        else {
            break;
        };
        columns.retain(|(column, _)| *column != least);
    }
    let spare = room.saturating_sub(taken(&columns));
    if let Some((_, cells)) = columns.iter_mut().rfind(|(column, _)| {
        matches!(column, Column::Targets | Column::Cname | Column::Status | Column::Time)
    }) {
        *cells += spare;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: Contents = Contents { time: 15, account: 10, provider: 9, cname: 14, by: 6 };

    fn kept(room: u16) -> Vec<Column> {
        fit(&Column::usual(), CONTENTS, room).into_iter().map(|(column, _)| column).collect()
    }

    #[test]
    fn a_narrow_list_keeps_what_says_most() {
        assert_eq!(kept(120), Column::usual());
        assert_eq!(
            kept(78),
            [
                Column::Time,
                Column::Account,
                Column::Cname,
                Column::Kind,
                Column::Status,
                Column::Targets
            ]
        );
        assert_eq!(kept(58), [Column::Time, Column::Cname, Column::Status, Column::Targets]);
        assert_eq!(kept(30), [Column::Time, Column::Status]);
    }

    #[test]
    fn columns_never_take_more_than_there_is() {
        for room in 0..200 {
            let columns = fit(Column::EVERY, CONTENTS, room);
            let taken = columns.iter().map(|(_, cells)| cells + 1).sum::<u16>() - 1;
            assert!(taken <= room || columns.len() == 1, "{room}: {columns:?}");
        }
    }
}
