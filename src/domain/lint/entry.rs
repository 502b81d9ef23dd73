//! One entry: where it belongs, of which kind it is, and what the vendor gets.

use super::convert;
use super::notes::Notes;
use super::syntax::{is_sound, note_extras};
use super::{LintedEntry, LintedLine, Meaning, form, normal, shown};
use crate::domain::document::DocumentEntry;
use crate::domain::draft::Draft;
use crate::domain::draft::address::{self, Address, BadAddress};
use crate::domain::findings::Code;
use crate::domain::hosts::HostMatch;
use crate::domain::kind::Kind;
use crate::domain::lint_context::LintContext;
use crate::domain::resource::Resource;
use crate::domain::target::is_root;

/// Reads one entry.
pub(super) fn row(
    entry: &DocumentEntry<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
) -> LintedEntry {
    let mut notes = Notes::new(Some(entry.line));
    let (place, meaning) = match understand(entry, draft, context, &mut notes) {
        Some((place, meaning)) => (Some(place), meaning),
        None => (None, None),
    };
    LintedEntry {
        line: LintedLine {
            line: entry.line,
            input: entry.text.as_ref().to_owned(),
            meaning,
            findings: notes.findings,
            lost_query: notes.lost_query,
            bare_host: notes.bare_host,
        },
        place,
        unknown_host: notes.unknown_host,
    }
}

/// The one line of a purge of everything that was asked for without any text.
pub(super) fn everything(draft: &Draft, context: &LintContext<'_>) -> LintedEntry {
    let mut notes = Notes::new(Some(0));
    let place = chosen(draft, context, &mut notes, "Everything of which resource?");
    let resource = place.and_then(|place| context.hosts.get(place));
    LintedEntry {
        line: LintedLine {
            meaning: resource.and_then(|resource| all_of(resource, context, &mut notes)),
            findings: notes.findings,
            ..LintedLine::default()
        },
        place,
        unknown_host: None,
    }
}

fn understand(
    entry: &DocumentEntry<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<(usize, Option<Meaning>)> {
    let text = entry.text.as_ref();
    if !form::is_fine(text, |host| context.hosts.knows(host), notes) || !is_sound(text, notes) {
        return None;
    }
    let address = match address::parse(text, |host| context.hosts.knows(host)) {
        Ok(address) => address,
        Err(BadAddress::Scheme) => {
            notes.say(Code::NoAddress, form::unserved(text));
            return None;
        }
        Err(BadAddress::Host) => {
            notes.say(Code::NoAddress, "What should be the host is no host name.");
            return None;
        }
    };
    note_extras(&address, notes);
    let address = normal::as_asked(address, notes)?;
    notes.bare_host = address.host.is_some() && address.path.is_empty();
    let place = place(&address, draft, context, notes)?;
    let resource = context.hosts.get(place)?;
    let kind = draft.kind_of(text).unwrap_or_else(|| kind_by_form(&address));
    let said = Said { address: &address, alone: entry.alone, kind };
    Some((place, meaning(said, resource, draft, context, notes)))
}

/// An entry as it is written.
#[derive(Clone, Copy)]
struct Said<'a> {
    address: &'a Address<'a>,
    /// True if it stands alone on its line.
    alone: bool,
    kind: Kind,
}

/// Returns what an entry comes to at its resource.
fn meaning(
    said: Said<'_>,
    resource: &Resource,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<Meaning> {
    let Said { address, kind, .. } = said;
    if kind == Kind::All {
        if !address.path.bytes().all(|byte| matches!(byte, b'/' | b'*')) || address.query.is_some()
        {
            notes.say(
                Code::TargetBesideAll,
                format!(
                    "Everything on {} is to be purged, so no single target can be named; take the \
                     path away or choose another kind.",
                    shown(&resource.cname)
                ),
            );
            return None;
        }
        return all_of(resource, context, notes);
    }
    let limits = context.limits_of(&resource.account)?;
    let Some(rule) = limits.rule(kind) else {
        not_offered(kind, resource, context, notes);
        return None;
    };
    let by_form = kind == Kind::Pattern && !names_everything(said);
    if by_form && address.query.is_none() && is_root(&address.path) {
        not_everything(resource, notes);
        return None;
    }
    let target = convert::target(address, resource, rule, kind, notes)?;
    // What is left without a query that the vendor does not count.
    if by_form && is_root(&target) {
        not_everything(resource, notes);
        return None;
    }
    if kind == Kind::Url && draft.kind.is_none() && address.path.ends_with('/') {
        notes.say(Code::OnePage, "One page. For the directory and all beneath, end it in /*.");
    }
    if let Some(longest) = rule.longest
        && target.len() > longest as usize
    {
        notes.say(
            Code::TooLong,
            format!("{} bytes; the vendor takes {longest} at most.", target.len()),
        );
    }
    if kind == Kind::Pattern && is_root(&target) {
        notes.say(
            Code::RootPattern,
            format!("This removes everything on {}.", shown(&resource.cname)),
        );
        may_be_purged_whole(resource, notes);
    }
    Some(Meaning::of(resource, kind, target))
}

fn not_everything(resource: &Resource, notes: &mut Notes) {
    notes.say(
        Code::RootByForm,
        format!(
            "This does not say everything on {}; to mean that, write /* alone on a line.",
            shown(&resource.cname)
        ),
    );
}

/// A star in the path makes a pattern, one in the query does not: no query widens a purge. What
/// ends in a slash is the URL of a page: a directory is meant by choice.
fn kind_by_form(address: &Address<'_>) -> Kind {
    if address.path.contains('*') { Kind::Pattern } else { Kind::Url }
}

/// Returns true if an address of the root means everything by its own words: alone on its line,
/// `/*` with or without a host, or `*`.
fn names_everything(said: Said<'_>) -> bool {
    let address = said.address;
    let is_whole = match &address.host {
        Some(_) => address.path == "/*",
        None => ["/*", "*"].contains(&address.path.as_ref()),
    };
    said.alone && is_whole && address.query.is_none()
}

/// Says so where the vendor has switched purges of everything off for a resource.
fn may_be_purged_whole(resource: &Resource, notes: &mut Notes) {
    if resource.all_purge == Some(false) {
        notes.say(
            Code::AllPurgeOff,
            format!("The vendor allows no purge of everything on {}.", shown(&resource.cname)),
        );
    }
}

fn all_of(resource: &Resource, context: &LintContext<'_>, notes: &mut Notes) -> Option<Meaning> {
    let limits = context.limits_of(&resource.account)?;
    let Some(rule) = &limits.all else {
        not_offered(Kind::All, resource, context, notes);
        return None;
    };
    may_be_purged_whole(resource, notes);
    let target = rule.sent_as.root(&resource.cname).unwrap_or_default();
    Some(Meaning::of(resource, Kind::All, target))
}

fn not_offered(kind: Kind, resource: &Resource, context: &LintContext<'_>, notes: &mut Notes) {
    let offered: Vec<&str> = context
        .limits_of(&resource.account)
        .into_iter()
        .flat_map(|limits| {
            Kind::EVERY.into_iter().filter(|&kind| limits.rule(kind).is_some()).map(Kind::word)
        })
        .collect();
    let instead = if offered.is_empty() { "nothing".to_owned() } else { offered.join(" and ") };
    notes.say(
        Code::KindNotOffered,
        format!(
            "{} cannot be purged by {kind}; its vendor offers {instead}.",
            shown(&resource.cname)
        ),
    );
}

/// The resource that an entry is about: by its host, or the chosen one.
fn place(
    address: &Address<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<usize> {
    let Some(host) = &address.host else {
        return chosen(
            draft,
            context,
            notes,
            "A path without a host: choose the resource that it belongs to.",
        );
    };
    match context.hosts.find(host) {
        HostMatch::One(place) => Some(place),
        HostMatch::Nothing => {
            notes.say(Code::UnknownHost, unknown_host(host, context));
            notes.unknown_host = Some(host.to_string());
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

fn chosen(
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
