//! The key that signs: given, out of a profile, or as a credential process prints it, which is
//! temporary as a rule and fetched again before it ends.

use chrono::{DateTime, Offset as _, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::Mutex;

use super::profile::{ProfileContent, SharedFiles, fetched};
use crate::config::accounts::AccountConfig;
use crate::config::secret::source::SecretSource;
use crate::config::secret::variables::SecretVariables;
use crate::domain::failure::{Cause, Failure};
use crate::domain::secret::Secret;
use crate::providers::credential::KeySource;
use crate::providers::http::Http;
use crate::providers::signing_key::{SigningKey, SigningKeyNames, SigningKeySource};
use crate::providers::{ConnectError, lenient, time};

/// The keys of the configuration that hold a signing key.
const KEYS: SigningKeyNames =
    SigningKeyNames { id: "access_key_id", key: "secret_access_key", token: "session_token" };
/// Time before its end at which a key is fetched again.
const RENEWAL_MARGIN: TimeDelta = TimeDelta::minutes(5);

/// The source of the signing key: the first of them that the account has.
#[derive(Debug)]
pub(in crate::providers) enum KeyChain {
    /// A key of the configuration.
    Given(SigningKeySource),
    /// Others, and the key that they gave.
    Fetched { origin: KeyOrigin, withheld: SecretVariables, kept: Mutex<Option<FetchedKey>> },
}

/// A place that gives a key.
#[derive(Debug)]
pub(in crate::providers) enum KeyOrigin {
    /// JSON as credential processes print it.
    Document(SecretSource),
    /// A profile of the shared files.
    Profile(String),
}

/// A key that was fetched, with its end.
#[derive(Clone, Debug)]
pub(in crate::providers) struct FetchedKey {
    key: SigningKey,
    until: Option<DateTime<Utc>>,
}

impl KeyChain {
    pub(super) fn new(account: &AccountConfig) -> Result<Self, ConnectError> {
        let is_given = [KEYS.id, KEYS.key].iter().all(|key| account.secret(key).is_some());
        let document = account.secret("credentials").cloned().map(KeyOrigin::Document);
        let profile = || account.option("profile").map(|name| KeyOrigin::Profile(name.to_owned()));
        match document.or_else(profile).filter(|_| !is_given) {
            Some(origin) => {
                let (withheld, kept) = (account.withheld().clone(), Mutex::new(None));
                Ok(Self::Fetched { origin, withheld, kept })
            }
            None => Ok(Self::Given(SigningKeySource::new(account, &KEYS)?)),
        }
    }
}

impl KeySource for KeyChain {
    type Key = SigningKey;

    async fn get(&self, http: &Http) -> Result<SigningKey, Failure> {
        let (origin, withheld, kept) = match self {
            Self::Given(source) => return source.get(http).await,
            Self::Fetched { origin, withheld, kept } => (origin, withheld, kept),
        };
        let mut kept = kept.lock().await;
        // A key ends by the vendor's clock.
        let now = http.now() + http.clock_ahead().unwrap_or_default();
        if let Some(kept) = &*kept
            && kept.until.is_none_or(|until| until - RENEWAL_MARGIN > now)
        {
            return Ok(kept.key.clone());
        }
        let fetched = origin.fetch(withheld).await?;
        if fetched.until.is_some_and(|until| until <= now) {
            return Err(Failure::new(Cause::Refused)
                .with_message("the credentials that were fetched have expired; sign in again"));
        }
        Ok(kept.insert(fetched).key.clone())
    }

    /// Forgets a refused key. A temporary one is fetched again at once; a lasting one may have been
    /// replaced in its file, and a command that printed one is not run again.
    async fn forget(&self, key: &SigningKey) -> bool {
        let (origin, kept) = match self {
            Self::Given(source) => return source.forget(key).await,
            Self::Fetched { origin, kept, .. } => (origin, kept),
        };
        let is_lasting = key.token.is_none();
        if is_lasting && matches!(origin, KeyOrigin::Document(SecretSource::Command(_))) {
            return false;
        }
        let mut kept = kept.lock().await;
        // Somebody else may have fetched another already.
        if kept.as_ref().is_some_and(|kept| kept.key.id == key.id) {
            *kept = None;
        }
        true
    }
}

impl KeyOrigin {
    async fn fetch(&self, withheld: &SecretVariables) -> Result<FetchedKey, Failure> {
        let document = match self {
            Self::Document(source) => fetched(source, withheld).await?,
            Self::Profile(name) => match SharedFiles::read(withheld).await?.find(name)? {
                ProfileContent::Key(key) => return Ok(FetchedKey { key, until: None }),
                ProfileContent::Process(words) => {
                    fetched(&SecretSource::Command(words), withheld).await?
                }
            },
        };
        read(&document).map_err(|words| Failure::new(Cause::Refused).with_message(words))
    }
}

/// Reads the JSON of a credential process (documented). No error has a part of it.
fn read(document: &Secret) -> Result<FetchedKey, String> {
    let document: Value = serde_json::from_str(document.expose())
        .map_err(|_| "the credentials are not the JSON of a credential process".to_owned())?;
    if lenient::number(&document, "Version") != Some(1) {
        return Err("the credentials are not of version 1 of credential processes".to_owned());
    }
    let field = |name: &str| lenient::field(&document, name);
    let needed = |name: &str| field(name).ok_or_else(|| format!("the credentials have no {name}"));
    let until = match field("Expiration") {
        None => None,
        Some(text) => Some(
            time::read(&text, Utc.fix())
                .ok_or_else(|| "the Expiration of the credentials is no time".to_owned())?,
        ),
    };
    let key = SigningKey {
        id: needed("AccessKeyId")?,
        key: Secret::new(needed("SecretAccessKey")?),
        token: field("SessionToken").map(Secret::new),
    };
    Ok(FetchedKey { key, until })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_a_credential_process_is_read() {
        let text = "{\n  \"Version\": 1,\n  \"AccessKeyId\": \"ASIA1\",\n  \"SecretAccessKey\": \
                    \"s3cret\",\n  \"SessionToken\": \"token\",\n  \"Expiration\": \
                    \"2026-01-02T03:04:05+00:00\"\n}\n";
        let read = read(&Secret::new(text.to_owned())).unwrap();
        assert_eq!((read.key.id.as_str(), read.key.key.expose()), ("ASIA1", "s3cret"));
        assert_eq!(read.key.token.unwrap().expose(), "token");
        assert_eq!(read.until, Some("2026-01-02T03:04:05Z".parse().unwrap()));
    }

    #[test]
    fn an_error_names_the_part_and_repeats_nothing() {
        for (text, part) in [
            ("AKIDHUNTER2", "not the JSON"),
            (r#"{"Version":2,"AccessKeyId":"HUNTER2"}"#, "version 1"),
            (r#"{"Version":1,"AccessKeyId":"HUNTER2"}"#, "SecretAccessKey"),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"HUNTER2","Expiration":"x"}"#,
                "Expiration",
            ),
        ] {
            let words = read(&Secret::new(text.to_owned())).unwrap_err();
            assert!(words.contains(part) && !words.contains("HUNTER2"), "{words}");
        }
    }
}
