//! `POST …/invalidation` of a distribution or a tenant: the paths, the request and the answer.
//!
//! Files, wildcards and tags stand in one list; a tag has a `#` before it (documented), which
//! operators do not write.

use serde_json::{Value, json};

use super::NAMESPACE;
use super::call::ApiCall;
use super::limits::TRAPS;
use super::resources::place;
use super::xml::escaped;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::PurgeId;
use crate::domain::kind::Kind;
use crate::domain::limits::TrapEffect;
use crate::domain::payload::PurgeRequest;
use crate::providers::http::{HttpResponse, quoted};
use crate::providers::{Receipt, lenient};

/// The path that means everything.
const ROOT: &str = "/*";

/// Returns the paths of a purge as they are sent.
fn paths(request: &PurgeRequest) -> Vec<String> {
    let targets = request.payload.targets();
    match request.kind() {
        Kind::All => vec![ROOT.to_owned()],
        Kind::Tag => targets.iter().map(|tag| format!("#{tag}")).collect(),
        Kind::Url | Kind::IgnoreQuery | Kind::Pattern | Kind::Regex | Kind::Host => {
            targets.to_vec()
        }
    }
}

/// A purge as its paths tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    /// As an operator writes them; empty for everything.
    pub(super) targets: Vec<String>,
    /// True for kinds in one request that are several here. Its targets are as they were sent.
    pub(super) is_mixed: bool,
}

impl Asked {
    /// Reads paths that were sent; `None` for none.
    pub(super) fn of(paths: Vec<String>) -> Option<Self> {
        let kind = |path: &String| match path.as_str() {
            ROOT => Kind::All,
            path if path.starts_with('#') => Kind::Tag,
            path if path.contains('*') => Kind::Pattern,
            _ => Kind::Url,
        };
        let first = kind(paths.first()?);
        if paths.iter().all(|path| kind(path) == first) {
            let targets = match first {
                Kind::All => Vec::new(),
                Kind::Tag => {
                    paths.iter().filter_map(|it| it.strip_prefix('#')).map(str::to_owned).collect()
                }
                Kind::Url | Kind::IgnoreQuery | Kind::Pattern | Kind::Regex | Kind::Host => paths,
            };
            return Some(Self { kind: first, targets, is_mixed: false });
        }
        let is_wide = paths.iter().any(|path| matches!(kind(path), Kind::All | Kind::Pattern));
        let kind = if is_wide { Kind::Pattern } else { Kind::Url };
        Some(Self { kind, targets: paths, is_mixed: true })
    }
}

/// Refuses targets that the vendor would take and do nothing with, and those that would mean
/// another kind of purge to it.
pub(super) fn check(request: &PurgeRequest) -> Result<(), Failure> {
    let refuse = |words: String| Err(Failure::new(Cause::Refused).with_message(words));
    for target in request.payload.targets() {
        if request.kind() == Kind::Tag {
            let fits = target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
            if !fits || target.starts_with('#') {
                return refuse(format!(
                    "{target}: a tag is written without #, in ASCII without blanks and commas; \
                     the vendor would find nothing under this one"
                ));
            }
            continue;
        }
        let small = target.to_ascii_lowercase();
        if let Some(trap) = TRAPS.iter().find(|trap| small.contains(trap.piece)) {
            let effect = match trap.effect {
                TrapEffect::Refused => "is refused by",
                TrapEffect::NothingPurged => "purges nothing at",
            };
            return refuse(format!(
                "{target}: {} {effect} this vendor; write * and ? as they are, and in the place \
                 of a ~, which cannot be purged, a * with nothing after it",
                trap.piece
            ));
        }
        let (stars, is_wide) = (target.matches('*').count(), request.kind() == Kind::Pattern);
        if target.starts_with('#') || stars != usize::from(is_wide) {
            return refuse(format!("{target}: the vendor would purge something else for it"));
        }
        if is_wide && !target.ends_with('*') {
            return refuse(format!("{target}: a * is the last letter of a path"));
        }
    }
    Ok(())
}

/// Returns the request. The vendor carries out one purge for each `reference` (documented).
pub(super) fn call(request: &PurgeRequest, reference: &str) -> ApiCall {
    let paths = paths(request);
    let items: Vec<String> =
        paths.iter().map(|path| format!("<Path>{}</Path>", escaped(path))).collect();
    let body = format!(
        "<InvalidationBatch xmlns=\"{NAMESPACE}\"><Paths><Quantity>{}</Quantity>\
         <Items>{}</Items></Paths><CallerReference>{}</CallerReference></InvalidationBatch>",
        paths.len(),
        items.concat(),
        escaped(reference)
    );
    let (list, id) = place(&request.resource);
    ApiCall::post([list, id, "invalidation"], body)
}

/// Returns the same as a call of the vendor's own tool, at `endpoint` where it is not the tool's
/// own.
pub(super) fn command_line(request: &PurgeRequest, endpoint: Option<&str>) -> String {
    let paths = paths(request);
    let (list, id) = place(&request.resource);
    let mut line = if list == "distribution" {
        let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
        format!(
            "aws cloudfront create-invalidation --distribution-id {} --paths {}",
            quoted(id),
            paths.join(" ")
        )
    } else {
        let batch = json!({
            "Paths": { "Quantity": paths.len(), "Items": paths },
            "CallerReference": super::REFERENCE_SHOWN,
        });
        format!(
            "aws cloudfront create-invalidation-for-distribution-tenant --id {} \
             --invalidation-batch {}",
            quoted(id),
            quoted(&batch.to_string())
        )
    };
    if let Some(endpoint) = endpoint {
        line.push_str(" --endpoint-url ");
        line.push_str(&quoted(endpoint));
    }
    line
}

/// Reads the answer, in which the purge is.
pub(super) fn receipt(body: &Value, response: &HttpResponse) -> Result<Receipt, Failure> {
    let id = lenient::field(body, "Id").map(PurgeId::from);
    let id = id.ok_or_else(|| response.unexpected("neither yes nor no"))?;
    Ok(Receipt { id: Some(id), at: response.date, ..Receipt::default() })
}
