//! A secret that an adapter needs: fetched when first used, kept until the vendor refuses it.

use tokio::sync::Mutex;

use super::ConnectError;
use super::http::Http;
use crate::config::accounts::AccountConfig;
use crate::config::secret::source::SecretSource;
use crate::config::secret::variables::SecretVariables;
use crate::domain::failure::{Cause, Failure};
use crate::domain::secret::Secret;

/// The source of an account's credentials, which may take several secrets or a login.
pub(crate) trait KeySource: Send + Sync {
    /// The credentials.
    type Key: Send + Sync;

    /// Fetches the credentials, or returns those that are kept. Concurrent callers share one fetch.
    fn get(&self, http: &Http) -> impl Future<Output = Result<Self::Key, Failure>> + Send;

    /// Forgets credentials that the vendor refused. Returns true if [`KeySource::get`] makes others
    /// at once, so that a question is worth another attempt.
    fn forget(&self, key: &Self::Key) -> impl Future<Output = bool> + Send;
}

impl KeySource for Credential {
    type Key = Secret;

    async fn get(&self, _: &Http) -> Result<Secret, Failure> {
        self.fetch().await
    }

    async fn forget(&self, _: &Secret) -> bool {
        self.drop_kept().await;
        false
    }
}

/// The source of a secret, and the secret once it was fetched.
#[derive(Debug)]
pub(crate) struct Credential {
    source: SecretSource,
    withheld: SecretVariables,
    kept: Mutex<Option<Secret>>,
}

impl Credential {
    /// Prepares a secret; nothing is fetched yet. A program that prints it does not get the
    /// variables that are withheld.
    pub(crate) fn new(source: SecretSource, withheld: SecretVariables) -> Self {
        Self { source, withheld, kept: Mutex::new(None) }
    }

    /// Prepares the account's secret under this key, where it has one.
    pub(crate) fn find(account: &AccountConfig, key: &str) -> Option<Self> {
        let source = account.secret(key).cloned()?;
        Some(Self::new(source, account.withheld().clone()))
    }

    /// Prepares the account's secret under this key, or fails where it has none.
    pub(crate) fn require(
        account: &AccountConfig,
        key: &'static str,
    ) -> Result<Self, ConnectError> {
        Self::find(account, key).ok_or(ConnectError::Missing { key })
    }

    /// Returns the secret. Concurrent callers share one fetch: a password manager asks its owner
    /// once.
    pub(crate) async fn fetch(&self) -> Result<Secret, Failure> {
        let mut kept = self.kept.lock().await;
        if let Some(secret) = &*kept {
            return Ok(secret.clone());
        }
        let secret = self.source.fetch(&self.withheld).await.map_err(|error| {
            let failure = Failure::new(Cause::Refused).with_message(error.to_string());
            failure.with_said(error.said)
        })?;
        Ok(kept.insert(secret).clone())
    }

    /// Forgets a secret that the vendor refused, if it came from a file: files are where secrets
    /// are replaced under a running program. A command that printed one is not run again.
    pub(crate) async fn drop_kept(&self) {
        match self.source {
            SecretSource::File(_) => *self.kept.lock().await = None,
            SecretSource::Env(_) | SecretSource::Command(_) | SecretSource::Given(_) => {}
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_that_is_not_there_is_a_failure_that_names_its_place() {
        let source = SecretSource::Env("PURGEDECK_TEST_NO_SUCH".to_owned());
        let credential = Credential::new(source, SecretVariables::default());
        let failure = credential.fetch().await.unwrap_err();
        assert_eq!(failure.cause, Cause::Refused);
        assert!(failure.detail.contains("PURGEDECK_TEST_NO_SUCH"), "{failure}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_secret_in_a_file_is_read_again_after_it_was_refused() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let source = SecretSource::File(path.clone());
        let credential = Credential::new(source, SecretVariables::default());
        assert_eq!(credential.fetch().await.unwrap().expose(), "old");
        std::fs::write(&path, "new").unwrap();
        assert_eq!(credential.fetch().await.unwrap().expose(), "old");
        credential.drop_kept().await;
        assert_eq!(credential.fetch().await.unwrap().expose(), "new");
    }
}
