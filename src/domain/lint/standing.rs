//! How accounts and resources stand: whether they may be purged at all, and what a purge by URL misses there.

use super::{Sheet, Tally, shown};
use crate::domain::account::Account;
use crate::domain::findings::{Code, Finding, Severity};
use crate::domain::glob;
use crate::domain::kind::Kind;
use crate::domain::resource::{Resource, ResourceState};

/// Says what is wrong with the accounts and resources of a draft, once for each.
pub(super) fn check(sheet: &Sheet<'_>, tallies: &[Tally<'_>], findings: &mut Vec<Finding>) {
    let mut accounts = Vec::new();
    let mut places = Vec::new();
    for tally in tallies {
        if !accounts.contains(&&tally.resource.account) {
            accounts.push(&tally.resource.account);
            if let Some(account) = sheet.context.account(&tally.resource.account) {
                check_account(account, sheet, findings);
            }
            if tally.limits.is_none() {
                say(
                    findings,
                    Code::LimitsUnknown,
                    format!(
                        "What the vendor of {} accepts is not known yet.",
                        shown(tally.resource.account.as_str())
                    ),
                );
            }
        }
        if !places.contains(&tally.place) {
            places.push(tally.place);
            check_state(tally.resource, findings);
        }
        if tally.kind == Kind::Url && tally.limits.is_some() {
            check_url_purge(tally, findings);
        }
        check_choices(sheet, tally, findings);
    }
}

fn say(findings: &mut Vec<Finding>, code: Code, words: String) {
    findings.push(Finding::new(code, None, words));
}

fn check_account(account: &Account, sheet: &Sheet<'_>, findings: &mut Vec<Finding>) {
    let name = shown(account.name.as_str());
    if account.read_only || sheet.context.read_only {
        say(findings, Code::ReadOnly, format!("The account {name} is read-only by configuration."));
    }
    if account.reason_required && sheet.draft.reason.trim().is_empty() {
        say(findings, Code::ReasonMissing, format!("The account {name} asks for a reason."));
    }
    if let Some(pattern) = &account.ticket_pattern {
        let ticket = sheet.draft.ticket.trim();
        if ticket.is_empty() {
            say(
                findings,
                Code::TicketMissing,
                format!("The account {name} asks for a ticket like {}.", shown(pattern)),
            );
        } else if !glob::fits(pattern, ticket) {
            say(
                findings,
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

fn check_state(resource: &Resource, findings: &mut Vec<Finding>) {
    let cname = shown(&resource.cname);
    match &resource.state {
        ResourceState::Active | ResourceState::Changing | ResourceState::Other(_) => {}
        ResourceState::Suspended => say(
            findings,
            Code::Suspended,
            format!("{cname} is suspended: the purge may be refused."),
        ),
        ResourceState::Deleted => {
            say(findings, Code::Deleted, format!("{cname} is deleted at its vendor."));
        }
    }
}

fn check_url_purge(tally: &Tally<'_>, findings: &mut Vec<Finding>) {
    let cname = shown(&tally.resource.cname);
    if tally.resource.url_purge == Some(false) {
        say(
            findings,
            Code::UrlPurgeOff,
            format!("The vendor does not allow purges by URL on {cname}; purge by pattern."),
        );
    }
    if tally.resource.cache.vary == Some(true) {
        say(
            findings,
            Code::Vary,
            format!("{cname} caches variants by Vary: a purge by URL removes one of them only."),
        );
    }
    if tally.resource.cache.slice == Some(true) {
        say(
            findings,
            Code::Slice,
            format!(
                "{cname} caches large files in slices: a purge by URL removes the first one only."
            ),
        );
    }
}

/// The modes and areas that were chosen, or were not.
fn check_choices(sheet: &Sheet<'_>, tally: &Tally<'_>, findings: &mut Vec<Finding>) {
    let Some(limits) = tally.limits else { return };
    let cname = shown(&tally.resource.cname);
    if let Some(rule) = limits.rule(tally.kind) {
        let words: Vec<&str> = rule.modes.iter().map(|mode| mode.word).collect();
        match (&sheet.draft.mode, words.first()) {
            (Some(mode), _) if !words.contains(&mode.as_str()) => {
                // Where there is nothing to choose, the choice was made for another part of the draft.
                if !words.is_empty() {
                    say(
                        findings,
                        Code::ModeUnknown,
                        format!(
                            "{cname} has no mode {}; it has {}.",
                            shown(mode),
                            words.join(" and ")
                        ),
                    );
                }
            }
            (None, Some(default)) if words.len() > 1 => say(
                findings,
                Code::ModeMissing,
                format!("{cname} is purged by {}: {default}.", tally.kind),
            ),
            (Some(_) | None, _) => {}
        }
    }
    if let Some(area) = &sheet.draft.area {
        let mut areas: Vec<&str> =
            limits.quotas.iter().filter_map(|quota| quota.area.as_deref()).collect();
        areas.sort_unstable();
        areas.dedup();
        if !areas.is_empty() && !areas.contains(&area.as_str()) {
            let finding = Finding::new(
                Code::AreaUnknown,
                None,
                format!("{cname} has no area {}; it has {}.", shown(area), areas.join(" and ")),
            );
            // The vendor may know areas beside those that it counts by.
            let known = tally.resource.area.as_deref() == Some(area.as_str());
            findings.push(if known { finding.weighing(Severity::Info) } else { finding });
        }
    }
}
