//! The common part of every simulated vendor: its state behind one lock, its accounts that follow
//! the clock, its server, and its side of the edge. A vendor implements only [`VendorApi`].

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::clock::SimulatorClock;
use super::reply::HttpReply;
use super::request::ReceivedRequest;
use super::server::HttpService;
use super::world::{PurgeRates, PurgeScope, SimulatedAccount};

/// Everything from which a vendor's state is generated, beside its own scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VendorSetup {
    pub(crate) seed: u64,
    /// Purges to remember at the start, over all accounts.
    pub(crate) records: usize,
    pub(crate) now: DateTime<Utc>,
    pub(crate) rates: PurgeRates,
    /// False: no 429, whatever the limits.
    pub(crate) rate_limits: bool,
}

/// One simulated vendor: its customers' state and its API. Calls come one at a time, under the
/// lock of [`Simulated`], and after the accounts have caught up with the clock.
pub(crate) trait VendorApi: fmt::Debug + Send + 'static {
    /// The vendor's name in the configuration, the access log, faults and options.
    fn name(&self) -> &'static str;

    /// Every account's sites and purges.
    fn accounts_mut(&mut self) -> Vec<&mut SimulatedAccount>;

    /// Answers one request. Purges take effect here.
    fn answer(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply;

    /// Returns an error in the vendor's own form.
    fn error(&mut self, status: u16) -> HttpReply;

    /// Returns the query and body as the access log may show them: without credentials.
    fn redacted(&self, request: &ReceivedRequest) -> (String, String) {
        (request.query.clone(), request.text().into_owned())
    }

    /// Returns every account as a configuration needs it; the first one is announced.
    fn configured(&self) -> Vec<ConfiguredAccount>;

    /// Returns the part of a path and query by which the edge tells this host's objects apart.
    fn cache_key(&self, _host: &str, path: &str) -> String {
        path.to_owned()
    }

    /// Returns the widest purge that emptied a cached object since it was stored, by `now`.
    fn emptied(&self, object: &CachedPath<'_>, now: DateTime<Utc>) -> Option<PurgeScope>;

    /// Returns true if a purge since the object was stored only marked it as expired, by `now`: the
    /// origin is asked, and says that nothing changed.
    fn expired(&self, _object: &CachedPath<'_>, _now: DateTime<Utc>) -> bool {
        false
    }

    /// Adds the headers in which this vendor's edge reports on its cache.
    fn edge_headers(&self, reply: HttpReply, lookup: &CacheLookup) -> HttpReply;
}

/// One set of credentials, as the keys of an account in a configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConfiguredAccount {
    pub(crate) name: String,
    pub(crate) settings: Vec<(&'static str, String)>,
    /// Settings that are switched on; nobody needs to know them.
    pub(crate) flags: Vec<&'static str>,
    /// Settings that go to files of their own.
    pub(crate) secrets: Vec<(&'static str, String)>,
    /// User ids of the vendor's activity log, with the users' logins.
    pub(crate) user_names: Vec<(u64, String)>,
}

/// An object that the edge holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedPath<'a> {
    /// The site's main host.
    pub(crate) host: &'a str,
    /// The cache key.
    pub(crate) key: &'a str,
    pub(crate) stored: DateTime<Utc>,
    /// True when the origin has newer content.
    pub(crate) changed: bool,
}

/// The outcome of one lookup in the edge's cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CacheLookup {
    pub(crate) hit: bool,
    /// True for a hit of which the origin was asked first.
    pub(crate) refreshed: bool,
    /// The purge that caused the miss, if one did.
    pub(crate) emptied_by: Option<PurgeScope>,
    pub(crate) stored: DateTime<Utc>,
    /// Counts the edge's requests.
    pub(crate) request: u64,
}

/// A server's state behind a lock; clones share it.
#[derive(Debug)]
pub(crate) struct Simulated<V: ?Sized>(Arc<Mutex<V>>);

impl<V: ?Sized> Clone for Simulated<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Simulated<V> {
    pub(crate) fn new(state: V) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }
}

impl<V: ?Sized> Simulated<V> {
    /// Runs `act` on the state, without moving it in time.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut V) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<V: VendorApi> Simulated<V> {
    /// Returns the same state as any vendor's.
    pub(crate) fn erased(&self) -> Simulated<dyn VendorApi> {
        let shared: Arc<Mutex<V>> = Arc::clone(&self.0);
        Simulated(shared)
    }
}

impl<V: VendorApi + ?Sized> Simulated<V> {
    /// Runs `act` after the colleagues have done what they would have done by `now`.
    pub(crate) fn with_at<T>(&self, now: DateTime<Utc>, act: impl FnOnce(&mut V) -> T) -> T {
        self.with(|vendor| {
            vendor.accounts_mut().into_iter().for_each(|account| account.catch_up(now));
            act(vendor)
        })
    }

    /// Returns the main host of the live site that is served under this name.
    pub(crate) fn served_host(&self, name: &str) -> Option<String> {
        self.with(|vendor| {
            let accounts = vendor.accounts_mut();
            accounts.into_iter().find_map(|account| account.served_host(name).map(str::to_owned))
        })
    }
}

impl HttpService for Simulated<dyn VendorApi> {
    fn name(&self) -> &'static str {
        self.with(|vendor| vendor.name())
    }

    fn answer(&self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply {
        self.with_at(now, |vendor| vendor.answer(request, now))
    }

    fn error(&self, status: u16) -> HttpReply {
        self.with(|vendor| vendor.error(status))
    }

    fn redacted(&self, request: &ReceivedRequest) -> (String, String) {
        self.with(|vendor| vendor.redacted(request))
    }
}

/// A view of one running server: its address, and the state behind it. Methods that are a
/// vendor's own stand in the vendor's folder.
#[derive(Debug)]
pub struct Handle<'a, V> {
    pub(crate) address: SocketAddr,
    pub(crate) state: &'a Simulated<V>,
    pub(crate) clock: &'a SimulatorClock,
}

impl<V> Handle<'_, V> {
    /// Returns scheme, address and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The targets of a purge that a colleague makes.
pub(crate) fn owned(targets: &[&str]) -> Vec<String> {
    targets.iter().map(|target| (*target).to_owned()).collect()
}
