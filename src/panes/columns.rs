//! An overlay of the columns of a history pane: which are shown, in which order, and how wide.

use crate::commands::{Command, Context};
use crate::domain::column::{Column, ShownColumn};

use super::requests::{AppRequest, OverlayAnswer};
use super::scrolling::moved;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// The cells by which a column is made wider or narrower.
const STEP: u16 = 2;

/// The columns.
#[derive(Clone, Debug)]
pub struct ColumnsPane {
    /// All of them, and which are shown; in the order of the list.
    columns: Vec<(ShownColumn, bool)>,
    /// The widths at which they were shown when the overlay was opened.
    widths: Vec<(Column, u16)>,
    /// The widths at which the usual ones would be shown.
    usual_widths: Vec<(Column, u16)>,
    cursor: usize,
}

impl ColumnsPane {
    /// Lists the columns that are shown, then the others; with the widths at which they and the
    /// usual ones are shown.
    pub fn new(
        shown: &[ShownColumn],
        widths: Vec<(Column, u16)>,
        usual_widths: Vec<(Column, u16)>,
    ) -> Self {
        Self { columns: all(shown), widths, usual_widths, cursor: 0 }
    }

    fn here(&mut self) -> Option<&mut (ShownColumn, bool)> {
        self.columns.get_mut(self.cursor)
    }

    /// The width of a column in cells, where it is known.
    fn width(&self, column: ShownColumn) -> Option<u16> {
        let now = self.widths.iter().find(|(other, _)| *other == column.column);
        column.width.or(now.map(|(_, width)| *width))
    }

    fn resize(&mut self, wider: bool) {
        let Some((column, _)) = self.columns.get(self.cursor).copied() else { return };
        // One that was not shown begins at the width of its title.
        let now = self.width(column).unwrap_or(column.column.title().len() as u16);
        let width = if wider { now + STEP } else { now.saturating_sub(STEP) };
        if let Some(here) = self.here() {
            here.0 = column.with_width(width);
        }
    }

    /// Lists the columns as they are without any choice; the cursor stays on its column.
    fn reset(&mut self) {
        let here = self.columns.get(self.cursor).map(|(shown, _)| shown.column);
        self.columns = all(&ShownColumn::usual());
        self.widths.clone_from(&self.usual_widths);
        let place = self.columns.iter().position(|(shown, _)| Some(shown.column) == here);
        self.cursor = place.unwrap_or(0);
    }

    /// Moves the column under the cursor by a place; the cursor goes with it.
    fn carry(&mut self, later: bool) {
        let to = if later { self.cursor + 1 } else { self.cursor.saturating_sub(1) };
        if to < self.columns.len() {
            self.columns.swap(self.cursor, to);
            self.cursor = to;
        }
    }

    fn shown(&self) -> impl Iterator<Item = ShownColumn> {
        self.columns.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column)
    }
}

/// All columns: those that are shown in their order, then the others.
fn all(shown: &[ShownColumn]) -> Vec<(ShownColumn, bool)> {
    let is_shown = |column: &Column| shown.iter().any(|other| other.column == *column);
    let hidden = Column::EVERY.iter().copied().filter(|column| !is_shown(column));
    let hidden = hidden.map(|column| (ShownColumn::from(column), false));
    shown.iter().map(|column| (*column, true)).chain(hidden).collect()
}

impl Pane for ColumnsPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Columns]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for the columns")]
        match command {
            Command::Back | Command::Quit => return Update::request(AppRequest::Close),
            Command::FieldAccept => {
                let columns = self.shown().collect();
                return Update::request(AppRequest::Answer(OverlayAnswer::Columns(columns)));
            }
            Command::ColumnToggle => {
                if let Some((_, shown)) = self.here() {
                    *shown = !*shown;
                }
            }
            Command::ColumnEarlier | Command::ColumnLater => {
                self.carry(command == Command::ColumnLater);
            }
            Command::ColumnNarrower | Command::MoveLeft => self.resize(false),
            Command::ColumnWider | Command::MoveRight => self.resize(true),
            Command::ColumnsUsual => self.reset(),
            other => {
                let Some(to) = moved(other, self.cursor, self.columns.len()) else {
                    return Update::ignored();
                };
                self.cursor = to;
            }
        }
        Update::taken()
    }

    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        self.cursor = item.min(self.columns.len().saturating_sub(1));
        Update::taken()
    }

    fn unavailable(&self, command: Command, _ctx: &PaneCtx<'_>) -> Option<&'static str> {
        let here = self.columns.get(self.cursor);
        let is_last = self.shown().count() == 1 && here.is_some_and(|(_, shown)| *shown);
        (command == Command::ColumnToggle && is_last).then_some("One column must be shown")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pane_ctx;

    fn run(pane: &mut ColumnsPane, commands: &[Command]) -> Vec<String> {
        for command in commands {
            pane.on_command(*command, &pane_ctx());
        }
        match pane.on_command(Command::FieldAccept, &pane_ctx()).requests.as_slice() {
            [AppRequest::Answer(OverlayAnswer::Columns(columns))] => {
                columns.iter().map(ToString::to_string).collect()
            }
            other => unreachable!("{other:?}"),
        }
    }

    fn pane() -> ColumnsPane {
        let shown = [Column::Time, Column::Cname, Column::Status].map(ShownColumn::from);
        let widths = |cname| vec![(Column::Time, 8), (Column::Cname, cname)];
        ColumnsPane::new(&shown, widths(20), widths(31))
    }

    #[test]
    fn a_column_moves_with_the_cursor_and_stays_at_the_ends() {
        let moved = run(&mut pane(), &[Command::ColumnLater; 2]);
        assert_eq!(moved, ["cname", "status", "time"]);
        assert_eq!(run(&mut pane(), &[Command::ColumnEarlier]), ["time", "cname", "status"]);
        let far = run(&mut pane(), &[Command::ColumnLater; 40]);
        assert_eq!(far, ["cname", "status", "time"]);
    }

    #[test]
    fn a_width_begins_at_what_is_shown() {
        let wider = [Command::MoveDown, Command::ColumnWider, Command::ColumnWider];
        assert_eq!(run(&mut pane(), &wider), ["time", "cname 24", "status"]);
        let narrower = [Command::ColumnNarrower; 9];
        assert_eq!(run(&mut pane(), &narrower), ["time 3", "cname", "status"]);
        let usual = [Command::ColumnWider, Command::ColumnsUsual];
        let expected: Vec<String> = Column::usual().iter().map(|column| column.name()).collect();
        assert_eq!(run(&mut pane(), &usual), expected);
    }

    #[test]
    fn the_usual_columns_come_back_with_the_cursor_on_its_column_and_the_width_they_show() {
        let mut pane = pane();
        let fixed = [Command::MoveDown, Command::ColumnNarrower, Command::ColumnLater];
        run(&mut pane, &fixed);
        let columns = run(&mut pane, &[Command::ColumnsUsual, Command::ColumnWider]);
        let wanted = Column::usual().into_iter().map(|column| {
            if column == Column::Cname { "cname 33".to_owned() } else { column.name() }
        });
        assert!(wanted.eq(columns.iter().cloned()), "{columns:?}");
    }

    #[test]
    fn one_column_is_always_shown() {
        let mut pane = pane();
        let hidden = [Command::ColumnToggle, Command::MoveDown, Command::ColumnToggle];
        assert_eq!(run(&mut pane, &hidden), ["status"]);
        pane.on_command(Command::MoveDown, &pane_ctx());
        assert!(pane.unavailable(Command::ColumnToggle, &pane_ctx()).is_some());
        pane.on_command(Command::MoveDown, &pane_ctx());
        assert_eq!(pane.unavailable(Command::ColumnToggle, &pane_ctx()), None);
    }
}
