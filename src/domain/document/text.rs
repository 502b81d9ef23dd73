//! Text: targets among words, bullets, quotes, links, comments and command lines.
//!
//! A comma or semicolon may be part of a URL, so it separates only where something follows that
//! cannot be the rest of one. Where it is doubtful whether a word belongs to a target, the words
//! stay together and the linter complains: a refused line costs a second, a target cut short costs
//! a wrong purge.

mod collected;
mod line;

use std::borrow::Cow;

use super::command::{CommandLine, command_at};
use super::escape::without_stars;
use super::form::{has_scheme, is_address, is_http, is_relative, is_target};
use super::host::{Told, on_host};
use super::places::place_of;
use super::{Document, DocumentEntry, OmissionReason, label, log, logged};

use line::{Piece, without_bullet};

/// The number of lines by which a shell's history is known.
const SAMPLE: usize = 50;

/// Returns true if a text begins with a command line, or is a shell's history with one.
pub(super) fn is_command(text: &str) -> bool {
    let mut rest = text;
    loop {
        let line = rest.lines().next().unwrap_or_default();
        let start = line.trim_start();
        let is_passed = start.is_empty() || start.starts_with('#') || start.starts_with("$ ");
        if !start.starts_with('#') && command_at(rest).is_some() {
            return true;
        }
        match rest.get(line.len() + 1..) {
            Some(next) if is_passed && !next.is_empty() => rest = next,
            _ => break,
        }
    }
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE);
    let numbered = |line: &str| past_number(line).filter(|at| *at > 0);
    lines().all(|line| numbered(line).is_some())
        && lines().any(|it| numbered(it).and_then(|at| command_at(it.get(at..)?)).is_some())
}

/// Returns the bytes of the number before a line of a shell's history; 0 where it has none.
fn past_number(line: &str) -> Option<usize> {
    let rest = line.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest.get(digits..)?.trim_start_matches('*');
    let is_number = digits > 0 && after.starts_with([' ', '\t']);
    Some(if is_number { line.len() - after.trim_start().len() } else { 0 })
}

/// Reads command lines. Nothing else is a target there: comments, other commands and what commands
/// answered are named. Lines of `METHOD URL` are read, since people mix them in.
pub(super) fn read_commands(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let (mut number, mut at) = (0, 0);
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let from = at + past_number(line).unwrap_or_default();
        let command = text.get(from..).filter(|_| !line.trim_start().starts_with('#'));
        if let Some(command) = command.and_then(command_at) {
            let end = (from - at + command.length).max(line.len()).min(rest.len());
            let lines = rest.get(..end).unwrap_or(line).matches('\n').count();
            put_command(command, (number, number + lines), from, text, &mut document);
            number += lines + 1;
            at += end + 1;
            continue;
        }
        put_no_command(line.trim(), number, text, &mut document);
        number += 1;
        at += line.len() + 1;
    }
    document
}

fn put_no_command<'a>(line: &'a str, number: usize, text: &'a str, document: &mut Document<'a>) {
    let asked = ["GET ", "HEAD ", "PURGE "].iter().find_map(|it| line.strip_prefix(it));
    let asked = asked.map(str::trim).filter(|it| is_target(it) && !it.contains([' ', '\t', '*']));
    if let Some(target) = asked {
        document.put(number, Cow::Borrowed(target), place_of(text, target));
        document.omit(number, OmissionReason::Words, false);
    } else if !line.is_empty() {
        let is_comment = line.starts_with('#');
        let reason = if is_comment { OmissionReason::Comment } else { OmissionReason::OtherForm };
        document.omit(number, reason, line.contains("://") || has_address(line));
    }
}

/// Programs of a shell whose arguments are a machine's own.
const SHELL_PROGRAMS: [&str; 22] = [
    "cat",
    "cd",
    "chmod",
    "chown",
    "cp",
    "docker",
    "kubectl",
    "less",
    "ls",
    "mkdir",
    "mv",
    "nano",
    "nginx",
    "rm",
    "rsync",
    "scp",
    "ssh",
    "sudo",
    "systemctl",
    "tail",
    "vi",
    "vim",
];

/// Returns true if a line is a command of a program that is not read: one that a shell has, or a
/// word and an option after it.
fn is_other_command(line: &str) -> bool {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let Some((program, rest)) = line.split_once(' ') else { return false };
    let is_option = |word: &str| {
        let name = word.trim_start_matches('-');
        let dashes = word.len() - name.len();
        (dashes == 1 || dashes == 2) && name.starts_with(|it: char| it.is_ascii_alphabetic())
    };
    let is_word = program.starts_with(|it: char| it.is_ascii_lowercase())
        && program.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it));
    is_word
        && (is_option(rest.split(' ').next().unwrap_or_default())
            || (SHELL_PROGRAMS.contains(&program) && rest.starts_with(['/', '-', '~', '.'])))
}

/// Reads text. Every line is looked at once; nothing is ever refused here.
///
/// An entry is a full URL, a host with a path, or a path; on a line of its own or several to a line
/// between blanks, commas, semicolons or tabs; plain, quoted, in `<…>`, as a Markdown bullet, link
/// or table, as a JSON list, or as the argument of a command line, which may go on over lines.
pub(super) fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut pieces = Vec::new();
    let (mut number, mut at) = (0, 0);
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let is_comment = line.trim_start().starts_with('#');
        if let Some(command) = command_at(rest).filter(|_| !is_comment) {
            let end = command.length.max(line.len()).min(rest.len());
            let lines = rest.get(..end).unwrap_or(line).matches('\n').count();
            put_command(command, (number, number + lines), at, text, &mut document);
            number += lines + 1;
            at += end + 1;
            continue;
        }
        if let Some(wrapped) = wrapped(rest) {
            let before = line.get(..wrapped.from).unwrap_or_default();
            put_line(before.trim(), number, text, &mut pieces, &mut document);
            let entry = DocumentEntry {
                line: number,
                text: Cow::Owned(wrapped.url),
                alone: false,
                until: number + 1,
                place: None,
            };
            document.entries.push(entry);
            // What stands behind it is a line of its own.
            number += 1;
            at += wrapped.until;
            let behind = text.get(at..).and_then(|it| it.split('\n').next()).unwrap_or_default();
            put_line(behind.trim(), number, text, &mut pieces, &mut document);
            number += 1;
            at += behind.len() + 1;
            continue;
        }
        put_line(line.trim(), number, text, &mut pieces, &mut document);
        number += 1;
        at += line.len() + 1;
    }
    pass_over_words(&mut document);
    document
}

/// A URL in angle brackets that goes on over the end of its line.
struct Wrapped {
    url: String,
    /// The byte of its opening bracket.
    from: usize,
    /// The byte behind its closing one.
    until: usize,
}

/// Finds a URL that is put together again from two lines, as RFC 3986 says in its appendix C:
/// angle brackets hold it together.
fn wrapped(rest: &str) -> Option<Wrapped> {
    let (line, next) = rest.split_once('\n')?;
    let from = line.rfind("<http")?;
    let start = line.get(from + 1..)?.trim_end();
    // Of the next line alone, or each of many open brackets would cost a look at the whole text.
    let end = next.split('\n').next().unwrap_or(next).find('>')?;
    let more = next.get(..end)?.trim_start();
    let is_part = |it: &str| {
        !it.is_empty() && !it.contains(|it: char| it.is_whitespace() || "<>|".contains(it))
    };
    let url = [start, more].concat();
    (is_http(start) && is_part(start) && is_part(more) && !more.contains("://"))
        .then_some(Wrapped { url, from, until: line.len() + 1 + end + 1 })
}

/// Returns true if a word is neither an address nor a path that ends as a file does: `done`, `N/A`,
/// `24/7`, `v1.2.3`.
fn is_no_file(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let is_one = !word.contains(char::is_whitespace);
    is_one && !is_target(word) && (name.is_empty() || !is_relative(name))
}

/// Marks that end a sentence or a part of it.
const ENDS: [char; 5] = ['.', '!', '?', ':', ','];

/// Passes over single words where others are paths or URLs: `thanks` under a list is no target.
fn pass_over_words(document: &mut Document<'_>) {
    let is_word = |entry: &DocumentEntry<'_>| {
        let word = entry.text.trim_end_matches(ENDS);
        let is_labelled = label::parse(&entry.text).is_some();
        entry.alone
            && !is_labelled
            && !word.is_empty()
            && !word.contains(['*', '%', '\\'])
            && is_no_file(word)
    };
    if !document.entries.iter().any(|entry| is_address(&entry.text)) {
        return;
    }
    let words = document.entries.extract_if(.., |entry| is_word(entry));
    // One that ends as a sentence does is no name of a file.
    let doubtful = |entry: &DocumentEntry<'_>| !entry.text.ends_with(ENDS);
    let words: Vec<(usize, bool)> = words.map(|entry| (entry.line, doubtful(&entry))).collect();
    for (line, doubtful) in &words {
        document.omit(*line, OmissionReason::Words, *doubtful);
    }
    if !words.is_empty() {
        document.omissions.sort_by_key(|omission| omission.line);
    }
}

fn put_command<'a>(
    command: CommandLine,
    (line, until): (usize, usize),
    at: usize,
    text: &'a str,
    document: &mut Document<'a>,
) {
    document.omit(line, OmissionReason::Words, false);
    for argument in command.not_taken {
        document.omit(line, OmissionReason::Argument(argument), true);
    }
    for mut url in command.urls {
        if !url.has_wildcards && url.text.contains('*') {
            url.text = without_stars(&url.text);
            url.place = None;
            document.omit(line, OmissionReason::Star, false);
        }
        let place = url.place.map(|place| at + place.start..at + place.end);
        let there = place.clone().and_then(|place| text.get(place));
        let written = match there.filter(|there| *there == url.text) {
            Some(there) => Cow::Borrowed(there),
            None => Cow::Owned(url.text),
        };
        document.entries.push(DocumentEntry { line, text: written, alone: false, until, place });
    }
}

/// Returns true if one of the words is an address.
fn has_address(words: &str) -> bool {
    words.split(' ').any(is_address)
}

fn put_line<'a>(
    line: &'a str,
    number: usize,
    text: &'a str,
    pieces: &mut Vec<Piece<'a>>,
    document: &mut Document<'a>,
) {
    if line.is_empty() {
        return;
    }
    if put_labelled(line, number, text, document) || collected::put(line, number, text, document) {
        return;
    }
    if let Some(request) = logged::line(line) {
        log::put_logged(request, number, text, document);
        document.omit(number, OmissionReason::Words, false);
        return;
    }
    if asks_otherwise(line) {
        document.omit(number, OmissionReason::Method, false);
        return;
    }
    if line.starts_with('#') {
        document.omit(number, OmissionReason::Comment, has_address(line));
        return;
    }
    if is_other_command(line) {
        document.omit(number, OmissionReason::OtherForm, has_address(line));
        return;
    }
    let words = match comment_at(line) {
        Some(at) => {
            document.omit(number, OmissionReason::Comment, false);
            line.get(..at).unwrap_or_default().trim_end()
        }
        None => line,
    };
    line::pieces(words, pieces);
    let alone = matches!(pieces.as_slice(), [Piece::Entry { .. }]);
    let told = if alone { Told::default() } else { told_by_words(words) };
    let is_path =
        |piece: &Piece<'_>| matches!(piece, Piece::Entry { source, .. } if source.starts_with('/'));
    let is_row = told.host().is_some() && pieces.iter().any(is_path);
    for piece in pieces.drain(..) {
        match piece {
            // Beside a host and its path, an address is a referrer or a ticket's.
            Piece::Entry { source, .. } if is_row && has_scheme(source) => {
                document.omit(number, OmissionReason::OtherForm, true);
            }
            Piece::Entry { source, .. } if told.is_torn && source.starts_with('/') => {
                document.omit(number, OmissionReason::OtherForm, true);
            }
            Piece::Entry { source, .. }
                if let Some(host) = told.host()
                    && source.starts_with('/') =>
            {
                let url = on_host(host, source).unwrap_or_default();
                document.put(number, Cow::Owned(url), None);
            }
            Piece::Entry { source, meant } => {
                let place = place_of(text, source);
                let text = meant.map_or(Cow::Borrowed(source), Cow::Owned);
                let entry = DocumentEntry { line: number, text, alone, until: number, place };
                document.entries.push(entry);
            }
            Piece::Omitted(reason) => {
                let doubtful = reason == OmissionReason::StarsAround;
                document.omit(number, reason, doubtful);
            }
        }
    }
}

/// Puts what a label says the kind of. A header of tags is told: to purge them is meant by choice.
fn put_labelled<'a>(
    line: &'a str,
    number: usize,
    text: &'a str,
    document: &mut Document<'a>,
) -> bool {
    if label::is_tag_header(line) {
        document.omit(number, OmissionReason::TagHeader, true);
        return true;
    }
    let bare = without_bullet(line);
    let end = comment_at(bare).unwrap_or(bare.len());
    let words = bare.get(..end).unwrap_or(bare).trim_end();
    if !label::put(words, number, text, document) {
        return false;
    }
    if end < bare.len() {
        document.omit(number, OmissionReason::Comment, false);
    }
    true
}

/// The host that the words of a line tell beside its paths: `| www.site.com | /a.jpg |`.
fn told_by_words(line: &str) -> Told<'_> {
    let mut told = Told::default();
    for word in line.split(|it: char| it.is_whitespace() || it == '|') {
        let word = word.trim_matches(|it: char| "`*_\"'()<>[],;:.".contains(it));
        if !word.contains('/') {
            told.add("", word);
        }
    }
    told
}

/// Returns true if a line tells of a request by another method than GET and HEAD, in whatever form.
fn asks_otherwise(line: &str) -> bool {
    let mut words = line.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    let mut before = "";
    words.any(|word| {
        let asks = logged::OTHER_METHODS.contains(&before) && is_target(word);
        before = word;
        asks
    })
}

/// Finds the start of a comment at the end of a line: a blank, a `#`, and a blank or nothing. In
/// `/photo #1.jpg` there is none.
pub(super) fn comment_at(line: &str) -> Option<usize> {
    let starts = |mark: &str| {
        line.match_indices(mark).map(|(at, _)| at).find(|at| {
            line.get(at + 2..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        })
    };
    [starts(" #"), starts("\t#")].into_iter().flatten().min()
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
            ("[hero](https://h.com/a.jpg) and [b](/b)", &["https://h.com/a.jpg", "/b"]),
            ("- [a link](/wiki/A_(b))", &["/wiki/A_(b)"]),
            ("/wiki/A_(b)", &["/wiki/A_(b)"]),
            ("(/a)", &["/a"]),
            ("/img/w_200,h_300/a.jpg", &["/img/w_200,h_300/a.jpg"]),
            ("/a;jsessionid=1?x=1", &["/a;jsessionid=1?x=1"]),
            ("2026-01-01,https://h.com/a,200", &["https://h.com/a"]),
            ("GET /a HTTP/1.1", &["/a"]),
            ("/img/my photo.jpg", &["/img/my photo.jpg"]),
            ("\"/img/my photo.jpg\"", &["/img/my photo.jpg"]),
            ("\"\"", &[""]),
            ("img/a.jpg", &["img/a.jpg"]),
            ("index.html", &["index.html"]),
            ("# note\n\n/a", &["/a"]),
            ("/a # note\n/b\t# note\n/c#top", &["/a", "/b", "/c#top"]),
            ("/photo #1.jpg", &["/photo #1.jpg"]),
            ("", &[]),
            ("Please purge https://h.com/a.jpg. And /b, too!", &["https://h.com/a.jpg", "/b"]),
            ("https://h.com/c.jpg!", &["https://h.com/c.jpg!"]),
            ("<https://h.com/a.jpg|h.com/a.jpg>", &["https://h.com/a.jpg"]),
            ("* **https://h.com/c.jpg**", &["https://h.com/c.jpg"]),
            ("|https://h.com/b.jpg|200|\n|---|---|\n| url | status |", &["https://h.com/b.jpg"]),
            ("=HYPERLINK(\"https://h.com/a.jpg\",\"a\")", &["https://h.com/a.jpg"]),
            (
                "[x](https://h.com/wiki/A_(b).jpg \"t\")\n<https://h.com/b>\n[ref]: https://h.com/d",
                &["https://h.com/wiki/A_(b).jpg", "https://h.com/b", "https://h.com/d"],
            ),
            ("\"https:\\/\\/h.com\\/a\",\n\"/b?x\\u0026y\"", &["https://h.com/a", "/b?x&y"]),
            ("\"public/img/\\303\\251.jpg\"", &["public/img/é.jpg"]),
            ("Hi team,\n\nhttps://h.com/a\nthanks", &["https://h.com/a"]),
            ("[12:31] mira: see https://h.com/a?b=(c), ok", &["https://h.com/a?b=(c)"]),
            ("/a\n* * *\n- *\n`*`\n***", &["/a"]),
            ("- **/a.jpg**\n**/img/**\n*/b*\npurge **/c/*** now", &["/a.jpg", "/b", "/c/*"]),
            (
                "Purge https://h.com/a* and https://h.com/b** now\nand https://h.com/c/* too",
                &["https://h.com/a", "https://h.com/b", "https://h.com/c/*"],
            ),
            (
                "| h.com | /a |\n i.com | /b\nOn j.com: /c, please\nk.com l.com /d",
                &["https://h.com/a", "https://i.com/b", "https://j.com/c"],
            ),
            (
                "https://h.com/a\nDone.\nN/A\nand/or\n24/7\nv1.2.3\nimg/b.jpg",
                &["https://h.com/a", "img/b.jpg"],
            ),
            (
                "“https://h.com/a”\n«/b»\nhttps://h.com/c。\n请清除「https://h.com/d」和（https://h.com/e）",
                &["https://h.com/a", "/b", "https://h.com/c", "https://h.com/d", "https://h.com/e"],
            ),
            ("POST /api 201 1 ms\nGET /a 200 1 ms\nStarted POST \"/b\" for me", &["/a"]),
            ("|[b|https://h.com/b]|", &["https://h.com/b"]),
            (
                "at f (https://h.com/a.js:12:34)\nhttps://h.com/b.js:1:2\nhttps://h.com:80/c",
                &["https://h.com/a.js", "https://h.com/b.js", "https://h.com:80/c"],
            ),
            (
                "https://h.com/my\\_file.html\nhttps://h.com/img/\\*",
                &["https://h.com/my_file.html", "https://h.com/img/%2A"],
            ),
            ("# dump\n{\"method\":\"POST\",\"url\":\"/p\",\"referer\":\"https://h.com/r\"}", &[]),
            (
                "web-1  | {\"url\":\"https://h.com/a\",\"referer\":\"https://h.com/r\"}\n\
                 web-2  | {\"path\":\"/b\",\"host\":\"h.com\",\"method\":\"GET\"}\n\
                 2026-11-30T08:00:00Z app: {\"path\":\"/c\",\"method\":\"POST\"}",
                &["https://h.com/a", "https://h.com/b"],
            ),
        ] {
            assert_eq!(texts(text), entries, "{text:?}");
        }
    }

    #[test]
    fn every_entry_knows_its_place_in_the_text() {
        let places = |text: &str| -> Vec<String> {
            let entries = read(text).entries.into_iter();
            let places = entries.map(|entry| entry.place.and_then(|place| text.get(place)));
            places.map(|place| place.unwrap_or("none").to_owned()).collect()
        };
        assert_eq!(places("- [one](/e) [two](</f>)\n\"/g h\""), ["/e", "/f", "/g h"]);
        assert_eq!(places("\"https:\\/\\/h.com\""), ["https:\\/\\/h.com"]);
    }

    #[test]
    fn every_entry_knows_its_line_and_what_was_left_out_is_told() {
        let document = read("# one\n/a /b\n\n\"GET /c HTTP/1.1\" 200\nand so on");
        let lines: Vec<_> = document.entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [1, 1, 3]);
        let named: Vec<_> = document.omissions.iter().map(|it| (it.line, &it.reason)).collect();
        assert_eq!(
            named,
            [
                (0, &OmissionReason::Comment),
                (3, &OmissionReason::Words),
                (4, &OmissionReason::Words),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_read(text in "\\PC*|[ -~\\n\\t]*|([/*\"'<>()\\[\\]`,; \\\\\\n-]|curl |http://|a)*") {
            let document = read(&text);
            let lines = text.split('\n').count();
            for entry in document.entries {
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
