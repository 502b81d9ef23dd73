//! The requests that the activity log holds beside the accepted purges.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::simulator::random;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::{PurgeScope, SimulatedAccount, SimulatedPurge, USERS};

/// The most requests in the log.
const MAX_ENTRIES: usize = 10_000;
/// Larger bodies are logged without their content.
const MAX_BODY: usize = 64 << 10;

/// Requests that are not accepted purges, oldest first.
#[derive(Debug, Default)]
pub(super) struct ActivityLog(VecDeque<LogEntry>);

/// One request.
#[derive(Clone, Debug)]
pub(super) struct LogEntry {
    pub(super) id: u64,
    pub(super) at: DateTime<Utc>,
    pub(super) author: usize,
    /// `None` for the panel.
    pub(super) token: Option<u64>,
    pub(super) path: String,
    pub(super) method: String,
    /// The query as JSON text.
    pub(super) query: String,
    pub(super) data: Value,
    pub(super) status: u16,
    /// The IP address of the client.
    pub(super) address: String,
    pub(super) host: String,
}

impl LogEntry {
    /// Describes a request that was just answered; `number` counts the vendor's requests, and
    /// the caller is an author with a token's id.
    pub(super) fn of(
        request: &ReceivedRequest,
        (author, token): (usize, u64),
        status: u16,
        number: u64,
        now: DateTime<Utc>,
    ) -> Self {
        let data = Some(&request.body)
            .filter(|body| body.len() <= MAX_BODY)
            .and_then(|body| serde_json::from_slice::<Map<String, Value>>(body).ok())
            .unwrap_or_default();
        let query: Map<String, Value> =
            request.pairs().into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        // The documented example has the path without the product's prefix.
        let path = request.path.strip_prefix("/cdn").filter(|rest| rest.starts_with('/'));
        Self {
            // After all of the generated ones.
            id: refused_id(1_000_000 + number),
            at: now,
            author,
            token: Some(token),
            path: path.unwrap_or(&request.path).to_owned(),
            method: request.method.clone(),
            query: Value::Object(query).to_string(),
            data: Value::Object(data),
            status,
            address: request.peer.clone(),
            host: request.host().to_owned(),
        }
    }

    /// Describes a purge of this resource as it was requested, accepted; its body is left out.
    pub(super) fn of_purge(purge: &SimulatedPurge, resource: u64) -> Self {
        Self {
            id: 50_000_000 + purge.serial * 2,
            at: purge.created(),
            author: purge.author,
            token: purge.by_api.then_some(900 + purge.author as u64),
            path: format!("/resources/{resource}/purge"),
            method: "POST".to_owned(),
            query: "{}".to_owned(),
            data: Value::Null,
            status: 201,
            address: address(purge.author),
            host: "api.gcore.com".to_owned(),
        }
    }
}

/// Ids of purges are even, those of other requests odd.
fn refused_id(number: u64) -> u64 {
    50_000_001 + number * 2
}

impl ActivityLog {
    /// Generates the refused purges of the past: most of them came too fast.
    pub(super) fn generate(
        mut rng: Rng,
        account: &SimulatedAccount,
        resource_ids: &[u64],
        now: DateTime<Utc>,
    ) -> Self {
        let mut log = Vec::new();
        for purge in account.remembered(now) {
            let after = 2_000_000 + (purge.serial % 20) as i64 * 1_000_000;
            let at = purge.created() + TimeDelta::microseconds(after);
            if !random::chance(&mut rng, 2.0) || at >= now {
                continue;
            }
            let too_fast = !purge.serial.is_multiple_of(4);
            let resource = resource_ids.get(purge.site).copied().unwrap_or_default();
            let refused = json!({"paths": ["images/*"]});
            log.push(LogEntry {
                at,
                data: if too_fast { purge_body(account, purge) } else { refused },
                status: if too_fast { 429 } else { 400 },
                ..LogEntry::of_purge(purge, resource)
            });
        }
        log.sort_by_key(|entry| entry.at);
        let numbered = (1..).zip(log);
        Self(numbered.map(|(number, entry)| LogEntry { id: refused_id(number), ..entry }).collect())
    }

    /// Adds a request. HEAD and OPTIONS are not tracked.
    pub(super) fn push(&mut self, entry: LogEntry) {
        if entry.method == "HEAD" || entry.method == "OPTIONS" {
            return;
        }
        self.0.push_back(entry);
        if self.0.len() > MAX_ENTRIES {
            self.0.pop_front();
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &LogEntry> {
        self.0.iter()
    }
}

/// Returns the body with which a purge was requested.
pub(super) fn purge_body(account: &SimulatedAccount, purge: &SimulatedPurge) -> Value {
    let targets = account.targets(purge);
    match purge.scope {
        PurgeScope::Url => json!({"urls": targets}),
        PurgeScope::Pattern | PurgeScope::All => json!({"paths": targets}),
    }
}

/// Returns a user's address. People are in one office, scripts in another; both addresses are
/// reserved for documents.
fn address(author: usize) -> String {
    let script = USERS.get(author).is_some_and(|user| user.script);
    if script {
        format!("198.51.100.{}", 20 + author)
    } else {
        format!("203.0.113.{}", 40 + author)
    }
}
