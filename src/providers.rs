//! The vendors' APIs behind one trait. Everything that differs between vendors is in [`Limits`] or in a vendor's own
//! folder; nothing outside asks which vendor it talks to.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::failure::Failure;
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::limits::Limits;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;

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
    async fn history(&self, ask: &HistoryAsk) -> Result<HistoryPage, Failure>;

    /// Sends a purge, once.
    async fn submit(&self, request: &PurgeRequest) -> Result<Receipt, Failure>;

    /// The purge as it would go over the wire, without its secret.
    fn preview(&self, request: &PurgeRequest) -> Preview;

    /// The vendor's clock minus ours, from the newest answer that carried a date; `None` before there was one.
    fn clock_ahead(&self) -> Option<chrono::TimeDelta>;
}

/// Which part of the history is wanted. What a vendor cannot select by, its adapter leaves out of the question; the
/// answer may then hold more than was asked for, never less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryAsk {
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
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// The purges. Where the vendor lists targets and not purges, those of one purge are one here, as far as this answer
    /// has them.
    pub purges: Vec<Purge>,
    /// How many of the vendor's records the answer held, for the next offset.
    pub records: u64,
    /// How many records there are for this question in all, where the vendor says.
    pub total: Option<u64>,
    /// Whether this answer is all there is for the question.
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
