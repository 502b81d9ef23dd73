//! A screen as text that a person can compare: its characters, then beside them a letter for the style of each cell.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The text, a map of the styles, and what each letter of the map stands for. The commonest style is a dot.
pub(crate) fn picture(buffer: &Buffer) -> String {
    let mut styles: Vec<(String, usize)> = Vec::new();
    for cell in &buffer.content {
        let name = name(cell);
        match styles.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => styles.push((name, 1)),
        }
    }
    let commonest = styles
        .iter()
        .max_by_key(|(_, count)| *count)
        .map(|(name, _)| name.clone())
        .unwrap_or_default();
    let names: Vec<&String> =
        styles.iter().map(|(name, _)| name).filter(|name| **name != commonest).collect();
    let letter = |cell: &Cell| {
        let name = name(cell);
        match names.iter().position(|known| **known == name) {
            Some(at) => char::from(b'a' + u8::try_from(at).unwrap_or(25).min(25)),
            None => '.',
        }
    };
    let mut text = lines(buffer).join("\n");
    text.push_str("\n\n");
    for row in buffer.area.rows() {
        let letters: String =
            (row.left()..row.right()).map(|x| letter(&buffer[(x, row.y)])).collect();
        text.push_str(letters.trim_end_matches('.'));
        text.push('\n');
    }
    text = format!("{text}\n. {commonest}\n");
    for (at, name) in names.iter().enumerate() {
        let letter = char::from(b'a' + u8::try_from(at).unwrap_or(25).min(25));
        text = format!("{text}{letter} {name}\n");
    }
    text
}

fn name(cell: &Cell) -> String {
    let mut words = vec![colour(cell.fg)];
    if cell.bg != Color::Reset {
        words.push(format!("on {}", colour(cell.bg)));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Reset => "plain".to_owned(),
        Color::Indexed(index) => index.to_string(),
        other => other.to_string(),
    }
}

/// The text of a buffer, row by row, as a terminal would show it.
pub(crate) fn lines(buffer: &Buffer) -> Vec<String> {
    buffer
        .area
        .rows()
        .map(|row| {
            let mut text = String::new();
            let mut covered = 0;
            for x in row.left()..row.right() {
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                let symbol = buffer[(x, row.y)].symbol();
                covered = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                text.push_str(symbol);
            }
            text.trim_end().to_owned()
        })
        .collect()
}
