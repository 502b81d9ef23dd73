//! Settings of the probes of an account's edge after a purge.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use super::value::{quoted, text_value};
use crate::domain::edge::{CacheRule, EdgeRules, RuleFault};

/// Edge servers that are probed, at most.
pub const MAX_ADDRESSES: usize = 4;

/// The settings of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeSettings {
    /// Probe the edge.
    pub verify: bool,
    /// Grace period in which it may still serve old content after the vendor reported success;
    /// `None`: the vendor's own.
    pub grace: Option<Duration>,
    /// Servers to probe; if empty, those that DNS returns.
    pub addresses: Vec<EdgeAddress>,
    /// Name server that resolves the edge's names; `None`: the system's.
    pub resolver: Option<SocketAddr>,
    /// Headers with the state of the cache, tried before those that are known.
    pub cache_headers: Vec<CacheRule>,
    /// Headers that name the server, tried before those that are known.
    pub edge_headers: Vec<String>,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            verify: true,
            grace: None,
            addresses: Vec::new(),
            resolver: None,
            cache_headers: Vec::new(),
            edge_headers: Vec::new(),
        }
    }
}

/// Address of an edge server: `203.0.113.7`, `203.0.113.7:8443`, `[2001:db8::7]:443`, and these
/// after `http://`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeAddress {
    /// The address; port 0: the usual one of the URL's scheme.
    pub socket: SocketAddr,
    /// Connect without encryption, whatever the URL says.
    pub plain: bool,
}

text_value!(EdgeAddress, "an address like \"203.0.113.7\"");

impl FromStr for EdgeAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rest, plain) = match text.strip_prefix("http://") {
            Some(rest) => (rest.trim_end_matches('/'), true),
            None => (text, false),
        };
        let socket = address(rest, 0).ok_or_else(|| {
            let text = quoted(&[text]);
            format!(
                "{text} is no address like 203.0.113.7, 203.0.113.7:8443 or http://127.0.0.1:8080"
            )
        })?;
        Ok(Self { socket, plain })
    }
}

impl fmt::Display for EdgeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.plain {
            f.write_str("http://")?;
        }
        match self.socket.port() {
            0 => self.socket.ip().fmt(f),
            _ => self.socket.fmt(f),
        }
    }
}

/// Address of a name server: `1.1.1.1`, or with a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolver(pub SocketAddr);

text_value!(Resolver, "an address like \"1.1.1.1\"");

impl FromStr for Resolver {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        address(text, 53).map(Self).ok_or_else(|| {
            let text = quoted(&[text]);
            format!("{text} is no address of a name server like 1.1.1.1 or 10.0.0.2:5353")
        })
    }
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Name of a header that names the edge server, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeHeader(pub String);

text_value!(EdgeHeader, "a header's name");

impl FromStr for EdgeHeader {
    type Err = RuleFault;

    fn from_str(text: &str) -> Result<Self, RuleFault> {
        EdgeRules::edge_header(text).map(Self)
    }
}

impl fmt::Display for EdgeHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn address(text: &str, port: u16) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    text.parse::<SocketAddr>().ok().or_else(|| {
        let ip: IpAddr = bare.unwrap_or(text).parse().ok()?;
        Some(SocketAddr::new(ip, port))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_the_same() {
        for (text, port, plain) in [
            ("203.0.113.7", 0, false),
            ("203.0.113.7:8443", 8443, false),
            ("[2001:db8::7]:443", 443, false),
            ("2001:db8::7", 0, false),
            ("http://127.0.0.1:8080", 8080, true),
        ] {
            let address: EdgeAddress = text.parse().unwrap();
            assert_eq!((address.socket.port(), address.plain), (port, plain), "{text}");
            assert_eq!(address.to_string(), text);
        }
        assert_eq!("1.1.1.1".parse::<Resolver>().unwrap().0.port(), 53);
        assert_eq!("[::1]:5353".parse::<Resolver>().unwrap().0.port(), 5353);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "edge.example.com", "https://203.0.113.7", "203.0.113.7:99999", "1.2.3"] {
            assert!(text.parse::<EdgeAddress>().is_err(), "{text}");
        }
        assert!("dns.example.com".parse::<Resolver>().is_err());
    }
}
