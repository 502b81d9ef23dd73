//! The token that opens the API: one that somebody made, or one that a login gives and that is
//! renewed before it ends.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::sync::Mutex;

use super::errors;
use crate::config::accounts::AccountConfig;
use crate::domain::failure::{Cause, Failure};
use crate::domain::secret::Secret;
use crate::providers::credential::{Credential, KeySource};
use crate::providers::http::{Http, HttpRequest, HttpResponse};
use crate::providers::{ConnectError, lenient};

/// Time before its end at which a token is renewed.
const RENEWAL_MARGIN: TimeDelta = TimeDelta::minutes(5);
/// Lifetime of a token whose end was not given; the documents know none below four hours.
const DEFAULT_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// The source of the token.
#[derive(Debug)]
pub(in crate::providers) enum TokenSource {
    Given(Credential),
    Login { api_key: Credential, api_secret: Credential, kept: Mutex<Option<LoginToken>> },
}

/// The token of a login.
#[derive(Clone, Debug)]
pub(in crate::providers) struct LoginToken {
    secret: Secret,
    until: DateTime<Utc>,
}

impl TokenSource {
    /// Takes the account's token, else its login.
    pub(super) fn new(account: &AccountConfig) -> Result<Self, ConnectError> {
        Ok(match Credential::find(account, "token") {
            Some(token) => Self::Given(token),
            None => Self::Login {
                api_key: Credential::require(account, "api_key")?,
                api_secret: Credential::require(account, "api_secret")?,
                kept: Mutex::new(None),
            },
        })
    }
}

impl KeySource for TokenSource {
    type Key = Secret;

    /// Returns a token that is good.
    async fn get(&self, http: &Http) -> Result<Secret, Failure> {
        let (api_key, api_secret, kept) = match self {
            Self::Given(token) => return token.fetch().await,
            Self::Login { api_key, api_secret, kept } => (api_key, api_secret, kept),
        };
        let mut kept = kept.lock().await;
        // A token ends by the vendor's clock.
        let vendor_now = || http.now() + http.clock_ahead().unwrap_or_default();
        if let Some(token) = &*kept
            && token.until - RENEWAL_MARGIN > vendor_now()
        {
            return Ok(token.secret.clone());
        }
        let (key, secret) = (api_key.fetch().await?, api_secret.fetch().await?);
        let call = login(&key, &secret);
        let token = http
            .read(|| call.clone(), |response| token(response, vendor_now() + DEFAULT_LIFETIME))
            .await;
        if let Err(failure) = &token
            && failure.cause == Cause::Unauthenticated
        {
            api_key.drop_kept().await;
            api_secret.drop_kept().await;
        }
        Ok(kept.insert(token?).secret.clone())
    }

    /// Forgets the token; that of a login is renewed, since the vendor may end one before its time.
    async fn forget(&self, token: &Secret) -> bool {
        match self {
            Self::Given(credential) => {
                credential.drop_kept().await;
                false
            }
            Self::Login { kept, .. } => {
                let mut kept = kept.lock().await;
                // Somebody else may have renewed it already.
                if kept.as_ref().is_some_and(|kept| &kept.secret == token) {
                    *kept = None;
                }
                true
            }
        }
    }
}

fn login(api_key: &Secret, api_secret: &Secret) -> HttpRequest {
    let body = json!({ "api_key": api_key.expose(), "api_secret": api_secret.expose() });
    HttpRequest::post(["auth", "login", "token"])
        .secret_body(
            "application/json",
            "{\"api_key\": …, \"api_secret\": …}",
            Some(Secret::new(body.to_string())),
        )
        .hiding(api_key.clone())
        .hiding(api_secret.clone())
}

/// Reads the answer to a login. `default_end` holds where the answer gives no end.
fn token(response: &HttpResponse, default_end: DateTime<Utc>) -> Result<LoginToken, Failure> {
    let body = errors::body(response).map_err(|mut failure| {
        // The login has nothing but the key and the secret to refuse.
        if matches!(failure.cause, Cause::Rejected { .. }) {
            failure.cause = Cause::Unauthenticated;
        }
        failure
    })?;
    let Some(token) = lenient::field(&body, "token") else {
        return Err(response.with_status(
            Failure::new(Cause::BadAnswer).with_message("the login was answered without a token"),
        ));
    };
    let until = lenient::number(&body, "expire")
        .and_then(|seconds| i64::try_from(seconds).ok())
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(LoginToken { secret: Secret::new(token), until: until.unwrap_or(default_end) })
}
