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

pub(super) use purge::command_line;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::limits::{self, Numbers};
use super::{Connection, PurgeTargets, check_mode};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::Failure;
use crate::domain::ids::PurgeId;
use crate::domain::limits::{Letters, Limits, ReadPace, Reading};
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use crate::providers::adapter::{Adapter, Session};
use crate::providers::clock::WallClock;
use crate::providers::http::{HttpPolicy, HttpRequest, HttpResponse};
use crate::providers::records::{Position, RecordPage};
use crate::providers::signing_key::{SigningKey, SigningKeySource};
use crate::providers::tc3::{self, Tc3Call, Tc3Service};
use crate::providers::{ConnectError, HistoryPage, HistoryRequest, Receipt, lenient};

pub(super) const SERVICE: Tc3Service = Tc3Service {
    name: "cdn",
    version: "2018-06-06",
    host: "cdn.tencentcloudapi.com",
    international_host: "cdn.intl.tencentcloudapi.com",
};
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

impl Tencent3 {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            area: account.option("area").map(str::to_owned),
            rows: AtomicU64::new(ROWS),
            connection: Connection::new(account, &SERVICE.url(account), clock, policy)?,
        })
    }
}

impl Adapter for Tencent3 {
    type Call = Tc3Call;
    type Keys = SigningKeySource;

    fn session(&self) -> &Session {
        &self.connection.session
    }

    fn keys(&self) -> &SigningKeySource {
        &self.connection.keys
    }

    fn sign(&self, call: &Tc3Call, keys: Option<&SigningKey>) -> HttpRequest {
        SERVICE.sign(call, &self.connection.session, &self.connection.keys, keys)
    }

    fn body(&self, response: &HttpResponse, _: &SigningKey) -> Result<Value, Failure> {
        tc3::body(response, self.connection.session.http.clock_ahead(), errors::cause)
    }

    fn explain(&self, failure: Failure) -> Failure {
        errors::explain(failure)
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
        let call = Tc3Call::new("DescribePurgeQuota", &json!({}));
        let quotas = self.read(&call, |body, _| Ok(quota::quotas(body))).await?;
        Ok(quota::applied(self.documented_limits(), quotas, self.area.as_deref()))
    }

    fn list_resources(&self, at: Position) -> Tc3Call {
        Tc3Call::new("DescribeDomains", &json!({ "Offset": at.offset, "Limit": DOMAINS }))
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
            let call = Tc3Call::new("DescribePurgeTasks", &body);
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

    fn purge(&self, request: &PurgeRequest) -> Tc3Call {
        let area = request.area.as_ref().or(self.area.as_ref());
        let (action, body) = purge::body(&PurgeTargets::of(request), area);
        Tc3Call::new(action, &body)
    }

    fn command_line(&self, request: &PurgeRequest) -> Option<String> {
        let area = request.area.as_ref().or(self.area.as_ref());
        Some(purge::command_line(
            &PurgeTargets::of(request),
            area,
            &self.connection.session.http.host(),
        ))
    }

    /// An answer without an error is a "yes"; the task's id is in it.
    fn receipt(&self, response: &HttpResponse, keys: &SigningKey) -> Result<Receipt, Failure> {
        let body = self.body(response, keys)?;
        let id = lenient::field(&body, "TaskId").map(PurgeId::from);
        Ok(Receipt { id, at: response.date, ..Receipt::default() })
    }

    fn edge_rules(&self) -> EdgeRules {
        super::edge::rules()
    }
}
