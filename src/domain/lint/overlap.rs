//! Targets that stand in a draft twice, or that a pattern of the draft covers.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::pattern_set::PatternSet;
use super::{LintRun, shown};
use crate::domain::findings::{Code, Finding, Severity};
use crate::domain::kind::Kind;
use crate::domain::target::{path_of, without_scheme};

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
            Kind::Url | Kind::IgnoreQuery if *removes_urls => cover.of_url(target),
            Kind::Pattern => cover.of_pattern(target),
            Kind::Url | Kind::IgnoreQuery | Kind::Regex | Kind::Host | Kind::Tag | Kind::All => {
                None
            }
        });
        if let Some(by) = found.and_then(|by| run.entries.get(by))
            && let Some((_, covering)) = by.meaning()
        {
            // Every target is paid, or uses up one of those that are free.
            let paid = if priced(run, place) {
                " Sent all the same, it counts as one more target that may cost."
            } else {
                ""
            };
            let covering = shown(&covering.target);
            let words = format!("{covering} on line {} removes it too.{paid}", by.line.line + 1);
            notes.push((number, Finding::new(Code::Covered, Some(row.line.line), words)));
        }
    }
    for (number, finding) in notes {
        if let Some(row) = run.entries.get_mut(number) {
            row.line.findings.push(finding);
        }
    }
}

/// Returns true if purges of a resource cost money.
fn priced(run: &LintRun<'_>, place: usize) -> bool {
    let resource = run.context.hosts.get(place);
    let limits = resource.and_then(|resource| run.context.limits_of(&resource.account));
    limits.is_some_and(|limits| limits.price.is_some())
}

/// Says of every directory that its twin, with or without the last slash, is another path for the
/// vendor, unless the draft has both.
pub(super) fn note_slashes(run: &mut LintRun<'_>) {
    let slash_counts = |account| {
        let rule = run.context.limits_of(account).and_then(|limits| limits.rule(Kind::Url));
        rule.is_some_and(|rule| rule.slash_counts)
    };
    let entries = run.entries.iter().enumerate();
    let urls = entries.filter_map(|(number, row)| {
        let (place, meaning) = row.meaning()?;
        let is_sound = row.line.findings.iter().all(|it| it.severity < Severity::Error);
        let is_one = is_sound && meaning.kind == Kind::Url && slash_counts(&meaning.account);
        is_one.then_some((number, place, meaning.target.as_str()))
    });
    let urls: Vec<(usize, usize, &str)> = urls.collect();
    let known: HashSet<(usize, &str)> =
        urls.iter().map(|(_, place, target)| (*place, *target)).collect();
    let alone = urls.iter().filter_map(|(number, place, target)| {
        let twin = twin(target)?;
        (!known.contains(&(*place, twin.as_str()))).then_some((*number, twin))
    });
    let alone: Vec<(usize, String)> = alone.collect();
    for (number, twin) in alone {
        if let Some(row) = run.entries.get_mut(number) {
            let words = format!("For the vendor {} is another path.", shown(&twin));
            row.line.findings.push(Finding::new(Code::SlashCounts, Some(row.line.line), words));
        }
    }
}

/// Returns a directory with its last slash, or without it; `None` for the root, for files, and for
/// what has a query.
fn twin(target: &str) -> Option<String> {
    let path = path_of(target);
    let name = path.trim_end_matches('/').rsplit('/').next()?;
    let is_directory = !name.is_empty() && !name.contains(['.', '?']) && !path.contains('?');
    is_directory.then(|| match target.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{target}/"),
    })
}

/// Returns true if a purge by pattern does to a resource's files what a purge by URL does. Where it
/// has modes, it may only have them asked for again.
fn removes_urls(run: &LintRun<'_>, place: usize) -> bool {
    let resource = run.context.hosts.get(place);
    let limits = resource.and_then(|resource| run.context.limits_of(&resource.account));
    limits.and_then(|limits| limits.rule(Kind::Pattern)).is_some_and(|rule| rule.modes.is_empty())
}
