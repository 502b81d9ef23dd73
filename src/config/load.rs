//! Joins flags, environment, file and defaults to one configuration, and names everything that is wrong with it.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::accounts::AccountConfig;
use super::duration;
use super::fault::{Fault, Faults, Place, of_file};
use super::file::File;
use super::paths::{Directories, Paths};
use super::reader::{KeyBinding, Section, check_text};
use super::schema::{Key, TOP};
use crate::domain::nearest::nearest;
use crate::domain::zone::Zone;

mod account;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The file, there.
    File(Place),
    /// This variable of the environment.
    Environment(&'static str),
    /// This flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => write!(f, "line {}", place.line),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// How much is written to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// There is no log.
    Off,
    /// What happened.
    Info,
    /// What happened and how.
    Debug,
}

/// How the operator is called back to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// Not at all.
    Off,
    /// By the terminal's bell.
    Bell,
    /// By a message of the desktop's, which the terminal is asked for with OSC 9.
    Osc9,
}

impl Notify {
    /// Every way.
    const EVERY: [Self; 3] = [Self::Off, Self::Bell, Self::Osc9];

    /// The word for it in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Bell => "bell",
            Self::Osc9 => "osc9",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|way| way.word() == word)
    }
}

/// A named filter of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its filter's text, as written.
    pub filter: String,
    /// Where the text stands.
    pub place: Place,
}

/// What the command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--store`.
    pub store: Option<PathBuf>,
    /// `--account`: only these; empty for all.
    pub accounts: Vec<String>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--no-color`.
    pub no_color: bool,
    /// `-v`.
    pub verbose: bool,
}

/// The configuration of this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the files are.
    pub paths: Paths,
    /// Whether the configuration's file is there.
    pub has_file: bool,
    /// The theme's name.
    pub theme: Setting<String>,
    /// Whether colours are used.
    pub colour: Setting<bool>,
    /// Whether the screen is drawn with ASCII only.
    pub ascii: Setting<bool>,
    /// Whether the mouse is taken.
    pub mouse: Setting<bool>,
    /// How the operator is called back to the terminal.
    pub notify: Setting<Notify>,
    /// The zone of times on the screen and in filters.
    pub zone: Setting<Zone>,
    /// How often accounts are asked for news.
    pub refresh: Setting<Duration>,
    /// Whether nothing may be purged at all. Every account's own word follows it.
    pub read_only: Setting<bool>,
    /// The store's file.
    pub store: Setting<PathBuf>,
    /// How much is logged.
    pub log: Setting<LogLevel>,
    /// The accounts, as far as `--account` selects them.
    pub accounts: Vec<AccountConfig>,
    /// The views.
    pub views: Vec<View>,
    /// The keys that differ from the defaults.
    pub keys: Vec<KeyBinding>,
}

/// Reads a variable of the environment; `None` where it is not set or is not text.
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// The variable that names the configuration's file.
pub const CONFIG_VARIABLE: &str = "PURGEDECK_CONFIG";

/// Where the configuration's file is, and the other paths, before anything is read.
pub fn find(
    flags: &Flags,
    env: Environment<'_>,
    user: Option<Directories>,
) -> Result<Paths, Faults> {
    let said = flags.config.clone().or_else(|| set(env, CONFIG_VARIABLE).map(PathBuf::from));
    match (user, said) {
        (Some(user), said) => Ok(Paths {
            config: said.unwrap_or_else(|| user.config.join("config.toml")),
            state: user.state,
            home: user.home,
        }),
        // Without a home, what stands beside the file that was named is as good a place as any.
        (None, Some(config)) => {
            let folder = config.parent().map(PathBuf::from).unwrap_or_default();
            Ok(Paths { state: folder.clone(), home: folder, config })
        }
        (None, None) => Err(Faults::one(
            None,
            Fault::elsewhere("there is no home directory")
                .advising("set HOME, or name a file with --config"),
        )),
    }
}

/// A configuration as far as it can be read, and what is wrong with it so far, so that others can look at the rest of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What could be read; in the place of what is wrong stands the default, and accounts with a fault are missing.
    pub config: Config,
    /// The accounts with a fault, without what is wrong in them.
    pub flawed: Vec<AccountConfig>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Reading {
    /// The configuration, or all that is wrong with it.
    pub fn whole(mut self) -> Result<Config, Faults> {
        if self.faults.is_empty() {
            return Ok(self.config);
        }
        self.faults.sort_by_key(|fault| fault.place);
        Err(Faults {
            file: self.config.has_file.then_some(self.config.paths.config),
            faults: self.faults,
        })
    }
}

/// Reads the file, where there is one, and joins it with the rest. A file that was named and is not there is a fault.
pub fn load(
    flags: &Flags,
    env: Environment<'_>,
    user: Option<Directories>,
) -> Result<Config, Faults> {
    read(flags, env, user)?.whole()
}

/// The same as far as it goes. Only a file that cannot be read at all is an error.
pub fn read(
    flags: &Flags,
    env: Environment<'_>,
    user: Option<Directories>,
) -> Result<Reading, Faults> {
    let paths = find(flags, env, user)?;
    let named = flags.config.is_some() || set(env, CONFIG_VARIABLE).is_some();
    let text = match text_of(&paths.config) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !named => None,
        Err(error) => {
            let fault = unreadable(&error);
            return Err(Faults::one(Some(&paths.config), fault));
        }
    };
    Ok(join(flags, env, paths, text.as_deref()))
}

/// Why the file cannot be read, and what to do about that.
fn unreadable(error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::NotFound {
        let fault = Fault::elsewhere("there is no such file");
        return fault.advising("`purgedeck config init` makes one");
    }
    let (words, advice) = of_file(error);
    Fault::elsewhere(words).advising(format!("{advice}, or name another with --config"))
}

/// The text of the file. What is far larger than any configuration (a device may be without end) is none.
fn text_of(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        let words = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::other(words));
    }
    Ok(text)
}

/// The joining itself, without the disk.
pub fn resolve(
    flags: &Flags,
    env: Environment<'_>,
    paths: Paths,
    text: Option<&str>,
) -> Result<Config, Faults> {
    join(flags, env, paths, text).whole()
}

fn join(flags: &Flags, env: Environment<'_>, paths: Paths, text: Option<&str>) -> Reading {
    let (file, faults) = text.map_or_else(|| (File::empty(), Vec::new()), File::read);
    let mut join = Join { env, top: &file.top, faults };
    let mut config = Config {
        has_file: text.is_some(),
        theme: join.pick(None, "theme", |text| Some(text.to_owned()), "default".to_owned()),
        colour: join.colour(flags),
        ascii: join.pick(None, "ascii", flag, false),
        mouse: join.pick(None, "mouse", flag, true),
        notify: join.pick(None, "notify", Notify::from_word, Notify::Off),
        zone: join.pick(None, "zone", zone, Zone::Utc),
        refresh: join.pick(
            None,
            "refresh",
            |text| duration::parse(text).ok(),
            Duration::from_secs(30),
        ),
        read_only: join.read_only(flags),
        store: join.pick(
            flags.store.clone().map(|path| (path, "store")),
            "store",
            |text| Some(paths.expand(text)),
            paths.usual_store(),
        ),
        log: join.pick(
            flags.verbose.then_some((LogLevel::Debug, "verbose")),
            "log",
            level,
            LogLevel::Off,
        ),
        accounts: Vec::new(),
        views: Vec::new(),
        keys: file.keys,
        paths,
    };
    let mut faults = join.faults;
    config.views = views(&file.views, &mut faults);
    let (sound, flawed) = account::accounts(&file.accounts, env, &config.paths, &mut faults);
    config.accounts = sound;
    if config.read_only.value {
        for account in &mut config.accounts {
            account.account.read_only = true;
        }
    }
    select(&mut config.accounts, &flawed, &flags.accounts, &mut faults);
    Reading { config, flawed, faults }
}

struct Join<'a> {
    env: Environment<'a>,
    top: &'a Section,
    faults: Vec<Fault>,
}

impl Join<'_> {
    fn pick<T>(
        &mut self,
        by_flag: Option<(T, &'static str)>,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
        default: T,
    ) -> Setting<T> {
        if let Some((value, flag)) = by_flag {
            return Setting { value, origin: Origin::Flag(flag) };
        }
        let key = TOP.iter().find(|key| key.name == name);
        if let Some((key, variable)) = key.and_then(|key| Some((key, key.env?)))
            && let Some(text) = self.variable(key, variable)
            && let Some(value) = read(&text)
        {
            return Setting { value, origin: Origin::Environment(variable) };
        }
        if let Some((text, place)) = self.top.text(name)
            && let Some(value) = read(&text)
        {
            return Setting { value, origin: Origin::File(place) };
        }
        Setting { value: default, origin: Origin::Default }
    }

    /// A variable's text where it is of its key's shape; a fault where it is not.
    fn variable(&mut self, key: &Key, variable: &str) -> Option<String> {
        let text = set(self.env, variable)?;
        match check_text(key.shape, &text) {
            Ok(()) => Some(text),
            Err(words) => {
                self.faults
                    .push(Fault::elsewhere(format!("the environment's {variable}: {words}")));
                None
            }
        }
    }

    fn colour(&mut self, flags: &Flags) -> Setting<bool> {
        let no_colour = set(self.env, "NO_COLOR").is_some();
        let said = self.pick(
            flags.no_color.then_some((false, "no-color")),
            "colour",
            |text| Some(text != "never"),
            true,
        );
        match said.origin {
            Origin::File(_) | Origin::Default if no_colour => {
                Setting { value: false, origin: Origin::Environment("NO_COLOR") }
            }
            Origin::File(_) | Origin::Default | Origin::Environment(_) | Origin::Flag(_) => said,
        }
    }

    /// Whoever says read-only wins, weak or strong.
    fn read_only(&mut self, flags: &Flags) -> Setting<bool> {
        let said =
            self.pick(flags.read_only.then_some((true, "read-only")), "read_only", flag, false);
        match self.top.get("read_only") {
            Some((_, place)) if !said.value && self.top.flag("read_only") => {
                Setting { value: true, origin: Origin::File(place) }
            }
            Some(_) | None => said,
        }
    }
}

fn views(sections: &[Section], faults: &mut Vec<Fault>) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    for section in sections {
        let (Some((name, at)), Some((filter, place))) =
            (section.text("name"), section.text("filter"))
        else {
            // A key of the wrong shape has its fault already.
            for key in ["name", "filter"] {
                if section.get(key).is_none() {
                    faults.push(Fault::at(section.place, format!("the view needs \"{key}\"")));
                }
            }
            continue;
        };
        if name.trim().is_empty() {
            faults.push(Fault::at(at, "a view's name must not be empty"));
        } else if views.iter().any(|view| view.name == name) {
            faults.push(Fault::at(at, format!("there is another view named \"{name}\"")));
        } else {
            views.push(View { name, filter, place });
        }
    }
    views
}

fn select(
    accounts: &mut Vec<AccountConfig>,
    flawed: &[AccountConfig],
    wanted: &[String],
    faults: &mut Vec<Fault>,
) {
    for name in wanted {
        let known: Vec<&str> =
            accounts.iter().chain(flawed).map(|one| one.name().as_str()).collect();
        if !known.contains(&name.as_str()) {
            let advice = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if known.is_empty() => "no account is configured".to_owned(),
                None => format!("there are {}", known.join(", ")),
            };
            faults
                .push(Fault::elsewhere(format!("there is no account \"{name}\"")).advising(advice));
        }
    }
    if !wanted.is_empty() {
        accounts.retain(|one| wanted.iter().any(|name| name == one.name().as_str()));
    }
}

/// A variable that is set to something.
fn set(env: Environment<'_>, name: &str) -> Option<String> {
    env(name).filter(|text| !text.is_empty())
}

fn flag(text: &str) -> Option<bool> {
    text.parse().ok()
}

fn zone(text: &str) -> Option<Zone> {
    match text {
        "utc" => Some(Zone::Utc),
        "local" => Some(Zone::Local),
        _ => None,
    }
}

fn level(text: &str) -> Option<LogLevel> {
    match text {
        "off" => Some(LogLevel::Off),
        "info" => Some(LogLevel::Info),
        "debug" => Some(LogLevel::Debug),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
