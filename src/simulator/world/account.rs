//! One customer account of a vendor: its sites and all of their purges. The past is generated, the
//! operator's purges are added, and the colleagues' purges follow the clock.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::site::Site;
use super::users::{PURGE_WEIGHTS, USERS};
use super::{PurgeOutcome, PurgeProgress, PurgeScope, arrivals, site, targets};
use crate::simulator::random;

/// The time for which the vendors remember purges.
pub(crate) const MEMORY: TimeDelta = TimeDelta::days(30);
const MINUTE_US: i64 = 60_000_000;
/// The most purges that colleagues make between two requests: a laptop that slept for a week must
/// not stall the next answer.
const MAX_CATCH_UP: u32 = 20_000;

/// The frequency, duration and outcome of purges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PurgeRates {
    /// Mean time between two purges of colleagues in a busy hour; 0 for none.
    pub(crate) colleagues_every_seconds: u32,
    pub(crate) failed_percent: f64,
    pub(crate) report_disabled_percent: f64,
    /// Shortest and longest duration in seconds.
    pub(crate) purge_seconds: [u32; 2],
    /// Percentages of url and pattern purges; the rest are of all.
    pub(crate) scopes: (f64, f64),
}

/// One purge, kept small: generated targets are worked out when they are needed.
#[derive(Clone, Debug)]
pub(crate) struct SimulatedPurge {
    /// Counts the account's purges from 1, in order of creation.
    pub(crate) serial: u64,
    /// Creation in Unix microseconds.
    pub(crate) at: i64,
    /// End in Unix microseconds.
    pub(crate) ends: i64,
    pub(crate) outcome: PurgeOutcome,
    pub(crate) scope: PurgeScope,
    /// Index into the account's sites.
    pub(crate) site: usize,
    /// Index into [`USERS`].
    pub(crate) author: usize,
    /// True when it came through the API, false for the panel.
    pub(crate) by_api: bool,
    targets: TargetSource,
}

#[derive(Clone, Debug)]
enum TargetSource {
    /// Generated from this seed.
    Generated(u64),
    /// As the request gave them.
    Given(Arc<[String]>),
}

/// A purge that someone requests.
#[derive(Clone, Debug)]
pub(crate) struct NewPurge {
    pub(crate) site: usize,
    pub(crate) scope: PurgeScope,
    pub(crate) targets: Vec<String>,
    pub(crate) author: usize,
    pub(crate) by_api: bool,
}

impl SimulatedPurge {
    pub(crate) fn progress(&self, now: DateTime<Utc>) -> PurgeProgress {
        if now.timestamp_micros() < self.ends {
            PurgeProgress::InProgress
        } else {
            PurgeProgress::Ended(self.outcome)
        }
    }

    /// Returns the progress of one of `count` targets, for vendors that report on each: they end
    /// one after the other; of a failed purge the first one fails, and some of the others.
    pub(crate) fn target_progress(
        &self,
        index: usize,
        count: usize,
        now: DateTime<Utc>,
    ) -> PurgeProgress {
        if now.timestamp_micros() < self.target_ends(index, count) {
            return PurgeProgress::InProgress;
        }
        let spared = index != 0 && !(index as u64 + self.serial).is_multiple_of(3);
        let saved = self.outcome == PurgeOutcome::Failed && spared;
        PurgeProgress::Ended(if saved { PurgeOutcome::Successful } else { self.outcome })
    }

    /// Returns the end of one of `count` targets in Unix microseconds.
    pub(crate) fn target_ends(&self, index: usize, count: usize) -> i64 {
        self.at + (self.ends - self.at) / count.max(1) as i64 * (index as i64 + 1)
    }

    pub(crate) fn created(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.at).unwrap_or_default()
    }

    /// Returns the number of targets; generated ones are not worked out for it.
    pub(crate) fn target_count(&self) -> usize {
        match &self.targets {
            TargetSource::Generated(seed) => targets::count(*seed, self.scope),
            TargetSource::Given(given) => given.len(),
        }
    }

    /// Returns true when the targets are paths that the simulator generated.
    pub(crate) fn is_generated(&self) -> bool {
        matches!(self.targets, TargetSource::Generated(_))
    }
}

/// Returns true for something that ended after `since` and by `now`, and did not fail.
fn emptied(ends: i64, progress: PurgeProgress, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    ends > since.timestamp_micros()
        && ends <= now.timestamp_micros()
        && progress != PurgeProgress::Ended(PurgeOutcome::Failed)
}

/// An account's sites and purges, oldest first.
#[derive(Debug)]
pub(crate) struct SimulatedAccount {
    pub(crate) sites: Vec<Site>,
    purges: Vec<SimulatedPurge>,
    rng: Rng,
    rates: PurgeRates,
    next_arrival: i64,
}

impl SimulatedAccount {
    /// Generates the past of an account: `records` purges of the vendor's month, the newest of
    /// them still in progress.
    pub(crate) fn generate(
        rng: Rng,
        now: DateTime<Utc>,
        sites: Vec<Site>,
        records: usize,
        rates: PurgeRates,
    ) -> Self {
        let mut windows = RateWindows::new(sites.len());
        let purges = Vec::with_capacity(records);
        let mut account = Self { sites, purges, rng, rates, next_arrival: i64::MAX };
        let unfinished = (records / 80).min(4);
        let finished = records.saturating_sub(unfinished);
        for at in arrivals::generate(&mut account.rng, now, MEMORY, finished) {
            if let Some(purge) = account.draw(at, &mut windows) {
                account.purges.push(purge);
            }
        }
        let newest = account.newest();
        let mut last: Vec<i64> = (0..unfinished)
            .map(|_| now.timestamp_micros() - account.rng.i64(200_000..9_000_000))
            .collect();
        last.sort_unstable();
        for at in last {
            if let Some(mut purge) = account.draw(at.max(newest), &mut windows) {
                purge.ends = now.timestamp_micros() + account.rng.i64(3_000_000..40_000_000);
                account.purges.push(purge);
            }
        }
        account.next_arrival = account.draw_next_arrival(now.timestamp_micros());
        account
    }

    /// Lets the colleagues do what they would have done by `now`.
    pub(crate) fn catch_up(&mut self, now: DateTime<Utc>) {
        let now = now.timestamp_micros();
        let mut done = 0;
        while self.next_arrival <= now {
            let at = self.next_arrival;
            self.arrive(at);
            done += 1;
            self.next_arrival = self.draw_next_arrival(if done < MAX_CATCH_UP { at } else { now });
        }
    }

    /// Lets a colleague purge something at this time.
    pub(crate) fn arrive(&mut self, at: i64) {
        let mut windows = RateWindows::new(self.sites.len());
        for purge in self.since(at - MINUTE_US) {
            windows.take(purge.site, purge.scope, purge.at);
        }
        if let Some(purge) = self.draw(at.max(self.newest()), &mut windows) {
            self.purges.push(purge);
        }
    }

    /// Adds a purge that someone requests now, and returns it.
    pub(crate) fn add(&mut self, new: NewPurge, now: DateTime<Utc>) -> SimulatedPurge {
        // A clock that was set back must not break the order that everything here relies on.
        let at = self.newest().max(now.timestamp_micros());
        let (ends, outcome) = self.draw_end(at, new.scope);
        let purge = SimulatedPurge {
            serial: self.next_serial(),
            at,
            ends,
            outcome,
            scope: new.scope,
            site: new.site,
            author: new.author,
            by_api: new.by_api,
            targets: TargetSource::Given(new.targets.into()),
        };
        self.purges.push(purge.clone());
        purge
    }

    /// Returns the purges that the vendor remembers at `now`, oldest first.
    pub(crate) fn remembered(&self, now: DateTime<Utc>) -> &[SimulatedPurge] {
        self.since((now - MEMORY).timestamp_micros())
    }

    /// Returns the purges made at or after this time in Unix microseconds, oldest first.
    pub(crate) fn since(&self, at: i64) -> &[SimulatedPurge] {
        let from = self.purges.partition_point(|purge| purge.at < at);
        self.purges.get(from..).unwrap_or_default()
    }

    /// Returns the purges that the API accepted since the start, oldest first.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = &SimulatedPurge> {
        self.purges.iter().filter(|purge| purge.by_api && !purge.is_generated())
    }

    /// Returns the purge's targets: given ones as they were given, generated ones as paths.
    pub(crate) fn targets(&self, purge: &SimulatedPurge) -> Vec<String> {
        match (&purge.targets, self.sites.get(purge.site)) {
            (TargetSource::Given(given), _) => given.to_vec(),
            (TargetSource::Generated(seed), Some(site)) => {
                targets::generate(*seed, site.content, purge.scope)
            }
            (TargetSource::Generated(_), None) => Vec::new(),
        }
    }

    /// Returns the main host of the purge's site.
    pub(crate) fn host(&self, purge: &SimulatedPurge) -> &str {
        self.sites.get(purge.site).map_or("", |site| &site.host)
    }

    /// Returns the index of the site with this main host.
    pub(crate) fn site_index(&self, host: &str) -> Option<usize> {
        self.sites.iter().position(|site| site.host == host)
    }

    /// Returns the index of the live site with this main host.
    pub(crate) fn live_site(&self, host: &str) -> Option<usize> {
        self.site_index(host).filter(|index| self.is_live(*index))
    }

    pub(crate) fn is_live(&self, site: usize) -> bool {
        self.sites.get(site).is_some_and(|site| site.live)
    }

    /// Returns the main host of the live site that is served under this name.
    pub(crate) fn served_host(&self, name: &str) -> Option<&str> {
        let serves = |site: &&Site| {
            site.live && (site.host == name || site.aliases.iter().any(|a| a == name))
        };
        self.sites.iter().find(serves).map(|site| site.host.as_str())
    }

    /// Returns the purges that emptied all of their targets after `since` and by `now`.
    pub(crate) fn emptied(
        &self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &SimulatedPurge> {
        self.unfinished_at(since, now)
            .filter(move |purge| emptied(purge.ends, purge.progress(now), since, now))
    }

    /// Returns the targets that were emptied after `since` and by `now`, where each of a purge's
    /// targets has an end of its own. `render` gives the purge's targets.
    pub(crate) fn emptied_targets<'a>(
        &'a self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        render: impl Fn(&SimulatedPurge) -> Vec<String> + 'a,
    ) -> impl Iterator<Item = (&'a SimulatedPurge, String)> {
        self.unfinished_at(since, now).flat_map(move |purge| {
            let targets = render(purge);
            let count = targets.len();
            targets.into_iter().enumerate().filter_map(move |(index, target)| {
                let progress = purge.target_progress(index, count, now);
                emptied(purge.target_ends(index, count), progress, since, now)
                    .then_some((purge, target))
            })
        })
    }

    /// The purges made by `now` that ended after `since`; none takes longer than a day.
    fn unfinished_at(
        &self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &SimulatedPurge> {
        let from = (since - TimeDelta::days(1)).timestamp_micros();
        self.since(from).iter().filter(move |purge| {
            purge.at <= now.timestamp_micros() && purge.ends > since.timestamp_micros()
        })
    }

    fn newest(&self) -> i64 {
        self.purges.last().map_or(i64::MIN, |last| last.at)
    }

    fn next_serial(&self) -> u64 {
        self.purges.last().map_or(1, |last| last.serial + 1)
    }

    fn draw_next_arrival(&mut self, at: i64) -> i64 {
        let mean = f64::from(self.rates.colleagues_every_seconds);
        if mean <= 0.0 {
            return i64::MAX;
        }
        // The mean is that of a busy hour; nights are quieter, but never silent.
        let time = DateTime::from_timestamp_micros(at).unwrap_or_default();
        let activity = f64::from(arrivals::activity(time));
        let gap = random::exponential(&mut self.rng, mean * (64.0 / activity).min(3.0));
        at.saturating_add((gap * 1e6) as i64 + 1)
    }

    fn draw(&mut self, at: i64, windows: &mut RateWindows) -> Option<SimulatedPurge> {
        let roll = self.rng.f64() * 100.0;
        let (url, pattern) = self.rates.scopes;
        let drawn = match roll {
            roll if roll < url => PurgeScope::Url,
            roll if roll < url + pattern => PurgeScope::Pattern,
            _ => PurgeScope::All,
        };
        let mut chosen = None;
        for _ in 0..12 {
            let index = site::draw(&mut self.rng, &self.sites)?;
            let by_url = self.sites.get(index).is_some_and(|site| site.by_url);
            let narrow = drawn == PurgeScope::Url && !by_url;
            let scope = if narrow { PurgeScope::Pattern } else { drawn };
            chosen = Some((index, scope));
            if windows.has_room(index, scope, at) {
                break;
            }
        }
        let (site, scope) = chosen?;
        windows.take(site, scope, at);
        let author = random::weighted(&mut self.rng, &PURGE_WEIGHTS);
        let by_api = USERS.get(author).is_some_and(|user| user.script);
        let (ends, outcome) = self.draw_end(at, scope);
        let targets = TargetSource::Generated(self.rng.u64(..));
        let serial = self.next_serial();
        Some(SimulatedPurge { serial, at, ends, outcome, scope, site, author, by_api, targets })
    }

    /// Draws the end and the outcome of a purge.
    fn draw_end(&mut self, at: i64, scope: PurgeScope) -> (i64, PurgeOutcome) {
        let roll = self.rng.f64() * 100.0;
        let PurgeRates { failed_percent: failed, report_disabled_percent: disabled, .. } =
            self.rates;
        let outcome = match roll {
            roll if roll < failed => PurgeOutcome::Failed,
            roll if roll < failed + disabled => return (at, PurgeOutcome::ReportDisabled),
            _ => PurgeOutcome::Successful,
        };
        let [shortest, longest] = self.rates.purge_seconds.map(f64::from);
        // Most are quick; wide ones take longer; a failure shows late.
        let bent = match scope {
            PurgeScope::Url => self.rng.f64().powi(3),
            PurgeScope::Pattern => self.rng.f64().powi(2),
            PurgeScope::All => self.rng.f64().sqrt(),
        };
        let share = if outcome == PurgeOutcome::Failed { bent.max(0.5) } else { bent };
        let takes = shortest + (longest - shortest).max(0.0) * share;
        (at + (takes * 1e6) as i64, outcome)
    }
}

/// The last two purges of each site and scope: generated purges keep to the vendors' limits, two
/// by URL and one of each other scope a minute.
struct RateWindows(Vec<[[i64; 2]; 3]>);

impl RateWindows {
    fn new(sites: usize) -> Self {
        Self(vec![[[i64::MIN / 2; 2]; 3]; sites])
    }

    fn has_room(&self, site: usize, scope: PurgeScope, at: i64) -> bool {
        let window = self.0.get(site).and_then(|scopes| scopes.get(scope as usize));
        window.is_some_and(|[before, last]| {
            at - if scope == PurgeScope::Url { before } else { last } >= MINUTE_US
        })
    }

    fn take(&mut self, site: usize, scope: PurgeScope, at: i64) {
        if let Some(window) = self.0.get_mut(site).and_then(|site| site.get_mut(scope as usize)) {
            *window = [window[1], at];
        }
    }
}
