//! Probes the edge for one purge, as often as it takes, and stores the results.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Watched;
use crate::domain::bad_news;
use crate::domain::edge::{OwnHosts, Probe, Purged, Sample, Verification, sample};
use crate::domain::event::{Event, Level, StoreError};
use crate::domain::hook_event::HookEvent;
use crate::domain::journal::JournalEntry;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::engine::clock::{Clock, delta};
use crate::engine::events::EventHub;
use crate::engine::store_writer::StoreWriter;
use crate::store::{Store, VerificationLease};

/// Pause after the first round; each further one is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Duration of the lease on a verification, so that no other process probes: longer than the
/// slowest round.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// Interval of trying to take over another process's verification.
const LEASE_POLL: Duration = Duration::from_secs(5);
/// The age, and the number of purges and requests, up to which URLs under a pattern are looked for.
const KNOWN_SINCE: TimeDelta = TimeDelta::days(30);
const MAX_KNOWN: u32 = 200;

/// The phase of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The probes before the purge is sent.
    Before,
    /// The probes after it is done.
    After,
}

/// The verification of one purge.
#[derive(Debug)]
pub(super) struct VerificationJob {
    pub(super) account: Watched,
    pub(super) store: Store,
    pub(super) writer: StoreWriter,
    pub(super) events: EventHub,
    pub(super) clock: Clock,
    pub(super) permits: Arc<Semaphore>,
}

impl VerificationJob {
    /// Runs the phase.
    pub(super) async fn run(self, entry: JournalEntry, phase: Phase) {
        let made = match phase {
            Phase::Before => self.before(&entry).await,
            Phase::After => self.after(&entry).await,
        };
        if let Err(error) = made {
            self.events.notice(
                Level::Warning,
                Some(&entry.request.account),
                format!("What the edge of {} serves cannot be noted. {error}", entry.request.cname),
            );
        }
    }

    async fn before(&self, entry: &JournalEntry) -> Result<(), StoreError> {
        // Where another process probes, or did, that is as good.
        if let VerificationLease::Acquired(mut seen) = self.lease(entry).await? {
            if seen.before.is_empty() {
                let sample = self.sample(&entry.request, &mut seen).await;
                let hosts = self.own_hosts(&entry.request).await;
                seen.before = self.probe(&sample, &hosts, |_, _| true).await;
            }
            // End the lease in any case, or the probes after the purge would wait in vain.
            self.save(entry, &seen, self.clock.now()).await?;
        }
        Ok(())
    }

    async fn after(&self, entry: &JournalEntry) -> Result<(), StoreError> {
        let Some(sent) = entry.sent_at else {
            return Ok(());
        };
        let mut seen = loop {
            match self.lease(entry).await? {
                VerificationLease::Acquired(seen) => break seen,
                VerificationLease::HeldElsewhere => tokio::time::sleep(LEASE_POLL).await,
                VerificationLease::Settled => return self.publish_saved(entry).await,
            }
        };
        let purged = Purged { sent, sparing: self.keeps_unchanged(&entry.request) };
        let sample = self.sample(&entry.request, &mut seen).await;
        let hosts = self.own_hosts(&entry.request).await;
        let grace = self.account.watch.grace;
        seen.grace = Some(grace.as_secs());
        let end = Instant::now() + grace;
        let mut pause = FIRST_PAUSE;
        loop {
            let probes = self.probe(&sample, &hosts, |url, place| seen.wants(url, place)).await;
            seen.take(probes, &purged);
            let left = end.saturating_duration_since(Instant::now());
            seen.settled = left.is_zero() || !seen.wants_more();
            let wait = pause.min(left);
            let until = self.clock.now() + delta(wait) + LEASE;
            if let Some(noted) = self.save(entry, &seen, until).await? {
                if let Some(event) = HookEvent::of_probes(&noted) {
                    self.events.publish_end(event, &noted);
                }
                self.events.publish(Event::Journal(Box::new(noted)));
            }
            if seen.settled {
                self.warn(entry, &seen);
                return Ok(());
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn lease(&self, entry: &JournalEntry) -> Result<VerificationLease, StoreError> {
        let (id, now) = (entry.id.clone(), self.clock.now());
        self.writer
            .call(move |store| store.writer()?.lease_verification(&id, now, now + LEASE))
            .await
    }

    pub(super) async fn save(
        &self,
        entry: &JournalEntry,
        seen: &Verification,
        until: DateTime<Utc>,
    ) -> Result<Option<JournalEntry>, StoreError> {
        let (id, seen) = (entry.id.clone(), seen.clone());
        self.writer.call(move |store| store.writer()?.save_verification(&id, &seen, until)).await
    }

    /// Publishes what another process stored.
    async fn publish_saved(&self, entry: &JournalEntry) -> Result<(), StoreError> {
        let id = entry.id.clone();
        let found = self.writer.call(move |store| store.reader.journal_entry(&id)).await?;
        if let Some(found) = found {
            self.events.publish(Event::Journal(Box::new(found)));
        }
        Ok(())
    }

    /// Reports a stale edge, which only a person can do something about.
    fn warn(&self, entry: &JournalEntry, seen: &Verification) {
        let ended = JournalEntry {
            verified: seen.verified(),
            verification: Some(Box::new(seen.clone())),
            ..entry.clone()
        };
        if let Some(words) = bad_news::sentence(&ended, None) {
            self.events.notice(Level::Error, Some(&entry.request.account), words);
        }
    }

    pub(super) fn keeps_unchanged(&self, request: &PurgeRequest) -> bool {
        let limits = self.account.provider.documented_limits();
        let modes = limits.rule(request.kind()).map(|rule| &rule.modes);
        let usual = modes.and_then(|modes| modes.first()).map(|mode| mode.word);
        let mode = request.mode.as_deref().or(usual);
        self.account.watch.edge.keeps_unchanged(mode)
    }

    /// Returns the URLs to probe: those that were chosen before, else chosen now.
    pub(super) async fn sample(&self, request: &PurgeRequest, seen: &mut Verification) -> Sample {
        if let Some(sample) = &seen.sample {
            return sample.clone();
        }
        let known = match &request.payload {
            Payload::Url(_) | Payload::IgnoreQuery(_) | Payload::Regex(_) | Payload::Tag(_) => {
                Vec::new()
            }
            Payload::Pattern(_) | Payload::Host(_) | Payload::All => self.known(request).await,
        };
        let chosen = sample(request, &known);
        seen.sample = Some(chosen.clone());
        chosen
    }

    /// Returns known targets of the resource. Reads on a thread and a connection of its own: that
    /// may take some time in a large store, and nothing may wait for it. Empty where it fails.
    async fn known(&self, request: &PurgeRequest) -> Vec<String> {
        let (store, since) = (self.store.clone(), self.clock.now() - KNOWN_SINCE);
        let (account, cname) = (request.account.clone(), request.cname.clone());
        let reading = tokio::task::spawn_blocking(move || {
            store
                .reader()
                .and_then(|reader| reader.known_targets(&account, &cname, since, MAX_KNOWN))
                .unwrap_or_default()
        });
        reading.await.unwrap_or_default()
    }

    /// Returns the hosts that may be probed, read as [`Self::known`] does; none where that fails.
    pub(super) async fn own_hosts(&self, request: &PurgeRequest) -> OwnHosts {
        let (store, account) = (self.store.clone(), request.account.clone());
        let reading = tokio::task::spawn_blocking(move || {
            store.reader().and_then(|reader| reader.resources(&account))
        });
        let stored = reading.await.ok().and_then(Result::ok);
        stored.map_or_else(OwnHosts::default, |stored| OwnHosts::of(request, &stored.resources))
    }

    /// Probes every wanted URL at every wanted place, within the limit of concurrent probes. A URL
    /// of another host is not asked for, and its probe says why.
    pub(super) async fn probe(
        &self,
        sample: &Sample,
        hosts: &OwnHosts,
        wanted: impl Fn(&str, Option<&str>) -> bool,
    ) -> Vec<Probe> {
        let edge = &self.account.watch.edge;
        let mut asked = Vec::new();
        for url in &sample.urls {
            for (at, place) in edge.servers().into_iter().enumerate() {
                if !wanted(url, place.as_deref()) {
                    continue;
                }
                asked.push(async move {
                    let seen = match hosts.check(url) {
                        Ok(()) => {
                            // The semaphore is never closed.
                            let _permit = self.permits.acquire().await;
                            edge.probe(url, at).await
                        }
                        Err(why) => Err(why),
                    };
                    Probe { url: url.clone(), place, at: self.clock.now(), result: seen }
                });
            }
        }
        join_all(asked).await
    }
}
