//! Bodies in XML: read as far as requests need it, and written.

use quick_xml::Reader;
use quick_xml::escape::{partial_escape, resolve_predefined_entity};
use quick_xml::events::Event;

/// The elements of a body without others in them, by name and text.
#[derive(Debug, Default)]
pub(super) struct Leaves(Vec<(String, String)>);

impl Leaves {
    /// Reads a body; `None` for what is no XML.
    pub(super) fn of(body: &str) -> Option<Self> {
        leaves(body).map(Self)
    }

    /// Returns the texts of all elements of a name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(known, _)| known == name);
        found.map(|(_, text)| text.clone()).collect()
    }

    /// Returns the text of the first element of a name; empty without one.
    pub(super) fn first(&self, name: &str) -> String {
        self.all(name).into_iter().next().unwrap_or_default()
    }
}

fn leaves(body: &str) -> Option<Vec<(String, String)>> {
    let mut reader = Reader::from_str(body);
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let (mut text, mut is_leaf) = (String::new(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(start.local_name().as_ref().to_owned());
                text.clear();
                is_leaf = true;
            }
            Event::End(_) => {
                let name = open.pop()?;
                if std::mem::take(&mut is_leaf) {
                    found.push((name, std::mem::take(&mut text)));
                }
            }
            Event::Empty(empty) => {
                found.push((empty.local_name().as_ref().to_owned(), String::new()));
                is_leaf = false;
            }
            Event::Text(words) => text.push_str(&words),
            Event::CData(words) => text.push_str(&words),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(letter) => text.push(letter),
                None => text.push_str(resolve_predefined_entity(&name)?),
            },
            Event::DocType(_) => return None,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return (open.is_empty() && !found.is_empty()).then_some(found),
        }
    }
}

/// Writes an element with XML in it.
pub(super) fn element(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

/// Writes an element with a text in it.
pub(super) fn leaf(name: &str, text: &(impl ToString + ?Sized)) -> String {
    element(name, &partial_escape(text.to_string().as_str()))
}

/// Writes a list with its length.
pub(super) fn counted(items: &[String]) -> String {
    leaf("Quantity", &items.len()) + &element("Items", &items.concat())
}
