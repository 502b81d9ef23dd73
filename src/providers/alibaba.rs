//! Alibaba Cloud CDN (version 2018-05-10), signed by ACS3-HMAC-SHA256. DCDN and ESA are other
//! products with other actions; they are not here.
//!
//! - A resource is a domain; its name is its id. A task's rows name it by their objects' host
//!   (inferred: the list has no other field for it).
//! - One request can become several tasks, whose ids come joined by commas: objects of one domain
//!   and second that are purged by URL share a task, up to 2,000 (documented), and every directory
//!   is a task of its own (inferred). So requests are cut such that one task comes of each
//!   ([`limits`]); where several do nevertheless, all of them are followed.
//! - The history reaches back three days and has a row per object; rows of one task are one purge.
//!   A filter by domain needs an object type (documented), so the list is never asked for a domain:
//!   it holds more than was asked for then. Its order is not documented.
//! - The status of a task is brought up to date by being asked for (documented), so an answer may
//!   tell that of the question before: only a final status ends the questions.
//! - There is no purge of everything, nor of a host: the root directory of the domain is purged
//!   (inferred).
//! - How the history writes tasks of tags and of objects without their parameters is not
//!   documented: several words for them are taken.

mod domains;
mod edge;
mod errors;
mod history;
mod limits;
mod purge;
mod quota;
mod signature;

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use super::adapter::{Adapter, Session};
use super::clock::WallClock;
use super::http::{HttpPolicy, HttpRequest, HttpResponse};
use super::records::{Position, RecordPage};
use super::signing_key::{SigningKey, SigningKeyNames, SigningKeySource};
use super::{ConnectError, HistoryPage, HistoryRequest, Receipt, lenient};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::Failure;
use crate::domain::ids::PurgeId;
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use crate::domain::secret::Secret;
use signature::SignatureInput;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "alibaba";
/// The ways in which everything but a single URL can be purged, by the words of our own requests.
const CHANGED: &str = "changed";
const FORCE: &str = "force";

/// The host of accounts in China, which is also the one for a region that is not named.
const HOST: &str = "cdn.aliyuncs.com";
/// The host of all regions elsewhere, by the vendor's SDK.
const HOST_ELSEWHERE: &str = "cdn.ap-southeast-1.aliyuncs.com";
const VERSION: &str = "2018-05-10";
const FORM: &str = "application/x-www-form-urlencoded";

/// The keys of the configuration that hold a signing key.
const KEYS: SigningKeyNames =
    SigningKeyNames { id: "access_key_id", key: "access_key_secret", token: "security_token" };

/// One account at Alibaba Cloud.
#[derive(Debug)]
pub(super) struct Alibaba {
    session: Session,
    keys: SigningKeySource,
}

/// The parameters of an action, by name.
type Params = Vec<(&'static str, String)>;

/// A request before it is signed.
#[derive(Debug)]
pub(super) struct ActionCall {
    action: &'static str,
    query: Params,
    /// The parameters that go into the body, as a form; `None`: no body.
    form: Option<Params>,
}

impl ActionCall {
    fn new(action: &'static str, query: Params) -> Self {
        Self { action, query, form: None }
    }
}

impl Alibaba {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let vendor_url = format!("https://{}/", endpoint(account.option("region")));
        Ok(Self {
            keys: SigningKeySource::new(account, &KEYS)?,
            session: Session::new(account, &vendor_url, clock, policy)?,
        })
    }
}

/// Returns the host that answers for a region. Seen in the SDK: there are two.
fn endpoint(region: Option<&str>) -> &'static str {
    match region.map(str::trim) {
        None | Some("") => HOST,
        Some(region) if region.starts_with("cn-") => HOST,
        Some(_) => HOST_ELSEWHERE,
    }
}

/// Writes a time as the vendor has it: in UTC, to the second.
fn written(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Adapter for Alibaba {
    type Call = ActionCall;
    type Keys = SigningKeySource;

    fn session(&self) -> &Session {
        &self.session
    }

    fn keys(&self) -> &SigningKeySource {
        &self.keys
    }

    fn sign(&self, call: &ActionCall, keys: Option<&SigningKey>) -> HttpRequest {
        let http = &self.session.http;
        let body = call.form.as_ref().map(|form| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
        });
        let subject = SignatureInput {
            host: &http.host(),
            path: http.path(),
            action: call.action,
            version: VERSION,
            query: &call.query,
            content_type: call.form.as_ref().map(|_| FORM),
            body: body.as_deref().unwrap_or_default(),
            date: &written(self.session.now()),
            nonce: &Uuid::new_v4().simple().to_string(),
        };
        let mut request = HttpRequest::post([])
            .header("x-acs-action", subject.action)
            .header("x-acs-version", subject.version)
            .header("x-acs-content-sha256", subject.body_hash())
            .shown_header("x-acs-date", "$ACS_DATE", keys.map(|_| subject.date.to_owned()))
            .shown_header(
                "x-acs-signature-nonce",
                "$ACS_NONCE",
                keys.map(|_| subject.nonce.to_owned()),
            );
        for (name, value) in &call.query {
            request = request.query(name, value);
        }
        if let Some(body) = &body {
            request = request.body(FORM, body);
        }
        if self.keys.is_temporary() {
            let token = keys.and_then(|keys| keys.token.clone());
            let id = keys.map(|keys| keys.id.clone());
            request = request
                .shown_header("x-acs-accesskey-id", "$ALIBABA_CLOUD_ACCESS_KEY_ID", id)
                .secret_header("x-acs-security-token", "$ALIBABA_CLOUD_SECURITY_TOKEN", token);
        }
        let signature = keys.map(|keys| Secret::new(subject.authorization(keys)));
        request = request.secret_header("Authorization", "$ACS3_AUTHORIZATION", signature);
        keys.into_iter().fold(request, |request, keys| request.hiding(keys.key.clone()))
    }

    fn body(&self, response: &HttpResponse, _: &SigningKey) -> Result<Value, Failure> {
        errors::body(response, self.session.http.clock_ahead())
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        let call = ActionCall::new("DescribeRefreshQuota", Vec::new());
        let quotas = self.read(&call, |body, _| Ok(quota::quotas(body))).await?;
        Ok(quota::applied(self.documented_limits(), quotas))
    }

    fn list_resources(&self, at: Position) -> ActionCall {
        domains::question(at)
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
        domains::resource(&self.session, record)
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let call = history::question(&self.session, request);
        self.read(&call, |body, _| history::page(&self.session, request, body)).await
    }

    fn check(&self, request: &PurgeRequest) -> Result<(), Failure> {
        purge::check(request)
    }

    fn purge(&self, request: &PurgeRequest) -> ActionCall {
        purge::call(request)
    }

    fn command_line(&self, request: &PurgeRequest) -> Option<String> {
        let host = self.session.http.host();
        Some(purge::command_line(request, (host != HOST).then_some(host.as_str())))
    }

    /// The ids of the tasks are a "yes". Without any, an answer means what its code does.
    fn receipt(&self, response: &HttpResponse, keys: &SigningKey) -> Result<Receipt, Failure> {
        let body = self.body(response, keys)?;
        let id =
            lenient::field(&body, "RefreshTaskId").and_then(|ids| PurgeId::of_all(ids.split(',')));
        match id {
            Some(id) => Ok(Receipt { id: Some(id), at: response.date, ..Receipt::default() }),
            None => Err(errors::told(response, &body, self.session.http.clock_ahead())),
        }
    }

    fn edge_rules(&self) -> EdgeRules {
        edge::rules()
    }
}

#[cfg(test)]
mod tests;
