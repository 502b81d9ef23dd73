//! Medianova's API, as far as anybody has written it down.
//!
//! | behaviour | source |
//! |---|---|
//! | base, Bearer token, login with key and secret, `expire` in Unix seconds | documented |
//! | the purge's paths and body, 1 to 100 absolute paths, wildcards, `page` and `limit` required, `limit` at most 100, `opID` | documented |
//! | `400`, `401` and `404` with these texts | documented for resources, without bodies |
//! | the shape of answers: `opID`, rows per URL, the resource paginator, organizations | seen in an unofficial client |
//! | the header `org-token` in place of the Bearer | seen in an unofficial client |
//! | tokens of a login end after four hours | documented, on an older page |
//! | status 2 while it runs, 1 when it is done, 0 with a message when nothing was cached | the legacy API's numbers; inferred |
//! | status 3 for a failure | invented: nothing is known; so is every error's JSON |
//! | newest first, history of a month | inferred; a scenario can choose another order |
//! | `/*` is a purge of all and needs `status_full_purge_permission` | inferred |
//! | no rate limit, unless a scenario sets one | nothing is known |
//! | paths work with and without `/api/v1` before them | leniency of ours: the base is written both ways |

mod auth;
mod errors;
mod jobs;
mod resources;
mod state;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use self::state::State;
use super::reply::Reply;
use super::request::Request;
use super::scenario::Scenario;
use super::server::Vendor;
use super::world::site::Site;

/// The simulated vendor.
#[derive(Clone, Debug)]
pub(crate) struct Medianova {
    state: Arc<Mutex<State>>,
    scenario: Arc<Scenario>,
    rate_limits: bool,
}

/// The credentials of the simulated Medianova organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedianovaAccount {
    /// What a configuration may call it.
    pub name: String,
    /// The organization's UUID.
    pub organization: String,
    /// A Bearer token that does not end.
    pub token: String,
    /// The key for a login.
    pub api_key: String,
    /// The secret for a login.
    pub api_secret: String,
}

/// A purge that was accepted by the simulated Medianova, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedianovaPurge {
    /// The id of the operation.
    pub op_id: String,
    /// The resource's UUID.
    pub resource: String,
    /// The paths, as they were asked for.
    pub targets: Vec<String>,
    /// When it was accepted.
    pub created: DateTime<Utc>,
}

/// A resource of the simulated Medianova, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedianovaResource {
    /// Its UUID.
    pub uuid: String,
    /// The host that it is served under.
    pub host: String,
    /// Whether all of it may be purged at once.
    pub full_purge: bool,
}

enum Route<'a> {
    Login,
    Organizations,
    Resources(&'a str),
    Resource(&'a str, &'a str),
    Purge(&'a str, &'a str),
}

impl Route<'_> {
    fn of<'a>(parts: &[&'a str]) -> Option<Route<'a>> {
        let parts = parts.strip_prefix(&["api", "v1"]).unwrap_or(parts);
        Some(match parts {
            ["auth", "login", "token"] => Route::Login,
            ["organizations"] => Route::Organizations,
            ["cdn", organization, "resource"] => Route::Resources(organization),
            ["cdn", organization, "resource", uuid] => Route::Resource(organization, uuid),
            ["cdn", organization, "job", uuid, "purge"] => Route::Purge(organization, uuid),
            _ => return None,
        })
    }
}

impl Medianova {
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

    pub(crate) fn account(&self) -> MedianovaAccount {
        self.with(|state| state.credentials())
    }

    /// The purges that the API accepted since the start, oldest first.
    pub(crate) fn purges(&self) -> Vec<MedianovaPurge> {
        self.with(|state| state.accepted())
    }

    /// Every resource.
    pub(crate) fn resources(&self) -> Vec<MedianovaResource> {
        self.with(|state| state.shown_resources())
    }

    /// A colleague purges in the panel; `None` when there is no such live host.
    pub(crate) fn add(
        &self,
        host: &str,
        targets: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        self.with(|state| {
            state.ledger.catch_up(now, &state.sites);
            state.add_by_hand(host, targets, now)
        })
    }

    /// The host of the live resource that serves this name.
    pub(crate) fn site_of(&self, host: &str) -> Option<String> {
        self.with(|state| {
            let serves = |site: &&Site| {
                site.live && (site.host == host || site.aliases.iter().any(|name| name == host))
            };
            state.sites.iter().find(serves).map(|site| site.host.clone())
        })
    }

    /// The paths that were emptied at this host after `since` and by `now`.
    pub(crate) fn ended(
        &self,
        host: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<String> {
        self.with(|state| {
            state.ledger.catch_up(now, &state.sites);
            state.ended(host, since, now)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn routed(
        &self,
        state: &mut State,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Reply, Reply> {
        let parts = request.parts();
        let route = Route::of(&parts).ok_or_else(|| errors::not_found("Not found"))?;
        let method = request.method.as_str();
        if let Route::Login = route {
            return if method == "POST" {
                Ok(auth::login(state, request, now))
            } else {
                Err(errors::method())
            };
        }
        auth::check(state, request, now)?;
        if let Some(most) = self.scenario.medianova.requests_a_minute.filter(|_| self.rate_limits)
            && let Some(seconds) = state.full(most, TimeDelta::minutes(1), now)
        {
            return Err(errors::too_many(most, seconds));
        }
        let scenario = &self.scenario.medianova;
        let own = |organization: &str| {
            if organization == state.organization {
                Ok(())
            } else {
                Err(errors::not_found("Organization not found"))
            }
        };
        match (route, method) {
            (Route::Organizations, "GET") => Ok(resources::organizations(state, request)),
            (Route::Resources(organization), "GET") => {
                own(organization).map(|()| resources::list(state, request))
            }
            (Route::Resource(organization, uuid), "GET") => {
                own(organization)?;
                resources::get(state, uuid)
            }
            (Route::Purge(organization, uuid), "GET") => {
                own(organization)?;
                jobs::list(state, uuid, request, scenario, now)
            }
            (Route::Purge(organization, uuid), "POST") => {
                own(organization)?;
                jobs::purge(state, uuid, request, now)
            }
            (
                Route::Login
                | Route::Organizations
                | Route::Resources(_)
                | Route::Resource(..)
                | Route::Purge(..),
                _,
            ) => Err(errors::method()),
        }
    }
}

impl Vendor for Medianova {
    fn name(&self) -> &'static str {
        "medianova"
    }

    fn answer(&self, request: &Request, now: DateTime<Utc>) -> Reply {
        self.with(|state| {
            state.ledger.catch_up(now, &state.sites);
            self.routed(state, request, now).unwrap_or_else(|refused| refused)
        })
    }

    fn error(&self, status: u16) -> Reply {
        errors::of_status(status)
    }

    fn shown(&self, request: &Request) -> (String, String) {
        let body = match serde_json::from_slice::<Value>(&request.body) {
            Ok(Value::Object(mut body))
                if body.contains_key("api_key") || body.contains_key("api_secret") =>
            {
                for name in ["api_key", "api_secret"] {
                    body.insert(name.to_owned(), Value::from("…"));
                }
                Value::Object(body).to_string()
            }
            // A login that cannot be read may still hold a secret.
            Err(_) if request.path.contains("/login") => String::new(),
            _ => request.text().into_owned(),
        };
        (request.query.clone(), body)
    }
}
