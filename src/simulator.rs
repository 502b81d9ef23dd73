//! The vendors' APIs over real HTTP on loopback, driven by a scenario. It imports nothing of ours: a field name that is wrong
//! here and right there is a test that fails, not a mistake that agrees with itself.
//!
//! - [`start`] binds one port per vendor and serves until [`Simulator::stop`];
//! - the world follows from the seed, the clock and the requests; nothing runs in between ([`Clock`] can stand still);
//! - [`Scenario`] says what is unusual or goes wrong; [`Faults`] changes that while it runs;
//! - every request is logged, also the ones whose connection was cut ([`Seen`]).
//!
//! Each vendor's folder says which of its behaviours are documented, seen in an SDK, or inferred. Servers spawn their own
//! connections: they are a world outside the program, not a part of its tasks.

mod access;
mod body;
mod clock;
mod config;
mod fault;
mod gcore;
mod random;
mod reply;
mod request;
mod scenario;
mod server;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod wire;
mod world;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::access::Seen;
pub use self::clock::{Clock, Hand};
pub use self::config::Configuration;
pub use self::fault::{ErrorBody, Fault, Faults, Strike};
pub use self::gcore::{GcoreAccount, GcorePurge, GcoreResource};
pub use self::scenario::{GcoreLimits, GcoreScenario, Order, Scenario};

use self::access::AccessLog;
use self::gcore::Gcore;
use self::server::Shared;

/// How a simulator is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The world's seed: the same seed and clock give the same world.
    pub seed: u64,
    /// How many purges each vendor remembers at the start, over all of its accounts.
    pub records: usize,
    /// False: no 429 ever, and limits say `1000/s`.
    pub rate_limits: bool,
    /// Where Gcore listens; any free port of 127.0.0.1 without.
    pub gcore: Option<SocketAddr>,
    /// A file to which one JSON line per request is appended.
    pub access_log: Option<PathBuf>,
    /// What is unusual or goes wrong.
    pub scenario: Scenario,
    /// What the vendors take for the present.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            records: 12_000,
            rate_limits: true,
            gcore: None,
            access_log: None,
            scenario: Scenario::default(),
            clock: Clock::system(),
        }
    }
}

/// The running vendors. Dropping it stops them without waiting; [`Simulator::stop`] waits.
#[derive(Debug)]
pub struct Simulator {
    gcore: (SocketAddr, Gcore),
    shared: Shared,
}

/// Binds the ports and starts to serve.
///
/// # Errors
/// An address that is not loopback or not free, or an access log that cannot be opened.
pub async fn start(options: Options) -> io::Result<Simulator> {
    let Options {
        seed,
        records,
        rate_limits,
        gcore,
        access_log,
        scenario,
        clock,
    } = options;
    let shared = Shared {
        clock: clock.clone(),
        faults: Faults::new(seed, &scenario.fault),
        log: AccessLog::new(access_log.as_deref())?,
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        date_skew: TimeDelta::try_seconds(scenario.date_skew_seconds).unwrap_or_default(),
    };
    let scenario = Arc::new(scenario);
    let listener = server::bind(gcore).await?;
    let address = listener.local_addr()?;
    let gcore = Gcore::new(seed, records, clock.now(), &scenario, rate_limits);
    server::serve(listener, Arc::new(gcore.clone()), shared.clone());
    Ok(Simulator {
        gcore: (address, gcore),
        shared,
    })
}

impl Simulator {
    /// Gcore: where it is, and what it knows.
    pub fn gcore(&self) -> GcoreHandle<'_> {
        GcoreHandle {
            address: self.gcore.0,
            gcore: &self.gcore.1,
            clock: &self.shared.clock,
        }
    }

    /// What goes wrong, to be changed while the simulator runs.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The requests so far, oldest first; the last 20,000 of them.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.log.seen()
    }

    /// Where the vendors listen and what they want to be shown, in one line of JSON.
    pub fn announcement(&self) -> String {
        let gcore = self.gcore();
        let token = gcore
            .accounts()
            .into_iter()
            .next()
            .map(|account| account.token);
        let announced: Value = json!({"gcore": {"base_url": gcore.base_url(), "token": token}});
        announced.to_string()
    }

    /// Ends all connections and waits for the last of them. Answers under way have a second.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// A view of the simulated Gcore.
#[derive(Clone, Copy, Debug)]
pub struct GcoreHandle<'a> {
    address: SocketAddr,
    gcore: &'a Gcore,
    clock: &'a Clock,
}

impl GcoreHandle<'_> {
    /// What stands before `/cdn/…`, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The credentials of both accounts; the first one is the announced one.
    pub fn accounts(&self) -> Vec<GcoreAccount> {
        self.gcore.accounts()
    }

    /// Every resource of both accounts.
    pub fn resources(&self) -> Vec<GcoreResource> {
        self.gcore.resources()
    }

    /// The purges that the API accepted since the start, oldest first. This is the truth, whatever was answered.
    pub fn purges(&self) -> Vec<GcorePurge> {
        self.gcore.purges()
    }

    /// A colleague purges something in the panel, now. `purge_type` is Gcore's word; the id of the purge is returned, or
    /// nothing when there is no such live resource or no such type.
    pub fn add_purge(&self, cname: &str, purge_type: &str, targets: &[&str]) -> Option<u64> {
        let targets = targets.iter().map(|target| (*target).to_owned()).collect();
        self.gcore.add(cname, purge_type, targets, self.clock.now())
    }
}
