//! `DescribePurgeTasks`: a zone's rows, one per target, paged by row.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::errors;
use super::state::{EdgeOne, TaskOptions};
use super::tasks::{self, TaskType};
use super::zones::ListFilter;
use crate::simulator::listing::{TimeFilter, target_rows};
use crate::simulator::tc3::{self, ActionParams, ActionResult};
use crate::simulator::world::SimulatedPurge;

/// The default and the largest number of rows of a page.
const ROWS: i64 = 20;
const MAX_ROWS: i64 = 1000;
/// The filters, and those that take one value only.
const FILTERS: [&str; 5] = ["job-id", "target", "domains", "statuses", "type"];
const SINGLE: [&str; 3] = ["job-id", "target", "type"];

/// Lists the rows of the tasks.
pub(super) fn describe_tasks(
    state: &EdgeOne,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let zone = state.named_zone(params)?;
    let (offset, limit) = tc3::page(params, ROWS, MAX_ROWS, errors::wrong_value)?;
    let filters = ListFilter::all(params, &FILTERS)?;
    for filter in &filters {
        if SINGLE.contains(&filter.name.as_str()) && filter.values.len() > 1 {
            return Err(errors::wrong_value("Filters.Values"));
        }
        if filter.fuzzy && filter.name != "target" {
            return Err(errors::wrong_value("Filters.Fuzzy"));
        }
    }
    let time = |name: &'static str| match params.text(name) {
        None => Ok(None),
        Some(text) => DateTime::parse_from_rfc3339(text)
            .map(|at| Some(at.with_timezone(&Utc)))
            .map_err(|_| errors::wrong_value(name)),
    };
    let times = TimeFilter { from: time("StartTime")?, until: time("EndTime")? };
    let longest = state.scenario.longest_range_days;
    match (times.from, times.until) {
        (Some(from), Some(until)) if until - from > TimeDelta::days(i64::from(longest)) => {
            return Err(errors::range_too_long(longest));
        }
        (Some(_), Some(_)) => {}
        _ if filters.iter().any(|filter| filter.name == "job-id") => {}
        (None, _) => return Err(errors::missing("StartTime")),
        (_, None) => return Err(errors::missing("EndTime")),
    }
    let (of_purge, of_row): (Vec<ListFilter>, Vec<ListFilter>) =
        filters.into_iter().partition(|it| ["job-id", "type"].contains(&it.name.as_str()));
    let mut purges: Vec<&SimulatedPurge> = state.world.remembered(now).iter().collect();
    purges.retain(|purge| {
        let TaskOptions { kind, zone: of, .. } = state.options(purge);
        of.is_none_or(|of| of == zone)
            && times.contains(tasks::second(purge))
            && of_purge.iter().all(|filter| match filter.name.as_str() {
                "job-id" => filter.has(&tasks::job_id(purge)),
                _ => filter.has(kind.word()),
            })
    });
    state.scenario.order.sort(&mut purges);
    let count = |purge: &SimulatedPurge| state.row_count(purge).filter(|_| of_row.is_empty());
    let (total, rows) =
        target_rows(purges, (offset, limit), count, |purge| rows(state, zone, purge, &of_row, now));
    let mut body = Map::new();
    body.insert("TotalCount".to_owned(), json!(total));
    body.insert("Tasks".to_owned(), Value::Array(rows));
    Ok((body, false))
}

/// Returns the rows of a purge in a zone that the filters leave.
fn rows(
    state: &EdgeOne,
    zone: usize,
    purge: &SimulatedPurge,
    filters: &[ListFilter],
    now: DateTime<Utc>,
) -> Vec<Value> {
    let TaskOptions { kind, delete, .. } = state.options(purge);
    let targets = state.targets(purge);
    let count = targets.len();
    let mut rows = Vec::new();
    for (index, target) in targets.into_iter().enumerate() {
        let (word, fail_type, fail_text) =
            tasks::status(purge, purge.target_progress(index, count, now));
        let host = tasks::host(kind, &target);
        let fits = filters.iter().all(|filter| match filter.name.as_str() {
            "target" => filter.has(&target),
            "domains" => host.as_deref().is_some_and(|host| filter.has(host)),
            _ => filter.has(word),
        });
        // A purge of targets of any zone has rows in each.
        if !fits || (kind != TaskType::All && !state.is_in(kind, &target, zone)) {
            continue;
        }
        let ends = DateTime::from_timestamp_micros(purge.target_ends(index, count));
        let ended = ends.filter(|_| word != "processing").unwrap_or_else(|| purge.created());
        rows.push(json!({
            "JobId": tasks::job_id(purge),
            "Target": target,
            "Type": kind.word(),
            "Method": if delete { "delete" } else { "invalidate" },
            "Status": word,
            "CreateTime": tasks::write_time(purge.created()),
            "UpdateTime": tasks::write_time(ended),
            "FailType": fail_type,
            "FailMessage": fail_text,
        }));
    }
    rows
}
