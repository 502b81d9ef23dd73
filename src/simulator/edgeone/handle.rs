//! The view of the simulated EdgeOne for tests.

use chrono::{DateTime, Utc};

use super::purge;
use super::state::{EdgeOne, TaskOptions};
use super::tasks::{self, TaskType};
use crate::simulator::vendor::{Handle, owned};

/// The credentials of the simulated EdgeOne account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeOneCredentials {
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

/// A purge that was accepted by the simulated EdgeOne.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeOnePurge {
    /// The id of its job.
    pub job_id: String,
    /// The vendor's word for its type.
    pub purge_type: &'static str,
    /// `invalidate` or `delete`.
    pub method: &'static str,
    /// The targets, as they were sent; the zone's name for everything.
    pub targets: Vec<String>,
    /// Time of acceptance.
    pub created: DateTime<Utc>,
}

/// A zone of the simulated EdgeOne account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeOneZone {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The domains that are online.
    pub domains: Vec<String>,
    /// False for a zone without a plan.
    pub bound: bool,
}

impl EdgeOne {
    pub(super) fn credentials(&self) -> EdgeOneCredentials {
        let key = |index: usize| self.keys.get(index).cloned().unwrap_or_default();
        let (own, temporary) = (key(0), key(1));
        EdgeOneCredentials {
            name: "edgeone".to_owned(),
            secret_id: own.id,
            secret_key: own.secret,
            temporary_id: temporary.id,
            temporary_key: temporary.secret,
            session_token: temporary.token.unwrap_or_default(),
        }
    }
}

impl Handle<'_, EdgeOne> {
    /// Returns the account's credentials.
    pub fn account(&self) -> EdgeOneCredentials {
        self.state.with(|state| state.credentials())
    }

    /// Returns every zone.
    pub fn zones(&self) -> Vec<EdgeOneZone> {
        self.state.with(|state| {
            let zones = state.zones.iter().enumerate().map(|(place, zone)| EdgeOneZone {
                id: zone.id.clone(),
                name: zone.name.clone(),
                domains: state
                    .sites(place)
                    .filter(|(_, site)| site.live)
                    .map(|(_, site)| site.host.clone())
                    .collect(),
                bound: zone.bound,
            });
            zones.collect()
        })
    }

    /// Returns the purges that the API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<EdgeOnePurge> {
        self.state.with(|state| {
            let shown = state.world.accepted().map(|purge| {
                let TaskOptions { kind, delete, .. } = state.options(purge);
                EdgeOnePurge {
                    job_id: tasks::job_id(purge),
                    purge_type: kind.word(),
                    method: if delete { "delete" } else { "invalidate" },
                    targets: state.targets(purge),
                    created: purge.created(),
                }
            });
            shown.collect()
        })
    }

    /// Lets a colleague purge something of a zone in the console, now, by the vendor's word for the
    /// type. Returns the job's id, or `None` for a zone or a type that there is not.
    pub fn add_purge(&self, zone: &str, purge_type: &str, targets: &[&str]) -> Option<String> {
        let (kind, now) = (TaskType::of(purge_type)?, self.clock.now());
        self.state.with_at(now, |state| {
            let zone = state.zones.iter().position(|known| known.bound && known.id == zone)?;
            let delete = !kind.has_methods();
            let options = TaskOptions { kind, delete, zone: Some(zone) };
            Some(purge::add(state, options, owned(targets), false, now))
        })
    }
}
