//! The resource that an entry belongs to: by its host, or the chosen one.

use super::notes::Notes;
use super::shown;
use crate::domain::draft::Draft;
use crate::domain::findings::Code;
use crate::domain::hosts::HostMatch;
use crate::domain::lint_context::LintContext;

/// Finds the resource of a host, given in lower case.
pub(super) fn of_host(
    host: &str,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<usize> {
    match context.hosts.find(host) {
        HostMatch::One(place) => Some(place),
        HostMatch::Nothing => {
            notes.say(Code::UnknownHost, unknown_host(host, context));
            notes.unknown_host = Some(host.to_owned());
            None
        }
        HostMatch::Several(places) => {
            let chosen = draft
                .resource
                .as_ref()
                .and_then(|(account, id)| context.hosts.place_of(account, id))
                .filter(|place| places.contains(place));
            if chosen.is_none() {
                let names: Vec<String> = places
                    .iter()
                    .filter_map(|&place| context.hosts.get(place))
                    .map(|resource| format!("{} (resource {})", resource.account, resource.id))
                    .collect();
                notes.say(
                    Code::SeveralResources,
                    format!(
                        "{} is served by {}; choose one.",
                        shown(host),
                        shown(&names.join(", "))
                    ),
                );
            }
            chosen
        }
    }
}

/// Says that no resource answers to a host, or that one may: an account that could not be read may
/// well serve it, and the local history may know which account did.
fn unknown_host(host: &str, context: &LintContext<'_>) -> String {
    let name = shown(host);
    let served = context.served.and_then(|served| served.get(host));
    let before = served.map(|account| format!("{} served {name} before.", shown(account.as_str())));
    if context.unread.is_empty() {
        let more = before.unwrap_or_else(|| "If it is a path, put a slash before it.".to_owned());
        return format!("No account serves {name}. {more}");
    }
    let states = context.unread.iter().map(|(account, reason)| {
        let account = shown(account.as_str());
        match reason {
            Some(reason) => format!("{account} could not be read ({reason})"),
            None => format!("{account} is not read yet"),
        }
    });
    let states = states.collect::<Vec<_>>().join(", ");
    let whose = if context.unread.len() == 1 { "its" } else { "their" };
    let more = before.unwrap_or_else(|| format!("{name} may be one of them."));
    format!("{states}: {whose} resources are not known. {more}")
}

/// Finds the chosen resource; where none is, a finding asks for it.
pub(super) fn chosen(
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
    question: &str,
) -> Option<usize> {
    let Some((account, id)) = &draft.resource else {
        notes.say(Code::NoResource, question);
        return None;
    };
    let place = context.hosts.place_of(account, id);
    if place.is_none() {
        notes.say(
            Code::NoResource,
            format!(
                "The chosen resource {} of {} is not known any more; choose another.",
                shown(id.as_str()),
                shown(account.as_str())
            ),
        );
    }
    place
}
