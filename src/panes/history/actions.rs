//! Actions on the row under the cursor or the marked rows: copy, purge again, export, save the
//! view.

use std::path::PathBuf;

use crate::commands::Command;
use crate::domain::draft::Draft;
use crate::domain::event::{Level, StoreError};
use crate::domain::filter::Term;
use crate::domain::ids::{PurgeKey, Ticket};
use crate::domain::known::Known;
use crate::domain::plan::Preview;
use crate::domain::purge::Purge;
use crate::domain::query::Anchor;
use crate::domain::view::ViewPlace;
use crate::effect::{Effect, Order, Query, Subject};
use crate::panes::format::count_noun;
use crate::panes::{
    AppRequest, Opening, OverlayAnswer, PaneCtx, Pick, PickFor, PickItem, PickValue, Prompt,
    PromptFor, Update,
};

use super::HistoryPane;
use super::rows::{CursorPlacement, PageRequest};

/// Purges that are being fetched in full, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PendingRead {
    ticket: Ticket,
    action: RowAction,
    /// Number of requests among them that remove everything, once that is known.
    emptying: usize,
}

/// An action on purges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowAction {
    /// Copies their targets.
    Copy,
    /// Copies the commands that would send them again.
    Curl,
    /// Drafts them again.
    Again,
    /// Checks them at the edge.
    Verify,
}

impl RowAction {
    /// Returns the words for it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Copy => "Copy",
            Self::Curl => "Copy as curl",
            Self::Again => "Purge again",
            Self::Verify => "Check at the edge",
        }
    }
}

/// The reason why no view is saved where there is no file for it.
const NO_FILE_FOR_VIEWS: &str =
    "Views cannot be kept here: there is no configuration file to write them to";

/// The commands that act on the row under the cursor or on the marked rows.
const NEED_A_ROW: [Command; 9] = [
    Command::Copy,
    Command::CopyCurl,
    Command::PurgeAgain,
    Command::Verify,
    Command::Open,
    Command::Mark,
    Command::MarkAll,
    Command::FilterToCname,
    Command::FilterToAccount,
];

impl HistoryPane {
    /// The commands that need more than the rows in view.
    pub(super) fn on_row_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are not a history pane's")]
        match command {
            Command::Copy => self.copy(ctx),
            Command::CopyCurl => self.act(RowAction::Curl, ctx),
            Command::PurgeAgain => self.act(RowAction::Again, ctx),
            Command::Verify => self.act(RowAction::Verify, ctx),
            Command::PurgeCompose => Update::open(Opening::Compose(Box::default())),
            Command::SortPick => Update::open(Opening::Pick(self.pick_sort())),
            Command::ColumnsPick => self.open_columns(ctx),
            Command::TimePick => Update::open(Opening::Pick(self.pick_time())),
            Command::TimeBack | Command::TimeOn => {
                self.step_time(command == Command::TimeBack, ctx)
            }
            Command::FacetsOpen => match self.timeline.summary() {
                Some(summary) => {
                    Update::open(Opening::Facets(self.pane, Box::new(summary.clone())))
                }
                None => Update::taken(),
            },
            Command::PickCname => Update::open(Opening::Pick(self.pick_cname(ctx))),
            Command::PickAccount => Update::open(Opening::Pick(pick_account(ctx))),
            Command::Export => Update::open(Opening::Prompt(Prompt {
                purpose: PromptFor::ExportPath,
                title: if self.marks.keys().is_empty() {
                    "Write all that the filter selects (.csv, .json, .ndjson)".to_owned()
                } else {
                    "Write all that the filter selects, marked or not".to_owned()
                },
                suggestion: format!("purges-{}.csv", ctx.now.format("%Y%m%d-%H%M%S")),
            })),
            Command::SaveView => Update::open(Opening::Prompt(Prompt {
                purpose: PromptFor::ViewName,
                title: "Save these panes as a view named".to_owned(),
                suggestion: String::new(),
            })),
            Command::SplitRight => Update::request(AppRequest::Split { right: true }),
            Command::SplitBelow => Update::request(AppRequest::Split { right: false }),
            Command::ClosePane => Update::request(AppRequest::ClosePane),
            _ => Update::ignored(),
        }
    }

    /// Explains why a command would do nothing now, if it would.
    pub(super) fn why_not(&self, command: Command, known: &Known) -> Option<&'static str> {
        let no_row = self.rows.here().is_none() && self.marks.keys().is_empty();
        if no_row && NEED_A_ROW.contains(&command) {
            return Some("No purge is selected");
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are always possible")]
        match command {
            Command::MatchNext | Command::MatchPrevious
                if self.filter.predicate().target_patterns().next().is_none() =>
            {
                Some("The filter has no word that targets could match")
            }
            Command::TimelineZoomIn if self.timeline.here().is_none() => {
                Some("No bar of the timeline is chosen")
            }
            Command::TimelineZoomOut if !self.filter.can_undo_zoom() => {
                Some("There is no zoom to undo")
            }
            Command::FacetsOpen if self.timeline.summary().is_none() => {
                Some("Nothing is counted yet")
            }
            Command::FilterClear if self.filter.text().is_empty() => Some("There is no filter"),
            Command::SaveView if known.view_place == ViewPlace::Nowhere => Some(NO_FILE_FOR_VIEWS),
            _ => None,
        }
    }

    /// A single target needs no question; everything else is fetched in full first.
    fn copy(&mut self, ctx: &PaneCtx<'_>) -> Update {
        match self.rows.here() {
            Some(row) if self.marks.keys().is_empty() && row.target_count == 1 => {
                let (cname, target) = (row.cname.clone(), row.first_target.clone());
                self.rows.pin();
                Update::copy_targets([(cname.as_str(), vec![target.as_str()])])
            }
            _ => self.act(RowAction::Copy, ctx),
        }
    }

    /// Does something with these purges.
    pub(super) fn act_on(
        &mut self,
        action: RowAction,
        keys: Vec<PurgeKey>,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        if keys.is_empty() {
            return Update::taken();
        }
        match action {
            RowAction::Verify => {
                let subjects = keys.into_iter().map(Subject::Purge).collect();
                return Update::effect(Effect::Order(Order::Verify(subjects)));
            }
            RowAction::Again => self.drafted(&keys),
            RowAction::Copy | RowAction::Curl => {}
        }
        let ticket = ctx.tickets.take();
        self.pending = Some(PendingRead { ticket, action, emptying: 0 });
        Update::effect(Effect::Query(Query::Gather { ticket, keys }))
    }

    pub(super) fn on_gathered(
        &mut self,
        ticket: Ticket,
        result: &Result<Vec<Purge>, StoreError>,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        let Some(pending) = self.pending.filter(|it| it.ticket == ticket) else {
            return Update::ignored();
        };
        self.pending = None;
        let purges = match result {
            Ok(purges) => purges,
            Err(error) => return Update::say(Level::Error, error.to_string()),
        };
        match pending.action {
            RowAction::Copy => Update::copy_targets(purges.iter().map(|purge| {
                let targets = purge.targets.iter().map(|it| it.text.as_str());
                (purge.cname.as_str(), targets.collect())
            })),
            RowAction::Curl => {
                let requests = purges.iter().filter_map(Purge::again);
                let requests: Vec<_> = requests
                    .map(|request| match ctx.known.limits.get(&request.account) {
                        Some(limits) => request.in_form(limits),
                        None => request,
                    })
                    .collect();
                if requests.is_empty() {
                    return Update::say(
                        Level::Warning,
                        "The vendor's record does not say enough to send it again.",
                    );
                }
                let ticket = ctx.tickets.take();
                let emptying = requests.iter().filter(|request| request.empties()).count();
                self.pending = Some(PendingRead { ticket, action: RowAction::Curl, emptying });
                Update::effect(Effect::Query(Query::Preview { ticket, requests }))
            }
            RowAction::Again => draft_again(purges),
            RowAction::Verify => Update::taken(),
        }
    }

    pub(super) fn on_previewed(&mut self, ticket: Ticket, previews: &[Preview]) -> Update {
        let Some(PendingRead { emptying, .. }) = self.pending.take_if(|it| it.ticket == ticket)
        else {
            return Update::ignored();
        };
        Update::copy_commands(previews, emptying)
    }

    pub(super) fn take_overlay_answer(
        &mut self,
        answer: &OverlayAnswer,
        ctx: &PaneCtx<'_>,
    ) -> Update {
        match answer {
            OverlayAnswer::Picked { purpose, values } => self.picked(*purpose, values, ctx),
            OverlayAnswer::Facets { terms, excluded } => {
                let filter = self.filter.filter().with_values(terms, *excluded);
                self.narrow(filter, ctx)
            }
            OverlayAnswer::Columns(columns) => {
                self.columns.clone_from(columns);
                Update::taken()
            }
            OverlayAnswer::Prompted { purpose, text } => match purpose {
                PromptFor::ExportPath => self.export(text, ctx),
                PromptFor::ViewName => Update::request(AppRequest::SaveView(text.clone())),
                PromptFor::TargetsFile => Update::ignored(),
            },
        }
    }

    fn picked(&mut self, purpose: PickFor, values: &[PickValue], ctx: &PaneCtx<'_>) -> Update {
        let words: Vec<&str> = values
            .iter()
            .filter_map(|value| match value {
                PickValue::Text(text) => Some(text.as_str()),
                PickValue::Resource(..) | PickValue::Place(_) => None,
            })
            .collect();
        match (purpose, words.first()) {
            (PickFor::Sort, Some(sort)) => match sort.parse() {
                Ok(sort) => self.sort_by(sort, ctx),
                Err(_) => Update::taken(),
            },
            (PickFor::Time, Some(range)) => self.show_time(range, ctx),
            (PickFor::Marks, _) => self.on_marks_chosen(values, ctx),
            (PickFor::Account, Some(name)) => self.narrow_to(Term::account(name), ctx),
            (PickFor::Cname, Some(cname)) => self.narrow_to(Term::cname(cname), ctx),
            (PickFor::Account | PickFor::Cname | PickFor::Sort | PickFor::Time, None)
            | (PickFor::Resource | PickFor::Format | PickFor::Wider | PickFor::Leaving, _) => {
                Update::ignored()
            }
        }
    }

    fn export(&self, path: &str, ctx: &PaneCtx<'_>) -> Update {
        let query = self.window_query(&PageRequest {
            anchor: Anchor::Start,
            limit: u32::MAX,
            placement: CursorPlacement::Stay,
        });
        Update::effect(Effect::Order(Order::Export {
            ticket: ctx.tickets.take(),
            query,
            path: PathBuf::from(path),
        }))
    }

    /// The cnames that the selection has, most purges first, then those of resources that were not
    /// purged.
    fn pick_cname(&self, ctx: &PaneCtx<'_>) -> Pick {
        let counted = self.timeline.summary().map_or(&[][..], |it| &it.by_cname);
        let mut items: Vec<PickItem> = counted
            .iter()
            .filter(|(cname, _)| !cname.is_empty())
            .map(|(cname, purges)| item(cname, count_noun(*purges, "purge", "purges")))
            .collect();
        for resource in ctx.known.all_resources() {
            let known = items.iter().any(|item| item.text == resource.cname);
            if !known && !resource.cname.is_empty() {
                items.push(item(&resource.cname, resource.account.to_string()));
            }
        }
        Pick { purpose: PickFor::Cname, title: "Cname".to_owned(), items }
    }
}

/// Opens compose with purges to make again, and says which cannot be.
fn draft_again(purges: &[Purge]) -> Update {
    let told = purges.iter().filter(|purge| purge.again().is_some()).count();
    let why = "the vendor's record does not say their kind or their targets";
    if told == 0 {
        return Update::say(Level::Warning, format!("There is nothing to purge again: {why}."));
    }
    let update = Update::open(Opening::Compose(Box::new(Draft::again(purges))));
    match purges.len() - told {
        0 => update,
        left_out => {
            let of = count_noun(purges.len() as u64, "purge", "purges");
            let words = format!("{left_out} of {of} left out: {why}.");
            update.and(Update::say(Level::Warning, words))
        }
    }
}

fn pick_account(ctx: &PaneCtx<'_>) -> Pick {
    Pick {
        purpose: PickFor::Account,
        title: "Account".to_owned(),
        items: ctx
            .known
            .accounts
            .iter()
            .map(|account| item(account.name.as_str(), account.provider.to_string()))
            .collect(),
    }
}

fn item(text: &str, note: String) -> PickItem {
    PickItem {
        value: PickValue::Text(text.to_owned()),
        text: text.to_owned(),
        note,
        chosen: false,
        key: None,
    }
}
