//! Query strings: whether what was typed is part of what the vendor keeps.

use super::notes::Notes;
use super::{LostQuery, shown};
use crate::domain::findings::Code;
use crate::domain::limits::{KindRule, QueryUse};
use crate::domain::resource::{QueryRule, Resource};

/// Checks the query string of a single URL against the vendor's rule and the resource's cache key.
pub(super) fn check_url(typed: &str, resource: &Resource, rule: &KindRule, notes: &mut Notes) {
    if rule.query == QueryUse::Ignored {
        notes.lost_query = LostQuery::Whole;
        notes.say(Code::QueryNotInKey, "The vendor ignores query strings in purges by URL.");
        return;
    }
    match &resource.cache.query {
        None | Some(QueryRule::Counts) => {}
        Some(QueryRule::Ignored) => {
            notes.lost_query = LostQuery::Whole;
            notes.say(
                Code::QueryNotInKey,
                format!(
                    "{} ignores query strings in its cache key: leave it out.",
                    shown(&resource.cname)
                ),
            );
        }
        Some(QueryRule::Only(counted)) => {
            name_lost(typed, resource, notes, |name| !counted.iter().any(|one| one == name));
        }
        Some(QueryRule::AllBut(ignored)) => {
            name_lost(typed, resource, notes, |name| ignored.iter().any(|one| one == name));
        }
    }
}

/// Says that the query string is left out of a purge that ignores them.
pub(super) fn note_left_out(typed: &str, notes: &mut Notes) {
    notes.lost_query = LostQuery::Whole;
    let words = format!("?{} is left out: the file goes with every query.", shown(typed));
    notes.say(Code::QueryLeftOut, words);
}

/// Says that a pattern's query string is lost, or may be.
pub(super) fn note_in_pattern(typed: &str, rule: QueryUse, dropped: bool, notes: &mut Notes) {
    let typed = shown(typed);
    if dropped {
        notes.lost_query = LostQuery::Whole;
        notes.say(
            Code::QueryInPattern,
            format!(
                "Query strings do not count in patterns: ?{typed} is left out, and every \
             variant goes."
            ),
        );
        return;
    }
    match rule {
        QueryUse::Counts => {}
        QueryUse::Ignored | QueryUse::Unknown => notes.say(
            Code::QueryInPattern,
            format!("The vendor does not say what becomes of ?{typed} in a pattern."),
        ),
    }
}

fn name_lost(typed: &str, resource: &Resource, notes: &mut Notes, lost: impl Fn(&str) -> bool) {
    let mut names: Vec<&str> = typed
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or(pair))
        .filter(|name| !name.is_empty() && lost(name))
        .collect();
    names.dedup();
    if !names.is_empty() {
        notes.lost_query = LostQuery::Names(names.iter().map(|&name| name.to_owned()).collect());
        notes.say(
            Code::QueryNotInKey,
            format!(
                "The cache key of {} leaves out {}: the purge may miss what is served.",
                shown(&resource.cname),
                shown(&names.join(", "))
            ),
        );
    }
}
