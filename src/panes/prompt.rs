//! An overlay that asks for one line.

use crate::commands::{Command, Context};

use super::asks::{Answer, Ask, Prompt};
use super::field::{Field, Touch};
use super::{Outcome, Pane, PaneCtx};

pub mod view;

/// A question of one line.
#[derive(Clone, Debug)]
pub struct PromptPane {
    asked: Prompt,
    field: Field,
}

impl PromptPane {
    /// Asks.
    pub fn new(asked: Prompt) -> Self {
        Self {
            field: Field::new(&asked.text),
            asked,
        }
    }

    fn touched(touch: Touch) -> Outcome {
        match touch {
            Touch::Ignored => Outcome::ignored(),
            Touch::Moved | Touch::Edited => Outcome::taken(),
        }
    }
}

impl Pane for PromptPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Field, Context::Text]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Outcome {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other command is the field's or nobody's"
        )]
        match command {
            Command::Back => Outcome::ask(Ask::Close),
            Command::FieldAccept => {
                let text = self.field.text().trim();
                if text.is_empty() {
                    return Outcome::taken();
                }
                Outcome::ask(Ask::Answer(Answer::Prompted {
                    purpose: self.asked.purpose,
                    text: text.to_owned(),
                }))
            }
            other => Self::touched(self.field.on_command(other)),
        }
    }

    fn on_typed(&mut self, character: char, _ctx: &PaneCtx<'_>) -> Outcome {
        Self::touched(self.field.on_typed(character))
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Outcome {
        Self::touched(self.field.on_paste(text))
    }

    fn hints(&self) -> &'static [Command] {
        &[Command::FieldAccept, Command::Back]
    }
}
