//! The vendors' APIs behind one trait. Every difference between vendors is in [`Limits`] or in a
//! vendor's own folder; nothing outside asks which vendor it talks to.
//!
//! [`connect`] makes the adapter of an account. It opens no connection and fetches no secret: that
//! happens with the first question, and a problem then is a [`Failure`] like any other.
//!
//! An adapter implements [`adapter::Adapter`], and through it [`Provider`]. To add a vendor: a
//! folder here, its lines in [`connect_with`] and in the list of modules, its entry in
//! `config/vendors.rs`, its part of the simulator, its golden answers, and its line in the contract
//! suite.

mod adapter;
pub mod alibaba;
mod call_recorder;
pub mod clock;
pub mod cloudfront;
mod credential;
pub mod edge;
pub mod edgeone;
mod field_errors;
pub mod gcore;
mod hash;
pub mod http;
mod lenient;
pub mod medianova;
mod proxy;
mod records;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::format_push_string, reason = "serves tests only")]
mod scripted;
mod signing_key;
mod tc3;
pub mod tencent;
mod throttle;
mod time;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::config::accounts::AccountConfig;
use crate::domain::activity::Attempt;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, JournalId, ProviderName, PurgeId, ResourceId};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;
use crate::providers::http::{BaseUrlError, HttpPolicy};
use clock::WallClock;

pub use call_recorder::CallRecorder;

/// One account at one vendor.
///
/// Questions may be repeated at will, and the adapter itself repeats them, with growing pauses,
/// where the fault is passing. [`Provider::submit`] sends exactly once and never again: whether a
/// second attempt is safe is for the caller to find out.
#[async_trait]
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// Returns the account's name.
    fn account(&self) -> &AccountName;

    /// Returns the vendor's name.
    fn provider(&self) -> &ProviderName;

    /// Returns the limits by the vendor's documents, which hold until [`Provider::live_limits`]
    /// says better.
    fn documented_limits(&self) -> Limits;

    /// Asks the vendor for this account's limits; the documents fill in what it leaves out.
    async fn live_limits(&self) -> Result<Limits, Failure>;

    /// Lists everything that can be purged.
    async fn resources(&self) -> Result<Vec<Resource>, Failure>;

    /// Returns one page of the purge history.
    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure>;

    /// Describes the vendor's log of who asked for what; `None` where it has none.
    fn activity_log(&self) -> Option<ActivityRule> {
        None
    }

    /// Returns one page of the log of who asked for purges, refused ones too. Only of use where
    /// [`Provider::activity_log`] says that there is one.
    async fn activity(&self, request: &ActivityRequest) -> Result<ActivityPage, Failure> {
        let _ = request;
        Err(Failure::new(Cause::Unsupported).with_message("this vendor has no log of who did what"))
    }

    /// Asks for one purge of a resource with its kind and its targets. Only of use where the list
    /// is bare ([`crate::domain::limits::HistoryRule::bare`]).
    async fn detail(&self, resource: &ResourceId, id: &PurgeId) -> Result<Purge, Failure> {
        let _ = (resource, id);
        Err(Failure::new(Cause::Unsupported).with_message("this vendor lists purges as a whole"))
    }

    /// Sends a purge, once.
    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure>;

    /// Sends a purge, once, under our own name for it. A vendor that keeps such names carries out
    /// one purge for each, however often it is sent; the others are not told.
    async fn submit_as(
        &self,
        _name: &JournalId,
        request: &PurgeRequest,
    ) -> Result<Receipt, Failure> {
        self.submit(request).await
    }

    /// Returns the purge as it would go over the wire, without its secret.
    fn preview(&self, request: &PurgeRequest) -> Preview;

    /// Returns the vendor's clock minus ours, from the newest answer that carried a date; `None`
    /// before there was one.
    fn clock_ahead(&self) -> Option<chrono::TimeDelta>;

    /// Returns the vendor's answers so far that said "too many requests", also those after which
    /// the adapter asked again.
    fn slow_downs(&self) -> SlowDowns {
        SlowDowns::default()
    }

    /// Has every further call to the vendor recorded.
    fn record_calls(&self, _recorder: &CallRecorder) {}

    /// Returns the headers in which the vendor's edge tells of its cache, beside the usual ones.
    fn edge_rules(&self) -> EdgeRules {
        EdgeRules::default()
    }
}

/// The vendor's answers that said "too many requests".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlowDowns {
    /// Their number so far.
    pub count: u64,
    /// The end of the longest pause that one of them asked for.
    pub until: Option<Instant>,
}

/// A question for a part of the history. An adapter leaves out what its vendor cannot select by;
/// the answer may then hold more than was asked for, never less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryRequest {
    /// Created at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Created at or before this.
    pub until: Option<DateTime<Utc>>,
    /// Of this resource only; needed where the vendor's history is per resource.
    pub resource: Option<(ResourceId, String)>,
    /// Records of the answer to skip; for numbered pages, records that have been read already.
    pub offset: u64,
    /// This purge only, where the vendor can look one up.
    pub id: Option<PurgeId>,
}

/// One page of the purge history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// The purges. Where the vendor lists targets and not purges, those of one purge are one here,
    /// as far as this page has them.
    pub purges: Vec<Purge>,
    /// The number of the vendor's records in the answer, for the next offset.
    pub records: u64,
    /// The number of records for this question in all, where the vendor says.
    pub total: Option<u64>,
    /// True if no records follow for the question.
    pub complete: bool,
    /// The number of the vendor's records that could not be kept, because they have no id or are no
    /// records at all.
    pub unreadable: u64,
    /// A hash of the vendor's records as they came, also of those that could not be kept.
    pub digest: u64,
}

/// The reach and delay of a vendor's log of who did what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityRule {
    /// The age up to which there are entries.
    pub reach: Duration,
    /// The age from which on a request is surely in it.
    pub settle: Duration,
}

/// A question for a part of the log. The answer may hold more than was asked for, never less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityRequest {
    /// Asked for at or after this.
    pub from: DateTime<Utc>,
    /// Asked for at or before this.
    pub until: DateTime<Utc>,
    /// The vendor's records to skip.
    pub offset: u64,
}

/// One page of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityPage {
    /// The attempts at purges. Other entries of the log are left out.
    pub attempts: Vec<Attempt>,
    /// The number of the vendor's records in the answer, for the next offset.
    pub records: u64,
    /// True if no records follow for the question.
    pub complete: bool,
}

/// A vendor's answer to a purge that it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Its id for the purge, where it gives one.
    pub id: Option<PurgeId>,
    /// The time of the answer by the vendor's own clock, where it carried a date.
    pub at: Option<DateTime<Utc>>,
    /// The targets that it did not take, where it took the others.
    pub refused: Vec<RefusedTarget>,
}

/// A target that a vendor refused out of a request that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedTarget {
    /// The target, as it was sent.
    pub target: String,
    /// The vendor's words.
    pub reason: String,
}

/// A reason for which an account cannot even be tried. Nothing was asked of anybody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// There is no adapter for the provider that the account names.
    #[error("there is no provider called {0}")]
    UnknownProvider(ProviderName),
    /// The account lacks something that its provider needs.
    #[error("the account has no {key}")]
    Missing {
        /// The key in the configuration.
        key: &'static str,
    },
    /// One of the account's settings cannot be.
    #[error("{key}: {message}")]
    Setting {
        /// The key in the configuration.
        key: &'static str,
        /// The problem with it.
        message: String,
    },
    /// The account's address is not one that a secret may be sent to.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
}

impl ConnectError {
    pub(crate) fn setting(key: &'static str, message: impl Into<String>) -> Self {
        Self::Setting { key, message: message.into() }
    }
}

/// Makes the adapter of an account, by this machine's clock and the usual policy.
pub fn connect(account: &AccountConfig) -> Result<Arc<dyn Provider>, ConnectError> {
    connect_with(account, WallClock::default(), HttpPolicy::default())
}

/// Makes the adapter of an account, by another clock and policy.
pub fn connect_with(
    account: &AccountConfig,
    clock: WallClock,
    policy: HttpPolicy,
) -> Result<Arc<dyn Provider>, ConnectError> {
    match account.provider().as_str() {
        gcore::NAME => Ok(Arc::new(gcore::Gcore::new(account, clock, policy)?)),
        tencent::NAME => tencent::connect(account, clock, policy),
        alibaba::NAME => Ok(Arc::new(alibaba::Alibaba::new(account, clock, policy)?)),
        medianova::NAME => Ok(Arc::new(medianova::Medianova::new(account, clock, policy)?)),
        edgeone::NAME => Ok(Arc::new(edgeone::EdgeOne::new(account, clock, policy)?)),
        cloudfront::NAME => Ok(Arc::new(cloudfront::CloudFront::new(account, clock, policy)?)),
        _ => Err(ConnectError::UnknownProvider(account.provider().clone())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::secret::source::SecretSource;
    use crate::config::vendors::VENDORS;
    use crate::domain::secret::Secret;

    #[test]
    fn every_provider_of_the_configuration_has_an_adapter_under_its_name() {
        for vendor in VENDORS {
            let mut account =
                AccountConfig::new(AccountName::new("one"), ProviderName::new(vendor.name));
            for key in vendor.keys {
                let secret = SecretSource::Given(Secret::new("secret".to_owned()));
                account = account.with_secret(key.name, secret);
            }
            if vendor.keys.iter().any(|key| key.name == "organization") {
                account = account.with_option("organization", "one".to_owned());
            }
            let adapter = connect(&account).unwrap();
            assert_eq!(adapter.provider().as_str(), vendor.name);
            assert_eq!(adapter.account().as_str(), "one");
            assert_eq!(adapter.clock_ahead(), None);
        }
    }

    #[test]
    fn a_provider_that_nobody_knows_is_named() {
        let account = AccountConfig::new(AccountName::new("one"), ProviderName::new("acme"));
        assert_eq!(connect(&account).unwrap_err().to_string(), "there is no provider called acme");
    }
}
