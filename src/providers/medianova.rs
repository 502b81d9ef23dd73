//! Medianova: the API at `cloud.medianova.com/api/v1`, of which little is documented.
//!
//! Documented are the paths and parameters of a purge and of its list, and the login. Seen in an unofficial client only:
//! the shapes of answers, the list of resources, the organizations. What nobody has written down, and what is done:
//!
//! - What the numbers in a row's `status` mean. The words beside them are read where they are plain, and so is the older
//!   API's sentence for a file that was not cached; a number without a word is an unknown status, kept as it came.
//! - The order of the list, and how far back it reaches: nothing relies on either.
//! - Whether a list can be narrowed by time: it is not tried. The list is one resource's, in numbered pages.
//! - How errors look: `message`, `error` and `errors` are looked for, then the text is shown as it came.
//! - Limits of rate: none are known. A 429 is understood as everywhere.
//! - How everything is purged: `/*` is sent. The vendor may refuse it to a resource without that permission, which only
//!   the resource's own page tells; it is not asked for every resource.
//! - How long a token is good, 4 hours or 30 days by two pages: a login's `expire` counts.

mod edge;
mod errors;
mod history;
mod limits;
mod pass;
mod purge;
mod resources;

use async_trait::async_trait;
use chrono::TimeDelta;
use url::Url;

use super::clock::WallClock;
use super::credential::Credential;
use super::found::Found;
use super::http::{Answer, Http, HttpPolicy, Outgoing};
use super::{ConnectError, HistoryPage, HistoryRequest, Provider, Receipt};
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
use pass::Pass;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "medianova";
const USUAL_URL: &str = "https://cloud.medianova.com/api/v1";
const PATH: &str = "/api/v1";
/// The most rows that the documents let one answer have.
const PAGE: u64 = 100;
/// More pages of resources than any organization has.
const MOST_PAGES: u64 = 10_000;
/// The path that stands for everything.
const ROOT: &str = "/*";

/// What the adapter needs to know of an account.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account.
    pub account: AccountName,
    /// The API's address; `None` for the vendor's own.
    pub base_url: Option<Url>,
    /// The organization's UUID.
    pub organization: String,
    /// What opens the API.
    pub access: Access,
    /// How long and how often the vendor is waited for.
    pub patience: HttpPolicy,
    /// The time by which a login's token ends.
    pub now: WallClock,
}

/// What opens the API.
#[derive(Clone, Debug)]
pub enum Access {
    /// A Bearer token that somebody made.
    Token(SecretSource),
    /// A key and its secret, with which a token is fetched and renewed.
    Login {
        /// The key.
        api_key: SecretSource,
        /// Its secret.
        api_secret: SecretSource,
    },
}

/// One account at Medianova.
#[derive(Debug)]
pub struct Medianova {
    account: AccountName,
    provider: ProviderName,
    organization: String,
    http: Http,
    pass: Pass,
    now: WallClock,
}

impl Medianova {
    /// The adapter of an account. Nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectError> {
        let base = match settings.base_url {
            // The base is written with and without its path.
            Some(mut url) if url.path() == "/" => {
                url.set_path(PATH);
                url
            }
            Some(url) => url,
            None => Url::parse(USUAL_URL).map_err(|error| ConnectError::Setting {
                key: "base_url",
                words: error.to_string(),
            })?,
        };
        let organization = settings.organization.trim().to_owned();
        if organization.is_empty() {
            return Err(ConnectError::Missing { key: "organization" });
        }
        Ok(Self {
            http: Http::new(settings.account.clone(), &base, settings.patience)?
                .timed_by(settings.now.clone()),
            account: settings.account,
            provider: ProviderName::new(NAME),
            organization,
            pass: match settings.access {
                Access::Token(token) => Pass::given(token),
                Access::Login { api_key, api_secret } => {
                    Pass::login(Credential::new(api_key), Credential::new(api_secret))
                }
            },
            now: settings.now,
        })
    }

    pub(super) fn of(
        account: &AccountConfig,
        now: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let secret = |key| account.secret(key).cloned().ok_or(ConnectError::Missing { key });
        Self::new(Settings {
            account: account.name().clone(),
            base_url: account.base_url.clone(),
            organization: account
                .option("organization")
                .ok_or(ConnectError::Missing { key: "organization" })?
                .to_owned(),
            access: match account.secret("token") {
                Some(token) => Access::Token(token.clone()),
                None => {
                    Access::Login { api_key: secret("api_key")?, api_secret: secret("api_secret")? }
                }
            },
            patience: policy,
            now,
        })
    }

    /// Asks. A login's token that is refused is renewed, once: the vendor may end one before its time.
    async fn ask<T>(
        &self,
        outgoing: &Outgoing,
        understand: impl Fn(&Answer) -> Result<T, Failure> + Send + Sync,
    ) -> Result<T, Failure> {
        let mut renewed = false;
        loop {
            let token = self.pass.token(&self.http, &self.now).await?;
            let result = self
                .http
                .read(
                    || Ok(authorised(outgoing.clone(), Some(&token))),
                    |answer| errors::refused(answer).map_or_else(|| understand(answer), Err),
                )
                .await;
            match result {
                Err(failure) if failure.cause == Cause::Unauthenticated => {
                    let can_renew = self.pass.refused(&token).await;
                    if renewed || !can_renew {
                        return Err(failure);
                    }
                    renewed = true;
                }
                other => return other,
            }
        }
    }
}

/// The request with the token, or with what is shown in its place.
fn authorised(outgoing: Outgoing, token: Option<&Secret>) -> Outgoing {
    let outgoing = outgoing.secret_header(
        "Authorization",
        "Bearer $MEDIANOVA_API_TOKEN",
        token.map(|token| Secret::new(format!("Bearer {}", token.expose().trim()))),
    );
    match token {
        Some(token) => outgoing.hiding(token.clone()),
        None => outgoing,
    }
}

#[async_trait]
impl Provider for Medianova {
    fn account(&self) -> &AccountName {
        &self.account
    }

    fn provider(&self) -> &ProviderName {
        &self.provider
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    /// The API tells no limits; the documented ones hold.
    async fn live_limits(&self) -> Result<Limits, Failure> {
        Ok(limits::documented())
    }

    async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        let mut found = Found::default();
        for number in 1..=MOST_PAGES {
            let ask = Outgoing::get(["cdn", &self.organization, "resource"])
                .query("page", number.to_string());
            let page = self.ask(&ask, resources::page).await?;
            found.take(&self.account, &page.records, |record| {
                resources::resource(&self.account, &self.provider, record)
            });
            if page.is_last(number, found.read) {
                break;
            }
        }
        Ok(found.resources)
    }

    async fn history(&self, ask: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let Some((resource, cname)) = &ask.resource else {
            return Err(Failure::new(Cause::Unsupported)
                .with_message("this vendor tells the history of one resource at a time"));
        };
        let mut outgoing = Outgoing::get(purge::path(&self.organization, resource.as_str()))
            .query("page", (ask.offset / PAGE + 1).to_string())
            .query("limit", PAGE.to_string());
        if let Some(id) = &ask.id {
            outgoing = outgoing.query("opID", id.as_str());
        }
        let place = history::Place {
            account: &self.account,
            provider: &self.provider,
            resource,
            cname,
            offset: ask.offset,
        };
        self.ask(&outgoing, |answer| history::page(&place, answer, self.now.now())).await
    }

    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure> {
        if request.account != self.account {
            return Err(Failure::new(Cause::Refused).with_message(format!(
                "the request is one of account {}, not of {}",
                request.account, self.account
            )));
        }
        let token = self.pass.token(&self.http, &self.now).await?;
        let outgoing = authorised(purge::outgoing(&self.organization, request), Some(&token));
        let result = self.http.send(&outgoing, purge::receipt).await;
        if let Err(failure) = &result
            && failure.cause == Cause::Unauthenticated
        {
            self.pass.refused(&token).await;
        }
        result
    }

    fn preview(&self, request: &PurgeRequest) -> Preview {
        self.http.preview(&authorised(purge::outgoing(&self.organization, request), None))
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
