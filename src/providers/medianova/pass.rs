//! What opens the API: a token that somebody made, or one that a login gives and that is renewed before it ends.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::sync::Mutex;

use super::errors;
use crate::config::secret::Secret;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::{Cause, Failure};
use crate::providers::clock::WallClock;
use crate::providers::credential::Credential;
use crate::providers::http::{Answer, Http, Outgoing};
use crate::providers::lenient;

/// How long before its end a token is renewed.
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// For how long a token is used whose end was not told; the documents know none that is shorter than four hours.
const UNTOLD: TimeDelta = TimeDelta::hours(1);

/// Where the token comes from.
#[derive(Debug)]
pub(super) enum Pass {
    Given(Credential),
    Login { api_key: Credential, api_secret: Credential, kept: Mutex<Option<Token>> },
}

/// The token of a login.
#[derive(Clone, Debug)]
pub(super) struct Token {
    secret: Secret,
    until: DateTime<Utc>,
}

impl Pass {
    pub(super) fn given(token: SecretSource) -> Self {
        Self::Given(Credential::new(token))
    }

    pub(super) fn login(api_key: Credential, api_secret: Credential) -> Self {
        Self::Login { api_key, api_secret, kept: Mutex::new(None) }
    }

    /// A token that is good. However many ask at once, there is one login.
    pub(super) async fn token(&self, http: &Http, now: &WallClock) -> Result<Secret, Failure> {
        let (api_key, api_secret, kept) = match self {
            Self::Given(token) => return token.get().await,
            Self::Login { api_key, api_secret, kept } => (api_key, api_secret, kept),
        };
        let mut kept = kept.lock().await;
        // A token ends by the vendor's clock.
        let theirs = || now.now() + http.clock_ahead().unwrap_or_default();
        if let Some(token) = &*kept
            && token.until - MARGIN > theirs()
        {
            return Ok(token.secret.clone());
        }
        let (key, secret) = (api_key.get().await?, api_secret.get().await?);
        let outgoing = login(&key, &secret);
        let token =
            http.read(|| Ok(outgoing.clone()), |answer| token(answer, theirs() + UNTOLD)).await;
        if let Err(failure) = &token
            && failure.cause == Cause::Unauthenticated
        {
            api_key.refused().await;
            api_secret.refused().await;
        }
        Ok(kept.insert(token?).secret.clone())
    }

    /// Takes note that the vendor refused this token; says whether there will be another one.
    pub(super) async fn refused(&self, token: &Secret) -> bool {
        match self {
            Self::Given(credential) => {
                credential.refused().await;
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

fn login(api_key: &Secret, api_secret: &Secret) -> Outgoing {
    let body = json!({ "api_key": api_key.expose(), "api_secret": api_secret.expose() });
    Outgoing::post(["auth", "login", "token"])
        .secret_body(
            "application/json",
            "{\"api_key\": …, \"api_secret\": …}",
            Some(Secret::new(body.to_string())),
        )
        .hiding(api_key.clone())
        .hiding(api_secret.clone())
}

fn token(answer: &Answer, untold: DateTime<Utc>) -> Result<Token, Failure> {
    if let Some(mut failure) = errors::refused(answer) {
        // The login has nothing but the key and the secret to refuse.
        if matches!(failure.cause, Cause::Rejected { .. }) {
            failure.cause = Cause::Unauthenticated;
        }
        return Err(failure);
    }
    let body = answer.json()?;
    let Some(token) = lenient::field(&body, "token") else {
        return Err(answer.with_status(
            Failure::new(Cause::BadAnswer).with_message("the login was answered without a token"),
        ));
    };
    let until = lenient::number(&body, "expire")
        .and_then(|seconds| i64::try_from(seconds).ok())
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(Token { secret: Secret::new(token), until: until.unwrap_or(untold) })
}
