//! The first line: the program's name, every account with the age of what is known of it or what is
//! wrong, the clock.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Screen;
use crate::domain::account::Account;
use crate::panes::badges::{self, badge};
use crate::panes::format::{age, count_noun, is_late, next_try, reading, standing};
use crate::theme::Role;
use crate::widgets::text::{RowWriter, cut, width};

/// A run of text in one style.
type Part = (String, Style);

pub(super) fn draw(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = screen.theme;
    let clock = clock(screen);
    let mut writer = RowWriter::new(buffer, area, theme);
    if area.width >= 60 {
        writer.put(" purgedeck  ", Role::Brand);
    } else {
        writer.skip(1);
    }
    let room = writer.room().saturating_sub(width(&clock) + 2);
    for part in accounts(screen, room) {
        let left = writer.room().saturating_sub(width(&clock) + 2);
        writer.put_within(&part.0, left, part.1);
    }
    let right = Rect {
        x: area.right().saturating_sub(width(&clock) + 1),
        width: (width(&clock) + 1).min(area.width),
        ..area
    };
    RowWriter::new(buffer, right, theme).put(&clock, Role::Dim);
}

/// Length of a failure's headline where there is room, in characters.
const HEADLINE: usize = 60;
/// Length below which the age of the good accounts is given up instead.
const SHORT_HEADLINE: usize = 12;
/// The least length that still says something.
const MIN_HEADLINE: usize = 4;

/// The health of an account, where there is no room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    /// It was read, and nothing is wrong with it.
    Good,
    /// It fails, or does not answer.
    Failing,
    /// Nothing was ever read of it, and nothing is known to be wrong.
    Unread,
}

fn health(screen: &Screen<'_>, account: &Account) -> Health {
    match screen.app.known().statuses.get(&account.name) {
        Some(status) if status.failure.is_some() || is_late(status, screen.ctx.now) => {
            Health::Failing
        }
        Some(status) if status.synced_at.is_some() => Health::Good,
        Some(_) | None => Health::Unread,
    }
}

/// Returns the accounts in as many words as there is room for. The ages of the good ones go first,
/// but for the oldest; then the good ones become a number with their badges, then the reasons get
/// shorter, then the badges go, then those that were never read become a number as well. One that
/// fails is always named, with the age of its rows.
fn accounts(screen: &Screen<'_>, room: u16) -> Vec<Part> {
    let accounts = &screen.app.known().accounts;
    let taken = |parts: &[Part]| parts.iter().map(|part| width(&part.0)).sum::<u16>();
    for with_age in [true, false] {
        let mut parts: Vec<Part> = accounts
            .iter()
            .flat_map(|account| parts(screen, account, with_age, HEADLINE))
            .collect();
        if !with_age && let Some(oldest) = oldest(screen) {
            let style = screen.theme.style(Role::Successful);
            parts.push((format!("{oldest} old"), style));
        }
        if taken(&parts) <= room {
            return parts;
        }
    }
    let badges = taken(&collapsed(screen, SHORT_HEADLINE, false, (true, true))) <= room;
    let mut shown = Vec::new();
    for (named, with_age, least) in [
        (true, true, SHORT_HEADLINE),
        (true, false, SHORT_HEADLINE),
        (false, true, SHORT_HEADLINE),
        (false, false, MIN_HEADLINE),
    ] {
        for headline in (least..=HEADLINE).rev() {
            shown = collapsed(screen, headline, with_age, (named, badges));
            if taken(&shown) <= room {
                return shown;
            }
        }
    }
    shown
}

/// Returns the age of the oldest part of the good accounts.
fn oldest(screen: &Screen<'_>) -> Option<String> {
    let known = screen.app.known();
    let good = known
        .accounts
        .iter()
        .filter_map(|account| known.statuses.get(&account.name))
        .filter(|status| status.failure.is_none() && !is_late(status, screen.ctx.now));
    let at = good.filter_map(|status| status.synced_at).min()?;
    Some(age(at, screen.ctx.now, screen.app.moves()))
}

/// Counts the good accounts, with their badges or without, and names the others with as much of
/// their failure as fits; those that were never read by name or as a number.
fn collapsed(
    screen: &Screen<'_>,
    headline: usize,
    with_age: bool,
    (named, badges): (bool, bool),
) -> Vec<Part> {
    let theme = screen.theme;
    let accounts = &screen.app.known().accounts;
    let in_health =
        |wanted| accounts.iter().filter(move |account| health(screen, account) == wanted);
    let mut shown = Vec::new();
    let good = in_health(Health::Good).count();
    if good > 0 {
        let plain = theme.style(Role::Text);
        let number = count_noun(good as u64, "account", "accounts");
        let number = format!("{} {number}", theme.glyphs.online);
        shown.push((number, theme.style(Role::Successful)));
        let marked = in_health(Health::Good).filter(|_| badges);
        for badge in marked.filter_map(|account| badge(account, theme)) {
            shown.extend([(" ".to_owned(), plain), badge]);
        }
        if let Some(oldest) = oldest(screen).filter(|_| with_age) {
            shown.push((format!(" {oldest}"), theme.style(Role::Successful)));
        }
        shown.push(("  ".to_owned(), plain));
    }
    let told = |account| parts(screen, account, true, headline);
    shown.extend(in_health(Health::Failing).flat_map(told));
    if named {
        shown.extend(in_health(Health::Unread).flat_map(told));
    } else {
        let unread = in_health(Health::Unread).count();
        if unread > 0 {
            let words = format!("{} {unread} never read", theme.glyphs.asking);
            shown.push((words, theme.style(Role::Dim)));
        }
    }
    shown
}

fn parts(screen: &Screen<'_>, account: &Account, with_age: bool, headline: usize) -> Vec<Part> {
    let theme = screen.theme;
    let glyphs = &theme.glyphs;
    let (known, now) = (screen.app.known(), screen.ctx.now);
    let plain = theme.style(Role::Text);
    let colour = account.colour.as_deref().and_then(|colour| theme.account_colour(colour));
    let name_style = colour.map_or(plain, |colour| plain.fg(colour));
    let mut parts = vec![(badges::name(account, theme), name_style)];
    if let Some(badge) = badge(account, theme) {
        parts.extend([(" ".to_owned(), plain), badge]);
    }
    let status = known.statuses.get(&account.name);
    let synced = status.and_then(|status| status.synced_at);
    let failure = status.and_then(|status| status.failure.as_ref());
    let old = synced.map(|at| age(at, now, false));
    let (glyph, role) = standing(status, known.offline, now, glyphs);
    let words = match (status, synced, failure) {
        _ if known.offline => old,
        (_, _, Some(failure)) => {
            let next = status.and_then(|it| next_try(it, now, screen.app.zone()));
            let next = next.filter(|_| headline == HEADLINE);
            let headline = cut(&failure.headline(), headline, glyphs.ellipsis);
            let next = next.map_or_else(String::new, |next| format!(", {next}"));
            let old = old.map_or_else(|| "never read".to_owned(), |old| format!("{old} old"));
            Some(format!("{headline}{next} ({old})"))
        }
        (Some(status), Some(_), None) if is_late(status, now) => {
            Some(format!("reading ({} old)", old.unwrap_or_default()))
        }
        (Some(_), Some(at), None) => with_age.then(|| age(at, now, screen.app.moves())),
        (status, _, None) => status.and_then(|status| reading(status, now)),
    };
    let words = words.map_or_else(String::new, |words| format!(" {words}"));
    parts.push((format!(" {glyph}{words}"), theme.style(role)));
    parts.push(("   ".to_owned(), plain));
    parts
}

/// The time, to the second only while something moves; offline nothing ticks, so it says that
/// instead.
fn clock(screen: &Screen<'_>) -> String {
    let known = screen.app.known();
    let zone = screen.app.zone();
    let now = screen.ctx.now;
    let mut text = String::new();
    if known.read_only {
        text.push_str("read-only  ");
    }
    if known.offline {
        text.push_str("offline");
        return text;
    }
    let format = if screen.app.moves() { "%H:%M:%S" } else { "%H:%M" };
    text.push_str(&zone.show(now).format(format).to_string());
    text.push(' ');
    text.push_str(&zone.name(now));
    text
}
