//! Alibaba Cloud CDN as its public documents and its SDK describe it: one path, the action in a
//! header, parameters in the query and in a form.
//!
//! Sources of each behaviour:
//!
//! - the signature (ACS3-HMAC-SHA256 over the headers that the request names): the SDK;
//! - actions, parameters, rows, their three days, the rates of calls, the rule that a filter by
//!   domain or status needs an object type: documented;
//! - error codes: the common table of the gateway and the tables of the actions; those of domains
//!   and of a filter without its object type: inferred;
//! - one task for the URLs of a domain and second, up to 2,000, several ids joined by commas:
//!   documented; a task for each directory, expression and tag: inferred;
//! - the types `exquery` and `cachetag` in the history, and a tag's object: inferred;
//! - a quota day that starts at midnight UTC+8, quotas that the past raised: inferred;
//! - a status that tells of the question before (scenario `late_status`): documented;
//! - the cache tags of an object are the directories of its path: ours, the origin sets none.

mod acs3;
mod domains;
mod edge;
mod errors;
mod generate;
mod handle;
mod history;
mod purge;
mod quota;
mod scenario;
mod state;
mod tasks;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

pub use self::handle::{AlibabaCredentials, AlibabaDomain, AlibabaPurge};
pub use self::scenario::{AlibabaLimits, AlibabaScenario};
pub use self::state::Alibaba;

use self::errors::ApiError;
use self::scenario::Rate;
use super::form;
use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::vendor::{CacheLookup, CachedPath, ConfiguredAccount, VendorApi};
use super::world::{PurgeScope, SimulatedAccount};

const VERSION: &str = "2018-05-10";

/// The parameters of a request, by name.
struct ActionParams(Vec<(String, String)>);

/// The fields of an answer, and true when a purge was started.
type ActionResult = Result<(Map<String, Value>, bool), ApiError>;

/// An action's name, its rate, and its work.
type Action = (&'static str, Rate, fn(&mut Alibaba, &ActionParams, DateTime<Utc>) -> ActionResult);

const ACTIONS: [Action; 6] = [
    ("RefreshObjectCaches", Rate::Purges, purge::refresh),
    ("RefreshObjectCacheByCacheTag", Rate::Purges, purge::refresh_tags),
    ("DescribeRefreshTasks", Rate::Lists, history::describe_tasks),
    ("DescribeRefreshTaskById", Rate::Tasks, history::describe_by_id),
    ("DescribeRefreshQuota", Rate::Tasks, |state, _, now| Ok((quota::shown(state, now), false))),
    ("DescribeUserDomains", Rate::Tasks, |state, params, _| domains::describe(state, params)),
];

impl ActionParams {
    fn of(request: &ReceivedRequest) -> Self {
        let mut given = request.pairs();
        let kind = request.header("content-type").unwrap_or_default();
        if kind.starts_with("application/x-www-form-urlencoded") {
            given.extend(form::pairs(request));
        }
        Self(given)
    }

    fn text(&self, name: &str) -> Option<&str> {
        let given = self.0.iter().rev().find(|(key, _)| key == name);
        given.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn needed(&self, name: &'static str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| errors::missing(name))
    }

    /// Reads a number within a range, or takes the usual one.
    fn number(&self, name: &'static str, usual: usize, most: usize) -> Result<usize, ApiError> {
        let Some(text) = self.text(name) else { return Ok(usual) };
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| errors::invalid(name))
    }

    /// Reads a flag; the SDK for Python writes it with a capital.
    fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            Some("true") => Ok(true),
            None | Some("false") => Ok(false),
            Some(_) => Err(errors::invalid(name)),
        }
    }
}

fn act(state: &mut Alibaba, request: &ReceivedRequest, now: DateTime<Utc>) -> ActionResult {
    let action = request.header("x-acs-action").ok_or_else(|| errors::missing("Action"))?;
    let version = request.header("x-acs-version").ok_or_else(|| errors::missing("Version"))?;
    acs3::check(state, request, now)?;
    if version != VERSION {
        return Err(errors::no_such_version());
    }
    let known = ACTIONS.iter().find(|(name, ..)| *name == action);
    let (name, rate, run) = known.ok_or_else(errors::no_such_action)?;
    let most = state.scenario.limits.calls_a_second(*rate);
    let calls = state.calls.entry(name).or_default();
    if state.rate_limits && calls.count(most, TimeDelta::seconds(1), now).is_err() {
        return Err(errors::throttled());
    }
    run(state, &ActionParams::of(request), now)
}

impl VendorApi for Alibaba {
    fn name(&self) -> &'static str {
        "alibaba"
    }

    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount> {
        vec![&mut self.world]
    }

    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        let number = self.request_number();
        if !matches!(request.path.as_str(), "/" | "") {
            return errors::no_such_action().reply(number);
        }
        if request.method != "POST" && request.method != "GET" {
            return errors::wrong_method().reply(number);
        }
        match act(self, request, now) {
            Ok((mut body, took_effect)) => {
                body.insert("RequestId".to_owned(), json!(errors::request_id(number)));
                let reply = HttpReply::json(200, &Value::Object(body));
                if took_effect { reply.effective() } else { reply }
            }
            Err(error) => error.reply(number),
        }
    }

    fn error(&mut self, status: u16) -> HttpReply {
        let number = self.request_number();
        errors::of_status(status).reply(number).at(status)
    }

    fn configured(&self) -> Vec<ConfiguredAccount> {
        let AlibabaCredentials { name, access_key_id, access_key_secret, .. } = self.credentials();
        let secrets =
            vec![("access_key_id", access_key_id), ("access_key_secret", access_key_secret)];
        vec![ConfiguredAccount { name, secrets, ..ConfiguredAccount::default() }]
    }

    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope> {
        edge::emptied(self, object, now)
    }

    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
        edge::headers(reply, lookup)
    }
}
