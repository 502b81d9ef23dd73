//! An account's keys: fetched when they are first needed.

use crate::config::accounts::AccountConfig;
use crate::domain::failure::Failure;
use crate::domain::secret::Secret;
use crate::providers::ConnectError;
use crate::providers::credential::{Credential, KeySource};
use crate::providers::http::Http;

/// The sources of the keys.
#[derive(Debug)]
pub(super) struct KeyRing {
    id: Credential,
    key: Credential,
    token: Option<Credential>,
}

/// The keys.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// The key's id: a name, and no secret.
    pub(super) id: String,
    /// The key: never sent, only signed with.
    pub(super) key: Secret,
    /// The token of a temporary key.
    pub(super) token: Option<Secret>,
}

impl KeyRing {
    pub(super) fn new(account: &AccountConfig) -> Result<Self, ConnectError> {
        Ok(Self {
            id: Credential::require(account, "secret_id")?,
            key: Credential::require(account, "secret_key")?,
            token: Credential::find(account, "session_token"),
        })
    }

    /// Returns true if a token belongs to them.
    pub(super) fn are_temporary(&self) -> bool {
        self.token.is_some()
    }
}

impl KeySource for KeyRing {
    type Key = Keys;

    async fn get(&self, _: &Http) -> Result<Keys, Failure> {
        Ok(Keys {
            id: self.id.fetch().await?.expose().trim().to_owned(),
            key: self.key.fetch().await?,
            token: match &self.token {
                Some(token) => Some(token.fetch().await?),
                None => None,
            },
        })
    }

    async fn forget(&self, _: &Keys) -> bool {
        for secret in [Some(&self.id), Some(&self.key), self.token.as_ref()].into_iter().flatten() {
            secret.drop_kept().await;
        }
        false
    }
}
