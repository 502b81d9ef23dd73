//! Targets that stand in a draft twice, or that a pattern of the draft covers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::pattern_set::PatternSet;
use super::{LintRun, shown};
use crate::domain::findings::{Code, Finding};
use crate::domain::kind::Kind;
use crate::domain::target::without_scheme;

/// Takes the meaning from every entry that means what an earlier one means, and says so.
pub(super) fn drop_duplicates(run: &mut LintRun<'_>) {
    let mut seen: HashMap<(usize, Kind, &str), usize> = HashMap::with_capacity(run.entries.len());
    let mut doubles: Vec<(usize, usize)> = Vec::new();
    for (number, row) in run.entries.iter().enumerate() {
        let Some((place, meaning)) = row.meaning() else {
            continue;
        };
        match seen.entry((place, meaning.kind, meaning.target.as_str())) {
            Entry::Vacant(free) => {
                free.insert(row.line.line);
            }
            Entry::Occupied(first) => doubles.push((number, *first.get())),
        }
    }
    for (number, first) in doubles {
        if let Some(row) = run.entries.get_mut(number) {
            row.line.meaning = None;
            row.line.findings.push(Finding::new(
                Code::Duplicate,
                Some(row.line.line),
                format!("The same as line {}; it is sent once.", first + 1),
            ));
        }
    }
}

/// Says of every entry that a pattern of the draft covers which one.
pub(super) fn note_covered(run: &mut LintRun<'_>) {
    let mut patterns: HashMap<usize, Vec<(&str, usize)>> = HashMap::new();
    for (number, row) in run.entries.iter().enumerate() {
        if let Some((place, meaning)) = row.meaning()
            && meaning.kind == Kind::Pattern
        {
            patterns.entry(place).or_default().push((without_scheme(&meaning.target), number));
        }
    }
    if patterns.is_empty() {
        return;
    }
    let covers: HashMap<usize, (PatternSet<'_>, bool)> = patterns
        .into_iter()
        .map(|(place, patterns)| (place, (PatternSet::new(patterns), removes_urls(run, place))))
        .collect();
    let mut notes: Vec<(usize, Finding)> = Vec::new();
    for (number, row) in run.entries.iter().enumerate() {
        let Some((place, meaning)) = row.meaning() else {
            continue;
        };
        let target = without_scheme(&meaning.target);
        let found = covers.get(&place).and_then(|(cover, removes_urls)| match meaning.kind {
            Kind::Url if *removes_urls => cover.of_url(target),
            Kind::Pattern => cover.of_pattern(target),
            Kind::Url | Kind::All => None,
        });
        if let Some(by) = found.and_then(|by| run.entries.get(by))
            && let Some((_, covering)) = by.meaning()
        {
            let words =
                format!("{} on line {} removes it too.", shown(&covering.target), by.line.line + 1);
            notes.push((number, Finding::new(Code::Covered, Some(row.line.line), words)));
        }
    }
    for (number, finding) in notes {
        if let Some(row) = run.entries.get_mut(number) {
            row.line.findings.push(finding);
        }
    }
}

/// Returns true if a purge by pattern does to a resource's files what a purge by URL does. Where it
/// has modes, it may only have them asked for again.
fn removes_urls(run: &LintRun<'_>, place: usize) -> bool {
    let resource = run.context.hosts.get(place);
    let limits = resource.and_then(|resource| run.context.limits_of(&resource.account));
    limits.and_then(|limits| limits.pattern.as_ref()).is_some_and(|rule| rule.modes.is_empty())
}
