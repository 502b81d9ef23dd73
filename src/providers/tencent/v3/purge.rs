//! `PurgeUrlsCache` and `PurgePathCache`: the requests.

use serde_json::{Value, json};

use super::super::{DELETE, FLUSH, PurgeTargets};
use crate::providers::http::quoted;

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

/// Returns the same as a call of the vendor's own tool, which signs it with the operator's keys:
/// `tccli cdn PurgePathCache --FlushType flush --Paths '["https://www.site.com/img/"]'`. Lists are
/// JSON there, and truth is written `True`. `endpoint` is the host to call where it is not the
/// tool's own.
pub(in crate::providers::tencent) fn command_line(
    targets: &PurgeTargets,
    area: Option<&String>,
    endpoint: Option<&str>,
) -> String {
    let (action, body) = body(targets, area);
    let mut words = vec![format!("tccli cdn {action}")];
    for (name, value) in body.as_object().into_iter().flatten() {
        let written = match (value.as_str(), value.as_bool()) {
            (Some(text), _) => text.to_owned(),
            (None, Some(true)) => "True".to_owned(),
            (None, _) => value.to_string(),
        };
        words.push(format!("--{name} {}", quoted(&written)));
    }
    words.extend(endpoint.map(|host| format!("--endpoint {}", quoted(host))));
    words.join(" ")
}
