//! Amazon CloudFront: the REST API of version 2020-05-31, in XML, and CloudTrail for who purged.
//!
//! Sources of each behaviour are named in its module. What no document says, and what is done:
//!
//! - How far back the list of a distribution's purges reaches: it is read to its end once, later to
//!   the first purge that is known.
//! - How many calls a second are answered: few are made, and "Rate exceeded" is waited for.
//! - The end of a purge: the list has no time for it; it is when the status is first seen.
//! - There is no failed status and no soft purge.
//! - Tags are purged only where the distribution names a header for them (documented); its own page
//!   alone tells, which is not asked for. Elsewhere such a purge succeeds and empties nothing.

mod call;
mod credentials;
mod edge;
mod errors;
mod history;
mod limits;
mod profile;
mod purge;
mod resources;
mod signature;
mod trail;
mod xml;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use super::adapter::{Adapter, Session};
use super::clock::WallClock;
use super::http::{Http, HttpPolicy, HttpRequest, HttpResponse};
use super::records::{Position, RecordPage};
use super::signing_key::SigningKey;
use super::throttle::Throttle;
use super::{
    ActivityPage, ActivityRequest, ActivityRule, ConnectError, HistoryPage, HistoryRequest, Receipt,
};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{JournalId, PurgeId, ResourceId};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;
use crate::domain::secret::Secret;
use call::ApiCall;
use credentials::KeyChain;
use history::Markers;
use resources::ListMark;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "cloudfront";
const VENDOR_URL: &str = "https://cloudfront.amazonaws.com";
const REGION: &str = "us-east-1";
const CHINA_URL: &str = "https://cloudfront.cn-northwest-1.amazonaws.com.cn";
const CHINA_REGION: &str = "cn-northwest-1";
const TRAIL_URL: &str = "https://cloudtrail.us-east-1.amazonaws.com";
const CHINA_TRAIL_URL: &str = "https://cloudtrail.cn-northwest-1.amazonaws.com.cn";
const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
/// The most records of one answer (documented).
const PAGE: u64 = 100;
/// More pages of resources than any account has; a vendor that never ends is left here.
const MAX_PAGES: u32 = 10_000;
/// Stands for our name of a purge where it is only shown.
const REFERENCE_SHOWN: &str = "purgedeck-…";

/// One account at Amazon CloudFront.
#[derive(Debug)]
pub(super) struct CloudFront {
    session: Session,
    keys: KeyChain,
    region: &'static str,
    /// The tool's own address is the vendor's.
    is_at_vendor: bool,
    /// The connection to CloudTrail, where it is to be read.
    trail: Option<Http>,
    lookups: Throttle,
    pages: Markers<ResourceId>,
    log_pages: Markers<(DateTime<Utc>, DateTime<Utc>)>,
}

impl CloudFront {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        let is_set = |key: &str| account.option(key) == Some("true");
        let (region, url, trail_url) = if is_set("china") {
            (CHINA_REGION, CHINA_URL, CHINA_TRAIL_URL)
        } else {
            (REGION, VENDOR_URL, TRAIL_URL)
        };
        let session = Session::new(account, url, clock.clone(), policy)?;
        let trail = if is_set("cloudtrail") {
            let vendor_url = Url::parse(trail_url)
                .map_err(|error| ConnectError::setting("base_url", error.to_string()))?;
            let base = account.base_url.as_ref().unwrap_or(&vendor_url);
            Some(Http::new(account.name().clone(), base, policy, clock)?)
        } else {
            None
        };
        Ok(Self {
            keys: KeyChain::new(account)?,
            session,
            region,
            is_at_vendor: account.base_url.is_none(),
            trail,
            lookups: Throttle::new(trail::PACE),
            pages: Markers::default(),
            log_pages: Markers::default(),
        })
    }
}

impl Adapter for CloudFront {
    type Call = ApiCall;
    type Keys = KeyChain;

    fn session(&self) -> &Session {
        &self.session
    }

    fn keys(&self) -> &KeyChain {
        &self.keys
    }

    fn other_host(&self) -> Option<&Http> {
        self.trail.as_ref()
    }

    fn connection(&self, call: &ApiCall) -> &Http {
        self.trail.as_ref().filter(|_| call.is_lookup()).unwrap_or(&self.session.http)
    }

    fn sign(&self, call: &ApiCall, key: Option<&SigningKey>) -> HttpRequest {
        let (http, at) = (self.connection(call), self.session.now());
        let request = call.request();
        let (host, path) = (http.host(), http.sent_path(&request));
        let input = call.signed(self.region, &host, &path);
        let signature = key.map(|key| Secret::new(signature::authorization(key, at, &input)));
        let mut request = request
            .shown_header("X-Amz-Date", "$AMZ_DATE", key.map(|_| signature::stamp(at)))
            .secret_header("Authorization", "$AWS_AUTHORIZATION", signature);
        if let Some(token) = key.and_then(|key| key.token.as_ref()) {
            let token = Secret::new(token.expose().trim().to_owned());
            request =
                request.secret_header("X-Amz-Security-Token", "$AWS_SESSION_TOKEN", Some(token));
        }
        key.into_iter().fold(request, |request, key| request.hiding(key.key.clone()))
    }

    fn body(&self, response: &HttpResponse, _: &SigningKey) -> Result<Value, Failure> {
        errors::body(response, self.session.http.clock_ahead())
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    fn list_resources(&self, _: Position) -> ApiCall {
        resources::call(&ListMark::default())
    }

    fn resource_page(
        &self,
        _: Position,
        body: &Value,
        response: &HttpResponse,
    ) -> Result<RecordPage, Failure> {
        resources::page(&ListMark::default(), body, response)
    }

    fn resource(&self, record: &Value) -> Option<Resource> {
        resources::resource(&self.session, record)
    }

    /// Lists distributions and tenants page by page, each asked for by the mark of the one before.
    async fn listed(&self) -> Result<Vec<Resource>, Failure> {
        let mut resources = Vec::new();
        let mut next = Some(ListMark::default());
        for _ in 0..MAX_PAGES {
            let Some(mark) = next else { break };
            let call = resources::call(&mark);
            let read = self.read(&call, |body, response| {
                let page = resources::page(&mark, body, response)?;
                Ok((page, resources::next_mark(&mark, body)))
            });
            let (page, after) = match read.await {
                // Who may not list tenants may still purge distributions.
                Err(failure) if mark.is_of_tenants && failure.cause == Cause::Forbidden => {
                    let account = &self.session.account;
                    tracing::warn!(%account, %failure, "the tenants are left out");
                    break;
                }
                read => read?,
            };
            resources.extend(page.records.iter().filter_map(|record| self.resource(record)));
            next = after;
        }
        // A list that changes while it is paged can show one twice.
        let mut seen = HashSet::new();
        resources.retain(|resource: &Resource| seen.insert(resource.id.clone()));
        Ok(resources)
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let Some((resource, cname)) = &request.resource else {
            return Err(Failure::new(Cause::Unsupported)
                .with_message("this vendor tells the history of one distribution at a time"));
        };
        let mut walk = self.pages.walk(resource, request.offset);
        loop {
            let call = history::list_call(resource, walk.marker());
            let listed = self
                .read(&call, |body, response| history::listed(body, walk.marker(), response))
                .await?;
            if let Some(skipped) = walk.step(listed.records.len(), listed.next.as_deref())? {
                return Ok(history::page(&self.session, (resource, cname), &listed, skipped));
            }
        }
    }

    fn activity_log(&self) -> Option<ActivityRule> {
        self.trail.as_ref().map(|_| trail::RULE)
    }

    async fn activity(&self, request: &ActivityRequest) -> Result<ActivityPage, Failure> {
        if self.trail.is_none() {
            return Err(Failure::new(Cause::Unsupported)
                .with_message("who purged is read where the account says cloudtrail = true"));
        }
        let list = (request.from, request.until);
        let mut walk = self.log_pages.walk(&list, request.offset);
        loop {
            let place = trail::TrailPage::of(walk.marker());
            let call = trail::call(request, &place);
            let turn = self.lookups.turn().await;
            let (events, token) = self.read(&call, trail::events).await?;
            drop(turn);
            let next = place.next(token);
            let Some(skipped) = walk.step(events.len(), next.as_deref())? else { continue };
            let fresh = events.get(skipped..).unwrap_or_default();
            return Ok(ActivityPage {
                attempts: fresh.iter().filter_map(trail::attempt).collect(),
                records: fresh.len() as u64,
                complete: next.is_none(),
            });
        }
    }

    async fn detail(&self, resource: &ResourceId, id: &PurgeId) -> Result<Purge, Failure> {
        let call = history::detail_call(resource, id);
        self.read(&call, |body, response| history::detail(&self.session, resource, body, response))
            .await
    }

    fn check(&self, request: &PurgeRequest) -> Result<(), Failure> {
        purge::check(request)
    }

    fn purge(&self, request: &PurgeRequest) -> ApiCall {
        purge::call(request, REFERENCE_SHOWN)
    }

    fn purge_as(&self, name: &JournalId, request: &PurgeRequest) -> ApiCall {
        purge::call(request, &format!("purgedeck-{name}"))
    }

    fn command_line(&self, request: &PurgeRequest) -> Option<String> {
        let endpoint = (!self.is_at_vendor).then(|| self.session.http.origin());
        Some(purge::command_line(request, endpoint.as_deref()))
    }

    fn receipt(&self, response: &HttpResponse, key: &SigningKey) -> Result<Receipt, Failure> {
        purge::receipt(&self.body(response, key)?, response)
    }

    fn edge_rules(&self) -> EdgeRules {
        edge::rules()
    }
}

#[cfg(test)]
mod tests;
