//! `DescribeUserDomains`: the domains that can be purged.

use serde_json::Value;

use super::ActionCall;
use crate::domain::failure::{Cause, Failure};
use crate::domain::resource::{Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::lenient;
use crate::providers::records::{Position, RecordPage};

/// The most domains in an answer, by the documents.
const ROWS: u64 = 500;

pub(super) fn question(at: Position) -> ActionCall {
    let query = vec![("PageNumber", at.page.to_string()), ("PageSize", ROWS.to_string())];
    ActionCall::new("DescribeUserDomains", query)
}

pub(super) fn page(at: Position, body: &Value) -> Result<RecordPage, Failure> {
    let listed = body.pointer("/Domains/PageData").and_then(lenient::list);
    let listed = listed.ok_or_else(|| {
        Failure::new(Cause::BadAnswer).with_message("the answer has no Domains.PageData")
    })?;
    Ok(RecordPage::full(listed, lenient::number(body, "TotalCount"), at.offset, ROWS))
}

/// Reads the domain of a record; `None` for one without a name. One name for many hosts, which
/// begins with a dot, cannot be purged as a whole: its root has no address.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let name = lenient::field(record, "DomainName")?;
    let is_wildcard = name.starts_with(['.', '*']);
    Some(Resource {
        description: lenient::field(record, "Description")
            .or_else(|| lenient::field(record, "CdnType")),
        state: state(lenient::field(record, "DomainStatus")),
        all_purge: is_wildcard.then_some(false),
        ..session.resource(name.clone(), name)
    })
}

fn state(word: Option<String>) -> ResourceState {
    let Some(word) = word else { return ResourceState::Other("unknown".to_owned()) };
    match word.to_ascii_lowercase().as_str() {
        "online" => ResourceState::Active,
        "configuring" | "checking" | "stopping" | "deleting" => ResourceState::Changing,
        "offline" | "configure_failed" | "check_failed" => ResourceState::Suspended,
        _ => ResourceState::Other(word),
    }
}
