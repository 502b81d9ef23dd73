//! `POST /cdn/resources/{id}/purge`.

use serde_json::json;

use super::settings::{ResourceStatus, TokenRole};
use super::state::GcoreAccount;
use super::{GcoreCall, errors, validate};
use crate::simulator::reply::HttpReply;
use crate::simulator::world::{NewPurge, PurgeScope};

const MINUTE_US: i64 = 60_000_000;

/// Accepts a purge or refuses it. Only accepted purges count in the windows.
pub(super) fn accept(
    account: &mut GcoreAccount,
    call: &GcoreCall<'_>,
) -> Result<HttpReply, HttpReply> {
    if call.token.role == TokenRole::Users {
        return Err(errors::forbidden());
    }
    let exists = |site: &usize| {
        let resource = account.resources.get(*site);
        resource.is_some_and(|resource| resource.status != ResourceStatus::Deleted)
    };
    let not_found = || errors::not_found("CDN resource is not found.");
    let site = account.find(call.id).filter(exists).ok_or_else(not_found)?;
    let (scope, targets) = validate::read(call.request, call.scenario)?;
    let by_url = account.world.sites.get(site).is_some_and(|site| site.by_url);
    if scope == PurgeScope::Url && !by_url {
        let text = "Purge by URLs is not allowed. To purge by URLs, contact support.";
        return Err(errors::field("urls", &json!([text])));
    }
    if let Some(seconds) = seconds_until_room(account, site, scope, call)
        && call.rate_limits
    {
        return Err(errors::throttled(seconds, call.scenario.retry_after));
    }
    let echo = match scope {
        PurgeScope::Url => json!({"urls": targets}),
        PurgeScope::Pattern | PurgeScope::All => json!({"paths": targets}),
    };
    let new = NewPurge { site, scope, targets, author: call.token.author, by_api: true };
    account.world.add(new, call.now);
    Ok(HttpReply::json(201, &echo).effective())
}

/// Returns the time until the window of a resource has room again; `None` when it has room now.
fn seconds_until_room(
    account: &GcoreAccount,
    site: usize,
    scope: PurgeScope,
    call: &GcoreCall<'_>,
) -> Option<u64> {
    let now = call.now.timestamp_micros();
    let most = match scope {
        PurgeScope::Url => call.scenario.limits.url_requests,
        PurgeScope::Pattern | PurgeScope::All => call.scenario.limits.pattern_requests,
    };
    let shared = call.scenario.shared_paths_window && scope != PurgeScope::Url;
    let counts = |other: PurgeScope| other == scope || shared && other != PurgeScope::Url;
    let purges = account.world.since(now - MINUTE_US + 1).iter();
    let in_window: Vec<i64> = purges
        .filter(|purge| purge.site == site && counts(purge.scope))
        .map(|purge| purge.at)
        .collect();
    let oldest_that_counts = in_window.get(in_window.len().checked_sub(most)?)?;
    let left = (oldest_that_counts + MINUTE_US - now).max(1);
    Some(left.unsigned_abs().div_ceil(1_000_000))
}
