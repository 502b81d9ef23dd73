//! `purgedeck simulate`: the simulated vendors alone, until a signal stops them.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::error::{Class, CliError};
use super::{output, signals};
use crate::simulator::{self, Scenario, Simulator};

/// `purgedeck simulate`.
#[derive(Debug, Args)]
#[command(after_help = "Prints one line of JSON, then serves until SIGINT or SIGTERM.\n\
                  Example: purgedeck simulate --write-config sim.toml &\n         \
                  purgedeck --config sim.toml history --limit 10")]
pub struct Options {
    /// Seed of the history; the same seed makes the same history
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Number of purges in each vendor's history at the start
    #[arg(long, value_name = "N", default_value_t = 12_000)]
    pub records: usize,
    /// Never answer 429
    #[arg(long)]
    pub no_rate_limits: bool,
    /// Addresses of the simulated vendors and of the edge
    #[command(flatten)]
    pub addresses: Addresses,
    /// Write a configuration whose accounts use this simulator; secrets and store go beside it
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
    /// Faults and other settings of the simulated day, as TOML; `help` prints every key
    #[arg(long, value_name = "FILE|help")]
    pub scenario: Option<PathBuf>,
    /// Write one line of JSON for each request; no credentials
    #[arg(long, value_name = "FILE")]
    pub access_log: Option<PathBuf>,
}

/// Addresses to listen on, by the servers' names: `--NAME ADDR` for each of them.
#[derive(Clone, Debug, Default)]
pub struct Addresses(BTreeMap<String, SocketAddr>);

impl Args for Addresses {
    fn augment_args(command: Command) -> Command {
        simulator::SERVERS.iter().fold(command, |command, (name, title)| {
            let help = format!("Address of the simulated {title} [default: any free port]");
            let parser = value_parser!(SocketAddr);
            let arg = Arg::new(name).long(name).value_name("ADDR").value_parser(parser);
            command.arg(arg.help(help))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Addresses {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut addresses = Self::default();
        addresses.update_from_arg_matches(matches)?;
        Ok(addresses)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for (name, _) in simulator::SERVERS {
            if let Some(address) = matches.get_one::<SocketAddr>(name) {
                self.0.insert((*name).to_owned(), *address);
            }
        }
        Ok(())
    }
}

/// Runs `purgedeck simulate`.
pub fn run(options: &Options) -> Result<(), CliError> {
    if options.scenario.as_deref() == Some(Path::new("help")) {
        let mut out = output::stdout();
        out.write_all(Scenario::HELP.as_bytes())?;
        return Ok(out.flush()?);
    }
    signals::runtime()?.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<(), CliError> {
    let mut signals = signals::StopSignals::listen()?;
    let scenario = match &options.scenario {
        Some(file) => read(file)?,
        None => Scenario::default(),
    };
    let simulator = simulator::start(simulator::SimulatorOptions {
        seed: options.seed,
        records: options.records,
        rate_limits: !options.no_rate_limits,
        addresses: options.addresses.0.clone(),
        access_log: options.access_log.clone(),
        scenario,
        ..simulator::SimulatorOptions::default()
    })
    .await
    .map_err(|error| {
        CliError::new(Class::Failed, format!("the simulator cannot start: {error}"))
            .hint("Check that the addresses are of this machine and free.")
    })?;
    announce(&simulator, options)?;
    signals.wait().await;
    simulator.stop().await;
    Ok(())
}

fn read(file: &Path) -> Result<Scenario, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
    toml::from_str(&text).map_err(|error| {
        CliError::new(Class::Usage, format!("{} is not a scenario: {error}", file.display()))
    })
}

/// Prints the line of JSON. The configuration is written first, so that a reader of the line can
/// use it.
fn announce(simulator: &Simulator, options: &Options) -> Result<(), CliError> {
    if let Some(path) = &options.write_config {
        simulator.write_config(path).map_err(|error| CliError::file(path, &error))?;
    }
    let mut out = output::stdout();
    writeln!(out, "{}", simulator.announcement())?;
    Ok(out.flush()?)
}
