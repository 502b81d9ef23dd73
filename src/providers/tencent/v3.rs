//! API 3.0 (`cdn.tencentcloudapi.com`, version 2018-06-06), signed by TC3-HMAC-SHA256.
//!
//! - A failure comes with status 200 and `Response.Error`; messages are asked for in English.
//! - The history has a row per URL; rows with the same task id are one purge here. Its order, the
//!   most rows in an answer and its reach are not documented: 1,000 rows are asked for, which is
//!   the most of the vendor's newer product, and 100 where that is refused; the reach is taken from
//!   API 2.0, 30 days.
//! - The batch size for directories is 500 in one text, and 20 and 39 in the examples of the quota
//!   call: the call counts, and before it was asked the smallest.

mod domains;
mod errors;
mod history;
mod purge;
mod quota;
mod signature;

pub(super) use purge::command_line;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::keys::{KeyRing, Keys};
use super::limits::{self, Numbers};
use super::{Connection, PurgeTargets, check_mode};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::Failure;
use crate::domain::ids::PurgeId;
use crate::domain::limits::{Letters, Limits, ReadPace, Reading};
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use crate::domain::secret::Secret;
use crate::providers::adapter::{Adapter, Session};
use crate::providers::clock::WallClock;
use crate::providers::http::{HttpPolicy, HttpRequest, HttpResponse};
use crate::providers::records::{Position, RecordPage};
use crate::providers::{ConnectError, HistoryPage, HistoryRequest, Receipt, lenient};

const VENDOR_URL: &str = "https://cdn.tencentcloudapi.com/";
const INTERNATIONAL_URL: &str = "https://cdn.intl.tencentcloudapi.com/";
/// The host that the vendor's own tool calls.
const HOST: &str = "cdn.tencentcloudapi.com";
const VERSION: &str = "2018-06-06";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";
/// The most rows of history that are asked for at once, and the number where that is refused.
const ROWS: u64 = 1_000;
const FEW_ROWS: u64 = 100;
/// Documented: 20 requests a second for each action.
const PACE: ReadPace = ReadPace { at_once: 16, requests: 20, per: Duration::from_secs(1) };
/// The most domains that the documents let one answer have.
const DOMAINS: u64 = 1_000;

/// One account at Tencent Cloud, by API 3.0.
#[derive(Debug)]
pub(super) struct Tencent3 {
    connection: Connection,
    /// The only area that is purged, `mainland` or `overseas`; `None`: each domain's own.
    area: Option<String>,
    rows: AtomicU64,
}

/// A request before it is signed.
#[derive(Debug)]
pub(super) struct JsonCall {
    action: &'static str,
    body: String,
}

impl JsonCall {
    fn new(action: &'static str, body: &Value) -> Self {
        Self { action, body: body.to_string() }
    }
}

impl Tencent3 {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let is_international = account.option("international") == Some("true");
        let vendor_url = if is_international { INTERNATIONAL_URL } else { VENDOR_URL };
        Ok(Self {
            area: account.option("area").map(str::to_owned),
            rows: AtomicU64::new(ROWS),
            connection: Connection::new(account, vendor_url, clock, policy)?,
        })
    }
}

impl Adapter for Tencent3 {
    type Call = JsonCall;
    type Keys = KeyRing;

    fn session(&self) -> &Session {
        &self.connection.session
    }

    fn keys(&self) -> &KeyRing {
        &self.connection.keys
    }

    fn sign(&self, call: &JsonCall, keys: Option<&Keys>) -> HttpRequest {
        let (http, at) = (&self.connection.session.http, self.connection.session.now());
        let subject = signature::SignatureInput {
            service: "cdn",
            host: &http.host(),
            path: http.path(),
            content_type: CONTENT_TYPE,
            action: None,
            body: &call.body,
        };
        let signature = keys.map(|keys| Secret::new(signature::authorization(keys, at, &subject)));
        let mut request = HttpRequest::post([])
            .body(CONTENT_TYPE, &call.body)
            .header("X-TC-Action", call.action)
            .header("X-TC-Version", VERSION)
            .header("X-TC-Language", "en-US")
            // The ids of tasks begin with the second in which they were made.
            .shown_header(
                "X-TC-Timestamp",
                "$TC3_TIMESTAMP",
                keys.map(|_| at.timestamp().to_string()),
            )
            .secret_header("Authorization", "$TC3_AUTHORIZATION", signature);
        if self.connection.keys.are_temporary() {
            let token = keys.and_then(|keys| keys.token.clone());
            request = request.secret_header("X-TC-Token", "$TENCENTCLOUD_TOKEN", token);
        }
        keys.into_iter().fold(request, |request, keys| request.hiding(keys.key.clone()))
    }

    fn body(&self, response: &HttpResponse, _: &Keys) -> Result<Value, Failure> {
        errors::body(response, self.connection.session.http.clock_ahead())
    }

    fn documented_limits(&self) -> Limits {
        let rate = (20, Duration::from_secs(1));
        let numbers = Numbers {
            urls: 1_000,
            directories: 20,
            url_rate: rate,
            directory_rate: rate,
            letters: Letters::Raw,
            reading: Reading::RangesAndOffsets,
            page: ROWS as u32,
            pace: PACE,
        };
        limits::documented(&numbers, self.connection.times)
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        let call = JsonCall::new("DescribePurgeQuota", &json!({}));
        let quotas = self.read(&call, |body, _| Ok(quota::quotas(body))).await?;
        Ok(quota::applied(self.documented_limits(), quotas, self.area.as_deref()))
    }

    fn list_resources(&self, at: Position) -> JsonCall {
        JsonCall::new("DescribeDomains", &json!({ "Offset": at.offset, "Limit": DOMAINS }))
    }

    fn resource_page(
        &self,
        at: Position,
        body: &Value,
        _: &HttpResponse,
    ) -> Result<RecordPage, Failure> {
        domains::page(at, body)
    }

    fn resource(&self, record: &Value) -> Option<Resource> {
        domains::resource(&self.connection.session, record)
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        loop {
            let rows = self.rows.load(Ordering::Relaxed);
            let body = history::question(&self.connection, request, rows);
            let call = JsonCall::new("DescribePurgeTasks", &body);
            let result = self
                .read(&call, |body, _| history::page(&self.connection, request.offset, body))
                .await;
            match result {
                Err(failure) if rows > FEW_ROWS && history::is_too_many(&failure) => {
                    self.rows.store(FEW_ROWS, Ordering::Relaxed);
                }
                other => return other,
            }
        }
    }

    fn check(&self, request: &PurgeRequest) -> Result<(), Failure> {
        check_mode(request)
    }

    fn purge(&self, request: &PurgeRequest) -> JsonCall {
        let area = request.area.as_ref().or(self.area.as_ref());
        let (action, body) = purge::body(&PurgeTargets::of(request), area);
        JsonCall::new(action, &body)
    }

    fn command_line(&self, request: &PurgeRequest) -> Option<String> {
        let area = request.area.as_ref().or(self.area.as_ref());
        let host = self.connection.session.http.host();
        let endpoint = (host != HOST).then_some(host.as_str());
        Some(purge::command_line(&PurgeTargets::of(request), area, endpoint))
    }

    /// An answer without an error is a "yes"; the task's id is in it.
    fn receipt(&self, response: &HttpResponse, keys: &Keys) -> Result<Receipt, Failure> {
        let body = self.body(response, keys)?;
        let id = lenient::field(&body, "TaskId").map(PurgeId::from);
        Ok(Receipt { id, at: response.date })
    }

    fn edge_rules(&self) -> EdgeRules {
        super::edge::rules()
    }
}
