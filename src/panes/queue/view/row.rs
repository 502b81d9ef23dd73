//! The columns of the queue. Account, kind and host are the last to be cut; targets go first.

use chrono::TimeDelta;

use super::about;
use crate::domain::bad_news::BadEnd;
use crate::domain::journal::{JournalEntry, JournalState};
use crate::panes::format;
use crate::panes::overlay::OverlayInputs;
use crate::panes::queue::plans::{PlaceInPlan, place_in_plan, usual_end};
use crate::theme::Role;
use crate::widgets::text::{RowWriter, fit as beginning, width};

/// The cells of the cursor's mark.
const CURSOR: u16 = 2;
/// The cells of the line that joins the requests of a plan. In less room than this it has none of
/// its own, and stands beside the cursor's mark.
const BRANCH: u16 = 2;
const MIN_ROOM_OF_BRANCH: u16 = 70;
/// The cells of a kind.
const KIND: u16 = 7;
/// The largest widths of an account and of a host.
const MAX_ACCOUNT: u16 = 20;
const MAX_HOST: u16 = 44;
/// The cells of a number of targets and of the usual end.
const NUMBER: u16 = 5;
const END: u16 = 9;
/// The least cells for targets.
const TARGETS: u16 = 16;

/// The widths of the columns, in cells; 0 for one that has no room.
pub(super) struct QueueColumns {
    branch: u16,
    status: u16,
    when: u16,
    end: u16,
    account: u16,
    host: u16,
    kind: u16,
    number: u16,
    targets: bool,
    /// Times are short.
    short: bool,
}

/// The columns that every room has as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Status,
    When,
    Account,
    Host,
    Kind,
}

/// Returns the cells of these columns and of the blanks behind them.
fn taken(columns: &[(Part, u16)]) -> u16 {
    columns.iter().filter(|(_, cells)| *cells > 0).map(|(_, cells)| cells + 1).sum()
}

/// Has the columns give up what there is no room for: ends of names, the words of the status and
/// the time before account, kind and host.
fn narrow(columns: &mut [(Part, u16)], room: u16) {
    for (part, least) in [
        (Part::Kind, 3),
        (Part::Account, 10),
        (Part::Host, 22),
        (Part::Status, 1),
        (Part::Account, 7),
        (Part::Host, 16),
        (Part::When, 0),
        (Part::Host, 8),
        (Part::Status, 0),
        (Part::Account, 0),
        (Part::Kind, 0),
        (Part::Host, 0),
    ] {
        let over = taken(columns).saturating_sub(room);
        if over == 0 {
            return;
        }
        if let Some((_, cells)) = columns.iter_mut().find(|(other, _)| *other == part) {
            // All or nothing where a part says nothing.
            let whole = matches!(part, Part::Kind | Part::Status | Part::When);
            let wanted = if whole { least } else { least.max(cells.saturating_sub(over)) };
            *cells = (*cells).min(wanted);
        }
    }
}

impl QueueColumns {
    /// Fits the columns of these requests into a row.
    pub(super) fn of(entries: &[JournalEntry], inputs: &OverlayInputs<'_>, room: u16) -> Self {
        let short = room < 90;
        let is_in_plan = |at: usize| place_in_plan(entries, at) != PlaceInPlan::Alone;
        let has_plans = (0..entries.len()).any(is_in_plan);
        let branch = if has_plans && room >= MIN_ROOM_OF_BRANCH { BRANCH } else { 0 };
        let room = room.saturating_sub(CURSOR + branch);
        let widest = |of: &dyn Fn(&JournalEntry) -> u16, least: u16| {
            entries.iter().map(of).max().unwrap_or(0).max(least)
        };
        let status = widest(&|entry| width(format::entry_word(entry)) + 2, 6);
        let when = widest(&|entry| width(&when(entry, inputs, short)), 4);
        let host = widest(&|entry| width(&entry.request.cname), 4).min(MAX_HOST);
        let account = widest(&|entry| width(entry.request.account.as_str()), 7).min(MAX_ACCOUNT);
        let mut columns = [
            (Part::Status, status),
            (Part::When, when),
            (Part::Account, account),
            (Part::Host, host),
            (Part::Kind, KIND),
        ];
        narrow(&mut columns, room);
        // A cell that is left over makes room for the whole of the kind's title.
        let spare = room.saturating_sub(taken(&columns));
        for (_, cells) in columns.iter_mut().filter(|column| **column == (Part::Kind, 3)) {
            *cells += spare.min(1);
        }
        let [status, when, account, host, kind] = columns.map(|(_, cells)| cells);
        let mut left = room.saturating_sub(taken(&columns));
        let mut take = |wanted: u16| {
            let fits = left > wanted;
            left -= if fits { wanted + 1 } else { 0 };
            if fits { wanted } else { 0 }
        };
        let number = take(NUMBER);
        let targets = take(TARGETS) > 0;
        let end = if targets { take(END) } else { 0 };
        Self { branch, status, when, end, account, host, kind, number, targets, short }
    }

    /// Writes the column heads.
    pub(super) fn head(&self, writer: &mut RowWriter<'_>) {
        let role = Role::Heading;
        writer.skip(CURSOR + self.branch);
        for (title, cells) in [
            ("STATUS", self.status),
            ("SENT", self.when),
            ("DONE BY", self.end),
            ("ACCOUNT", self.account),
            ("HOST", self.host),
            ("KIND", self.kind),
        ] {
            if cells > 0 {
                writer.column(title, cells, role).skip(1);
            }
        }
        if self.number > 0 {
            writer.column_right("#", self.number, role).skip(1);
        }
        if self.targets {
            writer.put("TARGETS", role);
        }
    }

    /// Writes a request; the list has written the cursor's mark.
    pub(super) fn row(
        &self,
        entry: &JournalEntry,
        place: PlaceInPlan,
        inputs: &OverlayInputs<'_>,
        writer: &mut RowWriter<'_>,
    ) {
        let [branch, last_branch] = inputs.theme.glyphs.branches;
        let line = match place {
            PlaceInPlan::Alone => "",
            PlaceInPlan::Within => branch,
            PlaceInPlan::Last => last_branch,
        };
        if self.branch > 0 {
            writer.column(line, self.branch, Role::Dim);
        } else if !line.is_empty() {
            writer.back(1).column(line, 1, Role::Dim);
        }
        let (mark, role) = format::entry_status(entry, &inputs.theme.glyphs);
        // In the room for a mark alone, an ellipsis would tell nothing.
        let status = match self.status {
            0..=2 => mark.to_owned(),
            _ => format!("{mark} {}", format::entry_word(entry)),
        };
        writer.column(&status, self.status, role).skip(1);
        if self.when > 0 {
            writer.column(&when(entry, inputs, self.short), self.when, Role::Text).skip(1);
        }
        if self.end > 0 {
            writer.column(&end(entry, inputs), self.end, Role::Dim).skip(1);
        }
        if self.account > 0 {
            writer.name(entry.request.account.as_str(), self.account, Role::Text).skip(1);
        }
        if self.host > 0 {
            writer.name(&entry.request.cname, self.host, Role::Text).skip(1);
        }
        if self.kind > 0 {
            // In little room the beginnings tell the kinds apart, an ellipsis would not.
            let (kind, _) = beginning(entry.request.kind().label(), self.kind);
            writer.column(kind, self.kind, Role::Text).skip(1);
        }
        let targets = entry.request.payload.targets();
        if self.number > 0 {
            let number = if targets.is_empty() { String::new() } else { targets.len().to_string() };
            writer.column_right(&number, self.number, Role::Text).skip(1);
        }
        if !self.targets {
            return;
        }
        if let Some((why, role)) = why(entry, inputs) {
            writer.put(&why, role).put("  ", Role::Dim);
        }
        writer.put(targets.first().map_or("whole resource", String::as_str), Role::Text);
    }
}

/// Says when a request goes out, or went.
fn when(entry: &JournalEntry, inputs: &OverlayInputs<'_>, short: bool) -> String {
    if entry.state == JournalState::Queued {
        return match entry.planned_at - inputs.now {
            _ if !entry.confirmed => "held".to_owned(),
            _ if inputs.known.paused => "paused".to_owned(),
            wait if wait <= TimeDelta::zero() => "next".to_owned(),
            wait if short => {
                format!("in {}", format::age(inputs.now, inputs.now + wait, true))
            }
            wait => format!("in {}", format::short_length(wait)),
        };
    }
    let cancelled = entry.state == JournalState::Cancelled;
    let at = if cancelled { entry.answered_at } else { entry.sent_at };
    format!("{} ago", format::age(at.unwrap_or(entry.queued_at), inputs.now, true))
}

/// Says when a request that is under way is usually done; how late it is where that has passed.
fn end(entry: &JournalEntry, inputs: &OverlayInputs<'_>) -> String {
    let Some(end) = usual_end(entry, inputs.known, inputs.now) else {
        return String::new();
    };
    match inputs.now - end {
        late if late > TimeDelta::zero() => {
            format!("{} late", format::age(end, inputs.now, true))
        }
        _ if end - inputs.now > TimeDelta::hours(20) => {
            format!("in {}", format::age(inputs.now, end, true))
        }
        _ => inputs.zone.show(end).format("%H:%M:%S").to_string(),
    }
}

/// Says in a row why a request had a bad end or came back.
fn why(entry: &JournalEntry, inputs: &OverlayInputs<'_>) -> Option<(String, Role)> {
    let role = match (BadEnd::of(entry), entry.state) {
        (None, JournalState::Queued) if entry.is_unconfirmed() => {
            return Some((format!("queued by {}", entry.author()), Role::Warning));
        }
        (Some(BadEnd::Unknown), _) | (None, JournalState::Queued) => Role::Warning,
        (Some(BadEnd::Failed | BadEnd::Refused | BadEnd::NotVerified), _) => Role::Failed,
        (None, _) => return None,
    };
    let words = match (&entry.error, BadEnd::of(entry)) {
        (Some(error), _) => about::headline(error).to_owned(),
        (None, Some(BadEnd::NotVerified)) => "the edge serves the old".to_owned(),
        (None, Some(BadEnd::Failed | BadEnd::Refused)) => {
            format!("{} gives no reason", about::vendor(entry, inputs))
        }
        (None, Some(BadEnd::Unknown) | None) => return None,
    };
    Some((words, role))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(room: u16) -> [(Part, u16); 5] {
        let mut columns = [
            (Part::Status, 13),
            (Part::When, 8),
            (Part::Account, 14),
            (Part::Host, 27),
            (Part::Kind, KIND),
        ];
        narrow(&mut columns, room);
        columns
    }

    #[test]
    fn account_kind_and_host_are_the_last_to_be_cut() {
        for room in 0..100 {
            assert!(taken(&narrowed(room)) <= room, "{room}");
        }
        let cells = |room| narrowed(room).map(|(_, cells)| cells);
        assert_eq!(cells(80), [13, 8, 14, 27, 7]);
        // A popup at 60 columns.
        let [_, _, account, host, kind] = cells(56);
        assert!(account >= 7 && host >= 22 && kind >= 3, "{:?}", cells(56));
        let [status, _, account, host, kind] = cells(36);
        assert!(status >= 1 && account >= 7 && host >= 8 && kind >= 3, "{:?}", cells(36));
    }
}
