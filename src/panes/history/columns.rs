//! The columns of the list: which are wanted, and which of them there is room for.

use chrono::{DateTime, Utc};
use unicode_width::UnicodeWidthStr as _;

use crate::domain::column::{Column, ShownColumn};
use crate::domain::known::Known;
use crate::domain::purge::PurgeRow;
use crate::domain::zone::Zone;
use crate::panes::{Opening, PaneCtx, Update};

use super::HistoryPane;

/// Cells before the first column: the cursor's, the mark's, and a blank.
pub const MARGIN: u16 = 3;

/// Width of the widest content of each column that was seen in a selection. It only grows, so that
/// no column changes or goes while the list is scrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The oldest row's time.
    pub oldest: Option<DateTime<Utc>>,
    /// The widest account's name.
    pub account: u16,
    /// The widest provider's name.
    pub provider: u16,
    /// The widest cname.
    pub cname: u16,
    /// The widest word for a status.
    pub status: u16,
    /// The widest name of who asked.
    pub by: u16,
}

impl Contents {
    /// Takes rows in that are shown.
    pub fn see(&mut self, rows: &[PurgeRow]) {
        for row in rows {
            self.oldest = Some(self.oldest.map_or(row.created, |oldest| oldest.min(row.created)));
            for (widest, text) in [
                (&mut self.account, row.account.as_str()),
                (&mut self.provider, row.provider.as_str()),
                (&mut self.cname, row.cname.as_str()),
                (&mut self.status, row.status.label_seen(row.verified)),
                (&mut self.by, row.by.as_deref().unwrap_or_default()),
            ] {
                *widest = (*widest).max(cells(text));
            }
        }
    }
}

/// The width of a text in cells.
fn cells(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

impl HistoryPane {
    /// Returns the columns that are shown in a list of this width, with their widths: of those that
    /// are wanted, the ones that say something in this selection and have room. They are the same
    /// wherever in it the list stands, so there must be room for the day of a row, also while all
    /// that were seen are of today.
    pub fn shown_columns(
        &self,
        known: &Known,
        (now, zone): (DateTime<Utc>, Zone),
        width: u16,
    ) -> Vec<(Column, u16)> {
        self.fitting(self.columns.clone(), known, (now, zone), width)
    }

    /// Returns those of these columns that say something and have room, with their widths.
    fn fitting(
        &self,
        mut wanted: Vec<ShownColumn>,
        known: &Known,
        (now, zone): (DateTime<Utc>, Zone),
        width: u16,
    ) -> Vec<(Column, u16)> {
        let mut contents = self.contents;
        let room = width.saturating_sub(MARGIN);
        let of_today = |at| zone.show(at).date_naive() == zone.show(now).date_naive();
        for account in &known.accounts {
            contents.account = contents.account.max(cells(account.name.as_str()));
        }
        let mut authors = contents.by > 0;
        let mut only_today = false;
        if let Some(summary) = self.timeline.summary() {
            authors |= !summary.by_author.is_empty();
            only_today = summary.timeline.from.is_some_and(of_today);
            for (widest, names) in
                [(&mut contents.cname, &summary.by_cname), (&mut contents.by, &summary.by_author)]
            {
                *widest = names.iter().map(|(name, _)| cells(name)).fold(*widest, u16::max);
            }
        }
        if !authors {
            wanted.retain(|shown| shown.column != Column::By);
        }
        if !only_today {
            let all = fit(&wanted, contents, false, room);
            wanted.retain(|shown| all.iter().any(|(kept, _)| *kept == shown.column));
        }
        let today = contents.oldest.is_none_or(of_today);
        fit(&wanted, contents, today, room)
    }

    /// Opens the overlay of the columns.
    pub(super) fn open_columns(&self, ctx: &PaneCtx<'_>) -> Update {
        let width = self.layout(ctx.area).list.width;
        let widths = |wanted| self.fitting(wanted, ctx.known, (ctx.now, ctx.zone), width);
        Update::open(Opening::Columns {
            columns: self.columns.clone(),
            widths: widths(self.columns.clone()),
            usual_widths: widths(ShownColumn::usual()),
        })
    }
}

/// Returns the columns that fit into this many cells, with their widths, in their order; one blank
/// separates two. The targets get what is left over. Where room is scarce, the columns give it up
/// in this order: what the others imply, the targets, the exact time, the words of the status;
/// account, kind and host last.
fn fit(wanted: &[ShownColumn], contents: Contents, today: bool, room: u16) -> Vec<(Column, u16)> {
    let width = |shown: &ShownColumn| {
        shown.width.unwrap_or_else(|| whole(shown.column, contents, today, room))
    };
    let mut columns: Vec<(Column, u16)> =
        wanted.iter().map(|shown| (shown.column, width(shown))).collect();
    let taken = |columns: &[(Column, u16)]| {
        columns.iter().map(|(_, cells)| cells + 1).sum::<u16>().saturating_sub(1)
    };
    let short_time = if today { 5 } else { 12 };
    let least_time = if today { 5 } else { 6 };
    for (column, least) in [
        (Column::Id, 0),
        (Column::Provider, 0),
        (Column::Targets, 9),
        (Column::By, 0),
        (Column::Account, 12),
        (Column::Time, short_time),
        (Column::Kind, 4),
        (Column::Account, 10),
        (Column::Kind, 3),
        (Column::Targets, 0),
        (Column::Account, 7),
        (Column::Time, least_time),
        (Column::Status, 1),
        (Column::Cname, 16),
        (Column::Cname, 10),
        (Column::Kind, 0),
        (Column::Account, 0),
        (Column::Status, 0),
        (Column::Cname, 0),
    ] {
        let over = taken(&columns).saturating_sub(room);
        if over == 0 || columns.len() < 2 {
            break;
        }
        match columns.iter_mut().find(|(other, _)| *other == column) {
            // All or nothing where a part says nothing.
            Some((_, cells)) if matches!(column, Column::Time | Column::Kind | Column::Status) => {
                *cells = (*cells).min(least);
            }
            Some((_, cells)) => *cells = (*cells).min(least.max(cells.saturating_sub(over))),
            None => {}
        }
        if least == 0 {
            columns.retain(|(other, _)| *other != column);
        }
    }
    let is_fixed =
        |column: Column| wanted.iter().any(|shown| shown.column == column && shown.width.is_some());
    let mut spare = room.saturating_sub(taken(&columns));
    let short_kind = columns
        .iter_mut()
        .find(|(column, cells)| (*column, *cells) == (Column::Kind, 3) && !is_fixed(Column::Kind));
    if let Some((_, cells)) = short_kind.filter(|_| spare > 0) {
        *cells += 1;
        spare -= 1;
    }
    if let Some((_, cells)) = columns.iter_mut().rfind(|(column, _)| {
        matches!(column, Column::Targets | Column::Cname | Column::Status | Column::Time)
            && !is_fixed(*column)
    }) {
        *cells += spare;
    }
    columns
}

/// Returns the width at which nothing of a column is cut, within bounds.
fn whole(column: Column, contents: Contents, today: bool, room: u16) -> u16 {
    match column {
        Column::Time if today => 8,
        Column::Time => 15,
        Column::Account => contents.account.clamp(7, 20),
        Column::Provider => contents.provider.clamp(8, 12),
        Column::Cname => contents.cname.clamp(8, 40),
        Column::Kind => 7,
        // A glyph, a blank, and the words: at least those that a row may come to show any moment.
        Column::Status => 2 + contents.status.clamp(11, 14),
        Column::Targets => match room {
            0..110 => 15,
            _ => 24,
        },
        Column::By => contents.by.clamp(4, 18),
        Column::Id => 12,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::ids::PurgeKey;
    use crate::domain::status::Status;

    fn contents() -> Contents {
        let oldest = Some(DateTime::UNIX_EPOCH);
        Contents { oldest, account: 10, provider: 9, cname: 23, status: 10, by: 6 }
    }

    fn kept(today: bool, room: u16) -> Vec<(Column, u16)> {
        fit(&ShownColumn::usual(), contents(), today, room)
    }

    fn width(columns: &[(Column, u16)], column: Column) -> u16 {
        columns.iter().find(|(other, _)| *other == column).map_or(0, |(_, cells)| *cells)
    }

    #[test]
    fn a_narrow_list_keeps_account_kind_and_the_whole_host() {
        for today in [true, false] {
            let wide = kept(today, 115);
            assert_eq!(wide.iter().map(|it| it.0).collect::<Vec<_>>(), Column::usual());
            for room in [75, 55] {
                let columns = kept(today, room);
                assert!(width(&columns, Column::Cname) >= 23, "{room}: {columns:?}");
                assert!(width(&columns, Column::Account) >= 7, "{room}: {columns:?}");
                assert!(width(&columns, Column::Kind) >= 3, "{room}: {columns:?}");
                assert!(width(&columns, Column::Status) >= 1, "{room}: {columns:?}");
                assert!(width(&columns, Column::Time) >= 5, "{room}: {columns:?}");
            }
            let columns = kept(today, 75);
            assert_eq!(width(&columns, Column::Status), 13, "no more than its words need");
            assert_eq!(width(&columns, Column::Account), 10, "{columns:?}");
        }
    }

    #[test]
    fn columns_never_take_more_than_there_is() {
        for today in [true, false] {
            for room in 0..200 {
                let all: Vec<_> = Column::EVERY.iter().copied().map(ShownColumn::from).collect();
                let columns = fit(&all, contents(), today, room);
                let taken = columns.iter().map(|(_, cells)| cells + 1).sum::<u16>() - 1;
                assert!(taken <= room || columns.len() == 1, "{room}: {columns:?}");
            }
        }
    }

    #[test]
    fn columns_stand_in_their_own_order_with_their_own_widths_as_long_as_there_is_room() {
        let wanted = ["status", "cname 12", "time"].map(|text| text.parse().unwrap());
        let order = |columns: &[(Column, u16)]| columns.iter().map(|it| it.0).collect::<Vec<_>>();
        let columns = fit(&wanted, contents(), false, 100);
        assert_eq!(order(&columns), [Column::Status, Column::Cname, Column::Time]);
        assert_eq!(width(&columns, Column::Cname), 12);
        let wide = ["cname 120", "account"].map(|text| text.parse().unwrap());
        let columns = fit(&wide, contents(), false, 40);
        assert!(columns.iter().map(|(_, cells)| cells + 1).sum::<u16>() <= 41, "{columns:?}");
    }

    #[test]
    fn what_was_seen_never_makes_a_column_narrower() {
        let row = |by: Option<&str>, cname: &str| PurgeRow {
            key: PurgeKey(1),
            account: "edge-prod".into(),
            provider: "northcdn".into(),
            id: "1".into(),
            cname: cname.to_owned(),
            kind: None,
            status: Status::Successful,
            raw_status: String::new(),
            created: DateTime::UNIX_EPOCH,
            target_count: 0,
            first_target: String::new(),
            by: by.map(str::to_owned),
            sent_here: false,
            verified: None,
        };
        let mut contents = Contents::default();
        contents.see(&[row(Some("mira"), "www.site.com")]);
        let before = contents;
        contents.see(&[row(None, "a.b")]);
        assert_eq!(contents, before);
    }
}
