//! The view of the simulated Tencent for tests. API 3.0 is at the base URL itself, API 2.0 at
//! `/v2/index.php` below it.

use chrono::{DateTime, Utc};

use super::state::{PurgeOptions, Tencent};
use super::tasks;
use crate::simulator::vendor::{Handle, owned};
use crate::simulator::world::PurgeScope;

/// The credentials of the simulated Tencent account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TencentCredentials {
    /// The account's name in a configuration.
    pub name: String,
    /// The permanent key's id.
    pub secret_id: String,
    /// The permanent key.
    pub secret_key: String,
    /// A temporary key's id.
    pub temporary_id: String,
    /// The temporary key.
    pub temporary_key: String,
    /// The token without which the temporary key is refused.
    pub session_token: String,
}

/// A purge that was accepted by the simulated Tencent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TencentPurge {
    /// The id of its task.
    pub task_id: String,
    /// `url` or `path`.
    pub purge_type: &'static str,
    /// `flush` or `delete`.
    pub flush_type: &'static str,
    /// The URLs or directories, as they were sent.
    pub targets: Vec<String>,
    /// Time of acceptance.
    pub created: DateTime<Utc>,
}

/// A domain of the simulated Tencent account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TencentDomain {
    /// Its name.
    pub domain: String,
    /// `online` or `offline`.
    pub status: &'static str,
    /// `mainland`, `overseas` or `global`.
    pub area: &'static str,
}

impl Tencent {
    pub(super) fn credentials(&self) -> TencentCredentials {
        let key = |index: usize| self.keys.get(index).cloned().unwrap_or_default();
        let (own, temporary) = (key(0), key(1));
        TencentCredentials {
            name: "tencent".to_owned(),
            secret_id: own.id,
            secret_key: own.secret,
            temporary_id: temporary.id,
            temporary_key: temporary.secret,
            session_token: temporary.token.unwrap_or_default(),
        }
    }
}

impl Handle<'_, Tencent> {
    /// Returns the account's credentials.
    pub fn account(&self) -> TencentCredentials {
        self.state.with(|state| state.credentials())
    }

    /// Returns every domain.
    pub fn domains(&self) -> Vec<TencentDomain> {
        self.state.with(|state| {
            let domains = state.world.sites.iter().zip(&state.domains);
            let shown = domains.map(|(site, domain)| TencentDomain {
                domain: site.host.clone(),
                status: if site.live { "online" } else { "offline" },
                area: domain.area.word(),
            });
            shown.collect()
        })
    }

    /// Returns the purges that either API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<TencentPurge> {
        self.state.with(|state| {
            let shown = state.world.accepted().map(|purge| TencentPurge {
                task_id: tasks::task_id(purge),
                purge_type: tasks::purge_type(purge.scope),
                flush_type: state.flush_type(purge),
                targets: state.targets(purge),
                created: purge.created(),
            });
            shown.collect()
        })
    }

    /// Lets a colleague purge something in the console, now. `purge_type` is `url` or `path`.
    /// Returns the task's id, or `None` when the first target is of no live domain.
    pub fn add_purge(&self, purge_type: &str, targets: &[&str]) -> Option<String> {
        let (scope, flush) = match purge_type {
            "url" => (PurgeScope::Url, false),
            "path" => (PurgeScope::Pattern, true),
            _ => return None,
        };
        let now = self.clock.now();
        self.state.with_at(now, |state| {
            let (index, domain) = state.domain(targets.first()?)?;
            let options = PurgeOptions { flush, area: domain.area };
            let live = state.world.is_live(index);
            live.then(|| tasks::task_id(&state.add(scope, owned(targets), options, false, now)))
        })
    }
}
