//! `GET /cdn/purge_statuses`: the question and the records.
//!
//! Documented are the parameters `cname`, `status`, `purge_type`, `from_created`, `to_created`, `offset` and `limit` (at
//! most 100), and for a record `purge_id`, `status`, `resource`, `payload`, `created` and `purge_type`; the vendor's SDK
//! takes every one of them for optional.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::http::Outgoing;
use super::super::{HistoryPage, HistoryRequest, lenient};
use super::list::List;
use super::time;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{AccountName, ProviderName, PurgeId, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;

/// The request for a page of history, without its token. A single purge cannot be asked for by id.
pub(super) fn question(ask: &HistoryRequest, limit: u64) -> Outgoing {
    let mut outgoing = Outgoing::get(["cdn", "purge_statuses"]);
    if let Some((_, cname)) = &ask.resource
        && !cname.is_empty()
    {
        outgoing = outgoing.query("cname", cname);
    }
    if let Some(from) = ask.from {
        outgoing = outgoing.query("from_created", time::write_from(from));
    }
    if let Some(until) = ask.until {
        outgoing = outgoing.query("to_created", time::write_until(until));
    }
    outgoing.query("offset", ask.offset.to_string()).query("limit", limit.to_string())
}

/// The page that an answer comes to. `now` stands in for a time that cannot be read.
pub(super) fn page(
    account: &AccountName,
    provider: &ProviderName,
    offset: u64,
    list: &List,
    now: DateTime<Utc>,
) -> Result<HistoryPage, Failure> {
    let records = list.records.len() as u64;
    if records == 0 && list.count.is_some_and(|count| count > offset) {
        return Err(Failure::new(Cause::BadAnswer).with_message(format!(
            "the vendor counts {} purges and gave none from number {offset} on",
            list.count.unwrap_or_default()
        )));
    }
    let purges: Vec<Purge> =
        list.records.iter().filter_map(|record| purge(account, provider, record, now)).collect();
    let unreadable = records - purges.len() as u64;
    if unreadable > 0 {
        tracing::warn!(%account, unreadable, "the history has records without an id; they cannot be kept");
    }
    Ok(HistoryPage {
        purges,
        records,
        total: list.count,
        complete: list.ends_at(offset + records),
        unreadable,
    })
}

/// A record as far as it can be read; `None` only for one without an id, which could not be told from the next one.
fn purge(
    account: &AccountName,
    provider: &ProviderName,
    record: &Value,
    now: DateTime<Utc>,
) -> Option<Purge> {
    let id = lenient::field(record, "purge_id")?;
    let payload = record.get("payload").unwrap_or(&Value::Null);
    let raw_kind = lenient::field(record, "purge_type").unwrap_or_default();
    let raw_status = lenient::field(record, "status").unwrap_or_default();
    let raw_created = lenient::field(record, "created").unwrap_or_default();
    let created = time::read(&raw_created);
    let resource = record.get("resource").unwrap_or(&Value::Null);
    Some(Purge {
        account: account.clone(),
        provider: provider.clone(),
        id: PurgeId::from(id),
        resource: ResourceId::from(lenient::field(resource, "id").unwrap_or_default()),
        cname: lenient::field(resource, "cname").unwrap_or_default(),
        kind: kind(&raw_kind),
        raw_kind,
        status: status(&raw_status),
        raw_status,
        created: created.unwrap_or(now),
        raw_created: created.is_none().then_some(raw_created),
        completed: None,
        targets: targets(payload).into_iter().map(Target::new).collect(),
        by: None,
    })
}

/// The entries of a payload: an object with `urls` or `paths`, or by an older document a list of such objects.
fn targets(payload: &Value) -> Vec<String> {
    match payload {
        Value::Object(object) => ["urls", "paths"]
            .into_iter()
            .flat_map(|name| lenient::texts(object.get(name)))
            .collect(),
        Value::Array(parts) => parts
            .iter()
            .flat_map(|part| match part {
                Value::String(text) => vec![text.clone()],
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => targets(part),
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn kind(word: &str) -> Option<Kind> {
    Kind::EVERY.into_iter().find(|kind| kind_word(*kind) == word.trim())
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Url => "purge_by_url",
        Kind::Pattern => "purge_by_pattern",
        Kind::All => "purge_all",
    }
}

fn status(word: &str) -> Status {
    Status::EVERY
        .into_iter()
        .find(|status| {
            status_word(*status).is_some_and(|known| known.eq_ignore_ascii_case(word.trim()))
        })
        .unwrap_or(Status::Unknown)
}

fn status_word(status: Status) -> Option<&'static str> {
    match status {
        Status::InProgress => Some("In progress"),
        Status::Successful => Some("Successful"),
        Status::Failed => Some("Failed"),
        Status::ReportDisabled => Some("Status report disabled"),
        Status::Unknown => None,
    }
}
