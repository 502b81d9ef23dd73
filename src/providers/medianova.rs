//! Medianova: the API at `cloud.medianova.com/api/v1`, hardly documented.
//!
//! Documented are the paths and parameters of a purge and of its list, and the login. Seen in an
//! unofficial client only: the shapes of answers, the list of resources, the organizations. What
//! nobody has written down, and what is done:
//!
//! - What the numbers in a row's `status` mean. The words beside them are read where they are
//!   plain, and so is the older API's sentence for a file that was not cached; a number without a
//!   word is an unknown status, kept as it came.
//! - The order of the list, and how far back it reaches: nothing relies on either.
//! - Whether a list can be narrowed by time: it is not tried. The list is one resource's, in
//!   numbered pages.
//! - How errors look: `message`, `error` and `errors` are looked for, then the text is shown as it
//!   came.
//! - Limits of rate: none are known. A 429 is understood as everywhere.
//! - How everything is purged: `/*` is sent. The vendor may refuse it to a resource without that
//!   permission, which only the resource's own page tells; it is not asked for every resource.
//! - How long a token is good, 4 hours or 30 days by two pages: a login's `expire` counts.

mod edge;
mod errors;
mod history;
mod limits;
mod purge;
mod resources;
mod token;

use serde_json::Value;

use super::adapter::{Adapter, Session};
use super::clock::WallClock;
use super::http::{HttpPolicy, HttpRequest, HttpResponse};
use super::records::{Position, RecordPage};
use super::{ConnectError, HistoryPage, HistoryRequest, Receipt};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use crate::domain::secret::Secret;
use token::TokenSource;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "medianova";
const VENDOR_URL: &str = "https://cloud.medianova.com/api/v1";
/// The most rows that the documents let one answer have.
const PAGE: u64 = 100;
/// The path that means everything.
const ROOT: &str = "/*";

/// One account at Medianova.
#[derive(Debug)]
pub(super) struct Medianova {
    session: Session,
    /// The organization's UUID.
    organization: String,
    token: TokenSource,
}

impl Medianova {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            organization: account
                .option("organization")
                .ok_or(ConnectError::Missing { key: "organization" })?
                .to_owned(),
            token: TokenSource::new(account)?,
            session: Session::new(account, VENDOR_URL, clock, policy)?,
        })
    }
}

impl Adapter for Medianova {
    type Call = HttpRequest;
    type Keys = TokenSource;

    fn session(&self) -> &Session {
        &self.session
    }

    fn keys(&self) -> &TokenSource {
        &self.token
    }

    fn sign(&self, call: &HttpRequest, token: Option<&Secret>) -> HttpRequest {
        let request = call.clone().authorization("Bearer", "MEDIANOVA_API_TOKEN", token);
        token.cloned().into_iter().fold(request, HttpRequest::hiding)
    }

    fn body(&self, response: &HttpResponse, _: &Secret) -> Result<Value, Failure> {
        errors::body(response)
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    fn list_resources(&self, at: Position) -> HttpRequest {
        HttpRequest::get(["cdn", &self.organization, "resource"]).query("page", at.page.to_string())
    }

    fn resource_page(
        &self,
        at: Position,
        body: &Value,
        response: &HttpResponse,
    ) -> Result<RecordPage, Failure> {
        resources::page(at, body, response)
    }

    fn resource(&self, record: &Value) -> Option<Resource> {
        resources::resource(&self.session, record)
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let Some((resource, cname)) = &request.resource else {
            return Err(Failure::new(Cause::Unsupported)
                .with_message("this vendor tells the history of one resource at a time"));
        };
        let mut call = HttpRequest::get(purge::path(&self.organization, resource.as_str()))
            .query("page", (request.offset / PAGE + 1).to_string())
            .query("limit", PAGE.to_string());
        if let Some(id) = &request.id {
            call = call.query("opID", id.as_str());
        }
        let page = self
            .read(&call, |body, response| {
                history::page(&self.session, (resource, cname), request.offset, body, response)
            })
            .await;
        match page {
            // A page behind a full last one may be no page at all.
            Err(failure) if failure.cause == Cause::NotFound && request.offset >= PAGE => {
                Ok(HistoryPage { complete: true, ..HistoryPage::default() })
            }
            other => other,
        }
    }

    fn purge(&self, request: &PurgeRequest) -> HttpRequest {
        purge::call(&self.organization, request)
    }

    fn receipt(&self, response: &HttpResponse, _: &Secret) -> Result<Receipt, Failure> {
        purge::receipt(response)
    }

    fn edge_rules(&self) -> EdgeRules {
        edge::rules()
    }
}

#[cfg(test)]
mod tests;
