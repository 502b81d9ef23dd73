//! How an account's edge is looked at after a purge, as configured.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::domain::edge::CacheRule;

/// For how long an edge may still serve the old after the vendor called a purge successful, where it is not said.
pub const USUAL_GRACE: Duration = Duration::from_secs(40);

/// How many servers of an edge are looked at, at most.
pub const MOST_ADDRESSES: usize = 4;

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeSettings {
    /// Whether the edge is looked at.
    pub verify: bool,
    /// For how long it may still serve the old after the vendor called a purge successful.
    pub grace: Duration,
    /// Where to ask; empty: where the names lead.
    pub addresses: Vec<EdgeAddress>,
    /// The name server that says where the names lead; `None`: the machine's own.
    pub resolver: Option<SocketAddr>,
    /// Headers that tell the state of the cache, before those that are known.
    pub cache_headers: Vec<CacheRule>,
    /// Headers that name the server, before those that are known.
    pub edge_headers: Vec<String>,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            verify: true,
            grace: USUAL_GRACE,
            addresses: Vec::new(),
            resolver: None,
            cache_headers: Vec::new(),
            edge_headers: Vec::new(),
        }
    }
}

/// A server of the edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeAddress {
    /// The address; port 0: the usual one of the URL's scheme.
    pub socket: SocketAddr,
    /// Whether it is spoken to without encryption, whatever the URL says.
    pub plain: bool,
}

impl EdgeAddress {
    /// Reads `203.0.113.7`, `203.0.113.7:8443`, `[2001:db8::7]:443`, and these after `http://`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (rest, plain) = match text.strip_prefix("http://") {
            Some(rest) => (rest.trim_end_matches('/'), true),
            None => (text, false),
        };
        let socket = address(rest, 0).ok_or_else(|| {
            format!(
                "\"{}\" is no address like 203.0.113.7, 203.0.113.7:8443 or http://127.0.0.1:8080",
                crate::domain::text::escape_control(text, 60)
            )
        })?;
        Ok(Self { socket, plain })
    }
}

impl std::fmt::Display for EdgeAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.plain {
            f.write_str("http://")?;
        }
        match self.socket.port() {
            0 => self.socket.ip().fmt(f),
            _ => self.socket.fmt(f),
        }
    }
}

/// Reads the address of a name server: `1.1.1.1`, or with a port.
pub fn resolver(text: &str) -> Result<SocketAddr, String> {
    address(text, 53).ok_or_else(|| {
        format!(
            "\"{}\" is no address of a name server like 1.1.1.1 or 10.0.0.2:5353",
            crate::domain::text::escape_control(text, 60)
        )
    })
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
            let address = EdgeAddress::parse(text).unwrap();
            assert_eq!((address.socket.port(), address.plain), (port, plain), "{text}");
            assert_eq!(address.to_string(), text);
        }
        assert_eq!(resolver("1.1.1.1").unwrap().port(), 53);
        assert_eq!(resolver("[::1]:5353").unwrap().port(), 5353);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "edge.example.com", "https://203.0.113.7", "203.0.113.7:99999", "1.2.3"] {
            assert!(EdgeAddress::parse(text).is_err(), "{text}");
        }
        assert!(resolver("dns.example.com").is_err());
    }
}
