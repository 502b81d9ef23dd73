//! Everything that the linter and the plan look up beside the draft itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::Account;
use super::budget::{Consumption, Cooldown, RecentPurge, Usage};
use super::draft::Draft;
use super::hosts::HostIndex;
use super::ids::AccountName;
use super::limits::Limits;
use super::mode_choice::ModeChoice;
use super::money::{Cost, Months};

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
    /// Purges under way that are not among those.
    pub under_way: &'a [Consumption],
    /// The use of this month, where purges cost money; an account that is missing was not asked
    /// for.
    pub months: Option<&'a Months>,
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
        let spent = recent.chain(self.under_way).chain(&self.queued);
        Usage::collect(account, spent, &self.closed, self.margin, self.now)
    }

    /// The cost of so many targets in an account, after what the queue holds; `None` where purges
    /// cost nothing, and while the use of the month is not known.
    pub fn cost(&self, account: &AccountName, targets: usize) -> Option<Cost> {
        let price = self.limits_of(account)?.price?;
        let (used, is_least) = self.months?.get(account)?.at(self.now);
        let queued = self.queued.iter().filter(|queued| queued.account == *account);
        let queued: u64 = queued.map(|queued| u64::from(queued.counted())).sum();
        Some(Cost { price, used: used + queued, is_least, targets: targets as u64 })
    }

    /// The mode that was chosen for a draft.
    pub fn mode_choice<'d>(&self, draft: &'d Draft) -> Option<ModeChoice<'d>> {
        let limits = || self.limits.values().map(Arc::as_ref);
        draft.mode.as_deref().map(|word| ModeChoice::new(word, limits()))
    }
}
