//! The address of a vendor's API; an unsafe one is refused.

use std::net::IpAddr;

use url::{Host, Url};

/// An address that a secret may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BaseUrl {
    url: Url,
    local: bool,
}

/// A reason to refuse an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Neither https nor http.
    #[error("the base URL has to begin with https://, not with {0}:")]
    Scheme(String),
    /// Plain http to another machine: everybody on the way could read the secret.
    #[error("the base URL of {0} has to be https; plain http is only for this machine")]
    PlainText(String),
    /// A user name or a password in it.
    #[error("the base URL must not carry a user name or a password")]
    Credentials,
    /// A query or a fragment in it.
    #[error("the base URL must not carry a query or a fragment")]
    Query,
    /// No host in it.
    #[error("the base URL names no host")]
    NoHost,
}

impl BaseUrl {
    pub(super) fn new(url: &Url) -> Result<Self, BaseUrlError> {
        let local = is_local(&url.host().ok_or(BaseUrlError::NoHost)?);
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => {
                return Err(BaseUrlError::PlainText(url.host_str().unwrap_or_default().to_owned()));
            }
            other => return Err(BaseUrlError::Scheme(other.to_owned())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        Ok(Self { url: url.clone(), local })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Returns true for plain http, which [`BaseUrl::new`] allows on this machine only.
    pub(super) fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Returns true for an address on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.local
    }
}

fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost")
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn base(text: &str) -> Result<BaseUrl, BaseUrlError> {
        BaseUrl::new(&Url::parse(text).unwrap())
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for local in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9/api",
            "http://[::1]:80",
            "http://localhost:1",
            "http://LOCALHOST",
        ] {
            assert!(base(local).unwrap().is_plain(), "{local}");
        }
        for far in [
            "http://api.vendor.com",
            "http://127.0.0.1.vendor.com",
            "http://localhost.vendor.com",
            "http://10.0.0.1",
            "http://[::ffff:10.0.0.1]",
            "http://0.0.0.0",
        ] {
            assert!(matches!(base(far), Err(BaseUrlError::PlainText(_))), "{far}");
        }
        assert!(!base("https://api.vendor.com/api/v1").unwrap().is_plain());
    }

    #[test]
    fn an_address_with_a_password_or_a_query_is_refused() {
        assert_eq!(base("https://u:p@vendor.com"), Err(BaseUrlError::Credentials));
        assert_eq!(base("https://vendor.com/?a=b"), Err(BaseUrlError::Query));
        assert_eq!(base("ftp://vendor.com"), Err(BaseUrlError::Scheme("ftp".to_owned())));
    }
}
