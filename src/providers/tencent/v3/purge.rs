//! `PurgeUrlsCache` and `PurgePathCache`: the requests.

use serde_json::{Value, json};

use super::super::{DELETE, FLUSH, PurgeTargets};
use super::SERVICE;

/// Returns the action and its body. Characters beyond ASCII are sent as they are, and the vendor is
/// asked to encode them.
pub(super) fn body(targets: &PurgeTargets, area: Option<&String>) -> (&'static str, Value) {
    let (action, targets, mut body) = match targets {
        PurgeTargets::Urls(urls) => ("PurgeUrlsCache", urls, json!({ "Urls": urls })),
        PurgeTargets::Directories { paths, delete } => {
            let flush = if *delete { DELETE } else { FLUSH };
            ("PurgePathCache", paths, json!({ "Paths": paths, "FlushType": flush }))
        }
    };
    if let Some(fields) = body.as_object_mut() {
        if let Some(area) = area {
            fields.insert("Area".to_owned(), json!(area));
        }
        if !targets.iter().all(|target| target.is_ascii()) {
            fields.insert("UrlEncode".to_owned(), json!(true));
        }
    }
    (action, body)
}

/// Returns the same as a call of the vendor's own tool.
pub(in crate::providers::tencent) fn command_line(
    targets: &PurgeTargets,
    area: Option<&String>,
    host: &str,
) -> String {
    let (action, body) = body(targets, area);
    SERVICE.command_line(action, &body, host)
}
