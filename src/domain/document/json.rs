//! JSON and NDJSON: the strings under keys that name targets.

mod beside;
mod walk;

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::form::{is_address, is_relative, names_other, names_targets};
use super::host::on_host;
use super::logged;
use super::places::LineCounter;
use super::{BrokenAt, Document, OmissionReason};
use crate::domain::kind::Kind;

use beside::Beside;
pub(super) use walk::{Leaf, leaves};

/// Keys whose strings are targets whatever their form: of vendors' purges, and of our exports.
const LISTS: [&str; 6] = ["url", "urls", "targets", "paths", "files", "objects"];
/// Keys that an exported purge has beside its targets.
const EXPORTED: [&str; 3] = ["cname", "kind", "status"];
/// Returns true if a text is JSON, one value or several.
pub(super) fn is_json(text: &str) -> bool {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.all(|value| value.is_ok())
}

/// Finds the place at which a text stops being JSON.
pub(super) fn broken(text: &str) -> Option<BrokenAt> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let error = values.find_map(Result::err)?;
    let words = format!("{error}");
    Some(BrokenAt { line: error.line().saturating_sub(1), words })
}

/// Reads JSON. Of an object that names its target, what is nested in it under other keys only
/// describes it: a header, a cookie's path, a referrer.
pub(super) fn read(text: &str) -> Document<'_> {
    let broken = broken(text);
    if broken.is_some() {
        return Document { broken, ..Document::default() };
    }
    let mut document = Document::default();
    let mut lines = LineCounter::new(text);
    let found: Vec<Found<'_>> = leaves(text)
        .into_iter()
        .map(|leaf| Found { line: lines.line_of(leaf.place.start), leaf })
        .collect();
    let records = records(&found);
    let beside = Beside::of(&found);
    for it in &found {
        let Found { leaf, line } = it;
        let value = leaf.text.as_ref();
        let record = leaf.objects.iter().find_map(|object| records.get(*object)?.as_ref());
        let taken = match record {
            Some(record) => record.takes(leaf),
            None => leaf.keys.is_empty() || (are_targets(&leaf.keys) && is_address(value)),
        };
        let name = leaf.key().unwrap_or_default();
        if taken {
            put(leaf, *line, &beside, &mut document);
        } else if record.is_none()
            && let Some(request) = logged::within(value)
        {
            put_request(&request, leaf, *line, &beside, &mut document);
        } else if is_address(value) {
            let doubtful = names_targets(name) || is_wider(name);
            document.omit(*line, OmissionReason::Key(name.to_owned()), doubtful);
        } else if names_targets(name) && value.contains('/') && is_relative(value) {
            document.omit(*line, OmissionReason::Key(name.to_owned()), true);
        }
        if let Some(record) = record
            && leaf.key() == Some("kind")
            && record.is_export
            && value == Kind::All.word()
        {
            let host = beside.host(leaf).map_or("", |host| host).to_owned();
            document.omit(*line, OmissionReason::Everything(host), true);
        }
    }
    document
}

/// Puts a target, on the host that the document tells for it, unless it was asked for by another
/// method than GET or HEAD.
fn put<'a>(leaf: &Leaf<'a>, line: usize, beside: &Beside<'_>, document: &mut Document<'a>) {
    let value = leaf.text.as_ref();
    if beside.is_other_method(leaf) {
        document.omit(line, OmissionReason::Method, false);
    } else if beside.is_torn(leaf) && on_host("", value).is_some() {
        let name = leaf.key().unwrap_or_default().to_owned();
        document.omit(line, OmissionReason::Key(name), true);
    } else {
        match beside.host(leaf).and_then(|host| on_host(host, value)) {
            Some(url) => document.put(line, Cow::Owned(url), None),
            None => document.put(line, leaf.text.clone(), leaf.plain_place()),
        }
    }
}

/// Puts the target of a request line that a string holds.
fn put_request<'a>(
    request: &logged::RecordedRequest<'_>,
    leaf: &Leaf<'a>,
    line: usize,
    beside: &Beside<'_>,
    document: &mut Document<'a>,
) {
    let host = if request.host.is_empty() { beside.told(leaf) } else { request.host };
    let target = super::escape::unlogged(request.target);
    if !request.reads() {
        document.omit(line, OmissionReason::Method, false);
    } else if host.is_torn && target.starts_with('/') {
        let name = leaf.key().unwrap_or_default().to_owned();
        document.omit(line, OmissionReason::Key(name), true);
    } else {
        let url = host.host().and_then(|host| on_host(host, &target));
        document.put(line, Cow::Owned(url.unwrap_or_else(|| target.into_owned())), None);
    }
}

/// Returns true if a key names what a purge covers by more than single addresses.
fn is_wider(key: &str) -> bool {
    ["prefix", "prefixes", "dir", "dirs", "directory", "directories"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(key))
}

/// A string of the document.
struct Found<'a> {
    leaf: Leaf<'a>,
    line: usize,
}

/// An object that names its target.
struct Record {
    /// Its own number among the objects.
    object: usize,
    /// The depth of its keys.
    depth: usize,
    /// True if it is a purge that was exported from here.
    is_export: bool,
}

impl Record {
    /// Returns true if a string of the object is a target of it.
    fn takes(&self, leaf: &Leaf<'_>) -> bool {
        let Some(key) = leaf.keys.get(self.depth).map(AsRef::as_ref) else {
            return false;
        };
        let own = leaf.objects.last() == Some(&self.object);
        if self.is_export {
            return own && key == "targets";
        }
        let is_list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(key));
        // Beneath, only a string whose own key says so: not the headers of a target's object.
        let inner = leaf.keys.get(self.depth..).unwrap_or_default();
        let says_so = own
            || (leaf.key().is_some_and(names_targets) && !inner.iter().any(|it| names_other(it)));
        (own && is_list && !leaf.text.is_empty())
            || (names_targets(key) && says_so && is_address(&leaf.text))
    }
}

/// Returns true if the keys to a string name targets, and none of them something else.
fn are_targets(keys: &[Cow<'_, str>]) -> bool {
    keys.iter().any(|key| names_targets(key)) && !keys.iter().any(|key| names_other(key))
}

/// Finds the objects that name their targets themselves, by the objects' numbers.
fn records(found: &[Found<'_>]) -> Vec<Option<Record>> {
    let objects = found.iter().flat_map(|it| it.leaf.objects.iter());
    let count = objects.max().map_or(0, |most| most + 1);
    let mut known: Vec<Own> = std::iter::repeat_with(Own::default).take(count).collect();
    for Found { leaf, .. } in found {
        let (Some(&object), Some(key)) = (leaf.objects.last(), leaf.key()) else { continue };
        let Some(own) = known.get_mut(object) else { continue };
        let is_list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(key));
        own.depth = leaf.depth();
        own.names_targets |= names_targets(key) && (is_list || is_address(&leaf.text));
        own.told += u8::from(EXPORTED.contains(&key));
    }
    let known = known.into_iter().enumerate().map(|(object, own)| {
        let is_export = usize::from(own.told) == EXPORTED.len();
        let is_record = own.names_targets || is_export;
        is_record.then_some(Record { object, depth: own.depth, is_export })
    });
    known.collect()
}

/// The facts that an object's own keys tell.
#[derive(Default)]
struct Own {
    depth: usize,
    names_targets: bool,
    /// The number of the fields of an export that it has.
    told: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        read(text).entries.into_iter().map(|entry| entry.text.into_owned()).collect()
    }

    #[test]
    fn targets_stand_under_keys_that_name_them() {
        for (text, expected) in [
            (
                r#"{"files":["https:\/\/h.com\/a.html","/b?x=1\u0026y=2"]}"#,
                &["https://h.com/a.html", "/b?x=1&y=2"][..],
            ),
            (r#"["/a", "img/b.jpg", 3, null]"#, &["/a", "img/b.jpg"]),
            (
                "{\"url\":\"https://h.com/b.jpg\",\"referer\":\"https://h.com/\"}\n{\"url\":\"/c\"}",
                &["https://h.com/b.jpg", "/c"],
            ),
            (
                r#"{"url":"https://h.com/a.jpg","headers":[{"name":"Accept","value":"*/*"}],"cookies":[{"path":"/"},{"path":"/x"}]}"#,
                &["https://h.com/a.jpg"],
            ),
            (
                r#"{"Paths":{"Quantity":2,"Items":["/img/*","/a"]},"CallerReference":"x"}"#,
                &["/img/*", "/a"],
            ),
            (r#"{"data":{"pages":[{"link":"/a","title":"/no"},{"link":"/b"}]}}"#, &["/a", "/b"]),
            (r#"{"request_uri":"/a?b","host":"H.com","status":"200"}"#, &["https://h.com/a?b"]),
            (
                r#"{"schema_version":1,"cname":"h.com","kind":"url","status":"failed","targets":["/a","https://h.com/b"]}"#,
                &["https://h.com/a", "https://h.com/b"],
            ),
            (r#"{"name":"x","list":["y"]}"#, &[]),
            ("[]", &[]),
        ] {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_taken_is_named() {
        let document = read(
            "{\"url\":\"/a\",\n\"referer\":\"https://h.com/\",\n\"more\":{\"links\":[\"/b\"]}}",
        );
        let named: Vec<_> =
            document.omissions.iter().map(|it| (it.line, it.reason.clone(), it.doubtful)).collect();
        assert_eq!(
            named,
            [
                (1, OmissionReason::Key("referer".to_owned()), false),
                (2, OmissionReason::Key("links".to_owned()), true),
            ]
        );
        let all = r#"{"cname":"h.com","kind":"all","status":"successful","targets":[]}"#;
        let document = read(all);
        assert_eq!(document.entries, []);
        assert_eq!(document.omissions[0].reason, OmissionReason::Everything("h.com".to_owned()));
    }

    #[test]
    fn a_broken_document_says_where_and_gives_nothing() {
        let document = read("{\"urls\": [\"/a\",\n\"/b\"");
        assert_eq!(document.entries, []);
        assert_eq!(document.broken.map(|broken| broken.line), Some(1));
        let deep = "[".repeat(100_000);
        assert!(read(&deep).broken.is_some());
    }
}
