//! `DescribeRefreshTasks` and `DescribeRefreshTaskById`: a row for each object of the last days.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::errors::{self, ApiError};
use super::state::Alibaba;
use super::tasks::{self, ObjectType};
use super::{ActionParams, ActionResult};
use crate::simulator::listing::{TimeFilter, target_rows};
use crate::simulator::world::{PurgeProgress, SimulatedPurge};

/// The default and the largest number of rows of a page.
const ROWS: usize = 20;
const MAX_ROWS: usize = 100;
const MAX_PAGE: usize = 100_000;
/// The most tasks that are asked for by their ids.
const MAX_IDS: usize = 10;

/// Lists the rows of a range of time.
pub(super) fn describe_tasks(
    state: &mut Alibaba,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let time = |name: &'static str| match params.text(name) {
        None => Ok(None),
        Some(text) => tasks::read_time(text).map(Some).ok_or_else(|| errors::invalid(name)),
    };
    let times = TimeFilter { from: time("StartTime")?, until: time("EndTime")? };
    if times.from.zip(times.until).is_some_and(|(from, until)| until <= from) {
        return Err(errors::invalid("EndTime"));
    }
    let page = params.number("PageNumber", 1, MAX_PAGE)?;
    let size = params.number("PageSize", ROWS, MAX_ROWS)?;
    let filter = RowFilter::of(params)?;
    let told = told(state, now);
    let mut purges: Vec<&SimulatedPurge> = state.remembered(now).iter().collect();
    purges.retain(|purge| times.contains(tasks::second(purge)) && filter.fits(state, purge));
    state.scenario.order.sort(&mut purges);
    let count = |purge: &SimulatedPurge| filter.is_whole().then(|| purge.target_count());
    let (total, rows) = target_rows(purges, ((page - 1) * size, size), count, |purge| {
        rows(state, purge, told, |row| filter.has(row))
    });
    let mut body = Map::new();
    body.insert("Tasks".to_owned(), json!({ "CDNTask": rows }));
    body.insert("TotalCount".to_owned(), json!(total));
    body.insert("PageNumber".to_owned(), json!(page));
    body.insert("PageSize".to_owned(), json!(size));
    Ok((body, false))
}

/// Lists the rows of up to ten tasks.
pub(super) fn describe_by_id(
    state: &mut Alibaba,
    params: &ActionParams,
    now: DateTime<Utc>,
) -> ActionResult {
    let ids: Vec<&str> = params.needed("TaskId")?.split(',').map(str::trim).collect();
    if ids.len() > MAX_IDS || ids.iter().any(|id| tasks::serial(id).is_none()) {
        return Err(errors::invalid("TaskId"));
    }
    let told = told(state, now);
    let mut listed: Vec<Value> = Vec::new();
    for id in ids {
        let tasks = of_task(state, id, now).into_iter();
        listed.extend(tasks.flat_map(|purge| rows(state, purge, told, |row| row["TaskId"] == id)));
    }
    // This list alone tells what nobody has begun with.
    for row in &mut listed {
        if row["Process"] == "0%" {
            row["Status"] = json!("Pending");
        }
    }
    let mut body = Map::new();
    body.insert("TotalCount".to_owned(), json!(listed.len()));
    body.insert("Tasks".to_owned(), Value::Array(listed));
    Ok((body, false))
}

/// Returns the time of which the statuses tell, and notes that they were asked for.
fn told(state: &mut Alibaba, now: DateTime<Utc>) -> DateTime<Utc> {
    let before = state.asked.replace(now);
    if state.scenario.late_status { before.unwrap_or(now) } else { now }
}

/// Returns the purges that may have a part in a task: those of the second of its first one.
fn of_task<'s>(state: &'s Alibaba, id: &str, now: DateTime<Utc>) -> Vec<&'s SimulatedPurge> {
    let remembered = state.remembered(now);
    let at = tasks::serial(id).map(|serial| remembered.partition_point(|it| it.serial < serial));
    let from = at.and_then(|at| remembered.get(at..)).unwrap_or_default();
    let Some(first) = from.first().map(tasks::second) else { return Vec::new() };
    from.iter().take_while(|purge| tasks::second(purge) == first).collect()
}

/// The filters beside that by time.
struct RowFilter<'p> {
    object_type: Option<&'p str>,
    domain: Option<&'p str>,
    status: Option<&'p str>,
    path: Option<&'p str>,
    task: Option<&'p str>,
}

impl<'p> RowFilter<'p> {
    fn of(params: &'p ActionParams) -> Result<Self, ApiError> {
        let filter = Self {
            object_type: params.text("ObjectType"),
            domain: params.text("DomainName"),
            status: params.text("Status"),
            path: params.text("ObjectPath"),
            task: params.text("TaskId"),
        };
        if filter.object_type.is_none() && (filter.domain.is_some() || filter.status.is_some()) {
            return Err(errors::filter_needs_type());
        }
        let known = ["Complete", "Refreshing", "Failed"];
        if filter.status.is_some_and(|status| !known.contains(&status)) {
            return Err(errors::invalid("Status"));
        }
        Ok(filter)
    }

    /// Returns true for a purge of which rows may fit.
    fn fits(&self, state: &Alibaba, purge: &SimulatedPurge) -> bool {
        let word = state.options_of(purge).object_type.word();
        self.object_type.is_none_or(|wanted| wanted.eq_ignore_ascii_case(word))
            && self.domain.is_none_or(|wanted| wanted == state.world.host(purge))
            && self.task.is_none_or(|id| state.task_ids(purge).iter().any(|own| own == id))
    }

    /// Returns true if all rows of a purge fit that fits itself.
    fn is_whole(&self) -> bool {
        self.status.is_none() && self.path.is_none() && self.task.is_none()
    }

    fn has(&self, row: &Value) -> bool {
        self.status.is_none_or(|status| row["Status"] == status)
            && self.path.is_none_or(|path| row["ObjectPath"] == path)
            && self.task.is_none_or(|task| row["TaskId"] == task)
    }
}

fn rows(
    state: &Alibaba,
    purge: &SimulatedPurge,
    told: DateTime<Utc>,
    has: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    let object_type = state.options_of(purge).object_type;
    let objects = state.objects(purge);
    let count = objects.len();
    let shown = objects.into_iter().enumerate().map(|(index, object)| {
        let progress = purge.target_progress(index, count, told);
        let status = tasks::status(progress);
        json!({
            "TaskId": state.task_id(purge, index),
            "ObjectPath": object,
            "ObjectType": object_type.word(),
            "Status": status,
            "Process": process(progress, purge, index, count, told),
            "CreationTime": tasks::write_time(purge.created()),
            "Description": if status == "Failed" { reason(object_type) } else { "" },
        })
    });
    shown.filter(has).collect()
}

/// Returns how far an object is, in hundredths.
fn process(
    progress: PurgeProgress,
    purge: &SimulatedPurge,
    index: usize,
    count: usize,
    told: DateTime<Utc>,
) -> String {
    if progress != PurgeProgress::InProgress {
        return "100%".to_owned();
    }
    let takes = (purge.target_ends(index, count) - purge.at).max(1);
    let passed = (told.timestamp_micros() - purge.at).clamp(0, takes);
    format!("{}%", passed * 100 / takes)
}

fn reason(object_type: ObjectType) -> &'static str {
    match object_type {
        ObjectType::File | ObjectType::ExQuery | ObjectType::Preload => "Origin Timeout",
        ObjectType::Directory | ObjectType::Regex | ObjectType::CacheTag => "Internal Error",
    }
}
