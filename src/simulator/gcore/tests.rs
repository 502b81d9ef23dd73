//! Gcore's API, seen from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod account;
mod auth;
mod history;
mod purge;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{
    GcoreLimits, GcoreResource, GcoreScenario, ListingOrder, Simulator, SimulatorOptions,
};

async fn ask(
    simulator: &Simulator,
    authorization: &str,
    method: &str,
    target: &str,
    body: &str,
) -> Answer {
    let headers = [("authorization", authorization), ("content-type", "application/json")];
    let headers = if authorization.is_empty() { &headers[1..] } else { &headers[..] };
    send(&simulator.gcore().base_url(), method, target, headers, body).await.unwrap()
}

async fn get(simulator: &Simulator, target: &str) -> Answer {
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    ask(simulator, &token, "GET", target, "").await
}

async fn purge(simulator: &Simulator, resource: u64, body: &str) -> Answer {
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    ask(simulator, &token, "POST", &format!("/cdn/resources/{resource}/purge"), body).await
}

fn first(simulator: &Simulator) -> GcoreResource {
    simulator.gcore().resources()[0].clone()
}

fn gcore(change: impl FnOnce(&mut GcoreScenario)) -> impl FnOnce(&mut SimulatorOptions) {
    |options| change(&mut options.scenario.gcore)
}

/// Every row of the history, read page by page.
async fn all(simulator: &Simulator, filter: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let page =
            get(simulator, &format!("/cdn/purge_statuses?limit=100&offset={}{filter}", rows.len()))
                .await
                .json();
        rows.extend(page["results"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= page["count"].as_u64().unwrap() {
            return rows;
        }
    }
}

fn ids(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["purge_id"].as_u64().unwrap()).collect()
}
