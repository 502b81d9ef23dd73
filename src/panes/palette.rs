//! The palette: every command by its name, with its keys, the way to a key that one has forgotten.

use crate::commands::{Command, Context, Group};

use super::fuzzy_list::FuzzyList;
use super::requests::AppRequest;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// The palette.
#[derive(Clone, Debug)]
pub struct PalettePane {
    /// The commands, with the reason where one would do nothing now.
    commands: Vec<(Command, Option<&'static str>)>,
    list: FuzzyList,
}

impl PalettePane {
    /// Offers every command that means something outside of overlays and text fields; those that
    /// would do nothing now, by the word of `unavailable`, come last and say why.
    pub fn new(unavailable: &dyn Fn(Command) -> Option<&'static str>) -> Self {
        let mut commands: Vec<(Command, Option<&'static str>)> = Command::EVERY
            .iter()
            .copied()
            .filter(|command| {
                let about = command.about();
                about.group != Group::Moving
                    && *command != Command::Palette
                    && about.contexts.iter().any(|context| {
                        matches!(context, Context::Global | Context::History | Context::Detail)
                    })
            })
            .map(|command| (command, unavailable(command)))
            .collect();
        commands.sort_by_key(|(_, why)| why.is_some());
        let list = FuzzyList::new(
            commands
                .iter()
                .map(|(command, _)| {
                    let about = command.about();
                    format!("{}  {}", about.name, about.help)
                })
                .collect(),
        );
        Self { commands, list }
    }
}

impl Pane for PalettePane {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Picker, Context::Field, Context::Text]
    }

    fn on_command(&mut self, command: Command, _ctx: &PaneCtx<'_>) -> Update {
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are the list's or nobody's")]
        match command {
            Command::Back => Update::request(AppRequest::Close),
            Command::FieldAccept | Command::Open => self
                .list
                .here()
                .and_then(|at| self.commands.get(at))
                .map_or_else(Update::taken, |&(command, _)| {
                    Update::request(AppRequest::Run(command))
                }),
            other => Update::taken_if(self.list.on_command(other)),
        }
    }

    fn on_typed(&mut self, character: char, _ctx: &PaneCtx<'_>) -> Update {
        Update::taken_if(self.list.on_typed(character))
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        Update::taken_if(self.list.on_paste(text))
    }

    fn shows_hint(&self, command: Command) -> bool {
        let by_key = [Command::Open, Command::MoveDown, Command::MoveUp, Command::FieldComplete];
        !by_key.contains(&command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pane_ctx;

    #[test]
    fn a_few_letters_of_its_name_run_a_command() {
        let mut palette = PalettePane::new(&|_| None);
        palette.on_paste("purge-comp", &pane_ctx());
        assert_eq!(
            palette.on_command(Command::FieldAccept, &pane_ctx()),
            Update::request(AppRequest::Run(Command::PurgeCompose))
        );
    }

    #[test]
    fn editing_keys_are_not_offered() {
        assert!(!PalettePane::new(&|_| None).commands.contains(&(Command::TextDeleteWord, None)));
    }
}
