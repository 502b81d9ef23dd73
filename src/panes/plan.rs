//! The plan: the exact requests that a draft becomes, and the one place from which they can be
//! sent.
//!
//! What confirms it depends on how much can go wrong: Enter, S, or the cname typed out.
//! The three are different on purpose, so that a habit formed on small purges sends no large one.

use crate::commands::{Command, Context};
use crate::domain::draft::KeptDraft;
use crate::domain::event::Level;
use crate::domain::ids::Ticket;
use crate::domain::journal::NewEntry;
use crate::domain::known::Known;
use crate::domain::payload::PurgeRequest;
use crate::domain::plan::{Plan, Preview, Risk};
use crate::effect::{Answer, Effect, Order, Query};

use super::copy::of_request;
use super::field::{Edit, Field};
use super::format;
use super::requests::AppRequest;
use super::{BudgetOf, Pane, PaneCtx, Update};

pub mod view;

/// A plan that waits for its confirmation.
#[derive(Clone, Debug)]
pub struct PlanPane {
    plan: Plan,
    kept: KeptDraft,
    /// Number of the draft's warnings.
    warnings: usize,
    preview_ticket: Ticket,
    previews: Vec<Preview>,
    /// The request under the cursor.
    here: usize,
    /// Number of its lines out of view above.
    scrolled: usize,
    /// The text typed to confirm a plan of high risk.
    typed: Field,
    /// The reason why the last try to send did nothing.
    error: Option<String>,
    /// The request to write it into the journal, while it is under way.
    sending: Option<Ticket>,
    /// The protection that it was made under.
    protection: Vec<Protection>,
}

/// The protection of a request: read-only, and the cname to be typed out.
type Protection = (bool, bool);

fn protection(plan: &Plan, known: &Known) -> Vec<Protection> {
    let of = |request: &PurgeRequest| {
        let account = known.account(&request.account);
        let protects = account.is_some_and(|account| account.protects(&request.cname));
        (known.is_read_only(&request.account), protects)
    };
    plan.requests.iter().map(|planned| of(&planned.request)).collect()
}

impl PlanPane {
    /// Shows a plan: asks for the requests as they would go over the wire.
    pub fn open(plan: Plan, kept: KeptDraft, warnings: usize, ctx: &PaneCtx<'_>) -> (Self, Effect) {
        let ticket = ctx.tickets.take();
        let requests = plan.requests.iter().map(|planned| planned.request.clone()).collect();
        let protection = protection(&plan, ctx.known);
        let pane = Self {
            plan,
            protection,
            kept,
            warnings,
            preview_ticket: ticket,
            previews: Vec::new(),
            here: 0,
            scrolled: 0,
            typed: Field::new(""),
            error: None,
            sending: None,
        };
        (pane, Effect::Query(Query::Preview { ticket, requests }))
    }

    fn go_to(&mut self, row: usize) -> Update {
        let row = row.min(self.plan.requests.len().saturating_sub(1));
        if row != self.here {
            self.here = row;
            self.scrolled = 0;
        }
        Update::taken()
    }

    /// Sends, if the risk is confirmed by this very command.
    fn confirm(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        let confirmed = match &self.plan.risk {
            Risk::Low => command == Command::PlanConfirm,
            Risk::Raised => command == Command::PlanConfirmRaised,
            Risk::High { cname } => {
                command == Command::FieldAccept
                    && self.typed.text().trim().eq_ignore_ascii_case(cname)
            }
        };
        if self.sending.is_some() {
            return Update::taken();
        }
        if !confirmed {
            self.error = Some(match &self.plan.risk {
                Risk::Low | Risk::Raised => "The footer names the key that sends this.".to_owned(),
                Risk::High { cname } => format!("To send this, type {cname}"),
            });
            return Update::taken();
        }
        let filled = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let sends = self
            .plan
            .requests
            .iter()
            .map(|planned| NewEntry {
                request: planned.request.clone(),
                planned_at: planned.at,
                reason: filled(&self.kept.draft.reason),
                ticket: filled(&self.kept.draft.ticket),
            })
            .collect();
        let ticket = ctx.tickets.take();
        self.sending = Some(ticket);
        self.error = None;
        Update::effect(Effect::Order(Order::Enqueue { ticket, sends }))
    }

    /// Copies the targets of the request under the cursor.
    fn copy(&self) -> Update {
        let request = self.plan.requests.get(self.here).map(|planned| &planned.request);
        request.map_or_else(Update::taken, |request| Update::copy_targets([of_request(request)]))
    }

    fn copy_curl(&self) -> Update {
        self.previews.get(self.here).map_or_else(
            || Update::say(Level::Info, "The request is still being put together."),
            |preview| {
                let planned = self.plan.requests.get(self.here);
                let emptying = usize::from(planned.is_some_and(|it| it.request.empties()));
                Update::copy_commands(std::slice::from_ref(preview), emptying)
            },
        )
    }

    fn after_edit(&mut self, edit: Edit) -> Update {
        if edit.is_change() {
            self.error = None;
        }
        edit.update()
    }
}

impl Pane for PlanPane {
    fn on_change(&mut self, ctx: &PaneCtx<'_>) -> Update {
        // What is being queued already is the engine's to refuse.
        if self.sending.is_some() || protection(&self.plan, ctx.known) == self.protection {
            return Update::ignored();
        }
        let words = "The configuration protects other purges now: look at the plan again.";
        Update::request(AppRequest::Close).and(Update::say(Level::Warning, words))
    }

    fn contexts(&self) -> &'static [Context] {
        match self.plan.risk {
            Risk::Low | Risk::Raised => &[Context::Plan],
            Risk::High { .. } => &[Context::Field, Context::Text],
        }
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the field's or nobody's")]
        match command {
            // Left now, its draft would stand there as if it had not been sent.
            Command::Back | Command::Quit if self.sending.is_some() => {
                Update::say(Level::Info, "The requests are being queued.")
            }
            Command::Back => Update::request(AppRequest::Close),
            Command::Quit if !matches!(self.plan.risk, Risk::High { .. }) => {
                Update::request(AppRequest::Close)
            }
            Command::PlanConfirm | Command::PlanConfirmRaised | Command::FieldAccept => {
                self.confirm(command, ctx)
            }
            Command::MoveDown | Command::FieldNewer => self.go_to(self.here.saturating_add(1)),
            Command::MoveUp | Command::FieldOlder => self.go_to(self.here.saturating_sub(1)),
            Command::PageDown => self.scroll(true, ctx),
            Command::PageUp => self.scroll(false, ctx),
            Command::MoveFirst => self.go_to(0),
            Command::MoveLast => self.go_to(usize::MAX),
            Command::Copy => self.copy(),
            Command::CopyCurl => self.copy_curl(),
            other if matches!(self.plan.risk, Risk::High { .. }) => {
                let edit = self.typed.on_command(other);
                self.after_edit(edit)
            }
            _ => Update::ignored(),
        }
    }

    /// Goes to a request. No click sends anything.
    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        self.go_to(item)
    }

    fn on_typed(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        if !matches!(self.plan.risk, Risk::High { .. }) {
            return Update::ignored();
        }
        let edit = self.typed.on_typed(text);
        self.after_edit(edit)
    }

    /// A confirmation is typed: what is pasted proves nothing.
    fn on_paste(&mut self, _text: &str, _ctx: &PaneCtx<'_>) -> Update {
        if matches!(self.plan.risk, Risk::High { .. }) {
            self.error = Some("A confirmation has to be typed; a paste does not count.".to_owned());
            return Update::taken();
        }
        Update::ignored()
    }

    fn on_answer(&mut self, answer: &Answer, ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others answer somebody else")]
        match answer {
            Answer::Previewed { ticket, previews } if *ticket == self.preview_ticket => {
                self.previews.clone_from(previews);
                Update::taken()
            }
            Answer::Enqueued { ticket, result } if Some(*ticket) == self.sending => {
                self.sending = None;
                match result {
                    Ok(entries) => {
                        let requests =
                            format::count_noun(entries.len() as u64, "request", "requests");
                        let words = if ctx.known.paused {
                            format!("{requests} queued; the queue is paused")
                        } else {
                            format!("{requests} sent to the queue")
                        };
                        Update::effect(Effect::Order(Order::ForgetDraft(self.kept.id.clone())))
                            .and_request(AppRequest::CloseAll)
                            .and_request(AppRequest::Told { words, key: Command::QueueOpen })
                    }
                    Err(error) => {
                        self.error = Some(format!("Nothing was queued: {error}"));
                        Update::taken()
                    }
                }
            }
            _ => Update::ignored(),
        }
    }

    fn budget_of(&self) -> BudgetOf {
        self.plan.requests.get(self.here).map_or(BudgetOf::Below, |planned| {
            BudgetOf::Resource(planned.request.account.clone(), planned.request.resource.clone())
        })
    }

    fn shows_hint(&self, command: Command) -> bool {
        match self.plan.risk {
            Risk::Low => command != Command::PlanConfirmRaised,
            Risk::Raised => command != Command::PlanConfirm,
            Risk::High { .. } => [Command::FieldAccept, Command::Back].contains(&command),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::draft::Draft;
    use crate::domain::kind::Kind;
    use crate::domain::limits::{Hardness, Price};
    use crate::domain::money::Cost;
    use crate::domain::payload::{Payload, PurgeRequest, Targets};
    use crate::domain::plan::{PlanPart, PlannedRequest};
    use crate::testing::pane_ctx;

    fn pane(risk: Risk) -> PlanPane {
        let ctx = pane_ctx();
        let request =
            PurgeRequest::new("prod", "1", "www.site.com", Payload::Url(Targets::one("/a.jpg")));
        let plan = Plan {
            requests: vec![PlannedRequest { request, at: ctx.now }],
            risk,
            ends_at: ctx.now,
            done_at: ctx.now,
            parts: Vec::new(),
            high_cnames: Vec::new(),
            quotas: Vec::new(),
            costs: Vec::new(),
        };
        let kept = KeptDraft::new(Draft::default(), ctx.tickets.take(), ctx.now);
        PlanPane::open(plan, kept, 0, &ctx).0
    }

    fn sends(update: &Update) -> bool {
        update.effects.iter().any(|effect| matches!(effect, Effect::Order(Order::Enqueue { .. })))
    }

    fn high() -> PlanPane {
        pane(Risk::High { cname: "www.site.com".to_owned() })
    }

    fn type_out(pane: &mut PlanPane, text: &str) {
        pane.on_typed(text, &pane_ctx());
    }

    #[test]
    fn a_plan_of_low_risk_is_sent_by_enter_and_not_by_the_other_key() {
        assert!(!sends(&pane(Risk::Low).on_command(Command::PlanConfirmRaised, &pane_ctx())));
        assert!(sends(&pane(Risk::Low).on_command(Command::PlanConfirm, &pane_ctx())));
    }

    #[test]
    fn a_plan_of_raised_risk_is_sent_by_its_own_key_and_not_by_enter_or_copying() {
        assert!(!sends(&pane(Risk::Raised).on_command(Command::PlanConfirm, &pane_ctx())));
        assert!(!sends(&pane(Risk::Raised).on_command(Command::Copy, &pane_ctx())));
        assert!(sends(&pane(Risk::Raised).on_command(Command::PlanConfirmRaised, &pane_ctx())));
    }

    #[test]
    fn a_plan_of_high_risk_wants_its_cname_typed_out() {
        let mut plan = high();
        assert!(!sends(&plan.on_command(Command::FieldAccept, &pane_ctx())));
        type_out(&mut plan, "www.site.co");
        assert!(!sends(&plan.on_command(Command::FieldAccept, &pane_ctx())));
        type_out(&mut plan, "m");
        assert!(sends(&plan.on_command(Command::FieldAccept, &pane_ctx())));
    }

    #[test]
    fn a_pasted_cname_does_not_confirm() {
        let mut plan = high();
        plan.on_paste("www.site.com", &pane_ctx());
        assert!(!sends(&plan.on_command(Command::FieldAccept, &pane_ctx())));
    }

    #[test]
    fn a_second_enter_while_it_is_being_queued_sends_nothing_more() {
        let mut plan = pane(Risk::Low);
        assert!(sends(&plan.on_command(Command::PlanConfirm, &pane_ctx())));
        assert!(!sends(&plan.on_command(Command::PlanConfirm, &pane_ctx())));
    }

    #[test]
    fn a_plan_that_could_not_be_queued_stays_and_says_why() {
        let ctx = pane_ctx();
        let mut plan = pane(Risk::Low);
        let update = plan.on_command(Command::PlanConfirm, &ctx);
        let [Effect::Order(Order::Enqueue { ticket, .. })] = update.effects.as_slice() else {
            unreachable!()
        };
        let error = crate::domain::event::StoreError {
            words: "The disk is full.".to_owned(),
            advice: "Make room.".to_owned(),
        };
        let answer = Answer::Enqueued { ticket: *ticket, result: Err(error) };
        assert!(plan.on_answer(&answer, &ctx).requests.is_empty());
        assert!(plan.error.unwrap().contains("disk is full"));
    }

    #[test]
    fn a_plan_says_what_becomes_of_the_copies_and_what_it_costs() {
        let mut plan = pane(Risk::Low);
        assert!(plan.terms(80).is_empty(), "everything is hard, without a choice");
        let part = |cname: &str, kind, mode: Option<&str>, hardness| PlanPart {
            account: "prod".into(),
            resource: "1".into(),
            cname: cname.to_owned(),
            kind,
            sent_kind: kind,
            targets: 1,
            mode: mode.map(str::to_owned),
            hardness,
            times: Vec::new(),
        };
        plan.plan.parts = vec![
            part("www.site.com", Kind::Url, None, Hardness::Hard),
            part("www.site.com", Kind::Pattern, Some("invalidate"), Hardness::Soft),
        ];
        let price = Price { free: 1000, mills: 5 };
        let cost = |used| Cost { price, used, is_least: false, targets: 120 };
        plan.plan.costs = vec![("prod".into(), cost(0)), ("test".into(), cost(920))];
        assert_eq!(
            plan.terms(120),
            [
                "www.site.com by url is hard: removed from the cache",
                "www.site.com by pattern (invalidate) is soft: stays cached until the origin says \
                 that it has changed",
                "prod: 120 targets: free, 880 of 1,000 are left this month then",
            ]
        );
        let warned = plan.warned(false, 120).concat();
        let paid = "test: 120 targets: 80 free are left this month, 40 cost $0.20.";
        assert_eq!(warned, [paid], "it is read before it is confirmed");
    }
}
