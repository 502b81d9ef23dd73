//! Counts, facets, timeline and coverage of a selection.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tokio_postgres::Row;

use super::compiled_filter::SqlFilter;
use super::reader::{PostgresReader, ServerSnapshot};
use super::sql::SqlText;
use super::{coverage, text};
use crate::domain::coverage::Coverage;
use crate::domain::ids::AccountName;
use crate::domain::query::{Summary, SummaryQuery};
use crate::domain::timeline::{Bar, Timeline};
use crate::store::failure::StoreFailure;
use crate::store::{codes, times};

/// Most cnames in a summary, and most authors.
const MAX_NAMES: usize = 50;

impl PostgresReader {
    /// Returns counts, facets, timeline and coverage of a selection, all exact.
    pub(in crate::store) fn summary(&self, query: &SummaryQuery) -> Result<Summary, StoreFailure> {
        self.answer(|snapshot| {
            let filter = SqlFilter::compile(&query.predicate, snapshot)?;
            let counts = Counts::read(snapshot, &filter)?;
            let timeline = timeline(snapshot, &filter, &counts, query)?;
            let coverage = coverages(snapshot, &filter)?;
            let stored = if filter.selects_all() { counts.selected } else { count(snapshot)? };
            let summary = counts.summary(snapshot)?;
            Ok(Summary { stored, timeline, coverage, ..summary })
        })
    }
}

/// Returns the number of purges in the store.
fn count(snapshot: &mut ServerSnapshot<'_>) -> Result<u64, StoreFailure> {
    let counted = snapshot.optional_row("SELECT count(*) FROM purge", &[])?;
    Ok(counted.map_or(Ok(0), |row| row.try_get::<_, i64>(0))?.unsigned_abs())
}

/// Counts by code and dictionary id.
#[derive(Default)]
struct Counts {
    selected: u64,
    /// Oldest time of a selected purge.
    oldest: Option<i64>,
    /// Newest key of a selected purge.
    newest: Option<i64>,
    statuses: BTreeMap<i16, u64>,
    kinds: BTreeMap<i16, u64>,
    accounts: HashMap<i32, u64>,
    cnames: HashMap<i32, u64>,
    authors: HashMap<i32, u64>,
}

impl Counts {
    /// Counts a selection in one pass.
    fn read(snapshot: &mut ServerSnapshot<'_>, filter: &SqlFilter) -> Result<Self, StoreFailure> {
        let mut sql = SqlText::default();
        let condition = filter.condition(&mut sql);
        sql.push(&format!(
            "SELECT p.account, p.cname, p.author, p.kind, p.status, count(*), min(p.created),
                    max(p.key)
             FROM purge p WHERE {condition}
             GROUP BY p.account, p.cname, p.author, p.kind, p.status"
        ));
        let mut counts = Self::default();
        for row in snapshot.rows(&sql)? {
            counts.add(&row)?;
        }
        Ok(counts)
    }

    fn add(&mut self, row: &Row) -> Result<(), StoreFailure> {
        let count = row.try_get::<_, i64>(5)?.unsigned_abs();
        let (oldest, newest): (i64, i64) = (row.try_get(6)?, row.try_get(7)?);
        self.selected += count;
        self.oldest = Some(self.oldest.map_or(oldest, |known| known.min(oldest)));
        self.newest = Some(self.newest.map_or(newest, |known| known.max(newest)));
        *self.accounts.entry(row.try_get(0)?).or_default() += count;
        *self.cnames.entry(row.try_get(1)?).or_default() += count;
        *self.authors.entry(row.try_get(2)?).or_default() += count;
        *self.kinds.entry(row.try_get(3)?).or_default() += count;
        *self.statuses.entry(row.try_get(4)?).or_default() += count;
        Ok(())
    }

    /// Returns them by name.
    fn summary(self, snapshot: &ServerSnapshot<'_>) -> Result<Summary, StoreFailure> {
        let dictionary = snapshot.dictionary;
        let mut summary = Summary { selected: self.selected, ..Summary::default() };
        for (code, count) in self.statuses {
            summary.by_status.push((codes::to_status(known(code)?)?, count));
        }
        summary.by_status.sort_unstable_by_key(|status| status.0);
        for (code, count) in self.kinds {
            summary.by_kind.push((codes::to_kind(known(code)?)?, count));
        }
        // Known kinds come first.
        summary.by_kind.sort_unstable_by_key(|kind| (kind.0.is_none(), kind.0));
        let mut accounts: BTreeMap<&AccountName, u64> = BTreeMap::new();
        for (id, count) in self.accounts {
            *accounts.entry(&dictionary.account(id)?.0).or_default() += count;
        }
        summary.by_account = accounts.into_iter().map(|it| (it.0.clone(), it.1)).collect();
        sort_by_count(&mut summary.by_account);
        for (id, count) in self.cnames {
            summary.by_cname.push((dictionary.word(id)?.to_owned(), count));
        }
        sort_by_count(&mut summary.by_cname);
        summary.by_cname.truncate(MAX_NAMES);
        for (id, count) in self.authors {
            if let Some(author) = dictionary.optional_word(id)? {
                summary.by_author.push((author.to_owned(), count));
            }
        }
        sort_by_count(&mut summary.by_author);
        summary.by_author.truncate(MAX_NAMES);
        Ok(summary)
    }
}

fn known(code: i16) -> Result<u8, StoreFailure> {
    code.try_into().map_err(|_| StoreFailure::Corrupt)
}

fn sort_by_count<T: Ord>(counts: &mut [(T, u64)]) {
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
}

/// Returns the timeline. It covers the predicate's own time; if that is open, it begins with the
/// oldest selected purge and ends now, or with the newest selected purge if a vendor's clock is
/// ahead of ours.
fn timeline(
    snapshot: &mut ServerSnapshot<'_>,
    filter: &SqlFilter,
    counts: &Counts,
    query: &SummaryQuery,
) -> Result<Timeline, StoreFailure> {
    let ranges = &filter.time_ranges;
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return Ok(Timeline::default());
    };
    let from = if first.0 == i64::MIN { counts.oldest } else { Some(first.0) };
    let Some(from) = from.filter(|_| query.bars > 0) else {
        return Ok(Timeline::default());
    };
    let until = if last.1 == i64::MAX {
        // A key is never earlier than its purge's time.
        let newest = counts.newest.unwrap_or(i64::MIN);
        times::micros(query.now).max(newest.saturating_add(1))
    } else {
        last.1
    };
    let mut timeline = Timeline::frame(times::instant(from), times::instant(until), query.bars);
    let (Some(start), Some(step)) = (timeline.from, timeline.step.num_microseconds()) else {
        return Ok(timeline);
    };
    let mut sql = SqlText::default();
    let condition = filter.condition(&mut sql);
    let (start, step) = (sql.bind(times::micros(start)), sql.bind(step));
    sql.push(&format!(
        "SELECT (p.created - {start}) / {step}, p.status, count(*) FROM purge p WHERE {condition}
         GROUP BY 1, 2"
    ));
    for row in snapshot.rows(&sql)? {
        let (bar, count): (i64, i64) = (row.try_get(0)?, row.try_get(2)?);
        let status = codes::to_status(known(row.try_get(1)?)?)?;
        let bar = usize::try_from(bar).ok().and_then(|bar| timeline.bars.get_mut(bar));
        if let Some(bar) = bar {
            *bar += Bar::of(status, u32::try_from(count).unwrap_or(u32::MAX));
        }
    }
    Ok(timeline)
}

/// Returns the coverage of every account that the filter allows.
fn coverages(
    snapshot: &mut ServerSnapshot<'_>,
    filter: &SqlFilter,
) -> Result<Vec<(AccountName, Coverage)>, StoreFailure> {
    let allowed = snapshot.dictionary.accounts().filter(|(id, _)| filter.allows_account(*id));
    let mut accounts: BTreeSet<AccountName> =
        allowed.map(|(_, account)| account.0.clone()).collect();
    let mut ranges: HashMap<AccountName, Coverage> = HashMap::new();
    let find = "SELECT account, from_at, until_at FROM coverage ORDER BY account, from_at";
    for row in snapshot.query(find, &[])? {
        let account = AccountName::from(text::restored(row.try_get(0)?));
        let (from, until) = (times::instant(row.try_get(1)?), times::instant(row.try_get(2)?));
        ranges.entry(account).or_default().add(from, until);
    }
    if filter.allows_all_accounts() {
        // An account may be known to have no purges at all.
        accounts.extend(ranges.keys().cloned());
    }
    let kept_from = coverage::kept_from(snapshot.live)?;
    let coverages = accounts.into_iter().map(|account| {
        let coverage = ranges.remove(&account).unwrap_or_default();
        (account, coverage.kept_from(kept_from))
    });
    Ok(coverages.collect())
}
