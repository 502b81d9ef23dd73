//! API 3.0 (`cdn.tencentcloudapi.com`, version 2018-06-06), signed by TC3-HMAC-SHA256.
//!
//! - A failure comes with status 200 and `Response.Error`; messages are asked for in English.
//! - The history has a row per URL; rows with the same task id are one purge here. Its order, the most rows in an answer
//!   and its reach are not documented: 1,000 rows are asked for, which is the most of the vendor's newer product, and 100
//!   where that is refused; the reach is taken from API 2.0, 30 days.
//! - The batch size for directories is 500 in one text, and 20 and 39 in the examples of the quota call: the call counts,
//!   and before it was asked the smallest.

mod domains;
mod errors;
mod history;
mod purge;
mod quota;
mod signature;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::Url;

use super::keys::{KeyRing, Keys};
use super::limits::{self, Numbers};
use super::time::Times;
use super::{NAME, Settings, Wanted};
use crate::config::secret::Secret;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::limits::{Limits, Reading};
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::resource::Resource;
use crate::providers::clock::WallClock;
use crate::providers::found::Found;
use crate::providers::http::{Answer, Http, Outgoing};
use crate::providers::{ConnectError, HistoryPage, HistoryRequest, Provider, Receipt};

const USUAL_URL: &str = "https://cdn.tencentcloudapi.com/";
const INTERNATIONAL_URL: &str = "https://cdn.intl.tencentcloudapi.com/";
const VERSION: &str = "2018-06-06";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";
/// The most rows of history that are asked for at once, and as many where that is refused.
const ROWS: u64 = 1_000;
const FEW_ROWS: u64 = 100;
/// The most domains that the documents let one answer have.
const DOMAINS: u64 = 1_000;
/// More pages of domains than any account has.
const MOST_PAGES: usize = 1_000;

/// One account at Tencent Cloud, by API 3.0.
#[derive(Debug)]
pub struct Tencent3 {
    account: AccountName,
    provider: ProviderName,
    http: Http,
    keys: KeyRing,
    area: Option<String>,
    times: Times,
    now: WallClock,
    rows: AtomicU64,
}

impl Tencent3 {
    /// The adapter of an account. Nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, ConnectError> {
        let usual = if settings.international { INTERNATIONAL_URL } else { USUAL_URL };
        let base = match &settings.base_url {
            Some(url) => url.clone(),
            None => Url::parse(usual).map_err(|error| ConnectError::Setting {
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
            area: settings.area,
            times: Times::new(settings.times),
            now: settings.now,
            rows: AtomicU64::new(ROWS),
        })
    }

    /// Asks, and gives what stands in the answer's `Response`.
    async fn ask<T>(
        &self,
        action: &str,
        body: &Value,
        understand: impl Fn(&Value) -> Result<T, Failure> + Send + Sync,
    ) -> Result<T, Failure> {
        let keys = self.keys.get().await?;
        let body = body.to_string();
        let result = self
            .http
            .read(
                || Ok(self.outgoing(action, &body, Some((&keys, self.now.now())))),
                |answer| understand(&self.response(answer)?),
            )
            .await;
        self.keys.note(result.as_ref().err()).await;
        result
    }

    fn response(&self, answer: &Answer) -> Result<Value, Failure> {
        errors::response(answer, self.http.clock_ahead())
    }

    /// The request, signed where keys are given; with placeholders otherwise.
    fn outgoing(
        &self,
        action: &str,
        body: &str,
        signed: Option<(&Keys, DateTime<Utc>)>,
    ) -> Outgoing {
        let signature = signed.as_ref().map(|(keys, at)| {
            signature::authorization(
                keys,
                *at,
                &signature::Subject {
                    service: "cdn",
                    host: &self.http.host(),
                    path: self.http.path(),
                    content_type: CONTENT_TYPE,
                    action: None,
                    body,
                },
            )
        });
        let token = signed.as_ref().map(|(keys, _)| keys.token.clone());
        let mut outgoing = Outgoing::post([])
            .body(CONTENT_TYPE, body)
            .header("X-TC-Action", action)
            .header("X-TC-Version", VERSION)
            .header("X-TC-Language", "en-US")
            // The ids of tasks begin with the second in which they were made.
            .passing_header(
                "X-TC-Timestamp",
                "$TC3_TIMESTAMP",
                signed.as_ref().map(|(_, at)| at.timestamp().to_string()),
            )
            .secret_header("Authorization", "$TC3_AUTHORIZATION", signature.map(Secret::new));
        if self.keys.are_temporary() {
            outgoing = outgoing.secret_header("X-TC-Token", "$TENCENTCLOUD_TOKEN", token.flatten());
        }
        match signed {
            Some((keys, _)) => outgoing.hiding(keys.key.clone()),
            None => outgoing,
        }
    }

    fn numbers() -> Numbers {
        let rate = (20, Duration::from_secs(1));
        Numbers {
            urls: 1_000,
            directories: 20,
            url_rate: rate,
            directory_rate: rate,
            reading: Reading::RangesAndOffsets,
            page: ROWS as u32,
        }
    }
}

#[async_trait]
impl Provider for Tencent3 {
    fn account(&self) -> &AccountName {
        &self.account
    }

    fn provider(&self) -> &ProviderName {
        &self.provider
    }

    fn documented_limits(&self) -> Limits {
        limits::documented(&Self::numbers(), self.times)
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        let documented = self.documented_limits();
        self.ask("DescribePurgeQuota", &json!({}), |response| {
            Ok(quota::applied(documented.clone(), quota::quotas(response), self.area.as_deref()))
        })
        .await
    }

    async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        let mut found = Found::default();
        for _ in 0..MOST_PAGES {
            let body = json!({ "Offset": found.read, "Limit": DOMAINS });
            let page = self.ask("DescribeDomains", &body, domains::page).await?;
            found.take(&self.account, &page.domains, |record| {
                domains::resource(&self.account, &self.provider, record)
            });
            if found.is_all(page.domains.len(), page.total) {
                break;
            }
        }
        Ok(found.resources)
    }

    async fn history(&self, ask: &HistoryRequest) -> Result<HistoryPage, Failure> {
        loop {
            let rows = self.rows.load(Ordering::Relaxed);
            let body = history::question(ask, self.times, self.now.now(), rows);
            let result = self
                .ask("DescribePurgeTasks", &body, |response| {
                    history::page(
                        &self.account,
                        &self.provider,
                        self.times,
                        self.now.now(),
                        ask.offset,
                        response,
                    )
                })
                .await;
            match result {
                Err(failure) if rows > FEW_ROWS && history::is_too_many(&failure) => {
                    self.rows.store(FEW_ROWS, Ordering::Relaxed);
                }
                other => return other,
            }
        }
    }

    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure> {
        let wanted = Wanted::of(&self.account, request)?;
        let keys = self.keys.get().await?;
        let (action, body) = purge::body(&wanted, request.area.as_ref().or(self.area.as_ref()));
        let outgoing = self.outgoing(action, &body.to_string(), Some((&keys, self.now.now())));
        let result = self
            .http
            .send(&outgoing, |answer| Ok(purge::receipt(&self.response(answer)?, answer)))
            .await;
        self.keys.note(result.as_ref().err()).await;
        result
    }

    fn preview(&self, request: &PurgeRequest) -> Preview {
        let wanted = Wanted::shown(request);
        let (action, body) = purge::body(&wanted, request.area.as_ref().or(self.area.as_ref()));
        self.http.preview(&self.outgoing(action, &body.to_string(), None))
    }

    fn clock_ahead(&self) -> Option<TimeDelta> {
        self.http.clock_ahead()
    }

    fn edge_rules(&self) -> EdgeRules {
        super::edge::rules()
    }
}

/// A `Response` that lacks what it was asked for.
fn lacks(what: &str) -> Failure {
    Failure::new(Cause::BadAnswer).with_message(format!("the answer has no {what}"))
}
