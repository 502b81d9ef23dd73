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
mod edge;
mod fault;
mod gcore;
mod handles;
mod medianova;
mod random;
mod reply;
mod request;
mod scenario;
mod server;
mod tencent;
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

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::access::Seen;
pub use self::clock::{Clock, Hand};
pub use self::config::Configuration;
pub use self::fault::{ErrorBody, Fault, Faults, Strike};
pub use self::gcore::{GcoreAccount, GcorePurge, GcoreResource};
pub use self::handles::{EdgeHandle, GcoreHandle, MedianovaHandle, TencentHandle};
pub use self::medianova::{MedianovaAccount, MedianovaPurge, MedianovaResource};
pub use self::scenario::{
    EdgeScenario, GcoreLimits, GcoreScenario, MedianovaScenario, Order, Scenario, TencentLimits,
    TencentScenario,
};
pub use self::tencent::{TencentAccount, TencentDomain, TencentPurge};

use self::access::AccessLog;
use self::edge::{Cleared, Edge};
use self::gcore::Gcore;
use self::handles::Handle;
use self::medianova::Medianova;
use self::server::{Shared, Vendor};
use self::tencent::Tencent;

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
    /// Where Tencent listens, likewise. A signature covers the host, so each vendor has a port of its own.
    pub tencent: Option<SocketAddr>,
    /// Where Medianova listens, likewise.
    pub medianova: Option<SocketAddr>,
    /// Where the edge listens, likewise.
    pub edge: Option<SocketAddr>,
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
            tencent: None,
            medianova: None,
            edge: None,
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
    tencent: (SocketAddr, Tencent),
    medianova: (SocketAddr, Medianova),
    edge: (SocketAddr, Edge),
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
        tencent,
        medianova,
        edge,
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
    let gcore =
        Place::bind(gcore, |now| Gcore::new(seed, records, now, &scenario, rate_limits), &clock)
            .await?;
    let tencent = Place::bind(
        tencent,
        |now| Tencent::new(seed, records, now, &scenario, rate_limits),
        &clock,
    )
    .await?;
    let medianova = Place::bind(
        medianova,
        |now| Medianova::new(seed, records, now, &scenario, rate_limits),
        &clock,
    )
    .await?;
    let sites: Vec<Box<dyn Cleared>> = vec![
        Box::new(gcore.vendor.clone()),
        Box::new(tencent.vendor.clone()),
        Box::new(medianova.vendor.clone()),
    ];
    let edge = Place::bind(edge, |now| Edge::new(sites, &scenario.edge.stale, now), &clock).await?;
    Ok(Simulator {
        gcore: gcore.serve(&shared),
        tencent: tencent.serve(&shared),
        medianova: medianova.serve(&shared),
        edge: edge.serve(&shared),
        shared,
    })
}

/// A vendor and the port that it has, before it serves.
struct Place<V> {
    listener: TcpListener,
    address: SocketAddr,
    vendor: V,
}

impl<V: Vendor + Clone> Place<V> {
    async fn bind(
        address: Option<SocketAddr>,
        make: impl FnOnce(DateTime<Utc>) -> V,
        clock: &Clock,
    ) -> io::Result<Self> {
        let listener = server::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, vendor: make(clock.now()) })
    }

    fn serve(self, shared: &Shared) -> (SocketAddr, V) {
        server::serve(self.listener, Arc::new(self.vendor.clone()), shared.clone());
        (self.address, self.vendor)
    }
}

impl Simulator {
    /// Gcore: where it is, and what it knows.
    pub fn gcore(&self) -> GcoreHandle<'_> {
        GcoreHandle(self.handle(&self.gcore))
    }

    /// Tencent: where it is, and what it knows.
    pub fn tencent(&self) -> TencentHandle<'_> {
        TencentHandle(self.handle(&self.tencent))
    }

    /// Medianova: where it is, and what it knows.
    pub fn medianova(&self) -> MedianovaHandle<'_> {
        MedianovaHandle(self.handle(&self.medianova))
    }

    /// The edge: where it is, and its origin.
    pub fn edge(&self) -> EdgeHandle<'_> {
        EdgeHandle(self.handle(&self.edge))
    }

    fn handle<'a, V>(&'a self, (address, vendor): &'a (SocketAddr, V)) -> Handle<'a, V> {
        Handle { address: *address, vendor, clock: &self.shared.clock }
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
        let (gcore, tencent, medianova) = (self.gcore(), self.tencent(), self.medianova());
        let token = gcore.accounts().into_iter().next().map(|account| account.token);
        let (key, organization) = (tencent.account(), medianova.account());
        let announced: Value = json!({
            "gcore": {"base_url": gcore.base_url(), "token": token},
            "tencent": {
                "base_url": tencent.base_url(),
                "secret_id": key.secret_id,
                "secret_key": key.secret_key,
            },
            "medianova": {
                "base_url": medianova.base_url(),
                "token": organization.token,
                "organization": organization.organization,
            },
            "edge": {"base_url": self.edge().base_url()},
        });
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
