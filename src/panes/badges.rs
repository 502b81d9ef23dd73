//! The frame of a popup in which something is done to accounts: in their colour, with their badges
//! in its lower edge, so that production looks like production.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};

use crate::domain::account::Account;
use crate::domain::ids::AccountName;
use crate::domain::known::Known;
use crate::theme::{Role, Theme};
use crate::widgets::text::{RowWriter, cut};

/// Gives the frame around an area the colour and the badges of these accounts, in the order of the
/// configuration. An account with a badge counts before one that has a colour only.
pub fn frame(
    inner: Rect,
    names: &BTreeSet<&AccountName>,
    known: &Known,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let accounts: Vec<&Account> =
        known.accounts.iter().filter(|account| names.contains(&account.name)).collect();
    let coloured = |account: &&&Account| account.colour.is_some();
    let marked = accounts.iter().filter(|account| account.badge.is_some()).find(coloured);
    let colour = marked
        .or_else(|| accounts.iter().find(coloured))
        .and_then(|account| theme.account_colour(account.colour.as_deref()?));
    let outer = inner.outer(Margin::new(1, 1)).intersection(buffer.area);
    if let Some(colour) = colour {
        let edge = |x, y| x == outer.left() || x + 1 == outer.right() || y + 1 == outer.bottom();
        for position in outer.positions() {
            let top = position.y == outer.top();
            if let Some(cell) = buffer.cell_mut(position)
                && (edge(position.x, position.y) || (top && is_line(cell.symbol())))
            {
                cell.set_fg(colour);
            }
        }
    }
    let row = Rect { y: outer.bottom().saturating_sub(1), height: 1, ..outer };
    let mut writer = RowWriter::new(buffer, row.inner(Margin::new(2, 0)), theme);
    for account in accounts {
        let Some(badge) = &account.badge else { continue };
        let own = account.colour.as_deref().and_then(|colour| theme.account_colour(colour));
        let style = theme.style(Role::Badge);
        let style = own.map_or(style, |colour| style.bg(colour));
        let badge = cut(badge, 12, theme.glyphs.ellipsis);
        writer.put(&format!(" {badge} "), style);
        let name = cut(account.name.as_str(), 40, theme.glyphs.ellipsis);
        writer.put(&format!(" {name} "), Role::Text);
    }
}

fn is_line(symbol: &str) -> bool {
    !symbol.chars().any(|character| character.is_alphanumeric() || character == ' ')
}
