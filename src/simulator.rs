//! The vendors' APIs over real HTTP on loopback, driven by a scenario. It imports nothing of ours:
//! a field name that is wrong here and right there is a test that fails, not a mistake that agrees
//! with itself.
//!
//! - [`start`] binds one port per vendor and serves until [`Simulator::stop`];
//! - the world follows from the seed, the clock and the requests; nothing runs in between
//!   ([`SimulatorClock`] can stand still);
//! - [`Scenario`] says what is unusual or goes wrong; [`FaultRules`] changes that while it runs;
//! - every request is logged, also the ones whose connection was cut ([`LoggedRequest`]).
//!
//! A vendor is a folder here, its line in `vendors!` below, and its section in `scenario.rs`. Its
//! module says which of its behaviours are documented, seen in an SDK, or inferred. Servers spawn
//! their own connections: they are a world outside the program, not a part of its tasks.

mod access;
mod alibaba;
mod body;
mod clock;
mod cloudfront;
mod config;
mod edge;
mod edgeone;
mod fault;
mod form;
mod gcore;
mod hash;
mod listing;
mod medianova;
mod random;
mod rate_window;
mod raw_stream;
mod reply;
mod request;
mod scenario;
mod server;
mod tc3;
mod tencent;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod vendor;
mod world;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::access::LoggedRequest;
pub use self::alibaba::{
    Alibaba, AlibabaCredentials, AlibabaDomain, AlibabaLimits, AlibabaPurge, AlibabaScenario,
};
pub use self::clock::{ManualClock, SimulatorClock};
pub use self::cloudfront::{
    CloudFront, CloudFrontCredentials, CloudFrontPurge, CloudFrontResource, CloudFrontScenario,
};
pub use self::config::SimulatorConfig;
pub use self::edge::EdgeServer;
pub use self::edgeone::{
    EdgeOne, EdgeOneCredentials, EdgeOneLimits, EdgeOnePurge, EdgeOneScenario, EdgeOneZone,
};
pub use self::fault::{ErrorBody, FaultKind, FaultRule, FaultRules};
pub use self::gcore::{
    Gcore, GcoreCredentials, GcoreLimits, GcorePurge, GcoreResource, GcoreScenario,
};
pub use self::medianova::{
    Medianova, MedianovaCredentials, MedianovaPurge, MedianovaResource, MedianovaScenario,
};
pub use self::scenario::{EdgeScenario, Scenario};
pub use self::tencent::{
    Tencent, TencentCredentials, TencentDomain, TencentLimits, TencentPurge, TencentScenario,
};
pub use self::vendor::Handle;
pub use self::world::ListingOrder;

use self::access::AccessLog;
use self::server::{HttpService, ServerContext};
use self::vendor::{Simulated, VendorApi, VendorSetup};

/// Derives everything that the simulator needs of its vendors from one list.
macro_rules! vendors {
    ($($name:ident: $vendor:ty, $title:literal;)+) => {
        /// The servers' names with their titles: a vendor each, and the edge.
        pub const SERVERS: &[(&str, &str)] =
            &[$((stringify!($name), $title),)+ (EDGE, "edge, whose cache the purges empty")];

        #[derive(Debug)]
        struct Vendors {
            $($name: Simulated<$vendor>),+
        }

        impl Vendors {
            fn generate(setup: &VendorSetup, scenario: &Scenario) -> Self {
                Self {
                    $($name: Simulated::new(<$vendor>::generate(setup, scenario.$name.clone()))),+
                }
            }

            fn all(&self) -> Vec<Simulated<dyn VendorApi>> {
                vec![$(self.$name.erased()),+]
            }
        }

        impl Simulator {
            $(
                #[doc = concat!("Returns a view of ", $title, ": its address, and what it knows.")]
                pub fn $name(&self) -> Handle<'_, $vendor> {
                    self.handle(stringify!($name), &self.vendors.$name)
                }
            )+
        }
    };
}

vendors! {
    gcore: Gcore, "Gcore";
    tencent: Tencent, "Tencent Cloud";
    medianova: Medianova, "Medianova";
    edgeone: EdgeOne, "Tencent EdgeOne";
    cloudfront: CloudFront, "Amazon CloudFront";
    alibaba: Alibaba, "Alibaba Cloud";
}

const EDGE: &str = "edge";

/// Set-up of a simulator.
#[derive(Clone, Debug)]
pub struct SimulatorOptions {
    /// The world's seed: the same seed and clock give the same world.
    pub seed: u64,
    /// Purges that each vendor remembers at the start, over all of its accounts.
    pub records: usize,
    /// False: no 429 ever, and limits say `1000/s`.
    pub rate_limits: bool,
    /// Addresses to listen on, by the names in [`SERVERS`]; any free port of 127.0.0.1 for the
    /// others. A signature covers the host, so each vendor has a port of its own.
    pub addresses: BTreeMap<String, SocketAddr>,
    /// A file to which one JSON line per request is appended.
    pub access_log: Option<PathBuf>,
    /// Everything unusual.
    pub scenario: Scenario,
    /// The vendors' clock.
    pub clock: SimulatorClock,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            records: 12_000,
            rate_limits: true,
            addresses: BTreeMap::new(),
            access_log: None,
            scenario: Scenario::default(),
            clock: SimulatorClock::system(),
        }
    }
}

/// The running vendors. Dropping it stops them without waiting; [`Simulator::stop`] waits.
#[derive(Debug)]
pub struct Simulator {
    vendors: Vendors,
    edge: Simulated<EdgeServer>,
    addresses: BTreeMap<&'static str, SocketAddr>,
    context: ServerContext,
}

/// Binds the ports and starts to serve.
///
/// # Errors
/// An address that is not loopback or not free, or an access log that cannot be opened.
pub async fn start(options: SimulatorOptions) -> io::Result<Simulator> {
    let SimulatorOptions { seed, records, rate_limits, scenario, clock, .. } = options;
    let now = clock.now();
    let setup = VendorSetup { seed, records, now, rates: scenario.rates(), rate_limits };
    let vendors = Vendors::generate(&setup, &scenario);
    let edge = Simulated::new(EdgeServer::new(vendors.all(), &scenario.edge.stale, now));
    let context = ServerContext {
        clock,
        faults: FaultRules::new(seed, &scenario.fault),
        log: AccessLog::new(options.access_log.as_deref())?,
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        date_skew: TimeDelta::try_seconds(scenario.date_skew_seconds).unwrap_or_default(),
    };
    let mut services: Vec<Arc<dyn HttpService>> = vec![Arc::new(edge.clone())];
    services
        .extend(vendors.all().into_iter().map(|vendor| Arc::new(vendor) as Arc<dyn HttpService>));
    let mut bound = Vec::new();
    for service in services {
        let listener = server::bind(options.addresses.get(service.name()).copied()).await?;
        bound.push((listener, service));
    }
    let mut addresses = BTreeMap::new();
    for (listener, service) in bound {
        addresses.insert(service.name(), listener.local_addr()?);
        server::serve(listener, service, context.clone());
    }
    Ok(Simulator { vendors, edge, addresses, context })
}

impl Simulator {
    /// Returns the edge: its address, and its controls.
    pub fn edge(&self) -> Handle<'_, EdgeServer> {
        self.handle(EDGE, &self.edge)
    }

    fn base_url(&self, name: &str) -> String {
        self.addresses.get(name).map(|address| format!("http://{address}")).unwrap_or_default()
    }

    fn handle<'a, V>(&'a self, name: &str, state: &'a Simulated<V>) -> Handle<'a, V> {
        // Every server has an address since `start`.
        let address = self.addresses.get(name).copied();
        let address = address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        Handle { address, state, clock: &self.context.clock }
    }

    /// Returns the faults, to be changed while the simulator runs.
    pub fn faults(&self) -> &FaultRules {
        &self.context.faults
    }

    /// Returns the requests so far, oldest first; the last 20,000 of them.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.context.log.requests()
    }

    /// Returns each vendor's base URL and first credentials in one line of JSON.
    pub fn announcement(&self) -> String {
        let mut announced = Map::new();
        for vendor in self.vendors.all() {
            let (name, accounts) = vendor.with(|vendor| (vendor.name(), vendor.configured()));
            let base_url = self.base_url(name);
            let mut keys = Map::from_iter([("base_url".to_owned(), Value::from(base_url))]);
            if let Some(account) = accounts.into_iter().next() {
                let settings = account.settings.into_iter().chain(account.secrets);
                keys.extend(settings.map(|(key, value)| (key.to_owned(), Value::from(value))));
            }
            announced.insert(name.to_owned(), Value::Object(keys));
        }
        let edge = Map::from_iter([("base_url".to_owned(), Value::from(self.edge().base_url()))]);
        announced.insert(EDGE.to_owned(), Value::Object(edge));
        Value::Object(announced).to_string()
    }

    /// Ends all connections and waits for the last of them. Answers under way have a second.
    pub async fn stop(self) {
        self.context.stop.cancel();
        self.context.tasks.close();
        self.context.tasks.wait().await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.context.stop.cancel();
    }
}
