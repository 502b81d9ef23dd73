//! Text on a row of cells, cut by how wide it is shown: wide characters (CJK, emoji) take two
//! cells, combining ones none.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::text::escape_control;
use crate::theme::{Role, Theme};

/// Returns the width of the text, in cells.
pub fn width(text: &str) -> u16 {
    if text.is_ascii() {
        return u16::try_from(text.len()).unwrap_or(u16::MAX);
    }
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Returns the longest beginning of the text that fits into this many cells, and its width.
pub fn fit(text: &str, room: u16) -> (&str, u16) {
    if text.is_ascii() {
        let end = text.len().min(usize::from(room));
        return (text.get(..end).unwrap_or(text), end as u16);
    }
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme.width() as u16;
        if used + wide > room {
            return (text.get(..at).unwrap_or_default(), used);
        }
        used += wide;
    }
    (text, used)
}

/// Returns the text without this many cells at its left; a wide character that is cut through is
/// left out.
pub fn skip(text: &str, cells: u16) -> &str {
    let mut gone: u16 = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if gone >= cells {
            return text.get(at..).unwrap_or_default();
        }
        gone = gone.saturating_add(grapheme.width() as u16);
    }
    ""
}

/// Cuts printable text into parts of at most this many cells, at blanks where there are any.
/// Joined, they are the text.
pub fn parts(text: &str, room: u16) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (fits, _) = fit(rest, room);
        let first = rest.graphemes(true).next().map_or(0, str::len);
        let end = match fits.len() {
            all if all == rest.len() => all,
            cut => fits.rfind(' ').filter(|at| *at > 0).map_or(cut.max(first), |at| at + 1),
        };
        let (line, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        lines.push(line);
        if after.is_empty() {
            return lines;
        }
        rest = after;
    }
}

/// The least room in which the middle of a text is cut rather than its end.
const MIN_MIDDLE: u16 = 14;
/// The same for a path, whose end says much more than its beginning.
const MIN_PATH: u16 = 8;

/// Fits printable text into this many cells, with an ellipsis for its middle: names and paths
/// differ at their ends. In little room the beginning says more than two scraps would; then it is
/// returned uncut.
pub fn middle<'a>(text: &'a str, room: u16, ellipsis: &str) -> Cow<'a, str> {
    let wide = width(text);
    if wide <= room || room < MIN_MIDDLE {
        return Cow::Borrowed(text);
    }
    Cow::Owned(ends(text, room, 2, ellipsis))
}

/// Returns both ends of a text that is wider than the room; the beginning gets one of this many
/// parts.
fn ends(text: &str, room: u16, parts: u16, ellipsis: &str) -> String {
    let left = room.saturating_sub(width(ellipsis));
    let (begin, used) = fit(text, left / parts);
    let end = skip(text, width(text).saturating_sub(left - used));
    format!("{begin}{ellipsis}{end}")
}

/// Fits a printable path into this many cells: the name at its end whole, if possible, and as much
/// as fits before it; a query is cut first. Where not even the name fits, most of the room is for
/// its end.
pub fn path<'a>(text: &'a str, room: u16, ellipsis: &str) -> Cow<'a, str> {
    let gap = width(ellipsis);
    if width(text) <= room || room < MIN_PATH {
        return Cow::Borrowed(text);
    }
    let plain = text.split_once('?').map_or(text, |(plain, _)| plain);
    // What ends in a slash or a star has its name before that.
    let Some(at) = plain.trim_end_matches(['/', '*']).rfind('/') else {
        return middle(text, room, ellipsis);
    };
    let (before, name) = text.split_at(at);
    let without_query = plain.get(at..).unwrap_or(name);
    for (name, end) in [(name, ""), (without_query, ellipsis)] {
        let head = room.checked_sub(width(name) + width(end) + gap);
        if let Some(head) = head.filter(|head| *head > 0) {
            let (begin, _) = fit(before, head);
            let between = if begin.len() < before.len() { ellipsis } else { "" };
            return Cow::Owned(format!("{begin}{between}{name}{end}"));
        }
    }
    Cow::Owned(ends(plain, room, 4, ellipsis))
}

/// Replaces control characters with symbols. [`RowWriter`] does so with all that it writes; this is
/// for text that is measured or cut before.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(escape_control(text, usize::MAX))
}

/// Cuts a text after this many characters; it becomes printable.
pub fn cut(text: &str, most: usize, ellipsis: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}{ellipsis}", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// Returns as much of the text as this many cells could need and a little more, printable.
fn beginning(text: &str, room: u16) -> Cow<'_, str> {
    let enough = text.floor_char_boundary(usize::from(room) * 16 + 64);
    printable(text.get(..enough).unwrap_or(text))
}

/// A style, or a role that the theme has a style for.
pub trait IntoStyle {
    /// Returns the style.
    fn into_style(self, theme: &Theme) -> Style;
}

impl IntoStyle for Style {
    fn into_style(self, _theme: &Theme) -> Style {
        self
    }
}

impl IntoStyle for Role {
    fn into_style(self, theme: &Theme) -> Style {
        theme.style(self)
    }
}

/// Writes one row of cells from left to right, never beyond its end. This is the only way for text
/// from outside to reach the screen: control characters are shown, never passed on.
#[derive(Debug)]
pub struct RowWriter<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    end: u16,
    y: u16,
    visible: bool,
    theme: &'a Theme,
}

impl<'a> RowWriter<'a> {
    /// Starts at the left of the first row of the area.
    pub fn new(buffer: &'a mut Buffer, area: Rect, theme: &'a Theme) -> Self {
        let area = area.intersection(buffer.area);
        Self {
            buffer,
            x: area.left(),
            end: area.right(),
            y: area.top(),
            visible: !area.is_empty(),
            theme,
        }
    }

    /// Returns the number of cells left.
    pub fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Returns the column of the next character.
    pub fn x(&self) -> u16 {
        self.x
    }

    /// Writes as much as fits; what is cut ends with an ellipsis.
    pub fn put(&mut self, text: &str, style: impl IntoStyle) -> &mut Self {
        let room = self.room();
        self.put_within(text, room, style)
    }

    /// Writes at most this many cells; a longer text ends with an ellipsis.
    pub fn put_within(&mut self, text: &str, most: u16, style: impl IntoStyle) -> &mut Self {
        let room = most.min(self.room());
        if !self.visible || room == 0 {
            return self;
        }
        let (text, style) = (beginning(text, room), style.into_style(self.theme));
        let (fits, _) = fit(&text, room);
        if fits.len() == text.len() {
            self.write(fits, style);
            return self;
        }
        let ellipsis = self.theme.glyphs.ellipsis;
        let (cut, short) = fit(fits, room.saturating_sub(width(ellipsis)));
        let before = self.x;
        self.write(cut, style);
        self.x = before + short;
        self.write(ellipsis, style);
        self
    }

    /// Writes into a column of exactly this many cells, padded with blanks.
    pub fn column(&mut self, text: &str, cells: u16, style: impl IntoStyle) -> &mut Self {
        let end = self.x.saturating_add(cells).min(self.end);
        self.put_within(text, cells, style);
        self.x = self.x.max(end);
        self
    }

    /// Writes into a column of exactly this many cells, aligned right.
    pub fn column_right(&mut self, text: &str, cells: u16, style: impl IntoStyle) -> &mut Self {
        let text = beginning(text, cells);
        let pad = cells.saturating_sub(width(&text));
        self.skip(pad);
        self.column(&text, cells - pad, style)
    }

    /// Writes a name into a column of exactly this many cells; its middle is cut.
    pub fn name(&mut self, text: &str, cells: u16, style: impl IntoStyle) -> &mut Self {
        let name = printable(text);
        self.column(&middle(&name, cells, self.theme.glyphs.ellipsis), cells, style)
    }

    /// Leaves cells as they are.
    pub fn skip(&mut self, cells: u16) -> &mut Self {
        self.x = self.x.saturating_add(cells).min(self.end);
        self
    }

    /// Goes back over cells, to write them anew.
    pub fn back(&mut self, cells: u16) -> &mut Self {
        self.x = self.x.saturating_sub(cells);
        self
    }

    fn write(&mut self, text: &str, style: Style) {
        let room = self.room();
        let (x, _) = self.buffer.set_stringn(self.x, self.y, text, usize::from(room), style);
        self.x = x;
    }
}

/// Writes lines of text from the top of an area, as many as it has rows.
pub fn put_lines<S: AsRef<str>>(
    area: Rect,
    lines: impl IntoIterator<Item = (S, Role)>,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    for ((line, role), row) in lines.into_iter().zip(area.rows()) {
        RowWriter::new(buffer, row, theme).put(line.as_ref(), role);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::theme::{ColourDepth, Glyphs};

    fn theme() -> Theme {
        Theme::named("default", ColourDepth::True, Glyphs::UNICODE).unwrap()
    }

    fn written(room: u16, texts: &[&str]) -> String {
        let area = Rect::new(0, 0, room, 1);
        let mut buffer = Buffer::empty(area);
        let theme = theme();
        let mut writer = RowWriter::new(&mut buffer, area, &theme);
        for text in texts {
            writer.put(text, Style::new());
        }
        (0..room).filter_map(|x| buffer.cell((x, 0))).map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn text_that_does_not_fit_ends_with_an_ellipsis() {
        assert_eq!(written(6, &["abcdefgh"]), "abcde…");
        assert_eq!(written(6, &["abcdef"]), "abcdef");
    }

    /// The column in which the text behind a column of ten cells begins.
    fn start_behind(text: &str) -> Option<u16> {
        let area = Rect::new(0, 0, 20, 1);
        let mut buffer = Buffer::empty(area);
        let theme = theme();
        RowWriter::new(&mut buffer, area, &theme).column(text, 10, Role::Text).put("|", Role::Text);
        (0..area.width).find(|&x| buffer.cell((x, 0)).is_some_and(|cell| cell.symbol() == "|"))
    }

    #[test]
    fn letters_of_any_width_keep_the_columns_in_their_places() {
        for text in [
            "plain",
            "",
            "日本語",
            "日本語日本語日本語",
            "👩\u{200d}💻 dev",
            "🇩🇪🇫🇷",
            "❤\u{fe0f}",
            "e\u{301}\u{302}",
            "\u{1112}\u{1161}\u{11ab}",
            "مرحبا",
            "a\u{202e}b\u{200b}c",
        ] {
            assert_eq!(start_behind(text), Some(10), "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_shown_and_not_passed_on() {
        assert_eq!(written(12, &["a\u{1b}[31mb", "c"]), "a␛[31mbc    ");
        assert_eq!(written(4, &["\u{7}\u{7}\u{7}\u{7}\u{7}"]), "␇␇␇…");
    }

    #[test]
    fn wide_characters_are_never_cut_in_half() {
        assert_eq!(fit("漢字漢字", 5), ("漢字", 4));
        assert_eq!(written(5, &["漢字漢字"]), "漢 字 …");
        assert_eq!(skip("漢字a", 1), "字a");
    }

    #[test]
    fn parts_lose_nothing_and_stay_in_the_room() {
        assert_eq!(parts("one two three", 8), ["one two ", "three"]);
        assert_eq!(parts("/a-path-without-blanks", 8), ["/a-path-", "without-", "blanks"]);
        assert_eq!(parts("", 8), [""]);
        let long = "a b  c 漢字漢字 /very/long/path/that/does/not/fit x";
        for text in [long, "漢字", "  ", "e\u{301}e\u{301}"] {
            for room in 1..12 {
                let lines = parts(text, room);
                assert_eq!(lines.concat(), text);
                assert!(room < 2 || lines.iter().all(|line| width(line) <= room), "{lines:?}");
            }
        }
    }

    #[test]
    fn the_middle_of_a_text_goes_before_its_ends() {
        let path = "/products/2026/item-7108.webp";
        assert_eq!(middle(path, 29, "…"), path);
        assert_eq!(middle(path, 20, "…"), "/products…-7108.webp");
        assert_eq!(middle(path, 13, "…"), path, "too little room for two ends");
        assert_eq!(middle("static.shop.example.net", 16, "…"), "static.…mple.net");
        let wide = "/日本語/漢字漢字漢字/絵文字.jpg";
        for room in 14..40 {
            assert!(width(&middle(wide, room, "~")) <= room);
        }
        assert_eq!(middle(wide, 16, "~"), "/日本語~文字.jpg");
    }

    #[test]
    fn a_path_keeps_the_name_at_its_end() {
        for (text, room, shown) in [
            ("/banners/autumn/user-7539.avif", 18, "/b…/user-7539.avif"),
            ("/products/item-7108.jpg?w=640", 24, "/pr…/item-7108.jpg?w=640"),
            ("/products/item-7108.jpg?w=640", 20, "/pro…/item-7108.jpg…"),
            ("/img/item-7108.jpg?width=640", 24, "/img/item-7108.jpg…"),
            ("/a/b/c/d/e/f/latest/*", 14, "/a/b…/latest/*"),
            ("/a/long-name-with-its-hash-8fa3.js", 16, "/a/…hash-8fa3.js"),
            ("/thumbs/320/item-1721.webp", 11, "/t…721.webp"),
            ("/thumbs/320/item-1721.webp", 7, "/thumbs/320/item-1721.webp"),
            ("https://h.com/a/b.jpg", 30, "https://h.com/a/b.jpg"),
            ("no-slash-in-this-one", 14, "no-sla…his-one"),
            ("/x", 14, "/x"),
            ("////////////////////", 14, "//////…///////"),
        ] {
            let cut = path(text, room, "…");
            assert_eq!(cut, shown);
            assert!(width(&cut) <= room || cut == text);
        }
    }

    #[test]
    fn nothing_is_written_beyond_the_end() {
        assert_eq!(written(4, &["ab", "cd", "ef"]), "abcd");
        assert_eq!(written(0, &["ab"]), "");
    }

    #[test]
    fn an_area_outside_the_buffer_is_left_alone() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        RowWriter::new(&mut buffer, Rect::new(5, 5, 9, 9), &theme()).put("abc", Style::new());
    }
}
