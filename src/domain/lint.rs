//! The linter: what each line of a draft comes to at its vendor, and what is wrong with it.
//!
//! It is a pure function of the draft and of what lies on the context, and cheap enough to run at every key: every line is
//! looked at once, everything else is a look-up in a hash map or a sorted list. What differs between vendors it reads
//! from their limits.

mod collision;
mod convert;
mod cover;
mod entry;
mod overlap;
mod query;
mod sound;
mod standing;
#[cfg(test)]
mod tests;
mod volume;

use std::collections::HashMap;

use super::draft::read::{self, Reading};
use super::draft::{Draft, Linted, LintedLine, Meaning};
use super::findings::{Code, Finding};
use super::kind::Kind;
use super::limits::Limits;
use super::lint_context::LintContext;
use super::resource::Resource;

pub use collision::{Collision, JUST_NOW};
pub use convert::is_root;

/// Reads a draft, says what each entry comes to and what is wrong with it, and what is wrong with the draft as a whole.
///
/// Nothing is said of a draft that is empty. A purge of everything is one line of the result, even where the draft's text
/// has none. An entry that is a duplicate has no meaning of its own: it is sent once, as the line that its finding names.
pub fn lint(draft: &Draft, context: &LintContext<'_>) -> Linted {
    let reading = read::read(&draft.text);
    let mut sheet = Sheet::read(draft, context, &reading);
    overlap::drop_duplicates(&mut sheet);
    overlap::note_covered(&mut sheet);
    let tallies = sheet.tallies();
    let mut findings = left_out(&reading);
    standing::check(&sheet, &tallies, &mut findings);
    volume::check(&sheet, &tallies, &mut findings);
    let collisions = collision::check(&mut sheet, &tallies);
    Linted { lines: sheet.rows.into_iter().map(|row| row.line).collect(), findings, collisions }
}

/// A draft under the linter's eyes.
struct Sheet<'a> {
    draft: &'a Draft,
    context: &'a LintContext<'a>,
    rows: Vec<Row>,
}

/// One entry and where it was put.
struct Row {
    line: LintedLine,
    /// The resource's place in the index; `None` where none was found.
    place: Option<usize>,
}

/// How many targets of one kind there are for one resource.
#[derive(Clone, Copy, Debug)]
struct Tally<'a> {
    place: usize,
    resource: &'a Resource,
    limits: Option<&'a Limits>,
    kind: Kind,
    targets: usize,
}

impl<'a> Sheet<'a> {
    fn read(draft: &'a Draft, context: &'a LintContext<'a>, reading: &Reading<'_>) -> Self {
        let mut rows: Vec<Row> =
            reading.entries.iter().map(|entry| entry::row(entry, draft, context)).collect();
        if rows.is_empty() && draft.kind == Some(Kind::All) {
            rows.push(entry::everything(draft, context));
        }
        Self { draft, context, rows }
    }

    /// What there is to send, by resource and kind, in the order of the draft. Entries without a meaning count only where
    /// nothing but the vendor's limits keeps them from having one.
    fn tallies(&self) -> Vec<Tally<'a>> {
        let mut tallies: Vec<Tally<'a>> = Vec::new();
        let mut places: HashMap<(usize, Kind), usize> = HashMap::new();
        for row in &self.rows {
            let Some(place) = row.place else { continue };
            let Some(resource) = self.context.hosts.get(place) else {
                continue;
            };
            let limits = self.context.limits_of(&resource.account);
            let kind = match &row.line.meaning {
                Some(meaning) => meaning.kind,
                None if limits.is_none() => self.draft.kind.unwrap_or(Kind::Url),
                None => continue,
            };
            let at = *places.entry((place, kind)).or_insert_with(|| {
                tallies.push(Tally { place, resource, limits, kind, targets: 0 });
                tallies.len() - 1
            });
            if let Some(tally) = tallies.get_mut(at) {
                tally.targets += 1;
            }
        }
        tallies
    }
}

impl Row {
    fn meaning(&self) -> Option<(usize, &Meaning)> {
        Some((self.place?, self.line.meaning.as_ref()?))
    }
}

/// What the reader passed over.
fn left_out(reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(&first) = reading.comments.first() {
        let words = match reading.comments.len() {
            1 => "A comment is passed over.".to_owned(),
            count => format!("{count} comments are passed over."),
        };
        findings.push(Finding::new(Code::Comments, Some(first), words));
    }
    if let Some(&first) = reading.passed_over.first() {
        let words = match reading.passed_over.len() {
            1 => "Only the targets of this line are taken, the rest is passed over.".to_owned(),
            count => {
                format!("Only the targets of {count} lines are taken, the rest is passed over.")
            }
        };
        findings.push(Finding::new(Code::PassedOver, Some(first), words));
    }
    findings
}

/// A text from outside as it may stand in a finding.
fn shown(text: &str) -> String {
    super::text::escape_control(text, 80)
}

/// `1 target`, `2 targets`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
