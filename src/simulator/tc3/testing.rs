//! A client for tests that signs for itself.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::simulator::testing::send;

/// The parts of one signature of API 3.0.
pub(crate) struct Signing {
    pub(crate) base_url: String,
    pub(crate) service: &'static str,
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) token: Option<String>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) version: &'static str,
    pub(crate) language: &'static str,
}

impl Signing {
    /// Signs for a product, by its word and version, with a key, by its id and itself.
    pub(crate) fn new(
        base_url: String,
        (service, version): (&'static str, &'static str),
        (id, key): (String, String),
        at: DateTime<Utc>,
    ) -> Self {
        Self { base_url, service, id, key, token: None, at, version, language: "en-US" }
    }

    fn authorization(&self, host: &str, body: &str) -> String {
        let hmac = |key: &[u8], text: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
        let date = self.at.format("%Y-%m-%d").to_string();
        let scope = format!("{date}/{}/tc3_request", self.service);
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{}",
            hash(body)
        );
        let text =
            format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", self.at.timestamp(), hash(&canonical));
        let key = hmac(
            &hmac(&hmac(format!("TC3{}", self.key).as_bytes(), &date), self.service),
            "tc3_request",
        );
        format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={}",
            self.id,
            hex::encode(hmac(&key, &text))
        )
    }

    /// Sends a call and returns the `Response`.
    pub(crate) async fn send(&self, action: &str, body: &Value) -> Value {
        let base_url = &self.base_url;
        let body = body.to_string();
        let authorization = self.authorization(base_url.trim_start_matches("http://"), &body);
        let timestamp = self.at.timestamp().to_string();
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("x-tc-action", action),
            ("x-tc-version", self.version),
            ("x-tc-timestamp", timestamp.as_str()),
            ("x-tc-language", self.language),
        ];
        if let Some(token) = &self.token {
            headers.push(("x-tc-token", token));
        }
        let answer = send(base_url, "POST", "/", &headers, &body).await.unwrap();
        assert_eq!(answer.status, 200);
        let response = answer.json()["Response"].clone();
        assert_eq!(response["RequestId"].as_str().unwrap().len(), 36);
        response
    }
}

/// Returns the code of an error.
pub(crate) fn code(response: &Value) -> &str {
    response["Error"]["Code"].as_str().unwrap_or("none")
}
