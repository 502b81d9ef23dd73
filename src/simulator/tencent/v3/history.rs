//! `DescribePurgeTasks`: a row per URL, paged by row.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::super::errors;
use super::super::state::Tencent;
use super::super::tasks;
use super::page;
use crate::simulator::listing::{TimeFilter, target_rows};
use crate::simulator::tc3::{ActionParams, ActionResult};
use crate::simulator::world::SimulatedPurge;

/// The default and the largest number of rows of a page. The maximum is not documented; it is that
/// of the successor.
const ROWS: i64 = 20;
const MAX_ROWS: i64 = 1000;

/// Lists the rows of the tasks.
pub(super) fn describe_tasks(
    state: &Tencent,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let time = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(text) => tasks::read_time(text).map(Some).ok_or_else(|| errors::wrong_value(name)),
    };
    let word = |name: &'static str, known: &[&str]| match params.text(name) {
        Some(word) if !known.contains(&word) => Err(errors::wrong_value(name)),
        word => Ok(word),
    };
    let (start, end) = (time("StartTime")?, time("EndTime")?);
    let task = params.text("TaskId");
    if task.is_none() && start.is_none() {
        return Err(errors::missing("StartTime"));
    }
    let (offset, limit) = page(params, ROWS, MAX_ROWS)?;
    let purge_type = word("PurgeType", &["url", "path"])?;
    let status = word("Status", &["fail", "done", "process"])?;
    let area = word("Area", &["mainland", "overseas", "global"])?;
    let keyword = params.text("Keyword");
    let times = TimeFilter { from: start, until: end };
    let fits = |purge: &&SimulatedPurge| {
        times.contains(tasks::second(purge))
            && purge_type.is_none_or(|wanted| wanted == tasks::purge_type(purge.scope))
            && area.is_none_or(|wanted| wanted == state.area_of(purge).word())
            && task.is_none_or(|wanted| wanted == tasks::task_id(purge))
    };
    let filter = RowFilter { status, keyword };
    let purges = state.world.remembered(now).iter().rev().filter(fits);
    let count = |purge: &SimulatedPurge| filter.is_empty().then(|| purge.target_count());
    let (total, rows) =
        target_rows(purges, (offset, limit), count, |purge| filter.rows(state, purge, now));
    let mut body = Map::new();
    body.insert("PurgeLogs".to_owned(), Value::Array(rows));
    body.insert("TotalCount".to_owned(), json!(total));
    Ok((body, false))
}

/// The filter of the rows within a task.
struct RowFilter<'a> {
    status: Option<&'a str>,
    keyword: Option<&'a str>,
}

impl RowFilter<'_> {
    fn is_empty(&self) -> bool {
        self.status.is_none() && self.keyword.is_none()
    }

    fn rows(&self, state: &Tencent, purge: &SimulatedPurge, now: DateTime<Utc>) -> Vec<Value> {
        let targets = state.targets(purge);
        let count = targets.len();
        let mut rows = Vec::new();
        for (index, url) in targets.into_iter().enumerate() {
            let word = tasks::status(purge.target_progress(index, count, now)).0;
            let named = self.keyword.is_none_or(|keyword| {
                if keyword.contains("://") {
                    url == keyword
                } else {
                    tasks::host(&url).as_deref() == Some(keyword)
                }
            });
            if named && self.status.is_none_or(|status| status == word) {
                rows.push(json!({
                    "TaskId": tasks::task_id(purge),
                    "Url": url,
                    "Status": word,
                    "PurgeType": tasks::purge_type(purge.scope),
                    "FlushType": state.flush_type(purge),
                    "CreateTime": tasks::write_time(purge.created()),
                }));
            }
        }
        rows
    }
}
