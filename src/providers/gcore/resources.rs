//! `GET /cdn/resources`: what of a resource matters to purges. Deleted ones are listed with a few
//! fields only, and every field may be missing.

use serde_json::Value;

use crate::domain::resource::{CacheKey, QueryRule, Resource, ResourceState};
use crate::providers::adapter::Session;
use crate::providers::lenient;

/// Reads the resource of a record; `None` for one without an id.
pub(super) fn resource(session: &Session, record: &Value) -> Option<Resource> {
    let url_purge = lenient::flag(record, "can_purge_by_urls");
    let cname = lenient::field(record, "cname").unwrap_or_default();
    Some(Resource {
        names: lenient::texts(record.get("secondaryHostnames")),
        description: lenient::field(record, "name")
            .or_else(|| lenient::field(record, "description")),
        state: state(record),
        url_purge,
        cache: cache(record.get("options").unwrap_or(&Value::Null), url_purge),
        ..session.resource(lenient::field(record, "id")?, cname)
    })
}

fn state(record: &Value) -> ResourceState {
    let is = |name, wanted| lenient::flag(record, name) == Some(wanted);
    if is("deleted", true) {
        return ResourceState::Deleted;
    }
    let off = is("suspended", true) || is("active", false) || is("enabled", false);
    match lenient::field(record, "status").as_deref() {
        Some("deleted") => ResourceState::Deleted,
        Some("suspended") => ResourceState::Suspended,
        Some("active") | None if off => ResourceState::Suspended,
        Some("active") => ResourceState::Active,
        Some("processed") => ResourceState::Changing,
        Some(word) => ResourceState::Other(word.to_owned()),
        None if is("active", true) => ResourceState::Active,
        None => ResourceState::Other("unknown".to_owned()),
    }
}

/// The cache key by the resource's own options; rules for single paths may differ and are not
/// looked at.
///
/// An option is an object with `enabled` and `value`, or null where it is left to the account's
/// settings, which are not known here.
fn cache(options: &Value, url_purge: Option<bool>) -> CacheKey {
    CacheKey {
        // `can_purge_by_urls` holds only where the option that ignores `Vary` is on; where it is
        // off, `Vary` may or may not be used.
        vary: switch(options, "ignore_vary_header")
            .map(|ignored| !ignored)
            .or((url_purge == Some(true)).then_some(false)),
        slice: switch(options, "slice"),
        query: query(options),
    }
}

/// The three options exclude each other. By their definitions in the resource's schema the listed
/// parameters of `query_params_whitelist` are those that count; the purge page says it the other
/// way round.
fn query(options: &Value) -> Option<QueryRule> {
    if switch(options, "ignoreQueryString") == Some(true) {
        return Some(QueryRule::Ignored);
    }
    if let Some(names) = list(options, "query_params_whitelist") {
        return Some(QueryRule::Only(names));
    }
    if let Some(names) = list(options, "query_params_blacklist") {
        return Some(QueryRule::AllBut(names));
    }
    (switch(options, "ignoreQueryString") == Some(false)).then_some(QueryRule::Counts)
}

/// Returns true if an option of the kind on or off is on; `None` where nothing is said.
fn switch(options: &Value, name: &str) -> Option<bool> {
    let option = options.get(name)?;
    if option.is_boolean() {
        return option.as_bool();
    }
    let enabled = lenient::flag(option, "enabled")?;
    Some(enabled && lenient::flag(option, "value").unwrap_or(true))
}

/// The texts of an option that is a list and is on.
fn list(options: &Value, name: &str) -> Option<Vec<String>> {
    let option = options.get(name)?;
    (lenient::flag(option, "enabled") == Some(true)).then(|| lenient::texts(option.get("value")))
}
