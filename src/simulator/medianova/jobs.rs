//! Purges of a resource: asked for and told of.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::errors;
use super::state::{State, is_all};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::{MedianovaScenario, Order};
use crate::simulator::world::ledger::Purge;
use crate::simulator::world::{Outcome, State as Standing};

const MOST_PATHS: usize = 100;
const MOST_ROWS: usize = 100;

/// `POST …/job/{resource}/purge`.
pub(super) fn purge(
    state: &mut State,
    uuid: &str,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let site = state.find(uuid).ok_or_else(|| errors::not_found("Resource not found"))?;
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(&request.body) else {
        return Err(errors::payload("body", "The body must be a JSON object."));
    };
    match body.get("resource_uuid").and_then(Value::as_str) {
        None => return Err(errors::payload("resource_uuid", "The field is required.")),
        Some(given) if given != uuid => {
            return Err(errors::payload(
                "resource_uuid",
                "It must match the resource in the path.",
            ));
        }
        Some(_) => {}
    }
    let Some(paths) = body.get("file_path").and_then(Value::as_array) else {
        return Err(errors::payload("file_path", "The field is required and must be an array."));
    };
    if paths.is_empty() || paths.len() > MOST_PATHS {
        return Err(errors::payload("file_path", "The field must have between 1 and 100 items."));
    }
    let mut targets = Vec::with_capacity(paths.len());
    for path in paths {
        match path.as_str() {
            Some(path) if path.starts_with('/') => targets.push(path.to_owned()),
            Some(_) | None => {
                return Err(errors::payload("file_path", "Every item must be an absolute path."));
            }
        }
    }
    let permitted = state.resources.get(site).is_some_and(|resource| resource.full_purge);
    if !permitted && targets.iter().any(|target| is_all(target)) {
        return Err(errors::forbidden());
    }
    let purge = state.accept(site, targets, true, now);
    let body = json!({
        "status": true,
        "opID": state.op_id(&purge),
        "message": "Purge request successfully created.",
    });
    Ok(Reply::json(200, &body).effective())
}

/// `GET …/job/{resource}/purge`.
pub(super) fn list(
    state: &State,
    uuid: &str,
    request: &Request,
    scenario: &MedianovaScenario,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let site = state.find(uuid).ok_or_else(|| errors::not_found("Resource not found"))?;
    let page = number(request, "page", usize::MAX)?;
    let limit = number(request, "limit", MOST_ROWS)?;
    let wanted = request.param("opID").filter(|id| !id.is_empty());
    let mut purges: Vec<&Purge> = state
        .ledger
        .remembered(now)
        .iter()
        .filter(|purge| purge.site == site)
        .filter(|purge| wanted.as_ref().is_none_or(|wanted| *wanted == state.op_id(purge)))
        .collect();
    match scenario.order {
        Order::Newest => purges.reverse(),
        Order::Oldest => {}
        Order::Shuffled => {
            purges.sort_by_key(|purge| purge.serial.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    }
    let skip = (page - 1).saturating_mul(limit);
    let (mut total, mut rows) = (0, Vec::new());
    for purge in purges {
        let count = purge.count().max(1);
        // Rows that are only counted need not be drawn.
        if total + count > skip && rows.len() < limit {
            for (index, target) in state.targets(purge).into_iter().enumerate() {
                if total + index >= skip && rows.len() < limit {
                    rows.push(row(state, purge, index, count, &target, scenario, now));
                }
            }
        }
        total += count;
    }
    Ok(Reply::json(
        200,
        &json!({
            "status": true,
            "data": {"page": page, "total": total, "limit": limit, "search": "", "requests": rows},
        }),
    ))
}

fn row(
    state: &State,
    purge: &Purge,
    index: usize,
    count: usize,
    target: &str,
    scenario: &MedianovaScenario,
    now: DateTime<Utc>,
) -> Value {
    let site = state.sites.get(purge.site);
    let standing = purge.part(index, count, now);
    // Now and then nothing was cached: that is a success with a message of its own.
    let nothing = !target.contains('*') && (purge.serial + index as u64).is_multiple_of(23);
    let (status, message) = match standing {
        Standing::InProgress => (2, "Waiting"),
        Standing::Ended(Outcome::Successful | Outcome::ReportDisabled) if nothing => {
            (0, "There is no file in cache.")
        }
        Standing::Ended(Outcome::Successful | Outcome::ReportDisabled) => (1, "Success"),
        Standing::Ended(Outcome::Failed) => (3, "Failed"),
    };
    let time = |at: i64| {
        DateTime::from_timestamp_micros(at)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Micros, true)
    };
    let started = if index == 0 { purge.at } else { purge.part_ends(index - 1, count) };
    let started = (now.timestamp_micros() >= started).then(|| time(started));
    let completed = (standing != Standing::InProgress).then(|| time(purge.part_ends(index, count)));
    let host = site.map(|site| site.host.as_str()).unwrap_or_default();
    json!({
        "opID": state.op_id(purge),
        "url": if scenario.full_urls { format!("https://{host}{target}") } else { target.to_owned() },
        "status": status,
        "message": message,
        "createdAt": time(purge.at),
        "startedAt": started,
        "completedAt": completed,
    })
}

fn number(request: &Request, name: &str, most: usize) -> Result<usize, Reply> {
    let Some(text) = request.param(name) else {
        return Err(errors::payload(name, "The field is required."));
    };
    match text.parse::<usize>() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err(errors::payload(name, "The value is out of range.")),
    }
}
