#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod history;
mod purge;
mod zones;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::config::secret::source::SecretSource;
use crate::domain::failure::Cause;
use crate::domain::ids::{AccountName, ProviderName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::payload::Payload;
use crate::domain::secret::Secret;
use crate::domain::status::Status;
use crate::providers::scripted::{Heard, Reply, Scripted};
use crate::providers::{Provider, connect_with};

const ZONES: &str = include_str!("../../../tests/golden/edgeone/zones.json");
const DOMAINS: &str = include_str!("../../../tests/golden/edgeone/domains.json");
const TASKS: &str = include_str!("../../../tests/golden/edgeone/tasks.json");
const QUOTA: &str = include_str!("../../../tests/golden/edgeone/quota.json");
const QUOTA_NULL: &str = include_str!("../../../tests/golden/edgeone/quota_null.json");
const TAKEN_IN_PART: &str = include_str!("../../../tests/golden/edgeone/taken_in_part.json");
const ERROR: &str = include_str!("../../../tests/golden/edgeone/error.json");

fn now() -> DateTime<Utc> {
    "2026-05-04T12:00:00.25Z".parse().unwrap()
}

fn adapter(url: Option<&Url>, options: &[(&'static str, &str)]) -> Arc<dyn Provider> {
    let secret = |text: &str| SecretSource::Given(Secret::new(text.to_owned()));
    let mut account = AccountConfig::new(AccountName::new("eo"), ProviderName::new(NAME))
        .with_secret("secret_id", secret("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"))
        .with_secret("secret_key", secret("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"));
    for (name, value) in options {
        account = account.with_option(name, (*value).to_owned());
    }
    if let Some(url) = url {
        account = account.at(url.clone());
    }
    let policy = HttpPolicy { max_attempts: 1, ..HttpPolicy::default() };
    connect_with(&account, WallClock::from_fn(now), policy).unwrap()
}

async fn answering(replies: Vec<Reply>) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::start(replies).await;
    let adapter = adapter(Some(&server.url), &[]);
    (server, adapter)
}

fn response(body: &Value) -> Reply {
    Reply::json(200, json!({ "Response": body }).to_string())
}

fn error(code: &str) -> Reply {
    response(&json!({ "Error": { "Code": code, "Message": "no" }, "RequestId": "req-9" }))
}

/// The action of a request, and its body.
fn asked(heard: &Heard) -> (&str, Value) {
    (heard.header("x-tc-action").unwrap(), serde_json::from_str(&heard.body).unwrap())
}

fn request(payload: Payload, mode: Option<&str>) -> PurgeRequest {
    PurgeRequest {
        mode: mode.map(str::to_owned),
        ..PurgeRequest::new("eo", "zone-2noz78a8ev6k", "shop.example", payload)
    }
}

fn payload(kind: Kind, targets: &[&str]) -> Payload {
    Payload::new(kind, targets.iter().copied()).unwrap()
}
