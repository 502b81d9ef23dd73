//! The questions that were asked and not answered yet, each a task of its own.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::strategy::HistoryAnswer;
use crate::domain::failure::Failure;
use crate::domain::ids::PurgeId;
use crate::domain::limits::Limits;
use crate::domain::purge::Purge;
use crate::domain::resource::Resource;

/// The questions that are on their way. They go on by themselves while another task waits for its
/// answer.
#[derive(Debug, Default)]
pub(super) struct OnTheirWay {
    /// The ones for older history and for lists.
    pub(super) history: JoinSet<HistoryAnswer>,
    /// The one for resources or limits.
    pub(super) lookups: JoinSet<LookupAnswer>,
    /// The ones for the targets of single purges.
    pub(super) details: JoinSet<DetailAnswer>,
}

impl OnTheirWay {
    /// True if there is none. Those for the targets of single purges do not count: for hours they
    /// may be all that is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.history.is_empty() && self.lookups.is_empty()
    }

    /// Returns the number of those that the pace counts.
    pub(super) fn counted(&self) -> usize {
        self.history.len() + self.details.len()
    }

    /// Ends all of them.
    pub(super) async fn shutdown(mut self) {
        self.history.shutdown().await;
        self.lookups.shutdown().await;
        self.details.shutdown().await;
    }
}

/// An answer about one purge.
#[derive(Debug)]
pub(super) struct DetailAnswer {
    pub(super) id: PurgeId,
    pub(super) result: Result<Purge, Failure>,
}

/// An answer about resources or limits.
#[derive(Debug)]
pub(super) struct LookupAnswer {
    pub(super) asked_at: Instant,
    pub(super) found: Lookup,
}

/// The answer itself.
#[derive(Debug)]
pub(super) enum Lookup {
    /// The resources, complete up to an instant.
    Resources(Result<Vec<Resource>, Failure>, DateTime<Utc>),
    /// The limits.
    Limits(Result<Arc<Limits>, Failure>),
}

/// Returns the answer of a task; `None` where everything is being stopped. A panic goes on here.
pub(super) fn joined<T>(result: Result<T, JoinError>) -> Option<T> {
    match result {
        Ok(answer) => Some(answer),
        Err(error) => {
            if let Ok(panic) = error.try_into_panic() {
                std::panic::resume_unwind(panic);
            }
            None
        }
    }
}
