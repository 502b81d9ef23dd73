//! What lies on the operator's desk while a draft is written: everything that the linter and the plan look things up in.

mod hosts;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::account::Account;
use super::budget::{Consumption, Cooldown, RecentPurge, Usage};
use super::ids::AccountName;
use super::limits::Limits;

pub use hosts::{Found, HostIndex};

/// Everything that is known beside the draft itself. All of it is borrowed: making one costs nothing.
#[derive(Clone, Copy, Debug)]
pub struct LintContext<'a> {
    /// What can be purged, by host name.
    pub hosts: &'a HostIndex,
    /// What each account's vendor accepts; an account that is missing is not known yet.
    pub limits: &'a BTreeMap<AccountName, Arc<Limits>>,
    /// The accounts as they are configured.
    pub accounts: &'a [Account],
    /// Recent purges by anybody, of at least the longest window.
    pub recent: &'a [RecentPurge],
    /// What our own journal has queued and not sent, as if it were sent when it is planned; see [`Spent::queued`].
    pub queued: &'a [Consumption],
    /// Windows that a vendor closed (429).
    pub closed: &'a [Cooldown],
    /// How far the vendors' clocks may be from ours; every window is taken to be longer by this.
    pub margin: TimeDelta,
}

impl<'a> LintContext<'a> {
    /// The account of this name.
    pub fn account(&self, name: &AccountName) -> Option<&'a Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    /// What the account's vendor accepts; `None` while that is not known.
    pub fn limits_of(&self, name: &AccountName) -> Option<&'a Limits> {
        self.limits.get(name).map(Arc::as_ref)
    }

    /// What has been used up of the account's windows, by anybody, and what our queue will use of them.
    pub fn usage(&self, account: &AccountName) -> Usage {
        Usage {
            spent: self
                .recent
                .iter()
                .map(|recent| &recent.spent)
                .chain(self.queued)
                .filter(|spent| spent.account == *account)
                .cloned()
                .collect(),
            closed: self
                .closed
                .iter()
                .filter(|closed| closed.account == *account)
                .cloned()
                .collect(),
            margin: self.margin,
        }
    }
}
