//! `purgedeck simulate`: the simulated vendors alone, until a signal stops them.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::{Class, CliError};
use super::signals;
use crate::simulator::{self, Scenario, Simulator};

/// `purgedeck simulate`.
#[derive(Debug, Args)]
#[command(after_help = "Prints one line of JSON, then serves until SIGINT or SIGTERM.\n\
                  Example: purgedeck simulate --write-config /tmp/sim.toml &\n         \
                  purgedeck --config /tmp/sim.toml history --limit 10")]
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
    /// Address of the simulated Gcore, on this machine [default: any free port]
    #[arg(long, value_name = "ADDR")]
    pub gcore: Option<SocketAddr>,
    /// Address of the simulated Tencent Cloud
    #[arg(long, value_name = "ADDR")]
    pub tencent: Option<SocketAddr>,
    /// Address of the simulated Medianova
    #[arg(long, value_name = "ADDR")]
    pub medianova: Option<SocketAddr>,
    /// Address of the simulated edge server, whose cache the purges empty
    #[arg(long, value_name = "ADDR")]
    pub edge: Option<SocketAddr>,
    /// Write a configuration whose accounts use this simulator; secrets and store go beside it
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
    /// Faults and other settings of the simulated day, as TOML
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Write one line of JSON for each request; no credentials
    #[arg(long, value_name = "FILE")]
    pub access_log: Option<PathBuf>,
}

/// Runs `purgedeck simulate`.
pub fn run(options: &Options) -> Result<(), CliError> {
    signals::runtime()?.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<(), CliError> {
    let mut signals = signals::StopSignals::listen()?;
    let scenario = match &options.scenario {
        Some(file) => read(file)?,
        None => Scenario::default(),
    };
    let simulator = simulator::start(simulator::Options {
        seed: options.seed,
        records: options.records,
        rate_limits: !options.no_rate_limits,
        gcore: options.gcore,
        tencent: options.tencent,
        medianova: options.medianova,
        edge: options.edge,
        access_log: options.access_log.clone(),
        scenario,
        ..simulator::Options::default()
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
    let mut out = io::stdout().lock();
    writeln!(out, "{}", simulator.announcement())?;
    out.flush()?;
    Ok(())
}
