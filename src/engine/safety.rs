//! The configuration's rules about purging, which may change while the engine works.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::domain::account::Account;
use crate::domain::ids::AccountName;

/// The rules in force. Whatever purges or changes the queue asks again each time.
#[derive(Debug)]
pub(super) struct Safety(RwLock<Rules>);

#[derive(Debug)]
struct Rules {
    read_only: bool,
    accounts: BTreeMap<AccountName, Account>,
}

impl Safety {
    /// Puts the rules of the start in force.
    pub(super) fn new(accounts: Vec<Account>, read_only: bool) -> Self {
        let accounts = accounts.into_iter().map(|account| (account.name.clone(), account));
        Self(RwLock::new(Rules { read_only, accounts: accounts.collect() }))
    }

    /// True if nothing may be purged or changed at all.
    pub(super) fn is_read_only(&self) -> bool {
        self.rules().read_only
    }

    /// True if nothing may be purged in this account.
    pub(super) fn forbids(&self, name: &AccountName) -> bool {
        let rules = self.rules();
        rules.read_only || rules.accounts.get(name).is_none_or(|account| account.read_only)
    }

    /// Returns an account.
    pub(super) fn account(&self, name: &AccountName) -> Option<Account> {
        self.rules().accounts.get(name).cloned()
    }

    /// Returns all accounts, by name.
    pub(super) fn accounts(&self) -> Vec<Account> {
        self.rules().accounts.values().cloned().collect()
    }

    /// Puts other rules in force, for the accounts that are there; one that is not among them is
    /// read-only. An account's provider stays that of the start, to which it is connected. Returns
    /// the accounts in the order given.
    pub(super) fn replace(&self, accounts: &[Account], read_only: bool) -> Vec<Account> {
        let mut rules = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rules.read_only = read_only;
        let mut left = std::mem::take(&mut rules.accounts);
        let connected = |account: &Account| {
            let provider = left.remove(&account.name)?.provider;
            Some(Account { provider, ..account.clone() })
        };
        let mut all: Vec<Account> = accounts.iter().filter_map(connected).collect();
        all.extend(left.into_values().map(|account| Account { read_only: true, ..account }));
        rules.accounts =
            all.iter().map(|account| (account.name.clone(), account.clone())).collect();
        all
    }

    fn rules(&self) -> RwLockReadGuard<'_, Rules> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;

    #[test]
    fn an_account_that_is_gone_is_read_only_and_one_that_is_new_waits_for_the_next_start() {
        let safety = Safety::new(vec![account("one"), account("two")], false);
        assert!(!safety.forbids(&"two".into()));
        assert!(safety.forbids(&"other".into()));
        let all = safety.replace(&[account("new"), account("one")], false);
        let names: Vec<&str> = all.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["one", "two"]);
        assert!(!safety.forbids(&"one".into()));
        assert!(safety.forbids(&"two".into()));
        let other = Account { provider: "other".into(), ..account("one") };
        let all = safety.replace(&[other, account("two")], true);
        assert_eq!(all[0].provider, account("one").provider);
        assert!(safety.forbids(&"one".into()));
        safety.replace(&[account("one"), account("two")], false);
        assert!(!safety.forbids(&"two".into()));
    }
}
