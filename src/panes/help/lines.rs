//! The lines of help: keys, marks, the filter language.

use crate::commands::{Command, Context};
use crate::domain::filter::{FieldHelp, RULES, field_help};
use crate::domain::journal::JournalState;
use crate::domain::status::Status;

/// One line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HelpLine {
    /// The title of the lines after it.
    Heading(&'static str),
    /// A command, with its keys.
    Entry(Command, String),
    /// A mark on the screen.
    Sign(Sign),
    /// An example of a filter, and what it shows.
    Rule(&'static str, &'static str),
    /// A field of filters.
    Field(FieldHelp),
    Blank,
}

/// A mark on the screen. The theme says which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A purge, with what the edge showed.
    Purge(Status, Option<bool>),
    /// A request in the queue.
    Request(JournalState),
    /// An account whose vendor answers.
    Online,
    /// An account that is being asked, or was never read.
    Asking,
    Cursor,
    Marked,
    Sorted,
    SortedReversed,
    FailedBar,
}

/// Every mark, in the order in which help lists them.
const SIGNS: [Sign; 22] = [
    Sign::Purge(Status::InProgress, None),
    Sign::Purge(Status::Successful, None),
    Sign::Purge(Status::Successful, Some(true)),
    Sign::Purge(Status::Successful, Some(false)),
    Sign::Purge(Status::Failed, None),
    Sign::Purge(Status::ReportDisabled, None),
    Sign::Purge(Status::Unknown, None),
    Sign::Request(JournalState::Queued),
    Sign::Request(JournalState::Sending),
    Sign::Request(JournalState::Accepted),
    Sign::Request(JournalState::Successful),
    Sign::Request(JournalState::Rejected),
    Sign::Request(JournalState::Failed),
    Sign::Request(JournalState::Unknown),
    Sign::Request(JournalState::Cancelled),
    Sign::Online,
    Sign::Asking,
    Sign::Cursor,
    Sign::Marked,
    Sign::Sorted,
    Sign::SortedReversed,
    Sign::FailedBar,
];

impl Sign {
    /// Returns its word and its meaning.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Purge(status, verified) => {
                (status.label_seen(verified), about_purge(status, verified))
            }
            Self::Request(state) => about_request(state),
            Self::Online => ("account", "its vendor answers"),
            Self::Asking => ("account", "being read, or never read"),
            Self::Cursor => ("cursor", "the row that the keys act on"),
            Self::Marked => ("mark", "a marked row"),
            Self::Sorted => ("order", "sorted by this column"),
            Self::SortedReversed => ("order", "sorted by this column, in the reverse order"),
            Self::FailedBar => ("timeline", "the failed part of a bar"),
        }
    }
}

fn about_purge(status: Status, verified: Option<bool>) -> &'static str {
    match (status, verified) {
        (Status::Successful, Some(true)) => "the edge was seen to serve it fresh",
        (Status::Successful, Some(false)) => "the vendor calls it done, the edge serves the old",
        (Status::Successful, None) => "the vendor says that it is done",
        (Status::InProgress, _) => "accepted and not finished",
        (Status::Failed, _) => "the vendor says that it did not work",
        (Status::ReportDisabled, _) => "the vendor never says how it ended",
        (Status::Unknown, _) => "a word of the vendor's that is not known here",
    }
}

fn about_request(state: JournalState) -> (&'static str, &'static str) {
    match state {
        JournalState::Queued => {
            ("queued", "waits for its time, for room in the limits, or for your word")
        }
        JournalState::Sending => ("sending", "on its way"),
        JournalState::Accepted => ("accepted", "the vendor took it"),
        JournalState::Successful => ("successful", "the vendor says that it is done"),
        JournalState::Rejected => ("refused", "the vendor refused it; it had no effect"),
        JournalState::Failed => ("failed", "the vendor says that it did not work"),
        JournalState::Unknown => ("unknown", "sent, and its answer was lost"),
        JournalState::Cancelled => ("canceled", "taken back before it was sent"),
    }
}

impl HelpLine {
    /// Returns the text that it is searched by, in small letters.
    fn text(&self) -> String {
        match self {
            Self::Heading(title) => (*title).to_owned(),
            Self::Entry(command, keys) => {
                let about = command.about();
                format!("{keys} {} {} {} {}", about.name, about.title, about.help, about.also)
            }
            Self::Sign(sign) => {
                let (word, about) = sign.words();
                format!("{word} {about}")
            }
            Self::Rule(example, about) => format!("{example} {about}"),
            Self::Field(field) => {
                format!("{}: {} {}", field.name, field.about, field.values.join(" "))
            }
            Self::Blank => String::new(),
        }
        .to_lowercase()
    }
}

/// Returns all lines; the commands of these contexts come first, under a heading of their own.
pub(super) fn all(here: &[Context], keys: &dyn Fn(Command) -> String) -> Vec<HelpLine> {
    let entry = |command: Command| HelpLine::Entry(command, keys(command));
    let of_here = Command::EVERY.iter().copied().filter(|command| {
        let contexts = command.about().contexts;
        contexts.iter().any(|context| *context != Context::Global && here.contains(context))
    });
    let mut sections: Vec<(&'static str, Vec<HelpLine>)> =
        vec![("Here", of_here.map(entry).collect())];
    for &command in Command::EVERY {
        let title = command.about().group.title();
        match sections.last_mut() {
            Some((last, lines)) if *last == title => lines.push(entry(command)),
            Some(_) | None => sections.push((title, vec![entry(command)])),
        }
    }
    sections.push((MARKS, SIGNS.map(HelpLine::Sign).into()));
    let rules = RULES.iter().map(|&(example, about)| HelpLine::Rule(example, about));
    let fields = field_help().into_iter().map(HelpLine::Field);
    sections.push((FILTERS, rules.chain(fields).collect()));
    let mut lines = Vec::new();
    for (title, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Heading(title));
        lines.extend(section);
    }
    lines
}

/// The heading of the marks.
pub(super) const MARKS: &str = "Marks";
/// The heading of the filter language.
pub(super) const FILTERS: &str = "Filters";

/// Returns the lines that have every word of a text, under their headings; of a heading that has
/// them, all.
pub(super) fn matching(lines: &[HelpLine], text: &str) -> Vec<HelpLine> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let fits = |line: &HelpLine| {
        let text = line.text();
        words.iter().all(|word| text.contains(word))
    };
    let mut found = Vec::new();
    for section in lines.split(|line| *line == HelpLine::Blank) {
        let Some((heading, rest)) = section.split_first() else { continue };
        let whole = fits(heading);
        let kept: Vec<HelpLine> = rest.iter().filter(|line| whole || fits(line)).cloned().collect();
        if !kept.is_empty() {
            if !found.is_empty() {
                found.push(HelpLine::Blank);
            }
            found.push(heading.clone());
            found.extend(kept);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(here: &[Context]) -> Vec<HelpLine> {
        all(here, &|command| command.about().keys.join(" "))
    }

    fn is(command: Command) -> impl Fn(&&HelpLine) -> bool {
        move |line| matches!(line, HelpLine::Entry(other, _) if *other == command)
    }

    #[test]
    fn every_command_stands_in_help_once() {
        let lines = lines(&[]);
        for &command in Command::EVERY {
            assert_eq!(lines.iter().filter(is(command)).count(), 1, "{command:?}");
        }
    }

    #[test]
    fn every_heading_stands_once() {
        let lines = lines(&[]);
        let headings = lines.iter().filter(|line| matches!(line, HelpLine::Heading(_))).count();
        assert_eq!(headings, 8);
    }

    #[test]
    fn what_can_be_done_here_stands_first() {
        let lines = lines(&[Context::Queue]);
        assert_eq!(lines.first(), Some(&HelpLine::Heading("Here")));
        assert!(lines.iter().take(10).any(|line| is(Command::QueueCancel)(&line)));
    }

    #[test]
    fn every_status_and_every_state_has_its_mark_explained_once() {
        let count = |wanted: Sign| SIGNS.iter().filter(|sign| **sign == wanted).count();
        for status in Status::EVERY {
            assert_eq!(count(Sign::Purge(status, None)), 1, "{status:?}");
        }
        for state in JournalState::EVERY {
            assert_eq!(count(Sign::Request(state)), 1, "{state:?}");
        }
    }

    #[test]
    fn a_search_finds_keys_words_marks_and_filters_under_their_headings() {
        let lines = lines(&[]);
        let found = |text: &str| matching(&lines, text);
        assert!(found("ctrl-k").iter().any(|line| is(Command::ComposeKind)(&line)));
        assert!(found("clipboard").iter().any(|line| is(Command::Copy)(&line)));
        assert!(
            found("marks").iter().filter(|line| matches!(line, HelpLine::Sign(_))).count() > 20
        );
        let edge = found("edge serves the old");
        assert_eq!(edge.first(), Some(&HelpLine::Heading(MARKS)));
        assert_eq!(edge.len(), 2);
        assert!(found("since: yesterday").iter().any(|line| matches!(line, HelpLine::Field(_))));
        assert_eq!(found("nothing-of-the-kind"), []);
    }
}
