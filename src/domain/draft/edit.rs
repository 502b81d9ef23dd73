//! Changes of single entries within a draft's text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::domain::document::{Document, DocumentFormat, label, read};

/// A change of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChange {
    /// Its number among the entries of the text, counted from 0.
    pub entry: usize,
    /// The text in its place; `None` takes it out.
    pub text: Option<String>,
}

/// A text after a change of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedText {
    /// The text.
    pub text: String,
    /// The format in which it is to be read now; `None`: the one that it is recognised as.
    pub format: Option<DocumentFormat>,
}

/// Changes entries of a text, and nothing else of it: the other entries, columns and words of their
/// lines stay. A line of which every entry is taken out goes as a whole. Where a line cannot be
/// written so that its other entries are read as before, it is written anew, one entry to a line;
/// where the document would be broken by that, all of it is.
pub fn apply(text: &str, format: Option<DocumentFormat>, changes: &[EntryChange]) -> EditedText {
    let document = read(text, format);
    let used = document.format;
    let mut blocks = blocks(text, &document, changes);
    let wanted = |blocks: &[Block<'_>]| -> Vec<String> {
        blocks.iter().flat_map(Block::wanted).map(str::to_owned).collect()
    };
    loop {
        let written: Vec<Option<Cow<'_, str>>> = blocks.iter().map(Block::written).collect();
        let text = written.iter().flatten().map(AsRef::as_ref).collect::<Vec<&str>>().join("\n");
        let ways = other_ways(&blocks, &written, &text, used);
        if ways.iter().all(Option::is_none) {
            let wanted = wanted(&blocks);
            if is_read_as(&text, format, &wanted) {
                return EditedText { text, format };
            }
            if is_read_as(&text, Some(used), &wanted) {
                return EditedText { text, format: Some(used) };
            }
            let (text, lines) = (wanted.join("\n"), Some(DocumentFormat::Lines));
            let format = if is_read_as(&text, None, &wanted) { None } else { lines };
            return EditedText { text, format };
        }
        for (block, way) in blocks.iter_mut().zip(ways) {
            block.way = way.unwrap_or(block.way);
        }
    }
}

/// Returns true if a text is read as these entries, in whatever order within a line.
fn is_read_as(text: &str, format: Option<DocumentFormat>, wanted: &[String]) -> bool {
    let document = read(text, format);
    let mut found: Vec<&str> = document.entries.iter().map(|it| it.text.as_ref()).collect();
    let mut wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    document.broken.is_none() && found == wanted
}

/// Returns the next way for each block that is not read as it should be.
fn other_ways(
    blocks: &[Block<'_>],
    written: &[Option<Cow<'_, str>>],
    text: &str,
    format: DocumentFormat,
) -> Vec<Option<Way>> {
    let mut found = read(text, Some(format)).entries.into_iter().peekable();
    let mut until = 0;
    let ways = blocks.iter().zip(written).map(|(block, written)| {
        until += written.as_ref().map_or(0, |lines| lines.split('\n').count());
        let mut here = Vec::new();
        while let Some(entry) = found.next_if(|entry| entry.line < until) {
            here.push(entry.text);
        }
        if block.is_as_wanted(&here) { None } else { block.way.next() }
    });
    ways.collect()
}

/// A way of writing lines with a changed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// In place, between the same delimiters: as the cells of a table.
    Cells,
    /// In place; what is taken out takes a delimiter with it.
    List,
    /// Anew, one entry to a line.
    Anew,
}

impl Way {
    fn next(self) -> Option<Self> {
        match self {
            Self::Cells => Some(Self::List),
            Self::List => Some(Self::Anew),
            Self::Anew => None,
        }
    }
}

/// Lines that are written together: one line, or a command that goes on over several.
struct Block<'a> {
    text: &'a str,
    entries: Vec<BlockEntry<'a>>,
    way: Way,
}

/// An entry of a block, with its bytes in the block's text.
struct BlockEntry<'a> {
    text: &'a str,
    place: Option<Range<usize>>,
    change: Option<&'a Option<String>>,
}

/// Cuts a text into its blocks.
fn blocks<'a>(
    text: &'a str,
    document: &'a Document<'_>,
    changes: &'a [EntryChange],
) -> Vec<Block<'a>> {
    let changes: HashMap<usize, &Option<String>> =
        changes.iter().map(|change| (change.entry, &change.text)).collect();
    let mut lines = text.split('\n').enumerate();
    let mut entries = document.entries.iter().enumerate().peekable();
    let rows = document.format == DocumentFormat::Csv;
    let mut omissions = document.omissions.iter().peekable();
    let (mut blocks, mut from) = (Vec::new(), 0);
    while let Some((number, line)) = lines.next() {
        let (mut until, mut end) = (number, from + line.len());
        let mut here = Vec::new();
        while let Some((at, entry)) = entries.next_if(|(_, entry)| entry.line == number) {
            let place = entry.place.as_ref().and_then(|place| {
                Some(place.start.checked_sub(from)?..place.end.checked_sub(from)?)
            });
            until = until.max(entry.until);
            let change = changes.get(&at).copied();
            here.push(BlockEntry { text: entry.text.as_ref(), place, change });
        }
        for (_, line) in lines.by_ref().take(until - number) {
            end += 1 + line.len();
        }
        let mut is_table = rows;
        while omissions.next_if(|omission| omission.line <= until).is_some() {
            is_table = true;
        }
        let can_point = here.iter().all(|it| it.change.is_none() || it.place.is_some());
        let way = match (can_point, is_table) {
            (true, true) => Way::Cells,
            (true, false) => Way::List,
            (false, _) => Way::Anew,
        };
        blocks.push(Block { text: text.get(from..end).unwrap_or(line), entries: here, way });
        from = end + 1;
    }
    blocks
}

impl Block<'_> {
    /// Returns the block with its changes; `None` where nothing of it is left.
    fn written(&self) -> Option<Cow<'_, str>> {
        let changed = self.entries.iter().any(|entry| entry.change.is_some());
        if !changed {
            return Some(Cow::Borrowed(self.text));
        }
        let wanted = self.wanted();
        if wanted.is_empty() {
            return None;
        }
        Some(Cow::Owned(match (self.way, self.entries.as_slice()) {
            (Way::Anew, _) => wanted.join("\n"),
            // What becomes several stands on as many lines like its own.
            (Way::Cells | Way::List, [only]) => {
                let lines = wanted.into_iter().map(|text| only.replaced(self.text, text));
                lines.collect::<Vec<String>>().join("\n")
            }
            (Way::Cells | Way::List, entries) => self.in_place(entries),
        }))
    }

    /// Writes the changes where the entries stand; of what becomes several, all but the first on
    /// lines below.
    fn in_place(&self, entries: &[BlockEntry<'_>]) -> String {
        let mut line = self.text.to_owned();
        let mut below = Vec::new();
        for entry in entries.iter().rev() {
            match (entry.change, &entry.place) {
                (None, _) | (_, None) => {}
                (Some(Some(text)), Some(_)) => {
                    let mut parts = text.split('\n');
                    line = entry.replaced(&line, parts.next().unwrap_or_default());
                    below.splice(0..0, parts);
                }
                (Some(None), Some(place)) => {
                    let place = with_quotes(&line, place);
                    let place = match self.way {
                        Way::List => with_delimiter(&line, &place),
                        Way::Cells | Way::Anew => place,
                    };
                    line = spliced(&line, &place, "");
                }
            }
        }
        below.insert(0, &line);
        below.join("\n")
    }

    /// The entries that it is to have.
    fn wanted(&self) -> Vec<&str> {
        let texts = self.entries.iter().flat_map(|entry| match entry.change {
            None => vec![entry.text],
            Some(Some(text)) => text.split('\n').collect(),
            Some(None) => Vec::new(),
        });
        texts.collect()
    }

    /// Returns true if these are the entries that it is to have. What did not change need not be
    /// looked at.
    fn is_as_wanted(&self, found: &[Cow<'_, str>]) -> bool {
        if self.entries.iter().all(|entry| entry.change.is_none()) {
            return true;
        }
        let mut found: Vec<&str> = found.iter().map(AsRef::as_ref).collect();
        let mut wanted = self.wanted();
        found.sort_unstable();
        wanted.sort_unstable();
        found == wanted
    }
}

impl BlockEntry<'_> {
    /// Returns a text with another in the entry's place.
    fn replaced(&self, text: &str, with: &str) -> String {
        self.place.as_ref().map_or_else(|| text.to_owned(), |place| spliced(text, place, with))
    }
}

/// Returns a text with another in the place of these bytes.
fn spliced(text: &str, place: &Range<usize>, with: &str) -> String {
    let before = text.get(..place.start).unwrap_or_default();
    let after = text.get(place.end..).unwrap_or_default();
    [before, with, after].concat()
}

/// Widens a place by the quotes around it.
fn with_quotes(line: &str, place: &Range<usize>) -> Range<usize> {
    let before = line.get(..place.start).and_then(|before| before.chars().next_back());
    let after = line.get(place.end..).and_then(|after| after.chars().next());
    match (before, after) {
        (Some(open @ ('"' | '\'' | '`')), Some(close)) if open == close => {
            place.start - 1..place.end + 1
        }
        (Some('<'), Some('>')) => place.start - 1..place.end + 1,
        _ => place.clone(),
    }
}

/// Widens a place by the delimiter behind it, or else by the one before it, and the blanks there.
fn with_delimiter(line: &str, place: &Range<usize>) -> Range<usize> {
    let before = line.get(..place.start).unwrap_or_default();
    let after = line.get(place.end..).unwrap_or_default();
    let rest = after.trim_start();
    let rest = rest.strip_prefix([',', ';']).map_or(rest, str::trim_start);
    if rest.len() < after.len() && !rest.is_empty() {
        return place.start..line.len() - rest.len();
    }
    let kept = before.trim_end();
    let kept = kept.strip_suffix([',', ';']).map_or(kept, str::trim_end);
    kept.len()..place.end
}

/// Turns an entry that is a page into its directory, and a directory into its page: `/news/` and
/// `/news/*`, a bare host and all that is on it. `None` for a file, which is neither.
pub fn directory_or_page(entry: &str, bare_host: bool) -> Option<String> {
    if entry.contains(['?', '#']) || label::parse(entry).is_some() {
        return None;
    }
    if let Some(page) = entry.strip_suffix('*') {
        return page.ends_with('/').then(|| page.to_owned());
    }
    if entry.ends_with('/') {
        return Some(format!("{entry}*"));
    }
    bare_host.then(|| format!("{entry}/*"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply(text: &str, changes: &[EntryChange]) -> String {
        super::apply(text, None, changes).text
    }

    fn change(entry: usize, text: Option<&str>) -> EntryChange {
        EntryChange { entry, text: text.map(str::to_owned) }
    }

    #[test]
    fn only_the_changed_entry_of_a_line_is_written_anew() {
        let text = "# note\n- /a\n2026,/b,200\n\ncurl -H 'x: y' \\\n  https://h.com/c\n/d /e";
        assert_eq!(apply(text, &[]), text);
        assert_eq!(
            apply(text, &[change(0, Some("/A")), change(1, None)]),
            "# note\n- /A\n\ncurl -H 'x: y' \\\n  https://h.com/c\n/d /e"
        );
        assert_eq!(
            apply(text, &[change(2, None), change(4, None)]),
            "# note\n- /a\n2026,/b,200\n\n/d",
            "a command goes with all its lines"
        );
        assert_eq!(
            apply(text, &[change(1, Some("/B")), change(2, Some("https://h.com/C"))]),
            "# note\n- /a\n2026,/B,200\n\ncurl -H 'x: y' \\\n  https://h.com/C\n/d /e"
        );
    }

    #[test]
    fn cells_and_words_beside_a_changed_entry_stay() {
        for (text, changes, expected) in [
            (
                "name,url,n\nx,\"/a,b\",1\ny,/c,2",
                &[change(0, Some("/A,b"))][..],
                "name,url,n\nx,\"/A,b\",1\ny,/c,2",
            ),
            // Two in one cell are two rows, under their heading too.
            (
                "name,url,n\nx,/ahttps://h.com/b,1",
                &[change(0, Some("/a\nhttps://h.com/b"))],
                "name,url,n\nx,/a,1\nx,https://h.com/b,1",
            ),
            ("x\t/a\t/b\t9", &[change(0, None)], "x\t\t/b\t9"),
            ("[\"/a\", \"/b\", \"/c\"]", &[change(1, None)], "[\"/a\", \"/c\"]"),
            ("[\"/a\", \"/b\"]", &[change(1, None)], "[\"/a\"]"),
            ("/a, /b, /c", &[change(1, None), change(2, None)], "/a"),
            ("/a,/b,/c", &[change(1, None)], "/a,/c"),
            ("- [one](/a) and [two](/b)", &[change(1, Some("/B"))], "- [one](/a) and [two](/B)"),
            // An empty address would be an entry.
            ("- [one](/a) and [two](/b)", &[change(0, None)], "/b"),
            // Behind a path, a relative one would be read as a part of it.
            ("img/a.jpg js/b.js", &[change(0, Some("/img/a.jpg"))], "/img/a.jpg\njs/b.js"),
            (
                "curl -X PURGE https://h.com/a 'https://h.com/b'",
                &[change(1, None)],
                "curl -X PURGE https://h.com/a ",
            ),
            ("/a # note", &[change(0, Some("/A"))], "/A # note"),
            (
                "/a /bhttps://h.com/c",
                &[change(1, Some("/b\nhttps://h.com/c"))],
                "/a /b\nhttps://h.com/c",
            ),
        ] {
            assert_eq!(apply(text, changes), expected, "{text:?}");
        }
    }

    /// A line of one of the forms that people paste, with one entry or two.
    fn line() -> impl Strategy<Value = String> {
        let entry = || {
            proptest::sample::select(&["/a.jpg", "https://h.com/b", "h.com/c?x=1", "/img/*"][..])
        };
        (0..14, entry(), entry()).prop_map(|(form, one, two)| match form {
            0 => one.to_owned(),
            11 => "tag:a,b @h.com".to_owned(),
            12 => "regex:^/a(b|c){1,2}$".to_owned(),
            13 => "host:h.com".to_owned(),
            1 => format!("- {one}"),
            2 => format!("{one}, {two}"),
            3 => format!("{one},{two};{one}"),
            4 => format!("\"{one}\" '{two}' <{one}>"),
            5 => format!("2026,{one},200"),
            6 => format!("x\t{one}\t{two}\t9"),
            7 => format!("[\"{one}\", \"{two}\"]"),
            8 => format!("[one]({one}) and [two]({two})"),
            9 => format!("curl -H 'Referer: {one}' '{one}' \\\n  {two} -o f"),
            _ => format!("{one} # note"),
        })
    }

    proptest! {
        #[test]
        fn what_is_not_changed_is_read_as_before(
            lines in proptest::collection::vec(line(), 1..6),
            pick: usize,
            with in proptest::option::of(Just("/new".to_owned())),
        ) {
            let text = lines.join("\n");
            let entries = read(&text, None).entries.into_iter();
            let entries: Vec<String> = entries.map(|entry| entry.text.into_owned()).collect();
            let pick = pick % entries.len();
            let changes = [EntryChange { entry: pick, text: with.clone() }];
            let changed = super::apply(&text, None, &changes);
            let mut expected = entries.clone();
            match with {
                Some(text) => expected[pick] = text,
                None => drop(expected.remove(pick)),
            }
            let found = read(&changed.text, changed.format);
            let found: Vec<&str> = found.entries.iter().map(|it| it.text.as_ref()).collect();
            prop_assert_eq!(found, expected, "{:?} {:?}", text, changed);
        }
    }

    #[test]
    fn a_page_and_its_directory_turn_into_each_other() {
        for (page, directory) in
            [("https://h.com/news/", "https://h.com/news/*"), ("/news/", "/news/*"), ("/", "/*")]
        {
            assert_eq!(directory_or_page(page, false).as_deref(), Some(directory));
            assert_eq!(directory_or_page(directory, false).as_deref(), Some(page));
        }
        for host in ["https://h.com", "cdn1"] {
            assert_eq!(directory_or_page(host, true), Some(format!("{host}/*")));
        }
        for neither in ["/a.jpg", "/a*", "https://h.com/a", "/news/?x=1"] {
            assert_eq!(directory_or_page(neither, false), None, "{neither}");
        }
    }
}
