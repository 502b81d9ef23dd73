//! Probes of the edge: one plain request for one URL, judged by the headers of the answer.
//!
//! A probe is a GET with `Range: bytes=0-0`, because a HEAD fills no cache and is often answered
//! past it. It carries no token and no cookie, so it may go to http as well as https; it follows no
//! redirect, keeps no connection, and drops the answer behind its headers, however long the body
//! is. It goes to the servers that the operator named; else the operator's name server, else the
//! machine's, resolves the host. It asks for no compression and names no browser: where the edge
//! keeps variants by such headers it sees the plain one.

mod dns;
mod public;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, RANGE};
use reqwest::redirect::Policy;
use url::{Host, Url};

use self::dns::{FixedAddress, NameServer};
use self::public::{NotPublic, ProbedHosts, PublicOnly, SystemResolver, is_public};
use super::http::error_chain;
use super::proxy;
use crate::config::edge::{EdgeAddress, EdgeSettings};
use crate::domain::edge::{EdgeRules, Headers, Observation, ProbeError};

/// The `User-Agent` of probes.
const AGENT: &str = concat!("purgedeck-probe/", env!("CARGO_PKG_VERSION"));

/// Timeouts of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeTimeouts {
    /// Until a connection is made, its encryption included.
    pub connect: Duration,
    /// Until the headers of the answer are there, the connection included.
    pub total: Duration,
}

impl Default for ProbeTimeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(4), total: Duration::from_secs(8) }
    }
}

/// The edge of an account.
#[async_trait]
pub trait Edge: Send + Sync + std::fmt::Debug {
    /// Returns the servers that are probed, at least one; `None`: wherever the host resolves to.
    fn servers(&self) -> Vec<Option<String>>;

    /// Probes a URL at the server of this index, once.
    async fn probe(&self, url: &str, server: usize) -> Result<Observation, ProbeError>;

    /// Returns true if a purge in this mode keeps objects that have not changed at the origin.
    fn keeps_unchanged(&self, mode: Option<&str>) -> bool;
}

/// Probes an edge over HTTP.
#[derive(Debug)]
pub struct HttpProber {
    rules: EdgeRules,
    routes: Vec<Route>,
    timeouts: ProbeTimeouts,
    /// By route and lack of encryption; made when first needed, with the list of trusted
    /// certificates.
    clients: Mutex<BTreeMap<(usize, bool), reqwest::Client>>,
    /// The hosts that were probed, which must be public unless the operator named their server.
    probed: ProbedHosts,
}

#[derive(Clone, Debug)]
enum Route {
    /// By the machine's own resolver.
    SystemDns,
    /// By this name server.
    NameServer(SocketAddr),
    /// To a server of the operator's choice.
    Fixed(EdgeAddress),
}

impl HttpProber {
    /// Prepares probes by an account's settings; `rules` are those of its vendor. Nothing is asked
    /// yet.
    pub fn new(settings: &EdgeSettings, rules: EdgeRules, timeouts: ProbeTimeouts) -> Self {
        let own = EdgeRules {
            cache: settings.cache_headers.clone(),
            edge: settings.edge_headers.clone(),
            ..EdgeRules::default()
        };
        let mut routes: Vec<Route> = settings.addresses.iter().cloned().map(Route::Fixed).collect();
        if routes.is_empty() {
            routes.push(settings.resolver.map_or(Route::SystemDns, Route::NameServer));
        }
        Self {
            rules: own.then(rules).then(EdgeRules::usual()),
            routes,
            timeouts,
            clients: Mutex::default(),
            probed: ProbedHosts::default(),
        }
    }

    fn client(&self, at: usize, plain: bool) -> Result<reqwest::Client, ProbeError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(at, plain)) {
            return Ok(client.clone());
        }
        // A second call fails, because there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(AGENT)
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.total)
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never());
        if plain {
            // Nothing to trust, so no list of certificates to look for.
            builder = builder.tls_certs_only([]);
        }
        builder = match self.routes.get(at) {
            Some(Route::Fixed(address)) => {
                builder.no_proxy().dns_resolver(FixedAddress(address.socket))
            }
            Some(Route::NameServer(server)) => {
                builder.no_proxy().dns_resolver(self.public_only(NameServer(*server)))
            }
            // A proxy resolves by itself; then the name is all that can be held to.
            Some(Route::SystemDns) | None => builder.dns_resolver(self.public_only(SystemResolver)),
        };
        let client =
            builder.build().map_err(|error| ProbeError::Unreachable(error_chain(error)))?;
        clients.insert((at, plain), client.clone());
        Ok(client)
    }

    fn public_only<R>(&self, resolver: R) -> PublicOnly<R> {
        PublicOnly { resolver, probed: Arc::clone(&self.probed) }
    }

    /// Has the host be resolved to public addresses only, unless its server is the operator's
    /// choice.
    fn guard(&self, url: &Url, at: usize) -> Result<(), ProbeError> {
        if matches!(self.routes.get(at), Some(Route::Fixed(_))) {
            return Ok(());
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(name)) => {
                let mut probed = self.probed.lock().unwrap_or_else(PoisonError::into_inner);
                probed.insert(name.to_owned());
                None
            }
            None => None,
        };
        match literal.filter(|address| !is_public(*address)) {
            Some(address) => Err(ProbeError::NotAsked(format!("{address} is not public"))),
            None => Ok(()),
        }
    }

    fn url(&self, text: &str, at: usize) -> Result<Url, ProbeError> {
        let mut url = Url::parse(text).map_err(|error| ProbeError::NoUrl(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ProbeError::NoUrl("it is neither http nor https".to_owned()));
        }
        match url.host_str() {
            Some(host) if !host.contains('*') => {}
            Some(_) | None => return Err(ProbeError::NoUrl("it names no host".to_owned())),
        }
        // Credentials in a URL are meant for nobody here.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.set_fragment(None);
        if let Some(Route::Fixed(EdgeAddress { plain: true, .. })) = self.routes.get(at) {
            let _ = url.set_scheme("http");
        }
        Ok(url)
    }
}

#[async_trait]
impl Edge for HttpProber {
    fn servers(&self) -> Vec<Option<String>> {
        let name = |route: &Route| match route {
            Route::SystemDns | Route::NameServer(_) => None,
            Route::Fixed(address) => Some(address.to_string()),
        };
        self.routes.iter().map(name).collect()
    }

    async fn probe(&self, url: &str, server: usize) -> Result<Observation, ProbeError> {
        let url = self.url(url, server)?;
        self.guard(&url, server)?;
        let (host, path) = (url.host_str().unwrap_or_default().to_owned(), url.path().to_owned());
        if matches!(self.routes.get(server), Some(Route::SystemDns) | None) {
            proxy::check(&url).map_err(ProbeError::Unreachable)?;
        }
        let client = self.client(server, url.scheme() == "http")?;
        let asked = client.get(url).header(RANGE, "bytes=0-0").header(ACCEPT, "*/*").send().await;
        let result = match asked {
            Ok(response) => {
                let headers: Headers = response
                    .headers()
                    .iter()
                    .map(|(name, value)| {
                        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                        (name.as_str().to_owned(), value)
                    })
                    .collect();
                Ok(self.rules.read(response.status().as_u16(), &headers))
                // The response is dropped here, and its connection with it: the body stays unread.
            }
            Err(error) => Err(probe_error(error)),
        };
        tracing::debug!(
            target: "purgedeck::http",
            probe = true,
            host,
            path,
            status = result.as_ref().ok().map(|seen| seen.status),
            failure = result.as_ref().err().map(tracing::field::display),
        );
        result
    }

    fn keeps_unchanged(&self, mode: Option<&str>) -> bool {
        self.rules.spares(mode)
    }
}

/// Returns the edge of an account; `None` where its settings turn probes off.
pub fn edge(settings: &EdgeSettings, rules: EdgeRules) -> Option<Arc<dyn Edge>> {
    settings.verify.then(|| {
        let prober = HttpProber::new(settings, rules, ProbeTimeouts::default());
        Arc::new(prober) as Arc<dyn Edge>
    })
}

fn probe_error(error: reqwest::Error) -> ProbeError {
    if error.is_timeout() {
        return ProbeError::TooSlow;
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(private) = inner.downcast_ref::<NotPublic>() {
            return ProbeError::NotAsked(private.to_string());
        }
        cause = inner.source();
    }
    let is_connect = error.is_connect();
    let words = error_chain(error);
    if is_connect && words.contains("dns error") {
        ProbeError::NoAddress(words)
    } else {
        ProbeError::Unreachable(words)
    }
}
