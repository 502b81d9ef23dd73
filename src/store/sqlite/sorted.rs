//! Selections in the order of another column than time.
//!
//! There is no index for it: one pass over the selection keeps only the purges next to the anchor,
//! so memory does not grow with the selection. It reads segments alone, but for the id and the
//! number of targets, which stand only in the rows. A million purges take some tenths of a second.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rusqlite::CachedStatement;

use super::codes;
use super::compiled_filter::CompiledFilter;
use super::segment::SegmentEntry;
use super::snapshot::{ENTRY_COLUMNS, Snapshot, segment_entry};
use super::times::{ALL_TIME, Direction};
use crate::domain::column::Column;
use crate::domain::ids::PurgeKey;
use crate::domain::query::{Anchor, Sort, Window, WindowQuery};
use crate::domain::sort::{RowPlace, SortValue};
use crate::store::failure::StoreFailure;

impl<'a> Snapshot<'a> {
    /// Returns a window of rows in the order of a column.
    pub(super) fn sorted_window(
        &self,
        filter: &CompiledFilter,
        query: &WindowQuery,
    ) -> Result<Window, StoreFailure> {
        let (sort, limit) = (query.sort, query.limit as usize);
        let anchor = self.anchor_now(query)?;
        // Most rows before the anchor, and most of those from it on.
        let (lead, most) = match &anchor {
            Anchor::Start | Anchor::After(_) => (0, limit),
            Anchor::End | Anchor::Before(_) => (limit, 0),
            Anchor::Around { before, .. } => ((*before as usize).min(limit), limit),
        };
        let mut before = Nearest::new(sort, true, lead + 1);
        let mut after = Nearest::new(sort, false, most + 1);
        self.visit_places(filter, sort, &mut |place| {
            let is_before = match &anchor {
                Anchor::Start => false,
                Anchor::End => true,
                Anchor::After(row) => sort.compare(&place, row) != Ordering::Greater,
                Anchor::Before(row) | Anchor::Around { row, .. } => {
                    sort.compare(&place, row) == Ordering::Less
                }
            };
            if is_before { before.offer(place) } else { after.offer(place) }
        })?;
        let (mut before, after) = (before.finish(), after.finish());
        let more_before = before.len() > lead;
        before.truncate(lead);
        before.reverse();
        let room = match anchor {
            Anchor::Before(_) | Anchor::End => 0,
            Anchor::Start | Anchor::After(_) | Anchor::Around { .. } => limit - before.len(),
        };
        let more_after = after.len() > room;
        let places = before.into_iter().chain(after.into_iter().take(room));
        let rows = self.rows(places.map(|place| place.key.0))?;
        Ok(Window { rows, more_before, more_after })
    }

    /// Returns the first places of a selection after this one.
    pub(super) fn places_after(
        &self,
        filter: &CompiledFilter,
        sort: Sort,
        last: Option<&RowPlace<'_>>,
        limit: usize,
    ) -> Result<Vec<RowPlace<'a>>, StoreFailure> {
        let mut after = Nearest::new(sort, false, limit);
        self.visit_places(filter, sort, &mut |place| {
            if last.is_none_or(|last| sort.compare(&place, last) == Ordering::Greater) {
                after.offer(place);
            }
        })?;
        Ok(after.finish())
    }

    /// Returns the anchor with the present place of the purge that should stay under the cursor.
    fn anchor_now(&self, query: &WindowQuery) -> Result<Anchor, StoreFailure> {
        let Anchor::Around { row, before } = &query.anchor else {
            return Ok(query.anchor.clone());
        };
        let find = format!("SELECT {ENTRY_COLUMNS} FROM purge WHERE key = ?1");
        let mut find = self.connection.prepare_cached(&find)?;
        let mut rows = find.query([row.key.0])?;
        let row = match rows.next()? {
            Some(found) => {
                let entry = segment_entry(found)?;
                Values::new(self, query.sort)?.place(&entry)?.into_owned()
            }
            None => row.clone(),
        };
        Ok(Anchor::Around { row, before: *before })
    }

    /// Visits the places of all selected purges, newest first.
    fn visit_places(
        &self,
        filter: &CompiledFilter,
        sort: Sort,
        visit: &mut dyn FnMut(RowPlace<'a>),
    ) -> Result<(), StoreFailure> {
        let mut values = Values::new(self, sort)?;
        self.scan(filter, ALL_TIME, Direction::Descending, &mut |entry| {
            visit(values.place(&entry)?);
            Ok(ControlFlow::Continue(()))
        })
    }
}

/// The values of a column.
struct Values<'a> {
    snapshot: Snapshot<'a>,
    column: Column,
    /// Reads what does not stand in segments.
    find: Option<CachedStatement<'a>>,
}

impl<'a> Values<'a> {
    fn new(snapshot: &Snapshot<'a>, sort: Sort) -> Result<Self, StoreFailure> {
        let find = match sort.column {
            Column::Id => Some("SELECT id FROM purge WHERE key = ?1"),
            Column::Targets => Some("SELECT targets FROM purge WHERE key = ?1"),
            Column::Time
            | Column::Account
            | Column::Provider
            | Column::Cname
            | Column::Kind
            | Column::Status
            | Column::By => None,
        };
        let find = find.map(|find| snapshot.connection.prepare_cached(find)).transpose()?;
        Ok(Self { snapshot: *snapshot, column: sort.column, find })
    }

    fn place(&mut self, entry: &SegmentEntry) -> Result<RowPlace<'a>, StoreFailure> {
        Ok(RowPlace { key: PurgeKey(entry.key), value: self.value(entry)? })
    }

    fn value(&mut self, entry: &SegmentEntry) -> Result<SortValue<'a>, StoreFailure> {
        let (columns, dictionary) = (&entry.columns, self.snapshot.dictionary);
        Ok(match self.column {
            Column::Time => SortValue::Unknown,
            Column::Account => SortValue::text(dictionary.account(columns.account)?.0.as_str()),
            Column::Provider => SortValue::text(dictionary.account(columns.account)?.1.as_str()),
            Column::Cname => SortValue::text(dictionary.word(columns.cname)?),
            Column::Kind => SortValue::of_kind(codes::to_kind(columns.kind)?),
            Column::Status => SortValue::of_status(codes::to_status(columns.status)?),
            Column::By => SortValue::text(dictionary.word(columns.by)?),
            Column::Id => SortValue::text(&self.read::<String>(entry.key)?).into_owned(),
            Column::Targets => SortValue::of_count(self.read(entry.key)?),
        })
    }

    fn read<T: rusqlite::types::FromSql>(&mut self, key: i64) -> Result<T, StoreFailure> {
        let find = self.find.as_mut().ok_or(StoreFailure::Corrupt)?;
        Ok(find.query_row([key], |row| row.get(0))?)
    }
}

/// The places nearest to the start of an order, or to its end; of all that it is offered it keeps
/// no more than some times as many as are wanted.
struct Nearest<'a> {
    sort: Sort,
    to_end: bool,
    most: usize,
    kept: Vec<RowPlace<'a>>,
    /// The farthest of those that are wanted, once there are enough.
    bound: Option<RowPlace<'a>>,
}

impl<'a> Nearest<'a> {
    fn new(sort: Sort, to_end: bool, most: usize) -> Self {
        Self { sort, to_end, most, kept: Vec::new(), bound: None }
    }

    fn offer(&mut self, place: RowPlace<'a>) {
        let is_far = |bound| self.order(&place, bound) != Ordering::Less;
        if self.bound.as_ref().is_some_and(is_far) {
            return;
        }
        self.kept.push(place);
        if self.kept.len() >= self.most.saturating_mul(2).saturating_add(64) {
            self.shrink();
            self.bound = self.kept.last().cloned();
        }
    }

    /// Returns them, the nearest first.
    fn finish(mut self) -> Vec<RowPlace<'a>> {
        self.shrink();
        self.kept
    }

    fn shrink(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_unstable_by(|one, other| self.order(one, other));
        kept.truncate(self.most);
        self.kept = kept;
    }

    fn order(&self, one: &RowPlace<'_>, other: &RowPlace<'_>) -> Ordering {
        let order = self.sort.compare(one, other);
        if self.to_end { order.reverse() } else { order }
    }
}
