//! Checks a draft for a face that keeps no state of its own between two checks.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{Instant, timeout_at};

use super::Engine;
use super::wait::engine_ended;
use crate::domain::budget::RecentUse;
use crate::domain::check::{Checked, check_document};
use crate::domain::draft::Draft;
use crate::domain::event::StoreError;
use crate::domain::journal::JournalState;
use crate::domain::known::Known;
use crate::domain::lint::lint_document;
use crate::domain::lint_context::{LintContext, ServedHosts};

/// Age up to which a purge that we sent may still be missing in the vendor's history.
const RECENT: TimeDelta = TimeDelta::hours(1);
/// Longest time to wait until purges that we sent are found in the history.
const SETTLING: Duration = Duration::from_secs(2);

impl Engine {
    /// Lints and plans a draft, with the queue as it is and what was purged lately at the draft's
    /// resources.
    pub async fn check_draft(
        &self,
        known: &mut Known,
        draft: &Draft,
    ) -> Result<Checked, StoreError> {
        known.replace_journal(&self.queue().await?);
        let now = self.0.clock.now();
        // Reading a long draft takes most of the time, and does not depend on what is known.
        let document = draft.read();
        let linted =
            lint_document(&document, draft, &known.lint_context(&RecentUse::default(), now));
        let served = match linted.unknown_hosts.len() {
            0 => ServedHosts::new(),
            _ => self.served(linted.unknown_hosts.into_iter().collect()).await?,
        };
        let resources: BTreeSet<_> = linted
            .lines
            .into_iter()
            .filter_map(|line| line.meaning)
            .map(|meaning| (meaning.account, meaning.resource))
            .collect();
        let recent = self.recent(resources.into_iter().collect()).await?;
        let context = known.lint_context(&recent, now);
        let context = LintContext { served: Some(&served), ..context };
        Ok(check_document(&document, draft, &context))
    }

    /// Waits shortly until the purges that we sent lately are matched with the vendors' history.
    /// Until then the same purge would count twice.
    pub async fn settle(&self) -> Result<(), StoreError> {
        let (mut events, until) = (self.subscribe(), Instant::now() + SETTLING);
        loop {
            let since = self.0.clock.now() - RECENT;
            let unmatched = self.queue().await?.iter().any(|entry| {
                entry.state == JournalState::Accepted
                    && entry.purge.is_none()
                    && entry.sent_at.is_some_and(|at| at > since)
            });
            if !unmatched {
                return Ok(());
            }
            match timeout_at(until, events.recv()).await {
                Ok(event) => event.map(drop).ok_or_else(engine_ended)?,
                Err(_) => return Ok(()),
            }
        }
    }
}
