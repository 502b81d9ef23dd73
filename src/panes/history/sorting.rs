//! The order of a history pane's rows.

use crate::domain::column::Column;
use crate::domain::query::Sort;
use crate::panes::{PaneCtx, Pick, PickFor, PickItem, PickValue, Update};

use super::HistoryPane;

impl HistoryPane {
    /// Shows the rows in this order, from its first one on; an open detail stays at its purge.
    pub fn sort_by(&mut self, sort: Sort, ctx: &PaneCtx<'_>) -> Update {
        let want = self.rows.sort_by(sort);
        let want = self.around_detail().unwrap_or(want);
        self.moved(Some(want), ctx)
    }

    /// Sorts by a column; by the one that it is sorted by already, in the reverse order.
    pub fn sort_by_column(&mut self, column: Column, ctx: &PaneCtx<'_>) -> Update {
        let now = self.rows.sort();
        let sort = if now.column == column { now.turned() } else { Sort::by(column) };
        self.sort_by(sort, ctx)
    }

    /// Offers the order of each column, of the present one the reverse too.
    pub(super) fn pick_sort(&self) -> Pick {
        let now = self.rows.sort();
        let mut items = Vec::new();
        for column in Column::EVERY {
            let own = Sort::by(*column);
            items.push(item(own, now));
            if *column == now.column {
                items.push(item(own.turned(), now));
            }
        }
        Pick { purpose: PickFor::Sort, title: "Sort by".to_owned(), items }
    }
}

fn item(sort: Sort, now: Sort) -> PickItem {
    PickItem {
        value: PickValue::Text(sort.to_string()),
        text: sort.column.name(),
        note: sort.words().to_owned(),
        chosen: sort == now,
        key: None,
    }
}
