//! The key with which an account's requests are signed: fetched when it is first needed.

use crate::config::accounts::AccountConfig;
use crate::domain::failure::Failure;
use crate::domain::secret::Secret;
use crate::providers::ConnectError;
use crate::providers::credential::{Credential, KeySource};
use crate::providers::http::Http;

/// The names of a signing key's parts in the configuration.
#[derive(Debug)]
pub(super) struct SigningKeyNames {
    pub(super) id: &'static str,
    pub(super) key: &'static str,
    pub(super) token: &'static str,
}

/// The sources of a signing key's parts.
#[derive(Debug)]
pub(super) struct SigningKeySource {
    id: Credential,
    key: Credential,
    token: Option<Credential>,
}

/// A signing key.
#[derive(Clone, Debug)]
pub(super) struct SigningKey {
    /// The key's id: a name, and no secret.
    pub(super) id: String,
    /// The key: never sent, only signed with.
    pub(super) key: Secret,
    /// The token of a temporary key.
    pub(super) token: Option<Secret>,
}

impl SigningKeySource {
    pub(super) fn new(
        account: &AccountConfig,
        names: &SigningKeyNames,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            id: Credential::require(account, names.id)?,
            key: Credential::require(account, names.key)?,
            token: Credential::find(account, names.token),
        })
    }

    /// Returns true if a token belongs to it.
    pub(super) fn is_temporary(&self) -> bool {
        self.token.is_some()
    }
}

impl KeySource for SigningKeySource {
    type Key = SigningKey;

    async fn get(&self, _: &Http) -> Result<SigningKey, Failure> {
        Ok(SigningKey {
            id: self.id.fetch().await?.expose().trim().to_owned(),
            key: self.key.fetch().await?,
            token: match &self.token {
                Some(token) => Some(token.fetch().await?),
                None => None,
            },
        })
    }

    async fn forget(&self, _: &SigningKey) -> bool {
        for secret in [Some(&self.id), Some(&self.key), self.token.as_ref()].into_iter().flatten() {
            secret.drop_kept().await;
        }
        false
    }
}
