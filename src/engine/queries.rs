//! Reads the store for both faces. A query starts with the call, and dropping its future cancels
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::clock::delta;
use super::messages::SyncMsg;
use super::{Engine, Shared, journal_commands};
use crate::domain::budget::{Consumption, RecentUse};
use crate::domain::draft::KeptDraft;
use crate::domain::event::StoreError;
use crate::domain::filter::{Clause, Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, JournalId, PurgeId, PurgeKey, ResourceId};
use crate::domain::journal::JournalEntry;
use crate::domain::kind::Kind;
use crate::domain::limits::Limits;
use crate::domain::lint_context::{MAX_SERVED, ServedHosts};
use crate::domain::money::month_of;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::Preview;
use crate::domain::purge::{Purge, PurgeDetail};
use crate::domain::query::{Anchor, KeysQuery, Sort, Summary, SummaryQuery, Window, WindowQuery};

/// Age up to which purges are recent, where no window is longer.
const RECENT: Duration = Duration::from_hours(1);
/// Largest age up to which purges are recent.
const RECENT_LONGEST: Duration = Duration::from_hours(24);

/// Age up to which an unfinished purge is taken to be under way: a status that never ends must not
/// block its resource for ever.
pub(super) const UNDER_WAY_LONGEST: Duration = Duration::from_hours(24);

impl Shared {
    /// Has the targets of these purges asked for before those of others, where their vendor tells
    /// them one purge after the other.
    fn want_targets<'p>(&self, purges: impl Iterator<Item = (&'p AccountName, &'p PurgeId)>) {
        let mut wanted: BTreeMap<&AccountName, Vec<PurgeId>> = BTreeMap::new();
        for (account, id) in purges {
            wanted.entry(account).or_default().push(id.clone());
        }
        for (account, ids) in wanted {
            if let Some(connection) = self.connections.get(account)
                && connection.limits.borrow().history.bare
            {
                // Where there is no sync, no vendor is asked.
                let _ = connection.sync.send(SyncMsg::Shown(ids));
            }
        }
    }
}

/// The answer to a query.
pub(super) type QueryResult<T> = Result<T, StoreError>;

impl Engine {
    /// Reads a window of rows.
    pub fn window(
        &self,
        query: WindowQuery,
    ) -> impl Future<Output = QueryResult<Window>> + Send + use<> {
        let (asked, shared) =
            (self.0.windows.ask(move |reader| reader.window(&query)), Arc::clone(&self.0));
        async move {
            let window = asked.await?;
            shared.want_targets(
                window.rows.iter().filter(|row| row.is_bare()).map(|row| (&row.account, &row.id)),
            );
            Ok(window)
        }
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
        let (asked, shared) =
            (self.0.windows.ask(move |reader| reader.detail(key)), Arc::clone(&self.0));
        async move {
            let detail = asked.await?;
            let bare = detail.iter().map(|detail| &detail.purge).filter(|purge| purge.is_bare());
            shared.want_targets(bare.map(|purge| (&purge.account, &purge.id)));
            Ok(detail)
        }
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
                    let account = &entry.request.account;
                    if let Some(purge) = reader.purge_of(account, purge)? {
                        purges.push(purge);
                        continue;
                    }
                    for one in purge.each() {
                        purges.extend(reader.purge_of(account, &one)?);
                    }
                }
            }
            Ok(purges)
        })
    }

    /// Reads recent purges of these resources by anybody, as far back as the longest rate window;
    /// beside them what else is under way in their accounts and what the month has used, where
    /// the vendor limits or charges that.
    pub fn recent(
        &self,
        resources: Vec<(AccountName, ResourceId)>,
    ) -> impl Future<Output = QueryResult<RecentUse>> + Send + use<> {
        let now = self.0.clock.now();
        let since = now - delta(self.recent_span(&resources));
        let names: BTreeSet<&AccountName> = resources.iter().map(|(account, _)| account).collect();
        let limits = names.into_iter().filter_map(|name| {
            let limits = self.0.connections.get(name)?.limits.borrow().clone();
            Some((name.clone(), limits))
        });
        let limits: Vec<(AccountName, Arc<Limits>)> = limits.collect();
        self.0.windows.ask(move |reader| {
            let mut recent =
                RecentUse { purges: reader.recent(&resources, since)?, ..RecentUse::default() };
            for (account, limits) in &limits {
                if !limits.under_way.is_empty() {
                    let oldest = now - delta(UNDER_WAY_LONGEST);
                    let unfinished = reader.unfinished(account, oldest)?.into_iter();
                    let is_among = |purge: &Purge| {
                        purge.created >= since
                            && resources.iter().any(|(account, resource)| {
                                *account == purge.account && *resource == purge.resource
                            })
                    };
                    let others = unfinished.filter(|purge| !is_among(purge));
                    let others = others.map(|purge| Consumption::of_purge(&purge, false));
                    recent.under_way.extend(others.filter(|one| one.is_under_way));
                }
                if limits.price.is_some() {
                    let month = month_of(now);
                    let mut used = reader.month_use(account, month)?;
                    let complete = reader.coverage(account)?.complete_back_to(now);
                    used.is_least |= complete.is_none_or(|from| from > month);
                    recent.months.insert(account.clone(), used);
                }
            }
            Ok(recent)
        })
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
