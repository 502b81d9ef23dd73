//! Compose: the draft of a purge, and beside each line the vendor's view of it and its findings.
//! Nothing is sent from here; the way out is the plan.

mod checking;
mod digest;
mod discard;
mod fixing;
mod folded;
mod navigation;
mod options;
mod suggestions;

pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::commands::{Command, Context};
use crate::domain::budget::RecentUse;
use crate::domain::check::Checked;
use crate::domain::draft::{Draft, KeptDraft};
use crate::domain::event::{Event, Level};
use crate::domain::findings::Severity;
use crate::domain::ids::{AccountName, ResourceId, Ticket};
use crate::domain::lint_context::ServedHosts;
use crate::domain::plan::PlanError;
use crate::effect::{Answer, Effect, Order, TerminalEffect};

use super::field::{Edit, Field, Lines};
use super::requests::{AppRequest, Opening, OverlayAnswer, PickFor, PickValue, Prompt, PromptFor};
use super::{BudgetOf, Pane, PaneCtx, Update};
use digest::Digest;

/// A draft being written.
#[derive(Clone, Debug)]
pub struct ComposePane {
    /// The draft, with the name under which it is kept.
    kept: KeptDraft,
    lines: Lines,
    reason: Field,
    ticket: Field,
    part: Part,
    checked: Checked,
    digest: Digest,
    /// The revision of what is known that the check was made with.
    revision: u64,
    recent: RecentUse,
    recent_ticket: Ticket,
    /// The resources whose recent purges were asked for.
    recent_of: BTreeSet<(AccountName, ResourceId)>,
    /// The accounts that served hosts before that no resource answers to.
    served: ServedHosts,
    /// The queries for these that are under way, and the hosts of each.
    served_tickets: BTreeMap<Ticket, Vec<String>>,
    /// The hosts that were asked about, but for those whose query failed.
    asked_hosts: BTreeSet<String>,
    /// The draft that was thrown away last.
    discarded: Option<Draft>,
    /// The line with a finding that was gone to last.
    visited: Option<usize>,
    /// The editor or the file whose text is still to come.
    expected: Option<Ticket>,
}

/// The text that has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Targets,
    Reason,
    Ticket,
}

impl Part {
    fn next(self) -> Self {
        match self {
            Self::Targets => Self::Reason,
            Self::Reason => Self::Ticket,
            Self::Ticket => Self::Targets,
        }
    }
}

impl ComposePane {
    /// Opens a draft, with the first queries. It is kept from the start where there is something in
    /// it.
    pub fn open(kept: KeptDraft, ctx: &PaneCtx<'_>) -> (Self, Vec<Effect>) {
        let draft = &kept.draft;
        let mut pane = Self {
            lines: Lines::new(&draft.text),
            reason: Field::new(&draft.reason),
            ticket: Field::new(&draft.ticket),
            kept,
            part: Part::Targets,
            checked: Checked::default(),
            digest: Digest::default(),
            revision: ctx.known.revision(),
            recent: RecentUse::default(),
            recent_ticket: Ticket::default(),
            recent_of: BTreeSet::new(),
            served: ServedHosts::new(),
            served_tickets: BTreeMap::new(),
            asked_hosts: BTreeSet::new(),
            discarded: None,
            visited: None,
            expected: None,
        };
        let mut effects = pane.relint(ctx).effects;
        if !pane.draft().is_empty() {
            effects.push(pane.keep());
        }
        (pane, effects)
    }

    /// Returns the draft.
    pub fn draft(&self) -> &Draft {
        &self.kept.draft
    }

    /// Takes the text into the draft, keeps it for the next start and lints it.
    fn edited(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.kept.draft.text = self.lines.text();
        self.changed(ctx)
    }

    fn changed(&mut self, ctx: &PaneCtx<'_>) -> Update {
        self.kept.changed = ctx.now;
        let kept = self.keep();
        self.relint(ctx).and_effect(kept)
    }

    /// Keeps the draft as it is now; an empty one is forgotten.
    fn keep(&self) -> Effect {
        Effect::Order(if self.draft().is_empty() {
            Order::ForgetDraft(self.kept.id.clone())
        } else {
            Order::KeepDraft(self.kept.clone())
        })
    }

    fn after_edit(&mut self, edit: Edit, ctx: &PaneCtx<'_>) -> Update {
        if !edit.is_change() {
            return edit.update();
        }
        let update = match self.part {
            Part::Targets => self.edited(ctx),
            Part::Reason | Part::Ticket => self.texts_edited(ctx),
        };
        update.and(edit.update())
    }

    /// Opens the plan. The reason why there is none is a passing notice: the findings below the
    /// lines stay.
    fn to_plan(&self) -> Update {
        let errors = self.count(Severity::Error);
        if errors > 0 {
            let first = self
                .checked
                .linted
                .all_findings()
                .find(|finding| finding.severity == Severity::Error);
            let words = first.map_or_else(String::new, |finding| finding.words.clone());
            return Update::say(
                Level::Info,
                format!("Nothing can be sent while errors remain. {words}"),
            );
        }
        match &self.checked.plan {
            Ok(plan) => Update::open(Opening::Plan(
                Box::new(plan.clone()),
                Box::new(self.kept.clone()),
                self.count(Severity::Warning),
            )),
            Err(PlanError::Nothing) => Update::say(
                Level::Info,
                "There is nothing to send yet: paste URLs, or choose a resource and a kind.",
            ),
            Err(error) => Update::say(Level::Info, format!("Nothing can be sent: {error}.")),
        }
    }

    /// Adds targets below what is there.
    fn append(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Update {
        let mut whole = self.lines.text();
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        whole.push_str(text);
        self.lines.replace(&whole);
        let update = self.edited(ctx);
        self.go_to_first_finding();
        update
    }

    /// Counts the findings of a severity.
    fn count(&self, severity: Severity) -> usize {
        self.digest.count(severity)
    }

    fn edit_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        let edit = match self.part {
            Part::Targets => self.lines.on_command(command),
            Part::Reason => self.reason.on_command(command),
            Part::Ticket => self.ticket.on_command(command),
        };
        if command == Command::TextUndo { self.undo(edit, ctx) } else { self.after_edit(edit, ctx) }
    }
}

impl Pane for ComposePane {
    fn contexts(&self) -> &'static [Context] {
        match self.part {
            Part::Targets => &[Context::Compose, Context::Lines, Context::Text],
            Part::Reason | Part::Ticket => &[Context::Compose, Context::Field, Context::Text],
        }
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the text's or nobody's")]
        match command {
            Command::Back => Update::request(AppRequest::LeaveDraft(self.kept.id.clone())),
            Command::ComposePlan => self.to_plan(),
            Command::FieldAccept => {
                self.part = self.part.next();
                if self.part == Part::Targets { self.to_plan() } else { Update::taken() }
            }
            Command::FocusNext | Command::FieldComplete => {
                self.part = self.part.next();
                Update::taken()
            }
            Command::FocusPrevious => {
                self.part = self.part.next().next();
                Update::taken()
            }
            Command::ComposeKind => self.next_kind(ctx),
            Command::ComposeMode => self.next_mode(ctx),
            Command::ComposeResource => self.pick_resource(ctx),
            Command::ComposeFormat => self.pick_format(),
            Command::ComposeLoad => Update::open(Opening::Prompt(Prompt {
                purpose: PromptFor::TargetsFile,
                title: "Read targets from file".to_owned(),
                suggestion: String::new(),
            })),
            Command::ComposeEditor => {
                let ticket = ctx.tickets.take();
                self.expected = Some(ticket);
                Update::effect(Effect::Terminal(TerminalEffect::Edit {
                    ticket,
                    text: self.lines.text(),
                }))
            }
            Command::ComposeWiden => self.pick_wider(),
            Command::ComposeFollow => self.follow(),
            Command::ComposeFix => self.fix(false, ctx),
            Command::ComposeFixAll => self.fix(true, ctx),
            Command::ComposeDropErrors => self.drop_errors(ctx),
            Command::ComposeDirectory => self.turn_directory(ctx),
            Command::FindingNext => self.go_to_finding(true),
            Command::FindingPrevious => self.go_to_finding(false),
            Command::PageDown if self.part == Part::Targets => self.go_page(1, ctx),
            Command::PageUp if self.part == Part::Targets => self.go_page(-1, ctx),
            Command::ComposeDiscard => self.discard(ctx),
            other => self.edit_command(other, ctx),
        }
    }

    fn on_typed(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Update {
        let edit = match self.part {
            Part::Targets => self.lines.on_typed(text),
            Part::Reason => self.reason.on_typed(text),
            Part::Ticket => self.ticket.on_typed(text),
        };
        self.after_edit(edit, ctx)
    }

    fn on_paste(&mut self, text: &str, ctx: &PaneCtx<'_>) -> Update {
        let edit = match self.part {
            Part::Targets => self.lines.on_paste(text),
            Part::Reason => self.reason.on_paste(text),
            Part::Ticket => self.ticket.on_paste(text),
        };
        let update = self.after_edit(edit, ctx);
        if self.part == Part::Targets && text.trim().contains(['\n', '\r']) {
            self.go_to_first_finding();
        }
        update
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others answer somebody else")]
        match answer {
            Answer::Recent { ticket, result } if *ticket == self.recent_ticket => match result {
                Ok(recent) => {
                    self.recent.clone_from(recent);
                    self.relint(ctx)
                }
                Err(error) => {
                    Update::say(Level::Warning, format!("Recent purges are not known: {error}"))
                }
            },
            Answer::Served { ticket, result } => self.on_served(*ticket, result, ctx),
            Answer::Edited { ticket, result } if Some(*ticket) == self.expected => {
                self.expected = None;
                match result {
                    Ok(Some(text)) => {
                        self.lines.replace(text.trim_end());
                        let update = self.edited(ctx);
                        self.go_to_first_finding();
                        update
                    }
                    Ok(None) => Update::taken(),
                    Err(words) => Update::say(Level::Error, words.clone()),
                }
            }
            Answer::FileRead { ticket, result } if Some(*ticket) == self.expected => {
                self.expected = None;
                match result {
                    Ok(text) => self.append(text.trim_end_matches(['\r', '\n']), ctx),
                    Err(words) => Update::say(Level::Error, words.clone()),
                }
            }
            _ => Update::ignored(),
        }
    }

    fn on_event(&mut self, event: &Event, ctx: &PaneCtx<'_>) -> Update {
        if let Event::HistoryChanged { account, .. } = event
            && self.recent_of.iter().any(|(of, _)| of == account)
        {
            return self.ask_recent(ctx);
        }
        Update::ignored()
    }

    fn on_overlay_answer(&mut self, answer: &OverlayAnswer, ctx: &PaneCtx<'_>) -> Update {
        match answer {
            OverlayAnswer::Picked { purpose: PickFor::Resource, values } => {
                if let Some(PickValue::Resource(account, id)) = values.first() {
                    self.kept.draft.resource = Some((account.clone(), id.clone()));
                }
                self.changed(ctx)
            }
            OverlayAnswer::Picked { purpose: PickFor::Format, values } => {
                self.choose_format(values.first(), ctx)
            }
            OverlayAnswer::Picked { purpose: PickFor::Wider, values } => match values.first() {
                Some(PickValue::Place(place)) => self.widen(*place, ctx),
                Some(PickValue::Text(_) | PickValue::Resource(..)) | None => Update::taken(),
            },
            OverlayAnswer::Prompted { purpose: PromptFor::TargetsFile, text } => {
                let ticket = ctx.tickets.take();
                self.expected = Some(ticket);
                Update::effect(Effect::Order(Order::ReadFile { ticket, path: PathBuf::from(text) }))
            }
            OverlayAnswer::Picked { .. }
            | OverlayAnswer::Prompted { .. }
            | OverlayAnswer::Columns(_)
            | OverlayAnswer::Facets { .. } => Update::ignored(),
        }
    }

    fn on_change(&mut self, ctx: &PaneCtx<'_>) -> Update {
        if self.revision == ctx.known.revision() {
            return Update::ignored();
        }
        self.relint(ctx)
    }

    fn budget_of(&self) -> BudgetOf {
        let linted = &self.checked.linted;
        let here = linted.entries_at(self.lines.cursor().0).iter();
        let first = self.digest.first_target.and_then(|number| linted.lines.get(number));
        here.chain(first)
            .find_map(|line| line.meaning.as_ref())
            .map(|meaning| (meaning.account.clone(), meaning.resource.clone()))
            .or_else(|| self.draft().resource.clone())
            .map_or(BudgetOf::Below, |(account, resource)| BudgetOf::Resource(account, resource))
    }

    fn shows_hint(&self, command: Command) -> bool {
        let discarded = self.discarded.is_some() && self.draft().is_empty();
        #[expect(clippy::wildcard_enum_match_arm, reason = "others do not depend on the draft")]
        match command {
            Command::TextUndo => discarded,
            Command::ComposeFix | Command::ComposeFixAll => self.has_fix(),
            Command::ComposeDropErrors => self.digest.has_wrong_entries,
            Command::ComposeDirectory => !self.directory_changes().is_empty(),
            Command::FindingNext => self.digest.has_lines,
            Command::ComposeLoad | Command::ComposeEditor | Command::Back => true,
            _ => !discarded,
        }
    }
}

#[cfg(test)]
mod tests;
