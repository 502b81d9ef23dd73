//! A target in the vendor's own form, by nothing but the vendor's limits.

use super::{query, shown};
use crate::domain::draft::address::Address;
use crate::domain::findings::{Code, Finding, Severity};
use crate::domain::kind::Kind;
use crate::domain::limits::{KindRule, QueryUse, Syntax, Wildcard};
use crate::domain::matching::path_of;
use crate::domain::resource::Resource;

/// Gathers what is said of one entry.
pub(super) struct Notes {
    line: Option<usize>,
    pub(super) findings: Vec<Finding>,
}

impl Notes {
    pub(super) fn new(line: Option<usize>) -> Self {
        Self { line, findings: Vec::new() }
    }

    pub(super) fn say(&mut self, code: Code, words: impl Into<String>) {
        self.findings.push(Finding::new(code, self.line, words));
    }

    pub(super) fn say_weighing(
        &mut self,
        code: Code,
        severity: Severity,
        words: impl Into<String>,
    ) {
        self.findings.push(Finding::new(code, self.line, words).weighing(severity));
    }
}

/// The target as the vendor gets it. `None` where it cannot be put into the vendor's form; then a finding says why.
pub(super) fn target(
    address: &Address<'_>,
    resource: &Resource,
    rule: &KindRule,
    kind: Kind,
    notes: &mut Notes,
) -> Option<String> {
    let mut path = String::with_capacity(address.path.len() + 1);
    if !address.path.starts_with('/') {
        path.push('/');
        if !address.path.is_empty() || address.host.is_none() {
            notes.say(Code::MissingSlash, "A slash is put before it.");
        }
    }
    path.push_str(address.path);
    let path = match kind {
        Kind::Url | Kind::All => url(path, address, resource, rule, notes),
        Kind::Pattern => pattern(path, address, rule, notes)?,
    };
    Some(match rule.syntax {
        Syntax::Path => path,
        Syntax::FullUrl | Syntax::Directory => {
            let scheme = address.scheme.map_or("https", |scheme| scheme.word());
            let host = address.host.as_deref().unwrap_or(&resource.cname);
            format!("{scheme}://{host}{path}")
        }
    })
}

/// Whether a target, in whatever form, covers all of a resource: the root and nothing but slashes and stars.
pub fn is_root(target: &str) -> bool {
    let path = path_of(target);
    let path = path.split('?').next().unwrap_or(path);
    path.bytes().all(|byte| matches!(byte, b'/' | b'*'))
}

fn url(
    mut path: String,
    address: &Address<'_>,
    resource: &Resource,
    rule: &KindRule,
    notes: &mut Notes,
) -> String {
    if let Some(typed) = address.query {
        query::check_url(typed, resource, rule, notes);
        path.push('?');
        path.push_str(typed);
    }
    if path.contains('*') {
        notes.say(
            Code::WildcardInUrl,
            "A purge by URL takes the * for a character; choose the kind pattern to remove all that fits.",
        );
    }
    path
}

fn pattern(
    mut path: String,
    address: &Address<'_>,
    rule: &KindRule,
    notes: &mut Notes,
) -> Option<String> {
    if let Some(typed) = address.query {
        let dropped = rule.query == QueryUse::Ignored || rule.syntax == Syntax::Directory;
        query::note_in_pattern(typed, rule.query, dropped, notes);
        if dropped {
            // "/a.jpg?*" means every variant of the file.
            if typed.contains('*') && !path.ends_with('*') {
                path.push('*');
            }
        } else {
            path.push('?');
            path.push_str(typed);
        }
    }
    match rule.syntax {
        Syntax::Directory => directory(&path, notes),
        Syntax::Path | Syntax::FullUrl => Some(wildcards(path, rule.wildcard, notes)),
    }
}

/// As a directory: a slash at the end, and no star.
fn directory(path: &str, notes: &mut Notes) -> Option<String> {
    let mut bare = path.trim_end_matches('*').to_owned();
    if bare.contains('*') || (bare.len() < path.len() && !bare.ends_with('/')) {
        notes.say(
            Code::WildcardRefused,
            "The vendor takes whole directories only: end it with a slash, without a *.",
        );
        return None;
    }
    if !bare.ends_with('/') {
        bare.push('/');
    }
    if bare != path {
        notes.say(
            Code::DirectoryMended,
            format!("The vendor takes directories: {} and all beneath.", shown(&bare)),
        );
    }
    Some(bare)
}

fn wildcards(mut path: String, wildcard: Wildcard, notes: &mut Notes) -> String {
    let offered = wildcard != Wildcard::Nowhere;
    if path.ends_with('/') && offered {
        path.push('*');
        notes.say(
            Code::DirectoryMended,
            format!("A directory is written {} for this vendor.", shown(&path)),
        );
    }
    match path.find('*') {
        None if offered => notes.say(
            Code::NoWildcard,
            "Without a * it removes this one path, or whatever begins with it: write the * to be sure.",
        ),
        None => {}
        Some(_) if !offered => notes.say(
            Code::WildcardRefused,
            "The vendor takes no * in a pattern.",
        ),
        Some(first) => {
            let at_end = path
                .get(first..)
                .is_some_and(|rest| rest.bytes().all(|byte| byte == b'*'));
            match wildcard {
                Wildcard::End if !at_end => notes.say(
                    Code::WildcardInMiddle,
                    "The vendor takes a * only as the last character.",
                ),
                Wildcard::EndDisputed if !at_end => notes.say(
                    Code::WildcardDisputed,
                    "One document of the vendor takes a * only at the end, another anywhere: this may be refused or miss.",
                ),
                Wildcard::Nowhere | Wildcard::End | Wildcard::EndDisputed | Wildcard::Anywhere => {}
            }
        }
    }
    path
}
