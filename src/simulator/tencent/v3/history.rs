//! `DescribePurgeTasks`: a row per URL, paged by row.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::super::errors;
use super::super::params::Params;
use super::super::state::State;
use super::super::tasks;
use super::{Answered, page};
use crate::simulator::world::ledger::Purge;

/// How many rows a page has, if nobody says, and at most. The maximum is not documented; the successor's is this.
const ROWS: i64 = 20;
const MOST_ROWS: i64 = 1000;

/// The rows that a request asks for.
pub(super) fn describe_tasks(state: &State, params: &Params, now: DateTime<Utc>) -> Answered {
    let time = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(text) => tasks::read(text).map(Some).ok_or_else(|| errors::wrong_value(name)),
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
    let (offset, limit) = page(params, ROWS, MOST_ROWS)?;
    let purge_type = word("PurgeType", &["url", "path"])?;
    let status = word("Status", &["fail", "done", "process"])?;
    let area = word("Area", &["mainland", "overseas", "global"])?;
    let keyword = params.text("Keyword");
    // The times have whole seconds: a row of the last second is within.
    let within = |purge: &Purge| {
        let second = purge.at.div_euclid(1_000_000);
        start.is_none_or(|start| second >= start.timestamp())
            && end.is_none_or(|end| second <= end.timestamp())
    };
    let fits = |purge: &&Purge| {
        within(purge)
            && purge_type.is_none_or(|wanted| wanted == tasks::purge_type(purge.kind))
            && area.is_none_or(|wanted| wanted == state.area_of(purge).word())
            && task.is_none_or(|wanted| wanted == tasks::task_id(purge))
    };
    let wanted = Rows { status, keyword };
    let (mut total, mut rows) = (0, Vec::new());
    for purge in state.ledger.remembered(now).iter().rev().filter(fits) {
        let before = total;
        if wanted.is_all() && (before + purge.count() <= offset || rows.len() == limit) {
            // Rows that are only counted need not be drawn.
            total += purge.count();
            continue;
        }
        for row in wanted.of(state, purge, now) {
            if total >= offset && rows.len() < limit {
                rows.push(row);
            }
            total += 1;
        }
    }
    let mut body = Map::new();
    body.insert("PurgeLogs".to_owned(), Value::Array(rows));
    body.insert("TotalCount".to_owned(), json!(total));
    Ok((body, false))
}

/// Which rows of a task are wanted.
struct Rows<'a> {
    status: Option<&'a str>,
    keyword: Option<&'a str>,
}

impl Rows<'_> {
    fn is_all(&self) -> bool {
        self.status.is_none() && self.keyword.is_none()
    }

    fn of(&self, state: &State, purge: &Purge, now: DateTime<Utc>) -> Vec<Value> {
        let targets = tasks::targets(state, purge);
        let count = targets.len();
        let mut rows = Vec::new();
        for (index, url) in targets.into_iter().enumerate() {
            let word = tasks::word(purge.part(index, count, now));
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
                    "PurgeType": tasks::purge_type(purge.kind),
                    "FlushType": state.flush_type(purge),
                    "CreateTime": tasks::written(purge.created()),
                }));
            }
        }
        rows
    }
}
