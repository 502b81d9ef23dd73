//! Sums over a checked draft, made once for each check: a frame looks at the lines in view only.

use std::collections::HashMap;

use crate::domain::findings::{Finding, Severity};
use crate::domain::lint::Linted;

/// The sums.
#[derive(Clone, Debug, Default)]
pub(super) struct Digest {
    /// Number of findings of each severity, from notes to errors.
    counts: [usize; 3],
    /// Number of entries that come to something.
    pub(super) targets: usize,
    /// The first of them.
    pub(super) first_target: Option<usize>,
    /// True if an entry has an error of its own.
    pub(super) has_wrong_entries: bool,
    /// True if a finding is about one line.
    pub(super) has_lines: bool,
    /// All findings; those of one code and severity that are about lines are one group.
    pub(super) groups: Vec<FindingGroup>,
}

/// Findings of one code and severity.
#[derive(Clone, Debug)]
pub(super) struct FindingGroup {
    /// In the order of their lines.
    members: Vec<Member>,
    /// Number of members with each wording.
    wordings: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    line: Option<usize>,
    place: FindingPlace,
    wording: usize,
}

/// The place of a finding in a linted draft.
#[derive(Clone, Copy, Debug)]
pub(super) enum FindingPlace {
    /// Of this entry, its finding of this number.
    Entry(usize, usize),
    /// Of the draft.
    Draft(usize),
}

impl FindingPlace {
    /// Looks the finding up.
    pub(super) fn of(self, linted: &Linted) -> Option<&Finding> {
        match self {
            Self::Entry(entry, number) => linted.lines.get(entry)?.findings.get(number),
            Self::Draft(number) => linted.findings.get(number),
        }
    }
}

impl Digest {
    pub(super) fn new(linted: &Linted) -> Self {
        let mut digest = Self::default();
        let mut groups: HashMap<(&str, Severity), usize> = HashMap::new();
        let mut wordings: HashMap<(usize, &str), usize> = HashMap::new();
        let of_entries = linted.lines.iter().enumerate().flat_map(|(entry, line)| {
            let findings = line.findings.iter().enumerate();
            findings.map(move |(number, finding)| (FindingPlace::Entry(entry, number), finding))
        });
        let of_draft = linted.findings.iter().enumerate();
        let of_draft = of_draft.map(|(number, finding)| (FindingPlace::Draft(number), finding));
        for (place, finding) in of_entries.chain(of_draft) {
            if let Some(count) = digest.counts.get_mut(finding.severity as usize) {
                *count += 1;
            }
            digest.has_lines |= finding.line.is_some();
            digest.has_wrong_entries |=
                finding.severity == Severity::Error && matches!(place, FindingPlace::Entry(..));
            let new = digest.groups.len();
            let group = match finding.line {
                Some(_) => *groups.entry((finding.code, finding.severity)).or_insert(new),
                None => new,
            };
            if group == new {
                digest.groups.push(FindingGroup { members: Vec::new(), wordings: Vec::new() });
            }
            if let Some(in_group) = digest.groups.get_mut(group) {
                let words = finding.words.as_str();
                let wording = *wordings.entry((group, words)).or_insert(in_group.wordings.len());
                in_group.add(Member { line: finding.line, place, wording });
            }
        }
        for group in &mut digest.groups {
            group.members.sort_by_key(|member| member.line);
        }
        let has_meaning =
            |number: &usize| linted.lines.get(*number).is_some_and(|entry| entry.meaning.is_some());
        let numbers = 0..linted.lines.len();
        digest.first_target = numbers.clone().find(has_meaning);
        digest.targets = numbers.filter(has_meaning).count();
        digest
    }

    /// Counts the findings of a severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.counts.get(severity as usize).copied().unwrap_or_default()
    }
}

impl FindingGroup {
    fn add(&mut self, member: Member) {
        if member.wording == self.wordings.len() {
            self.wordings.push(0);
        }
        if let Some(count) = self.wordings.get_mut(member.wording) {
            *count += 1;
        }
        self.members.push(member);
    }

    /// Returns the findings of a line.
    pub(super) fn at(&self, line: usize) -> impl Iterator<Item = FindingPlace> {
        self.members_at(line).iter().map(|member| member.place)
    }

    /// Returns the first finding of the other lines, the number of those, and true if they all say
    /// the same; `None` where there are none.
    pub(super) fn without(&self, line: usize) -> Option<(FindingPlace, usize, bool)> {
        let own = self.members_at(line);
        let first = self.members.iter().find(|member| member.line != Some(line))?;
        // The wordings that only this line has are not among the others'.
        let mut of_line: Vec<usize> = own.iter().map(|member| member.wording).collect();
        of_line.sort_unstable();
        let gone = of_line.chunk_by(|one, other| one == other).filter(|same| {
            same.first().and_then(|wording| self.wordings.get(*wording)) == Some(&same.len())
        });
        let equal = self.wordings.len() - gone.count() == 1;
        Some((first.place, self.members.len() - own.len(), equal))
    }

    fn members_at(&self, line: usize) -> &[Member] {
        let start = self.members.partition_point(|member| member.line < Some(line));
        let end = self.members.partition_point(|member| member.line <= Some(line));
        self.members.get(start..end).unwrap_or_default()
    }
}
