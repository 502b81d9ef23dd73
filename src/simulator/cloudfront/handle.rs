//! The view of the simulated CloudFront for tests; CloudTrail answers at the same address.

use chrono::{DateTime, Utc};

use super::state::CloudFront;
use crate::simulator::vendor::{Handle, owned};

/// The credentials of the simulated CloudFront account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFrontCredentials {
    /// The account's name in a configuration.
    pub name: String,
    /// The lasting key's id.
    pub access_key_id: String,
    /// The lasting key.
    pub secret_access_key: String,
    /// A temporary key's id.
    pub temporary_id: String,
    /// The temporary key.
    pub temporary_key: String,
    /// The token without which the temporary key is refused.
    pub session_token: String,
}

/// A purge that was accepted by the simulated CloudFront.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFrontPurge {
    /// Its id.
    pub id: String,
    /// The id of the distribution or tenant.
    pub resource: String,
    /// The paths, as they were sent.
    pub paths: Vec<String>,
    /// The caller reference.
    pub reference: String,
    /// Time of acceptance.
    pub created: DateTime<Utc>,
}

/// A distribution or tenant of the simulated CloudFront.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFrontResource {
    /// Its id.
    pub id: String,
    /// The host that it is served under.
    pub host: String,
    /// True for a tenant.
    pub is_tenant: bool,
    /// True where objects have tags: their first directory each.
    pub has_tags: bool,
}

impl CloudFront {
    pub(super) fn credentials(&self) -> CloudFrontCredentials {
        let key = |index: usize| self.keys.get(index).cloned().unwrap_or_default();
        let (own, temporary) = (key(0), key(1));
        CloudFrontCredentials {
            name: "cloudfront".to_owned(),
            access_key_id: own.id,
            secret_access_key: own.secret,
            temporary_id: temporary.id,
            temporary_key: temporary.secret,
            session_token: temporary.token.unwrap_or_default(),
        }
    }
}

impl Handle<'_, CloudFront> {
    /// Returns the account's credentials.
    pub fn account(&self) -> CloudFrontCredentials {
        self.state.with(|state| state.credentials())
    }

    /// Returns every distribution and tenant that serves.
    pub fn resources(&self) -> Vec<CloudFrontResource> {
        self.state.with(|state| {
            let all = state.world.sites.iter().zip(&state.places);
            let shown = all.filter(|(site, _)| site.live).map(|(site, place)| CloudFrontResource {
                id: place.id.clone(),
                host: site.host.clone(),
                is_tenant: place.is_tenant,
                has_tags: place.has_tags,
            });
            shown.collect()
        })
    }

    /// Returns the id of the distribution that has the tenants.
    pub fn shared(&self) -> String {
        self.state.with(|state| state.shared.clone())
    }

    /// Returns the purges that the API accepted since the start, oldest first.
    pub fn purges(&self) -> Vec<CloudFrontPurge> {
        self.state.with(|state| {
            let shown = state.world.accepted().filter_map(|purge| {
                Some(CloudFrontPurge {
                    id: state.id(purge),
                    resource: state.places.get(purge.site)?.id.clone(),
                    paths: state.paths(purge),
                    reference: state.reference(purge),
                    created: purge.created(),
                })
            });
            shown.collect()
        })
    }

    /// Lets a colleague purge paths of a host in the console, now. Returns the purge's id, or
    /// `None` without such a live host.
    pub fn add_purge(&self, host: &str, paths: &[&str]) -> Option<String> {
        let now = self.clock.now();
        self.state.with_at(now, |state| {
            let site = state.world.live_site(host)?;
            let purge = state.add(site, owned(paths), "console", false, now);
            Some(state.id(&purge))
        })
    }
}
