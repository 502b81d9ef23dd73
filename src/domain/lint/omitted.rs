//! Names in findings the pieces of a document that were not read.

use std::collections::BTreeMap;

use super::shown;
use crate::domain::document::{Document, OmissionReason, numbers};
use crate::domain::findings::{Code, Finding, Severity};

/// Names everything that was not read, and the place where a document is broken.
pub(super) fn findings(document: &Document<'_>) -> Vec<Finding> {
    let mut by_reason: BTreeMap<&OmissionReason, Vec<usize>> = BTreeMap::new();
    let mut doubtful = std::collections::BTreeSet::new();
    for omission in &document.omissions {
        by_reason.entry(&omission.reason).or_default().push(omission.line);
        if omission.doubtful {
            doubtful.insert(&omission.reason);
        }
    }
    let broken = document.broken.iter().map(|broken| {
        let words = format!(
            "This is {} up to here: {}. Nothing of it is taken; mend it, or have it read as \
             another format.",
            document.format.title(),
            shown(&broken.words)
        );
        Finding::new(Code::Broken, Some(broken.line), words)
    });
    let left_out = by_reason.iter().map(|(reason, lines)| {
        let code = match reason {
            OmissionReason::Comment => Code::Comments,
            OmissionReason::Star => Code::AsAsked,
            OmissionReason::Heading
            | OmissionReason::Emphasis
            | OmissionReason::StarsAround
            | OmissionReason::Words
            | OmissionReason::Empty
            | OmissionReason::Column(_)
            | OmissionReason::Key(_)
            | OmissionReason::Method
            | OmissionReason::OtherForm
            | OmissionReason::Directory
            | OmissionReason::Argument(_)
            | OmissionReason::Everything(_)
            | OmissionReason::TagHeader
            | OmissionReason::Index => Code::PassedOver,
        };
        let severity = if doubtful.contains(*reason) { Severity::Warning } else { Severity::Info };
        let alone = has_no_entry(document, lines);
        Finding::new(code, lines.first().copied(), words(reason, lines, alone)).weighing(severity)
    });
    broken.chain(left_out).collect()
}

/// Returns true if no entry stands on any of these lines, which are in order.
fn has_no_entry(document: &Document<'_>, lines: &[usize]) -> bool {
    let mut entries = document.entries.iter().map(|entry| entry.line).peekable();
    !lines.iter().any(|line| {
        while entries.next_if(|it| it < line).is_some() {}
        entries.peek() == Some(line)
    })
}

fn words(reason: &OmissionReason, lines: &[usize], alone: bool) -> String {
    let (count, places) = (lines.len(), numbers(lines));
    let one = count == 1;
    match reason {
        OmissionReason::Comment if one => "A comment is passed over.".to_owned(),
        OmissionReason::Comment => format!("{count} comments are passed over."),
        OmissionReason::Heading if one => "A heading is passed over.".to_owned(),
        OmissionReason::Heading => format!("{count} headings are passed over: {places}."),
        OmissionReason::Words if alone => {
            format!("Words that name nothing to purge are passed over: {places}.")
        }
        OmissionReason::Words if one => {
            "Only the targets of this line are taken, the rest is passed over.".to_owned()
        }
        OmissionReason::Words => {
            format!("Only the targets of {count} lines are taken, the rest is passed over.")
        }
        OmissionReason::Empty => format!("No target where it should be: {places}."),
        OmissionReason::Column(name) => {
            format!("The column {} holds addresses too and is not read: {places}.", shown(name))
        }
        OmissionReason::Key(name) => {
            format!("Addresses under \"{}\" are not read: {places}.", shown(name))
        }
        OmissionReason::Method => {
            format!("Requests other than GET and HEAD over HTTP are not read: {places}.")
        }
        OmissionReason::OtherForm => format!("Lines of another form are not read: {places}."),
        OmissionReason::Directory => {
            format!("Directories are not read; for all beneath one, write it with /*: {places}.")
        }
        OmissionReason::Argument(argument) => {
            format!("The argument {} is no URL and is not read: {places}.", shown(argument))
        }
        OmissionReason::Everything(host) => format!(
            "A purge of everything is never taken from an export; to mean it, write \
             https://{}/* alone on a line: {places}.",
            shown(host)
        ),
        OmissionReason::Star => format!(
            "A * in an address that was asked for or linked to is a character, written %2A; to \
             mean a pattern, write it on a line of its own: {places}."
        ),
        OmissionReason::Emphasis => format!(
            "Stars around a target or behind it are taken for emphasis or a footnote; to mean a \
             pattern, write it alone on a line, from its first slash: {places}."
        ),
        OmissionReason::StarsAround => format!(
            "Stars around a directory may be emphasis or a pattern's, so it is not read; write \
             /directory/ or /directory/*: {places}."
        ),
        OmissionReason::TagHeader => format!(
            "A header of tags is not read; to purge by them, choose the kind tag, or write each as \
             tag:name: {places}."
        ),
        OmissionReason::Index => format!(
            "These are the addresses of sitemaps; their pages are not in this document: {places}."
        ),
    }
}
