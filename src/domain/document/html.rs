//! HTML: the addresses of links, pictures and scripts, and full URLs in its text.

use std::borrow::Cow;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use super::form::{is_address, is_http};
use super::markup::urls_in;
use super::places::LineCounter;
use super::{Document, OmissionReason};

/// Attributes that hold an address.
const ADDRESSES: [&[u8]; 5] = [b"href", b"src", b"data-src", b"poster", b"content"];

/// Reads the addresses of a page or of a part of one, each once for each time it stands there.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut lines = LineCounter::new(text);
    let emitter = DefaultEmitter::<usize>::new_with_span();
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) => {
                let line = lines.line_of(tag.span.start);
                for (name, value) in &tag.attributes {
                    let Ok(value) = std::str::from_utf8(value) else { continue };
                    let value = value.trim();
                    if name.as_slice() == b"srcset" {
                        let sources =
                            value.split(',').filter_map(|it| it.split_whitespace().next());
                        for source in sources.filter(|it| is_address(it)) {
                            document.put(line, Cow::Owned(source.to_owned()), None);
                        }
                    } else if ADDRESSES.contains(&name.as_slice()) && is_address(value) {
                        document.put(line, Cow::Owned(value.to_owned()), None);
                    } else if ADDRESSES.contains(&name.as_slice()) && name.as_slice() != b"content"
                    {
                        document.omit(line, OmissionReason::Words, false);
                    } else if is_http(value) {
                        document.omit(line, OmissionReason::Words, true);
                    }
                }
            }
            Token::String(string) => {
                let Ok(words) = std::str::from_utf8(&string) else { continue };
                let mut within = LineCounter::new(words);
                let first = lines.line_of(string.span.start);
                for url in urls_in(words) {
                    let line = first + within.line_of(url.start);
                    let url = words.get(url).unwrap_or_default();
                    document.put(line, Cow::Owned(url.to_owned()), None);
                }
            }
            Token::EndTag(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    document.entries.sort_by_key(|entry| entry.line);
    document
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
