//! The palette: every command, view, account, host and theme by a word.

use crate::commands::{Command, Context, Group};
use crate::domain::event::Level;
use crate::domain::filter::Term;
use crate::effect::{Effect, TerminalEffect};

use super::fuzzy_list::FuzzyList;
use super::fuzzy_list::words::Keywords;
use super::requests::AppRequest;
use super::{Pane, PaneCtx, Update};

pub mod view;

/// Cells of a name, after which its sentence begins.
const NAME: usize = 24;

/// The palette.
#[derive(Clone, Debug)]
pub struct PalettePane {
    entries: Vec<Entry>,
    list: FuzzyList,
}

/// Something to find.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    choice: Choice,
    /// The reason why it would do nothing now.
    unavailable: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    Command(Command),
    /// The view at this place, counted from 0, with its name.
    View(usize, String),
    Account(String),
    Cname(String),
    /// The theme of this name, with its note.
    Theme(String, String),
}

/// The class of a choice among others that fit equally well.
#[derive(Clone, Copy, Debug)]
enum Class {
    Usable,
    Named,
    Unusable,
    Host,
}

impl PalettePane {
    /// Offers every command, with the reason where one would do nothing now by the word of
    /// `unavailable`; views and themes by name, the latter with their notes; accounts and hosts.
    pub fn new(
        unavailable: &dyn Fn(Command) -> Option<&'static str>,
        views: &[String],
        themes: &[(String, String)],
        ctx: &PaneCtx<'_>,
    ) -> Self {
        let commands = Command::EVERY.iter().map(|&command| Entry {
            choice: match command.view().and_then(|at| Some((at, views.get(at)?))) {
                Some((at, name)) => Choice::View(at, name.clone()),
                None => Choice::Command(command),
            },
            unavailable: match command.view() {
                Some(at) if at < views.len() => None,
                Some(_) => Some("There is no such view"),
                None => unavailable(command),
            },
        });
        let mut entries: Vec<Entry> = commands.collect();
        entries.sort_by_key(|entry| (entry.unavailable.is_some(), entry.choice.is_basic()));
        // Views without a key of their own.
        let more = views.iter().enumerate().skip(9);
        let views = more.map(|(at, name)| Choice::View(at, name.clone()));
        let accounts = ctx.known.accounts.iter();
        let accounts = accounts.map(|account| Choice::Account(account.name.to_string()));
        let themes = themes.iter().cloned().map(|(name, note)| Choice::Theme(name, note));
        let hosts = ctx.known.all_resources().map(|resource| resource.cname.as_str());
        let mut hosts: Vec<&str> = hosts.filter(|cname| !cname.is_empty()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let hosts = hosts.into_iter().map(|cname| Choice::Cname(cname.to_owned()));
        let others = views.chain(accounts).chain(themes).chain(hosts);
        entries.extend(others.map(|choice| Entry { choice, unavailable: None }));
        let list = entries.iter().map(|entry| (entry.choice.text(), entry.keywords())).collect();
        Self { list: FuzzyList::by_words(list), entries }
    }

    fn choose(&self) -> Update {
        let Some(entry) = self.list.here().and_then(|at| self.entries.get(at)) else {
            return Update::taken();
        };
        if let Some(why) = entry.unavailable {
            return Update::say(Level::Info, format!("{why}."));
        }
        match &entry.choice {
            Choice::Command(command) => Update::request(AppRequest::Run(*command)),
            Choice::View(at, _) => Update::request(AppRequest::ShowView(*at)),
            Choice::Account(name) => Update::request(AppRequest::Narrow(Term::account(name))),
            Choice::Cname(cname) => Update::request(AppRequest::Narrow(Term::cname(cname))),
            Choice::Theme(name, _) => Update::request(AppRequest::Close)
                .and_effect(Effect::Terminal(TerminalEffect::UseTheme(name.clone()))),
        }
    }
}

impl Entry {
    fn keywords(&self) -> Keywords {
        let class = match (&self.choice, self.unavailable) {
            (Choice::Cname(_), _) => Class::Host,
            (_, Some(_)) => Class::Unusable,
            (Choice::Command(_), None) => Class::Usable,
            (Choice::View(..) | Choice::Account(_) | Choice::Theme(..), None) => Class::Named,
        };
        match &self.choice {
            Choice::Command(command) => {
                let about = command.about();
                let also = format!("{} {}", about.title, about.also);
                Keywords::new(about.name, &also, about.help).risky(command.is_risky())
            }
            Choice::View(at, name) => {
                Keywords::new(name, &format!("view {0} view-{0} tab", at + 1), "")
            }
            Choice::Account(name) => Keywords::new(name, "account", ""),
            Choice::Cname(cname) => Keywords::new(cname, "host cname", ""),
            Choice::Theme(name, note) => {
                let dark = if name == "light" { "bright" } else { "dark" };
                Keywords::new(name, &format!("theme colours colors {dark} {note}"), "")
            }
        }
        .class(class as u8)
    }
}

impl Choice {
    /// True for the keys that everybody knows, which stand behind all other commands.
    fn is_basic(&self) -> bool {
        match self {
            Self::Command(command) => {
                matches!(command.about().group, Group::Moving | Group::Editing)
            }
            Self::View(..) | Self::Account(_) | Self::Cname(_) | Self::Theme(..) => false,
        }
    }

    fn text(&self) -> String {
        let (name, words) = match self {
            Self::Command(command) => {
                let about = command.about();
                (about.name.to_owned(), about.help.to_owned())
            }
            Self::View(at, name) => (format!("view-{}", at + 1), name.clone()),
            Self::Account(name) => ("account".to_owned(), name.clone()),
            Self::Cname(cname) => ("host".to_owned(), cname.clone()),
            Self::Theme(name, note) => ("theme".to_owned(), format!("{name} ({note})")),
        };
        format!("{name:NAME$} {words}")
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
            Command::FieldAccept | Command::Open => self.choose(),
            other => self.list.on_command(other).update(),
        }
    }

    fn on_typed(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        self.list.on_typed(text).update()
    }

    fn on_item(&mut self, item: usize, _ctx: &PaneCtx<'_>) -> Update {
        self.list.go_to(item);
        self.choose()
    }

    fn on_paste(&mut self, text: &str, _ctx: &PaneCtx<'_>) -> Update {
        self.list.on_paste(text).update()
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

    fn palette() -> PalettePane {
        let views = ["All", "Failed 24h"].map(str::to_owned);
        PalettePane::new(&|_| None, &views, &[], &pane_ctx())
    }

    #[test]
    fn a_few_letters_of_its_name_run_a_command() {
        let mut palette = palette();
        palette.on_paste("purge-comp", &pane_ctx());
        assert_eq!(
            palette.on_command(Command::FieldAccept, &pane_ctx()),
            Update::request(AppRequest::Run(Command::PurgeCompose))
        );
    }

    #[test]
    fn every_command_comes_first_by_its_own_name() {
        for &command in Command::EVERY {
            let mut palette = palette();
            palette.on_paste(command.about().name, &pane_ctx());
            let here = palette.list.here().and_then(|at| palette.entries.get(at));
            let is_it = here.is_some_and(|entry| match &entry.choice {
                Choice::Command(other) => *other == command,
                Choice::View(at, _) => command.view() == Some(*at),
                Choice::Account(_) | Choice::Cname(_) | Choice::Theme(..) => false,
            });
            assert!(is_it, "{command:?}: {here:?}");
        }
    }

    #[test]
    fn without_a_word_the_keys_of_movement_and_text_come_last() {
        let palette = palette();
        let first = palette.entries.iter().position(|entry| entry.choice.is_basic());
        let rest = palette.entries.iter().skip(first.unwrap_or_default());
        let mut usable = rest.filter(|entry| {
            entry.unavailable.is_none() && matches!(entry.choice, Choice::Command(_))
        });
        assert!(usable.all(|entry| entry.choice.is_basic()));
    }
}
