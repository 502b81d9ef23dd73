//! From a pasted text to its entries: which pieces of it name something to purge, and on which line
//! each stands.

use std::borrow::Cow;
use std::ops::Range;

use super::curl;
use super::split::{self, Piece};

/// One piece of a draft that names something to purge, or was clearly meant to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftEntry<'a> {
    /// Its line in the text, counted from 0.
    pub line: usize,
    /// The piece, without quotes, brackets and blanks around it. Empty where somebody quoted
    /// nothing.
    pub text: Cow<'a, str>,
    /// True if its line says nothing else, but for a comment.
    pub alone: bool,
    /// The last line of what it stands in: a command may go on over several.
    pub until: usize,
    /// Its bytes in the text; those of the whole word where it stands there with escapes, `None`
    /// where it cannot be pointed at.
    pub place: Option<Range<usize>>,
}

/// The contents of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftEntries<'a> {
    /// The entries, in their order.
    pub entries: Vec<DraftEntry<'a>>,
    /// Lines with a comment: `#` and whatever follows, at the start of a line or after a blank.
    pub comments: Vec<usize>,
    /// Lines of which something was passed over: columns, words, a curl line's options.
    pub passed_over: Vec<usize>,
}

/// Reads a draft's text. Every line is looked at once; nothing is ever refused here.
///
/// An entry is a full URL, a host with a path, or a path; on a line of its own or several to a line
/// between blanks, commas, semicolons or tabs; plain, quoted, in `<…>`, as a Markdown bullet or
/// link, as a JSON list, or as the argument of a curl command line, which may go on over lines that
/// end in a backslash. Of rows with columns, the columns that look like targets are taken; under a
/// heading with `url` or `path` in it, that column.
pub fn read(text: &str) -> DraftEntries<'_> {
    let mut reading = DraftEntries::default();
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate().peekable();
    let mut heading: Option<split::Heading> = None;
    let mut first = true;
    let mut pieces = Vec::new();
    while let Some((number, line)) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with('#') {
            reading.comments.push(number);
            continue;
        }
        if std::mem::take(&mut first) {
            heading = split::heading(trimmed);
            if heading.is_some() {
                reading.passed_over.push(number);
                continue;
            }
        }
        if let Some(command) = curl::command(trimmed) {
            let (mut whole, mut until, mut last) = (Cow::Borrowed(command), number, command);
            while let Some(open) = whole.strip_suffix('\\') {
                let Some((number, next)) = lines.next() else {
                    break;
                };
                (until, last) = (number, next);
                whole = Cow::Owned(format!("{open} {}", next.trim()));
            }
            let from = place_of(text, command).map_or(0, |place| place.start);
            let end = place_of(text, last).map_or(from, |place| place.end);
            let typed = text.get(from..end).unwrap_or_default();
            reading.passed_over.push(number);
            let urls = curl::urls(&whole, typed).into_iter();
            reading.entries.extend(urls.map(|(url, place)| DraftEntry {
                line: number,
                text: Cow::Owned(url),
                alone: false,
                until,
                place: place.map(|place| from + place.start..from + place.end),
            }));
            continue;
        }
        // A blank and a # never stand inside a URL.
        let trimmed = match comment_at(trimmed) {
            Some(at) => {
                reading.comments.push(number);
                trimmed.get(..at).unwrap_or_default().trim_end()
            }
            None => trimmed,
        };
        match heading {
            Some(heading) => heading.pieces(trimmed, &mut pieces),
            None => split::line(trimmed, &mut pieces),
        }
        let alone = matches!(pieces.as_slice(), [Piece::Entry(_)]);
        for piece in pieces.drain(..) {
            match piece {
                Piece::Entry(piece) => reading.entries.push(DraftEntry {
                    line: number,
                    text: Cow::Borrowed(piece),
                    alone,
                    until: number,
                    place: place_of(text, piece),
                }),
                Piece::PassedOver => {
                    if reading.passed_over.last() != Some(&number) {
                        reading.passed_over.push(number);
                    }
                }
            }
        }
    }
    reading
}

/// Returns the bytes of a text that a part of it was borrowed from.
fn place_of(text: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let place = start..start.checked_add(part.len())?;
    (text.get(place.clone()) == Some(part)).then_some(place)
}

/// Finds the start of a comment at the end of a line.
fn comment_at(line: &str) -> Option<usize> {
    line.find(" #").or_else(|| line.find("\t#"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        read(text).entries.into_iter().map(|entry| entry.text.into_owned()).collect()
    }

    #[test]
    fn anything_that_people_paste_is_read() {
        for (text, entries) in [
            ("/a.jpg", &["/a.jpg"][..]),
            ("  https://h.com/a?b=1#c \r\n", &["https://h.com/a?b=1#c"]),
            ("h.com/a h.com/b", &["h.com/a", "h.com/b"]),
            ("/a, /b,/c", &["/a", "/b", "/c"]),
            ("/a;/b", &["/a", "/b"]),
            ("/a,*", &["/a,*"]),
            ("/a\t200\tGET", &["/a"]),
            (
                "- /a\n* /b\n+ /c\n1. /d\n2) /e\n- [ ] /f\n> /g",
                &["/a", "/b", "/c", "/d", "/e", "/f", "/g"],
            ),
            ("* /img/*", &["/img/*"]),
            ("*.jpg", &["*.jpg"]),
            ("*", &["*"]),
            ("\"/a\" '/b' `/c` </d>", &["/a", "/b", "/c", "/d"]),
            ("[\"/a\", \"/b\"]", &["/a", "/b"]),
            ("{\"urls\": [\"/a\",\n\"/b\"]}", &["/a", "/b"]),
            ("[hero](https://h.com/a.jpg) and [b](/b)", &["https://h.com/a.jpg", "/b"]),
            ("- [a link](/wiki/A_(b))", &["/wiki/A_(b)"]),
            ("/wiki/A_(b)", &["/wiki/A_(b)"]),
            ("(/a)", &["/a"]),
            ("/img/w_200,h_300/a.jpg", &["/img/w_200,h_300/a.jpg"]),
            ("/a;jsessionid=1?x=1", &["/a;jsessionid=1?x=1"]),
            ("2026-01-01,https://h.com/a,200", &["https://h.com/a"]),
            ("url,status\n/a,200\n\"/b,c\",404", &["/a", "/b,c"]),
            ("status;path\n200;/a", &["/a"]),
            ("GET /a HTTP/1.1", &["/a"]),
            ("/img/my photo.jpg", &["/img/my photo.jpg"]),
            ("\"/img/my photo.jpg\"", &["/img/my photo.jpg"]),
            ("\"\"", &[""]),
            ("img/a.jpg", &["img/a.jpg"]),
            ("index.html", &["index.html"]),
            ("# note\n\n/a", &["/a"]),
            ("/a # note\n/b\t# note\n/c#top", &["/a", "/b", "/c#top"]),
            ("\u{feff}/a", &["/a"]),
            ("", &[]),
        ] {
            assert_eq!(texts(text), entries, "{text:?}");
        }
    }

    #[test]
    fn a_curl_line_gives_its_urls_and_nothing_else() {
        let text = "$ curl -sS -X POST -H 'Host: x.com/y' \\\n  -o /dev/null --url https://h.com/a 'h.com/b c'\n/d";
        let reading = read(text);
        let entries: Vec<_> =
            reading.entries.iter().map(|entry| (entry.line, entry.text.as_ref())).collect();
        assert_eq!(entries, [(0, "https://h.com/a"), (0, "h.com/b c"), (2, "/d")]);
    }

    #[test]
    fn every_entry_knows_its_place_in_the_text() {
        let text = "\u{feff}url,x\n\"/ä,b\",1\n$ curl -H 'Referer: https://h.com/a' \\\n  \
                    --url='https://h.com/a' https://h.com/c\\?d -o f\n\"\",2";
        let places = |text: &str| -> Vec<String> {
            let entries = read(text).entries.into_iter();
            let places = entries.map(|entry| entry.place.and_then(|place| text.get(place)));
            places.map(|place| place.unwrap_or("none").to_owned()).collect()
        };
        assert_eq!(places(text), ["/ä,b", "https://h.com/a", "https://h.com/c\\?d", ""]);
        assert_eq!(places("- [one](/e) [two](</f>)\n\"/g h\""), ["/e", "/f", "/g h"]);
        let header = text.find("https://h.com/a").unwrap_or_default();
        let second = read(text).entries.into_iter().nth(1).and_then(|entry| entry.place);
        assert!(second.is_some_and(|place| place.start > header), "not the header's");
        // Where quotes do not close, words are split at blanks.
        assert_eq!(places("curl -H 'x https://h.com/a"), ["https://h.com/a"]);
    }

    #[test]
    fn every_entry_knows_its_line_and_what_was_left_out_is_told() {
        let reading = read("# one\n/a /b\n\nGET /c 200\n");
        let lines: Vec<_> = reading.entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [1, 1, 3]);
        assert_eq!(reading.comments, [0]);
        assert_eq!(reading.passed_over, [3]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_read(text in "\\PC*|[ -~\\n\\t]*|([/*\"'<>()\\[\\]`,; \\\\\\n-]|curl |http://|a)*") {
            let reading = read(&text);
            let lines = text.lines().count();
            for entry in reading.entries {
                prop_assert!(entry.line < lines);
                prop_assert_eq!(entry.text.trim(), entry.text.as_ref());
                let place = entry.place.and_then(|place| text.get(place));
                if let Cow::Borrowed(borrowed) = entry.text {
                    prop_assert_eq!(place, Some(borrowed));
                }
            }
        }

        #[test]
        fn plain_paths_one_to_a_line_come_back_as_they_are(paths in proptest::collection::vec("/[a-zA-Z0-9_./%=&?*~:@!$+,-]{0,30}", 0..20)) {
            // A comma or semicolon at the very end is taken for a separator.
            let paths: Vec<_> = paths.into_iter().filter(|path| !path.ends_with(',') && !path.contains(",/") && !path.starts_with("//")).collect();
            prop_assert_eq!(texts(&paths.join("\n")), paths);
        }
    }
}
