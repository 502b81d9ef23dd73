//! Budgets of the resource under the cursor. Recent purges are asked for once for each resource and
//! again when its account's history changed; the rest is arithmetic.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::budget::{
    BudgetLine, QuotaLine, RecentUse, UnderWayLine, budget, quotas, under_way,
};
use crate::domain::event::StoreError;
use crate::domain::ids::{AccountName, ResourceId, Ticket};
use crate::domain::kind::Kind;
use crate::domain::known::Known;
use crate::effect::{Effect, Query, Tickets};

type Of = (AccountName, ResourceId);

/// Recent purges by resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Budgets {
    here: Option<Of>,
    asked: Option<(Ticket, Of)>,
    known: BTreeMap<Of, RecentUse>,
    outdated: bool,
}

impl Budgets {
    /// Follows the cursor to a resource; returns the query for its recent purges if they are not
    /// known.
    pub fn follow(
        &mut self,
        account: AccountName,
        resource: ResourceId,
        tickets: &Tickets,
    ) -> Option<Effect> {
        let of = (account, resource);
        if self.here.as_ref() != Some(&of) {
            self.here = Some(of.clone());
            self.outdated = false;
        }
        let asked = self.asked.as_ref().is_some_and(|(_, asked)| *asked == of);
        if asked || (self.known.contains_key(&of) && !self.outdated) {
            return None;
        }
        let ticket = tickets.take();
        self.outdated = false;
        self.asked = Some((ticket, of.clone()));
        Some(Effect::Query(Query::Recent { ticket, resources: vec![of] }))
    }

    /// Forgets the resource under the cursor.
    pub fn leave(&mut self) {
        self.here = None;
        self.outdated = false;
    }

    /// Takes recent purges; returns whether they were asked for.
    pub fn answer(&mut self, ticket: Ticket, result: &Result<RecentUse, StoreError>) -> bool {
        let Some((_, of)) = self.asked.take_if(|(asked, _)| *asked == ticket) else {
            return false;
        };
        let recent = result.as_ref().cloned().unwrap_or_default();
        self.known.insert(of, recent);
        true
    }

    /// Marks what is known of an account's resources as out of date.
    pub fn invalidate(&mut self, account: &AccountName) {
        let here = self.here.clone();
        self.known.retain(|of, _| of.0 != *account || Some(of) == here.as_ref());
        self.outdated |= here.is_some_and(|(name, _)| name == *account);
    }

    /// Returns the budget of the resource under the cursor; `None` while it is not known.
    pub fn view(&self, known: &Known, now: DateTime<Utc>) -> Option<BudgetView> {
        let of = self.here.as_ref()?;
        let (account, resource) = of;
        let limits = known.limits.get(account)?;
        let recent = self.known.get(of)?;
        let usage = known.usage(account, recent, now);
        let of = known.resource(account, resource)?;
        Some(BudgetView {
            cname: of.cname.clone(),
            windows: budget(limits, account, resource, &usage, now),
            quotas: Kind::EVERY
                .into_iter()
                .flat_map(|kind| quotas(limits, of, kind, None, &usage, now))
                .collect(),
            under_way: under_way(limits, account, resource, &usage),
            month: recent.months.get(account).and_then(|used| used.words(limits, now)),
        })
    }
}

/// The budget of a resource at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetView {
    /// The resource's cname.
    pub cname: String,
    /// Its windows, by kind.
    pub windows: Vec<BudgetLine>,
    /// The daily quotas that its purges draw on, where the vendor tells any.
    pub quotas: Vec<QuotaLine>,
    /// What is under way of what may be at once, where the vendor limits it.
    pub under_way: Vec<UnderWayLine>,
    /// The use of the month, where purges cost money.
    pub month: Option<String>,
}
