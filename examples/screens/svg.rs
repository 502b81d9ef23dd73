//! A screen as SVG: one `text` for each run of cells that look alike, on the grid of the cells.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// A cell, in pixels: as wide as DejaVu's letters of this size.
const WIDTH: f32 = 8.43;
const HEIGHT: f32 = 17.0;
/// From the top of a cell to the line that letters stand on.
const ASCENT: f32 = 13.0;
/// Around the screen.
const MARGIN: f32 = 10.0;

const FOREGROUND: [u8; 3] = [0xcc, 0xd0, 0xd6];
const BACKGROUND: [u8; 3] = [0x10, 0x13, 0x18];

/// The first sixteen colours, of which every terminal has its own.
const BASE: [[u8; 3]; 16] = [
    [0x00, 0x00, 0x00],
    [0xcd, 0x31, 0x31],
    [0x0d, 0xbc, 0x79],
    [0xe5, 0xe5, 0x10],
    [0x24, 0x72, 0xc8],
    [0xbc, 0x3f, 0xbc],
    [0x11, 0xa8, 0xcd],
    [0xd5, 0xd5, 0xd5],
    [0x76, 0x76, 0x76],
    [0xf1, 0x4c, 0x4c],
    [0x23, 0xd1, 0x8b],
    [0xf5, 0xf5, 0x43],
    [0x3b, 0x8e, 0xea],
    [0xd6, 0x70, 0xd6],
    [0x29, 0xb8, 0xdb],
    [0xff, 0xff, 0xff],
];

/// How a run of cells looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    fg: [u8; 3],
    bg: [u8; 3],
    modifier: Modifier,
}

/// A run of cells that look alike, from a column on.
struct Run {
    column: u16,
    cells: u16,
    text: String,
    look: Look,
}

/// The screen as an SVG file with this title.
pub(crate) fn svg(screen: &Buffer, title: &str) -> String {
    let mut out = head(screen.area, title);
    body(screen, &mut out);
    out.push_str("</svg>\n");
    out
}

/// Screens of one size that follow each other, each for its time in seconds, as one SVG file that
/// plays again and again. Where nothing may move, it shows the first.
pub(crate) fn animation(scenes: &[(Buffer, f32)], title: &str) -> String {
    let Some((first, _)) = scenes.first() else { return String::new() };
    let whole: f32 = scenes.iter().map(|(_, seconds)| seconds).sum();
    let mut out = head(first.area, title);
    out.push_str("<style>\n");
    let mut from = 0.0;
    for (place, (_, seconds)) in scenes.iter().enumerate() {
        let until = from + seconds;
        let share = |seconds: f32| 100.0 * seconds / whole;
        let _ = writeln!(
            out,
            "@keyframes s{place}{{0%{{visibility:{}}}{:.2}%{{visibility:visible}}{:.2}%,100%{{visibility:hidden}}}}\n\
             #s{place}{{visibility:{};animation:s{place} {whole:.1}s step-end infinite}}",
            if place == 0 { "visible" } else { "hidden" },
            share(from),
            share(until),
            if place == 0 { "visible" } else { "hidden" },
        );
        from = until;
    }
    out.push_str("@media(prefers-reduced-motion:reduce){g{animation:none!important}}\n</style>\n");
    for (place, (screen, _)) in scenes.iter().enumerate() {
        let _ = writeln!(out, "<g id=\"s{place}\">");
        body(screen, &mut out);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn head(area: Rect, title: &str) -> String {
    let (width, height) = (
        f32::from(area.width) * WIDTH + 2.0 * MARGIN,
        f32::from(area.height) * HEIGHT + 2.0 * MARGIN,
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <title>purgedeck: {title}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>\n",
        hex(BACKGROUND)
    )
}

fn body(screen: &Buffer, out: &mut String) {
    for row in screen.area.rows() {
        let y = MARGIN + f32::from(row.y - screen.area.y) * HEIGHT;
        let runs = runs(screen, row.y);
        for run in &runs {
            background(run, y, out);
        }
        for run in &runs {
            letters(run, y, out);
        }
    }
}

/// The runs of a row. A wide character is a run of its own, so that it cannot push what follows off
/// the grid; so is a bar.
fn runs(screen: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = screen.area.left();
    while x < screen.area.right() {
        let cell = &screen[(x, y)];
        let cells = (cell.symbol().width() as u16).max(1);
        let look = look(cell);
        let alone = |text: &str| text.width() > 1 || bar(text).is_some();
        let column = x - screen.area.left();
        match runs.last_mut() {
            Some(run)
                if run.look == look
                    && cells == 1
                    && !alone(cell.symbol())
                    && run.text.width() == usize::from(run.cells)
                    && bar(&run.text).is_none()
                    && !(run.cells > 1 && run.text.chars().count() == 1) =>
            {
                run.text.push_str(cell.symbol());
                run.cells += 1;
            }
            _ => runs.push(Run { column, cells, text: cell.symbol().to_owned(), look }),
        }
        x += cells;
    }
    runs
}

fn background(run: &Run, y: f32, out: &mut String) {
    if run.look.bg == BACKGROUND {
        return;
    }
    rectangle(run, y, HEIGHT, run.look.bg, out);
}

fn letters(run: &Run, y: f32, out: &mut String) {
    let Look { fg, modifier, .. } = run.look;
    if let Some(eighths) = bar(&run.text) {
        let height = HEIGHT * f32::from(eighths) / 8.0;
        return rectangle(run, y + HEIGHT - height, height, fg, out);
    }
    let underlined = modifier.contains(Modifier::UNDERLINED);
    if modifier.contains(Modifier::HIDDEN) || (run.text.trim().is_empty() && !underlined) {
        return;
    }
    // Blanks at both ends need no letters, but keep their place.
    let blanks = if underlined { 0 } else { run.text.len() - run.text.trim_start().len() };
    let text = if underlined { run.text.as_str() } else { run.text.trim() };
    let x = MARGIN + (f32::from(run.column) + blanks as f32) * WIDTH;
    let cells =
        if run.text.len() == text.len() { f32::from(run.cells) } else { text.width() as f32 };
    let _ = write!(
        out,
        "<text x=\"{x:.2}\" y=\"{:.1}\" textLength=\"{:.2}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" fill=\"{}\"",
        y + ASCENT,
        cells * WIDTH,
        hex(fg)
    );
    for (wanted, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::DIM, " fill-opacity=\"0.6\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
    ] {
        if modifier.contains(wanted) {
            out.push_str(attribute);
        }
    }
    let _ = writeln!(out, ">{}</text>", escaped(text));
}

fn rectangle(run: &Run, y: f32, height: f32, colour: [u8; 3], out: &mut String) {
    let _ = writeln!(
        out,
        "<rect x=\"{:.2}\" y=\"{y:.1}\" width=\"{:.2}\" height=\"{height:.1}\" fill=\"{}\"/>",
        MARGIN + f32::from(run.column) * WIDTH,
        f32::from(run.cells) * WIDTH,
        hex(colour)
    );
}

/// How many eighths of a cell a bar fills from below; `None` for anything else. Bars are drawn, for
/// fonts leave gaps between them.
fn bar(text: &str) -> Option<u8> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one @ '\u{2581}'..='\u{2588}'), None) => u8::try_from(u32::from(one) - 0x2580).ok(),
        _ => None,
    }
}

fn look(cell: &Cell) -> Look {
    let (mut fg, mut bg) = (rgb(cell.fg, FOREGROUND), rgb(cell.bg, BACKGROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    Look { fg, bg, modifier: cell.modifier }
}

fn rgb(colour: Color, reset: [u8; 3]) -> [u8; 3] {
    let base = |at: usize| BASE.get(at).copied().unwrap_or(reset);
    match colour {
        Color::Reset => reset,
        Color::Rgb(red, green, blue) => [red, green, blue],
        Color::Indexed(at @ 0..=15) => base(usize::from(at)),
        Color::Indexed(at @ 232..) => [8 + 10 * (at - 232); 3],
        Color::Indexed(at) => {
            let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let at = at - 16;
            [step(at / 36), step(at / 6 % 6), step(at % 6)]
        }
        Color::Black => base(0),
        Color::Red => base(1),
        Color::Green => base(2),
        Color::Yellow => base(3),
        Color::Blue => base(4),
        Color::Magenta => base(5),
        Color::Cyan => base(6),
        Color::Gray => base(7),
        Color::DarkGray => base(8),
        Color::LightRed => base(9),
        Color::LightGreen => base(10),
        Color::LightYellow => base(11),
        Color::LightBlue => base(12),
        Color::LightMagenta => base(13),
        Color::LightCyan => base(14),
        Color::White => base(15),
    }
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
