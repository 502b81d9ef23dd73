//! What every subcommand starts with: the configuration, checked by everybody who knows a part of it, and the terminal.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use clap::CommandFactory;

use super::args::{Cli, Global};
use super::error::{Class, CliError};
use super::listing::Looks;
use crate::config::fault::{Fault, Place};
use crate::config::load::{self, Config, Reading};
use crate::config::paths::{Directories, Paths};
use crate::domain::filter::Filter;
use crate::domain::zone::Zone;
use crate::keymap::{KeyFault, Keymap};
use crate::providers;
use crate::theme::{ColourDepth, Glyphs, Theme};

/// Reads a variable of this process's environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether a variable of the environment has this value.
pub fn variable_is(name: &str, value: &str) -> bool {
    environment(name).is_some_and(|text| text == value)
}

/// An error, with help, where there is no terminal for a screen.
pub fn need_terminal() -> Result<(), CliError> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    let help = Cli::command().render_help();
    // Whether anybody reads it does not matter.
    let _ = write!(io::stderr(), "{help}");
    Err(CliError::new(Class::Usage, "the dashboard needs a terminal; name a subcommand"))
}

/// Where the files are, without reading one.
pub fn paths(global: &Global) -> Result<Paths, CliError> {
    Ok(load::find(&global.flags(), &environment, Directories::of_user())?)
}

/// The configuration, or everything that is wrong with it.
pub fn configuration(global: &Global) -> Result<Config, CliError> {
    Ok(reading(global)?.whole()?)
}

/// The configuration as far as it can be read, with everything that is wrong with it.
pub fn reading(global: &Global) -> Result<Reading, CliError> {
    let mut reading = load::read(&global.flags(), &environment, Directories::of_user())?;
    let more = check(&reading);
    reading.faults.extend(more);
    Ok(reading)
}

/// What is wrong with the parts that the configuration only hands on: themes, keys, colours, filters, accounts.
fn check(reading: &Reading) -> Vec<Fault> {
    let config = &reading.config;
    let mut faults = Vec::new();
    let theme = Theme::named(&config.theme.value, ColourDepth::True, Glyphs::UNICODE);
    if let Err(fault) = &theme {
        faults.push(Fault {
            place: match config.theme.origin {
                load::Origin::File(place) => Some(place),
                load::Origin::Default | load::Origin::Environment(_) | load::Origin::Flag(_) => {
                    None
                }
            },
            words: fault.to_string(),
            advice: None,
        });
    }
    // A theme that is not there hides no colour that is not there.
    let theme = theme.or_else(|_| Theme::named("default", ColourDepth::True, Glyphs::UNICODE));
    for account in config.accounts.iter().chain(&reading.flawed) {
        let name = account.name();
        if let (Ok(theme), Some(colour)) = (&theme, &account.account.colour)
            && theme.account_colour(colour).is_none()
        {
            faults.push(Fault::elsewhere(format!(
                "account {name}: \"{colour}\" is no colour; write red, bright-red, 0 to 255, or #d75f00"
            )));
        }
    }
    for account in &config.accounts {
        if let Err(failure) = providers::connect(account) {
            faults.push(Fault::elsewhere(format!("account {}: {failure}", account.name())));
        }
    }
    for view in &config.views {
        if let Err(error) = Filter::parse(&view.filter) {
            let place = Place {
                line: view.place.line,
                // Past the quotation mark; exact where the text has no escapes, near where it has.
                column: view.place.column + 1 + characters_before(&view.filter, error.at.start),
            };
            faults.push(Fault::at(place, format!("view \"{}\": {error}", view.name)));
        }
    }
    faults.extend(check_keys(config));
    faults
}

fn check_keys(config: &Config) -> Vec<Fault> {
    let place = |command: &str| {
        config.keys.iter().find(|binding| binding.command == command).map(|binding| binding.place)
    };
    let Err(faults) = keymap(config) else {
        return Vec::new();
    };
    faults
        .into_iter()
        .map(|fault| Fault {
            place: match &fault {
                KeyFault::NoCommand { name, .. } => place(name),
                KeyFault::NoChord { command, .. } => place(command),
                KeyFault::Taken { first, second, .. } => place(first).or_else(|| place(second)),
            },
            words: fault.to_string(),
            advice: None,
        })
        .collect()
}

/// The keys of the dashboard as the configuration has them.
pub fn keymap(config: &Config) -> Result<Keymap, Vec<KeyFault>> {
    let own: BTreeMap<String, Vec<String>> = config
        .keys
        .iter()
        .map(|binding| (binding.command.clone(), binding.chords.clone()))
        .collect();
    Keymap::new(&own)
}

/// How many characters stand before a byte of a text.
pub fn characters_before(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count()
}

/// A number of things, in words: `1 request`, `2 requests`.
pub fn count(number: usize, of_what: &str) -> String {
    if number == 1 { format!("1 {of_what}") } else { format!("{number} {of_what}s") }
}

/// How tables on standard output look.
pub fn looks(global: &Global, config: Option<&Config>) -> Looks {
    let terminal = io::stdout().is_terminal();
    let wanted = config.map_or(!global.no_color, |config| config.colour.value);
    Looks {
        width: terminal
            .then(|| crossterm::terminal::size().ok())
            .flatten()
            .map(|(columns, _)| usize::from(columns)),
        colour: terminal && wanted,
        zone: config.map_or(Zone::Utc, |config| config.zone.value),
    }
}

/// Talk on standard error. Nobody hears it where standard error is closed, which is no failure.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    quiet: bool,
    terminal: bool,
}

impl Talk {
    /// Talk as the flags want it.
    pub fn new(global: &Global) -> Self {
        Self { quiet: global.quiet, terminal: io::stderr().is_terminal() }
    }

    /// Whether it is read on a terminal, where words can be taken back.
    pub fn is_on_terminal(&self) -> bool {
        self.terminal
    }

    /// Says what is good to know; not with `--quiet`.
    pub fn say(&self, words: &str) {
        if !self.quiet {
            self.warn(words);
        }
    }

    /// Says what went wrong, always.
    pub fn warn(&self, words: &str) {
        let _ = writeln!(io::stderr(), "{words}");
    }

    /// Shows how far something is, over the words before; on a terminal only.
    pub fn progress(&self, words: &str) {
        if self.terminal && !self.quiet {
            let mut err = io::stderr();
            let _ = write!(err, "\r\x1b[K{words}");
            let _ = err.flush();
        }
    }

    /// Asks something, on the line on which the answer is typed.
    pub fn prompt(&self, question: &str) {
        let mut err = io::stderr();
        let _ = write!(err, "{question}");
        let _ = err.flush();
    }

    /// Takes the progress off the terminal again.
    pub fn progress_over(&self) {
        self.progress("");
    }
}
