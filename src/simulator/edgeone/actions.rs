//! The actions: their parameters, and their calls.

use chrono::{DateTime, Utc};

use super::state::EdgeOne;
use super::{errors, history, purge, quota, zones};
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::tc3::ParamType::{self, Flag, Number, Object, Objects, Text, Texts};
use crate::simulator::tc3::{self, ActionCall, ActionParams, ActionResult};

const SERVICE: &str = "teo";
const VERSION: &str = "2022-09-01";

/// An action's name, its parameters, and its work.
type Action = (
    &'static str,
    &'static [(&'static str, ParamType)],
    fn(&mut EdgeOne, &ActionParams, DateTime<Utc>) -> ActionResult,
);

#[rustfmt::skip]
const ACTIONS: [Action; 5] = [
    ("CreatePurgeTask",
        &[("ZoneId", Text), ("Type", Text), ("Method", Text), ("Targets", Texts),
            ("EncodeUrl", Flag), ("CacheTag", Object)],
        |state, params, now| purge::create(state, params, now)),
    ("DescribePurgeTasks",
        &[("ZoneId", Text), ("StartTime", Text), ("EndTime", Text), ("Offset", Number),
            ("Limit", Number), ("Filters", Objects)],
        |state, params, now| history::describe_tasks(state, params, now)),
    ("DescribeContentQuota", &[("ZoneId", Text)],
        |state, params, now| quota::describe(state, params, now)),
    ("DescribeZones",
        &[("Offset", Number), ("Limit", Number), ("Filters", Objects), ("Order", Text),
            ("Direction", Text)],
        |state, params, _| zones::describe(state, params)),
    ("DescribeAccelerationDomains",
        &[("ZoneId", Text), ("Offset", Number), ("Limit", Number), ("Filters", Objects),
            ("Order", Text), ("Direction", Text), ("Match", Text)],
        |state, params, _| zones::describe_domains(state, params)),
];

/// Answers a request at `/`.
pub(super) fn answer(
    state: &mut EdgeOne,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> HttpReply {
    let number = state.request_number();
    if request.method != "POST" && request.method != "GET" {
        return HttpReply::html(405, "Method Not Allowed");
    }
    let called = ActionCall::of(request, &state.keys, SERVICE, now);
    tc3::reply(called.and_then(|call| act(state, call, now)), tc3::language(request), number)
}

fn act(state: &mut EdgeOne, call: ActionCall, now: DateTime<Utc>) -> ActionResult {
    if call.version != VERSION {
        return Err(errors::no_such_version(&call.version, SERVICE));
    }
    let known = ACTIONS.iter().find(|(name, ..)| *name == call.action);
    let (_, params, run) = known.ok_or_else(|| errors::invalid_action(&call.action, SERVICE))?;
    if !state.may_call(&call.action, now) {
        return Err(errors::too_frequent());
    }
    run(state, &ActionParams::of(call.given, params, call.form)?, now)
}
