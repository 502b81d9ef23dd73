//! A predicate compiled for one store: names looked up in the dictionary, all times as one set of
//! ranges, ids and "sent from here" as sets of keys.

use std::collections::HashSet;

use rusqlite::Connection;

use super::codes;
use super::dictionary::Dictionary;
use super::segment::Columns;
use super::times::{self, MicrosRange};
use crate::domain::filter::{Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::status::Status;
use crate::store::failure::StoreFailure;

/// The dictionary ids that a column may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum IdSet {
    #[default]
    All,
    /// One flag per id; ids beyond the end are not in the set.
    Listed(Vec<bool>),
}

impl IdSet {
    fn contains(&self, id: u32) -> bool {
        match self {
            Self::All => true,
            Self::Listed(flags) => flags.get(id as usize).copied().unwrap_or(false),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::All => false,
            Self::Listed(flags) => !flags.contains(&true),
        }
    }

    fn retain(&mut self, ids: impl Iterator<Item = u32>, keep: impl Fn(u32) -> bool) {
        let mut flags = Vec::new();
        for id in ids {
            let index = id as usize;
            if flags.len() <= index {
                flags.resize(index + 1, false);
            }
            if let Some(flag) = flags.get_mut(index) {
                *flag = self.contains(id) && keep(id);
            }
        }
        *self = Self::Listed(flags);
    }
}

/// The conditions that a purge must meet to be selected.
#[derive(Clone, Debug)]
pub(super) struct CompiledFilter {
    accounts: IdSet,
    cnames: IdSet,
    authors: IdSet,
    kinds: [bool; codes::KINDS],
    statuses: [bool; codes::STATUSES],
    /// Pairs of account and resource, if only some resources are selected.
    resources: Option<HashSet<(u32, u32)>>,
    /// Times of creation: sorted ranges, apart from each other.
    pub(super) time_ranges: Vec<MicrosRange>,
    /// The only keys that may be selected, ascending.
    pub(super) only_keys: Option<Vec<i64>>,
    excluded_keys: HashSet<i64>,
    pub(super) target_tests: Vec<TargetTest>,
}

/// A test of a purge's targets.
#[derive(Clone, Debug)]
pub(super) struct TargetTest {
    pub(super) negated: bool,
    /// Of these, one must fit a target.
    pub(super) patterns: Vec<Pattern>,
    /// A cname of these passes whatever the targets are.
    cnames: Option<IdSet>,
}

impl TargetTest {
    #[cfg(test)]
    pub(super) fn of(patterns: Vec<Pattern>) -> Self {
        Self { negated: false, patterns, cnames: None }
    }

    /// Returns whether the trigram index can tell which purges may pass.
    pub(super) fn is_indexed(&self) -> bool {
        !self.negated && self.cnames.is_none()
    }

    /// Returns whether any purge passes by its cname alone.
    pub(super) fn may_pass_by_cname(&self) -> bool {
        self.cnames.is_some()
    }

    /// Returns whether a purge passes by its cname alone.
    pub(super) fn passes_by_cname(&self, cname: u32) -> bool {
        self.cnames.as_ref().is_some_and(|cnames| cnames.contains(cname))
    }
}

/// Most words of a filter that are looked for by two access paths each; further ones are compared
/// row by row.
const MAX_SPLIT_WORDS: usize = 3;

impl CompiledFilter {
    /// Creates a filter that selects every purge.
    pub(super) fn all() -> Self {
        Self {
            accounts: IdSet::All,
            cnames: IdSet::All,
            authors: IdSet::All,
            kinds: [true; codes::KINDS],
            statuses: [true; codes::STATUSES],
            resources: None,
            time_ranges: vec![times::ALL_TIME],
            only_keys: None,
            excluded_keys: HashSet::new(),
            target_tests: Vec::new(),
        }
    }

    pub(super) fn compile(
        predicate: &Predicate,
        connection: &Connection,
        dictionary: &Dictionary,
    ) -> Result<Self, StoreFailure> {
        let mut filter = Self::all();
        filter.time_ranges =
            times::union(vec![times::micros_range((predicate.from, predicate.until))]);
        for clause in &predicate.clauses {
            let negated = clause.negated;
            match &clause.test {
                Test::Cname(patterns) => filter.cnames.retain(word_ids(dictionary), |id| {
                    fits(patterns, dictionary.word(id)) != negated
                }),
                Test::By(patterns) => filter.authors.retain(word_ids(dictionary), |id| {
                    (id > 0 && fits(patterns, dictionary.word(id))) != negated
                }),
                Test::Account(patterns) => filter.retain_accounts(dictionary, |account| {
                    fits(patterns, Ok(account.0.as_str())) != negated
                }),
                Test::Provider(patterns) => filter.retain_accounts(dictionary, |account| {
                    fits(patterns, Ok(account.1.as_str())) != negated
                }),
                Test::Status(statuses) => {
                    for (code, flag) in (0..).zip(&mut filter.statuses) {
                        let is_listed =
                            codes::to_status(code).is_ok_and(|status| statuses.contains(&status));
                        *flag &= is_listed != negated;
                    }
                }
                Test::Kind(kinds) => {
                    for (code, flag) in (0..).zip(&mut filter.kinds) {
                        let is_listed =
                            codes::to_kind(code).is_ok_and(|kind| kinds.contains(&kind));
                        *flag &= is_listed != negated;
                    }
                }
                Test::Id(ids) => filter.restrict_keys(negated, keys_of_ids(connection, ids)?),
                Test::SentHere => filter.restrict_keys(negated, keys_sent_here(connection)?),
                Test::Target(patterns) => filter.test_targets(negated, patterns, None),
                Test::Text(patterns) => filter.test_text(negated, patterns, dictionary),
                Test::Created(ranges) => {
                    let ranges = ranges.iter().map(|range| times::micros_range(*range));
                    let mut ranges = times::union(ranges.collect());
                    if negated {
                        ranges = times::complement(&ranges);
                    }
                    filter.time_ranges = times::intersection(&filter.time_ranges, &ranges);
                }
            }
        }
        Ok(filter)
    }

    fn test_targets(&mut self, negated: bool, patterns: &[Pattern], cnames: Option<IdSet>) {
        self.target_tests.push(TargetTest { negated, patterns: patterns.to_vec(), cnames });
    }

    /// Adds a test of targets and cname.
    fn test_text(&mut self, negated: bool, patterns: &[Pattern], dictionary: &Dictionary) {
        let mut fitting = IdSet::All;
        fitting.retain(word_ids(dictionary), |id| fits(patterns, dictionary.word(id)));
        if negated {
            self.cnames.retain(word_ids(dictionary), |id| !fitting.contains(id));
        }
        let cnames = (!negated && !fitting.is_empty()).then_some(fitting);
        self.test_targets(negated, patterns, cnames);
    }

    /// Splits the filter into filters of which no two select the same purge, and each has a better
    /// access path than the whole: for each of the first words that some cname has in it, the
    /// purges of those cnames, for which the columns tell, and the others, for which the trigram
    /// index does. Empty if there is no such word.
    pub(super) fn parts(&self, dictionary: &Dictionary) -> Vec<Self> {
        let mut parts = Vec::new();
        if self.only_keys.is_some() {
            // The keys are the best path, and each purge is compared anyway.
            return parts;
        }
        let words = self
            .target_tests
            .iter()
            .enumerate()
            .filter_map(|(index, test)| test.cnames.as_ref().map(|cnames| (index, cnames)));
        // From the end, so that the places of those before stay as they are.
        let words: Vec<_> = words.take(MAX_SPLIT_WORDS).collect();
        for (index, fitting) in words.into_iter().rev() {
            let whole = if parts.is_empty() { vec![self.clone()] } else { parts };
            parts = Vec::with_capacity(whole.len() * 2);
            for mut by_cname in whole {
                let mut by_target = by_cname.clone();
                by_cname.target_tests.remove(index);
                by_cname.cnames.retain(word_ids(dictionary), |id| fitting.contains(id));
                by_target.cnames.retain(word_ids(dictionary), |id| !fitting.contains(id));
                if let Some(test) = by_target.target_tests.get_mut(index) {
                    test.cnames = None;
                }
                parts.extend([by_cname, by_target]);
            }
        }
        parts
    }

    /// Narrows the filter to one account.
    pub(super) fn for_account(mut self, dictionary: &Dictionary, name: &AccountName) -> Self {
        self.retain_accounts(dictionary, |account| account.0 == *name);
        self
    }

    /// Narrows the filter to unfinished purges.
    pub(super) fn unfinished(mut self) -> Self {
        for (code, flag) in (0..).zip(&mut self.statuses) {
            *flag &= codes::to_status(code).is_ok_and(Status::is_unfinished);
        }
        self
    }

    /// Narrows the filter to pairs of account and resource.
    pub(super) fn for_resources(mut self, resources: HashSet<(u32, u32)>) -> Self {
        self.resources = Some(resources);
        self
    }

    /// Narrows the filter to purges created at or after a microsecond.
    pub(super) fn since(mut self, micros: i64) -> Self {
        self.time_ranges = times::intersection(&self.time_ranges, &[(micros, i64::MAX)]);
        self
    }

    /// Narrows the filter to these keys.
    pub(super) fn among(mut self, keys: Vec<i64>) -> Self {
        self.restrict_keys(false, keys);
        self
    }

    fn retain_accounts(
        &mut self,
        dictionary: &Dictionary,
        keep: impl Fn(&(AccountName, ProviderName)) -> bool,
    ) {
        let ids = dictionary.accounts().map(|(id, _)| id);
        self.accounts.retain(ids, |id| dictionary.account(id).is_ok_and(&keep));
    }

    fn restrict_keys(&mut self, negated: bool, mut keys: Vec<i64>) {
        if negated {
            self.excluded_keys.extend(keys);
            return;
        }
        keys.sort_unstable();
        keys.dedup();
        if let Some(only) = &self.only_keys {
            keys.retain(|key| only.binary_search(key).is_ok());
        }
        self.only_keys = Some(keys);
    }

    /// True if no purge can be selected, whatever is stored.
    pub(super) fn matches_nothing(&self) -> bool {
        self.time_ranges.is_empty()
            || self.only_keys.as_ref().is_some_and(Vec::is_empty)
            || !self.kinds.contains(&true)
            || !self.statuses.contains(&true)
    }

    pub(super) fn matches_columns(&self, columns: &Columns) -> bool {
        let flag = |flags: &[bool], code: u8| flags.get(usize::from(code)) == Some(&true);
        let resource = (columns.account, columns.resource);
        flag(&self.statuses, columns.status)
            && flag(&self.kinds, columns.kind)
            && self.accounts.contains(columns.account)
            && self.cnames.contains(columns.cname)
            && self.authors.contains(columns.by)
            && self.resources.as_ref().is_none_or(|resources| resources.contains(&resource))
    }

    pub(super) fn allows_account(&self, account: u32) -> bool {
        self.accounts.contains(account)
    }

    pub(super) fn allows_all_accounts(&self) -> bool {
        self.accounts == IdSet::All
    }

    /// True if a purge of this time can be selected.
    pub(super) fn includes_time(&self, created: i64) -> bool {
        let after = self.time_ranges.partition_point(|range| range.0 <= created);
        after
            .checked_sub(1)
            .and_then(|index| self.time_ranges.get(index))
            .is_some_and(|range| created < range.1)
    }

    /// True if purges of all times in a half-open range can be selected.
    pub(super) fn includes_range(&self, range: MicrosRange) -> bool {
        self.time_ranges.iter().any(|own| own.0 <= range.0 && range.1 <= own.1)
    }

    /// True if purges of any time in a half-open range can be selected.
    pub(super) fn overlaps(&self, range: MicrosRange) -> bool {
        self.time_ranges.iter().any(|own| own.0 < range.1 && range.0 < own.1)
    }

    /// True if the filter tests any column, that is, anything but time, keys and targets.
    pub(super) fn restricts_columns(&self) -> bool {
        self.accounts != IdSet::All
            || self.cnames != IdSet::All
            || self.authors != IdSet::All
            || self.kinds.contains(&false)
            || self.statuses.contains(&false)
            || self.resources.is_some()
    }

    pub(super) fn excludes_key(&self, key: i64) -> bool {
        self.excluded_keys.contains(&key)
    }

    pub(super) fn excludes_any_key(&self) -> bool {
        !self.excluded_keys.is_empty()
    }
}

/// Returns the ids of all words, and 0 for no word.
fn word_ids(dictionary: &Dictionary) -> impl Iterator<Item = u32> {
    std::iter::once(0).chain(dictionary.words().map(|(id, _)| id))
}

fn fits(patterns: &[Pattern], text: Result<&str, StoreFailure>) -> bool {
    text.is_ok_and(|text| patterns.iter().any(|pattern| pattern.matches(text)))
}

fn keys_of_ids(connection: &Connection, ids: &[String]) -> Result<Vec<i64>, StoreFailure> {
    let mut find = connection.prepare_cached("SELECT key FROM purge WHERE id = ?1")?;
    let mut keys = Vec::new();
    for id in ids {
        for key in find.query_map([id], |row| row.get(0))? {
            keys.push(key?);
        }
    }
    Ok(keys)
}

/// Returns the keys of the purges that were sent from here.
pub(super) fn keys_sent_here(connection: &Connection) -> Result<Vec<i64>, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT p.key FROM journal j CROSS JOIN account a ON a.name = j.account
         CROSS JOIN purge p ON p.id = j.purge AND p.account = a.id
         WHERE j.purge IS NOT NULL
         UNION
         SELECT p.key FROM journal j CROSS JOIN account a ON a.name = j.account
         CROSS JOIN json_each('[' || replace(json_quote(j.purge), ',', '\",\"') || ']') one
         CROSS JOIN purge p ON p.id = one.value AND p.account = a.id
         WHERE instr(j.purge, ',') > 0",
    )?;
    let keys = find.query_map([], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}
