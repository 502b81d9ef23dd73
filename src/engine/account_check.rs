//! Asks one account everything that can be asked without purging.

use std::sync::Arc;

use chrono::TimeDelta;

use super::Engine;
use crate::domain::event::StoreError;
use crate::domain::failure::Failure;
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;
use crate::domain::limits::Limits;
use crate::domain::resource::Resource;

/// The answers of an account.
#[derive(Debug)]
pub struct AccountCheck {
    /// Its resources, or why the vendor did not list them.
    pub resources: Result<Vec<Resource>, Failure>,
    /// Its limits, or why the vendor did not tell them.
    pub limits: Result<Arc<Limits>, Failure>,
    /// The vendor's clock minus ours; `None` where no answer carried a date.
    pub clock_ahead: Option<TimeDelta>,
    /// The newest request that was sent from here.
    pub newest: Option<JournalEntry>,
}

impl Engine {
    /// Asks an account's vendor for resources and limits, and the journal for the last request;
    /// stores nothing. `None` for an account without a connection.
    pub async fn check_account(
        &self,
        name: &AccountName,
    ) -> Result<Option<AccountCheck>, StoreError> {
        let Some(connection) = self.0.connections.get(name) else {
            return Ok(None);
        };
        let provider = &connection.provider;
        let resources = provider.resources().await;
        let limits = provider.live_limits().await.map(Arc::new);
        let entries = self.queue().await?.into_iter();
        let sent =
            entries.filter(|entry| entry.request.account == *name && entry.sent_at.is_some());
        Ok(Some(AccountCheck {
            resources,
            limits,
            clock_ahead: provider.clock_ahead(),
            newest: sent.max_by_key(|entry| entry.sent_at),
        }))
    }
}
