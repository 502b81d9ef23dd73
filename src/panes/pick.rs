//! An overlay to choose from a list: accounts, cnames, columns, resources.

use crate::commands::{Command, Context};

use super::fuzzy_list::FuzzyList;
use super::requests::{AppRequest, OverlayAnswer, Pick, PickFor, PickItem, PickValue};
use super::{Pane, PaneCtx, Update};

pub mod view;

/// The longest text of an item that its neighbours' notes are aligned with.
const ALIGNED: usize = 40;

/// A choice from a list.
#[derive(Clone, Debug)]
pub struct PickPane {
    asked: Pick,
    list: FuzzyList,
}

impl PickPane {
    /// Offers the list.
    pub fn new(asked: Pick) -> Self {
        let wide = |item: &PickItem| item.text.chars().count();
        let widest = asked.items.iter().map(wide).filter(|wide| *wide <= ALIGNED).max();
        let widest = widest.filter(|_| asked.purpose.is_narrowed());
        let gap = if widest.is_some() { "  " } else { " " };
        let widest = widest.unwrap_or_default();
        let texts = asked
            .items
            .iter()
            .map(|item| {
                if item.note.is_empty() {
                    item.text.clone()
                } else {
                    format!("{:<widest$}{gap}{}", item.text, item.note)
                }
            })
            .collect();
        let mut list = FuzzyList::new(texts);
        if let Some(chosen) = asked.items.iter().position(|item| item.chosen) {
            list.go_to(chosen);
        }
        Self { asked, list }
    }

    /// Returns the purpose of the choice.
    pub fn purpose(&self) -> PickFor {
        self.asked.purpose
    }

    fn answer(&self) -> Update {
        let here = self.list.here().and_then(|at| self.asked.items.get(at));
        here.map_or_else(Update::taken, |item| self.answer_with(vec![item.value.clone()]))
    }

    /// Answers with the item that this command chooses, wherever the cursor is.
    fn answer_by(&self, command: Command) -> Update {
        let item = self.asked.items.iter().find(|item| item.key == Some(command));
        item.map_or_else(Update::taken, |item| self.answer_with(vec![item.value.clone()]))
    }

    fn answer_with(&self, values: Vec<PickValue>) -> Update {
        Update::request(AppRequest::Answer(OverlayAnswer::Picked {
            purpose: self.asked.purpose,
            values,
        }))
    }
}

impl Pane for PickPane {
    fn contexts(&self) -> &'static [Context] {
        match self.asked.purpose {
            PickFor::Leaving => &[Context::Picker],
            PickFor::Marks => &[Context::Picker, Context::Choice],
            PickFor::Account
            | PickFor::Cname
            | PickFor::Sort
            | PickFor::Time
            | PickFor::Resource
            | PickFor::Format
            | PickFor::Wider => &[Context::Picker, Context::Field, Context::Text],
        }
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the list's or nobody's")]
        match command {
            Command::Back => Update::request(AppRequest::Close),
            Command::FieldAccept | Command::Open => self.answer(),
            Command::MarksShown => self.answer_by(command),
            // A second press of the key that asked must not answer.
            Command::Quit if self.asked.purpose == PickFor::Leaving => Update::taken(),
            other => self.list.on_command(other).update(),
        }
    }

    fn on_typed(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        self.list.on_typed(text).update()
    }

    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        self.list.go_to(item);
        self.answer()
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        if !self.asked.purpose.is_narrowed() {
            return Update::ignored();
        }
        self.list.on_paste(text).update()
    }

    fn shows_hint(&self, command: Command) -> bool {
        let by_key = [Command::Open, Command::MoveDown, Command::MoveUp].contains(&command);
        let narrowed = self.asked.purpose.is_narrowed();
        command == Command::Back
            || if narrowed { !by_key && command != Command::FieldComplete } else { by_key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pane_ctx;

    fn items() -> PickPane {
        let item = |text: &str, chosen| PickItem {
            value: PickValue::Text(text.to_owned()),
            text: text.to_owned(),
            note: String::new(),
            chosen,
            key: None,
        };
        PickPane::new(Pick {
            purpose: PickFor::Cname,
            title: "Cname".to_owned(),
            items: vec![item("www.site.com", false), item("img.site.com", true)],
        })
    }

    fn picked(update: &Update) -> Vec<PickValue> {
        match update.requests.as_slice() {
            [AppRequest::Answer(OverlayAnswer::Picked { values, .. })] => values.clone(),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn enter_answers_with_the_item_under_the_cursor_which_starts_on_the_present_choice() {
        let update = items().on_command(Command::FieldAccept, &pane_ctx());
        assert_eq!(picked(&update), [PickValue::Text("img.site.com".to_owned())]);
    }

    #[test]
    fn enter_on_nothing_answers_nothing() {
        let mut pane = items();
        pane.on_paste("zzzz", &pane_ctx());
        assert_eq!(pane.on_command(Command::FieldAccept, &pane_ctx()), Update::taken());
    }
}
