//! EdgeOne as its public documents and its SDK describe it: API 3.0 at `/`, service `teo`.
//!
//! Sources of each behaviour:
//!
//! - the signature, its clock, the envelope at HTTP 200, 20 calls of an action in a second:
//!   documented;
//! - actions, parameters, filters, rows, quotas, the list of refused targets, error codes: the SDK;
//! - which code for which mistake, where the list has several: inferred;
//! - the longest range of history, newest first, a quota day that starts at midnight UTC+8, the
//!   target of a row of a purge of everything, no job id where all targets are refused: inferred;
//! - a purge by tag goes without `CacheTag`, as in the documents' example, although its text wants
//!   it; objects have their directories for tags, which is our own;
//! - what was purged before the start counts in no quota: our own.

mod actions;
mod edge;
mod errors;
mod generate;
mod handle;
mod history;
mod purge;
mod quota;
mod scenario;
mod state;
mod tasks;
#[cfg(test)]
mod tests;
mod zones;

use chrono::{DateTime, Utc};

pub use self::handle::{EdgeOneCredentials, EdgeOnePurge, EdgeOneZone};
pub use self::scenario::{EdgeOneLimits, EdgeOneScenario};
pub use self::state::EdgeOne;

use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::tc3::{Language, errors::of_status};
use super::vendor::{CacheLookup, CachedPath, ConfiguredAccount, VendorApi};
use super::world::{PurgeScope, SimulatedAccount};

impl VendorApi for EdgeOne {
    fn name(&self) -> &'static str {
        "edgeone"
    }

    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount> {
        vec![&mut self.world]
    }

    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        match request.path.as_str() {
            "/" | "" => actions::answer(self, request, now),
            _ => HttpReply::html(404, "Not Found"),
        }
    }

    fn error(&mut self, status: u16) -> HttpReply {
        let number = self.request_number();
        of_status(status).reply(Language::English, number).at(status)
    }

    fn configured(&self) -> Vec<ConfiguredAccount> {
        let EdgeOneCredentials { name, secret_id, secret_key, .. } = self.credentials();
        let secrets = vec![("secret_id", secret_id), ("secret_key", secret_key)];
        vec![ConfiguredAccount { name, secrets, ..ConfiguredAccount::default() }]
    }

    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope> {
        edge::emptied(self, object, now)
    }

    fn expired(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> bool {
        edge::expired(self, object, now)
    }

    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply {
        edge::headers(reply, lookup)
    }
}
