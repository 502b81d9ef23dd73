//! An overlay that counts what a history pane selects by status, kind, account, host and author,
//! and narrows the pane to what is chosen there.

use crate::commands::{Command, Context};
use crate::domain::filter::Term;
use crate::domain::kind::Kind;
use crate::domain::query::Summary;
use crate::effect::{Answer, PaneId};

use super::format::count;
use super::requests::{AppRequest, OverlayAnswer};
use super::{Pane, PaneCtx, Update};

pub mod view;

/// Rows of a page.
const PAGE: isize = 10;

/// The counts of a selection.
#[derive(Clone, Debug)]
pub struct FacetsPane {
    pane: PaneId,
    rows: Vec<Row>,
    /// The chosen values; they stay chosen when the counts change.
    chosen: Vec<Term>,
    cursor: usize,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// The beginning of a group: its title, and what it cannot tell apart.
    Heading(&'static str, String),
    /// A value and how many purges have it.
    Value(Facet),
}

/// A value that purges of the selection have.
#[derive(Clone, Debug, PartialEq)]
struct Facet {
    label: String,
    purges: u64,
    /// Selects them.
    term: Term,
}

impl FacetsPane {
    /// Counts the selection of a pane.
    pub fn new(pane: PaneId, summary: &Summary) -> Self {
        let mut facets = Self { pane, rows: rows(summary), chosen: Vec::new(), cursor: 0 };
        facets.go(0);
        facets
    }

    fn here(&self) -> Option<&Facet> {
        match self.rows.get(self.cursor) {
            Some(Row::Value(facet)) => Some(facet),
            Some(Row::Heading(..)) | None => None,
        }
    }

    /// Moves the cursor by so many values; it never stands on a heading.
    fn go(&mut self, by: isize) {
        let is_value = |at: &usize| matches!(self.rows.get(*at), Some(Row::Value(_)));
        let values: Vec<usize> = (0..self.rows.len()).filter(is_value).collect();
        let here = values.partition_point(|at| *at < self.cursor);
        let to = here.saturating_add_signed(by).min(values.len().saturating_sub(1));
        self.cursor = values.get(to).copied().unwrap_or(0);
    }

    /// Goes to the first value of the next group, or of the one before.
    fn go_to_group(&mut self, back: bool) {
        let heading = |at: &usize| matches!(self.rows.get(*at), Some(Row::Heading(..)));
        let headings: Vec<usize> = (0..self.rows.len()).filter(heading).collect();
        let count = headings.len();
        let group = headings.partition_point(|at| *at < self.cursor).saturating_sub(1);
        if count > 0 {
            let to = (group + if back { count - 1 } else { 1 }) % count;
            self.cursor = headings.get(to).copied().unwrap_or(0);
            self.go(0);
        }
    }

    fn toggle(&mut self) {
        let Some(term) = self.here().map(|facet| facet.term.clone()) else { return };
        match self.chosen.iter().position(|chosen| *chosen == term) {
            Some(at) => {
                self.chosen.remove(at);
            }
            None => self.chosen.push(term),
        }
        self.go(1);
    }

    /// Answers with the chosen values, or with the one under the cursor where none is chosen.
    fn answer(&self, excluded: bool) -> Update {
        let terms = if self.chosen.is_empty() {
            self.here().map(|facet| facet.term.clone()).into_iter().collect()
        } else {
            self.chosen.clone()
        };
        if terms.is_empty() {
            return Update::taken();
        }
        Update::request(AppRequest::Answer(OverlayAnswer::Facets { terms, excluded }))
    }

    fn update_counts(&mut self, summary: &Summary) {
        let here = self.here().map(|facet| facet.term.clone());
        self.rows = rows(summary);
        let is_here = |row: &Row| match row {
            Row::Value(facet) => Some(&facet.term) == here.as_ref(),
            Row::Heading(..) => false,
        };
        if let Some(at) = self.rows.iter().position(is_here) {
            self.cursor = at;
        }
        self.go(0);
    }
}

/// The rows of a summary: a group for each fact, its values as the summary has them.
fn rows(summary: &Summary) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut group = |title, left_out: &str, facets: Vec<Facet>| {
        let told: u64 = facets.iter().map(|facet| facet.purges).sum();
        let note = match summary.selected.saturating_sub(told) {
            0 => String::new(),
            rest => format!("{} {left_out}", count(rest)),
        };
        rows.push(Row::Heading(title, note));
        rows.extend(facets.into_iter().map(Row::Value));
    };
    let statuses = summary.by_status.iter().map(|(status, purges)| Facet {
        label: status.label().to_owned(),
        purges: *purges,
        term: Term::status(*status),
    });
    group("status", "others", statuses.collect());
    let kinds = summary.by_kind.iter().map(|(kind, purges)| Facet {
        label: kind.map_or("unknown", Kind::label).to_owned(),
        purges: *purges,
        term: Term::kind(*kind),
    });
    group("kind", "others", kinds.collect());
    let accounts = summary.by_account.iter().map(|(account, purges)| Facet {
        label: account.to_string(),
        purges: *purges,
        term: Term::account(account.as_str()),
    });
    group("account", "others", accounts.collect());
    let named = summary.by_cname.iter().filter(|(cname, _)| !cname.is_empty());
    let cnames = named.map(|(cname, purges)| Facet {
        label: cname.clone(),
        purges: *purges,
        term: Term::cname(cname),
    });
    group("host", "on other hosts", cnames.collect());
    let authors = summary.by_author.iter().map(|(by, purges)| Facet {
        label: by.clone(),
        purges: *purges,
        term: Term::by(by),
    });
    group("by", "of others or not told by the vendor", authors.collect());
    rows
}

impl Pane for FacetsPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Facets]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not for the counts")]
        match command {
            Command::Back | Command::FacetsOpen => return Update::request(AppRequest::Close),
            Command::FieldAccept => return self.answer(false),
            Command::FacetsExclude => return self.answer(true),
            Command::Mark => self.toggle(),
            Command::MoveDown => self.go(1),
            Command::MoveUp => self.go(-1),
            Command::PageDown => self.go(PAGE),
            Command::PageUp => self.go(-PAGE),
            Command::MoveFirst => self.go(isize::MIN),
            Command::MoveLast => self.go(isize::MAX),
            Command::FocusNext => self.go_to_group(false),
            Command::FocusPrevious => self.go_to_group(true),
            _ => return Update::ignored(),
        }
        Update::taken()
    }

    /// Goes to the value, or chooses the one that the cursor is on already.
    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        if self.cursor == item {
            self.toggle();
        } else if matches!(self.rows.get(item), Some(Row::Value(_))) {
            self.cursor = item;
        }
        Update::taken()
    }

    /// Follows the counts of its pane, which takes the answer itself.
    fn on_answer(&mut self, answer: &Answer, _ctx: &PaneCtx<'_>) -> Update {
        if let Answer::Summary { pane, result: Ok(summary), .. } = answer
            && *pane == self.pane
        {
            self.update_counts(summary);
        }
        Update::ignored()
    }
}
