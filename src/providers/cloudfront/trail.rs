//! CloudTrail's `LookupEvents`: who asked for what, and what was refused.
//!
//! Seen in the SDK: the call, the filter by one event name, 50 events a page, `NextToken`, two
//! calls a second, 90 days. Expected by the vendor's examples for other events: the JSON text of an
//! event, with `requestParameters` (the request in small first letters), `sourceIPAddress` and
//! `errorCode`; each is read as far as it is there. Purges of tenants are events of another name,
//! always asked for after the others: tenants may have gone since, or not be ours to list.

use std::time::Duration;

use chrono::{DateTime, Offset as _, TimeDelta, Utc};
use serde_json::{Value, json};

use super::call::ApiCall;
use super::purge::Asked;
use super::resources::tenant_id;
use crate::domain::activity::{Attempt, Author};
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::limits::ReadPace;
use crate::providers::http::HttpResponse;
use crate::providers::time::round_up;
use crate::providers::{ActivityRequest, ActivityRule, lenient, time};

/// Documented: 90 days. An event is there within some minutes; the vendor promises none.
pub(super) const RULE: ActivityRule =
    ActivityRule { reach: Duration::from_hours(90 * 24), settle: Duration::from_mins(15) };
/// The most events on a page (documented).
const PAGE: u32 = 50;
/// Two calls a second (documented).
pub(super) const PACE: ReadPace = ReadPace { at_once: 2, requests: 2, per: Duration::from_secs(1) };
/// The events' names: of distributions, and of tenants.
const EVENTS: [&str; 2] = ["CreateInvalidation", "CreateInvalidationForDistributionTenant"];

/// The place of a page: an event's name, and the token of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrailPage {
    event: usize,
    token: Option<String>,
}

impl TrailPage {
    /// Reads our mark of a page; the first page without one.
    pub(super) fn of(marker: Option<&str>) -> Self {
        let (event, token) = marker.and_then(|mark| mark.split_once('/')).unwrap_or_default();
        Self {
            event: event.parse().unwrap_or_default(),
            token: Some(token.to_owned()).filter(|token| !token.is_empty()),
        }
    }

    /// Returns our mark of the page after it, of the other event after the first one's last.
    pub(super) fn next(&self, token: Option<String>) -> Option<String> {
        let token = token.filter(|token| Some(token) != self.token.as_ref());
        match token {
            Some(token) => Some(format!("{}/{token}", self.event)),
            None => (self.event + 1 < EVENTS.len()).then(|| format!("{}/", self.event + 1)),
        }
    }
}

/// Returns the request for a page.
pub(super) fn call(request: &ActivityRequest, place: &TrailPage) -> ApiCall {
    let TrailPage { event, token } = place;
    let event = EVENTS.get(*event).copied().unwrap_or_default();
    let mut body = json!({
        "LookupAttributes": [{ "AttributeKey": "EventName", "AttributeValue": event }],
        "StartTime": request.from.timestamp(),
        "EndTime": round_up(request.until, TimeDelta::seconds(1)).timestamp(),
        "MaxResults": PAGE,
    });
    if let (Some(token), Some(body)) = (token, body.as_object_mut()) {
        body.insert("NextToken".to_owned(), json!(token));
    }
    ApiCall::lookup(body.to_string())
}

/// Reads the events of a page, and the token of the next one.
pub(super) fn events(
    body: &Value,
    response: &HttpResponse,
) -> Result<(Vec<Value>, Option<String>), Failure> {
    let events = body.get("Events").and_then(lenient::list);
    let events = events.ok_or_else(|| response.unexpected("the answer has no list of events"))?;
    Ok((events.to_vec(), lenient::field(body, "NextToken")))
}

/// Reads an event as an attempt at a purge; `None` for one without id, time or resource.
pub(super) fn attempt(event: &Value) -> Option<Attempt> {
    let told = lenient::field(event, "CloudTrailEvent")
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .unwrap_or_default();
    let asked = told.get("requestParameters").unwrap_or(&Value::Null);
    let batch = part(asked, "invalidationBatch").unwrap_or(asked);
    let paths = part(batch, "paths").and_then(|paths| part(paths, "items"));
    let asked_for = Asked::of(lenient::texts(paths));
    let resource = match part(asked, "distributionId").and_then(lenient::text) {
        Some(id) => ResourceId::from(id),
        None => tenant_id(&part(asked, "id").and_then(lenient::text)?),
    };
    let at = told.get("eventTime").or_else(|| event.get("EventTime")).and_then(instant)?;
    let (kind, targets) = match asked_for {
        Some(asked) => (Some(asked.kind), asked.targets),
        None => (None, Vec::new()),
    };
    Some(Attempt {
        id: lenient::field(event, "EventId").or_else(|| lenient::field(&told, "eventID"))?,
        at,
        resource,
        kind,
        targets,
        author: Author {
            user: lenient::field(event, "Username"),
            token: lenient::field(event, "AccessKeyId"),
        },
        address: lenient::field(&told, "sourceIPAddress"),
        status: status(lenient::field(&told, "errorCode").as_deref()),
    })
}

/// Returns a part of a request by its name with a small or a large first letter.
fn part<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let fields = value.as_object()?;
    let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

/// Reads seconds since 1970, as the call gives them, or a text.
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    match value.as_f64() {
        Some(seconds) => DateTime::from_timestamp_micros((seconds * 1e6) as i64),
        None => time::read(&lenient::text(value)?, Utc.fix()),
    }
}

/// Returns the status that the API's answer had, as far as the error's code tells.
fn status(error: Option<&str>) -> u16 {
    let Some(error) = error else { return 201 };
    match error.trim_end_matches("Exception") {
        "AccessDenied" => 403,
        "NoSuchDistribution" | "EntityNotFound" => 404,
        "BatchTooLarge" => 413,
        "Throttling" | "TooManyInvalidationsInProgress" => 429,
        "InternalFailure" | "InternalError" | "ServiceUnavailable" => 503,
        _ => 400,
    }
}
