//! Gcore's CDN API as its public documents describe it.
//!
//! Where each behaviour comes from:
//!
//! | behaviour | source |
//! |---|---|
//! | paths, parameters, shapes, status and purge types, time format, limits per purge type, 400 bodies of a purge | documented |
//! | 401 messages, `exception_class` and `request_id`, 404 and 405 classes, token roles | documented for the platform |
//! | 201 echoes the request, no purge id; by-URL purges refused with a message; history kept one month | documented, in the guide |
//! | a bare list without `limit`, an envelope with `limit >= 1`, and a client that sends `limit=1000` | seen in the SDK |
//! | `limit` above the maximum is clamped, an unusable `limit` or `offset` counts as absent | inferred from the framework's habits |
//! | newest first, `cname` matched exactly, unknown filter values match nothing, an unreadable date is a 400 | inferred |
//! | texts for too many items, an empty `urls`, both fields at once, wrong item types | inferred from the framework's habits |
//! | windows slide, count accepted purges of anybody, and are apart for patterns and for all | inferred |
//! | the body of a 429 | inferred: the document has none |

mod account;
mod activity;
mod auth;
mod errors;
mod filters;
mod history;
mod json_error;
mod page;
mod purge;
mod resources;
mod seed;
mod state;
#[cfg(test)]
mod tests;
mod validate;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use self::activity::Logged;
use self::state::{Account, State, Token};
use super::reply::Reply;
use super::request::Request;
use super::scenario::Scenario;
use super::server::Vendor;
use super::world::Kind;
use super::world::ledger::Asked;
use super::world::site::Site;

/// What `limits` says when nothing is limited.
pub(crate) const UNLIMITED: &str = "1000/s";

/// The simulated vendor.
#[derive(Clone, Debug)]
pub(crate) struct Gcore {
    state: Arc<Mutex<State>>,
    scenario: Arc<Scenario>,
    rate_limits: bool,
}

/// One set of credentials at the simulated Gcore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcoreAccount {
    /// What a configuration may call it.
    pub name: String,
    /// A token that may do everything.
    pub token: String,
    /// A token of the role Users: it may read but not purge.
    pub read_only_token: String,
    /// A token that has ended.
    pub expired_token: String,
    /// The people who may sign in: their numbers in the activity log, and their logins.
    pub people: Vec<(u64, String)>,
}

/// How a resource's options tell objects apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caching {
    /// By path and query.
    Whole,
    /// By path alone.
    NoQuery,
    /// By path and these parameters.
    Only(Vec<String>),
    /// By path and all parameters but these.
    Without(Vec<String>),
}

/// A purge that was accepted by the simulated Gcore, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcorePurge {
    /// The id in the history.
    pub id: u64,
    /// The account's name.
    pub account: String,
    /// The resource's id.
    pub resource: u64,
    /// Its cname.
    pub cname: String,
    /// `purge_by_url`, `purge_by_pattern` or `purge_all`.
    pub purge_type: &'static str,
    /// The paths or patterns, as they were asked for.
    pub targets: Vec<String>,
    /// When it was accepted.
    pub created: DateTime<Utc>,
}

/// A resource of the simulated Gcore, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcoreResource {
    /// Its id.
    pub id: u64,
    /// The account's name.
    pub account: String,
    /// Its cname.
    pub cname: String,
    /// Its status: `active`, `suspended` or `deleted`.
    pub status: &'static str,
    /// Whether single URLs may be purged.
    pub can_purge_by_urls: bool,
}

enum Route<'a> {
    History,
    Resources,
    Resource(&'a str),
    Purge(&'a str),
    Limits,
    Service,
    Account,
    Activity,
    ActivityEntry(&'a str),
}

impl Route<'_> {
    fn of<'a>(parts: &[&'a str]) -> Option<Route<'a>> {
        Some(match parts {
            ["cdn", "purge_statuses"] => Route::History,
            ["cdn", "resources"] => Route::Resources,
            ["cdn", "resources", id] => Route::Resource(id),
            ["cdn", "resources", id, "purge"] => Route::Purge(id),
            ["cdn", "clients", "me", "limits"] => Route::Limits,
            ["cdn", "clients", "me"] => Route::Service,
            ["iam", "clients", "me"] => Route::Account,
            ["cdn", "activity_log", "requests"] => Route::Activity,
            ["cdn", "activity_log", "requests", id] => Route::ActivityEntry(id),
            _ => return None,
        })
    }

    /// The one method that it takes; HEAD goes where GET goes.
    fn method(&self) -> &'static str {
        match self {
            Self::Purge(_) => "POST",
            Self::History
            | Self::Resources
            | Self::Resource(_)
            | Self::Limits
            | Self::Service
            | Self::Account
            | Self::Activity
            | Self::ActivityEntry(_) => "GET",
        }
    }
}

impl Gcore {
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

    /// The credentials of every account, the first one being the one that is announced.
    pub(crate) fn accounts(&self) -> Vec<GcoreAccount> {
        self.with(|state| state.accounts.iter().map(Account::credentials).collect())
    }

    /// The purges that the API accepted since the start, oldest first.
    pub(crate) fn purges(&self) -> Vec<GcorePurge> {
        self.with(|state| {
            let mut purges: Vec<GcorePurge> =
                state.accounts.iter().flat_map(Account::accepted).collect();
            purges.sort_by_key(|purge| (purge.created, purge.id));
            purges
        })
    }

    /// The purges that an account remembers, whoever made them, oldest first.
    pub(crate) fn remembered(&self, account: &str, now: DateTime<Utc>) -> Vec<GcorePurge> {
        self.with(|state| {
            state
                .accounts
                .iter()
                .filter(|one| one.name == account)
                .flat_map(|one| one.remembered(now))
                .collect()
        })
    }

    /// Every resource.
    pub(crate) fn resources(&self) -> Vec<GcoreResource> {
        self.with(|state| state.accounts.iter().flat_map(Account::shown_resources).collect())
    }

    /// A colleague purges in the panel; `None` when no account has such a live resource.
    pub(crate) fn add(
        &self,
        cname: &str,
        purge_type: &str,
        targets: Vec<String>,
        now: DateTime<Utc>,
    ) -> Option<u64> {
        let kind = history::kind(purge_type)?;
        self.with(|state| {
            state.catch_up(now);
            let account = state
                .accounts
                .iter_mut()
                .find(|account| account.sites.iter().any(|site| site.live && site.host == cname))?;
            let site = account.sites.iter().position(|site| site.host == cname)?;
            let purge =
                account.ledger.add(Asked { site, kind, targets, author: 1, by_api: false }, now);
            Some(account.purge_id(purge.serial))
        })
    }

    /// The cname of the live resource that serves this host.
    pub(crate) fn site_of(&self, host: &str) -> Option<String> {
        self.with(|state| {
            let mut sites = state.accounts.iter().flat_map(|account| &account.sites);
            let serves = |site: &&Site| {
                site.live && (site.host == host || site.aliases.iter().any(|name| name == host))
            };
            sites.find(serves).map(|site| site.host.clone())
        })
    }

    /// How the resource with this cname tells objects apart.
    pub(crate) fn caching(&self, cname: &str) -> Caching {
        self.with(|state| {
            state
                .accounts
                .iter()
                .find_map(|account| account.caching(cname))
                .unwrap_or(Caching::Whole)
        })
    }

    /// What was emptied at the resource with this cname after `since` and by `now`.
    pub(crate) fn ended(
        &self,
        cname: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<(Kind, Vec<String>)> {
        self.with(|state| {
            state.catch_up(now);
            state.accounts.iter().flat_map(|account| account.ended(cname, since, now)).collect()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn routed(
        &self,
        route: &Route<'_>,
        request: &Request,
        account: &mut Account,
        token: &Token,
        now: DateTime<Utc>,
    ) -> Reply {
        let scenario = &self.scenario.gcore;
        match route {
            Route::History => history::list(account, request, scenario, now),
            Route::Resources => resources::list(account, request, scenario),
            Route::Resource(id) => resources::get(account, id),
            Route::Purge(id) => {
                purge::take(account, token, id, request, scenario, self.rate_limits, now)
            }
            Route::Limits => account::limits(account, scenario, self.rate_limits),
            Route::Service => account::service(account),
            Route::Account => account::overview(account, token),
            Route::Activity => activity::list(account, request, scenario, now),
            Route::ActivityEntry(id) => activity::get(account, id, now),
        }
    }
}

impl Vendor for Gcore {
    fn name(&self) -> &'static str {
        "gcore"
    }

    fn answer(&self, request: &Request, now: DateTime<Utc>) -> Reply {
        self.with(|state| {
            state.catch_up(now);
            let number = state.number();
            let parts = request.parts();
            let Some(route) = Route::of(&parts) else {
                return errors::with_id(errors::not_found("Not found."), number);
            };
            let (index, token) =
                match auth::check(&state.accounts, request.header("authorization"), now) {
                    Ok(found) => found,
                    Err(refused) => return errors::with_id(refused, number),
                };
            let Some(account) = state.accounts.get_mut(index) else {
                return errors::with_id(errors::not_found("Not found."), number);
            };
            let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
            let reply = if method == route.method() {
                self.routed(&route, request, account, &token, now)
            } else {
                errors::method_not_allowed(route.method())
            };
            // A purge that was accepted stands in the ledger; everything else is noted beside it.
            if !reply.took_effect {
                account.logged.note(Logged::of(request, &token, reply.status, now), number);
            }
            errors::with_id(reply, number)
        })
    }

    fn error(&self, status: u16) -> Reply {
        errors::with_id(errors::of_status(status), self.with(State::number))
    }
}
