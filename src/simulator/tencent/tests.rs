//! Tencent's two APIs, seen from outside by a client that signs for itself.
#![expect(clippy::unwrap_used, reason = "tests")]

mod v2;
mod v3;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{Scenario, Simulator, SimulatorOptions, TencentLimits};

/// How one request of API 3.0 is to be signed.
struct Signing {
    id: String,
    key: String,
    token: Option<String>,
    at: DateTime<Utc>,
    version: &'static str,
    language: &'static str,
}

impl Signing {
    fn of(simulator: &Simulator, at: DateTime<Utc>) -> Self {
        let account = simulator.tencent().account();
        Self {
            id: account.secret_id,
            key: account.secret_key,
            token: None,
            at,
            version: "2018-06-06",
            language: "en-US",
        }
    }

    fn authorization(&self, host: &str, body: &str) -> String {
        let hmac = |key: &[u8], text: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
        let date = self.at.format("%Y-%m-%d").to_string();
        let scope = format!("{date}/cdn/tc3_request");
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{}",
            hash(body)
        );
        let text =
            format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", self.at.timestamp(), hash(&canonical));
        let key =
            hmac(&hmac(&hmac(format!("TC3{}", self.key).as_bytes(), &date), "cdn"), "tc3_request");
        format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={}",
            self.id,
            hex::encode(hmac(&key, &text))
        )
    }

    async fn send(&self, simulator: &Simulator, action: &str, body: &Value) -> Value {
        let base_url = simulator.tencent().base_url();
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
        let answer = send(&base_url, "POST", "/", &headers, &body).await.unwrap();
        assert_eq!(answer.status, 200);
        let response = answer.json()["Response"].clone();
        assert_eq!(response["RequestId"].as_str().unwrap().len(), 36);
        response
    }
}

async fn call(simulator: &Simulator, action: &str, body: &Value) -> Value {
    Signing::of(simulator, noon()).send(simulator, action, body).await
}

fn code(response: &Value) -> &str {
    response["Error"]["Code"].as_str().unwrap_or("none")
}

/// A domain of this area that is online.
fn domain(simulator: &Simulator, area: &str) -> String {
    let domains = simulator.tencent().domains();
    domains
        .into_iter()
        .find(|domain| domain.area == area && domain.status == "online")
        .unwrap()
        .domain
}

/// Every row since long ago.
async fn all(simulator: &Simulator, filter: &[(&str, Value)]) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let mut body =
            json!({"StartTime": "2026-10-01 00:00:00", "Offset": rows.len(), "Limit": 1000});
        for (name, value) in filter {
            body[*name] = value.clone();
        }
        let page = call(simulator, "DescribePurgeTasks", &body).await;
        rows.extend(page["PurgeLogs"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= page["TotalCount"].as_u64().unwrap() {
            return rows;
        }
    }
}
