//! Calls of a vendor's API 3.0, which several of its products share: one path, the action in a
//! header, TC3-HMAC-SHA256, everything answered with status 200. All of it is documented.

mod errors;
mod signature;

pub(super) use errors::{body, coded_failure};

use serde_json::Value;

use super::adapter::Session;
use super::http::{HttpRequest, quoted};
use super::signing_key::{SigningKey, SigningKeySource};
use crate::config::accounts::AccountConfig;
use crate::domain::secret::Secret;

const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// A product of the vendor's.
#[derive(Debug)]
pub(super) struct Tc3Service {
    /// The word for it in signatures and in the vendor's own tool.
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The host that the vendor's own tool calls.
    pub(super) host: &'static str,
    /// The host of the international site.
    pub(super) international_host: &'static str,
}

/// A request before it is signed.
#[derive(Debug)]
pub(super) struct Tc3Call {
    action: &'static str,
    body: String,
}

impl Tc3Call {
    pub(super) fn new(action: &'static str, body: &Value) -> Self {
        Self { action, body: body.to_string() }
    }
}

impl Tc3Service {
    /// Returns the vendor's URL for the site that an account names.
    pub(super) fn url(&self, account: &AccountConfig) -> String {
        let is_international = account.option("international") == Some("true");
        format!("https://{}/", if is_international { self.international_host } else { self.host })
    }

    /// Builds a request as it goes out; without a key, with placeholders. Messages are asked for in
    /// English.
    pub(super) fn sign(
        &self,
        call: &Tc3Call,
        session: &Session,
        source: &SigningKeySource,
        keys: Option<&SigningKey>,
    ) -> HttpRequest {
        let (http, at) = (&session.http, session.now());
        let subject = signature::SignatureInput {
            service: self.name,
            host: &http.host(),
            path: http.path(),
            content_type: CONTENT_TYPE,
            action: None,
            body: &call.body,
        };
        let signature = keys.map(|keys| Secret::new(signature::authorization(keys, at, &subject)));
        let mut request = HttpRequest::post([])
            .body(CONTENT_TYPE, &call.body)
            .header("X-TC-Action", call.action)
            .header("X-TC-Version", self.version)
            .header("X-TC-Language", "en-US")
            // The ids of tasks begin with the second in which they were made.
            .shown_header(
                "X-TC-Timestamp",
                "$TC3_TIMESTAMP",
                keys.map(|_| at.timestamp().to_string()),
            )
            .secret_header("Authorization", "$TC3_AUTHORIZATION", signature);
        if source.is_temporary() {
            let token = keys.and_then(|keys| keys.token.clone());
            request = request.secret_header("X-TC-Token", "$TC3_TOKEN", token);
        }
        keys.into_iter().fold(request, |request, keys| request.hiding(keys.key.clone()))
    }

    /// Returns an action as a call of the vendor's own tool, which signs it with the operator's
    /// keys: `tccli cdn PurgePathCache --FlushType flush --Paths '["https://www.site.com/img/"]'`.
    /// Lists are JSON there, and truth is written `True`. The host that is called is named where it
    /// is not the tool's own.
    pub(super) fn command_line(&self, action: &str, body: &Value, host: &str) -> String {
        let mut words = vec![format!("tccli {} {action}", self.name)];
        for (name, value) in body.as_object().into_iter().flatten() {
            let written = match (value.as_str(), value.as_bool()) {
                (Some(text), _) => text.to_owned(),
                (None, Some(true)) => "True".to_owned(),
                (None, _) => value.to_string(),
            };
            words.push(format!("--{name} {}", quoted(&written)));
        }
        if host != self.host {
            words.push(format!("--endpoint {}", quoted(host)));
        }
        words.join(" ")
    }
}
