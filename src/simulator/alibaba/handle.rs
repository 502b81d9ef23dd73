//! The view of the simulated Alibaba Cloud for tests.

use chrono::{DateTime, Utc};

use super::domains;
use super::state::{Alibaba, PurgeOptions};
use super::tasks::ObjectType;
use crate::simulator::vendor::{Handle, owned};

/// The credentials of the simulated Alibaba Cloud account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlibabaCredentials {
    /// The account's name in a configuration.
    pub name: String,
    /// The permanent key's id.
    pub access_key_id: String,
    /// The permanent key's secret.
    pub access_key_secret: String,
    /// A temporary key's id.
    pub temporary_id: String,
    /// The temporary key's secret.
    pub temporary_secret: String,
    /// The token without which the temporary key is refused.
    pub security_token: String,
}

/// A purge that was accepted by the simulated Alibaba Cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlibabaPurge {
    /// The ids of its tasks.
    pub task_ids: Vec<String>,
    /// The history's word for its type, such as `file`.
    pub object_type: &'static str,
    /// True if it takes also what has not changed.
    pub force: bool,
    /// The objects, as they were sent.
    pub objects: Vec<String>,
    /// Time of acceptance.
    pub created: DateTime<Utc>,
}

/// A domain of the simulated Alibaba Cloud account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlibabaDomain {
    /// Its name.
    pub domain: String,
    /// `online` or `offline`.
    pub status: &'static str,
}

impl Alibaba {
    pub(super) fn credentials(&self) -> AlibabaCredentials {
        let key = |index: usize| self.keys.get(index).cloned().unwrap_or_default();
        let (own, temporary) = (key(0), key(1));
        AlibabaCredentials {
            name: "alibaba".to_owned(),
            access_key_id: own.id,
            access_key_secret: own.secret,
            temporary_id: temporary.id,
            temporary_secret: temporary.secret,
            security_token: temporary.token.unwrap_or_default(),
        }
    }
}

impl Handle<'_, Alibaba> {
    /// Returns the account's credentials.
    pub fn account(&self) -> AlibabaCredentials {
        self.state.with(|state| state.credentials())
    }

    /// Returns every domain.
    pub fn domains(&self) -> Vec<AlibabaDomain> {
        self.state.with(|state| {
            let shown = state.world.sites.iter().map(|site| AlibabaDomain {
                domain: site.host.clone(),
                status: domains::word(site),
            });
            shown.collect()
        })
    }

    /// Returns the purges that the API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<AlibabaPurge> {
        self.state.with(|state| {
            let shown = state.world.accepted().map(|purge| {
                let PurgeOptions { object_type, force } = state.options_of(purge);
                AlibabaPurge {
                    task_ids: state.task_ids(purge),
                    object_type: object_type.word(),
                    force,
                    objects: state.objects(purge),
                    created: purge.created(),
                }
            });
            shown.collect()
        })
    }

    /// Lets a colleague purge something in the console, now. `object_type` is one of those of the
    /// API. Returns the ids of its tasks, or `None` when the first object is of no live domain.
    pub fn add_purge(&self, object_type: &str, objects: &[&str]) -> Option<Vec<String>> {
        let object_type = ObjectType::of(object_type)?;
        let now = self.clock.now();
        self.state.with_at(now, |state| {
            let site = state.site(objects.first()?)?;
            let options = PurgeOptions { object_type, force: object_type == ObjectType::File };
            let live = state.world.is_live(site);
            live.then(|| {
                let purge = state.add(site, owned(objects), options, false, now);
                state.task_ids(&purge)
            })
        })
    }
}
