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
use sha2::Sha256;
use url::form_urlencoded;

use crate::simulator::tc3::testing::{Signing, code};
use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{Scenario, Simulator, SimulatorOptions, TencentLimits};

impl Signing {
    fn of(simulator: &Simulator, at: DateTime<Utc>) -> Self {
        let account = simulator.tencent().account();
        let product = ("cdn", "2018-06-06");
        let key = (account.secret_id, account.secret_key);
        Self::new(simulator.tencent().base_url(), product, key, at)
    }
}

async fn call(simulator: &Simulator, action: &str, body: &Value) -> Value {
    Signing::of(simulator, noon()).send(action, body).await
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
