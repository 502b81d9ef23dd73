//! Tencent Cloud's CDN API as its public documents describe it: API 3.0 at `/`, and API 2.0 at `/v2/index.php`, which the
//! vendor has retired on its own hosts.
//!
//! Where each behaviour comes from:
//!
//! | behaviour | source |
//! |---|---|
//! | signatures of both APIs, their clocks (5 minutes, 2 hours), the nonce that is good once | documented; vectors recomputed |
//! | actions, parameters, rows, quotas, the envelope at HTTP 200, the 501 for a long GET | documented |
//! | error codes | the SDK's list, and the common codes of the documents |
//! | which code for which mistake, where the list has several | inferred |
//! | messages | our own words: Chinese unless `X-TC-Language: en-US`, as the SDK's default suggests |
//! | times are UTC+8 | inferred from the document's own example |
//! | newest first, a page of 1000 at most, a quota day that starts at midnight UTC+8 | inferred |
//! | a purge of a global domain without an area counts in both areas | inferred |
//! | a host with or without its port is accepted in a signature of API 2.0 | leniency of ours: the vendor uses no port |

mod errors;
mod params;
mod quota;
mod sign2;
mod state;
mod tasks;
mod tc3;
#[cfg(test)]
mod tests;
mod v2;
mod v2_form;
mod v3;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use self::errors::Language;
use self::state::State;
use super::reply::Reply;
use super::request::Request;
use super::scenario::Scenario;
use super::server::Vendor;

/// The simulated vendor.
#[derive(Clone, Debug)]
pub(crate) struct Tencent {
    state: Arc<Mutex<State>>,
    scenario: Arc<Scenario>,
    rate_limits: bool,
}

/// The credentials of the simulated Tencent account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TencentAccount {
    /// What a configuration may call it.
    pub name: String,
    /// The permanent key's id.
    pub secret_id: String,
    /// The permanent key.
    pub secret_key: String,
    /// A temporary key's id.
    pub temporary_id: String,
    /// The temporary key.
    pub temporary_key: String,
    /// The token without which the temporary key is refused.
    pub session_token: String,
}

/// A purge that was accepted by the simulated Tencent, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TencentPurge {
    /// The id of its task.
    pub task_id: String,
    /// `url` or `path`.
    pub purge_type: &'static str,
    /// `flush` or `delete`.
    pub flush_type: &'static str,
    /// The URLs or directories, as they were asked for.
    pub targets: Vec<String>,
    /// When it was accepted.
    pub created: DateTime<Utc>,
}

/// A target that was emptied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) target: String,
    pub(crate) directory: bool,
    /// Only what has changed at the origin was emptied.
    pub(crate) flush: bool,
}

/// A domain of the simulated Tencent account, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TencentDomain {
    /// Its name.
    pub domain: String,
    /// `online` or `offline`.
    pub status: &'static str,
    /// `mainland`, `overseas` or `global`.
    pub area: &'static str,
}

impl Tencent {
    pub(crate) fn new(
        seed: u64,
        records: usize,
        now: DateTime<Utc>,
        scenario: &Arc<Scenario>,
        rate_limits: bool,
    ) -> Self {
        let state = State::drawn(seed, records, now, scenario);
        Self { state: Arc::new(Mutex::new(state)), scenario: Arc::clone(scenario), rate_limits }
    }

    pub(crate) fn account(&self) -> TencentAccount {
        self.with(|state| state.credentials())
    }

    /// The purges that the APIs accepted since the start, oldest first.
    pub(crate) fn purges(&self) -> Vec<TencentPurge> {
        self.with(|state| state.accepted())
    }

    /// Every domain.
    pub(crate) fn domains(&self) -> Vec<TencentDomain> {
        self.with(|state| state.shown_domains())
    }

    /// A colleague purges in the console; `None` for a URL of no live domain, or a word that is no purge type.
    pub(crate) fn add(
        &self,
        purge_type: &str,
        targets: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        self.with(|state| {
            state.catch_up(now);
            state.add_by_hand(purge_type, targets, now)
        })
    }

    /// The live domain with this name.
    pub(crate) fn site_of(&self, host: &str) -> Option<String> {
        self.with(|state| {
            state
                .sites
                .iter()
                .find(|site| site.live && site.host == host)
                .map(|site| site.host.clone())
        })
    }

    /// What was emptied after `since` and by `now`.
    pub(crate) fn ended(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Ended> {
        self.with(|state| {
            state.catch_up(now);
            state.ended(since, now)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Vendor for Tencent {
    fn name(&self) -> &'static str {
        "tencent"
    }

    fn answer(&self, request: &Request, now: DateTime<Utc>) -> Reply {
        self.with(|state| {
            state.catch_up(now);
            let limits = state::Limits::of(&self.scenario.tencent, self.rate_limits);
            match request.path.as_str() {
                "/" | "" => v3::answer(state, request, &limits, now),
                "/v2/index.php" => v2::answer(state, request, &self.scenario.tencent, &limits, now),
                _ => Reply::html(404, "Not Found"),
            }
        })
    }

    fn error(&self, status: u16) -> Reply {
        let number = self.with(State::number);
        errors::of_status(status).reply(Language::English, number).at(status)
    }

    fn shown(&self, request: &Request) -> (String, String) {
        let body = if request.body.starts_with(b"{") {
            request.text().into_owned()
        } else {
            v2_form::without_credentials(&request.text())
        };
        (v2_form::without_credentials(&request.query), body)
    }
}
