//! The interface of the strategies by which a vendor's history is read. A further one is a type
//! that implements [`HistoryStrategy`], and its line where the sync chooses one.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::range_scan::{Range, RangeScan, ScanPlace};
use super::schedule::SyncSchedule;
use crate::domain::event::{StoreError, Unread};
use crate::domain::failure::Failure;
use crate::domain::ids::ResourceId;
use crate::domain::limits::HistoryRule;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;
use crate::engine::account_client::{AccountClient, HistoryResponse, SyncError};
use crate::providers::{HistoryPage, HistoryRequest};

/// Decides what to ask an account's vendor for, so that its history becomes complete and stays so.
#[async_trait]
pub(super) trait HistoryStrategy: Debug + Send + Sync {
    /// True if nothing can be read before the resources are known.
    fn needs_resources(&self) -> bool {
        false
    }

    /// Takes the account's resources, and the time up to which they are surely complete, if it is
    /// known.
    fn set_resources(&mut self, _resources: &[Resource], _until: Option<DateTime<Utc>>) {}

    /// Takes the vendor's newest rule for reading its history.
    fn set_rule(&mut self, _rule: &HistoryRule) {}

    /// Notes that a purge of this resource was seen, or is expected.
    fn mark_active(&mut self, _resource: &ResourceId, _at: DateTime<Utc>) {}

    /// Makes news due now. `now` is the time by the vendor's clock.
    fn refresh(&mut self, _now: DateTime<Utc>) {}

    /// Returns the time of the next request for news; `None` where they are asked for with older
    /// history.
    fn news_at(&self, schedule: &SyncSchedule) -> Option<Instant>;

    /// Returns true while a reading of news has begun and not ended.
    fn is_reading_news(&self) -> bool {
        false
    }

    /// Returns the part of the news that was not read since the start; also while the pace of
    /// requests holds it back, it is read soon.
    fn unread(&self) -> Unread {
        if self.is_reading_news() { Unread::Soon } else { Unread::Nothing }
    }

    /// Reads one page of news.
    async fn read_news(&mut self, _client: &AccountClient) -> Result<Step, SyncError> {
        Ok(Step { over: true, ..Step::default() })
    }

    /// True if news are among the questions that are asked several at once. Then a vendor that does
    /// not answer them fails the account.
    fn reads_news_at_once(&self) -> bool {
        false
    }

    /// Returns the time to ask beside the questions that were not answered yet; `None` where their
    /// answers have to be known first.
    fn questions_at(&self, schedule: &SyncSchedule) -> Option<Instant>;

    /// Returns a question that may be asked now, beside those that were not answered yet; `None`
    /// where their answers have to be known first, or there is none.
    fn ask(
        &mut self,
        client: &AccountClient,
        schedule: &mut SyncSchedule,
    ) -> Option<HistoryQuestion>;

    /// Takes answers to such questions, and returns what is to be stored of them.
    fn take(&mut self, answers: Vec<HistoryAnswer>) -> Taken;

    /// Notes that what was taken of answers is stored; `None`: the store failed.
    async fn stored(
        &mut self,
        client: &AccountClient,
        stored: Option<&Stored>,
    ) -> Result<(), StoreError>;

    /// Delays such questions.
    fn put_off(&mut self, _by: Duration) {}

    /// Returns the progress of reading older history: records read and, where the vendor counts,
    /// their total; `None` where none is being read.
    fn older(&self) -> Option<(u64, Option<u64>)>;

    /// Returns the requests for the history between two instants.
    fn pages(&self, rule: &HistoryRule, range: Range) -> Pages;
}

/// A question for a page of history that may be asked beside others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HistoryQuestion {
    /// The number of the scan that asks, so that late answers are not taken for another's.
    pub(super) scan: u64,
    /// Its place in that scan.
    pub(super) place: ScanPlace,
    /// The request.
    pub(super) request: HistoryRequest,
}

/// A question with its answer.
#[derive(Debug)]
pub(super) struct HistoryAnswer {
    /// The question.
    pub(super) question: HistoryQuestion,
    /// The time at which it was asked.
    pub(super) asked_at: Instant,
    /// The answer.
    pub(super) result: Result<HistoryResponse, Failure>,
}

/// Everything that was taken of several answers.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The purges to store.
    pub(super) purges: Vec<Purge>,
    /// Purges of lists, from a time in which the list was complete: one that is not in the store
    /// shows that it was not.
    pub(super) known: Vec<(ResourceId, Vec<Purge>)>,
    /// News were among the answers.
    pub(super) news: bool,
    /// The vendor fails for the whole account.
    pub(super) fails: bool,
    /// The ranges that are complete once the purges are stored.
    pub(super) covered: Vec<Range>,
    /// Ranges that cannot be read completely; each is reported once.
    pub(super) incomplete: Vec<Range>,
}

/// The result of storing what was taken of answers.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// The ranges that are complete now.
    pub(super) covered: Vec<Range>,
    /// The resources whose lists turned out to have been incomplete.
    pub(super) incomplete: BTreeSet<ResourceId>,
}

/// The result of one step of reading history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// There is nothing more to do for now.
    pub(super) over: bool,
    /// Purges were new or changed.
    pub(super) changed: bool,
    /// Ranges that cannot be read completely; each is reported once.
    pub(super) incomplete: Vec<Range>,
}

/// Requests for a part of a history, page after page.
#[derive(Debug)]
pub(super) enum Pages {
    /// By ranges of time, with the place of the newest question.
    Ranges(Box<RangeScan>, Option<ScanPlace>),
    /// By offset, from this one on; `None` after the last page.
    Offset(Option<u64>),
}

impl Pages {
    /// Returns the next request; `None` after the last page.
    pub(super) fn ask(&mut self) -> Option<HistoryRequest> {
        match self {
            Self::Ranges(scan, place) => {
                let (asked, request) = scan.ask()?;
                *place = Some(asked);
                Some(request)
            }
            Self::Offset(offset) => {
                offset.map(|offset| HistoryRequest { offset, ..HistoryRequest::default() })
            }
        }
    }

    /// Takes the answer to the newest request. The vendor's history had settled up to
    /// `settled_until`.
    pub(super) fn answer(&mut self, page: &HistoryPage, settled_until: DateTime<Utc>) {
        match self {
            Self::Ranges(scan, place) => {
                if let Some(place) = place.take() {
                    scan.answer(place, page, settled_until);
                }
            }
            Self::Offset(offset) => {
                let last = page.complete || page.records == 0;
                *offset = offset.filter(|_| !last).map(|offset| offset + page.records);
            }
        }
    }
}
