//! A predicate compiled for one snapshot: names looked up in the dictionary, all times as one set
//! of ranges; and the same as conditions of SQL on a purge `p`.

use super::dictionary::ServerDictionary;
use super::line_test;
use super::reader::ServerSnapshot;
use super::sql::SqlText;
use super::text;
use crate::domain::filter::{Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::status::Status;
use crate::store::codes;
use crate::store::failure::StoreFailure;
use crate::store::times::{self, MicrosRange};

/// Returns the greatest distance between a purge's time and its key.
pub(super) const MAX_KEY_OFFSET: &str = "SELECT key - created FROM purge WHERE key > created
                              ORDER BY key - created DESC LIMIT 1";

/// The condition that selects every purge.
const EVERY: &str = "true";

/// The dictionary ids that a column may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum IdSet {
    #[default]
    All,
    /// These, and none of the others.
    Listed { chosen: Vec<i32>, others: Vec<i32> },
}

impl IdSet {
    fn contains(&self, id: i32) -> bool {
        match self {
            Self::All => true,
            // They are sorted.
            Self::Listed { chosen, .. } => chosen.binary_search(&id).is_ok(),
        }
    }

    fn retain(&mut self, ids: impl Iterator<Item = i32>, keep: impl Fn(i32) -> bool) {
        let (chosen, others) = ids.partition(|id| self.contains(*id) && keep(*id));
        *self = Self::Listed { chosen, others };
    }

    /// Returns the condition on a column by the shorter list; `None` where every id is chosen.
    fn condition(&self, column: &str, sql: &mut SqlText) -> Option<String> {
        match self {
            Self::All => None,
            Self::Listed { chosen, others } => match (chosen.len(), others.len()) {
                (_, 0) => None,
                (0, _) => Some("false".to_owned()),
                (some, rest) if some <= rest => {
                    Some(format!("{column} = ANY({})", sql.bind(chosen.clone())))
                }
                _ => Some(format!("{column} <> ALL({})", sql.bind(others.clone()))),
            },
        }
    }
}

/// The conditions that a purge must meet to be selected.
#[derive(Clone, Debug)]
pub(super) struct SqlFilter {
    accounts: IdSet,
    cnames: IdSet,
    authors: IdSet,
    kinds: [bool; codes::KINDS],
    statuses: [bool; codes::STATUSES],
    /// Pairs of account and resource, if only some resources are selected.
    resources: Option<(Vec<i32>, Vec<i32>)>,
    /// Times of creation: sorted ranges, apart from each other.
    pub(super) time_ranges: Vec<MicrosRange>,
    max_key_offset: i64,
    /// The only keys that may be selected.
    only_keys: Option<Vec<i64>>,
    /// Sets of vendors' ids, each with whether it must not have the purge's.
    ids: Vec<(bool, Vec<String>)>,
    /// Tests for having been sent from here; `true` for a negated one.
    sent_here: Vec<bool>,
    target_tests: Vec<TargetTest>,
}

/// A test of a purge's targets.
#[derive(Clone, Debug)]
struct TargetTest {
    negated: bool,
    /// Of these, one must fit a target.
    patterns: Vec<Pattern>,
    /// A cname of these passes whatever the targets are.
    cnames: Vec<i32>,
}

impl SqlFilter {
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
            max_key_offset: 0,
            only_keys: None,
            ids: Vec::new(),
            sent_here: Vec::new(),
            target_tests: Vec::new(),
        }
    }

    pub(super) fn compile(
        predicate: &Predicate,
        snapshot: &mut ServerSnapshot<'_>,
    ) -> Result<Self, StoreFailure> {
        let dictionary = snapshot.dictionary;
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
                Test::Id(ids) => {
                    let ids = ids.iter().map(|id| text::stored(id).into_owned());
                    filter.ids.push((negated, ids.collect()));
                }
                Test::SentHere => filter.sent_here.push(negated),
                Test::Target(patterns) => {
                    let patterns = patterns.clone();
                    filter.target_tests.push(TargetTest { negated, patterns, cnames: Vec::new() });
                }
                Test::Text(patterns) => {
                    let is_fit = |id: &i32| fits(patterns, dictionary.word(*id));
                    let cnames = word_ids(dictionary).filter(is_fit).collect();
                    let patterns = patterns.clone();
                    filter.target_tests.push(TargetTest { negated, patterns, cnames });
                }
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
        if filter.time_ranges.last().is_some_and(|last| last.1 < i64::MAX) {
            let greatest = snapshot.optional_row(MAX_KEY_OFFSET, &[])?;
            filter.max_key_offset = greatest.map_or(Ok(0), |row| row.try_get(0))?;
        }
        Ok(filter)
    }

    /// Narrows the filter to one account.
    pub(super) fn for_account(mut self, dictionary: &ServerDictionary, name: &AccountName) -> Self {
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
    pub(super) fn for_resources(mut self, pairs: impl Iterator<Item = (i32, i32)>) -> Self {
        self.resources = Some(pairs.unzip());
        self
    }

    /// Narrows the filter to purges created at or after a microsecond.
    pub(super) fn since(mut self, micros: i64) -> Self {
        self.time_ranges = times::intersection(&self.time_ranges, &[(micros, i64::MAX)]);
        self
    }

    /// Narrows the filter to these keys.
    pub(super) fn among(mut self, keys: Vec<i64>) -> Self {
        self.only_keys = Some(keys);
        self
    }

    fn retain_accounts(
        &mut self,
        dictionary: &ServerDictionary,
        keep: impl Fn(&(AccountName, ProviderName)) -> bool,
    ) {
        let ids = dictionary.accounts().map(|(id, _)| id);
        self.accounts.retain(ids, |id| dictionary.account(id).is_ok_and(&keep));
    }

    pub(super) fn allows_account(&self, account: i32) -> bool {
        self.accounts.contains(account)
    }

    pub(super) fn allows_all_accounts(&self) -> bool {
        self.accounts == IdSet::All
    }

    /// True if every purge is selected, whatever is stored.
    pub(super) fn selects_all(&self) -> bool {
        self.condition(&mut SqlText::default()) == EVERY
    }

    /// Returns the condition on a purge `p`.
    pub(super) fn condition(&self, sql: &mut SqlText) -> String {
        let mut all = vec![EVERY.to_owned()];
        all.extend(self.accounts.condition("p.account", sql));
        all.extend(self.cnames.condition("p.cname", sql));
        all.extend(self.authors.condition("p.author", sql));
        all.extend(codes_condition("p.kind", &self.kinds, sql));
        all.extend(codes_condition("p.status", &self.statuses, sql));
        if self.is_unfinished() {
            // As the index of unfinished purges says it.
            all.push("p.status NOT IN (1, 2)".to_owned());
        }
        if let Some((accounts, resources)) = &self.resources {
            let (accounts, resources) = (sql.bind(accounts.clone()), sql.bind(resources.clone()));
            all.push(format!(
                "(p.account, p.resource) IN (SELECT * FROM unnest({accounts}::integer[],
                                                                  {resources}::integer[]))"
            ));
        }
        self.add_time(&mut all, sql);
        if let Some(keys) = &self.only_keys {
            all.push(format!("p.key = ANY({})", sql.bind(keys.clone())));
        }
        for (negated, ids) in &self.ids {
            let condition = if *negated { "p.id <> ALL" } else { "p.id = ANY" };
            all.push(format!("{condition}({})", sql.bind(ids.clone())));
        }
        for negated in &self.sent_here {
            let not = if *negated { "NOT " } else { "" };
            all.push(format!(
                "{not}EXISTS (
                 SELECT FROM (
                     SELECT purge AS id, account FROM journal WHERE purge IS NOT NULL
                     UNION ALL
                     SELECT unnest(string_to_array(purge, ',')), account FROM journal
                     WHERE purge LIKE '%,%') sent
                 JOIN account ON account.name = sent.account
                 WHERE sent.id = p.id AND account.id = p.account)"
            ));
        }
        for test in &self.target_tests {
            let mut condition = line_test::any_fits(&test.patterns, sql);
            if !test.cnames.is_empty() {
                let cnames = sql.bind(test.cnames.clone());
                condition = format!("(p.cname = ANY({cnames}) OR {condition})");
            }
            all.push(if test.negated { format!("NOT {condition}") } else { condition });
        }
        all.join(" AND ")
    }

    /// Adds the times of creation, and the keys between which they lie: a purge's key is its time,
    /// or somewhat greater.
    fn add_time(&self, all: &mut Vec<String>, sql: &mut SqlText) {
        let ranges = &self.time_ranges;
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            return all.push("false".to_owned());
        };
        if first.0 > i64::MIN {
            all.push(format!("p.key >= {}", sql.bind(first.0)));
        }
        if last.1 < i64::MAX {
            let until = last.1.saturating_add(self.max_key_offset);
            all.push(format!("p.key < {}", sql.bind(until)));
        }
        if **ranges == [times::ALL_TIME] {
            return;
        }
        let ranges = ranges.iter().map(|(from, until)| {
            let mut within = Vec::new();
            if *from > i64::MIN {
                within.push(format!("p.created >= {}", sql.bind(*from)));
            }
            if *until < i64::MAX {
                within.push(format!("p.created < {}", sql.bind(*until)));
            }
            within.join(" AND ")
        });
        let ranges: Vec<String> = ranges.collect();
        all.push(format!("({})", ranges.join(" OR ")));
    }

    fn is_unfinished(&self) -> bool {
        [Status::Successful, Status::Failed]
            .iter()
            .all(|status| self.statuses.get(usize::from(codes::of_status(*status))) == Some(&false))
    }
}

/// Returns the condition that a column has one of some codes; `None` where it may have any.
fn codes_condition(column: &str, flags: &[bool], sql: &mut SqlText) -> Option<String> {
    if flags.iter().all(|flag| *flag) {
        return None;
    }
    let codes = (0_i16..).zip(flags).filter(|(_, flag)| **flag).map(|(code, _)| code);
    Some(format!("{column} = ANY({})", sql.bind(codes.collect::<Vec<_>>())))
}

/// Returns the ids of all words, and 0 for no word.
fn word_ids(dictionary: &ServerDictionary) -> impl Iterator<Item = i32> {
    std::iter::once(0).chain(dictionary.words().map(|(id, _)| id))
}

fn fits(patterns: &[Pattern], text: Result<&str, StoreFailure>) -> bool {
    text.is_ok_and(|text| patterns.iter().any(|pattern| pattern.matches(text)))
}
