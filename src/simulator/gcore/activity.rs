//! `GET /cdn/activity_log/requests`: all requests with their users, by API and panel, refused
//! requests too.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::activity_log::{LogEntry, purge_body};
use super::query::{ListPage, PagingRules, times};
use super::state::{GcoreAccount, time};
use super::{GcoreCall, errors};
use crate::simulator::listing::TimeFilter;
use crate::simulator::reply::HttpReply;
use crate::simulator::world::{MEMORY, SimulatedPurge};

/// The length of a list without a limit, and the largest page. Neither is documented.
const BARE_LIST: usize = 100;
const MAX_PAGE: usize = 1000;

/// An entry, and its purge if it is an accepted one.
type Item<'a> = (Cow<'a, LogEntry>, Option<&'a SimulatedPurge>);

/// Lists the log; always in an envelope.
pub(super) fn list(
    account: &mut GcoreAccount,
    call: &GcoreCall<'_>,
) -> Result<HttpReply, HttpReply> {
    let strict = call.scenario.strict_paging;
    let rules = PagingRules { most: MAX_PAGE, bare: Some(BARE_LIST), strict };
    let page = ListPage { enveloped: true, ..ListPage::of(call.request, rules)? };
    let times = times(call.request, "min_requested_at", "max_requested_at")?;
    let wanted: BTreeMap<String, String> = call.request.pairs().into_iter().collect();
    let mut matching: Vec<Item<'_>> =
        items(account, call, times).filter(|(entry, _)| matches(entry, account, &wanted)).collect();
    matching.sort_by_key(|(entry, _)| std::cmp::Reverse((entry.at, entry.id)));
    let count = matching.len();
    let rows: Vec<Value> = page.cut(matching).into_iter().map(|item| row(account, &item)).collect();
    let reply = page.reply(call.request, count, &rows, call.scenario.next_host.as_deref());
    Ok(without_null_links(reply))
}

/// Returns one entry.
pub(super) fn get(
    account: &mut GcoreAccount,
    call: &GcoreCall<'_>,
) -> Result<HttpReply, HttpReply> {
    let wanted = call.id.parse::<u64>().ok();
    items(account, call, TimeFilter::default())
        .find(|(entry, _)| Some(entry.id) == wanted)
        .map(|item| HttpReply::json(200, &row(account, &item)))
        .ok_or_else(|| errors::not_found("Activity logs record is not found."))
}

fn items<'a>(
    account: &'a GcoreAccount,
    call: &GcoreCall<'_>,
    times: TimeFilter,
) -> impl Iterator<Item = Item<'a>> {
    let purges = account.world.remembered(call.now).iter();
    let purges = purges.filter(move |purge| times.contains(purge.created())).map(|purge| {
        let mut entry = LogEntry::of_purge(purge, account.resource_id(purge.site));
        if purge.by_api && !purge.is_generated() {
            "127.0.0.1".clone_into(&mut entry.address);
            let token = account.tokens.iter().find(|token| token.author == purge.author);
            entry.token = token.map(|token| token.id).or(entry.token);
        }
        (Cow::Owned(entry), Some(purge))
    });
    let since = call.now - MEMORY;
    let others = account.log.iter().filter(move |entry| entry.at >= since);
    let others = others.filter(move |entry| times.contains(entry.at));
    purges.chain(others.map(|entry| (Cow::Borrowed(entry), None)))
}

/// Leaves links out where there is no further page: this list's document allows no null for them.
fn without_null_links(reply: HttpReply) -> HttpReply {
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(&reply.body) else {
        return reply;
    };
    body.retain(|_, value| !value.is_null());
    HttpReply::json(200, &Value::Object(body))
}

fn matches(entry: &LogEntry, account: &GcoreAccount, wanted: &BTreeMap<String, String>) -> bool {
    let same = |name: &str, has: &str| {
        wanted.get(name).is_none_or(|wanted| wanted.is_empty() || wanted == has)
    };
    same("method", &entry.method)
        && same("path", &entry.path)
        && same("user_id", &account.user_id(entry.author).to_string())
        && same("token_id", &entry.token.map(|id| id.to_string()).unwrap_or_default())
        && same("client_id", &account.client_id.to_string())
        && same("remote_ip_address", &entry.address)
        && wanted
            .get("status_code")
            .is_none_or(|digits| entry.status.to_string().starts_with(digits))
}

fn row(account: &GcoreAccount, (entry, purge): &Item<'_>) -> Value {
    let data = purge.map_or_else(|| entry.data.clone(), |purge| purge_body(&account.world, purge));
    let mut row = json!({
        "id": entry.id,
        "user_id": account.user_id(entry.author),
        "client_id": account.client_id,
        "requested_at": time(entry.at),
        "path": entry.path,
        "remote_ip_address": entry.address,
        "host": entry.host,
        "method": entry.method,
        "query_params": entry.query,
        "data": data,
        "status_code": entry.status,
        "actions": [],
    });
    // The panel uses no token, and the document allows no null here.
    if let (Some(token), Some(row)) = (entry.token, row.as_object_mut()) {
        row.insert("token_id".to_owned(), json!(token));
    }
    row
}
