//! Everything that the linter and the plan look up beside the draft itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::Account;
use super::budget::{Consumption, Cooldown, RecentPurge, Usage};
use super::hosts::HostIndex;
use super::ids::AccountName;
use super::limits::Limits;

/// The accounts that served hosts before, by the host.
pub type ServedHosts = BTreeMap<String, AccountName>;

/// The most hosts that are looked up at once.
pub const MAX_SERVED: usize = 50;

/// The facts at an instant. [`Known::lint_context`](super::known::Known::lint_context) makes them.
#[derive(Clone, Debug)]
pub struct LintContext<'a> {
    /// All resources, by host name.
    pub hosts: &'a HostIndex,
    /// Each account's limits; an account that is missing is not known yet.
    pub limits: &'a BTreeMap<AccountName, Arc<Limits>>,
    /// The accounts as they are configured.
    pub accounts: &'a [Account],
    /// True if nothing may be purged in any account.
    pub read_only: bool,
    /// Recent purges by anybody, of at least the longest window.
    pub recent: &'a [RecentPurge],
    /// Our own journal's queued requests, as if each were sent when it is planned; see
    /// [`Consumption::queued`].
    pub queued: Vec<Consumption>,
    /// Windows that a vendor closed (429).
    pub closed: Vec<Cooldown>,
    /// The accounts whose resources are not known, each with the reason in a few words; `None`
    /// where they are still being read.
    pub unread: Vec<(&'a AccountName, Option<String>)>,
    /// The accounts that served a host before, by the local history; hosts that were not looked up
    /// are left out.
    pub served: Option<&'a ServedHosts>,
    /// Possible difference between the vendors' clocks and ours; every window is taken to be longer
    /// by this.
    pub margin: TimeDelta,
    /// The instant.
    pub now: DateTime<Utc>,
}

impl<'a> LintContext<'a> {
    /// The account of this name.
    pub fn account(&self, name: &AccountName) -> Option<&'a Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    /// Returns the account's limits; `None` while they are not known.
    pub fn limits_of(&self, name: &AccountName) -> Option<&'a Limits> {
        self.limits.get(name).map(Arc::as_ref)
    }

    /// The use of the account's windows, by anybody and by what our queue holds.
    pub fn usage(&self, account: &AccountName) -> Usage {
        let recent = self.recent.iter().map(|recent| &recent.spent);
        Usage::collect(account, recent.chain(&self.queued), &self.closed, self.margin)
    }
}
