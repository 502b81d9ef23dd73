//! The view of the simulated Gcore for tests; its base URL comes before `/cdn/…`.

use chrono::{DateTime, Utc};

use super::Gcore;
use super::settings::{GcoreToken, TokenRole};
use super::state::{GcoreAccount, purge_type};
use crate::simulator::vendor::{Handle, owned};
use crate::simulator::world::{NewPurge, PurgeScope, SimulatedPurge, USERS};

/// One set of credentials at the simulated Gcore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcoreCredentials {
    /// The account's name in a configuration.
    pub name: String,
    /// A token with all rights.
    pub token: String,
    /// A token of the role Users: it may read but not purge.
    pub read_only_token: String,
    /// A token that has ended.
    pub expired_token: String,
    /// The users: their ids in the activity log, and their logins.
    pub people: Vec<(u64, String)>,
}

/// A purge at the simulated Gcore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcorePurge {
    /// The id in the history.
    pub id: u64,
    /// The account's name.
    pub account: String,
    /// The resource's id.
    pub resource: u64,
    /// Its cname.
    pub cname: String,
    /// `purge_by_url`, `purge_by_pattern` or `purge_all`.
    pub purge_type: &'static str,
    /// The paths or patterns, as they were sent.
    pub targets: Vec<String>,
    /// Time of acceptance.
    pub created: DateTime<Utc>,
}

/// A resource of the simulated Gcore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcoreResource {
    /// Its id.
    pub id: u64,
    /// The account's name.
    pub account: String,
    /// Its cname.
    pub cname: String,
    /// Its status: `active`, `suspended` or `deleted`.
    pub status: &'static str,
    /// True when single URLs may be purged.
    pub can_purge_by_urls: bool,
}

impl GcoreAccount {
    pub(super) fn credentials(&self) -> GcoreCredentials {
        let text = |wanted: &dyn Fn(&GcoreToken) -> bool| {
            let token = self.tokens.iter().find(|token| wanted(token));
            token.map(|token| token.text.clone()).unwrap_or_default()
        };
        let users = USERS.iter().enumerate();
        GcoreCredentials {
            name: self.name.to_owned(),
            token: text(&|token| token.role == TokenRole::Administrators && token.ends.is_none()),
            read_only_token: text(&|token| token.role == TokenRole::Users),
            expired_token: text(&|token| token.ends.is_some()),
            people: users.map(|(at, user)| (self.user_id(at), user.login.to_owned())).collect(),
        }
    }

    fn shown_purge(&self, purge: &SimulatedPurge) -> GcorePurge {
        GcorePurge {
            id: self.purge_id(purge.serial),
            account: self.name.to_owned(),
            resource: self.resource_id(purge.site),
            cname: self.world.host(purge).to_owned(),
            purge_type: purge_type(purge.scope),
            targets: self.world.targets(purge),
            created: purge.created(),
        }
    }
}

impl Handle<'_, Gcore> {
    /// Returns the credentials of every account; the first ones are the announced ones.
    pub fn accounts(&self) -> Vec<GcoreCredentials> {
        self.state.with(|gcore| gcore.accounts.iter().map(GcoreAccount::credentials).collect())
    }

    /// Returns every resource of all accounts.
    pub fn resources(&self) -> Vec<GcoreResource> {
        let shown = |account: &GcoreAccount| -> Vec<GcoreResource> {
            let resources = account.resources.iter().zip(&account.world.sites);
            let shown = resources.map(|(resource, site)| GcoreResource {
                id: resource.id,
                account: account.name.to_owned(),
                cname: site.host.clone(),
                status: resource.status.word(),
                can_purge_by_urls: site.by_url,
            });
            shown.collect()
        };
        self.state.with(|gcore| gcore.accounts.iter().flat_map(shown).collect())
    }

    /// Returns the purges that the API accepted since the start, oldest first. This is the truth,
    /// whatever was answered.
    pub fn purges(&self) -> Vec<GcorePurge> {
        self.state.with(|gcore| {
            let accepted = |account: &GcoreAccount| -> Vec<GcorePurge> {
                account.world.accepted().map(|purge| account.shown_purge(purge)).collect()
            };
            let mut purges: Vec<GcorePurge> = gcore.accounts.iter().flat_map(accepted).collect();
            purges.sort_by_key(|purge| (purge.created, purge.id));
            purges
        })
    }

    /// Returns everything that an account's history holds now, oldest first, whoever made it, and
    /// also the purges that are too new to be listed.
    pub fn remembered(&self, account: &str) -> Vec<GcorePurge> {
        self.state.with(|gcore| {
            let account = gcore.accounts.iter().find(|one| one.name == account);
            let purges = account.map(|account| {
                let purges = account.world.remembered(self.clock.now()).iter();
                purges.map(|purge| account.shown_purge(purge)).collect()
            });
            purges.unwrap_or_default()
        })
    }

    /// Lets a colleague purge something in the panel, now. `word` is the vendor's purge type.
    /// Returns the purge's id, or `None` without such a live resource or such a type.
    pub fn add_purge(&self, cname: &str, word: &str, targets: &[&str]) -> Option<u64> {
        let scopes = [PurgeScope::Url, PurgeScope::Pattern, PurgeScope::All];
        let scope = scopes.into_iter().find(|scope| purge_type(*scope) == word)?;
        let now = self.clock.now();
        self.state.with_at(now, |gcore| {
            let mut accounts = gcore.accounts.iter_mut();
            let (site, account) =
                accounts.find_map(|account| Some((account.world.live_site(cname)?, account)))?;
            let new = NewPurge { site, scope, targets: owned(targets), author: 1, by_api: false };
            let purge = account.world.add(new, now);
            Some(account.purge_id(purge.serial))
        })
    }
}
