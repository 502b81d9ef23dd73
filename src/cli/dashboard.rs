//! The dashboard: everything that the configuration says, tied to the screen.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use clap::CommandFactory;
use tokio::sync::mpsc;

use super::args::{Cli, Global};
use super::books;
use super::error::{Class, CliError};
use super::listing::{Format, Listing};
use super::record::PurgeRecord;
use super::setup;
use super::signals;
use crate::app::{self, App};
use crate::config::load::Config;
use crate::config::views::save_view;
use crate::domain::account::Account;
use crate::domain::purge::PurgeDetail;
use crate::domain::zone::Zone;
use crate::effect::{Effect, SavedView};
use crate::providers;
use crate::store::{Access, Store};
use crate::tasks::{self, Clock, ExportForms, KeepView, Runner, Scribe, Seat};
use crate::theme::{ColourDepth, Glyphs, Theme};
use crate::tui::{self, Desk, Leaving, Signal, TuiFailure, Works};

/// How many reports may wait for the screen before those that come after them are held back.
const REPORTS: usize = 256;

/// Opens the dashboard on the user's own configuration.
pub fn run(global: &Global) -> Result<(), CliError> {
    terminal()?;
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    signals::runtime()?.block_on(present(&config, global.offline))
}

/// An error where there is no terminal to show anything on.
pub fn terminal() -> Result<(), CliError> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    let help = Cli::command().render_help();
    let _ = write!(io::stderr(), "{help}");
    Err(CliError::new(
        Class::Usage,
        "the dashboard needs a terminal; name a subcommand",
    ))
}

/// Shows the dashboard until it is left.
pub async fn present(config: &Config, offline: bool) -> Result<(), CliError> {
    let store = open(config, offline)?;
    let (sender, reports) = mpsc::channel(REPORTS);
    let runner = tasks::start(tasks::Setup {
        store,
        accounts: seats(config)?,
        clock: Clock::system(),
        refresh: config.refresh.value,
        offline,
        read_only: config.read_only.value,
        reports: sender,
        export: Some(export_forms()),
        keep_view: Some(keep_view(&config.paths.config)),
    })
    .map_err(|failure| books::error(config, &failure))?;
    let runner = Arc::new(runner);
    let left = tui::run(Desk {
        app: App::new(setup_of(config, offline)),
        keymap: setup::keymap(config).map_err(|_| CliError::silent(Class::Usage))?,
        theme: theme(config)?,
        reports,
        works: At(Arc::clone(&runner)),
        clock: Utc::now,
        mouse: config.mouse.value,
    })
    .await;
    // The screen is gone and with it its hold on the runner.
    if let Some(runner) = Arc::into_inner(runner) {
        runner.stop().await;
    }
    leave(left)
}

/// Reading is enough where nobody is asked: a store on a read-only disk can still be looked at.
fn open(config: &Config, offline: bool) -> Result<Store, CliError> {
    let opened = Store::open(&config.store.value, Access::ReadWrite);
    match opened {
        Err(_) if offline => Store::open(&config.store.value, Access::ReadOnly),
        opened => opened,
    }
    .map_err(|failure| books::error(config, &failure))
}

fn seats(config: &Config) -> Result<Vec<Seat>, CliError> {
    config
        .accounts
        .iter()
        .map(|account| {
            let provider = providers::connect(account).map_err(|failure| {
                CliError::new(
                    Class::Usage,
                    format!("account {}: {failure}", account.name()),
                )
            })?;
            Ok(Seat {
                account: account.account.clone(),
                provider,
            })
        })
        .collect()
}

fn setup_of(config: &Config, offline: bool) -> app::Setup {
    let accounts: Vec<Account> = config
        .accounts
        .iter()
        .map(|account| account.account.clone())
        .collect();
    let views = config.views.iter().map(|view| SavedView {
        name: view.name.clone(),
        filter: view.filter.clone(),
    });
    let zone = config.zone.value;
    app::Setup {
        accounts,
        views: views.collect(),
        zone,
        other_zone: if zone == Zone::Utc {
            Zone::Local
        } else {
            Zone::Utc
        },
        read_only: config.read_only.value,
        offline,
    }
}

fn theme(config: &Config) -> Result<Theme, CliError> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let depth = if !config.colour.value {
        ColourDepth::None
    } else if matches!(variable("COLORTERM").as_str(), "truecolor" | "24bit") {
        ColourDepth::True
    } else {
        ColourDepth::Indexed
    };
    let ascii = config.ascii.value || variable("TERM") == "linux";
    let glyphs = if ascii {
        Glyphs::ASCII
    } else {
        Glyphs::UNICODE
    };
    Theme::named(&config.theme.value, depth, glyphs)
        .map_err(|fault| CliError::new(Class::Usage, fault.to_string()))
}

fn keep_view(path: &Path) -> KeepView {
    let path = path.to_owned();
    Arc::new(move |view| {
        save_view(&path, &view.name, &view.filter)
            .map(|()| format!("View \"{}\" is kept in {}.", view.name, path.display()))
            .map_err(|trouble| trouble.to_string())
    })
}

/// The forms of `purgedeck history`, by a file's ending.
fn export_forms() -> ExportForms {
    Arc::new(|ending, out| {
        let format = match ending {
            "csv" => Format::Csv,
            "json" => Format::Json,
            "ndjson" => Format::Ndjson,
            "txt" => Format::Table,
            _ => return None,
        };
        let listing = Listing::begin::<PurgeRecord>(format, super::listing::Looks::default(), out);
        listing
            .ok()
            .map(|listing| Box::new(Pages(listing)) as Box<dyn Scribe>)
    })
}

/// An export that is being written.
struct Pages(Listing<Box<dyn Write + Send>>);

impl Scribe for Pages {
    fn write(&mut self, purge: PurgeDetail) -> io::Result<()> {
        self.0
            .put(&PurgeRecord::from(purge))
            .map_err(|error| io::Error::other(error.to_string()))
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0
            .end()
            .map_err(|error| io::Error::other(error.to_string()))
    }
}

/// The screen's hold on the runner.
struct At(Arc<Runner>);

impl Works for At {
    fn run(&self, effect: Effect) {
        // What comes back is the terminal's own business, which the screen has seen to already.
        let _ = self.0.run(effect);
    }
}

fn leave(left: Result<Leaving, TuiFailure>) -> Result<(), CliError> {
    match left {
        Ok(Leaving::Asked | Leaving::TerminalGone) => Ok(()),
        Ok(Leaving::Signalled(signal)) => match signal {
            Signal::Interrupt => Err(CliError::silent(Class::Interrupted)),
            Signal::Terminate | Signal::HangUp => Ok(()),
        },
        Err(failure) => Err(CliError::new(Class::Failed, failure.to_string())),
    }
}
