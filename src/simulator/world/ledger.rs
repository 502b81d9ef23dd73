//! What has been purged on one account: the drawn past, the operator's purges, and the colleagues' as time goes by.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::people::{BUSY, PEOPLE};
use super::site::{self, Site};
use super::{Kind, Outcome, State, rhythm, targets};
use crate::simulator::random;
use crate::simulator::scenario::Scenario;

/// How long the vendors remember.
pub(crate) const MEMORY: TimeDelta = TimeDelta::days(30);
/// Windows of the drawn past, so that nobody seems to have broken the vendors' rules: per site and minute.
const MINUTE: i64 = 60_000_000;
/// The most that colleagues do while nobody looked; a laptop that slept for a week must not stall the next answer.
const MOST_AT_ONCE: u32 = 20_000;

/// One purge, small: its targets are drawn when they are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Purge {
    /// Counts the ledger's purges from 1 in the order of their making.
    pub(crate) serial: u64,
    /// Microseconds of the Unix epoch.
    pub(crate) at: i64,
    /// When it ends.
    pub(crate) ends: i64,
    pub(crate) outcome: Outcome,
    pub(crate) kind: Kind,
    /// Index into the account's sites.
    pub(crate) site: usize,
    /// Index into [`PEOPLE`].
    pub(crate) author: usize,
    /// True when it came by the API, false for the panel.
    pub(crate) by_api: bool,
    pub(crate) targets: Targets,
}

/// What a purge aims at.
#[derive(Clone, Debug)]
pub(crate) enum Targets {
    /// Worked out of this number.
    Drawn(u64),
    /// As the request gave them.
    Given(Arc<[String]>),
}

/// A purge that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) site: usize,
    pub(crate) kind: Kind,
    pub(crate) targets: Vec<String>,
    pub(crate) author: usize,
    pub(crate) by_api: bool,
}

impl Purge {
    /// Where it stands at `now`.
    pub(crate) fn state(&self, now: DateTime<Utc>) -> State {
        if now.timestamp_micros() < self.ends {
            State::InProgress
        } else {
            State::Ended(self.outcome)
        }
    }

    /// Whether all of it was done with within this time, and not in vain.
    pub(crate) fn emptied(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let within = self.ends > since.timestamp_micros() && self.ends <= now.timestamp_micros();
        within && self.outcome != Outcome::Failed
    }

    /// Whether the target at `index` of `count` was done with within this time, and not in vain.
    pub(crate) fn part_emptied(
        &self,
        index: usize,
        count: usize,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        let ends = self.part_ends(index, count);
        let within = ends > since.timestamp_micros() && ends <= now.timestamp_micros();
        within && self.part_outcome(index) != Outcome::Failed
    }

    /// Where the target at `index` of `count` stands, for vendors that tell of each: they are done one after the other, and
    /// of a failed purge the first one fails, and some of the others.
    pub(crate) fn part(&self, index: usize, count: usize, now: DateTime<Utc>) -> State {
        if now.timestamp_micros() < self.part_ends(index, count) {
            return State::InProgress;
        }
        State::Ended(self.part_outcome(index))
    }

    /// When the target at `index` of `count` is done with.
    pub(crate) fn part_ends(&self, index: usize, count: usize) -> i64 {
        self.at + (self.ends - self.at) / count.max(1) as i64 * (index as i64 + 1)
    }

    /// How the target at `index` ends.
    pub(crate) fn part_outcome(&self, index: usize) -> Outcome {
        match self.outcome {
            Outcome::Failed if index == 0 || (index as u64 + self.serial).is_multiple_of(3) => {
                Outcome::Failed
            }
            Outcome::Failed => Outcome::Successful,
            ended @ (Outcome::Successful | Outcome::ReportDisabled) => ended,
        }
    }

    /// When it was made.
    pub(crate) fn created(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.at).unwrap_or_default()
    }

    /// What it aims at: given ones as they were given, drawn ones as paths.
    pub(crate) fn targets(&self, site: &Site) -> Vec<String> {
        match &self.targets {
            Targets::Drawn(seed) => targets::draw(*seed, site.flavour, self.kind),
            Targets::Given(given) => given.to_vec(),
        }
    }

    /// How many targets it has.
    pub(crate) fn count(&self) -> usize {
        match &self.targets {
            Targets::Drawn(seed) => targets::count(*seed, self.kind),
            Targets::Given(given) => given.len(),
        }
    }

    /// Whether the targets are paths that the simulator drew.
    pub(crate) fn is_drawn(&self) -> bool {
        matches!(self.targets, Targets::Drawn(_))
    }
}

/// An account's purges, oldest first.
#[derive(Debug)]
pub(crate) struct Ledger {
    purges: Vec<Purge>,
    rng: Rng,
    /// How many of 100 are url and pattern purges; the rest are all.
    mix: (f64, f64),
    mean_gap: Option<f64>,
    next_arrival: i64,
    failed: f64,
    report_disabled: f64,
    seconds: [u32; 2],
}

impl Ledger {
    /// The past of an account: `records` purges of the vendor's month, the newest of them still under way.
    pub(crate) fn drawn(
        rng: Rng,
        now: DateTime<Utc>,
        sites: &[Site],
        records: usize,
        mix: (f64, f64),
        scenario: &Scenario,
    ) -> Self {
        let every = f64::from(scenario.colleagues_every_seconds);
        let mut ledger = Self {
            purges: Vec::with_capacity(records),
            rng,
            mix,
            mean_gap: (every > 0.0).then_some(every),
            next_arrival: i64::MAX,
            failed: scenario.failed_percent,
            report_disabled: scenario.report_disabled_percent,
            seconds: scenario.purge_seconds,
        };
        let fresh = (records / 80).min(4);
        let moments = rhythm::moments(&mut ledger.rng, now, MEMORY, records.saturating_sub(fresh));
        let mut windows = Windows::new(sites.len());
        for at in moments {
            if let Some(purge) = ledger.draw(at, sites, &mut windows) {
                ledger.purges.push(purge);
            }
        }
        let newest = ledger.purges.last().map_or(i64::MIN, |purge| purge.at);
        let mut last: Vec<i64> = (0..fresh)
            .map(|_| now.timestamp_micros() - ledger.rng.i64(200_000..9_000_000))
            .collect();
        last.sort_unstable();
        for at in last {
            if let Some(mut purge) = ledger.draw(at.max(newest), sites, &mut windows) {
                purge.ends = now.timestamp_micros() + ledger.rng.i64(3_000_000..40_000_000);
                ledger.purges.push(purge);
            }
        }
        ledger.next_arrival = ledger.after(now.timestamp_micros());
        ledger
    }

    /// Lets the colleagues do what they would have done by `now`.
    pub(crate) fn catch_up(&mut self, now: DateTime<Utc>, sites: &[Site]) {
        let now = now.timestamp_micros();
        let mut done = 0;
        while self.next_arrival <= now {
            let at = self.next_arrival;
            self.arrive(at, sites);
            done += 1;
            self.next_arrival = if done < MOST_AT_ONCE { self.after(at) } else { self.after(now) };
        }
    }

    /// A colleague purges something at this moment.
    pub(crate) fn arrive(&mut self, at: i64, sites: &[Site]) {
        let mut windows = Windows::new(sites.len());
        for purge in self.since(at - MINUTE) {
            windows.take(purge.site, purge.kind, purge.at);
        }
        let at = self.purges.last().map_or(at, |last| at.max(last.at));
        if let Some(purge) = self.draw(at, sites, &mut windows) {
            self.purges.push(purge);
        }
    }

    /// Takes a purge that somebody asks for now, and returns it.
    pub(crate) fn add(&mut self, asked: Asked, now: DateTime<Utc>) -> Purge {
        // A clock that was set back must not break the order that everything here relies on.
        let at = self.purges.last().map_or(i64::MIN, |last| last.at).max(now.timestamp_micros());
        let (ends, outcome) = self.course(at, asked.kind);
        let purge = Purge {
            serial: self.next_serial(),
            at,
            ends,
            outcome,
            kind: asked.kind,
            site: asked.site,
            author: asked.author,
            by_api: asked.by_api,
            targets: Targets::Given(asked.targets.into()),
        };
        self.purges.push(purge.clone());
        purge
    }

    /// What the vendor remembers at `now`, oldest first.
    pub(crate) fn remembered(&self, now: DateTime<Utc>) -> &[Purge] {
        self.since((now - MEMORY).timestamp_micros())
    }

    /// The purges made at or after this moment, oldest first.
    pub(crate) fn since(&self, at: i64) -> &[Purge] {
        let from = self.purges.partition_point(|purge| purge.at < at);
        self.purges.get(from..).unwrap_or_default()
    }

    /// The purges of a site that may have emptied something after `since` and by `now`: made at most a day before.
    pub(crate) fn about(
        &self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &Purge> {
        let from = (since - TimeDelta::days(1)).timestamp_micros();
        let to = now.timestamp_micros();
        self.since(from).iter().filter(move |purge| purge.at <= to)
    }

    fn next_serial(&self) -> u64 {
        self.purges.last().map_or(1, |last| last.serial + 1)
    }

    fn after(&mut self, at: i64) -> i64 {
        match self.mean_gap {
            None => i64::MAX,
            Some(mean) => {
                // The mean is that of a busy hour; nights are quieter, but never silent.
                let busy = f64::from(rhythm::busy(
                    DateTime::from_timestamp_micros(at).unwrap_or_default(),
                ));
                let gap = random::exponential(&mut self.rng, mean * (64.0 / busy).min(3.0));
                at.saturating_add((gap * 1e6) as i64 + 1)
            }
        }
    }

    fn draw(&mut self, at: i64, sites: &[Site], windows: &mut Windows) -> Option<Purge> {
        let roll = self.rng.f64() * 100.0;
        let drawn = match roll {
            roll if roll < self.mix.0 => Kind::Url,
            roll if roll < self.mix.0 + self.mix.1 => Kind::Pattern,
            _ => Kind::All,
        };
        let mut chosen = None;
        for _ in 0..12 {
            let index = site::draw(&mut self.rng, sites)?;
            let by_url = sites.get(index).is_some_and(|site| site.by_url);
            let kind = if drawn == Kind::Url && !by_url { Kind::Pattern } else { drawn };
            chosen = Some((index, kind));
            if windows.has_room(index, kind, at) {
                break;
            }
        }
        let (site, kind) = chosen?;
        windows.take(site, kind, at);
        let author = random::weighted(&mut self.rng, &BUSY);
        let by_api = PEOPLE.get(author).is_some_and(|person| person.script);
        let (ends, outcome) = self.course(at, kind);
        let targets = Targets::Drawn(self.rng.u64(..));
        Some(Purge {
            serial: self.next_serial(),
            at,
            ends,
            outcome,
            kind,
            site,
            author,
            by_api,
            targets,
        })
    }

    /// How long a purge takes and how it ends.
    fn course(&mut self, at: i64, kind: Kind) -> (i64, Outcome) {
        let roll = self.rng.f64() * 100.0;
        let outcome = match roll {
            roll if roll < self.failed => Outcome::Failed,
            roll if roll < self.failed + self.report_disabled => {
                return (at, Outcome::ReportDisabled);
            }
            _ => Outcome::Successful,
        };
        let [shortest, longest] = self.seconds.map(f64::from);
        // Most are quick; wide ones take longer; a failure shows late.
        let bent = match kind {
            Kind::Url => self.rng.f64().powi(3),
            Kind::Pattern => self.rng.f64().powi(2),
            Kind::All => self.rng.f64().sqrt(),
        };
        let share = if outcome == Outcome::Failed { bent.max(0.5) } else { bent };
        let takes = shortest + (longest - shortest).max(0.0) * share;
        (at + (takes * 1e6) as i64, outcome)
    }
}

/// The last purges per site and kind.
struct Windows(Vec<[[i64; 2]; 3]>);

impl Windows {
    fn new(sites: usize) -> Self {
        Self(vec![[[i64::MIN / 2; 2]; 3]; sites])
    }

    fn slot(kind: Kind) -> usize {
        match kind {
            Kind::Url => 0,
            Kind::Pattern => 1,
            Kind::All => 2,
        }
    }

    fn has_room(&self, site: usize, kind: Kind, at: i64) -> bool {
        let Some([before, last]) = self.0.get(site).and_then(|kinds| kinds.get(Self::slot(kind)))
        else {
            return false;
        };
        at - if kind == Kind::Url { before } else { last } >= MINUTE
    }

    fn take(&mut self, site: usize, kind: Kind, at: i64) {
        if let Some(slot) = self.0.get_mut(site).and_then(|kinds| kinds.get_mut(Self::slot(kind))) {
            *slot = [slot[1], at];
        }
    }
}
