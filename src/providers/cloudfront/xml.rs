//! XML as JSON values, so that it is read field by field like every vendor's answers.
//!
//! An element with others in it is an object, any other is a text. Elements of one name beside each
//! other are an array, so that a list of one looks different from a list of two: [`items`] reads
//! both. Attributes and namespaces are left out. Document types, and entities beyond the five of
//! XML, are refused.

use quick_xml::Reader;
use quick_xml::escape::{partial_escape, resolve_predefined_entity};
use quick_xml::events::Event;
use serde_json::{Map, Value};

use crate::providers::lenient;

/// Elements within elements; the vendor's answers have about ten.
const DEEPEST: usize = 64;
/// The most elements of one answer. A page of a hundred distributions has some 50,000.
const MOST: usize = 500_000;

/// An element that is not closed yet.
struct Open {
    name: String,
    text: String,
    inside: Map<String, Value>,
}

/// Parses a document: the name of its root, and what is in it.
pub(super) fn parse(text: &str) -> Result<(String, Value), String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() >= DEEPEST || elements > MOST {
                    return Err("too many elements".to_owned());
                }
                if root.is_some() {
                    return Err("a second root".to_owned());
                }
                let name = start.local_name().as_ref().to_owned();
                open.push(Open { name, text: String::new(), inside: Map::new() });
            }
            Event::Empty(empty) => {
                elements += 1;
                let name = empty.local_name().as_ref().to_owned();
                match open.last_mut() {
                    Some(parent) if elements <= MOST => put(parent, name, Value::from("")),
                    Some(_) => return Err("too many elements".to_owned()),
                    None => root = Some((name, Value::from(""))),
                }
            }
            Event::End(_) => {
                let Some(Open { name, text, inside }) = open.pop() else { continue };
                let value =
                    if inside.is_empty() { Value::String(text) } else { Value::Object(inside) };
                match open.last_mut() {
                    Some(parent) => put(parent, name, value),
                    None => root = Some((name, value)),
                }
            }
            Event::Text(words) => write(&mut open, &words),
            Event::CData(words) => write(&mut open, &words),
            Event::GeneralRef(name) => {
                let letter = name.resolve_char_ref().map_err(|error| error.to_string())?;
                match (letter, resolve_predefined_entity(&name)) {
                    (Some(letter), _) => write(&mut open, letter.encode_utf8(&mut [0; 4])),
                    (None, Some(meant)) => write(&mut open, meant),
                    (None, None) => return Err("an entity of its own".to_owned()),
                }
            }
            Event::DocType(_) => return Err("a document type".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => {
                let whole = root.filter(|_| open.is_empty());
                return whole.ok_or_else(|| "the end is missing".to_owned());
            }
        }
    }
}

fn write(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn put(parent: &mut Open, name: String, value: Value) {
    match parent.inside.get_mut(&name) {
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => {
            parent.inside.insert(name, value);
        }
    }
}

/// Returns everything in a list's element, by whatever names, of none, one or many.
pub(super) fn items(list: Option<&Value>) -> Vec<Value> {
    let Some(Value::Object(list)) = list else { return Vec::new() };
    list.values()
        .flat_map(|value| lenient::list(value).map_or(vec![value.clone()], Vec::from))
        .collect()
}

/// Escapes a text as the vendor's SDKs do.
pub(super) fn escaped(text: &str) -> String {
    partial_escape(text).into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_none_one_or_many_is_a_list() {
        for (text, wanted) in [
            ("<L/>", json!([])),
            ("<L><Items/></L>", json!([])),
            ("<L><Items><P>/a</P></Items></L>", json!(["/a"])),
            ("<L><Items><P>/a</P><P>/b</P><P>/c</P></Items></L>", json!(["/a", "/b", "/c"])),
            ("<L><Items><P><Id>1</Id></P></Items></L>", json!([{"Id": "1"}])),
        ] {
            let (_, list) = parse(text).unwrap();
            assert_eq!(Value::Array(items(list.get("Items"))), wanted, "{text}");
        }
    }

    #[test]
    fn texts_are_read_as_they_are_meant() {
        let text = "<?xml version=\"1.0\"?>\n<n:A xmlns:n=\"x\"> <B>/a &amp; b&#x2f;&lt;</B>\n\
                    <C><![CDATA[<x>&]]></C><!-- no --></n:A>";
        let (name, value) = parse(text).unwrap();
        assert_eq!((name.as_str(), value), ("A", json!({"B": "/a & b/<", "C": "<x>&"})));
        assert_eq!(escaped("/a&b<c>\"d'.jpg"), "/a&amp;b&lt;c&gt;\"d'.jpg");
    }

    #[test]
    fn what_could_grow_or_reach_out_is_refused() {
        for text in [
            "",
            "[]",
            "<a>",
            "<a></b>",
            "<a/><b></b>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>",
            "<a>&b;</a>",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"<a>".repeat(100_000)).is_err());
        assert!(parse(&format!("<a>{}</a>", "<b/>".repeat(MOST + 1))).is_err());
    }
}
