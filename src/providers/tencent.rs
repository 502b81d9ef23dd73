//! Tencent Cloud CDN: the API 3.0 that is live, and the API 2.0 that the vendor has retired.
//!
//! What both have in common, and what no document says:
//!
//! - A resource is a domain; its name is its id. A task whose URLs have several hosts stands under the first one's.
//! - Times carry no zone. One example of the vendor's holds a task id that begins with its second in UTC, eight hours
//!   before its time: so UTC+8, by inference. The account's `times` says otherwise where that is wrong.
//! - There is no purge of everything: the root directory is purged. Whether its `https` form covers what was fetched by
//!   plain `http` is not said.
//! - A task's id is a text of no fixed form.

mod edge;
mod hash;
mod keys;
mod limits;
mod task;
mod time;
pub mod v2;
pub mod v3;

use std::sync::Arc;

use chrono::FixedOffset;
use url::Url;

use super::clock::WallClock;
use super::http::HttpPolicy;
use super::{ConnectError, Provider};
use crate::config::accounts::AccountConfig;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::AccountName;
use crate::domain::payload::{Payload, PurgeRequest};

/// The word for this provider in configurations and exports.
pub const NAME: &str = "tencent";
/// UTC+8, in seconds.
const USUAL_OFFSET: i32 = 8 * 60 * 60;
/// What an operator may choose between for a directory, by the words of our own requests.
const FLUSH: &str = "flush";
const DELETE: &str = "delete";

/// What an adapter for either API needs to know of an account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account.
    pub account: AccountName,
    /// The API's address; `None` for the vendor's own.
    pub base_url: Option<Url>,
    /// Where the key's id is to be had.
    pub secret_id: SecretSource,
    /// Where the key is to be had.
    pub secret_key: SecretSource,
    /// Where the token of a temporary key is to be had.
    pub session_token: Option<SecretSource>,
    /// Whether the endpoint of the international site is used (API 3.0).
    pub international: bool,
    /// The only area that is purged, `mainland` or `overseas`; `None`: where each domain serves.
    pub area: Option<String>,
    /// The zone of the vendor's times; `None` for the inferred one.
    pub times: Option<FixedOffset>,
    /// How long and how often the vendor is waited for.
    pub patience: HttpPolicy,
    /// The time that requests are signed with.
    pub now: WallClock,
}

impl Settings {
    fn of(
        account: &AccountConfig,
        now: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let secret = |key| account.secret(key).cloned().ok_or(ConnectError::Missing { key });
        let times = account.option("times").map(|text| {
            text.parse().map_err(|_| ConnectError::Setting {
                key: "times",
                words: format!("{text} is no distance from UTC"),
            })
        });
        Ok(Self {
            account: account.name().clone(),
            base_url: account.base_url.clone(),
            secret_id: secret("secret_id")?,
            secret_key: secret("secret_key")?,
            session_token: account.secret("session_token").cloned(),
            international: account.option("international") == Some("true"),
            area: account.option("area").map(str::to_owned),
            times: times.transpose()?,
            patience: policy,
            now,
        })
    }
}

/// The adapter of an account, for the API that it names.
pub(super) fn of(
    account: &AccountConfig,
    now: WallClock,
    policy: HttpPolicy,
) -> Result<Arc<dyn Provider>, ConnectError> {
    let settings = Settings::of(account, now, policy)?;
    match account.option("api") {
        None | Some("3.0") => Ok(Arc::new(v3::Tencent3::new(settings)?)),
        Some("2.0") => {
            let method = match account.option("signature") {
                Some("sha1") => v2::Method::Sha1,
                _ => v2::Method::Sha256,
            };
            Ok(Arc::new(v2::Tencent2::new(settings, method)?))
        }
        Some(other) => {
            Err(ConnectError::Setting { key: "api", words: format!("there is no API {other}") })
        }
    }
}

/// What a request comes to here.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Urls(Vec<String>),
    Directories {
        paths: Vec<String>,
        /// Everything in them, and not only what changed at the origin.
        delete: bool,
    },
}

impl Wanted {
    fn of(account: &AccountName, request: &PurgeRequest) -> Result<Self, Failure> {
        if &request.account != account {
            return Err(Failure::new(Cause::Refused).with_message(format!(
                "the request is one of account {}, not of {account}",
                request.account
            )));
        }
        match request.mode.as_deref() {
            None | Some(FLUSH | DELETE) => Ok(Self::shown(request)),
            Some(other) => Err(Failure::new(Cause::Refused).with_message(format!(
                "a directory can be purged by {FLUSH} or {DELETE}, not by {other}"
            ))),
        }
    }

    /// The same for a preview, whether it would be sent or not.
    fn shown(request: &PurgeRequest) -> Self {
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

#[cfg(test)]
mod tests;
