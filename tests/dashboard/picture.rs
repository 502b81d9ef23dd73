//! A screen as text that a person can compare: its characters, then beside them a letter for the
//! style of each cell. Each letter belongs to a role of the theme, so that it stays the same
//! whatever else is on the screen.

use purgedeck::theme::{Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

/// A letter for each role, in their order; plain text is a dot.
const LETTERS: &[u8] = b".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Returns the text, a map of the roles, and the role of each letter in it. A role laid over
/// another is named by both, as in `dim+cursor`, and has the letter of the second.
pub(crate) fn picture(buffer: &Buffer, theme: &Theme) -> String {
    let names: Vec<Vec<String>> = buffer
        .area
        .rows()
        .map(|row| (row.left()..row.right()).map(|x| name(&buffer[(x, row.y)], theme)).collect())
        .collect();
    let mut used: Vec<&String> = names.iter().flatten().collect();
    used.sort();
    used.dedup();
    let mut text = lines(buffer).join("\n");
    text.push_str("\n\n");
    for row in &names {
        let letters: String = row.iter().map(|name| letter(name)).collect();
        text.push_str(letters.trim_end_matches('.'));
        text.push('\n');
    }
    text.push('\n');
    for name in used {
        text = format!("{text}{} {name}\n", letter(name));
    }
    text
}

fn letter(name: &str) -> char {
    let role = name.rsplit('+').next().unwrap_or(name).trim_end_matches(" reversed");
    let place = Role::EVERY.iter().position(|known| known.name() == role);
    place.and_then(|place| LETTERS.get(place)).map_or('?', |letter| char::from(*letter))
}

/// The role whose style the cell has; two, where one is laid over another; the bare colours where
/// no roles fit.
fn name(cell: &Cell, theme: &Theme) -> String {
    let text = theme.style(Role::Text);
    let style = |role: Role| text.patch(theme.style(role));
    if let Some(role) = Role::EVERY.iter().find(|role| fits(cell, style(**role))) {
        return role.name().to_owned();
    }
    for below in Role::EVERY {
        for above in Role::EVERY {
            if fits(cell, style(*below).patch(theme.style(*above))) {
                return format!("{}+{}", below.name(), above.name());
            }
        }
    }
    if cell.modifier.contains(Modifier::REVERSED) {
        let mut plain = cell.clone();
        plain.modifier.remove(Modifier::REVERSED);
        return format!("{} reversed", name(&plain, theme));
    }
    [cell.fg, cell.bg].map(|colour| colour.to_string()).join(" on ")
}

fn fits(cell: &Cell, style: Style) -> bool {
    let colour = |colour: Option<Color>| colour.unwrap_or_default();
    colour(style.fg) == cell.fg
        && colour(style.bg) == cell.bg
        && style.add_modifier == cell.modifier
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
