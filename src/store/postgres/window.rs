//! Windows of history: the rows on the screen, and whether there are more on either side.

use super::compiled_filter::SqlFilter;
use super::order::{Side, SqlOrder};
use super::reader::{PostgresReader, ServerSnapshot};
use super::rows;
use super::sql::SqlText;
use crate::domain::ids::PurgeKey;
use crate::domain::purge::PurgeRow;
use crate::domain::query::{Anchor, KeysQuery, Sort, Window, WindowQuery};
use crate::domain::sort::RowPlace;
use crate::store::failure::StoreFailure;

/// Rows of an order on one side of a place, nearest first.
struct Page<'p> {
    /// The place, and whether the row there counts; `None` for all rows.
    from: Option<(&'p RowPlace<'static>, bool)>,
    side: Side,
    most: usize,
}

impl PostgresReader {
    /// Returns a window of rows.
    pub(in crate::store) fn window(&self, query: &WindowQuery) -> Result<Window, StoreFailure> {
        self.answer(|snapshot| {
            let filter = SqlFilter::compile(&query.predicate, snapshot)?;
            window(snapshot, &filter, query)
        })
    }

    /// Returns the keys of a selection, newest first.
    pub(in crate::store) fn keys(&self, query: &KeysQuery) -> Result<Vec<PurgeKey>, StoreFailure> {
        self.answer(|snapshot| {
            let filter = SqlFilter::compile(&query.predicate, snapshot)?;
            let filter = match &query.among {
                Some(keys) => filter.among(keys.iter().map(|key| key.0).collect()),
                None => filter,
            };
            let mut sql = SqlText::default();
            let condition = filter.condition(&mut sql);
            let limit = sql.bind(i64::from(query.limit));
            sql.push(&format!(
                "SELECT p.key FROM purge p WHERE {condition} ORDER BY p.key DESC LIMIT {limit}"
            ));
            let rows = snapshot.rows(&sql)?;
            rows.iter().map(|row| Ok(PurgeKey(row.try_get(0)?))).collect()
        })
    }
}

fn window(
    snapshot: &mut ServerSnapshot<'_>,
    filter: &SqlFilter,
    query: &WindowQuery,
) -> Result<Window, StoreFailure> {
    let (sort, limit) = (query.sort, query.limit as usize);
    let anchor = anchor_now(snapshot, query)?;
    let before = |from, most| Some(Page { from, side: Side::Before, most });
    let after = |from| Some(Page { from, side: Side::After, most: limit });
    // The rows before the anchor with how many of them to take, and those from there on.
    let (before, after) = match &anchor {
        Anchor::Start => (None, after(None)),
        Anchor::End => (before(None, limit), None),
        Anchor::After(row) => (before(Some((row, true)), 0), after(Some((row, false)))),
        Anchor::Before(row) => {
            let rest = Page { from: Some((row, true)), side: Side::After, most: 0 };
            (before(Some((row, false)), limit), Some(rest))
        }
        Anchor::Around { row, before: lead } => {
            let lead = (*lead as usize).min(limit);
            (before(Some((row, false)), lead), after(Some((row, true))))
        }
    };
    let mut window = Window::default();
    if let Some(page) = before {
        (window.rows, window.more_before) = read_page(snapshot, filter, sort, &page)?;
        window.rows.reverse();
    }
    if let Some(page) = after {
        let most = page.most.saturating_sub(window.rows.len());
        let (rest, more) = read_page(snapshot, filter, sort, &Page { most, ..page })?;
        window.rows.extend(rest);
        window.more_after = more;
    }
    Ok(window)
}

/// Returns the anchor with the present place of the purge that should stay under the cursor.
fn anchor_now(
    snapshot: &mut ServerSnapshot<'_>,
    query: &WindowQuery,
) -> Result<Anchor, StoreFailure> {
    let (Anchor::Around { row, before }, false) = (&query.anchor, is_by_time(query.sort)) else {
        return Ok(query.anchor.clone());
    };
    let find = format!("{} WHERE p.key = $1", rows::select_listed());
    let found = snapshot.optional_row(&find, &[&row.key.0])?;
    let found = found.map(|found| rows::listed(&found, snapshot.dictionary)).transpose()?;
    let row = found.map_or_else(|| row.clone(), |found| query.sort.place(&found));
    Ok(Anchor::Around { row, before: *before })
}

fn is_by_time(sort: Sort) -> bool {
    sort == Sort::NEWEST || sort == Sort::OLDEST
}

/// Returns the rows of a page, and whether there are more. Their keys are found by the smallest
/// index that has what is asked for; only then they are read.
fn read_page(
    snapshot: &mut ServerSnapshot<'_>,
    filter: &SqlFilter,
    sort: Sort,
    page: &Page<'_>,
) -> Result<(Vec<PurgeRow>, bool), StoreFailure> {
    let mut sql = SqlText::default();
    let order = SqlOrder::of(sort);
    let mut condition = filter.condition(&mut sql);
    if let Some((place, includes_place)) = page.from {
        let beyond = order.condition(place, page.side, includes_place, &mut sql);
        condition = format!("{condition} AND {beyond}");
    }
    let most = sql.bind(page.most as i64 + 1);
    sql.push(&format!(
        "WITH page AS MATERIALIZED (SELECT p.key FROM purge p {} WHERE {condition}
             ORDER BY {} LIMIT {most})
         {} WHERE p.key = ANY(ARRAY(SELECT key FROM page))",
        order.join,
        order.sql(page.side),
        rows::select_listed(),
    ));
    let dictionary = snapshot.dictionary;
    let found = snapshot.rows(&sql)?;
    let placed = found.iter().map(|row| {
        let row = rows::listed(row, dictionary)?;
        Ok((sort.place(&row), row))
    });
    let mut placed: Vec<_> = placed.collect::<Result<_, StoreFailure>>()?;
    placed.sort_by(|one, other| match page.side {
        Side::After => sort.compare(&one.0, &other.0),
        Side::Before => sort.compare(&other.0, &one.0),
    });
    let more = placed.len() > page.most;
    placed.truncate(page.most);
    Ok((placed.into_iter().map(|(_, row)| row).collect(), more))
}
