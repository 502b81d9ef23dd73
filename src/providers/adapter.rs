//! Everything that vendors' adapters share: credentials, signing, retries, paging, refusals.
//!
//! A vendor implements [`Adapter`] and thereby becomes a [`Provider`]. An adapter says only what is
//! its vendor's own: how a request is signed, what a failure means, which requests list resources
//! and purges, and how their records are read.

use std::collections::HashSet;
use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use url::Url;

use super::clock::WallClock;
use super::credential::KeySource;
use super::http::{Http, HttpPolicy, HttpRequest, HttpResponse};
use super::records::{Position, RecordPage};
use super::{
    ActivityPage, ActivityRequest, ActivityRule, CallRecorder, ConnectError, HistoryPage,
    HistoryRequest, Provider, Receipt, SlowDowns, field_errors, lenient,
};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure, FieldError};
use crate::domain::ids::{AccountName, JournalId, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::Purge;
use crate::domain::resource::{Resource, ResourceState};
use crate::domain::status::Status;
use crate::domain::target::normal;
use crate::domain::text::escape_control;

/// More pages of resources than any account has; a vendor that never ends is left here.
const MAX_PAGES: u64 = 10_000;

/// One account's connection to its vendor.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) account: AccountName,
    pub(crate) provider: ProviderName,
    pub(crate) http: Http,
}

impl Session {
    /// Prepares the connection to the account's address, else to the vendor's own. An address
    /// without a path gets the path of the vendor's. Nothing is opened yet.
    pub(crate) fn new(
        account: &AccountConfig,
        vendor_url: &str,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let vendor_url = Url::parse(vendor_url)
            .map_err(|error| ConnectError::setting("base_url", error.to_string()))?;
        let mut base = account.base_url.clone().unwrap_or_else(|| vendor_url.clone());
        if base.path() == "/" {
            base.set_path(vendor_url.path());
        }
        Ok(Self {
            account: account.name().clone(),
            provider: account.provider().clone(),
            http: Http::new(account.name().clone(), &base, policy, clock)?,
        })
    }

    /// Returns the time on our side.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.http.now()
    }

    /// Returns the time by the vendor's clock, as far as it is known.
    pub(crate) fn vendor_now(&self) -> DateTime<Utc> {
        self.now() + self.http.clock_ahead().unwrap_or_default()
    }

    /// Returns a resource of the account with its id and host and nothing else.
    pub(crate) fn resource(&self, id: String, cname: String) -> Resource {
        Resource {
            state: ResourceState::Other("unknown".to_owned()),
            ..Resource::new(self.account.clone(), self.provider.clone(), id, cname)
        }
    }

    /// Reads the fields of a purge that every vendor's records have; the rest is empty. `None` for
    /// a record without an id, which could not be told from the next one. The current time replaces
    /// one that could not be read.
    pub(crate) fn purge(
        &self,
        record: &Value,
        fields: &PurgeFields,
        read_time: impl Fn(&str) -> Option<DateTime<Utc>>,
    ) -> Option<Purge> {
        let field = |name: &str| lenient::field(record, name).unwrap_or_default();
        let (raw_kind, raw_status) = (field(fields.kind), field(fields.status));
        let raw_created = field(fields.created);
        let created = read_time(&raw_created);
        Some(Purge {
            account: self.account.clone(),
            provider: self.provider.clone(),
            id: PurgeId::from(lenient::field(record, fields.id)?),
            resource: ResourceId::new(""),
            cname: String::new(),
            kind: meaning(fields.kinds, &raw_kind),
            raw_kind,
            status: meaning(fields.statuses, &raw_status).unwrap_or(Status::Unknown),
            raw_status,
            created: created.unwrap_or_else(|| self.now()),
            raw_created: created.is_none().then_some(raw_created),
            completed: None,
            targets: Vec::new(),
            by: None,
        })
    }
}

/// The fields of a vendor's records of purges, by their names, and the meanings of its words.
#[derive(Debug)]
pub(crate) struct PurgeFields {
    pub(crate) id: &'static str,
    pub(crate) created: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) kinds: &'static [(&'static str, Kind)],
    pub(crate) status: &'static str,
    pub(crate) statuses: &'static [(&'static str, Status)],
}

/// Looks a word up in a list of words with their meanings, in any case.
fn meaning<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    let word = word.trim();
    words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, meaning)| *meaning)
}

/// The credentials that an adapter signs with.
pub(crate) type Key<A> = <<A as Adapter>::Keys as KeySource>::Key;

/// One vendor's API, as far as it differs from the others'.
pub(crate) trait Adapter: Send + Sync + Debug {
    /// A request before it is signed.
    type Call: Send + Sync;
    /// The source of the credentials that a request is signed with.
    type Keys: KeySource;

    /// Returns the account's connection.
    fn session(&self) -> &Session;

    /// Returns the account's credentials.
    fn keys(&self) -> &Self::Keys;

    /// Returns the connection to another host, where a part of the API is there.
    fn other_host(&self) -> Option<&Http> {
        None
    }

    /// Returns the connection that a question goes over.
    fn connection(&self, _: &Self::Call) -> &Http {
        &self.session().http
    }

    /// Builds the request as it goes out; without a key, with placeholders in the places of
    /// secrets. Called for each attempt: a signature is good for one.
    fn sign(&self, call: &Self::Call, key: Option<&Key<Self>>) -> HttpRequest;

    /// Returns the body of a response, or the failure that the response means.
    fn body(&self, response: &HttpResponse, key: &Key<Self>) -> Result<Value, Failure>;

    /// Adds to a failure what only this adapter knows about it.
    fn explain(&self, failure: Failure) -> Failure {
        failure
    }

    /// See [`Provider::documented_limits`].
    fn documented_limits(&self) -> Limits;

    /// See [`Provider::live_limits`]; by default the documented ones, for an API that has none.
    fn live_limits(&self) -> impl Future<Output = Result<Limits, Failure>> + Send {
        async { Ok(self.documented_limits()) }
    }

    /// Returns the request for a page of resources.
    fn list_resources(&self, at: Position) -> Self::Call;

    /// Reads that page.
    fn resource_page(
        &self,
        at: Position,
        body: &Value,
        response: &HttpResponse,
    ) -> Result<RecordPage, Failure>;

    /// Reads a record of that page; `None` for one without an id.
    fn resource(&self, record: &Value) -> Option<Resource>;

    /// Lists the resources, page by page.
    fn listed(&self) -> impl Future<Output = Result<Vec<Resource>, Failure>> + Send {
        async {
            let session = self.session();
            let mut resources = Vec::new();
            // A list that changes while it is paged can show one twice.
            let mut seen = HashSet::new();
            let mut at = Position::default();
            while at.page < MAX_PAGES {
                let call = self.list_resources(at);
                let page = self
                    .read(&call, |body, response| self.resource_page(at, body, response))
                    .await?;
                for record in &page.records {
                    let Some(resource) = self.resource(record) else {
                        let account = &session.account;
                        tracing::warn!(%account, "a resource without an id is left out");
                        continue;
                    };
                    if seen.insert(resource.id.clone()) {
                        resources.push(resource);
                    }
                }
                if page.is_last || page.records.is_empty() {
                    break;
                }
                at = Position { page: at.page + 1, offset: at.offset + page.records.len() as u64 };
            }
            Ok(resources)
        }
    }

    /// Adds to the listed resources what takes further questions; by default nothing.
    fn completed(
        &self,
        listed: Vec<Resource>,
    ) -> impl Future<Output = Result<Vec<Resource>, Failure>> + Send {
        async { Ok(listed) }
    }

    /// See [`Provider::history`].
    fn history(
        &self,
        request: &HistoryRequest,
    ) -> impl Future<Output = Result<HistoryPage, Failure>> + Send;

    /// See [`Provider::activity_log`].
    fn activity_log(&self) -> Option<ActivityRule> {
        None
    }

    /// See [`Provider::activity`].
    fn activity(
        &self,
        _: &ActivityRequest,
    ) -> impl Future<Output = Result<ActivityPage, Failure>> + Send {
        async {
            Err(Failure::new(Cause::Unsupported)
                .with_message("this vendor has no log of who did what"))
        }
    }

    /// See [`Provider::detail`].
    fn detail(
        &self,
        _: &ResourceId,
        _: &PurgeId,
    ) -> impl Future<Output = Result<Purge, Failure>> + Send {
        async {
            Err(Failure::new(Cause::Unsupported)
                .with_message("this vendor lists purges as a whole"))
        }
    }

    /// Refuses a purge for which the vendor's API has no words.
    fn check(&self, _: &PurgeRequest) -> Result<(), Failure> {
        Ok(())
    }

    /// Returns the request for a purge.
    fn purge(&self, request: &PurgeRequest) -> Self::Call;

    /// Returns the request for a purge under our own name for it, for a vendor that keeps such
    /// names.
    fn purge_as(&self, _name: &JournalId, request: &PurgeRequest) -> Self::Call {
        self.purge(request)
    }

    /// Returns a purge as a command line of the vendor's own tool, where requests are signed and
    /// `curl` could send none.
    fn command_line(&self, _: &PurgeRequest) -> Option<String> {
        None
    }

    /// Reads the response to a purge; by default any good one without an id.
    fn receipt(&self, response: &HttpResponse, key: &Key<Self>) -> Result<Receipt, Failure> {
        self.body(response, key)?;
        Ok(Receipt { at: response.date, ..Receipt::default() })
    }

    /// See [`Provider::edge_rules`].
    fn edge_rules(&self) -> EdgeRules;

    /// Sends a question, again where that may help, and parses the answer's body.
    fn read<T: Send>(
        &self,
        call: &Self::Call,
        parse: impl Fn(&Value, &HttpResponse) -> Result<T, Failure> + Send + Sync,
    ) -> impl Future<Output = Result<T, Failure>> + Send {
        async move {
            let mut renewed = false;
            loop {
                let key = self.keys().get(&self.session().http).await?;
                let result = self
                    .connection(call)
                    .read(
                        || self.sign(call, Some(&key)),
                        |response| parse(&self.body(response, &key)?, response),
                    )
                    .await;
                let Err(failure) = result else { return result };
                let has_other =
                    failure.cause == Cause::Unauthenticated && self.keys().forget(&key).await;
                if renewed || !has_other {
                    return Err(self.explain(failure));
                }
                renewed = true;
            }
        }
    }
}

/// Returns the receipt of a request of which something was taken, else the refusal of all of it: of
/// each target that was sent, or of whatever was sent where the vendor made no purge of it.
fn taken(request: &PurgeRequest, receipt: Receipt) -> Result<Receipt, Failure> {
    let sent = request.payload.targets();
    let is_refused =
        |target: &String| receipt.refused.iter().any(|it| normal(&it.target) == normal(target));
    let all_are = !sent.is_empty() && sent.iter().all(is_refused);
    let is_none = receipt.id.is_none() && !receipt.refused.is_empty();
    if !all_are && !is_none {
        return Ok(receipt);
    }
    let errors: Vec<FieldError> = receipt
        .refused
        .iter()
        .map(|refused| FieldError {
            field: escape_control(&refused.target, 200),
            index: None,
            message: escape_control(&refused.reason, 300),
        })
        .collect();
    let words = field_errors::in_words(&errors);
    Err(Failure::new(Cause::Rejected { errors }).with_message(words))
}

#[async_trait]
impl<A: Adapter> Provider for A {
    fn account(&self) -> &AccountName {
        &self.session().account
    }

    fn provider(&self) -> &ProviderName {
        &self.session().provider
    }

    fn documented_limits(&self) -> Limits {
        Adapter::documented_limits(self)
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        Adapter::live_limits(self).await
    }

    async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        self.completed(self.listed().await?).await
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        Adapter::history(self, request).await
    }

    fn activity_log(&self) -> Option<ActivityRule> {
        Adapter::activity_log(self)
    }

    async fn activity(&self, request: &ActivityRequest) -> Result<ActivityPage, Failure> {
        Adapter::activity(self, request).await
    }

    async fn detail(&self, resource: &ResourceId, id: &PurgeId) -> Result<Purge, Failure> {
        Adapter::detail(self, resource, id).await
    }

    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure> {
        let name = JournalId::from(uuid::Uuid::now_v7().to_string());
        self.submit_as(&name, request).await
    }

    async fn submit_as(
        &self,
        name: &JournalId,
        request: &PurgeRequest,
    ) -> Result<Receipt, Failure> {
        let session = self.session();
        if request.account != session.account {
            return Err(Failure::new(Cause::Refused).with_message(format!(
                "the request is one of account {}, not of {}",
                request.account, session.account
            )));
        }
        if Adapter::documented_limits(self).rule(request.kind()).is_none() {
            return Err(Failure::new(Cause::Unsupported)
                .with_message(format!("this vendor purges nothing by {}", request.kind())));
        }
        self.check(request)?;
        let key = self.keys().get(&session.http).await?;
        let signed = self.sign(&self.purge_as(name, request), Some(&key));
        let result = session.http.send(&signed, |response| self.receipt(response, &key)).await;
        let failure = match result {
            Ok(receipt) => return taken(request, receipt),
            Err(failure) => failure,
        };
        if failure.cause == Cause::Unauthenticated {
            self.keys().forget(&key).await;
        }
        Err(self.explain(failure))
    }

    fn preview(&self, request: &PurgeRequest) -> Preview {
        let mut preview = self.session().http.preview(&self.sign(&self.purge(request), None));
        if let Some(own) = self.command_line(request) {
            preview.curl = own;
        }
        preview
    }

    fn clock_ahead(&self) -> Option<TimeDelta> {
        self.session().http.clock_ahead()
    }

    fn slow_downs(&self) -> SlowDowns {
        self.session().http.slow_downs()
    }

    fn record_calls(&self, recorder: &CallRecorder) {
        self.session().http.record_calls(recorder);
        self.other_host().into_iter().for_each(|http| http.record_calls(recorder));
    }

    fn edge_rules(&self) -> EdgeRules {
        Adapter::edge_rules(self)
    }
}
