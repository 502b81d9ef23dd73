//! Fixes: what a finding says to do about its entry, done. Only what makes a purge narrower, or
//! writes the same in a sound form, is one; nothing that widens it.

use std::fmt::Write as _;

use super::normal::{PUNCTUATION, bad_percent, entity};
use super::syntax::{SecondUrl, is_invisible, second_url};
use super::{Linted, LintedLine, LostQuery};
use crate::domain::document::label;
use crate::domain::draft::address::{without_port, without_userinfo};
use crate::domain::draft::edit::EntryChange;
use crate::domain::findings::{Code, Finding, Severity};

/// A fix of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The text in the entry's place; `None` takes the entry out.
    pub text: Option<String>,
    /// A sentence on it, for a notice.
    pub words: &'static str,
}

impl LintedLine {
    /// Returns the fix of one of its findings, where there is one.
    pub fn fix(&self, finding: &Finding) -> Option<Fix> {
        let is = |code: Code| finding.code == code.rule().code;
        let (label, input) = label::split(&self.input);
        let (text, words) = if is(Code::Duplicate) || is(Code::Covered) {
            return Some(Fix { text: None, words: "Taken out: it is sent by another line." });
        } else if is(Code::Whitespace) {
            (encode_blanks(input)?, "Blanks are written %20.")
        } else if is(Code::Invisible) {
            (without_invisible(input)?, "Invisible characters are taken out.")
        } else if is(Code::Fragment) {
            (input.split_once('#')?.0.to_owned(), "The fragment is taken off.")
        } else if is(Code::QueryNotInKey) || is(Code::QueryInPattern) || is(Code::QueryLeftOut) {
            let query = without_query(input, &self.lost_query, is(Code::QueryInPattern));
            (query?, "What does not count is taken off the query.")
        } else if is(Code::MissingSlash) && !input.contains('\\') {
            (format!("/{input}"), "A slash is put before it.")
        } else if is(Code::Userinfo) {
            (without_userinfo(input)?, "The user name is taken off.")
        } else if is(Code::Port) {
            (without_port(input)?, "The port is taken off.")
        } else if is(Code::Escape) {
            (sound_escapes(input), "Entities are undone, and a lone % is written %25.")
        } else if is(Code::EndsInPunctuation) {
            let bare = input.trim_end_matches(PUNCTUATION);
            (bare.to_owned(), "The punctuation is taken off.")
        } else if is(Code::RunTogether) && finding.severity == Severity::Error {
            (parted(input)?, "Each URL is on a line of its own.")
        } else {
            return None;
        };
        // What becomes several is of the same kind.
        let text = format!("{label}{}", text.replace('\n', &format!("\n{label}")));
        Some(Fix { text: Some(text), words })
    }
}

impl Linted {
    /// Returns the gravest finding of a line that has a fix, and the fix.
    pub fn fix_at(&self, line: usize) -> Option<(&Finding, Fix)> {
        let entries = self.entries_at(line);
        let findings =
            entries.iter().flat_map(|it| it.findings.iter().map(move |finding| (it, finding)));
        findings
            .filter_map(|(entry, finding)| Some((finding, entry.fix(finding)?)))
            .reduce(|best, next| if next.0.severity > best.0.severity { next } else { best })
    }

    /// Returns the changes that fix this code, in one line or in all of them.
    pub fn changes(&self, code: &str, only: Option<usize>) -> Vec<EntryChange> {
        let wanted = only.map_or(0..self.lines.len(), |line| self.numbers_at(line));
        let fixed = wanted.filter_map(|number| {
            let entry = self.lines.get(number)?;
            let finding = entry.findings.iter().find(|finding| finding.code == code)?;
            Some(EntryChange { entry: number, text: entry.fix(finding)?.text })
        });
        fixed.collect()
    }

    /// Returns the changes that take every entry with an error out.
    pub fn without_errors(&self) -> Vec<EntryChange> {
        let is_wrong = |entry: &LintedLine| {
            entry.findings.iter().any(|finding| finding.severity == Severity::Error)
        };
        let lines = self.lines.iter().enumerate().filter(|(_, entry)| is_wrong(entry));
        lines.map(|(entry, _)| EntryChange { entry, text: None }).collect()
    }
}

/// Percent-encodes blanks. Not where another URL follows one: those are two entries.
fn encode_blanks(input: &str) -> Option<String> {
    if input.matches("://").count() > 1 {
        return None;
    }
    let mut encoded = String::with_capacity(input.len() + 8);
    for character in input.chars() {
        if character.is_whitespace() {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(character);
        }
    }
    Some(encoded)
}

/// Control characters are no slip of a copy: what was meant with them is not known.
fn without_invisible(input: &str) -> Option<String> {
    if input.chars().any(char::is_control) {
        return None;
    }
    Some(input.chars().filter(|character| !is_invisible(*character)).collect())
}

fn without_query(input: &str, lost: &LostQuery, in_pattern: bool) -> Option<String> {
    let (before, after) = input.split_once('?')?;
    let (query, fragment) = match after.split_once('#') {
        Some((query, fragment)) => (query, format!("#{fragment}")),
        None => (after, String::new()),
    };
    match lost {
        LostQuery::Nothing => None,
        // As a pattern, "/a.jpg?*" means every variant of the file.
        LostQuery::Whole if in_pattern && query.contains('*') && !before.ends_with('*') => {
            Some(format!("{before}*{fragment}"))
        }
        LostQuery::Whole => Some(format!("{before}{fragment}")),
        LostQuery::Names(names) => {
            let counts = |pair: &&str| {
                let name = pair.split('=').next().unwrap_or(pair);
                !names.iter().any(|lost| lost == name)
            };
            let kept: Vec<&str> = query.split('&').filter(counts).collect();
            let mark = if kept.is_empty() { "" } else { "?" };
            Some(format!("{before}{mark}{}{fragment}", kept.join("&")))
        }
    }
}

/// Undoes entities of HTML and writes a `%` that begins no percent-encoding as `%25`.
fn sound_escapes(input: &str) -> String {
    let mut text = input.to_owned();
    while let Some((written, character)) = entity(&text) {
        text = text.replace(written, character.encode_utf8(&mut [0; 4]));
    }
    let mut sound = String::with_capacity(text.len() + 2);
    let mut rest = text.as_str();
    while let Some((before, after)) = bad_percent(rest).and_then(|at| rest.split_at_checked(at)) {
        sound.push_str(before);
        sound.push_str("%25");
        rest = after.get(1..).unwrap_or_default();
    }
    sound.push_str(rest);
    sound
}

/// Begins a line before each URL that is glued on to another.
fn parted(input: &str) -> Option<String> {
    let mut lines = Vec::new();
    let mut rest = input;
    while let Some(SecondUrl { at, glued: true }) = second_url(rest) {
        let (before, after) = rest.split_at_checked(at)?;
        lines.push(before);
        rest = after;
    }
    lines.push(rest);
    (lines.len() > 1).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::draft::Draft;
    use crate::domain::draft::edit::{EntryChange, apply as apply_to};
    use crate::domain::kind::Kind;
    use crate::domain::lint::lint;
    use crate::domain::resource::QueryRule;
    use crate::testing::LintFacts;

    fn apply(text: &str, changes: &[EntryChange]) -> String {
        apply_to(text, None, changes).text
    }

    fn linted(text: &str, query: Option<QueryRule>) -> Linted {
        linted_as(text, query, None)
    }

    fn linted_as(text: &str, query: Option<QueryRule>, kind: Option<Kind>) -> Linted {
        let mut facts =
            LintFacts::new().with(|facts| facts.resources.first_mut().unwrap().cache.query = query);
        let resource = Some(("one".into(), "1".into()));
        let draft = Draft { text: text.to_owned(), kind, resource, ..Draft::default() };
        lint(&draft, &facts.context())
    }

    /// Applies fixes to the last line until it has none.
    fn mended(text: &str, query: Option<&QueryRule>) -> String {
        let mut text = text.to_owned();
        for _ in 0..9 {
            let linted = linted(&text, query.cloned());
            let last = text.lines().count().saturating_sub(1);
            let Some((finding, _)) = linted.fix_at(last) else { break };
            text = apply(&text, &linted.changes(finding.code, Some(last)));
        }
        text
    }

    #[test]
    fn a_fix_does_what_its_finding_says() {
        let ignored = Some(QueryRule::Ignored);
        for (text, query, fixed) in [
            ("/my photo.jpg", None, "/my%20photo.jpg"),
            ("https://www.site.com/a b#top", None, "https://www.site.com/a%20b"),
            ("/a\u{200b}b", None, "/ab"),
            ("/a#top", None, "/a"),
            ("/a?x=1&y=2#top", ignored, "/a"),
            ("/a?v=1&utm=2", Some(QueryRule::Only(vec!["v".to_owned()])), "/a?v=1"),
            ("/a?utm=2", Some(QueryRule::AllBut(vec!["utm".to_owned()])), "/a"),
            ("img/a.jpg", None, "/img/a.jpg"),
            ("https://me:pw@www.site.com:8443/a", None, "https://www.site.com/a"),
            ("/a.jpghttps://www.site.com/b.jpg", None, "/a.jpg\nhttps://www.site.com/b.jpg"),
            (
                "https://www.site.com/httpd/a.jpghttps://www.site.com/b?u=http://y",
                None,
                "https://www.site.com/httpd/a.jpg\nhttps://www.site.com/b?u=http://y",
            ),
            (
                "/a.jpghttp://www.site.com/bHTTPS://www.site.com/c",
                None,
                "/a.jpg\nhttp://www.site.com/b\nHTTPS://www.site.com/c",
            ),
            ("www.site.com:80/a//b:81", None, "www.site.com/a//b:81"),
            ("2026,\"/a b.jpg\",200", None, "2026,\"/a%20b.jpg\",200"),
            (
                "url,n\n\"https://me@www.site.com/a,b\",7",
                None,
                "url,n\n\"https://www.site.com/a,b\",7",
            ),
            (
                "curl -H 'X: y' 'https://www.site.com/a#top'",
                None,
                "curl -H 'X: y' 'https://www.site.com/a'",
            ),
            ("/list?a=1&amp;b=2&#38;c", None, "/list?a=1&b=2&c"),
            ("/sale/100%.html?x=%zz", None, "/sale/100%25.html?x=%25zz"),
            ("https://www.site.com/c.jpg!", None, "https://www.site.com/c.jpg"),
            ("/a\n/a", None, "/a"),
            ("/img/*\n/img/a.jpg", None, "/img/*"),
        ] {
            let mended = mended(text, query.as_ref());
            assert_eq!(mended, fixed, "{text}");
            assert!(linted(&mended, query).worst() < Some(Severity::Warning), "{mended}");
        }
    }

    #[test]
    fn what_was_meant_is_never_guessed_and_nothing_gets_wider() {
        for text in [
            "/a\u{1b}[31m.jpg",
            "https://nowhere.example/a",
            "ftp://www.site.com/a",
            "/img/",
            "img\\a",
        ] {
            assert_eq!(mended(text, None), text);
        }
    }

    #[test]
    fn a_star_in_the_query_of_a_url_makes_no_pattern_of_it() {
        let text = "/a.jpg?v=*";
        let ignored = Some(&QueryRule::Ignored);
        let lint_as = |kind| linted_as(text, ignored.cloned(), kind);
        let url = lint_as(Some(Kind::Url));
        assert_eq!(apply(text, &url.changes("PD018", None)), "/a.jpg");
        let pattern = lint_as(Some(Kind::Pattern));
        assert_eq!(apply(text, &pattern.changes("PD017", None)), "/a.jpg*");
    }

    #[test]
    fn entries_with_errors_are_taken_out_and_the_others_of_their_line_stay() {
        let text =
            "/a.jpg\nhttps://nowhere.example/x\n/b.jpg, https://nowhere.example/y, /c.jpg\n/d.jpg";
        let linted = linted(text, None);
        assert_eq!(apply(text, &linted.without_errors()), "/a.jpg\n/b.jpg, /c.jpg\n/d.jpg");
    }
}
