//! Looking at the edge: one plain question for one URL, told by the headers of the answer.
//!
//! A probe is a GET with `Range: bytes=0-0`, because a HEAD fills no cache and is often answered past it. It carries no
//! token and no cookie, so it may go to http as well as https; it follows no redirect, keeps no connection, and drops the
//! answer behind its headers, however long the body is. It goes to the servers that the operator named, else to where the
//! operator's name server, else the machine's, says that the host is. It asks for no compression and as nobody's browser:
//! where the edge keeps variants by such headers it sees the plain one.

mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, RANGE};
use reqwest::redirect::Policy;
use url::Url;

use self::names::{Fixed, NameServer};
use super::http::words;
use crate::config::edge::{EdgeAddress, EdgeSettings};
use crate::domain::edge::{EdgeRules, Headers, Observation, ProbeError};

/// What probes call themselves.
const AGENT: &str = concat!("purgedeck-probe/", env!("CARGO_PKG_VERSION"));

/// How long an edge is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeTimeouts {
    /// Until a connection stands, its encryption included.
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
    /// The places where it is asked, at least one; `None`: where the host's name leads.
    fn servers(&self) -> Vec<Option<String>>;

    /// Asks for a URL at the place of this number, once.
    async fn probe(&self, url: &str, place: usize) -> Result<Observation, ProbeError>;

    /// Whether a purge in this mode leaves in place what has not changed at the origin.
    fn keeps_unchanged(&self, mode: Option<&str>) -> bool;
}

/// Looks at an edge over HTTP.
#[derive(Debug)]
pub struct HttpProber {
    rules: EdgeRules,
    places: Vec<Place>,
    patience: ProbeTimeouts,
    /// By place and whether without encryption; made when first needed, the list of trusted certificates with it.
    clients: Mutex<BTreeMap<(usize, bool), reqwest::Client>>,
}

#[derive(Clone, Debug)]
enum Place {
    /// Where the machine says that the name leads.
    Usual,
    /// Where this name server says so.
    Asked(SocketAddr),
    /// A server of the operator's choice.
    Chosen(EdgeAddress),
}

impl HttpProber {
    /// A prober by an account's settings; `rules` are those of its vendor. Nothing is asked yet.
    pub fn new(settings: &EdgeSettings, rules: EdgeRules, patience: ProbeTimeouts) -> Self {
        let own = EdgeRules {
            cache: settings.cache_headers.clone(),
            edge: settings.edge_headers.clone(),
            ..EdgeRules::default()
        };
        let mut places: Vec<Place> =
            settings.addresses.iter().cloned().map(Place::Chosen).collect();
        if places.is_empty() {
            places.push(settings.resolver.map_or(Place::Usual, Place::Asked));
        }
        Self {
            rules: own.then(rules).then(EdgeRules::usual()),
            places,
            patience,
            clients: Mutex::default(),
        }
    }

    fn client(&self, at: usize, plain: bool) -> Result<reqwest::Client, ProbeError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(at, plain)) {
            return Ok(client.clone());
        }
        // The second time says that there is one already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(AGENT)
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(self.patience.connect)
            .timeout(self.patience.total)
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never());
        if plain {
            // Nothing to trust, so no list of certificates to look for.
            builder = builder.tls_certs_only([]);
        }
        builder = match self.places.get(at) {
            Some(Place::Chosen(address)) => builder.no_proxy().dns_resolver(Fixed(address.socket)),
            Some(Place::Asked(server)) => builder.no_proxy().dns_resolver(NameServer(*server)),
            Some(Place::Usual) | None => builder,
        };
        let client = builder.build().map_err(|error| ProbeError::Unreachable(words(error)))?;
        clients.insert((at, plain), client.clone());
        Ok(client)
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
        // Whatever stood there was meant for nobody here.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.set_fragment(None);
        if let Some(Place::Chosen(EdgeAddress { plain: true, .. })) = self.places.get(at) {
            let _ = url.set_scheme("http");
        }
        Ok(url)
    }
}

#[async_trait]
impl Edge for HttpProber {
    fn servers(&self) -> Vec<Option<String>> {
        let name = |place: &Place| match place {
            Place::Usual | Place::Asked(_) => None,
            Place::Chosen(address) => Some(address.to_string()),
        };
        self.places.iter().map(name).collect()
    }

    async fn probe(&self, url: &str, place: usize) -> Result<Observation, ProbeError> {
        let url = self.url(url, place)?;
        let (host, path) = (url.host_str().unwrap_or_default().to_owned(), url.path().to_owned());
        let client = self.client(place, url.scheme() == "http")?;
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
            Err(error) => Err(blind(error)),
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

/// The edge of an account; `None` where its settings say that it is left alone.
pub fn edge(settings: &EdgeSettings, rules: EdgeRules) -> Option<Arc<dyn Edge>> {
    settings.verify.then(|| {
        let prober = HttpProber::new(settings, rules, ProbeTimeouts::default());
        Arc::new(prober) as Arc<dyn Edge>
    })
}

fn blind(error: reqwest::Error) -> ProbeError {
    if error.is_timeout() {
        return ProbeError::TooSlow;
    }
    let is_connect = error.is_connect();
    let words = words(error);
    if is_connect && words.contains("dns error") {
        ProbeError::NoAddress(words)
    } else {
        ProbeError::Unreachable(words)
    }
}
