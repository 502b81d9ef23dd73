//! The dashboard as the configuration says: its state, keys and theme, and what is wrong with them.

use std::collections::{BTreeMap, HashMap};

use chrono::Utc;

use super::abilities::{drawing, draws_ascii};
use super::{AlertMode, Dashboard};
use crate::app::{App, Setup, all_views};
use crate::commands::Command;
use crate::config::diagnostic::{ConfigError, Diagnostic, FilePosition};
use crate::config::load::{Config, Environment, Loaded};
use crate::config::new_account;
use crate::config::schema::{ColourMode, Notify, SettingOrigin, View};
use crate::domain::board::KeptBoard;
use crate::domain::event::Notice;
use crate::domain::view::{SavedView, ViewPlace};
use crate::domain::zone::Zone;
use crate::keymap::{KeyFault, Keymap};
use crate::panes::StartOffer;
use crate::theme::{ColourDepth, Glyphs, Theme};

/// A command of the dashboard and its keys.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CommandKeys {
    /// The command's name.
    pub command: &'static str,
    /// The keys, as the configuration writes them.
    pub keys: Vec<String>,
    /// The heading in help.
    pub group: &'static str,
    /// The help.
    pub help: &'static str,
}

/// Lists all commands with their configured keys.
pub fn command_keys(config: &Config) -> Result<Vec<CommandKeys>, ConfigError> {
    let keymap = keymap(config)?;
    let row = |&command: &Command| {
        let about = command.about();
        CommandKeys {
            command: about.name,
            keys: keymap.keys_of(command).iter().map(ToString::to_string).collect(),
            group: about.group.title(),
            help: about.help,
        }
    };
    Ok(Command::EVERY.iter().map(row).collect())
}

/// Checks the settings that only the dashboard understands: theme, accounts' colours, keys.
pub fn check(loaded: &Loaded) -> Vec<Diagnostic> {
    let config = &loaded.config;
    let mut errors = Vec::new();
    let theme = Theme::named(&config.settings.theme.value, ColourDepth::True, Glyphs::UNICODE);
    if let Err(error) = &theme {
        let position = match config.settings.theme.origin {
            SettingOrigin::File(position) => Some(position),
            SettingOrigin::Default
            | SettingOrigin::Environment(_)
            | SettingOrigin::Flag(_)
            | SettingOrigin::Exposed(_) => None,
        };
        errors.push(Diagnostic { position, message: error.to_string(), help: None });
    }
    // A theme that does not exist must not hide errors of colours.
    let theme = theme.or_else(|_| Theme::named("default", ColourDepth::True, Glyphs::UNICODE));
    for account in config.accounts.iter().chain(&loaded.flawed) {
        let name = account.name();
        if let (Ok(theme), Some(colour)) = (&theme, &account.account.colour)
            && theme.account_colour(colour).is_none()
        {
            errors.push(Diagnostic::elsewhere(format!(
                "account {name}: \"{colour}\" is not a colour; write red, bright-red, 0 to 255, or \
                 #d75f00"
            )));
        }
    }
    errors.extend(keymap(config).err().map(|error| error.diagnostics).unwrap_or_default());
    errors
}

/// The start of a dashboard, beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct DashboardStart {
    /// Set if no vendor is asked.
    pub offline: bool,
    /// The board as an earlier run left it.
    pub board: Option<KeptBoard>,
    /// Set if the board is kept for the next start.
    pub keeps_board: bool,
    /// The place of saved views.
    pub view_place: ViewPlace,
    /// The view to show, as it is defined.
    pub view: Option<String>,
    /// Notices to the operator.
    pub notices: Vec<Notice>,
    /// Set if a first account is to be set up.
    pub sets_up: bool,
}

/// Returns the names of all views: those that are built in and the configured ones.
pub fn view_names(config: &Config) -> Vec<String> {
    all_views(&saved_views(config)).into_iter().map(|view| view.name).collect()
}

/// Returns the operator's own views.
pub(super) fn saved_views(config: &Config) -> Vec<SavedView> {
    let saved = |view: &View| SavedView {
        name: view.name.clone(),
        filter: view.filter.clone(),
        panes: view.panes.clone(),
        sort: view.sort,
        columns: view.columns.clone(),
    };
    config.views.iter().map(saved).collect()
}

/// Returns the operator's own keys, by command.
pub(super) fn own_keys(config: &Config) -> BTreeMap<String, Vec<String>> {
    let own = config.keys.iter();
    own.map(|binding| (binding.command.clone(), binding.chords.clone())).collect()
}

/// Sets the dashboard up on the configured accounts.
pub fn dashboard<R>(
    config: &Config,
    environment: Environment<'_>,
    start: DashboardStart,
    effects: R,
) -> Result<Dashboard<R>, ConfigError> {
    Ok(Dashboard {
        app: App::new(app_setup(config, start)),
        keymap: keymap(config)?,
        theme: theme(config, environment)?,
        effects,
        clock: Utc::now,
        drawing: drawing(environment),
        mouse: config.settings.mouse.value,
        alert_mode: match config.settings.notify.value {
            Notify::Off => AlertMode::Off,
            Notify::Bell => AlertMode::Bell,
            Notify::Osc9 => AlertMode::Message,
        },
        withheld: config.secret_variables.clone(),
    })
}

fn app_setup(config: &Config, start: DashboardStart) -> Setup {
    let zone = config.settings.zone.value;
    Setup {
        accounts: config.accounts.iter().map(|account| account.account.clone()).collect(),
        views: saved_views(config),
        zone,
        other_zone: match zone {
            Zone::Utc if config.local_zone_unknown => Zone::Utc,
            Zone::Utc => Zone::Local,
            Zone::Local | Zone::Fixed(_) => Zone::Utc,
        },
        read_only: config.settings.read_only.value,
        offline: start.offline,
        board: start.board,
        keeps_board: start.keeps_board,
        view_place: start.view_place,
        view: start.view,
        notices: start.notices,
        config_file: Some(config.paths.config.clone()),
        start: start.sets_up.then(|| StartOffer {
            forms: new_account::forms(&config.paths),
            config_file: config.paths.config.clone(),
            has_file: config.has_file,
            has_history: config.may_have_store(),
        }),
        themes: Theme::notes().map(|(name, note)| (name.to_owned(), note.to_owned())).collect(),
    }
}

/// Returns the number of colours that the dashboard uses: those of the terminal, if they are
/// wanted.
fn colour_depth(config: &Config, environment: Environment<'_>) -> ColourDepth {
    let wanted = config.settings.colour.value != ColourMode::Never;
    let (term, colourterm) = (environment("TERM"), environment("COLORTERM"));
    let depth = ColourDepth::of_terminal(term.as_deref(), colourterm.as_deref());
    if wanted { depth } else { ColourDepth::None }
}

/// Returns the colours that the dashboard uses, in words; `None` where it uses none.
pub fn colours(config: &Config, environment: Environment<'_>) -> Option<&'static str> {
    let depth = colour_depth(config, environment);
    (depth != ColourDepth::None).then(|| depth.words())
}

fn theme(config: &Config, environment: Environment<'_>) -> Result<Theme, ConfigError> {
    let depth = colour_depth(config, environment);
    let (ascii, _) = draws_ascii(config, environment);
    let glyphs = if ascii { Glyphs::ASCII } else { Glyphs::UNICODE };
    let wished = &config.settings.theme;
    let name = match wished.origin {
        SettingOrigin::Default => Theme::usual(depth),
        SettingOrigin::File(_)
        | SettingOrigin::Environment(_)
        | SettingOrigin::Flag(_)
        | SettingOrigin::Exposed(_) => &wished.value,
    };
    Theme::named(name, depth, glyphs)
        .map_err(|error| ConfigError::one(None, Diagnostic::elsewhere(error.to_string())))
}

fn keymap(config: &Config) -> Result<Keymap, ConfigError> {
    let positions: HashMap<&str, FilePosition> =
        config.keys.iter().map(|it| (it.command.as_str(), it.position)).collect();
    let position = |command: &str| positions.get(command).copied();
    let diagnostic = |fault: KeyFault| Diagnostic {
        position: match &fault {
            KeyFault::NoCommand { name, .. } => position(name),
            KeyFault::NoChord { command, .. } => position(command),
            KeyFault::Taken { first, second, .. } => position(first).or_else(|| position(second)),
        },
        message: fault.to_string(),
        help: None,
    };
    Keymap::new(&own_keys(config)).map_err(|faults| ConfigError {
        file: None,
        diagnostics: faults.into_iter().map(diagnostic).collect(),
    })
}
