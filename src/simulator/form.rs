//! Parameters in a query, or in a body that is a form of either kind; lists are numbered names.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::request::ReceivedRequest;

/// Decodes the parameters of a GET's query or of a POST's body, in order.
pub(crate) fn pairs(request: &ReceivedRequest) -> Vec<(String, String)> {
    if request.method == "GET" {
        return request.pairs();
    }
    let kind = request.header("content-type").unwrap_or_default();
    match boundary(kind) {
        Some(boundary) => parts(&request.text(), &boundary),
        None => form_urlencoded::parse(&request.body).into_owned().collect(),
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let rest = content_type.strip_prefix("multipart/form-data")?;
    let value = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    Some(value.trim_matches('"').to_owned())
}

fn parts(body: &str, boundary: &str) -> Vec<(String, String)> {
    body.split(&format!("--{boundary}"))
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let name = head.split(';').find_map(|one| one.trim().strip_prefix("name="))?;
            let name = name.lines().next()?.trim().trim_matches('"');
            Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
        })
        .collect()
}

/// Returns the values of `name.0`, `name.1` … in the order of their numbers.
pub(crate) fn list(pairs: &[(String, String)], name: &str) -> Vec<String> {
    let mut numbered: Vec<(usize, &String)> = pairs
        .iter()
        .filter_map(|(key, value)| {
            Some((key.strip_prefix(name)?.strip_prefix('.')?.parse().ok()?, value))
        })
        .collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, value)| value.clone()).collect()
}

/// Turns numbered and dotted names into lists and objects: `Urls.0`, `Filters.0.Name`,
/// `Filters.0.Value.0`.
pub(crate) fn nested(pairs: Vec<(String, String)>) -> Map<String, Value> {
    let mut root = Value::Object(Map::new());
    for (name, value) in pairs {
        let path: Vec<&str> = name.split('.').take(6).collect();
        put(&mut root, &path, value);
    }
    lists(&mut root);
    root.as_object_mut().map(std::mem::take).unwrap_or_default()
}

fn put(into: &mut Value, path: &[&str], value: String) {
    let Some((first, rest)) = path.split_first() else {
        *into = Value::String(value);
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    if let Some(map) = into.as_object_mut() {
        put(map.entry(*first).or_insert(Value::Null), rest, value);
    }
}

/// Turns objects whose names are all numbers into lists in the order of the numbers.
fn lists(value: &mut Value) {
    let Some(map) = value.as_object_mut() else {
        return;
    };
    map.values_mut().for_each(lists);
    let mut numbered: Vec<(usize, String)> = Vec::new();
    for name in map.keys() {
        let Ok(number) = name.parse() else {
            return;
        };
        numbered.push((number, name.clone()));
    }
    if numbered.is_empty() {
        return;
    }
    numbered.sort();
    let items = numbered.into_iter().filter_map(|(_, name)| map.remove(&name)).collect();
    *value = Value::Array(items);
}

/// Blanks the signature and the key's id in a form, for the access log.
pub(crate) fn without_credentials(form: &str) -> String {
    const BLANKED: [&str; 3] = ["Signature", "SecretId", "Token"];
    if !BLANKED.iter().any(|name| form.contains(name)) {
        return form.to_owned();
    }
    if form.contains("form-data") {
        // The parts of such a body are not taken apart here: nothing of it is shown.
        return String::new();
    }
    form.split('&')
        .map(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            if BLANKED.contains(&name) { format!("{name}=…") } else { pair.to_owned() }
        })
        .collect::<Vec<_>>()
        .join("&")
}
