//! A predicate as the store asks it: names looked up in the dictionaries, all times as one set of ranges, ids and "sent from
//! here" as sets of keys.

use std::collections::HashSet;

use rusqlite::Connection;

use super::StoreFailure;
use super::codes;
use super::names::Names;
use super::strip::Traits;
use super::times::{self, Range};
use crate::domain::filter::{Pattern, Predicate, Test};
use crate::domain::ids::{AccountName, ProviderName};
use crate::domain::status::Status;

/// Which row numbers of a dictionary may stand in a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Allowed {
    #[default]
    Every,
    /// By number; those beyond the end may not.
    These(Vec<bool>),
}

impl Allowed {
    fn has(&self, id: u32) -> bool {
        match self {
            Self::Every => true,
            Self::These(these) => these.get(id as usize).copied().unwrap_or(false),
        }
    }

    fn narrow(&mut self, numbers: impl Iterator<Item = u32>, keep: impl Fn(u32) -> bool) {
        let mut these = Vec::new();
        for number in numbers {
            let number_at = number as usize;
            if these.len() <= number_at {
                these.resize(number_at + 1, false);
            }
            if let Some(flag) = these.get_mut(number_at) {
                *flag = self.has(number) && keep(number);
            }
        }
        *self = Self::These(these);
    }
}

/// What a purge must be for a predicate to select it.
#[derive(Clone, Debug)]
pub(super) struct Sieve {
    accounts: Allowed,
    cnames: Allowed,
    people: Allowed,
    kinds: [bool; codes::KINDS],
    statuses: [bool; codes::STATUSES],
    /// Account and resource together, where a question is about some resources.
    places: Option<HashSet<(u32, u32)>>,
    /// When it was created: sorted ranges apart from each other.
    pub(super) stretches: Vec<Range>,
    /// Only these keys, ascending, whatever else must hold.
    pub(super) only: Option<Vec<i64>>,
    /// Not these keys.
    never: HashSet<i64>,
    /// What its targets must fit, or must not where the flag is set.
    pub(super) texts: Vec<(bool, Vec<Pattern>)>,
}

impl Sieve {
    /// One that everything passes.
    pub(super) fn all() -> Self {
        Self {
            accounts: Allowed::Every,
            cnames: Allowed::Every,
            people: Allowed::Every,
            kinds: [true; codes::KINDS],
            statuses: [true; codes::STATUSES],
            places: None,
            stretches: vec![times::EVER],
            only: None,
            never: HashSet::new(),
            texts: Vec::new(),
        }
    }

    /// What a predicate comes to in this store.
    pub(super) fn of(
        predicate: &Predicate,
        connection: &Connection,
        names: &Names,
    ) -> Result<Self, StoreFailure> {
        let mut sieve = Self::all();
        sieve.stretches = times::any_of(vec![times::range((predicate.from, predicate.until))]);
        for clause in &predicate.clauses {
            let negated = clause.negated;
            match &clause.test {
                Test::Cname(patterns) => {
                    sieve
                        .cnames
                        .narrow(numbers(names), |id| fits(patterns, names.word(id)) != negated);
                }
                Test::By(patterns) => {
                    sieve.people.narrow(numbers(names), |id| {
                        (id > 0 && fits(patterns, names.word(id))) != negated
                    });
                }
                Test::Account(patterns) => sieve.keep_accounts(names, |account| {
                    fits(patterns, Ok(account.0.as_str())) != negated
                }),
                Test::Provider(patterns) => sieve.keep_accounts(names, |account| {
                    fits(patterns, Ok(account.1.as_str())) != negated
                }),
                Test::Status(statuses) => {
                    for (code, flag) in (0..).zip(&mut sieve.statuses) {
                        let listed =
                            codes::to_status(code).is_ok_and(|status| statuses.contains(&status));
                        *flag &= listed != negated;
                    }
                }
                Test::Kind(kinds) => {
                    for (code, flag) in (0..).zip(&mut sieve.kinds) {
                        let listed = codes::to_kind(code).is_ok_and(|kind| kinds.contains(&kind));
                        *flag &= listed != negated;
                    }
                }
                Test::Id(ids) => sieve.keys(negated, keys_of_ids(connection, ids)?),
                Test::SentHere => sieve.keys(negated, keys_sent_here(connection)?),
                Test::Target(patterns) => sieve.texts.push((negated, patterns.clone())),
                Test::Created(stretches) => {
                    let ranges = stretches.iter().map(|stretch| times::range(*stretch));
                    let mut ranges = times::any_of(ranges.collect());
                    if negated {
                        ranges = times::none_of(&ranges);
                    }
                    sieve.stretches = times::both(&sieve.stretches, &ranges);
                }
            }
        }
        Ok(sieve)
    }

    /// Narrows it to one account's purges.
    pub(super) fn of_account(mut self, names: &Names, name: &AccountName) -> Self {
        self.keep_accounts(names, |account| account.0 == *name);
        self
    }

    /// Narrows it to unfinished purges.
    pub(super) fn unfinished(mut self) -> Self {
        for (code, flag) in (0..).zip(&mut self.statuses) {
            *flag &= codes::to_status(code).is_ok_and(Status::is_unfinished);
        }
        self
    }

    /// Narrows it to some resources, each told by account and resource.
    pub(super) fn of_places(mut self, places: HashSet<(u32, u32)>) -> Self {
        self.places = Some(places);
        self
    }

    /// Narrows it to purges created at or after a microsecond.
    pub(super) fn since(mut self, micros: i64) -> Self {
        self.stretches = times::both(&self.stretches, &[(micros, i64::MAX)]);
        self
    }

    fn keep_accounts(
        &mut self,
        names: &Names,
        keep: impl Fn(&(AccountName, ProviderName)) -> bool,
    ) {
        let numbers = names.accounts().map(|(id, _)| id);
        self.accounts.narrow(numbers, |id| names.account(id).is_ok_and(&keep));
    }

    fn keys(&mut self, negated: bool, mut keys: Vec<i64>) {
        if negated {
            self.never.extend(keys);
            return;
        }
        keys.sort_unstable();
        keys.dedup();
        if let Some(only) = &self.only {
            keys.retain(|key| only.binary_search(key).is_ok());
        }
        self.only = Some(keys);
    }

    /// Whether nothing can pass, whatever is stored.
    pub(super) fn is_shut(&self) -> bool {
        self.stretches.is_empty()
            || self.only.as_ref().is_some_and(Vec::is_empty)
            || !self.kinds.contains(&true)
            || !self.statuses.contains(&true)
    }

    /// Whether a purge with these columns passes as far as they tell.
    pub(super) fn passes(&self, traits: &Traits) -> bool {
        let flag = |flags: &[bool], code: u8| flags.get(usize::from(code)) == Some(&true);
        flag(&self.statuses, traits.status)
            && flag(&self.kinds, traits.kind)
            && self.accounts.has(traits.account)
            && self.cnames.has(traits.cname)
            && self.people.has(traits.by)
            && self
                .places
                .as_ref()
                .is_none_or(|places| places.contains(&(traits.account, traits.resource)))
    }

    /// Whether an account's purges may pass at all.
    pub(super) fn has_account(&self, account: u32) -> bool {
        self.accounts.has(account)
    }

    /// Whether no account is left out.
    pub(super) fn has_every_account(&self) -> bool {
        self.accounts == Allowed::Every
    }

    /// Whether a purge of this time passes as far as that tells.
    pub(super) fn covers(&self, created: i64) -> bool {
        let after = self.stretches.partition_point(|range| range.0 <= created);
        after
            .checked_sub(1)
            .and_then(|place| self.stretches.get(place))
            .is_some_and(|range| created < range.1)
    }

    /// Whether all of a half-open range of time passes.
    pub(super) fn covers_all(&self, range: Range) -> bool {
        self.stretches.iter().any(|stretch| stretch.0 <= range.0 && range.1 <= stretch.1)
    }

    /// Whether any of a half-open range of time passes.
    pub(super) fn touches(&self, range: Range) -> bool {
        self.stretches.iter().any(|stretch| stretch.0 < range.1 && range.0 < stretch.1)
    }

    /// Whether anything but time, keys and texts is asked for.
    pub(super) fn asks_for_columns(&self) -> bool {
        self.accounts != Allowed::Every
            || self.cnames != Allowed::Every
            || self.people != Allowed::Every
            || self.kinds.contains(&false)
            || self.statuses.contains(&false)
            || self.places.is_some()
    }

    /// Whether the key is not one of those that are left out.
    pub(super) fn spares(&self, key: i64) -> bool {
        !self.never.contains(&key)
    }

    /// Whether keys tell anything at all.
    pub(super) fn leaves_keys_out(&self) -> bool {
        !self.never.is_empty()
    }
}

/// All numbers of words, and that of no word.
fn numbers(names: &Names) -> impl Iterator<Item = u32> {
    std::iter::once(0).chain(names.words().map(|(id, _)| id))
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

fn keys_sent_here(connection: &Connection) -> Result<Vec<i64>, StoreFailure> {
    let mut find = connection.prepare_cached(
        "SELECT p.key FROM journal j CROSS JOIN account a ON a.name = j.account
         CROSS JOIN purge p ON p.id = j.purge AND p.account = a.id
         WHERE j.purge IS NOT NULL",
    )?;
    let keys = find.query_map([], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}
