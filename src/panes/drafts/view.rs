//! The popup of the drafts: a row to a draft.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DraftsPane;
use crate::domain::draft::{KeptDraft, Overview};
use crate::panes::format;
use crate::panes::overlay::{Overlay, OverlayInputs};
use crate::theme::Role;
use crate::widgets::panel::popup;
use crate::widgets::text::{RowWriter, path, printable};

impl Overlay for DraftsPane {
    fn draw(&self, inputs: &OverlayInputs<'_>, area: Rect, buffer: &mut Buffer) {
        let theme = inputs.theme;
        let count = self.drafts.len();
        let note = format::count_noun(count as u64, "draft", "drafts");
        let rows = (count as u16).clamp(4, area.height.max(6) - 2) + 2;
        let inner = popup(area, (120, rows), ("Drafts", &note), theme, buffer);
        if count == 0 {
            let words = "No draft is kept. One is, whenever compose is left with something in it.";
            RowWriter::new(buffer, inner, theme).put(words, Role::Dim);
            return;
        }
        inputs.list(count, self.here).draw(inner, buffer, |at, writer| {
            if let Some((kept, overview)) = self.drafts.get(at) {
                row(kept, overview, inputs, inner.width, writer);
            }
        });
    }
}

/// `10:04:12  www.site.com +2     12  /img/a.jpg   INC-2231 stale hero`.
fn row(
    kept: &KeptDraft,
    overview: &Overview,
    inputs: &OverlayInputs<'_>,
    width: u16,
    writer: &mut RowWriter<'_>,
) {
    let wide = width >= 90;
    // An earlier version did not keep the time.
    let told = kept.changed.timestamp() > 0;
    let (when, cells) = match (told, wide) {
        (true, true) => (format::moment(kept.changed, inputs.now, inputs.zone), 16),
        (true, false) => (format::age(kept.changed, inputs.now, true), 4),
        (false, true) => ("earlier".to_owned(), 16),
        (false, false) => ("old".to_owned(), 4),
    };
    writer.column(&when, cells, Role::Dim).skip(1);
    let hosts = hosts(kept, overview, inputs);
    writer.name(&hosts, if width < 110 { 22 } else { 34 }, Role::Text).skip(1);
    let (count, role) = if overview.everything {
        ("all".to_owned(), Role::Warning)
    } else {
        (overview.entries.to_string(), Role::Text)
    };
    writer.column_right(&count, 5, role).skip(2);
    let room = if wide { writer.room() / 2 } else { writer.room() };
    let first = printable(&overview.first);
    writer.column(&path(&first, room, inputs.theme.glyphs.ellipsis), room, Role::Text);
    if wide {
        let why = [kept.draft.ticket.trim(), kept.draft.reason.trim()];
        writer.skip(1).put(why.join(" ").trim(), Role::Dim);
    }
}

/// The first host and the number of others; where no entry names one, that of the chosen resource.
fn hosts(kept: &KeptDraft, overview: &Overview, inputs: &OverlayInputs<'_>) -> String {
    match (overview.hosts.as_slice(), &kept.draft.resource) {
        ([], None) => "no host".to_owned(),
        ([], Some((account, id))) => {
            let resource = inputs.known.resource(account, id);
            resource.map_or_else(|| id.to_string(), |resource| resource.cname.clone())
        }
        ([one], _) => one.clone(),
        ([first, others @ ..], _) => format!("{first} +{}", others.len()),
    }
}
