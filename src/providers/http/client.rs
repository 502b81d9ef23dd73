//! The HTTP clients, made when they are first needed.

use std::sync::{Mutex, PoisonError};

use reqwest::redirect::Policy;

use super::HttpPolicy;
use super::base::BaseUrl;
use crate::domain::failure::{Cause, Failure};
use crate::providers::{proxy, trust};

/// The `User-Agent` of every request to a vendor.
pub(super) const USER_AGENT: &str = concat!("purgedeck/", env!("CARGO_PKG_VERSION"));

/// A client for questions, which keeps its connections, and one for purges, which opens a new one
/// for each: on a kept connection that the vendor happens to close just then, nobody could say
/// whether the purge was read.
#[derive(Debug, Default)]
pub(super) struct Clients {
    reading: Mutex<Option<reqwest::Client>>,
    sending: Mutex<Option<reqwest::Client>>,
}

impl Clients {
    pub(super) fn reading(
        &self,
        base: &BaseUrl,
        policy: &HttpPolicy,
    ) -> Result<reqwest::Client, Failure> {
        made_once(&self.reading, base, || client(base, policy).build())
    }

    pub(super) fn sending(
        &self,
        base: &BaseUrl,
        policy: &HttpPolicy,
    ) -> Result<reqwest::Client, Failure> {
        made_once(&self.sending, base, || {
            client(base, policy).pool_max_idle_per_host(0).retry(reqwest::retry::never()).build()
        })
    }
}

fn made_once(
    slot: &Mutex<Option<reqwest::Client>>,
    base: &BaseUrl,
    make: impl FnOnce() -> reqwest::Result<reqwest::Client>,
) -> Result<reqwest::Client, Failure> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(client) = &*slot {
        return Ok(client.clone());
    }
    if !base.is_local() {
        proxy::check(base.url())
            .map_err(|fault| Failure::new(Cause::Refused).with_message(fault))?;
    }
    if !base.is_plain() {
        trust::check().map_err(|fault| Failure::new(Cause::Refused).with_message(fault))?;
    }
    let client = make().map_err(|error| {
        Failure::new(Cause::Refused).with_message(format!(
            "no encrypted connection can be made on this machine: {}",
            super::exchange::error_chain(error)
        ))
    })?;
    Ok(slot.insert(client).clone())
}

fn client(base: &BaseUrl, policy: &HttpPolicy) -> reqwest::ClientBuilder {
    // A second call fails, because there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(policy.connect_timeout)
        .timeout(policy.timeout)
        .tcp_nodelay(true);
    if base.is_local() {
        // No proxy of the environment between us and this machine.
        builder = builder.no_proxy();
    }
    if base.is_plain() {
        // Nothing to trust, so no list of certificates to look for: a machine without one will do.
        builder = builder.tls_certs_only([]);
    } else {
        builder = builder.https_only(true);
    }
    builder
}
