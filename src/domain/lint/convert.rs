//! A target in the vendor's own form, by nothing but the vendor's limits.

use super::notes::Notes;
use super::{normal, query, shown};
use crate::domain::draft::address::Address;
use crate::domain::findings::{Code, Severity};
use crate::domain::kind::Kind;
use crate::domain::limits::{KindRule, Letters, QueryUse, Syntax, Wildcard};
use crate::domain::resource::Resource;

/// An address as it is written.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) address: &'a Address<'a>,
    /// True if it stands alone on its line.
    pub(super) alone: bool,
    pub(super) kind: Kind,
}

/// The target as the vendor gets it. `None` where it cannot be put into the vendor's form; then a
/// finding says why.
pub(super) fn target(
    Said { address, kind, .. }: Said<'_>,
    resource: &Resource,
    rule: &KindRule,
    takes_tags: bool,
    notes: &mut Notes,
) -> Option<String> {
    let mut path = String::with_capacity(address.path.len() + 1);
    if !address.path.starts_with('/') {
        path.push('/');
        if !address.path.is_empty() || address.host.is_none() {
            let is_path = address.host.is_some() || address.path.contains(['/', '.', '*', '%']);
            if is_path {
                notes.say(Code::MissingSlash, "A slash is put before it.");
            } else {
                let of_tags = if takes_tags { " A tag is written tag:name." } else { "" };
                let words = format!(
                    "By its form this is a word and no path; if it is one, put a slash before \
                     it.{of_tags}"
                );
                notes.say_weighing(Code::MissingSlash, Severity::Error, words);
            }
        }
    }
    path.push_str(&address.path);
    let path = match kind {
        Kind::Url | Kind::Regex | Kind::Host | Kind::Tag | Kind::All => {
            url(path, address.query.as_deref(), resource, rule, notes)
        }
        Kind::IgnoreQuery => {
            if let Some(typed) = address.query.as_deref() {
                query::note_left_out(typed, notes);
            }
            url(path, None, resource, rule, notes)
        }
        Kind::Pattern => pattern(path, address, rule, notes)?,
    };
    let path = letters(path, rule, notes);
    Some(match rule.syntax {
        Syntax::Path | Syntax::Name => path,
        Syntax::FullUrl | Syntax::Directory => {
            let scheme = address.scheme.map_or("https", |scheme| scheme.word());
            let host = address.host.as_deref().unwrap_or(&resource.cname);
            format!("{scheme}://{host}{path}")
        }
    })
}

/// Writes percent-encoded letters beyond ASCII as the vendor wants them, and says so where they
/// were typed as letters.
fn letters(path: String, rule: &KindRule, notes: &mut Notes) -> String {
    if !notes.has_letters {
        return path;
    }
    match rule.letters {
        Letters::Encoded => {
            notes.say(Code::NotAscii, format!("Browsers ask for {}.", shown(&path)));
            path
        }
        Letters::Raw => normal::with_letters(&path),
    }
}

fn url(
    mut path: String,
    query: Option<&str>,
    resource: &Resource,
    rule: &KindRule,
    notes: &mut Notes,
) -> String {
    if path.contains('*') {
        notes.say(
            Code::WildcardInUrl,
            "A purge by URL takes the * for a character; choose the kind pattern to remove all \
             that fits.",
        );
    }
    if let Some(typed) = query {
        query::check_url(typed, resource, rule, notes);
        path.push('?');
        if typed.contains('*') {
            path.push_str(&typed.replace('*', "%2A"));
            notes.say(Code::AsAsked, "A * in a query is a character, written %2A.");
        } else {
            path.push_str(typed);
        }
    }
    path
}

fn pattern(
    mut path: String,
    address: &Address<'_>,
    rule: &KindRule,
    notes: &mut Notes,
) -> Option<String> {
    if let Some(typed) = address.query.as_deref() {
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
        Syntax::Path | Syntax::FullUrl | Syntax::Name => {
            Some(wildcards(path, rule.wildcard, notes))
        }
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
            "Without a * it removes this one path, or whatever begins with it: write the * to be \
             sure.",
        ),
        None => {}
        Some(_) if !offered => {
            notes.say(Code::WildcardRefused, "The vendor takes no * in a pattern.");
        }
        Some(first) => {
            let at_end =
                path.get(first..).is_some_and(|rest| rest.bytes().all(|byte| byte == b'*'));
            match wildcard {
                Wildcard::End if !at_end => notes.say(
                    Code::WildcardInMiddle,
                    "The vendor takes a * only as the last character.",
                ),
                Wildcard::EndDisputed if !at_end => notes.say(
                    Code::WildcardDisputed,
                    "The vendor's pages disagree about a * before the end: this may be refused or \
                     miss.",
                ),
                Wildcard::Nowhere | Wildcard::End | Wildcard::EndDisputed | Wildcard::Anywhere => {}
            }
        }
    }
    path
}
