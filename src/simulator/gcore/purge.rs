//! `POST /cdn/resources/{id}/purge`.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::errors;
use super::state::{Account, Role, Standing, Token};
use super::validate::{self, Wanted};
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::GcoreScenario;
use crate::simulator::world::Kind;
use crate::simulator::world::ledger::Asked;

const MINUTE: i64 = 60_000_000;

/// Accepts a purge or refuses it. Only what is accepted counts in the windows.
pub(super) fn take(
    account: &mut Account,
    token: &Token,
    id: &str,
    request: &Request,
    scenario: &GcoreScenario,
    rate_limits: bool,
    now: DateTime<Utc>,
) -> Reply {
    if token.role == Role::Users {
        return errors::forbidden();
    }
    let there = |site: &usize| {
        account.resources.get(*site).is_some_and(|resource| resource.standing != Standing::Deleted)
    };
    let Some(site) = account.find(id).filter(there) else {
        return errors::not_found("CDN resource is not found.");
    };
    let wanted = match validate::read(request, scenario) {
        Ok(wanted) => wanted,
        Err(refused) => return refused,
    };
    if wanted.kind == Kind::Url && !account.sites.get(site).is_some_and(|site| site.by_url) {
        let text = "Purge by URLs is not allowed. To purge by URLs, contact support.";
        return errors::field("urls", &json!([text]));
    }
    if let Some(seconds) =
        rate_limits.then(|| full(account, site, wanted.kind, scenario, now)).flatten()
    {
        return errors::throttled(seconds, scenario.retry_after);
    }
    let Wanted { kind, targets } = wanted;
    let echo = match kind {
        Kind::Url => json!({"urls": targets}),
        Kind::Pattern | Kind::All => json!({"paths": targets}),
    };
    account.ledger.add(Asked { site, kind, targets, author: token.author, by_api: true }, now);
    Reply::json(201, &echo).effective()
}

/// How long until the window of a resource has room again; `None` when it has room now.
fn full(
    account: &Account,
    site: usize,
    kind: Kind,
    scenario: &GcoreScenario,
    now: DateTime<Utc>,
) -> Option<u64> {
    let now = now.timestamp_micros();
    let most = match kind {
        Kind::Url => scenario.limits.url_requests,
        Kind::Pattern | Kind::All => scenario.limits.pattern_requests,
    };
    let counts = |other: Kind| {
        other == kind || (scenario.shared_paths_window && kind != Kind::Url && other != Kind::Url)
    };
    let in_window: Vec<i64> = account
        .ledger
        .since(now - MINUTE + 1)
        .iter()
        .filter(|purge| purge.site == site && counts(purge.kind))
        .map(|purge| purge.at)
        .collect();
    let oldest_that_counts = in_window.get(in_window.len().checked_sub(most)?)?;
    let left = (oldest_that_counts + MINUTE - now).max(1);
    Some(left.unsigned_abs().div_ceil(1_000_000))
}
