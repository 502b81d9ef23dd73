//! Counts, facets, timeline and coverage of a selection.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use super::compiled_filter::CompiledFilter;
use super::segment::{Columns, Segment, SegmentEntry};
use super::snapshot::Snapshot;
use super::times::{self, ALL_TIME, Direction, MicrosRange};
use super::{codes, coverage};
use crate::domain::coverage::Coverage;
use crate::domain::ids::AccountName;
use crate::domain::query::{Summary, SummaryQuery};
use crate::domain::status::Status;
use crate::domain::timeline::{Bar, Timeline};
use crate::store::failure::StoreFailure;

/// Most cnames in a summary, and most authors.
const MAX_NAMES: usize = 50;

impl Snapshot<'_> {
    pub(super) fn summary(&self, query: &SummaryQuery) -> Result<Summary, StoreFailure> {
        let filter = CompiledFilter::compile(&query.predicate, self.connection, self.dictionary)?;
        let mut counts = Counts::new(self.empty_timeline(&filter, query)?);
        let parts = filter.parts(self.dictionary);
        for part in if parts.is_empty() { std::slice::from_ref(&filter) } else { &parts } {
            self.count(part, &mut counts)?;
        }
        self.summary_of(&filter, counts)
    }

    fn count(&self, filter: &CompiledFilter, counts: &mut Counts) -> Result<(), StoreFailure> {
        let segments_suffice = filter.target_tests.is_empty()
            && filter.only_keys.is_none()
            && !filter.excludes_any_key();
        if !segments_suffice {
            self.scan_whole(filter, ALL_TIME, Direction::Ascending, &mut |entry| {
                counts.add(&entry);
                Ok(ControlFlow::Continue(()))
            })?;
        } else if !filter.matches_nothing() {
            let range = self.key_bounds(filter, ALL_TIME)?;
            self.visit_segments(filter, range, Direction::Ascending, |segment, positions| {
                counts.add_segment(filter, segment, positions);
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(())
    }

    /// Returns the timeline with empty bars. It covers the predicate's own time; if that is open,
    /// it begins with the oldest selected purge and ends now, or with the newest selected purge if
    /// a vendor's clock is ahead of ours.
    fn empty_timeline(
        &self,
        filter: &CompiledFilter,
        query: &SummaryQuery,
    ) -> Result<Timeline, StoreFailure> {
        let ranges = &filter.time_ranges;
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            return Ok(Timeline::default());
        };
        if query.bars == 0 {
            return Ok(Timeline::default());
        }
        let mut from = first.0;
        if from == i64::MIN {
            match self.oldest(filter)? {
                Some(oldest) => from = oldest,
                None => return Ok(Timeline::default()),
            }
        }
        let mut until = last.1;
        if until == i64::MAX {
            // A key is never earlier than its purge's time.
            let newest = self.first_keys(filter, ALL_TIME, Direction::Descending, 1)?;
            let newest = newest.first().copied().unwrap_or(i64::MIN);
            until = times::micros(query.now).max(newest.saturating_add(1));
        }
        Ok(Timeline::frame(times::instant(from), times::instant(until), query.bars))
    }

    /// Returns the oldest time of the selected purges. If keys are not times, the first key's time
    /// need not be the oldest.
    fn oldest(&self, filter: &CompiledFilter) -> Result<Option<i64>, StoreFailure> {
        let keys = self.first_keys(filter, ALL_TIME, Direction::Ascending, 1)?;
        let Some(first) = keys.first() else {
            return Ok(None);
        };
        let mut oldest = *first;
        let beyond = first.saturating_add(self.max_key_offset()?).saturating_add(1);
        self.scan(filter, (*first, beyond), Direction::Ascending, &mut |entry| {
            oldest = oldest.min(entry.created());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Some(oldest))
    }

    fn summary_of(&self, filter: &CompiledFilter, counts: Counts) -> Result<Summary, StoreFailure> {
        let mut summary = Summary {
            selected: counts.selected,
            stored: self.purge_count()?,
            timeline: counts.timeline,
            coverage: self.coverages(filter)?,
            ..Summary::default()
        };
        for (code, count) in nonzero(&counts.statuses) {
            summary.by_status.push((codes::to_status(code as u8)?, count));
        }
        summary.by_status.sort_unstable_by_key(|status| status.0);
        for (code, count) in nonzero(&counts.kinds) {
            summary.by_kind.push((codes::to_kind(code as u8)?, count));
        }
        // Known kinds come first.
        summary.by_kind.sort_unstable_by_key(|kind| (kind.0.is_none(), kind.0));
        for (id, count) in nonzero(&counts.accounts) {
            let name = &self.dictionary.account(id)?.0;
            match summary.by_account.iter_mut().find(|known| known.0 == *name) {
                Some(known) => known.1 += count,
                None => summary.by_account.push((name.clone(), count)),
            }
        }
        sort_by_count(&mut summary.by_account);
        for (id, count) in nonzero(&counts.cnames) {
            summary.by_cname.push((self.dictionary.word(id)?.to_owned(), count));
        }
        sort_by_count(&mut summary.by_cname);
        summary.by_cname.truncate(MAX_NAMES);
        for (id, count) in nonzero(&counts.authors) {
            if let Some(author) = self.dictionary.optional_word(id)? {
                summary.by_author.push((author.to_owned(), count));
            }
        }
        sort_by_count(&mut summary.by_author);
        summary.by_author.truncate(MAX_NAMES);
        Ok(summary)
    }

    /// Returns the coverage of every account that the filter allows.
    fn coverages(
        &self,
        filter: &CompiledFilter,
    ) -> Result<Vec<(AccountName, Coverage)>, StoreFailure> {
        let allowed = self.dictionary.accounts().filter(|(id, _)| filter.allows_account(*id));
        let mut accounts: BTreeSet<AccountName> =
            allowed.map(|(_, account)| account.0.clone()).collect();
        if filter.allows_all_accounts() {
            // An account may be known to have no purges at all.
            let mut find =
                self.connection.prepare_cached("SELECT DISTINCT account FROM coverage")?;
            for name in find.query_map([], |row| row.get::<_, String>(0))? {
                accounts.insert(name?.into());
            }
        }
        let kept_from = coverage::kept_from(self.connection)?;
        let coverages = accounts.into_iter().map(|account| {
            let coverage = coverage::read(self.connection, coverage::HISTORY, &account)?;
            Ok((account, coverage.kept_from(kept_from)))
        });
        coverages.collect()
    }
}

/// Returns the counts that are not 0 with their indices.
fn nonzero(counts: &[u64]) -> impl Iterator<Item = (u32, u64)> {
    (0..).zip(counts.iter().copied()).filter(|count| count.1 > 0)
}

fn sort_by_count<T: Ord>(counts: &mut [(T, u64)]) {
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
}

/// Counts by code and dictionary id, so that counting is adding.
struct Counts {
    selected: u64,
    statuses: [u64; codes::STATUSES],
    kinds: [u64; codes::KINDS],
    accounts: Vec<u64>,
    cnames: Vec<u64>,
    authors: Vec<u64>,
    timeline: Timeline,
    /// Start of the first bar, in microseconds.
    timeline_start: i64,
    /// Length of a bar in microseconds; 0 if there are no bars.
    bar_length: i64,
}

impl Counts {
    fn new(timeline: Timeline) -> Self {
        Self {
            selected: 0,
            statuses: [0; codes::STATUSES],
            kinds: [0; codes::KINDS],
            accounts: Vec::new(),
            cnames: Vec::new(),
            authors: Vec::new(),
            timeline_start: timeline.from.map_or(0, times::micros),
            bar_length: timeline.step.num_microseconds().unwrap_or(0),
            timeline,
        }
    }

    fn add(&mut self, entry: &SegmentEntry) {
        self.add_columns(&entry.columns, 1);
        let bar = self.bar_at(entry.created());
        let mut sums = [0; codes::STATUSES];
        if let Some(sum) = sums.get_mut(usize::from(entry.columns.status)) {
            *sum = 1;
        }
        self.add_to_bar(bar, &sums);
    }

    /// Adds the selected purges at some positions of a segment.
    fn add_segment(&mut self, filter: &CompiledFilter, segment: &Segment, positions: Range<usize>) {
        let groups = &segment.groups;
        let matching: Vec<bool> =
            groups.iter().map(|columns| filter.matches_columns(columns)).collect();
        let mut group_counts = vec![0_u64; groups.len()];
        let first = segment.keys.get(positions.start);
        let last = segment.keys.get(positions.end.saturating_sub(1));
        let (Some(first), Some(last)) = (first, last) else {
            return;
        };
        let has_offsets = segment.has_key_offsets();
        let all_included = !has_offsets && filter.includes_range((*first, last.saturating_add(1)));
        // Neighbors mostly belong to the same bar: the bar is looked up only when its time ends.
        let mut bar: Option<usize> = None;
        let mut bar_times: MicrosRange = (0, 0);
        let mut sums = [0; codes::STATUSES];
        for position in positions {
            let group = segment.group_at(position);
            if matching.get(group) != Some(&true) {
                continue;
            }
            let created = if has_offsets {
                segment.entry_at(position).map(|entry| entry.created())
            } else {
                segment.keys.get(position).copied()
            };
            let is_included = |created: &i64| all_included || filter.includes_time(*created);
            let Some(created) = created.filter(is_included) else {
                continue;
            };
            if let Some(count) = group_counts.get_mut(group) {
                *count += 1;
            }
            if !(bar_times.0..bar_times.1).contains(&created) {
                self.add_to_bar(bar, &sums);
                bar = self.bar_at(created);
                bar_times = self.times_of_bar(bar);
                sums = [0; codes::STATUSES];
            }
            let status = groups.get(group).map(|columns| usize::from(columns.status));
            if let Some(sum) = status.and_then(|status| sums.get_mut(status)) {
                *sum += 1;
            }
        }
        self.add_to_bar(bar, &sums);
        for (columns, count) in groups.iter().zip(group_counts) {
            self.add_columns(columns, count);
        }
    }

    fn add_columns(&mut self, columns: &Columns, count: u64) {
        if count == 0 {
            return;
        }
        self.selected += count;
        if let Some(sum) = self.statuses.get_mut(usize::from(columns.status)) {
            *sum += count;
        }
        if let Some(sum) = self.kinds.get_mut(usize::from(columns.kind)) {
            *sum += count;
        }
        add_at(&mut self.accounts, columns.account, count);
        add_at(&mut self.cnames, columns.cname, count);
        add_at(&mut self.authors, columns.by, count);
    }

    fn bar_at(&self, created: i64) -> Option<usize> {
        let elapsed = created.checked_sub(self.timeline_start)?;
        usize::try_from(elapsed.checked_div_euclid(self.bar_length)?).ok()
    }

    /// Returns the times of a bar; an empty range for no bar.
    fn times_of_bar(&self, bar: Option<usize>) -> MicrosRange {
        bar.map_or((0, 0), |bar| {
            let offset = self.bar_length.saturating_mul(bar as i64);
            let from = self.timeline_start.saturating_add(offset);
            (from, from.saturating_add(self.bar_length))
        })
    }

    /// Adds so many purges of each status, in the order of their codes.
    fn add_to_bar(&mut self, bar: Option<usize>, sums: &[u32; codes::STATUSES]) {
        if let Some(bar) = bar.and_then(|bar| self.timeline.bars.get_mut(bar)) {
            for status in Status::EVERY {
                let sum = sums.get(usize::from(codes::of_status(status)));
                *bar += Bar::of(status, sum.copied().unwrap_or(0));
            }
        }
    }
}

fn add_at(counts: &mut Vec<u64>, id: u32, count: u64) {
    let index = id as usize;
    if counts.len() <= index {
        counts.resize(index + 1, 0);
    }
    if let Some(sum) = counts.get_mut(index) {
        *sum += count;
    }
}
