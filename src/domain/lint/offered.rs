//! What a vendor offers at a resource: its kinds of purge, and what it takes of a target.

use super::notes::Notes;
use super::shown;
use crate::domain::findings::Code;
use crate::domain::kind::Kind;
use crate::domain::limits::{KindRule, Trap, TrapEffect};
use crate::domain::lint_context::LintContext;
use crate::domain::resource::Resource;

/// Finds the rule of a kind; where the vendor does not offer it, a finding says what it offers.
pub(super) fn rule<'a>(
    kind: Kind,
    resource: &Resource,
    context: &LintContext<'a>,
    notes: &mut Notes,
) -> Option<&'a KindRule> {
    let rule = context.limits_of(&resource.account)?.rule(kind);
    if rule.is_none() {
        not_offered(kind, resource, context, notes);
    }
    rule
}

fn not_offered(kind: Kind, resource: &Resource, context: &LintContext<'_>, notes: &mut Notes) {
    let offered: Vec<&str> = context
        .limits_of(&resource.account)
        .into_iter()
        .flat_map(|limits| {
            Kind::EVERY.into_iter().filter(|&kind| limits.rule(kind).is_some()).map(Kind::word)
        })
        .collect();
    let instead = match offered.as_slice() {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    notes.say(
        Code::KindNotOffered,
        format!(
            "{} cannot be purged by {kind}; its vendor offers {instead}.",
            shown(&resource.cname)
        ),
    );
}

/// Says so where the vendor has switched purges of everything off for a resource.
pub(super) fn may_be_purged_whole(resource: &Resource, notes: &mut Notes) {
    if resource.all_purge == Some(false) {
        notes.say(
            Code::AllPurgeOff,
            format!("The vendor allows no purge of everything on {}.", shown(&resource.cname)),
        );
    }
}

/// Says so where a target is longer than the vendor takes.
pub(super) fn note_length(target: &str, rule: &KindRule, notes: &mut Notes) {
    if let Some(longest) = rule.longest
        && target.len() > longest as usize
    {
        notes.say(
            Code::TooLong,
            format!("{} bytes; the vendor takes {longest} at most.", target.len()),
        );
    }
}

/// Says so where the vendor refuses a piece of a target, or purges nothing with it.
pub(super) fn note_traps(target: &str, rule: &KindRule, notes: &mut Notes) {
    let lower = target.to_ascii_lowercase();
    for Trap { piece, effect } in rule.traps.iter().filter(|trap| lower.contains(trap.piece)) {
        match effect {
            TrapEffect::Refused => notes.say(
                Code::RefusedPiece,
                format!("The vendor refuses {piece}: purge a pattern that ends before it."),
            ),
            TrapEffect::NothingPurged => notes.say(
                Code::NothingPurged,
                format!("With {piece} in it the vendor purges nothing, without an error."),
            ),
        }
    }
}
