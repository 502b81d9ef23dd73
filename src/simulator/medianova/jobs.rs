//! Purges of a resource: requests and reports.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::state::{Medianova, is_all};
use super::{MedianovaCall, errors};
use crate::simulator::listing::target_rows;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::{PurgeOutcome, PurgeProgress, SimulatedPurge};

const MAX_PATHS: usize = 100;
const MAX_ROWS: usize = 100;

/// `POST …/job/{resource}/purge`.
pub(super) fn purge(
    state: &mut Medianova,
    call: &MedianovaCall<'_>,
) -> Result<HttpReply, HttpReply> {
    let site = state.find(call.uuid).ok_or_else(|| errors::not_found("Resource not found"))?;
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(&call.request.body) else {
        return Err(errors::payload("body", "The body must be a JSON object."));
    };
    let mismatch = match body.get("resource_uuid").and_then(Value::as_str) {
        None => Some("The field is required."),
        Some(given) if given != call.uuid => Some("It must match the resource in the path."),
        Some(_) => None,
    };
    if let Some(error) = mismatch {
        return Err(errors::payload("resource_uuid", error));
    }
    let paths_error = |error| errors::payload("file_path", error);
    let paths = body.get("file_path").and_then(Value::as_array);
    let paths = paths.ok_or_else(|| paths_error("The field is required and must be an array."))?;
    if paths.is_empty() || paths.len() > MAX_PATHS {
        return Err(paths_error("The field must have between 1 and 100 items."));
    }
    let absolute =
        |path: &Value| path.as_str().filter(|path| path.starts_with('/')).map(str::to_owned);
    let targets: Option<Vec<String>> = paths.iter().map(absolute).collect();
    let targets = targets.ok_or_else(|| paths_error("Every item must be an absolute path."))?;
    let permitted = state.resources.get(site).is_some_and(|resource| resource.full_purge);
    if !permitted && targets.iter().any(|target| is_all(target)) {
        return Err(errors::forbidden());
    }
    let body = json!({
        "status": true,
        "opID": state.add(site, targets, true, call.now),
        "message": "Purge request successfully created.",
    });
    Ok(HttpReply::json(200, &body).effective())
}

/// `GET …/job/{resource}/purge`.
pub(super) fn list(
    state: &mut Medianova,
    call: &MedianovaCall<'_>,
) -> Result<HttpReply, HttpReply> {
    let site = state.find(call.uuid).ok_or_else(|| errors::not_found("Resource not found"))?;
    let page = number(call.request, "page", usize::MAX)?;
    let limit = number(call.request, "limit", MAX_ROWS)?;
    let wanted = call.request.param("opID").filter(|id| !id.is_empty());
    let remembered = state.world.remembered(call.now).iter().filter(|purge| purge.site == site);
    let mut purges: Vec<&SimulatedPurge> = remembered
        .filter(|purge| wanted.as_ref().is_none_or(|wanted| *wanted == state.op_id(purge)))
        .collect();
    state.scenario.order.sort(&mut purges);
    let skip = (page - 1).saturating_mul(limit);
    let count = |purge: &SimulatedPurge| Some(purge.target_count().max(1));
    let (total, rows) = target_rows(purges, (skip, limit), count, |purge| {
        let targets = state.targets(purge).into_iter().enumerate();
        targets.map(|(index, target)| row(state, purge, index, &target, call)).collect()
    });
    Ok(HttpReply::json(
        200,
        &json!({
            "status": true,
            "data": {"page": page, "total": total, "limit": limit, "search": "", "requests": rows},
        }),
    ))
}

fn row(
    state: &Medianova,
    purge: &SimulatedPurge,
    index: usize,
    target: &str,
    call: &MedianovaCall<'_>,
) -> Value {
    let count = purge.target_count().max(1);
    let progress = purge.target_progress(index, count, call.now);
    // Now and then nothing was cached: that is a success with a message of its own.
    let nothing = !target.contains('*') && (purge.serial + index as u64).is_multiple_of(23);
    let (status, message) = match progress {
        PurgeProgress::InProgress => (2, "Waiting"),
        PurgeProgress::Ended(PurgeOutcome::Failed) => (3, "Failed"),
        PurgeProgress::Ended(_) if nothing => (0, "There is no file in cache."),
        PurgeProgress::Ended(_) => (1, "Success"),
    };
    let time = |at: i64| {
        let at = DateTime::from_timestamp_micros(at).unwrap_or_default();
        at.to_rfc3339_opts(SecondsFormat::Micros, true)
    };
    let started = if index == 0 { purge.at } else { purge.target_ends(index - 1, count) };
    let has_started = call.now.timestamp_micros() >= started;
    let has_ended = progress != PurgeProgress::InProgress;
    let url = if state.scenario.full_urls {
        format!("https://{}{target}", state.world.host(purge))
    } else {
        target.to_owned()
    };
    json!({
        "opID": state.op_id(purge),
        "url": url,
        "status": status,
        "message": message,
        "createdAt": time(purge.at),
        "startedAt": has_started.then(|| time(started)),
        "completedAt": has_ended.then(|| time(purge.target_ends(index, count))),
    })
}

fn number(request: &ReceivedRequest, name: &str, most: usize) -> Result<usize, HttpReply> {
    let text =
        request.param(name).ok_or_else(|| errors::payload(name, "The field is required."))?;
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| errors::payload(name, "The value is out of range."))
}
