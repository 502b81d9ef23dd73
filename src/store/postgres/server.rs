//! Reaches the server: address, TLS, password.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use crate::domain::secret::Secret;
use crate::domain::store_address::{ServerAddress, StoreAddress};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Access;

/// Fetches the password of the server, each time a connection is made; words for the operator
/// where it cannot be fetched.
pub type PasswordSource = Arc<dyn Fn() -> Result<Secret, String> + Send + Sync>;

/// The address of a server's store, and its password.
#[derive(Clone)]
pub struct ServerAccess {
    /// The address.
    pub address: ServerAddress,
    /// Fetches the password; `None`: the one of the URL, if any.
    pub password: Option<PasswordSource>,
}

impl fmt::Debug for ServerAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerAccess").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Time in which a server has to take a connection.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// A server of which nothing is heard for so long is gone: the first probe of an idle connection,
/// and the time for an answer to what was sent.
const IDLE: Duration = Duration::from_secs(5);
const INTERVAL: Duration = Duration::from_secs(2);
const RETRIES: u32 = 3;
const UNANSWERED: Duration = Duration::from_secs(10);

/// The server of a store.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: StoreAddress,
    pub(super) access: Access,
    /// `None`: without TLS.
    pub(super) tls: Option<MakeRustlsConnect>,
    config: Config,
    password: Option<PasswordSource>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Reads the address; connects nothing.
    pub(super) fn of(given: &ServerAccess, access: Access) -> Result<Self, StoreFailure> {
        let (plain, options) = without_tls_options(given.address.url());
        let unusable = |why: String| StoreFailure::Address(why);
        let mut config: Config = plain.as_str().parse().map_err(|error| {
            let error: tokio_postgres::Error = error;
            unusable(super::error::words(&error))
        })?;
        let is_local = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        let mode = options.mode(is_local).map_err(unusable)?;
        config.ssl_mode(mode);
        if config.get_application_name().is_none() {
            config.application_name("purgedeck");
        }
        config.connect_timeout(CONNECT);
        config.keepalives_idle(IDLE).keepalives_interval(INTERVAL).keepalives_retries(RETRIES);
        config.tcp_user_timeout(UNANSWERED);
        if let Some(password) = given.address.password() {
            config.password(password.expose());
        }
        Ok(Self {
            address: StoreAddress::Server(given.address.clone()),
            access,
            tls: match mode {
                SslMode::Disable => None,
                SslMode::Prefer | SslMode::Require | _ => {
                    Some(MakeRustlsConnect::new(options.client()?))
                }
            },
            config,
            password: given.password.clone(),
        })
    }

    /// Returns how to connect now, with the password as it is now.
    pub(super) fn config(&self) -> Result<Config, StoreFailure> {
        let mut config = self.config.clone();
        if let Some(source) = &self.password {
            config.password(source().map_err(StoreFailure::NoPassword)?.expose());
        }
        Ok(config)
    }

    /// Returns the statements that every connection begins with. The server notices a client that
    /// is gone as fast as the client notices the server: its leases go with it.
    pub(super) fn greeting(&self) -> String {
        let read_only = match self.access {
            Access::ReadOnly => "SET default_transaction_read_only = on;",
            Access::ReadWrite => "",
        };
        format!(
            "SET search_path = purgedeck, pg_temp; SET client_min_messages = warning;
             SET lock_timeout = '5s'; SET statement_timeout = 0;
             SET tcp_keepalives_idle = {}; SET tcp_keepalives_interval = {};
             SET tcp_keepalives_count = {RETRIES}; SET tcp_user_timeout = {};
             SET plan_cache_mode = force_custom_plan; SET jit = off; {read_only}",
            IDLE.as_secs(),
            INTERVAL.as_secs(),
            UNANSWERED.as_millis(),
        )
    }
}

/// The part of an address about TLS.
#[derive(Debug, Default, PartialEq, Eq)]
struct TlsOptions {
    mode: Option<String>,
    root_certificates: Option<String>,
}

/// Takes the part about TLS out of a URL: a certificate is always checked here, which the client's
/// library does not know.
fn without_tls_options(url: &Url) -> (Url, TlsOptions) {
    let mut options = TlsOptions::default();
    let mut rest = Vec::new();
    for (name, value) in url.query_pairs() {
        match &*name {
            "sslmode" => options.mode = Some(value.into_owned()),
            "sslrootcert" => options.root_certificates = Some(value.into_owned()),
            _ => rest.push((name.into_owned(), value.into_owned())),
        }
    }
    let mut plain = url.clone();
    plain.set_query(None);
    if !rest.is_empty() {
        plain.query_pairs_mut().extend_pairs(rest);
    }
    (plain, options)
}

impl TlsOptions {
    fn mode(&self, is_local: bool) -> Result<SslMode, String> {
        match self.mode.as_deref() {
            None if is_local => Ok(SslMode::Disable),
            None | Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
            Some("disable") => Ok(SslMode::Disable),
            Some(other) => Err(format!(
                "sslmode={other} would go on without TLS where it fails: leave it out, or say \
                 sslmode=disable on a network that you trust"
            )),
        }
    }

    fn client(&self) -> Result<ClientConfig, StoreFailure> {
        let tls = |error: rustls::Error| StoreFailure::Address(error.to_string());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(tls)?;
        let checked = if let Some(file) = &self.root_certificates {
            builder.with_root_certificates(roots(file.as_ref())?)
        } else {
            let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(tls)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        };
        Ok(checked.with_no_client_auth())
    }
}

fn roots(file: &Path) -> Result<RootCertStore, StoreFailure> {
    let unusable = |why: String| {
        StoreFailure::Address(format!("sslrootcert={} cannot be used: {why}", file.display()))
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file);
    for certificate in certificates.map_err(|error| unusable(error.to_string()))? {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("it holds no certificate in PEM".to_owned()));
    }
    Ok(roots)
}

/// Returns the tasks that wait for servers: one thread for the process, which sleeps while nothing
/// arrives.
pub(super) fn network() -> Result<&'static Runtime, StoreFailure> {
    static NETWORK: OnceLock<Runtime> = OnceLock::new();
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let made = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("store-network")
        .enable_all()
        .build()
        .map_err(|error| StoreFailure::Io(error.to_string()))?;
    // Another thread may have been faster; then this one is not needed. Tasks may call this, and
    // must not wait for the end of its thread.
    if let Err(made) = NETWORK.set(made) {
        made.shutdown_background();
    }
    NETWORK.get().ok_or_else(|| StoreFailure::Io("no thread for the network".to_owned()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn options(url: &str) -> (String, TlsOptions) {
        let (plain, options) = without_tls_options(&url.parse().unwrap());
        (plain.to_string(), options)
    }

    #[test]
    fn tls_is_asked_for_and_checked_unless_it_is_turned_off_or_the_server_is_this_machine() {
        let (plain, tls) = options("postgres://u@db/x?sslmode=verify-full&connect_timeout=3");
        assert_eq!(plain, "postgres://u@db/x?connect_timeout=3");
        assert_eq!(tls.mode(false), Ok(SslMode::Require));
        assert_eq!(options("postgres://db/x").1.mode(false), Ok(SslMode::Require));
        assert_eq!(options("postgres:///x?host=/run").1.mode(true), Ok(SslMode::Disable));
        assert_eq!(options("postgres://db/x?sslmode=disable").1.mode(false), Ok(SslMode::Disable));
        for weak in ["prefer", "allow", "PREFER", "off"] {
            let error = options(&format!("postgres://db/x?sslmode={weak}")).1.mode(false);
            assert!(error.unwrap_err().contains("sslmode=disable"), "{weak}");
        }
    }

    #[test]
    fn certificates_that_cannot_be_read_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        for file in [folder.path().join("none.pem"), empty] {
            let error = roots(&file).unwrap_err();
            assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
        }
    }
}
