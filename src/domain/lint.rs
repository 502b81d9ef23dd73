//! The linter: what each line of a draft comes to at its vendor, and what is wrong with it.
//!
//! It is a pure function of the draft and of what lies on the context, and cheap enough to run at
//! every key: every line is looked at once, everything else is a look-up in a hash map or a sorted
//! list. What differs between vendors it reads from their limits.

mod account_rules;
mod collision;
mod convert;
mod entry;
mod fix;
mod form;
mod limits;
mod modes;
mod money;
mod named;
mod normal;
mod notes;
mod offered;
mod omitted;
mod overlap;
mod pattern_set;
mod place;
mod query;
mod syntax;
#[cfg(test)]
mod tests;
mod under_way;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::document::{Document, ReadAs};
use super::draft::{Draft, address};
use super::findings::{Code, Finding, Severity};
use super::ids::{AccountName, ResourceId};
use super::kind::Kind;
use super::limits::Limits;
use super::lint_context::LintContext;
use super::resource::Resource;

pub use collision::{Collision, JUST_NOW};
pub use fix::Fix;

use notes::Notes;

/// A draft as the linter understood it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    /// How its text was understood.
    pub read_as: ReadAs,
    /// The entries, in the order of the draft.
    pub lines: Vec<LintedLine>,
    /// Findings about the draft as a whole.
    pub findings: Vec<Finding>,
    /// Entries that meet a recent purge; each has its finding too.
    pub collisions: Vec<Collision>,
    /// The hosts that no resource answers to; each entry with one has its finding too.
    pub unknown_hosts: BTreeSet<String>,
    /// The accounts that it would purge in.
    pub accounts: BTreeSet<AccountName>,
}

/// One entry of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintedLine {
    /// Its line in the draft's text, counted from 0.
    pub line: usize,
    /// The entry as typed, trimmed.
    pub input: String,
    /// The vendor's form of it; `None` where that cannot be said, and where the same target is sent
    /// for another line.
    pub meaning: Option<Meaning>,
    /// Findings about it.
    pub findings: Vec<Finding>,
    /// The part of its query string that does not count.
    pub lost_query: LostQuery,
    /// True if it is a host without a path.
    pub bare_host: bool,
}

/// The part of a query string that does not count for a purge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LostQuery {
    /// All of it counts, or nobody says otherwise.
    #[default]
    Nothing,
    /// None of it counts.
    Whole,
    /// These parameters do not count.
    Names(Vec<String>),
}

/// The meaning of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// In which account.
    pub account: AccountName,
    /// For which resource.
    pub resource: ResourceId,
    /// The resource's cname.
    pub cname: String,
    /// As which kind.
    pub kind: Kind,
    /// In the vendor's own form. For everything: the pattern that it really is at the vendor, empty
    /// where it is a request of its own kind.
    pub target: String,
}

impl Meaning {
    fn of(resource: &Resource, kind: Kind, target: String) -> Self {
        Self {
            account: resource.account.clone(),
            resource: resource.id.clone(),
            cname: resource.cname.clone(),
            kind,
            target,
        }
    }
}

impl Linted {
    /// All findings, those of lines first.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.lines.iter().flat_map(|line| line.findings.iter()).chain(&self.findings)
    }

    /// The gravest finding's severity.
    pub fn worst(&self) -> Option<Severity> {
        self.all_findings().map(|finding| finding.severity).max()
    }

    /// The numbers of the entries of a line.
    pub fn numbers_at(&self, line: usize) -> Range<usize> {
        let start = self.lines.partition_point(|entry| entry.line < line);
        start..self.lines.partition_point(|entry| entry.line <= line)
    }

    /// The entries of a line.
    pub fn entries_at(&self, line: usize) -> &[LintedLine] {
        self.lines.get(self.numbers_at(line)).unwrap_or_default()
    }

    /// Checks the reason and the ticket again, where nothing else of the draft has changed. Returns
    /// false where the findings stay the same.
    pub fn recheck_texts(&mut self, draft: &Draft, context: &LintContext<'_>) -> bool {
        let mut notes = Notes::new(None);
        account_rules::check_texts(draft, &self.accounts, context, &mut notes);
        let codes = [Code::ReasonMissing, Code::TicketMissing].map(|code| code.rule().code);
        let is_of_texts = |finding: &Finding| codes.contains(&finding.code);
        if self.findings.iter().filter(|finding| is_of_texts(finding)).eq(&notes.findings) {
            return false;
        }
        self.findings.retain(|finding| !is_of_texts(finding));
        self.findings.extend(notes.findings);
        true
    }
}

/// Reads a draft, says what each entry comes to and what is wrong with it, and what is wrong with
/// the draft as a whole.
///
/// Nothing is said of a draft that is empty. A purge of everything is one line of the result, even
/// where the draft's text has none. An entry that is a duplicate has no meaning of its own: it is
/// sent once, as the line that its finding names.
pub fn lint(draft: &Draft, context: &LintContext<'_>) -> Linted {
    lint_document(&draft.read(), draft, context)
}

/// Lints a draft as [`lint`] does, of which this is what was read.
pub fn lint_document(document: &Document<'_>, draft: &Draft, context: &LintContext<'_>) -> Linted {
    let mut run = LintRun::read(draft, context, document);
    overlap::drop_duplicates(&mut run);
    overlap::note_covered(&mut run);
    overlap::note_slashes(&mut run);
    let groups = run.groups();
    let mut notes = Notes::new(None);
    notes.findings = omitted::findings(document);
    let accounts = groups.iter().map(|group| group.resource.account.clone()).collect();
    account_rules::check(&run, &groups, &mut notes);
    account_rules::check_texts(draft, &accounts, context, &mut notes);
    modes::check(&run, &groups, &mut notes);
    limits::check(&run, &groups, &mut notes);
    under_way::check(&run, &groups, &mut notes);
    money::check(&run, &groups, &mut notes);
    let collisions = collision::check(&mut run, &groups);
    let unknown_hosts = run.entries.iter_mut().filter_map(|row| row.unknown_host.take()).collect();
    let lines = run.entries.into_iter().map(|row| row.line).collect();
    let read_as = document.read_as();
    Linted { read_as, lines, findings: notes.findings, collisions, unknown_hosts, accounts }
}

/// A draft under the linter's eyes.
struct LintRun<'a> {
    draft: &'a Draft,
    context: &'a LintContext<'a>,
    entries: Vec<LintedEntry>,
}

/// One entry and where it was put.
struct LintedEntry {
    line: LintedLine,
    /// The resource's place in the index; `None` where none was found.
    place: Option<usize>,
    /// The host that no resource answers to.
    unknown_host: Option<String>,
}

/// The number of targets of one kind for one resource.
#[derive(Clone, Copy, Debug)]
struct TargetGroup<'a> {
    place: usize,
    resource: &'a Resource,
    limits: Option<&'a Limits>,
    kind: Kind,
    targets: usize,
}

impl<'a> LintRun<'a> {
    fn read(draft: &'a Draft, context: &'a LintContext<'a>, document: &Document<'_>) -> Self {
        let mut entries: Vec<LintedEntry> =
            document.entries.iter().map(|entry| entry::row(entry, draft, context)).collect();
        if entries.is_empty() && draft.kind == Some(Kind::All) {
            entries.push(entry::everything(draft, context));
        }
        Self { draft, context, entries }
    }

    /// Groups what is to be sent by resource and kind, in the order of the draft. Entries
    /// without a meaning count only where nothing but the vendor's limits keeps them from having
    /// one.
    fn groups(&self) -> Vec<TargetGroup<'a>> {
        let mut groups: Vec<TargetGroup<'a>> = Vec::new();
        let mut places: HashMap<(usize, Kind), usize> = HashMap::new();
        for row in &self.entries {
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
                groups.push(TargetGroup { place, resource, limits, kind, targets: 0 });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(at) {
                group.targets += 1;
            }
        }
        groups
    }
}

impl LintedEntry {
    fn meaning(&self) -> Option<(usize, &Meaning)> {
        Some((self.place?, self.line.meaning.as_ref()?))
    }
}

/// A text from outside as it may stand in a finding.
fn shown(text: &str) -> String {
    super::text::escape_control(&address::concealed(text), 80)
}

/// `1 target`, `2 targets`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
