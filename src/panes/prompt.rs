//! An overlay that asks for one line.

use std::path::Path;

use crate::commands::{Command, Context};
use crate::effect::Answer;

use super::field::{Edit, Field};
use super::requests::{AppRequest, OverlayAnswer, Prompt, PromptFor};
use super::{Pane, PaneCtx, Update};

pub mod view;

/// Endings of an export's name: the formats that history is written in.
const ENDINGS: [&str; 5] = ["csv", "json", "ndjson", "jsonl", "txt"];

/// A question of one line.
#[derive(Clone, Debug)]
pub struct PromptPane {
    asked: Prompt,
    field: Field,
    /// The reason why the line was not accepted.
    error: Option<String>,
    /// Set while a line was accepted and its result is awaited.
    waiting: bool,
}

impl PromptPane {
    /// Asks.
    pub fn new(asked: Prompt) -> Self {
        Self { field: Field::default(), error: None, waiting: false, asked }
    }

    /// Returns the suggestion that Enter would accept.
    fn suggestion(&self) -> &str {
        if self.field.text().is_empty() { &self.asked.suggestion } else { "" }
    }

    fn accept(&mut self) -> Update {
        let text = match self.field.text().trim() {
            "" => self.suggestion(),
            typed => typed,
        };
        if text.is_empty() || self.waiting {
            return Update::taken();
        }
        if let Some(error) = objection(self.asked.purpose, text) {
            self.error = Some(error);
            return Update::taken();
        }
        let text = text.to_owned();
        self.error = None;
        self.waiting = self.asked.purpose.names_a_file();
        if self.waiting {
            self.field.set(&text);
        }
        Update::request(AppRequest::Answer(OverlayAnswer::Prompted {
            purpose: self.asked.purpose,
            text,
        }))
    }

    /// Closes after a file was read or written; stays with the reason otherwise, so that its name
    /// can be corrected.
    fn finish(&mut self, error: Option<&String>) -> Update {
        let Some(error) = error else {
            return Update::ignored().and_request(AppRequest::Close);
        };
        self.waiting = false;
        self.error = Some(error.clone());
        Update::taken()
    }

    fn after_edit(&mut self, edit: Edit) -> Update {
        if edit.is_change() {
            self.error = None;
        }
        edit.update()
    }
}

/// Returns the objection to a line, where there is one before anything is tried.
fn objection(purpose: PromptFor, text: &str) -> Option<String> {
    match purpose {
        PromptFor::ExportPath => {
            let ending = Path::new(text)
                .extension()
                .map(|ending| ending.to_string_lossy().to_ascii_lowercase())
                .unwrap_or_default();
            if ENDINGS.contains(&ending.as_str()) {
                return None;
            }
            let known = ENDINGS.map(|known| format!(".{known}")).join(", ");
            Some(format!("The name must end in one of {known}"))
        }
        PromptFor::ViewName | PromptFor::TargetsFile => None,
    }
}

impl Pane for PromptPane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Field, Context::Text]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the field's or nobody's")]
        match command {
            Command::Back => Update::request(AppRequest::Close),
            Command::FieldAccept => self.accept(),
            // Whoever goes into the suggestion wants to change it.
            Command::FieldComplete | Command::TextRight | Command::TextEnd
                if !self.suggestion().is_empty() =>
            {
                let suggestion = self.suggestion().to_owned();
                self.field.set(&suggestion);
                Update::taken()
            }
            other => {
                let edit = self.field.on_command(other);
                self.after_edit(edit)
            }
        }
    }

    fn on_typed(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        let edit = self.field.on_typed(text);
        self.after_edit(edit)
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        let edit = self.field.on_paste(text);
        self.after_edit(edit)
    }

    fn on_answer(&mut self, answer: &Answer, _ctx: &PaneCtx<'_>) -> Update {
        match (answer, self.asked.purpose) {
            (Answer::FileRead { result, .. }, PromptFor::TargetsFile) if self.waiting => {
                self.finish(result.as_ref().err())
            }
            (Answer::Exported { result, .. }, PromptFor::ExportPath) if self.waiting => {
                self.finish(result.as_ref().err())
            }
            _ => Update::ignored(),
        }
    }

    fn shows_hint(&self, command: Command) -> bool {
        match self.suggestion() {
            "" => ![Command::FieldComplete, Command::FieldOlder].contains(&command),
            _ => command != Command::FieldOlder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pane_ctx;

    fn export() -> PromptPane {
        PromptPane::new(Prompt {
            purpose: PromptFor::ExportPath,
            title: String::new(),
            suggestion: "purges.csv".to_owned(),
        })
    }

    fn answer(pane: &mut PromptPane) -> Option<String> {
        let update = pane.on_command(Command::FieldAccept, &pane_ctx());
        update.requests.into_iter().find_map(|ask| {
            if let AppRequest::Answer(OverlayAnswer::Prompted { text, .. }) = ask {
                Some(text)
            } else {
                None
            }
        })
    }

    fn typed(pane: &mut PromptPane, text: &str) {
        pane.on_typed(text, &pane_ctx());
    }

    #[test]
    fn enter_takes_the_suggestion_and_typing_replaces_it() {
        assert_eq!(answer(&mut export()).as_deref(), Some("purges.csv"));
        let mut pane = export();
        typed(&mut pane, "mine.json");
        assert_eq!(answer(&mut pane).as_deref(), Some("mine.json"));
    }

    #[test]
    fn going_into_the_suggestion_makes_it_the_text() {
        let mut pane = export();
        pane.on_command(Command::TextEnd, &pane_ctx());
        pane.on_command(Command::TextDeleteWord, &pane_ctx());
        typed(&mut pane, "ndjson");
        assert_eq!(answer(&mut pane).as_deref(), Some("purges.ndjson"));
    }

    #[test]
    fn an_ending_that_stands_for_no_form_is_refused_with_those_that_do() {
        for name in ["x", "x.xlsx", "x.csv.gz"] {
            let mut pane = export();
            typed(&mut pane, name);
            assert_eq!(answer(&mut pane), None, "{name}");
            let error = pane.error.clone().unwrap_or_default();
            assert!(error.contains(".csv, .json, .ndjson"), "{error}");
            typed(&mut pane, ".CSV");
            assert_eq!(pane.error, None);
            assert_eq!(answer(&mut pane), Some(format!("{name}.CSV")));
        }
    }
}
