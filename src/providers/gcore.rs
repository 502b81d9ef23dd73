//! Gcore: the CDN API at `api.gcore.com`, by its published OpenAPI document (version of 2026-05-14)
//! and guide.
//!
//! Questions that the documents leave open, and the answers here:
//!
//! - The order of the history is not said. Nothing here relies on one.
//! - A list comes in an envelope where `limit` is given and bare otherwise (seen in the vendor's
//!   SDK). Both are read. `next` is never followed: it is an address, and the token goes to the
//!   configured host only.
//! - `Status report disabled` is in the filter's list of statuses and nowhere else. It is taken
//!   for final.
//! - Whether `cname` also finds parts of names or secondary host names is not said: an answer may
//!   hold more than asked.
//! - Errors of the history are not described at all, 401, 403, 404 and 5xx hardly: see [`errors`].
//! - A purge is answered by 201 and no id. It is found again in the history.

mod activity;
mod edge;
mod errors;
mod history;
mod limits;
mod purge;
mod record_list;
mod resources;
mod time;

use serde_json::Value;

use super::adapter::{Adapter, Session};
use super::clock::WallClock;
use super::credential::Credential;
use super::http::{HttpPolicy, HttpRequest, HttpResponse};
use super::records::{Position, RecordPage};
use super::{
    ActivityPage, ActivityRequest, ActivityRule, ConnectError, HistoryPage, HistoryRequest, Receipt,
};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::Failure;
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use crate::domain::secret::Secret;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "gcore";
const VENDOR_URL: &str = "https://api.gcore.com";
/// The most records that the documents let one answer have.
const PAGE: u64 = 100;

/// One account at Gcore.
#[derive(Debug)]
pub(super) struct Gcore {
    session: Session,
    token: Credential,
}

impl Gcore {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            token: Credential::require(account, "token")?,
            session: Session::new(account, VENDOR_URL, clock, policy)?,
        })
    }
}

impl Adapter for Gcore {
    type Call = HttpRequest;
    type Keys = Credential;

    fn session(&self) -> &Session {
        &self.session
    }

    fn keys(&self) -> &Credential {
        &self.token
    }

    fn sign(&self, call: &HttpRequest, token: Option<&Secret>) -> HttpRequest {
        let request = call.clone().authorization("APIKey", "GCORE_API_KEY", token);
        token.into_iter().flat_map(hidden_parts).fold(request, HttpRequest::hiding)
    }

    fn body(&self, response: &HttpResponse, token: &Secret) -> Result<Value, Failure> {
        match response.status {
            204 => Ok(Value::Null),
            _ if response.is_success() => response.json(),
            _ => Err(errors::failure(response, token)),
        }
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        let call = HttpRequest::get(["cdn", "clients", "me", "limits"]);
        self.read(&call, |_, response| Ok(limits::live(&response.json()?))).await
    }

    fn list_resources(&self, at: Position) -> HttpRequest {
        HttpRequest::get(["cdn", "resources"])
            .query("limit", PAGE.to_string())
            .query("offset", at.offset.to_string())
    }

    fn resource_page(
        &self,
        at: Position,
        body: &Value,
        response: &HttpResponse,
    ) -> Result<RecordPage, Failure> {
        record_list::read(&["results"], at.offset, body, response)
    }

    fn resource(&self, record: &Value) -> Option<Resource> {
        resources::resource(&self.session, record)
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let call = history::call(request);
        let page = self
            .read(&call, |body, response| match response.status {
                204 => Ok(RecordPage::counted(&[], None, request.offset)),
                _ => record_list::read(&["results"], request.offset, body, response),
            })
            .await?;
        history::page(&self.session, request.offset, &page)
    }

    fn activity_log(&self) -> Option<ActivityRule> {
        Some(activity::RULE)
    }

    async fn activity(&self, request: &ActivityRequest) -> Result<ActivityPage, Failure> {
        let call = activity::call(request);
        let page = self
            .read(&call, |body, response| {
                // Older documents show the list under the second name.
                record_list::read(&["results", "result"], request.offset, body, response)
            })
            .await?;
        Ok(activity::page(&page))
    }

    fn purge(&self, request: &PurgeRequest) -> HttpRequest {
        purge::call(request)
    }

    fn receipt(&self, response: &HttpResponse, token: &Secret) -> Result<Receipt, Failure> {
        purge::receipt(response, token)
    }

    fn edge_rules(&self) -> EdgeRules {
        edge::rules()
    }
}

/// Returns the texts that must not be shown where an answer repeats them. The number before the `$`
/// names the token and is no secret; the part after it is.
fn hidden_parts(token: &Secret) -> Vec<Secret> {
    let whole = token.expose().trim();
    let tail = whole.split_once(['$', '_']).map(|(_, tail)| tail);
    std::iter::once(whole).chain(tail).map(|part| Secret::new(part.to_owned())).collect()
}

#[cfg(test)]
mod tests;
