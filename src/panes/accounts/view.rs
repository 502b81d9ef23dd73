//! The accounts as a popup: a row to an account, and below all that is known of the one under the
//! cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::AccountsPane;
use crate::domain::account::Account;
use crate::domain::budget::{RecentUse, under_way};
use crate::domain::kind::Kind;
use crate::domain::limits::Scope;
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::{divide, popup};
use crate::widgets::text::{RowWriter, put_lines, width};
use crate::widgets::wrap::wrap;

/// Most lines about what is under way.
const MAX_BUSY: usize = 3;

/// The largest width of an account's name, in cells.
const MAX_NAME: u16 = 30;

impl Overlay for AccountsPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let &OverlayInputs { known, theme, .. } = inputs;
        let accounts = &known.accounts;
        let note = format::count_noun(accounts.len() as u64, "account", "accounts");
        let inner = popup(area, (120, area.height), ("Accounts", &note), theme, buffer);
        let Some(here) = self.current(known) else {
            RowWriter::new(buffer, inner, theme).put("No account is set up yet.", Role::Dim);
            return;
        };
        let about = about(here, &self.recent, inputs, inner.width);
        let below = (about.len() as u16).min(inner.height.saturating_sub(3));
        let [rows, line, detail] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(below.min(1)),
            Constraint::Length(below),
        ])
        .areas(inner);
        let names = accounts.iter().map(|account| width(account.name.as_str())).max();
        let names = names.unwrap_or(0).min(MAX_NAME);
        inputs.list(accounts.len(), self.cursor).draw(rows, buffer, |at, writer| {
            if let Some(account) = accounts.get(at) {
                row(account, names, inputs, writer);
            }
        });
        divide(line, here.name.as_str(), theme, buffer);
        put_lines(detail, about, theme, buffer);
    }
}

fn row(account: &Account, names: u16, inputs: &OverlayInputs<'_>, writer: &mut RowWriter<'_>) {
    let &OverlayInputs { known, now, theme, .. } = inputs;
    let status = known.statuses.get(&account.name);
    let age = match status.and_then(|status| status.synced_at) {
        Some(at) => format!("{} old", format::age(at, now, false)),
        None => "never read".to_owned(),
    };
    let failure = status.and_then(|status| status.failure.as_ref());
    let (mark, role) = format::standing(status, known.offline, now, &theme.glyphs);
    writer.put(mark, role).skip(1).name(account.name.as_str(), names, Role::Text).skip(1);
    writer.column(&age, 11, Role::Dim).skip(1);
    if let Some(failure) = failure {
        writer.put(&failure.headline(), Role::Failed);
    } else if let Some(words) = status.and_then(|status| format::reading(status, now)) {
        writer.put(&words, Role::Dim);
    } else if let Some(by) = status.and_then(|status| status.read_by.as_ref()) {
        writer.put(&format!("read by {by}"), Role::Dim);
    }
    if let Some(words) = status.and_then(|status| format::next_try(status, now, inputs.zone)) {
        writer.put(", ", Role::Dim).put(&words, Role::Dim);
    }
}

/// Returns all that is known of an account, broken into lines of this width.
fn about(
    account: &Account,
    recent: &RecentUse,
    inputs: &OverlayInputs<'_>,
    cells: u16,
) -> Vec<(String, Role)> {
    let &OverlayInputs { known, now, zone, theme, .. } = inputs;
    let dot = format!(" {} ", theme.glyphs.dot);
    let status = known.statuses.get(&account.name);
    let mut facts = vec![account.provider.to_string()];
    if account.read_only || known.read_only {
        facts.push("read-only".to_owned());
    }
    if account.protected {
        facts.push("protected".to_owned());
    }
    if let Some(resources) = known.resources_of(&account.name) {
        facts.push(format::count_noun(resources.len() as u64, "resource", "resources"));
    }
    if let Some(status) = status {
        let by = status.read_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let read = |at| format!("read {}{by}", format::moment(at, now, zone));
        facts.extend(status.synced_at.map(read));
        if status.unfinished > 0 {
            facts.push(format!("{} unfinished", format::count(status.unfinished.into())));
        }
        facts.extend(status.older.map(format::loading_older));
        facts.extend(status.reads_targets.then(|| "reading paths".to_owned()));
    }
    let mut texts = vec![(facts.join(&dot), Role::Text)];
    if let Some(status) = status {
        let failure = status.failure.as_ref().map(|it| (it.with_advice_on_screen(), Role::Error));
        texts.extend(failure);
        texts.extend(format::next_try(status, now, zone).map(|words| (words, Role::Text)));
        let unwritten = status.not_written.as_ref();
        texts.extend(unwritten.map(|error| (error.to_string(), Role::Error)));
    }
    texts.extend(used(account, recent, inputs).into_iter().map(|words| (words, Role::Text)));
    texts.extend(limits(account, inputs).map(|words| (words, Role::Dim)));
    let wrapped =
        |(text, role): (String, Role)| wrap(&text, cells).into_iter().map(move |line| (line, role));
    texts.into_iter().flat_map(wrapped).collect()
}

/// Says what an account has used of the month, where purges cost money, and what is under way at
/// its busiest resources, where that is limited.
fn used(account: &Account, recent: &RecentUse, inputs: &OverlayInputs<'_>) -> Vec<String> {
    let &OverlayInputs { known, now, .. } = inputs;
    let name = &account.name;
    let Some(limits) = known.limits.get(name) else {
        return Vec::new();
    };
    let month = recent.months.get(name).and_then(|used| used.words(limits, now));
    let usage = known.usage(name, recent, now);
    let resources = known.resources_of(name).unwrap_or_default().iter();
    let mut lines: Vec<(u32, String)> = Vec::new();
    for resource in resources {
        for line in under_way(limits, name, &resource.id, &usage) {
            let words = match line.scope {
                Scope::Account => line.words(),
                Scope::Resource => format!("{}: {}", resource.cname, line.words()),
            };
            if line.used > 0 && !lines.iter().any(|(_, other)| *other == words) {
                lines.push((line.left(), words));
            }
        }
    }
    lines.sort();
    let lines = lines.into_iter().take(MAX_BUSY).map(|(_, words)| words);
    month.into_iter().chain(lines).collect()
}

/// Returns the limits of an account in one sentence.
fn limits(account: &Account, inputs: &OverlayInputs<'_>) -> Option<String> {
    let limits = inputs.known.limits.get(&account.name)?;
    let of_kind = |kind: Kind| {
        let rule = limits.rule(kind)?;
        let windows = rule.windows.iter().map(|window| {
            let per = chrono::TimeDelta::from_std(window.per).unwrap_or_default();
            format!(", {} in {}", window.requests, format::length(per))
        });
        let each = match rule.per_request {
            0 | 1 => kind.to_string(),
            many => format!("{kind} {} a request", format::count(many.into())),
        };
        Some(format!("{each}{}", windows.collect::<String>()))
    };
    let kinds: Vec<String> = Kind::EVERY.into_iter().filter_map(of_kind).collect();
    Some(format!("limits: {}", kinds.join("; ")))
}
