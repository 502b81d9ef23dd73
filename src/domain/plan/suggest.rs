//! Fewer, wider purges in the place of many narrow ones, with what they cost. Only ever a
//! suggestion.

use std::collections::{BTreeMap, BTreeSet};

use super::FEW;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::{KindRule, Limits, Syntax, Wildcard};
use crate::domain::lint::{Linted, Meaning};
use crate::domain::lint_context::LintContext;
use crate::domain::target::path_of;

/// Directories to purge in the place of many URLs of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The account.
    pub account: AccountName,
    /// The resource.
    pub resource: ResourceId,
    /// The resource's cname.
    pub cname: String,
    /// The patterns, in the vendor's form.
    pub patterns: Vec<String>,
    /// Number of requests, those for the URLs that stay among them.
    pub requests: usize,
    /// Number of requests that the URLs take as they are.
    pub instead_of: usize,
    /// Number of URLs that the patterns cover.
    pub covers: usize,
    /// Number of URLs that no pattern covers; they stay.
    pub stay: usize,
    /// Its further effects, as a sentence for the operator.
    pub also_removes: String,
    /// The directories, from the root.
    directories: BTreeSet<String>,
}

/// At most this many ways are suggested for a resource, the narrowest first.
const WAYS: usize = 3;

/// Suggests wider purges in the place of many URLs: for each resource with more than a few,
/// the directories that they are in, cut at one depth or another, where that takes fewer requests.
/// The root is never suggested.
pub fn suggest(linted: &Linted, context: &LintContext<'_>) -> Vec<Suggestion> {
    let mut groups: BTreeMap<(&AccountName, &ResourceId), Vec<&Meaning>> = BTreeMap::new();
    for meaning in linted.lines.iter().filter_map(|line| line.meaning.as_ref()) {
        if meaning.kind == Kind::Url {
            groups.entry((&meaning.account, &meaning.resource)).or_default().push(meaning);
        }
    }
    groups
        .into_iter()
        .filter(|(_, meanings)| meanings.len() > FEW)
        .filter_map(|((account, _), meanings)| {
            let limits = context.limits_of(account)?;
            limits.rule(Kind::Url)?;
            Some(ways(&meanings, limits, limits.rule(Kind::Pattern)?))
        })
        .flatten()
        .collect()
}

impl Suggestion {
    /// The draft's text with the suggestion in it: the patterns first, then every entry that they
    /// do not cover, as typed.
    pub fn rewrite(&self, linted: &Linted) -> String {
        let mut text = String::new();
        for directory in &self.directories {
            for part in ["https://", &self.cname, directory, "*\n"] {
                text.push_str(part);
            }
        }
        for line in &linted.lines {
            let covered = line.meaning.as_ref().is_some_and(|meaning| {
                meaning.kind == Kind::Url
                    && meaning.account == self.account
                    && meaning.resource == self.resource
                    && self.covers_path(path_of(&meaning.target))
            });
            if !covered && line.meaning.is_some() {
                text.push_str(&line.input);
                text.push('\n');
            }
        }
        text
    }

    fn covers_path(&self, path: &str) -> bool {
        slashes(path).any(|end| {
            path.get(..=end).is_some_and(|directory| self.directories.contains(directory))
        })
    }
}

fn ways(meanings: &[&Meaning], limits: &Limits, pattern: &KindRule) -> Vec<Suggestion> {
    let writable = match pattern.syntax {
        Syntax::Directory => true,
        Syntax::Path | Syntax::FullUrl | Syntax::Name => pattern.wildcard != Wildcard::Nowhere,
    };
    let Some(first) = meanings.first().filter(|_| writable) else {
        return Vec::new();
    };
    let per_request = |kind: Kind| limits.per_request(kind).max(1) as usize;
    let instead_of = meanings.len().div_ceil(per_request(Kind::Url));
    let paths: Vec<&str> = meanings.iter().map(|meaning| path_of(&meaning.target)).collect();
    let deepest = paths.iter().map(|path| slashes(path).count()).max().unwrap_or(0);
    let mut ways: Vec<Suggestion> = Vec::new();
    let mut fewest = instead_of;
    // The first slash is the root's: a depth of 2 is one directory below it.
    for depth in (2..=deepest).rev() {
        let mut directories = BTreeSet::new();
        let mut covers = 0;
        for path in &paths {
            if let Some(directory) = directory(path, depth) {
                directories.insert(directory);
                covers += 1;
            }
        }
        let directories = outermost(directories);
        let stay = paths.len() - covers;
        let requests = directories.len().div_ceil(per_request(Kind::Pattern))
            + stay.div_ceil(per_request(Kind::Url));
        if covers == 0 || requests >= fewest {
            continue;
        }
        fewest = requests;
        ways.push(Suggestion {
            account: first.account.clone(),
            resource: first.resource.clone(),
            cname: first.cname.clone(),
            patterns: directories
                .iter()
                .map(|directory| written(directory, &first.cname, pattern.syntax))
                .collect(),
            requests,
            instead_of,
            covers,
            stay,
            also_removes: also_removes(&directories),
            directories: directories.into_iter().map(str::to_owned).collect(),
        });
        if ways.len() == WAYS {
            break;
        }
    }
    ways
}

/// The directory of a path, cut at a depth; `None` for a file of the root.
fn directory(path: &str, depth: usize) -> Option<&str> {
    let end = slashes(path).take(depth).last()?;
    (end > 0).then(|| path.get(..=end)).flatten()
}

fn slashes(path: &str) -> impl Iterator<Item = usize> + '_ {
    let before_query = path.find('?').unwrap_or(path.len());
    path.bytes().take(before_query).enumerate().filter(|(_, byte)| *byte == b'/').map(|(at, _)| at)
}

/// Without those that lie in another.
fn outermost(directories: BTreeSet<&str>) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::new();
    for directory in directories {
        if kept.last().is_none_or(|last| !directory.starts_with(last)) {
            kept.push(directory);
        }
    }
    kept
}

fn written(directory: &str, cname: &str, syntax: Syntax) -> String {
    match syntax {
        Syntax::Path => format!("{directory}*"),
        Syntax::FullUrl | Syntax::Name => format!("https://{cname}{directory}*"),
        Syntax::Directory => format!("https://{cname}{directory}"),
    }
}

fn also_removes(directories: &[&str]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = directories
        .iter()
        .take(NAMED)
        .map(|directory| crate::domain::text::escape_control(directory, 40))
        .collect();
    let more = match directories.len().saturating_sub(NAMED) {
        0 => String::new(),
        1 => " and 1 more directory".to_owned(),
        more => format!(" and {more} more directories"),
    };
    format!(
        "It also removes everything else under {}{more}, listed in the draft or not.",
        named.join(", ")
    )
}
