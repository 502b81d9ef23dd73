//! API 2.0 (`…/v2/index.php`), signed by HmacSHA1 or HmacSHA256.
//!
//! The vendor has retired it: for the CDN on 30 November 2022, for all existing accounts by 31 March 2023. It is kept exact
//! for whoever still has a gateway that speaks it, which the account's `base_url` names; where the vendor's own host is
//! asked and does not answer as an API, the failure says that it is retired.
//!
//! - A failure comes with status 200 and a `code` other than 0; `codeDesc` is a number or a text, and the code of the
//!   CDN itself stands in brackets in the message.
//! - The history has a row per purge and no paging: a range whose answer may be cut is split by whoever asks.
//! - A purge's answer names a `task_id`, a text; the history's `id` is a number. That they are the same is said nowhere, so
//!   a receipt has no id here, and the purge is found again by what it purged.

mod errors;
mod history;
mod hosts;
mod request;
mod signature;

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::keys::KeyRing;
use super::limits::{self, Numbers};
use super::time::Times;
use super::{NAME, Settings, Wanted};
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::limits::{Limits, Reading};
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::resource::Resource;
use crate::providers::clock::WallClock;
use crate::providers::found::Found;
use crate::providers::http::{Answer, Http};
use crate::providers::{ConnectError, HistoryPage, HistoryRequest, Provider, Receipt};
use request::{Params, wanted};
pub use signature::Method;

const RETIRED_HOST: &str = "cdn.api.qcloud.com";
const USUAL_URL: &str = "https://cdn.api.qcloud.com/v2/index.php";
const PATH: &str = "/v2/index.php";
/// How many domains are asked for at once.
const HOSTS: u64 = 100;
/// More pages of domains than any account has.
const MOST_PAGES: usize = 10_000;

/// One account at Tencent Cloud, by API 2.0.
#[derive(Debug)]
pub struct Tencent2 {
    account: AccountName,
    provider: ProviderName,
    http: Http,
    keys: KeyRing,
    times: Times,
    now: WallClock,
    method: Method,
}

impl Tencent2 {
    /// The adapter of an account. Nothing is asked yet.
    pub fn new(settings: Settings, method: Method) -> Result<Self, ConnectError> {
        let base = match settings.base_url.clone() {
            // A gateway that is named by its host alone has the API where the vendor had it.
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
        Ok(Self {
            http: Http::new(settings.account.clone(), &base, settings.patience)?
                .timed_by(settings.now.clone()),
            provider: ProviderName::new(NAME),
            keys: KeyRing::new(&settings),
            account: settings.account,
            times: Times::new(settings.times),
            now: settings.now,
            method,
        })
    }

    async fn ask<T>(
        &self,
        action: &str,
        params: &Params,
        understand: impl Fn(&Value) -> Result<T, Failure> + Send + Sync,
    ) -> Result<T, Failure> {
        let keys = self.keys.get().await?;
        let result = self
            .http
            .read(
                || Ok(self.get(action, params, &keys, self.now.now())),
                |answer| understand(&self.data(answer)?),
            )
            .await;
        self.keys.note(result.as_ref().err()).await;
        result.map_err(|failure| self.retired(failure))
    }

    fn data(&self, answer: &Answer) -> Result<Value, Failure> {
        errors::data(answer, self.http.clock_ahead())
    }

    /// A failure of the vendor's own host that is not the API's word: nobody is there any more.
    pub(super) fn retired(&self, failure: Failure) -> Failure {
        let is_api_word = failure.code.is_some();
        if is_api_word || self.http.host() != RETIRED_HOST || failure.cause == Cause::Refused {
            return failure;
        }
        let words = format!(
            "the vendor switched {RETIRED_HOST} off in 2022 and 2023; use api = \"3.0\", or name your gateway as base_url. {}",
            failure.detail
        );
        Failure {
            http_status: failure.http_status,
            applied: failure.applied,
            ..Failure::new(Cause::Retired).with_message(words)
        }
    }

    fn numbers() -> Numbers {
        Numbers {
            urls: 1_000,
            directories: 20,
            url_rate: (1_200, Duration::from_mins(1)),
            directory_rate: (3_000, Duration::from_mins(1)),
            reading: Reading::Ranges,
            page: history::MOST,
        }
    }
}

#[async_trait]
impl Provider for Tencent2 {
    fn account(&self) -> &AccountName {
        &self.account
    }

    fn provider(&self) -> &ProviderName {
        &self.provider
    }

    fn documented_limits(&self) -> Limits {
        limits::documented(&Self::numbers(), self.times)
    }

    /// The API tells no limits; the documented ones hold.
    async fn live_limits(&self) -> Result<Limits, Failure> {
        Ok(self.documented_limits())
    }

    async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        let mut found = Found::default();
        for _ in 0..MOST_PAGES {
            let params = hosts::question(found.read, HOSTS);
            let page = self.ask("DescribeCdnHosts", &params, hosts::page).await?;
            found.take(&self.account, &page.hosts, |record| {
                hosts::resource(&self.account, &self.provider, record)
            });
            if found.is_all(page.hosts.len(), page.total) {
                break;
            }
        }
        Ok(found.resources)
    }

    async fn history(&self, ask: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let params = history::question(ask, self.times, self.now.now());
        self.ask("GetCdnRefreshLog", &params, |data| {
            history::page(&self.account, &self.provider, self.times, self.now.now(), data)
        })
        .await
    }

    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure> {
        let (action, params) = wanted(&Wanted::of(&self.account, request)?);
        let keys = self.keys.get().await?;
        let outgoing = self.post(action, &params, Some((&keys, self.now.now())));
        let result = self
            .http
            .send(&outgoing, |answer| {
                self.data(answer)?;
                Ok(Receipt { id: None, at: answer.date })
            })
            .await;
        self.keys.note(result.as_ref().err()).await;
        result.map_err(|failure| self.retired(failure))
    }

    fn preview(&self, request: &PurgeRequest) -> Preview {
        let (action, params) = wanted(&Wanted::shown(request));
        self.http.preview(&self.post(action, &params, None))
    }

    fn clock_ahead(&self) -> Option<TimeDelta> {
        self.http.clock_ahead()
    }

    fn edge_rules(&self) -> EdgeRules {
        super::edge::rules()
    }
}
