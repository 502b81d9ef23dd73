//! Checks accounts and resources: permission to purge, required reasons, and what a purge by URL
//! misses there.

use std::collections::BTreeSet;

use super::notes::Notes;
use super::{LintRun, TargetGroup, shown};
use crate::domain::account::Account;
use crate::domain::draft::Draft;
use crate::domain::findings::{Code, Severity};
use crate::domain::glob;
use crate::domain::ids::AccountName;
use crate::domain::kind::Kind;
use crate::domain::lint_context::LintContext;
use crate::domain::resource::{Resource, ResourceState};

/// Says what is wrong with the accounts and resources of a draft, once for each.
pub(super) fn check(run: &LintRun<'_>, groups: &[TargetGroup<'_>], notes: &mut Notes) {
    let mut accounts = Vec::new();
    let mut places = Vec::new();
    for group in groups {
        if !accounts.contains(&&group.resource.account) {
            accounts.push(&group.resource.account);
            if let Some(account) = run.context.account(&group.resource.account) {
                check_account(account, run, notes);
            }
            if group.limits.is_none() {
                notes.say(
                    Code::LimitsUnknown,
                    format!(
                        "What the vendor of {} accepts is not known yet.",
                        shown(group.resource.account.as_str())
                    ),
                );
            }
        }
        if !places.contains(&group.place) {
            places.push(group.place);
            check_state(group.resource, notes);
        }
        if group.kind == Kind::Url && group.limits.is_some() {
            check_url_purge(group, notes);
        }
        check_area(run, group, notes);
    }
}

fn check_account(account: &Account, run: &LintRun<'_>, notes: &mut Notes) {
    let name = shown(account.name.as_str());
    if account.read_only || run.context.read_only {
        notes.say(Code::ReadOnly, format!("The account {name} is read-only by configuration."));
    }
}

/// Checks the reason and the ticket of a draft against what its accounts ask for.
pub(super) fn check_texts(
    draft: &Draft,
    accounts: &BTreeSet<AccountName>,
    context: &LintContext<'_>,
    notes: &mut Notes,
) {
    for account in accounts.iter().filter_map(|name| context.account(name)) {
        check_texts_of(account, draft, notes);
    }
}

fn check_texts_of(account: &Account, draft: &Draft, notes: &mut Notes) {
    let name = shown(account.name.as_str());
    if account.reason_required && draft.reason.trim().is_empty() {
        notes.say(Code::ReasonMissing, format!("The account {name} asks for a reason."));
    }
    if let Some(pattern) = &account.ticket_pattern {
        let ticket = draft.ticket.trim();
        if ticket.is_empty() {
            notes.say(
                Code::TicketMissing,
                format!("The account {name} asks for a ticket like {}.", shown(pattern)),
            );
        } else if !glob::matches(pattern, ticket) {
            notes.say(
                Code::TicketMissing,
                format!(
                    "The ticket {} does not look like {}, as the account {name} asks.",
                    shown(ticket),
                    shown(pattern)
                ),
            );
        }
    }
}

fn check_state(resource: &Resource, notes: &mut Notes) {
    let cname = shown(&resource.cname);
    match &resource.state {
        ResourceState::Active | ResourceState::Changing | ResourceState::Other(_) => {}
        ResourceState::Suspended => {
            notes.say(Code::Suspended, format!("{cname} is suspended: the purge may be refused."));
        }
        ResourceState::Deleted => {
            notes.say(Code::Deleted, format!("{cname} is deleted at its vendor."));
        }
    }
}

fn check_url_purge(group: &TargetGroup<'_>, notes: &mut Notes) {
    let cname = shown(&group.resource.cname);
    if group.resource.url_purge == Some(false) {
        notes.say(
            Code::UrlPurgeOff,
            format!("The vendor does not allow purges by URL on {cname}; purge by pattern."),
        );
    }
    if group.resource.cache.vary == Some(true) {
        notes.say(
            Code::Vary,
            format!("{cname} caches variants by Vary: a purge by URL removes one of them only."),
        );
    }
    if group.resource.cache.slice == Some(true) {
        notes.say(
            Code::Slice,
            format!(
                "{cname} caches large files in slices: a purge by URL removes the first one only."
            ),
        );
    }
}

/// Checks the area that was chosen.
fn check_area(run: &LintRun<'_>, group: &TargetGroup<'_>, notes: &mut Notes) {
    let Some(limits) = group.limits else { return };
    let cname = shown(&group.resource.cname);
    if let Some(area) = &run.draft.area {
        let mut areas: Vec<&str> =
            limits.quotas.iter().filter_map(|quota| quota.area.as_deref()).collect();
        areas.sort_unstable();
        areas.dedup();
        if !areas.is_empty() && !areas.contains(&area.as_str()) {
            // The vendor may know areas beside those that it counts by.
            let known = group.resource.area.as_deref() == Some(area.as_str());
            let severity = if known { Severity::Info } else { Code::AreaUnknown.rule().severity };
            let words =
                format!("{cname} has no area {}; it has {}.", shown(area), areas.join(" and "));
            notes.say_weighing(Code::AreaUnknown, severity, words);
        }
    }
}
