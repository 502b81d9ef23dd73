//! What the simulated Gcore knows: its accounts with their tokens, resources, purges and logged requests.

use chrono::{DateTime, Utc};

use super::account::user_id;
use super::activity::Log;
use super::history;
use super::seed::drawn_accounts;
use super::{Caching, GcoreAccount, GcorePurge, GcoreResource};
use crate::simulator::scenario::Scenario;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::{Ledger, Purge, Targets};
use crate::simulator::world::people::PEOPLE;
use crate::simulator::world::site::Site;

/// Everything.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) accounts: Vec<Account>,
    requests: u64,
}

/// One customer of the vendor.
#[derive(Debug)]
pub(crate) struct Account {
    /// What a configuration may call it.
    pub(super) name: &'static str,
    pub(super) company: &'static str,
    pub(super) client_id: u64,
    pub(super) tokens: Vec<Token>,
    /// One per resource, in the same order.
    pub(super) sites: Vec<Site>,
    pub(super) resources: Vec<Resource>,
    pub(super) ledger: Ledger,
    pub(super) logged: Log,
    /// What the ids of this account's purges start from; accounts interleave.
    pub(super) first_purge_id: u64,
}

/// A permanent token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(super) id: u64,
    pub(super) text: String,
    pub(super) role: Role,
    pub(super) ends: Option<DateTime<Utc>>,
    /// Index into the people of the world.
    pub(super) author: usize,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Administrators,
    Users,
}

/// A CDN resource, as far as its site does not say it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(super) id: u64,
    pub(super) name: Option<String>,
    pub(super) description: String,
    pub(super) standing: Standing,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) origin_group: u64,
    pub(super) origin_protocol: &'static str,
    pub(super) shielded: bool,
    pub(super) options: serde_json::Map<String, serde_json::Value>,
    /// The resource that this one is a copy of, and whether it is the first of its kind.
    pub(super) primary: Option<u64>,
}

/// The status of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    Suspended,
    Deleted,
}

impl Standing {
    /// The documented word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}

impl State {
    pub(super) fn drawn(
        seed: u64,
        records: usize,
        now: DateTime<Utc>,
        scenario: &Scenario,
    ) -> Self {
        Self { accounts: drawn_accounts(seed, records, now, scenario), requests: 0 }
    }

    /// Lets the colleagues of every account do what they would have done by `now`.
    pub(super) fn catch_up(&mut self, now: DateTime<Utc>) {
        for account in &mut self.accounts {
            account.ledger.catch_up(now, &account.sites);
        }
    }

    /// The number of one more request.
    pub(super) fn number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }
}

impl Account {
    pub(super) fn purge_id(&self, serial: u64) -> u64 {
        // Ids are the vendor's, not the account's: each account sees gaps.
        self.first_purge_id + serial * 2
    }

    /// The index of a live, suspended or deleted resource by its id as a path has it.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let id: u64 = id.parse().ok()?;
        self.resources.iter().position(|resource| resource.id == id)
    }

    /// How the resource with this cname tells objects apart; `None` when it is of another account.
    pub(super) fn caching(&self, cname: &str) -> Option<Caching> {
        let index = self.sites.iter().position(|site| site.host == cname)?;
        let options = &self.resources.get(index)?.options;
        let value = |name: &str| options.get(name).and_then(|option| option.get("value"));
        let names = |name: &str| {
            let list = value(name)?.as_array()?;
            Some(list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
        };
        let no_query = || (value("ignoreQueryString")?.as_bool()?).then_some(Caching::NoQuery);
        let only = || names("query_params_whitelist").map(Caching::Only);
        let without = || names("query_params_blacklist").map(Caching::Without);
        Some(no_query().or_else(only).or_else(without).unwrap_or(Caching::Whole))
    }

    /// What was emptied at the resource with this cname after `since` and by `now`.
    pub(super) fn ended(
        &self,
        cname: &str,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<(Kind, Vec<String>)> {
        let Some(index) = self.sites.iter().position(|site| site.host == cname) else {
            return Vec::new();
        };
        self.ledger
            .about(since, now)
            .filter(|purge| purge.site == index && purge.emptied(since, now))
            .filter_map(|purge| Some((purge.kind, purge.targets(self.sites.get(index)?))))
            .collect()
    }

    pub(super) fn credentials(&self) -> GcoreAccount {
        let text = |wanted: &dyn Fn(&Token) -> bool| {
            self.tokens
                .iter()
                .find(|token| wanted(token))
                .map(|token| token.text.clone())
                .unwrap_or_default()
        };
        GcoreAccount {
            name: self.name.to_owned(),
            token: text(&|token| token.role == Role::Administrators && token.ends.is_none()),
            read_only_token: text(&|token| token.role == Role::Users),
            expired_token: text(&|token| token.ends.is_some()),
            people: PEOPLE
                .iter()
                .enumerate()
                .map(|(author, person)| {
                    let id = user_id(self.client_id, author);
                    (id, person.login.to_owned())
                })
                .collect(),
        }
    }

    pub(super) fn accepted(&self) -> Vec<GcorePurge> {
        self.ledger
            .since(i64::MIN)
            .iter()
            .filter(|purge| purge.by_api && matches!(purge.targets, Targets::Given(_)))
            .filter_map(|purge| self.seen(purge))
            .collect()
    }

    pub(super) fn remembered(&self, now: DateTime<Utc>) -> Vec<GcorePurge> {
        self.ledger.remembered(now).iter().filter_map(|purge| self.seen(purge)).collect()
    }

    fn seen(&self, purge: &Purge) -> Option<GcorePurge> {
        let site = self.sites.get(purge.site)?;
        Some(GcorePurge {
            id: self.purge_id(purge.serial),
            account: self.name.to_owned(),
            resource: self.resources.get(purge.site)?.id,
            cname: site.host.clone(),
            purge_type: history::purge_type(purge.kind),
            targets: purge.targets(site),
            created: purge.created(),
        })
    }

    pub(super) fn shown_resources(&self) -> Vec<GcoreResource> {
        self.resources
            .iter()
            .zip(&self.sites)
            .map(|(resource, site)| GcoreResource {
                id: resource.id,
                account: self.name.to_owned(),
                cname: site.host.clone(),
                status: resource.standing.word(),
                can_purge_by_urls: site.by_url,
            })
            .collect()
    }
}
