//! The view of the simulated Medianova for tests; its base URL comes before `/api/v1/…`.

use chrono::{DateTime, Utc};

use super::state::Medianova;
use crate::simulator::vendor::{Handle, owned};

/// The credentials of the simulated Medianova organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedianovaCredentials {
    /// The account's name in a configuration.
    pub name: String,
    /// The organization's UUID.
    pub organization: String,
    /// A Bearer token that does not end.
    pub token: String,
    /// The key for a login.
    pub api_key: String,
    /// The secret for a login.
    pub api_secret: String,
}

/// A purge that was accepted by the simulated Medianova.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedianovaPurge {
    /// The id of the operation.
    pub op_id: String,
    /// The resource's UUID.
    pub resource: String,
    /// The paths, as they were sent.
    pub targets: Vec<String>,
    /// Time of acceptance.
    pub created: DateTime<Utc>,
}

/// A resource of the simulated Medianova.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedianovaResource {
    /// Its UUID.
    pub uuid: String,
    /// The host that it is served under.
    pub host: String,
    /// True when all of it may be purged at once.
    pub full_purge: bool,
}

impl Medianova {
    pub(super) fn credentials(&self) -> MedianovaCredentials {
        MedianovaCredentials {
            name: "medianova".to_owned(),
            organization: self.organization.clone(),
            token: self.token.clone(),
            api_key: self.api_key.clone(),
            api_secret: self.api_secret.clone(),
        }
    }
}

impl Handle<'_, Medianova> {
    /// Returns the organization and its credentials.
    pub fn account(&self) -> MedianovaCredentials {
        self.state.with(|state| state.credentials())
    }

    /// Returns every resource that is not deleted.
    pub fn resources(&self) -> Vec<MedianovaResource> {
        self.state.with(|state| {
            let resources = state.resources.iter().zip(&state.world.sites);
            let shown = resources.filter(|(_, site)| site.live).map(|(resource, site)| {
                let (uuid, host) = (resource.uuid.clone(), site.host.clone());
                MedianovaResource { uuid, host, full_purge: resource.full_purge }
            });
            shown.collect()
        })
    }

    /// Returns the purges that the API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<MedianovaPurge> {
        self.state.with(|state| {
            let shown = state.world.accepted().filter_map(|purge| {
                Some(MedianovaPurge {
                    op_id: state.op_id(purge),
                    resource: state.resources.get(purge.site)?.uuid.clone(),
                    targets: state.targets(purge),
                    created: purge.created(),
                })
            });
            shown.collect()
        })
    }

    /// Lets a colleague purge paths of a host in the panel, now. Returns the operation's id, or
    /// `None` without such a live resource.
    pub fn add_purge(&self, host: &str, targets: &[&str]) -> Option<String> {
        let now = self.clock.now();
        self.state.with_at(now, |state| {
            let site = state.world.live_site(host)?;
            Some(state.add(site, owned(targets), false, now))
        })
    }
}
