//! Tencent Cloud's CDN API as its public documents describe it: API 3.0 at `/`, and API 2.0 at
//! `/v2/index.php`, which the vendor has retired on its own hosts.
//!
//! Sources of each behaviour:
//!
//! - signatures of both APIs, their clocks (5 minutes, 2 hours), the nonce that is good once:
//!   documented; vectors recomputed;
//! - actions, parameters, rows, quotas, the envelope at HTTP 200, the 501 for a long GET:
//!   documented;
//! - error codes: the SDK's list, and the common codes of the documents;
//! - which code for which mistake, where the list has several: inferred;
//! - times are UTC+8: inferred from the document's own example;
//! - newest first, a page of 1000 at most, a quota day that starts at midnight UTC+8: inferred;
//! - a purge of a global domain without an area counts in both areas: inferred;
//! - a host with or without its port is accepted in a signature of API 2.0: leniency of ours: the
//!   vendor uses no port.

mod edge;
mod errors;
mod generate;
mod handle;
mod quota;
mod scenario;
mod sign2;
mod state;
mod tasks;
#[cfg(test)]
mod tests;
mod v2;
mod v3;

use chrono::{DateTime, Utc};

pub use self::handle::{TencentCredentials, TencentDomain, TencentPurge};
pub use self::scenario::{TencentLimits, TencentScenario};
pub use self::state::Tencent;

use self::errors::Language;
use super::form;
use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::vendor::{CacheLookup, CachedPath, ConfiguredAccount, VendorApi};
use super::world::{PurgeScope, SimulatedAccount};

impl VendorApi for Tencent {
    fn name(&self) -> &'static str {
        "tencent"
    }

    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount> {
        vec![&mut self.world]
    }

    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        match request.path.as_str() {
            "/" | "" => v3::answer(self, request, now),
            "/v2/index.php" => v2::answer(self, request, now),
            _ => HttpReply::html(404, "Not Found"),
        }
    }

    fn error(&mut self, status: u16) -> HttpReply {
        let number = self.request_number();
        errors::of_status(status).reply(Language::English, number).at(status)
    }

    fn redacted(&self, request: &ReceivedRequest) -> (String, String) {
        let body = if request.body.starts_with(b"{") {
            request.text().into_owned()
        } else {
            form::without_credentials(&request.text())
        };
        (form::without_credentials(&request.query), body)
    }

    fn configured(&self) -> Vec<ConfiguredAccount> {
        let TencentCredentials { name, secret_id, secret_key, .. } = self.credentials();
        let secrets = vec![("secret_id", secret_id), ("secret_key", secret_key)];
        vec![ConfiguredAccount { name, secrets, ..ConfiguredAccount::default() }]
    }

    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope> {
        edge::emptied(self, object, now)
    }

    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
        edge::headers(reply, lookup)
    }
}
