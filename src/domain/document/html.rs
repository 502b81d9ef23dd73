//! HTML: the addresses of links and pictures, and full URLs in its text.

mod base;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use html5gum::emitters::default::{DefaultEmitter, StartTag};
use html5gum::{Error, Token, Tokenizer};

use super::form::{has_scheme, is_address};
use super::markup::urls_in;
use super::places::LineCounter;
use super::{BrokenAt, Document, OmissionReason};

use base::Base;

/// Attributes that hold an address.
const ADDRESSES: [&[u8]; 5] = [b"href", b"src", b"data-src", b"poster", b"content"];

/// Attributes with the addresses of languages and vocabularies, which nobody serves there.
const VOCABULARIES: [&str; 5] = ["xmlns", "itemtype", "prefix", "vocab", "typeof"];

/// Links to hosts, which ask for nothing there.
const HINTS: [&str; 2] = ["preconnect", "dns-prefetch"];

/// Elements whose text is code.
const CODE: [&[u8]; 2] = [b"script", b"style"];

/// Reads the addresses of a page or of a part of one, each once for each time it stands there.
/// Relative ones are read where the page says its base.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut lines = LineCounter::new(text);
    let last = text.matches('\n').count();
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut base: Option<Base> = None;
    let mut code: Option<String> = None;
    let mut named: Vec<String> = Vec::new();
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) => {
                let line = lines.line_of(tag.span.start);
                if CODE.contains(&tag.name.as_slice()) {
                    code = std::str::from_utf8(&tag.name).ok().map(str::to_owned);
                }
                if tag.name.as_slice() == b"base" {
                    base = base.or_else(|| Base::new(attribute(&tag, b"href")?));
                } else {
                    put_tag(&tag, line, base.as_ref(), &mut document);
                }
            }
            Token::EndTag(tag) if CODE.contains(&tag.name.as_slice()) => code = None,
            Token::String(string) => {
                let Ok(words) = std::str::from_utf8(&string) else { continue };
                let line = lines.line_of(string.span.start);
                match &code {
                    Some(name) if words.contains("://") && !named.contains(name) => {
                        document.omit(line, OmissionReason::Key(name.clone()), true);
                        named.push(name.clone());
                    }
                    Some(_) => {}
                    None => put_words(words, line..=last, &mut document),
                }
            }
            Token::Error(error) if error.value == Error::EofInTag => {
                let line = lines.line_of(text.trim_end().len());
                let words = "the last tag is cut off".to_owned();
                document.broken = Some(BrokenAt { line, words });
            }
            Token::EndTag(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    document.entries.sort_by_key(|entry| entry.line);
    document.omissions.sort_by_key(|omission| omission.line);
    document
}

fn attribute<'t>(tag: &'t StartTag<usize>, name: &[u8]) -> Option<&'t str> {
    let mut attributes = tag.attributes.iter().filter(|(it, _)| it.as_slice() == name);
    attributes.next().and_then(|(_, value)| std::str::from_utf8(value).ok()).map(str::trim)
}

fn put_tag(tag: &StartTag<usize>, line: usize, base: Option<&Base>, document: &mut Document<'_>) {
    let rel = attribute(tag, b"rel").unwrap_or_default();
    if rel.split_whitespace().any(|it| HINTS.iter().any(|hint| hint.eq_ignore_ascii_case(it))) {
        document.omit(line, OmissionReason::Words, false);
        return;
    }
    for (name, value) in &tag.attributes {
        let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else {
            continue;
        };
        let value = value.trim();
        if name == "srcset" {
            let sources = value.split(',').filter_map(|it| it.split_whitespace().next());
            sources.for_each(|it| put_link(name, it, line, base, document));
        } else if ADDRESSES.contains(&name.as_bytes()) && (name != "content" || is_address(value)) {
            put_link(name, value, line, base, document);
        } else if value.contains("://") || (name == "style" && value.contains("url(")) {
            let is_vocabulary = VOCABULARIES.iter().any(|it| name.starts_with(it));
            let reason = OmissionReason::Key(name.to_owned());
            document.omit(line, reason, !is_vocabulary);
        }
    }
}

fn put_link(
    name: &str,
    value: &str,
    line: usize,
    base: Option<&Base>,
    document: &mut Document<'_>,
) {
    let letter = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
    let has_other_scheme = !has_scheme(value)
        && value.split_once(':').is_some_and(|(it, _)| !it.is_empty() && it.chars().all(letter));
    if value.is_empty() || value.starts_with('#') || has_other_scheme {
        document.omit(line, OmissionReason::Words, false);
    } else if let Some(address) = base.and_then(|base| base.join(value)) {
        document.put(line, Cow::Owned(address), None);
    } else if has_scheme(value) || value.starts_with('/') {
        document.put(line, Cow::Owned(value.to_owned()), None);
    } else {
        document.omit(line, OmissionReason::Key(name.to_owned()), true);
    }
}

/// Puts the full URLs of a text that begins on the first of these lines; other lines of it that are
/// addresses are named. Where a page has NULs, the tokenizer tells a later start than the text's.
fn put_words(words: &str, within: RangeInclusive<usize>, document: &mut Document<'_>) {
    for (number, words) in words.split('\n').enumerate() {
        let line = (within.start() + number).min(*within.end());
        let mut is_read = false;
        for url in urls_in(words) {
            let url = words.get(url).unwrap_or_default();
            document.put(line, Cow::Owned(url.to_owned()), None);
            is_read = true;
        }
        if !is_read && is_address(words.trim()) {
            document.omit(line, OmissionReason::OtherForm, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_to_stand_behind_the_last_line() {
        let document = read("a<a href=\"/x\">\n\0\0\0b\n/c\n/d\n/e");
        let lines = document.entries.iter().map(|it| it.line);
        let lines = lines.chain(document.omissions.iter().map(|it| it.line));
        assert_eq!(lines.max(), Some(4));
    }

    #[test]
    fn addresses_of_links_and_pictures_are_read_with_entities_undone() {
        let text = "<p>See <a href=\"https://h.com/a?x=1&amp;y=2\" title='https'>here</a>\n<img src=/img/b.jpg srcset=\"/img/b1.jpg 1x, /img/b2.jpg 2x\">\nhttps://h.com/c. <a href='#top'>top</a></p>";
        let document = read(text);
        let entries: Vec<_> =
            document.entries.iter().map(|it| (it.line, it.text.as_ref())).collect();
        assert_eq!(
            entries,
            [
                (0, "https://h.com/a?x=1&y=2"),
                (1, "/img/b.jpg"),
                (1, "/img/b1.jpg"),
                (1, "/img/b2.jpg"),
                (2, "https://h.com/c"),
            ]
        );
    }

    #[test]
    fn nothing_but_links_is_an_address_and_what_else_is_there_is_named() {
        let text = "<link rel=preconnect href='https://o.com'><a href='/'>home</a>\n\
            <script>var u='https://h.com/s', v='<a href=\"/v\">';</script>\n<a href=b.html>b</a>\n\
            <p style='background:url(/c.jpg)'><a href='mailto:x@h.com'>m</a>\n/d.html\n";
        let document = read(text);
        let texts: Vec<_> = document.entries.iter().map(|it| it.text.as_ref()).collect();
        assert_eq!(texts, ["/"]);
        let named: Vec<_> =
            document.omissions.iter().filter(|it| it.doubtful).map(|it| it.line).collect();
        assert_eq!(named, [1, 2, 3, 4]);
        assert_eq!(
            read("<a href='https://h.com/a'>a</a>\n<a href=\"https://h.com/c/lo\n").broken,
            Some(BrokenAt { line: 1, words: "the last tag is cut off".to_owned() })
        );
    }

    #[test]
    fn relative_links_are_read_where_the_page_says_its_base() {
        let read_all = |base: &str| -> Vec<String> {
            let text = format!("<base href='{base}'><a href=p.html>x</a><a href='/r?a b'>y</a>");
            read(&text).entries.into_iter().map(|it| it.text.into_owned()).collect()
        };
        assert_eq!(
            read_all("https://h.com/dir/"),
            ["https://h.com/dir/p.html", "https://h.com/r?a%20b"]
        );
        assert_eq!(read_all("/dir/"), ["/dir/p.html", "/r?a%20b"]);
    }
}
