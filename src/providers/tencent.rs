//! Tencent Cloud CDN: the API 3.0 that is live, and the API 2.0 that the vendor has retired.
//!
//! Both have in common, and no document says it:
//!
//! - A resource is a domain; its name is its id. A task whose URLs have several hosts is listed
//!   under the first one's.
//! - Times carry no zone. One example of the vendor's holds a task id that begins with its second
//!   in UTC, eight hours before its time: so UTC+8, by inference. The account's `times` says
//!   otherwise where that is wrong.
//! - There is no purge of everything: the root directory is purged. Whether its `https` form covers
//!   what was fetched by plain `http` is not said.
//! - A task's id is a text of no fixed form.

mod edge;
mod hash;
mod keys;
mod limits;
mod time;
mod v2;
mod v3;

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::adapter::Session;
use super::clock::WallClock;
use super::http::HttpPolicy;
use super::{ConnectError, HistoryRequest, Provider, lenient};
use crate::config::accounts::AccountConfig;
use crate::domain::failure::{Cause, Failure};
use crate::domain::payload::{Payload, PurgeRequest};
use crate::domain::text::escape_control;
use keys::KeyRing;
use time::Times;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "tencent";
/// The ways in which a directory can be purged, by the words of our own requests.
const FLUSH: &str = "flush";
const DELETE: &str = "delete";
/// The reach of the history, by the documents of API 2.0.
const REACH: TimeDelta = TimeDelta::days(30);

/// Makes the adapter of an account, for the API that it names.
pub(super) fn connect(
    account: &AccountConfig,
    clock: WallClock,
    policy: HttpPolicy,
) -> Result<Arc<dyn Provider>, ConnectError> {
    match account.option("api") {
        None | Some("3.0") => Ok(Arc::new(v3::Tencent3::new(account, clock, policy)?)),
        Some("2.0") => Ok(Arc::new(v2::Tencent2::new(account, clock, policy)?)),
        Some(other) => Err(ConnectError::setting("api", format!("there is no API {other}"))),
    }
}

/// The part of an adapter that both APIs share.
#[derive(Debug)]
struct Connection {
    session: Session,
    keys: KeyRing,
    times: Times,
}

impl Connection {
    fn new(
        account: &AccountConfig,
        vendor_url: &str,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            keys: KeyRing::new(account)?,
            times: Times::of(account)?,
            session: Session::new(account, vendor_url, clock, policy)?,
        })
    }

    /// Returns the times of a question for a range of history, by default all of it.
    fn range(&self, request: &HistoryRequest) -> (String, String) {
        let now = self.session.now();
        (
            self.times.write_from(request.from.unwrap_or(now - REACH)),
            self.times.write_until(request.until.unwrap_or(now)),
        )
    }
}

/// The targets of a purge in this vendor's terms.
#[derive(Debug, PartialEq, Eq)]
enum PurgeTargets {
    Urls(Vec<String>),
    Directories {
        paths: Vec<String>,
        /// Everything in them, and not only what changed at the origin.
        delete: bool,
    },
}

impl PurgeTargets {
    fn of(request: &PurgeRequest) -> Self {
        let delete = request.mode.as_deref() == Some(DELETE);
        match &request.payload {
            Payload::Url(targets) => Self::Urls(targets.as_slice().to_vec()),
            Payload::Pattern(targets) => {
                Self::Directories { paths: targets.as_slice().to_vec(), delete }
            }
            Payload::All => {
                Self::Directories { paths: vec![format!("https://{}/", request.cname)], delete }
            }
        }
    }
}

/// Refuses a mode that neither API has.
fn check_mode(request: &PurgeRequest) -> Result<(), Failure> {
    match request.mode.as_deref() {
        None | Some(FLUSH | DELETE) => Ok(()),
        Some(other) => Err(Failure::new(Cause::Refused).with_message(format!(
            "a directory can be purged by {FLUSH} or {DELETE}, not by {other}"
        ))),
    }
}

/// Returns the host of a target; empty where it has none.
fn host(target: &str) -> String {
    Url::parse(target).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns the list of an answer's field.
fn list<'b>(body: &'b Value, field: &str) -> Result<&'b [Value], Failure> {
    body.get(field).and_then(lenient::list).ok_or_else(|| {
        Failure::new(Cause::BadAnswer).with_message(format!("the answer has no {field}"))
    })
}

/// Returns the failure of an error with this code, in both APIs. `clock_ahead`: the vendor's clock
/// minus ours.
fn failure(mut cause: Cause, code: &str, message: &str, clock_ahead: Option<TimeDelta>) -> Failure {
    if let Cause::ClockSkew { seconds } = &mut cause {
        *seconds = clock_ahead.map(|ahead| -ahead.num_seconds());
    }
    Failure { code: Some(escape_control(code, 80)), ..Failure::new(cause).with_message(message) }
}

#[cfg(test)]
mod tests;
