//! CloudTrail's `LookupEvents`: every purge with its author, and those that were refused.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::errors::{self, ApiError};
use super::state::{CloudFront, RefusedEvent};
use super::xml::Leaves;
use crate::simulator::random;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::{SimulatedPurge, USERS};

/// The most events on a page, and calls a second.
const PAGE: usize = 50;
const RATE: usize = 2;
/// The most refused purges that are remembered.
const MAX_REFUSED: usize = 5_000;
/// The page's token is the number of the events before it.
const TOKEN: &str = "after-";

/// Notes a refused purge of an id.
pub(super) fn note(
    state: &mut CloudFront,
    request: &ReceivedRequest,
    (place, is_tenant): (&str, bool),
    error: &ApiError,
    now: DateTime<Utc>,
) {
    let leaves = Leaves::of(&request.text()).unwrap_or_default();
    if state.refused.len() >= MAX_REFUSED {
        state.refused.remove(0);
    }
    state.refused.push(RefusedEvent {
        at: now,
        place: place.to_owned(),
        is_tenant,
        paths: leaves.all("Path"),
        reference: leaves.first("CallerReference"),
        error: error.clone(),
        address: request.peer.clone(),
        serial: state.requests,
    });
}

/// Answers a call.
pub(super) fn lookup(
    state: &mut CloudFront,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, ApiError> {
    if state.rate_limits {
        let counted = state.lookups.count(RATE, TimeDelta::seconds(1), now);
        counted.map_err(|_| errors::throttled())?;
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let attribute = &body["LookupAttributes"][0];
    let wanted = attribute["AttributeValue"].as_str().unwrap_or_default();
    if !body["LookupAttributes"].is_null() && attribute["AttributeKey"] != "EventName" {
        return Err(errors::invalid("The lookup attribute is not simulated."));
    }
    let time = |name: &str| {
        let seconds = body[name].as_f64()?;
        DateTime::from_timestamp_millis((seconds * 1e3) as i64)
    };
    let from = time("StartTime").unwrap_or(DateTime::UNIX_EPOCH);
    let until = time("EndTime").unwrap_or(now);
    let most = body["MaxResults"].as_u64().unwrap_or(PAGE as u64);
    if !(1..=PAGE as u64).contains(&most) {
        return Err(errors::invalid("MaxResults is out of range."));
    }
    let skipped = match body["NextToken"].as_str() {
        None => 0,
        Some(token) => token
            .strip_prefix(TOKEN)
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| errors::invalid("The token is invalid."))?,
    };
    let mut events: Vec<(DateTime<Utc>, u64, Value)> = accepted(state, now)
        .chain(state.refused.iter().map(|refused| refusal(state, refused)))
        .filter(|(at, _, event)| {
            (wanted.is_empty() || event["EventName"] == wanted) && *at >= from && *at <= until
        })
        .collect();
    events.sort_by_key(|(at, serial, _)| std::cmp::Reverse((*at, *serial)));
    let end = skipped + most as usize;
    let next = (end < events.len()).then(|| format!("{TOKEN}{end}"));
    let page: Vec<Value> =
        events.into_iter().skip(skipped).take(most as usize).map(|(.., event)| event).collect();
    let mut answer = json!({"Events": page});
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(HttpReply { body: answer.to_string().into(), ..HttpReply::empty(200) }
        .with("content-type", "application/x-amz-json-1.1"))
}

fn accepted(
    state: &CloudFront,
    now: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, u64, Value)> {
    state.world.remembered(now).iter().filter_map(move |purge| {
        let place = state.places.get(purge.site)?;
        let own = purge.by_api && !purge.is_generated();
        let told = Told {
            at: purge.created(),
            place: &place.id,
            is_tenant: place.is_tenant,
            paths: state.paths(purge),
            reference: state.reference(purge),
            author: purge.author,
            address: if own { "127.0.0.1" } else { "203.0.113.40" },
            number: purge.serial,
            error: None,
        };
        Some((purge.created(), purge.serial, told.event(state, Some(purge))))
    })
}

fn refusal(state: &CloudFront, refused: &RefusedEvent) -> (DateTime<Utc>, u64, Value) {
    let told = Told {
        at: refused.at,
        place: &refused.place,
        is_tenant: refused.is_tenant,
        paths: refused.paths.clone(),
        reference: refused.reference.clone(),
        author: 0,
        address: &refused.address,
        number: u64::MAX - refused.serial,
        error: Some(&refused.error),
    };
    (refused.at, refused.serial, told.event(state, None))
}

/// A purge as an event tells it.
struct Told<'a> {
    at: DateTime<Utc>,
    place: &'a str,
    is_tenant: bool,
    paths: Vec<String>,
    reference: String,
    author: usize,
    address: &'a str,
    number: u64,
    error: Option<&'a ApiError>,
}

impl Told<'_> {
    fn event(self, state: &CloudFront, purge: Option<&SimulatedPurge>) -> Value {
        let user = USERS.get(self.author).map_or("", |user| user.login);
        let own = state.keys.first().map_or("", |key| key.id.as_str());
        let key =
            if self.author == 0 { own.to_owned() } else { format!("AKIAUSER{:08}", self.author) };
        let id = random::uuid(&mut random::stream(self.number, "event"));
        let name = if self.is_tenant {
            "CreateInvalidationForDistributionTenant"
        } else {
            "CreateInvalidation"
        };
        let place = if self.is_tenant { "id" } else { "distributionId" };
        let mut told = json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "IAMUser", "userName": user, "accessKeyId": key},
            "eventTime": self.at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "eventSource": "cloudfront.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": self.address,
            "userAgent": "aws-cli/2.31.0",
            "requestParameters": {
                place: self.place,
                "invalidationBatch": {
                    "callerReference": self.reference,
                    "paths": {"quantity": self.paths.len(), "items": self.paths},
                },
            },
            "responseElements": purge.map(|purge| json!({
                "invalidation": {"id": state.id(purge), "status": "InProgress"},
            })),
            "eventID": id,
            "readOnly": false,
            "recipientAccountId": state.account_number.to_string(),
        });
        if let Some(error) = self.error {
            told["errorCode"] = json!(error.code);
            told["errorMessage"] = json!(error.message);
        }
        json!({
            "EventId": id,
            "EventName": name,
            "ReadOnly": "false",
            "AccessKeyId": key,
            "EventTime": self.at.timestamp(),
            "EventSource": "cloudfront.amazonaws.com",
            "Username": user,
            "Resources": [],
            "CloudTrailEvent": told.to_string(),
        })
    }
}
