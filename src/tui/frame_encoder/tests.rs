#![expect(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::{DrawingAbilities, FrameEncoder};

/// A terminal with what it shows, and the frames that were written to it.
struct Shown {
    encoder: FrameEncoder,
    terminal: vt100::Parser,
    frame: Buffer,
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

impl Shown {
    fn new(size: (u16, u16), abilities: DrawingAbilities) -> Self {
        let frame = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        let terminal = vt100::Parser::new(cells(size.1), cells(size.0), 0);
        Self { encoder: FrameEncoder::new(abilities), terminal, frame }
    }

    /// Writes a frame; returns its bytes.
    fn show(&mut self, next: &Buffer) -> String {
        let bytes = self.encoder.encode(&mut self.frame, next).to_vec();
        self.terminal.process(&bytes);
        self.frame.clone_from(next);
        String::from_utf8(bytes).unwrap()
    }

    /// Returns the cells that do not look as those of a frame.
    fn wrong(&self, frame: &Buffer) -> Vec<String> {
        let screen = self.terminal.screen();
        let mut wrong = Vec::new();
        for y in 0..frame.area.height {
            let mut reach = 0;
            for x in 0..frame.area.width {
                if x < reach {
                    continue;
                }
                let cell = &frame[(x, y)];
                reach = x + cell.cell_width();
                let shown = screen.cell(y, x).unwrap();
                let (is, should) = (look_of(shown), look(cell));
                if is != should {
                    wrong.push(format!("({x}, {y}): {is:?} for {should:?}"));
                }
            }
        }
        let style = (screen.fgcolor(), screen.bgcolor(), screen.bold(), screen.inverse());
        if style != (vt100::Color::Default, vt100::Color::Default, false, false) {
            wrong.push(format!("the style is left at {style:?}"));
        }
        wrong
    }
}

/// The visible part of a cell: its text, its colours, and bold, dim, italic, underlined, reversed.
type Look = (String, vt100::Color, vt100::Color, [bool; 5]);

/// Returns what is seen where no difference can be seen between styles of a blank.
fn seen((text, fg, bg, style): Look) -> Look {
    let is_plain = text == " " && !style[3] && !style[4];
    if is_plain { (text, vt100::Color::Default, bg, [false; 5]) } else { (text, fg, bg, style) }
}

fn look_of(cell: &vt100::Cell) -> Look {
    let text = if cell.has_contents() { cell.contents() } else { " " };
    let style = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
    seen((text.to_owned(), cell.fgcolor(), cell.bgcolor(), style))
}

fn look(cell: &Cell) -> Look {
    let has = |modifier| cell.modifier.contains(modifier);
    let style = [
        has(Modifier::BOLD),
        has(Modifier::DIM),
        has(Modifier::ITALIC),
        has(Modifier::UNDERLINED),
        has(Modifier::REVERSED),
    ];
    seen((cell.symbol().to_owned(), colour(cell.fg), colour(cell.bg), style))
}

fn colour(colour: Color) -> vt100::Color {
    let named = [(Color::Red, 1), (Color::LightBlue, 12)];
    let named = named.iter().find(|(name, _)| *name == colour).map(|(_, index)| *index);
    if let Color::Rgb(red, green, blue) = colour {
        return vt100::Color::Rgb(red, green, blue);
    }
    let index = if let Color::Indexed(index) = colour { Some(index) } else { named };
    index.map_or(vt100::Color::Default, vt100::Color::Idx)
}

/// A change of a frame.
#[derive(Clone, Debug)]
enum Change {
    Text { x: u16, y: u16, text: String, style: Style },
    Fill { y: u16, style: Style },
    Shift { from: u16, to: u16, by: u16, up: bool },
    Empty,
}

fn colours() -> impl Strategy<Value = Color> {
    prop_oneof![
        4 => Just(Color::Reset),
        1 => Just(Color::Red),
        1 => Just(Color::LightBlue),
        2 => Just(Color::Indexed(237)),
        1 => Just(Color::Rgb(1, 2, 3)),
    ]
}

fn styles() -> impl Strategy<Value = Style> {
    let modifiers = [
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::BOLD.union(Modifier::ITALIC),
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED,
        Modifier::REVERSED.union(Modifier::BOLD),
    ];
    (colours(), colours(), prop::sample::select(modifiers.to_vec()))
        .prop_map(|(fg, bg, modifier)| Style::reset().fg(fg).bg(bg).add_modifier(modifier))
}

fn changes() -> impl Strategy<Value = Change> {
    let piece =
        prop_oneof!["[a-c]{1,9}", " {1,12}", "[▸·│é]{1,3}", "[表示]{1,3}", "e\u{301}", "😀"];
    let text = prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat());
    prop_oneof![
        8 => (0..40_u16, 0..12_u16, text, styles())
            .prop_map(|(x, y, text, style)| Change::Text { x, y, text, style }),
        2 => (0..12_u16, styles()).prop_map(|(y, style)| Change::Fill { y, style }),
        2 => (0..12_u16, 0..13_u16, 1..4_u16, any::<bool>())
            .prop_map(|(from, to, by, up)| Change::Shift { from, to, by, up }),
        1 => Just(Change::Empty),
    ]
}

fn apply(change: &Change, frame: &mut Buffer) {
    let (width, height) = (frame.area.width, frame.area.height);
    match change {
        Change::Text { x, y, text, style } => {
            let (x, y) = (x % width, y % height);
            // What is left of a wide character is no character.
            if x > 0 && frame[(x - 1, y)].cell_width() > 1 {
                frame[(x - 1, y)].set_symbol(" ");
            }
            frame.set_string(x, y, text, *style);
        }
        Change::Fill { y, style } => {
            frame.set_style(Rect::new(0, y % height, width, 1), *style);
        }
        Change::Shift { from, to, by, up } => {
            let (from, to) = (usize::from(from % height), usize::from(*to).min(height.into()));
            let width = usize::from(width);
            if from < to {
                let rows = &mut frame.content[from * width..to * width];
                let cells = (usize::from(*by) * width).min(rows.len());
                if *up { rows.rotate_left(cells) } else { rows.rotate_right(cells) }
            }
        }
        Change::Empty => frame.reset(),
    }
}

fn abilities() -> impl Strategy<Value = DrawingAbilities> {
    any::<[bool; 3]>().prop_map(|[erases_characters, erases_in_colour, scrolls]| DrawingAbilities {
        erases_characters,
        erases_in_colour,
        scrolls,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_bytes_of_frames_make_a_terminal_show_them(
        size in (1..40_u16, 1..12_u16),
        abilities in abilities(),
        frames in prop::collection::vec(prop::collection::vec(changes(), 0..12), 1..6),
    ) {
        let mut shown = Shown::new(size, abilities);
        let mut frame = shown.frame.clone();
        for changes in frames {
            for change in &changes {
                apply(change, &mut frame);
            }
            let bytes = shown.show(&frame);
            prop_assert_eq!(shown.wrong(&frame), Vec::<String>::new(), "{:?}", bytes);
            // Nothing is written where nothing changed.
            prop_assert_eq!(shown.show(&frame), "");
        }
    }
}

fn lines(lines: &[&str]) -> Buffer {
    Buffer::with_lines(lines.iter().copied())
}

/// The bytes that turn a frame into another.
fn bytes_between(from: &Buffer, to: &Buffer, abilities: DrawingAbilities) -> String {
    let mut shown = Shown::new((from.area.width, from.area.height), abilities);
    shown.show(from);
    let bytes = shown.show(to);
    assert_eq!(shown.wrong(to), Vec::<String>::new(), "{bytes:?}");
    bytes
}

#[test]
fn a_change_of_a_character_is_a_move_and_the_character() {
    let bytes =
        bytes_between(&lines(&["abc", "def"]), &lines(&["abc", "dxf"]), DrawingAbilities::ALL);
    assert_eq!(bytes, "\x1b[2;2Hx");
}

#[test]
fn what_lies_between_two_changes_is_written_again_where_that_is_shorter() {
    let bytes = bytes_between(
        &lines(&["a1b..........................1"]),
        &lines(&["x1y..........................2"]),
        DrawingAbilities::ALL,
    );
    assert_eq!(bytes, "\x1b[Hx1y\x1b[26C2");
}

#[test]
fn blanks_are_erased_where_the_terminal_can_and_that_is_shorter() {
    let from = lines(&["│some long words│", "some long words  "]);
    let to = lines(&["│so             │", "some             "]);
    let all = bytes_between(&from, &to, DrawingAbilities::ALL);
    assert_eq!(all, "\x1b[1;4H\x1b[13X\x1b[2;6H\x1b[K");
    let none = bytes_between(&from, &to, DrawingAbilities::default());
    assert_eq!(none, "\x1b[1;4H             \x1b[2;6H\x1b[K");
}

#[test]
fn blanks_of_a_colour_are_erased_only_in_that_colour() {
    let from = lines(&["some long words"]);
    let mut to = lines(&["some           "]);
    to.set_style(to.area, Style::reset().bg(Color::Indexed(237)));
    let abilities = DrawingAbilities { erases_in_colour: false, ..DrawingAbilities::ALL };
    let bytes = bytes_between(&from, &to, abilities);
    assert_eq!(bytes, "\x1b[H\x1b[48;5;237msome           \x1b[m");
    let bytes = bytes_between(&from, &to, DrawingAbilities::ALL);
    assert_eq!(bytes, "\x1b[H\x1b[48;5;237msome\x1b[K\x1b[m");
}

#[test]
fn only_what_differs_of_a_style_is_said() {
    let from = lines(&["            "]);
    let mut to = from.clone();
    let style = Style::reset().fg(Color::Indexed(252));
    to.set_string(0, 0, "ab", style.add_modifier(Modifier::BOLD));
    to.set_string(2, 0, " cd", style.add_modifier(Modifier::DIM));
    to.set_string(5, 0, " ef", style.bg(Color::Red));
    to.set_string(8, 0, " g", Style::reset());
    let bytes = bytes_between(&from, &to, DrawingAbilities::ALL);
    assert_eq!(bytes, "\x1b[H\x1b[1;38;5;252mab \x1b[22;2mcd\x1b[22;41m ef\x1b[m g");
}

#[test]
fn rows_that_moved_are_moved_by_the_terminal() {
    let row = |n: usize| format!("row {n:2} {}", char::from(b'a' + n as u8).to_string().repeat(30));
    let frame = |first: usize| {
        let rows = (first..first + 8).map(row);
        Buffer::with_lines(std::iter::once("title".into()).chain(rows).chain(["foot".into()]))
    };
    let up = bytes_between(&frame(3), &frame(5), DrawingAbilities::ALL);
    assert!(up.starts_with("\x1b[2;9r\x1b[9H\n\n\x1b[r\x1b[8Hrow 11"), "{up:?}");
    let down = bytes_between(&frame(5), &frame(3), DrawingAbilities::ALL);
    assert!(down.starts_with("\x1b[2;9r\x1b[2H\x1bM\x1bM\x1b[r\x1b[2Hrow  3"), "{down:?}");
    let without = bytes_between(&frame(3), &frame(5), DrawingAbilities::default());
    assert!(!without.contains("\x1b[2;9r"), "{without:?}");
}

#[test]
fn the_cursor_is_placed_anew_behind_what_terminals_take_for_different_widths() {
    for wide in ["表", "e\u{301}", "😀"] {
        let to = lines(&[&format!("{wide}ab       ")]);
        let from = Buffer::empty(to.area);
        let bytes = bytes_between(&from, &to, DrawingAbilities::ALL);
        let column = 1 + wide.cell_width();
        assert_eq!(bytes, format!("\x1b[H{wide}\x1b[1;{column}Hab"));
    }
    // Some terminals take it for narrow, and would leave what stood beside it.
    let mut encoder = FrameEncoder::new(DrawingAbilities::ALL);
    let to = lines(&["❤\u{fe0f}ab      "]);
    let bytes = encoder.encode(&mut lines(&["xxxx      "]), &to);
    assert_eq!(bytes, "\x1b[H  \x1b[H❤\u{fe0f}\x1b[1;3Hab".as_bytes());
}

#[test]
fn a_large_frame_is_shown_at_once() {
    let from = Buffer::empty(Rect::new(0, 0, 80, 24));
    let to = Buffer::filled(from.area, Cell::new("x"));
    let bytes = bytes_between(&from, &to, DrawingAbilities::ALL);
    assert!(bytes.starts_with("\x1b[?2026h") && bytes.ends_with("\x1b[?2026l"));
}

#[test]
fn an_unknown_screen_is_emptied_first() {
    let mut shown = Shown::new((10, 2), DrawingAbilities::ALL);
    shown.terminal.process(b"\x1b[41mwhat stood there");
    shown.encoder.clear();
    let frame = lines(&["a         ", "          "]);
    assert_eq!(shown.show(&frame), "\x1b[m\x1b[2J\x1b[Ha");
    assert_eq!(shown.wrong(&frame), Vec::<String>::new());
}
