//! `purgedeck simulate`: the simulated vendors alone, until somebody stops them.

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
    /// The same seed makes the same history
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many purges each vendor remembers at the start
    #[arg(long, value_name = "N", default_value_t = 12_000)]
    pub records: usize,
    /// Never answer 429
    #[arg(long)]
    pub no_rate_limits: bool,
    /// Where the simulated Gcore listens, on this machine [default: any free port]
    #[arg(long, value_name = "ADDR")]
    pub gcore: Option<SocketAddr>,
    /// Where the simulated Tencent Cloud listens
    #[arg(long, value_name = "ADDR")]
    pub tencent: Option<SocketAddr>,
    /// Where the simulated Medianova listens
    #[arg(long, value_name = "ADDR")]
    pub medianova: Option<SocketAddr>,
    /// Where the simulated edge listens, whose cache purges empty
    #[arg(long, value_name = "ADDR")]
    pub edge: Option<SocketAddr>,
    /// Write a configuration whose accounts point here; its secrets and store go beside it
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
    /// What is unusual about the day and what goes wrong, as TOML; see `simulator::Scenario`
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Write one line of JSON for each request; no credentials
    #[arg(long, value_name = "FILE")]
    pub access_log: Option<PathBuf>,
}

/// Carries out `purgedeck simulate`.
pub fn run(options: &Options) -> Result<(), CliError> {
    signals::runtime()?.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<(), CliError> {
    let mut stop = signals::Stop::listen()?;
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
    stop.wait().await;
    simulator.stop().await;
    Ok(())
}

fn read(file: &Path) -> Result<Scenario, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| CliError::file(file, &error))?;
    toml::from_str(&text).map_err(|error| {
        CliError::new(Class::Usage, format!("{} is no scenario: {error}", file.display()))
    })
}

/// The configuration is written before the line is printed: who reads the line can use it.
fn announce(simulator: &Simulator, options: &Options) -> Result<(), CliError> {
    if let Some(path) = &options.write_config {
        simulator.write_config(path).map_err(|error| CliError::file(path, &error))?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}", simulator.announcement())?;
    out.flush()?;
    Ok(())
}
