//! Sitemaps: the addresses of their pages.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::form::is_address;
use super::places::LineCounter;
use super::{BrokenAt, Document, OmissionReason};

/// Reads every `<loc>`, of pages and of their pictures and films; the addresses of an index are
/// sitemaps themselves, and told so.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut lines = LineCounter::new(text);
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    // A part of a sitemap is one too.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut found: Option<Loc> = None;
    let mut in_index = false;
    // The names of the elements around.
    let mut inside: Vec<String> = Vec::new();
    loop {
        let from = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                let line = lines.line_of(at.min(text.len()));
                document.broken = Some(BrokenAt { line, words: error.to_string() });
                return document;
            }
        };
        match event {
            Event::Start(start) => {
                put_attributes(&start, lines.line_of(from), &mut document);
                inside.push(start.name().as_ref().to_owned());
                in_index |= start.local_name().as_ref() == "sitemap";
                if start.local_name().as_ref() == "loc" {
                    found = Some(Loc::default());
                }
            }
            Event::Empty(empty) => put_attributes(&empty, lines.line_of(from), &mut document),
            Event::End(end) if end.local_name().as_ref() == "loc" => {
                leave(&mut inside, end.name().as_ref());
                if let Some(loc) = found.take() {
                    let line = lines.line_of(loc.from.unwrap_or(from));
                    loc.put(line, text, &mut document);
                    if in_index {
                        document.omit(line, OmissionReason::Index, true);
                    }
                }
            }
            Event::End(end) => {
                leave(&mut inside, end.name().as_ref());
                in_index &= end.local_name().as_ref() != "sitemap";
            }
            Event::Text(words) => match &mut found {
                Some(loc) => loc.push(&words, from),
                None => put_others(&words, from, inside.last(), &mut lines, &mut document),
            },
            Event::CData(words) => match &mut found {
                Some(loc) => {
                    loc.push(&words, from);
                    loc.escaped = true;
                }
                None => put_others(&words, from, inside.last(), &mut lines, &mut document),
            },
            Event::GeneralRef(name) => {
                if let Some(loc) = &mut found {
                    loc.escaped = true;
                    match name.resolve_char_ref() {
                        Ok(Some(letter)) => loc.text.push(letter),
                        Ok(None) => match resolve_predefined_entity(&name) {
                            Some(meant) => loc.text.push_str(meant),
                            None => loc.push_entity(&name),
                        },
                        Err(_) => loc.push_entity(&name),
                    }
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => {
                // Cut off in the middle of an address.
                if let Some(loc) = found.take() {
                    let line = lines.line_of(loc.from.unwrap_or(from));
                    document.broken =
                        Some(BrokenAt { line, words: "the last <loc> is cut off".to_owned() });
                }
                return document;
            }
        }
    }
}

/// Leaves an element, and those in it that were not closed.
fn leave(inside: &mut Vec<String>, name: &str) {
    if let Some(at) = inside.iter().rposition(|it| it == name) {
        inside.truncate(at);
    }
}

/// Names an element that has an address as its attribute: `<xhtml:link href="…">`.
fn put_attributes(start: &BytesStart<'_>, line: usize, document: &mut Document<'_>) {
    let has_address = start.attributes().flatten().any(|attribute| {
        let is_named = matches!(attribute.key.as_ref(), "href" | "src" | "url");
        is_named && (is_address(&attribute.value) || attribute.value.contains("://"))
    });
    if has_address {
        document.omit(line, OmissionReason::Key(start.name().as_ref().to_owned()), true);
    }
}

/// Names the addresses of a text that is in no `<loc>`: of other elements, or around the sitemap.
fn put_others(
    words: &str,
    from: usize,
    element: Option<&String>,
    lines: &mut LineCounter<'_>,
    document: &mut Document<'_>,
) {
    let mut at = from;
    for words in words.split('\n') {
        if words.contains("://") || words.split_whitespace().any(is_address) {
            let key = |name: &String| OmissionReason::Key(name.clone());
            let reason = element.map_or(OmissionReason::OtherForm, key);
            document.omit(lines.line_of(at), reason, true);
        }
        at += words.len() + 1;
    }
}

/// The address that is being read.
#[derive(Default)]
struct Loc {
    text: String,
    /// The first byte of its text.
    from: Option<usize>,
    /// True if the document writes it otherwise.
    escaped: bool,
}

impl Loc {
    fn push(&mut self, text: &str, from: usize) {
        if self.from.is_none() && !text.trim().is_empty() {
            let blanks = text.len() - text.trim_start().len();
            self.from = Some(from + blanks);
        }
        self.text.push_str(text);
    }

    /// Adds an entity that nobody knows as it stands.
    fn push_entity(&mut self, name: &str) {
        self.text.extend(["&", name, ";"]);
    }

    fn put<'a>(self, line: usize, source: &'a str, document: &mut Document<'a>) {
        let text = self.text.trim();
        let place = self.from.map(|from| from..from + text.len());
        let there = place.clone().and_then(|place| source.get(place));
        match there.filter(|there| !self.escaped && *there == text) {
            Some(there) => document.put(line, Cow::Borrowed(there), place),
            None if text.is_empty() => document.omit(line, OmissionReason::Empty, false),
            None => document.put(line, Cow::Owned(text.to_owned()), None),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        read(text).entries.into_iter().map(|entry| entry.text.into_owned()).collect()
    }

    #[test]
    fn every_page_is_read_and_decoded() {
        let text = "<?xml version=\"1.0\"?>\n<urlset xmlns=\"x\" xmlns:i=\"y\">\n <url>\n  <loc>\n   https://h.com/a?cat=1&amp;page=2&#38;z </loc>\n\
            <lastmod>2026-11-20</lastmod><i:i><i:loc>https://h.com/i.jpg</i:loc></i:i></url>\n\
            <!-- <loc>https://h.com/old</loc> --><url><loc><![CDATA[https://h.com/b?x&y]]></loc></url></urlset>";
        assert_eq!(
            texts(text),
            ["https://h.com/a?cat=1&page=2&z", "https://h.com/i.jpg", "https://h.com/b?x&y"]
        );
        let document = read(text);
        let lines: Vec<_> = document.entries.iter().map(|it| it.line).collect();
        assert_eq!(lines, [4, 5, 6]);
        let place = document.entries[1].place.clone().unwrap();
        assert_eq!(&text[place], "https://h.com/i.jpg");
    }

    #[test]
    fn a_part_of_one_is_read_and_an_index_is_named() {
        assert_eq!(
            texts("<url><loc>https://h.com/a.html</loc></url><url><loc>https://h.com/b</loc>"),
            ["https://h.com/a.html", "https://h.com/b"]
        );
        let index =
            "<sitemapindex><sitemap><loc>https://h.com/s1.xml</loc></sitemap></sitemapindex>";
        let document = read(index);
        assert_eq!(document.entries.len(), 1);
        assert_eq!(document.omissions[0].reason, OmissionReason::Index);
    }

    #[test]
    fn addresses_that_are_no_pages_are_named() {
        let text = "https://h.com/0\n<urlset><url><loc>https://h.com/a</loc>\n\
            <x:link hreflang='de' href='https://h.com/de/'/>\n\
            <video:content_loc>https://h.com/v.mp4</video:content_loc></url></urlset>\n/b\n";
        assert_eq!(texts(text), ["https://h.com/a"]);
        let named: Vec<_> =
            read(text).omissions.into_iter().map(|it| (it.line, it.reason)).collect();
        let key = |name: &str| OmissionReason::Key(name.to_owned());
        assert_eq!(
            named,
            [
                (0, OmissionReason::OtherForm),
                (2, key("x:link")),
                (3, key("video:content_loc")),
                (4, OmissionReason::OtherForm),
            ]
        );
    }

    #[test]
    fn a_broken_one_says_where() {
        assert!(read("<urlset>\n<url><loc>https://h.com/a").broken.is_some());
        assert_eq!(read("<urlset>\n<url\n").broken.map(|it| it.line > 0), Some(true));
    }
}
