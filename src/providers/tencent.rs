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
mod limits;
mod time;
mod v2;
mod v3;

use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::adapter::Session;
use super::clock::WallClock;
use super::http::HttpPolicy;
use super::signing_key::{SigningKeyNames, SigningKeySource};
use super::{ConnectError, HistoryRequest, Provider};
use crate::config::accounts::AccountConfig;
use crate::domain::failure::{Cause, Failure};
use crate::domain::kind::Kind;
use crate::domain::payload::PurgeRequest;
use time::Times;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "tencent";
/// The ways in which a directory can be purged, by the words of our own requests.
const FLUSH: &str = "flush";
const DELETE: &str = "delete";
/// The reach of the history, by the documents of API 2.0.
const REACH: TimeDelta = TimeDelta::days(30);

/// The keys of the configuration that hold a signing key.
const KEYS: SigningKeyNames =
    SigningKeyNames { id: "secret_id", key: "secret_key", token: "session_token" };

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
    keys: SigningKeySource,
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
            keys: SigningKeySource::new(account, &KEYS)?,
            times: Times::of(account)?,
            session: Session::new(account, vendor_url, clock, policy)?,
        })
    }

    /// Returns the times of a question for a range of history, by default all of it.
    fn range(&self, request: &HistoryRequest) -> (String, String) {
        let now = self.session.vendor_now();
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
        let targets = request.payload.targets().to_vec();
        match request.kind() {
            Kind::Url => Self::Urls(targets),
            Kind::All => {
                Self::Directories { paths: vec![format!("https://{}/", request.cname)], delete }
            }
            Kind::IgnoreQuery | Kind::Pattern | Kind::Regex | Kind::Host | Kind::Tag => {
                Self::Directories { paths: targets, delete }
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

#[cfg(test)]
mod tests;
