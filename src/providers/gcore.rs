//! Gcore: the CDN API at `api.gcore.com`, by its published OpenAPI document (version of 2026-05-14) and guide.
//!
//! What the documents leave open, and what is done about it:
//!
//! - The order of the history is not said. Nothing here relies on one.
//! - A list comes in an envelope where `limit` is given and bare otherwise (seen in the vendor's SDK). Both are read.
//!   `next` is never followed: it is an address, and the token goes to the configured host only.
//! - `Status report disabled` stands in the filter's list of statuses and nowhere else. It is taken for final.
//! - Whether `cname` also finds parts of names or secondary host names is not said: an answer may hold more than asked.
//! - Errors of the history are not described at all, 401, 403, 404 and 5xx hardly: see [`errors`].
//! - A purge is answered by 201 and no id. It is found again in the history.

mod activity;
mod edge;
mod errors;
mod history;
mod limits;
mod list;
mod purge;
mod resources;
mod time;

use async_trait::async_trait;
use chrono::TimeDelta;
use url::Url;

use super::clock::WallClock;
use super::credential::Credential;
use super::found::Found;
use super::http::{Answer, Http, HttpPolicy, Outgoing};
use super::{
    ActivityPage, ActivityRequest, ActivityRule, ConnectError, HistoryPage, HistoryRequest,
    Provider, Receipt,
};
use crate::config::accounts::AccountConfig;
use crate::config::secret::Secret;
use crate::config::secret::source::SecretSource;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::resource::Resource;
use list::List;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "gcore";
const USUAL_URL: &str = "https://api.gcore.com";
/// The most records that the documents let one answer have.
const PAGE: u64 = 100;
/// More pages of resources than any account has; a vendor that never ends is left here.
const MOST_PAGES: usize = 1_000;

/// What the adapter needs to know of an account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account.
    pub account: AccountName,
    /// The API's address; `None` for the vendor's own.
    pub base_url: Option<Url>,
    /// Where the permanent API token is to be had.
    pub token: SecretSource,
    /// How long and how often the vendor is waited for.
    pub patience: HttpPolicy,
}

/// One account at Gcore.
#[derive(Debug)]
pub struct Gcore {
    account: AccountName,
    provider: ProviderName,
    http: Http,
    token: Credential,
}

impl Gcore {
    /// The adapter of an account. Nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectError> {
        let base = match settings.base_url {
            Some(url) => url,
            None => Url::parse(USUAL_URL).map_err(|error| ConnectError::Setting {
                key: "base_url",
                words: error.to_string(),
            })?,
        };
        Ok(Self {
            http: Http::new(settings.account.clone(), &base, settings.patience)?,
            account: settings.account,
            provider: ProviderName::new(NAME),
            token: Credential::new(settings.token),
        })
    }

    pub(super) fn of(
        account: &AccountConfig,
        now: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let mut adapter = Self::new(Settings {
            account: account.name().clone(),
            base_url: account.base_url.clone(),
            token: account
                .secret("token")
                .cloned()
                .ok_or(ConnectError::Missing { key: "token" })?,
            patience: policy,
        })?;
        adapter.http = adapter.http.timed_by(now);
        Ok(adapter)
    }

    async fn ask<T>(
        &self,
        outgoing: &Outgoing,
        understand: impl Fn(&Answer) -> Result<T, Failure> + Send + Sync,
    ) -> Result<T, Failure> {
        let token = self.token.get().await?;
        let result = self
            .http
            .read(
                || Ok(authorised(outgoing.clone(), Some(&token))),
                |answer| {
                    if answer.is_success() {
                        understand(answer)
                    } else {
                        Err(errors::failure(answer, &token))
                    }
                },
            )
            .await;
        self.note(result.as_ref().err()).await;
        result
    }

    async fn note(&self, failure: Option<&Failure>) {
        if failure.is_some_and(|failure| failure.cause == Cause::Unauthenticated) {
            self.token.refused().await;
        }
    }

    fn is_ours(&self, request: &PurgeRequest) -> Result<(), Failure> {
        if request.account == self.account {
            Ok(())
        } else {
            Err(Failure::new(Cause::Refused).with_message(format!(
                "the request is one of account {}, not of {}",
                request.account, self.account
            )))
        }
    }
}

/// The request with the account's token, or with what is shown in its place.
fn authorised(outgoing: Outgoing, token: Option<&Secret>) -> Outgoing {
    let outgoing = outgoing.secret_header(
        "Authorization",
        "APIKey $GCORE_API_KEY",
        token.map(|token| Secret::new(format!("APIKey {}", token.expose().trim()))),
    );
    match token {
        Some(token) => hidden_parts(token).into_iter().fold(outgoing, Outgoing::hiding),
        None => outgoing,
    }
}

/// The texts that must not be shown where an answer repeats them. The number before the `$` names the token and is no
/// secret; what stands after it is.
fn hidden_parts(token: &Secret) -> Vec<Secret> {
    let whole = token.expose().trim();
    let tail = whole.split_once(['$', '_']).map(|(_, tail)| tail);
    std::iter::once(whole).chain(tail).map(|part| Secret::new(part.to_owned())).collect()
}

#[async_trait]
impl Provider for Gcore {
    fn account(&self) -> &AccountName {
        &self.account
    }

    fn provider(&self) -> &ProviderName {
        &self.provider
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        let ask = Outgoing::get(["cdn", "clients", "me", "limits"]);
        self.ask(&ask, |answer| Ok(limits::live(&answer.json()?))).await
    }

    async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        let mut found = Found::default();
        for _ in 0..MOST_PAGES {
            let ask = Outgoing::get(["cdn", "resources"])
                .query("limit", PAGE.to_string())
                .query("offset", found.read.to_string());
            let list = self.ask(&ask, List::read).await?;
            found.take(&self.account, &list.records, |record| {
                resources::resource(&self.account, &self.provider, record)
            });
            if list.ends_at(found.read) {
                break;
            }
        }
        Ok(found.resources)
    }

    async fn history(&self, ask: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let question = history::question(ask, PAGE);
        let list = self
            .ask(&question, |answer| {
                if answer.status == 204 {
                    return Ok(List::default());
                }
                List::read(answer)
            })
            .await?;
        history::page(&self.account, &self.provider, ask.offset, &list, self.http.now())
    }

    fn activity_log(&self) -> Option<ActivityRule> {
        Some(activity::RULE)
    }

    async fn activity(&self, ask: &ActivityRequest) -> Result<ActivityPage, Failure> {
        let question = activity::question(ask, PAGE);
        let list = self.ask(&question, activity::read).await?;
        Ok(activity::page(ask.offset, &list))
    }

    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure> {
        self.is_ours(request)?;
        let token = self.token.get().await?;
        let outgoing = authorised(purge::outgoing(request), Some(&token));
        let result = self.http.send(&outgoing, |answer| purge::receipt(answer, &token)).await;
        self.note(result.as_ref().err()).await;
        result
    }

    fn preview(&self, request: &PurgeRequest) -> Preview {
        self.http.preview(&authorised(purge::outgoing(request), None))
    }

    fn clock_ahead(&self) -> Option<TimeDelta> {
        self.http.clock_ahead()
    }

    fn edge_rules(&self) -> EdgeRules {
        edge::rules()
    }
}

#[cfg(test)]
mod tests;
