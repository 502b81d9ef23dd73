//! Asks one account everything that can be asked without purging.

use std::sync::Arc;

use chrono::TimeDelta;

use super::Engine;
use crate::domain::event::StoreError;
use crate::domain::failure::{Cause, Failure};
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
    /// The newest request from here that the vendor answered, or why the journal cannot be read.
    pub newest: Result<Option<JournalEntry>, StoreError>,
}

impl Engine {
    /// Asks an account's vendor for resources and limits, and the journal for the last request;
    /// stores nothing. `None` for an account without a connection.
    pub async fn check_account(&self, name: &AccountName) -> Option<AccountCheck> {
        let provider = &self.0.connections.get(name)?.provider;
        let resources = provider.resources().await;
        let limits = provider.live_limits().await.map(Arc::new);
        let account = name.clone();
        let newest = self.0.windows.ask(move |reader| reader.journal_answered(&account)).await;
        Some(AccountCheck { resources, limits, clock_ahead: provider.clock_ahead(), newest })
    }

    /// Asks an account's vendor for its limits, or says why it did not tell them; stores nothing.
    /// `None` where the vendor has no call for them or the account has no connection.
    pub async fn check_limits(&self, name: &AccountName) -> Option<Result<Arc<Limits>, Failure>> {
        match self.0.connections.get(name)?.provider.live_limits().await {
            Ok(limits) => Some(Ok(Arc::new(limits))),
            Err(failure) if failure.cause == Cause::Unsupported => None,
            Err(failure) => Some(Err(failure)),
        }
    }
}
