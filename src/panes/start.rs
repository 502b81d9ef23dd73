//! The first start: chooses a vendor, fills in the form of an account, has it tested and written.
//!
//! Nothing is written before the operator says so.

use crate::commands::{Command, Context};
use crate::domain::new_account::AccountForm;
use crate::effect::{Answer, Effect, NextScreen, Order, TerminalEffect};

use super::fuzzy_list::FuzzyList;
use super::requests::StartOffer;
use super::{Pane, PaneCtx, Update};

mod form;
pub mod view;

use form::{FilledForm, FormLine, FormStep};

/// The first start.
#[derive(Clone, Debug)]
pub struct StartPane {
    offer: StartOffer,
    list: FuzzyList,
    form: Option<FilledForm>,
}

/// A line of the first list.
#[derive(Clone, Copy, Debug)]
enum Choice<'a> {
    Vendor(&'a AccountForm),
    Demo,
    /// The board on the history that is in the store.
    Board,
    Quit,
}

impl StartPane {
    /// Offers the vendors.
    pub fn new(offer: StartOffer) -> Self {
        let mut pane = Self { offer, list: FuzzyList::new(Vec::new()), form: None };
        let titles = pane.choices().into_iter().map(|choice| choice.title().to_owned()).collect();
        pane.list = FuzzyList::new(titles);
        pane
    }

    fn choices(&self) -> Vec<Choice<'_>> {
        let mut choices: Vec<Choice<'_>> = self.offer.forms.iter().map(Choice::Vendor).collect();
        choices.push(Choice::Demo);
        if self.offer.has_history {
            choices.push(Choice::Board);
        }
        choices.push(Choice::Quit);
        choices
    }

    fn here(&self) -> Option<Choice<'_>> {
        self.choices().get(self.list.here()?).copied()
    }

    fn choose(&mut self) -> Update {
        let form = match self.here() {
            Some(Choice::Vendor(form)) => FilledForm::new(form),
            Some(Choice::Demo) => return leave(TerminalEffect::Open(NextScreen::Demo)),
            Some(Choice::Board) => return leave(TerminalEffect::Open(NextScreen::Board)),
            Some(Choice::Quit) => return leave(TerminalEffect::Quit),
            None => return Update::taken(),
        };
        self.form = Some(form);
        Update::taken()
    }

    /// Goes one step back: stops a test, closes the form, quits.
    fn back(&mut self) -> Update {
        match &mut self.form {
            Some(form) if form.is_testing() => {
                form.stop();
                Update::effect(Effect::Order(Order::StopTest))
            }
            // A file that is being written is waited for.
            Some(form) if form.is_busy() => Update::taken(),
            Some(_) => {
                self.form = None;
                Update::taken()
            }
            None => leave(TerminalEffect::Quit),
        }
    }

    /// Does what the form comes to.
    fn take_step(&mut self, step: FormStep, ctx: &PaneCtx<'_>) -> Update {
        let Some(form) = &mut self.form else { return Update::taken() };
        let ticket = ctx.tickets.take();
        let order = match step {
            FormStep::Stay => return Update::taken(),
            FormStep::Test(account) => {
                form.wait(ticket, false);
                Order::TestAccount { ticket, account }
            }
            FormStep::Write(account) => {
                form.wait(ticket, true);
                Order::WriteAccount { ticket, account }
            }
        };
        Update::effect(Effect::Order(order))
    }
}

fn leave(effect: TerminalEffect) -> Update {
    Update::effect(Effect::Terminal(effect))
}

impl Choice<'_> {
    fn title(&self) -> &str {
        match self {
            Self::Vendor(form) => &form.title,
            Self::Demo => "Open the demo",
            Self::Board => "Open the board",
            Self::Quit => "Quit",
        }
    }

    fn note(&self) -> String {
        match self {
            Self::Vendor(form) => {
                let keys = form.fields.iter().map(|field| field.key.as_str());
                keys.collect::<Vec<_>>().join(", ")
            }
            Self::Demo => "simulated vendors, nothing of yours".to_owned(),
            Self::Board => "the local history, without an account".to_owned(),
            Self::Quit => "nothing is written".to_owned(),
        }
    }
}

impl Pane for StartPane {
    fn contexts(&self) -> &'static [Context] {
        match self.form {
            Some(_) => &[Context::Start, Context::Field, Context::Text],
            None => &[Context::Picker],
        }
    }

    fn on_command(&mut self, command: Command, ctx: &PaneCtx<'_>) -> Update {
        let is_writing = self.form.as_ref().is_some_and(|it| it.is_busy() && !it.is_testing());
        if command == Command::Quit && !is_writing {
            return leave(TerminalEffect::Quit);
        }
        if command == Command::Back {
            return self.back();
        }
        let Some(form) = &mut self.form else {
            if command == Command::Open {
                return self.choose();
            }
            return self.list.on_command(command).update();
        };
        if form.is_busy() {
            return Update::taken();
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the field's or nobody's")]
        let step = match command {
            Command::FieldAccept => form.accept(),
            Command::StartWrite => form.write(),
            Command::StartSource => form.next_source(),
            Command::FieldNewer | Command::FieldComplete => form.go(true),
            Command::FieldOlder | Command::FocusPrevious => form.go(false),
            other => return form.edit(|field| field.on_command(other)).update(),
        };
        self.take_step(step, ctx)
    }

    fn on_typed(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        let Some(form) = &mut self.form else { return Update::ignored() };
        form.edit(|field| field.on_typed(text)).update()
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        let Some(form) = &mut self.form else { return Update::ignored() };
        Update::taken().and(form.edit(|field| field.on_paste(text.trim())).update())
    }

    /// Goes to the line, or chooses the one of the list that the cursor is on already.
    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        match &mut self.form {
            Some(form) => form.go_to(item),
            None if self.list.here() == Some(item) => return self.choose(),
            None => self.list.go_to(item),
        }
        Update::taken()
    }

    fn on_answer(&mut self, answer: &Answer, _ctx: &PaneCtx<'_>) -> Update {
        let Some(form) = &mut self.form else { return Update::ignored() };
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are for the panes")]
        match answer {
            Answer::AccountTested { ticket, result } if form.waits_for(*ticket) => {
                form.tested(result);
                Update::taken()
            }
            Answer::AccountWritten { ticket, result } if form.waits_for(*ticket) => match result {
                Ok(_) => leave(TerminalEffect::Open(NextScreen::Board)),
                Err(words) => {
                    form.refuse(words.clone());
                    Update::taken()
                }
            },
            _ => Update::ignored(),
        }
    }

    fn shows_hint(&self, command: Command) -> bool {
        match &self.form {
            None => [Command::Open, Command::MoveDown, Command::MoveUp, Command::Back]
                .contains(&command),
            Some(form) if form.is_busy() => command == Command::Back,
            Some(form) => {
                command != Command::StartSource || form.line().is_some_and(FormLine::is_secret)
            }
        }
    }
}
