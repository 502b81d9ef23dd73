//! What is known of a selection as a whole: counts, facets, timeline, coverage.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::rows::View;
use super::sieve::Sieve;
use super::strip::{Strip, Stroke, Traits};
use super::strips::Direction;
use super::times::{self, Range};
use super::{StoreFailure, codes};
use crate::domain::coverage::Coverage;
use crate::domain::ids::AccountName;
use crate::domain::query::{Summary, SummaryQuery};
use crate::domain::status::Status;
use crate::domain::timeline::{Bar, Timeline};

/// How many cnames are told.
const CNAMES: usize = 50;

impl View<'_> {
    /// Answers a question for a summary.
    pub(super) fn summary(&self, query: &SummaryQuery) -> Result<Summary, StoreFailure> {
        let sieve = Sieve::of(&query.predicate, self.connection, self.names)?;
        let mut count = Count::new(self.frame(&sieve, query)?);
        if sieve.texts.is_empty() && sieve.only.is_none() && !sieve.leaves_keys_out() {
            if !sieve.is_shut() {
                let range = self.bounds(&sieve, times::EVER)?;
                self.strips(&sieve, range, Direction::Rising, |strip, places| {
                    count.add_strip(&sieve, strip, places);
                    Ok(ControlFlow::Continue(()))
                })?;
            }
        } else {
            self.scan(&sieve, times::EVER, Direction::Rising, &mut |stroke| {
                count.add(&stroke);
                Ok(ControlFlow::Continue(()))
            })?;
        }
        self.told(&sieve, count)
    }

    /// The empty bars. They run over the predicate's own time; where that is open, from the oldest selected purge, and up to
    /// now or to the newest selected purge where a vendor's clock is ahead of ours.
    fn frame(&self, sieve: &Sieve, query: &SummaryQuery) -> Result<Timeline, StoreFailure> {
        let (Some(first), Some(last)) = (sieve.stretches.first(), sieve.stretches.last()) else {
            return Ok(Timeline::default());
        };
        if query.bars == 0 {
            return Ok(Timeline::default());
        }
        let mut from = first.0;
        if from == i64::MIN {
            match self.oldest(sieve)? {
                Some(oldest) => from = oldest,
                None => return Ok(Timeline::default()),
            }
        }
        let mut until = last.1;
        if until == i64::MAX {
            // A key is never earlier than its purge's time.
            let newest = self.first_keys(sieve, times::EVER, Direction::Falling, 1)?;
            let newest = newest.first().copied().unwrap_or(i64::MIN);
            until = times::micros(query.now).max(newest.saturating_add(1));
        }
        Ok(Timeline::frame(times::instant(from), times::instant(until), query.bars))
    }

    /// The oldest time of the selected purges. Where keys are not times, it need not be that of the first key.
    fn oldest(&self, sieve: &Sieve) -> Result<Option<i64>, StoreFailure> {
        let keys = self.first_keys(sieve, times::EVER, Direction::Rising, 1)?;
        let Some(first) = keys.first() else {
            return Ok(None);
        };
        let mut oldest = *first;
        let beyond = first.saturating_add(self.most_nudged()?).saturating_add(1);
        self.scan(sieve, (*first, beyond), Direction::Rising, &mut |stroke| {
            oldest = oldest.min(stroke.created());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Some(oldest))
    }

    fn told(&self, sieve: &Sieve, count: Count) -> Result<Summary, StoreFailure> {
        let mut summary = Summary {
            selected: count.selected,
            stored: self.stored()?,
            timeline: count.timeline,
            ..Summary::default()
        };
        for (code, selected) in (0..).zip(count.statuses).filter(|status| status.1 > 0) {
            let status = codes::to_status(code)?;
            summary.by_status.push((status, selected));
        }
        summary.by_status.sort_unstable_by_key(|status| status.0);
        for (code, selected) in (0..).zip(count.kinds).filter(|kind| kind.1 > 0) {
            let kind = codes::to_kind(code)?;
            summary.by_kind.push((kind, selected));
        }
        // Those that we know first.
        summary.by_kind.sort_unstable_by_key(|kind| (kind.0.is_none(), kind.0));
        for (id, selected) in (0..).zip(count.accounts).filter(|account| account.1 > 0) {
            let name = &self.names.account(id)?.0;
            match summary.by_account.iter_mut().find(|known| known.0 == *name) {
                Some(known) => known.1 += selected,
                None => summary.by_account.push((name.clone(), selected)),
            }
        }
        most_first(&mut summary.by_account);
        for (id, selected) in (0..).zip(count.cnames).filter(|cname| cname.1 > 0) {
            summary.by_cname.push((self.names.word(id)?.to_owned(), selected));
        }
        most_first(&mut summary.by_cname);
        summary.by_cname.truncate(CNAMES);
        summary.coverage = self.coverages(sieve)?;
        Ok(summary)
    }

    fn coverages(&self, sieve: &Sieve) -> Result<Vec<(AccountName, Coverage)>, StoreFailure> {
        let mut accounts = BTreeSet::new();
        for (id, account) in self.names.accounts() {
            if sieve.has_account(id) {
                accounts.insert(account.0.clone());
            }
        }
        if sieve.has_every_account() {
            // An account may be known to have no purges at all.
            let mut find =
                self.connection.prepare_cached("SELECT DISTINCT account FROM coverage")?;
            for name in find.query_map([], |row| row.get::<_, String>(0))? {
                accounts.insert(name?.into());
            }
        }
        let told = accounts.into_iter().map(|account| {
            let coverage = self.coverage(&account)?;
            Ok((account, coverage))
        });
        told.collect()
    }

    /// For which times an account's history is complete.
    pub(super) fn coverage(&self, account: &AccountName) -> Result<Coverage, StoreFailure> {
        let mut find = self.connection.prepare_cached(
            "SELECT from_at, until_at FROM coverage WHERE account = ?1 ORDER BY from_at",
        )?;
        let ranges = find.query_map([account.as_str()], |row| {
            Ok((times::instant(row.get(0)?), times::instant(row.get(1)?)))
        })?;
        Ok(ranges.collect::<Result<Coverage, _>>()?)
    }
}

fn most_first<T: Ord>(counts: &mut [(T, u64)]) {
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
}

/// Counts by number, so that counting is adding.
struct Count {
    selected: u64,
    statuses: [u64; codes::STATUSES],
    kinds: [u64; codes::KINDS],
    accounts: Vec<u64>,
    cnames: Vec<u64>,
    timeline: Timeline,
    /// The first bar's begin and the bars' length in microseconds; a length of 0 where there are no bars.
    grid: (i64, i64),
    failed: u8,
}

impl Count {
    fn new(timeline: Timeline) -> Self {
        Self {
            selected: 0,
            statuses: [0; codes::STATUSES],
            kinds: [0; codes::KINDS],
            accounts: Vec::new(),
            cnames: Vec::new(),
            grid: (
                timeline.from.map_or(0, times::micros),
                timeline.step.num_microseconds().unwrap_or(0),
            ),
            timeline,
            failed: codes::of_status(Status::Failed),
        }
    }

    fn add(&mut self, stroke: &Stroke) {
        self.add_traits(&stroke.traits, 1);
        let place = self.bar(stroke.created());
        self.add_to_bar(place, 1, u32::from(stroke.traits.status == self.failed));
    }

    /// Adds all purges of a strip that pass.
    fn add_strip(&mut self, sieve: &Sieve, strip: &Strip, places: std::ops::Range<usize>) {
        let passing: Vec<bool> = strip.palette.iter().map(|traits| sieve.passes(traits)).collect();
        let failed: Vec<bool> =
            strip.palette.iter().map(|traits| traits.status == self.failed).collect();
        let mut times = vec![0_u64; strip.palette.len()];
        let ends = (strip.keys.get(places.start), strip.keys.get(places.end.saturating_sub(1)));
        let (Some(first), Some(last)) = ends else {
            return;
        };
        let nudged = strip.is_nudged();
        let all_covered = !nudged && sieve.covers_all((*first, last.saturating_add(1)));
        // Neighbours mostly belong to the same bar: it is looked up only where its time is left.
        let mut bar: Option<usize> = None;
        let mut time: Range = (0, 0);
        let mut sums = (0, 0);
        for place in places {
            let shade = strip.shade(place);
            if passing.get(shade) != Some(&true) {
                continue;
            }
            let created = if nudged {
                strip.stroke(place).map(|stroke| stroke.created())
            } else {
                strip.keys.get(place).copied()
            };
            let Some(created) = created.filter(|created| all_covered || sieve.covers(*created))
            else {
                continue;
            };
            if let Some(times) = times.get_mut(shade) {
                *times += 1;
            }
            if !(time.0..time.1).contains(&created) {
                self.add_to_bar(bar, sums.0, sums.1);
                bar = self.bar(created);
                time = self.bar_time(bar);
                sums = (0, 0);
            }
            sums.0 += 1;
            sums.1 += u32::from(failed.get(shade) == Some(&true));
        }
        self.add_to_bar(bar, sums.0, sums.1);
        for (traits, times) in strip.palette.iter().zip(times) {
            self.add_traits(traits, times);
        }
    }

    fn add_traits(&mut self, traits: &Traits, times: u64) {
        if times == 0 {
            return;
        }
        self.selected += times;
        if let Some(status) = self.statuses.get_mut(usize::from(traits.status)) {
            *status += times;
        }
        if let Some(kind) = self.kinds.get_mut(usize::from(traits.kind)) {
            *kind += times;
        }
        add_at(&mut self.accounts, traits.account, times);
        add_at(&mut self.cnames, traits.cname, times);
    }

    fn bar(&self, created: i64) -> Option<usize> {
        let (from, step) = self.grid;
        let into = created.checked_sub(from)?.checked_div_euclid(step)?;
        usize::try_from(into).ok()
    }

    /// The time of a bar; empty for no bar.
    fn bar_time(&self, bar: Option<usize>) -> Range {
        let (from, step) = self.grid;
        bar.map_or((0, 0), |bar| {
            let from = from.saturating_add(step.saturating_mul(bar as i64));
            (from, from.saturating_add(step))
        })
    }

    fn add_to_bar(&mut self, bar: Option<usize>, all: u32, failed: u32) {
        if let Some(bar) = bar.and_then(|bar| self.timeline.bars.get_mut(bar)) {
            *bar += Bar { all, failed };
        }
    }
}

fn add_at(counts: &mut Vec<u64>, number: u32, times: u64) {
    let number = number as usize;
    if counts.len() <= number {
        counts.resize(number + 1, 0);
    }
    if let Some(count) = counts.get_mut(number) {
        *count += times;
    }
}
