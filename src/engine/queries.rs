//! Reads the store for both faces. A query starts with the call, and dropping its future cancels
//! it.

use std::sync::Arc;
use std::time::Duration;

use super::clock::delta;
use super::{Engine, journal_commands};
use crate::domain::budget::RecentPurge;
use crate::domain::draft::KeptDraft;
use crate::domain::event::StoreError;
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, JournalId, PurgeKey, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::lint_context::{MAX_SERVED, ServedHosts};
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{Anchor, KeysQuery, Sort, Summary, SummaryQuery, Window, WindowQuery};

/// Age up to which purges are recent, where no window is longer.
const RECENT: Duration = Duration::from_hours(1);
/// Largest age up to which purges are recent.
const RECENT_LONGEST: Duration = Duration::from_hours(24);

/// The answer to a query.
pub(super) type QueryResult<T> = Result<T, StoreError>;

impl Engine {
    /// Reads a window of rows.
    pub fn window(
        &self,
        query: WindowQuery,
    ) -> impl Future<Output = QueryResult<Window>> + Send + use<> {
        self.0.windows.ask(move |reader| reader.window(&query))
    }

    /// Reads the keys of a selection, newest first.
    pub fn keys(
        &self,
        query: KeysQuery,
    ) -> impl Future<Output = QueryResult<Vec<PurgeKey>>> + Send + use<> {
        self.0.windows.ask(move |reader| reader.keys(&query))
    }

    /// Reads counts, facets, timeline and coverage.
    pub fn summary(
        &self,
        query: SummaryQuery,
    ) -> impl Future<Output = QueryResult<Summary>> + Send + use<> {
        self.0.summaries.ask(move |reader| reader.summary(&query))
    }

    /// Reads one purge in full; `None` where it is gone.
    pub fn detail(
        &self,
        key: PurgeKey,
    ) -> impl Future<Output = QueryResult<Option<PurgeDetail>>> + Send + use<> {
        self.0.windows.ask(move |reader| reader.detail(key))
    }

    /// Reads several purges in full; those that are gone are left out.
    pub fn gather(
        &self,
        keys: Vec<PurgeKey>,
    ) -> impl Future<Output = QueryResult<Vec<Purge>>> + Send + use<> {
        self.0.windows.ask(move |reader| reader.purges(&keys))
    }

    /// Reads the purges that requests of the journal became, in full; those that are not known are
    /// left out.
    pub fn purges_of(
        &self,
        requests: Vec<JournalId>,
    ) -> impl Future<Output = QueryResult<Vec<Purge>>> + Send + use<> {
        self.0.windows.ask(move |reader| {
            let mut purges = Vec::new();
            for id in &requests {
                if let Some(entry) = reader.journal_entry(id)?
                    && let Some(purge) = &entry.purge
                {
                    purges.extend(reader.purge_of(&entry.request.account, purge)?);
                }
            }
            Ok(purges)
        })
    }

    /// Reads recent purges of these resources by anybody, as far back as the longest rate window.
    pub fn recent(
        &self,
        resources: Vec<(AccountName, ResourceId)>,
    ) -> impl Future<Output = QueryResult<Vec<RecentPurge>>> + Send + use<> {
        let since = self.0.clock.now() - delta(self.recent_span(&resources));
        self.0.windows.ask(move |reader| reader.recent(&resources, since))
    }

    /// Finds the accounts that served these hosts last, by the purges of the history; hosts without
    /// any are left out.
    pub fn served(
        &self,
        hosts: Vec<String>,
    ) -> impl Future<Output = QueryResult<ServedHosts>> + Send + use<> {
        self.0.windows.ask(move |reader| {
            let mut served = ServedHosts::new();
            for host in hosts.into_iter().take(MAX_SERVED) {
                let test = Test::Cname(vec![Pattern::Is(host.to_ascii_lowercase())]);
                let clauses = vec![Clause { negated: false, test }];
                let newest = WindowQuery {
                    predicate: Arc::new(Predicate { clauses, ..Predicate::default() }),
                    sort: Sort::NEWEST,
                    anchor: Anchor::Start,
                    limit: 1,
                };
                if let Some(row) = reader.window(&newest)?.rows.into_iter().next() {
                    served.insert(host, row.account);
                }
            }
            Ok(served)
        })
    }

    /// Reads the journal's newest entries: open ones first, in the order of the queue, then the
    /// others, newest first.
    pub fn queue(&self) -> impl Future<Output = QueryResult<Vec<JournalEntry>>> + Send + use<> {
        self.0.windows.ask(|reader| journal_commands::newest(reader))
    }

    /// Reads the drafts that are kept, the one that was changed last first.
    pub fn drafts(&self) -> impl Future<Output = QueryResult<Vec<KeptDraft>>> + Send + use<> {
        self.0.writer.call(|store| store.reader.drafts())
    }

    /// Renders a request as it would go over the wire, without secrets; empty where its account is
    /// not configured.
    pub fn preview(&self, request: &PurgeRequest) -> Preview {
        match self.0.connections.get(&request.account) {
            Some(connection) => connection.provider.preview(request),
            None => Preview {
                method: String::new(),
                url: String::new(),
                headers: Vec::new(),
                body: String::new(),
                curl: String::new(),
            },
        }
    }

    /// Renders several requests, in their order.
    pub fn previews(
        &self,
        requests: Vec<PurgeRequest>,
    ) -> impl Future<Output = Vec<Preview>> + Send + use<> {
        let engine = self.clone();
        let previews = self.0.tasks.spawn_blocking(move || {
            requests.iter().map(|request| engine.preview(request)).collect()
        });
        // Empty where an adapter panicked.
        async move { previews.await.unwrap_or_default() }
    }

    fn recent_span(&self, resources: &[(AccountName, ResourceId)]) -> Duration {
        let windows = resources.iter().filter_map(|(account, _)| {
            let limits = self.0.connections.get(account)?.limits.borrow();
            let rules = Kind::EVERY.into_iter().filter_map(|kind| limits.rule(kind));
            rules.flat_map(|rule| &rule.windows).map(|window| window.per).max()
        });
        windows.max().unwrap_or(RECENT).clamp(RECENT, RECENT_LONGEST)
    }
}
