//! `RefreshObjectCaches` and `RefreshObjectCacheByCacheTag`: the requests.

use super::{ActionCall, CHANGED, FORCE};
use crate::domain::failure::{Cause, Failure};
use crate::domain::kind::Kind;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::providers::http::quoted;

/// Refuses a mode that there is not, and targets that would be read as several.
pub(super) fn check(request: &PurgeRequest) -> Result<(), Failure> {
    let refused = |words: String| Err(Failure::new(Cause::Refused).with_message(words));
    if let Some(other) = request.mode.as_deref()
        && ![CHANGED, FORCE].contains(&other)
    {
        return refused(format!("a purge can be {CHANGED} or {FORCE}, not {other}"));
    }
    let (separators, name): (&[char], _) = if request.kind() == Kind::Tag {
        (&[',', '\n', '\r'], "a tag")
    } else {
        (&['\n', '\r'], "a target")
    };
    match request.payload.targets().iter().find(|target| target.contains(separators)) {
        Some(target) => {
            refused(format!("{name} must not hold what parts it from the next one: {target}"))
        }
        None => Ok(()),
    }
}

/// Returns the request. `Force` is not for single files, which are always fetched again.
pub(super) fn call(request: &PurgeRequest) -> ActionCall {
    let force = || ("Force", (request.mode.as_deref() == Some(FORCE)).to_string());
    let (object_type, paths) = match &request.payload {
        Payload::Tag(tags) => {
            let query = vec![
                ("DomainName", request.cname.clone()),
                ("CacheTag", tags.as_slice().join(",")),
                force(),
            ];
            return ActionCall::new("RefreshObjectCacheByCacheTag", query);
        }
        Payload::Url(urls) => ("File", urls.as_slice().join("\n")),
        Payload::IgnoreQuery(urls) => ("ExQuery", urls.as_slice().join("\n")),
        Payload::Regex(regexes) => ("Regex", regexes.as_slice().join("\n")),
        // No purge of hosts comes here: the limits have none.
        Payload::Pattern(directories) | Payload::Host(directories) => {
            ("Directory", directories.as_slice().join("\n"))
        }
        // The root of a domain is all of it.
        Payload::All => ("Directory", format!("https://{}/", request.cname)),
    };
    let mut form = vec![("ObjectPath", paths), ("ObjectType", object_type.to_owned())];
    if object_type != "File" {
        form.push(force());
    }
    ActionCall { form: Some(form), ..ActionCall::new("RefreshObjectCaches", Vec::new()) }
}

/// Returns the same as a call of the vendor's own tool, which signs it with the operator's keys.
/// `endpoint` is the host to call where it is not the tool's own.
pub(super) fn command_line(request: &PurgeRequest, endpoint: Option<&str>) -> String {
    let ActionCall { action, query, form } = call(request);
    let mut words = vec![format!("aliyun cdn {action}")];
    for (name, value) in query.iter().chain(form.iter().flatten()) {
        words.push(format!("--{name} {}", quoted(value)));
    }
    words.extend(endpoint.map(|host| format!("--endpoint {}", quoted(host))));
    words.join(" ")
}
