//! Asks one account everything that can be asked without purging, configured or not yet.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use super::{AccountHandle, Engine};
use crate::config::new_account::NewConfig;
use crate::config::paths::Paths;
use crate::config::secret::source::SecretSource;
use crate::domain::coverage::Coverage;
use crate::domain::event::StoreError;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::AccountName;
use crate::domain::journal::JournalEntry;
use crate::domain::limits::Limits;
use crate::domain::new_account::NewAccount;
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
    /// The times for which its history is complete here, or why the store cannot tell.
    pub coverage: Result<Coverage, StoreError>,
    /// The instant back to which its vendor keeps its history; `None` where it does not say.
    pub kept_from: Option<DateTime<Utc>>,
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
        let account = name.clone();
        let coverage = self.0.windows.ask(move |reader| reader.coverage(&account)).await;
        let documented = provider.documented_limits().history;
        let rule = limits.as_ref().map_or(&documented, |limits| &limits.history);
        let kept_from = rule.kept_from(self.0.clock.now());
        let clock_ahead = provider.clock_ahead();
        Some(AccountCheck { resources, limits, clock_ahead, coverage, kept_from, newest })
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
    /// Fetches the secrets of an account that is not configured yet, and asks its vendor for the
    /// resources; stores nothing. The error says what failed and what to do. Dropping the future
    /// ends it.
    pub fn test_account(
        &self,
        account: NewAccount,
        paths: Paths,
    ) -> impl Future<Output = Result<Vec<Resource>, String>> + Send + use<> {
        let test = AbortOnDropHandle::new(self.0.tasks.spawn(test(account, paths)));
        async move { test.await.unwrap_or_else(|_| Err("The test was broken off.".to_owned())) }
    }

    /// Writes a configuration with an account, and the secrets that were pasted into new files.
    pub fn write_account(
        &self,
        account: NewAccount,
        paths: Paths,
    ) -> impl Future<Output = Result<PathBuf, String>> + Send + use<> {
        self.aside(move || NewConfig::new(&account, &paths)?.write())
    }
}

async fn test(account: NewAccount, paths: Paths) -> Result<Vec<Resource>, String> {
    // It reads the file that is there.
    let config = spawn_blocking(move || NewConfig::new(&account, &paths));
    let account = config.await.map_err(|_| "The test was broken off.")??.account();
    let mut fetched = Vec::new();
    for (key, source) in account.secrets() {
        let secret = source.fetch(account.withheld()).await.map_err(|error| {
            let said = error.said.as_ref().map(|said| format!(" It said: {said}"));
            format!("{key}: {error}.{}", said.unwrap_or_default())
        })?;
        fetched.push(SecretSource::Given(secret));
    }
    let mut fetched = fetched.into_iter();
    let account = account.with_sources(|_, old| fetched.next().unwrap_or_else(|| old.clone()));
    let handle = AccountHandle::connect(&account).map_err(|error| format!("{error}."))?;
    handle.provider.resources().await.map_err(|failure| failure.with_advice_on_screen())
}
