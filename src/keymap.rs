//! Chords and the commands that they mean, per context; the operator's own keys over the defaults.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use crokey::KeyCombination;
use crokey::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::commands::{Command, Context};
use crate::domain::nearest::nearest;

/// One key, perhaps with ctrl, alt or shift, in the one form that every terminal's report of it
/// comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord(KeyCombination);

impl Chord {
    /// The arrow up.
    pub const UP: Self = Self(KeyCombination::one_key(KeyCode::Up, KeyModifiers::NONE));
    /// The arrow down.
    pub const DOWN: Self = Self(KeyCombination::one_key(KeyCode::Down, KeyModifiers::NONE));

    /// Makes a chord of a terminal's key event.
    pub fn of_key(event: KeyEvent) -> Self {
        Self::normal(event.code, event.modifiers)
    }

    /// Returns the character that the chord types into a text; `None` for keys that type nothing.
    pub fn typed(self) -> Option<char> {
        let KeyCode::Char(character) = self.0.codes.first() else {
            return None;
        };
        (!self
            .0
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER))
        .then_some(*character)
    }

    /// Terminals differ in whether they report shift beside a character that it has already
    /// changed, and in how they report shift-tab.
    fn normal(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers = modifiers
            & (KeyModifiers::CONTROL
                | KeyModifiers::ALT
                | KeyModifiers::SHIFT
                | KeyModifiers::SUPER);
        let mut code = code;
        if let KeyCode::Char(character) = code {
            if matches!(character, '\r' | '\n') {
                code = KeyCode::Enter;
            } else if modifiers.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(character.to_ascii_lowercase());
                modifiers.remove(KeyModifiers::SHIFT);
            } else {
                if modifiers.contains(KeyModifiers::SHIFT) {
                    code = KeyCode::Char(character.to_ascii_uppercase());
                }
                modifiers.remove(KeyModifiers::SHIFT);
            }
        } else if code == KeyCode::Tab && modifiers.contains(KeyModifiers::SHIFT) {
            code = KeyCode::BackTab;
        }
        if code == KeyCode::BackTab {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        Self(KeyCombination::one_key(code, modifiers))
    }
}

impl FromStr for Chord {
    type Err = String;

    /// Reads `j`, `G`, `ctrl-s`, `alt-backspace`, `pagedown`, `|`, `space`, `-`. Case matters for a
    /// single character, alone or after `alt-`, and for nothing else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is no key; write `j`, `G`, `ctrl-s`, `pagedown`, `space`");
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((name, after)) = rest.split_once('-') {
            if after.is_empty() {
                break;
            }
            modifiers |= match name.to_ascii_lowercase().as_str() {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(wrong()),
            };
            rest = after;
        }
        let mut characters = rest.chars();
        let code = if let (Some(character), None) = (characters.next(), characters.next()) {
            KeyCode::Char(character)
        } else {
            *crokey::parse(rest).map_err(|_| wrong())?.codes.first()
        };
        Ok(Self::normal(code, modifiers))
    }
}

impl fmt::Display for Chord {
    /// As help and footer show it, and as [`Chord::from_str`] reads it again: `ctrl-s`, `G`, `↑` as
    /// `up`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.0.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "others are written as by crokey")]
        match self.0.codes.first() {
            KeyCode::Char(' ') => f.write_str("space"),
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::BackTab => f.write_str("backtab"),
            code => {
                let plain = KeyCombination::one_key(*code, KeyModifiers::NONE);
                f.write_str(&plain.to_string().to_lowercase())
            }
        }
    }
}

/// Something wrong with the operator's own keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// There is no command of this name.
    #[error(
        "there is no command `{name}`{}",
        nearest.map(|near| format!("; `{near}` is one")).unwrap_or_default()
    )]
    NoCommand {
        /// The name as written.
        name: String,
        /// The name that it is most like.
        nearest: Option<&'static str>,
    },
    /// A chord cannot be read.
    #[error("{command}: {words}")]
    NoChord {
        /// For which command it was meant.
        command: &'static str,
        /// The fault in words.
        words: String,
    },
    /// Two commands want the same chord in the same place.
    #[error("`{chord}` would be both `{first}` and `{second}`; give one of them another key")]
    Taken {
        /// The chord.
        chord: String,
        /// A command that has it.
        first: &'static str,
        /// Another that has it.
        second: &'static str,
    },
}

/// The keys of every command and the command of every key.
#[derive(Clone, Debug)]
pub struct Keymap {
    meanings: HashMap<(Context, Chord), Command>,
    keys: BTreeMap<Command, Vec<Chord>>,
}

impl Keymap {
    /// Binds the default keys with the operator's own over them: command name → chords. A command
    /// that is named there has those keys alone, none where the list is empty.
    pub fn new(overrides: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<KeyFault>> {
        let mut faults = Vec::new();
        for name in overrides.keys() {
            if Command::from_name(name).is_none() {
                faults.push(KeyFault::NoCommand {
                    name: name.clone(),
                    nearest: nearest_command(name),
                });
            }
        }
        let mut map = Self { meanings: HashMap::new(), keys: BTreeMap::new() };
        let mut bound: HashMap<Chord, Vec<(Context, Command)>> = HashMap::new();
        for &command in Command::EVERY {
            let about = command.about();
            let written: Vec<&str> = overrides.get(about.name).map_or_else(
                || about.keys.to_vec(),
                |own| own.iter().map(String::as_str).collect(),
            );
            let mut own = HashSet::new();
            for text in written {
                match text.parse::<Chord>() {
                    Ok(chord) if !own.insert(chord) => {}
                    Ok(chord) => {
                        let others = bound.entry(chord).or_default();
                        faults.extend(map.bind(command, chord, others));
                    }
                    Err(words) => faults.push(KeyFault::NoChord { command: about.name, words }),
                }
            }
        }
        if faults.is_empty() { Ok(map) } else { Err(faults) }
    }

    /// Binds a chord to a command, in each of its contexts. `bound` is what the chord means
    /// already.
    fn bind(
        &mut self,
        command: Command,
        chord: Chord,
        bound: &mut Vec<(Context, Command)>,
    ) -> Vec<KeyFault> {
        let mut faults = Vec::new();
        for &context in command.about().contexts {
            let taken = bound
                .iter()
                .filter(|(other, owner)| overlap(*other, context) && *owner != command)
                .map(|(_, owner)| *owner)
                .min();
            if let Some(first) = taken {
                let (first, second) = (first.about().name, command.about().name);
                let fault = KeyFault::Taken { chord: chord.to_string(), first, second };
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
                continue;
            }
            bound.push((context, command));
            self.meanings.insert((context, chord), command);
        }
        self.keys.entry(command).or_default().push(chord);
        faults
    }

    /// Returns the command of a chord; the innermost context comes first.
    pub fn lookup(&self, contexts: &[Context], chord: Chord) -> Option<Command> {
        contexts.iter().find_map(|&context| self.meanings.get(&(context, chord)).copied())
    }

    /// Returns the keys of a command; the first one is shown where there is room for one.
    pub fn keys_of(&self, command: Command) -> &[Chord] {
        self.keys.get(&command).map_or(&[], Vec::as_slice)
    }

    /// Returns the keys of a command as help shows them: `j down`; empty where it has none.
    pub fn keys_text(&self, command: Command) -> String {
        self.keys_of(command).iter().map(Chord::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// Returns whether a chord of the one context could also be meant in the other. A text field hides
/// the global keys on purpose, and an overlay may hide those of the texts in it, so these do not
/// count.
fn overlap(one: Context, other: Context) -> bool {
    let typing = |context| matches!(context, Context::Field | Context::Text | Context::Lines);
    one == other
        || (one == Context::Global && !typing(other))
        || (other == Context::Global && !typing(one))
}

fn nearest_command(name: &str) -> Option<&'static str> {
    nearest(name, Command::EVERY.iter().map(|command| command.about().name))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn defaults() -> Keymap {
        Keymap::new(&BTreeMap::new()).unwrap()
    }

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    fn own(name: &str, keys: &[&str]) -> BTreeMap<String, Vec<String>> {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        BTreeMap::from([(name.to_owned(), keys)])
    }

    #[test]
    fn the_default_keys_do_not_contradict_each_other() {
        defaults();
    }

    #[test]
    fn every_default_key_is_written_as_it_is_read() {
        for &command in Command::EVERY {
            for key in command.about().keys {
                assert_eq!(chord(key).to_string(), *key, "{command:?}");
            }
        }
    }

    #[test]
    fn a_shifted_letter_is_the_same_however_the_terminal_reports_it() {
        let plain = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::NONE);
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        let lower = KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT);
        for event in [plain, shifted, lower] {
            assert_eq!(Chord::of_key(event), chord("G"));
        }
        let question = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
        assert_eq!(Chord::of_key(question), chord("?"));
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Chord::of_key(back), chord("shift-tab"));
    }

    #[test]
    fn upper_and_lower_case_are_two_keys() {
        let map = defaults();
        let history = [Context::History, Context::Global];
        for (key, command) in [
            ("g", Command::MoveFirst),
            ("G", Command::MoveLast),
            ("f", Command::FilterToCname),
            ("F", Command::FilterToAccount),
            ("y", Command::Copy),
            ("Y", Command::CopyCurl),
        ] {
            assert_eq!(map.lookup(&history, chord(key)), Some(command), "{key}");
        }
    }

    #[test]
    fn a_key_means_what_the_innermost_context_says() {
        let map = defaults();
        let x = chord("x");
        assert_eq!(map.lookup(&[Context::Queue, Context::Global], x), Some(Command::QueueCancel));
        assert_eq!(map.lookup(&[Context::History, Context::Global], x), Some(Command::ClosePane));
        assert_eq!(map.lookup(&[Context::Global], x), None);
    }

    #[test]
    fn an_own_key_replaces_the_defaults_and_shows_in_the_inverse() {
        let map = Keymap::new(&own("move-down", &["ctrl-j"])).unwrap();
        assert_eq!(map.lookup(&[Context::Global], chord("j")), None);
        assert_eq!(map.keys_text(Command::MoveDown), "ctrl-j");
    }

    #[test]
    fn a_key_for_two_commands_is_a_fault_that_names_both() {
        let faults = Keymap::new(&own("mark", &["j"])).unwrap_err();
        assert_eq!(
            faults,
            [KeyFault::Taken { chord: "j".to_owned(), first: "move-down", second: "mark" }]
        );
    }

    #[test]
    fn a_command_may_have_thousands_of_keys_and_each_counts_once() {
        let keys: Vec<String> =
            ('\u{4e00}'..'\u{9000}').map(String::from).chain(["好".to_owned()]).collect();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let map = Keymap::new(&own("refresh", &names)).unwrap();
        assert_eq!(map.keys_of(Command::Refresh).len(), keys.len() - 1);
        let mut both = own("refresh", &names);
        both.append(&mut own("palette", &names));
        assert_eq!(Keymap::new(&both).unwrap_err().len(), keys.len() - 1);
    }

    #[test]
    fn an_unknown_command_is_a_fault_with_the_nearest_name() {
        let faults = Keymap::new(&own("purge-compse", &["p"])).unwrap_err();
        assert_eq!(
            faults[0].to_string(),
            "there is no command `purge-compse`; `purge-compose` is one"
        );
    }

    #[test]
    fn only_plain_characters_type_text() {
        assert_eq!(chord("G").typed(), Some('G'));
        assert_eq!(chord("space").typed(), Some(' '));
        assert_eq!(chord("ctrl-a").typed(), None);
        assert_eq!(chord("enter").typed(), None);
    }
}
