//! An account's keys: fetched when they are first needed.

use super::Settings;
use crate::config::secret::Secret;
use crate::domain::failure::{Cause, Failure};
use crate::providers::credential::Credential;

/// Where the keys are to be had.
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
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            id: Credential::new(settings.secret_id.clone()),
            key: Credential::new(settings.secret_key.clone()),
            token: settings.session_token.clone().map(Credential::new),
        }
    }

    /// Whether a token belongs to them.
    pub(super) fn are_temporary(&self) -> bool {
        self.token.is_some()
    }

    pub(super) async fn get(&self) -> Result<Keys, Failure> {
        Ok(Keys {
            id: self.id.get().await?.expose().trim().to_owned(),
            key: self.key.get().await?,
            token: match &self.token {
                Some(token) => Some(token.get().await?),
                None => None,
            },
        })
    }

    /// Takes note of what came of a request, for keys that are exchanged while we run.
    pub(super) async fn note(&self, failure: Option<&Failure>) {
        if failure.is_none_or(|failure| failure.cause != Cause::Unauthenticated) {
            return;
        }
        self.id.refused().await;
        self.key.refused().await;
        if let Some(token) = &self.token {
            token.refused().await;
        }
    }
}
