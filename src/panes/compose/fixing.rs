//! Changes that findings suggest: a fix, the same fix everywhere, all errors out, a page turned
//! into its directory. Undo takes each back.

use super::{ComposePane, Part};
use crate::domain::document::DocumentFormat;
use crate::domain::draft::edit::{EntryChange, apply, directory_or_page};
use crate::domain::event::Level;
use crate::panes::format::count_noun;
use crate::panes::{PaneCtx, Update};

impl ComposePane {
    /// Fixes the gravest finding of the line under the cursor that has a fix; `everywhere`: on
    /// every line that has the same.
    pub(super) fn fix(&mut self, everywhere: bool, ctx: &PaneCtx<'_>) -> Update {
        let (here, _) = self.lines.cursor();
        let Some((finding, fix)) = self.checked.linted.fix_at(here) else {
            return Update::say(Level::Info, "No finding of this line has a fix.");
        };
        let only = (!everywhere).then_some(here);
        let changes = self.checked.linted.changes(finding.code, only);
        let words = match changes.len() {
            1 => format!("{}: {}", finding.code, fix.words),
            count => {
                let entries = count_noun(count as u64, "entry", "entries");
                format!("{} on {entries}: {}", finding.code, fix.words)
            }
        };
        self.carry_kinds(&changes);
        self.change_entries(&changes, ctx).and(Update::say(Level::Info, words))
    }

    /// Gives the new text of an entry the kind that the old one had by its origin.
    fn carry_kinds(&mut self, changes: &[EntryChange]) {
        let draft = &mut self.kept.draft;
        for change in changes {
            let entry = self.checked.linted.lines.get(change.entry);
            if let (Some(entry), Some(text)) = (entry, &change.text)
                && let Some(kind) = draft.kinds.get(&entry.input).copied()
            {
                draft.kinds.extend(text.split('\n').map(|text| (text.to_owned(), kind)));
            }
        }
    }

    /// Takes out every entry with an error.
    pub(super) fn drop_errors(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let changes = self.checked.linted.without_errors();
        if changes.is_empty() {
            return Update::say(Level::Info, "No line has an error.");
        }
        let entries = count_noun(changes.len() as u64, "entry", "entries");
        let words = format!("{entries} with errors dropped; undo brings them back.");
        self.change_entries(&changes, ctx).and(Update::say(Level::Info, words))
    }

    /// Turns pages of the line under the cursor into their directories, or back.
    pub(super) fn turn_directory(&mut self, ctx: &PaneCtx<'_>) -> Update {
        let changes = self.directory_changes();
        if changes.is_empty() {
            return Update::say(Level::Info, "Only what ends in / or /* is a page or a directory.");
        }
        self.change_entries(&changes, ctx)
    }

    /// Returns whether the line under the cursor has a finding with a fix.
    pub(super) fn has_fix(&self) -> bool {
        self.checked.linted.fix_at(self.lines.cursor().0).is_some()
    }

    pub(super) fn directory_changes(&self) -> Vec<EntryChange> {
        // A name or an expression may end in a slash, and is no page.
        if DocumentFormat::of_kind(self.draft().kind).is_some() {
            return Vec::new();
        }
        let linted = &self.checked.linted;
        let numbers = linted.numbers_at(self.lines.cursor().0);
        numbers
            .filter_map(|number| {
                let entry = linted.lines.get(number)?;
                let text = directory_or_page(&entry.input, entry.bare_host)?;
                Some(EntryChange { entry: number, text: Some(text) })
            })
            .collect()
    }

    fn change_entries(&mut self, changes: &[EntryChange], ctx: &PaneCtx<'_>) -> Update {
        let (here, _) = self.lines.cursor();
        let reading = self.draft().reading();
        let edited = apply(&self.lines.text(), reading, changes);
        self.part = Part::Targets;
        if edited.format != reading {
            self.kept.draft.format = edited.format;
        }
        self.lines.replace(&edited.text);
        self.lines.go_to_line(here);
        self.edited(ctx)
    }
}
