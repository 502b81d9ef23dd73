//! The vendors' APIs behind one trait. Everything that differs between vendors is in [`Limits`] or in a vendor's own
//! folder; nothing outside asks which vendor it talks to.
//!
//! [`connect`] makes the adapter of an account. It opens no connection and fetches no secret: that happens with the first
//! question, and what goes wrong then is a [`Failure`] like any other.
//!
//! To add a vendor: a folder here, its line in [`connect`], its keys in the configuration's table of providers, its part
//! of the simulator, and its line in the contract suite.

pub mod clock;
mod credential;
pub mod edge;
mod field_errors;
mod found;
pub mod gcore;
pub mod http;
mod lenient;
pub mod medianova;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::format_push_string, reason = "serves tests only")]
mod scripted;
pub mod tencent;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::config::accounts::AccountConfig;
use crate::domain::activity::Attempt;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;
use crate::providers::http::{BaseUrlError, HttpPolicy};
use clock::WallClock;

/// One account at one vendor.
///
/// Reading may be repeated at will and is, with growing pauses, by the adapter itself where the fault is passing.
/// [`Provider::submit`] sends exactly once and never again: whether a second try is safe is for the caller to find out.
#[async_trait]
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// The account.
    fn account(&self) -> &AccountName;

    /// The vendor.
    fn provider(&self) -> &ProviderName;

    /// What the vendor's documents say it accepts; holds until [`Provider::live_limits`] says better.
    fn documented_limits(&self) -> Limits;

    /// What the vendor says this account may do, the documents filling what it leaves out.
    async fn live_limits(&self) -> Result<Limits, Failure>;

    /// Everything that can be purged.
    async fn resources(&self) -> Result<Vec<Resource>, Failure>;

    /// One answer's worth of history.
    async fn history(&self, ask: &HistoryRequest) -> Result<HistoryPage, Failure>;

    /// Whether the vendor has a log of who asked for what, and how far back it goes; `None` where it has none.
    fn activity_log(&self) -> Option<ActivityRule> {
        None
    }

    /// One answer's worth of the log of who asked for purges, refused ones too.
    ///
    /// Only of use where [`Provider::activity_log`] says that there is one.
    async fn activity(&self, ask: &ActivityRequest) -> Result<ActivityPage, Failure> {
        let _ = ask;
        Err(Failure::new(Cause::Unsupported).with_message("this vendor has no log of who did what"))
    }

    /// Sends a purge, once.
    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure>;

    /// The purge as it would go over the wire, without its secret.
    fn preview(&self, request: &PurgeRequest) -> Preview;

    /// The vendor's clock minus ours, from the newest answer that carried a date; `None` before there was one.
    fn clock_ahead(&self) -> Option<chrono::TimeDelta>;

    /// How the vendor's edge tells of its cache, beside what many caches write.
    fn edge_rules(&self) -> EdgeRules {
        EdgeRules::default()
    }
}

/// Which part of the history is wanted. What a vendor cannot select by, its adapter leaves out of the question; the
/// answer may then hold more than was asked for, never less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryRequest {
    /// Created at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Created at or before this.
    pub until: Option<DateTime<Utc>>,
    /// Of this resource only; needed where the vendor's history is per resource.
    pub resource: Option<(ResourceId, String)>,
    /// How many records of the answer to skip, or for numbered pages how many have been read already.
    pub offset: u64,
    /// This purge only, where the vendor can look one up.
    pub id: Option<PurgeId>,
}

/// One answer's worth of history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// The purges. Where the vendor lists targets and not purges, those of one purge are one here, as far as this answer
    /// has them.
    pub purges: Vec<Purge>,
    /// How many of the vendor's records the answer held, for the next offset.
    pub records: u64,
    /// How many records there are for this question in all, where the vendor says.
    pub total: Option<u64>,
    /// Whether the answer reaches the end of what there is for the question, from its offset on.
    pub complete: bool,
    /// How many of the vendor's records could not be kept, because they have no id or are no records at all.
    pub unreadable: u64,
}

/// What a vendor's log of who did what is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityRule {
    /// How far back there is something to be asked for.
    pub reach: Duration,
    /// After how long a request surely stands in it.
    pub settle: Duration,
}

/// Which part of the log is wanted. The answer may hold more than was asked for, never less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityRequest {
    /// Asked for at or after this.
    pub from: DateTime<Utc>,
    /// Asked for at or before this.
    pub until: DateTime<Utc>,
    /// How many of the vendor's records to skip.
    pub offset: u64,
}

/// One answer's worth of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityPage {
    /// The attempts at purges. What else the log tells of is left out.
    pub attempts: Vec<Attempt>,
    /// How many of the vendor's records the answer held, for the next offset.
    pub records: u64,
    /// Whether the answer reaches the end of what there is for the question.
    pub complete: bool,
}

/// What a vendor said when it took a purge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Its id for the purge, where it gives one.
    pub id: Option<PurgeId>,
    /// When the vendor answered, by the vendor's own clock where the answer carried a date.
    pub at: Option<DateTime<Utc>>,
}

/// Why an account cannot even be tried. Nothing was asked of anybody.
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
    #[error("{key}: {words}")]
    Setting {
        /// The key in the configuration.
        key: &'static str,
        /// What is wrong with it.
        words: String,
    },
    /// The account's address is not one that a secret may be sent to.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
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
        gcore::NAME => Ok(Arc::new(gcore::Gcore::of(account, clock, policy)?)),
        tencent::NAME => tencent::of(account, clock, policy),
        medianova::NAME => Ok(Arc::new(medianova::Medianova::of(account, clock, policy)?)),
        _ => Err(ConnectError::UnknownProvider(account.provider().clone())),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::secret::Secret;
    use crate::config::secret::source::SecretSource;
    use crate::config::vendors::VENDORS;

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
