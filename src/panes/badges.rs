//! The frame of a popup in which something is done to accounts: in their colour, with their badges
//! in its lower edge, so that production looks like production.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Color, Style};

use crate::domain::account::Account;
use crate::domain::ids::AccountName;
use crate::domain::known::Known;
use crate::theme::{Role, Theme};
use crate::widgets::text::{RowWriter, cut};

/// Most characters of a badge.
const MAX_BADGE: usize = 12;
/// Most characters of an account's name.
const MAX_NAME: usize = 40;

/// Returns an account's badge in its colour, if it has one.
pub fn badge(account: &Account, theme: &Theme) -> Option<(String, Style)> {
    let badge = account.badge.as_ref()?;
    let style = theme.style(Role::Badge);
    let style = colour_of(account, theme).map_or(style, |colour| style.bg(colour));
    Some((format!(" {} ", cut(badge, MAX_BADGE, theme.glyphs.ellipsis)), style))
}

/// Returns the name of an account, cut to what the screen shows of one.
pub fn name(account: &Account, theme: &Theme) -> String {
    cut(account.name.as_str(), MAX_NAME, theme.glyphs.ellipsis)
}

/// Returns the colour of the frame around something that is done to these accounts. An account
/// with a badge counts before one that has a colour only.
pub fn colour(names: &BTreeSet<&AccountName>, known: &Known, theme: &Theme) -> Option<Color> {
    let coloured = || among(names, known).filter(|account| account.colour.is_some());
    let account = coloured().find(|account| account.badge.is_some()).or_else(|| coloured().next());
    colour_of(account?, theme)
}

/// Writes the badges of these accounts into the lower edge of the frame around an area, in the
/// order of the configuration.
pub fn draw(
    inner: Rect,
    names: &BTreeSet<&AccountName>,
    known: &Known,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let outer = inner.outer(Margin::new(1, 1)).intersection(buffer.area);
    let row = Rect { y: outer.bottom().saturating_sub(1), height: 1, ..outer };
    let mut writer = RowWriter::new(buffer, row.inner(Margin::new(2, 0)), theme);
    for account in among(names, known) {
        if let Some((badge, style)) = badge(account, theme) {
            writer.put(&badge, style).put(&format!(" {} ", name(account, theme)), Role::Text);
        }
    }
}

fn among<'a>(
    names: &BTreeSet<&AccountName>,
    known: &'a Known,
) -> impl Iterator<Item = &'a Account> {
    known.accounts.iter().filter(|account| names.contains(&account.name))
}

fn colour_of(account: &Account, theme: &Theme) -> Option<Color> {
    theme.account_colour(account.colour.as_deref()?)
}
