//! API 2.0 (`…/v2/index.php`), signed by HmacSHA1 or HmacSHA256.
//!
//! The vendor has retired it: for the CDN on 30 November 2022, for all existing accounts by 31
//! March 2023. It is kept exact for whoever still has a gateway that speaks it, which the account's
//! `base_url` names; where the vendor's own host is asked and does not answer as an API, the
//! failure says that it is retired.
//!
//! - A failure comes with status 200 and a `code` other than 0; `codeDesc` is a number or a text,
//!   and the code of the CDN itself is in brackets in the message.
//! - The history has a row per purge and no paging: a range whose answer may be cut is split by
//!   whoever asks.
//! - A purge's answer names a `task_id`, a text; the history's `id` is a number. That they are the
//!   same is said nowhere, so a receipt has no id here, and the purge is found again by what it
//!   purged.

mod errors;
mod history;
mod hosts;
mod request;
mod signature;

use std::time::Duration;

use serde_json::Value;

use super::limits::{self, Numbers};
use super::v3;
use super::{Connection, PurgeTargets, check_mode};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::limits::{Letters, Limits, ReadPace, Reading};
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use crate::providers::adapter::{Adapter, Session};
use crate::providers::clock::WallClock;
use crate::providers::http::{HttpPolicy, HttpRequest, HttpResponse};
use crate::providers::records::{Position, RecordPage};
use crate::providers::signing_key::{SigningKey, SigningKeySource};
use crate::providers::{ConnectError, HistoryPage, HistoryRequest};
use request::FormCall;
use signature::HashMethod;

const RETIRED_HOST: &str = "cdn.api.qcloud.com";
const VENDOR_URL: &str = "https://cdn.api.qcloud.com/v2/index.php";
/// The number of domains that are asked for at once.
const HOSTS: u64 = 100;
/// Documented: 1,000 requests for the log a minute; here as many a second as that is on average.
const PACE: ReadPace = ReadPace { at_once: 8, requests: 16, per: Duration::from_secs(1) };

/// One account at Tencent Cloud, by API 2.0.
#[derive(Debug)]
pub(super) struct Tencent2 {
    connection: Connection,
    hash: HashMethod,
}

impl Tencent2 {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            hash: match account.option("signature") {
                Some("sha1") => HashMethod::Sha1,
                _ => HashMethod::Sha256,
            },
            connection: Connection::new(account, VENDOR_URL, clock, policy)?,
        })
    }
}

impl Adapter for Tencent2 {
    type Call = FormCall;
    type Keys = SigningKeySource;

    fn session(&self) -> &Session {
        &self.connection.session
    }

    fn keys(&self) -> &SigningKeySource {
        &self.connection.keys
    }

    fn sign(&self, call: &FormCall, keys: Option<&SigningKey>) -> HttpRequest {
        self.request(call, keys)
    }

    fn body(&self, response: &HttpResponse, _: &SigningKey) -> Result<Value, Failure> {
        errors::data(response, self.connection.session.http.clock_ahead())
    }

    /// A failure of the vendor's own host that is not the API's word: nobody is there any more.
    fn explain(&self, failure: Failure) -> Failure {
        let is_api_word = failure.code.is_some();
        if is_api_word
            || self.connection.session.http.host() != RETIRED_HOST
            || failure.cause == Cause::Refused
        {
            return failure;
        }
        let message = format!(
            "the vendor switched {RETIRED_HOST} off in 2022 and 2023; use api = \"3.0\", or name \
             your gateway as base_url. {}",
            failure.detail
        );
        Failure {
            http_status: failure.http_status,
            applied: failure.applied,
            ..Failure::new(Cause::Retired).with_message(message)
        }
    }

    fn documented_limits(&self) -> Limits {
        let numbers = Numbers {
            urls: 1_000,
            directories: 20,
            url_rate: (1_200, Duration::from_mins(1)),
            directory_rate: (3_000, Duration::from_mins(1)),
            letters: Letters::Encoded,
            reading: Reading::Ranges,
            page: history::MAX_ROWS,
            pace: PACE,
        };
        limits::documented(&numbers, self.connection.times)
    }

    fn list_resources(&self, at: Position) -> FormCall {
        hosts::call(at.offset, HOSTS)
    }

    fn resource_page(
        &self,
        at: Position,
        body: &Value,
        _: &HttpResponse,
    ) -> Result<RecordPage, Failure> {
        hosts::page(at, body)
    }

    fn resource(&self, record: &Value) -> Option<Resource> {
        hosts::resource(&self.connection.session, record)
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let call = history::call(&self.connection, request);
        self.read(&call, |body, _| history::page(&self.connection, body)).await
    }

    fn check(&self, request: &PurgeRequest) -> Result<(), Failure> {
        check_mode(request)
    }

    fn purge(&self, request: &PurgeRequest) -> FormCall {
        request::purge(&PurgeTargets::of(request))
    }

    /// The tool knows API 3.0 only, at its own address; the keys are the same.
    fn command_line(&self, request: &PurgeRequest) -> Option<String> {
        let targets = PurgeTargets::of(request);
        Some(v3::command_line(&targets, request.area.as_ref(), v3::SERVICE.host))
    }

    fn edge_rules(&self) -> EdgeRules {
        super::edge::rules()
    }
}
