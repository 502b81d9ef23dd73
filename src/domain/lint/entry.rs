//! One entry: where it belongs, of which kind it is, and what the vendor gets.

use super::convert::{self, Said};
use super::notes::Notes;
use super::offered::{self, may_be_purged_whole, note_length, note_traps};
use super::syntax::{is_sound, note_extras};
use super::{LintedEntry, LintedLine, Meaning, form, named, normal, place, shown};
use crate::domain::document::DocumentEntry;
use crate::domain::document::label::{self, Labelled};
use crate::domain::draft::Draft;
use crate::domain::draft::address::{self, Address, BadAddress};
use crate::domain::findings::Code;
use crate::domain::kind::Kind;
use crate::domain::lint_context::LintContext;
use crate::domain::resource::Resource;
use crate::domain::target::{is_root, path_of};

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
    let place = place::chosen(draft, context, &mut notes, "Everything of which resource?");
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
    let chosen = draft.kind_of(text);
    let said = label::parse(text);
    if let (Some(said), Some(chosen)) = (said, chosen)
        && said.kind != chosen
    {
        let words = format!("The line says {}, and the chosen kind is {chosen}.", said.kind);
        notes.say(Code::KindsDiffer, words);
        return None;
    }
    let kind = chosen.or(said.map(|said| said.kind));
    let bare = |kind| Labelled { kind, target: text, host: None };
    match kind {
        Some(kind @ Kind::Tag) => named::tag(said.unwrap_or(bare(kind)), draft, context, notes),
        Some(kind @ Kind::Host) => named::host(said.unwrap_or(bare(kind)), draft, context, notes),
        Some(kind @ Kind::Regex) => named::regex(said.unwrap_or(bare(kind)), draft, context, notes),
        Some(Kind::Url | Kind::IgnoreQuery | Kind::Pattern | Kind::All) | None => {
            let entry = (said.map_or(text, |said| said.target), entry.alone);
            of_address(entry, kind, draft, context, notes)
        }
    }
}

/// Returns where an address belongs, of which it is told if it stands alone on its line.
fn of_address(
    (text, alone): (&str, bool),
    kind: Option<Kind>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<(usize, Option<Meaning>)> {
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
    let place = place_of(&address, draft, context, notes)?;
    let resource = context.hosts.get(place)?;
    let kind = kind.unwrap_or_else(|| kind_by_form(&address));
    let said = Said { address: &address, alone, kind };
    Some((place, meaning(said, resource, draft, context, notes)))
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
    let rule = offered::rule(kind, resource, context, notes)?;
    let by_form = kind == Kind::Pattern && !names_everything(said);
    if by_form && address.query.is_none() && is_root(&address.path) {
        not_everything(resource, notes);
        return None;
    }
    let limits = context.limits_of(&resource.account)?;
    let takes_tags = limits.rule(Kind::Tag).is_some();
    let target = convert::target(said, resource, rule, takes_tags, notes)?;
    // What is left without a query that the vendor does not count.
    if by_form && is_root(&target) {
        not_everything(resource, notes);
        return None;
    }
    if kind == Kind::Url && draft.kind.is_none() && address.path.ends_with('/') {
        notes.say(Code::OnePage, "One page. For the directory and all beneath, end it in /*.");
    }
    note_length(&target, rule, notes);
    note_traps(path_of(&target), rule, notes);
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

fn all_of(resource: &Resource, context: &LintContext<'_>, notes: &mut Notes) -> Option<Meaning> {
    let rule = offered::rule(Kind::All, resource, context, notes)?;
    may_be_purged_whole(resource, notes);
    let target = rule.sent_as.root(&resource.cname).unwrap_or_default();
    Some(Meaning::of(resource, Kind::All, target))
}

/// The resource that an entry is about: by its host, or the chosen one.
fn place_of(
    address: &Address<'_>,
    draft: &Draft,
    context: &LintContext<'_>,
    notes: &mut Notes,
) -> Option<usize> {
    match &address.host {
        Some(host) => place::of_host(host, draft, context, notes),
        None => place::chosen(
            draft,
            context,
            notes,
            "A path without a host: choose the resource that it belongs to.",
        ),
    }
}
